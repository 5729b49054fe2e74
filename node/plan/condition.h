/* SPDX-License-Identifier: MIT */
/* IF: what a row has to be like for a write to happen. */
#ifndef NODE_CONDITION_H
#define NODE_CONDITION_H

#include "node/function/term.h"
#include "node/store/store.h"

/* column, column[key] or column.field, an operator, values. */
struct nd_condition {
	const struct nd_column *column;
	enum nd_target_kind target; /* COLUMN, ELEMENT, FIELD */
	enum nd_operator op;
	const struct nd_term *key; /* ELEMENT */
	uint16_t field;            /* FIELD */
	const cql_type *type;      /* of the values, and of what they are compared with */
	uint32_t count;
	struct nd_term **values; /* IN has any number */
	bool is_list;            /* IN ?: the one value is a list of them */
	const cql_type *list_type;
};

struct nd_conditions {
	bool if_exists, if_not_exists;
	uint32_t count;
	struct nd_condition *at;
	bool on_rows, on_statics; /* which of the two `at` looks at */
};

/* Looks the relations behind IF up. */
bool nd_conditions_new(struct nd_planner *p, const struct nd_table *t,
		       const struct nd_relations *relations, struct nd_conditions *out);
/* Whether there are any. */
static inline bool nd_conditions_are(const struct nd_conditions *c)
{
	return c->if_exists || c->if_not_exists || c->count;
}
/* condition_order.c: all of them, in the order they are asked in; room for `count`. */
bool nd_conditions_order(const struct nd_conditions *c, struct nd_request *x,
			 const struct nd_condition **out);
/* Asks those on static columns, or those on others. `row` NULL: there is none. */
bool nd_conditions_hold(const struct nd_conditions *c, bool on_statics, const struct nd_row *row,
			struct nd_request *x, bool *hold);

#endif
