/* SPDX-License-Identifier: MIT */
/* Jobs: statements run one after the other, each told, the first that fails ends it. */
#include "orm/schema/job.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"

/* ---- the whole of it ------------------------------------------------------------------------- */

static void job_free(struct cd_op *op)
{
	struct cd_job *job = op->state;

	coodie_schema_free(job->is);
	coodie_schema_free(job->should);
	coodie_diff_free(job->own_diff);
	coodie_model_builder_free(job->builder);
	cd_arena_deinit(&job->arena);
	cd_release(&op->place.orm->allocator, job);
	cd_op_free(op);
}

void cd_job_end(struct cd_op *op, const coodie_error *from)
{
	struct cd_job *job = cd_job(op);
	union cd_done done = op->done;
	coodie_error err = cd_op_error(op, from);
	enum cd_brings brings = job->brings;
	coodie_schema *schema = NULL;
	coodie_model *model = job->model;
	void *user = op->user;

	if (brings == CD_BRINGS_SCHEMA && err.code == COODIE_OK) {
		schema = job->is;
		job->is = NULL;
	}
	job_free(op);
	if (brings == CD_BRINGS_SCHEMA)
		done.schema(schema, &err, user);
	else if (brings == CD_BRINGS_MODEL)
		done.model(model, &err, user);
	else
		done.status(&err, user);
}

/* Whether what was planned may be run (SM-25). */
static bool may_run(const struct cd_op *op, coodie_error *err)
{
	const struct cd_job *job = cd_job(op);

	if (!job->next || job->options.dry_run || !cd_orm_is_open(op->place.orm, NULL) ||
	    !coodie_session_guards_schema(op->place.session))
		return true;
	return cd_fail(
		err, COODIE_ERR_CONFLICT,
		"COODIE_ALLOW_SCHEMA_MANAGEMENT, or the option of that name, is off; turn it on, or "
		"migrate: %.80s",
		job->next->cql);
}

void cd_job_run_or_end(struct cd_op *op, const coodie_error *from)
{
	coodie_error err = *from;

	if (err.code == COODIE_OK && may_run(op, &err))
		cd_job_run(op);
	else
		cd_job_end(op, &err);
}

static struct cd_op *job_new(const struct cd_place *place, const char *name, union cd_done done,
			     void *user, coodie_error *err)
{
	struct cd_op *op = cd_op_new(place, name, NULL, user, err);
	struct cd_job *job = op ? cd_alloc_zero(&place->orm->allocator, sizeof(*job)) : NULL;

	if (op && !job) {
		cd_op_free(op);
		cd_no_memory(err, name);
	}
	if (!job)
		return NULL;
	cd_arena_init(&job->arena, &place->orm->allocator, 0);
	job->last = &job->next;
	op->state = job;
	op->done = done;
	return op;
}

/* ---- asking ---------------------------------------------------------------------------------- */

bool cd_job_ask(struct cd_op *op, cd_step_fn *step, const char *cql, cql_args args,
		coodie_error *err)
{
	coodie_request r = { .size = sizeof(r),
			     .timeout_ms = cd_job(op)->options.timeout_ms,
			     .page_rows = -1 }; /* a schema is looked at whole */

	cd_job(op)->under_way = true;
	op->step = step; /* whom a statement was told may have freed the session */
	return cd_orm_is_open(op->place.orm, err) && cd_op_submit(op, cql, args, &r, err);
}

/* ---- planning -------------------------------------------------------------------------------- */

struct cd_planned *cd_job_plan(struct cd_op *op, struct cd_buffer *take_b, coodie_error *err)
{
	struct cd_job *job = cd_job(op);
	struct cd_planned *p = cd_arena_take_zero(&job->arena, sizeof(*p));
	const char *cql = take_b->failed ? NULL
					 : cd_arena_strndup(&job->arena, (const char *)take_b->data,
							    take_b->len);

	cd_buffer_deinit(take_b);
	if (!p || !cql) {
		cd_no_memory(err, "a statement");
		return NULL;
	}
	p->cql = cql;
	*job->last = p;
	job->last = &p->next;
	return p;
}

static void tell(const struct cd_job *job, const char *cql)
{
	if (job->options.each)
		job->options.each(cql, job->options.user);
}

void cd_job_note(struct cd_op *op, const char *format, ...)
{
	char text[512] = "-- ";
	va_list args;

	va_start(args, format);
	vsnprintf(text + 3, sizeof(text) - 3, format, args);
	va_end(args);
	if (cd_orm_is_open(op->place.orm, NULL))
		coodie_session_log(op->place.session, COODIE_LOG_WARN, text + 3);
	tell(cd_job(op), text);
}

/* ---- running --------------------------------------------------------------------------------- */

enum { INVALID = 0x2200, CONFIG_ERROR = 0x2300 }; /* v4 section 9 */

/* Whether a server refused an index because it has not what its class stands for (VX-04): Cassandra
 * and ScyllaDB say it in words only. */
static bool lacks_class(const coodie_error *err)
{
	static const char *const words[] = { "custom indexer class", "custom class",
					     "tables with tablets", "SASI indexes are disabled" };

	if (err->server_code != INVALID && err->server_code != CONFIG_ERROR)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strstr(err->message, words[i]))
			return true;
	}
	return false;
}

static void say_disagreement(struct cd_op *op, const coodie_result *res, const char *cql)
{
	if (!coodie_result_schema_agreed(res))
		cd_job_note(op, "the nodes do not agree on the schema yet after: %.200s", cql);
}

static void on_ran(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct cd_job *job = cd_job(op);
	struct cd_planned *p = job->next;
	coodie_error err = *from;

	if (err.code == COODIE_OK)
		say_disagreement(op, take_res, p->cql);
	coodie_result_free(take_res);
	if (err.code != COODIE_OK && p->instead && lacks_class(&err)) {
		p->cql = p->instead;
		p->instead = NULL;
		cd_job_run(op);
		return;
	}
	if (err.code == COODIE_OK) {
		tell(job, p->cql);
	} else if (p->optional && lacks_class(&err)) {
		cd_job_note(op, "not there: %.160s: %.240s", p->cql, err.message);
	} else if (cd_apply_settle(op, &err)) {
		return;
	} else {
		cd_error_prefix(&err, "%.40s...", p->cql);
		cd_job_end(op, &err);
		return;
	}
	job->next = p->next;
	cd_job_run(op);
}

static void run_or_end(struct cd_op *op, cd_step_fn *step, const char *cql)
{
	coodie_error err = { 0 };

	if (!cd_job_ask(op, step, cql, (cql_args){ 0 }, &err))
		cd_job_end(op, &err);
}

void cd_job_run(struct cd_op *op)
{
	struct cd_job *job = cd_job(op);

	for (; job->options.dry_run && job->next; job->next = job->next->next)
		tell(job, job->next->cql);
	if (job->next)
		run_or_end(op, on_ran, job->next->cql);
	else if (job->after)
		job->after(op, NULL, &cd_op_ok);
	else
		cd_job_end(op, &cd_op_ok);
}

/* ---- verbs ----------------------------------------------------------------------------------- */

bool cd_target_place(const struct cd_target *t, struct cd_place *out, coodie_error *err)
{
	*out = (struct cd_place){ 0 };
	if (t->has_model || !t->session)
		return cd_place_find(t->session, t->model, out, err);
	out->session = coodie_session_named(t->session, NULL, err);
	out->orm = out->session ? cd_orm_of(out->session, err) : NULL;
	return out->orm != NULL;
}

static void on_begun(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	coodie_result_free(take_res);
	cd_job_run_or_end(op, err);
}

/* A verb that has nothing to ask has planned all of it: its first statement goes at once. */
static bool run_first(struct cd_op *op, coodie_error *err)
{
	const struct cd_job *job = cd_job(op);

	if (!may_run(op, err)) {
		cd_error_prefix(err, "%s(%s)", op->verb, op->subject);
		return false;
	}
	return job->next && !job->options.dry_run
		       ? cd_job_ask(op, on_ran, job->next->cql, (cql_args){ 0 }, err)
		       : cd_job_ask(op, on_begun, NULL, (cql_args){ 0 }, err);
}

static bool begin(const struct cd_verb *verb, struct cd_op *op, const struct cd_target *t,
		  coodie_error *err)
{
	struct cd_job *job = cd_job(op);

	if (t->options &&
	    !cd_take_struct(&job->options, sizeof(job->options), t->options, "coodie_sync", err))
		return false;
	return verb->begin(op, t, err) && (job->under_way || run_first(op, err));
}

static bool start(const struct cd_verb *verb, const struct cd_place *place,
		  const struct cd_target *t, union cd_done done, void *user, coodie_error *err)
{
	struct cd_op *op = job_new(place, verb->name, done, user, err);

	if (!op)
		return false;
	if (begin(verb, op, t, err))
		return true;
	job_free(op);
	return false;
}

bool cd_verb_start_for(const struct cd_verb *verb, const struct cd_target *t, union cd_done done,
		       void *user, coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	return cd_target_place(t, &place, err) && start(verb, &place, t, done, user, err);
}

bool cd_verb_wait_for(const struct cd_verb *verb, const struct cd_target *t, union cd_done done,
		      struct cd_wait *out, coodie_error *err)
{
	struct cd_place place;
	struct cd_wait *w;

	*out = (struct cd_wait){ 0 };
	cd_clear(err);
	if (!cd_target_place(t, &place, err))
		return false;
	w = cd_wait_new(place.session, err);
	return w &&
	       cd_wait_finish(w, place.session, start(verb, &place, t, done, w, err), out, err);
}

bool cd_verb_wait(const struct cd_verb *verb, const struct cd_target *t, coodie_error *err)
{
	struct cd_wait out;

	return cd_verb_wait_for(verb, t, (union cd_done){ .status = cd_wait_status }, &out, err);
}
