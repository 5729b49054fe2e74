/* SPDX-License-Identifier: MIT */
/* How large a batch is, as Cassandra counts it: what its mutations hold once they are put together,
 * with a fixed price for each partition, row and cell. */
#include <stdlib.h>
#include <string.h>

#include "node/plan/batch.h"
#include "node/plan/batch_parts.h"

enum {
	PARTITION = 21 + 8,  /* a static row, empty or not, and a deletion */
	ROW = 8 + 13,        /* a timestamp and a deletion */
	EXPIRING = 4 + 8,    /* more, of a row with a time to live */
	CELL = 8 + 4 + 8,    /* a timestamp, a TTL, a deletion time */
	MULTI_CELL = 12,     /* the deletion of a column's items */
	RANGES = 4,          /* their number; for each: */
	RANGE = 8 + 4,       /* a timestamp and a time */
	COUNTER = 2 + 2 + 32 /* a counter's value */
};

/* A change, and the mutation it is of. */
struct item {
	const struct nd_mutation *m;
	const struct nd_change *c;
};

static size_t prefix_size(struct nd_clustering prefix)
{
	size_t size = 0;

	for (uint32_t i = 0; i < prefix.count; i++)
		size += prefix.values[i].len;
	return size;
}

static bool is_of_row(const struct nd_change *c)
{
	return !c->is_static && c->kind != ND_CHANGE_DELETE_RANGE &&
	       c->kind != ND_CHANGE_DELETE_PARTITION;
}

static size_t cell_size(const struct nd_change *c)
{
	switch (c->kind) {
	case ND_CHANGE_ROW:
		return c->ttl ? EXPIRING : 0;
	case ND_CHANGE_CELL:
		return CELL + c->path.len + c->value.len;
	case ND_CHANGE_ERASE:
		return CELL + c->path.len;
	case ND_CHANGE_COUNT:
		return CELL + COUNTER;
	case ND_CHANGE_DELETE_RANGE:
		return RANGE + prefix_size(c->from.prefix) + prefix_size(c->to.prefix);
	default:
		return 0;
	}
}

/* If nothing were put together: no batch is larger. */
static size_t most(const struct nd_build *b, size_t *changes)
{
	size_t size = 0;

	*changes = 0;
	for (const struct nd_mutation *m = b->first; m; m = m->next) {
		size += PARTITION;
		for (const struct nd_change *c = m->first; c; c = c->next, ++*changes)
			size += RANGES + ROW + MULTI_CELL + cell_size(c) +
				(is_of_row(c) ? prefix_size(c->row) : 0);
	}
	return size;
}

/* ---- put together ------------------------------------------------------------------------------ */

/* How much two items have in common, and which of them comes first. */
enum common { NOTHING, KEY, PARTITION_OF_TABLE, PLACE, COLUMN, ONE_CELL };
struct relation {
	enum common common;
	int order;
};

static int compare_pointers(const void *a, const void *b)
{
	return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

static int compare_blobs(cql_blob a, cql_blob b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len ? memcmp(a.data, b.data, a.len) : 0;
}

static int compare_keys(const struct nd_mutation *a, const struct nd_mutation *b)
{
	int order = compare_pointers(a->table->keyspace, b->table->keyspace);

	return order ? order : compare_blobs(a->key, b->key);
}

static int compare_places(const struct nd_change *a, const struct nd_change *b)
{
	int order = is_of_row(a) - is_of_row(b);

	if (order || !is_of_row(a) || a->row.values == b->row.values)
		return order;
	for (uint32_t i = 0; !order && i < a->row.count; i++)
		order = compare_blobs(a->row.values[i], b->row.values[i]);
	return order;
}

/* Those of no column come first: statements mostly name columns in the order of their making. */
static int compare_columns(const struct nd_change *a, const struct nd_change *b)
{
	uint64_t left = a->column ? a->column->id + UINT64_C(1) : 0;
	uint64_t right = b->column ? b->column->id + UINT64_C(1) : 0;

	return (left > right) - (left < right);
}

static int compare_cells(const struct nd_change *a, const struct nd_change *b)
{
	int order = (a->kind == ND_CHANGE_ERASE_ALL) - (b->kind == ND_CHANGE_ERASE_ALL);

	if (!a->column)
		return (a->kind > b->kind) - (a->kind < b->kind);
	return order ? order : compare_blobs(a->path, b->path);
}

/* What wins among changes of one cell comes last. */
static int compare_versions(const struct nd_change *a, const struct nd_change *b)
{
	const int64_t left = nd_change_expires(a, 0), right = nd_change_expires(b, 0);

	if (a->timestamp_us != b->timestamp_us)
		return a->timestamp_us < b->timestamp_us ? -1 : 1;
	if (!a->column)
		return (left > right) - (left < right);
	return nd_change_wins(a, b) - nd_change_wins(b, a);
}

static struct relation relation_of(const struct item *a, const struct item *b)
{
	int order;

	if (a->m != b->m) {
		if ((order = compare_keys(a->m, b->m)))
			return (struct relation){ NOTHING, order };
		if ((order = compare_pointers(a->m->table, b->m->table)))
			return (struct relation){ KEY, order };
	}
	if ((order = compare_places(a->c, b->c)))
		return (struct relation){ PARTITION_OF_TABLE, order };
	if ((order = compare_columns(a->c, b->c)))
		return (struct relation){ PLACE, order };
	if ((order = compare_cells(a->c, b->c)))
		return (struct relation){ COLUMN, order };
	return (struct relation){ ONE_CELL, compare_versions(a->c, b->c) };
}

static int compare_items(const void *a, const void *b)
{
	return relation_of(a, b).order;
}

static bool is_multi_cell(const struct nd_change *c)
{
	return c->column && c->column->is_multi_cell;
}

/* What an item adds, behind one that it has so much in common with; cells are counted apart. */
static size_t weigh(const struct item *before, const struct item *i, enum common common)
{
	const struct nd_change *c = i->c;
	size_t size = 0;

	if (common < PARTITION_OF_TABLE)
		size += PARTITION;
	if (is_of_row(c) && common < PLACE)
		size += ROW + prefix_size(c->row);
	if (is_multi_cell(c) && common < COLUMN)
		size += MULTI_CELL;
	if (c->kind == ND_CHANGE_DELETE_RANGE &&
	    (common < PARTITION_OF_TABLE || before->c->kind != ND_CHANGE_DELETE_RANGE))
		size += RANGES;
	return size;
}

/* Whether a later item is of the same cell, and takes the place of this one. */
static bool is_overwritten(const struct nd_change *c, enum common with_next)
{
	return with_next == ONE_CELL && c->kind != ND_CHANGE_DELETE_RANGE;
}

/* All changes one after the other: as they were written, or put in order. */
struct sequence {
	struct item written;                /* the next one; `m` NULL: none */
	const struct item *sorted, *behind; /* NULL: not those */
};

/* What most changes are: a cell of another column of the row, in whatever order the statement names them. */
static inline bool is_other_column(const struct nd_change *a, const struct nd_change *b,
				   uint64_t *seen)
{
	const uint64_t had = *seen;

	if (b->kind != ND_CHANGE_CELL || b->column->is_multi_cell || b->column->id >= 64 ||
	    a->row.values != b->row.values || a->is_static != b->is_static)
		return false;
	*seen |= UINT64_C(1) << b->column->id;
	return *seen != had;
}

/* Whether a change may be followed by such cells. `*seen`: the columns they may not be of, which are all up to
 * its own behind other changes of the row. */
static inline bool is_plain(const struct nd_change *c, bool is_first, uint64_t *seen)
{
	*seen = 0;
	if (c->kind > ND_CHANGE_ERASE || !c->column)
		return c->kind == ND_CHANGE_ROW;
	if (c->column->is_multi_cell || c->column->id >= 64)
		return false;
	*seen = is_first ? UINT64_C(1) << c->column->id : (UINT64_C(2) << c->column->id) - 1;
	return true;
}

/* Goes on behind such cells, to that of the last column. @return what they and the item weigh, but for it */
static inline size_t weigh_columns(struct sequence *s, struct item *i, bool is_first)
{
	const struct nd_change *first = i->c, *next;
	uint64_t seen;
	size_t size = 0;

	if (s->sorted || !is_plain(first, is_first, &seen))
		return 0;
	for (next = first->next; next && is_other_column(first, next, &seen); next = next->next) {
		bool is_last = compare_columns(i->c, next) < 0;

		size += cell_size(is_last ? i->c : next);
		i->c = is_last ? next : i->c;
	}
	s->written.c = next;
	return size;
}

static inline bool next_item(struct sequence *s, struct item *out)
{
	struct item *at = &s->written;

	if (s->sorted)
		return s->sorted < s->behind ? *out = *s->sorted++, true : false;
	while (at->m && !at->c)
		at->c = (at->m = at->m->next) ? at->m->first : NULL;
	if (!at->m)
		return false;
	*out = *at;
	at->c = at->c->next;
	return true;
}

struct weight {
	size_t size, mutations;
	bool in_order; /* else the rest means nothing */
};

static struct weight weigh_all(struct sequence s)
{
	struct relation r = { NOTHING, 0 };
	struct weight w = { .in_order = true };
	struct item item = { 0 }, before, next = item;
	bool is_there = next_item(&s, &item);

	for (before = item; is_there && w.in_order; before = item, item = next) {
		w.mutations += r.common == NOTHING;
		w.size += weigh(&before, &item, r.common);
		w.size += weigh_columns(&s, &item, r.common < PLACE);
		is_there = next_item(&s, &next);
		r = is_there ? relation_of(&item, &next) : (struct relation){ NOTHING, 0 };
		w.in_order = r.order <= 0;
		if (!is_overwritten(item.c, r.common))
			w.size += cell_size(item.c);
	}
	return w;
}

/* Those that were written in another order than is needed to put them together. */
static bool weigh_sorted(const struct nd_build *b, size_t changes, struct weight *out)
{
	struct item *items = cd_arena_take_array(b->x->arena, changes + 1, sizeof *items);
	size_t at = 0;

	if (!items)
		return nd_no_memory(&b->x->problem);
	for (const struct nd_mutation *m = b->first; m; m = m->next)
		for (const struct nd_change *c = m->first; c; c = c->next)
			items[at++] = (struct item){ m, c };
	qsort(items, changes, sizeof *items, compare_items);
	*out = weigh_all((struct sequence){ .sorted = items, .behind = items + changes });
	return true;
}

bool nd_batch_weigh(const struct nd_build *b)
{
	const struct nd_settings *s = &b->x->db->settings;
	const int64_t warn = s->batch_size_warn_threshold, fail = s->batch_size_fail_threshold;
	char tables[ND_TABLE_NAMES_SIZE];
	size_t changes;
	struct weight w;

	if (warn < 0 || !b->first)
		return true;
	w = weigh_all((struct sequence){ .written = { b->first, b->first->first } });
	if (!w.in_order && most(b, &changes) <= (size_t)warn)
		return true;
	if (!w.in_order && !weigh_sorted(b, changes, &w))
		return false;
	if (w.mutations <= 1 || w.size <= (size_t)warn)
		return true;
	if (fail >= 0 && w.size > (size_t)fail)
		return nd_refuse(&b->x->problem, ND_INVALID, "Batch too large");
	nd_batch_tables(b, false, tables, sizeof tables);
	nd_request_warn(b->x,
			"Batch for %s is of size %zu, exceeding specified threshold of %zu by %zu.",
			tables, w.size, (size_t)warn, w.size - (size_t)warn);
	return true;
}

/* Rows that are named twice weigh less than that. */
bool nd_batch_is_small(const struct nd_plain_rows *rows, const struct nd_request *x)
{
	const int64_t warn = x->db->settings.batch_size_warn_threshold;
	size_t most = (size_t)PARTITION * rows->partitions + (size_t)ROW * rows->count +
		      (size_t)CELL * rows->cells + rows->bytes;

	return warn < 0 || most <= (size_t)warn;
}
