/* SPDX-License-Identifier: MIT */
/* What a node of ScyllaDB says and does beyond one of Cassandra: shards, tablets, and the extensions of
 * protocol v4 that clients opt in to. */
#ifndef NODE_SCYLLA_H
#define NODE_SCYLLA_H

#include "node/cluster/ring.h"

enum {
	ND_SCYLLA_SHARDS = 256, /* at most */
	ND_SCYLLA_IGNORE_MSB = 12,
	ND_SCYLLA_TABLETS = 16,    /* of each table */
	ND_SCYLLA_LIMITED = 0xf000 /* the code of its rate limit error */
};

#define ND_SCYLLA_LWT_MASK UINT32_C(0x80000000)

/* One node's. */
struct nd_scylla {
	uint32_t shards;
	uint16_t shard_aware_port; /* 0: not told */
	bool tls;                  /* then it is the one for TLS */
	bool is_translated;        /* something between clients and us changes their source ports */
	bool tablets_v1;           /* v2 is not offered */
	uint32_t turn;             /* the next shard of a connection that cannot choose */
	cql_uuid host_id;
	const struct nd_ring *ring;
	uint32_t index; /* of this node in the ring */
	/* How often tablets have moved; the box's. NULL: never. */
	const uint64_t *moves;
	/* numbers: statements with one partition, by the shard they came to */
	uint64_t requests[ND_SCYLLA_SHARDS];
	uint64_t misrouted; /* of them, those for another node or shard */
	uint64_t untold;    /* of these, those whose client does not hear of it */
};

/* What a client has opted in to. */
struct nd_scylla_agreed {
	cql_terms terms;
	bool lwt_mark, tablets_v1, tablets_v2;
};

/* The shard of a new connection: `source_port` of one to the shard-aware port, 0 of others. */
uint32_t nd_scylla_shard(struct nd_scylla *s, uint16_t source_port);

/* SUPPORTED's options with ScyllaDB's behind them, and without what it does not send. False: out of
 * memory. */
bool nd_scylla_supported(const struct nd_scylla *s, uint32_t shard, struct cd_arena *a,
			 cql_option **options, uint16_t *count);
/* STARTUP's options. */
struct nd_scylla_agreed nd_scylla_agree(const cql_option *options, uint16_t count);

/* The bind metadata of a prepared statement as this client is to have it. */
void nd_scylla_mark(const struct nd_scylla_agreed *agreed, bool is_conditional,
		    cql_markers *markers);

/* One tablet of a table. */
struct nd_tablet {
	cql_tablet tablet;
	cql_tablet_replica replicas[ND_RING_NODES];
};

/* Whether a keyspace's tables are made of tablets: those that are replicated by data centers,
 * unless it was made without. */
bool nd_scylla_has_tablets(const struct nd_keyspace *keyspace);
void nd_scylla_tablet(const struct nd_scylla *s, const struct nd_table *table, int64_t token,
		      struct nd_tablet *out);

/* A statement of one partition was carried out by a shard: counts it, and gives the payload that its
 * answer carries because it came to a wrong one (`*value` NULL: none). `block` is v2's byte of
 * EXECUTE; negative: there was none. False: out of memory. */
struct nd_scylla_visit {
	const struct nd_table *table;
	int64_t token;
	uint32_t shard;
	int block;
};
bool nd_scylla_visited(struct nd_scylla *s, const struct nd_scylla_agreed *agreed,
		       const struct nd_scylla_visit *visit, struct cd_arena *a, cql_payload *out);

/* Fills the error of a client that asks too often: in ScyllaDB's own words when it knows them. */
void nd_scylla_limit(struct nd_problem *p, const struct nd_scylla_agreed *agreed, bool is_write);

#endif
