/* SPDX-License-Identifier: MIT */
/* net/ring/tablets.c and net/ring/tablets_store.c: overlaps, hosts that come and go, a bound on memory, and what one
 * process leaves to the next. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include <coodie/framing.h>

#include "net/ring/tablets.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/table.h"
#include "tests/town.h"

static cql_text text_of(const char *text)
{
	return cql_text_of(text);
}

static const cql_text no_text = { NULL, 0 };

/* A tablet with replicas on hosts by their ids, on shards of 10 times that. */
static bool learn_at(struct cd_tablets *t, uint32_t table, int64_t first, int64_t last,
		     const char *ids, coodie_error *err)
{
	cql_tablet_replica replicas[40];
	cql_tablet tablet = { first, last, replicas, 0, true, (uint64_t)last };

	for (const char *id = ids; *id; id++)
		replicas[tablet.replica_count++] = (cql_tablet_replica){
			town_host_id((unsigned)(*id - '0')), (*id - '0') * 10
		};
	return cd_tablets_learn(t, table, &tablet, err);
}

static bool learn(struct cd_tablets *t, uint32_t table, int64_t first, int64_t last,
		  const char *ids)
{
	return learn_at(t, table, first, last, ids, NULL);
}

/* All tablets of a table as "0-10:12 10-20:2", where 12 are the slots; strangers are ?. Checks that they do
 * not overlap. */
static const char *say(const struct cd_tablets *t, uint32_t table)
{
	static const char digits[] = "0123456789";
	static char text[4096]; /* of the test's only thread */
	const struct cd_tablets_table *x = t->tables[table];
	size_t len = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < x->count; i++) {
		assert_true(x->tablets[i].first < x->lasts[i]);
		assert_true(i == 0 || x->lasts[i - 1] <= x->tablets[i].first);
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%" PRId64 "-%" PRId64 ":",
					i ? " " : "", x->tablets[i].first, x->lasts[i]);
		for (uint32_t j = 0; j < x->tablets[i].count; j++) {
			uint16_t slot = x->replicas[(size_t)i * x->stride + j].slot;
			text[len++] = slot >= CD_TABLETS_STRANGER ? '?' : digits[slot];
		}
		text[len] = '\0';
	}
	return text;
}

/* ---- learning ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int64_t first, last;
	const char *want;
} overlaps[] = {
	{ "the same", 10, 20, "0-10:? 10-20:?? 20-30:?" },
	{ "in front", -10, 0, "-10-0:?? 0-10:? 10-20:? 20-30:?" },
	{ "behind, with a gap", 35, 40, "0-10:? 10-20:? 20-30:? 35-40:??" },
	{ "a part of one", 12, 18, "0-10:? 12-18:?? 20-30:?" },
	{ "one token", 19, 20, "0-10:? 19-20:?? 20-30:?" },
	{ "parts of two", 5, 15, "5-15:?? 20-30:?" },
	{ "two", 0, 20, "0-20:?? 20-30:?" },
	{ "all", INT64_MIN, INT64_MAX, "-9223372036854775808-9223372036854775807:??" },
	{ "touching on both sides", 30, 31, "0-10:? 10-20:? 20-30:? 30-31:??" },
	{ "across an end", 25, 99, "0-10:? 10-20:? 25-99:??" },
};

static void test_overlaps(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(overlaps); i++) {
		struct cd_tablets t;
		cd_tablets_init(&t, NULL, 100);
		uint32_t table = cd_tablets_table(&t, text_of("ks"), text_of("t"));
		for (int first = 0; first < 30; first += 10)
			assert_true(learn(&t, table, first, first + 10, "1"));
		assert_true(learn(&t, table, overlaps[i].first, overlaps[i].last, "23"));
		assert_string_equal(say(&t, table), overlaps[i].want);
		assert_int_equal(t.count, t.tables[table]->count);
		cd_tablets_deinit(&t);
	}
}

/* Against an array with a place for each token. */
static void test_by_chance(void **state)
{
	enum { TOKENS = 200, STEPS = 3000 };
	struct cd_tablets t;
	uint64_t random = 88172645463325252u;
	uint8_t owner[TOKENS] = { 0 }; /* host of each token; 0: not known */
	struct {
		int first, last;
	} range[TOKENS];

	(void)state;
	cd_tablets_init(&t, NULL, 1000);
	uint32_t table = cd_tablets_table(&t, text_of("ks"), text_of("t"));
	for (int step = 0; step < STEPS; step++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		int first = (int)(random >> 20) % TOKENS - 1, last, host = 1 + step % 9;
		if (first < -1)
			first = -first;
		last = first + 1 + (int)(random >> 50) % 30;
		last = last < TOKENS ? last : TOKENS - 1;
		if (first >= last)
			continue;
		assert_true(learn(&t, table, first, last, (char[]){ (char)('0' + host), 0 }));
		for (int i = 0; i < TOKENS; i++)
			if (owner[i] && range[i].first < last && range[i].last > first)
				owner[i] = 0;
		for (int i = first + 1; i <= last; i++) {
			owner[i] = (uint8_t)host;
			range[i].first = first;
			range[i].last = last;
		}
		for (int i = 0; i < TOKENS; i++) {
			const struct cd_tablet_replica *r;
			const struct cd_tablet *found = cd_tablets_find(&t, table, i, &r);
			assert_int_equal(found != NULL, owner[i] != 0);
			assert_true(!found || r->shard == owner[i] * 10);
		}
	}
	cd_tablets_deinit(&t);
}

static void test_finding(void **state)
{
	struct cd_tablets t;
	const struct cd_tablet_replica *r;

	(void)state;
	cd_tablets_init(&t, NULL, 100);
	uint32_t table = cd_tablets_table(&t, text_of("ks"), text_of("t"));
	assert_int_equal(cd_tablets_table(&t, text_of("ks"), text_of("t")), table);
	assert_int_not_equal(cd_tablets_table(&t, text_of("k"), text_of("st")), table);
	learn(&t, table, INT64_MIN, -5, "21");
	learn(&t, table, 10, INT64_MAX, "345678");
	assert_null(cd_tablets_find(&t, table, INT64_MIN, &r));
	assert_int_equal(cd_tablets_find(&t, table, INT64_MIN + 1, &r)->count, 2);
	assert_int_equal(r[0].shard, 20);
	assert_int_equal(r[1].shard, 10);
	assert_non_null(cd_tablets_find(&t, table, -5, &r));
	assert_null(cd_tablets_find(&t, table, -4, &r));
	assert_null(cd_tablets_find(&t, table, 10, &r));
	assert_int_equal(cd_tablets_find(&t, table, INT64_MAX, &r)->count, 6);
	assert_int_equal(r[5].shard, 80);
	assert_int_equal(t.tables[table]->hits, 3);
	assert_int_equal(t.tables[table]->misses, 3);
	assert_null(cd_tablets_find(&t, CD_TABLETS_NO_TABLE, 0, &r));
	cd_tablets_deinit(&t);
}

static void test_refused(void **state)
{
	struct cd_tablets t;
	coodie_error err;

	(void)state;
	cd_tablets_init(&t, NULL, 100);
	uint32_t table = cd_tablets_table(&t, text_of("ks"), text_of("t"));
	assert_false(learn_at(&t, table, 5, 5, "1", &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	assert_false(learn_at(&t, table, 6, 5, "1", NULL));
	assert_false(learn_at(&t, table, 5, 6, "", NULL));
	assert_true(learn_at(&t, CD_TABLETS_NO_TABLE, 5, 6, "1", NULL));
	assert_int_equal(t.count, 0);
	/* as many replicas as there is room for, and shards that are none */
	cql_tablet_replica replicas[40];
	for (int i = 0; i < 40; i++)
		replicas[i] = (cql_tablet_replica){ town_host_id((unsigned)i), i ? -i : 70000 };
	cql_tablet tablet = { 0, 1, replicas, 40, false, 0 };
	const struct cd_tablet_replica *r;
	assert_true(cd_tablets_learn(&t, table, &tablet, NULL));
	assert_int_equal(cd_tablets_find(&t, table, 1, &r)->count, CD_TABLETS_REPLICAS);
	assert_int_equal(r[0].shard, CD_TABLETS_ANY_SHARD);
	assert_int_equal(r[1].shard, CD_TABLETS_ANY_SHARD);
	cd_tablets_deinit(&t);
}

static void test_strangers_have_a_limit(void **state)
{
	struct cd_tablets t;
	coodie_error err = { 0 };
	unsigned id = 0;

	(void)state;
	cd_tablets_init(&t, NULL, 10);
	uint32_t table = cd_tablets_table(&t, text_of("ks"), text_of("t"));
	for (; err.code == COODIE_OK && id < 10000; id++) {
		cql_tablet_replica replica = { town_host_id(id), 0 };
		cql_tablet tablet = { 0, 1, &replica, 1, false, 0 };
		cd_tablets_learn(&t, table, &tablet, &err);
	}
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_int_equal(id, 4097);
	/* with the next hosts they are forgotten, as no tablet is left that names one */
	static const struct town_host hosts[] = { { 1, "dc1", "a", "" } };
	struct cd_topology *topology = town_topology(NULL, NULL, NULL, hosts, 1);
	cd_tablets_forget(&t, text_of("ks"), no_text);
	cd_tablets_set_topology(&t, topology);
	assert_int_equal(t.stranger_count, 0);
	assert_true(learn(&t, table, 0, 1, "2"));
	cd_tablets_deinit(&t);
	cd_topology_free(topology);
}

static void test_version_blocks(void **state)
{
	struct cd_tablet tablet = { .version = UINT64_C(0xfedcba9876543210), .has_version = true };
	struct cd_tablets t;

	(void)state;
	cd_tablets_init(&t, NULL, 1);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(cd_tablets_block(&t, &tablet), (i & 15) << 4 | (i & 15));
	assert_int_equal(cd_tablets_block(&t, NULL) & 15, 0);
	tablet.has_version = false;
	assert_int_equal(cd_tablets_block(&t, &tablet) & 15, 0);
	cd_tablets_deinit(&t);
}

/* ---- tables and hosts that come and go --------------------------------------------------------- */

static void test_forgetting(void **state)
{
	static const char *const names[][2] = {
		{ "a", "t" }, { "ks", "" }, { "ks", "t" }, { "ks", "u" }, { "ksx", "t" },
	};
	struct cd_tablets t;
	uint32_t number[5];

	(void)state;
	cd_tablets_init(&t, NULL, 100);
	for (int i = 4; i >= 0; i--) {
		number[i] = cd_tablets_table(&t, text_of(names[i][0]), text_of(names[i][1]));
		learn(&t, number[i], 0, 10, "1");
		learn(&t, number[i], 10, 20, "1");
	}
	cd_tablets_forget(&t, text_of("ks"), text_of("t"));
	cd_tablets_forget(&t, text_of("ks"), text_of("missing"));
	for (int i = 0; i < 5; i++)
		assert_int_equal(t.tables[number[i]]->count, i == 2 ? 0 : 2);
	cd_tablets_forget(&t, text_of("ks"), no_text);
	for (int i = 0; i < 5; i++)
		assert_int_equal(t.tables[number[i]]->count, i == 0 || i == 4 ? 2 : 0);
	assert_int_equal(t.count, 4);
	assert_true(learn(&t, number[2], 0, 10, "1"));
	assert_int_equal(cd_tablets_table(&t, text_of("ks"), text_of("t")), number[2]);
	cd_tablets_deinit(&t);
}

#define HOST(id) \
	{ \
		id, "dc1", "a", "'" #id "'" \
	}

static void test_hosts(void **state)
{
	static const struct town_host one_two[] = { HOST(1), HOST(2) };
	static const struct town_host one_two_three[] = { HOST(1), HOST(2), HOST(3) };
	static const struct town_host one_three[] = { HOST(1), HOST(3) };
	struct cd_topology *first = town_topology(NULL, NULL, NULL, one_two, 2);
	struct cd_topology *second = town_topology(NULL, first, NULL, one_two_three, 3);
	struct cd_topology *third = town_topology(NULL, second, NULL, one_three, 2);
	struct cd_topology *fourth = town_topology(NULL, third, NULL, one_two_three, 3);
	struct cd_tablets t;

	(void)state;
	cd_tablets_init(&t, NULL, 100);
	uint32_t table = cd_tablets_table(&t, text_of("ks"), text_of("t"));
	learn(&t, table, 0, 10, "12");
	assert_string_equal(say(&t, table), "0-10:??");
	cd_tablets_set_topology(&t, first);
	assert_string_equal(say(&t, table), "0-10:01");
	learn(&t, table, 10, 20, "13");
	learn(&t, table, 20, 30, "31");
	assert_string_equal(say(&t, table), "0-10:01 10-20:0? 20-30:?0");
	assert_int_equal(t.stranger_count, 1);
	cd_tablets_set_topology(&t, second);
	assert_string_equal(say(&t, table), "0-10:01 10-20:02 20-30:20");
	assert_int_equal(t.stranger_count, 0);
	cd_tablets_set_topology(&t, third);
	assert_string_equal(say(&t, table), "10-20:02 20-30:20");
	assert_int_equal(t.count, 2);
	learn(&t, table, 0, 10, "12");
	cd_tablets_set_topology(&t, fourth); /* host 2 has its slot again: it was free */
	assert_string_equal(say(&t, table), "0-10:01 10-20:02 20-30:20");
	cd_tablets_set_topology(&t, fourth);
	/* third to first in one step: 3 is gone */
	cd_tablets_set_topology(&t, first);
	assert_string_equal(say(&t, table), "0-10:01");
	cd_tablets_deinit(&t);
	cd_topology_free(first);
	cd_topology_free(second);
	cd_topology_free(third);
	cd_topology_free(fourth);
}

/* ---- bounds -------------------------------------------------------------------------------------- */

static void test_least_used_goes_first(void **state)
{
	struct cd_tablets t;
	const struct cd_tablet_replica *r;
	uint32_t a, b, c;

	(void)state;
	cd_tablets_init(&t, NULL, 6);
	a = cd_tablets_table(&t, text_of("ks"), text_of("a"));
	b = cd_tablets_table(&t, text_of("ks"), text_of("b"));
	c = cd_tablets_table(&t, text_of("ks"), text_of("c"));
	for (int i = 0; i < 3; i++) {
		learn(&t, a, i, i + 1, "1");
		learn(&t, b, i, i + 1, "1");
	}
	assert_non_null(cd_tablets_find(&t, a, 1, &r));
	learn(&t, c, 0, 1, "1");
	assert_int_equal(t.tables[a]->count, 3);
	assert_int_equal(t.tables[b]->count, 0);
	learn(&t, c, 1, 2, "1");
	learn(&t, c, 2, 3, "1");
	assert_non_null(cd_tablets_find(&t, c, 1, &r));
	learn(&t, b, 0, 1, "1"); /* what a was asked for before does not count any more */
	assert_int_equal(t.tables[a]->count, 0);
	assert_int_equal(t.tables[c]->count, 3);
	assert_int_equal(t.count, 4);
	cd_tablets_deinit(&t);
	/* one table alone has no more than that */
	cd_tablets_init(&t, NULL, 6);
	a = cd_tablets_table(&t, text_of("ks"), text_of("a"));
	for (int i = 0; i < 100; i++) {
		assert_true(learn(&t, a, i, i + 1, "1"));
		assert_true(t.count <= 6);
	}
	cd_tablets_deinit(&t);
	/* none at all */
	cd_tablets_init(&t, NULL, 0);
	a = cd_tablets_table(&t, text_of("ks"), text_of("a"));
	assert_true(learn(&t, a, 0, 1, "1"));
	assert_int_equal(t.count, 0);
	cd_tablets_deinit(&t);
}

/* ---- warm starts ---------------------------------------------------------------------------------- */

#define T1 "00000000-0000-1000-8000-000000000001"
#define T2 "00000000-0000-1000-8000-000000000002"
#define H(n) "(00000000-0000-4000-8000-00000000000" n ", " n ")"
static const char tablet_columns[] = "table_id uuid, keyspace_name text, table_name text, "
				     "last_token bigint, replicas list<tuple<uuid,int>>";
static const char *const tablet_rows[] = {
	T1 " | 'ks' | 't' | -1 | [" H("1") ", " H("2") "]",
	T1 " | 'ks' | 't' | 9 | [" H("2") "]",
	T1 " | 'ks' | 't' | 99 | null",
	T1 " | 'ks' | 't' | 199 | [" H("1") "]",
	T1 " | 'ks' | 't' | 9223372036854775807 | [" H("1") "]",
	T2 " | 'ks' | 'u' | 9223372036854775807 | [" H("1") "]",
	T2 " | 'other' | 'u' | 9223372036854775807 | [" H("1") "]", /* not behind itself */
};

static void test_the_server_s_table(void **state)
{
	static const struct town_host hosts[] = { HOST(1), HOST(2) };
	struct cd_topology *topology = town_topology(NULL, NULL, NULL, hosts, 2);
	coodie_result *rows = table_result(NULL, tablet_columns, tablet_rows,
					   CD_COUNT(tablet_rows));
	coodie_result *pages[2] = { table_result(NULL, tablet_columns, tablet_rows, 1),
				    table_result(NULL, tablet_columns, tablet_rows + 1,
						 CD_COUNT(tablet_rows) - 1) };
	struct cd_tablets_page page = { .last_token = 0 };
	coodie_result *others = table_result(NULL, "table_id uuid", NULL, 0);
	struct cd_tablets t;
	coodie_error err;

	(void)state;
	cd_tablets_init(&t, NULL, 100);
	cd_tablets_set_topology(&t, topology);
	assert_true(cd_tablets_learn_rows(&t, pages[0], &page, no_text, no_text, &err) &&
		    cd_tablets_learn_rows(&t, pages[1], &page, no_text, no_text, &err));
	assert_string_equal(say(&t, cd_tablets_table(&t, text_of("ks"), text_of("t"))),
			    "-9223372036854775808--1:01 -1-9:1 199-9223372036854775807:0");
	assert_string_equal(say(&t, cd_tablets_table(&t, text_of("ks"), text_of("u"))),
			    "-9223372036854775808-9223372036854775807:0");
	assert_int_equal(t.table_count, 2);
	cd_tablets_deinit(&t);
	cd_tablets_init(&t, NULL, 100);
	memset(&page, 0, sizeof page);
	assert_true(cd_tablets_learn_rows(&t, rows, &page, text_of("ks"), text_of("u"), &err));
	assert_int_equal(t.count, 1);
	memset(&page, 0, sizeof page);
	assert_true(cd_tablets_learn_rows(&t, rows, &page, text_of("k"), no_text, &err));
	assert_int_equal(t.count, 1);
	assert_false(cd_tablets_learn_rows(&t, others, &page, no_text, no_text, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	assert_non_null(strstr(cd_tablets_statement, "FROM system.tablets"));
	cd_tablets_deinit(&t);
	coodie_result_free(rows);
	coodie_result_free(pages[0]);
	coodie_result_free(pages[1]);
	coodie_result_free(others);
	cd_topology_free(topology);
}

/* Two tables on hosts 1, 2 and a stranger. */
static void fill(struct cd_tablets *t, const coodie_allocator *a, struct cd_topology *topology)
{
	cd_tablets_init(t, a, 100);
	cd_tablets_set_topology(t, topology);
	uint32_t x = cd_tablets_table(t, text_of("ks"), text_of("t"));
	uint32_t y = cd_tablets_table(t, text_of("ks"), text_of("empty"));
	uint32_t z = cd_tablets_table(t, text_of("ks2"), text_of("t"));
	assert_int_not_equal(y, x);
	assert_true(learn(t, x, 0, 10, "12") && learn(t, x, 10, 20, "97") &&
		    learn(t, z, -5, 5, "2"));
}

static void test_bytes(void **state)
{
	static const struct town_host hosts[] = { HOST(1), HOST(2) };
	static const struct town_host later[] = { HOST(9), HOST(2), HOST(1) };
	struct cd_topology *topology = town_topology(NULL, NULL, NULL, hosts, 2);
	struct cd_topology *other = town_topology(NULL, NULL, NULL, later, 3);
	struct cd_tablets t, next;
	struct cd_buffer bytes;
	coodie_error err;

	(void)state;
	fill(&t, NULL, topology);
	cd_buffer_init(&bytes, NULL, 0);
	cd_tablets_write(&t, &bytes);
	assert_false(bytes.failed);
	/* by another process, to which the hosts are others */
	cd_tablets_init(&next, NULL, 100);
	cd_tablets_set_topology(&next, other);
	uint32_t known = cd_tablets_table(&next, text_of("ks2"), text_of("t"));
	learn(&next, known, 0, 1, "8");
	assert_true(cd_tablets_read(&next, bytes.data, bytes.len, &err));
	/* slots are dealt by host ids: 1, 2, 9 */
	assert_string_equal(say(&next, cd_tablets_table(&next, text_of("ks"), text_of("t"))),
			    "0-10:01 10-20:2?");
	assert_string_equal(say(&next, known), "0-1:?");
	assert_int_equal(next.count, 3);
	const struct cd_tablet_replica *r;
	const struct cd_tablet *tablet = cd_tablets_find(
		&next, cd_tablets_table(&next, text_of("ks"), text_of("t")), 11, &r);
	assert_true(tablet->has_version && tablet->version == 20);
	assert_int_equal(r[0].shard, 90);
	assert_memory_equal(&next.strangers[r[1].slot - CD_TABLETS_STRANGER], town_host_id(7).bytes,
			    16);
	/* what was read can be written */
	struct cd_buffer again;
	cd_buffer_init(&again, NULL, 0);
	cd_tablets_write(&next, &again);
	cd_tablets_deinit(&t);
	cd_tablets_init(&t, NULL, 2);
	assert_true(cd_tablets_read(&t, again.data, again.len, &err));
	assert_true(t.count && t.count <= 2);
	cd_buffer_deinit(&again);
	cd_buffer_deinit(&bytes);
	cd_tablets_deinit(&t);
	cd_tablets_deinit(&next);
	cd_topology_free(topology);
	cd_topology_free(other);
}

/* The checksum of bytes that somebody changed on purpose. */
static void seal(uint8_t *data, size_t len)
{
	cd_put_be32(data + len - 4, cql_crc32(data, len - 4));
}

static void test_broken_bytes(void **state)
{
	static const struct town_host hosts[] = { HOST(1), HOST(2) };
	struct cd_topology *topology = town_topology(NULL, NULL, NULL, hosts, 2);
	struct cd_guard guard;
	struct cd_tablets t, next;
	struct cd_buffer bytes;
	coodie_error err;

	(void)state;
	fill(&t, NULL, topology);
	cd_buffer_init(&bytes, NULL, 0);
	cd_tablets_write(&t, &bytes);
	assert_true(cd_guard_init(&guard, bytes.len));
	cd_tablets_init(&next, NULL, 100);
	for (size_t len = 0; len < bytes.len; len++) {
		uint8_t *cut = cd_guard_copy(&guard, bytes.data, len);
		assert_false(cd_tablets_read(&next, cut, len, &err));
		assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
		if (len < 10)
			continue;
		seal(cut, len); /* cut short by somebody who can count */
		assert_false(cd_tablets_read(&next, cut, len, &err));
		assert_int_equal(next.count, 0);
	}
	for (size_t i = 0; i + 4 < bytes.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			uint8_t *copy = cd_guard_copy(&guard, bytes.data, bytes.len);
			copy[i] ^= (uint8_t)(1 << bit);
			assert_false(cd_tablets_read(&next, copy, bytes.len, &err));
			seal(copy, bytes.len);
			cd_tablets_read(&next, copy, bytes.len, &err); /* may do; must not crash */
			for (uint32_t j = 0; j < next.table_count; j++)
				say(&next, j);
			cd_tablets_deinit(&next);
		}
	assert_true(cd_tablets_read(&next, bytes.data, bytes.len, &err));
	cd_guard_deinit(&guard);
	cd_buffer_deinit(&bytes);
	cd_tablets_deinit(&t);
	cd_tablets_deinit(&next);
	cd_topology_free(topology);
}

/* ---- without memory --------------------------------------------------------------------------------- */

static bool use_memory(const coodie_allocator *a, void *user)
{
	static const char ids[][4] = { "1", "12", "123", "4" };
	struct cd_tablets t;
	bool ok = true;

	cd_tablets_init(&t, a, 100);
	cd_tablets_set_topology(&t, user);
	for (unsigned i = 0; ok && i < 40; i++) {
		char name[8];
		snprintf(name, sizeof name, "t%u", i % 10);
		uint32_t table = cd_tablets_table(&t, text_of("ks"), text_of(name));
		uint32_t count = t.count;
		coodie_error err;
		ok = table != CD_TABLETS_NO_TABLE &&
		     learn_at(&t, table, i, i + 1, ids[i % 4], &err);
		if (table != CD_TABLETS_NO_TABLE && !ok) {
			assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
			assert_int_equal(t.count, count);
		}
	}
	for (uint32_t i = 0; i < t.table_count; i++)
		say(&t, i);
	cd_tablets_deinit(&t);
	return ok;
}

static bool read_memory(const coodie_allocator *a, void *user)
{
	const struct cd_buffer *bytes = user;
	struct cd_tablets t;
	coodie_error err;

	cd_tablets_init(&t, a, 100);
	uint32_t table = cd_tablets_table(&t, text_of("x"), text_of("y"));
	bool ok = table != CD_TABLETS_NO_TABLE && learn(&t, table, 0, 1, "8");
	if (ok) {
		ok = cd_tablets_read(&t, bytes->data, bytes->len, &err);
		assert_int_equal(t.count, ok ? 4 : 1);
		assert_string_equal(say(&t, table), "0-1:?");
	}
	cd_tablets_deinit(&t);
	return ok;
}

static void test_without_memory(void **state)
{
	static const struct town_host hosts[] = { HOST(1), HOST(2) };
	struct cd_topology *topology = town_topology(NULL, NULL, NULL, hosts, 2);
	struct cd_tablets t;
	struct cd_buffer bytes;

	(void)state;
	assert_true(cd_failalloc_each("tablets", use_memory, topology));
	fill(&t, NULL, topology);
	cd_buffer_init(&bytes, NULL, 0);
	cd_tablets_write(&t, &bytes);
	assert_true(cd_failalloc_each("tablets that are read", read_memory, &bytes));
	cd_buffer_deinit(&bytes);
	cd_tablets_deinit(&t);
	cd_topology_free(topology);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_by_chance),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_strangers_have_a_limit),
		cmocka_unit_test(test_version_blocks),
		cmocka_unit_test(test_forgetting),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_least_used_goes_first),
		cmocka_unit_test(test_the_server_s_table),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_broken_bytes),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
