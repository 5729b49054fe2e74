/* SPDX-License-Identifier: MIT */
/* coodie_save and coodie_delete: a planned write sent, and what follows when it was applied. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/run/op.h"
#include "orm/write/write.h"

/* ---- options --------------------------------------------------------------------------------- */

/* Options of an older program are shorter: what it does not have is zero. */
static coodie_write read_options(const coodie_write *w)
{
	coodie_write options = { 0 };

	if (w)
		memcpy(&options, w,
		       w->size && w->size < sizeof(options) ? w->size : sizeof(options));
	return options;
}

/* The timestamp travels with the request, not in the text: one statement for all. */
static coodie_request request_of(const struct cd_model *m, const coodie_write *options)
{
	return (coodie_request){
		.size = sizeof(coodie_request),
		.consistency = options->consistency ? options->consistency : m->def.consistency,
		.timeout_ms = options->timeout_ms,
		.timestamp_us = options->timestamp_us,
		.idempotent = true, /* a plain INSERT, UPDATE or DELETE by key: twice is once */
		.id = options->id,
	};
}

/* ---- save ------------------------------------------------------------------------------------ */

/* What a save of a tracked object remembers until the answer comes. */
struct saving {
	struct cd_object *object;
	struct cd_change *changes;
	uint32_t count;
};

static void saving_free(const struct cd_model *m, struct saving *saving)
{
	if (!saving)
		return;
	cd_changes_free(&m->allocator, saving->changes, saving->count);
	cd_release(&m->allocator, saving);
}

static void finish_status(struct cd_op *op, const coodie_error *from)
{
	coodie_status_fn *done = op->done.status;
	coodie_error err = cd_op_error(op, from);
	void *user = op->user;

	cd_op_free(op);
	done(&err, user);
}

static void on_saved(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	struct saving *saving = op->state;

	if (saving && err->code == COODIE_OK)
		cd_object_applied(saving->object, saving->changes, saving->count);
	saving_free(op->place.model, saving);
	coodie_result_free(take_res);
	finish_status(op, err);
}

/* Hands what a plan wants remembered to the operation. */
static bool take_changes(struct cd_op *op, struct cd_object *o, struct cd_write *plan,
			 coodie_error *err)
{
	struct saving *saving;

	if (!plan->changes)
		return true;
	saving = cd_alloc(&op->place.model->allocator, sizeof(*saving));
	if (!saving)
		return cd_no_memory(err, "what is saved");
	*saving = (struct saving){ o, plan->changes, plan->change_count };
	plan->changes = NULL;
	op->state = saving;
	return true;
}

static bool send_plan(const struct cd_place *place, struct cd_object *o, struct cd_write *plan,
		      const coodie_write *options, coodie_status_fn *done, void *user,
		      coodie_error *err)
{
	coodie_request r = request_of(place->model, options);
	struct cd_op *op = cd_op_new(place, "coodie_save", on_saved, user, err);

	if (!op)
		return false;
	op->done.status = done;
	if (take_changes(op, o, plan, err) && cd_op_submit(op, plan->cql, plan->args, &r, err))
		return true;
	saving_free(place->model, op->state);
	cd_op_free(op);
	return false;
}

static bool save(const struct cd_place *place, void *object, const coodie_write *w,
		 coodie_status_fn *done, void *user, coodie_error *err)
{
	coodie_write options = read_options(w);
	struct cd_write plan;
	struct cd_object *o;
	bool ok;

	if (!cd_object_find(place->model, object, &o, err))
		return false;
	ok = cd_write_plan(&plan, place->model, object, o, &options, err) &&
	     send_plan(place, o, &plan, &options, done, user, err);
	cd_write_deinit(&plan);
	return ok;
}

bool coodie_save_async(coodie_session *s, const coodie_model *m, void *object,
		       const coodie_write *w, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	return cd_place_find(s, m, &place, err) && save(&place, object, w, done, user, err);
}

bool coodie_save(coodie_session *s, const coodie_model *m, void *object, const coodie_write *w,
		 coodie_error *err)
{
	struct cd_place place;
	struct cd_wait *wait, out;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return false;
	wait = cd_wait_new(place.session, err);
	return wait &&
	       cd_wait_finish(wait, place.session,
			      save(&place, object, w, cd_wait_status, wait, err), &out, err);
}

/* ---- delete ---------------------------------------------------------------------------------- */

static void on_deleted(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	coodie_result_free(take_res);
	finish_status(op, err);
}

/* The primary key as binds, in the order of the model's keys. */
static bool read_keys(const struct cd_model *m, const void *object, struct cd_arena *a,
		      cql_args *out, coodie_error *err)
{
	cql_value *keys = cd_arena_take_array(a, m->key_count, sizeof(*keys));

	if (!keys)
		return cd_no_memory(err, "a delete");
	for (uint32_t i = 0; i < m->key_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];

		if (!cd_member_get(c, object, a, &keys[i], err))
			return false;
		if (keys[i].is.tag == CQL_TAG_UNSET)
			return cd_fail(err, COODIE_ERR_INVALID,
				       "%s, %s (%s): it is in the primary key and not set; give it "
				       "a value",
				       m->label, c->def.name, c->spelling);
	}
	*out = (cql_args){ m->key_count, keys };
	return true;
}

static bool check_delete(const struct cd_model *m, const coodie_write *options, coodie_error *err)
{
	if (options->ttl || options->full)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_delete(%s): a delete has no %s; leave it out", m->label,
			       options->ttl ? "ttl" : "full");
	return true;
}

static bool delete (const struct cd_place *place, const void *object, const coodie_write *w,
		    coodie_status_fn *done, void *user, coodie_error *err)
{
	const struct cd_model *m = place->model;
	coodie_write options = read_options(w);
	coodie_request r = request_of(m, &options);
	struct cd_arena arena;
	struct cd_object *o;
	struct cd_op *op = NULL;
	cql_args keys;
	bool ok = false;

	cd_arena_init(&arena, &m->allocator, 0);
	if (check_delete(m, &options, err) && cd_object_find(m, object, &o, err) &&
	    (!o || cd_object_check_key(o, &arena, err)) && read_keys(m, object, &arena, &keys, err))
		op = cd_op_new(place, "coodie_delete", on_deleted, user, err);
	if (op) {
		op->done.status = done;
		ok = cd_op_submit(op, m->remove, keys, &r, err);
		if (!ok)
			cd_op_free(op);
	}
	cd_arena_deinit(&arena);
	return ok;
}

bool coodie_delete_async(coodie_session *s, const coodie_model *m, const void *object,
			 const coodie_write *w, coodie_status_fn *done, void *user,
			 coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	return cd_place_find(s, m, &place, err) && delete (&place, object, w, done, user, err);
}

bool coodie_delete(coodie_session *s, const coodie_model *m, const void *object,
		   const coodie_write *w, coodie_error *err)
{
	struct cd_place place;
	struct cd_wait *wait, out;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return false;
	wait = cd_wait_new(place.session, err);
	return wait &&
	       cd_wait_finish(wait, place.session,
			      delete (&place, object, w, cd_wait_status, wait, err), &out, err);
}
