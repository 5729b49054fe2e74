/* SPDX-License-Identifier: MIT */
/* Policies at work: a session on a box of nodes that fail as they are told to, without sockets. */
#include "tests/test.h"

#include <inttypes.h>
#include <string.h>

#include "tests/pool_world.h"

enum { NODES = 3, QUERY = 7 /* the opcode */, SOON_MS = 2000 };

static void connect_all(struct pool_world *w)
{
	coodie_error err;

	assert_non_null(pool_connect(w, &err));
	pool_wait_all(w);
	pool_sleep(w, SOON_MS);
	for (uint32_t i = 0; i < NODES; i++)
		assert_true(pool_connections(w, i) > 0);
}

static void open_three(struct pool_world *w, void (*set)(coodie_options *o))
{
	assert_true(pool_open(w, &(struct pool_wish){ .nodes = NODES, .set = set }));
	connect_all(w);
}

static struct pool_ask *run(struct pool_world *w, const char *cql, const coodie_request *r)
{
	coodie_error err;
	struct pool_ask *a = pool_query(w, cql, CQL_ARGS(), r, &err);

	if (!a)
		fail_msg("%s: %s", cql, err.message);
	pool_wait(w, a);
	return a;
}

static void fault(struct pool_world *w, const char *spec)
{
	coodie_error err;

	if (!coodie_node_add_fault(w->box, spec, NULL, &err))
		fail_msg("%s: %s", spec, err.message);
}

static uint64_t queries_of(const struct pool_world *w, uint32_t node)
{
	coodie_node_stats stats = { .size = sizeof stats };

	assert_true(coodie_node_get_stats(w->box, node, &stats));
	return stats.by_opcode[QUERY];
}

static void set_profile(struct pool_world *w, const char *name, const coodie_profile_options *p)
{
	coodie_error err;

	if (!coodie_session_set_profile(w->session, name, p, &err))
		fail_msg("%s: %s", name, err.message);
}

/* ---- retries ---------------------------------------------------------------------------------- */

static const char read_one[] = "SELECT v FROM ks.t WHERE k = 3";
static const char write_one[] = "UPDATE ks.t SET v = 5 WHERE k = 3";
static const char count_one[] = "UPDATE ks.t SET v = 5 WHERE k = 3 IF v = 300";

static const struct retry_row {
	const char *name, *cql;
	bool idempotent;
	const char *fault;
	enum coodie_errc code;
	const char *says; /* part of the message */
} retries[] = {
	{ "nothing is wrong", read_one, false, "nowhere,do=close", COODIE_OK, "" },
	{ "read, lost", read_one, false, "ks.t,times=1,do=close", COODIE_OK, "" },
	{ "read, overloaded", read_one, false, "ks.t,times=3,do=error:OVERLOADED", COODIE_OK, "" },
	{ "read, server error", read_one, false, "ks.t,times=2,do=error:SERVER_ERROR", COODIE_OK,
	  "" },
	{ "read, server error everywhere", read_one, false, "ks.t,do=error:SERVER_ERROR",
	  COODIE_ERR_SERVER, "(3 attempts, 3 nodes)" },
	{ "read, invalid", read_one, false, "ks.t,times=1,do=error:INVALID", COODIE_ERR_SERVER,
	  "" },
	{ "write, lost", write_one, false, "ks.t,times=1,do=close", COODIE_ERR_CLOSED, "" },
	{ "write that may be repeated, lost", write_one, true, "ks.t,times=1,do=close", COODIE_OK,
	  "" },
	{ "write, server error", write_one, false, "ks.t,times=1,do=error:SERVER_ERROR",
	  COODIE_ERR_SERVER, "" },
	{ "write, bootstrapping", write_one, false, "ks.t,times=1,do=error:IS_BOOTSTRAPPING",
	  COODIE_OK, "" },
	{ "conditional write, lost", count_one, false, "ks.t,times=1,do=close", COODIE_ERR_CLOSED,
	  "" },
	{ "all are lost", read_one, false, "ks.t,do=close", COODIE_ERR_CLOSED, "attempts" },
};

static void test_retries(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(retries); i++) {
		const struct retry_row *row = &retries[i];
		struct pool_world w;
		char spec[160];
		open_three(&w, NULL);
		snprintf(spec, sizeof spec, "opcode=QUERY,match=%s", row->fault);
		fault(&w, spec);
		struct pool_ask *a = run(&w, row->cql,
					 COODIE_REQUEST(.idempotent = row->idempotent));
		if (a->code != row->code || !strstr(a->message, row->says))
			fail_msg("%s: %s: %s", row->name, coodie_errc_name(a->code), a->message);
		coodie_node_clear_faults(w.box);
		pool_close(&w);
	}
}

/* The time is over while the next attempt waits for its turn, or before it is worth waiting: either
 * way the caller is told what the nodes answered. */
static void test_out_of_time(void **state)
{
	struct pool_world w;

	(void)state;
	open_three(&w, NULL);
	fault(&w, "opcode=QUERY,match=ks.t,do=error:OVERLOADED");
	for (uint32_t ms = 30; ms < 130; ms += 7) {
		const struct pool_ask *a = run(&w, read_one, COODIE_REQUEST(.timeout_ms = ms));
		if (a->code != COODIE_ERR_SERVER || !strstr(a->message, " attempts, "))
			fail_msg("%" PRIu32 " ms: %s: %s", ms, coodie_errc_name(a->code),
				 a->message);
	}
	coodie_node_clear_faults(w.box);
	pool_close(&w);
}

/* Who says never is not asked twice; a profile can say so. */
static void test_fallthrough(void **state)
{
	struct pool_world w;

	(void)state;
	open_three(&w, NULL);
	set_profile(&w, "never", COODIE_PROFILE(.retry_kind = COODIE_RETRY_FALLTHROUGH));
	fault(&w, "match=ks.t,times=1,do=error:OVERLOADED");
	assert_int_equal(run(&w, read_one, COODIE_REQUEST(.profile = "never"))->code,
			 COODIE_ERR_SERVER);
	coodie_node_clear_faults(w.box);
	fault(&w, "match=ks.t,times=1,do=error:OVERLOADED");
	assert_int_equal(run(&w, read_one, NULL)->code, COODIE_OK);
	pool_close(&w);
}

/* ---- speculation ------------------------------------------------------------------------------ */

static void check_speculations(const struct pool_world *w, const char *name, uint64_t count)
{
	coodie_metrics m = { .size = sizeof m };
	coodie_error err;

	assert_true(coodie_session_metrics(w->session, NULL, &m, &err));
	CD_CHECK(m.speculations == count, name);
	CD_CHECK(m.speculations_won == count, name);
}

static void test_speculation(void **state)
{
	static const struct {
		const char *name, *cql;
		bool idempotent, speculative;
		enum coodie_errc code;
	} rows[] = {
		{ "a read", read_one, false, true, COODIE_OK },
		{ "a read, not speculative", read_one, false, false, COODIE_ERR_TIMEOUT },
		{ "a write", write_one, false, true, COODIE_ERR_TIMEOUT },
		{ "a write that may be repeated", write_one, true, true, COODIE_OK },
		{ "a conditional write", count_one, true, true, COODIE_ERR_TIMEOUT },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct pool_world w;
		open_three(&w, NULL);
		if (rows[i].speculative)
			set_profile(&w, "default", COODIE_PROFILE(.speculative_delay_ms = 20));
		fault(&w, "match=ks.t,times=1,do=stall");
		const struct pool_ask *a = run(&w, rows[i].cql,
					       COODIE_REQUEST(.idempotent = rows[i].idempotent));
		if (a->code != rows[i].code)
			fail_msg("%s: %s: %s", rows[i].name, coodie_errc_name(a->code), a->message);
		check_speculations(&w, rows[i].name, rows[i].code == COODIE_OK);
		coodie_node_clear_faults(w.box);
		pool_close(&w);
	}
}

/* Attempts that fail while a second one is not due yet, and are made again after a pause: both waits
 * are the same request's. */
static void test_speculation_of_retries(void **state)
{
	struct pool_world w;

	(void)state;
	open_three(&w, NULL);
	set_profile(&w, "default", COODIE_PROFILE(.speculative_delay_ms = 20));
	fault(&w, "opcode=QUERY,match=ks.t,times=24,do=error:OVERLOADED");
	fault(&w, "match=ks.t,times=12,do=delay:60ms");
	for (int i = 0; i < 24; i++) {
		coodie_error err;
		if (!pool_query(&w, read_one, CQL_ARGS(), NULL, &err))
			fail_msg("%s", err.message);
		pool_turn(&w);
	}
	pool_wait_all(&w);
	coodie_node_clear_faults(w.box);
	pool_must_work(&w);
	pool_close(&w);
}

/* ---- profiles, nodes --------------------------------------------------------------------------- */

static void test_profiles(void **state)
{
	struct pool_world w;
	coodie_error err;

	(void)state;
	open_three(&w, NULL);
	assert_null(pool_query(&w, read_one, CQL_ARGS(), COODIE_REQUEST(.profile = "fsat"), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	set_profile(&w, "fast", COODIE_PROFILE(.timeout_ms = 70));
	assert_null(pool_query(&w, read_one, CQL_ARGS(), COODIE_REQUEST(.profile = "fsat"), &err));
	assert_non_null(strstr(err.message, "\"fast\""));
	fault(&w, "match=ks.t,do=stall");
	const struct pool_ask *a = run(&w, read_one, COODIE_REQUEST(.profile = "fast"));
	assert_int_equal(a->code, COODIE_ERR_TIMEOUT);
	assert_non_null(strstr(a->message, "70 ms"));
	set_profile(&w, "fast", COODIE_PROFILE(.timeout_ms = 90));
	a = run(&w, read_one, COODIE_REQUEST(.profile = "fast"));
	assert_non_null(strstr(a->message, "90 ms"));
	assert_false(coodie_session_set_profile(NULL, "x", COODIE_PROFILE(.timeout_ms = 1), &err));
	assert_false(coodie_session_set_profile(w.session, NULL, NULL, &err));
	assert_false(coodie_session_set_profile(w.session, "x", NULL, &err));
	coodie_node_clear_faults(w.box);
	pool_close(&w);
}

/* A request that names its node goes there, and nowhere else. */
static void test_node(void **state)
{
	const cql_inet nowhere = { { 10, 9, 8, 7 }, 4 };
	struct pool_world w;
	coodie_error err;

	(void)state;
	open_three(&w, NULL);
	for (uint32_t i = 0; i < NODES; i++) {
		const cql_inet node = pool_inet(&w, i);
		uint64_t before = queries_of(&w, i);
		for (int n = 0; n < 10; n++)
			assert_int_equal(run(&w, read_one, COODIE_REQUEST(.node = &node))->code,
					 COODIE_OK);
		assert_int_equal(queries_of(&w, i) - before, 10);
	}
	assert_null(pool_query(&w, read_one, CQL_ARGS(), COODIE_REQUEST(.node = &nowhere), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	pool_close(&w);
}

/* Without faults the nodes share the work. */
static void test_shared(void **state)
{
	struct pool_world w;
	uint64_t before[NODES];

	(void)state;
	open_three(&w, NULL);
	for (uint32_t i = 0; i < NODES; i++)
		before[i] = queries_of(&w, i);
	for (int n = 0; n < 60; n++)
		assert_int_equal(run(&w, read_one, NULL)->code, COODIE_OK);
	for (uint32_t i = 0; i < NODES; i++)
		assert_true(queries_of(&w, i) - before[i] >= 10);
	pool_close(&w);
}

/* A node that is denied loses its connections and gets no request; allowed again, it is used. */
static void test_denied(void **state)
{
	struct pool_world w;
	char deny[64];

	(void)state;
	open_three(&w, NULL);
	snprintf(deny, sizeof deny, "%.*s", (int)strcspn(coodie_node_address(w.box, 2), ":"),
		 coodie_node_address(w.box, 2));
	set_profile(&w, "default", COODIE_PROFILE(.balancing = COODIE_BALANCING(.deny = deny)));
	assert_int_equal(run(&w, read_one, NULL)->code, COODIE_OK);
	pool_sleep(&w, SOON_MS);
	assert_int_equal(pool_connections(&w, 2), 0);
	uint64_t before = queries_of(&w, 2);
	for (int n = 0; n < 20; n++)
		assert_int_equal(run(&w, read_one, NULL)->code, COODIE_OK);
	assert_int_equal(queries_of(&w, 2), before);
	set_profile(&w, "default", COODIE_PROFILE(.timeout_ms = 900));
	assert_int_equal(run(&w, read_one, NULL)->code, COODIE_OK);
	pool_sleep(&w, SOON_MS);
	assert_true(pool_connections(&w, 2) > 0);
	pool_close(&w);
}

/* ---- a balancer of the user's ------------------------------------------------------------------ */

struct favourite {
	uint32_t slot;
	int answers, freed;
	bool none;
};

static size_t plan(void *state, const coodie_intent *intent, const coodie_host *hosts,
		   size_t host_count, const uint32_t *replicas, size_t replica_count,
		   uint32_t *order)
{
	const struct favourite *f = state;

	(void)intent;
	(void)hosts;
	(void)host_count;
	(void)replicas;
	(void)replica_count;
	order[0] = f->slot;
	return !f->none;
}

static void answered(void *state, const coodie_intent *intent, const coodie_host *host,
		     uint64_t latency_us, const coodie_error *err)
{
	struct favourite *f = state;

	assert_true(intent->is_read && host->size && latency_us < 60000000);
	f->answers += err == NULL;
}

static void freed(void *state)
{
	((struct favourite *)state)->freed++;
}

static void test_own_balancer(void **state)
{
	const coodie_balancer b = { sizeof b, plan, NULL, answered, freed };
	struct favourite f = { .slot = 1 };
	struct pool_world w;
	uint64_t most = 0;
	coodie_error err;

	(void)state;
	open_three(&w, NULL);
	set_profile(&w, "mine", COODIE_PROFILE(.balancer = &b, .take_balancer_state = &f));
	uint64_t before[NODES];
	for (uint32_t i = 0; i < NODES; i++)
		before[i] = queries_of(&w, i);
	for (int n = 0; n < 12; n++)
		assert_int_equal(run(&w, read_one, COODIE_REQUEST(.profile = "mine"))->code,
				 COODIE_OK);
	for (uint32_t i = 0; i < NODES; i++)
		if (queries_of(&w, i) - before[i] > most)
			most = queries_of(&w, i) - before[i];
	assert_int_equal(most, 12);
	assert_int_equal(f.answers, 12);
	f.none = true;
	assert_null(pool_query(&w, read_one, CQL_ARGS(), COODIE_REQUEST(.profile = "mine"), &err));
	assert_int_equal(err.code, COODIE_ERR_CONNECT);
	pool_close(&w);
	assert_int_equal(f.freed, 1);
}

struct place {
	char keyspace[20], table[20];
};

static size_t note_place(void *state, const coodie_intent *intent, const coodie_host *hosts,
			 size_t host_count, const uint32_t *replicas, size_t replica_count,
			 uint32_t *order)
{
	struct place *p = state;

	(void)hosts;
	(void)host_count;
	(void)replicas;
	(void)replica_count;
	snprintf(p->keyspace, sizeof p->keyspace, "%s", intent->keyspace ? intent->keyspace : "-");
	snprintf(p->table, sizeof p->table, "%s", intent->table ? intent->table : "-");
	order[0] = 0;
	return 1;
}

static void on_batch(coodie_result *take_res, const coodie_error *err, void *user)
{
	if (err->code != COODIE_OK)
		fail_msg("%s", err->message);
	coodie_result_free(take_res);
	*(bool *)user = true;
}

static void run_batch(struct pool_world *w, coodie_prepared *p)
{
	const coodie_statement both[] = {
		COODIE_STATEMENT("DELETE FROM ks.t WHERE k = 99", CQL_ARGS()),
		{ .size = sizeof both[1], .prepared = p, .args = CQL_ARGS(cql(98), cql(1)) },
	};
	bool done = false;
	coodie_error err;

	if (!coodie_session_batch_async(w->session, COODIE_BATCH_LOGGED, both, 2, NULL, on_batch,
					&done, &err))
		fail_msg("%s", err.message);
	while (!done)
		pool_turn(w);
}

static void check_place(const struct place *p, const char *keyspace, const char *table)
{
	assert_string_equal(p->keyspace, keyspace);
	assert_string_equal(p->table, table);
}

static void run_prepared(struct pool_world *w, const char *cql, cql_args args, bool batch)
{
	coodie_error err;
	struct pool_ask *a = pool_prepare(w, cql, &err);

	pool_wait_all(w);
	coodie_prepared *p = a->prepared;
	a->prepared = NULL;
	if (batch)
		run_batch(w, p);
	else
		pool_wait(w, pool_execute(w, p, args, &err));
	coodie_prepared_free(p);
}

/* A balancer is told the table, where the server has told it. */
static void test_place(void **state)
{
	const coodie_balancer b = { .size = sizeof b, .plan = note_place };
	struct place p;
	struct pool_world w;

	(void)state;
	open_three(&w, NULL);
	set_profile(&w, "default", COODIE_PROFILE(.balancer = &b, .take_balancer_state = &p));
	run(&w, read_one, NULL);
	check_place(&p, "-", "-");
	run_prepared(&w, "SELECT v FROM ks.t WHERE k = ?", CQL_ARGS(cql(3)), false);
	check_place(&p, "ks", "t");
	run(&w, read_one, NULL);
	check_place(&p, "-", "-");
	run_prepared(&w, "SELECT v FROM ks.t WHERE v = ? ALLOW FILTERING", CQL_ARGS(cql(3)), false);
	check_place(&p, "ks", "t");
	run(&w, read_one, NULL);
	run_prepared(&w, "INSERT INTO ks.t (k, v) VALUES (?, ?)", CQL_ARGS(), true);
	check_place(&p, "ks", "t");
	assert_int_equal(w.failed, 0);
	pool_close(&w);
}

/* ---- times of writes --------------------------------------------------------------------------- */

static int64_t next_time;

static int64_t backwards(void *user)
{
	(void)user;
	return next_time -= 1000;
}

static void set_backwards(coodie_options *o)
{
	coodie_error err;

	assert_true(coodie_options_set_timestamps(
		o, COODIE_TIMESTAMPING(.kind = COODIE_TIMESTAMPS_CUSTOM, .fn = backwards), &err));
}

static void set_monotonic(coodie_options *o)
{
	coodie_error err;

	assert_true(coodie_options_set_timestamps(
		o, COODIE_TIMESTAMPING(.kind = COODIE_TIMESTAMPS_MONOTONIC), &err));
}

/* The last write wins, whichever that is by the clock that is asked. */
static void test_timestamps(void **state)
{
	static const struct {
		void (*set)(coodie_options *o);
		int32_t wins;
	} rows[] = { { set_backwards, 1 }, { set_monotonic, 2 }, { NULL, 2 } };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct pool_world w;
		next_time = INT64_C(4000000000000000);
		open_three(&w, rows[i].set);
		assert_int_equal(run(&w, "INSERT INTO ks.t (k, v) VALUES (77, 1)", NULL)->code,
				 COODIE_OK);
		assert_int_equal(run(&w, "INSERT INTO ks.t (k, v) VALUES (77, 2)", NULL)->code,
				 COODIE_OK);
		assert_int_equal(run(&w, "SELECT v FROM ks.t WHERE k = 77", NULL)->value,
				 rows[i].wins);
		pool_close(&w);
	}
}

/* ---- the limit --------------------------------------------------------------------------------- */

/* What is beyond it waits, and has its turn. */
static void test_limit(void **state)
{
	const coodie_tune *tune = COODIE_TUNE(.max_in_flight_host = 4);
	struct pool_world w;
	coodie_session_stats stats = { .size = sizeof stats };
	coodie_error err;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .nodes = NODES, .tune = tune }));
	connect_all(&w);
	fault(&w, "match=ks.t,do=delay:100ms");
	for (int n = 0; n < 40; n++)
		assert_non_null(pool_query(&w, read_one, CQL_ARGS(), NULL, &err));
	coodie_session_get_stats(w.session, &stats);
	assert_true(stats.in_flight <= 4 * NODES);
	assert_true(stats.waiting >= 40 - 4 * NODES);
	pool_wait_all(&w);
	assert_int_equal(w.failed, 0);
	coodie_node_clear_faults(w.box);
	pool_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retries),      cmocka_unit_test(test_fallthrough),
		cmocka_unit_test(test_out_of_time),
		cmocka_unit_test(test_speculation),  cmocka_unit_test(test_speculation_of_retries),
		cmocka_unit_test(test_profiles),     cmocka_unit_test(test_node),
		cmocka_unit_test(test_shared),       cmocka_unit_test(test_denied),
		cmocka_unit_test(test_own_balancer), cmocka_unit_test(test_place),
		cmocka_unit_test(test_timestamps),   cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
