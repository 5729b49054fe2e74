/* SPDX-License-Identifier: MIT */
/* Many options at once: all or none, what changed, and the values in force. */
#include "tests/test.h"

#include "net/options/tune.h"

static void test_all_or_none(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	struct cd_changes changed;
	coodie_error err = { 0 };

	(void)state;
	assert_true(cd_options_tune(
		o,
		COODIE_TUNE(.heartbeat_ms = 5000, .max_in_flight = 2048, .memory_budget = 1 << 20),
		&changed, &err));
	assert_int_equal(o->heartbeat_ms, 5000);
	assert_int_equal(o->memory_budget, 1 << 20);
	assert_int_equal(o->max_waiting, 65536); /* not named */
	assert_true(cd_changes_has(&changed, CD_ID_heartbeat_ms));
	assert_true(cd_changes_has(&changed, CD_ID_memory_budget));
	assert_false(cd_changes_has(&changed, CD_ID_max_in_flight)); /* as it was */
	assert_false(cd_options_tune(o, COODIE_TUNE(.heartbeat_ms = 1, .max_in_flight = 40000),
				     NULL, &err));
	assert_non_null(strstr(err.message, "max_in_flight: 40000 is too high"));
	assert_int_equal(o->heartbeat_ms, 5000);
	assert_true(cd_options_tune(o, COODIE_TUNE(.request_timeout_ms = 1), NULL, &err));
	coodie_options_free(o);
}

/* 0 leaves as it is; the 0 of an option has a value of its own. */
static void test_off(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_tune now = { .size = sizeof now };
	coodie_error err;

	(void)state;
	assert_true(coodie_options_tune(
		o, COODIE_TUNE(.heartbeat_ms = COODIE_TUNE_OFF, .memory_budget = UINT64_MAX),
		&err));
	assert_int_equal(o->heartbeat_ms, 0);
	cd_options_tuning(o, &now);
	assert_true(now.heartbeat_ms == COODIE_TUNE_OFF && now.memory_budget == UINT64_MAX);
	assert_int_equal(now.idle_kill_ms, 60000);
	assert_int_equal(now.retry_budget_percent, 10);
	assert_false(coodie_options_tune(o, COODIE_TUNE(.max_orphans = COODIE_TUNE_OFF), &err));
	assert_non_null(strstr(err.message, "max_orphans"));
	coodie_options_free(o);
}

/* Bounds of two options against each other are those after the change. */
static void test_pairs(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	(void)state;
	assert_false(coodie_options_tune(o, COODIE_TUNE(.reconnect_min_ms = 20000), &err));
	assert_non_null(strstr(err.message, "reconnect_min_ms is 20000, which is above"));
	assert_int_equal(o->reconnect_min_ms, 50);
	assert_true(coodie_options_tune(
		o, COODIE_TUNE(.reconnect_min_ms = 20000, .reconnect_max_ms = 30000), &err));
	assert_int_equal(o->reconnect_min_ms, 20000);
	coodie_options_free(o);
}

/* Programs made with an older header have a shorter struct. */
static void test_sizes(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_tune older = { .size = offsetof(coodie_tune, heartbeat_ms) };
	coodie_error err;

	(void)state;
	older.connections_per_host = 3;
	older.heartbeat_ms = 7; /* not there */
	assert_true(coodie_options_tune(o, &older, &err));
	assert_int_equal(o->connections_per_host, 3);
	assert_int_equal(o->heartbeat_ms, 30000);
	older.connections_per_host = 0;
	cd_options_tuning(o, &older);
	assert_int_equal(older.connections_per_host, 3);
	assert_int_equal(older.heartbeat_ms, 7);
	older.size = 0;
	assert_false(coodie_options_tune(o, &older, &err));
	assert_false(coodie_options_tune(o, NULL, &err));
	assert_false(coodie_options_tune(NULL, COODIE_TUNE(.drain_ms = 1), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_options_free(o);
}

static void test_by_name(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	struct cd_changes changed;
	coodie_error err = { 0 };

	(void)state;
	assert_true(cd_options_tune_by_name(o, "log_level", "debug", &changed, &err));
	assert_int_equal(o->log_level, COODIE_LOG_DEBUG);
	assert_true(cd_changes_has(&changed, CD_ID_log_level));
	assert_true(cd_options_tune_by_name(o, "drain_ms", NULL, &changed, &err));
	assert_false(cd_changes_has(&changed, CD_ID_drain_ms));
	assert_false(cd_options_tune_by_name(o, "keyspace", "x", NULL, &err));
	assert_non_null(strstr(err.message, "cannot be changed while a session runs"));
	assert_false(cd_options_tune_by_name(o, "heartbeat", "x", NULL, &err));
	assert_false(cd_options_tune_by_name(o, "reconnect_max_ms", "10", NULL, &err));
	assert_int_equal(o->reconnect_max_ms, 10000);
	coodie_options_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_or_none), cmocka_unit_test(test_off),
		cmocka_unit_test(test_pairs),       cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
