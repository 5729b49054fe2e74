/* SPDX-License-Identifier: MIT */
/* Sending a plan: one statement, and what follows when it was applied. */
#include "base/alloc.h"
#include "base/error.h"
#include "orm/run/op.h"
#include "orm/write/write.h"

static void write_free(struct cd_op *op, struct cd_write *take_w)
{
	if (!take_w)
		return;
	cd_write_deinit(take_w);
	cd_release(&op->place.orm->allocator, take_w);
}

static void on_written(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_status_fn *done = op->done.status;
	coodie_error err = cd_op_error(op, from);
	struct cd_write *w = op->state;
	void *user = op->user;

	if (w && err.code == COODIE_OK)
		cd_write_applied(w);
	write_free(op, w);
	coodie_result_free(take_res);
	cd_op_free(op);
	done(&err, user);
}

/* A plan that has something to tell lives on until the answer. */
static bool keep_plan(struct cd_op *op, struct cd_write *w, coodie_error *err)
{
	struct cd_write *kept;

	if (!w->changes)
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

static bool send(struct cd_write *w, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_op *op = cd_op_new(&w->place, w->verb->name, on_written, user, err);

	if (!op)
		return false;
	op->done.status = done;
	if (keep_plan(op, w, err) && cd_op_submit(op, w->cql, w->args, &w->request, err))
		return true;
	write_free(op, op->state);
	cd_op_free(op);
	return false;
}

bool cd_write_run_async(const struct cd_call *call, coodie_status_fn *done, void *user,
			coodie_error *err)
{
	cql_value room[CD_FIXED_VALUES];
	struct cd_write w;
	bool ok;

	cd_clear(err);
	ok = cd_write_plan(&w, call, room, err) && send(&w, done, user, err);
	cd_write_deinit(&w);
	return ok;
}

bool cd_write_run(const struct cd_call *call, coodie_error *err)
{
	cql_value room[CD_FIXED_VALUES];
	struct cd_wait *wait, out;
	struct cd_write w;
	bool ok;

	cd_clear(err);
	ok = cd_write_begin(&w, call, room, err);
	wait = ok ? cd_wait_new(w.place.session, err) : NULL;
	ok = wait &&
	     cd_wait_finish(wait, w.place.session,
			    call->verb->plan(&w, call, err) && send(&w, cd_wait_status, wait, err),
			    &out, err);
	cd_write_deinit(&w);
	return ok;
}
