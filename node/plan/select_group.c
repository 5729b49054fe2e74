/* SPDX-License-Identifier: MIT */
/* GROUP BY: what may be grouped by, and where one group ends and another begins. */
#include <string.h>

#include "node/plan/select_plan.h"
#include "node/plan/vector_index.h"

/* ---- making ------------------------------------------------------------------------------------- */

static bool order_mistake(struct nd_planner *p)
{
	return nd_refuse(p->problem, ND_INVALID,
			 "Group by currently only support groups of columns following their "
			 "declared order in the PRIMARY KEY");
}

/* The columns inside a function's arguments. */
static bool collect_columns(struct nd_planner *p, const struct nd_table *t, const struct nd_expr *e,
			    const struct nd_column **first, char *names, size_t size)
{
	for (uint32_t i = 0; i < e->count; i++) {
		const struct nd_expr *item = e->items[i];
		const struct nd_column *c;
		size_t len = strlen(names);

		if (!item)
			continue;
		if (item->kind != ND_EXPR_COLUMN) {
			if (!collect_columns(p, t, item, first, names, size))
				return false;
			continue;
		}
		c = nd_table_find_column(t, item->name, p->problem);
		if (!c)
			return false;
		if (*first && len + strlen(c->name) + 2 < size) {
			strcat(names, ",");
			strcat(names, c->name);
		} else if (!*first && strlen(c->name) < size) {
			strcpy(names, c->name);
		}
		*first = *first ? *first : c;
	}
	return true;
}

static bool is_aggregate(const char *name)
{
	static const char *const names[] = { "count", "min", "max", "sum", "avg" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* A function is evaluated as a selection of its own: rows with equal answers are one group. */
static bool group_function(struct nd_planner *p, const struct nd_table *t, const struct nd_expr *e,
			   const struct nd_column **column, struct nd_grouping *out)
{
	struct nd_selection one = { (struct nd_expr *)e, NULL, e->text ? e->text : e->name };
	struct nd_select *select = cd_arena_take_zero(p->arena, sizeof *select);
	struct nd_selection *copy = cd_arena_copy(p->arena, &one, sizeof one);
	char names[512] = "";
	cql_metadata ignored;

	*column = NULL;
	if (!select || !copy)
		return nd_no_memory(p->problem);
	if (e->kind == ND_EXPR_CALL && e->name && is_aggregate(e->name))
		return nd_refuse(p->problem, ND_INVALID,
				 "Aggregate functions are not supported within the GROUP BY "
				 "clause, got: system.%s",
				 e->name);
	if (!collect_columns(p, t, e, column, names, sizeof names))
		return false;
	if (!*column)
		return nd_refuse(p->problem, ND_INVALID,
				 "GROUP BY functions must have one clustering column name as "
				 "parameter");
	if (strchr(names, ','))
		return nd_refuse(p->problem, ND_INVALID,
				 "GROUP BY functions accept only one clustering column as "
				 "parameter, got: %s",
				 names);
	if ((*column)->kind != ND_CLUSTERING)
		return nd_refuse(p->problem, ND_INVALID,
				 "Group by functions are only supported on clustering columns, "
				 "got %s",
				 (*column)->name);
	select->selections = copy;
	select->selection_count = 1;
	out->function = nd_selectors_new(p, t, select, &ignored);
	return out->function != NULL;
}

static bool group_column(struct nd_planner *p, const struct nd_table *t, const struct nd_expr *e,
			 const struct nd_column **column, struct nd_grouping *out)
{
	if (e->kind != ND_EXPR_COLUMN)
		return group_function(p, t, e, column, out);
	*column = nd_table_find_column(t, e->name, p->problem);
	if (!*column)
		return false;
	if ((*column)->kind != ND_PARTITION_KEY && (*column)->kind != ND_CLUSTERING)
		return nd_refuse(p->problem, ND_INVALID,
				 "Group by is currently only supported on the columns of the "
				 "PRIMARY KEY, got %s",
				 (*column)->name);
	if (out->function)
		return nd_refuse(p->problem, ND_INVALID,
				 "Functions are only supported on the last element of the GROUP BY "
				 "clause");
	return true;
}

bool nd_grouping_new(struct nd_planner *p, const struct nd_table *t, const struct nd_select *s,
		     const struct nd_where *w, struct nd_grouping *out)
{
	uint32_t keys = t->partition_key_count, all = keys + t->clustering_count, at = 0;

	*out = (struct nd_grouping){ .is_set = s->group_count > 0 };
	for (uint32_t i = 0; i < s->group_count; i++) {
		const struct nd_column *c;

		if (!group_column(p, t, s->group_by[i], &c, out))
			return false;
		for (;; at++) {
			if (at == all)
				return order_mistake(p);
			if (t->columns[at] == c)
				break;
			if (!nd_where_is_equal(w, t->columns[at]))
				return order_mistake(p);
		}
		at++;
	}
	if (s->group_count && at < keys)
		return nd_refuse(p->problem, ND_INVALID,
				 "Group by is not supported on only a part of the partition key");
	if (at > keys && s->distinct)
		return nd_refuse(p->problem, ND_INVALID,
				 "Grouping on clustering columns is not allowed for SELECT "
				 "DISTINCT queries");
	out->prefix = at > keys ? at - keys - (out->function ? 1 : 0) : 0;
	return true;
}

/* ---- running ------------------------------------------------------------------------------------ */

static bool same_blob(cql_blob a, cql_blob b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The static row alone is a group of its own: its partition's only one. */
static cql_blob row_value(const struct nd_row_view *view, uint32_t i)
{
	return view->row ? view->row->clustering.values[i] : (cql_blob){ NULL, 0 };
}

/* The function's value for this row into group_now. It is replicas that fail over it. */
static bool evaluate(struct nd_select_run *r, const struct nd_row_view *view)
{
	cd_buffer_clear(&r->group_now);
	if (!nd_selection_add(r->group_run, view, &r->group_now)) {
		if (r->x->problem.error.code != ND_INVALID)
			return false;
		nd_problem_init(&r->x->problem, r->x->arena);
		return nd_replica_read_failed(r->x);
	}
	return !r->group_now.failed || nd_no_memory(&r->x->problem);
}

static bool same_group(const struct nd_select_run *r, const struct nd_row_view *view)
{
	const struct nd_grouping *g = &r->plan->grouping;

	if (!same_blob(r->group_key, r->key))
		return false;
	for (uint32_t i = 0; i < g->prefix; i++)
		if (!same_blob(r->group_clustering[i], row_value(view, i)))
			return false;
	return !g->function || same_blob((cql_blob){ r->group_now.data, r->group_now.len },
					 (cql_blob){ r->group_then.data, r->group_then.len });
}

bool nd_grouping_next(struct nd_select_run *r, const struct nd_row_view *view, bool *other)
{
	const struct nd_grouping *g = &r->plan->grouping;
	struct cd_buffer swap;

	*other = false;
	if (!g->is_set)
		return true;
	if (g->function && !evaluate(r, view))
		return false;
	*other = r->group_open && !same_group(r, view);
	if (r->group_open && !*other)
		return true;
	r->group_key = r->key;
	for (uint32_t i = 0; i < g->prefix; i++)
		r->group_clustering[i] = row_value(view, i);
	swap = r->group_then;
	r->group_then = r->group_now;
	r->group_now = swap;
	return true;
}
