/* SPDX-License-Identifier: MIT */
/* A schema that Cassandra 5.0 was asked for (tests/data/schema_5_0.inc), as pages of results. */
#ifndef TESTS_SCHEMA_DATA_H
#define TESTS_SCHEMA_DATA_H

#include <coodie/driver.h>

#include "net/schema/schema_builder.h"

/* Rows of a table; cells are CQL literals. */
struct schema_data {
	enum cd_schema_rows rows;
	const coodie_column_spec *columns;
	size_t column_count;
	const char *const *cells;
	size_t row_count;
};

enum { SCHEMA_DATA_TABLES = 11 };
extern const struct schema_data schema_data[SCHEMA_DATA_TABLES];

/* Cassandra's DESCRIBE. */
struct schema_described {
	const char *keyspace, *kind, *name, *statement;
};
extern const struct schema_described schema_described[];
extern const size_t schema_described_count;

/* Rows from `first` on, at most `count` of them, as a result; what is not in the data fails the test. */
coodie_result *schema_data_page(const struct schema_data *d, size_t first, size_t count);
/* Feeds all that matches the scope, `page` rows at a time. */
bool schema_data_feed(struct cd_schema_builder *b, size_t page, coodie_error *err);
/* Steps to the end. NULL: failed. */
struct cd_schema *schema_data_finish(struct cd_schema_builder *b, coodie_error *err);
/* All of the data. */
struct cd_schema *schema_data_read(const coodie_allocator *a, struct cd_schema *previous,
				   const struct cd_schema_scope *scope, coodie_error *err);

#endif
