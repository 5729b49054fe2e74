/* SPDX-License-Identifier: MIT */
/* Arrays in an arena that grow by one item at a time. */
#include "node/cql/array.h"

#include <string.h>

void *nd_array_push(struct cd_arena *a, struct nd_problem *p, void *array, uint32_t *count,
		    const void *item, size_t size)
{
	unsigned char *at = array;

	/* There is room for 1, 2, 4, 8, ... items. */
	if ((*count & (*count - 1)) == 0) {
		at = cd_arena_take_array(a, *count ? (size_t)*count * 2 : 1, size);
		if (!at)
			return nd_no_memory(p), NULL;
		if (*count)
			memcpy(at, array, *count * size);
	}
	memcpy(at + *count * size, item, size);
	++*count;
	return at;
}
