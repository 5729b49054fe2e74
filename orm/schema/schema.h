/* SPDX-License-Identifier: MIT */
/* What a model's table should be, and how that differs from what the cluster has. */
#ifndef ORM_SCHEMA_SCHEMA_H
#define ORM_SCHEMA_SCHEMA_H

#include <coodie/result.h>

#include "base/buffer.h"
#include "orm/model/model.h"

/* CREATE TABLE IF NOT EXISTS of a model. */
void cd_schema_create_table(struct cd_buffer *b, const struct cd_model *m);
/* CREATE INDEX IF NOT EXISTS for a column. */
void cd_schema_create_index(struct cd_buffer *b, const struct cd_model *m,
			    const struct cd_column *c);

/* The statements that read the schema; binds: keyspace, table. */
#define CD_SCHEMA_TABLE \
	"SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?"
#define CD_SCHEMA_KEYSPACE \
	"SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?"
#define CD_SCHEMA_COLUMNS \
	"SELECT column_name, type, kind, position, clustering_order FROM system_schema.columns " \
	"WHERE keyspace_name = ? AND table_name = ?"
#define CD_SCHEMA_INDEXES \
	"SELECT index_name, options FROM system_schema.indexes WHERE keyspace_name = ? AND " \
	"table_name = ?"

/* Compares the answer to CD_SCHEMA_COLUMNS with a model. COODIE_ERR_CONFLICT names the first
 * difference and the fix. */
bool cd_schema_compare(const struct cd_model *m, coodie_result *columns, coodie_error *err);
/* Whether the answer to CD_SCHEMA_INDEXES has a column's index. COODIE_ERR_CONFLICT: its name is
 * another column's. */
bool cd_schema_has_index(const struct cd_model *m, const struct cd_column *c,
			 coodie_result *indexes, bool *has, coodie_error *err);

#endif
