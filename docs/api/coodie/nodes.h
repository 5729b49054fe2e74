/* SPDX-License-Identifier: MIT */
/**
 * @file nodes.h
 * What happens to nodes and schema.
 *
 * Serves N1 to N9, N13, N17, S10, S12, S14, S18, L11, U5, U19, U24.
 */
#ifndef COODIE_NODES_H
#define COODIE_NODES_H

#include <coodie/cluster.h>
#include <coodie/host.h>
#include <coodie/metadata.h>
#include <coodie/query.h>

COODIE_BEGIN

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

COODIE_END

#endif
