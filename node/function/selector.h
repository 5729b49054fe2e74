/* SPDX-License-Identifier: MIT */
/* Between the files of select.h's selectors: what is computed from rows. */
#ifndef NODE_SELECTOR_H
#define NODE_SELECTOR_H

#include "node/function/function.h"
#include "node/plan/select.h"

enum nd_selector_kind {
	ND_SELECTOR_COLUMN,  /* `column` */
	ND_SELECTOR_TERM,    /* `from` */
	ND_SELECTOR_CALL,    /* `function` of `items` */
	ND_SELECTOR_FOLD,    /* likewise, an aggregate; `slot` is of its state */
	ND_SELECTOR_FIELD,   /* `field` of items[0] */
	ND_SELECTOR_ELEMENT, /* items[0] [ `from` ] */
	ND_SELECTOR_SLICE,   /* items[0] [ `from` .. `to` ], either may be NULL */
	ND_SELECTOR_PARTS,   /* a collection, tuple, user type or vector of `items` */
	ND_SELECTOR_TIMES,   /* `times` of `column`, or of a part of it */
	ND_SELECTOR_KINDS
};

struct nd_selector {
	enum nd_selector_kind kind;
	const cql_type *type;
	const char *name; /* of its column in the result, when it has no alias */
	const struct nd_column *column;
	struct nd_term *from, *to;
	uint32_t field; /* of TIMES: + 1, or 0 */
	uint32_t slot;  /* COLUMN and TIMES: of the value kept for a group */
	enum nd_times times;
	const struct nd_selector *of; /* of TIMES */
	const struct nd_function *function;
	uint32_t count;
	struct nd_selector **items;
};

struct nd_selector_list {
	uint32_t count;
	struct nd_selector **at;
	const struct nd_table *table;
	bool is_plain; /* columns alone */
	bool folds;    /* aggregates, or GROUP BY */
	bool is_json;
	const char **names; /* JSON: of the columns */
	uint32_t slots, fold_count;
};

/* While a list is being made. */
struct nd_selector_maker {
	struct nd_planner *p;
	const struct nd_table *table;
	struct nd_selector_list *list;
	const char *first_column; /* that was named so far; NULL: none */
};

struct nd_selector *nd_selector_alloc(struct nd_selector_maker *m, enum nd_selector_kind kind,
				      const cql_type *type, uint32_t count);
/* `expected`: the type that is wanted, NULL: any. */
struct nd_selector *nd_selector_new(struct nd_selector_maker *m, const struct nd_expr *e,
				    const cql_type *expected);
typedef struct nd_selector *nd_selector_new_fn(struct nd_selector_maker *m, const struct nd_expr *e,
					       const cql_type *expected);
nd_selector_new_fn nd_selector_field, nd_selector_element, nd_selector_slice, nd_selector_parts,
	nd_selector_times;
/* A text in the plan's arena; NULL: out of memory, which the problem knows. */
#define ND_SELECTOR_TEXT(m, ...) nd_text((m)->p->problem, (m)->p->arena, __VA_ARGS__)

/* ---- running ---------------------------------------------------------------------------------- */

struct nd_selection_run {
	const struct nd_selector_list *list;
	struct nd_request *x;
	struct cd_arena row_arena;     /* of one row's values */
	struct cd_arena group_arena;   /* of one group's */
	const struct nd_row_view *row; /* NULL: a group's result is being made, from its slots */
	uint32_t hint[2];              /* where the next cell may be: of rows, of static rows */
	bool has_row;                  /* of the group */
	struct nd_value *slots;
	struct nd_fold *folds;
};

bool nd_selector_value(struct nd_selection_run *r, const struct nd_selector *s,
		       struct nd_value *out);
typedef bool nd_selector_value_fn(struct nd_selection_run *r, const struct nd_selector *s,
				  struct nd_value *out);
nd_selector_value_fn nd_selector_field_value, nd_selector_element_value, nd_selector_slice_value,
	nd_selector_parts_value, nd_selector_times_value;
/* Refuses keys of elements that are null or unset, and arguments that are unset, whether there are rows
 * or not. */
bool nd_selector_check_terms(struct nd_selection_run *r, const struct nd_selector *s);
/* The row's cells of a column: a collection has many. */
const struct nd_cell *nd_selector_cells(const struct nd_selection_run *r,
					const struct nd_column *column, uint32_t *count);

#endif
