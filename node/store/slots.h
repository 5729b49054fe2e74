/* SPDX-License-Identifier: MIT */
/* A store's partitions by the hashes of their keys. A slot has the hash beside the pointer, and slots that are
 * tried lie one behind the other: a partition that is passed by is not looked at. */
#ifndef NODE_SLOTS_H
#define NODE_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <coodie/alloc.h>

struct nd_partition;

struct nd_slot {
	uint64_t hash;
	struct nd_partition *partition; /* NULL: the slot is free */
};

struct nd_slots {
	struct nd_slot *at;
	size_t size; /* a power of 2, of which at least one is free; 0: none yet */
	size_t count;
};

/* Makes sure that one more has room; false: out of memory. */
bool nd_slots_reserve(struct nd_slots *s, const coodie_allocator *a);
/* Takes the room that nd_slots_reserve() has made. */
void nd_slots_add(struct nd_slots *s, uint64_t hash, struct nd_partition *p);
void nd_slots_remove(struct nd_slots *s, uint64_t hash, const struct nd_partition *p);
/* All of them are free. */
void nd_slots_clear(struct nd_slots *s);

#endif
