/* SPDX-License-Identifier: MIT */
/* The tokens of all hosts in their order, and which of them a token belongs to. Immutable, counted. */
#ifndef NET_TOKEN_RING_H
#define NET_TOKEN_RING_H

#include "net/ring/topology.h"

struct cd_token_ring {
	atomic_uint refs;
	coodie_allocator allocator;
	struct cd_arena arena;
	enum cd_partitioner partitioner;
	uint32_t count; /* of tokens; 1 or more */
	unsigned shift; /* upper bits of a token are a place in `index` */
	/* How many tokens are less than all with these upper bits; one more behind the last. */
	const uint32_t *index;
	const int64_t *highs;   /* ascending */
	const uint64_t *lows;   /* NULL: all are 0 */
	const uint16_t *owners; /* slots */
};

/* NULL with COODIE_OK: nobody has tokens; or COODIE_ERR_NO_MEMORY. */
struct cd_token_ring *cd_token_ring_new(const coodie_allocator *a, const struct cd_topology *t,
					coodie_error *err);
struct cd_token_ring *cd_token_ring_ref(struct cd_token_ring *r);
void cd_token_ring_free(struct cd_token_ring *r); /* gives a reference back; NULL is fine */

/* The number of the host's token that a token belongs to: the first that is not less; behind the last
 * comes the first. */
static inline uint32_t cd_token_ring_find(const struct cd_token_ring *r, struct cd_token token)
{
	uint64_t bucket = ((uint64_t)token.high ^ UINT64_C(1) << 63) >> r->shift;
	uint32_t at = r->index[bucket], end = r->index[bucket + 1];

	while (end - at > 8) { /* tokens are not as even as they should be */
		uint32_t middle = at + (end - at) / 2;
		if (r->highs[middle] < token.high)
			at = middle + 1;
		else
			end = middle;
	}
	while (at < end && r->highs[at] < token.high)
		at++;
	if (r->lows)
		while (at < r->count && r->highs[at] == token.high && r->lows[at] < token.low)
			at++;
	return at == r->count ? 0 : at;
}

#endif
