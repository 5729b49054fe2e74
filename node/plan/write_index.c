/* SPDX-License-Identifier: MIT */
/* What secondary indexes do not take. */
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

static bool has_place(const struct nd_index *index, const struct nd_change *c)
{
	return nd_index_kind(index) != ND_INDEX_ATTACHED || c->column != index->column ||
	       c->kind != ND_CHANGE_CELL || index->column->type->kind != CQL_KIND_VECTOR ||
	       nd_vector_fits(index, c->value);
}

static bool check_vectors(const struct nd_build *b, const struct nd_table *t,
			  const struct nd_change *c)
{
	for (uint32_t i = 0; i < t->index_count; i++)
		if (!has_place(&t->indexes[i], c))
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
	for (const struct nd_mutation *m = b->first; m; m = m->next)
		for (const struct nd_change *c = m->table->index_count ? m->first : NULL; c;
		     c = c->next)
			if (!check_change(m->table, c, b->x) || !check_vectors(b, m->table, c))
				return false;
	return true;
}
