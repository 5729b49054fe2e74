/* SPDX-License-Identifier: MIT */
/**
 * @file host.h
 * A node of the cluster as the client sees it: what policies choose from, and what a snapshot of
 * the metadata, an event and an explanation show.
 */
#ifndef COODIE_HOST_H
#define COODIE_HOST_H

#include <coodie/value.h>

COODIE_BEGIN

/** How near a node is. A balancer decides; connections are made to local and remote ones. */
enum coodie_distance {
	COODIE_DISTANCE_LOCAL = 0, /**< the local datacenter, or no datacenter matters */
	COODIE_DISTANCE_REMOTE,    /**< tried after the local ones */
	COODIE_DISTANCE_IGNORED    /**< never connected to */
};

/**
 * One node. Texts live as long as what the host was taken from (a call, a snapshot). Numbers are
 * those of one moment, and of one loop.
 */
typedef struct coodie_host {
	size_t size;      /**< sizeof(coodie_host), set by the library */
	cql_uuid host_id; /**< what a node keeps when its address changes */
	char address[64]; /**< where it is connected to, after translation: "10.0.0.1:9042" */
	const char *datacenter, *rack; /**< "" when not known */
	const char *release;           /**< "5.0.6"; "" when not known */
	bool is_up;                    /**< connected to, or not known to be down */
	enum coodie_distance distance;
	uint32_t in_flight;   /**< requests on the wire */
	uint32_t connections; /**< that may carry requests */
	uint64_t latency_us;  /**< moving average of answers; 0: none yet */
	uint32_t shard_count; /**< 0: not sharded (not ScyllaDB), or not known yet */
} coodie_host;

COODIE_END

#endif
