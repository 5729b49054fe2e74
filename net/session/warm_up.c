/* SPDX-License-Identifier: MIT */
/* Tablets read from the server's own table before they are needed: page by page, on the connection that
 * has the control role. */
#include <string.h>

#include <coodie/route.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/session/session.h"

/* One reading. Each page goes round the loops, which learn from it one after the other. */
struct reading {
	coodie_allocator allocator;
	struct cd_engine *engine; /* that asks */
	struct cd_crew *crew;     /* of its session; NULL: it is alone */
	char *keyspace, *table;   /* NULL: all */
	struct cd_tablets_page page;
	coodie_result *rows; /* of the page that goes round */
	uint32_t left;       /* loops that it still goes to */
	coodie_error err;    /* of the last of them that could not learn */
	uint64_t waiter;     /* the id of the user's request */
};

/* What a warm-up is told of, on its way to the loop: behind it the names that there are, each with its
 * end. */
struct wish {
	struct cd_crew *crew;
	bool has_keyspace, has_table;
};

static void release(struct reading *w)
{
	coodie_allocator a = w->allocator;

	coodie_result_free(w->rows);
	cd_release(&a, w->keyspace);
	cd_release(&a, w->table);
	cd_release(&a, w);
}

/* Who waits may have given up. */
static void end(struct reading *w, const coodie_error *why)
{
	struct cd_engine *e = w->engine;
	struct cd_request *r = cd_engine_unpark(e, w->waiter);
	coodie_error err = *why;

	release(w);
	if (r && err.code == COODIE_OK)
		cd_engine_finish(e, r);
	else if (r)
		cd_engine_fail(e, r, &err);
}

/* ---- a page ------------------------------------------------------------------------------------- */

static coodie_done_fn on_page;

static bool ask(struct reading *w, cql_blob paging_state, coodie_error *err)
{
	struct cd_engine *e = w->engine;

	if (!e->control.wire)
		return cd_fail(err, COODIE_ERR_CLOSED, "warm-up: not connected");
	return cd_engine_ask(e, e->control.wire, cd_tablets_statement, paging_state, on_page, w,
			     err);
}

/* All loops have had the page: the next one, if there is. */
static void go_on(struct reading *w)
{
	coodie_result *rows = w->rows;
	coodie_error err = w->err;

	w->rows = NULL;
	if (err.code != COODIE_OK || !coodie_result_has_more(rows) ||
	    !ask(w, coodie_result_paging_state(rows), &err))
		end(w, &err);
	coodie_result_free(rows);
}

/* Where the page ends is the same for all of them. */
static struct cd_tablets_page learn(struct cd_engine *e, struct reading *w)
{
	struct cd_tablets_page page = w->page;
	coodie_error err;

	if (!cd_tablets_learn_rows(&e->router.tablets, w->rows, &page, cql_text_of(w->keyspace),
				   cql_text_of(w->table), &err))
		w->err = err;
	return page;
}

/* The last one to learn is the one that asks. */
static void come_home(struct cd_engine *e, void *user)
{
	struct reading *w = user;

	if (!e || e->freed) { /* who waited was told */
		release(w);
		return;
	}
	w->page = learn(e, w);
	go_on(w);
}

static void pass(struct reading *w);

static void visit(struct cd_engine *e, void *user)
{
	if (e && !e->freed)
		learn(e, user);
	pass(user);
}

/* A loop there is no memory to reach learns by being misrouted; without any to come home with, who
 * waits is told when the time is over. */
static void pass(struct reading *w)
{
	while (w->left)
		if (cd_crew_pass(w->crew, w->left--, visit, w))
			return;
	if (!cd_crew_pass(w->crew, 0, come_home, w))
		release(w);
}

static void on_page(coodie_result *take_res, const coodie_error *why, void *user)
{
	struct reading *w = user;

	w->rows = take_res;
	w->left = w->crew ? w->engine->loop_count - 1 : 0;
	if (!take_res)
		end(w, why);
	else if (w->left)
		pass(w);
	else
		come_home(w->engine, w);
}

/* ---- the beginning ------------------------------------------------------------------------------ */

/* Behind `*at`, if there is one. */
static bool copy_name(const coodie_allocator *a, bool is_there, const char **at, char **out)
{
	if (!is_there)
		return true;
	*out = cd_strndup(a, *at, strlen(*at));
	*at += strlen(*at) + 1;
	return *out;
}

static struct reading *begin(struct cd_engine *e, const struct wish *wish, coodie_error *err)
{
	struct reading *w = cd_alloc_zero(e->allocator, sizeof *w);
	const char *names = (const char *)(wish + 1);

	if (w) {
		w->allocator = *e->allocator;
		w->engine = e;
		w->crew = wish->crew;
		cd_clear(&w->err);
		if (copy_name(e->allocator, wish->has_keyspace, &names, &w->keyspace) &&
		    copy_name(e->allocator, wish->has_table, &names, &w->table))
			return w;
		release(w);
	}
	cd_no_memory(err, "a warm-up");
	return NULL;
}

static bool start_warm_up(struct cd_engine *e, const void *args, coodie_status_fn *done, void *user,
			  coodie_error *err)
{
	const cql_blob from_the_start = { NULL, 0 };

	if (e->control.topology && !e->control.topology->is_scylla)
		return cd_fail(err, COODIE_ERR_UNSUPPORTED, "warm_up: only ScyllaDB has tablets");
	struct reading *w = begin(e, args, err);
	if (!w)
		return false;
	struct cd_request *r = cd_engine_begin_wait(e, e->options->metadata_timeout_ms, done, user,
						    err);
	if (r) {
		w->waiter = cd_request_id(r);
		cd_requests_push(&e->parked, r);
	}
	if (r && ask(w, from_the_start, err))
		return true;
	if (r) {
		cd_engine_detach(e, r);
		cd_engine_drop(e, r);
	}
	release(w);
	return false;
}

static void put_name(struct cd_buffer *b, const char *name)
{
	if (name)
		cd_buffer_bytes(b, name, strlen(name) + 1);
}

bool coodie_session_warm_up_async(coodie_session *s, const char *keyspace, const char *table,
				  coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_buffer args;

	cd_clear(err);
	if (!s || !done)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "warm_up: the session or the callback is NULL");
	const struct wish wish = { cd_session_crew(s), keyspace != NULL, table != NULL };
	cd_buffer_init(&args, coodie_session_allocator(s), 0);
	cd_buffer_bytes(&args, &wish, sizeof wish);
	put_name(&args, keyspace);
	put_name(&args, table);
	const struct cd_start start = {
		.what = "warm_up", .fn = start_warm_up, .args = args.data, .len = args.len
	};
	bool ok = args.failed ? cd_no_memory(err, "a warm-up")
			      : cd_session_start(s, &start, done, user, err);
	cd_buffer_deinit(&args);
	return ok;
}
