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
		size += PARTITION + RANGES;
		for (const struct nd_change *c = m->first; c; c = c->next, ++*changes)
			size += ROW + EXPIRING + MULTI_CELL + cell_size(c) +
				(is_of_row(c) ? prefix_size(c->row) : 0);
	}
	return size;
}

/* ---- put together ------------------------------------------------------------------------------ */

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

static int compare_mutations(const struct nd_mutation *a, const struct nd_mutation *b)
{
	int order = compare_pointers(a->table->keyspace, b->table->keyspace);

	return order ? order : compare_blobs(a->key, b->key);
}

static int compare_partitions(const struct item *a, const struct item *b)
{
	int order = compare_mutations(a->m, b->m);

	return order ? order : compare_pointers(a->m->table, b->m->table);
}

static int compare_places(const struct item *a, const struct item *b)
{
	int order = compare_partitions(a, b);

	if (!order)
		order = is_of_row(a->c) - is_of_row(b->c);
	if (order || !is_of_row(a->c))
		return order;
	for (uint32_t i = 0; !order && i < a->c->row.count; i++)
		order = compare_blobs(a->c->row.values[i], b->c->row.values[i]);
	return order;
}

static int compare_columns(const struct item *a, const struct item *b)
{
	int order = compare_places(a, b);

	return order ? order : compare_pointers(a->c->column, b->c->column);
}

static int compare_cells(const struct item *a, const struct item *b)
{
	int order = compare_columns(a, b);

	if (!order)
		order = (a->c->kind == ND_CHANGE_ERASE_ALL) - (b->c->kind == ND_CHANGE_ERASE_ALL);
	return order ? order : compare_blobs(a->c->path, b->c->path);
}

/* What wins among changes of one cell comes last. */
static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = compare_cells(x, y);

	if (!order)
		order = (x->c->timestamp_us > y->c->timestamp_us) -
			(x->c->timestamp_us < y->c->timestamp_us);
	return order ? order : compare_blobs(x->c->value, y->c->value);
}

static bool is_multi_cell(const struct nd_change *c)
{
	return c->column && c->column->is_multi_cell;
}

/* What an item adds; `before`, `after`: its neighbours, NULL at the ends. */
static size_t weigh(const struct item *before, const struct item *i, const struct item *after)
{
	const struct nd_change *c = i->c;
	bool is_range = c->kind == ND_CHANGE_DELETE_RANGE;
	size_t size = 0;

	if (!before || compare_partitions(before, i))
		size += PARTITION;
	if (is_of_row(c) && (!before || compare_places(before, i)))
		size += ROW + prefix_size(c->row);
	if (is_multi_cell(c) && (!before || compare_columns(before, i)))
		size += MULTI_CELL;
	if (c->kind == ND_CHANGE_ROW && c->ttl)
		size += EXPIRING;
	if (is_range && !(before && before->c->kind == ND_CHANGE_DELETE_RANGE &&
			  !compare_partitions(before, i)))
		size += RANGES;
	if (is_range || !c->column || !after || compare_cells(i, after))
		size += cell_size(c);
	return size;
}

static size_t weigh_all(const struct item *items, size_t count, size_t *mutations)
{
	size_t size = 0;

	*mutations = 0;
	for (size_t i = 0; i < count; i++) {
		const struct item *before = i ? &items[i - 1] : NULL;

		*mutations += !before || compare_mutations(before->m, items[i].m);
		size += weigh(before, &items[i], i + 1 < count ? &items[i + 1] : NULL);
	}
	return size;
}

bool nd_batch_weigh(const struct nd_build *b)
{
	const struct nd_settings *s = &b->x->db->settings;
	const int64_t warn = s->batch_size_warn_threshold, fail = s->batch_size_fail_threshold;
	char tables[ND_TABLE_NAMES_SIZE];
	size_t changes, size, mutations, at = 0;
	struct item *items;

	if (warn < 0 || most(b, &changes) <= (size_t)warn)
		return true;
	items = cd_arena_take_array(b->x->arena, changes + 1, sizeof *items);
	if (!items)
		return nd_no_memory(&b->x->problem);
	for (const struct nd_mutation *m = b->first; m; m = m->next)
		for (const struct nd_change *c = m->first; c; c = c->next)
			items[at++] = (struct item){ m, c };
	qsort(items, changes, sizeof *items, compare_items);
	size = weigh_all(items, changes, &mutations);
	if (mutations <= 1 || size <= (size_t)warn)
		return true;
	if (fail >= 0 && size > (size_t)fail)
		return nd_refuse(&b->x->problem, ND_INVALID, "Batch too large");
	nd_batch_tables(b, false, tables, sizeof tables);
	nd_request_warn(b->x,
			"Batch for %s is of size %zu, exceeding specified threshold of %zu by %zu.",
			tables, size, (size_t)warn, size - (size_t)warn);
	return true;
}
