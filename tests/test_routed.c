/* SPDX-License-Identifier: MIT */
/* A session on nodes with shards: once connections are there and tablets are learned, no request goes to a
 * wrong node or shard. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie.h>
#include <coodie/node.h>

enum { NODES = 3, SHARDS = 4, KEYS = 200, PATIENCE = 20000 };

struct stand {
	coodie_node *box;
	coodie_session *session;
};

static void run(struct stand *s, const char *cql)
{
	coodie_error err;
	coodie_result *r = coodie_session_query(s->session, cql, CQL_ARGS(), NULL, &err);

	if (!r)
		fail_msg("%s: %s", cql, err.message);
	coodie_result_free(r);
}

static void set_up(struct stand *s)
{
	coodie_node_options *no = coodie_node_options_new(NULL);
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_nodes(no, NODES, &err));
	assert_true(coodie_node_options_set_shards(no, SHARDS, &err));
	s->box = coodie_node_start(no, &err);
	if (!s->box)
		fail_msg("%s", err.message);
	coodie_node_options_free(no);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(s->box, 0), &err));
	s->session = coodie_session_new(o, &err);
	assert_non_null(s->session);
	coodie_options_free(o);
	assert_true(coodie_session_connect(s->session, &err));
}

static void tear_down(struct stand *s)
{
	coodie_session_free(s->session);
	coodie_node_stop(s->box);
}

static uint64_t misrouted(const struct stand *s)
{
	coodie_node_stats stats = { .size = sizeof stats };
	uint64_t sum = 0;

	for (uint32_t i = 0; i < NODES; i++) {
		assert_true(coodie_node_get_stats(s->box, i, &stats));
		sum += stats.misrouted;
	}
	return sum;
}

static bool is_filled(const struct stand *s)
{
	coodie_node_stats stats = { .size = sizeof stats };

	for (uint32_t i = 0; i < NODES; i++) {
		assert_true(coodie_node_get_stats(s->box, i, &stats));
		for (int shard = 0; shard < SHARDS; shard++)
			if (!stats.by_shard[shard])
				return false;
	}
	return true;
}

/* The loop turns only inside of calls. */
static void fill(struct stand *s)
{
	for (int i = 0; !is_filled(s); i++) {
		if (i == PATIENCE)
			fail_msg("some shard has no connection");
		run(s, "SELECT key FROM system.local");
	}
}

/* One statement for each key. @return how many of them went to a wrong place */
static uint64_t pass(struct stand *s, const char *cql)
{
	uint64_t before = misrouted(s);
	coodie_error err;

	for (int i = 0; i < KEYS; i++) {
		coodie_result *r = coodie_session_query(s->session, cql, CQL_ARGS(cql(i)), NULL,
							&err);
		if (!r)
			fail_msg("%s: %s", cql, err.message);
		coodie_result_free(r);
	}
	return misrouted(s) - before;
}

static void test_tablets(void **state)
{
	struct stand s;
	int passes = 0;

	(void)state;
	set_up(&s);
	run(&s, "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', "
		"'datacenter1': 1}");
	run(&s, "CREATE TABLE ks.t (id int PRIMARY KEY, n int)");
	fill(&s);
	assert_true(pass(&s, "INSERT INTO ks.t (id, n) VALUES (?, 1)") > 0);
	/* four bits of a version are told at a time: by chance they may be right */
	while (pass(&s, "SELECT n FROM ks.t WHERE id = ?") > 0)
		assert_true(++passes < 20);
	assert_int_equal(pass(&s, "INSERT INTO ks.t (id, n) VALUES (?, 2)"), 0);
	coodie_node_move_tablets(s.box);
	assert_true(pass(&s, "SELECT n FROM ks.t WHERE id = ?") > 0);
	passes = 0;
	while (pass(&s, "SELECT n FROM ks.t WHERE id = ?") > 0)
		assert_true(++passes < 20);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tablets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
