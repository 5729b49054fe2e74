/* SPDX-License-Identifier: MIT */
/* net/ring/replication.c: replication maps as servers write them, and as they should not. */
#include "tests/test.h"

#include "net/ring/replication.h"
#include "tests/failalloc.h"

#define PACKAGE "org.apache.cassandra.locator."

static const struct {
	const char *name;
	const char *pairs[12];
	enum cd_strategy strategy;
	uint32_t otherwise, dc1, dc2, count;
} maps[] = {
	{ "simple",
	  { "class", PACKAGE "SimpleStrategy", "replication_factor", "3" },
	  CD_STRATEGY_SIMPLE,
	  3,
	  3,
	  3,
	  0 },
	{ "without its package, factor first",
	  { "replication_factor", "2", "class", "SimpleStrategy" },
	  CD_STRATEGY_SIMPLE,
	  2,
	  2,
	  2,
	  0 },
	{ "by datacenters",
	  { "class", PACKAGE "NetworkTopologyStrategy", "dc2", "1", "dc1", "3" },
	  CD_STRATEGY_NETWORK_TOPOLOGY,
	  0,
	  3,
	  1,
	  2 },
	{ "one for all",
	  { "class", "NetworkTopologyStrategy", "replication_factor", "3", "dc2", "0" },
	  CD_STRATEGY_NETWORK_TOPOLOGY,
	  3,
	  3,
	  0,
	  1 },
	{ "transient",
	  { "class", "NetworkTopologyStrategy", "dc1", "3/1" },
	  CD_STRATEGY_NETWORK_TOPOLOGY,
	  0,
	  3,
	  0,
	  1 },
	{ "everywhere",
	  { "class", PACKAGE "EverywhereStrategy" },
	  CD_STRATEGY_EVERYWHERE,
	  0,
	  0,
	  0,
	  0 },
	{ "local", { "class", PACKAGE "LocalStrategy" }, CD_STRATEGY_LOCAL, 0, 0, 0, 0 },
	{ "of one's own",
	  { "class", "org.example.MyStrategy", "replication_factor", "3" },
	  CD_STRATEGY_UNKNOWN,
	  0,
	  0,
	  0,
	  0 },
	{ "no class", { "replication_factor", "3" }, CD_STRATEGY_UNKNOWN, 0, 0, 0, 0 },
	{ "nothing", { NULL }, CD_STRATEGY_UNKNOWN, 0, 0, 0, 0 },
	{ "no numbers",
	  { "class", "NetworkTopologyStrategy", "dc1", "three", "dc2", "" },
	  CD_STRATEGY_NETWORK_TOPOLOGY,
	  0,
	  0,
	  0,
	  0 },
	{ "numbers with more behind",
	  { "class", "NetworkTopologyStrategy", "dc1", "3x", "dc2", "3/" },
	  CD_STRATEGY_NETWORK_TOPOLOGY,
	  0,
	  0,
	  0,
	  0 },
	{ "more transient than there are",
	  { "class", "NetworkTopologyStrategy", "dc1", "1/2" },
	  CD_STRATEGY_NETWORK_TOPOLOGY,
	  0,
	  0,
	  0,
	  0 },
	{ "below nothing",
	  { "class", "SimpleStrategy", "replication_factor", "-1" },
	  CD_STRATEGY_SIMPLE,
	  0,
	  0,
	  0,
	  0 },
	{ "beyond all",
	  { "class", "SimpleStrategy", "replication_factor", "99999999999999999999" },
	  CD_STRATEGY_SIMPLE,
	  0,
	  0,
	  0,
	  0 },
	{ "racks by name",
	  { "class", "NetworkTopologyStrategy", "dc1:0", "r1", "dc1:1", "r2" },
	  CD_STRATEGY_NETWORK_TOPOLOGY,
	  0,
	  0,
	  0,
	  0 },
};

static uint32_t count_pairs(const char *const *pairs)
{
	uint32_t count = 0;

	while (count < 6 && pairs[2 * count])
		count++;
	return count;
}

static void test_maps(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(maps); i++) {
		const char *name = maps[i].name;
		struct cd_replication r;
		struct cd_arena a;
		cd_arena_init(&a, NULL, 0);
		CD_CHECK(cd_replication_parse(maps[i].pairs, count_pairs(maps[i].pairs), &a, &r),
			 name);
		CD_CHECK(r.strategy == maps[i].strategy, name);
		CD_CHECK(r.otherwise.all == maps[i].otherwise, name);
		CD_CHECK(r.factor_count == maps[i].count, name);
		CD_CHECK(cd_replication_in(&r, "dc1") == maps[i].dc1, name);
		CD_CHECK(cd_replication_in(&r, "dc2") == maps[i].dc2, name);
		cd_arena_deinit(&a);
	}
}

static const struct {
	const char *name;
	const char *a[8], *b[8];
	bool same;
} pairs[] = {
	{ "in any order",
	  { "class", "NetworkTopologyStrategy", "a", "1", "b", "2" },
	  { "b", "2", "a", "1", "class", PACKAGE "NetworkTopologyStrategy" },
	  true },
	{ "another factor",
	  { "class", "NetworkTopologyStrategy", "a", "1" },
	  { "class", "NetworkTopologyStrategy", "a", "2" },
	  false },
	{ "another datacenter",
	  { "class", "NetworkTopologyStrategy", "a", "1" },
	  { "class", "NetworkTopologyStrategy", "b", "1" },
	  false },
	{ "one more",
	  { "class", "NetworkTopologyStrategy", "a", "1" },
	  { "class", "NetworkTopologyStrategy", "a", "1", "b", "1" },
	  false },
	{ "transient",
	  { "class", "NetworkTopologyStrategy", "a", "3/1" },
	  { "class", "NetworkTopologyStrategy", "a", "3" },
	  false },
	{ "another strategy",
	  { "class", "SimpleStrategy", "replication_factor", "1" },
	  { "class", "NetworkTopologyStrategy", "replication_factor", "1" },
	  false },
	{ "another simple factor",
	  { "class", "SimpleStrategy", "replication_factor", "1" },
	  { "class", "SimpleStrategy", "replication_factor", "2" },
	  false },
};

static void test_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(pairs); i++) {
		struct cd_replication a, b;
		struct cd_arena arena;
		cd_arena_init(&arena, NULL, 0);
		cd_replication_parse(pairs[i].a, count_pairs(pairs[i].a), &arena, &a);
		cd_replication_parse(pairs[i].b, count_pairs(pairs[i].b), &arena, &b);
		CD_CHECK(cd_replication_same(&a, &b) == pairs[i].same, pairs[i].name);
		CD_CHECK(cd_replication_same(&b, &a) == pairs[i].same, pairs[i].name);
		CD_CHECK(cd_replication_same(&a, &a), pairs[i].name);
		cd_arena_deinit(&arena);
	}
}

static bool use_memory(const coodie_allocator *a, void *user)
{
	struct cd_replication r;
	struct cd_arena arena;

	(void)user;
	cd_arena_init(&arena, a, 0);
	bool ok = cd_replication_parse(maps[2].pairs, count_pairs(maps[2].pairs), &arena, &r);
	cd_arena_deinit(&arena);
	return ok;
}

static void test_without_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a replication", use_memory, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
