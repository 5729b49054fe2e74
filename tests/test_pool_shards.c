/* SPDX-License-Identifier: MIT */
/* Pools of nodes with shards and without: once they are filled there are exactly as many connections
 * as was asked for, and they stay. */
#include "tests/test.h"

#include "tests/pool_world.h"

/* Without sockets a connection has no source port of its own, so that the shard-aware port leads
 * to any shard, as behind NAT. */
static const struct {
	const char *name;
	uint32_t nodes, shards, per_shard, per_host;
	bool plain;
} pools[] = {
	{ "no shards", 1, 0, 1, 1, false },
	{ "no shards, three each", 2, 0, 1, 3, false },
	{ "one shard", 1, 1, 1, 1, true },
	{ "one shard, two each", 1, 1, 2, 5, true },
	{ "one shard, its port", 1, 1, 2, 1, false },
	{ "eight shards", 1, 8, 1, 1, true },
	{ "eight shards, two each", 1, 8, 2, 1, true },
	{ "eight shards, NAT", 1, 8, 1, 1, false },
	{ "eight shards, two each, NAT", 3, 8, 2, 1, false },
	{ "sixty shards", 1, 60, 1, 1, true },
	{ "sixty shards, two each", 1, 60, 2, 1, true },
	{ "sixty shards, NAT", 1, 60, 1, 1, false },
	{ "sixty shards, two each, NAT", 2, 60, 2, 1, false },
};

static void check_pool(size_t row, uint64_t seed)
{
	const coodie_tune tune = { .size = sizeof tune,
				   .connections_per_shard = pools[row].per_shard,
				   .connections_per_host = pools[row].per_host };
	struct pool_world w;
	coodie_error err;

	assert_true(pool_open(&w, &(struct pool_wish){ .name = pools[row].name,
						       .seed = seed,
						       .nodes = pools[row].nodes,
						       .shards = pools[row].shards,
						       .plain = pools[row].plain,
						       .tune = &tune }));
	assert_non_null(pool_connect(&w, &err));
	pool_wait_all(&w);
	pool_expect(&w, (1u << pools[row].nodes) - 1, pools[row].shards,
		    pools[row].shards ? pools[row].per_shard : pools[row].per_host);
	pool_must_work(&w);
	pool_close(&w);
}

static void test_filled(void **state)
{
	(void)state;
	for (size_t row = 0; row < CD_COUNT(pools); row++)
		for (uint64_t seed = 1; seed <= 3; seed++)
			if (!test_samples() || pools[row].shards * pools[row].nodes <= seed * 8)
				check_pool(row, seed);
}

/* With the options as they are: a node of sixty shards soon has a connection to each. */
static void test_soon(void **state)
{
	enum { SHARDS = 60, MOST_US = 3000000 };
	struct pool_world w;
	coodie_error err;

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		assert_true(pool_open(
			&w, &(struct pool_wish){ .seed = seed, .shards = SHARDS, .plain = true }));
		int64_t begin = simulation_clock(w.sim);
		assert_non_null(pool_connect(&w, &err));
		while (pool_connections(&w, 0) < SHARDS)
			pool_turn(&w);
		assert_in_range(simulation_clock(w.sim) - begin, 0, MOST_US);
		pool_wait_all(&w);
		pool_close(&w);
	}
}

static uint64_t misrouted(const struct pool_world *w)
{
	coodie_node_stats stats = { .size = sizeof stats };
	uint64_t sum = 0;

	for (uint32_t i = 0; coodie_node_get_stats(w->box, i, &stats); i++)
		sum += stats.misrouted;
	return sum;
}

static void check_routes(struct pool_world *w)
{
	uint64_t before = misrouted(w);
	coodie_error err;

	for (int k = 0; k < 40; k++) {
		assert_non_null(pool_query(w, "SELECT v FROM ks.t WHERE k = ?", CQL_ARGS(cql(k)),
					   NULL, &err));
		pool_wait_all(w);
	}
	if (misrouted(w) != before)
		fail_msg("\"%s\": %d went to a wrong place", w->name, (int)(misrouted(w) - before));
}

/* A connection that is reset is replaced, on its shard. */
static void test_replaced(void **state)
{
	struct pool_world w;
	coodie_error err;
	uint64_t accepted;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .shards = 8, .plain = true }));
	assert_non_null(pool_connect(&w, &err));
	pool_wait_all(&w);
	pool_expect(&w, 1, 8, 1);
	accepted = pool_accepted(&w, 0);
	assert_true(coodie_node_add_fault(w.box, "opcode=QUERY,times=20,do=reset", NULL, &err));
	for (int i = 0; i < 20; i++) {
		assert_non_null(
			pool_query(&w, "SELECT v FROM ks.t WHERE k = 1", CQL_ARGS(), NULL, &err));
		pool_wait_all(&w);
	}
	coodie_node_clear_faults(w.box);
	pool_expect(&w, 1, 8, 1);
	assert_true(pool_accepted(&w, 0) > accepted + 8);
	pool_must_work(&w);
	pool_close(&w);
}

/* A node that comes back with other shards, more or fewer, or as another server. */
static void test_restarts(void **state)
{
	static const uint32_t shards[] = { 4, 8, 3, 1, 0, 60, 0, 2 };
	struct pool_world w;
	coodie_error err;

	(void)state;
	for (int plain = 0; plain < 2; plain++) {
		assert_true(pool_open(
			&w,
			&(struct pool_wish){ .nodes = 2, .shards = shards[0], .plain = plain }));
		assert_non_null(pool_connect(&w, &err));
		pool_wait_all(&w);
		pool_expect(&w, 3, shards[0], 1);
		for (size_t i = 1; i < CD_COUNT(shards); i++) {
			snprintf(w.name, sizeof w.name, "%u shards", shards[i]);
			pool_restart(&w, 2, shards[i]);
			pool_must_work(&w);
			pool_expect(&w, 3, shards[i], 1);
			check_routes(&w);
		}
		pool_close(&w);
	}
}

/* Requests whose shard is not known go to all connections. */
static void test_spread(void **state)
{
	coodie_node_stats before = { .size = sizeof before }, after = before;
	struct pool_world w;
	coodie_error err;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .shards = 8, .plain = true }));
	assert_non_null(pool_connect(&w, &err));
	pool_wait_all(&w);
	pool_expect(&w, 1, 8, 1);
	assert_true(coodie_node_get_stats(w.box, 0, &before));
	for (int i = 0; i < 32; i++)
		assert_non_null(
			pool_query(&w, "SELECT v FROM ks.t WHERE k = 1", CQL_ARGS(), NULL, &err));
	pool_wait_all(&w);
	assert_int_equal(w.failed, 0);
	assert_true(coodie_node_get_stats(w.box, 0, &after));
	for (int shard = 0; shard < 8; shard++)
		assert_int_equal(after.requests_by_shard[shard] - before.requests_by_shard[shard],
				 4);
	pool_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filled),   cmocka_unit_test(test_soon),
		cmocka_unit_test(test_replaced), cmocka_unit_test(test_restarts),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
