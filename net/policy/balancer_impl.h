/* SPDX-License-Identifier: MIT */
/* The inside of a balancer, shared by its files: balancer.c (ranks of hosts), balancer_plan.c (the order for
 * a request), balancer_latency.c (who is slow), balancer_datacenter.c (which one is local). */
#ifndef NET_BALANCER_IMPL_H
#define NET_BALANCER_IMPL_H

#include <string.h>

#include "net/policy/balancer.h"

/* How near a host is; ranks are a class times CD_NEARS plus this. */
enum cd_near { CD_NEAR_RACK, CD_NEAR_LOCAL, CD_NEAR_REMOTE, CD_NEARS, CD_NEAR_NONE = CD_NEARS };
enum cd_class { CD_CLASS_UP, CD_CLASS_SLOW, CD_CLASS_DOWN, CD_CLASSES };

struct cd_balancer_slot {
	cql_uuid host_id;
	uint32_t kin;   /* the first slot of its datacenter */
	uint32_t taken; /* remote hosts of the datacenter that begins here */
	uint8_t near;
	bool up;
};

struct cd_balancer_cell {
	double average_us;
	uint64_t at_us; /* of the last answer */
	uint32_t measured;
	bool slow;
};

/* Sorts the slots by rank. */
void cd_balancer_rank(struct cd_balancer *b);

static inline bool cd_same_name(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static inline bool cd_no_name(const char *name)
{
	return !name || !*name;
}

#endif
