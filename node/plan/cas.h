/* SPDX-License-Identifier: MIT */
/* Writes with conditions: all of them are asked of what is there before anything is written. */
#ifndef NODE_CAS_H
#define NODE_CAS_H

#include "node/plan/write.h"

/* One statement, with its values. */
struct nd_cas_item {
	const struct nd_write *write;
	const struct nd_value *values;
	uint32_t value_count;
	struct nd_places places; /* filled in here */
};

/* Runs them as one: all are about one partition. `is_batch`: its answer has the primary key too. */
bool nd_cas_items_run(struct nd_cas_item *items, uint32_t count, bool is_batch,
		      struct nd_request *x);

#endif
