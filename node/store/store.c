/* SPDX-License-Identifier: MIT */
/* A table's partitions: found by a hash of their keys, walked in the order of their tokens. */
#include "node/store/store_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Rows a sweep looks at: more than a write leaves behind, so that a sweep keeps up with writes. */
#define SWEEP_ROWS 8
/* Partitions that are worth sorting before they are placed. */
#define MANY 1000

struct nd_store *nd_store_new(const struct nd_table *table, const coodie_allocator *allocator)
{
	struct nd_store *s = cd_alloc_zero(allocator, sizeof *s);

	if (!s)
		return NULL;
	s->table = table;
	s->allocator = allocator;
	return s;
}

static void free_partitions(struct nd_store *s, struct nd_link *first)
{
	struct nd_link *next;

	for (struct nd_link *at = first; at; at = next) {
		next = nd_skip_next(at);
		nd_partition_clear((struct nd_partition *)at);
		cd_release(s->allocator, at);
	}
}

void nd_store_truncate(struct nd_store *s)
{
	free_partitions(s, s->order.first[0]);
	free_partitions(s, s->unplaced);
	nd_slots_clear(&s->slots);
	s->order = (struct nd_skip){ .random = s->order.random };
	s->unplaced = NULL;
	s->ages = false;
	s->sweep_partition = NULL;
	s->sweep_row = NULL;
}

void nd_store_free(struct nd_store *s)
{
	if (!s)
		return;
	nd_store_truncate(s);
	cd_release(s->allocator, s->ranks);
	cd_release(s->allocator, s->slots.at);
	cd_release(s->allocator, s);
}

/* Between the columns it stood between: cells of a dropped column stay where they are in a row. */
static uint32_t rank_of_dropped(const struct nd_table *t, const struct nd_dropped_column *c)
{
	uint32_t before = 0;

	while (before < t->column_count &&
	       nd_column_order(t->columns[before]->kind, t->columns[before]->name, c->kind,
			       c->name) < 0)
		before++;
	return 2 * before;
}

static uint32_t count_ids(const struct nd_table *t)
{
	uint32_t count = 1;

	for (uint32_t i = 0; i < t->column_count; i++)
		if (t->columns[i]->id >= count)
			count = t->columns[i]->id + 1;
	for (uint32_t i = 0; i < t->dropped_count; i++)
		if (t->dropped[i].id >= count)
			count = t->dropped[i].id + 1;
	return count;
}

bool nd_store_rank(struct nd_store *s)
{
	const struct nd_table *t = s->table;
	uint32_t *ranks, count;

	if (s->ranks && s->ranked_version == t->version)
		return true;
	count = count_ids(t);
	ranks = cd_alloc_array(s->allocator, count, sizeof *ranks);
	if (!ranks)
		return false;
	memset(ranks, 0xff, count * sizeof *ranks);
	for (uint32_t i = 0; i < t->dropped_count; i++)
		ranks[t->dropped[i].id] = rank_of_dropped(t, &t->dropped[i]);
	for (uint32_t i = 0; i < t->column_count; i++)
		ranks[t->columns[i]->id] = 2 * i + 1;
	cd_release(s->allocator, s->ranks);
	s->ranks = ranks;
	s->rank_count = count;
	s->ranked_version = t->version;
	return true;
}

/* ---- by key ------------------------------------------------------------------------------------ */

/* Eight bytes a step, and once more for the last: numbers differ in their last bytes, which are the high
 * ones of a word, and slots go by the low ones. The store's address is in it, so that nobody knows
 * which keys collide. */
static uint64_t hash_key(const struct nd_store *s, cql_blob key)
{
	uint64_t hash = (uint64_t)(uintptr_t)s ^ key.len, word;

	for (; key.len >= sizeof word; key.data += sizeof word, key.len -= sizeof word) {
		memcpy(&word, key.data, sizeof word);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ key.data[i]) * UINT64_C(0x9e3779b97f4a7c15);
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static bool same_key(cql_blob a, cql_blob b)
{
	return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

static struct nd_partition *find(const struct nd_store *s, cql_blob key, uint64_t hash)
{
	const struct nd_slot *slot;

	for (size_t at = hash; s->slots.size; at++) {
		slot = &s->slots.at[at & (s->slots.size - 1)];
		if (!slot->partition || (slot->hash == hash && same_key(slot->partition->key, key)))
			return slot->partition;
	}
	return NULL;
}

struct nd_partition *nd_store_partition(const struct nd_store *s, cql_blob key)
{
	return find(s, key, hash_key(s, key));
}

/* ---- by token ---------------------------------------------------------------------------------- */

/* `key.data` NULL: before all keys of the token. */
struct token_place {
	int64_t token;
	cql_blob key;
};

static int compare_keys(cql_blob a, cql_blob b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int partition_order(const void *place, const struct nd_link *item)
{
	const struct token_place *at = place;
	const struct nd_partition *p = (const struct nd_partition *)item;

	if (p->token != at->token)
		return p->token < at->token ? -1 : 1;
	return at->key.data ? compare_keys(p->key, at->key) : 1;
}

static int order_behind(const void *place, const struct nd_link *item)
{
	int order = partition_order(place, item);

	return order ? order : -1;
}

static void place(struct nd_store *s, struct nd_partition *p)
{
	struct token_place place = { p->token, p->key };

	nd_skip_insert(&s->order, &p->link, partition_order, &place);
	p->is_placed = true;
}

/* A partition that waits for its place; the token beside it, so that sorting looks at nothing else. */
struct waiting {
	int64_t token;
	struct nd_partition *partition;
};

static int compare_waiting(const void *left, const void *right)
{
	const struct waiting *a = left, *b = right;

	return (a->token > b->token) - (a->token < b->token);
}

/* Many at once are placed in the order of their tokens: each goes beside the one before it, and what leads
 * there is in the caches. A million takes an eighth of the time that it takes in the order they came.
 * @return false when there is no memory for that: nothing was done */
static bool place_sorted(struct nd_store *s, size_t count)
{
	struct waiting *all = cd_alloc(s->allocator, count * sizeof *all);
	size_t i = 0;

	if (!all)
		return false;
	for (struct nd_link *at = s->unplaced; at; at = nd_skip_next(at)) {
		struct nd_partition *p = (struct nd_partition *)at;
		all[i++] = (struct waiting){ p->token, p };
	}
	qsort(all, count, sizeof *all, compare_waiting);
	for (i = 0; i < count; i++)
		place(s, all[i].partition);
	cd_release(s->allocator, all);
	return true;
}

/* Most tables are asked by key alone: a new partition gets its place among the others when somebody
 * wants them in order. */
static void place_all(struct nd_store *s)
{
	struct nd_link *next;
	size_t count = 0;

	for (struct nd_link *at = s->unplaced; at; at = nd_skip_next(at))
		count++;
	if (count < MANY || !place_sorted(s, count)) {
		for (struct nd_link *at = s->unplaced; at; at = next) {
			next = nd_skip_next(at);
			place(s, (struct nd_partition *)at);
		}
	}
	s->unplaced = NULL;
}

static void await_place(struct nd_store *s, struct nd_partition *p)
{
	p->link.prev = NULL;
	p->link.next[0] = s->unplaced;
	if (s->unplaced)
		s->unplaced->prev = &p->link;
	s->unplaced = &p->link;
}

static void leave_place(struct nd_store *s, struct nd_partition *p)
{
	struct token_place place = { p->token, p->key };
	struct nd_link *next = nd_skip_next(&p->link);

	if (p->is_placed) {
		nd_skip_remove(&s->order, &p->link, partition_order, &place);
		return;
	}
	*(p->link.prev ? &p->link.prev->next[0] : &s->unplaced) = next;
	if (next)
		next->prev = p->link.prev;
}

struct nd_partition *nd_store_after(struct nd_store *s, int64_t token, cql_blob key)
{
	struct token_place place = { token, key };

	place_all(s);
	return (struct nd_partition *)nd_skip_seek(&s->order, order_behind, &place);
}

/* ---- coming and going -------------------------------------------------------------------------- */

static struct nd_partition *new_partition(struct nd_store *s, cql_blob key, int64_t token)
{
	unsigned height = nd_skip_height(&s->order);
	size_t links = sizeof(struct nd_partition) + height * sizeof(struct nd_link *);
	size_t size = links + (s->table->clustering_count ? 0 : ND_ONLY_ROW_SIZE);
	struct nd_partition *p = cd_alloc(s->allocator, size + key.len);
	uint8_t *bytes = (uint8_t *)p + size;

	if (!p)
		return NULL;
	*p = (struct nd_partition){
		.link.height = height,
		.store = s,
		.deletion_us = ND_NEVER,
		.token = token,
		.key = { bytes, key.len },
	};
	p->link.next = (struct nd_link **)(void *)(p + 1);
	if (size > links)
		p->only = (struct nd_stored_row *)(void *)(p->link.next + height);
	if (key.len)
		memcpy(bytes, key.data, key.len);
	return p;
}

struct nd_partition *nd_store_touch(struct nd_store *s, cql_blob key, int64_t token)
{
	uint64_t hash = hash_key(s, key);
	struct nd_partition *p = find(s, key, hash);

	if (p)
		return p;
	p = nd_slots_reserve(&s->slots, s->allocator) ? new_partition(s, key, token) : NULL;
	if (!p)
		return NULL;
	await_place(s, p);
	nd_slots_add(&s->slots, hash, p);
	return p;
}

void nd_store_remove_partition(struct nd_store *s, struct nd_partition *p)
{
	nd_slots_remove(&s->slots, hash_key(s, p->key), p);
	if (s->sweep_partition == p) {
		s->sweep_partition = (struct nd_partition *)nd_skip_next(&p->link);
		s->sweep_row = NULL;
	}
	leave_place(s, p);
	nd_partition_clear(p);
	cd_release(s->allocator, p);
}

/* ---- giving memory back ------------------------------------------------------------------------ */

void nd_store_drop_column(struct nd_store *s, uint32_t column_id, int64_t dropped_us)
{
	struct nd_link *at, *next;

	place_all(s);
	for (at = s->order.first[0]; at; at = next) {
		struct nd_partition *p = (struct nd_partition *)at;
		struct nd_link *row = p->rows.first[0], *next_row;
		next = nd_skip_next(at);
		for (; row; row = next_row) {
			next_row = nd_skip_next(row);
			nd_row_drop_column(s->allocator, (struct nd_stored_row *)row, column_id,
					   dropped_us);
			if (nd_row_is_empty((struct nd_stored_row *)row))
				nd_partition_remove_row(p, (struct nd_stored_row *)row);
		}
		if (p->statics)
			nd_row_drop_column(s->allocator, p->statics, column_id, dropped_us);
		if (p->statics && nd_row_is_empty(p->statics))
			nd_partition_remove_row(p, p->statics);
		if (nd_partition_is_empty(p))
			nd_store_remove_partition(s, p);
	}
}

struct sweep {
	int64_t clock;
	int64_t tombstones, values; /* what is before these may go; seconds */
	uint64_t rows;              /* still to be looked at */
};

/* Whether it has been there for long enough. The seconds that were written do not say so: a client
 * may write, and read, with a clock of its own (v5 now_in_seconds). */
static bool is_old(int64_t *swept_at, const struct sweep *w)
{
	if (!*swept_at)
		*swept_at = w->clock;
	return w->clock - *swept_at >= ND_LEAST_GRACE;
}

/* Whether it is a row of a view that ended with its key's cell: the rest of it is of no use. */
static bool is_over(const struct nd_partition *p, const struct nd_contents *c, int64_t before)
{
	return p->store->table->is_strict && c->marker_ttl && c->marker_expires < before;
}

static void sweep_row(struct nd_partition *p, struct nd_stored_row *row, struct sweep *w)
{
	w->rows -= w->rows > 0;
	if (!is_old(&row->contents->swept_at, w))
		return;
	if (is_over(p, row->contents, w->values)) {
		nd_partition_remove_row(p, row);
		return;
	}
	nd_row_purge(p->store->allocator, row, w->tombstones, w->values);
	if (nd_row_is_empty(row))
		nd_partition_remove_row(p, row);
}

/* What is not in rows in order. */
static void sweep_head(struct nd_partition *p, struct sweep *w)
{
	if (p->statics)
		sweep_row(p, p->statics, w);
	else
		w->rows--;
	if (!is_old(&p->swept_at, w))
		return;
	if (p->deletion_us != ND_NEVER && p->deleted_at < w->tombstones)
		p->deletion_us = ND_NEVER;
	nd_ranges_purge(p->ranges, ND_NEVER, w->tombstones);
}

void nd_store_sweep(struct nd_store *s, int64_t clock_seconds)
{
	nd_store_sweep_after(s, clock_seconds, 1);
}

void nd_store_sweep_after(struct nd_store *s, int64_t clock_seconds, uint32_t writes)
{
	int64_t grace = s->table->gc_grace > ND_LEAST_GRACE ? s->table->gc_grace : ND_LEAST_GRACE;
	struct sweep w = { clock_seconds, clock_seconds - grace, clock_seconds - ND_LEAST_GRACE,
			   (uint64_t)SWEEP_ROWS * writes };

	s->clock = clock_seconds;
	if (!s->ages)
		return;
	place_all(s);
	if (!s->sweep_partition)
		s->sweep_partition = (struct nd_partition *)s->order.first[0];
	while (w.rows && s->sweep_partition) {
		struct nd_partition *p = s->sweep_partition;
		if (!s->sweep_row) {
			sweep_head(p, &w);
			s->sweep_row = (struct nd_stored_row *)p->rows.first[0];
		}
		while (w.rows && s->sweep_row) {
			struct nd_stored_row *row = s->sweep_row;
			s->sweep_row = (struct nd_stored_row *)nd_skip_next(&row->link);
			sweep_row(p, row, &w);
		}
		if (s->sweep_row)
			return;
		s->sweep_partition = (struct nd_partition *)nd_skip_next(&p->link);
		if (nd_partition_is_empty(p))
			nd_store_remove_partition(s, p);
	}
}
