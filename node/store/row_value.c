/* SPDX-License-Identifier: MIT */
/* A column's value out of a row: collections and user types put together from their cells. */
#include "base/buffer.h"
#include "node/plan/where_plan.h"

/* The cells of a column; they lie side by side. */
struct cells {
	const struct nd_cell *at;
	uint32_t count;
};

static struct cells find_cells(const struct nd_row *row, const struct nd_column *c)
{
	uint32_t i = 0, n;

	while (i < row->cell_count && row->cells[i].column->id != c->id)
		i++;
	for (n = i; n < row->cell_count && row->cells[n].column->id == c->id;)
		n++;
	/* a row without cells has nowhere to point to */
	return (struct cells){ row->cell_count ? row->cells + i : NULL, n - i };
}

static uint8_t *put_bytes(uint8_t *at, cql_blob v)
{
	cd_put_be32(at, (uint32_t)v.len);
	if (v.len)
		memcpy(at + 4, v.data, v.len);
	return at + 4 + v.len;
}

static bool join_collection(const cql_type *type, struct cells cells, struct cd_arena *a,
			    struct nd_value *out, struct nd_problem *p)
{
	bool paths = type->kind != CQL_KIND_LIST, values = type->kind != CQL_KIND_SET;
	size_t size = 4;
	uint8_t *data, *at;

	for (uint32_t i = 0; i < cells.count; i++)
		size += (paths ? 4 + cells.at[i].path.len : 0) +
			(values ? 4 + cells.at[i].value.len : 0);
	data = cd_arena_take(a, size);
	if (!data)
		return nd_no_memory(p);
	cd_put_be32(data, cells.count);
	at = data + 4;
	for (uint32_t i = 0; i < cells.count; i++) {
		if (paths)
			at = put_bytes(at, cells.at[i].path);
		if (values)
			at = put_bytes(at, cells.at[i].value);
	}
	*out = (struct nd_value){ ND_VALUE, data, size };
	return true;
}

static const struct nd_cell *field_cell(struct cells cells, uint32_t field)
{
	for (uint32_t i = 0; i < cells.count; i++)
		if (cells.at[i].path.len == 2 && cd_get_be16(cells.at[i].path.data) == field)
			return &cells.at[i];
	return NULL;
}

/* All fields the type has; those without a cell are null. */
static bool join_fields(const cql_type *type, struct cells cells, struct cd_arena *a,
			struct nd_value *out, struct nd_problem *p)
{
	size_t size = 4 * (size_t)type->count;
	uint8_t *data, *at;

	for (uint32_t i = 0; i < cells.count; i++)
		size += cells.at[i].value.len;
	data = at = cd_arena_take(a, size + 1);
	if (!data)
		return nd_no_memory(p);
	for (uint32_t i = 0; i < type->count; i++) {
		const struct nd_cell *cell = field_cell(cells, i);

		if (cell) {
			at = put_bytes(at, cell->value);
		} else {
			cd_put_be32(at, UINT32_MAX);
			at += 4;
		}
	}
	*out = (struct nd_value){ ND_VALUE, data, (size_t)(at - data) };
	return true;
}

static struct nd_value view(cql_blob v)
{
	return (struct nd_value){ ND_VALUE, v.data ? v.data : (const uint8_t *)"", v.len };
}

bool nd_row_value(const struct nd_row_view *row, const struct nd_column *column, struct cd_arena *a,
		  struct nd_value *out, struct nd_problem *p)
{
	const struct nd_row *from = column->kind == ND_STATIC ? row->statics : row->row;
	struct cells cells;

	*out = (struct nd_value){ ND_NULL, NULL, 0 };
	if (column->kind == ND_PARTITION_KEY) {
		*out = view(row->key[column->position]);
		return true;
	}
	if (!from)
		return true;
	if (column->kind == ND_CLUSTERING) {
		if (column->position < from->clustering.count)
			*out = view(from->clustering.values[column->position]);
		return true;
	}
	cells = find_cells(from, column);
	if (!cells.count)
		return true;
	if (!column->is_multi_cell) {
		*out = view(cells.at[0].value);
		return true;
	}
	return column->type->kind == CQL_KIND_UDT ? join_fields(column->type, cells, a, out, p)
						  : join_collection(column->type, cells, a, out, p);
}
