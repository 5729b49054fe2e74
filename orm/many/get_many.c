/* SPDX-License-Identifier: MIT */
/* Rows by their keys, many at once. */
#include <string.h>

#include <coodie/explain.h>
#include <coodie/many.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/many/crowd.h"
#include "orm/value/datum.h"

struct reading {
	struct cd_crowd crowd;
	coodie_session *session; /* as it was given */
	const coodie_model *model;
	cql_args *keys;
	uint32_t *order; /* in which they are asked for */
	coodie_read read;
	void **objects;
};

/* Of a failure nothing is left, unless what worked was asked for. */
static void settle(struct cd_crowd *c, bool worked)
{
	if (!worked && !c->go_on)
		coodie_objects_free(((struct reading *)c)->objects, c->count);
}

/* ---- one key --------------------------------------------------------------------------------- */

static void on_object(void *take_object, const coodie_error *err, void *user)
{
	struct cd_task *task = user;
	struct reading *r = (struct reading *)task->crowd;
	uint32_t item = r->order[task->first];

	r->objects[item] = take_object;
	cd_crowd_end(task, item, err->code == COODIE_ERR_NOT_FOUND ? &cd_op_ok : err);
}

static bool start(struct cd_crowd *c, struct cd_task *task, coodie_error *err)
{
	struct reading *r = (struct reading *)c;

	return coodie_get_async(r->session, r->model, r->keys[r->order[task->first]], &r->read,
				on_object, task, err);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool copy_keys(struct reading *r, const cql_args *keys, coodie_error *err)
{
	size_t count = r->crowd.count;
	cql_value *values;

	r->keys = cd_arena_take_array(&r->crowd.arena, count + 1, sizeof(*r->keys));
	r->order = cd_arena_take_array(&r->crowd.arena, count + 1, sizeof(*r->order));
	if (!r->keys || !r->order)
		return cd_no_memory(err, "keys");
	for (size_t i = 0; i < count; i++) {
		if (keys[i].count && !keys[i].values)
			return cd_fail(err, COODIE_ERR_QUERY,
				       "key %zu of %zu: its array of values is NULL", i + 1, count);
		if (!cd_data_copy(&r->crowd.arena, keys[i], &values, err))
			return false;
		r->keys[i] = (cql_args){ keys[i].count, values };
		r->order[i] = (uint32_t)i;
	}
	return true;
}

/* One of each node and shard in turn, so that all of them work from the start. Where nobody knows, in
 * the order of the keys. */
static void deal(struct reading *r)
{
	size_t count = r->crowd.count, dealt = 0;
	coodie_groups *groups;

	if (count < 2)
		return;
	groups = coodie_group_model(r->session, r->model, r->keys, count, 0, NULL);
	for (size_t round = 0; groups && dealt < count; round++) {
		for (size_t g = 0; g < coodie_groups_count(groups); g++) {
			const coodie_group *group = coodie_groups_at(groups, g);

			if (round < group->count)
				r->order[dealt++] = group->items[round];
		}
	}
	coodie_groups_free(groups);
}

static bool read_options(struct reading *r, const coodie_read *read, coodie_error *err)
{
	r->read = (coodie_read){ .size = sizeof(r->read) };
	if (read && !cd_take_struct(&r->read, sizeof(r->read), read, "coodie_read", err))
		return false;
	return cd_crowd_keep(&r->crowd, r->read.id, &r->read.profile, err);
}

static bool check(const cql_args *keys, size_t count, void **objects, coodie_error *err)
{
	if (count < UINT32_MAX && (!count || (keys && objects)))
		return true;
	return cd_fail(err, COODIE_ERR_INVALID,
		       "coodie_get_many: %zu keys, or their array or that of the objects is NULL",
		       count);
}

bool coodie_get_many_async(coodie_session *s, const coodie_model *m, const cql_args *keys,
			   size_t count, const coodie_many *options, const coodie_read *read,
			   void **objects, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_place place;
	struct reading *r;
	coodie_many o = { .size = sizeof(o) };

	cd_clear(err);
	if (!check(keys, count, objects, err) || !cd_place_find(s, m, &place, err) ||
	    (options && !cd_take_struct(&o, sizeof(o), options, "coodie_many", err)))
		return false;
	r = cd_crowd_new(sizeof(*r), &place, "coodie_get_many", done, user, err);
	if (!r)
		return false;
	r->session = s;
	r->model = m;
	r->objects = objects;
	r->crowd.what = "key";
	r->crowd.count = count;
	r->crowd.go_on = o.go_on;
	r->crowd.worked = o.done;
	r->crowd.start = start;
	r->crowd.settle = settle;
	if (count)
		memset(objects, 0, count * sizeof(*objects));
	if (!read_options(r, read, err) || !copy_keys(r, keys, err))
		return cd_crowd_free(&r->crowd);
	deal(r);
	return cd_crowd_run(&r->crowd, o.in_flight, err);
}

bool coodie_get_many(coodie_session *s, const coodie_model *m, const cql_args *keys, size_t count,
		     const coodie_many *options, const coodie_read *r, void **objects,
		     coodie_error *err)
{
	struct cd_place place;
	struct cd_wait *wait, out;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return false;
	wait = cd_wait_new(place.session, err);
	return wait && cd_wait_finish(wait, place.session,
				      coodie_get_many_async(s, m, keys, count, options, r, objects,
							    cd_wait_status, wait, err),
				      &out, err);
}

void coodie_objects_free(void **objects, size_t count)
{
	for (size_t i = 0; objects && i < count; i++) {
		coodie_object_free(objects[i]);
		objects[i] = NULL;
	}
}
