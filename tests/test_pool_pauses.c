/* SPDX-License-Identifier: MIT */
/* Pauses between attempts to connect: they grow, also for connections that do not live long, and end with
 * success, or when the server says that the node is up. */
#include "tests/test.h"

#include <inttypes.h>

#include "tests/pool_world.h"

enum { SOON_MS = 2000, LONG_MS = 3600000 };

static void fault(struct pool_world *w, const char *spec)
{
	coodie_error err;

	if (!coodie_node_add_fault(w->box, spec, NULL, &err))
		fail_msg("%s: %s", spec, err.message);
}

static void take_down(struct pool_world *w, uint32_t node)
{
	coodie_error err;

	assert_true(coodie_node_take_down(w->box, node, &err));
}

static void bring_up(struct pool_world *w, uint32_t node)
{
	coodie_error err;

	assert_true(coodie_node_bring_up(w->box, node, &err));
}

static void connect_world(struct pool_world *w)
{
	coodie_error err;

	assert_non_null(pool_connect(w, &err));
	pool_wait_all(w);
}

/* A read that goes to this node, or nowhere and fails. */
static void ask_node(struct pool_world *w, uint32_t node)
{
	const cql_inet at = pool_inet(w, node);
	coodie_error err;

	if (!pool_query(w, "SELECT v FROM ks.t WHERE k = 1", CQL_ARGS(),
			COODIE_REQUEST(.node = &at), &err))
		assert_int_equal(err.code, COODIE_ERR_CONNECT);
	pool_wait_all(w);
}

/* It takes connections, greets, and hangs up at the first question. */
static void test_short_lives(void **state)
{
	struct pool_world w;

	(void)state;
	for (uint32_t shards = 0; shards <= 4; shards += 4) {
		assert_true(pool_open(&w, &(struct pool_wish){ .nodes = 2, .shards = shards }));
		connect_world(&w);
		pool_expect(&w, 3, shards, 1);
		uint64_t before = pool_accepted(&w, 1);
		fault(&w, "node=1,opcode=QUERY,do=close");
		for (int i = 0; i < 2000; i++) {
			ask_node(&w, 1);
			pool_sleep(&w, 10);
		}
		/* in 20 s: the first one at once, then 50 ms, 100 ms, ... 6400 ms later */
		uint64_t more = pool_accepted(&w, 1) - before;
		if (more < 3 || more > 12 * (shards ? shards : 1))
			fail_msg("%" PRIu32 " shards: %" PRIu64 " connections", shards, more);
		coodie_node_clear_faults(w.box);
		pool_expect(&w, 3, shards, 1);
		pool_close(&w);
	}
}

/* Nobody waits for an hour when there is news. */
static void test_up(void **state)
{
	const coodie_tune tune = { .size = sizeof tune,
				   .reconnect_min_ms = LONG_MS,
				   .reconnect_max_ms = LONG_MS };
	struct pool_world w;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .nodes = 2, .tune = &tune }));
	take_down(&w, 1);
	connect_world(&w);
	pool_sleep(&w, SOON_MS);
	bring_up(&w, 1);
	pool_sleep(&w, SOON_MS);
	assert_int_equal(pool_connections(&w, 1), 1);
	pool_close(&w);
}

/* After a connection that has lived, the first pause is a short one again. */
static void test_success(void **state)
{
	struct pool_world w;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .nodes = 2 }));
	fault(&w, "node=1,at=accept,do=refuse");
	connect_world(&w);
	pool_sleep(&w, 120000);
	coodie_node_clear_faults(w.box);
	pool_expect(&w, 3, 0, 1);
	fault(&w, "node=1,opcode=QUERY,times=1,do=close");
	fault(&w, "node=1,at=accept,times=2,do=refuse");
	ask_node(&w, 1);
	pool_sleep(&w, SOON_MS);
	assert_int_equal(pool_connections(&w, 1), 1);
	pool_close(&w);
}

/* A request that cannot wait gets through, and the others of the pool follow it. */
static void test_others_follow(void **state)
{
	struct pool_world w;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .shards = 8, .plain = true }));
	connect_world(&w);
	pool_expect(&w, 1, 8, 1);
	take_down(&w, 0);
	pool_sleep(&w, 120000);
	bring_up(&w, 0);
	pool_must_work(&w);
	pool_sleep(&w, SOON_MS);
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(pool_shard(&w, 0, i), 1);
	pool_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_lives),
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_success),
		cmocka_unit_test(test_others_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
