/* SPDX-License-Identifier: MIT */
/* Types of Cassandra's own that CQL has no name for: written as their Java class, in quotes. */
#ifndef NODE_CUSTOM_H
#define NODE_CUSTOM_H

#include <coodie/value.h>

#include "node/server/request.h"
#include "proto/type.h"

/* The type of a class that was read as one of somebody's own: with its package, and of a composite
 * with its parts' classes whole. NULL: Cassandra knows none of that name, or `p` what is wrong. */
const cql_type *nd_custom_new(struct cd_arena *a, const cql_type *read, unsigned max_depth,
			      struct nd_problem *p);
/* The class by which timeuuids go that a function has had in its hands. NULL: out of memory. */
const cql_type *nd_custom_timeuuid(struct cd_arena *a);
/* As system_schema spells it: "empty"; NULL: its class in quotes. */
const char *nd_custom_spelling(const cql_type *type);
/* The type whose texts and JSON its values have; `type` itself when that is none, or not custom. */
const cql_type *nd_custom_like(const cql_type *type);
/* Whether a constant may stand for a value: of EmptyType none does. */
bool nd_custom_takes_constants(const cql_type *type);

int nd_custom_compare(const cql_type *type, cql_blob a, cql_blob b);
bool nd_custom_check(const cql_type *type, cql_blob value, struct nd_problem *p);
/* As nd_native_read(). */
bool nd_custom_read(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		    struct nd_value *out, struct nd_problem *p);

#endif
