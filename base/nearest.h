/* SPDX-License-Identifier: MIT */
/* "did you mean": the nearest of a list of names to a misspelt one. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* Returns the i-th candidate, NULL past the end. */
typedef const char *cd_name_fn(const void *list, size_t i);

/* The candidate within an edit distance of a third of its length (at least 1, case ignored);
 * NULL when none is near. */
const char *cd_nearest(const char *name, size_t len, cd_name_fn *nth, const void *list);

#endif
