/* SPDX-License-Identifier: MIT */
/* Indexes: their statements, and whether a table has them. */
#ifndef ORM_SCHEMA_INDEX_H
#define ORM_SCHEMA_INDEX_H

#include <coodie/result.h>

#include "base/buffer.h"
#include "orm/model/model.h"

/* Whether a column has an index that the library makes: not one that is made by others. */
bool cd_index_is_wanted(const struct cd_column *c);
/* Whether it is made with a class: CREATE CUSTOM INDEX. */
bool cd_index_is_custom(const struct cd_column *c);
/* Whether the library picks the class, so that another may do as well. */
bool cd_index_has_choice(const struct cd_column *c);

/* CREATE [CUSTOM] INDEX IF NOT EXISTS. `class_name` is for custom ones; NULL: the model's, or the one that
 * Cassandra has for vectors. */
void cd_index_create(struct cd_buffer *b, const struct cd_model *m, const struct cd_column *c,
		     const char *class_name);
/* What ScyllaDB calls the class of vectors. */
#define CD_INDEX_SCYLLA_VECTOR "vector_index"

/* The indexes of a table; binds: keyspace, table. */
#define CD_INDEXES \
	"SELECT index_name, options FROM system_schema.indexes WHERE keyspace_name = ? AND " \
	"table_name = ?"

/* Whether the answer to CD_INDEXES has a column's index: of the same target, and of the class and the
 * similarity that the model names. COODIE_ERR_CONFLICT: one of its name is another. */
bool cd_index_is_there(const struct cd_model *m, const struct cd_column *c, coodie_result *indexes,
		       bool *is, coodie_error *err);

/* Whether the row of CD_INDEXES at the cursor is an index of a column, of whatever part of it.
 * `quoted` is its name in quotes. */
bool cd_index_is_of(const coodie_cursor *indexes, const char *name, const char *quoted, bool *is,
		    coodie_error *err);

#endif
