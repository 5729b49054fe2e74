/* SPDX-License-Identifier: MIT */
/* Objects of one size, recycled through a free list: O(1) take and give, no malloc on the steady
 * path. */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <coodie/alloc.h>

struct cd_slab {
	const coodie_allocator *allocator;
	size_t object_size; /* rounded up for alignment */
	size_t per_block;
	void *free_list;
	void *blocks; /* every block, linked, for deinit */
	size_t taken; /* objects in use: 0 at deinit, or somebody leaked */
};

void cd_slab_init(struct cd_slab *s, const coodie_allocator *allocator, size_t object_size,
		  size_t per_block);
void cd_slab_deinit(struct cd_slab *s);
/* Not zeroed; NULL when out of memory. */
void *cd_slab_take(struct cd_slab *s);
void cd_slab_give(struct cd_slab *s, void *object);

#endif
