/* SPDX-License-Identifier: MIT */
/* The answers of conditional writes. */
#ifndef NODE_CAS_RESULT_H
#define NODE_CAS_RESULT_H

#include "node/plan/cas.h"

/* [applied] true. */
bool nd_cas_applied(const struct nd_table *t, struct nd_request *x);
/* [applied] false, beside what is there. */
bool nd_cas_not_applied(const struct nd_cas_item *items, uint32_t count, bool is_batch,
			struct nd_request *x);

#endif
