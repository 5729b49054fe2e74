/* SPDX-License-Identifier: MIT */
/* Sessions changed while they run, and what they say of their load, over nodes without sockets. */
#include "tests/test.h"

#include "tests/pool_world.h"

static void open_world(struct pool_world *w, uint32_t shards)
{
	coodie_error err;

	assert_true(pool_open(w, &(struct pool_wish){ .shards = shards, .plain = true }));
	assert_non_null(pool_connect(w, &err));
	pool_wait_all(w);
	pool_expect(w, 1, shards, 1);
}

/* More connections are opened, those too many end; nothing is lost (C1, C2). */
static void test_connections(void **state)
{
	static const uint32_t sizes[] = { 3, 1, 2, 2, 1 };

	(void)state;
	for (uint32_t shards = 0; shards <= 4; shards += 4) {
		struct pool_world w;
		coodie_error err;
		open_world(&w, shards);
		for (size_t i = 0; i < CD_COUNT(sizes); i++) {
			if (!coodie_session_tune(w.session,
						 COODIE_TUNE(.connections_per_host = sizes[i],
							     .connections_per_shard = sizes[i]),
						 &err))
				fail_msg("%s", err.message);
			pool_must_work(&w);
			pool_expect(&w, 1, shards, sizes[i]);
		}
		pool_close(&w);
	}
}

/* What was refused changed nothing, and what was taken can be read. */
static void test_values(void **state)
{
	coodie_tune now = { .size = sizeof now };
	struct pool_world w;
	coodie_error err;

	(void)state;
	open_world(&w, 0);
	assert_false(coodie_session_tune(w.session,
					 COODIE_TUNE(.drain_ms = 5, .max_in_flight = 40000), &err));
	assert_non_null(strstr(err.message, "max_in_flight"));
	assert_true(coodie_session_tune(
		w.session, COODIE_TUNE(.max_waiting = 7, .heartbeat_ms = COODIE_TUNE_OFF), &err));
	coodie_session_tuning(w.session, &now);
	assert_int_equal(now.drain_ms, 10000);
	assert_int_equal(now.max_waiting, 7);
	assert_int_equal(now.heartbeat_ms, COODIE_TUNE_OFF);
	assert_true(coodie_session_tune_by_name(w.session, "heartbeat_ms", "5s", &err));
	coodie_session_tuning(w.session, &now);
	assert_int_equal(now.heartbeat_ms, 5000);
	assert_false(coodie_session_tune_by_name(w.session, "keyspace", "x", &err));
	assert_false(coodie_session_tune_by_name(w.session, NULL, "x", &err));
	assert_false(coodie_session_tune(w.session, NULL, &err));
	assert_false(coodie_session_tune(NULL, &now, &err));
	coodie_session_tuning(NULL, &now);
	pool_must_work(&w);
	pool_close(&w);
}

static void on_ready(const coodie_error *err, void *user)
{
	int *count = user;

	*count += err->code == COODIE_OK ? 1 : 100;
}

/* The limit of a connection holds for the one that is open already; who waits for room is told when
 * there is some (C19, C20, C21). */
static void test_room(void **state)
{
	coodie_load load = { .size = sizeof load };
	struct pool_world w;
	coodie_error err;
	int ready = 0;

	(void)state;
	open_world(&w, 0);
	assert_true(coodie_session_tune(w.session,
					COODIE_TUNE(.max_in_flight = 2, .max_waiting = 3), &err));
	for (int i = 0; i < 5; i++)
		assert_non_null(
			pool_query(&w, "SELECT v FROM ks.t WHERE k = 1", CQL_ARGS(), NULL, &err));
	coodie_session_load(w.session, &load);
	assert_int_equal(load.in_flight, 2);
	assert_int_equal(load.waiting, 3);
	assert_int_equal(load.limit, 2);
	assert_false(load.overloaded);
	assert_null(pool_query(&w, "SELECT v FROM ks.t WHERE k = 1", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_OVERLOAD);
	assert_true(coodie_session_ready_async(w.session, on_ready, &ready, &err));
	assert_int_equal(ready, 0);
	while (!ready)
		pool_turn(&w);
	assert_int_equal(ready, 1);
	coodie_session_load(w.session, &load);
	assert_int_equal(load.waiting, 0);
	assert_true(load.in_flight < 2);
	pool_wait_all(&w);
	assert_int_equal(w.failed, 0);
	assert_true(coodie_session_ready_async(w.session, on_ready, &ready, &err));
	while (ready == 1) /* at once, but not before the call returns */
		pool_turn(&w);
	assert_true(coodie_session_tune(w.session, COODIE_TUNE(.max_in_flight = 64), &err));
	coodie_session_load(w.session, &load);
	assert_int_equal(load.limit, 64);
	assert_false(coodie_session_ready_async(NULL, on_ready, &ready, &err));
	assert_false(coodie_session_ready_async(w.session, NULL, &ready, &err));
	pool_close(&w);
}

/* A server that says so is believed for a second (U9). */
static void test_overloaded(void **state)
{
	coodie_load load = { .size = sizeof load };
	struct pool_world w;
	coodie_error err;

	(void)state;
	open_world(&w, 0);
	assert_true(coodie_node_add_fault(w.box, "match=SELECT v,times=1,do=error:OVERLOADED", NULL,
					  &err));
	assert_non_null(pool_query(&w, "SELECT v FROM ks.t WHERE k = 1", CQL_ARGS(), NULL, &err));
	pool_wait_all(&w);
	coodie_session_load(w.session, &load);
	assert_true(load.overloaded);
	pool_sleep(&w, 2000);
	coodie_session_load(w.session, &load);
	assert_false(load.overloaded);
	load = (coodie_load){ .size = offsetof(coodie_load, waiting), .waiting = 99 };
	coodie_session_load(w.session, &load); /* an older program's */
	assert_int_equal(load.waiting, 99);
	coodie_session_load(NULL, &load);
	pool_close(&w);
}

/* A shorter heartbeat begins at once: an idle session then asks its server (C9). */
static void test_heartbeat(void **state)
{
	coodie_node_stats before = { .size = sizeof before }, after = before;
	struct pool_world w;
	coodie_error err;

	(void)state;
	open_world(&w, 0);
	assert_true(coodie_node_get_stats(w.box, 0, &before));
	assert_true(coodie_session_tune(w.session, COODIE_TUNE(.heartbeat_ms = 100), &err));
	pool_sleep(&w, 2000);
	assert_true(coodie_node_get_stats(w.box, 0, &after));
	assert_true(after.requests > before.requests + 5);
	pool_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connections), cmocka_unit_test(test_values),
		cmocka_unit_test(test_room),        cmocka_unit_test(test_overloaded),
		cmocka_unit_test(test_heartbeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
