/* SPDX-License-Identifier: MIT */
/* The recorded schema: literals to values, values to results. */
#include "tests/schema_data.h"

#include <stdlib.h>

#include <coodie/text.h>

#include "tests/test.h"

#define TABLE(name, ...) static const coodie_column_spec columns_##name[] = { __VA_ARGS__ };
#define ROWS(name, ...) static const char *const cells_##name[] = { __VA_ARGS__ };
#define DESCRIBED(keyspace, kind, name, statement)
#include "tests/data/schema_5_0.inc"
#undef TABLE
#undef ROWS
#undef DESCRIBED

#define TABLE(name, ...) \
	{ CD_SCHEMA_##name, columns_##name, CD_COUNT(columns_##name), cells_##name, \
	  (CD_COUNT(cells_##name) - 1) / CD_COUNT(columns_##name) },
#define ROWS(name, ...)
#define DESCRIBED(keyspace, kind, name, statement)
const struct schema_data schema_data[SCHEMA_DATA_TABLES] = {
#include "tests/data/schema_5_0.inc"
};
#undef TABLE
#undef DESCRIBED

#define TABLE(name, ...)
#define DESCRIBED(keyspace, kind, name, statement) { keyspace, kind, name, statement },
const struct schema_described schema_described[] = {
#include "tests/data/schema_5_0.inc"
};
const size_t schema_described_count = CD_COUNT(schema_described);

static cql_value parse(const char *name, const cql_type *type, const char *literal,
		       cql_arena *arena)
{
	cql_value v = cql_null();
	coodie_error err;

	if (strcmp(literal, "null") != 0 && !cql_literal_parse(type, literal, arena, &v, &err))
		fail_msg("%s %s: %s", name, literal, err.message);
	return v;
}

coodie_result *schema_data_page(const struct schema_data *d, size_t first, size_t count)
{
	cql_arena *arena = cql_arena_new(NULL, NULL);
	size_t left = first < d->row_count ? d->row_count - first : 0, columns = d->column_count;
	size_t rows = count < left ? count : left, cells = rows * columns;
	cql_value *values = calloc(cells + 1, sizeof *values);
	cql_type **types = calloc(columns, sizeof(*types));
	coodie_result *page;

	assert_true(arena && values && types);
	for (size_t i = 0; i < columns; i++) /* values point to them */
		assert_non_null(types[i] = cql_type_parse(d->columns[i].type, NULL));
	for (size_t i = 0; i < cells; i++)
		values[i] = parse(d->columns[i % columns].name, types[i % columns],
				  d->cells[first * columns + i], arena);
	page = coodie_result_new_rows(d->columns, columns, values, rows, NULL);
	assert_non_null(page);
	for (size_t i = 0; i < columns; i++)
		cql_type_free(types[i]);
	free(types);
	free(values);
	cql_arena_free(arena);
	return page;
}

bool schema_data_feed(struct cd_schema_builder *b, size_t page, coodie_error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < SCHEMA_DATA_TABLES; i++)
		for (size_t row = 0; ok && row < schema_data[i].row_count; row += page) {
			coodie_result *r = schema_data_page(&schema_data[i], row, page);

			ok = cd_schema_builder_feed(b, schema_data[i].rows, r, err);
			coodie_result_free(r);
		}
	return ok;
}

struct cd_schema *schema_data_finish(struct cd_schema_builder *b, coodie_error *err)
{
	struct cd_schema *s = NULL;

	while (!s)
		if (!cd_schema_builder_step(b, &s, err))
			return NULL;
	return s;
}

struct cd_schema *schema_data_read(const coodie_allocator *a, struct cd_schema *previous,
				   const struct cd_schema_scope *scope, coodie_error *err)
{
	struct cd_schema_builder *b = cd_schema_builder_new(a, previous, scope, err);
	struct cd_schema *s = NULL;

	if (b && schema_data_feed(b, 7, err))
		s = schema_data_finish(b, err);
	cd_schema_builder_free(b);
	return s;
}
