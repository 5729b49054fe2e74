/* SPDX-License-Identifier: MIT */
/* Tablets read from the server's own table before they are needed: page by page, on the connection that
 * has the control role. */
#include <string.h>

#include <coodie/route.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine_impl.h"
#include "net/session.h"

/* One reading. */
struct reading {
	struct cd_engine *engine;
	char *keyspace, *table; /* NULL: all */
	struct cd_tablets_page page;
	uint64_t waiter; /* the id of the user's request */
};

static void release(struct reading *w)
{
	const coodie_allocator *a = w->engine->allocator;

	cd_release(a, w->keyspace);
	cd_release(a, w->table);
	cd_release(a, w);
}

/* Who waits may have given up. */
static void end(struct reading *w, const coodie_error *err)
{
	struct cd_engine *e = w->engine;
	struct cd_request *r = cd_request_find(&e->pool, w->waiter);

	release(w);
	if (!r)
		return;
	cd_engine_detach(e, r);
	if (err->code == COODIE_OK)
		cd_engine_finish(e, r);
	else
		cd_engine_fail(e, r, err);
}

static coodie_done_fn on_page;

static bool ask(struct reading *w, cql_blob paging_state, coodie_error *err)
{
	struct cd_engine *e = w->engine;

	if (!e->control.wire)
		return cd_fail(err, COODIE_ERR_CLOSED, "warm-up: not connected");
	return cd_engine_ask(e, e->control.wire, cd_tablets_statement, paging_state, on_page, w,
			     err);
}

static void on_page(coodie_result *take_res, const coodie_error *why, void *user)
{
	struct reading *w = user;
	coodie_error err = *why;
	bool more = false;

	if (take_res &&
	    cd_tablets_learn_rows(&w->engine->router.tablets, take_res, &w->page,
				  cql_text_of(w->keyspace), cql_text_of(w->table), &err))
		more = coodie_result_has_more(take_res) &&
		       ask(w, coodie_result_paging_state(take_res), &err);
	coodie_result_free(take_res);
	if (!more)
		end(w, &err);
}

static bool copy_name(const coodie_allocator *a, const char *name, char **out)
{
	*out = name ? cd_strndup(a, name, strlen(name)) : NULL;
	return !name || *out;
}

static struct reading *begin(struct cd_engine *e, const char *keyspace, const char *table,
			     coodie_error *err)
{
	struct reading *w = cd_alloc_zero(e->allocator, sizeof *w);

	if (w) {
		w->engine = e;
		if (copy_name(e->allocator, keyspace, &w->keyspace) &&
		    copy_name(e->allocator, table, &w->table))
			return w;
		release(w);
	}
	cd_no_memory(err, "a warm-up");
	return NULL;
}

bool coodie_session_warm_up_async(coodie_session *s, const char *keyspace, const char *table,
				  coodie_status_fn *done, void *user, coodie_error *err)
{
	const cql_blob from_the_start = { NULL, 0 };

	cd_clear(err);
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID, "warm_up: no callback was given");
	struct cd_engine *e = cd_session_engine(s, "warm_up", err);
	if (!e)
		return false;
	if (e->control.topology && !e->control.topology->is_scylla)
		return cd_fail(err, COODIE_ERR_UNSUPPORTED, "warm_up: only ScyllaDB has tablets");
	struct reading *w = begin(e, keyspace, table, err);
	if (!w)
		return false;
	struct cd_request *r = cd_engine_begin_wait(e, e->options->metadata_timeout_ms, done, user,
						    err);
	if (r)
		w->waiter = cd_request_id(r);
	if (r && ask(w, from_the_start, err))
		return true;
	if (r) {
		cd_engine_detach(e, r);
		cd_engine_drop(e, r);
	}
	release(w);
	return false;
}
