/* SPDX-License-Identifier: MIT */
/* When nodes are connected to, and when they hear of statements: on a ring of the box's nodes. */
#include "tests/test.h"

#include <coodie/node.h>
#include <coodie/session.h>

enum { NODES = 3, PER_HOST = 2, OP_PREPARE = 0x09, OP_EXECUTE = 0x0a };

static const char insert[] = "INSERT INTO shop.t (id, n) VALUES (?, ?)";

struct ring {
	coodie_node *node;
	coodie_session *session;
};

static struct ring open_ring(const char *pool_opening, const char *on_all, const char *on_up)
{
	coodie_error err = { 0 };
	coodie_node_options *no = coodie_node_options_new(&err);
	coodie_options *o = coodie_options_new(&err);
	struct ring r;

	assert_true(coodie_node_options_set_nodes(no, NODES, &err));
	r.node = coodie_node_start(no, &err);
	if (!r.node || !coodie_node_execute(r.node,
					    "CREATE KEYSPACE shop WITH replication = {'class': "
					    "'SimpleStrategy', 'replication_factor': 1};"
					    "CREATE TABLE shop.t (id int PRIMARY KEY, n int)",
					    &err))
		fail_msg("%s", err.message);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(r.node, 0), &err));
	assert_true(coodie_options_set(o, "connections_per_host", "2", &err));
	assert_true(coodie_options_set(o, "pool_opening", pool_opening, &err));
	assert_true(coodie_options_set(o, "prepare_on_all", on_all, &err));
	assert_true(coodie_options_set(o, "prepare_on_up", on_up, &err));
	assert_true(coodie_options_set(o, "reconnect_max_ms", "100", &err));
	r.session = coodie_session_new(o, &err);
	if (!r.session)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	coodie_node_options_free(no);
	return r;
}

static void close_ring(struct ring *r)
{
	coodie_session_free(r->session);
	coodie_node_stop(r->node);
}

static coodie_node_stats stats_of(const struct ring *r, uint32_t i)
{
	coodie_node_stats s = { .size = sizeof s };

	assert_true(coodie_node_get_stats(r->node, i, &s));
	return s;
}

static void do_query(struct ring *r, const char *cql, const coodie_request *o)
{
	coodie_error err;
	coodie_result *result = coodie_session_query(r->session, cql, CQL_ARGS(), o, &err);

	if (!result)
		fail_msg("%s: %s", cql, err.message);
	coodie_result_free(result);
}

static void do_connect(struct ring *r)
{
	coodie_error err;

	if (!coodie_session_connect(r->session, &err))
		fail_msg("%s", err.message);
}

static cql_inet address_of(const struct ring *r, uint32_t i)
{
	const char *text = coodie_node_address(r->node, i);
	char host[64];
	cql_inet inet;

	snprintf(host, sizeof host, "%.*s", (int)strcspn(text, ":"), text);
	assert_true(cql_inet_parse(host, &inet, NULL));
	return inet;
}

/* Connecting waits for all connections to all nodes. */
static void test_first(void **state)
{
	(void)state;
	struct ring r = open_ring("first", "off", "off");
	do_connect(&r);
	for (uint32_t i = 0; i < NODES; i++)
		assert_int_equal(stats_of(&r, i).open, PER_HOST);
	do_connect(&r);
	close_ring(&r);
}

/* A node that cannot be connected to is not waited for. */
static void test_first_without_one(void **state)
{
	coodie_error err;

	(void)state;
	struct ring r = open_ring("first", "off", "off");
	assert_true(coodie_node_take_down(r.node, 1, &err));
	do_connect(&r);
	assert_int_equal(stats_of(&r, 0).open, PER_HOST);
	assert_int_equal(stats_of(&r, 1).open, 0);
	assert_int_equal(stats_of(&r, 2).open, PER_HOST);
	close_ring(&r);
}

/* Nobody but the node that was connected to has connections, until a request is for it. */
static void test_lazy(void **state)
{
	(void)state;
	struct ring r = open_ring("lazy", "off", "off");
	const cql_inet first = address_of(&r, 0), last = address_of(&r, 2);
	do_connect(&r);
	for (int i = 0; i < 20; i++)
		do_query(&r, "SELECT n FROM shop.t WHERE id = 1", COODIE_REQUEST(.node = &first));
	assert_int_equal(stats_of(&r, 0).open, PER_HOST);
	assert_int_equal(stats_of(&r, 1).accepted, 0);
	assert_int_equal(stats_of(&r, 2).accepted, 0);
	do_query(&r, "SELECT n FROM shop.t WHERE id = 1", COODIE_REQUEST(.node = &last));
	assert_true(stats_of(&r, 2).accepted > 0);
	assert_int_equal(stats_of(&r, 1).accepted, 0);
	while (!stats_of(&r, 1).open) /* the balancer's turn will come */
		do_query(&r, "SELECT n FROM shop.t WHERE id = 1", NULL);
	close_ring(&r);
}

/* ---- statements -------------------------------------------------------------------------------- */

static uint64_t prepares(const struct ring *r, uint32_t i)
{
	return stats_of(r, i).by_opcode[OP_PREPARE];
}

static coodie_prepared *do_prepare(struct ring *r, const char *cql)
{
	coodie_error err;
	coodie_prepared *p = coodie_session_prepare(r->session, cql, &err);

	if (!p)
		fail_msg("%s", err.message);
	return p;
}

/* Each node is told once, and answers at once: no request finds one that does not know. */
static void test_prepare_on_all(void **state)
{
	(void)state;
	struct ring r = open_ring("first", "on", "off");
	coodie_error err;
	do_connect(&r);
	coodie_prepared *p = do_prepare(&r, insert);
	while (!prepares(&r, 0) || !prepares(&r, 1) || !prepares(&r, 2))
		do_query(&r, "SELECT n FROM shop.t WHERE id = 1", NULL);
	for (int i = 0; i < 100; i++) {
		coodie_result *result = coodie_session_execute(
			r.session, p, CQL_ARGS(cql(i), cql(i)), NULL, &err);
		if (!result)
			fail_msg("%s", err.message);
		coodie_result_free(result);
	}
	uint64_t executed = 0;
	for (uint32_t i = 0; i < NODES; i++) {
		assert_int_equal(prepares(&r, i), 1);
		assert_int_equal(stats_of(&r, i).errors, 0);
		executed += stats_of(&r, i).by_opcode[OP_EXECUTE];
	}
	assert_int_equal(executed, 100);
	coodie_prepared_free(p);
	close_ring(&r);
}

static void test_prepare_on_one(void **state)
{
	(void)state;
	struct ring r = open_ring("first", "off", "off");
	do_connect(&r);
	coodie_prepared_free(do_prepare(&r, insert));
	for (int i = 0; i < 20; i++)
		do_query(&r, "SELECT n FROM shop.t WHERE id = 1", NULL);
	assert_int_equal(prepares(&r, 0) + prepares(&r, 1) + prepares(&r, 2), 1);
	close_ring(&r);
}

/* A node that comes back is told what is known, of its own keyspace or of none. */
static void test_prepare_on_up(void **state)
{
	coodie_error err;

	(void)state;
	struct ring r = open_ring("first", "on", "on");
	do_connect(&r);
	coodie_prepared *p = do_prepare(&r, insert);
	coodie_prepared *q = do_prepare(&r, "SELECT n FROM shop.t WHERE id = ?");
	while (prepares(&r, 1) < 2)
		do_query(&r, "SELECT n FROM shop.t WHERE id = 1", NULL);
	assert_true(coodie_node_take_down(r.node, 1, &err));
	while (stats_of(&r, 1).open)
		do_query(&r, "SELECT n FROM shop.t WHERE id = 1", NULL);
	assert_true(coodie_node_bring_up(r.node, 1, &err));
	while (prepares(&r, 1) < 4)
		do_query(&r, "SELECT n FROM shop.t WHERE id = 1",
			 COODIE_REQUEST(.idempotent = true));
	coodie_prepared_free(p);
	coodie_prepared_free(q);
	close_ring(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),          cmocka_unit_test(test_first_without_one),
		cmocka_unit_test(test_lazy),           cmocka_unit_test(test_prepare_on_all),
		cmocka_unit_test(test_prepare_on_one), cmocka_unit_test(test_prepare_on_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
