/* SPDX-License-Identifier: MIT */
/* Which name a person meant who wrote one that is not there. */
#ifndef TOOLS_NEAREST_H
#define TOOLS_NEAREST_H

#include <stddef.h>

/* The names to choose from; NULL past the last. */
typedef const char *nearest_name_fn(const void *list, size_t i);

/* The name that least has to be changed to become `text`; NULL: none is near. */
const char *nearest(const char *text, size_t len, nearest_name_fn *nth, const void *list);

#endif
