/* SPDX-License-Identifier: MIT */
/* The driver seam: sessions over somebody else's driver, and statements on their way to any. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "net/session/session.h"

coodie_session *coodie_session_from_driver(const coodie_driver *table, void *driver,
					   coodie_error *err)
{
	coodie_driver own;

	cd_clear(err);
	if (!table || !cd_take_struct(&own, sizeof own, table, "coodie_driver", err))
		return NULL;
	if (!own.submit || !own.run)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "coodie_driver: submit and run must be set");
	coodie_session *s = cd_session_new(own.allocator, own.keyspace, err);
	if (!s)
		return NULL;
	own.allocator = &s->allocator;
	own.keyspace = s->keyspace;
	s->driver = own;
	s->state = driver;
	return s;
}

bool cd_statement_adopt(coodie_statement *st, coodie_request *request, coodie_error *err)
{
	if (!st->request) {
		st->request = &cd_request_plain;
	} else if (st->request->size != sizeof *request) {
		if (!cd_take_struct(request, sizeof *request, st->request, "coodie_request", err))
			return false;
		st->request = request;
	}
	if (st->args.count && !st->args.values)
		return cd_fail(err, COODIE_ERR_INVALID, "%zu binds, but their array is NULL",
			       st->args.count);
	return true;
}

/* `st` is the caller's own, as long as we know it; its request may not be. */
static bool submit(coodie_session *s, coodie_statement *st, coodie_done_fn *done, void *user,
		   coodie_error *err)
{
	coodie_request request;

	s = cd_session_carrier(s, err);
	if (!s || !cd_statement_adopt(st, &request, err))
		return false;
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID, "no callback was given");
	if (st->child_count && st->names)
		return cd_fail(err, COODIE_ERR_INVALID, "a batch has no values by name");
	if (st->child_count && !st->children)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a batch of %zu statements, but their array is NULL",
			       st->child_count);
	return s->driver.submit(s->state, st, done, user, err);
}

bool coodie_session_submit(coodie_session *s, const coodie_statement *st, coodie_done_fn *done,
			   void *user, coodie_error *err)
{
	coodie_statement own;

	cd_well(err);
	if (st->size == sizeof own)
		own = *st;
	else if (!cd_take_struct(&own, sizeof own, st, "coodie_statement", err))
		return false;
	return submit(s, &own, done, user, err);
}

bool coodie_session_query_async(coodie_session *s, const char *cql, cql_args args,
				const coodie_request *r, coodie_done_fn *done, void *user,
				coodie_error *err)
{
	coodie_statement st = {
		.size = sizeof st,
		.cql = cql,
		.args = args,
		.request = r,
	};

	cd_clear(err);
	if (!cql)
		return cd_fail(err, COODIE_ERR_INVALID, "query: no statement was given");
	return submit(s, &st, done, user, err);
}

bool coodie_session_batch_async(coodie_session *s, enum coodie_batch_kind kind,
				const coodie_statement *statements, size_t count,
				const coodie_request *r, coodie_done_fn *done, void *user,
				coodie_error *err)
{
	coodie_statement st = { .size = sizeof st,
				.request = r,
				.children = statements,
				.child_count = count,
				.batch_kind = kind };

	cd_clear(err);
	return submit(s, &st, done, user, err);
}

bool coodie_session_cancel(coodie_session *s, uint64_t id)
{
	s = cd_session_carrier(s, NULL);
	return s && id && s->driver.cancel && s->driver.cancel(s->state, id);
}

bool coodie_session_run(coodie_session *s, const bool *until, coodie_error *err)
{
	cd_clear(err);
	if (s && s->members)
		return cd_registry_run(s, until, err);
	s = cd_session_carrier(s, err);
	if (!s || (s->engine && !cd_engine_may_block(s->engine, err)))
		return false;
	return s->driver.run(s->state, until, err);
}
