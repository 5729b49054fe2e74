/* SPDX-License-Identifier: MIT */
/* What conditional statements may do beside: add to numbers, append to texts. */
#include <string.h>

#include "node/plan/operation.h"
#include "node/value/number.h"

/* The value a column has, and the one that is added to it. `*nothing_to_do`: it has none. */
static bool read_both(const struct nd_operation *o, struct nd_writer *w, struct nd_value *has,
		      struct nd_value *added, bool *nothing_to_do)
{
	struct nd_row row;
	bool found;

	*nothing_to_do = true;
	*has = (struct nd_value){ ND_NULL, NULL, 0 };
	if (!nd_term_value(o->value, w->x, added) || !nd_writer_existing(w, &row, &found))
		return false;
	for (uint32_t i = 0; found && i < row.cell_count; i++)
		if (row.cells[i].column == o->column)
			*has = (struct nd_value){ ND_VALUE, row.cells[i].value.data,
						  row.cells[i].value.len };
	*nothing_to_do = has->presence != ND_VALUE || added->presence != ND_VALUE || !added->len;
	return true;
}

bool nd_run_add_text(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value has, added;
	bool nothing_to_do;
	uint8_t *both;

	if (!read_both(o, w, &has, &added, &nothing_to_do))
		return false;
	if (nothing_to_do)
		return true;
	if (!(both = cd_arena_take(w->x->arena, has.len + added.len)))
		return nd_no_memory(&w->x->problem);
	memcpy(both, has.data, has.len);
	memcpy(both + has.len, added.data, added.len);
	return nd_column_set(w, o->column,
			     (struct nd_value){ ND_VALUE, both, has.len + added.len });
}

/* A sum of two numbers of one type, cut as Java cuts it. */
static bool sum(struct nd_writer *w, enum cql_kind kind, struct nd_value a, struct nd_value b,
		struct nd_value *out)
{
	const struct nd_call call = { .request = w->x,
				      .arena = w->x->arena,
				      .problem = &w->x->problem };
	struct nd_number left, right, both;

	if (!nd_number_read(&call, kind, a, &left) || !nd_number_read(&call, kind, b, &right))
		return false;
	if (left.form == ND_NUMBER_DECIMAL)
		return nd_number_write_decimal(
			&call, kind, nd_decimal_add(call.arena, left.decimal, right.decimal), out);
	both = left.form == ND_NUMBER_REAL
		       ? nd_number_of_real(left.real + right.real)
		       : nd_number_of_integer(
				 (int64_t)((uint64_t)left.integer + (uint64_t)right.integer));
	return nd_number_write(&call, kind, &both, out);
}

bool nd_run_add_number(const struct nd_operation *o, struct nd_writer *w)
{
	struct nd_value has, added, both;
	bool nothing_to_do;

	if (!read_both(o, w, &has, &added, &nothing_to_do))
		return false;
	return nothing_to_do || !has.len ||
	       (sum(w, o->column->type->kind, has, added, &both) &&
		nd_column_set(w, o->column, both));
}
