/* SPDX-License-Identifier: MIT */
/* Values by the names of their markers, put into the order of the markers. */
#ifndef NET_NAMED_H
#define NET_NAMED_H

#include <coodie/value.h>

#include "base/arena.h"
#include "net/result/result.h"

/* The values of a statement with these markers, one for each of them. A name without quotes is read as
 * CQL reads it, in small letters; one that several markers have fills them all. NULL: a name that no
 * marker has, or that is given twice, a marker that none is for, or no memory. */
const cql_value *cd_named_arrange(struct cd_arena *a, const struct cd_columns *markers,
				  const char *const *names, cql_args args, coodie_error *err);
/* Copies of names; NULL: out of memory. */
const char *const *cd_named_copy(struct cd_arena *a, const char *const *names, size_t count);

#endif
