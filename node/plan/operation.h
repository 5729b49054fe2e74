/* SPDX-License-Identifier: MIT */
/* What is done to one column: SET c = .., c = c + .., c[k] = .., c.f = .., DELETE c and its parts, by
 * the column's type. */
#ifndef NODE_OPERATION_H
#define NODE_OPERATION_H

#include "node/function/term.h"
#include "node/store/store.h"

/* Changes that nobody has taken yet. */
struct nd_spare_changes {
	struct nd_change *at, *end;
};

/* Where changes go while a statement runs: one row (or static row) of one partition. */
struct nd_writer {
	struct nd_request *x;
	struct nd_mutation *mutation;
	struct nd_spare_changes *spare;
	struct nd_change **begin; /* where the row's changes begin in the mutation */
	struct nd_clustering row;
	bool is_static;
	int64_t timestamp_us;
	int32_t ttl; /* seconds; 0: none */
	bool is_cas; /* what is deleted is deleted a microsecond before, as Paxos does */
};

/* Appends a change at the writer's row and timestamp. NULL: out of memory, which `x` knows. */
struct nd_change *nd_writer_add(struct nd_writer *w, enum nd_change_kind kind,
				const struct nd_column *column);
/* The row as it is before any of the request's changes. `found` false: there is none. */
bool nd_writer_existing(struct nd_writer *w, struct nd_row *row, bool *found);
/* A list's items, with what the statement has done to them so far (operation_list.c). */
struct nd_list {
	uint32_t count;
	struct nd_cell *at;
};
bool nd_writer_list(struct nd_writer *w, const struct nd_column *list, struct nd_list *out);

struct nd_operation;
typedef bool nd_operation_fn(const struct nd_operation *o, struct nd_writer *w);

struct nd_operation {
	const struct nd_column *column;
	nd_operation_fn *run;
	bool needs_read; /* of the column, before it is written */
	const struct nd_term *value, *key;
	const cql_type *type; /* of `value` */
	uint16_t field;       /* of a user type */
	const struct nd_assign *assign;
};

/* Looks an assignment to a column up. `is_conditional`: in a statement with conditions, numbers and
 * texts may be added to. */
bool nd_operation_new(struct nd_planner *p, const struct nd_table *t, const struct nd_column *c,
		      const struct nd_assign *a, bool is_conditional, struct nd_operation *out);
/* Sets a column whole to a value that is there already: what SET and INSERT do. */
bool nd_column_set(struct nd_writer *w, const struct nd_column *column, struct nd_value value);

/* ---- guardrails (operation_guard.c) ----------------------------------------------------------- */

/* Of a collection that is put: how many items, and, when they are there, how large it is. */
bool nd_writer_guard_items(struct nd_writer *w, const struct nd_column *c,
			   const struct nd_items *items);
bool nd_writer_guard_size(struct nd_writer *w, const struct nd_column *c,
			  const struct nd_items *items);
/* Likewise of a frozen one; other values are fine. */
bool nd_writer_guard_frozen(struct nd_writer *w, const struct nd_column *c, struct nd_value v);
bool nd_writer_guard_frozen_size(struct nd_writer *w, const struct nd_column *c, struct nd_value v);
/* Operations on lists that look at them before. */
bool nd_writer_guard_list_read(struct nd_writer *w, const char *words);

/* ---- runs ------------------------------------------------------------------------------------- */

nd_operation_fn nd_run_set, nd_run_set_cell, nd_run_count_up, nd_run_count_down, nd_run_add_number,
	nd_run_add_text, nd_run_append, nd_run_prepend, nd_run_add_items, nd_run_discard,
	nd_run_discard_values, nd_run_set_index, nd_run_set_key, nd_run_set_field, nd_run_erase,
	nd_run_erase_all, nd_run_erase_index, nd_run_erase_key, nd_run_erase_item,
	nd_run_erase_field;

#endif
