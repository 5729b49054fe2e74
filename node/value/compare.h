/* SPDX-License-Identifier: MIT */
/* The order of two values of a type, by their bytes (Cassandra's AbstractType.compare). */
#ifndef NODE_COMPARE_H
#define NODE_COMPARE_H

#include "proto/type.h"
#include <coodie/value.h>

/* < 0, 0, > 0. An empty value comes before all others. */
int nd_compare(const cql_type *type, cql_blob a, cql_blob b);

#endif
