/* SPDX-License-Identifier: MIT */
/**
 * @file metadata.h
 * What the client knows about a cluster: nodes, schema, and changes of both.
 *
 * A snapshot is immutable and counted: taken without a lock on any thread, true as long as it is
 * held. Everything borrowed from one lives until coodie_metadata_free(). Serves M1 to M13, N1 to
 * N9, N13, N17, S10, S12, S14, S18, L11, U5, U13, U14, U19, U24, SM-30, MG-23.
 */
#ifndef COODIE_METADATA_H
#define COODIE_METADATA_H

#include <coodie/host.h>
#include <coodie/query.h>

COODIE_BEGIN

typedef struct coodie_metadata coodie_metadata;

/** The newest snapshot. @return given back with coodie_metadata_free(); NULL: not connected */
COODIE_API coodie_metadata *coodie_session_metadata(coodie_session *s, coodie_error *err);
COODIE_API void coodie_metadata_free(coodie_metadata *md);
/** Grows with every change (M7). */
COODIE_API uint64_t coodie_metadata_version(const coodie_metadata *md);

/* ---- nodes ------------------------------------------------------------------------------- */

COODIE_API const char *coodie_metadata_cluster_name(const coodie_metadata *md);
COODIE_API const char *coodie_metadata_partitioner(const coodie_metadata *md);
COODIE_API size_t coodie_metadata_node_count(const coodie_metadata *md);
COODIE_API const coodie_host *coodie_metadata_node_at(const coodie_metadata *md, size_t i);
COODIE_API bool coodie_metadata_is_scylla(const coodie_metadata *md);
/** Release version of the i-th node ("5.0.2"); "" when not known. */
COODIE_API const char *coodie_metadata_node_release(const coodie_metadata *md, size_t i);
/** Replicas of a token in a keyspace (or, with tablets, a table), primary first (N8, N9, S10). */
COODIE_API size_t coodie_metadata_replicas(const coodie_metadata *md, const char *keyspace,
					   const char *table, int64_t token, uint32_t *nodes,
					   size_t max);

/* ---- schema ------------------------------------------------------------------------------ */

typedef struct coodie_keyspace_meta coodie_keyspace_meta;
typedef struct coodie_table_meta coodie_table_meta;
typedef struct coodie_function_meta coodie_function_meta;

COODIE_API size_t coodie_metadata_keyspace_count(const coodie_metadata *md);
COODIE_API const coodie_keyspace_meta *coodie_metadata_keyspace_at(const coodie_metadata *md,
								   size_t i);
/** By its name as stored. @return NULL when there is none */
COODIE_API const coodie_keyspace_meta *coodie_metadata_keyspace(const coodie_metadata *md,
								const char *name);

COODIE_API const char *coodie_keyspace_meta_name(const coodie_keyspace_meta *ks);
/** A replication option ("class", "dc1"); NULL when there is none. */
COODIE_API const char *coodie_keyspace_meta_replication(const coodie_keyspace_meta *ks,
							const char *key);
COODIE_API bool coodie_keyspace_meta_is_virtual(const coodie_keyspace_meta *ks);
COODIE_API size_t coodie_keyspace_meta_table_count(const coodie_keyspace_meta *ks);
/** Tables and views. */
COODIE_API const coodie_table_meta *coodie_keyspace_meta_table_at(const coodie_keyspace_meta *ks,
								  size_t i);
COODIE_API const coodie_table_meta *coodie_keyspace_meta_table(const coodie_keyspace_meta *ks,
							       const char *name);
COODIE_API size_t coodie_keyspace_meta_type_count(const coodie_keyspace_meta *ks);
/** User types, as CQL types with their fields. */
COODIE_API const cql_type *coodie_keyspace_meta_type_at(const coodie_keyspace_meta *ks, size_t i);
COODIE_API const char *coodie_keyspace_meta_type_name(const coodie_keyspace_meta *ks, size_t i);
COODIE_API size_t coodie_keyspace_meta_function_count(const coodie_keyspace_meta *ks);
/** Functions and aggregates (M4). */
COODIE_API const coodie_function_meta *
coodie_keyspace_meta_function_at(const coodie_keyspace_meta *ks, size_t i);
COODIE_API const char *coodie_function_meta_name(const coodie_function_meta *fn);
COODIE_API bool coodie_function_meta_is_aggregate(const coodie_function_meta *fn);
COODIE_API const cql_type *coodie_function_meta_return_type(const coodie_function_meta *fn);
COODIE_API size_t coodie_function_meta_argument_count(const coodie_function_meta *fn);
COODIE_API const cql_type *coodie_function_meta_argument_type(const coodie_function_meta *fn,
							      size_t i);

/** A column of a table in the cluster. */
typedef struct coodie_column_meta {
	size_t size;
	const char *name;
	const cql_type *type;
	enum { /**< its place in the key */
		COODIE_COLUMN_REGULAR = 0,
		COODIE_COLUMN_PARTITION_KEY,
		COODIE_COLUMN_CLUSTERING,
		COODIE_COLUMN_STATIC
	} kind;
	uint32_t position; /**< in its part of the key */
	enum coodie_order order;
} coodie_column_meta;

/** An index of a table in the cluster (M3). */
typedef struct coodie_index_meta {
	size_t size;
	const char *name, *kind, *target, *class_name;
} coodie_index_meta;

COODIE_API const char *coodie_table_meta_name(const coodie_table_meta *t);
/** The table a view is made of; NULL for a table. */
COODIE_API const char *coodie_table_meta_base(const coodie_table_meta *t);
COODIE_API size_t coodie_table_meta_column_count(const coodie_table_meta *t);
/** Partition key, clustering columns, then the others by name. */
COODIE_API const coodie_column_meta *coodie_table_meta_column_at(const coodie_table_meta *t,
								 size_t i);
COODIE_API size_t coodie_table_meta_index_count(const coodie_table_meta *t);
COODIE_API const coodie_index_meta *coodie_table_meta_index_at(const coodie_table_meta *t,
							       size_t i);
/** Any field of the row in system_schema, by its column name (M6). */
COODIE_API bool coodie_table_meta_field(const coodie_table_meta *t, const char *name,
					cql_value *out);
/** Writes the CREATE statements, as snprintf() does (M10). */
COODIE_API size_t coodie_table_meta_cql(const coodie_table_meta *t, char *out, size_t size);

/* ---- what is read, and when -------------------------------------------------------------- */

/** Reads all again now. */
COODIE_API bool coodie_session_refresh_async(coodie_session *s, coodie_status_fn *done,
					     void *user, coodie_error *err);
/** Learns the tablets of a table before they are needed (S12, U19). */
COODIE_API bool coodie_session_warm_up_async(coodie_session *s, const char *keyspace,
					     const char *table, coodie_status_fn *done,
					     void *user, coodie_error *err);

/* ---- events ------------------------------------------------------------------------------ */

enum coodie_event_kind {
	COODIE_EVENT_NODE_ADDED = 1,
	COODIE_EVENT_NODE_REMOVED,
	COODIE_EVENT_NODE_UP,
	COODIE_EVENT_NODE_DOWN,
	COODIE_EVENT_SCHEMA_CHANGED
};

/** One change, debounced (N4); valid during the call. */
typedef struct coodie_event {
	size_t size;
	enum coodie_event_kind kind;
	const coodie_host *node;             /**< of the node events */
	const char *keyspace, *name, *target; /**< of a schema change; `target`: "TABLE" ... */
	const char *change;                  /**< "CREATED", "UPDATED", "DROPPED" */
} coodie_event;

/** Called on a loop's thread; must not block; may submit requests. */
typedef void coodie_event_fn(const coodie_event *event, void *user);
COODIE_API void coodie_options_set_events(coodie_options *o, coodie_event_fn *fn, void *user);

/* ---- traces ------------------------------------------------------------------------------ */

/**
 * Reads the trace of a request once the servers have written it, as two results: the session row
 * and its events (M12, M13). @param id  from coodie_result_tracing_id()
 */
typedef void coodie_trace_fn(coodie_result *take_session, coodie_result *take_events,
			     const coodie_error *err, void *user);
COODIE_API bool coodie_session_trace_async(coodie_session *s, cql_uuid id, uint32_t timeout_ms,
					   coodie_trace_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
