/* SPDX-License-Identifier: MIT */
/* Cells written over where they are: what an INSERT over a row that is there mostly comes to. All rows and cells of a
 * request are found first, then changed, which takes no memory and cannot fail. */
#include <string.h>

#include "node/store/merge.h"

static bool is_same_key(struct nd_clustering a, struct nd_clustering b)
{
	for (uint32_t i = 0; i < b.count; i++)
		if (a.values[i].len != b.values[i].len ||
		    (a.values[i].len &&
		     memcmp(a.values[i].data, b.values[i].data, a.values[i].len) != 0))
			return false;
	return true;
}

/* The row behind the one that was written last, when it is the one: rows mostly come in order. */
static struct nd_stored_row *next_row(const struct nd_partition *p, struct nd_clustering key)
{
	struct nd_link *link = p->recent ? nd_skip_next(&p->recent->link) : NULL;
	struct nd_stored_row *row = (struct nd_stored_row *)link;

	return row && is_same_key(row->key, key) ? row : NULL;
}

struct nd_stored_row *nd_overwrite_row(struct nd_partition *p, struct nd_clustering key)
{
	const struct nd_place place = { p->store->table, key, 0 };
	struct nd_stored_row *row;

	if (p->deletion_us != ND_NEVER || p->ranges)
		return NULL;
	row = next_row(p, key);
	if (!row)
		row = nd_partition_find_row(p, &place);
	if (row)
		p->recent = row;
	return row;
}

bool nd_overwrite_takes(const struct nd_stored_row *row, uint32_t column, uint32_t *next,
			struct nd_put *put)
{
	const struct nd_contents *has = row->contents;
	uint32_t at = nd_contents_index(has, column, *next);

	*next = at + 1;
	if (at == has->count || !nd_cell_fits(has->cells[at], put->len))
		return false;
	put->cell = has->cells[at];
	return true;
}

/* There is room, even if another value of the same request is shorter, and has come before. */
static void put_value(const struct nd_put *put, int64_t timestamp_us, int64_t now_seconds)
{
	const struct nd_version v = {
		.kind = put->data ? ND_STORED_VALUE : ND_STORED_TOMBSTONE,
		.timestamp_us = timestamp_us,
		.local = put->data ? 0 : now_seconds,
		.value = { put->data, put->len },
	};
	struct nd_version old;

	if (timestamp_us <= put->cell->timestamp_us) {
		old = nd_version_of(put->cell);
		if (!nd_version_wins(&v, &old))
			return;
	}
	nd_cell_fill(put->cell, &v);
}

void nd_overwrite_run(const struct nd_overwrite *o, int64_t timestamp_us, int64_t now_seconds)
{
	struct nd_contents *has = o->row->contents;
	struct nd_store *s = o->partition->store;

	if (nd_store_is_odd(s, now_seconds))
		o->partition->swept_at = has->swept_at = 0;
	for (uint32_t i = 0; i < o->count; i++)
		s->ages |= !o->puts[i].data;
	if (timestamp_us <= has->deletion_us)
		return;
	nd_row_set_marker(has, timestamp_us, 0, 0);
	for (uint32_t i = 0; i < o->count; i++)
		put_value(&o->puts[i], timestamp_us, now_seconds);
}
