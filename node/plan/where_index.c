/* SPDX-License-Identifier: MIT */
/* Which relations a secondary index answers. Rows are filtered all the same: an index decides what
 * is legal without ALLOW FILTERING. */
#include "node/plan/where_plan.h"

/* There are two classes: ordinary indexes, without a name, and storage-attached ones. */
static bool is_attached(const struct nd_index *i)
{
	return i->class_name != NULL;
}

/* What the index is of: without a word, the values of a collection, or the whole. */
static enum nd_index_target target_of(const struct nd_index *i)
{
	if (i->target == ND_INDEX_SIMPLE && i->column->is_multi_cell)
		return ND_INDEX_VALUES;
	return i->target == ND_INDEX_FULL ? ND_INDEX_SIMPLE : i->target;
}

static bool has_range(const cql_type *type)
{
	switch (type->kind) {
	case CQL_KIND_TEXT:
	case CQL_KIND_ASCII:
	case CQL_KIND_BOOLEAN:
	case CQL_KIND_UUID:
	case CQL_KIND_LIST:
	case CQL_KIND_SET:
	case CQL_KIND_MAP:
	case CQL_KIND_TUPLE:
	case CQL_KIND_UDT:
		return false;
	default:
		return true;
	}
}

static bool answers_items(const struct nd_index *i, const struct nd_restriction *r)
{
	enum nd_index_target target = target_of(i);
	bool set = i->column->type->kind == CQL_KIND_SET;

	for (uint32_t k = 0; k < r->item_count; k++) {
		const struct nd_where_item *item = &r->items[k];
		bool both = item->key && item->value;

		if (both        ? target == ND_INDEX_ENTRIES
		    : item->key ? target == ND_INDEX_KEYS
				: target == ND_INDEX_VALUES || (set && target == ND_INDEX_KEYS))
			return true;
	}
	return false;
}

static bool answers(const struct nd_index *i, const struct nd_restriction *r)
{
	bool whole = target_of(i) == ND_INDEX_SIMPLE;

	switch (r->kind) {
	case ND_WHERE_EQ:
		return whole;
	case ND_WHERE_SLICE:
		return whole && is_attached(i) && has_range(i->column->type);
	case ND_WHERE_CONTAINS:
		return answers_items(i, r);
	case ND_WHERE_IN:
		break;
	}
	return false;
}

static bool is_of(const struct nd_index *i, const struct nd_restriction *r)
{
	for (uint32_t k = 0; k < r->count; k++)
		if (r->columns[k] == i->column)
			return true;
	return false;
}

bool nd_where_is_indexed(const struct nd_table *table, const struct nd_restriction *r)
{
	for (uint32_t i = 0; i < table->index_count; i++)
		if (is_of(&table->indexes[i], r) && answers(&table->indexes[i], r))
			return true;
	return false;
}

/* ---- ALLOW FILTERING ---------------------------------------------------------------------------- */

/* Whether one index, or all attached ones together, answer all that is asked of the column. */
static bool group_answers(const struct nd_table *t, const struct nd_index *one,
			  const struct nd_restriction *r)
{
	bool attached = is_attached(one);

	if (r->kind == ND_WHERE_CONTAINS && r->item_count > 1 && !attached)
		return false;
	for (uint32_t i = 0; i < t->index_count; i++) {
		const struct nd_index *index = &t->indexes[i];

		if ((index == one || (attached && is_attached(index))) && is_of(index, r) &&
		    answers(index, r))
			return true;
	}
	return false;
}

static bool all_answered(const struct nd_table *t, const struct nd_index *one,
			 struct nd_restriction *const *at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (at[i] && !group_answers(t, one, at[i]))
			return false;
	return true;
}

bool nd_where_is_answered(const struct nd_where *w, bool keys, bool rows)
{
	const struct nd_table *t = w->table;

	for (uint32_t i = 0; i < t->index_count; i++)
		if ((!keys || all_answered(t, &t->indexes[i], w->key, t->partition_key_count)) &&
		    (!rows || all_answered(t, &t->indexes[i], w->rows, t->clustering_count)) &&
		    all_answered(t, &t->indexes[i], w->others, w->other_count))
			return true;
	return false;
}

bool nd_table_has_index_of(const struct nd_table *t, const struct nd_column *c)
{
	for (uint32_t i = 0; i < t->index_count; i++)
		if (t->indexes[i].column == c)
			return true;
	return false;
}
