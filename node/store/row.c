/* SPDX-License-Identifier: MIT */
/* Stored rows: a marker, a deletion and cells in order. A mutation builds what a row will be beside
 * what it is. */
#include "node/store/store_parts.h"

#include <string.h>

#include "base/alloc.h"
#include "node/store/merge.h"

/* ---- memory ---------------------------------------------------------------------------------- */

struct nd_stored_row *nd_row_new(const coodie_allocator *a, struct nd_clustering key,
				 unsigned height)
{
	struct nd_stored_row *row;
	size_t size = sizeof *row + height * sizeof *row->link.next +
		      key.count * sizeof *key.values;
	size_t bytes = 0;
	cql_blob *values;
	uint8_t *at;

	for (uint32_t i = 0; i < key.count; i++)
		bytes += key.values[i].len;
	row = cd_alloc(a, size + bytes);
	if (!row)
		return NULL;
	*row = (struct nd_stored_row){ .link.height = height };
	row->link.next = (struct nd_link **)(void *)(row + 1);
	values = (cql_blob *)(void *)(row->link.next + height);
	at = (uint8_t *)row + size;
	for (uint32_t i = 0; i < key.count; i++) {
		values[i] = (cql_blob){ at, key.values[i].len };
		if (key.values[i].len)
			memcpy(at, key.values[i].data, key.values[i].len);
		at += key.values[i].len;
	}
	row->key = (struct nd_clustering){ key.count, values };
	return row;
}

struct nd_stored_row *nd_row_init_only(void *room)
{
	struct nd_stored_row *row = room;

	*row = (struct nd_stored_row){ .link.height = 1 };
	row->link.next = (struct nd_link **)(void *)(row + 1);
	row->key.values = (const cql_blob *)(void *)(row->link.next + 1);
	return row;
}

static void free_cell(const coodie_allocator *a, struct nd_stored_cell *cell)
{
	if (cell->is_apart)
		cd_release(a, cell);
}

void nd_row_deinit(const coodie_allocator *a, struct nd_stored_row *row)
{
	for (uint32_t i = 0; row->contents && i < row->contents->count; i++)
		free_cell(a, row->contents->cells[i]);
	cd_release(a, row->contents);
}

void nd_row_free(const coodie_allocator *a, struct nd_stored_row *row)
{
	if (!row)
		return;
	nd_row_deinit(a, row);
	cd_release(a, row);
}

/* The next piece of the contents' own bytes: there is room. */
static struct nd_stored_cell *take_inside(struct nd_contents *c, uint32_t size)
{
	uint8_t *bytes = (uint8_t *)(c->cells + c->room);

	c->used += size;
	return (struct nd_stored_cell *)(void *)(bytes + c->used - size);
}

static void copy_cells(struct nd_contents *to, const struct nd_contents *from)
{
	for (uint32_t i = 0; i < from->count; i++) {
		struct nd_stored_cell *cell = from->cells[i];
		uint32_t size = nd_cell_size_inside(cell);

		to->cells[i] = size ? memcpy(take_inside(to, size), cell, size) : cell;
	}
}

/* What `old` has (NULL: nothing), and room for more. */
static struct nd_contents *new_contents(const coodie_allocator *a, const struct nd_contents *old,
					uint32_t more_cells, uint32_t more_bytes)
{
	static const struct nd_contents nothing = { .marker_us = ND_NEVER,
						    .deletion_us = ND_NEVER };
	struct nd_contents *c;
	uint64_t room, size = more_bytes;

	if (!old)
		old = &nothing;
	room = (uint64_t)old->count + more_cells;
	for (uint32_t i = 0; i < old->count; i++)
		size += nd_cell_size_inside(old->cells[i]);
	if (room > UINT32_MAX || size > UINT32_MAX ||
	    room > (SIZE_MAX - sizeof *c - (size_t)size) / sizeof(void *))
		return NULL;
	c = cd_alloc(a, sizeof *c + (size_t)room * sizeof *c->cells + (size_t)size);
	if (!c)
		return NULL;
	*c = *old;
	c->room = (uint32_t)room;
	c->size = (uint32_t)size;
	c->used = c->next = 0;
	copy_cells(c, old);
	return c;
}

bool nd_row_begin(const coodie_allocator *a, struct nd_stored_row *row, uint32_t cells,
		  uint32_t bytes)
{
	/* a row that is written to again has mostly the same columns again */
	row->pending = row->contents ? new_contents(a, row->contents, 0, 0)
				     : new_contents(a, NULL, cells, bytes);
	return row->pending;
}

/* For a cell that takes so many bytes inside; `is_more`: it takes no other's place. */
static bool make_room(const coodie_allocator *a, struct nd_stored_row *row, bool is_more,
		      uint32_t bytes)
{
	struct nd_contents *c = row->pending;
	bool is_full = is_more && c->count == c->room;

	if (!is_full && bytes <= c->size - c->used)
		return true;
	c = new_contents(a, c, is_full ? c->count / 2 + 4 : c->room - c->count,
			 bytes + (bytes ? c->used / 2 : 0));
	if (!c)
		return false;
	c->next = row->pending->next;
	cd_release(a, row->pending);
	row->pending = c;
	return true;
}

/* A cell inside, where there is room, or apart; not yet in its place. */
static struct nd_stored_cell *new_cell(const coodie_allocator *a, struct nd_contents *c,
				       const struct nd_version *v, uint32_t column, cql_blob path)
{
	uint32_t inside = nd_cell_inside(path.len, v->value.len);
	struct nd_stored_cell *cell;

	if (path.len > INT32_MAX || v->value.len > INT32_MAX)
		return NULL;
	cell = inside ? take_inside(c, inside)
		      : cd_alloc(a, sizeof *cell + path.len + v->value.len);
	if (!cell)
		return NULL;
	cell->column = column;
	cell->path_len = (uint32_t)path.len;
	cell->is_apart = cell->is_fresh = !inside;
	if (path.len)
		memcpy(cell->bytes, path.data, path.len);
	nd_cell_fill(cell, v);
	return cell;
}

/* A cell leaves what is pending: unless it came with the same mutation, it is still part of what
 * the row is. */
static void forget(const coodie_allocator *a, struct nd_stored_cell *cell)
{
	if (cell->is_apart && cell->is_fresh)
		cd_release(a, cell);
}

/* ---- where a cell belongs -------------------------------------------------------------------- */

static uint32_t rank_of(const struct nd_store *s, uint32_t column)
{
	return column < s->rank_count ? s->ranks[column] : UINT32_MAX;
}

static int compare_paths(const cql_type *type, cql_blob a, cql_blob b)
{
	if (!a.len && !b.len)
		return 0;
	if (type->kind == CQL_KIND_SET || type->kind == CQL_KIND_MAP)
		return nd_compare(type->inner[0], a, b);
	return nd_compare(
		cd_type_native(type->kind == CQL_KIND_LIST ? CQL_KIND_TIMEUUID : CQL_KIND_SMALLINT),
		a, b);
}

/* What is looked for: a cell, or the deletion of all of its column. */
struct sought {
	const struct nd_store *store;
	const struct nd_column *column;
	cql_blob path;
	bool is_all;
};

static int compare_cell(const struct nd_stored_cell *cell, const struct sought *what)
{
	bool is_all = cell->kind == ND_STORED_ERASED_ALL;

	if (cell->column != what->column->id)
		return rank_of(what->store, cell->column) < rank_of(what->store, what->column->id)
			       ? -1
			       : 1;
	if (is_all || what->is_all)
		return what->is_all - is_all;
	return compare_paths(what->column->type, (cql_blob){ cell->bytes, cell->path_len },
			     what->path);
}

/* The index of the first cell that is not before it; `*found`: that cell is it. */
static uint32_t find(const struct nd_contents *c, const struct sought *what, bool *found)
{
	uint32_t low = 0, high = c->count;

	/* Most come in order: the cell behind the last one is asked first, then the end. */
	*found = c->next < high && compare_cell(c->cells[c->next], what) == 0;
	if (*found)
		return c->next;
	if (high && compare_cell(c->cells[high - 1], what) < 0)
		return high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_cell(c->cells[middle], what);
		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether a cell that is pending takes another version where it is. */
static bool rewrite(struct nd_stored_cell *cell, const struct nd_version *v)
{
	if (!nd_cell_fits(cell, v->value.len))
		return false;
	nd_cell_fill(cell, v);
	return true;
}

/* Whether a cell that is pending needs no more: the version does not win, or has taken its room. */
static bool overwrite(struct nd_stored_cell *cell, const struct nd_version *v)
{
	struct nd_version old = nd_version_of(cell);

	return !nd_version_wins(v, &old) || rewrite(cell, v);
}

/* Puts a cell in its place, or in the place of an older one. */
static bool put(struct nd_store *s, struct nd_stored_row *row, const struct sought *what,
		const struct nd_version *v)
{
	bool found;
	uint32_t at = find(row->pending, what, &found);
	struct nd_stored_cell *cell;
	struct nd_contents *c;

	row->pending->next = at + 1;
	if (found && overwrite(row->pending->cells[at], v))
		return true;
	if (!make_room(s->allocator, row, !found,
		       nd_cell_inside(what->path.len, v->value.len)))
		return false;
	c = row->pending;
	cell = new_cell(s->allocator, c, v, what->column->id, what->path);
	if (!cell)
		return false;
	if (found) {
		forget(s->allocator, c->cells[at]);
	} else {
		memmove(c->cells + at + 1, c->cells + at, (c->count - at) * sizeof *c->cells);
		c->count++;
	}
	c->cells[at] = cell;
	return true;
}

/* ---- changes --------------------------------------------------------------------------------- */

/* Keeps the cells that are younger; of one column or (`column` NULL) of all. */
static void drop_cells(struct nd_contents *c, const uint32_t *column, int64_t deletion_us,
		       void (*drop)(const coodie_allocator *a, struct nd_stored_cell *cell),
		       const coodie_allocator *a)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		struct nd_stored_cell *cell = c->cells[i];
		if (cell->timestamp_us > deletion_us || (column && cell->column != *column))
			c->cells[kept++] = cell;
		else
			drop(a, cell);
	}
	c->count = kept;
}

void nd_row_set_marker(struct nd_contents *c, int64_t timestamp_us, int32_t ttl, int64_t expires)
{
	bool wins = timestamp_us > c->marker_us;

	/* at the same time an expiring one wins, and of two the one that expires later */
	if (timestamp_us == c->marker_us)
		wins = expires > c->marker_expires;
	if (wins) {
		c->marker_us = timestamp_us;
		c->marker_ttl = ttl;
		c->marker_expires = expires;
	}
}

static void put_marker(struct nd_contents *c, const struct nd_change *change, int64_t now_seconds)
{
	nd_row_set_marker(c, change->timestamp_us, change->ttl,
			  nd_change_expires(change, now_seconds));
}

static bool change_marker(struct nd_store *s, struct nd_stored_row *row,
			  const struct nd_change *change, int64_t now_seconds)
{
	(void)s;
	put_marker(row->pending, change, now_seconds);
	return true;
}

static bool is_erased(const struct nd_store *s, const struct nd_contents *c,
		      const struct nd_change *change)
{
	struct sought all = { .store = s, .column = change->column, .is_all = true };
	bool found;
	uint32_t at;

	if (!change->column->is_multi_cell)
		return false;
	at = find(c, &all, &found);
	return found && change->timestamp_us <= c->cells[at]->timestamp_us;
}

static bool set_cell(struct nd_store *s, struct nd_stored_row *row, const struct nd_change *change,
		     int64_t now_seconds)
{
	struct sought what = { .store = s, .column = change->column, .path = change->path };
	struct nd_version v = nd_version_from(change, now_seconds);

	return is_erased(s, row->pending, change) || put(s, row, &what, &v);
}

static bool erase_all(struct nd_store *s, struct nd_stored_row *row, const struct nd_change *change,
		      int64_t now_seconds)
{
	struct sought what = { .store = s, .column = change->column, .is_all = true };
	struct nd_version v = nd_version_from(change, now_seconds);

	if (is_erased(s, row->pending, change))
		return true;
	drop_cells(row->pending, &change->column->id, change->timestamp_us, forget, s->allocator);
	return put(s, row, &what, &v);
}

/* One copy of the data: the sum is enough, where Cassandra keeps one for each replica. */
static bool count(struct nd_store *s, struct nd_stored_row *row, const struct nd_change *change,
		  int64_t now_seconds)
{
	struct sought what = { .store = s, .column = change->column, .path = change->path };
	struct nd_version v = nd_version_from(change, now_seconds);
	uint64_t sum = (uint64_t)change->delta;
	uint8_t bytes[8];
	bool found;
	uint32_t at = find(row->pending, &what, &found);

	if (found) {
		struct nd_version old = nd_version_of(row->pending->cells[at]);
		if (old.kind == ND_STORED_COUNT && old.value.len == 8)
			sum += cd_get_be64(old.value.data);
		if (old.timestamp_us > v.timestamp_us)
			v.timestamp_us = old.timestamp_us;
	}
	cd_put_be64(bytes, sum);
	v.value = (cql_blob){ bytes, 8 };
	return put(s, row, &what, &v);
}

static bool delete_row(struct nd_store *s, struct nd_stored_row *row,
		       const struct nd_change *change, int64_t now_seconds)
{
	struct nd_contents *c = row->pending;

	c->deletion_us = change->timestamp_us;
	c->deleted_at = now_seconds;
	if (c->marker_us <= change->timestamp_us)
		c->marker_us = ND_NEVER;
	drop_cells(c, NULL, change->timestamp_us, forget, s->allocator);
	return true;
}

typedef bool change_fn(struct nd_store *s, struct nd_stored_row *row,
		       const struct nd_change *change, int64_t now_seconds);

/* The other kinds are about more than a row. */
static change_fn *const changes[ND_CHANGE_DELETE_PARTITION + 1] = {
	[ND_CHANGE_ROW] = change_marker, [ND_CHANGE_CELL] = set_cell,
	[ND_CHANGE_ERASE] = set_cell,    [ND_CHANGE_ERASE_ALL] = erase_all,
	[ND_CHANGE_COUNT] = count,       [ND_CHANGE_DELETE_ROW] = delete_row,
};

bool nd_row_change(struct nd_store *s, struct nd_stored_row *row, const struct nd_change *change,
		   int64_t now_seconds)
{
	return change->timestamp_us <= row->pending->deletion_us ||
	       changes[change->kind](s, row, change, now_seconds);
}

/* ---- in place -------------------------------------------------------------------------------- */

bool nd_row_takes(const struct nd_stored_row *row, const struct nd_change *changes)
{
	const struct nd_contents *has = row->contents;
	uint64_t taken = 0; /* cells, as bits: written to twice, one may have become too small */
	uint32_t next = 0;

	for (const struct nd_change *c = changes; c && nd_change_is_of_same_row(c, changes);
	     c = c->next) {
		if (c->kind == ND_CHANGE_ROW && !c->is_static)
			continue;
		if ((c->kind != ND_CHANGE_CELL && c->kind != ND_CHANGE_ERASE) ||
		    c->column->is_multi_cell)
			return false;
		next = nd_contents_index(has, c->column->id, next);
		if (next >= has->count || next >= 64 || taken >> next & 1 ||
		    !nd_cell_fits(has->cells[next], c->value.len))
			return false;
		taken |= UINT64_C(1) << next++;
	}
	return true;
}

/* A version is mostly the later one: then the others are of no account. */
static inline void supersede(struct nd_stored_cell *cell, const struct nd_version *v)
{
	if (v->timestamp_us > cell->timestamp_us && cell->kind != ND_STORED_COUNT)
		nd_cell_fill(cell, v);
	else
		overwrite(cell, v);
}

void nd_row_rewrite(struct nd_stored_row *row, int64_t now_seconds)
{
	const struct nd_change *first = row->rewrites;
	struct nd_contents *has = row->contents;
	uint32_t next = 0;

	row->link.is_marked = false;
	row->rewrites = NULL;
	for (const struct nd_change *c = first; c && nd_change_is_of_same_row(c, first);
	     c = c->next) {
		if (c->timestamp_us <= has->deletion_us)
			continue;
		if (c->kind == ND_CHANGE_ROW) {
			put_marker(has, c, now_seconds);
		} else {
			const struct nd_version v = nd_version_from(c, now_seconds);
			next = nd_contents_index(has, c->column->id, next);
			supersede(has->cells[next++], &v);
		}
	}
}

/* ---- the end of a mutation ------------------------------------------------------------------- */

void nd_row_commit(const coodie_allocator *a, struct nd_stored_row *row)
{
	struct nd_contents *old = row->contents, *c = row->pending;
	uint32_t i = 0;

	/* What was shared is still in the same order: what is missing there is no more. */
	for (uint32_t n = 0; n < c->count; n++) {
		struct nd_stored_cell *cell = c->cells[n];
		if (cell->is_apart && !cell->is_fresh) {
			while (old->cells[i] != cell)
				free_cell(a, old->cells[i++]);
			i++;
		}
		cell->is_fresh = false;
	}
	for (; old && i < old->count; i++)
		free_cell(a, old->cells[i]);
	cd_release(a, old);
	row->contents = c;
	row->pending = NULL;
}

void nd_row_abandon(const coodie_allocator *a, struct nd_stored_row *row)
{
	if (row->link.is_marked) {
		row->link.is_marked = false;
		row->rewrites = NULL;
		return;
	}
	for (uint32_t i = 0; row->pending && i < row->pending->count; i++)
		forget(a, row->pending->cells[i]);
	cd_release(a, row->pending);
	row->pending = NULL;
}

/* ---- what happens to rows that are ----------------------------------------------------------- */

void nd_row_shadow(const coodie_allocator *a, struct nd_stored_row *row, int64_t deletion_us)
{
	struct nd_contents *c = row->contents;

	if (deletion_us == ND_NEVER)
		return;
	if (c->marker_us <= deletion_us)
		c->marker_us = ND_NEVER;
	if (c->deletion_us <= deletion_us)
		c->deletion_us = ND_NEVER;
	drop_cells(c, NULL, deletion_us, free_cell, a);
}

void nd_row_drop_column(const coodie_allocator *a, struct nd_stored_row *row, uint32_t column,
			int64_t dropped_us)
{
	drop_cells(row->contents, &column, dropped_us, free_cell, a);
}

/* An expired value as the tombstone it is. */
static struct nd_stored_cell *without_value(const coodie_allocator *a, struct nd_stored_cell *cell)
{
	struct nd_stored_cell *smaller;

	cell->kind = ND_STORED_TOMBSTONE;
	cell->ttl = 0;
	cell->value_len = 0;
	if (!cell->is_apart)
		return cell;
	smaller = cd_resize(a, cell, sizeof *cell + cell->path_len);
	return smaller ? smaller : cell;
}

/* Gives back what cells that went, or became smaller, have left behind, if there is memory to do it. */
static void pack(const coodie_allocator *a, struct nd_stored_row *row)
{
	struct nd_contents *smaller = new_contents(a, row->contents, 0, 0);

	if (!smaller)
		return;
	cd_release(a, row->contents);
	row->contents = smaller;
}

void nd_row_purge(const coodie_allocator *a, struct nd_stored_row *row, int64_t tombstones,
		  int64_t values)
{
	struct nd_contents *c = row->contents;
	bool has_gaps = false;
	uint32_t kept = 0;

	if (c->marker_us != ND_NEVER && c->marker_ttl && c->marker_expires < tombstones)
		c->marker_us = ND_NEVER;
	if (c->deletion_us != ND_NEVER && c->deleted_at < tombstones)
		c->deletion_us = ND_NEVER;
	for (uint32_t i = 0; i < c->count; i++) {
		struct nd_stored_cell *cell = c->cells[i];
		bool ends = cell->ttl || cell->kind == ND_STORED_TOMBSTONE ||
			    cell->kind == ND_STORED_ERASED_ALL;
		if (ends && cell->local < tombstones) {
			free_cell(a, cell);
			has_gaps = true;
			continue;
		}
		if (cell->ttl && cell->local < values) {
			cell = without_value(a, cell);
			has_gaps = true;
		}
		c->cells[kept++] = cell;
	}
	c->count = kept;
	if (has_gaps)
		pack(a, row);
}

bool nd_row_is_empty(const struct nd_stored_row *row)
{
	const struct nd_contents *c = row->contents;

	return !c || (c->marker_us == ND_NEVER && c->deletion_us == ND_NEVER && !c->count);
}
