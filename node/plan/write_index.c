/* SPDX-License-Identifier: MIT */
/* What secondary indexes do not take. */
#include "node/plan/guardrail.h"
#include "node/plan/vector_index.h"
#include "node/plan/write.h"
#include "node/schema/index.h"

enum { INDEXED_MOST = 65535 };

/* The length of what an index would hold of a change; 0: nothing. */
static size_t indexed_size(const struct nd_index *index, const struct nd_change *c)
{
	if (c->kind != ND_CHANGE_CELL || c->column != index->column)
		return 0;
	if (index->target == ND_INDEX_KEYS)
		return c->path.len;
	if (index->target == ND_INDEX_ENTRIES)
		return c->path.len + c->value.len + 6; /* a composite of two */
	return c->column->is_multi_cell && c->column->type->kind == CQL_KIND_SET ? c->path.len
										 : c->value.len;
}

/* ---- the size of terms -------------------------------------------------------------------------- */

/* Of a column of the key, once for each row. */
static bool is_of_a_row(const struct nd_change *c, const struct nd_change *last)
{
	return !c->is_static && c->kind < ND_CHANGE_DELETE_RANGE &&
	       (!last || last->is_static || last->row.values != c->row.values);
}

static size_t key_size(const struct nd_build *b, const struct nd_mutation *m,
		       const struct nd_column *column, const struct nd_change *c)
{
	uint32_t count = m->table->partition_key_count;
	cql_blob *parts;

	if (column->kind == ND_CLUSTERING)
		return c->row.values[column->position].len;
	if (!(parts = cd_arena_take_array(b->x->arena, count, sizeof *parts)))
		return 0; /* a warning is not worth the write */
	nd_key_columns(m->key, parts, count);
	return parts[column->position].len;
}

static bool guard_terms(const struct nd_build *b, const struct nd_mutation *m,
			const struct nd_index *index)
{
	const struct nd_column *column = index->column;
	enum nd_threshold which = nd_index_threshold(index);
	const struct nd_change *last = NULL;

	for (const struct nd_change *c = m->first; c; last = c, c = c->next) {
		bool of_key = column->kind <= ND_CLUSTERING;
		size_t size = !of_key                ? indexed_size(index, c)
			      : is_of_a_row(c, last) ? key_size(b, m, column, c)
						     : 0;

		if (!nd_guard(b->x, which, (int64_t)size, column->name))
			return false;
	}
	return true;
}

static bool check_terms(const struct nd_build *b, const struct nd_mutation *m)
{
	const struct nd_index *index = NULL;

	while (b->x->is_ordinary_user && (index = nd_index_next_made(m->table, index)))
		if (nd_index_kind(index) == ND_INDEX_ATTACHED && !guard_terms(b, m, index))
			return false;
	return true;
}

/* ---- the whole ---------------------------------------------------------------------------------- */

/* The index looks at what the row has then: not at a value that is older than that. */
static bool has_place(const struct nd_index *index, const struct nd_mutation *m,
		      const struct nd_change *c)
{
	return nd_index_kind(index) != ND_INDEX_ATTACHED || c->column != index->column ||
	       c->kind != ND_CHANGE_CELL || index->column->type->kind != CQL_KIND_VECTOR ||
	       nd_vector_fits(index, c->value) || nd_store_loses(m->table->store, m->key, c);
}

static bool check_vectors(const struct nd_build *b, const struct nd_mutation *m,
			  const struct nd_change *c)
{
	for (uint32_t i = 0; i < m->table->index_count; i++)
		if (!has_place(&m->table->indexes[i], m, c))
			return nd_vector_write_failed(b->x, b->count > 1);
	return true;
}

static bool check_change(const struct nd_table *t, const struct nd_change *c, struct nd_request *x)
{
	for (uint32_t i = 0; i < t->index_count; i++) {
		const struct nd_index *index = &t->indexes[i];
		size_t size = index->class_name ? 0 : indexed_size(index, c);

		if (size >= INDEXED_MOST)
			return nd_refuse(&x->problem, ND_INVALID,
					 "Cannot index value of size %zu for index %s on %s.%s(%s) "
					 "(maximum allowed size=%d)",
					 size, index->name, t->keyspace->name, t->name,
					 index->column->name, INDEXED_MOST);
	}
	return true;
}

bool nd_build_check_indexes(const struct nd_build *b)
{
	for (const struct nd_mutation *m = b->first; m; m = m->next) {
		if (!check_terms(b, m))
			return false;
		for (const struct nd_change *c = m->table->index_count ? m->first : NULL; c;
		     c = c->next)
			if (!check_change(m->table, c, b->x) || !check_vectors(b, m, c))
				return false;
	}
	return true;
}
