/* SPDX-License-Identifier: MIT */
/* The profiles of a session as one loop uses them: with a balancer for each set of rules, and the
 * latencies that speculation goes by. One loop, no locks. */
#ifndef NET_PROFILE_VIEW_H
#define NET_PROFILE_VIEW_H

#include "net/policy/balancer.h"
#include "net/policy/profile_board.h"

/* One profile. */
struct cd_profile_use {
	const struct cd_profile *profile;
	struct cd_balancer *balancer;
	struct cd_latencies *latencies; /* NULL: its delay is constant, or there is none */
};

/* A balancer, shared by the profiles whose rules are the same. */
struct cd_profile_balancer {
	struct cd_profile_balancer *next;
	struct cd_balancer balancer;
};

struct cd_profile_view {
	const coodie_allocator *allocator;
	struct cd_profile_board *board;
	struct cd_profiles *set;     /* a reference */
	uint32_t generation;         /* of `set` */
	struct cd_profile_use *uses; /* `set->count` */
	struct cd_profile_balancer *balancers;
	char *datacenter; /* the one inferred; NULL: none yet */
};

/* `a` and `board` must outlive it. */
bool cd_profile_view_init(struct cd_profile_view *v, struct cd_profile_board *board,
			  const coodie_allocator *a, coodie_error *err);
/* Of a zeroed one is fine. */
void cd_profile_view_deinit(struct cd_profile_view *v);

/* Whether profiles were changed, so that cd_profile_view_update() is due. */
static inline bool cd_profile_view_is_old(const struct cd_profile_view *v)
{
	return atomic_load_explicit(&v->board->generation, memory_order_relaxed) != v->generation;
}
/* Takes over what changed; balancers of rules that stay keep what they know. False: no memory, and
 * the old ones stay in force: to be tried again. Afterwards distances may have changed. */
bool cd_profile_view_update(struct cd_profile_view *v, const coodie_host *hosts, size_t count,
			    coodie_error *err);
/* The profile of an index from cd_profile_board_find(); NULL: not heard of yet, for want of memory.
 * Valid until the next update. */
static inline struct cd_profile_use *cd_profile_view_at(struct cd_profile_view *v, uint32_t index)
{
	return index < v->set->count ? &v->uses[index] : NULL;
}

/* As cd_balancer_refresh(), cd_balancer_infer() (with a refresh) and cd_balancer_distance(), for
 * all: the nearest distance. */
bool cd_profile_view_refresh(struct cd_profile_view *v, const coodie_host *hosts, size_t count,
			     coodie_error *err);
bool cd_profile_view_infer(struct cd_profile_view *v, const char *datacenter,
			   const coodie_host *hosts, size_t count, coodie_error *err);
enum coodie_distance cd_profile_view_distance(const struct cd_profile_view *v, uint32_t slot);

#endif
