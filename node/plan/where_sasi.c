/* SPDX-License-Identifier: MIT */
/* What SASI asks rows, once an index of its own has found them: less than was asked. */
#include "node/plan/where_question.h"

/* Whether its values are literals, whose ranges it never finds anything in: an index's mode says so, or the
 * column is of texts. In descending order those are none. */
static bool is_literal(const struct nd_table *t, const struct nd_column *c)
{
	struct nd_sasi sasi;

	for (uint32_t i = 0; i < t->index_count; i++)
		if (t->indexes[i].column == c && nd_index_kind(&t->indexes[i]) == ND_INDEX_SASI)
			return nd_sasi_read(&t->indexes[i], &sasi) && sasi.is_literal;
	return nd_sasi_is_literal(c);
}

static enum nd_asking asking(const struct nd_table *t, const struct nd_question *q)
{
	if (q->column->kind == ND_PARTITION_KEY)
		return ND_ASK_NOT;
	if (q->column->is_multi_cell)
		return ND_ASK_VALUE;
	if (q->op == ND_OP_IN || q->op == ND_OP_CONTAINS || q->op == ND_OP_CONTAINS_KEY)
		return ND_ASK_WHETHER;
	if (nd_operator_is_slice(q->op) && is_literal(t, q->column))
		return ND_ASK_IN_VAIN;
	return ND_ASK_VALUE;
}

void nd_filter_as_sasi(struct nd_filter *f)
{
	f->needs_rows = true;
	for (struct nd_question *q = f->first; q; q = q->next)
		q->asking = asking(f->where->table, q);
}
