/* SPDX-License-Identifier: MIT */
/* Fields of user type values by name: finding one, and keeping them beyond their struct. */
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H

#include <coodie/value.h>

#include "base/arena.h"

/* The field of a name; name NULL when there is none. `likely` is where it is looked for first. False
 * with `err` when a field cannot be read. */
bool cd_fields_find(const cql_fields *f, const char *name, size_t likely, cql_field *out,
		    coodie_error *err);

/* Copies one value with all it points to. */
typedef bool cd_field_copy_fn(struct cd_arena *a, const cql_value *in, cql_value *out, void *user);

/* Copies the fields into an arena, each value by `copy`; the names stay where they are. False when a
 * field cannot be read or copied, or out of memory. */
bool cd_fields_keep(struct cd_arena *a, cql_fields *f, cd_field_copy_fn *copy, void *user);

#endif
