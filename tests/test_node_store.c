/* SPDX-License-Identifier: MIT */
/* node/store/store.c and its parts by example: what is alive after a few writes; many partitions and many
 * rows; memory. What any writes give in any order is test_node_merge's. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include "node/store/store_parts.h"
#include "tests/failalloc.h"
#include "tests/node_table.h"

enum { NOW = 1000 };

static const struct cd_node_column columns[] = {
	{ "k", "int", ND_PARTITION_KEY, false }, { "c", "int", ND_CLUSTERING, false },
	{ "n", "counter", ND_REGULAR, false },   { "m", "map<text, text>", ND_REGULAR, false },
	{ "v", "text", ND_REGULAR, false },
};

static cql_blob text(const char *s)
{
	return (cql_blob){ (const uint8_t *)s, strlen(s) };
}

/* A write in one line: "row", "v=x", "v-", "m[a]=x", "m[a]-", "m-", "n+5", "n-", "delete",
 * "range" (rows 0 to 9), "partition". */
struct write {
	const char *what;
	int64_t timestamp_us;
	int32_t ttl;
};

static struct nd_change change_of(const struct cd_node_table *t, const struct write *w)
{
	static const uint8_t zero[4] = { 0 }, one[4] = { 0, 0, 0, 1 }, nine[4] = { 0, 0, 0, 9 };
	static const cql_blob rows[] = { { one, 4 }, { zero, 4 }, { nine, 4 } };
	static const char letters[] = "abc";
	struct nd_change c = { .kind = ND_CHANGE_ROW,
			       .row = { 1, &rows[0] },
			       .from = { { 1, &rows[1] }, true },
			       .to = { { 1, &rows[2] }, true },
			       .timestamp_us = w->timestamp_us,
			       .ttl = w->ttl };
	const char *sign = strpbrk(w->what, "=+-");
	const char name[2] = { w->what[0], 0 };

	if (!sign) {
		c.kind = *w->what == 'd'                        ? ND_CHANGE_DELETE_ROW
			 : w->what[1] == 'a' && *w->what == 'r' ? ND_CHANGE_DELETE_RANGE
			 : *w->what == 'p'                      ? ND_CHANGE_DELETE_PARTITION
								: ND_CHANGE_ROW;
		return c;
	}
	c.column = cd_node_table_column(t, name);
	if (w->what[1] == '[') {
		c.path = (cql_blob){ (const uint8_t *)&letters[w->what[2] - 'a'], 1 };
	}
	c.kind = *sign == '=' ? ND_CHANGE_CELL : *sign == '+' ? ND_CHANGE_COUNT : ND_CHANGE_ERASE;
	if (c.kind == ND_CHANGE_ERASE && c.column->is_multi_cell && !c.path.len)
		c.kind = ND_CHANGE_ERASE_ALL;
	c.value = text(sign + 1);
	c.delta = *sign == '+' ? atoi(sign + 1) : 0;
	return c;
}

static cql_blob key_of(uint32_t n, uint8_t out[4])
{
	cd_put_be32(out, n);
	return (cql_blob){ out, 4 };
}

static bool apply_one(struct cd_node_table *t, cql_blob key, int64_t token, struct nd_change *c,
		      int64_t now)
{
	struct nd_mutation m = { .table = &t->table, .key = key, .token = token, .first = c };

	return nd_store_apply(&m, now);
}

static const char *row_text(const struct cd_node_table *t, int64_t now, char *out)
{
	static const uint8_t one[4] = { 0, 0, 0, 1 };
	const cql_blob key = { one, 4 };
	struct nd_partition *p = nd_store_partition(t->table.store, key);
	struct cd_arena arena;
	struct nd_row row;
	bool no_memory = false;
	int len = 0;

	*out = 0;
	cd_arena_init(&arena, NULL, 0);
	if (p &&
	    nd_partition_row(p, (struct nd_clustering){ 1, &key }, now, &arena, &row, &no_memory)) {
		len += sprintf(out + len, row.has_marker ? "row" : "-");
		for (uint32_t i = 0; i < row.cell_count; i++) {
			const struct nd_cell *c = &row.cells[i];
			bool is_count = c->column->type->kind == CQL_KIND_COUNTER;
			len += sprintf(out + len, " %s", c->column->name);
			if (c->column->is_multi_cell)
				len += sprintf(out + len, "[%.*s]", (int)c->path.len,
					       (const char *)c->path.data);
			if (is_count)
				len += sprintf(out + len, "=%" PRId64,
					       (int64_t)cd_get_be64(c->value.data));
			else
				len += sprintf(out + len, "=%.*s", (int)c->value.len,
					       (const char *)c->value.data);
		}
	}
	assert_false(no_memory);
	cd_arena_deinit(&arena);
	return out;
}

#define MOST 6

static const struct {
	const char *name;
	struct write writes[MOST];
	int64_t read_at;
	const char *want;
} rows[] = {
	{ "never written", { { NULL, 0, 0 } }, 0, "" },
	{ "an inserted row lives without cells", { { "row", 1, 0 } }, 0, "row" },
	{ "an updated one by its cells", { { "v=x", 1, 0 } }, 0, "- v=x" },
	{ "and dies with them", { { "v=x", 1, 0 }, { "v-", 2, 0 } }, 0, "" },
	{ "an inserted one does not",
	  { { "row", 1, 0 }, { "v=x", 1, 0 }, { "v-", 2, 0 } },
	  0,
	  "row" },
	{ "the last write wins", { { "v=new", 2, 0 }, { "v=old", 1, 0 } }, 0, "- v=new" },
	{ "at the same time the greater bytes", { { "v=b", 1, 0 }, { "v=a", 1, 0 } }, 0, "- v=b" },
	{ "and the longer ones", { { "v=ab", 1, 0 }, { "v=a", 1, 0 } }, 0, "- v=ab" },
	{ "a tombstone over a value", { { "v-", 1, 0 }, { "v=x", 1, 0 } }, 0, "" },
	{ "what expires over what does not", { { "v=a", 1, 9 }, { "v=b", 1, 0 } }, NOW, "- v=a" },
	{ "later end over earlier", { { "v=a", 1, 9 }, { "v=b", 1, 8 } }, NOW, "- v=a" },
	{ "a tombstone over what expires", { { "v=a", 1, 9 }, { "v-", 1, 0 } }, NOW, "" },
	{ "alive until the second of its end", { { "v=a", 1, 9 } }, NOW + 8, "- v=a" },
	{ "expired", { { "v=a", 1, 9 } }, NOW + 9, "" },
	{ "what expired still shadows", { { "v=a", 2, 9 }, { "v=b", 1, 0 } }, NOW + 9, "" },
	{ "a row's marker expires, its cell not",
	  { { "row", 1, 9 }, { "v=a", 1, 0 } },
	  NOW + 9,
	  "- v=a" },
	{ "a marker without end loses to one with, at the same time",
	  { { "row", 1, 0 }, { "row", 1, 9 } },
	  NOW + 9,
	  "" },
	{ "a row's deletion at the same time", { { "delete", 1, 0 }, { "row", 1, 0 } }, 0, "" },
	{ "is of all before it",
	  { { "row", 1, 0 }, { "v=x", 2, 0 }, { "m[a]=x", 3, 0 }, { "delete", 2, 0 } },
	  0,
	  "- m[a]=x" },
	{ "a range's deletion", { { "v=x", 1, 0 }, { "range", 1, 0 } }, 0, "" },
	{ "and what comes late", { { "range", 5, 0 }, { "v=x", 5, 0 }, { "v=y", 4, 0 } }, 0, "" },
	{ "and what is younger", { { "range", 5, 0 }, { "v=x", 6, 0 } }, 0, "- v=x" },
	{ "a partition's deletion",
	  { { "v=x", 1, 0 }, { "partition", 1, 0 }, { "v=y", 1, 0 } },
	  0,
	  "" },
	{ "older deletions do nothing",
	  { { "partition", 5, 0 }, { "partition", 3, 0 }, { "v=y", 4, 0 } },
	  0,
	  "" },
	{ "items in order, one cell each",
	  { { "m[b]=2", 1, 0 }, { "m[a]=1", 1, 0 }, { "m[c]=3", 1, 0 }, { "m[b]-", 2, 0 } },
	  0,
	  "- m[a]=1 m[c]=3" },
	{ "a new map in place of the old one",
	  { { "m[a]=1", 1, 0 }, { "m-", 1, 0 }, { "m[b]=2", 2, 0 }, { "m[c]=3", 1, 0 } },
	  0,
	  "- m[b]=2" },
	{ "cells in the order of the table",
	  { { "v=x", 1, 0 }, { "m[a]=1", 1, 0 } },
	  0,
	  "- m[a]=1 v=x" },
	{ "counters add up", { { "n+5", 1, 0 }, { "n+7", 2, 0 }, { "n+-2", 3, 0 } }, 0, "- n=10" },
	{ "in any order of time", { { "n+5", 2, 0 }, { "n+7", 1, 0 } }, 0, "- n=12" },
	{ "a deleted counter stays deleted",
	  { { "n+5", 1, 0 }, { "n-", 2, 0 }, { "n+1", 3, 0 } },
	  0,
	  "" },
	{ "whatever the times say", { { "n+5", 9, 0 }, { "n-", 2, 0 } }, 0, "" },
	{ "unless its row was deleted",
	  { { "n+5", 1, 0 }, { "delete", 2, 0 }, { "n+1", 3, 0 } },
	  0,
	  "- n=1" },
};

/* One mutation for each write, then all in one. */
static void test_rows(void **state)
{
	static const uint8_t one[4] = { 0, 0, 0, 1 };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		for (int together = 0; together < 2; together++) {
			struct cd_node_table t;
			struct nd_change changes[MOST];
			struct nd_mutation m = { .table = &t.table, .key = { one, 4 } };
			char have[128];
			assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
			m.last = &m.first;
			for (size_t n = 0; n < MOST && rows[i].writes[n].what; n++) {
				changes[n] = change_of(&t, &rows[i].writes[n]);
				*m.last = &changes[n];
				if (together)
					m.last = &changes[n].next;
				else
					assert_true(nd_store_apply(&m, NOW));
			}
			assert_true(!together || nd_store_apply(&m, NOW));
			row_text(&t, rows[i].read_at, have);
			if (strcmp(have, rows[i].want) != 0)
				fail_msg("row \"%s\": \"%s\"", rows[i].name, have);
			cd_node_table_deinit(&t);
		}
	}
}

/* ---- many -------------------------------------------------------------------------------------- */

static uint32_t scramble(uint32_t n)
{
	return n * 2654435761u;
}

/* Partitions written in no order are found by their keys and walked by their tokens. */
static void test_partitions(void **state)
{
	enum { COUNT = 20000 };
	struct cd_node_table t;
	struct nd_partition *p;
	uint32_t seen = 0;
	int64_t last = INT64_MIN;
	uint8_t key[4];
	(void)state;

	assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
	for (uint32_t i = 0; i < COUNT; i++) {
		struct nd_change c = change_of(&t, &(struct write){ "row", 1, 0 });
		assert_true(apply_one(&t, key_of(i, key), (int32_t)scramble(i) / 4, &c, NOW));
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		p = nd_store_partition(t.table.store, key_of(i, key));
		assert_non_null(p);
		assert_int_equal(nd_partition_token(p), (int32_t)scramble(i) / 4);
	}
	assert_null(nd_store_partition(t.table.store, key_of(COUNT, key)));
	for (p = nd_store_after(t.table.store, INT64_MIN, (cql_blob){ NULL, 0 }); p; seen++) {
		assert_true(nd_partition_token(p) >= last);
		last = nd_partition_token(p);
		p = nd_store_after(t.table.store, last, nd_partition_key(p));
	}
	assert_int_equal(seen, COUNT);
	p = nd_store_after(t.table.store, 0, (cql_blob){ NULL, 0 });
	assert_int_equal(nd_partition_token(p), 0);
	nd_store_truncate(t.table.store);
	assert_null(nd_store_after(t.table.store, INT64_MIN, (cql_blob){ NULL, 0 }));
	assert_null(nd_store_partition(t.table.store, key_of(1, key)));
	cd_node_table_deinit(&t);
}

/* Keys that differ in their last bytes, as numbers do, are spread over the slots. */
static void test_slots(void **state)
{
	enum { COUNT = 20000, FAIR = 4 };
	struct cd_node_table t;
	uint8_t key[8] = { 0 };
	(void)state;

	assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
	for (uint32_t i = 0; i < COUNT; i++) {
		struct nd_change c = change_of(&t, &(struct write){ "row", 1, 0 });
		cd_put_be32(key + 4, i);
		assert_true(apply_one(&t, (cql_blob){ key, sizeof key }, i, &c, NOW));
	}
	const struct nd_slots *s = &t.table.store->slots;
	size_t passed = 0;
	for (size_t i = 0; i < s->size; i++)
		if (s->at[i].partition)
			passed += (i - s->at[i].hash) & (s->size - 1);
	assert_int_equal(s->count, COUNT);
	assert_true(passed <= (size_t)FAIR * COUNT);
	cd_node_table_deinit(&t);
}

/* Whether the keys below `COUNT` are found but for every third one. */
static void check_thirds(struct cd_node_table *t, uint32_t count, bool without)
{
	uint8_t key[4];

	for (uint32_t i = 0; i < count; i++) {
		const struct nd_partition *p = nd_store_partition(t->table.store, key_of(i, key));
		assert_int_equal(p == NULL, without && i % 3 == 0);
		assert_true(!p || nd_partition_token(p) == i);
	}
}

/* What lies behind a slot that gets free is still found, and so is what comes then. */
static void test_slots_removed(void **state)
{
	enum { COUNT = 3000, TIMES = 3 };
	struct cd_node_table t;
	uint8_t key[4];
	(void)state;

	assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
	for (uint32_t times = 0; times < TIMES; times++) {
		for (uint32_t i = 0; i < COUNT; i++) {
			struct nd_change c = change_of(&t, &(struct write){ "row", 1, 0 });
			assert_true(apply_one(&t, key_of(i, key), i, &c, NOW));
		}
		check_thirds(&t, COUNT, false);
		for (uint32_t i = 0; i < COUNT; i += 3) {
			struct nd_change c = change_of(&t, &(struct write){ "row", 1, 0 });
			nd_store_remove_row(t.table.store, key_of(i, key), c.row);
		}
		check_thirds(&t, COUNT, true);
	}
	cd_node_table_deinit(&t);
}

/* Equal tokens: by key. */
static void test_equal_tokens(void **state)
{
	struct cd_node_table t;
	struct nd_partition *p;
	uint8_t key[4];
	(void)state;

	assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
	for (uint32_t i = 0; i < 100; i++) {
		struct nd_change c = change_of(&t, &(struct write){ "row", 1, 0 });
		assert_true(apply_one(&t, key_of(scramble(i) % 100, key), 7, &c, NOW));
	}
	p = nd_store_after(t.table.store, 7, (cql_blob){ NULL, 0 });
	for (uint32_t i = 0; i < 100; i++) {
		if (!nd_store_partition(t.table.store, key_of(i, key)))
			continue;
		assert_non_null(p);
		assert_memory_equal(nd_partition_key(p).data, key_of(i, key).data, 4);
		p = nd_store_after(t.table.store, 7, nd_partition_key(p));
	}
	assert_null(p);
	cd_node_table_deinit(&t);
}

/* A partition of many rows, written in no order: in order, found, cut by a range, swept. */
static void test_many_rows(void **state)
{
	enum { COUNT = 100000 };
	static const uint8_t one[4] = { 0, 0, 0, 1 };
	static const struct nd_bound all = { .inclusive = true };
	struct cd_node_table t;
	struct cd_failalloc f;
	struct cd_arena arena;
	struct nd_walk w;
	struct nd_row row;
	struct nd_partition *p;
	uint8_t from[4], to[4];
	cql_blob bounds[2] = { key_of(10, from), key_of(COUNT - 10, to) };
	struct nd_change cut = { .kind = ND_CHANGE_DELETE_RANGE,
				 .from = { { 1, &bounds[0] }, true },
				 .to = { { 1, &bounds[1] }, false },
				 .timestamp_us = 5 };
	bool no_memory;
	int64_t sum = 0;
	(void)state;

	cd_failalloc_init(&f, 0);
	assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), &f.allocator));
	cd_arena_init(&arena, NULL, 0);
	for (uint32_t i = 0; i < COUNT; i++) {
		uint8_t bytes[4];
		cql_blob c = key_of((uint32_t)((uint64_t)i * 70001 % COUNT), bytes);
		struct nd_change change = { .row = { 1, &c }, .timestamp_us = 1 };
		assert_true(apply_one(&t, (cql_blob){ one, 4 }, 0, &change, NOW));
	}
	p = nd_store_partition(t.table.store, (cql_blob){ one, 4 });
	nd_walk_init(&w, p, all, all, true, NOW, &arena);
	for (uint32_t i = COUNT; i-- > 0;) {
		assert_true(nd_walk_next(&w, &row, &no_memory));
		assert_int_equal(cd_get_be32(row.clustering.values[0].data), i);
	}
	assert_false(nd_walk_next(&w, &row, &no_memory));
	assert_true(apply_one(&t, (cql_blob){ one, 4 }, 0, &cut, NOW));
	nd_walk_init(&w, p, all, all, false, NOW, &arena);
	while (nd_walk_next(&w, &row, &no_memory))
		sum += cd_get_be32(row.clustering.values[0].data);
	assert_int_equal(sum, 10 * (COUNT - 1) + 0);
	assert_true(f.live < 100);
	cd_arena_deinit(&arena);
	cd_node_table_deinit(&t);
	assert_int_equal(f.live, 0);
}

/* ---- memory ------------------------------------------------------------------------------------ */

/* The same rows written, expired or deleted again and again: memory stays what it was. */
static void test_does_not_grow(void **state)
{
	static const struct {
		const char *name;
		struct write first, second;
	} cases[] = {
		{ "written over", { "v=a", 0, 0 }, { "v=b", 0, 0 } },
		{ "deleted", { "row", 0, 0 }, { "delete", 0, 0 } },
		{ "partitions", { "v=x", 0, 0 }, { "partition", 0, 0 } },
		{ "ranges", { "v=x", 0, 0 }, { "range", 0, 0 } },
		{ "maps", { "m[a]=x", 0, 0 }, { "m-", 0, 0 } },
		{ "expiring", { "v=x", 0, 5 }, { "row", 0, 5 } },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(cases); i++) {
		struct cd_node_table t;
		struct cd_failalloc f;
		cd_failalloc_init(&f, 0);
		assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), &f.allocator));
		t.table.gc_grace = 1000;
		for (int64_t n = 1; n < 5000; n++) {
			struct write first = cases[i].first, second = cases[i].second;
			uint8_t key[4];
			struct nd_change c;
			first.timestamp_us = n * 2;
			second.timestamp_us = n * 2 + 1;
			c = change_of(&t, &first);
			CD_CHECK(apply_one(&t, key_of((uint32_t)n, key), n, &c, n * 100),
				 cases[i].name);
			c = change_of(&t, &second);
			CD_CHECK(apply_one(&t, key_of((uint32_t)(n % 7), key), n % 7, &c, n * 100),
				 cases[i].name);
			c = change_of(&t, &(struct write){ "partition", 0, 0 });
			c.timestamp_us = n * 2;
			CD_CHECK(apply_one(&t, key_of((uint32_t)n, key), n, &c, n * 100),
				 cases[i].name);
			nd_store_sweep(t.table.store, n * 100);
			CD_CHECK(f.live < 200, cases[i].name);
		}
		cd_node_table_deinit(&t);
		CD_CHECK(f.live == 0, cases[i].name);
	}
}

/* What expired is an empty tombstone after ten minutes, and nothing after gc_grace. */
static void test_expired(void **state)
{
	static const struct {
		const char *name;
		int64_t clock;
		const char *late,
			*want; /* a write with an older timestamp, and what is alive then */
	} cases[] = {
		{ "just expired", NOW + 20, "v=late", "" },
		{ "without its bytes", NOW + 700, "v=late", "" },
		{ "not there any more", NOW + 864020, "v=late", "- v=late" },
	};
	uint8_t key[4];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(cases); i++) {
		struct cd_node_table t;
		char have[128];
		struct nd_change c;
		assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
		c = change_of(&t, &(struct write){ "v=early", 5, 10 });
		assert_true(apply_one(&t, key_of(1, key), 1, &c, NOW));
		nd_store_sweep(t.table.store, NOW + 1);
		for (int n = 0; n < 3; n++)
			nd_store_sweep(t.table.store, cases[i].clock);
		c = change_of(&t, &(struct write){ cases[i].late, 4, 0 });
		assert_true(apply_one(&t, key_of(1, key), 1, &c, NOW));
		if (strcmp(row_text(&t, NOW + 20, have), cases[i].want) != 0)
			fail_msg("row \"%s\": \"%s\"", cases[i].name, have);
		cd_node_table_deinit(&t);
	}
}

/* A client that writes and reads with a clock of its own is not swept by ours for ten minutes. */
static void test_clients_clock(void **state)
{
	static const struct {
		const char *name;
		int64_t clock, read_at;
		const char *want;
	} cases[] = {
		{ "just written", 1000 * NOW + 2, 5, "- v=x" },
		{ "and judged by its clock", 1000 * NOW + 2, 15, "" },
		{ "a while later", 1000 * NOW + 599, 5, "- v=x" },
		{ "swept", 1000 * NOW + 602, 5, "" },
	};
	uint8_t key[4];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(cases); i++) {
		struct cd_node_table t;
		char have[128];
		struct nd_change c;
		assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
		nd_store_sweep(t.table.store, 1000 * NOW);
		c = change_of(&t, &(struct write){ "v=x", 5, 10 });
		assert_true(apply_one(&t, key_of(1, key), 1, &c, 5));
		nd_store_sweep(t.table.store, 1000 * NOW + 1);
		for (int n = 0; n < 3; n++)
			nd_store_sweep(t.table.store, cases[i].clock);
		if (strcmp(row_text(&t, cases[i].read_at, have), cases[i].want) != 0)
			fail_msg("row \"%s\": \"%s\"", cases[i].name, have);
		cd_node_table_deinit(&t);
	}
}

/* A dropped column takes its cells along, and rows that had nothing else. */
static void test_drop_column(void **state)
{
	struct cd_node_table t;
	struct cd_failalloc f;
	size_t live;
	uint8_t key[4];
	char have[128];
	struct nd_change c;
	(void)state;

	cd_failalloc_init(&f, 0);
	assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), &f.allocator));
	live = f.live;
	c = change_of(&t, &(struct write){ "v=x", 1, 0 });
	assert_true(apply_one(&t, key_of(1, key), 1, &c, NOW));
	c = change_of(&t, &(struct write){ "m[a]=y", 1, 0 });
	assert_true(apply_one(&t, key_of(1, key), 1, &c, NOW));
	nd_store_drop_column(t.table.store, cd_node_table_column(&t, "m")->id, INT64_MAX);
	assert_string_equal(row_text(&t, NOW, have), "- v=x");
	nd_store_drop_column(t.table.store, cd_node_table_column(&t, "v")->id, INT64_MAX);
	assert_null(nd_store_partition(t.table.store, key_of(1, key)));
	assert_int_equal(f.live, live + 2); /* the ranks, the slots */
	cd_node_table_deinit(&t);
}

/* A column that was added sorts in its place among the cells that were there. */
static void test_added_column(void **state)
{
	static const struct cd_node_column grown[] = {
		{ "k", "int", ND_PARTITION_KEY, false },
		{ "c", "int", ND_CLUSTERING, false },
		{ "m", "map<text, text>", ND_REGULAR, false },
		{ "v", "text", ND_REGULAR, false },
		{ "n", "text", ND_REGULAR, false },
	};
	struct cd_node_table t;
	struct nd_column *added;
	uint8_t key[4];
	char have[128];
	struct nd_change c;
	(void)state;

	assert_true(cd_node_table_init(&t, grown, CD_COUNT(grown), NULL));
	t.table.column_count--;
	c = change_of(&t, &(struct write){ "v=x", 1, 0 });
	assert_true(apply_one(&t, key_of(1, key), 1, &c, NOW));
	c = change_of(&t, &(struct write){ "m[a]=y", 1, 0 });
	assert_true(apply_one(&t, key_of(1, key), 1, &c, NOW));
	t.table.column_count++;
	t.table.version++;
	added = t.pointers[4];
	t.pointers[4] = t.pointers[3];
	t.pointers[3] = added;
	assert_string_equal(row_text(&t, NOW, have), "- m[a]=y v=x");
	c = change_of(&t, &(struct write){ "n=z", 1, 0 });
	assert_true(apply_one(&t, key_of(1, key), 1, &c, NOW));
	assert_string_equal(row_text(&t, NOW, have), "- m[a]=y n=z v=x");
	cd_node_table_deinit(&t);
}

static void test_key_columns(void **state)
{
	static const struct {
		const char *name, *key;
		size_t len;
		uint32_t count;
		const char *want[3];
	} cases[] = {
		{ "one", "abc", 3, 1, { "abc" } },
		{ "two", "\0\1a\0\0\2bc\0", 9, 2, { "a", "bc" } },
		{ "empty ones", "\0\0\0\0\0\0", 6, 2, { "", "" } },
		{ "cut short", "\0\1a\0\0\5b", 7, 2, { "a", "" } },
		{ "nothing", "", 0, 2, { "", "" } },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(cases); i++) {
		struct cd_node_table t;
		struct nd_partition *p;
		struct nd_change c;
		cql_blob out[3], key = { (const uint8_t *)cases[i].key, cases[i].len };
		assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
		c = change_of(&t, &(struct write){ "row", 1, 0 });
		assert_true(apply_one(&t, key, 0, &c, NOW));
		p = nd_store_partition(t.table.store, key);
		CD_CHECK(p, cases[i].name);
		nd_partition_key_columns(p, out, cases[i].count);
		for (uint32_t n = 0; n < cases[i].count; n++) {
			CD_CHECK(out[n].data && out[n].len == strlen(cases[i].want[n]),
				 cases[i].name);
			CD_CHECK(memcmp(out[n].data, cases[i].want[n], out[n].len) == 0,
				 cases[i].name);
		}
		cd_node_table_deinit(&t);
	}
}

/* A read that finds no memory says so. */
static void test_read_without_memory(void **state)
{
	static const struct nd_bound all = { .inclusive = true };
	struct cd_node_table t;
	struct cd_failalloc f;
	struct cd_arena arena;
	struct nd_walk w;
	struct nd_row row;
	struct nd_change c;
	uint8_t key[4];
	bool no_memory = false;
	(void)state;

	assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
	c = change_of(&t, &(struct write){ "v=x", 1, 0 });
	assert_true(apply_one(&t, key_of(1, key), 1, &c, NOW));
	cd_failalloc_init(&f, 1);
	f.fail_on = true;
	cd_arena_init(&arena, &f.allocator, 0);
	nd_walk_init(&w, nd_store_partition(t.table.store, key_of(1, key)), all, all, false, NOW,
		     &arena);
	assert_false(nd_walk_next(&w, &row, &no_memory));
	assert_true(no_memory);
	nd_walk_init(&w, NULL, all, all, false, NOW, &arena);
	assert_false(nd_walk_next(&w, &row, &no_memory));
	assert_false(no_memory);
	cd_arena_deinit(&arena);
	cd_node_table_deinit(&t);
}

/* A value of any size takes the place of one of any other, and its neighbours stay what they are: small
 * ones lie with their row, large ones apart. */
static void test_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 5, 6, 40, 255, 256, 257, 1000 };
	enum { SIZES = CD_COUNT(sizes), LONGEST = 1000 };
	struct cd_failalloc f;
	struct cd_node_table t;
	uint8_t key[4];
	(void)state;

	cd_failalloc_init(&f, 0);
	assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), &f.allocator));
	for (unsigned i = 0; i < SIZES * SIZES; i++) {
		struct nd_change m = change_of(&t, &(struct write){ "m[a]=beside", 2 * i + 1, 0 });
		struct nd_change v = change_of(&t, &(struct write){ "v=", 2 * i + 1, 0 });
		char bytes[LONGEST + 1], wanted[LONGEST + 32], got[LONGEST + 32];

		for (unsigned turn = 0; turn < 2; turn++) {
			size_t len = sizes[turn ? i % SIZES : i / SIZES];
			memset(bytes, 'a' + (int)(i % 26), len);
			bytes[len] = '\0';
			v.value = text(bytes);
			m.timestamp_us = v.timestamp_us = 2 * i + turn + 1;
			assert_true(apply_one(&t, key_of(1, key), 1, turn ? &v : &m, NOW));
			assert_true(apply_one(&t, key_of(1, key), 1, turn ? &m : &v, NOW));
			snprintf(wanted, sizeof wanted, "- m[a]=beside v=%s", bytes);
			assert_string_equal(row_text(&t, NOW, got), wanted);
		}
	}
	cd_node_table_deinit(&t);
	assert_int_equal(f.live, 0);
}

/* Writes over a row in one mutation, of statements that know nothing of each other: a value that leaves less
 * room, then others that need more than was left, than there ever was, or none. */
static const struct {
	const char *name, *values[3], *wanted;
	int64_t times_us[3];
} rewrites[] = {
	{ "each the same length", { "one", "two", "six" }, "six", { 2, 3, 4 } },
	{ "shorter, and long again", { "o", "the first length", "o" }, "o", { 2, 3, 4 } },
	{ "shorter, and long to stay",
	  { "", "o", "the first length" },
	  "the first length",
	  { 2, 3, 4 } },
	{ "longer than it was",
	  { "o", "longer than there is any room for", "oo" },
	  "oo",
	  { 2, 3, 4 } },
	{ "the greater of a tie", { "two", "six", "one" }, "two", { 2, 2, 2 } },
	{ "older ones behind",
	  { "two", "six", "a value of the first length" },
	  "two",
	  { 4, 3, 2 } },
	{ "all too old", { "two", "six", "one" }, "the first length", { 0, 0, 0 } },
};

static void test_rewrites(void **state)
{
	enum { WRITES = 3 };
	struct cd_failalloc f;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rewrites); i++)
		for (size_t fail = 0; fail < 6; fail++) {
			struct cd_node_table t;
			struct nd_change c[2 * WRITES];
			cql_blob rows[WRITES];
			char wanted[64], got[128];
			uint8_t key[4];
			bool ok;

			cd_failalloc_init(&f, 0);
			assert_true(
				cd_node_table_init(&t, columns, CD_COUNT(columns), &f.allocator));
			c[0] = change_of(&t, &(struct write){ "v=the first length", 1, 0 });
			assert_true(apply_one(&t, key_of(1, key), 1, &c[0], NOW));
			for (unsigned w = 0; w < WRITES; w++) {
				c[2 * w] = change_of(&t, &(struct write){ "row", 1, 0 });
				c[2 * w + 1] = change_of(&t, &(struct write){ "v=", 0, 0 });
				rows[w] = c[2 * w].row.values[0];
				c[2 * w].row.values = c[2 * w + 1].row.values = &rows[w];
				c[2 * w].timestamp_us = c[2 * w + 1].timestamp_us =
					rewrites[i].times_us[w];
				c[2 * w + 1].value = text(rewrites[i].values[w]);
				c[2 * w].next = &c[2 * w + 1];
				c[2 * w + 1].next = w + 1 < WRITES ? &c[2 * w + 2] : NULL;
			}
			f.fail_at = fail ? f.calls + fail : 0;
			ok = apply_one(&t, key_of(1, key), 1, c, NOW);
			f.fail_at = 0;
			assert_true(ok || fail);
			snprintf(wanted, sizeof wanted, "%s v=%s", ok ? "row" : "-",
				 ok ? rewrites[i].wanted : "the first length");
			row_text(&t, NOW, got);
			if (strcmp(got, wanted) != 0)
				fail_msg("%s, failing at %zu: %s", rewrites[i].name, fail, got);
			cd_node_table_deinit(&t);
			assert_int_equal(f.live, 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),        cmocka_unit_test(test_partitions),
		cmocka_unit_test(test_slots),       cmocka_unit_test(test_slots_removed),
		cmocka_unit_test(test_equal_tokens),
		cmocka_unit_test(test_many_rows),   cmocka_unit_test(test_does_not_grow),
		cmocka_unit_test(test_expired),     cmocka_unit_test(test_clients_clock),
		cmocka_unit_test(test_drop_column), cmocka_unit_test(test_added_column),
		cmocka_unit_test(test_key_columns), cmocka_unit_test(test_read_without_memory),
		cmocka_unit_test(test_sizes),       cmocka_unit_test(test_rewrites),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
