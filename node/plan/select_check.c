/* SPDX-License-Identifier: MIT */
/* Which columns a selection clause is of, and what that forbids. */
#include <string.h>

#include "node/function/function.h"
#include "node/plan/select_plan.h"

/* What is looked for while the expressions are walked. */
struct walk {
	struct nd_planner *p;
	const struct nd_table *t;
	bool (*column)(struct walk *w, const struct nd_column *c);
	bool inverts_values; /* see walk_value() */
	bool skips_unknown; /* names that are no column's are told of later */
	bool any_static, any_rows; /* rows: what is neither static nor of the partition key */
	bool *seen;                /* of the partition key */
	bool *asked;               /* by the columns' ids */
};

static bool walk_expr(struct walk *w, const struct nd_expr *e);

/* Of a map or user type that is written out, Cassandra takes a value without such columns for one that
 * has some, and the other way round. */
static bool walk_value(struct walk *w, const struct nd_expr *e)
{
	bool any_static = w->any_static, any_rows = w->any_rows;

	w->any_static = w->any_rows = false;
	if (!walk_expr(w, e))
		return false;
	w->any_static = any_static || !w->any_static;
	w->any_rows = any_rows || !w->any_rows;
	return true;
}

static bool walk_expr(struct walk *w, const struct nd_expr *e)
{
	const struct nd_column *c;
	bool keys = e->kind == ND_EXPR_MAP; /* may be names of fields */
	/* what stands in brackets is a value, not a selection */
	bool is_item = e->kind == ND_EXPR_ELEMENT || e->kind == ND_EXPR_SLICE;
	uint32_t count = is_item ? 1 : e->count;

	if (e->kind == ND_EXPR_COLUMN) {
		if (w->skips_unknown && !nd_table_column(w->t, e->name))
			return true;
		c = nd_table_find_column(w->t, e->name, w->p->problem);
		return c && w->column(w, c);
	}
	for (uint32_t i = 0; i < count; i++) {
		bool is_value = keys ? i % 2 : e->kind == ND_EXPR_UDT;
		if (!e->items[i] || (keys && !is_value && e->items[i]->kind == ND_EXPR_COLUMN))
			continue;
		if (!(w->inverts_values && is_value ? walk_value : walk_expr)(w, e->items[i]))
			return false;
	}
	return true;
}

static bool walk_selection(struct walk *w, const struct nd_select *s)
{
	for (uint32_t i = 0; i < s->selection_count; i++)
		if (!walk_expr(w, s->selections[i].expr))
			return false;
	return true;
}

static bool note_kind(struct walk *w, const struct nd_column *c)
{
	w->any_static |= c->kind == ND_STATIC;
	w->any_rows |= c->kind == ND_CLUSTERING || c->kind == ND_REGULAR;
	return true;
}

/* Walks one expression after the other until `found` is set; each is looked up only then, so that a
 * mistake behind is not told yet. */
static bool walk_until(struct walk *w, const struct nd_select *s, const bool *found)
{
	for (uint32_t i = 0; i < s->selection_count && !*found; i++)
		if (!walk_expr(w, s->selections[i].expr) ||
		    !nd_expr_resolve_calls(w->p, s->selections[i].expr))
			return false;
	return true;
}

bool nd_select_columns(struct nd_planner *p, const struct nd_table *t, const struct nd_select *s,
		       bool *only_static)
{
	struct walk w = { .p = p, .t = t, .column = note_kind, .inverts_values = true };
	bool ok;

	*only_static = false;
	if (!t->static_count || !s->selection_count)
		return true;
	p->columns = t;
	ok = walk_until(&w, s, &w.any_static);
	if (ok && w.any_static) {
		w.any_rows = false;
		ok = walk_until(&w, s, &w.any_rows);
	}
	p->columns = NULL;
	*only_static = w.any_static && !w.any_rows;
	return ok;
}

static bool note_asked(struct walk *w, const struct nd_column *c)
{
	if (c->kind == ND_STATIC || c->kind == ND_REGULAR) {
		w->asked[c->id] = true;
		w->any_rows = true;
	}
	return true;
}

bool nd_select_asked(struct nd_planner *p, const struct nd_table *t, const struct nd_select *s,
		     const struct nd_where *where, bool **out)
{
	struct walk w = { .p = p, .t = t, .column = note_asked, .skips_unknown = true };

	*out = NULL;
	w.asked = cd_arena_take_array(p->arena, t->next_column_id + 1u, sizeof *w.asked);
	if (!w.asked)
		return nd_no_memory(p->problem);
	if (!walk_selection(&w, s))
		return false;
	w.any_rows |= nd_where_note_others(where, w.asked);
	if (s->selection_count && w.any_rows)
		*out = w.asked;
	return true;
}

/* ---- DISTINCT ----------------------------------------------------------------------------------- */

static bool check_distinct(struct walk *w, const struct nd_column *c)
{
	if (c->kind != ND_PARTITION_KEY && c->kind != ND_STATIC)
		return nd_refuse(w->p->problem, ND_INVALID,
				 "SELECT DISTINCT queries must only request partition key columns "
				 "and/or static columns (not %s)",
				 c->name);
	if (c->kind == ND_PARTITION_KEY)
		w->seen[c->position] = true;
	return true;
}

static bool walk_wildcard(struct walk *w)
{
	for (uint32_t i = 0; i < w->t->column_count; i++)
		if (!w->column(w, w->t->columns[i]))
			return false;
	return true;
}

bool nd_select_check_distinct(struct nd_planner *p, const struct nd_table *t,
			      const struct nd_select *s, const struct nd_where *where)
{
	struct walk w = { .p = p, .t = t, .column = check_distinct };

	if (nd_where_restricts_rows(where) || !nd_where_only_static_others(where) ||
	    nd_where_is_nearest(where))
		return nd_refuse(p->problem, ND_INVALID,
				 "SELECT DISTINCT with WHERE clause only supports restriction by "
				 "partition key and/or static columns.");
	w.seen = cd_arena_take_array(p->arena, t->partition_key_count, sizeof *w.seen);
	if (!w.seen)
		return nd_no_memory(p->problem);
	if (!(s->selection_count ? walk_selection(&w, s) : walk_wildcard(&w)))
		return false;
	for (uint32_t i = 0; nd_where_is_key_range(where) && i < t->partition_key_count; i++)
		if (!w.seen[i])
			return nd_refuse(p->problem, ND_INVALID,
					 "SELECT DISTINCT queries must request all the partition "
					 "key columns (missing %s)",
					 t->columns[i]->name);
	return true;
}
