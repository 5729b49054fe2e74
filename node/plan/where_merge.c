/* SPDX-License-Identifier: MIT */
/* Several relations on the same columns: which may stand together, and as what. */
#include <string.h>

#include "node/function/term_parts.h"
#include "node/plan/where_plan.h"

static bool can_be_tuple(const struct nd_restriction *r)
{
	return r->kind != ND_WHERE_CONTAINS;
}

/* "a ,b": as Cassandra joins them. */
static const char *common_names(struct nd_planner *p, const struct nd_restriction *a,
				const struct nd_restriction *b)
{
	const char *out = NULL;

	for (uint32_t i = 0; i < a->count; i++)
		for (uint32_t k = 0; k < b->count; k++)
			if (a->columns[i] == b->columns[k])
				out = out ? nd_text(p->problem, p->problem->arena, "%s ,%s", out,
						    a->columns[i]->name)
					  : a->columns[i]->name;
	return out ? out : "";
}

static bool merge_slices(struct nd_planner *p, struct nd_restriction *old,
			 struct nd_restriction *fresh, const char *names)
{
	const struct nd_column *a = old->columns[0], *b = fresh->columns[0];
	static const char *const which[] = { "start", "end" };

	if (fresh->kind != ND_WHERE_SLICE)
		return nd_refuse(p->problem, ND_INVALID,
				 "Column \"%s\" cannot be restricted by both an equality and an "
				 "inequality relation",
				 names);
	if (a != b)
		return nd_refuse(p->problem, ND_INVALID,
				 "Column \"%s\" cannot be restricted by two inequalities not "
				 "starting with the same column",
				 a->position > b->position ? a->name : b->name);
	for (int i = ND_WHERE_START; i <= ND_WHERE_END; i++)
		if (old->ends[i].is_set && fresh->ends[i].is_set)
			return nd_refuse(p->problem, ND_INVALID,
					 "More than one restriction was found for the %s bound "
					 "on %s",
					 which[i], names);
	for (int i = ND_WHERE_START; i <= ND_WHERE_END; i++)
		if (!fresh->ends[i].is_set)
			fresh->ends[i] = old->ends[i];
	if (old->count > fresh->count) {
		fresh->count = old->count;
		fresh->columns = old->columns;
		fresh->tuple = old->tuple;
	}
	fresh->is_multi |= old->is_multi;
	return true;
}

static bool merge_contains(struct nd_planner *p, const struct nd_restriction *old,
			   struct nd_restriction *fresh)
{
	uint32_t count = old->item_count + fresh->item_count;
	struct nd_where_item *items;

	if (fresh->kind != ND_WHERE_CONTAINS)
		return nd_refuse(p->problem, ND_INVALID,
				 "Collection column %s can only be restricted by CONTAINS, "
				 "CONTAINS KEY, or map-entry equality",
				 old->columns[0]->name);
	items = cd_arena_take_array(p->arena, count, sizeof *items);
	if (!items)
		return nd_no_memory(p->problem);
	memcpy(items, old->items, old->item_count * sizeof *items);
	memcpy(items + old->item_count, fresh->items, fresh->item_count * sizeof *items);
	fresh->items = items;
	fresh->item_count = count;
	return true;
}

/* Makes `fresh` what both say. */
static bool merge(struct nd_planner *p, struct nd_restriction *old, struct nd_restriction *fresh)
{
	bool tuples = (old->is_multi || fresh->is_multi) && can_be_tuple(old) &&
		      can_be_tuple(fresh);
	const char *names = tuples ? common_names(p, old, fresh) : old->columns[0]->name;

	if (old->kind == ND_WHERE_SLICE)
		return merge_slices(p, old, fresh, names);
	if (old->kind == ND_WHERE_CONTAINS)
		return merge_contains(p, old, fresh);
	return nd_refuse(p->problem, ND_INVALID,
			 "%s cannot be restricted by more than one relation if it includes %s",
			 names,
			 old->kind == ND_WHERE_EQ   ? "an Equal"
			 : old->kind == ND_WHERE_IN ? "a IN"
						    : "a LIKE");
}

/* ---- clustering columns: what may follow what --------------------------------------------------- */

static const struct nd_restriction *last_row(const struct nd_where *w)
{
	for (uint32_t i = w->table->clustering_count; i-- > 0;)
		if (w->rows[i])
			return w->rows[i];
	return NULL;
}

/* `last` and the slots are as they were before `r` was put there. */
static bool check_order(struct nd_planner *p, const struct nd_where *w,
			const struct nd_restriction *last, const struct nd_restriction *r)
{
	const struct nd_column *from = r->columns[0], *next = NULL;

	if (!last || w->options.allow_filtering ||
	    (w->options.use == ND_WHERE_SELECT && nd_where_is_indexed(w->table, r)))
		return true;
	if (last->kind == ND_WHERE_SLICE && from->position > last->columns[0]->position)
		return nd_refuse(p->problem, ND_INVALID,
				 "Clustering column \"%s\" cannot be restricted (preceding column "
				 "\"%s\" is restricted by a non-EQ relation)",
				 from->name, last->columns[0]->name);
	if (r->kind != ND_WHERE_SLICE || from->position >= last->columns[0]->position)
		return true;
	for (uint32_t i = from->position + 1u; i < w->table->clustering_count && !next; i++)
		if (w->rows[i])
			next = w->table->columns[w->table->partition_key_count + i];
	return nd_refuse(p->problem, ND_INVALID,
			 "PRIMARY KEY column \"%s\" cannot be restricted (preceding column \"%s\" "
			 "is restricted by a non-EQ relation)",
			 next ? next->name : "", from->name);
}

static bool add_row(struct nd_planner *p, struct nd_where *w, struct nd_restriction *r)
{
	const struct nd_restriction *last = last_row(w);
	const struct nd_restriction *seen = NULL;
	uint32_t first = r->columns[0]->position, count = r->count;

	for (uint32_t i = 0; i < count; i++) {
		struct nd_restriction *old = w->rows[first + i];

		if (old && old != seen && !merge(p, old, r))
			return false;
		seen = old ? old : seen;
	}
	if (!check_order(p, w, last, r))
		return false;
	for (uint32_t i = 0; i < r->count; i++) {
		uint32_t at = r->columns[i]->position;

		w->row_count += w->rows[at] == NULL;
		w->rows[at] = r;
	}
	w->has_row_in |= r->kind == ND_WHERE_IN;
	w->has_row_slice |= r->kind == ND_WHERE_SLICE;
	w->has_row_contains |= r->kind == ND_WHERE_CONTAINS;
	return true;
}

/* ---- the others --------------------------------------------------------------------------------- */

static bool add_key(struct nd_planner *p, struct nd_where *w, struct nd_restriction *r)
{
	struct nd_restriction **at = &w->key[r->columns[0]->position];

	if (*at && !merge(p, *at, r))
		return false;
	w->key_count += *at == NULL;
	*at = r;
	w->has_key_in |= r->kind == ND_WHERE_IN;
	w->has_key_slice |= r->kind == ND_WHERE_SLICE;
	w->has_key_contains |= r->kind == ND_WHERE_CONTAINS;
	return true;
}

static bool add_other(struct nd_planner *p, struct nd_where *w, struct nd_restriction *r)
{
	uint32_t at = 0;

	while (at < w->other_count &&
	       strcmp(w->others[at]->columns[0]->name, r->columns[0]->name) < 0)
		at++;
	w->has_regular |= r->columns[0]->kind == ND_REGULAR;
	if (at < w->other_count && w->others[at]->columns[0] == r->columns[0]) {
		if (!merge(p, w->others[at], r))
			return false;
		w->others[at] = r;
		return true;
	}
	memmove(w->others + at + 1, w->others + at, (w->other_count - at) * sizeof *w->others);
	w->others[at] = r;
	w->other_count++;
	return true;
}

bool nd_where_add(struct nd_planner *p, struct nd_where *w, struct nd_restriction *r)
{
	if (r->columns[0]->kind == ND_PARTITION_KEY)
		return add_key(p, w, r);
	if (r->columns[0]->kind == ND_CLUSTERING)
		return add_row(p, w, r);
	return add_other(p, w, r);
}
