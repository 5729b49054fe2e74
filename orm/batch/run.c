/* SPDX-License-Identifier: MIT */
/* Sending a batch: one request of its statements, and what follows when it was applied. */
#include <stdio.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/batch/batch.h"
#include "orm/run/op.h"

/* What Cassandra warns at, batch_size_warn_threshold: 5 KiB. */
enum { WARN_BYTES = 5 * 1024 };

/* ---- the request ----------------------------------------------------------------------------- */

/* Where the batch leaves something open, the models of its statements say. */
static void take_defaults(coodie_request *r, const struct cd_entry *e)
{
	const coodie_request *own = &e->write.request;

	if (!e->planned) {
		r->idempotent = false; /* nobody knows what it does */
		return;
	}
	if (!r->consistency)
		r->consistency = own->consistency;
	if (!r->serial_consistency)
		r->serial_consistency = own->serial_consistency;
	if (!r->timeout_ms)
		r->timeout_ms = own->timeout_ms;
	r->idempotent &= own->idempotent;
}

static coodie_request request_of(const coodie_batch *b)
{
	const coodie_batch_options *o = &b->options;
	coodie_request r = {
		.size = sizeof(r),
		.consistency = o->consistency,
		.serial_consistency = o->serial_consistency,
		.timeout_ms = o->timeout_ms,
		.timestamp_us = o->timestamp_us,
		.idempotent = o->kind != COODIE_BATCH_COUNTER,
		.profile = o->profile,
		.id = o->id,
	};

	for (size_t i = 0; i < b->count; i++)
		take_defaults(&r, &b->entries[i]);
	r.idempotent |= o->idempotent;
	return r;
}

static coodie_statement child_of(const struct cd_entry *e)
{
	cql_args args = e->planned ? e->write.args : e->args;

	return (coodie_statement){ .size = sizeof(coodie_statement),
				   .cql = e->planned ? e->write.cql : e->cql,
				   .args = args,
				   .prepare = args.count > 0,
				   .prepared = e->prepared };
}

/* An empty batch is no request, and its callback runs all the same (BA-07). */
static bool send(coodie_batch *b, struct cd_op *op, coodie_error *err)
{
	coodie_statement *children;
	coodie_request r = request_of(b);
	coodie_statement st = { .size = sizeof(st),
				.request = &r,
				.child_count = b->count,
				.batch_kind = b->options.kind };
	bool sent;

	if (!b->count)
		return cd_op_submit(op, NULL, (cql_args){ 0 }, NULL, err);
	children = cd_alloc_array(&b->allocator, b->count, sizeof(*children));
	if (!children)
		return cd_no_memory(err, "a batch");
	for (size_t i = 0; i < b->count; i++)
		children[i] = child_of(&b->entries[i]);
	st.children = children;
	sent = cd_op_send(op, &st, err);
	cd_release(&b->allocator, children);
	return sent;
}

/* The server warns in its own log only, where the one who wrote the program seldom looks. */
static void warn(const coodie_batch *b)
{
	uint32_t most = b->options.warn_bytes ? b->options.warn_bytes : WARN_BYTES;
	char line[160];

	if (b->bytes <= most)
		return;
	snprintf(line, sizeof(line),
		 "a batch of %zu statements has about %zu bytes, more than %lu (warn_bytes): nodes "
		 "warn, and then refuse; make it smaller",
		 b->count, b->bytes, (unsigned long)most);
	coodie_session_log(b->session, COODIE_LOG_WARN, line);
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* Rows come when a statement has a condition: the first column says whether all of them held. */
static bool is_applied(coodie_result *r)
{
	coodie_cursor row;
	bool applied = false;

	if (coodie_result_kind(r) != COODIE_RESULT_ROWS)
		return true;
	row = coodie_result_cursor(r);
	return coodie_cursor_next(&row) && coodie_cursor_bool(&row, 0, &applied, NULL) && applied;
}

/* Tells the objects and the listeners, who may fill the batch again. */
static void apply(coodie_batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->entries[i].planned)
			cd_write_applied(&b->entries[i].write);
	cd_batch_empty(b);
	for (const struct cd_listener *l = b->listeners; l; l = l->next)
		l->fn(l->user);
}

static void on_ran(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_status_fn *done = op->done.status;
	coodie_error err = cd_op_error(op, from);
	coodie_batch *b = op->state;
	void *user = op->user;

	b->running = false;
	if (err.code == COODIE_OK && is_applied(take_res))
		apply(b);
	else if (err.code == COODIE_OK)
		cd_fail(&err, COODIE_ERR_NOT_APPLIED,
			"coodie_batch_run: a condition did not hold, nothing was written; "
			"coodie_batch_run_if() brings what was there");
	coodie_result_free(take_res);
	cd_op_free(op);
	coodie_batch_free(b);
	done(&err, user);
}

/* ---- running --------------------------------------------------------------------------------- */

/* A batch without a statement of a model goes to the session it was made with. */
static bool find_session(coodie_batch *b, coodie_error *err)
{
	if (!b->session)
		b->session = coodie_session_named(b->given, NULL, err);
	return b->session;
}

static bool check(coodie_batch *b, coodie_error *err)
{
	if (!b)
		return cd_no_memory(err, "the batch (it is NULL)");
	if (b->err.code != COODIE_OK) {
		cd_error_copy(err, &b->err);
		return false;
	}
	if (b->running)
		return cd_fail(err, COODIE_ERR_INVALID, "the batch is under way already");
	return find_session(b, err);
}

static bool run(coodie_batch *b, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_place place = { .session = b->session };
	struct cd_op *op;

	place.orm = cd_orm_of(b->session, err);
	op = place.orm ? cd_op_new(&place, "coodie_batch_run", on_ran, user, err) : NULL;
	if (!op)
		return false;
	op->done.status = done;
	op->state = cd_batch_ref(b);
	b->running = true;
	warn(b);
	if (send(b, op, err))
		return true;
	b->running = false;
	cd_op_free(op);
	coodie_batch_free(b);
	return false;
}

bool coodie_batch_run_async(coodie_batch *b, coodie_status_fn *done, void *user, coodie_error *err)
{
	cd_clear(err);
	return check(b, err) && run(b, done, user, err);
}

bool coodie_batch_run(coodie_batch *b, coodie_error *err)
{
	struct cd_wait *wait, out;

	cd_clear(err);
	if (!check(b, err))
		return false;
	wait = cd_wait_new(b->session, err);
	return wait &&
	       cd_wait_finish(wait, b->session, run(b, cd_wait_status, wait, err), &out, err);
}

bool coodie_batch_scope(coodie_session *s, const coodie_batch_options *options,
			coodie_batch_fn *body, void *user, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(s, options);
	coodie_error own = { 0 };
	bool filled, ran = false;

	cd_clear(err);
	if (!body) {
		coodie_batch_free(b);
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_batch_scope: there is no body");
	}
	filled = b && body(b, user, err ? err : &own);
	if (filled || !b)
		ran = coodie_batch_run(b, err);
	else if (b->options.run_on_error)
		coodie_batch_run(b, NULL); /* what is told is why the body failed */
	if (b && !filled && err && err->code == COODIE_OK)
		cd_fail(err, COODIE_ERR_CANCELLED, "coodie_batch_scope: its body returned false");
	coodie_batch_free(b);
	return ran;
}
