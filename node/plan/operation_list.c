/* SPDX-License-Identifier: MIT */
/* A list as the assignments of a statement see it: each finds what those before it have done. */
#include <string.h>

#include "node/plan/operation.h"
#include "node/store/merge.h"
#include "node/value/compare.h"

static struct nd_version version_of(const struct nd_cell *cell)
{
	return (struct nd_version){
		.kind = ND_STORED_VALUE,
		.timestamp_us = cell->timestamp_us,
		.local = cell->expires,
		.ttl = cell->ttl,
		.value = cell->value,
	};
}

static struct nd_cell cell_of(const struct nd_change *c, const struct nd_version *v)
{
	return (struct nd_cell){
		.column = c->column,
		.path = c->path,
		.value = c->value,
		.timestamp_us = c->timestamp_us,
		.ttl = c->ttl,
		.expires = v->local,
	};
}

/* The index of the first item that is not before `path`; `*found`: it is that one. */
static uint32_t find(const struct nd_list *list, cql_blob path, bool *found)
{
	int order = 1;
	uint32_t i = 0;

	while (i < list->count &&
	       (order = nd_compare(cd_type_native(CQL_KIND_TIMEUUID), list->at[i].path, path)) < 0)
		i++;
	*found = order == 0;
	return i;
}

static void apply(struct nd_list *list, const struct nd_change *c, int64_t now_seconds)
{
	struct nd_version v = nd_version_from(c, now_seconds), old;
	bool found;
	uint32_t i = find(list, c->path, &found);
	struct nd_cell *at = list->at + i;

	if (found) {
		old = version_of(at);
		if (!nd_version_wins(&v, &old))
			return;
	}
	if (c->kind == ND_CHANGE_CELL && !found)
		memmove(at + 1, at, (list->count++ - i) * sizeof *at);
	if (c->kind == ND_CHANGE_CELL)
		*at = cell_of(c, &v);
	else if (found)
		memmove(at, at + 1, (--list->count - i) * sizeof *at);
}

/* One that sets or erases a single item; whole lists are not set beside. */
static bool is_of(const struct nd_change *c, const struct nd_column *list)
{
	return c->column == list && (c->kind == ND_CHANGE_CELL || c->kind == ND_CHANGE_ERASE);
}

bool nd_writer_list(struct nd_writer *w, const struct nd_column *list, struct nd_list *out)
{
	int64_t now = nd_request_now_seconds(w->x);
	size_t changes = 0;
	struct nd_row row;
	bool found;

	if (!nd_writer_existing(w, &row, &found))
		return false;
	for (const struct nd_change *c = *w->begin; c; c = c->next)
		changes += is_of(c, list);
	*out = (struct nd_list){ 0, cd_arena_take_array(w->x->arena,
							(found ? row.cell_count : 0) + changes + 1,
							sizeof *out->at) };
	if (!out->at)
		return nd_no_memory(&w->x->problem);
	for (uint32_t i = 0; found && i < row.cell_count; i++)
		if (row.cells[i].column == list)
			out->at[out->count++] = row.cells[i];
	for (const struct nd_change *c = *w->begin; c; c = c->next)
		if (is_of(c, list))
			apply(out, c, now);
	return true;
}
