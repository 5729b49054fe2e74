/* SPDX-License-Identifier: MIT */
/* What is done about a difference: all of it, or nothing where something is impossible. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/identifier.h"
#include "orm/schema/job.h"

/* ---- what becomes of each change --------------------------------------------------------------- */

enum fate { RUN, TELL, REFUSE };

/* A sync adds, and takes away only what it was asked for (SM-13, SM-21, UD-05). */
static bool is_left(const coodie_sync *o, const struct cd_change *c)
{
	switch (c->is.kind) {
	case COODIE_CHANGE_DROP_COLUMN:
	case COODIE_CHANGE_DROP_FIELD:
	case COODIE_CHANGE_FIELD_TYPE:
		return true;
	case COODIE_CHANGE_DROP_INDEX:
		return !c->replaces && !o->drop_removed_indexes;
	default:
		return false;
	}
}

static enum fate fate_of(const struct cd_op *op, const coodie_diff *d, const struct cd_change *c)
{
	const coodie_sync *o = &cd_job(op)->options;
	bool is_drop = !c->replaces && !strncmp(coodie_change_kind_name(c->is.kind), "DROP_", 5);
	bool leave = o->allow_destructive || (is_drop && o->drop_removed_indexes &&
					      c->is.kind == COODIE_CHANGE_DROP_INDEX);

	if (d->is_sync && is_left(o, c))
		return TELL;
	if (c->is.safety == COODIE_CHANGE_SAFE ||
	    (c->is.safety == COODIE_CHANGE_DESTRUCTIVE && leave))
		return RUN;
	return !d->is_sync && is_drop && o->keep_removed ? TELL : REFUSE;
}

/* ---- what is refused --------------------------------------------------------------------------- */

/* The first in full, and what else. */
struct refusal {
	const struct cd_change *first;
	char others[160];
};

static void refuse(struct refusal *r, const struct cd_change *c)
{
	const char *name = c->is.kind == COODIE_CHANGE_KEY ? "the primary key"
			   : c->is.part                    ? c->is.part
							   : c->is.object;
	size_t len = strlen(r->others);

	if (!r->first)
		r->first = c;
	else if (name && !strstr(r->others, name))
		snprintf(r->others + len, sizeof(r->others) - len, "%s%s", len ? ", " : "", name);
}

/* keyspace.table, as CQL writes it. */
static bool put_subject(struct cd_buffer *b, const coodie_change *c)
{
	if (c->object) {
		cd_identifier_append(b, c->keyspace);
		cd_buffer_u8(b, '.');
		cd_identifier_append(b, c->object);
		cd_buffer_text(b, ": ");
	}
	cd_buffer_u8(b, '\0');
	return !b->failed;
}

static bool fail(struct cd_op *op, const struct refusal *r, coodie_error *err)
{
	const coodie_change *c = &r->first->is;
	bool more = *r->others, leave = c->safety == COODIE_CHANGE_DESTRUCTIVE;
	struct cd_buffer b;

	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	if (put_subject(&b, c))
		cd_fail(err, COODIE_ERR_CONFLICT, "%s%s%s%s%s%s", (const char *)b.data,
			c->reason ? c->reason : "it is destructive",
			leave ? ", or give leave with .allow_destructive" : "",
			more ? " (also different: " : "", r->others, more ? ")" : "");
	else
		cd_no_memory(err, "a difference");
	cd_buffer_deinit(&b);
	return false;
}

/* ---- planning ---------------------------------------------------------------------------------- */

static bool plan(struct cd_op *op, const struct cd_change *c, coodie_error *err)
{
	struct cd_planned *p;
	struct cd_buffer b;

	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, c->is.up);
	p = cd_job_plan(op, &b, err);
	if (!p)
		return false;
	p->instead = c->instead;
	p->optional = c->optional;
	p->change = c;
	return true;
}

/* What differs, without what would come of it. */
static void note(struct cd_op *op, const struct cd_change *c)
{
	const char *reason = c->is.reason ? c->is.reason : "it is not wanted";
	const char *end = strstr(reason, "; ");
	size_t len = end ? (size_t)(end - reason) : strlen(reason);
	struct cd_buffer b;

	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	if (put_subject(&b, &c->is))
		cd_job_note(op, "%s%.*s; it is left", (const char *)b.data, (int)len, reason);
	cd_buffer_deinit(&b);
}

bool cd_apply_diff(struct cd_op *op, const coodie_diff *d, coodie_error *err)
{
	struct refusal r = { 0 };

	cd_job(op)->diff = d;
	for (size_t i = 0; i < d->count; i++) {
		if (fate_of(op, d, d->all[i]) == REFUSE)
			refuse(&r, d->all[i]);
	}
	if (r.first)
		return fail(op, &r, err);
	for (size_t i = 0; i < d->count; i++) {
		enum fate fate = fate_of(op, d, d->all[i]);

		if (fate == TELL)
			note(op, d->all[i]);
		else if (!plan(op, d->all[i], err))
			return false;
	}
	return true;
}

/* Of the difference between what is there now and what should be. */
static coodie_diff *compare(struct cd_op *op, const coodie_schema *should,
			    const coodie_diff *like, coodie_error *err)
{
	const struct cd_job *job = cd_job(op);
	coodie_diff_options options = { .size = sizeof(options),
					.keep_options = job->options.keep_options };

	if (like)
		options = like->options;
	options.size = sizeof(options);
	return cd_compare(job->is, should, &options, !like || like->is_sync, err);
}

void cd_apply_looked(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct cd_job *job = cd_job(op);
	coodie_error err = *from;

	(void)take_res; /* none: it follows no statement */
	job->own_diff = compare(op, job->should, NULL, &err);
	if (job->own_diff)
		cd_apply_diff(op, job->own_diff, &err);
	cd_job_run_or_end(op, &err);
}

/* ---- what another has done meanwhile ----------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool is_still_wanted(const coodie_diff *now, const coodie_change *c)
{
	for (size_t i = 0; i < now->count; i++) {
		const coodie_change *is = &now->all[i]->is;

		if (is->kind == c->kind && same_text(is->object, c->object) &&
		    same_text(is->part, c->part))
			return true;
	}
	return false;
}

/* The server's refusal, kept while the schema is read again. */
struct settling {
	coodie_error why;
	void *before; /* the state of the job */
};

static void on_looked(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct cd_job *job = cd_job(op);
	const struct settling *s = job->state;
	coodie_error err = *from;
	coodie_diff *now = compare(op, job->diff->should, job->diff, &err);
	bool wanted = !now || is_still_wanted(now, &job->next->change->is);

	(void)take_res; /* none: it follows no statement */
	coodie_diff_free(now);
	if (wanted) {
		cd_job_end(op, &s->why);
		return;
	}
	job->state = s->before;
	cd_job_note(op, "another client has run it meanwhile: %.300s", job->next->cql);
	job->next = job->next->next;
	cd_job_run(op);
}

enum { INVALID = 0x2200, ALREADY_EXISTS = 0x2400 }; /* v4 section 9 */

bool cd_apply_settle(struct cd_op *op, const coodie_error *err)
{
	struct cd_job *job = cd_job(op);
	struct settling *s;
	coodie_error again = { 0 };

	if (!job->next->change || !job->look || err->server_code < INVALID ||
	    err->server_code > ALREADY_EXISTS || !cd_orm_is_open(op->place.orm, NULL))
		return false;
	s = cd_arena_take_zero(&job->arena, sizeof(*s));
	if (!s)
		return false;
	*s = (struct settling){ *err, job->state };
	cd_error_prefix(&s->why, "%.40s...", job->next->cql);
	job->state = s;
	if (cd_look_again(op, on_looked, &again))
		return true;
	job->state = s->before;
	return false;
}
