/* SPDX-License-Identifier: MIT */
/**
 * @file metadata.h
 * What the client knows about a cluster: a snapshot of its nodes and its schema.
 *
 * A snapshot is immutable and counted: taken on any thread, true as long as it is held. Everything borrowed from one lives until coodie_metadata_free(). Lists are sorted by name,
 * bytewise, unless said otherwise; names are as stored, without quotes. An index past the end, a
 * name that is not there and NULL give NULL, 0 or false. Serves M1 to M7, M10, N9.
 */
#ifndef COODIE_METADATA_H
#define COODIE_METADATA_H

#include <coodie/host.h>
#include <coodie/value.h>

COODIE_BEGIN

typedef struct coodie_metadata coodie_metadata;

/** Gives a snapshot back; NULL is fine. */
COODIE_API void coodie_metadata_free(coodie_metadata *md);
/** Grows with every change of schema or nodes (M7). */
COODIE_API uint64_t coodie_metadata_version(const coodie_metadata *md);

/* ---- nodes ------------------------------------------------------------------------------- */

/** @return "" when not known */
COODIE_API const char *coodie_metadata_cluster_name(const coodie_metadata *md);
/** @return the partitioner's class without its package: "Murmur3Partitioner"; "" when not known */
COODIE_API const char *coodie_metadata_partitioner(const coodie_metadata *md);
COODIE_API bool coodie_metadata_is_scylla(const coodie_metadata *md);
COODIE_API size_t coodie_metadata_node_count(const coodie_metadata *md);
/**
 * The i-th node as the cluster tells of it (N3, N6, N7): its own address, before translation. What
 * changes from moment to moment is not of a snapshot: it is up, near and idle.
 */
COODIE_API const coodie_host *coodie_metadata_node_at(const coodie_metadata *md, size_t i);
/**
 * The nodes that keep a token of Murmur3Partitioner in a keyspace, primary first (N8, N9). Of
 * keyspaces whose tables are in tablets, and of those that each node keeps for itself, nothing is
 * said: see coodie_route_prepared().
 * @param nodes  out: indexes of coodie_metadata_node_at(), `max` of them at most
 * @return how many there are; 32 at most, but with EverywhereStrategy
 */
COODIE_API size_t coodie_metadata_replicas(const coodie_metadata *md, const char *keyspace,
					   int64_t token, size_t *nodes, size_t max);

/* ---- raw fields -------------------------------------------------------------------------- */

/**
 * The row of system_schema that something was read from (M6): what is there and has no call of
 * its own. Columns are those of the server; their order is the server's.
 */
typedef struct coodie_meta_row coodie_meta_row;

typedef struct coodie_meta_field {
	size_t size;      /**< sizeof(coodie_meta_field), set by the library */
	const char *name; /**< of the column */
	const cql_type *type;
	cql_value value; /**< null when the column is */
} coodie_meta_field;

COODIE_API size_t coodie_meta_row_count(const coodie_meta_row *row);
/** @return false past the end, and when the server's bytes are no value of the column's type */
COODIE_API bool coodie_meta_row_at(const coodie_meta_row *row, size_t i, coodie_meta_field *out);
/** By the column's name: "gc_grace_seconds". */
COODIE_API bool coodie_meta_row_find(const coodie_meta_row *row, const char *name,
				     coodie_meta_field *out);

/* ---- keyspaces --------------------------------------------------------------------------- */

typedef struct coodie_keyspace_meta coodie_keyspace_meta;
typedef struct coodie_table_meta coodie_table_meta;
typedef struct coodie_function_meta coodie_function_meta;

COODIE_API size_t coodie_metadata_keyspace_count(const coodie_metadata *md);
COODIE_API const coodie_keyspace_meta *coodie_metadata_keyspace_at(const coodie_metadata *md,
								   size_t i);
COODIE_API const coodie_keyspace_meta *coodie_metadata_keyspace(const coodie_metadata *md,
								const char *name);

COODIE_API const char *coodie_keyspace_meta_name(const coodie_keyspace_meta *ks);
COODIE_API bool coodie_keyspace_meta_is_virtual(const coodie_keyspace_meta *ks);
COODIE_API bool coodie_keyspace_meta_is_durable(const coodie_keyspace_meta *ks);
/** Whether its tables are made of tablets (ScyllaDB). */
COODIE_API bool coodie_keyspace_meta_has_tablets(const coodie_keyspace_meta *ks);
/** A replication option ("class", "dc1"), as the server says it: "3",
 * "org.apache.cassandra.locator.SimpleStrategy". */
COODIE_API const char *coodie_keyspace_meta_replication(const coodie_keyspace_meta *ks,
							const char *key);
COODIE_API size_t coodie_keyspace_meta_replication_count(const coodie_keyspace_meta *ks);
COODIE_API bool coodie_keyspace_meta_replication_at(const coodie_keyspace_meta *ks, size_t i,
						    const char **key, const char **value);
COODIE_API const coodie_meta_row *coodie_keyspace_meta_row(const coodie_keyspace_meta *ks);

/** Tables and materialized views. */
COODIE_API size_t coodie_keyspace_meta_table_count(const coodie_keyspace_meta *ks);
COODIE_API const coodie_table_meta *coodie_keyspace_meta_table_at(const coodie_keyspace_meta *ks,
								  size_t i);
COODIE_API const coodie_table_meta *coodie_keyspace_meta_table(const coodie_keyspace_meta *ks,
							       const char *name);

/** User types with their fields, each behind those it is made of. A field of a type that is not
 * known any more has no fields of its own. */
COODIE_API size_t coodie_keyspace_meta_type_count(const coodie_keyspace_meta *ks);
COODIE_API const cql_type *coodie_keyspace_meta_type_at(const coodie_keyspace_meta *ks, size_t i);
COODIE_API const cql_type *coodie_keyspace_meta_type(const coodie_keyspace_meta *ks,
						     const char *name);

/** Functions; those of one name are sorted by their arguments (M4). */
COODIE_API size_t coodie_keyspace_meta_function_count(const coodie_keyspace_meta *ks);
COODIE_API const coodie_function_meta *
coodie_keyspace_meta_function_at(const coodie_keyspace_meta *ks, size_t i);
/** @param arguments  their types: "int, list<text>", ""; NULL: the first of that name */
COODIE_API const coodie_function_meta *coodie_keyspace_meta_function(const coodie_keyspace_meta *ks,
								     const char *name,
								     const char *arguments);
/** Aggregates, likewise. */
COODIE_API size_t coodie_keyspace_meta_aggregate_count(const coodie_keyspace_meta *ks);
COODIE_API const coodie_function_meta *
coodie_keyspace_meta_aggregate_at(const coodie_keyspace_meta *ks, size_t i);
COODIE_API const coodie_function_meta *
coodie_keyspace_meta_aggregate(const coodie_keyspace_meta *ks, const char *name,
			       const char *arguments);

/* ---- tables ------------------------------------------------------------------------------ */

enum coodie_column_kind {
	COODIE_COLUMN_REGULAR = 0,
	COODIE_COLUMN_PARTITION_KEY,
	COODIE_COLUMN_CLUSTERING,
	COODIE_COLUMN_STATIC
};

enum coodie_clustering {
	COODIE_CLUSTERING_NONE = 0, /**< not a clustering column */
	COODIE_CLUSTERING_ASC,
	COODIE_CLUSTERING_DESC
};

/** A column of a table in the cluster. */
typedef struct coodie_column_meta {
	size_t size; /**< sizeof(coodie_column_meta), set by the library */
	const char *name;
	const cql_type *type; /**< frozen is kept; user types have their fields */
	enum coodie_column_kind kind;
	uint32_t position; /**< in its part of the key; 0 outside of the key */
	enum coodie_clustering order;
} coodie_column_meta;

/** An index of a table in the cluster (M3). Its options are in its row. */
typedef struct coodie_index_meta {
	size_t size;             /**< sizeof(coodie_index_meta), set by the library */
	const char *name, *kind; /**< "KEYS", "COMPOSITES", "CUSTOM" */
	const char *target;      /**< "v", "keys(m)", "\"Quoted\"" */
	const char *class_name;  /**< of a custom one; else NULL */
} coodie_index_meta;

COODIE_API const char *coodie_table_meta_name(const coodie_table_meta *t);
COODIE_API const coodie_keyspace_meta *coodie_table_meta_keyspace(const coodie_table_meta *t);
/** The table a view is made of; NULL for a table. */
COODIE_API const char *coodie_table_meta_base(const coodie_table_meta *t);
/** Partition key, clustering columns, then the others by name. */
COODIE_API size_t coodie_table_meta_column_count(const coodie_table_meta *t);
COODIE_API const coodie_column_meta *coodie_table_meta_column_at(const coodie_table_meta *t,
								 size_t i);
COODIE_API const coodie_column_meta *coodie_table_meta_column(const coodie_table_meta *t,
							      const char *name);
/** How many of the columns are the partition key, and how many behind them clustering columns. */
COODIE_API size_t coodie_table_meta_partition_key_count(const coodie_table_meta *t);
COODIE_API size_t coodie_table_meta_clustering_count(const coodie_table_meta *t);
COODIE_API size_t coodie_table_meta_index_count(const coodie_table_meta *t);
COODIE_API const coodie_index_meta *coodie_table_meta_index_at(const coodie_table_meta *t,
							       size_t i);
COODIE_API const coodie_index_meta *coodie_table_meta_index(const coodie_table_meta *t,
							    const char *name);
/** Views made of the table. */
COODIE_API size_t coodie_table_meta_view_count(const coodie_table_meta *t);
COODIE_API const coodie_table_meta *coodie_table_meta_view_at(const coodie_table_meta *t, size_t i);
COODIE_API const coodie_meta_row *coodie_table_meta_row(const coodie_table_meta *t);
/** @param column  borrowed from a snapshot, not a copy; so is `index` */
COODIE_API const coodie_meta_row *coodie_column_meta_row(const coodie_column_meta *column);
COODIE_API const coodie_meta_row *coodie_index_meta_row(const coodie_index_meta *index);

/* ---- functions and aggregates ------------------------------------------------------------ */

COODIE_API const char *coodie_function_meta_name(const coodie_function_meta *fn);
/** With the types of its arguments: "plus(int, int)". */
COODIE_API const char *coodie_function_meta_signature(const coodie_function_meta *fn);
COODIE_API bool coodie_function_meta_is_aggregate(const coodie_function_meta *fn);
COODIE_API const cql_type *coodie_function_meta_return_type(const coodie_function_meta *fn);
COODIE_API size_t coodie_function_meta_argument_count(const coodie_function_meta *fn);
COODIE_API const cql_type *coodie_function_meta_argument_type(const coodie_function_meta *fn,
							      size_t i);
/** NULL for those of an aggregate. */
COODIE_API const char *coodie_function_meta_argument_name(const coodie_function_meta *fn, size_t i);
/** Of a function. */
COODIE_API const char *coodie_function_meta_language(const coodie_function_meta *fn);
COODIE_API const char *coodie_function_meta_body(const coodie_function_meta *fn);
COODIE_API bool coodie_function_meta_is_called_on_null(const coodie_function_meta *fn);
/** Of an aggregate; names of functions without keyspace, NULL when there is none. */
COODIE_API const cql_type *coodie_function_meta_state_type(const coodie_function_meta *fn);
COODIE_API const char *coodie_function_meta_state_function(const coodie_function_meta *fn);
COODIE_API const char *coodie_function_meta_final_function(const coodie_function_meta *fn);
/** A CQL literal: "(0, 0)"; NULL when there is none. */
COODIE_API const char *coodie_function_meta_initial(const coodie_function_meta *fn);
COODIE_API const coodie_meta_row *coodie_function_meta_row(const coodie_function_meta *fn);

/* ---- as CQL ------------------------------------------------------------------------------ */

/*
 * The statement that makes it again, as Cassandra 5.0 describes it (M10); of what is virtual, the
 * comment that describes it. They write as snprintf() does: always terminated when size > 0,
 * returning the length needed. Masks, triggers and dropped columns are not in them.
 */
COODIE_API size_t coodie_keyspace_meta_cql(const coodie_keyspace_meta *ks, char *out, size_t size);
/** The keyspace and all that is in it, in an order that works, with empty lines between. */
COODIE_API size_t coodie_keyspace_meta_export(const coodie_keyspace_meta *ks, char *out,
					      size_t size);
/** @param name  of a user type; "" is written when there is none */
COODIE_API size_t coodie_keyspace_meta_type_cql(const coodie_keyspace_meta *ks, const char *name,
						char *out, size_t size);
/** A table or a view, without its indexes and views. */
COODIE_API size_t coodie_table_meta_cql(const coodie_table_meta *t, char *out, size_t size);
COODIE_API size_t coodie_index_meta_cql(const coodie_index_meta *index, char *out, size_t size);
COODIE_API size_t coodie_function_meta_cql(const coodie_function_meta *fn, char *out, size_t size);

COODIE_END

#endif
