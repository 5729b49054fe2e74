/* SPDX-License-Identifier: MIT */
/* Sending a plan: one statement, and what follows when it was applied. */
#include "base/error.h"
#include "orm/run/op.h"
#include "orm/write/lwt.h"
#include "orm/write/write.h"

/* With the plan that it keeps. */
static void op_free(struct cd_op *op)
{
	if (op->state)
		cd_write_deinit(op->state);
	cd_op_free(op);
}

/* Reads the answer of a conditional write; NULL with `err` filled when it failed. */
static coodie_lwt *read_outcome(struct cd_write *w, coodie_result *take_res, coodie_error *err)
{
	coodie_lwt *lwt;

	if (err->code != COODIE_OK)
		return NULL; /* there is no result either */
	lwt = cd_lwt_new(w, take_res, w->keys, err);
	if (!lwt)
		return NULL;
	if (coodie_lwt_applied(lwt))
		cd_write_applied(w);
	else if (w->must_apply && !cd_lwt_fail(lwt, err)) {
		coodie_lwt_free(lwt);
		lwt = NULL;
	}
	return lwt;
}

static void on_outcome(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_lwt_fn *done = op->done.lwt;
	coodie_error err = *from;
	coodie_lwt *lwt = read_outcome(op->state, take_res, &err);
	void *user = op->user;

	err = cd_op_error(op, &err);
	op_free(op);
	done(lwt, &err, user);
}

static void tell(struct cd_op *op, const coodie_error *from)
{
	coodie_status_fn *done = op->done.status;
	void *user = op->user;
	coodie_error own;

	from = cd_op_told(op, from, &own);
	op_free(op);
	done(from, user);
}

/* A conditional write whose outcome nobody asked for has to be applied. */
static void need_applied(struct cd_op *op, struct cd_write *w, coodie_result *take_res,
			 coodie_error err)
{
	w->must_apply = true;
	coodie_lwt_free(read_outcome(w, take_res, &err));
	tell(op, &err);
}

static void on_written(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct cd_write *w = op->state;

	if (w && w->conditional) {
		need_applied(op, w, take_res, *from);
		return;
	}
	if (w && from->code == COODIE_OK)
		cd_write_applied(w);
	coodie_result_free(take_res);
	tell(op, from);
}

/* A plan that has something to tell lives on until the answer; its binds are sent before. */
static void move_plan(struct cd_write *to, struct cd_write *w)
{
	*to = *w;
	w->changes = NULL;
	w->arena = (struct cd_arena){ 0 };
}

/* The step says which callback of the user's it is. */
static bool send(struct cd_write *w, cd_step_fn *step, union cd_done done, void *user,
		 coodie_error *err)
{
	bool keep = w->changes || w->conditional;
	struct cd_op *op = keep ? cd_op_new_with(&w->place, w->verb->name, step, user, sizeof(*w),
						 err)
				: cd_op_new(&w->place, w->verb->name, step, user, err);

	if (!op)
		return false;
	op->done = done;
	if (keep)
		move_plan(op->state, w);
	if (cd_op_submit(op, w->cql, w->args, &w->request, err))
		return true;
	op_free(op);
	return false;
}

static bool run_async(const struct cd_call *call, cd_step_fn *step, union cd_done done, void *user,
		      coodie_error *err)
{
	cql_value room[CD_FIXED_VALUES];
	struct cd_write w;
	bool ok;

	cd_well(err);
	ok = cd_write_plan(&w, call, room, err) && send(&w, step, done, user, err);
	cd_write_deinit(&w);
	return ok;
}

static bool run(const struct cd_call *call, cd_step_fn *step, union cd_done done,
		struct cd_wait *out, coodie_error *err)
{
	cql_value room[CD_FIXED_VALUES];
	struct cd_wait *wait;
	struct cd_write w;
	bool ok;

	cd_well(err);
	ok = cd_write_begin(&w, call, room, err);
	wait = ok ? cd_wait_new(w.place.session, err) : NULL;
	ok = wait &&
	     cd_wait_finish(wait, w.place.session,
			    call->verb->plan(&w, call, err) && send(&w, step, done, wait, err), out,
			    err);
	cd_write_deinit(&w);
	return ok;
}

bool cd_write_run_async(const struct cd_call *call, coodie_status_fn *done, void *user,
			coodie_error *err)
{
	return run_async(call, on_written, (union cd_done){ .status = done }, user, err);
}

bool cd_write_run(const struct cd_call *call, coodie_error *err)
{
	struct cd_wait out;

	return run(call, on_written, (union cd_done){ .status = cd_wait_status }, &out, err);
}

bool cd_write_run_if_async(const struct cd_call *call, coodie_lwt_fn *done, void *user,
			   coodie_error *err)
{
	return run_async(call, on_outcome, (union cd_done){ .lwt = done }, user, err);
}

coodie_lwt *cd_write_run_if(const struct cd_call *call, coodie_error *err)
{
	struct cd_wait out;

	return run(call, on_outcome, (union cd_done){ .lwt = cd_wait_lwt }, &out, err) ? out.lwt
										       : NULL;
}
