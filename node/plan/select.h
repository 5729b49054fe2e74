/* SPDX-License-Identifier: MIT */
/* The columns of a SELECT: what is computed from a row, or from all rows. */
#ifndef NODE_SELECT_H
#define NODE_SELECT_H

#include "node/plan/where.h"

/* The selection clause looked up: names, types, functions and aggregates. */
struct nd_selector_list;

/* Refuses what Cassandra refuses ("Undefined column name x in table ks.t"). Fills `metadata`. */
struct nd_selector_list *nd_selectors_new(struct nd_planner *p, const struct nd_table *table,
					  const struct nd_select *select, cql_metadata *metadata);
/* Whether it has an aggregate: rows are folded then. */
bool nd_selectors_aggregate(const struct nd_selector_list *l);
/* When columns are all there is, and each can be taken as it is stored (nd_stored_put()): these, `count`
 * of them, in `arena`. NULL: something is to be computed, or there is no memory. */
const struct nd_stored_column *nd_selectors_stored(const struct nd_selector_list *l,
						   const struct nd_table *table,
						   struct cd_arena *arena, uint32_t *count);

/* While a request runs: rows go in, encoded rows come out. */
struct nd_selection_run;
struct nd_selection_run *nd_selectors_run(const struct nd_selector_list *l, struct nd_request *x);
/* Without aggregates: appends the row's cells. With: adds it to the group. */
bool nd_selection_add(struct nd_selection_run *r, const struct nd_row_view *row,
		      struct cd_buffer *out);
/* With aggregates: appends the group's row and begins a new one. */
bool nd_selection_flush(struct nd_selection_run *r, struct cd_buffer *out);
void nd_selection_end(struct nd_selection_run *r);
/* Refuses a row that the answer, which has failed, has no room for. */
bool nd_selection_cannot_grow(struct nd_request *x, const struct cd_buffer *out);

#endif
