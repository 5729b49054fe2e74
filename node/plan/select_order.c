/* SPDX-License-Identifier: MIT */
/* ORDER BY: backwards reading, and rows of several partitions put in order. */
#include <string.h>

#include "base/alloc.h"
#include "node/plan/select_plan.h"

/* ---- making ------------------------------------------------------------------------------------- */

static bool near_ordering(struct nd_planner *p, const struct nd_table *t, const struct nd_select *s,
			  const struct nd_order *order, struct nd_ordering *out)
{
	struct nd_receiver receiver = { t->keyspace->name, t->name, out->columns[0]->name,
					out->columns[0]->type };

	if (s->order_count > 1)
		return nd_refuse(p->problem, ND_INVALID,
				 "ANN ordering does not support any other ordering");
	if (order->descending)
		return nd_refuse(p->problem, ND_INVALID,
				 "Descending ANN ordering is not supported");
	out->near = out->columns[0];
	out->near_to = nd_term_new(p, order->ann_of, &receiver);
	return out->near_to != NULL;
}

bool nd_ordering_new(struct nd_planner *p, struct nd_table *t, const struct nd_select *s,
		     struct nd_ordering *out)
{
	uint32_t near = 0;

	*out = (struct nd_ordering){ .count = s->order_count };
	out->columns = cd_arena_take_array(p->arena, s->order_count + 1u, sizeof(void *));
	out->descending = cd_arena_take_array(p->arena, s->order_count + 1u, sizeof(bool));
	if (!out->columns || !out->descending)
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i < s->order_count; i++) {
		out->descending[i] = s->order_by[i].descending;
		out->columns[i] = nd_table_find_column(t, s->order_by[i].column, p->problem);
		if (!out->columns[i])
			return false;
		near += s->order_by[i].ann_of != NULL;
	}
	if (near > 1)
		return nd_refuse(p->problem, ND_INVALID,
				 "Cannot specify more than one ANN ordering");
	for (uint32_t i = 0; near && i < s->order_count; i++)
		if (s->order_by[i].ann_of)
			return near_ordering(p, t, s, &s->order_by[i], out);
	return true;
}

static bool skip_equal(struct nd_planner *p, const struct nd_table *t, const struct nd_where *w,
		       uint32_t *at, uint32_t position)
{
	for (; *at != position; ++*at)
		if (*at >= t->clustering_count ||
		    !nd_where_is_equal(w, t->columns[t->partition_key_count + *at]))
			return nd_refuse(p->problem, ND_INVALID,
					 "Order by currently only supports the ordering of columns "
					 "following their declared order in the PRIMARY KEY");
	++*at;
	return true;
}

/* Of a column that is there twice the place of the first and the direction of the last counts. */
static void drop_doubles(struct nd_ordering *o)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < o->count; i++) {
		uint32_t at = 0;

		while (at < kept && o->columns[at] != o->columns[i])
			at++;
		o->columns[at] = o->columns[i];
		o->descending[at] = o->descending[i];
		kept += at == kept;
	}
	o->count = kept;
}

bool nd_ordering_check(struct nd_planner *p, const struct nd_table *t, const struct nd_where *w,
		       struct nd_ordering *o)
{
	uint32_t at = 0;

	if (!o->count || o->near)
		return true;
	if (nd_where_uses_index(w))
		return nd_refuse(p->problem, ND_INVALID,
				 "ORDER BY with 2ndary indexes is not supported, except for ANN "
				 "queries.");
	if (nd_where_is_key_range(w))
		return nd_refuse(p->problem, ND_INVALID,
				 "ORDER BY is only supported when the partition key is restricted "
				 "by an EQ or an IN.");
	drop_doubles(o);
	for (uint32_t i = 0; i < o->count; i++) {
		const struct nd_column *c = o->columns[i];

		if (c->kind != ND_CLUSTERING)
			return nd_refuse(p->problem, ND_INVALID,
					 "Order by is currently only supported on the clustered "
					 "columns of the PRIMARY KEY, got %s",
					 c->name);
		if (!skip_equal(p, t, w, &at, c->position))
			return false;
	}
	for (uint32_t i = 0; i < o->count; i++) {
		bool reversed = o->descending[i] != o->columns[i]->descending;

		if (i && reversed != o->reversed)
			return nd_refuse(p->problem, ND_INVALID, "Unsupported order by relation");
		o->reversed = reversed;
	}
	o->sorts = nd_where_has_key_in(w);
	return true;
}

/* ---- running ------------------------------------------------------------------------------------ */

static bool make_room(struct nd_select_run *r)
{
	uint32_t room = r->waiting_room ? r->waiting_room * 2 : 64;
	struct nd_waiting_row *at;

	if (r->row_count < r->waiting_room)
		return true;
	if (room < r->waiting_room || room > UINT32_MAX / sizeof *at)
		return nd_no_memory(&r->x->problem);
	at = cd_resize(r->x->db->allocator, r->waiting, room * sizeof *at);
	if (!at)
		return nd_no_memory(&r->x->problem);
	r->waiting = at;
	r->waiting_room = room;
	return true;
}

static bool copy_key(struct nd_select_run *r, const struct nd_row_view *view)
{
	const struct nd_ordering *o = &r->plan->ordering;
	cql_blob *key = cd_arena_take_array(r->x->arena, o->count + 1u, sizeof *key);

	if (!key)
		return nd_no_memory(&r->x->problem);
	for (uint32_t i = 0; view->row && i < o->count; i++)
		key[i] = view->row->clustering.values[o->columns[i]->position];
	r->order_key = key;
	return true;
}

bool nd_ordering_note(struct nd_select_run *r, const struct nd_row_view *view, bool *keep)
{
	struct nd_value vector;

	*keep = true;
	if (!r->plan->ordering.near)
		return copy_key(r, view);
	if (!nd_row_value(view, r->plan->ordering.near, r->arena, &vector, &r->x->problem))
		return false;
	*keep = vector.presence == ND_VALUE; /* otherwise it is not in the index */
	return !*keep || nd_near_score(r, vector, &r->order_score);
}

bool nd_ordering_keep(struct nd_select_run *r, size_t from)
{
	if (!make_room(r))
		return false;
	r->waiting[r->row_count] = (struct nd_waiting_row){ .from = from,
							    .len = r->rows.len - from,
							    .key = r->order_key,
							    .score = r->order_score,
							    .number = r->row_count };
	return true;
}

/* < 0: `a` comes first. A static row alone has no key: it comes first, or last when rows are read
 * backwards, whatever the direction of the column. */
static int compare_waiting(const struct nd_ordering *o, const struct nd_waiting_row *a,
			   const struct nd_waiting_row *b)
{
	if (o->near && a->score != b->score)
		return a->score > b->score ? -1 : 1;
	for (uint32_t i = 0; !o->near && i < o->count; i++) {
		const struct nd_column *c = o->columns[i];
		bool down = c->descending != o->reversed;
		int order;

		if (!a->key[i].data || !b->key[i].data) {
			order = (a->key[i].data != NULL) - (b->key[i].data != NULL);
			down = o->reversed;
		} else {
			order = nd_compare(c->type, a->key[i], b->key[i]);
		}
		if (order)
			return down ? -order : order;
	}
	return a->number < b->number ? -1 : 1;
}

static void sift_down(const struct nd_ordering *o, struct nd_waiting_row *at, size_t i,
		      size_t count)
{
	for (size_t child; (child = 2 * i + 1) < count; i = child) {
		struct nd_waiting_row swap;

		if (child + 1 < count && compare_waiting(o, &at[child], &at[child + 1]) < 0)
			child++;
		if (compare_waiting(o, &at[i], &at[child]) >= 0)
			return;
		swap = at[i];
		at[i] = at[child];
		at[child] = swap;
	}
}

/* A heap sort: no two rows are equal, as their numbers differ. */
static void sort_waiting(const struct nd_ordering *o, struct nd_waiting_row *at, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(o, at, i, count);
	for (size_t end = count; end-- > 1;) {
		struct nd_waiting_row swap = at[0];

		at[0] = at[end];
		at[end] = swap;
		sift_down(o, at, 0, end);
	}
}

bool nd_ordering_finish(struct nd_select_run *r, uint32_t limit)
{
	uint32_t count = r->row_count < limit ? r->row_count : limit;
	size_t size = 0;
	uint8_t *data, *at;

	sort_waiting(&r->plan->ordering, r->waiting, r->row_count);
	for (uint32_t i = 0; i < count; i++)
		size += r->waiting[i].len;
	data = at = cd_arena_take(r->x->arena, size + 1);
	if (!data)
		return nd_no_memory(&r->x->problem);
	for (uint32_t i = 0; i < count; i++) {
		memcpy(at, r->rows.data + r->waiting[i].from, r->waiting[i].len);
		at += r->waiting[i].len;
	}
	memcpy(r->rows.data, data, size);
	r->rows.len = size;
	r->row_count = count;
	return true;
}
