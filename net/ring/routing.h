/* SPDX-License-Identifier: MIT */
/* The partition key of a prepared statement: where its columns stand among the values, and the token
 * they make, worked out in the encoded request. */
#ifndef NET_ROUTING_H
#define NET_ROUTING_H

#include <coodie/message.h>

#include "net/ring/partitioner.h"

enum { CD_ROUTING_PARTS = 16 }; /* columns of a key; with more a statement is not routed */

struct cd_routing_part {
	uint16_t marker, part; /* the part-th column of the key is bound to it */
};

/* Of a prepared statement, for one loop. Zeroed: its place is not known. */
struct cd_routing {
	uint16_t part_count;
	bool is_cdc; /* its table has CD_PARTITIONER_CDC, whatever the cluster has */
	struct cd_routing_part parts[CD_ROUTING_PARTS]; /* by their markers */
	cql_text keyspace, table; /* also without a key, when there are markers */
	/* what cd_router has found for a version of the token map */
	uint64_t version;
	uint32_t keyspace_handle, tablets_table;
};

/* `markers` as PREPARED has them; texts are borrowed from its columns. */
void cd_routing_init(struct cd_routing *r, const cql_markers *markers);
/* The same for another loop: what its router has found is left out. */
struct cd_routing cd_routing_unrouted(const struct cd_routing *r);
/* The token of values that are encoded one behind the other, each as [value]. False: a column of the key is
 * null or not set, values are missing, or the partitioner has no tokens that are known here. */
bool cd_routing_token(const struct cd_routing *r, enum cd_partitioner partitioner,
		      const void *values, size_t len, struct cd_token *out);

#endif
