/* SPDX-License-Identifier: MIT */
/* Asking rows: comparisons, items of collections, texts as indexes look at them. */
#include <string.h>

#include "node/plan/where_question.h"

/* ---- one value ---------------------------------------------------------------------------------- */

static bool is_like(enum nd_like like, cql_blob v, cql_blob term)
{
	if (v.len < term.len)
		return false;
	switch (like) {
	case ND_LIKE_PREFIX:
		return memcmp(v.data, term.data, term.len) == 0;
	case ND_LIKE_SUFFIX:
		return memcmp(v.data + v.len - term.len, term.data, term.len) == 0;
	case ND_LIKE_CONTAINS:
		for (size_t i = 0; i + term.len <= v.len; i++)
			if (memcmp(v.data + i, term.data, term.len) == 0)
				return true;
		return false;
	default:
		return v.len == term.len && memcmp(v.data, term.data, v.len) == 0;
	}
}

/* An attached index has IPv4's addresses as IPv6's that stand for them. */
static int compare_addresses(cql_blob a, cql_blob b)
{
	uint8_t at[2][16] = { { [10] = 0xFF, [11] = 0xFF }, { [10] = 0xFF, [11] = 0xFF } };

	if (a.len == 4 || a.len == 16)
		memcpy(at[0] + 16 - a.len, a.data, a.len);
	if (b.len == 4 || b.len == 16)
		memcpy(at[1] + 16 - b.len, b.data, b.len);
	return memcmp(at[0], at[1], sizeof at[0]);
}

static bool is_so(enum nd_operator op, int order)
{
	switch (op) {
	case ND_OP_LT:
		return order < 0;
	case ND_OP_LE:
		return order <= 0;
	case ND_OP_GT:
		return order > 0;
	case ND_OP_GE:
		return order >= 0;
	default:
		return order == 0;
	}
}

static bool compares(const struct nd_question *q, const cql_type *type, cql_blob v, cql_blob with)
{
	if (q->op == ND_OP_LIKE)
		return is_like(q->like, v, with);
	if (!is_so(q->op, nd_compare(type, v, with)))
		return false;
	/* what the index found is filtered: addresses have to be so in both orders */
	return type->kind != CQL_KIND_INET || !q->longest ||
	       is_so(q->op, compare_addresses(v, with));
}

/* What is too long for an index is not in it, and not found. */
static bool is_indexed(const struct nd_question *q, cql_blob v)
{
	return !q->longest || v.len <= q->longest;
}

/* Whether any token of the value answers any of the question's; those are noted. */
static bool answer_tokens(const struct nd_question *q, const cql_type *type, cql_blob v,
			  struct nd_request *x, struct cd_arena *a, bool *yes)
{
	struct nd_tokens tokens;

	if (!nd_analyze(&q->analyzer, v, a, &tokens))
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < tokens.count; i++)
		for (uint32_t k = 0; k < q->count && is_indexed(q, tokens.at[i]); k++)
			if (compares(q, type, tokens.at[i], q->values[k])) {
				*yes = true;
				if (q->seen)
					q->seen[k] = true;
			}
	return true;
}

static bool answer_value(const struct nd_question *q, const cql_type *type, cql_blob v,
			 struct nd_request *x, struct cd_arena *a, bool *yes)
{
	if (q->is_analyzed)
		return answer_tokens(q, type, v, x, a, yes);
	for (uint32_t i = 0; i < q->count && !*yes && is_indexed(q, v); i++)
		*yes = compares(q, type, v, q->values[i]);
	return true;
}

/* ---- collections -------------------------------------------------------------------------------- */

static bool is_same(const cql_type *type, struct nd_value a, cql_blob b)
{
	return a.presence == ND_VALUE && nd_compare(type, nd_value_blob(a), b) == 0;
}

/* The values of what is frozen are not compared, but have to be equal: 1.0 and 1.00 are two. */
static bool answer_item(const struct nd_question *q, const cql_type *type, cql_blob v,
			struct nd_request *x, struct cd_arena *a, bool *yes)
{
	if (q->is_analyzed || q->column->is_multi_cell || q->op != ND_OP_CONTAINS)
		return answer_value(q, type, v, x, a, yes);
	for (uint32_t i = 0; i < q->count && !*yes; i++)
		*yes = v.len == q->values[i].len &&
		       (!v.len || memcmp(v.data, q->values[i].data, v.len) == 0);
	return true;
}

/* CONTAINS, CONTAINS KEY and entries: of the items of a collection. */
static bool answer_items(const struct nd_question *q, struct nd_value v, struct nd_request *x,
			 struct cd_arena *a, bool *yes)
{
	const cql_type *type = q->column->type;
	bool map = type->kind == CQL_KIND_MAP;
	uint32_t step = map ? 2 : 1, at = map && q->op == ND_OP_CONTAINS ? 1 : 0;
	struct nd_items items;

	*yes = false;
	if (!nd_items_read(type, v, a, &items, &x->problem))
		return false;
	for (uint32_t i = 0; i + step <= items.count && !*yes; i += step) {
		if (q->has_key)
			*yes = is_same(type->inner[0], items.at[i], q->key) &&
			       is_same(type->inner[1], items.at[i + 1], q->values[0]);
		else if (items.at[i + at].presence == ND_VALUE &&
			 !answer_item(q, type->inner[at], nd_value_blob(items.at[i + at]), x, a,
				      yes))
			return false;
	}
	return true;
}

/* ---- rows --------------------------------------------------------------------------------------- */

static bool answer(const struct nd_question *q, const struct nd_row_view *row, struct nd_request *x,
		   struct cd_arena *a, bool *yes)
{
	struct nd_value v;

	*yes = q->asking == ND_ASK_NOT;
	if (*yes || q->asking == ND_ASK_IN_VAIN)
		return true;
	if (!nd_row_value(row, q->column, a, &v, &x->problem))
		return false;
	if (v.presence != ND_VALUE)
		return true;
	if (q->asking == ND_ASK_WHETHER) {
		*yes = true;
		return true;
	}
	if (q->has_key || q->op == ND_OP_CONTAINS || q->op == ND_OP_CONTAINS_KEY)
		return answer_items(q, v, x, a, yes);
	return answer_value(q, q->column->type, nd_value_blob(v), x, a, yes);
}

bool nd_filter_accepts(const struct nd_filter *f, const struct nd_row_view *row,
		       struct nd_request *x, struct cd_arena *scratch, bool *accepted)
{
	*accepted = row->row || !f->needs_rows;
	for (const struct nd_question *q = f->first; q && *accepted; q = q->next)
		if (!answer(q, row, x, scratch, accepted))
			return false;
	return true;
}

/* ---- words of a partition ----------------------------------------------------------------------- */

bool nd_filter_wants_words(const struct nd_filter *f)
{
	bool wants = false;

	for (const struct nd_question *q = f->first; q; q = q->next) {
		wants |= q->seen != NULL;
		for (uint32_t i = 0; q->seen && i < q->count; i++)
			q->seen[i] = false;
	}
	return wants;
}

bool nd_filter_note_words(const struct nd_filter *f, const struct nd_row_view *row,
			  struct nd_request *x, struct cd_arena *scratch)
{
	bool yes;

	for (const struct nd_question *q = f->first; q; q = q->next)
		if (q->seen && !answer(q, row, x, scratch, &yes))
			return false;
	return true;
}

bool nd_filter_has_words(const struct nd_filter *f)
{
	for (const struct nd_question *q = f->first; q; q = q->next)
		for (uint32_t i = 0; q->seen && i < q->count; i++)
			if (!q->seen[i])
				return false;
	return true;
}
