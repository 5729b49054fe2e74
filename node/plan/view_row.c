/* SPDX-License-Identifier: MIT */
/* A row of a base table, and the row of a view that is made of it. */
#include <string.h>

#include <coodie/token.h>

#include "node/plan/view.h"
#include "node/plan/where.h"

enum { KEY_MOST = 65535 };

const cql_blob *nd_view_key(struct nd_request *x, const struct nd_table *base,
			    cql_blob partition_key, struct nd_clustering row)
{
	uint32_t count = (uint32_t)base->partition_key_count + base->clustering_count;
	cql_blob *out = cd_arena_take_array(x->arena, count, sizeof *out);

	if (!out) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	nd_key_columns(partition_key, out, base->partition_key_count);
	if (row.count)
		memcpy(out + base->partition_key_count, row.values, row.count * sizeof *out);
	return out;
}

/* ---- where it belongs --------------------------------------------------------------------------- */

static const struct nd_cell *cell_of(const struct nd_row *row, uint32_t column)
{
	for (uint32_t i = 0; i < row->cell_count; i++)
		if (row->cells[i].column->id == column)
			return &row->cells[i];
	return NULL;
}

/* The value of a column of the view's key; false: the row has none. */
static bool key_value(const struct nd_column *c, const struct nd_view_source *from,
		      struct nd_view_place *place, cql_blob *out)
{
	uint32_t count = (uint32_t)from->base->partition_key_count + from->base->clustering_count;

	for (uint32_t i = 0; i < count; i++)
		if (from->base->columns[i]->id == c->id) {
			*out = from->key[i];
			return true;
		}
	place->cell = cell_of(from->row, c->id);
	if (place->cell)
		*out = place->cell->value;
	return place->cell != NULL;
}

/* A view may have an empty key, unlike a table; it comes first, as Cassandra has it. It may have one
 * that is longer than any that can be asked for, too. */
static bool join_key(const struct nd_table *view, const cql_blob *columns, struct nd_request *x,
		     struct nd_view_place *out, bool *found)
{
	uint32_t count = view->partition_key_count;
	size_t size = 0;

	for (uint32_t i = 0; i < count; i++)
		size += columns[i].len + (count > 1 ? 3 : 0);
	*found = size <= KEY_MOST || count == 1;
	if (!*found)
		return true;
	if (count > 1)
		return nd_key_join(x, columns, count, &out->key, &out->token);
	out->key = columns[0];
	out->token = size ? cql_murmur3_token(out->key.data, size) : INT64_MIN;
	return true;
}

bool nd_view_place(const struct nd_table *view, const struct nd_view_source *from,
		   struct nd_request *x, struct nd_view_place *out, bool *found)
{
	uint32_t count = (uint32_t)view->partition_key_count + view->clustering_count;
	cql_blob *values = cd_arena_take_array(x->arena, count, sizeof *values);

	*out = (struct nd_view_place){ .cell = NULL };
	*found = true;
	if (!values)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < count && *found; i++)
		*found = key_value(view->columns[i], from, out, &values[i]);
	if (!*found)
		return true;
	out->row = (struct nd_clustering){ view->clustering_count,
					   values + view->partition_key_count };
	return nd_view_accepts(view->view, from->key, x, found) &&
	       (!*found || join_key(view, values, x, out, found));
}

/* ---- what it has --------------------------------------------------------------------------------- */

static struct nd_change *add(struct nd_mutation *m, enum nd_change_kind kind,
			     const struct nd_view_place *place, struct nd_request *x)
{
	struct nd_change *c = cd_arena_take_zero(x->arena, sizeof *c);

	if (!c) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	c->kind = kind;
	c->row = place->row;
	*m->last = c;
	m->last = &c->next;
	return c;
}

/* NULL: the view leaves it out, or has it in its key. */
static const struct nd_column *column_of(const struct nd_table *view, uint32_t id)
{
	for (uint32_t i = (uint32_t)view->partition_key_count + view->clustering_count;
	     i < view->column_count; i++)
		if (view->columns[i]->id == id)
			return view->columns[i];
	return NULL;
}

/* How long a row lasts, and since when. */
struct life {
	bool is_set;
	int64_t timestamp_us, expires; /* seconds; 0: for ever */
	int32_t ttl;
};

static void outlive(struct life *l, int64_t timestamp_us, int32_t ttl, int64_t expires)
{
	bool longer = !l->is_set || (l->ttl && (!ttl || expires > l->expires));

	if (!l->is_set || timestamp_us > l->timestamp_us)
		l->timestamp_us = timestamp_us;
	if (longer) {
		l->ttl = ttl;
		l->expires = expires;
	}
	l->is_set = true;
}

/* The marker is the key's cell where the key has one; otherwise the base's, or the cell that lasts longest
 * of those that are left out. */
static struct life life_of(const struct nd_table *view, const struct nd_view_source *from,
			   const struct nd_view_place *place)
{
	const struct nd_row *row = from->row;
	const struct nd_cell *cell = place->cell;
	struct life l = { false, 0, 0, 0 };

	if (cell) {
		outlive(&l, cell->timestamp_us, cell->ttl, cell->expires);
		return l;
	}
	if (row->has_marker)
		outlive(&l, row->marker_us, row->marker_ttl, row->marker_expires);
	for (uint32_t i = 0; i < row->cell_count; i++) {
		cell = &row->cells[i];
		if (!column_of(view, cell->column->id))
			outlive(&l, cell->timestamp_us, cell->ttl, cell->expires);
	}
	return l;
}

static bool put_marker(struct nd_mutation *m, const struct life *l,
		       const struct nd_view_place *place, struct nd_request *x)
{
	struct nd_change *c;

	if (!l->is_set)
		return true;
	if (!(c = add(m, ND_CHANGE_ROW, place, x)))
		return false;
	c->timestamp_us = l->timestamp_us;
	c->ttl = l->ttl;
	c->expires = l->expires;
	return true;
}

struct nd_mutation *nd_view_row(struct nd_table *view, const struct nd_view_source *from,
				const struct nd_view_place *place, struct nd_request *x)
{
	struct nd_mutation *m = cd_arena_take_zero(x->arena, sizeof *m);
	struct life l = life_of(view, from, place);

	if (!m) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	m->table = view;
	m->key = place->key;
	m->token = place->token;
	m->last = &m->first;
	if (!put_marker(m, &l, place, x))
		return NULL;
	for (uint32_t i = 0; i < from->row->cell_count; i++) {
		const struct nd_cell *cell = &from->row->cells[i];
		const struct nd_column *column = column_of(view, cell->column->id);
		struct nd_change *c;

		if (!column)
			continue;
		if (!(c = add(m, ND_CHANGE_CELL, place, x)))
			return NULL;
		c->column = column;
		c->path = cell->path;
		c->value = cell->value;
		c->timestamp_us = cell->timestamp_us;
		c->ttl = cell->ttl;
		c->expires = cell->expires;
	}
	return m;
}
