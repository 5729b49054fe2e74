/* SPDX-License-Identifier: MIT */
/* An array of objects saved, many at once: each by a request of its own, or those of one partition
 * together in unlogged batches. */
#include <stdlib.h>
#include <string.h>

#include <coodie/many.h>
#include <coodie/token.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/batch/batch.h"
#include "orm/many/crowd.h"
#include "orm/many/partition.h"

enum { USUAL_BATCH_BYTES = 5 * 1024 };

/* An object to be saved, and whose partition it is of. */
struct item {
	cql_blob key; /* the routing key; not with requests of their own */
	uint32_t index;
};

struct saving {
	struct cd_crowd crowd;
	coodie_session *session; /* as it was given */
	const coodie_model *model;
	void *const *objects;
	coodie_write write;         /* of each of them */
	coodie_batch_options batch; /* what batches have in their place */
	uint32_t batch_rows;        /* 0: no batches */
	size_t batch_bytes;
	struct item *items; /* with batches: by their partitions */
};

/* ---- sending --------------------------------------------------------------------------------- */

static void on_saved(const coodie_error *err, void *user)
{
	struct cd_task *task = user;
	struct saving *s = (struct saving *)task->crowd;

	cd_crowd_end(task, s->items ? s->items[task->first].index : task->first, err);
}

static bool same_partition(const struct item *a, const struct item *b)
{
	return a->key.len == b->key.len && memcmp(a->key.data, b->key.data, a->key.len) == 0;
}

static bool add(const struct saving *s, coodie_batch *b, const struct item *item)
{
	coodie_batch_save(b, s->model, s->objects[item->index], &s->write);
	return b && b->err.code == COODIE_OK;
}

/* Fills a batch with the rows of one partition that come next, as far as it may grow, or up to one that is
 * refused, which the next batch begins with, and fails alone. */
static size_t fill(const struct saving *s, coodie_batch *b, size_t first)
{
	const struct item *items = &s->items[first];
	size_t most = s->crowd.count - first, count = 1;

	most = most < s->batch_rows ? most : s->batch_rows;
	if (!add(s, b, &items[0]))
		return 1;
	while (count < most && b->bytes < s->batch_bytes &&
	       same_partition(&items[0], &items[count]) && add(s, b, &items[count]))
		count++;
	cd_clear(&b->err);
	return count;
}

static bool start_batch(struct saving *s, struct cd_task *task, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(s->session, &s->batch);
	bool begun;

	task->item = s->items[task->first].index;
	task->count = fill(s, b, task->first);
	begun = coodie_batch_run_async(b, on_saved, task, err);
	coodie_batch_free(b);
	return begun;
}

static bool start(struct cd_crowd *c, struct cd_task *task, coodie_error *err)
{
	struct saving *s = (struct saving *)c;

	if (s->items)
		return start_batch(s, task, err);
	return coodie_save_async(s->session, s->model, s->objects[task->first], &s->write, on_saved,
				 task, err);
}

/* ---- by partitions --------------------------------------------------------------------------- */

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	size_t len = x->key.len < y->key.len ? x->key.len : y->key.len;
	int order = memcmp(x->key.data, y->key.data, len);

	if (order)
		return order;
	if (x->key.len != y->key.len)
		return x->key.len < y->key.len ? -1 : 1;
	return x->index < y->index ? -1 : 1; /* rows written twice end as they would one by one */
}

static bool find_key(const struct cd_model *m, const void *object, struct cd_arena *scratch,
		     cql_arena *keys, struct item *out, coodie_error *err)
{
	cql_value *values = cd_arena_take_array(scratch, m->partition_count, sizeof(*values));
	cql_blob *columns = cd_arena_take_array(scratch, m->partition_count, sizeof(*columns));

	if (!values || !columns)
		return cd_no_memory(err, "keys");
	if (!object)
		return cd_fail(err, COODIE_ERR_INVALID, "the object is NULL");
	for (uint32_t i = 0; i < m->partition_count; i++)
		if (!cd_member_get(&m->columns[m->keys[i]], object, scratch, &values[i], err))
			return false;
	return cd_partition_encode(m, values, keys, columns, err) &&
	       cql_routing_key(columns, m->partition_count, keys, &out->key, err);
}

static bool find_keys(struct saving *s, const struct cd_model *m, cql_arena *keys,
		      coodie_error *err)
{
	struct cd_arena scratch;
	bool ok = true;

	cd_arena_init(&scratch, &m->allocator, 0);
	for (size_t i = 0; ok && i < s->crowd.count; i++) {
		cd_arena_reset(&scratch);
		s->items[i].index = (uint32_t)i;
		ok = find_key(m, s->objects[i], &scratch, keys, &s->items[i], err);
		if (!ok)
			cd_error_prefix(err, "object %zu of %zu", i + 1, s->crowd.count);
	}
	cd_arena_deinit(&scratch);
	return ok;
}

/* The keys that were sorted by are in memory of the crowd: they are compared until the end. */
static bool keep_keys(struct saving *s, coodie_error *err)
{
	for (size_t i = 0; i < s->crowd.count; i++) {
		cql_blob *key = &s->items[i].key;

		key->data = cd_arena_copy(&s->crowd.arena, key->data, key->len);
		if (!key->data)
			return cd_no_memory(err, "keys");
	}
	return true;
}

static bool sort_items(struct saving *s, const struct cd_model *m, coodie_error *err)
{
	cql_arena *keys;
	bool ok;

	s->items = cd_arena_take_array(&s->crowd.arena, s->crowd.count + 1, sizeof(*s->items));
	if (!s->items)
		return cd_no_memory(err, "keys");
	keys = cql_arena_new(&m->allocator, err);
	ok = keys && find_keys(s, m, keys, err) && keep_keys(s, err);
	cql_arena_free(keys);
	if (ok)
		qsort(s->items, s->crowd.count, sizeof(*s->items), compare_items);
	return ok;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool read_write(struct saving *s, const coodie_write *w, coodie_error *err)
{
	s->write = (coodie_write){ .size = sizeof(s->write) };
	if (w && !cd_take_struct(&s->write, sizeof(s->write), w, "coodie_write", err))
		return false;
	return cd_crowd_keep(&s->crowd, s->write.id, &s->write.profile, err);
}

/* With batches only some options are left to their rows. */
static void split_write(struct saving *s)
{
	const coodie_write w = s->write;

	s->batch = (coodie_batch_options){
		.size = sizeof(s->batch),
		.kind = COODIE_BATCH_UNLOGGED,
		.timestamp_us = w.timestamp_us,
		.consistency = w.consistency,
		.serial_consistency = w.serial_consistency,
		.timeout_ms = w.timeout_ms,
		.warn_bytes = UINT32_MAX,
		.profile = w.profile,
	};
	s->write = (coodie_write){
		.size = sizeof(s->write), .ttl = w.ttl, .full = w.full, .idempotent = w.idempotent
	};
}

static bool prepare(struct saving *s, const coodie_many *o, const coodie_write *w,
		    const struct cd_model *m, coodie_error *err)
{
	s->crowd.go_on = o->go_on;
	s->crowd.worked = o->done;
	s->crowd.start = start;
	s->batch_rows = o->batch_rows > 1 ? o->batch_rows : 0;
	s->batch_bytes = o->batch_bytes ? o->batch_bytes : USUAL_BATCH_BYTES;
	if (!read_write(s, w, err))
		return false;
	if (!s->batch_rows)
		return true;
	split_write(s);
	return sort_items(s, m, err);
}

bool coodie_save_many_async(coodie_session *s, const coodie_model *m, void *const *objects,
			    size_t count, const coodie_many *options, const coodie_write *w,
			    coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_place place;
	struct saving *saving;
	coodie_many o = { .size = sizeof(o) };

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err) ||
	    (options && !cd_take_struct(&o, sizeof(o), options, "coodie_many", err)))
		return false;
	if (count >= UINT32_MAX || (count && !objects))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_save_many: %zu objects, or their array is NULL", count);
	saving = cd_crowd_new(sizeof(*saving), &place, "coodie_save_many", done, user, err);
	if (!saving)
		return false;
	saving->session = s;
	saving->model = m;
	saving->objects = objects;
	saving->crowd.what = "object";
	saving->crowd.count = count;
	if (!prepare(saving, &o, w, place.model, err))
		return cd_crowd_free(&saving->crowd);
	return cd_crowd_run(&saving->crowd, o.in_flight, err);
}

bool coodie_save_many(coodie_session *s, const coodie_model *m, void *const *objects, size_t count,
		      const coodie_many *options, const coodie_write *w, coodie_error *err)
{
	struct cd_place place;
	struct cd_wait *wait, out;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return false;
	wait = cd_wait_new(place.session, err);
	return wait && cd_wait_finish(wait, place.session,
				      coodie_save_many_async(s, m, objects, count, options, w,
							     cd_wait_status, wait, err),
				      &out, err);
}
