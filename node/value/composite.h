/* SPDX-License-Identifier: MIT */
/* Values of CompositeType. */
#ifndef NODE_COMPOSITE_H
#define NODE_COMPOSITE_H

#include "node/server/request.h"
#include "proto/type.h"

int nd_composite_compare(const cql_type *type, cql_blob a, cql_blob b);
bool nd_composite_check(const cql_type *type, cql_blob value, struct nd_problem *p);
/* Of its text: "a:1". As nd_native_read(). */
bool nd_composite_read(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		       struct nd_value *out, struct nd_problem *p);

#endif
