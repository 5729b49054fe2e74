/* SPDX-License-Identifier: MIT */
/* Arrays in an arena that grow by one item at a time. */
#ifndef NODE_ARRAY_H
#define NODE_ARRAY_H

#include "node/cql/problem.h"

/* @return the array with the item at its end, moved where it had no room; NULL: there is no memory, which
 * `p` knows. An array that was not pushed to has no room. */
void *nd_array_push(struct cd_arena *a, struct nd_problem *p, void *array, uint32_t *count,
		    const void *item, size_t size);

#endif
