/* SPDX-License-Identifier: MIT */
/* Views kept up with their bases, and built. */
#include "node/plan/view.h"

#include <string.h>

/* A row of a base that is written to. */
struct nd_view_touched {
	struct nd_table *base;
	cql_blob key;
	struct nd_clustering row;
	struct nd_view_touched *next;
};

/* A row of a view that was made of one of these. */
struct nd_view_left {
	struct nd_table *view;
	cql_blob key;
	struct nd_clustering row;
	struct nd_view_left *next;
};

/* Clients may have a clock of their own (v5 now_in_seconds): what has expired by both clocks is of no
 * use to anybody. */
static int64_t now_of(const struct nd_request *x)
{
	int64_t own = x->now_us / 1000000, theirs = nd_request_now_seconds(x);

	return own < theirs ? own : theirs;
}

/* The i-th table of the base's keyspace, if it is a view of it that is kept up. */
static struct nd_table *view_at(const struct nd_table *base, uint32_t i)
{
	struct nd_table *t = base->keyspace->tables[i];

	return t->view && t->view->base == base && !t->is_stale ? t : NULL;
}

/* ---- before ------------------------------------------------------------------------------------- */

static bool copy_blob(struct nd_request *x, cql_blob from, cql_blob *out)
{
	*out = (cql_blob){ cd_arena_copy(x->arena, from.data, from.len), from.len };
	return out->data || nd_no_memory(&x->problem);
}

/* What lies in a store does not outlive its row. */
static bool copy_row(struct nd_request *x, struct nd_clustering from, struct nd_clustering *out)
{
	cql_blob *values = cd_arena_take_array(x->arena, from.count + 1u, sizeof *values);

	if (!values)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < from.count; i++)
		if (!copy_blob(x, from.values[i], &values[i]))
			return false;
	*out = (struct nd_clustering){ from.count, values };
	return true;
}

static bool note_left(struct nd_view_update *u, struct nd_table *view,
		      const struct nd_view_source *from)
{
	struct nd_view_left *left;
	struct nd_view_place place;
	bool found;

	if (!nd_view_place(view, from, u->x, &place, &found))
		return false;
	if (!found)
		return true;
	left = cd_arena_take(u->x->arena, sizeof *left);
	if (!left)
		return nd_no_memory(&u->x->problem);
	*left = (struct nd_view_left){ .view = view, .next = u->left };
	u->left = left;
	return copy_blob(u->x, place.key, &left->key) && copy_row(u->x, place.row, &left->row);
}

static bool note_all_left(struct nd_view_update *u, const struct nd_view_touched *t,
			  const struct nd_row *row)
{
	struct nd_view_source from = { t->base, NULL, row };

	if (!(from.key = nd_view_key(u->x, t->base, t->key, row->clustering)))
		return false;
	for (uint32_t i = 0; i < t->base->keyspace->table_count; i++) {
		struct nd_table *view = view_at(t->base, i);
		if (view && !note_left(u, view, &from))
			return false;
	}
	return true;
}

static struct nd_view_touched *touch(struct nd_view_update *u, const struct nd_mutation *m,
				     struct nd_clustering row)
{
	struct nd_view_touched *t = cd_arena_take(u->x->arena, sizeof *t);

	if (!t) {
		nd_no_memory(&u->x->problem);
		return NULL;
	}
	*t = (struct nd_view_touched){ m->table, m->key, row, NULL };
	*u->last = t;
	u->last = &t->next;
	return t;
}

static bool note_row(struct nd_view_update *u, const struct nd_mutation *m,
		     const struct nd_partition *p, const struct nd_change *c)
{
	const struct nd_view_touched *t = touch(u, m, c->row);
	bool no_memory = false;
	struct nd_row row;

	if (!t)
		return false;
	if (!p || !nd_partition_row(p, c->row, now_of(u->x), u->x->arena, &row, &no_memory))
		return !no_memory || nd_no_memory(&u->x->problem);
	return note_all_left(u, t, &row);
}

/* The rows that a deletion may take. */
static bool note_rows(struct nd_view_update *u, const struct nd_mutation *m,
		      const struct nd_partition *p, const struct nd_change *c)
{
	static const struct nd_bound all = { .inclusive = true };
	bool is_whole = c->kind == ND_CHANGE_DELETE_PARTITION, no_memory = false;
	struct nd_walk walk;
	struct nd_row row;

	nd_walk_init(&walk, p, is_whole ? all : c->from, is_whole ? all : c->to, false,
		     now_of(u->x), u->x->arena);
	while (nd_walk_next(&walk, &row, &no_memory)) {
		struct nd_clustering key;
		const struct nd_view_touched *t;

		if (!copy_row(u->x, row.clustering, &key) || !(t = touch(u, m, key)) ||
		    !note_all_left(u, t, &row))
			return false;
	}
	return !no_memory || nd_no_memory(&u->x->problem);
}

static bool note_mutation(struct nd_view_update *u, const struct nd_mutation *m)
{
	const struct nd_partition *p = nd_store_partition(m->table->store, m->key);
	const struct nd_change *last = NULL; /* of a row: its cells follow each other */

	for (const struct nd_change *c = m->first; c; c = c->next) {
		bool is_many = c->kind == ND_CHANGE_DELETE_RANGE ||
			       c->kind == ND_CHANGE_DELETE_PARTITION;

		if (c->is_static || (last && !is_many && last->row.values == c->row.values))
			continue;
		last = is_many ? NULL : c;
		if (!(is_many ? note_rows : note_row)(u, m, p, c))
			return false;
	}
	return true;
}

bool nd_view_begin(struct nd_view_update *u, struct nd_request *x,
		   const struct nd_mutation *mutations)
{
	*u = (struct nd_view_update){ .x = x };
	u->last = &u->touched;
	for (const struct nd_mutation *m = mutations; m; m = m->next)
		if (m->table->view_count && !note_mutation(u, m))
			return false;
	return true;
}

/* ---- behind ------------------------------------------------------------------------------------- */

/* Rows of views on their way. */
struct making {
	struct nd_request *x;
	struct nd_mutation *first, **last;
};

static bool make_row(struct making *made, struct nd_table *view, const struct nd_view_source *from)
{
	struct nd_view_place place;
	struct nd_mutation *m;
	bool found;

	if (!nd_view_place(view, from, made->x, &place, &found))
		return false;
	if (!found)
		return true;
	/* one that has expired is not among those that were left */
	nd_store_remove_row(view->store, place.key, place.row);
	if (!(m = nd_view_row(view, from, &place, made->x)))
		return false;
	*made->last = m;
	made->last = &m->next;
	return true;
}

static bool make_rows(struct making *made, const struct nd_view_touched *t)
{
	const struct nd_partition *p = nd_store_partition(t->base->store, t->key);
	struct nd_view_source from = { .base = t->base };
	bool no_memory = false;
	struct nd_row row;

	if (!p || !nd_partition_row(p, t->row, now_of(made->x), made->x->arena, &row, &no_memory))
		return !no_memory || nd_no_memory(&made->x->problem);
	from.row = &row;
	if (!(from.key = nd_view_key(made->x, t->base, t->key, row.clustering)))
		return false;
	for (uint32_t i = 0; i < t->base->keyspace->table_count; i++) {
		struct nd_table *view = view_at(t->base, i);
		if (view && !make_row(made, view, &from))
			return false;
	}
	return true;
}

static bool apply(struct making *made)
{
	struct nd_request *x = made->x;

	if (made->first && !nd_store_apply(made->first, nd_request_now_seconds(x)))
		return nd_no_memory(&x->problem);
	for (struct nd_mutation *m = made->first; m; m = m->next)
		nd_store_sweep(m->table->store, x->now_us / 1000000);
	return true;
}

static void forget_views(const struct nd_view_update *u)
{
	for (const struct nd_view_touched *t = u->touched; t; t = t->next)
		for (uint32_t i = 0; i < t->base->keyspace->table_count; i++) {
			struct nd_table *view = view_at(t->base, i);
			if (view)
				view->is_stale = true;
		}
}

static void finish(struct nd_view_update *u)
{
	/* the write is done: nothing that fails now is its fault */
	struct nd_request quiet = *u->x;
	struct making made = { .x = &quiet };
	bool ok = true;

	made.last = &made.first;
	for (const struct nd_view_left *left = u->left; left; left = left->next)
		nd_store_remove_row(left->view->store, left->key, left->row);
	for (const struct nd_view_touched *t = u->touched; t && ok; t = t->next)
		ok = make_rows(&made, t);
	if (!ok || !apply(&made))
		forget_views(u);
}

void nd_view_finish(struct nd_view_update *u)
{
	if (u->left || u->touched)
		finish(u);
}

/* ---- building ------------------------------------------------------------------------------------ */

/* The rows of a partition, in an arena that is emptied behind each partition. */
static bool build_partition(struct nd_table *view, const struct nd_partition *p,
			    struct nd_request *x)
{
	static const struct nd_bound all = { .inclusive = true };
	struct making made = { .x = x };
	bool no_memory = false;
	struct nd_walk walk;
	struct nd_row row;

	made.last = &made.first;
	nd_walk_init(&walk, p, all, all, false, now_of(x), x->arena);
	while (nd_walk_next(&walk, &row, &no_memory)) {
		struct nd_view_source from = { .base = view->view->base, .row = &row };

		from.key = nd_view_key(x, from.base, nd_partition_key(p), row.clustering);
		if (!from.key || !make_row(&made, view, &from))
			return false;
	}
	return no_memory ? nd_no_memory(&x->problem) : apply(&made);
}

bool nd_view_refresh(struct nd_table *view, struct nd_request *x)
{
	struct nd_store *base = view->view->base->store;
	struct nd_request part = *x;
	struct cd_arena arena;
	struct nd_partition *p;
	bool ok = true;

	if (!view->is_stale)
		return true;
	nd_store_truncate(view->store);
	cd_arena_init(&arena, x->db->allocator, 0);
	part.arena = &arena;
	for (p = nd_store_after(base, INT64_MIN, (cql_blob){ NULL, 0 }); p && ok;
	     p = nd_store_after(base, nd_partition_token(p), nd_partition_key(p))) {
		ok = build_partition(view, p, &part);
		cd_arena_reset(&arena);
	}
	cd_arena_deinit(&arena);
	view->is_stale = !ok;
	return ok || nd_no_memory(&x->problem);
}
