/* SPDX-License-Identifier: MIT */
/* How many tombstones a reader goes over: as a reader of Cassandra's does, which finds them on its
 * way, and no more those whose time of grace is over. */
#include "node/store/store_parts.h"

bool nd_store_has_tombstones(const struct nd_store *s)
{
	return s->ages;
}

static int64_t purged_before(const struct nd_partition *p, int64_t now_seconds)
{
	return now_seconds - p->store->table->gc_grace;
}

/* An expired value became a tombstone when it was written. */
static bool is_tombstone(const struct nd_stored_cell *cell, int64_t now_seconds, int64_t purged)
{
	if (cell->kind == ND_STORED_VALUE)
		return !nd_cell_is_alive(cell, now_seconds) && cell->local - cell->ttl >= purged;
	return cell->kind == ND_STORED_TOMBSTONE && cell->local >= purged;
}

/* What makes a row without a live or dead cell a tombstone itself. */
static bool is_deleted(const struct nd_contents *c, int64_t purged)
{
	if (c->deletion_us != ND_NEVER && c->deleted_at >= purged)
		return true;
	if (c->marker_us != ND_NEVER && c->marker_expires >= purged)
		return true;
	for (uint32_t i = 0; i < c->count; i++)
		if (c->cells[i]->kind == ND_STORED_ERASED_ALL && c->cells[i]->local >= purged)
			return true;
	return false;
}

void nd_scan_row(const struct nd_partition *p, const struct nd_stored_row *row, int64_t now_seconds,
		 struct nd_scanned *out)
{
	const struct nd_contents *c = row->contents;
	int64_t purged = purged_before(p, now_seconds);
	bool is_alive = nd_row_has_marker(row, now_seconds);
	uint32_t before = out->tombstones;

	for (uint32_t i = 0; i < c->count; i++) {
		out->tombstones += is_tombstone(c->cells[i], now_seconds, purged);
		is_alive |= nd_cell_is_alive(c->cells[i], now_seconds);
	}
	if (is_alive)
		out->live++;
	else if (out->tombstones == before && is_deleted(c, purged))
		out->tombstones++;
}

void nd_scan_statics(const struct nd_partition *p, int64_t now_seconds, struct nd_scanned *out)
{
	if (p->statics)
		nd_scan_row(p, p->statics, now_seconds, out);
}

/* Whether a place is in front of where the reader stopped. */
static bool is_passed(const struct nd_place *place, const struct nd_place *stop, bool reversed)
{
	int order = stop ? nd_place_compare(place, stop) : 0;

	return !stop || (reversed ? order > 0 : order < 0);
}

void nd_scan_ranges(const struct nd_walk *w, const struct nd_stored_row *last,
		    struct nd_scanned *out)
{
	const struct nd_table *t = w->partition->store->table;
	const struct nd_ranges *ranges = w->partition->ranges;
	struct nd_place from = nd_place_from(t, w->from), to = nd_place_to(t, w->to);
	struct nd_place row = { t, last ? last->key : w->from.prefix, 0 };
	const struct nd_place *stop = last ? &row : NULL, *end = NULL;
	int64_t purged = purged_before(w->partition, w->now_seconds);

	for (uint32_t i = 0; ranges && i < ranges->count; i++) {
		const struct nd_range *r = &ranges->at[i];
		const struct nd_place *start = &r->from;
		if (r->deleted_at < purged || nd_place_compare(&r->to, &from) <= 0 ||
		    nd_place_compare(&r->from, &to) >= 0)
			continue;
		if (nd_place_compare(start, &from) < 0)
			start = &from;
		/* where one ends and the next begins there is but one mark */
		if (!end || nd_place_compare(end, start) != 0)
			out->tombstones += is_passed(start, stop, w->reversed);
		end = nd_place_compare(&r->to, &to) > 0 ? &to : &r->to;
		out->tombstones += is_passed(end, stop, w->reversed);
	}
}
