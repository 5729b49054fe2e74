/* SPDX-License-Identifier: MIT */
/* How every verb of this room goes: it asks what is there, plans statements, and runs them one after
 * the other. What asks and plans is the verb's; here is what they share. */
#ifndef ORM_SCHEMA_JOB_H
#define ORM_SCHEMA_JOB_H

#include "base/keyspace.h"
#include "orm/run/op.h"
#include "orm/schema/diff.h"

/* A statement that is to be run. */
struct cd_planned {
	struct cd_planned *next;
	const char *cql;
	/* an index of a class that the server may not know: another statement to try then (NULL: none),
	 * and whether it may do without */
	const char *instead;
	bool optional;
	const struct cd_change *change; /* what it does; NULL: it is of no difference */
};

/* What a verb is called with; lives during that call. */
struct cd_target {
	coodie_session *session;
	bool has_model;
	const coodie_model *model;
	const coodie_sync *options;
	const char *keyspace; /* as in CQL, instead of the model's; NULL: that one */
	const void *what; /* what it is about instead of a model */
};

#define CD_TARGET(s, m, o) \
	(&(struct cd_target){ .session = (s), .has_model = true, .model = (m), .options = (o) })

/* What the user's callback is told besides how it went. */
enum cd_brings { CD_BRINGS_NOTHING, CD_BRINGS_SCHEMA /* job->is */, CD_BRINGS_MODEL };

/* The state of a cd_op of this room. */
struct cd_job {
	coodie_sync options;
	struct cd_arena arena;
	struct cd_planned *next, **last; /* what is still to be run */
	cd_step_fn *after;               /* the next step, when all of it has been; NULL: the end */
	void *state;                     /* of the verb, in the arena */
	/* what has been read, and what it is to become; freed with the job. `diff` is borrowed where it was
	 * the caller's */
	coodie_schema *is, *should;
	coodie_diff *own_diff;
	const coodie_diff *diff;
	struct cd_look *look; /* how it was read, and may be read again; NULL: it was not */
	enum cd_brings brings;
	coodie_model_builder *builder; /* of a model that is read; NULL: none */
	coodie_model *model;           /* what it has become; the callback takes it */
	bool under_way;       /* something was asked */
};

/* The keyspace that is meant, as stored; `text` NULL: the session's. What it was written as is said in errors. */
bool cd_job_keyspace(coodie_session *s, const char *text, char name[CD_KEYSPACE_SIZE],
		     coodie_error *err);
/* The keyspace, as stored, that a model's table is to be in; NULL: the target's is no name of one. */
const char *cd_job_home(const struct cd_op *op, const struct cd_target *t,
			char room[CD_KEYSPACE_SIZE], coodie_error *err);
/* Plans words and the table's name. */
bool cd_job_plan_drop(struct cd_op *op, const struct cd_target *t, const char *words,
		      coodie_error *err);
/* The session of what is about no model is the one without a name. */
bool cd_target_place(const struct cd_target *t, struct cd_place *out, coodie_error *err);

struct cd_verb {
	const char *name; /* "coodie_sync_table" */
	/* Asks the first question, or plans all there is to do, without asking. On false nothing was
	 * sent. */
	bool (*begin)(struct cd_op *op, const struct cd_target *t, coodie_error *err);
};

/* A verb, asynchronous and blocking; `done` is of the kind that job->brings says. */
bool cd_verb_start_for(const struct cd_verb *verb, const struct cd_target *t, union cd_done done,
		       void *user, coodie_error *err);
bool cd_verb_wait_for(const struct cd_verb *verb, const struct cd_target *t, union cd_done done,
		      struct cd_wait *out, coodie_error *err);
/* One that brings nothing. */
static inline bool cd_verb_start(const struct cd_verb *verb, const struct cd_target *t,
				 coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start_for(verb, t, (union cd_done){ .status = done }, user, err);
}
bool cd_verb_wait(const struct cd_verb *verb, const struct cd_target *t, coodie_error *err);

extern const struct cd_verb cd_sync_table, cd_sync_view, cd_drop_table, cd_drop_view;

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
/* Runs it, where all went well so far; else ends it. */
void cd_job_run_or_end(struct cd_op *op, const coodie_error *err);
/* Ends it: the user's callback, once. */
void cd_job_end(struct cd_op *op, const coodie_error *err);

/* ---- look.c: reading ---------------------------------------------------------------------------- */

enum cd_scope {
	CD_SCOPE_WHOLE,
	CD_SCOPE_KEYSPACE,
	CD_SCOPE_TYPES,
	CD_SCOPE_TABLE,            /* with its columns and indexes */
	CD_SCOPE_TABLE_WITH_TYPES, /* and the types of the keyspace */
	CD_SCOPE_VIEW,             /* with its columns; without it whether its base is there */
	CD_SCOPE_MODEL             /* a table or a view, by its columns; COODIE_ERR_NOT_FOUND */
};

/* Reads job->is: of a keyspace, as stored, what the scope says, and goes on with `next`. `name` is of the
 * table or view, `base` of a view's base. On false the job goes on as it is. */
bool cd_look(struct cd_op *op, enum cd_scope scope, const char *keyspace, const char *name,
	     const char *base, cd_step_fn *next, coodie_error *err);
/* Only says what cd_look_again() is to read. */
bool cd_look_later(struct cd_op *op, enum cd_scope scope, const char *keyspace, const char *name,
		   const char *base, coodie_error *err);
/* Reads the same again. */
bool cd_look_again(struct cd_op *op, cd_step_fn *next, coodie_error *err);

/* ---- apply.c ------------------------------------------------------------------------------------ */

/* The step behind cd_look(): runs what leads from job->is to job->should. */
cd_step_fn cd_apply_looked;
/* Plans a difference; COODIE_ERR_CONFLICT: something is impossible, or destructive without leave, and nothing is
 * planned. */
bool cd_apply_diff(struct cd_op *op, const coodie_diff *d, coodie_error *err);
/* What a server refused, of a change: whether it has come about all the same is looked at, and the job goes
 * on (SM-28). False: that cannot be. */
bool cd_apply_settle(struct cd_op *op, const coodie_error *err);

/* warm.c: a step that prepares what a model's objects are read and written with, and ends the job (CN-18). What
 * cannot be prepared says so when it is used. */
cd_step_fn cd_schema_warm;

#endif
