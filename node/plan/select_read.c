/* SPDX-License-Identifier: MIT */
/* Reading: partition after partition, row after row, until there is enough. */
#include <string.h>

#include <coodie/token.h>

#include "node/plan/select_plan.h"

static bool out_of_memory(struct nd_select_run *r)
{
	return nd_no_memory(&r->x->problem);
}

static bool admit(struct nd_select_run *r, int64_t token)
{
	bool serial = r->x->consistency == CQL_CONSISTENCY_SERIAL ||
		      r->x->consistency == CQL_CONSISTENCY_LOCAL_SERIAL;

	return nd_request_admit(r->x, r->table->keyspace, token, serial ? ND_SERIAL_READ : ND_READ);
}

/* ---- one partition ------------------------------------------------------------------------------ */

/* A partition being read. */
struct part {
	struct nd_partition *partition;
	struct nd_row_view view;
	struct nd_row statics;
	bool any;     /* a row was there */
	bool resumed; /* its first rows were on the last page */
};

static void forget_row(struct nd_select_run *r)
{
	if (r->arena == &r->row_arena)
		cd_arena_reset(r->arena);
}

/* Cassandra does not look at cells that nobody asks for when they are older than their row's marker,
 * even when that has expired: a row without others is not seen then. */
static bool is_seen(const struct nd_select_run *r, const struct nd_row *row)
{
	const bool *asked = r->plan->asked;

	if (!asked || row->has_marker)
		return true;
	for (uint32_t i = 0; i < row->cell_count; i++)
		if (asked[row->cells[i].column->id] ||
		    row->cells[i].timestamp_us >= row->dead_marker_us)
			return true;
	return false;
}

static bool use_row(struct nd_select_run *r, struct part *part, const struct nd_row *row)
{
	bool ok;

	if (!is_seen(r, row)) {
		forget_row(r);
		return true;
	}
	part->any = true;
	part->view.row = row;
	ok = nd_select_row(r, &part->view);
	part->view.row = NULL;
	forget_row(r);
	return ok;
}

static bool read_row(struct nd_select_run *r, struct part *part, const struct nd_walk *walk,
		     const struct nd_stored_row *stored)
{
	bool no_memory = false;
	struct nd_row row;

	if (!nd_select_from_rows(r))
		return false;
	if (nd_walk_read(walk, stored, &row, &no_memory))
		return use_row(r, part, &row);
	forget_row(r);
	return !no_memory || out_of_memory(r);
}

/* What can be taken as it is stored is; there is no need to look at other rows one by one. */
static bool read_walk(struct nd_select_run *r, struct part *part, struct nd_walk *walk)
{
	const struct nd_stored_row *row;
	uint32_t taken;

	while (!r->stop && !r->skip_partition) {
		const void *before = walk->at;

		if (r->plan->stored && !r->filter) {
			if (!nd_select_stored(r, walk, &taken))
				return false;
			part->any |= taken > 0;
			if (!nd_select_scan_rows(r, before, walk))
				return false;
			if (taken)
				continue;
		}
		if (!(row = nd_walk_step(walk)))
			return true;
		if (!nd_select_scan_rows(r, before, walk) || !read_row(r, part, walk, row))
			return false;
		if (r->plan->distinct && part->any)
			return true;
	}
	return true;
}

static bool read_named_row(struct nd_select_run *r, struct part *part, const struct nd_slice *slice)
{
	struct nd_walk walk;

	nd_walk_find(&walk, part->partition, slice->from.prefix, r->now_seconds, r->arena);
	walk.from = slice->from;
	walk.to = slice->to;
	return read_walk(r, part, &walk) && nd_select_scan_ranges(r, &walk);
}

static bool read_slice(struct nd_select_run *r, struct part *part, const struct nd_slice *slice)
{
	struct nd_walk walk;

	nd_walk_init(&walk, part->partition, slice->from, slice->to, r->plan->ordering.reversed,
		     r->now_seconds, r->arena);
	return read_walk(r, part, &walk) && nd_select_scan_ranges(r, &walk);
}

static bool read_slices(struct nd_select_run *r, struct part *part)
{
	bool reversed = r->plan->ordering.reversed;
	uint32_t count = r->places.slice_count;

	for (uint32_t i = 0; i < count && !r->stop && !r->skip_partition; i++) {
		struct nd_slice slice = r->places.slices[reversed ? count - 1 - i : i];

		if (part->resumed && !nd_slice_cut(r->table, &slice, r->from.clustering, reversed))
			continue;
		if (r->places.names_rows ? !read_named_row(r, part, &slice)
					 : !read_slice(r, part, &slice))
			return false;
		if (r->plan->distinct && part->any)
			break;
	}
	return true;
}

static bool read_statics(struct nd_select_run *r, struct part *part)
{
	bool no_memory = false;

	if (!r->plan->wants_statics)
		return true;
	cd_arena_reset(&r->static_arena);
	if (nd_partition_static(part->partition, r->now_seconds, &r->static_arena, &part->statics,
				&no_memory))
		part->view.statics = &part->statics;
	return !no_memory || out_of_memory(r);
}

/* Whether the partition has all words that are asked for: only where several are. */
static bool has_words(struct nd_select_run *r, struct part *part, bool *has)
{
	static const struct nd_bound all = { { 0, NULL }, true };
	bool no_memory = false, ok = true;
	struct nd_walk walk;
	struct nd_row row;

	*has = !r->filter || !nd_filter_wants_words(r->filter);
	if (*has)
		return true;
	ok = nd_filter_note_words(r->filter, &part->view, r->x, r->arena);
	nd_walk_init(&walk, part->partition, all, all, false, r->now_seconds, r->arena);
	while (ok && nd_walk_next(&walk, &row, &no_memory)) {
		part->view.row = &row;
		ok = nd_filter_note_words(r->filter, &part->view, r->x, r->arena);
		forget_row(r);
	}
	part->view.row = NULL;
	*has = nd_filter_has_words(r->filter);
	return ok && (!no_memory || out_of_memory(r));
}

static void enter(struct nd_select_run *r, struct part *part, struct nd_partition *partition)
{
	part->partition = partition;
	part->view = (struct nd_row_view){ .table = r->table, .key = r->key_columns };
	part->any = false;
	part->resumed = false;
	r->left_in_partition = r->partition_limit;
	r->skip_partition = false;
	nd_partition_key_columns(partition, r->key_columns, r->table->partition_key_count);
}

static bool read_only_row(struct nd_select_run *r, struct nd_partition *partition)
{
	struct part part;

	enter(r, &part, partition);
	return nd_select_scan_partition(r, partition) &&
	       read_named_row(r, &part, r->places.slices);
}

static bool read_partition(struct nd_select_run *r, struct nd_partition *partition)
{
	struct part part;
	bool seen = r->paged && r->from.key.data && r->from.key.len == r->key.len &&
		    memcmp(r->from.key.data, r->key.data, r->key.len) == 0;
	bool has;

	if (seen && (!r->from.in_rows || !r->from.left_in_partition))
		return true;
	enter(r, &part, partition);
	part.resumed = seen;
	if (seen)
		r->left_in_partition = r->from.left_in_partition;
	if (!nd_select_scan_partition(r, partition) || !read_statics(r, &part) ||
	    !has_words(r, &part, &has))
		return false;
	if (!has)
		return true;
	if (!read_slices(r, &part))
		return false;
	if (part.any || part.resumed || !part.view.statics || r->stop ||
	    !nd_where_is_whole_partitions(r->plan->where))
		return true;
	return nd_select_row(r, &part.view);
}

/* ---- several ------------------------------------------------------------------------------------ */

static bool is_from(const struct nd_select_run *r, cql_blob key)
{
	return r->from.key.len == key.len && memcmp(r->from.key.data, key.data, key.len) == 0;
}

/* Where the last page ended among the keys; behind them when there is no such key any more. */
static uint32_t first_key(const struct nd_select_run *r)
{
	uint32_t i = 0;

	if (r->paged && r->from.key.data)
		while (i < r->places.key_count && !is_from(r, r->places.keys[i]))
			i++;
	return i;
}

static bool read_keys(struct nd_select_run *r)
{
	const bool is_only_row = r->plan->only_row && !r->from.key.data;

	for (uint32_t i = first_key(r); i < r->places.key_count && !r->stop; i++) {
		struct nd_partition *partition;

		if (!admit(r, r->places.tokens[i]))
			return false;
		r->is_last_partition = i + 1 == r->places.key_count;
		partition = nd_store_partition(r->table->store, r->places.keys[i]);
		if (!partition)
			continue;
		r->key = nd_partition_key(partition);
		nd_select_scan_begin(r);
		if (!(is_only_row ? read_only_row : read_partition)(r, partition))
			return false;
		nd_select_scan_end(r);
	}
	return true;
}

static bool read_range(struct nd_select_run *r)
{
	struct nd_store *store = r->table->store;
	int64_t last = r->places.last_token;
	struct nd_partition *p = NULL;

	r->x->reads_range = true;
	nd_select_scan_begin(r);
	if (!admit(r, r->places.first_token))
		return false;
	if (r->paged && r->from.key.data) {
		int64_t token = cql_murmur3_token(r->from.key.data, r->from.key.len);

		if (token < r->places.first_token)
			token = r->places.first_token, r->from.key = (cql_blob){ NULL, 0 };
		else if (r->from.in_rows)
			p = nd_store_partition(store, r->from.key);
		if (!p)
			p = nd_store_after(store, token, r->from.key);
	} else {
		p = nd_store_after(store, r->places.first_token, (cql_blob){ NULL, 0 });
	}
	for (; p && nd_partition_token(p) <= last && !r->stop;
	     p = nd_store_after(store, nd_partition_token(p), nd_partition_key(p))) {
		if (!admit(r, nd_partition_token(p)))
			return false;
		r->key = nd_partition_key(p);
		if (!read_partition(r, p))
			return false;
	}
	nd_select_scan_end(r);
	return true;
}

bool nd_select_read(struct nd_select_run *r)
{
	if (r->places.nothing)
		return true;
	return r->places.has_keys ? read_keys(r) : read_range(r);
}
