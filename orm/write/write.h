/* SPDX-License-Identifier: MIT */
/* Writes: what a call was given becomes a plan, in which everything is checked and nothing is sent;
 * who sends it tells the object. */
#ifndef ORM_WRITE_WRITE_H
#define ORM_WRITE_WRITE_H

#include <coodie/lwt.h>

#include "orm/model/place.h"
#include "orm/object/object.h"
#include "orm/query/query.h"

enum { CD_FIXED_VALUES = 64 }; /* binds of a plan without an allocation */

struct cd_write;

/* What the user gave a verb. */
struct cd_call {
	const struct cd_verb *verb;
	coodie_session *session;
	const coodie_model *model;
	const coodie_write *options;
	const void *object;
	const char *text;      /* assignments, cells, or names, as the verb says */
	const char *condition; /* after IF; NULL: none */
	cql_args args;         /* for both, in this order */
	coodie_query *query;   /* in place of session, model, object and condition */
};

typedef bool cd_plan_fn(struct cd_write *w, const struct cd_call *call, coodie_error *err);

/* What a verb takes of coodie_write, besides what every one takes. */
enum {
	CD_TAKES_TTL = 1,
	CD_TAKES_TIMESTAMP = 2,
	CD_TAKES_FULL = 4,
	CD_TAKES_COUNTERS = 8, /* is for tables of counters too */
	CD_OF_QUERY = 16,      /* its place is the query's */
	CD_NEEDS_CONDITION = 32
};

/* One verb: the whole difference between the calls that write. */
struct cd_verb {
	const char *name; /* "coodie_save": for messages */
	unsigned takes;
	cd_plan_fn *plan;
};

extern const struct cd_verb cd_save, cd_insert, cd_save_if, cd_update, cd_update_if, cd_delete,
	cd_delete_if, cd_delete_columns, cd_query_update, cd_query_delete, cd_increment,
	cd_decrement, cd_save_json;

/* What a member of a tracked object becomes when the write was applied. */
struct cd_follow {
	const struct cd_column *column;
	const void *member;
};

/* One write, planned. Its model is its place's: who keeps the plan keeps a reference to the orm.
 * Binds lie in the caller's memory, in the object's and in `room`, until cd_write_keep(). */
struct cd_write {
	const struct cd_verb *verb;
	struct cd_place place;
	const char *table, *connection; /* of a query with coodie_using(); NULL: the model's */
	const char *cql; /* NULL: there is nothing to send */
	cql_args args;
	coodie_request request; /* its `id` and `profile` are the caller's */
	int32_t ttl;            /* as in coodie_write */
	bool full;
	bool told_idempotent; /* by the options or the model: whatever it is */
	bool conditional;     /* the answer is a coodie_lwt */
	bool must_apply;
	cql_args keys; /* of a conditional write: of its row, copied; none when it is not one row */
	struct cd_changes *changes; /* what a tracked object is told when it was applied; or NULL */
	struct cd_object *object;   /* that is written, where it is one of ours */
	struct cd_follow *follows;
	uint32_t follow_count;
	struct cd_arena arena; /* texts and values made for it */
	cql_value *room;       /* for CD_FIXED_VALUES of the first binds; NULL: from the arena */
};

/* Finds the place and reads the options: the first half of cd_write_plan(). */
bool cd_write_begin(struct cd_write *w, const struct cd_call *call, cql_value *room,
		    coodie_error *err);
/* Plans what `call` says. `room` lives as long as the plan, or is NULL. Whatever it returns, the plan is
 * to be ended with cd_write_deinit(). */
static inline bool cd_write_plan(struct cd_write *w, const struct cd_call *call, cql_value *room,
				 coodie_error *err)
{
	return cd_write_begin(w, call, room, err) && call->verb->plan(w, call, err);
}
/* Copies what is borrowed, for a plan that outlives the call: afterwards it may be moved by
 * assignment. */
bool cd_write_keep(struct cd_write *w, coodie_error *err);
/* The server has applied it: tells the tracked object. Cannot fail; at most once. */
void cd_write_applied(struct cd_write *w);
static inline void cd_write_deinit(struct cd_write *w)
{
	if (w->changes)
		cd_changes_free(w->changes);
	w->changes = NULL;
	if (w->arena.chunks)
		cd_arena_deinit(&w->arena);
}

/* ---- for the planners ------------------------------------------------------------------------ */

/* Reads and checks coodie_write, of whatever size, and what was said to a query. */
bool cd_write_options(struct cd_write *w, const struct cd_call *call, coodie_error *err);
/* Room for binds, not initialized; NULL with COODIE_ERR_NO_MEMORY. */
cql_value *cd_write_room(struct cd_write *w, size_t count, coodie_error *err);
/* The TTL as a bind, where its marker is. */
static inline void cd_write_put_ttl(const struct cd_write *w, cql_value *args, size_t *count)
{
	if (w->ttl)
		args[(*count)++] = cql_from_int(w->ttl == COODIE_NO_TTL ? 0 : w->ttl);
}
/* CD_WITH_TTL or CD_PLAIN, of the model's constant texts. */
static inline int cd_write_shape(const struct cd_write *w)
{
	return w->ttl ? CD_WITH_TTL : CD_PLAIN;
}
/* The primary key of an object as binds, the first `count` of the model's keys. */
bool cd_write_keys(struct cd_write *w, const void *object, uint32_t count, cql_value *out,
		   coodie_error *err);
/* The object behind the struct, NULL for one of the caller's own, its key checked. */
bool cd_write_object(struct cd_write *w, const void *memory, struct cd_object **out,
		     coodie_error *err);
/* It has a condition: its row's keys are kept for the answer, and it is sent once. */
bool cd_write_conditional(struct cd_write *w, cql_args keys, coodie_error *err);
/* It is not the same twice: sent once, unless told. */
void cd_write_once(struct cd_write *w);
/* A part of the key that is not set, or was not read. @return false */
bool cd_write_fail_key(const struct cd_write *w, const struct cd_column *c, bool unread,
		       coodie_error *err);
/* Puts "user, age (int): " before a message. @return false */
bool cd_write_fail_column(const struct cd_model *m, const struct cd_column *c, coodie_error *err);

/* ---- sending --------------------------------------------------------------------------------- */

/* Plans and sends; the form that waits, and its twin. */
bool cd_write_run(const struct cd_call *call, coodie_error *err);
bool cd_write_run_async(const struct cd_call *call, coodie_status_fn *done, void *user,
			coodie_error *err);

coodie_lwt *cd_write_run_if(const struct cd_call *call, coodie_error *err);
bool cd_write_run_if_async(const struct cd_call *call, coodie_lwt_fn *done, void *user,
			   coodie_error *err);

#endif
