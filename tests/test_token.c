/* SPDX-License-Identifier: MIT */
/* coodie/token.h: routing keys, tokens and shards that servers and other clients agree on. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include <coodie/token.h>

#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

static const struct {
	const char *columns, *key, *murmur3, *random;
} rows[] = {
#define X(columns, key, murmur3, random) { columns, key, murmur3, random },
#include "tests/data/tokens.inc"
#undef X
};

enum { COLUMNS = 16 };

/* "0102,,03" as three columns in memory of their own. */
static size_t split(const char *columns, cql_blob out[COLUMNS])
{
	char *copy = strdup(columns), *at = copy;
	size_t n = 0;

	for (char *end = at; at; at = end) {
		end = strchr(at, ',');
		if (end)
			*end++ = '\0';
		struct cd_span bytes = cd_unhex(at);
		out[n++] = cql_blob_of(bytes.at, bytes.len);
	}
	free(copy);
	return n;
}

static void release(cql_blob *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)columns[i].data);
}

static bool murmur3_is(const void *key, size_t len, const char *want)
{
	return cql_murmur3_token(key, len) == strtoll(want, NULL, 10);
}

static void test_tokens(void **state)
{
	static uint8_t moved[4096 + 8];
	struct cd_guard g;
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	assert_int_equal(CD_COUNT(rows), 75);
	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const char *name = rows[i].key;
		struct cd_span want = cd_unhex(rows[i].key);
		cql_blob columns[COLUMNS], key = { NULL, 0 };
		size_t count = split(rows[i].columns, columns);
		coodie_error err;
		char random[CQL_RANDOM_TOKEN_SIZE];

		CD_CHECK(cql_routing_key(columns, count, arena, &key, &err), name);
		CD_CHECK(key.len == want.len && memcmp(key.data, want.at, want.len) == 0, name);
		for (size_t by = 0; by < 8; by++) { /* every alignment */
			memcpy(moved + by, want.at, want.len);
			CD_CHECK(murmur3_is(moved + by, want.len, rows[i].murmur3), name);
		}
		uint8_t *at = cd_guard_copy(&g, want.at, want.len);
		CD_CHECK(murmur3_is(at, want.len, rows[i].murmur3), name);
		CD_CHECK(cql_random_token(at, want.len, random) == random, name);
		CD_CHECK(strcmp(random, rows[i].random) == 0, name);
		release(columns, count);
		cd_unhex_free(want);
	}
	cd_guard_deinit(&g);
	cql_arena_free(arena);
}

static void test_refused(void **state)
{
	static const uint8_t big[65536] = { 0 };
	static const struct {
		const char *name;
		size_t count;
		cql_blob columns[2];
		enum coodie_errc code;
	} refused[] = {
		{ "no columns", 0, { { NULL, 0 } }, COODIE_ERR_INVALID },
		{ "null", 1, { { NULL, 0 } }, COODIE_ERR_INVALID },
		{ "the second is null", 2, { { big, 1 }, { NULL, 0 } }, COODIE_ERR_INVALID },
		{ "one too long", 1, { { big, 65536 } }, COODIE_ERR_RANGE },
		{ "the second too long", 2, { { big, 1 }, { big, 65536 } }, COODIE_ERR_RANGE },
	};
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	for (size_t i = 0; i < CD_COUNT(refused); i++) {
		cql_blob key = { big, 7 };
		coodie_error err;
		CD_CHECK(!cql_routing_key(refused[i].columns, refused[i].count, arena, &key, &err),
			 refused[i].name);
		CD_CHECK(err.code == refused[i].code, refused[i].name);
		CD_CHECK(key.data == big && key.len == 7, refused[i].name);
	}
	cql_blob most[] = { { big, 65535 }, { big, 0 } }, key;
	assert_true(cql_routing_key(most, 2, arena, &key, NULL));
	assert_int_equal(key.len, 65535 + 6);
	assert_int_equal(key.data[0] << 8 | key.data[1], 65535);
	cql_arena_free(arena);
}

static bool join(const coodie_allocator *a, void *user)
{
	static const uint8_t byte = 7;
	cql_blob columns[] = { { &byte, 1 }, { &byte, 1 } }, key = { NULL, 0 };
	coodie_error err;
	cql_arena *arena = cql_arena_new(a, NULL);
	bool ok = arena && cql_routing_key(columns, 2, arena, &key, &err);
	(void)user;

	if (arena && !ok)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	assert_int_equal(key.len, ok ? 8 : 0);
	cql_arena_free(arena);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a routing key", join, NULL));
}

static void test_shards(void **state)
{
	static const struct {
		const char *token;
		uint32_t shards;
		unsigned ignored;
		uint32_t shard;
	} table[] = {
#define X(token, shards, ignored, shard) { token, shards, ignored, shard },
#include "tests/data/shards.inc"
#undef X
		{ "9223372036854775807", UINT32_MAX, 0, UINT32_MAX - 1 },
		{ "9223372036854775807", 8, 64, 0 },
		{ "9223372036854775807", 8, UINT32_MAX, 0 },
		{ "9223372036854775807", 8, 63, 4 },
		{ "5", 0, 12, 0 },
	};
	(void)state;

	assert_int_equal(CD_COUNT(table), 154 + 5);
	for (size_t i = 0; i < CD_COUNT(table); i++)
		CD_CHECK(cql_shard_of_token(strtoll(table[i].token, NULL, 10), table[i].shards,
					    table[i].ignored) == table[i].shard,
			 table[i].token);
}

static void test_shards_of_ports(void **state)
{
	static const struct {
		uint16_t port;
		uint32_t shards, shard;
	} table[] = {
#define X(port, shards, shard) { port, shards, shard },
#include "tests/data/shard_ports.inc"
#undef X
		{ 9042, 0, 0 },
		{ 65535, UINT32_MAX, 65535 },
	};
	(void)state;

	assert_int_equal(CD_COUNT(table), 6 + 2);
	for (size_t i = 0; i < CD_COUNT(table); i++)
		assert_int_equal(cql_shard_of_port(table[i].port, table[i].shards), table[i].shard);
}

static void test_ports_of_shards(void **state)
{
	static const struct {
		const char *name;
		uint32_t shard, shards;
		uint16_t first, last, from, want;
	} table[] = {
		{ "the first of all", 0, 8, 49152, 65535, 49152, 49152 },
		{ "some way on", 7, 8, 49152, 65535, 49152, 49159 },
		{ "from the middle", 3, 8, 49152, 65535, 50000, 50003 },
		{ "from itself", 3, 8, 49152, 65535, 50003, 50003 },
		{ "past it", 3, 8, 49152, 65535, 50004, 50011 },
		{ "around the end", 3, 8, 49152, 65535, 65535, 49155 },
		{ "the last of all", 7, 8, 49152, 65535, 65535, 65535 },
		{ "from before the range", 1, 8, 49152, 65535, 1, 49153 },
		{ "from behind the range", 1, 8, 1024, 2047, 5000, 1025 },
		{ "one port", 2, 3, 5, 5, 5, 5 },
		{ "one port of another", 1, 3, 5, 5, 5, 0 },
		{ "a range too short", 7, 8, 49152, 49158, 49154, 0 },
		{ "more shards than ports", 50000, 70000, 1, 65535, 1, 50000 },
		{ "a shard beyond all ports", 69999, 70000, 1, 65535, 1, 0 },
		{ "no such shard", 8, 8, 49152, 65535, 49152, 0 },
		{ "no shards", 0, 0, 49152, 65535, 49152, 0 },
		{ "an empty range", 0, 1, 5, 4, 5, 0 },
		{ "port 0", 0, 1, 0, 65535, 5, 0 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(table); i++)
		CD_CHECK(cql_port_of_shard(table[i].shard, table[i].shards, table[i].first,
					   table[i].last, table[i].from) == table[i].want,
			 table[i].name);
}

/* Against the plain definition, on ranges of all kinds. */
static void test_ports_by_hand(void **state)
{
	(void)state;

	for (uint32_t shards = 1; shards < 12; shards++)
		for (uint32_t shard = 0; shard < shards; shard++)
			for (uint32_t from = 98; from < 132; from++) {
				uint16_t want = 0;
				for (uint32_t i = 0; i < 30 && !want; i++) {
					uint32_t start = from < 100 || from > 129 ? 100 : from;
					uint32_t p = 100 + (start - 100 + i) % 30;
					if (p % shards == shard)
						want = (uint16_t)p;
				}
				assert_int_equal(
					cql_port_of_shard(shard, shards, 100, 129, (uint16_t)from),
					want);
			}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),          cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_memory),       cmocka_unit_test(test_shards),
		cmocka_unit_test(test_shards_of_ports), cmocka_unit_test(test_ports_of_shards),
		cmocka_unit_test(test_ports_by_hand),
	};
	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
