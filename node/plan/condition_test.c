/* SPDX-License-Identifier: MIT */
/* Conditions asked of a row. */
#include "node/plan/condition.h"

#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "base/reader.h"
#include "node/plan/where.h"
#include "proto/value.h"

/* IN is = with each of its values. */
static enum nd_operator comparison(const struct nd_condition *c)
{
	return c->op == ND_OP_IN ? ND_OP_EQ : c->op;
}

static bool refuse_null(const struct nd_condition *c, struct nd_request *x)
{
	return nd_refuse(&x->problem, ND_INVALID,
			 "Invalid comparison with null for operator \"%s\"",
			 nd_operator_name(comparison(c)));
}

static bool satisfies(int order, enum nd_operator op)
{
	static const struct {
		bool less, equal, greater;
	} accepted[] = {
		[ND_OP_EQ] = { false, true, false }, [ND_OP_NE] = { true, false, true },
		[ND_OP_LT] = { true, false, false }, [ND_OP_LE] = { true, true, false },
		[ND_OP_GT] = { false, false, true }, [ND_OP_GE] = { false, true, true },
	};

	return order < 0   ? accepted[op].less
	       : order > 0 ? accepted[op].greater
			   : accepted[op].equal;
}

/* ---- what stands in the row --------------------------------------------------------------------- */

static struct nd_value value_of(cql_blob blob)
{
	return (struct nd_value){ ND_VALUE, blob.data, blob.len };
}

static const struct nd_value null_value = { ND_NULL, NULL, 0 };

/* The first cell of a column in a row, and how many there are. */
static const struct nd_cell *cells_of(const struct nd_row *row, const struct nd_column *c,
				      uint32_t *count)
{
	const struct nd_cell *first = NULL;

	*count = 0;
	for (uint32_t i = 0; row && i < row->cell_count; i++) {
		if (row->cells[i].column != c)
			continue;
		first = first ? first : &row->cells[i];
		++*count;
	}
	return first;
}

static struct nd_value cell_at(const struct nd_cell *cells, uint32_t count, const uint8_t *path,
			       size_t len)
{
	for (uint32_t i = 0; i < count; i++)
		if (cells[i].path.len == len && (!len || !memcmp(cells[i].path.data, path, len)))
			return value_of(cells[i].value);
	return null_value;
}

/* The columns of a row put together. */
static bool whole_value(const struct nd_condition *c, const struct nd_row *row,
			struct nd_request *x, struct nd_value *out)
{
	const struct nd_cell *cells;
	struct nd_items items;
	uint32_t count;

	cells = cells_of(row, c->column, &count);
	*out = null_value;
	if (!count)
		return true;
	if (!c->column->is_multi_cell) {
		*out = value_of(cells[0].value);
		return true;
	}
	items.count = c->column->type->count;
	if (!(items.at = cd_arena_take_array(x->arena, items.count, sizeof *items.at)))
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < items.count; i++) {
		uint8_t path[2];

		cd_put_be16(path, (uint16_t)i);
		items.at[i] = cell_at(cells, count, path, 2);
	}
	return nd_items_write(c->column->type, items.at, items.count, x->arena, out, &x->problem);
}

static bool list_element(const struct nd_condition *c, const struct nd_row *row,
			 struct nd_value key, struct nd_request *x, struct nd_value *out)
{
	int32_t index = key.len == 4 ? (int32_t)cd_get_be32(key.data) : 0;
	const struct nd_cell *cells;
	struct nd_items items;
	uint32_t count;

	if (index < 0)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid negative list index %" PRId32,
				 index);
	cells = cells_of(row, c->column, &count);
	if (c->column->is_multi_cell) {
		*out = (uint32_t)index < count ? value_of(cells[index].value) : null_value;
		return true;
	}
	*out = null_value;
	if (!count)
		return true;
	if (!nd_items_read(c->column->type, value_of(cells[0].value), x->arena, &items,
			   &x->problem))
		return false;
	if ((uint32_t)index < items.count)
		*out = items.at[index];
	return true;
}

static bool map_element(const struct nd_condition *c, const struct nd_row *row, struct nd_value key,
			struct nd_request *x, struct nd_value *out)
{
	const struct nd_cell *cells;
	struct nd_items items;
	uint32_t count;

	cells = cells_of(row, c->column, &count);
	if (c->column->is_multi_cell || !count) {
		*out = cell_at(cells, count, key.data, key.len);
		return true;
	}
	if (!nd_items_read(c->column->type, value_of(cells[0].value), x->arena, &items,
			   &x->problem))
		return false;
	*out = null_value;
	for (uint32_t i = 0; i + 1 < items.count; i += 2)
		if (items.at[i].len == key.len &&
		    (!key.len || !memcmp(items.at[i].data, key.data, key.len)))
			*out = items.at[i + 1];
	return true;
}

static bool element_value(const struct nd_condition *c, const struct nd_row *row,
			  struct nd_request *x, struct nd_value *out)
{
	bool is_map = c->column->type->kind == CQL_KIND_MAP;
	struct nd_value key;

	if (!nd_term_value(c->key, x, &key))
		return false;
	*out = (struct nd_value){ ND_NULL, NULL, 0 };
	if (key.presence == ND_UNSET && is_map)
		return true; /* no such entry */
	if (key.presence == ND_UNSET)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid 'unset' value in condition");
	if (key.presence == ND_NULL)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Invalid null value for %s element access",
				 is_map ? "map" : "list");
	return is_map ? map_element(c, row, key, x, out) : list_element(c, row, key, x, out);
}

static bool field_value(const struct nd_condition *c, const struct nd_row *row,
			struct nd_request *x, struct nd_value *out)
{
	const struct nd_cell *cells;
	struct nd_items items;
	uint8_t path[2];
	uint32_t count;

	cells = cells_of(row, c->column, &count);
	cd_put_be16(path, c->field);
	*out = null_value;
	if (!count)
		return true;
	if (c->column->is_multi_cell) {
		*out = cell_at(cells, count, path, 2);
		return true;
	}
	if (!nd_items_read(c->column->type, value_of(cells[0].value), x->arena, &items,
			   &x->problem))
		return false;
	if (c->field < items.count)
		*out = items.at[c->field];
	return true;
}

/* ---- one value --------------------------------------------------------------------------------- */

/* Cassandra compares a map's values as if they were keys; where they cannot be, by their bytes. */
static int compare(const struct nd_condition *c, struct nd_value a, struct nd_value b)
{
	const cql_type *type = c->type;
	const cql_blob left = { a.data, a.len }, right = { b.data, b.len };
	int order;

	if (c->target == ND_TARGET_ELEMENT && c->column->type->kind == CQL_KIND_MAP)
		type = c->column->type->inner[0];
	if (type == c->type || (cd_value_check(type, (struct cd_span){ a.data, a.len }, NULL) &&
				cd_value_check(type, (struct cd_span){ b.data, b.len }, NULL)))
		return nd_compare(type, left, right);
	order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_equal(struct nd_value a, struct nd_value b)
{
	return a.presence == ND_VALUE && a.len == b.len &&
	       (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

/* CONTAINS and CONTAINS KEY of a frozen collection: values are not compared, but have to be equal. */
static bool frozen_contains(const struct nd_condition *c, struct nd_value has,
			    struct nd_value wanted, struct nd_request *x, bool *hold)
{
	bool is_map = c->column->type->kind == CQL_KIND_MAP;
	uint32_t first = is_map && c->op == ND_OP_CONTAINS, step = is_map ? 2 : 1;
	struct nd_items items;

	if (!nd_items_read(c->column->type, has, x->arena, &items, &x->problem))
		return false;
	for (uint32_t i = first; i < items.count && !*hold; i += step)
		*hold = is_equal(items.at[i], wanted);
	return true;
}

static bool value_holds(const struct nd_condition *c, struct nd_value has, struct nd_value wanted,
			struct nd_request *x, bool *hold)
{
	enum nd_operator op = comparison(c);

	if (wanted.presence == ND_UNSET)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid 'unset' value in condition");
	if (wanted.presence == ND_NULL && op != ND_OP_EQ && op != ND_OP_NE)
		return refuse_null(c, x);
	if (wanted.presence == ND_NULL)
		*hold = (has.presence == ND_NULL) == (op == ND_OP_EQ);
	else if (has.presence != ND_VALUE)
		*hold = op == ND_OP_NE;
	else if (op == ND_OP_CONTAINS || op == ND_OP_CONTAINS_KEY)
		return frozen_contains(c, has, wanted, x, hold);
	else
		*hold = satisfies(compare(c, has, wanted), op);
	return true;
}

/* ---- collections of many cells ------------------------------------------------------------------ */

static bool cells_contain(const struct nd_condition *c, const struct nd_cell *cells, uint32_t count,
			  struct nd_value wanted)
{
	bool paths = c->op == ND_OP_CONTAINS_KEY || c->column->type->kind == CQL_KIND_SET;

	for (uint32_t i = 0; i < count; i++)
		if (!compare(c, value_of(paths ? cells[i].path : cells[i].value), wanted))
			return true;
	return false;
}

/* The order of the first item that differs; of lengths, when none does. */
static int compare_cells(const cql_type *type, const struct nd_cell *cells, uint32_t count,
			 const struct nd_items *items)
{
	uint32_t step = type->kind == CQL_KIND_MAP ? 2 : 1, at = 0;
	int order = 0;

	for (uint32_t i = 0; i < count && !order; i++, at += step) {
		cql_blob first = type->kind == CQL_KIND_LIST ? cells[i].value : cells[i].path;

		if (at >= items->count)
			return 1;
		order = nd_compare(type->inner[0], first,
				   (cql_blob){ items->at[at].data, items->at[at].len });
		if (!order && step == 2)
			order = nd_compare(
				type->inner[1], cells[i].value,
				(cql_blob){ items->at[at + 1].data, items->at[at + 1].len });
	}
	return order ? order : -(at < items->count);
}

static bool collection_holds(const struct nd_condition *c, const struct nd_row *row,
			     struct nd_value wanted, struct nd_request *x, bool *hold)
{
	static const char *const names[] = {
		[CQL_KIND_LIST] = "list", [CQL_KIND_SET] = "set", [CQL_KIND_MAP] = "map"
	};
	enum nd_operator op = comparison(c);
	const cql_type *type = c->column->type;
	const struct nd_cell *cells;
	struct nd_items items = { 0, NULL };
	uint32_t count;

	cells = cells_of(row, c->column, &count);
	if (op == ND_OP_CONTAINS || op == ND_OP_CONTAINS_KEY) {
		if (wanted.presence == ND_NULL)
			return refuse_null(c, x);
		/* Cassandra does not look whether it is set: it has no bytes then */
		*hold = cells_contain(c, cells, count,
				      value_of((cql_blob){ wanted.data, wanted.len }));
		return true;
	}
	if (wanted.presence == ND_UNSET)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid 'unset' value in condition");
	if (wanted.presence == ND_VALUE &&
	    !nd_items_read(type, wanted, x->arena, &items, &x->problem))
		return false;
	if (!items.count && op != ND_OP_EQ && op != ND_OP_NE)
		return wanted.presence == ND_NULL
			       ? refuse_null(c, x)
			       : nd_refuse(
					 &x->problem, ND_INVALID,
					 "Invalid comparison with an empty %s for operator \"%s\"",
					 names[type->kind], nd_operator_name(op));
	if (!count)
		*hold = items.count ? op == ND_OP_NE : op == ND_OP_EQ;
	else
		*hold = satisfies(compare_cells(type, cells, count, &items), op);
	return true;
}

/* ---- all values -------------------------------------------------------------------------------- */

static bool is_by_cells(const struct nd_condition *c)
{
	return c->target == ND_TARGET_COLUMN && c->column->is_multi_cell &&
	       c->column->type->kind != CQL_KIND_UDT;
}

static bool any_holds(const struct nd_condition *c, const struct nd_row *row,
		      const struct nd_value *values, uint32_t count, struct nd_request *x,
		      bool *hold)
{
	struct nd_value has = null_value;

	if (c->target == ND_TARGET_ELEMENT && !element_value(c, row, x, &has))
		return false;
	if (c->target == ND_TARGET_FIELD && !field_value(c, row, x, &has))
		return false;
	if (c->target == ND_TARGET_COLUMN && !is_by_cells(c) && !whole_value(c, row, x, &has))
		return false;
	for (uint32_t i = 0; i < count && !*hold; i++) {
		if (c->op == ND_OP_IN && values[i].presence == ND_UNSET)
			continue;
		if (is_by_cells(c) ? !collection_holds(c, row, values[i], x, hold)
				   : !value_holds(c, has, values[i], x, hold))
			return false;
	}
	return true;
}

/* IN ?: the values are in a list. */
static bool read_list(const struct nd_condition *c, struct nd_request *x, struct nd_items *out)
{
	struct nd_value list;

	if (!nd_term_value(c->values[0], x, &list))
		return false;
	if (list.presence != ND_VALUE)
		return nd_refuse(&x->problem, ND_INVALID, "%s",
				 list.presence == ND_NULL ? "Invalid null list in IN condition"
							  : "Invalid 'unset' value in condition");
	return nd_items_read(c->list_type, list, x->arena, out, &x->problem);
}

static bool condition_holds(const struct nd_condition *c, const struct nd_row *row,
			    struct nd_request *x, bool *hold)
{
	struct nd_items values = { c->count, NULL };

	*hold = false;
	if (c->is_list)
		return read_list(c, x, &values) &&
		       any_holds(c, row, values.at, values.count, x, hold);
	values.at = cd_arena_take_array(x->arena, (size_t)c->count + 1, sizeof *values.at);
	if (!values.at)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < c->count; i++)
		if (!nd_term_value(c->values[i], x, &values.at[i]))
			return false;
	return any_holds(c, row, values.at, values.count, x, hold);
}

bool nd_conditions_hold(const struct nd_conditions *c, bool on_statics, const struct nd_row *row,
			struct nd_request *x, bool *hold)
{
	const struct nd_condition **at = cd_arena_take_array(x->arena, c->count + 1u,
							     sizeof(void *));

	*hold = true;
	if (!at)
		return nd_no_memory(&x->problem);
	if (!nd_conditions_order(c, x, at))
		return false;
	for (uint32_t i = 0; i < c->count && *hold; i++)
		if ((at[i]->column->kind == ND_STATIC) == on_statics &&
		    !condition_holds(at[i], row, x, hold))
			return false;
	return true;
}
