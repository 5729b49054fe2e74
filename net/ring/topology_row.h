/* SPDX-License-Identifier: MIT */
/* Rows of the system's tables to hosts, and why some are not; inside net/topology*.c only. */
#ifndef NET_TOPOLOGY_ROW_H
#define NET_TOPOLOGY_ROW_H

#include "net/ring/topology.h"

/* A topology while it is made. */
struct cd_topology_draft {
	struct cd_topology *topology;
	const struct cd_topology_source *source;
	struct cd_topology_host *hosts; /* in the order of the rows; the arena's */
	uint32_t count, room;
	const char *notes[CD_TOPOLOGY_NOTES];
	bool no_memory;
};

/* Notes that a row was of no use. */
void cd_topology_skip(struct cd_topology_draft *d, const char *format, ...) COODIE_PRINTF(2, 3);
/* Appends the hosts of both tables, the one that was asked first; what the row of local says of the
 * cluster is the topology's. False: COODIE_ERR_PROTOCOL; or out of memory, see `no_memory`. */
bool cd_topology_read(struct cd_topology_draft *d, coodie_error *err);

#endif
