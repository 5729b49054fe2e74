/* SPDX-License-Identifier: MIT */
/* Which hosts, and which of their shards, keep what a request asks for. One for each loop, used by its
 * thread only. */
#ifndef NET_ROUTER_H
#define NET_ROUTER_H

#include "net/ring/routing.h"
#include "net/ring/tablets.h"
#include "net/ring/token_map.h"

enum { CD_REPLICAS_MOST = CD_PLACEMENT_MOST, CD_ANY_SHARD = CD_TABLETS_ANY_SHARD };

/* Where a request may go best. What is behind `count` is not written. */
struct cd_replicas {
	uint32_t count; /* 0: nobody knows, or it does not matter */
	bool has_token;
	bool has_leader; /* a tablet's first replica leads where its table is strongly consistent */
	uint8_t block;   /* what EXECUTE ends with under tablets-routing-v2 */
	struct cd_token token;
	uint32_t slots
		[CD_REPLICAS_MOST]; /* primary or leader first; as coodie_balancer.plan takes them */
	uint16_t shards[CD_REPLICAS_MOST]; /* or CD_ANY_SHARD */
};

/* How a host deals tokens to its shards: of SUPPORTED on a connection to it. */
struct cd_sharding {
	uint16_t count; /* 0: not sharded, or not known yet */
	uint8_t ignore_msb;
};

struct cd_router {
	const coodie_allocator *allocator;
	struct cd_token_map *map; /* NULL: nothing is known yet */
	struct cd_tablets tablets;
	struct cd_sharding *sharding; /* by slot */
	uint32_t room;
};

/* @param most_tablets  as in cd_tablets_init() */
void cd_router_init(struct cd_router *r, const coodie_allocator *a, uint32_t most_tablets);
void cd_router_deinit(struct cd_router *r);
/* From now on by this map, of which it takes a reference; hosts whose slots are another's have no shards
 * until it is said. False: out of memory, and all is as before. */
bool cd_router_set_map(struct cd_router *r, struct cd_token_map *map, coodie_error *err);
/* What a connection to the host of a slot was told. A `count` of 0, or more than UINT16_MAX - 1: it has
 * none. @return whether that is new (S6: then the host's pool is to be rebuilt) */
bool cd_router_set_sharding(struct cd_router *r, uint32_t slot, uint32_t count,
			    unsigned ignore_msb);

/* The path of a request: its token, and where that is. `values` are those of the EXECUTE, without their
 * count. */
void cd_router_route(struct cd_router *r, struct cd_routing *routing, const void *values,
		     size_t len, struct cd_replicas *out);
/* The same of a token that is known already; has_token is set. */
void cd_router_find(struct cd_router *r, struct cd_routing *routing, struct cd_token token,
		    struct cd_replicas *out);
/* The hosts that keep every row of the statement's table, when none of them has shards. False: a token
 * says, or nobody knows. */
bool cd_router_everywhere(struct cd_router *r, struct cd_routing *routing, struct cd_replicas *out);
/* A response to the statement had a tablet in it. */
bool cd_router_learn(struct cd_router *r, struct cd_routing *routing, const cql_tablet *tablet,
		     coodie_error *err);

#endif
