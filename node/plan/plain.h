/* SPDX-License-Identifier: MIT */
/* Plain INSERTs over rows that are there: the short way of most writes.
 *
 * An INSERT is plain when its values are markers and constants for the key and for columns of one cell each, with
 * nothing else to it: no USING, no IF, no static column, no collection that is to be put in order. Which those are, and
 * where their cells lie, is found out once, when the statement is looked up. When it runs, and its row is there with
 * room for each value, and nobody has to be asked or told anything, the values go straight into their cells.
 *
 * All is found before anything is changed. What is not as simple as that, and whatever is to be refused, is left to the
 * way that all writes can go: so nothing here refuses, but for the ring. */
#ifndef NODE_PLAIN_H
#define NODE_PLAIN_H

#include "node/plan/batch.h"
#include "node/plan/write.h"

struct nd_plain;

/* Says in w->plain how the statement's values lie; NULL: it is not plain. False: out of memory. */
bool nd_plain_new(struct nd_planner *p, struct nd_write *w);

/* Rows that were found for statements. */
struct nd_plain_rows {
	uint32_t count;
	struct nd_plain_row *at;
	uint32_t partitions; /* neighbours in one are one */
	uint32_t cells;
	size_t bytes;       /* of clustering columns and cells */
	bool without_grace; /* some of a table that keeps no tombstones */
};

/* Whether all statements can go the short way. False: nothing has happened. `are_checked`: of their values and access
 * it is known that they are right. */
bool nd_plain_find(const struct nd_batch_item *items, uint32_t count, bool are_checked,
		   struct nd_request *x, struct nd_plain_rows *out);
/* Asks the ring, and writes. The answer is void. */
bool nd_plain_run(const struct nd_plain_rows *rows, enum nd_access access, struct nd_request *x);

#endif
