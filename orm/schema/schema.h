/* SPDX-License-Identifier: MIT */
/* What a model's table should be, beside what the cluster has. */
#ifndef ORM_SCHEMA_SCHEMA_H
#define ORM_SCHEMA_SCHEMA_H

#include <coodie/result.h>

#include "orm/model/model.h"
#include "orm/schema/job.h"

/* What reads the schema; binds: keyspace, table. */
#define CD_SCHEMA_TABLE \
	"SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?"
#define CD_SCHEMA_KEYSPACE \
	"SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?"
#define CD_SCHEMA_COLUMNS \
	"SELECT column_name, type, kind, position, clustering_order FROM system_schema.columns " \
	"WHERE keyspace_name = ? AND table_name = ?"
#define CD_SCHEMA_VIEW \
	"SELECT base_table_name FROM system_schema.views WHERE keyspace_name = ? AND view_name = ?"

/* A row of the answer to CD_SCHEMA_COLUMNS; views of the result. */
struct cd_column_there {
	cql_text name, type, kind, order;
	int32_t position;
};

bool cd_schema_read_column(const coodie_cursor *cursor, struct cd_column_there *out,
			   coodie_error *err);

/* Compares the answer to CD_SCHEMA_COLUMNS with a model. COODIE_ERR_CONFLICT names the first
 * difference and the fix. */
bool cd_schema_compare(const struct cd_model *m, coodie_result *columns, coodie_error *err);
/* The error of a keyspace that is not there. */
bool cd_schema_no_keyspace(const char *name, coodie_error *err);

/* Asks with the first `binds` of the model's keyspace and table. */
bool cd_schema_look(struct cd_op *op, cd_step_fn *step, const char *cql, size_t binds,
		    coodie_error *err);
/* The same in a step: on failure the job ends. */
void cd_schema_look_or_end(struct cd_op *op, cd_step_fn *step, const char *cql, size_t binds);

/* warm.c: a step that prepares what a model's objects are read and written with, and ends the job (CN-18). What
 * cannot be prepared says so when it is used. */
cd_step_fn cd_schema_warm;

#endif
