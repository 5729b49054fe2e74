/* SPDX-License-Identifier: MIT */
/* Reading: the rows and cells that are alive at a given second. Deletions need no look: what they
 * shadow is not there. */
#include "node/store/merge.h"

/* Columns of the table from the last one found on: cells are in their order. */
struct columns {
	struct nd_column *const *at, *const *end;
};

static struct columns columns_of(const struct nd_table *t, bool statics)
{
	uint32_t first = (uint32_t)t->partition_key_count + t->clustering_count;
	uint32_t split = first + t->static_count;

	return (struct columns){
		t->columns + (statics ? first : split),
		t->columns + (statics ? split : t->column_count),
	};
}

/* NULL: the table has no such column any more. */
static const struct nd_column *column_of(struct columns *c, uint32_t id)
{
	for (struct nd_column *const *at = c->at; at < c->end; at++) {
		if ((*at)->id == id) {
			c->at = at;
			return *at;
		}
	}
	return NULL;
}

static uint32_t live_cells(const struct nd_contents *c, struct columns columns, int64_t now_seconds,
			   struct nd_cell *out)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		const struct nd_stored_cell *cell = c->cells[i];
		const struct nd_column *column;
		if (!nd_cell_is_alive(cell, now_seconds))
			continue;
		column = column_of(&columns, cell->column);
		if (!column)
			continue;
		out[count++] = (struct nd_cell){
			.column = column,
			.path = { cell->bytes, cell->path_len },
			.value = { cell->bytes + cell->path_len, cell->value_len },
			.timestamp_us = cell->timestamp_us,
			.ttl = cell->ttl,
			.expires = cell->local,
		};
	}
	return count;
}

/* False: nothing of it is alive, or out of memory. */
static bool read_row(const struct nd_partition *p, const struct nd_stored_row *row,
		     int64_t now_seconds, struct cd_arena *arena, struct nd_row *out,
		     bool *no_memory)
{
	const struct nd_contents *c = row->contents;
	struct nd_cell *cells = NULL;

	*out = (struct nd_row){ .clustering = row->key, .dead_marker_us = c->marker_us };
	if (nd_row_has_marker(row, now_seconds)) {
		out->has_marker = true;
		out->dead_marker_us = ND_NEVER;
		out->marker_us = c->marker_us;
		out->marker_ttl = c->marker_ttl;
		out->marker_expires = c->marker_expires;
	} else if (p->store->table->is_strict) {
		return false;
	}
	if (c->count) {
		cells = cd_arena_take(arena, c->count * sizeof *cells);
		*no_memory = !cells;
		if (!cells)
			return false;
		out->cell_count = live_cells(c, columns_of(p->store->table, row == p->statics),
					     now_seconds, cells);
		out->cells = cells;
	}
	return out->has_marker || out->cell_count;
}

bool nd_partition_static(const struct nd_partition *p, int64_t now_seconds, struct cd_arena *arena,
			 struct nd_row *out, bool *no_memory)
{
	*no_memory = false;
	return p->statics && read_row(p, p->statics, now_seconds, arena, out, no_memory);
}

static const struct nd_link *find_row(const struct nd_partition *p, struct nd_clustering key)
{
	struct nd_place place = { p->store->table, key, 0 };
	struct nd_link *link;

	if (!p->store->table->clustering_count) /* it has but one */
		return p->rows.first[0];
	link = nd_skip_seek(&p->rows, nd_row_order, &place);
	return link && nd_row_order(&place, link) == 0 ? link : NULL;
}

bool nd_partition_row(const struct nd_partition *p, struct nd_clustering key, int64_t now_seconds,
		      struct cd_arena *arena, struct nd_row *out, bool *no_memory)
{
	const struct nd_link *row = find_row(p, key);

	*no_memory = false;
	return row &&
	       read_row(p, (const struct nd_stored_row *)row, now_seconds, arena, out, no_memory);
}

void nd_walk_find(struct nd_walk *w, const struct nd_partition *p, struct nd_clustering key,
		  int64_t now_seconds, struct cd_arena *arena)
{
	const struct nd_link *row = find_row(p, key);

	*w = (struct nd_walk){ .partition = p,
			       .now_seconds = now_seconds,
			       .arena = arena,
			       .at = row,
			       .end = row ? nd_skip_next(row) : NULL };
}

static const struct nd_stored_row *row_of(const struct nd_partition *p,
					  const struct nd_change *change)
{
	if (change->is_static)
		return p->statics;
	return (const struct nd_stored_row *)find_row(p, change->row);
}

bool nd_store_loses(const struct nd_store *s, cql_blob key, const struct nd_change *change)
{
	const struct nd_partition *p = nd_store_partition(s, key);
	const struct nd_stored_row *row = p ? row_of(p, change) : NULL;
	const struct nd_version v = nd_version_from(change, 0);
	bool loses = row && row->contents->deletion_us >= change->timestamp_us;

	for (uint32_t i = 0; row && i < row->contents->count && !loses; i++) {
		const struct nd_stored_cell *cell = row->contents->cells[i];
		struct nd_version old = nd_version_of(cell);

		loses = cell->column == change->column->id && !nd_version_wins(&v, &old);
	}
	return loses;
}

/* ---- slices ------------------------------------------------------------------------------------ */

void nd_walk_init(struct nd_walk *w, const struct nd_partition *p, struct nd_bound from,
		  struct nd_bound to, bool reversed, int64_t now_seconds, struct cd_arena *arena)
{
	const struct nd_link *first, *behind; /* of the slice, in the order of the table */
	struct nd_place start, end;

	*w = (struct nd_walk){ .partition = p,
			       .from = from,
			       .to = to,
			       .reversed = reversed,
			       .now_seconds = now_seconds,
			       .arena = arena };
	if (!p)
		return;
	start = nd_place_from(p->store->table, from);
	end = nd_place_to(p->store->table, to);
	if (nd_place_compare(&start, &end) >= 0)
		return;
	first = nd_skip_seek(&p->rows, nd_row_order, &start);
	behind = nd_skip_seek(&p->rows, nd_row_order, &end);
	if (first == behind)
		return;
	w->at = !reversed ? first : behind ? behind->prev : p->rows.last;
	w->end = !reversed ? behind : first->prev;
}

const struct nd_stored_row *nd_walk_step(struct nd_walk *w)
{
	const struct nd_link *at = w->at;

	if (at == w->end)
		return NULL;
	w->at = w->reversed ? at->prev : nd_skip_next(at);
	return (const struct nd_stored_row *)at;
}

bool nd_walk_read(const struct nd_walk *w, const struct nd_stored_row *row, struct nd_row *out,
		  bool *no_memory)
{
	return read_row(w->partition, row, w->now_seconds, w->arena, out, no_memory);
}

bool nd_walk_next(struct nd_walk *w, struct nd_row *out, bool *no_memory)
{
	const struct nd_stored_row *row;

	*no_memory = false;
	while ((row = nd_walk_step(w))) {
		if (nd_walk_read(w, row, out, no_memory))
			return true;
		if (*no_memory)
			return false;
	}
	return false;
}
