/* SPDX-License-Identifier: MIT */
/* Routes and groups as they are handed out: copies that need nothing else. */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include <coodie/route.h>

#include "base/arena.h"
#include "net/ring/router.h"

/* Copies a host with its texts. False: out of memory. */
bool cd_route_copy_host(struct cd_arena *a, const coodie_host *from, coodie_host *to);

/* @param token    NULL: it has none @param targets  copied; their sizes are set
 * @return NULL: COODIE_ERR_NO_MEMORY */
coodie_route *cd_route_new(const coodie_allocator *a, const int64_t *token,
			   const coodie_target *targets, size_t count, coodie_error *err);

/* ---- groups ---------------------------------------------------------------------------------- */

#define CD_GROUP_NOWHERE UINT32_MAX

/* Where one key is. */
struct cd_group_item {
	uint32_t slot; /* or CD_GROUP_NOWHERE */
	uint16_t shard;
	struct cd_token token;
};

/* With the i-th of its replicas. */
static inline struct cd_group_item cd_group_item_of(const struct cd_replicas *r, uint32_t i)
{
	bool is_known = r->has_token && i < r->count;

	return (struct cd_group_item){
		.slot = is_known ? r->slots[i] : CD_GROUP_NOWHERE,
		.shard = is_known ? r->shards[i] : CD_ANY_SHARD,
		.token = r->has_token ? r->token : (struct cd_token){ 0, 0 },
	};
}

/* The host of a slot, borrowed until the next call; NULL: it is not known any more. */
typedef const coodie_host *cd_group_host_fn(void *user, uint32_t slot);

/* @param most  items of a group; 0: no limit @return NULL: COODIE_ERR_NO_MEMORY */
coodie_groups *cd_groups_new(const coodie_allocator *a, const struct cd_group_item *items,
			     uint32_t count, size_t most, cd_group_host_fn *host, void *user,
			     coodie_error *err);

#endif
