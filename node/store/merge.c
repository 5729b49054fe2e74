/* SPDX-License-Identifier: MIT */
/* Mutations: prepared beside what is stored, then put in its place without any allocation, so that
 * they are applied as a whole or not at all. */
#include "node/store/merge.h"

#include <string.h>

#include "base/alloc.h"

/* ---- which version wins (Cassandra's Cells.reconcile) ------------------------------------------ */

static int compare_values(cql_blob a, cql_blob b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* At the same time: what ends wins over what does not, a tombstone over what is going to expire,
 * the later end over the earlier, the greater bytes over the smaller. */
bool nd_version_wins_tie(const struct nd_version *v, const struct nd_version *old)
{
	bool is_tombstone = v->kind == ND_STORED_TOMBSTONE;
	bool was_tombstone = old->kind == ND_STORED_TOMBSTONE;

	if (v->kind == ND_STORED_COUNT || old->kind == ND_STORED_COUNT)
		return is_tombstone || !was_tombstone; /* a deleted counter stays deleted */
	if ((is_tombstone || v->ttl) != (was_tombstone || old->ttl))
		return is_tombstone || v->ttl;
	if (is_tombstone != was_tombstone)
		return is_tombstone;
	if (v->local != old->local)
		return v->local > old->local;
	return compare_values(v->value, old->value) > 0;
}

bool nd_change_wins(const struct nd_change *change, const struct nd_change *over)
{
	const struct nd_version v = nd_version_from(change, 0), old = nd_version_from(over, 0);

	return nd_version_wins(&v, &old);
}

/* ---- preparing --------------------------------------------------------------------------------- */

/* Begins a row with room for what this change, and those that follow in the same row, can add. */
static bool make_pending(const coodie_allocator *a, struct nd_stored_row *row,
			 const struct nd_change *change)
{
	uint32_t cells = 0, bytes = 0;

	for (const struct nd_change *c = change; c && nd_change_is_of_same_row(c, change);
	     c = c->next) {
		bool is_count = c->kind == ND_CHANGE_COUNT;
		if (c->kind == ND_CHANGE_ROW || c->kind == ND_CHANGE_DELETE_ROW)
			continue;
		cells++;
		bytes += nd_cell_inside(c->path.len, is_count ? sizeof c->delta : c->value.len);
	}
	return nd_row_begin(a, row, cells, bytes);
}

/* A mutation on its way into its partition. */
struct preparing {
	struct nd_partition *partition;
	int64_t now_seconds;
	struct nd_stored_row *row;   /* the one that was prepared last; NULL: none */
	const struct nd_change *its; /* a change of it */
};

/* A row that was to be changed where it is gets more than that: so it is made beside it after all. */
static bool make_beside(struct preparing *at, struct nd_stored_row *row)
{
	struct nd_store *s = at->partition->store;
	const struct nd_change *first = row->rewrites;

	row->link.is_marked = false;
	row->rewrites = NULL;
	if (!make_pending(s->allocator, row, first))
		return false;
	for (const struct nd_change *c = first; c && nd_change_is_of_same_row(c, first);
	     c = c->next)
		if (!nd_row_change(s, row, c, at->now_seconds))
			return false;
	return true;
}

static bool begin_row(struct preparing *at, const struct nd_change *change)
{
	struct nd_stored_row *row = nd_partition_touch(at->partition, change);

	at->its = change;
	at->row = row;
	if (!row)
		return false;
	if (row->link.is_marked)
		return make_beside(at, row);
	if (row->pending)
		return true;
	if (!row->contents || !nd_row_takes(row, change))
		return make_pending(at->partition->store->allocator, row, change);
	row->link.is_marked = true;
	row->rewrites = change;
	return true;
}

/* Whether the change is one of those that are done where the row is, when all is prepared. */
static inline bool is_for_later(const struct preparing *at, const struct nd_change *change)
{
	return at->row && at->row->link.is_marked && nd_change_is_of_same_row(at->its, change);
}

static bool prepare_row(struct preparing *at, const struct nd_change *change)
{
	if (change->is_static &&
	    (change->kind == ND_CHANGE_ROW || change->kind == ND_CHANGE_DELETE_ROW))
		return true; /* it has neither marker nor deletion */
	if (!(at->row && nd_change_is_of_same_row(at->its, change)) && !begin_row(at, change))
		return false;
	return at->row->link.is_marked ||
	       nd_row_change(at->partition->store, at->row, change, at->now_seconds);
}

static bool prepare_range(struct preparing *at, const struct nd_change *change)
{
	struct nd_partition *p = at->partition;
	const coodie_allocator *a = p->store->allocator;
	struct nd_range range = {
		.from = nd_place_from(p->store->table, change->from),
		.to = nd_place_to(p->store->table, change->to),
		.deletion_us = change->timestamp_us,
		.deleted_at = at->now_seconds,
	};
	struct nd_ranges *ranges = NULL;

	if (nd_place_compare(&range.from, &range.to) >= 0)
		return true; /* nothing between them */
	if (!nd_ranges_add(a, p->pending_ranges ? p->pending_ranges : p->ranges, &range, &ranges))
		return false;
	cd_release(a, p->pending_ranges);
	p->pending_ranges = ranges;
	return true;
}

static bool prepare_nothing(struct preparing *at, const struct nd_change *change)
{
	(void)at;
	(void)change;
	return true;
}

typedef bool prepare_fn(struct preparing *at, const struct nd_change *change);

static prepare_fn *const prepares[] = {
	[ND_CHANGE_ROW] = prepare_row,
	[ND_CHANGE_CELL] = prepare_row,
	[ND_CHANGE_ERASE] = prepare_row,
	[ND_CHANGE_ERASE_ALL] = prepare_row,
	[ND_CHANGE_COUNT] = prepare_row,
	[ND_CHANGE_DELETE_ROW] = prepare_row,
	[ND_CHANGE_DELETE_RANGE] = prepare_range,
	[ND_CHANGE_DELETE_PARTITION] = prepare_nothing,
};

static bool prepare(struct nd_mutation *m, int64_t now_seconds, struct nd_partition **touched)
{
	struct nd_store *s = m->table->store;
	struct preparing at = { .now_seconds = now_seconds };
	struct nd_partition *p;

	m->takes_rows = false;
	if (!m->first)
		return true;
	p = nd_store_rank(s) ? nd_store_touch(s, m->key, m->token) : NULL;
	if (!p)
		return false;
	if (!p->is_touched) {
		p->is_touched = true;
		p->next_touched = *touched;
		*touched = p;
	}
	at.partition = p;
	for (const struct nd_change *c = m->first; c; c = c->next) {
		s->ages |= c->ttl || (c->kind != ND_CHANGE_CELL && c->kind != ND_CHANGE_ROW);
		m->takes_rows |= c->kind == ND_CHANGE_DELETE_RANGE ||
				 c->kind == ND_CHANGE_DELETE_PARTITION;
		if (!is_for_later(&at, c) && !prepares[c->kind](&at, c))
			return false;
	}
	return true;
}

/* ---- putting in place -------------------------------------------------------------------------- */

/* What of the mutation covers more than a row, before the rows are held against it. */
static void commit_deletions(const struct nd_mutation *m, int64_t now_seconds)
{
	for (const struct nd_change *c = m->first; c; c = c->next) {
		struct nd_partition *p;
		if (c->kind != ND_CHANGE_DELETE_PARTITION)
			continue;
		p = nd_store_partition(m->table->store, m->key);
		if (c->timestamp_us > p->deletion_us) {
			p->deletion_us = c->timestamp_us;
			p->deleted_at = now_seconds;
		}
	}
}

static void commit_partition(struct nd_partition *p, int64_t now_seconds)
{
	const coodie_allocator *a = p->store->allocator;
	bool odd = nd_store_is_odd(p->store, now_seconds);

	if (odd)
		p->swept_at = 0;

	if (p->pending_ranges) {
		cd_release(a, p->ranges);
		p->ranges = p->pending_ranges;
		p->pending_ranges = NULL;
	}
	while (p->touched) {
		struct nd_stored_row *row = p->touched;
		p->touched = row->next_touched;
		if (row->link.is_marked)
			nd_row_rewrite(row, now_seconds);
		else
			nd_row_commit(a, row);
		if (odd)
			row->contents->swept_at = 0;
		nd_row_shadow(a, row, nd_partition_cover(p, row));
		if (nd_row_is_empty(row))
			nd_partition_remove_row(p, row);
	}
}

/* Takes away what the mutation's deletions shadow. */
static void commit_shadows(const struct nd_mutation *m)
{
	static const struct nd_bound all = { .inclusive = true };

	for (const struct nd_change *c = m->first; c; c = c->next) {
		bool is_whole = c->kind == ND_CHANGE_DELETE_PARTITION;
		struct nd_partition *p;
		if (!is_whole && c->kind != ND_CHANGE_DELETE_RANGE)
			continue;
		p = nd_store_partition(m->table->store, m->key);
		nd_partition_shadow(p, is_whole ? all : c->from, is_whole ? all : c->to,
				    c->timestamp_us);
		if (!is_whole)
			continue;
		nd_ranges_purge(p->ranges, c->timestamp_us, INT64_MIN);
		if (p->statics)
			nd_row_shadow(p->store->allocator, p->statics, c->timestamp_us);
		if (p->statics && nd_row_is_empty(p->statics))
			nd_partition_remove_row(p, p->statics);
	}
}

static void abandon_partition(struct nd_partition *p)
{
	const coodie_allocator *a = p->store->allocator;

	cd_release(a, p->pending_ranges);
	p->pending_ranges = NULL;
	while (p->touched) {
		struct nd_stored_row *row = p->touched;
		p->touched = row->next_touched;
		nd_row_abandon(a, row);
		if (!row->contents)
			nd_partition_remove_row(p, row);
	}
}

bool nd_store_apply(struct nd_mutation *mutations, int64_t now_seconds)
{
	struct nd_partition *touched = NULL, *next;
	bool ok = true;

	for (struct nd_mutation *m = mutations; m && ok; m = m->next)
		ok = prepare(m, now_seconds, &touched);
	for (struct nd_mutation *m = mutations; m && ok; m = m->next)
		if (m->takes_rows)
			commit_deletions(m, now_seconds);
	for (struct nd_partition *p = touched; p; p = p->next_touched)
		if (ok)
			commit_partition(p, now_seconds);
		else
			abandon_partition(p);
	for (struct nd_mutation *m = mutations; m && ok; m = m->next)
		if (m->takes_rows)
			commit_shadows(m);
	for (struct nd_partition *p = touched; p; p = next) {
		next = p->next_touched;
		p->is_touched = false;
		if (nd_partition_is_empty(p))
			nd_store_remove_partition(p->store, p);
	}
	return ok;
}
