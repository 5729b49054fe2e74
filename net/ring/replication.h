/* SPDX-License-Identifier: MIT */
/* How often a keyspace is kept, and where: its replication map read. */
#ifndef NET_REPLICATION_H
#define NET_REPLICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum cd_strategy {
	CD_STRATEGY_UNKNOWN, /* nobody knows who has a token */
	CD_STRATEGY_LOCAL,   /* each host its own: whoever is asked has it */
	CD_STRATEGY_SIMPLE,
	CD_STRATEGY_NETWORK_TOPOLOGY,
	CD_STRATEGY_EVERYWHERE
};

/* "3", or "3/1" of transient replication: three, of which one is transient. */
struct cd_replication_factor {
	const char *datacenter;
	uint32_t all, transient;
};

struct cd_replication {
	enum cd_strategy strategy;
	/* of SIMPLE; of NETWORK_TOPOLOGY that of datacenters which are not named, usually 0, as servers
	 * write them all out. Its `datacenter` is "". */
	struct cd_replication_factor otherwise;
	const struct cd_replication_factor *factors; /* NETWORK_TOPOLOGY's, by their datacenters */
	uint32_t factor_count;
};

/* @param pairs  key, value, key, value ..., as in system_schema.keyspaces; texts are copied. What is no
 * factor is none. @return false: out of memory */
bool cd_replication_parse(const char *const *pairs, uint32_t pair_count, struct cd_arena *a,
			  struct cd_replication *out);
bool cd_replication_same(const struct cd_replication *a, const struct cd_replication *b);
/* How many of a datacenter's hosts have a token (NETWORK_TOPOLOGY). */
uint32_t cd_replication_in(const struct cd_replication *r, const char *datacenter);

#endif
