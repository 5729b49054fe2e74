/* SPDX-License-Identifier: MIT */
/* Partitions: a static row, rows in order, and deletions of more than a row. */
#include "node/store/store_parts.h"

#include <string.h>

#include "base/alloc.h"

cql_blob nd_partition_key(const struct nd_partition *p)
{
	return p->key;
}

int64_t nd_partition_token(const struct nd_partition *p)
{
	return p->token;
}

const struct nd_table *nd_partition_table(const struct nd_partition *p)
{
	return p->store->table;
}

void nd_partition_key_columns(const struct nd_partition *p, cql_blob *out, uint32_t count)
{
	nd_key_columns(p->key, out, count);
}

void nd_key_columns(cql_blob key, cql_blob *out, uint32_t count)
{
	struct cd_reader r = cd_reader_over(key.data, key.len);

	if (count == 1) {
		out[0] = key;
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct cd_span column = cd_reader_span(&r, cd_reader_be16(&r));
		cd_reader_u8(&r);
		out[i] = (cql_blob){ column.at ? column.at : key.data, column.len };
	}
}

/* ---- rows -------------------------------------------------------------------------------------- */

/* Writes often come in order, or to one row again: it and the one behind it are asked first. */
struct nd_stored_row *nd_partition_find_row(struct nd_partition *p, const struct nd_place *place)
{
	struct nd_link *link = p->recent ? &p->recent->link : NULL;
	int order = link ? nd_row_order(place, link) : 1;

	if (order < 0) {
		link = nd_skip_next(link);
		order = link ? nd_row_order(place, link) : 0;
	}
	if (order) {
		link = nd_skip_seek(&p->rows, nd_row_order, place);
		order = link ? nd_row_order(place, link) : 0;
	}
	return order ? NULL : (struct nd_stored_row *)link;
}

static struct nd_stored_row *make_static(struct nd_partition *p)
{
	if (!p->statics)
		p->statics = nd_row_new(p->store->allocator, (struct nd_clustering){ 0, NULL }, 0);
	return p->statics;
}

static struct nd_stored_row *new_row(struct nd_partition *p, struct nd_clustering key)
{
	return p->only ? nd_row_init_only(p->only)
		       : nd_row_new(p->store->allocator, key, nd_skip_height(&p->rows));
}

static void free_row(struct nd_partition *p, struct nd_stored_row *row)
{
	if (row == p->only)
		nd_row_deinit(p->store->allocator, row);
	else
		nd_row_free(p->store->allocator, row);
}

static struct nd_stored_row *make_row(struct nd_partition *p, struct nd_clustering key)
{
	struct nd_place place = { p->store->table, key, 0 };
	struct nd_stored_row *row = nd_partition_find_row(p, &place);

	if (!row) {
		row = new_row(p, key);
		if (row)
			nd_skip_insert(&p->rows, &row->link, nd_row_order, &place);
	}
	p->recent = row ? row : p->recent;
	return row;
}

struct nd_stored_row *nd_partition_touch(struct nd_partition *p, const struct nd_change *change)
{
	struct nd_stored_row *row = change->is_static ? make_static(p) : make_row(p, change->row);

	if (row && !row->pending) {
		row->next_touched = p->touched;
		p->touched = row;
	}
	return row;
}

void nd_partition_remove_row(struct nd_partition *p, struct nd_stored_row *row)
{
	struct nd_place place = { p->store->table, row->key, 0 };

	if (row == p->statics) {
		p->statics = NULL;
	} else {
		if (row == p->store->sweep_row)
			p->store->sweep_row = (struct nd_stored_row *)nd_skip_next(&row->link);
		if (row == p->recent)
			p->recent = NULL;
		nd_skip_remove(&p->rows, &row->link, nd_row_order, &place);
	}
	free_row(p, row);
}

void nd_store_remove_row(struct nd_store *s, cql_blob key, struct nd_clustering row)
{
	struct nd_partition *p = nd_store_partition(s, key);
	struct nd_place place = { s->table, row, 0 };
	struct nd_stored_row *found = p ? nd_partition_find_row(p, &place) : NULL;

	if (!found)
		return;
	nd_partition_remove_row(p, found);
	if (nd_partition_is_empty(p))
		nd_store_remove_partition(s, p);
}

/* ---- deletions --------------------------------------------------------------------------------- */

int64_t nd_partition_cover(const struct nd_partition *p, const struct nd_stored_row *row)
{
	int64_t range;

	if (!p->ranges || row == p->statics)
		return p->deletion_us;
	range = nd_ranges_cover(p->ranges, p->store->table, row->key);
	return range > p->deletion_us ? range : p->deletion_us;
}

void nd_partition_shadow(struct nd_partition *p, struct nd_bound from, struct nd_bound to,
			 int64_t deletion_us)
{
	struct nd_place first = nd_place_from(p->store->table, from);
	struct nd_place last = nd_place_to(p->store->table, to);
	struct nd_link *at = nd_skip_seek(&p->rows, nd_row_order, &first), *next;

	for (; at && nd_row_order(&last, at) < 0; at = next) {
		struct nd_stored_row *row = (struct nd_stored_row *)at;
		next = nd_skip_next(at);
		nd_row_shadow(p->store->allocator, row, deletion_us);
		if (nd_row_is_empty(row))
			nd_partition_remove_row(p, row);
	}
}

bool nd_partition_is_empty(const struct nd_partition *p)
{
	return p->deletion_us == ND_NEVER && !p->statics && !p->rows.count &&
	       (!p->ranges || !p->ranges->count);
}

void nd_partition_clear(struct nd_partition *p)
{
	const coodie_allocator *a = p->store->allocator;
	struct nd_link *at = p->rows.first[0], *next;

	for (; at; at = next) {
		next = nd_skip_next(at);
		free_row(p, (struct nd_stored_row *)at);
	}
	nd_row_free(a, p->statics);
	cd_release(a, p->ranges);
}
