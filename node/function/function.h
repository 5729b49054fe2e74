/* SPDX-License-Identifier: MIT */
/* Native functions: which overload a call means, and what it gives. */
#ifndef NODE_FUNCTION_H
#define NODE_FUNCTION_H

#include "node/function/term_parts.h"

enum { ND_FUNCTION_ARGUMENTS = 3 }; /* the most of those with fixed signatures */

/* One call being run. */
struct nd_call {
	const struct nd_function *function;
	const struct nd_value *arguments;
	uint32_t count;
	struct nd_request *request; /* NULL: while planning, of a pure function alone */
	struct cd_arena *arena;
	struct nd_problem *problem;
};

typedef bool nd_call_fn(const struct nd_call *c, struct nd_value *out);

/* An aggregate's state for one group. Zeroed: nothing was added. */
struct nd_fold {
	int64_t count; /* values that are not null */
	uint64_t low;  /* a sum of 128 bits */
	int64_t high;
	double real, lost, plain; /* a sum, Kahan's compensation, and the sum without it */
	struct nd_value value;    /* least and greatest, and sums of any size; where add() put it */
	uint8_t *kept;            /* over rows: `room` bytes of the group's arena */
	size_t room;
};

/* Adds the arguments of a row; gives the result of a group. */
struct nd_aggregate {
	bool (*add)(const struct nd_call *c, struct nd_fold *fold);
	bool (*result)(const struct nd_call *c, const struct nd_fold *fold, struct nd_value *out);
};

enum nd_function_style {
	ND_STYLE_CALL,   /* system.f(a, b) */
	ND_STYLE_COUNT,  /* count */
	ND_STYLE_CAST,   /* cast(a as type) */
	ND_STYLE_BINARY, /* a + b */
	ND_STYLE_NEGATE  /* -a */
};

/* An overload. */
struct nd_function {
	const char *name; /* in the keyspace system */
	enum nd_function_style style;
	char op; /* BINARY */
	const cql_type *result;
	uint32_t count;
	const cql_type **arguments;
	bool is_impure;  /* gives something else each time: never run while planning */
	nd_call_fn *run; /* NULL: `aggregate` */
	const struct nd_aggregate *aggregate;
};

/* The overload that a call, an operation or a cast means. `receiver->type` NULL: any result will do, as in selections.
 * NULL: `p->problem` says why, or (nothing happened) there is no function of that name. */
const struct nd_function *nd_function_resolve(struct nd_planner *p, const struct nd_expr *call,
					      const struct nd_receiver *receiver);
/* What to_json(x) is. */
const struct nd_function *nd_function_to_json(struct nd_planner *p, const char *name,
					      const cql_type *from);
/* "system.f" */
const char *nd_function_name(struct nd_planner *p, const struct nd_expr *call);
/* The receiver of an argument: "arg0(system.f)". */
bool nd_function_receiver(struct nd_planner *p, const struct nd_function *f, uint32_t i,
			  const struct nd_receiver *of, struct nd_receiver *out);
/* The name of a column that is this call, of arguments with these names. */
const char *nd_function_column(struct nd_planner *p, const struct nd_function *f,
			       const char *const *names, uint32_t count);

/* Runs a function that is no aggregate. */
bool nd_function_run(const struct nd_function *f, const struct nd_value *arguments,
		     struct nd_request *x, struct cd_arena *a, struct nd_problem *p,
		     struct nd_value *out);

/* ---- types of expressions --------------------------------------------------------------------- */

/* The type an expression has whoever receives it; NULL: that depends, or (p->problem) refused. */
const cql_type *nd_expr_type(struct nd_planner *p, const struct nd_expr *e);
/* Looks up all columns and calls of a selected expression, arguments first. */
bool nd_expr_resolve_calls(struct nd_planner *p, const struct nd_expr *e);
/* The one that an argument of any type has: all items of a list or a set have the same. */
const cql_type *nd_expr_argument_type(struct nd_planner *p, const struct nd_expr *e);
/* A type that it can have, if nobody says which. */
const cql_type *nd_expr_likely_type(struct nd_planner *p, const struct nd_expr *e);
/* A list or set of a type, frozen. NULL: out of memory, which `p` knows. */
const cql_type *nd_type_of_items(struct nd_planner *p, enum cql_kind kind, const cql_type *item);

/* ---- what only selections know ----------------------------------------------------------------- */

/* ttl(c), writetime(c), maxwritetime(c). */
enum nd_times { ND_TIMES_NONE, ND_TIMES_TTL, ND_TIMES_WRITE, ND_TIMES_MAX_WRITE };
enum nd_times nd_times_of(const struct nd_expr *e);
const cql_type *nd_times_type(struct nd_planner *p, const struct nd_expr *e);
/* to_json(x) and toJson(x); from_json(x) and fromJson(x). */
bool nd_is_to_json(const struct nd_expr *e);
bool nd_is_from_json(const struct nd_expr *e);

/* ---- between the files of functions ----------------------------------------------------------- */

/* The overloads of a name. */
struct nd_candidates {
	struct nd_planner *p;
	const char *name; /* asked for */
	uint32_t count, room;
	struct nd_function *at;
	struct nd_candidates *next; /* of those a planner keeps */
};

/* Adds one; NULL: out of memory, which `p` knows. */
struct nd_function *nd_candidates_add(struct nd_candidates *c, const char *name,
				      const cql_type *result, uint32_t count, nd_call_fn *run);
/* Likewise, of native types. */
struct nd_function *nd_candidates_add_native(struct nd_candidates *c, const char *name,
					     enum cql_kind result, uint32_t count,
					     const enum cql_kind *arguments, nd_call_fn *run);

/* "system.f : (int) -> int, ..."; "" when out of memory. */
const char *nd_candidates_text(const struct nd_candidates *c);

/* Refuses an argument that is not of the type. */
bool nd_refuse_argument(struct nd_planner *p, const struct nd_expr *call, uint32_t i,
			const char *name, const cql_type *type);
/* Whether an argument is a column in descending order: its type is no collection's and no vector's
 * then. */
bool nd_is_reversed(const struct nd_candidates *c, const struct nd_expr *argument);

/* Add what they have of that name. */
typedef bool nd_candidates_fn(struct nd_candidates *c);
nd_candidates_fn nd_function_fixed, nd_function_blobs, nd_function_math, nd_function_operators,
	nd_function_sums, nd_function_casts;

/* Makes the one overload for these argument types. */
typedef bool nd_factory_fn(struct nd_candidates *c, const struct nd_expr *call,
			   const cql_type *const *types);
/* A timestamp or date, moved by a duration. */
bool nd_time_move(const struct nd_call *c, int sign, cql_duration d, struct nd_value *out);
/* system.token, whose arguments are a table's. */
nd_call_fn nd_call_token;

/* Whose result is what receives it. */
bool nd_function_from_json(struct nd_candidates *c, const struct nd_expr *call,
			   const cql_type *receiver);
/* count(*) and count(1), which have no arguments here, or count(c). */
bool nd_function_count(struct nd_candidates *c, const struct nd_expr *call);

nd_factory_fn nd_function_least, nd_function_greatest, nd_function_map_keys, nd_function_map_values,
	nd_function_collection_count, nd_function_collection_least, nd_function_collection_greatest,
	nd_function_collection_sum, nd_function_collection_average, nd_function_similarity,
	nd_function_mask_default, nd_function_mask_null, nd_function_mask_replace,
	nd_function_mask_partly, nd_function_mask_hash;

/* The functions of function.def. */
#define X(name, result, count, a, b, c, impure, run) nd_call_fn nd_call_##run;
#include "node/function/function.def"
#undef X

/* An integer of 1, 2, 4 or 8 bytes; 0 for others. */
int64_t nd_value_integer(struct nd_value v);
/* `size` bytes in the arena; false: out of memory. */
bool nd_value_of_integer(const struct nd_call *c, int64_t n, size_t size, struct nd_value *out);
bool nd_value_of_bytes(const struct nd_call *c, const void *data, size_t len, struct nd_value *out);

#endif
