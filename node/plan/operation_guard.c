/* SPDX-License-Identifier: MIT */
/* The guardrails of collections that are written. */
#include "node/plan/guardrail.h"
#include "node/plan/operation.h"

enum {
	CELL = 8 + 4 +
	       8,      /* what Cassandra counts for a cell: its timestamp, TTL and deletion time */
	LIST_PATH = 16 /* a timeuuid */
};

static bool guards_collections(const struct nd_request *x)
{
	return nd_guard_is_set(x, ND_THRESHOLD_items_per_collection) ||
	       nd_guard_is_set(x, ND_THRESHOLD_collection_size);
}

bool nd_writer_guard_items(struct nd_writer *w, const struct nd_column *c,
			   const struct nd_items *items)
{
	uint32_t count = c->type->kind == CQL_KIND_MAP ? items->count / 2 : items->count;

	return !count || nd_guard(w->x, ND_THRESHOLD_items_per_collection, count, c->name);
}

bool nd_writer_guard_size(struct nd_writer *w, const struct nd_column *c,
			  const struct nd_items *items)
{
	bool is_map = c->type->kind == CQL_KIND_MAP;
	uint32_t cells = is_map ? items->count / 2 : items->count;
	int64_t size = (int64_t)cells * CELL;

	if (!nd_guard_is_set(w->x, ND_THRESHOLD_collection_size))
		return true;
	for (uint32_t i = 0; i < items->count; i++)
		size += (int64_t)items->at[i].len;
	if (c->type->kind == CQL_KIND_LIST)
		size += (int64_t)cells * LIST_PATH;
	return nd_guard(w->x, ND_THRESHOLD_collection_size, size, c->name);
}

static bool is_collection(const struct nd_column *c, struct nd_value v)
{
	return v.presence == ND_VALUE && cd_type_is_collection(c->type);
}

bool nd_writer_guard_frozen(struct nd_writer *w, const struct nd_column *c, struct nd_value v)
{
	struct nd_items items;

	if (!is_collection(c, v) || !guards_collections(w->x))
		return true;
	return nd_items_read(c->type, v, w->x->arena, &items, &w->x->problem) &&
	       nd_writer_guard_items(w, c, &items);
}

bool nd_writer_guard_frozen_size(struct nd_writer *w, const struct nd_column *c, struct nd_value v)
{
	return !is_collection(c, v) ||
	       nd_guard(w->x, ND_THRESHOLD_collection_size, (int64_t)v.len + CELL, c->name);
}

bool nd_writer_guard_list_read(struct nd_writer *w, const char *words)
{
	return nd_guard_use(w->x, ND_FLAG_read_before_write_list_operations_enabled, words);
}
