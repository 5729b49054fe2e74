/* SPDX-License-Identifier: MIT */
/* Sending a batch: one request of its statements, and what follows when it was applied. */
#include <stdio.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/batch/batch.h"
#include "orm/run/op.h"
#include "orm/write/lwt.h"

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

/* The first statement with a condition: rows of the answer are of its model (BA-09). */
static const struct cd_write *conditional_of(const coodie_batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->entries[i].planned && b->entries[i].write.conditional)
			return &b->entries[i].write;
	return NULL;
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

/* Of a batch whose conditions are the caller's own CQL nobody knows whose rows they are. */
static bool read_own(coodie_result *take_res, coodie_error *err)
{
	bool applied = is_applied(take_res);

	coodie_result_free(take_res);
	return applied || cd_fail(err, COODIE_ERR_NOT_APPLIED,
				  "a condition did not hold, nothing was written");
}

/* What came of it. NULL: it failed, or nobody asks. */
static coodie_lwt *read_answer(coodie_batch *b, coodie_result *take_res, bool must_apply,
			       coodie_error *err)
{
	const struct cd_write *w = conditional_of(b);
	coodie_lwt *lwt = NULL;

	if (err->code != COODIE_OK)
		return NULL; /* there is no result either */
	if (w) {
		lwt = cd_lwt_new(w, take_res, (cql_args){ 0 }, err);
		if (lwt && must_apply && !coodie_lwt_applied(lwt))
			cd_lwt_fail(lwt, err);
	} else {
		read_own(take_res, err);
	}
	if (err->code == COODIE_OK && (!lwt || coodie_lwt_applied(lwt)))
		apply(b);
	if (err->code == COODIE_OK)
		return lwt;
	coodie_lwt_free(lwt);
	return NULL;
}

static void on_ran(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_status_fn *done = op->done.status;
	coodie_error err = *from;
	coodie_batch *b = op->state;
	void *user = op->user;

	b->running = false;
	coodie_lwt_free(read_answer(b, take_res, true, &err));
	err = cd_op_error(op, &err);
	cd_op_free(op);
	coodie_batch_free(b);
	done(&err, user);
}

static void on_ran_if(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_lwt_fn *done = op->done.lwt;
	coodie_error err = *from;
	coodie_batch *b = op->state;
	void *user = op->user;
	coodie_lwt *lwt;

	b->running = false;
	lwt = read_answer(b, take_res, b->options.must_apply, &err);
	err = cd_op_error(op, &err);
	cd_op_free(op);
	coodie_batch_free(b);
	done(lwt, &err, user);
}

/* ---- running --------------------------------------------------------------------------------- */

/* A batch without a statement of a model goes to the session it was made with. */
static bool find_session(coodie_batch *b, coodie_error *err)
{
	if (!b->session)
		b->session = coodie_session_named(b->given, NULL, err);
	return b->session;
}

static bool has_time(const coodie_batch *b)
{
	if (b->options.timestamp_us)
		return true;
	for (size_t i = 0; i < b->count; i++)
		if (b->entries[i].planned && b->entries[i].write.request.timestamp_us)
			return true;
	return false;
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
	if (has_time(b) && (b->options.kind == COODIE_BATCH_COUNTER || conditional_of(b)))
		return cd_fail(err, COODIE_ERR_QUERY,
			       "a batch of counters, or with a condition, takes its time from the "
			       "server: leave timestamp_us out");
	return find_session(b, err);
}

/* How it ends: for whom, and in which callback. */
struct ending {
	const char *verb;
	cd_step_fn *step;
	union cd_done done;
	void *user;
};

/* What messages call it by: the first model. */
static const char *label_of(const coodie_batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->entries[i].planned)
			return b->entries[i].write.place.model->label;
	return "CQL";
}

static bool run(coodie_batch *b, const struct ending *ending, coodie_error *err)
{
	struct cd_place place = { .session = b->session };
	struct cd_op *op;

	place.orm = cd_orm_of(b->session, err);
	op = place.orm ? cd_op_new(&place, ending->verb, ending->step, ending->user, err) : NULL;
	if (!op)
		return false;
	op->subject = label_of(b);
	op->done = ending->done;
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

static struct ending end_in_status(coodie_status_fn *done, void *user)
{
	return (struct ending){ "coodie_batch_run", on_ran, { .status = done }, user };
}

static struct ending end_in_lwt(coodie_lwt_fn *done, void *user)
{
	return (struct ending){ "coodie_batch_run_if", on_ran_if, { .lwt = done }, user };
}

/* An outcome needs a model that its rows are of. */
static bool check_if(coodie_batch *b, coodie_error *err)
{
	if (!check(b, err))
		return false;
	return conditional_of(b) ||
	       cd_fail(err, COODIE_ERR_QUERY,
		       "coodie_batch_run_if: no statement of a model has a condition; "
		       "coodie_batch_run() is for such batches");
}

bool coodie_batch_run_async(coodie_batch *b, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct ending ending = end_in_status(done, user);

	cd_clear(err);
	return check(b, err) && run(b, &ending, err);
}

bool coodie_batch_run_if_async(coodie_batch *b, coodie_lwt_fn *done, void *user, coodie_error *err)
{
	struct ending ending = end_in_lwt(done, user);

	cd_clear(err);
	return check_if(b, err) && run(b, &ending, err);
}

/* It has been checked. */
static bool run_blocking(coodie_batch *b, struct ending *ending, struct cd_wait *out,
			 coodie_error *err)
{
	struct cd_wait *wait = cd_wait_new(b->session, err);

	ending->user = wait;
	return wait && cd_wait_finish(wait, b->session, run(b, ending, err), out, err);
}

bool coodie_batch_run(coodie_batch *b, coodie_error *err)
{
	struct ending ending = end_in_status(cd_wait_status, NULL);
	struct cd_wait out;

	cd_clear(err);
	return check(b, err) && run_blocking(b, &ending, &out, err);
}

coodie_lwt *coodie_batch_run_if(coodie_batch *b, coodie_error *err)
{
	struct ending ending = end_in_lwt(cd_wait_lwt, NULL);
	struct cd_wait out;

	cd_clear(err);
	return check_if(b, err) && run_blocking(b, &ending, &out, err) ? out.lwt : NULL;
}

/* ---- scopes ---------------------------------------------------------------------------------- */

struct scope {
	coodie_session *session;
	const coodie_batch_options *options;
	coodie_batch_fn *body;
	void *user;
	/* of what does not wait; NULL: it waits */
	coodie_status_fn *done;
	void *done_user;
};

static bool run_scope(const struct scope *s, coodie_batch *b, coodie_error *err)
{
	return s->done ? coodie_batch_run_async(b, s->done, s->done_user, err)
		       : coodie_batch_run(b, err);
}

/* What is told is why the body failed; nobody waits for this. */
static void ignore(const coodie_error *err, void *user)
{
	(void)err;
	(void)user;
}

static void run_failed_scope(struct scope s, coodie_batch *b)
{
	s.done = s.done ? ignore : NULL;
	run_scope(&s, b, NULL);
}

static bool scope(const struct scope *s, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(s->session, s->options);
	coodie_error own = { 0 };
	bool filled, ran = false;

	cd_clear(err);
	if (!s->body) {
		coodie_batch_free(b);
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_batch_scope: there is no body");
	}
	filled = b && s->body(b, s->user, err ? err : &own);
	if (filled || !b)
		ran = run_scope(s, b, err);
	else if (b->options.run_on_error)
		run_failed_scope(*s, b);
	if (b && !filled && err && err->code == COODIE_OK)
		cd_fail(err, COODIE_ERR_CANCELLED, "coodie_batch_scope: its body returned false");
	coodie_batch_free(b);
	return ran;
}

bool coodie_batch_scope(coodie_session *s, const coodie_batch_options *options,
			coodie_batch_fn *body, void *user, coodie_error *err)
{
	return scope(&(struct scope){ s, options, body, user, NULL, NULL }, err);
}

bool coodie_batch_scope_async(coodie_session *s, const coodie_batch_options *options,
			      coodie_batch_fn *body, void *user, coodie_status_fn *done,
			      void *done_user, coodie_error *err)
{
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_batch_scope_async: there is no callback");
	return scope(&(struct scope){ s, options, body, user, done, done_user }, err);
}
