/* SPDX-License-Identifier: MIT */
/* The cluster of an engine: its topology made into hosts and pools. */
#ifndef NET_CLUSTER_H
#define NET_CLUSTER_H

#include "net/engine/wire.h"
#include "net/ring/topology.h"

/* A new topology, taken over: hosts come, go and move, pools follow. False: there was no memory for
 * some of them. */
bool cd_cluster_apply(struct cd_engine *e, struct cd_topology *take_topology);
/* There is only the node of this connection: nothing else is asked for, or known. */
void cd_cluster_alone(struct cd_engine *e, struct cd_wire *w);
/* A node is said to be up: its pool is tried at once. False: it is not known. */
bool cd_cluster_is_up(struct cd_engine *e, const cql_inet *address, uint16_t port);

#endif
