/* SPDX-License-Identifier: MIT */
/* Rows of the system's tables: how they are put together, and who makes which. */
#ifndef NODE_SYSTEM_PARTS_H
#define NODE_SYSTEM_PARTS_H

#include "node/cluster/system.h"
#include "node/store/store.h"

/* ---- system_row.c ---------------------------------------------------------------------------- */

/* Rows of one table on their way into its store, all of them or none. */
struct nd_rows {
	struct nd_table *table;
	struct nd_request *x;
	int64_t timestamp_us;
	int32_t ttl; /* of all that is put from now on, in seconds; 0: for ever */
	struct nd_mutation *first, **last;
	struct nd_mutation *partition; /* the one that rows go to */
	struct nd_clustering row;
	bool failed; /* out of memory, which the request's problem knows */
};

void nd_rows_begin(struct nd_rows *r, struct nd_table *table, struct nd_request *x);
/* The next rows belong to this partition; the key is of one column. */
void nd_rows_partition(struct nd_rows *r, cql_value key);
/* Likewise, of several. */
void nd_rows_partition_of(struct nd_rows *r, const cql_value *key, uint32_t count);
/* What was in the partition is gone. */
void nd_rows_clear(struct nd_rows *r);
/* A row of as many clustering columns as the table has. */
void nd_rows_row(struct nd_rows *r, const cql_value *clustering);
/* A row to put cells into, or to take some from, that is there as long as one of its cells is. */
void nd_rows_at(struct nd_rows *r, const cql_value *clustering);
/* The row is gone. */
void nd_rows_erase(struct nd_rows *r, const cql_value *clustering);
/* A column of the row, frozen or simple; null, and what the table does not have: left out. */
void nd_rows_put(struct nd_rows *r, const char *column, cql_value value);
/* The same, of bytes as they are stored; they have to live until nd_rows_end(). */
void nd_rows_put_bytes(struct nd_rows *r, const char *column, cql_blob value);
/* One item more of a set of texts. */
void nd_rows_put_item(struct nd_rows *r, const char *column, const char *item);
/* One item less. */
void nd_rows_erase_item(struct nd_rows *r, const char *column, const char *item);
/* One entry more of a map of texts. */
void nd_rows_put_entry(struct nd_rows *r, const char *column, const char *key, cql_text value);
/* Applies it all; false: refused. */
bool nd_rows_end(struct nd_rows *r);

/* ---- who makes rows ----------------------------------------------------------------------------- */

/* As nd_table.refresh. */
typedef bool nd_refresh_fn(struct nd_table *t, struct nd_request *x);

/* system_cluster.c: new ones at every read, since who asks whom decides what is in them */
nd_refresh_fn nd_system_local, nd_system_peers, nd_system_peers_v2, nd_system_clients,
	nd_system_settings;
/* system_schema.c: when the schema has changed */
nd_refresh_fn nd_system_keyspaces, nd_system_tables, nd_system_columns, nd_system_dropped_columns,
	nd_system_types, nd_system_indexes, nd_system_views, nd_system_built_views,
	nd_system_build_status, nd_system_virtual_keyspaces, nd_system_virtual_tables,
	nd_system_virtual_columns;
/* scylla_system.c */
nd_refresh_fn nd_system_versions, nd_system_scylla_keyspaces, nd_system_scylla_tables;

#endif
