/* SPDX-License-Identifier: MIT */
/* Topologies for tests, made of rows as a server would send them. */
#ifndef TESTS_TOWN_H
#define TESTS_TOWN_H

#include "net/ring/topology.h"

struct town_host {
	unsigned id; /* the last two bytes of its host id, and of its address 10.0.x.y */
	const char *datacenter, *rack;
	const char *tokens; /* "'1', '-5'"; "": none */
};

/* @param partitioner  NULL: Murmur3Partitioner @param allocator  the topology's; the test fails when it
 *                     has none for it */
struct cd_topology *town_topology(const coodie_allocator *allocator,
				  const struct cd_topology *previous, const char *partitioner,
				  const struct town_host *hosts, size_t count);
cql_uuid town_host_id(unsigned id);

#endif
