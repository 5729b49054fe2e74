/* SPDX-License-Identifier: MIT */
/* Between the files of term.h: what a term is made of, and whether an expression fits a type. */
#ifndef NODE_TERM_PARTS_H
#define NODE_TERM_PARTS_H

#include "node/cql/expr_text.h"
#include "node/function/term.h"
#include "node/value/type_fit.h"

struct nd_function;

enum nd_term_kind {
	ND_TERM_CONSTANT, /* `value` */
	ND_TERM_MARKER,   /* `marker` */
	ND_TERM_PARTS,    /* a collection, tuple, user type or vector of `items` */
	ND_TERM_CALL      /* `function` of `items` */
};

struct nd_term {
	enum nd_term_kind kind;
	bool has_marker; /* itself, or somewhere below; unlike Cassandra's, in tuples too */
	bool keeps_bytes; /* a marker whose value is taken as it was sent */
	uint16_t marker;
	const cql_type *type;
	const char *name; /* of the receiver */
	struct nd_value value;
	uint32_t count;
	struct nd_term **items;
	const struct nd_function *function;
};

/* How well an expression fits a receiver. */
enum nd_fit nd_term_fit(struct nd_planner *p, const struct nd_expr *e,
			const struct nd_receiver *receiver);

/* A term of no kind yet; NULL: out of memory, which `p` knows. */
struct nd_term *nd_term_alloc(struct nd_planner *p, enum nd_term_kind kind,
			      const struct nd_receiver *receiver, uint32_t count);
struct nd_term *nd_term_constant(struct nd_planner *p, const struct nd_receiver *receiver,
				 struct nd_value value);

/* A term whose items are there. Of constants alone, its value is made now; with functions or markers,
 * when it runs. */
struct nd_term *nd_term_finish(struct nd_planner *p, struct nd_term *t);

/* ---- for each kind of expression -------------------------------------------------------------- */

typedef struct nd_term *nd_term_new_fn(struct nd_planner *p, const struct nd_expr *e,
				       const struct nd_receiver *receiver);
typedef enum nd_fit nd_term_fit_fn(struct nd_planner *p, const struct nd_expr *e,
				   const struct nd_receiver *receiver);

nd_term_new_fn nd_literal_new;
nd_term_fit_fn nd_literal_fit;
/* The type that a literal would have on its own; NULL: any. */
const cql_type *nd_literal_type(const struct nd_expr *e);

nd_term_new_fn nd_array_new, nd_set_new, nd_map_new, nd_udt_new, nd_tuple_new;
nd_term_fit_fn nd_array_fit, nd_set_fit, nd_map_fit, nd_udt_fit, nd_tuple_fit;

/* A literal of a map whose keys are names, as the user type that it may be in selections. NULL: it has a
 * key that is no field of the type, or out of memory; `p` knows. */
const struct nd_expr *nd_udt_of_map(struct nd_planner *p, const struct nd_expr *e,
				    const cql_type *type);

nd_term_new_fn nd_call_new;
nd_term_fit_fn nd_call_fit;
bool nd_call_value(const struct nd_term *t, struct nd_request *x, struct nd_value *out);

/* ---- items ------------------------------------------------------------------------------------ */

/* Puts the items of a set or map in order and drops those that are there twice (of a map, the
 * first); others stay as they are. False: out of memory. */
bool nd_items_arrange(const cql_type *type, struct nd_items *items, struct cd_arena *a);
/* Whether nothing would change. */
bool nd_items_are_arranged(const cql_type *type, const struct nd_items *items);
/* Items as values of literals and markers: nulls and unsets are refused where Cassandra does,
 * then they are put in order and together. */
bool nd_items_join(const cql_type *type, struct nd_items *items, struct cd_arena *a,
		   struct nd_value *out, struct nd_problem *p);

#endif
