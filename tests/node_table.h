/* SPDX-License-Identifier: MIT */
/* A table for tests of the node's store, made without the schema's help. */
#ifndef TESTS_NODE_TABLE_H
#define TESTS_NODE_TABLE_H

#include "node/store/store.h"

enum { CD_NODE_COLUMNS = 12 };

struct cd_node_column {
	const char *name, *type;
	enum nd_column_kind kind;
	bool descending;
};

struct cd_node_table {
	struct nd_table table;
	struct nd_column columns[CD_NODE_COLUMNS], *pointers[CD_NODE_COLUMNS];
	cql_type *types[CD_NODE_COLUMNS];
};

/* Columns in the table's order; ids are not, on purpose. With a store in `allocator`, whose failure
 * is false. */
bool cd_node_table_init(struct cd_node_table *t, const struct cd_node_column *columns, size_t count,
			const coodie_allocator *allocator);
void cd_node_table_deinit(struct cd_node_table *t);
/* NULL when there is none. */
const struct nd_column *cd_node_table_column(const struct cd_node_table *t, const char *name);

#endif
