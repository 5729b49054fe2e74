/* SPDX-License-Identifier: MIT */
/* Which relations a secondary index answers. Rows are filtered all the same: an index decides what
 * is legal without ALLOW FILTERING. */
#include "node/plan/where_plan.h"
#include "node/value/java_set.h"

static bool is_attached(const struct nd_index *i)
{
	enum nd_index_kind kind = nd_index_kind(i);

	return kind == ND_INDEX_ATTACHED || kind == ND_INDEX_VECTOR;
}

/* What the index is of: without a word, the values of a collection, or the whole. */
static enum nd_index_target target_of(const struct nd_index *i)
{
	if (i->target == ND_INDEX_SIMPLE && i->column->is_multi_cell)
		return ND_INDEX_VALUES;
	return i->target == ND_INDEX_FULL ? ND_INDEX_SIMPLE : i->target;
}

/* In Cassandra's list of types without ranges a descending uuid is none. */
static bool has_range(const struct nd_column *column)
{
	switch (column->type->kind) {
	case CQL_KIND_UUID:
		return column->descending;
	case CQL_KIND_TEXT:
	case CQL_KIND_ASCII:
	case CQL_KIND_BOOLEAN:
	case CQL_KIND_LIST:
	case CQL_KIND_SET:
	case CQL_KIND_MAP:
	case CQL_KIND_TUPLE:
	case CQL_KIND_UDT:
	case CQL_KIND_VECTOR:
		return false;
	default:
		return true;
	}
}

static bool answers_item(const struct nd_index *i, const struct nd_where_item *item)
{
	enum nd_index_target target = target_of(i);
	bool set = i->column->type->kind == CQL_KIND_SET;

	if (item->key && item->value)
		return target == ND_INDEX_ENTRIES;
	return item->key ? target == ND_INDEX_KEYS
			 : target == ND_INDEX_VALUES || (set && target == ND_INDEX_KEYS);
}

static bool answers_items(const struct nd_index *i, const struct nd_restriction *r)
{
	for (uint32_t k = 0; k < r->item_count; k++)
		if (answers_item(i, &r->items[k]))
			return true;
	return false;
}

/* Which kind of LIKE it is is known when its value is. */
static bool sasi_answers(const struct nd_index *i, const struct nd_restriction *r)
{
	struct nd_sasi s;

	if (!nd_sasi_read(i, &s))
		return false;
	switch (r->kind) {
	case ND_WHERE_EQ:
		return !s.is_tokenized;
	case ND_WHERE_SLICE:
		return !s.is_literal && s.mode != ND_SASI_CONTAINS;
	case ND_WHERE_LIKE:
		return s.is_literal;
	default:
		return false;
	}
}

static bool answers(const struct nd_index *i, const struct nd_restriction *r)
{
	bool whole = target_of(i) == ND_INDEX_SIMPLE;

	if (nd_index_kind(i) == ND_INDEX_SASI)
		return sasi_answers(i, r);

	switch (r->kind) {
	case ND_WHERE_EQ:
		return whole;
	case ND_WHERE_SLICE:
		return whole && is_attached(i) && has_range(i->column);
	case ND_WHERE_CONTAINS:
		return answers_items(i, r);
	case ND_WHERE_IN:
	case ND_WHERE_LIKE:
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

/* Whether one index, or all attached ones together, answer all that is asked of a column. */
static bool answers_column(const struct nd_table *t, const struct nd_index *one,
			   const struct nd_restriction *r, const struct nd_column *c)
{
	for (uint32_t i = 0; i < t->index_count; i++) {
		const struct nd_index *index = &t->indexes[i];

		if ((index == one || (is_attached(one) && is_attached(index))) &&
		    index->column == c && answers(index, r))
			return true;
	}
	return false;
}

static bool group_answers(const struct nd_table *t, const struct nd_index *one,
			  const struct nd_restriction *r)
{
	if (r->kind == ND_WHERE_CONTAINS && r->item_count > 1 && !is_attached(one))
		return false;
	for (uint32_t i = 0; i < r->count; i++)
		if (!answers_column(t, one, r, r->columns[i]))
			return false;
	return true;
}

static bool all_answered(const struct nd_table *t, const struct nd_index *one,
			 struct nd_restriction *const *at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (at[i] && !group_answers(t, one, at[i]))
			return false;
	return true;
}

static bool answers_where(const struct nd_where *w, const struct nd_index *one, bool keys,
			  bool rows)
{
	const struct nd_table *t = w->table;

	return (!keys || all_answered(t, one, w->key, t->partition_key_count)) &&
	       (!rows || all_answered(t, one, w->rows, t->clustering_count)) &&
	       all_answered(t, one, w->others, w->other_count);
}

bool nd_where_is_answered(const struct nd_where *w, bool keys, bool rows)
{
	for (uint32_t i = 0; i < w->table->index_count; i++)
		if (answers_where(w, &w->table->indexes[i], keys, rows))
			return true;
	return false;
}

bool nd_where_is_attached(const struct nd_where *w, bool keys, bool rows)
{
	return answers_where(w, nd_table_attached_index(w->table, w->options.ann), keys, rows);
}

const struct nd_index *nd_table_attached_index(const struct nd_table *t, const struct nd_column *c)
{
	for (uint32_t i = 0; i < t->index_count; i++)
		if (t->indexes[i].column == c && is_attached(&t->indexes[i]))
			return &t->indexes[i];
	return NULL;
}

bool nd_where_asks_vectors(const struct nd_where *w)
{
	if (!w->uses_index || w->options.ann)
		return false;
	for (const struct nd_restriction *r = w->filters; r; r = r->next)
		for (uint32_t i = 0; i < r->count && r->kind == ND_WHERE_EQ; i++)
			if (r->columns[i]->type->kind == CQL_KIND_VECTOR &&
			    nd_table_attached_index(w->table, r->columns[i]))
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

/* ---- how indexes look at values ----------------------------------------------------------------- */

/* Of several (NULL: none yet) the one that Cassandra comes to first in its map of a table's indexes. */
static const struct nd_index *first_of(const struct nd_table *t, const struct nd_index *a,
				       const struct nd_index *b)
{
	uint32_t at = a ? nd_java_bucket_of(a->name, t->index_count) : UINT32_MAX;
	uint32_t other = nd_java_bucket_of(b->name, t->index_count);

	return other < at || (other == at && b->number < a->number) ? b : a;
}

const struct nd_index *nd_where_like_index(const struct nd_table *t, const struct nd_column *c,
					   enum nd_like like)
{
	const struct nd_index *found = NULL;
	struct nd_sasi s;

	for (uint32_t i = 0; i < t->index_count; i++) {
		const struct nd_index *index = &t->indexes[i];

		if (index->column == c && nd_index_kind(index) == ND_INDEX_SASI &&
		    nd_sasi_read(index, &s) && s.is_literal && nd_sasi_answers(&s, like))
			found = first_of(t, found, index);
	}
	return found;
}

static bool is_answered_by(const struct nd_where *w, enum nd_index_kind kind)
{
	for (const struct nd_restriction *r = w->filters; r; r = r->next)
		for (uint32_t i = 0; i < w->table->index_count; i++) {
			const struct nd_index *index = &w->table->indexes[i];

			if (nd_index_kind(index) == kind && is_of(index, r) && answers(index, r))
				return true;
		}
	return false;
}

bool nd_where_asks_sasi(const struct nd_where *w)
{
	return w->uses_index && is_answered_by(w, ND_INDEX_SASI);
}

/* Where SASI is asked, it looks at all columns it has an index of in its own way, whether that
 * answers or not; others only do so with what they answer. */
const struct nd_index *nd_where_looking(const struct nd_where *w, const struct nd_restriction *r,
					const struct nd_where_item *item)
{
	const struct nd_table *t = w->table;
	const struct nd_index *found = NULL;
	bool sasi = is_answered_by(w, ND_INDEX_SASI);

	if (!w->uses_index || r->kind == ND_WHERE_IN)
		return NULL;
	for (uint32_t i = 0; i < t->index_count; i++) {
		const struct nd_index *index = &t->indexes[i];
		enum nd_index_kind kind = nd_index_kind(index);

		if (!is_of(index, r) || (kind == ND_INDEX_SASI) != sasi)
			continue;
		if (kind == ND_INDEX_SASI || (kind == ND_INDEX_ATTACHED && answers(index, r) &&
					      (!item || answers_item(index, item))))
			found = first_of(t, found, index);
	}
	return found;
}
