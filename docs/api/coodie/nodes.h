/* SPDX-License-Identifier: MIT */
/**
 * @file nodes.h
 * The nodes of a snapshot, what happens to them, and traces.
 *
 * Serves M12, M13, N1 to N9, N13, N17, S10, S12, S14, S18, L11, U5, U19, U24.
 */
#ifndef COODIE_NODES_H
#define COODIE_NODES_H

#include <coodie/cluster.h>
#include <coodie/host.h>
#include <coodie/metadata.h>
#include <coodie/query.h>

COODIE_BEGIN

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

/* ---- what is read, and when -------------------------------------------------------------- */

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
