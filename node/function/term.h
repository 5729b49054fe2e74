/* SPDX-License-Identifier: MIT */
/* Expressions that stand for a value of a known type: literals, markers, function calls. */
#ifndef NODE_TERM_H
#define NODE_TERM_H

#include "node/plan/plan.h"

struct nd_term;

/* What a term's value is for: its type decides what is legal, its name is in the messages and in
 * the metadata of a marker. */
struct nd_receiver {
	const char *keyspace, *table;
	const char *
		name; /* of the column; "[ttl]", "partition key token", "in(pk)", "value(c)" and so on */
	const cql_type *type;
};

/* Looks an expression up against its receiver. A marker gets the receiver as its specification. A
 * constant is encoded here, once. NULL: refused as Cassandra refuses it ("Invalid STRING constant
 * (x) for \"c\" of type int"). */
struct nd_term *nd_term_new(struct nd_planner *p, const struct nd_expr *e,
			    const struct nd_receiver *receiver);
/* The same of a column. What is bound to one in descending order, whose type is one of its own in Cassandra,
 * is taken as it was sent. */
struct nd_term *nd_term_of_column(struct nd_planner *p, const struct nd_table *table,
				  const struct nd_column *c, const struct nd_expr *e);
/* The marker of a term that is nothing but one; -1 for others. */
int32_t nd_term_marker(const struct nd_term *t);
/* The value, with what is bound; in the request's arena or older. */
bool nd_term_value(const struct nd_term *t, struct nd_request *x, struct nd_value *out);

/* ---- values item by item ---------------------------------------------------------------------- */

/* Takes a collection, tuple, user type or vector apart. Each item points into `value`. */
struct nd_items {
	uint32_t count; /* items; for a map: keys and values in turn, so twice its pairs */
	struct nd_value *at;
};
bool nd_items_read(const cql_type *type, struct nd_value value, struct cd_arena *a,
		   struct nd_items *out, struct nd_problem *p);
/* Puts one together. */
bool nd_items_write(const cql_type *type, const struct nd_value *items, uint32_t count,
		    struct cd_arena *a, struct nd_value *out, struct nd_problem *p);

#endif
