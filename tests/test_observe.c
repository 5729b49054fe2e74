/* SPDX-License-Identifier: MIT */
/* What a session counts: every way a request can end, connections, hosts and shards, and the text. */
#include <stdlib.h>

#include "tests/test.h"

#include <coodie/node.h>
#include <coodie/observe.h>

#include "tests/openmetrics.h"
#include "tests/stage.h"

static coodie_metrics metrics_of(const coodie_session *s, const coodie_scope *scope)
{
	coodie_metrics m = { .size = sizeof m };
	coodie_error err;

	if (!coodie_session_metrics(s, scope, &m, &err))
		fail_msg("%s", err.message);
	return m;
}

static coodie_histogram histogram_of(const coodie_session *s, enum coodie_histogram_kind kind)
{
	coodie_histogram h = { .size = sizeof h };
	coodie_error err;

	if (!coodie_session_histogram(s, NULL, kind, &h, &err))
		fail_msg("%s", err.message);
	return h;
}

static uint64_t duration_count(const struct stage *st, enum coodie_histogram_kind kind)
{
	return histogram_of(st->session, kind).count;
}

/* ---- requests ------------------------------------------------------------------------------- */

static void test_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		struct ask asks[FEW] = { { 0 } };
		struct stage st;
		open_stage(&st, private_and_attached[i]);
		teach_numbers(&st, FEW);
		peer_on(st.peer, "SELECT wrong",
			(struct peer_answer){
				.kind = PEER_ERROR, .code = 0x2200, .message = "no" });
		for (int n = 0; n < FEW; n++) {
			char cql[32];
			snprintf(cql, sizeof cql, n % 4 ? "SELECT %d" : "SELECT wrong", n);
			asks[n].stage = &st;
			assert_true(ask_query(&asks[n], cql, CQL_ARGS(), 0));
		}
		wait_all(&st, asks, FEW);
		coodie_metrics m = metrics_of(st.session, NULL);
		assert_int_equal(m.requests, FEW);
		assert_int_equal(m.failures, FEW / 4);
		assert_int_equal(m.completed, FEW - FEW / 4);
		assert_int_equal(m.attempts, FEW);
		assert_int_equal(m.responses, FEW);
		assert_int_equal(m.errors, FEW / 4);
		assert_int_equal(m.timeouts + m.cancelled + m.overloaded + m.retries, 0);
		assert_int_equal(m.waiting + m.in_flight + m.orphans, 0);
		assert_int_equal(m.connections, 1);
		assert_int_equal(m.connects, 1);
		assert_int_equal(m.connect_failures + m.connects_lost + m.tls_full, 0);
		assert_true(m.bytes_sent > FEW * 9 && m.bytes_received > FEW * 9);
		assert_int_equal(duration_count(&st, COODIE_HISTOGRAM_REQUEST), FEW);
		assert_int_equal(duration_count(&st, COODIE_HISTOGRAM_SERVER), FEW);
		assert_int_equal(duration_count(&st, COODIE_HISTOGRAM_QUEUE), FEW);
		assert_int_equal(duration_count(&st, COODIE_HISTOGRAM_SPECULATIVE), 0);
		close_stage(&st);
	}
}

/* One in flight, two that wait, and one too many; then one that is cancelled, and one whose answer
 * comes too late. */
static void test_trouble(void **state)
{
	struct ask asks[5] = { { 0 } };
	struct stage st;

	(void)state;
	open_stage(&st, (struct wish){ .in_flight = 1, .waiting = 2 });
	teach_numbers(&st, 5);
	for (int n = 0; n < 5; n++)
		asks[n].stage = &st;
	assert_true(ask_query(&asks[0], "SELECT 0", CQL_ARGS(), 0));
	wait_for(&st, &asks[0]);
	assert_int_equal(metrics_of(st.session, NULL).connections, 1);

	peer_hold(st.peer, 1000);
	assert_true(ask_query(&asks[1], "SELECT 1", CQL_ARGS(), 20));
	assert_true(ask_query(&asks[2], "SELECT 2", CQL_ARGS(), 0));
	assert_true(ask_query(&asks[3], "SELECT 3", CQL_ARGS(), 0));
	assert_false(ask_query(&asks[4], "SELECT 4", CQL_ARGS(), 0));
	assert_int_equal(asks[4].code, COODIE_ERR_OVERLOAD);
	assert_true(coodie_session_cancel(st.session, asks[2].id));
	wait_for(&st, &asks[1]);
	check_failed(&asks[1], COODIE_ERR_TIMEOUT, "within 20 ms");
	coodie_metrics m = metrics_of(st.session, NULL);
	assert_int_equal(m.attempt_timeouts, 1);
	assert_int_equal(m.timeouts, 1);
	peer_hold(st.peer, 0);
	wait_for(&st, &asks[3]);
	check_ok(&asks[3]);

	m = metrics_of(st.session, NULL);
	assert_int_equal(m.requests, 5);
	assert_int_equal(m.completed, 2);
	assert_int_equal(m.failures, 3);
	assert_int_equal(m.cancelled, 1);
	assert_int_equal(m.overloaded, 1);
	assert_int_equal(m.attempts, 3);
	assert_int_equal(m.responses, 2);
	assert_int_equal(m.waiting + m.in_flight + m.orphans, 0);
	close_stage(&st);
}

/* A connection that ends: what was on it is sent again where that is safe. */
static void test_lost(void **state)
{
	struct stage st;
	coodie_error err;

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	teach_numbers(&st, 3);
	struct ask a = { .stage = &st }, b = { .stage = &st };
	assert_true(ask_query(&a, "SELECT 1", CQL_ARGS(), 0));
	wait_for(&st, &a);
	peer_on(st.peer, "SELECT 2", (struct peer_answer){ .damage = PEER_CLOSE, .times = 1 });
	assert_true(coodie_session_query_async(st.session, "SELECT 2", CQL_ARGS(),
					       COODIE_REQUEST(.idempotent = true), on_result, &b,
					       &err));
	wait_for(&st, &b);
	check_ok(&b);
	coodie_metrics m = metrics_of(st.session, NULL);
	assert_int_equal(m.connects_lost, 1);
	assert_int_equal(m.connects, 2);
	assert_int_equal(m.connections, 1);
	assert_int_equal(m.retries, 1);
	assert_int_equal(m.attempts, 3);
	assert_int_equal(m.responses, 2);
	assert_int_equal(m.requests, 2);
	assert_int_equal(m.completed, 2);
	assert_int_equal(m.in_flight + m.orphans, 0);
	close_stage(&st);
}

static void test_prepared(void **state)
{
	struct stage st;

	(void)state;
	open_stage(&st, (struct wish){ .prepared = 2 });
	for (int i = 0; i < 4; i++) {
		char cql[40];
		struct ask a = { .stage = &st };
		snprintf(cql, sizeof cql, "INSERT %d ?", i);
		assert_true(ask_query(&a, cql, CQL_ARGS(cql_from_text(cql_text_of("x"))), 0));
		wait_for(&st, &a);
		check_ok(&a);
	}
	struct ask a = { .stage = &st };
	peer_forget(st.peer);
	assert_true(ask_query(&a, "INSERT 3 ?", CQL_ARGS(cql_from_text(cql_text_of("x"))), 0));
	wait_for(&st, &a);
	check_ok(&a);
	coodie_metrics m = metrics_of(st.session, NULL);
	assert_int_equal(m.requests, 5);
	assert_int_equal(m.completed, 5);
	assert_int_equal(m.prepared, 5);
	assert_int_equal(m.prepared_evicted, 2);
	assert_int_equal(m.reprepared, 1);
	assert_int_equal(m.errors, 1);
	assert_int_equal(m.failures + m.retries, 0);
	close_stage(&st);
}

static void test_no_connection(void **state)
{
	struct stage st;

	(void)state;
	open_stage(&st, (struct wish){ .first_point = "127.0.0.1:1" });
	teach_numbers(&st, 2);
	struct ask a = { .stage = &st };
	assert_true(ask_query(&a, "SELECT 1", CQL_ARGS(), 0));
	wait_for(&st, &a);
	check_ok(&a);
	coodie_metrics m = metrics_of(st.session, NULL);
	assert_int_equal(m.connect_failures, 1);
	assert_int_equal(m.connects, 1);
	close_stage(&st);
}

/* The first connection tells the server how the session is configured, if it may. */
static uint64_t bytes_sent(const char *tells)
{
	struct peer *peer = peer_new(&(const struct peer_options){ 0 });
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	coodie_options_set_single_node(o, true);
	assert_true(coodie_options_add_contact_point(o, peer_address(peer), &err));
	if (!coodie_options_set(o, "driver_config", tells, &err))
		fail_msg("%s", err.message);
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	if (!coodie_session_connect(s, &err))
		fail_msg("%s", err.message);
	uint64_t n = metrics_of(s, NULL).bytes_sent;
	coodie_session_free(s);
	peer_free(peer);
	return n;
}

static void test_configuration(void **state)
{
	(void)state;
	assert_true(bytes_sent("true") > bytes_sent("false") + 300);
}

/* ---- hosts and shards ----------------------------------------------------------------------- */

enum { NODES = 3, SHARDS = 2, ROUNDS = 300 };

static coodie_session *open_session(const coodie_node *n, uint32_t loops)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(n, 0), NULL));
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	if (loops && !coodie_options_set_loops(o, loops, &err))
		fail_msg("%s", err.message);
	coodie_session *s = coodie_session_new(o, &err);
	if (!s)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	return s;
}

static coodie_node *start_nodes(void)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_nodes(o, NODES, &err));
	assert_true(coodie_node_options_set_shards(o, SHARDS, &err));
	coodie_node *n = coodie_node_start(o, &err);
	if (!n)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return n;
}

static coodie_result *ask(coodie_session *s, const char *cql)
{
	coodie_error err;
	/* a node that leaves resets its connections */
	coodie_result *r = coodie_session_query(s, cql, CQL_ARGS(),
						COODIE_REQUEST(.idempotent = true), &err);

	if (!r)
		fail_msg("%s", err.message);
	return r;
}

/* Until every shard of every host has its connection. */
static void fill(coodie_session *s)
{
	for (int i = 0; metrics_of(s, NULL).connections < NODES * SHARDS; i++) {
		assert_true(i < 100000);
		coodie_result_free(ask(s, "SELECT key FROM system.local"));
	}
}

static char *text_of(const coodie_session *s)
{
	size_t size = coodie_session_metrics_text(s, NULL, 0) + 1000;
	char *text = malloc(size), why[200];

	assert_non_null(text);
	assert_true(coodie_session_metrics_text(s, text, size) < size);
	if (!cd_openmetrics_check(text, why, sizeof why))
		fail_msg("%s\n%s", why, text);
	return text;
}

static cql_uuid id_of(coodie_session *s)
{
	coodie_result *r = ask(s, "SELECT host_id FROM system.local");
	coodie_cursor c = coodie_result_cursor(r);
	coodie_error err;
	cql_uuid id;

	assert_true(coodie_cursor_next(&c));
	if (!coodie_cursor_uuid(&c, 0, &id, &err))
		fail_msg("%s", err.message);
	coodie_result_free(r);
	return id;
}

static void test_scopes(void **state)
{
	coodie_node *n = start_nodes();
	coodie_session *s = open_session(n, 0);
	coodie_metrics host, shards = { 0 };
	coodie_error err;
	coodie_scope scope = { .size = sizeof scope };

	(void)state;
	fill(s);
	for (int i = 0; i < ROUNDS; i++)
		coodie_result_free(ask(s, "SELECT key FROM system.local"));
	cql_uuid id = id_of(s), nobody = { { 1, 2, 3 } };
	scope.host_id = &id;
	host = metrics_of(s, &scope);
	for (scope.shard = 1; scope.shard <= SHARDS; scope.shard++) {
		coodie_metrics m = metrics_of(s, &scope);
		assert_int_equal(m.connections, 1);
		assert_true(m.bytes_received > 0);
		shards.attempts += m.attempts;
		shards.connects += m.connects;
		shards.bytes_sent += m.bytes_sent;
	}
	assert_int_equal(host.attempts, shards.attempts);
	assert_int_equal(host.connects, shards.connects);
	assert_int_equal(host.bytes_sent, shards.bytes_sent);
	assert_int_equal(host.connections, SHARDS);
	assert_int_equal(host.requests, 0);
	coodie_metrics all = metrics_of(s, NULL);
	assert_true(all.attempts > host.attempts);
	assert_true(all.requests >= ROUNDS);
	assert_int_equal(all.requests, all.completed);

	scope.shard = SHARDS + 1;
	assert_false(coodie_session_metrics(s, &scope, &host, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	scope = (coodie_scope){ .size = sizeof scope, .host_id = &nobody };
	assert_false(coodie_session_metrics(s, &scope, &host, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);

	char *text = text_of(s);
	assert_int_equal((uint64_t)cd_openmetrics_value(text, "coodie_requests_total"),
			 all.requests);
	free(text);
	coodie_session_free(s);
	coodie_node_stop(n);
}

static void test_dump(void **state)
{
	static const struct {
		const char *name;
		uint32_t loops;
		const char *says;
	} rows[] = {
		{ "a private loop", 0, "connections, 0 opening" },
		{ "loops of its own", 2, "loop 1 of session" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_node *n = start_nodes();
		coodie_session *s = open_session(n, rows[i].loops);
		char text[16384], few[10] = "full";
		fill(s);
		size_t len = coodie_session_dump(s, text, sizeof text);
		assert_int_equal(len, strlen(text));
		for (uint32_t k = 0; k < NODES; k++)
			if (!strstr(text, coodie_node_address(n, k)))
				fail_msg("%s: no %s in\n%s", rows[i].name,
					 coodie_node_address(n, k), text);
		if (!strstr(text, rows[i].says) || !strstr(text, ", control,"))
			fail_msg("%s:\n%s", rows[i].name, text);
		assert_true(coodie_session_dump(s, few, sizeof few) > sizeof few);
		assert_int_equal(strlen(few), sizeof few - 1);
		coodie_session_free(s);
		coodie_node_stop(n);
	}
	assert_int_equal(coodie_session_dump(NULL, NULL, 0), 0);
}

/* What a node did stays in the sums when it has left. */
static void test_leaves(void **state)
{
	coodie_node *n = start_nodes();
	coodie_session *s = open_session(n, 0);
	coodie_error err;

	(void)state;
	fill(s);
	uint64_t before = metrics_of(s, NULL).attempts;
	if (!coodie_node_remove(n, NODES - 1, &err))
		fail_msg("%s", err.message);
	for (int i = 0; metrics_of(s, NULL).connections != (NODES - 1) * SHARDS; i++) {
		assert_true(i < 100000);
		coodie_result_free(ask(s, "SELECT key FROM system.local"));
	}
	assert_true(metrics_of(s, NULL).attempts >= before);
	free(text_of(s));
	coodie_session_free(s);
	coodie_node_stop(n);
}

/* Loops count for themselves; their numbers are the session's. */
static void test_loops(void **state)
{
	coodie_node *n = start_nodes();
	coodie_session *s = open_session(n, 2);

	(void)state;
	for (int i = 0; i < ROUNDS; i++)
		coodie_result_free(ask(s, "SELECT key FROM system.local"));
	coodie_metrics m = metrics_of(s, NULL);
	assert_int_equal(m.requests, ROUNDS);
	assert_int_equal(m.completed, ROUNDS);
	assert_true(histogram_of(s, COODIE_HISTOGRAM_REQUEST).count == ROUNDS);
	free(text_of(s));
	coodie_session_free(s);
	coodie_node_stop(n);
}

/* ---- bad arguments -------------------------------------------------------------------------- */

static void test_bad_arguments(void **state)
{
	coodie_metrics m = { .size = sizeof m };
	coodie_histogram h = { .size = sizeof h };
	struct stage st;
	coodie_error err;
	char text[8] = "full";

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	assert_false(coodie_session_metrics(NULL, NULL, &m, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_session_metrics(st.session, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_session_histogram(st.session, NULL, COODIE_HISTOGRAM_KINDS, &h, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(
		coodie_session_histogram(st.session, NULL, COODIE_HISTOGRAM_QUEUE, NULL, &err));
	assert_int_equal(coodie_session_metrics_text(NULL, text, sizeof text), 0);
	assert_string_equal(text, "");
	close_stage(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),          cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_lost),          cmocka_unit_test(test_prepared),
		cmocka_unit_test(test_no_connection), cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_scopes),        cmocka_unit_test(test_leaves),
		cmocka_unit_test(test_loops),         cmocka_unit_test(test_dump),
		cmocka_unit_test(test_bad_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
