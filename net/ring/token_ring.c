/* SPDX-License-Identifier: MIT */
/* Sorting the tokens of all hosts. */
#include "net/ring/token_ring.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"

struct entry {
	struct cd_token token;
	uint16_t owner;
};

/* Two hosts with one token: a moment of a change. The first slot has it. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (cd_token_is_less(x->token, y->token))
		return -1;
	if (cd_token_is_less(y->token, x->token))
		return 1;
	return x->owner < y->owner ? -1 : x->owner > y->owner;
}

static uint32_t count_tokens(const struct cd_topology *t)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < t->host_count; i++)
		count += t->hosts[i].token_count;
	return count < UINT32_MAX / 4 ? (uint32_t)count : UINT32_MAX / 4;
}

static struct entry *sorted_entries(const coodie_allocator *a, const struct cd_topology *t,
				    uint32_t count)
{
	struct entry *list = cd_alloc_array(a, count, sizeof *list);
	uint32_t at = 0;

	if (!list)
		return NULL;
	for (uint32_t i = 0; i < t->host_count; i++)
		for (uint32_t j = 0; j < t->hosts[i].token_count && at < count; j++)
			list[at++] = (struct entry){ t->hosts[i].tokens[j], t->hosts[i].slot };
	qsort(list, count, sizeof *list, compare_entries);
	return list;
}

/* One to two buckets for each token: a step or two are left to be made. */
static bool make_index(struct cd_token_ring *r)
{
	unsigned bits = 1;
	uint32_t at = 0;

	while (bits < 24 && UINT32_C(1) << bits < r->count)
		bits++;
	uint32_t buckets = UINT32_C(1) << bits;
	uint32_t *index = cd_arena_take_array(&r->arena, buckets + 1, sizeof *index);
	if (!index)
		return false;
	r->shift = 64 - bits;
	for (uint32_t bucket = 0; bucket < buckets; bucket++) {
		while (at < r->count &&
		       ((uint64_t)r->highs[at] ^ UINT64_C(1) << 63) >> r->shift < bucket)
			at++;
		index[bucket] = at;
	}
	index[buckets] = r->count;
	r->index = index;
	return true;
}

static bool fill(struct cd_token_ring *r, const struct entry *list)
{
	int64_t *highs = cd_arena_take_array(&r->arena, r->count, sizeof *highs);
	uint16_t *owners = cd_arena_take_array(&r->arena, r->count, sizeof *owners);
	uint64_t *lows = NULL;

	if (r->partitioner == CD_PARTITIONER_RANDOM) {
		lows = cd_arena_take_array(&r->arena, r->count, sizeof *lows);
		if (!lows)
			return false;
	}
	if (!highs || !owners)
		return false;
	for (uint32_t i = 0; i < r->count; i++) {
		highs[i] = list[i].token.high;
		owners[i] = list[i].owner;
		if (lows)
			lows[i] = list[i].token.low;
	}
	r->highs = highs;
	r->lows = lows;
	r->owners = owners;
	return make_index(r);
}

static struct cd_token_ring *make(const coodie_allocator *a, const struct cd_topology *t,
				  uint32_t count, const struct entry *list)
{
	struct cd_token_ring *r = cd_alloc_zero(a, sizeof *r);

	if (!r)
		return NULL;
	atomic_init(&r->refs, 1);
	r->allocator = a ? *a : cd_malloc_allocator;
	cd_arena_init(&r->arena, &r->allocator, 0);
	r->partitioner = t->partitioner;
	r->count = count;
	if (fill(r, list))
		return r;
	cd_token_ring_free(r);
	return NULL;
}

struct cd_token_ring *cd_token_ring_new(const coodie_allocator *a, const struct cd_topology *t,
					coodie_error *err)
{
	uint32_t count = count_tokens(t);
	struct cd_token_ring *r = NULL;
	struct entry *list;

	cd_clear(err);
	if (!count)
		return NULL;
	list = sorted_entries(a, t, count);
	if (list)
		r = make(a, t, count, list);
	if (!r)
		cd_no_memory(err, "a token map");
	cd_release(a, list);
	return r;
}

struct cd_token_ring *cd_token_ring_ref(struct cd_token_ring *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

void cd_token_ring_free(struct cd_token_ring *r)
{
	if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_allocator a = r->allocator;
	cd_arena_deinit(&r->arena);
	cd_release(&a, r);
}
