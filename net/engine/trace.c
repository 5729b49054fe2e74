/* SPDX-License-Identifier: MIT */
/* Traces that somebody waits for: each is a request that is parked, with its deadline, and a look at
 * system_traces at a time. */
#include "net/engine/trace.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"

struct trace {
	struct cd_engine *engine;
	uint64_t request; /* the id of who waits, among e->parked */
	coodie_trace_fn *done;
	void *user;
	char id[CQL_UUID_TEXT_SIZE];
	bool asking; /* an answer is missing */
	bool over;   /* who waited has been told */
	uint32_t looks;
	coodie_result *session, *events;
	struct cd_deadline again;
};

/* ---- the end --------------------------------------------------------------------------------- */

static void release(struct trace *t)
{
	coodie_result_free(t->session);
	coodie_result_free(t->events);
	cd_release(t->engine->allocator, t);
}

/* What became of who waits. Any look that is under way has the trace to itself then. */
static void on_over(const coodie_error *err, void *user)
{
	struct trace *t = user;
	coodie_trace_fn *done = t->done;
	void *done_user = t->user;
	const bool ok = err->code == COODIE_OK;
	coodie_result *session = ok ? t->session : NULL, *events = ok ? t->events : NULL;
	coodie_error why = *err;

	if (err->code == COODIE_ERR_TIMEOUT)
		cd_error_prefix(&why, "trace %s, looked for %" PRIu32 " times", t->id, t->looks);
	if (ok)
		t->session = t->events = NULL;
	cd_wheel_remove(&t->engine->wheel, &t->again);
	t->over = true;
	if (!t->asking)
		release(t);
	done(session, events, &why, done_user);
}

/* `err` NULL: well. */
static void end(struct trace *t, const coodie_error *err)
{
	struct cd_engine *e = t->engine;
	struct cd_request *r = cd_engine_unpark(e, t->request);

	if (r && err)
		cd_engine_fail(e, r, err);
	else if (r)
		cd_engine_finish(e, r);
}

/* ---- looks ----------------------------------------------------------------------------------- */

/* Servers write the duration last. */
static bool is_complete(coodie_result *session)
{
	coodie_cursor c = coodie_result_cursor(session);
	size_t duration;

	return coodie_cursor_next(&c) &&
	       coodie_result_column_index(session, "duration", &duration) &&
	       !coodie_cursor_is_null(&c, duration);
}

static void look(struct trace *t);

static void take_session(struct trace *t, coodie_result *take_res)
{
	struct cd_engine *e = t->engine;

	if (is_complete(take_res)) {
		t->session = take_res;
		look(t);
	} else {
		coodie_result_free(take_res);
		cd_engine_add_deadline(e, &t->again, e->options->tracing_interval_ms);
	}
}

static void on_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct trace *t = user;

	t->asking = false;
	if (t->over) {
		coodie_result_free(take_res);
		release(t);
	} else if (err->code != COODIE_OK) {
		end(t, err);
	} else if (!t->session) {
		take_session(t, take_res);
	} else {
		t->events = take_res;
		end(t, NULL);
	}
}

/* At the session, and, when that is there, at the events. */
static void look(struct trace *t)
{
	const coodie_request request = { .size = sizeof request,
					 .consistency = t->engine->options->tracing_consistency,
					 .page_rows = -1,
					 .idempotent = true };
	char cql[128];
	coodie_error err;

	snprintf(cql, sizeof cql, "SELECT * FROM system_traces.%s WHERE session_id = %s",
		 t->session ? "events" : "sessions", t->id);
	const coodie_statement st = { .size = sizeof st, .cql = cql, .request = &request };
	t->looks++;
	t->asking = cd_engine_submit(t->engine, &st, on_answer, t, &err);
	if (!t->asking)
		end(t, &err);
}

void cd_trace_again(struct cd_engine *e, struct cd_deadline *d)
{
	struct trace *t = (void *)((char *)d - offsetof(struct trace, again));

	if (!e->freed)
		look(t);
}

/* ---- the begin ------------------------------------------------------------------------------- */

bool cd_engine_trace(struct cd_engine *e, cql_uuid id, uint32_t timeout_ms, coodie_trace_fn *done,
		     void *user, coodie_error *err)
{
	struct trace *t = cd_alloc_zero(e->allocator, sizeof *t);

	if (!t)
		return cd_no_memory(err, "reading a trace");
	struct cd_request *r = cd_engine_begin_wait(
		e, timeout_ms ? timeout_ms : e->options->tracing_wait_ms, on_over, t, err);
	if (!r) {
		cd_release(e->allocator, t);
		return false;
	}
	t->engine = e;
	t->done = done;
	t->user = user;
	t->request = cd_request_id(r);
	t->again.kind = CD_DEADLINE_TRACE;
	cql_uuid_format(id, t->id);
	cd_requests_push(&e->parked, r);
	look(t);
	return true;
}
