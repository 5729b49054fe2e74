/* SPDX-License-Identifier: MIT */
/* Results made by hand: for drivers of others, and tests. */
#include <string.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/result/result_impl.h"
#include "proto/notation.h"
#include "proto/value.h"

coodie_result *coodie_result_new_void(coodie_error *err)
{
	cd_clear(err);
	return cd_result_new_void(NULL, err);
}

static bool parse_columns(struct cd_metadata *m, const coodie_column_spec *columns, size_t count,
			  coodie_error *err)
{
	cql_column_spec *at = cd_arena_take_array(&m->arena, count ? count : 1, sizeof *at);

	if (!at)
		return cd_no_memory(err, "the columns of a result");
	m->columns = (struct cd_columns){ .at = at, .count = (uint32_t)count };
	for (size_t i = 0; i < count; i++) {
		const char *type = columns[i].type, *name = columns[i].name;
		at[i].keyspace = at[i].table = cql_text_of("");
		at[i].name = cql_text_of(cd_arena_strndup(&m->arena, name, strlen(name)));
		if (!at[i].name.data)
			return cd_no_memory(err, "the columns of a result");
		at[i].type = cd_type_parse(&m->arena, type, strlen(type), CD_TYPE_DEPTH, err);
		if (!at[i].type) {
			cd_error_prefix(err, "column %s", at[i].name.data);
			return false;
		}
	}
	return !count || cd_columns_set_kinds(&m->columns, &m->arena) ||
	       cd_no_memory(err, "the columns of a result");
}

static bool encode_rows(struct cd_buffer *out, const struct cd_columns *columns,
			const cql_value *values, size_t row_count, coodie_error *err)
{
	for (size_t row = 0; row < row_count; row++)
		for (uint32_t i = 0; i < columns->count; i++)
			if (!cd_value_encode(out, columns->at[i].type, values++, err)) {
				cd_error_prefix(err, "row %zu, column %s", row,
						columns->at[i].name.data);
				return false;
			}
	return true;
}

coodie_result *coodie_result_new_rows(const coodie_column_spec *columns, size_t column_count,
				      const cql_value *values, size_t row_count, coodie_error *err)
{
	struct cd_buffer rows;
	coodie_result *r = NULL;
	struct cd_metadata *m;

	cd_clear(err);
	if (column_count > UINT16_MAX || row_count > INT32_MAX)
		return cd_fail_null(err, COODIE_ERR_LIMIT, "a result of %zu columns and %zu rows",
				    column_count, row_count);
	if ((column_count && !columns) || (column_count && row_count && !values))
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "a result of %zu columns and %zu rows, but the array of its %s is NULL",
				    column_count, row_count, columns ? "values" : "columns");
	cd_buffer_init(&rows, NULL, 0);
	m = cd_metadata_new(NULL);
	if (!m) {
		cd_no_memory(err, "a result");
		return NULL;
	}
	if (!parse_columns(m, columns, column_count, err) ||
	    !encode_rows(&rows, &m->columns, values, row_count, err))
		goto out;
	const struct cd_result_sizes sizes = { .columns = column_count,
					       .block = rows.len,
					       .spare = cd_result_spare(column_count) };
	r = cd_result_make(NULL, &sizes, err);
	if (!r)
		goto out;
	if (rows.len)
		memcpy(r->block_end - rows.len, rows.data, rows.len);
	r->kind = COODIE_RESULT_ROWS;
	r->row_count = (uint32_t)row_count;
	r->metadata = cd_metadata_ref(m);
out:
	cd_buffer_deinit(&rows);
	cd_metadata_free(m);
	return r;
}

uint8_t *coodie_result_own_block(coodie_result *r)
{
	return r->block_end;
}
