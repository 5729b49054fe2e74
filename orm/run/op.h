/* SPDX-License-Identifier: MIT */
/* An operation under way: what goes on when an answer comes, and whom it is told, once. */
#ifndef ORM_RUN_OP_H
#define ORM_RUN_OP_H

#include <coodie/builder.h>
#include <coodie/diff.h>
#include <coodie/lwt.h>
#include <coodie/refine.h>

#include "orm/model/place.h"

struct cd_op;

/* The answer to what the operation submitted last. Goes on, or ends with cd_op_free() and the
 * user's callback. */
typedef void cd_step_fn(struct cd_op *op, coodie_result *take_res, const coodie_error *err);

/* The user's callback; which one, the step knows. */
union cd_done {
	coodie_status_fn *status;
	coodie_object_fn *object;
	coodie_rows_fn *rows;
	coodie_count_fn *count;
	coodie_exists_fn *exists;
	coodie_lwt_fn *lwt;
	coodie_done_fn *result;
	coodie_model_fn *model;
	coodie_schema_fn *schema;
};

struct cd_op {
	struct cd_place
		place; /* holds a reference to the orm, so that models outlive the session's end */
	cd_step_fn *step;
	const char *verb;    /* "coodie_save": for messages */
	const char *subject; /* the model's struct, or what else it is about */
	union cd_done done;
	void *user;
	void *state; /* of whoever runs it */
	bool alone;  /* nothing lies behind it */
};

/* @return an operation that ends in the user's callback; NULL with COODIE_ERR_NO_MEMORY */
struct cd_op *cd_op_new(const struct cd_place *place, const char *verb, cd_step_fn *step,
			void *user, coodie_error *err);
/* The same with so many bytes behind it, which are its state. */
struct cd_op *cd_op_new_with(const struct cd_place *place, const char *verb, cd_step_fn *step,
			     void *user, size_t state_size, coodie_error *err);
void cd_op_free(struct cd_op *op);
/* Submits one statement; its answer runs op->step. On false the operation is still the caller's.
 * `cql` NULL: nothing is
 * sent, the step runs on a later turn all the same. */
bool cd_op_submit(struct cd_op *op, const char *cql, cql_args args, const coodie_request *r,
		  coodie_error *err);
/* The same of a whole statement, a batch for instance. */
bool cd_op_send(struct cd_op *op, const coodie_statement *st, coodie_error *err);
/* That all went well. */
extern const coodie_error cd_op_ok;
/* `from` with "coodie_save(user): " before it. */
coodie_error cd_op_error(const struct cd_op *op, const coodie_error *from);
/* The same without a copy where all went well; `room` is for the other case. */
static inline const coodie_error *cd_op_told(const struct cd_op *op, const coodie_error *from,
					     coodie_error *room)
{
	if (from->code == COODIE_OK)
		return from;
	*room = cd_op_error(op, from);
	return room;
}

/* ---- blocking calls -------------------------------------------------------------------------- */

/* Where the callback of a blocking call leaves what it got. */
struct cd_wait {
	bool done;
	bool abandoned; /* nobody waits any more: the callback frees everything */
	coodie_allocator allocator;
	coodie_error err;
	void *object;
	coodie_rows *rows;
	coodie_result *result;
	uint64_t count;
	coodie_lwt *lwt;
	coodie_model *model;
	coodie_schema *schema;
};

/* NULL with COODIE_ERR_WOULD_BLOCK where blocking is not allowed. */
struct cd_wait *cd_wait_new(coodie_session *s, coodie_error *err);
/* Turns the loop until the callback has run. `accepted`: what the asynchronous form returned.
 * @return whether it succeeded; what it brought is in `out`, which is wholly filled */
bool cd_wait_finish(struct cd_wait *take_wait, coodie_session *s, bool accepted,
		    struct cd_wait *out, coodie_error *err);

coodie_status_fn cd_wait_status;
coodie_object_fn cd_wait_object;
coodie_rows_fn cd_wait_rows;
coodie_count_fn cd_wait_count;
coodie_lwt_fn cd_wait_lwt;
coodie_done_fn cd_wait_result;
coodie_model_fn cd_wait_model;
coodie_schema_fn cd_wait_schema;

#endif
