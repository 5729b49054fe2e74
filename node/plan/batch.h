/* SPDX-License-Identifier: MIT */
/* BATCH, of CQL and of the protocol's message. */
#ifndef NODE_BATCH_H
#define NODE_BATCH_H

#include "node/plan/plan.h"

/* One statement of a BATCH message. */
struct nd_batch_item {
	const struct nd_plan *plan; /* of an INSERT, UPDATE or DELETE: others are refused */
	const struct nd_value *values;
	uint32_t value_count;
};

/* Checks the values against the markers, then all the rules of a batch, and runs it: all or nothing.
 * Fills x->result, or x->problem and returns false. */
bool nd_batch_run(const struct nd_batch_item *items, uint32_t count, enum nd_batch_type type,
		  struct nd_request *x);

/* Whether the client may run every statement of the plan of a BATCH; see access.h. */
bool nd_batch_may_run(const struct nd_plan *plan, struct nd_request *x);

#endif
