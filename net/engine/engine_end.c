/* SPDX-License-Identifier: MIT */
/* How requests end: with an answer or an error, late, cancelled; and their callbacks. */
#include "base/error.h"
#include "net/engine/engine_impl.h"

static void remove_deadlines(struct cd_engine *e, struct cd_request *r)
{
	cd_wheel_remove(&e->wheel, &r->deadline);
	if (r->retry.link)
		cd_wheel_remove(&e->wheel, &r->retry);
}

void cd_engine_detach(struct cd_engine *e, struct cd_request *r)
{
	while (r->flying) {
		struct cd_attempt *a = r->flying;
		cd_streams_orphan(&a->wire->link.conn.streams, a->stream);
		cd_engine_land(e, a);
	}
	if (r->in && r->in != &e->waiting && r->in != &e->delayed && r->prepared)
		cd_engine_leave_prepare(e, r);
	else
		cd_requests_remove(r);
	remove_deadlines(e, r);
}

void cd_engine_drop(struct cd_engine *e, struct cd_request *r)
{
	remove_deadlines(e, r);
	e->live--;
	e->own -= r->own;
	cd_request_give(&e->pool, r);
}

void cd_engine_finish(struct cd_engine *e, struct cd_request *r)
{
	remove_deadlines(e, r);
	cd_requests_push(&e->done, r);
	cd_engine_arm(e);
}

void cd_engine_fail(struct cd_engine *e, struct cd_request *r, const coodie_error *err)
{
	if (r->kind == CD_REQUEST_LOAD) {
		cd_engine_load_failed(e, r, err);
		return;
	}
	e->stats.errors += !r->own;
	coodie_result_free(r->result); /* it had one, and waited for more */
	r->result = NULL;
	r->failed = true;
	r->error = *err;
	cd_engine_finish(e, r);
}

typedef void call_fn(const struct cd_request *r, const coodie_error *err);

static void call_result(const struct cd_request *r, const coodie_error *err)
{
	r->done.result(r->result, err, r->user);
}

static void call_prepared(const struct cd_request *r, const coodie_error *err)
{
	r->done.prepared(err->code == COODIE_OK ? r->prepared : NULL, err, r->user);
}

static void call_status(const struct cd_request *r, const coodie_error *err)
{
	r->done.status(err, r->user);
}

static call_fn *const calls[] = {
	[CD_REQUEST_VOID] = call_result,
	[CD_REQUEST_QUERY] = call_result,
	[CD_REQUEST_EXECUTE] = call_result,
	[CD_REQUEST_PREPARE] = call_prepared,
	[CD_REQUEST_CONNECT] = call_status,
	[CD_REQUEST_CLOSE] = call_status,
	[CD_REQUEST_READY] = call_status,
	[CD_REQUEST_REGISTER] = call_result,
	[CD_REQUEST_OPTIONS] = call_result,
	[CD_REQUEST_WAIT] = call_status,
	[CD_REQUEST_REGISTER_ROUTES] = call_result,
	[CD_REQUEST_BATCH] = call_result,
	[CD_REQUEST_TELL] = call_result,
};

/* The request is given back first: whatever the callback does, it is over. */
static void call_failed(struct cd_engine *e, struct cd_request *r)
{
	struct cd_request over = { .kind = r->kind, .done = r->done, .user = r->user };
	coodie_error err = r->error;

	cd_engine_count_end(e, r);
	cd_engine_drop(e, r);
	calls[over.kind](&over, &err);
}

void cd_engine_call(struct cd_engine *e, struct cd_request *r)
{
	enum cd_request_kind kind = r->kind;
	coodie_done_fn *result_fn = r->done.result;
	coodie_result *result = r->result;
	void *user = r->user;

	if (r->failed) {
		call_failed(e, r);
	} else if (kind == CD_REQUEST_EXECUTE || kind == CD_REQUEST_QUERY ||
		   kind == CD_REQUEST_BATCH) {
		cd_engine_count_result(e, r);
		cd_engine_drop(e, r);
		result_fn(result, &e->ok, user);
	} else {
		struct cd_request over = {
			.done = r->done, .user = user, .result = result, .prepared = r->prepared
		};
		if (kind == CD_REQUEST_PREPARE)
			cd_prepared_ref(r->prepared);
		cd_engine_count_end(e, r);
		cd_engine_drop(e, r);
		calls[kind](&over, &e->ok);
	}
}

void cd_engine_deliver(struct cd_engine *e)
{
	uint32_t due = e->done.count; /* what is added meanwhile is for the next turn */

	for (struct cd_request *r; due && (r = cd_requests_pop(&e->done)); due--)
		cd_engine_call(e, r);
	if (e->done.count)
		cd_engine_arm(e);
}

/* ---- given up --------------------------------------------------------------------------------- */

/* A connection that too many answers are missing from is replaced, one that drains has maybe come to
 * its end. */
void cd_engine_give_up(struct cd_engine *e, struct cd_request *r, const coodie_error *err)
{
	struct cd_wire *w = r->flying ? r->flying->wire : NULL;

	cd_engine_detach(e, r);
	cd_engine_fail(e, r, err);
	if (!w)
		return;
	if (w->state == CD_WIRE_UP && cd_conn_worn_out(&w->link.conn)) {
		cd_log(e->options, COODIE_LOG_WARN,
		       "%s: too many answers are missing; it is replaced", w->link.address.text);
		cd_wire_retire(w);
	}
	cd_wire_end_if_drained(w);
}

static bool cancel(struct cd_engine *e, struct cd_request *r)
{
	coodie_error err;

	if (!r || r->own || r->in == &e->done || r->in == &e->closers)
		return false;
	cd_fail(&err, COODIE_ERR_CANCELLED, "the request was cancelled%s",
		r->flying ? "; the server may still do it" : "");
	cd_attempts_end(e, r, &err);
	cd_engine_give_up(e, r, &err);
	return true;
}

bool cd_engine_cancel(void *driver, uint64_t id)
{
	struct cd_engine *e = driver;

	return cancel(e, cd_request_find(&e->pool, id));
}

void cd_engine_cancel_alias(struct cd_engine *e, uint64_t alias)
{
	cancel(e, cd_request_find_alias(&e->pool, alias));
}
