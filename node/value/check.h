/* SPDX-License-Identifier: MIT */
/* Whether bytes are a value of a type: what Cassandra looks at before it takes them. */
#ifndef NODE_CHECK_H
#define NODE_CHECK_H

#include <coodie/value.h>

#include "node/cql/problem.h"

/* Looks at the bytes all the way down. False: refused in Cassandra's words, "Expected 4 or 0 byte int
 * (3)". What it lets pass may still not be well-formed for others: texts of Cassandra's may have
 * surrogates. */
bool nd_check_value(const cql_type *type, cql_blob value, struct nd_problem *problem);
/* The length that is right whatever the bytes are; 0: the type has none. */
size_t nd_check_size(const cql_type *type);
/* nd_check_value() of the list of IN ?: its items may be null, which is refused later and in other words. */
bool nd_check_in(const cql_type *type, cql_blob value, struct nd_problem *problem);

#endif
