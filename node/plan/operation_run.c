/* SPDX-License-Identifier: MIT */
/* Assignments carried out: columns set and deleted, counters, sets, maps and user types. */
#include "node/plan/operation.h"

#include <limits.h>
#include <string.h>

#include "base/buffer.h"
#include "base/reader.h"
#include "base/timeuuid.h"
#include "node/plan/guardrail.h"

static const uint8_t nothing[1];

/* ---- changes ----------------------------------------------------------------------------------- */

/* Several at a time: most rows have some columns. */
static bool take_spare(struct nd_writer *w)
{
	enum { CHANGES = 8 };
	struct nd_change *c = cd_arena_take(w->x->arena, CHANGES * sizeof *c);

	if (!c)
		return nd_no_memory(&w->x->problem);
	*w->spare = (struct nd_spare_changes){ c, c + CHANGES };
	return true;
}

struct nd_change *nd_writer_add(struct nd_writer *w, enum nd_change_kind kind,
				const struct nd_column *column)
{
	struct nd_change *c;

	if (w->spare->at == w->spare->end && !take_spare(w))
		return NULL;
	c = w->spare->at++;
	c->kind = kind;
	c->is_static = w->is_static;
	c->row = w->row;
	c->column = column;
	c->path = c->value = (cql_blob){ nothing, 0 };
	c->delta = 0;
	c->timestamp_us = w->timestamp_us;
	c->ttl = 0;
	c->expires = 0;
	c->next = NULL;
	*w->mutation->last = c;
	w->mutation->last = &c->next;
	return c;
}

bool nd_writer_existing(struct nd_writer *w, struct nd_row *row, bool *found)
{
	const struct nd_mutation *m = w->mutation;
	struct nd_partition *p = nd_store_partition(m->table->store, m->key);
	bool no_memory = false;
	int64_t now = nd_request_now_seconds(w->x);

	if (!p)
		*found = false;
	else if (w->is_static)
		*found = nd_partition_static(p, now, w->x->arena, row, &no_memory);
	else
		*found = nd_partition_row(p, w->row, now, w->x->arena, row, &no_memory);
	return !no_memory || nd_no_memory(&w->x->problem);
}

static cql_blob blob_of(struct nd_value v)
{
	return (cql_blob){ v.len ? v.data : nothing, v.len };
}

/* Cassandra guards the item's key behind its value. */
static bool guard_cell(struct nd_writer *w, const struct nd_column *c, cql_blob path, size_t len)
{
	return nd_guard(w->x, ND_THRESHOLD_column_value_size, (int64_t)len, c->name) &&
	       (!c->is_multi_cell ||
		nd_guard(w->x, ND_THRESHOLD_column_value_size, (int64_t)path.len, c->name));
}

static bool put_cell(struct nd_writer *w, const struct nd_column *c, cql_blob path, cql_blob value)
{
	struct nd_change *change = guard_cell(w, c, path, value.len)
					   ? nd_writer_add(w, ND_CHANGE_CELL, c)
					   : NULL;

	if (!change)
		return false;
	change->path = path;
	change->value = value;
	change->ttl = w->ttl;
	return true;
}

static bool erase_cell(struct nd_writer *w, const struct nd_column *c, cql_blob path)
{
	struct nd_change *change = NULL;

	if (!c->is_multi_cell ||
	    nd_guard(w->x, ND_THRESHOLD_column_value_size, (int64_t)path.len, c->name))
		change = nd_writer_add(w, ND_CHANGE_ERASE, c);
	if (change)
		change->path = path;
	return change != NULL;
}

/* A cell, or for null its tombstone; unset changes nothing. */
static bool put_value(struct nd_writer *w, const struct nd_column *c, cql_blob path,
		      struct nd_value v)
{
	if (v.presence == ND_VALUE)
		return put_cell(w, c, path, blob_of(v));
	return v.presence == ND_UNSET || erase_cell(w, c, path);
}

static cql_blob no_path(void)
{
	return (cql_blob){ nothing, 0 };
}

/* ---- lists ------------------------------------------------------------------------------------- */

/* Items have timeuuids as their paths. Those of one operation share their time and differ in what
 * comes after it, which is compared as signed bytes: 0x80 is the least of them. */
static uint8_t *list_path(struct nd_writer *w, int64_t time_us, uint32_t index)
{
	uint64_t ticks = (uint64_t)(CD_TICKS_TO_1970 + time_us * 10) & CD_TICKS_MOST;
	cql_uuid uuid = cd_timeuuid_of(ticks, UINT64_C(0x8080808080808080) ^ index);
	uint8_t *path = cd_arena_copy(w->x->arena, uuid.bytes, sizeof uuid.bytes);

	if (!path)
		nd_no_memory(&w->x->problem);
	return path;
}

static bool put_list(struct nd_writer *w, const struct nd_column *c, const struct nd_items *items,
		     int64_t time_us)
{
	for (uint32_t i = 0; i < items->count; i++) {
		uint8_t *path = list_path(w, time_us, i);

		if (!path || !put_value(w, c, (cql_blob){ path, 16 }, items->at[i]))
			return false;
	}
	return true;
}

/* ---- whole columns ----------------------------------------------------------------------------- */

static bool put_udt(struct nd_writer *w, const struct nd_column *c, const struct nd_items *items)
{
	uint8_t *paths = cd_arena_take(w->x->arena, (size_t)items->count * 2 + 1);

	if (!paths)
		return nd_no_memory(&w->x->problem);
	for (uint32_t i = 0; i < items->count; i++) {
		cd_put_be16(paths + 2 * i, (uint16_t)i);
		if (items->at[i].presence == ND_VALUE &&
		    !put_cell(w, c, (cql_blob){ paths + 2 * i, 2 }, blob_of(items->at[i])))
			return false;
	}
	return true;
}

static bool put_set(struct nd_writer *w, const struct nd_column *c, const struct nd_items *items)
{
	for (uint32_t i = 0; i < items->count; i++)
		if (!put_cell(w, c, blob_of(items->at[i]), no_path()))
			return false;
	return true;
}

static bool put_map(struct nd_writer *w, const struct nd_column *c, const struct nd_items *items)
{
	for (uint32_t i = 0; i + 1 < items->count; i += 2)
		if (!put_value(w, c, blob_of(items->at[i]), items->at[i + 1]))
			return false;
	return true;
}

/* A collection's items, with the guardrails of how many and how large. */
static bool put_items(struct nd_writer *w, const struct nd_column *c, const struct nd_items *items,
		      int64_t time_us)
{
	const enum cql_kind kind = c->type->kind;

	if (!nd_writer_guard_items(w, c, items))
		return false;
	if (!(kind == CQL_KIND_LIST  ? put_list(w, c, items, time_us)
	      : kind == CQL_KIND_SET ? put_set(w, c, items)
				     : put_map(w, c, items)))
		return false;
	return nd_writer_guard_size(w, c, items);
}

/* Adds the items of a value to a multi-cell column. */
static bool add_items(struct nd_writer *w, const struct nd_column *c, struct nd_value v)
{
	struct nd_items items;

	if (!nd_items_read(c->type, v, w->x->arena, &items, &w->x->problem))
		return false;
	if (c->type->kind == CQL_KIND_LIST)
		return put_items(w, c, &items, nd_request_own_timestamp(w->x));
	return c->type->kind == CQL_KIND_UDT ? put_udt(w, c, &items) : put_items(w, c, &items, 0);
}

bool nd_column_set(struct nd_writer *w, const struct nd_column *c, struct nd_value v)
{
	struct nd_change *erase;

	if (v.presence == ND_UNSET)
		return true;
	if (!c->is_multi_cell)
		return nd_writer_guard_frozen(w, c, v) && put_value(w, c, no_path(), v) &&
		       nd_writer_guard_frozen_size(w, c, v);
	if (!(erase = nd_writer_add(w, ND_CHANGE_ERASE_ALL, c)))
		return false;
	erase->timestamp_us--; /* so that it does not hit what comes with it */
	return v.presence == ND_NULL || add_items(w, c, v);
}

/* Of a column that is no collection, nor of several cells: there is nothing to look at in its value. */
bool nd_run_set_cell(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value v;

	return nd_term_value(o->value, w->x, &v) && put_value(w, o->column, no_path(), v);
}

bool nd_run_set(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value v;

	return nd_term_value(o->value, w->x, &v) && nd_column_set(w, o->column, v);
}

bool nd_run_erase(const struct nd_operation *o, struct nd_writer *w)
{
	return erase_cell(w, o->column, no_path());
}

bool nd_run_erase_all(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_change *c = nd_writer_add(w, ND_CHANGE_ERASE_ALL, o->column);

	if (c)
		c->timestamp_us -= w->is_cas;
	return c != NULL;
}

/* ---- counters ---------------------------------------------------------------------------------- */

static bool count(const struct nd_operation *o, struct nd_writer *w, bool down)
{
	struct nd_change *c;
	struct nd_value v;
	int64_t delta;

	if (!nd_term_value(o->value, w->x, &v))
		return false;
	if (v.presence == ND_UNSET)
		return true;
	if (v.presence == ND_NULL || v.len != 8)
		return nd_refuse(&w->x->problem, ND_INVALID,
				 "Invalid null value for counter increment");
	delta = (int64_t)cd_get_be64(v.data);
	if (down && delta == INT64_MIN)
		return nd_refuse(
			&w->x->problem, ND_INVALID,
			"The negation of %lld overflows supported counter precision (signed 8 "
			"bytes integer)",
			(long long)delta);
	if (!(c = nd_writer_add(w, ND_CHANGE_COUNT, o->column)))
		return false;
	c->delta = down ? -delta : delta;
	return true;
}

bool nd_run_count_up(const struct nd_operation *o, struct nd_writer *w)
{
	return count(o, w, false);
}

bool nd_run_count_down(const struct nd_operation *o, struct nd_writer *w)
{
	return count(o, w, true);
}

/* ---- items of collections ---------------------------------------------------------------------- */

/* What is added or taken away; `*nothing_to_do` for null and unset. */
static bool read_items(const struct nd_operation *o, struct nd_writer *w, struct nd_items *items,
		       bool *nothing_to_do)
{
	struct nd_value v;

	if (!nd_term_value(o->value, w->x, &v))
		return false;
	*nothing_to_do = v.presence != ND_VALUE;
	return *nothing_to_do || nd_items_read(o->type, v, w->x->arena, items, &w->x->problem);
}

bool nd_run_add_items(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value v;

	return nd_term_value(o->value, w->x, &v) &&
	       (v.presence != ND_VALUE || add_items(w, o->column, v));
}

bool nd_run_append(const struct nd_operation *o, struct nd_writer *w)
{
	return nd_run_add_items(o, w);
}

/* Times as far before 2010 as now is behind it, so that the later ones sort first. */
bool nd_run_prepend(const struct nd_operation *o, struct nd_writer *w)
{
	const int64_t year_2010_us = INT64_C(1262304000000000);
	struct nd_items items;
	bool nothing_to_do;

	if (!read_items(o, w, &items, &nothing_to_do))
		return false;
	return nothing_to_do ||
	       put_list(w, o->column, &items, 2 * year_2010_us - nd_request_own_timestamp(w->x));
}

bool nd_run_discard(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_items items;
	bool nothing_to_do;

	if (!read_items(o, w, &items, &nothing_to_do))
		return false;
	for (uint32_t i = 0; !nothing_to_do && i < items.count; i++)
		if (!erase_cell(w, o->column, blob_of(items.at[i])))
			return false;
	return true;
}

static bool is_among(const struct nd_items *items, cql_blob value)
{
	for (uint32_t i = 0; i < items->count; i++)
		if (items->at[i].len == value.len &&
		    (!value.len || !memcmp(items->at[i].data, value.data, value.len)))
			return true;
	return false;
}

bool nd_run_discard_values(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_list list;
	struct nd_items items;
	bool nothing_to_do;

	if (!nd_writer_guard_list_read(w, "Removal of list items requiring read before write") ||
	    !read_items(o, w, &items, &nothing_to_do) || !nd_writer_list(w, o->column, &list))
		return false;
	for (uint32_t i = 0; !nothing_to_do && i < list.count; i++)
		if (is_among(&items, list.at[i].value) &&
		    !erase_cell(w, o->column, list.at[i].path))
			return false;
	return true;
}

/* ---- one item ---------------------------------------------------------------------------------- */

/* The path of a list's item; `missing` is said of a list without items. */
static bool find_index(const struct nd_operation *o, struct nd_writer *w, struct nd_value key,
		       const char *missing, cql_blob *path)
{
	struct nd_list list;
	int32_t index;

	if (!nd_writer_list(w, o->column, &list))
		return false;
	if (!list.count)
		return nd_refuse(&w->x->problem, ND_INVALID, "%s", missing);
	index = key.len == 4 ? (int32_t)cd_get_be32(key.data) : -1;
	if (index < 0 || (uint32_t)index >= list.count)
		return nd_refuse(&w->x->problem, ND_INVALID,
				 "List index %d out of bound, list has size %d", index,
				 (int)list.count);
	*path = list.at[index].path;
	return true;
}

bool nd_run_set_index(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value key, value;
	cql_blob path = no_path();

	if (!nd_writer_guard_list_read(
		    w, "Setting of list items by index requiring read before write"))
		return false;
	if (!nd_term_value(o->key, w->x, &key) || !nd_term_value(o->value, w->x, &value))
		return false;
	if (key.presence != ND_VALUE)
		return nd_refuse(&w->x->problem, ND_INVALID, "Invalid %s value for list index",
				 key.presence == ND_NULL ? "null" : "unset");
	return find_index(o, w, key, "Attempted to set an element on a list which is null",
			  &path) &&
	       put_value(w, o->column, path, value);
}

bool nd_run_erase_index(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value key;
	cql_blob path = no_path();

	if (!nd_writer_guard_list_read(
		    w, "Removal of list items by index requiring read before write"))
		return false;
	if (!nd_term_value(o->key, w->x, &key))
		return false;
	if (key.presence == ND_NULL)
		return nd_refuse(&w->x->problem, ND_INVALID, "Invalid null value for list index");
	if (key.presence == ND_UNSET)
		return true;
	return find_index(o, w, key, "Attempted to delete an element from a list which is null",
			  &path) &&
	       erase_cell(w, o->column, path);
}

static bool map_key(const struct nd_operation *o, struct nd_writer *w, cql_blob *path)
{
	struct nd_value key;

	if (!nd_term_value(o->key, w->x, &key))
		return false;
	if (key.presence != ND_VALUE)
		return nd_refuse(&w->x->problem, ND_INVALID, "Invalid %s map key",
				 key.presence == ND_NULL ? "null" : "unset");
	*path = blob_of(key);
	return true;
}

bool nd_run_set_key(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value value;
	cql_blob path = no_path();

	return map_key(o, w, &path) && nd_term_value(o->value, w->x, &value) &&
	       put_value(w, o->column, path, value);
}

bool nd_run_erase_key(const struct nd_operation *o, struct nd_writer *w)
{
	cql_blob path = no_path();

	return map_key(o, w, &path) && erase_cell(w, o->column, path);
}

bool nd_run_erase_item(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value key;

	if (!nd_term_value(o->key, w->x, &key))
		return false;
	if (key.presence == ND_NULL)
		return nd_refuse(&w->x->problem, ND_INVALID, "Invalid null set element");
	return erase_cell(w, o->column, blob_of(key));
}

static bool field_path(const struct nd_operation *o, struct nd_writer *w, cql_blob *path)
{
	uint8_t bytes[2];

	cd_put_be16(bytes, o->field);
	*path = (cql_blob){ cd_arena_copy(w->x->arena, bytes, sizeof bytes), sizeof bytes };
	return path->data || nd_no_memory(&w->x->problem);
}

bool nd_run_set_field(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value value;
	cql_blob path = no_path();

	return nd_term_value(o->value, w->x, &value) && field_path(o, w, &path) &&
	       put_value(w, o->column, path, value);
}

bool nd_run_erase_field(const struct nd_operation *o, struct nd_writer *w)
{
	cql_blob path = no_path();

	return field_path(o, w, &path) && erase_cell(w, o->column, path);
}
