/* SPDX-License-Identifier: MIT */
/* INSERT looked up; INSERT JSON is in insert_json.c. */
#include "node/plan/insert.h"

#include <string.h>

#include "node/function/term_parts.h"

/* ---- what is checked before columns are looked up ----------------------------------------------- */

static bool has_duplicates(const struct nd_insert *insert)
{
	for (uint32_t i = 1; i < insert->column_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (!strcmp(insert->columns[i], insert->columns[k]))
				return true;
	return false;
}

static bool check_form(struct nd_planner *p, const struct nd_table *t,
		       const struct nd_insert *insert)
{
	const char *text = NULL;

	if (t->is_counter)
		text = "INSERT statements are not allowed on counter tables, use UPDATE instead";
	else if (insert->json)
		return true;
	else if (!insert->column_count)
		text = "No columns provided to INSERT";
	else if (insert->column_count != insert->value_count)
		text = "Unmatched column names/values";
	else if (has_duplicates(insert))
		text = "The column names contains duplicates";
	return !text || nd_refuse(p->problem, ND_INVALID, "%s", text);
}

/* ---- columns ----------------------------------------------------------------------------------- */

static bool is_key(const struct nd_column *c)
{
	return c->kind == ND_PARTITION_KEY || c->kind == ND_CLUSTERING;
}

static uint32_t key_place(const struct nd_table *t, const struct nd_column *c)
{
	return c->kind == ND_CLUSTERING ? (uint32_t)t->partition_key_count + c->position
					: c->position;
}

static bool new_operation(struct nd_planner *p, struct nd_write *w, const struct nd_column *c,
			  struct nd_expr *value)
{
	const struct nd_assign assign = { .kind = ND_ASSIGN_SET,
					  .column = c->name,
					  .value = value };
	struct nd_operation o;

	if (!nd_operation_new(p, w->plan.table, c, &assign, false, &o))
		return false;
	nd_write_add(w, &o);
	return true;
}

/* Values of ordinary columns are looked up before those of the key, as Cassandra does. */
static bool new_values(struct nd_planner *p, struct nd_write *w, const struct nd_insert *insert)
{
	const struct nd_table *t = w->plan.table;

	for (uint32_t i = 0; i < insert->column_count; i++) {
		const struct nd_column *c = nd_table_find_column(t, insert->columns[i], p->problem);

		if (!c || (!is_key(c) && !new_operation(p, w, c, insert->values[i])))
			return false;
		w->has_clustering |= c->kind == ND_CLUSTERING;
	}
	for (uint32_t i = 0; i < insert->column_count; i++) {
		const struct nd_column *c = nd_table_column(t, insert->columns[i]);

		if (is_key(c) &&
		    !(w->key[key_place(t, c)] = nd_term_of_column(p, t, c, insert->values[i])))
			return false;
	}
	return true;
}

/* ---- the key ----------------------------------------------------------------------------------- */

/* The columns of a part of the key that have no value, as "a, b"; NULL: none, or out of memory. */
static const char *missing(struct nd_planner *p, const struct nd_write *w, uint32_t first,
			   uint32_t count)
{
	const char *list = NULL;

	for (uint32_t i = first; i < first + count; i++) {
		const char *name = w->plan.table->columns[i]->name;

		if (!w->key[i])
			list = list ? nd_text(p->problem, p->arena, "%s, %s", list, name) : name;
		if (p->problem->happened)
			return NULL;
	}
	return list;
}

static bool check_key(struct nd_planner *p, const struct nd_write *w)
{
	const struct nd_table *t = w->plan.table;
	const char *list = missing(p, w, 0, t->partition_key_count);

	if (list)
		return nd_refuse(p->problem, ND_INVALID, "Some partition key parts are missing: %s",
				 list);
	if (w->has_clustering || !nd_write_is_static_only(w))
		list = missing(p, w, t->partition_key_count, t->clustering_count);
	if (list)
		return nd_refuse(p->problem, ND_INVALID, "Some clustering keys are missing: %s",
				 list);
	return !p->problem->happened;
}

bool nd_insert_key(struct nd_planner *p, struct nd_write *w)
{
	const struct nd_table *t = w->plan.table;

	if (!check_key(p, w))
		return false;
	for (uint32_t i = 0; i < t->partition_key_count; i++)
		if (nd_term_marker(w->key[i]) >= 0)
			p->key_markers[i] = nd_term_marker(w->key[i]);
	w->touches_rows = !t->clustering_count || w->has_clustering;
	return true;
}

struct nd_plan *nd_plan_insert(struct nd_planner *p, const struct nd_statement *s)
{
	const struct nd_insert *insert = &s->as.insert;
	struct nd_write *w = nd_write_new(p, s, &insert->using, insert->if_not_exists, false, NULL);
	const struct nd_table *t = w ? w->plan.table : NULL;

	if (!w || !check_form(p, t, insert))
		return NULL;
	if (insert->json)
		return nd_insert_json(p, w, insert) ? nd_write_finish(p, w) : NULL;
	w->key = cd_arena_take_array(p->arena, (size_t)t->partition_key_count + t->clustering_count,
				     sizeof(struct nd_term *));
	if (!w->key) {
		nd_no_memory(p->problem);
		return NULL;
	}
	if (!nd_write_reserve(p, w, insert->column_count) || !new_values(p, w, insert) ||
	    !nd_insert_key(p, w))
		return NULL;
	return nd_write_finish(p, w);
}
