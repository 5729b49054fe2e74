/* SPDX-License-Identifier: MIT */
/* Which types take values of which others. */
#ifndef NODE_TYPE_FIT_H
#define NODE_TYPE_FIT_H

#include <coodie/type.h>

enum nd_fit { ND_FIT_NONE, ND_FIT_WEAK, ND_FIT_EXACT };

/* How a value of one type fits where another is wanted. */
enum nd_fit nd_type_fit(const cql_type *have, const cql_type *want);
/* Both at once. */
enum nd_fit nd_fit_least(enum nd_fit a, enum nd_fit b);

#endif
