/* SPDX-License-Identifier: MIT */
/* Materialized views: what they hold follows from what their base holds.
 *
 * Each row of a view is made of exactly one row of the base, because the whole primary key of the base is
 * in the key of the view. So there is nothing to merge, and no tombstone of a view's own: when rows of
 * the base are written, the rows that were made of them are taken away, and made anew of what the base
 * has now, with its timestamps, times to live and moments of expiry. What Cassandra's views should be,
 * but for its races, these are: a function of the base.
 *
 * What passes with time passes in the view as in the base, since expiry is copied. Two rules of Cassandra's
 * see to the rest: a row whose key has a column that is in no key of the base ends with that cell
 * (nd_table.is_strict), and one of a view that leaves columns out has a marker that lasts as long as what
 * it leaves out.
 *
 * A view that is new, or that could not be followed for want of memory, is stale: it is built from the
 * whole base before it is next read. */
#ifndef NODE_VIEW_H
#define NODE_VIEW_H

#include "node/plan/plan.h"
#include "node/store/store.h"

/* ---- keeping up (view.c) ----------------------------------------------------------------------- */

struct nd_view_touched;
struct nd_view_left;

/* What a chain of mutations does to views. */
struct nd_view_update {
	struct nd_request *x;
	struct nd_view_touched *touched, **last; /* rows of bases */
	struct nd_view_left *left;               /* rows of views that were made of them */
};

/* Before the mutations are applied: notes what they touch. False: out of memory, and nothing was done. */
bool nd_view_begin(struct nd_view_update *u, struct nd_request *x,
		   const struct nd_mutation *mutations);
/* When they have been applied; it cannot fail. */
void nd_view_finish(struct nd_view_update *u);
/* As nd_table.refresh, of every view: builds it when it is stale. */
bool nd_view_refresh(struct nd_table *view, struct nd_request *x);

/* ---- one row (view_row.c) ---------------------------------------------------------------------- */

/* A row of a base as views see it. */
struct nd_view_source {
	const struct nd_table *base;
	const cql_blob *key; /* the columns of the primary key, all of them */
	const struct nd_row *row;
};
/* The key columns of a row, in the request's arena; NULL: out of memory. */
const cql_blob *nd_view_key(struct nd_request *x, const struct nd_table *base,
			    cql_blob partition_key, struct nd_clustering row);

/* Where the row made of it belongs. */
struct nd_view_place {
	cql_blob key;
	int64_t token;
	struct nd_clustering row;
	const struct nd_cell *cell; /* of the column that is in no key of the base; NULL: none */
};
/* `*found` false: the view has no row of it. In the request's arena. False: out of memory. */
bool nd_view_place(const struct nd_table *view, const struct nd_view_source *from,
		   struct nd_request *x, struct nd_view_place *out, bool *found);
/* The mutation that puts it there. NULL: out of memory. */
struct nd_mutation *nd_view_row(struct nd_table *view, const struct nd_view_source *from,
				const struct nd_view_place *place, struct nd_request *x);

/* ---- WHERE (view_where.c) ---------------------------------------------------------------------- */

/* Looks the relations up, and refuses what Cassandra refuses: those but "c IS NOT NULL" become tests of
 * `out`, and all of them its text. `key` are the names of the view's primary
 * key, as messages tell them. */
bool nd_view_where(struct nd_planner *p, struct nd_request *x, struct nd_table *base,
		   const struct nd_relations *relations, const char *const *key, uint32_t key_count,
		   struct nd_view *out);
/* The text with columns renamed: from, to, from, to. NULL: out of memory. */
const char *nd_view_where_rename(struct nd_request *x, const char *where,
				 const char *const *renames, uint32_t rename_count);
/* Whether a row of the base with this primary key answers all tests. False: out of memory. */
bool nd_view_accepts(const struct nd_view *v, const cql_blob *key, struct nd_request *x,
		     bool *accepted);

#endif
