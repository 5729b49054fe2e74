/* SPDX-License-Identifier: MIT */
/* Who keeps each token of a ring under a replication: lists of slots, worked out beforehand. Immutable,
 * counted. */
#ifndef NET_PLACEMENT_H
#define NET_PLACEMENT_H

#include "net/ring/replication.h"
#include "net/ring/token_ring.h"

enum { CD_PLACEMENT_MOST = 32 }; /* replicas of a token; those behind are not known */

struct cd_placement {
	atomic_uint refs;
	coodie_allocator allocator;
	struct cd_arena arena;
	struct cd_replication replication;
	uint32_t count;        /* replicas of each token; 0: nobody knows, or it does not matter */
	uint32_t stride;       /* from one token's to the next's; 0: all tokens have the same */
	const uint16_t *slots; /* primary first */
};

/* @param ring  NULL: nobody has tokens @return NULL: out of memory */
struct cd_placement *cd_placement_new(const coodie_allocator *a, const struct cd_topology *t,
				      const struct cd_token_ring *ring,
				      const char *const *replication, uint32_t pair_count);
struct cd_placement *cd_placement_ref(struct cd_placement *p); /* NULL is fine */
void cd_placement_free(struct cd_placement *p); /* gives a reference back; NULL is fine */

/* p->count of them, of the ring's i-th token. */
static inline const uint16_t *cd_placement_at(const struct cd_placement *p, uint32_t i)
{
	return p->slots + (size_t)i * p->stride;
}

#endif
