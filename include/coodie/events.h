/* SPDX-License-Identifier: MIT */
/**
 * @file events.h
 * What happens to the nodes of a cluster and to its schema, told as it happens. Serves N13.
 */
#ifndef COODIE_EVENTS_H
#define COODIE_EVENTS_H

#include <coodie/host.h>
#include <coodie/options.h>

COODIE_BEGIN

enum coodie_event_kind {
	COODIE_EVENT_NODE_ADDED = 1, /**< part of the cluster, from the start or now */
	COODIE_EVENT_NODE_REMOVED,
	COODIE_EVENT_NODE_UP,   /**< after it was down */
	COODIE_EVENT_NODE_DOWN, /**< no connection is left, and none can be made */
	COODIE_EVENT_SCHEMA_CHANGED
};

/** One change. Valid during the call. */
typedef struct coodie_event {
	size_t size;
	enum coodie_event_kind kind;
	const coodie_host *node; /**< of the node events; else NULL */
	/** Of a schema change, by whomever it was made. All NULL: of more than can be listed, or of what
	 * was missed while no connection was there to hear of it. Else `name` is that of a table, type,
	 * function or aggregate, "" for a keyspace. */
	const char *keyspace, *name;
	const char *target; /**< "KEYSPACE", "TABLE", "TYPE", "FUNCTION", "AGGREGATE" */
	const char *change; /**< "CREATED", "UPDATED", "DROPPED" */
} coodie_event;

/**
 * Called on the thread of the session's loop; with loops of the session's own, on that of the first
 * one, as that one sees the nodes. May make requests and free the session; must not block. Nothing is
 * told any more when the session is closed or freed.
 */
typedef void coodie_event_fn(const coodie_event *event, void *user);

/** Tells of changes. Those of the schema are gathered as its reads are (N4), and told when the
 * metadata of the session (metadata.h) has them. NULL (default): nothing is told. */
COODIE_API void coodie_options_set_events(coodie_options *o, coodie_event_fn *fn, void *user);

/**
 * Decides when a node counts as down (N17): the balancers then try it last, and an event tells. Asked
 * while the node has no connection, after each attempt to make one that has failed, on the thread of the
 * loop that made it. Must not submit, block or free.
 * @param failures  in a row, from 1
 * @return          true: it is down, until a connection is made or the cluster says that it is up
 */
typedef bool coodie_conviction_fn(const coodie_host *host, const coodie_error *why,
				  uint32_t failures, void *user);

/** NULL (default): the first failure convicts. */
COODIE_API void coodie_options_set_conviction(coodie_options *o, coodie_conviction_fn *fn,
					      void *user);

COODIE_END

#endif
