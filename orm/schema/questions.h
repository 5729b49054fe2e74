/* SPDX-License-Identifier: MIT */
/* What the cluster is asked about a table or a view; binds: keyspace, name. */
#ifndef ORM_SCHEMA_QUESTIONS_H
#define ORM_SCHEMA_QUESTIONS_H

#define CD_TABLE "SELECT * FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?"
#define CD_COLUMNS \
	"SELECT column_name, type, kind, position, clustering_order FROM system_schema.columns " \
	"WHERE keyspace_name = ? AND table_name = ?"
#define CD_INDEXES \
	"SELECT index_name, options FROM system_schema.indexes WHERE keyspace_name = ? AND " \
	"table_name = ?"
#define CD_VIEW "SELECT * FROM system_schema.views WHERE keyspace_name = ? AND view_name = ?"

#endif
