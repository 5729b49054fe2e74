/* SPDX-License-Identifier: MIT */
/* Operations: told exactly once; and blocking calls as waiting for one. */
#include "orm/run/op.h"

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/poison.h"

/* ---- their memory ---------------------------------------------------------------------------- */

/* Most come one after the other: one that has ended waits for the next. */
static struct cd_op *take_spare(struct cd_orm *orm)
{
	struct cd_op *op = atomic_exchange_explicit(&orm->spare, NULL, memory_order_acquire);

	if (op)
		CD_UNPOISON(op, sizeof(*op));
	return op;
}

/* @return what is to be released instead; or NULL */
static struct cd_op *keep_spare(struct cd_orm *orm, struct cd_op *op)
{
	CD_POISON(op, sizeof(*op));
	return atomic_exchange_explicit(&orm->spare, op, memory_order_acq_rel);
}

static inline struct cd_op *begin(struct cd_op *op, const struct cd_place *place, const char *verb,
				  cd_step_fn *step, void *user)
{
	*op = (struct cd_op){ .place = *place,
			      .step = step,
			      .verb = verb,
			      .subject = place->model ? place->model->label : "",
			      .user = user };
	cd_orm_ref(place->orm);
	return op;
}

struct cd_op *cd_op_new_with(const struct cd_place *place, const char *verb, cd_step_fn *step,
			     void *user, size_t state_size, coodie_error *err)
{
	struct cd_op *op = cd_alloc(&place->orm->allocator, sizeof(*op) + state_size);

	if (!op) {
		cd_no_memory(err, verb);
		return NULL;
	}
	begin(op, place, verb, step, user)->alone = !state_size;
	if (state_size)
		op->state = op + 1;
	return op;
}

struct cd_op *cd_op_new(const struct cd_place *place, const char *verb, cd_step_fn *step,
			void *user, coodie_error *err)
{
	struct cd_op *op = take_spare(place->orm);

	if (!op)
		return cd_op_new_with(place, verb, step, user, 0, err);
	begin(op, place, verb, step, user)->alone = true;
	return op;
}

void cd_op_free(struct cd_op *op)
{
	struct cd_orm *orm = op->place.orm;

	if (op->alone)
		op = keep_spare(orm, op);
	if (op)
		cd_release(&orm->allocator, op);
	cd_orm_free(orm);
}

/* ---- sending --------------------------------------------------------------------------------- */

static void on_done(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_op *op = user;

	op->step(op, take_res, err);
}

bool cd_op_send(struct cd_op *op, const coodie_statement *st, coodie_error *err)
{
	if (!op->done.status)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s(%s): the callback is NULL, nobody would know how it ended",
			       op->verb, op->subject);
	return coodie_session_submit(op->place.session, st, on_done, op, err);
}

bool cd_op_submit(struct cd_op *op, const char *cql, cql_args args, const coodie_request *r,
		  coodie_error *err)
{
	static const coodie_request plain = { .size = sizeof(plain) };
	const coodie_statement st = { .size = sizeof(st),
				      .cql = cql,
				      .args = args,
				      .request = r ? r : &plain,
				      .prepare = args.count > 0 };

	return cd_op_send(op, &st, err);
}

const coodie_error cd_op_ok;

coodie_error cd_op_error(const struct cd_op *op, const coodie_error *from)
{
	coodie_error err = *from;

	if (err.code != COODIE_OK)
		cd_error_prefix(&err, "%s(%s)", op->verb, op->subject);
	return err;
}

/* ---- blocking calls -------------------------------------------------------------------------- */

struct cd_wait *cd_wait_new(coodie_session *s, coodie_error *err)
{
	static const bool already = true;
	const coodie_allocator *a = coodie_session_allocator(s);
	struct cd_wait *w;

	if (!coodie_session_run(s, &already, err)) /* asks only whether this is a place to block */
		return NULL;
	if (!a)
		a = &cd_malloc_allocator;
	w = cd_alloc_zero(a, sizeof(*w));
	if (!w) {
		cd_no_memory(err, "a blocking call");
		return NULL;
	}
	w->allocator = *a;
	return w;
}

static void wait_free(struct cd_wait *w)
{
	coodie_allocator a = w->allocator;

	cd_release(&a, w);
}

/* Whether somebody still waits. */
static bool is_wanted(struct cd_wait *w)
{
	if (!w->abandoned)
		return true;
	wait_free(w);
	return false;
}

/* The last thing: who waits may be another thread. */
static void tell(struct cd_wait *w, const coodie_error *err)
{
	w->err = *err;
	__atomic_store_n(&w->done, true, __ATOMIC_RELEASE);
}

void cd_wait_status(const coodie_error *err, void *user)
{
	if (is_wanted(user))
		tell(user, err);
}

void cd_wait_object(void *take_object, const coodie_error *err, void *user)
{
	struct cd_wait *w = user;

	if (!is_wanted(w)) {
		coodie_object_free(take_object);
		return;
	}
	w->object = take_object;
	tell(w, err);
}

void cd_wait_rows(coodie_rows *take_rows, const coodie_error *err, void *user)
{
	struct cd_wait *w = user;

	if (!is_wanted(w)) {
		coodie_rows_free(take_rows);
		return;
	}
	w->rows = take_rows;
	tell(w, err);
}

void cd_wait_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_wait *w = user;

	if (!is_wanted(w)) {
		coodie_result_free(take_res);
		return;
	}
	w->result = take_res;
	tell(w, err);
}

void cd_wait_count(uint64_t count, const coodie_error *err, void *user)
{
	struct cd_wait *w = user;

	if (!is_wanted(w))
		return;
	w->count = count;
	tell(w, err);
}

void cd_wait_lwt(coodie_lwt *take_lwt, const coodie_error *err, void *user)
{
	struct cd_wait *w = user;

	if (!is_wanted(w)) {
		coodie_lwt_free(take_lwt);
		return;
	}
	w->lwt = take_lwt;
	tell(w, err);
}

void cd_wait_model(coodie_model *take_model, const coodie_error *err, void *user)
{
	struct cd_wait *w = user;

	if (!is_wanted(w)) {
		coodie_model_free(take_model);
		return;
	}
	w->model = take_model;
	tell(w, err);
}

void cd_wait_schema(coodie_schema *take_schema, const coodie_error *err, void *user)
{
	struct cd_wait *w = user;

	if (!is_wanted(w)) {
		coodie_schema_free(take_schema);
		return;
	}
	w->schema = take_schema;
	tell(w, err);
}

bool cd_wait_finish(struct cd_wait *take_wait, coodie_session *s, bool accepted,
		    struct cd_wait *out, coodie_error *err)
{
	struct cd_wait *w = take_wait;

	*out = (struct cd_wait){ 0 };
	if (accepted && !coodie_session_run(s, &w->done, err) && !w->done) {
		w->abandoned = true; /* its callback may still come */
		return false;
	}
	if (accepted) {
		*out = *w;
		cd_clear(err);
		cd_error_copy(err, &w->err);
		accepted = w->err.code == COODIE_OK;
	}
	wait_free(w);
	return accepted;
}
