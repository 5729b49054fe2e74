/* SPDX-License-Identifier: MIT */
/* What the classes of indexes do not take. */
#ifndef NODE_DDL_INDEX_CLASS_H
#define NODE_DDL_INDEX_CLASS_H

#include "node/schema/ddl.h"
#include "node/schema/index.h"

/* The index's column is NULL where the statement has none, or several. */
typedef bool nd_index_check_fn(struct nd_ddl *d, const struct nd_index *index,
			       const struct nd_create_index *def);
nd_index_check_fn nd_index_check_attached, nd_index_check_sasi, nd_index_check_vector;
/* Cassandra looks at a table's other indexes as well, in the order they were made, and warns again of
 * each that is of vectors; `fresh` NULL: none is being made. */
bool nd_index_check_others(struct nd_ddl *d, const struct nd_table *t,
			   const struct nd_index *fresh);
/* "a, b" of the columns of a statement. */
const char *nd_index_columns_text(struct nd_ddl *d, const struct nd_create_index *def);

#endif
