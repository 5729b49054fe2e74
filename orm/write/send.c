/* SPDX-License-Identifier: MIT */
/* Sending a plan: one statement, and what follows when it was applied. */
#include "base/alloc.h"
#include "base/error.h"
#include "orm/run/op.h"
#include "orm/write/lwt.h"
#include "orm/write/write.h"

static void write_free(struct cd_op *op, struct cd_write *take_w)
{
	if (!take_w)
		return;
	cd_write_deinit(take_w);
	cd_release(&op->place.orm->allocator, take_w);
}

/* Reads the answer of a conditional write; NULL with `err` filled when it failed. */
static coodie_lwt *read_outcome(struct cd_op *op, struct cd_write *w, coodie_result *take_res,
				coodie_error *err)
{
	coodie_lwt *lwt;

	if (err->code != COODIE_OK)
		return NULL; /* there is no result either */
	lwt = cd_lwt_new(op->place.model, take_res, w->keys, err);
	if (!lwt)
		return NULL;
	if (lwt && coodie_lwt_applied(lwt))
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
	struct cd_write *w = op->state;
	coodie_error err = *from;
	coodie_lwt *lwt = read_outcome(op, w, take_res, &err);
	void *user = op->user;

	err = cd_op_error(op, &err);
	write_free(op, w);
	cd_op_free(op);
	done(lwt, &err, user);
}

static void on_written(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_status_fn *done = op->done.status;
	struct cd_write *w = op->state;
	coodie_error err = *from;
	void *user = op->user;

	if (w && w->conditional) {
		w->must_apply = true;
		coodie_lwt_free(read_outcome(op, w, take_res, &err));
	} else {
		if (w && err.code == COODIE_OK)
			cd_write_applied(w);
		coodie_result_free(take_res);
	}
	err = cd_op_error(op, &err);
	write_free(op, w);
	cd_op_free(op);
	done(&err, user);
}

/* A plan that has something to tell lives on until the answer. */
static bool keep_plan(struct cd_op *op, struct cd_write *w, coodie_error *err)
{
	struct cd_write *kept;

	if (!w->changes && !w->conditional)
		return true;
	kept = cd_alloc(&op->place.orm->allocator, sizeof(*kept));
	if (!kept)
		return cd_no_memory(err, "what is written");
	*kept = *w; /* its binds are sent by the time this call returns */
	w->changes = NULL;
	w->arena = (struct cd_arena){ 0 };
	op->state = kept;
	return true;
}

/* The step says which callback of the user's it is. */
static bool send(struct cd_write *w, cd_step_fn *step, union cd_done done, void *user,
		 coodie_error *err)
{
	struct cd_op *op = cd_op_new(&w->place, w->verb->name, step, user, err);

	if (!op)
		return false;
	op->done = done;
	if (keep_plan(op, w, err) && cd_op_submit(op, w->cql, w->args, &w->request, err))
		return true;
	write_free(op, op->state);
	cd_op_free(op);
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
