/* SPDX-License-Identifier: MIT */
/* How every verb of this room goes: it asks what is there, plans statements, and runs them one after
 * the other. What asks and plans is the verb's; here is what they share. */
#ifndef ORM_SCHEMA_JOB_H
#define ORM_SCHEMA_JOB_H

#include <coodie/schema.h>

#include "base/buffer.h"
#include "orm/run/op.h"

/* A statement that is to be run. */
struct cd_planned {
	struct cd_planned *next;
	const char *cql;
	/* an index of a class that the server may not know: another statement to try then (NULL: none),
	 * and whether it may do without */
	const char *instead;
	bool optional;
};

/* What a verb is called with; lives during that call. */
struct cd_target {
	coodie_session *session;
	bool has_model;
	const coodie_model *model;
	const coodie_sync *options;
	const void *what; /* what it is about instead of a model */
};

#define CD_TARGET(s, m, o) \
	(&(struct cd_target){ .session = (s), .has_model = true, .model = (m), .options = (o) })

/* The state of a cd_op of this room. */
struct cd_job {
	coodie_sync options;
	struct cd_arena arena;
	struct cd_planned *next, **last; /* what is still to be run */
	cd_step_fn *after;               /* the next step, when all of it has been; NULL: the end */
	void *state;                     /* of the verb, in the arena */
};

/* The session of what is about no model is the one without a name. */
bool cd_target_place(const struct cd_target *t, struct cd_place *out, coodie_error *err);

struct cd_verb {
	const char *name; /* "coodie_sync_table" */
	/* Asks the first question, or plans all there is to do. On false nothing was sent. */
	bool (*begin)(struct cd_op *op, const struct cd_target *t, coodie_error *err);
};

/* A verb, asynchronous and blocking. */
bool cd_verb_start(const struct cd_verb *verb, const struct cd_target *t, coodie_status_fn *done,
		   void *user, coodie_error *err);
bool cd_verb_wait(const struct cd_verb *verb, const struct cd_target *t, coodie_error *err);

static inline struct cd_job *cd_job(const struct cd_op *op)
{
	return op->state;
}

/* Sends a question; its answer runs the step. On false the job goes on as it is. */
bool cd_job_ask(struct cd_op *op, cd_step_fn *step, const char *cql, cql_args args,
		coodie_error *err);
/* Adds a statement. @return it; NULL when out of memory */
struct cd_planned *cd_job_plan(struct cd_op *op, struct cd_buffer *take_b, coodie_error *err);
/* Tells `each` what differs and is left as it is: a comment in CQL, so that what `each` was told can be
 * kept as a script. */
void cd_job_note(struct cd_op *op, const char *format, ...) COODIE_PRINTF(2, 3);
/* Runs what was planned, and then job->after. */
void cd_job_run(struct cd_op *op);
/* Ends it: the user's callback, once. */
void cd_job_end(struct cd_op *op, const coodie_error *err);

#endif
