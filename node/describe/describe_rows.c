/* SPDX-License-Identifier: MIT */
/* Rows of a DESCRIBE, from texts to an answer. */
#include "node/describe/describe_plan.h"
#include "proto/type.h"

void nd_describe_rows_init(struct nd_describe_rows *r, struct nd_request *x)
{
	*r = (struct nd_describe_rows){ .x = x };
	cd_buffer_init(&r->rows, x->db->allocator, 0);
}

size_t nd_describe_cell_begin(struct nd_describe_rows *r)
{
	cd_buffer_be32(&r->rows, 0);
	return r->rows.len;
}

void nd_describe_cell_end(struct nd_describe_rows *r, size_t began)
{
	if (!r->rows.failed)
		cd_buffer_patch_be32(&r->rows, began - 4, (uint32_t)(r->rows.len - began));
}

void nd_describe_put_cell(struct nd_describe_rows *r, const char *text)
{
	size_t began = nd_describe_cell_begin(r);

	cd_buffer_text(&r->rows, text);
	nd_describe_cell_end(r, began);
}

static const cql_column_spec *columns_of(struct nd_request *x, const char *const *names,
					 uint32_t count, const cql_type *last)
{
	cql_column_spec *columns = cd_arena_take_array(x->arena, count, sizeof *columns);

	for (uint32_t i = 0; columns && i < count; i++)
		columns[i] = (cql_column_spec){
			.keyspace = { "system", 6 },
			.table = { "describe", 8 },
			.name = { names[i], strlen(names[i]) },
			.type = i + 1 == count && last ? last : cd_type_native(CQL_KIND_TEXT),
		};
	return columns;
}

bool nd_describe_rows_end(struct nd_describe_rows *r, const char *const *names, uint32_t count,
			  const cql_type *last)
{
	cql_result *out = &r->x->result;
	uint8_t *rows = NULL;

	if (!r->rows.failed)
		rows = cd_arena_copy(r->x->arena, r->rows.data, r->rows.len);
	out->kind = COODIE_RESULT_ROWS;
	out->row_count = r->count;
	out->rows = (cql_blob){ rows, r->rows.len };
	out->metadata = (cql_metadata){ .columns = columns_of(r->x, names, count, last),
					.column_count = count };
	cd_buffer_deinit(&r->rows);
	return (rows && out->metadata.columns) || nd_no_memory(&r->x->problem);
}
