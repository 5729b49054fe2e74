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

static coodie_session *connect_to(coodie_node *box)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(box, 0), &err));
	coodie_session *s = coodie_session_new(o, &err);
	assert_non_null(s);
	coodie_options_free(o);
	return s;
}

static void set_up(struct stand *s)
{
	coodie_node_options *no = coodie_node_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_nodes(no, NODES, &err));
	assert_true(coodie_node_options_set_shards(no, SHARDS, &err));
	s->box = coodie_node_start(no, &err);
	if (!s->box)
		fail_msg("%s", err.message);
	coodie_node_options_free(no);
	s->session = connect_to(s->box);
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

/* As the session sees it: the server counts connections that are not ready yet. */
static bool is_filled(const struct stand *s, coodie_prepared *p)
{
	coodie_error err;
	coodie_route *r = coodie_route_prepared(s->session, p, CQL_ARGS(), NULL, &err);
	bool is_full = true;

	if (!r)
		fail_msg("%s", err.message);
	is_full = coodie_route_count(r) == NODES;
	for (size_t i = 0; i < coodie_route_count(r); i++) {
		const coodie_host *h = &coodie_route_at(r, i)->host;
		is_full &= h->shard_count == SHARDS && h->connections >= SHARDS;
	}
	coodie_route_free(r);
	return is_full;
}

/* The loop turns only inside of calls. */
static void fill(struct stand *s)
{
	static const char cql[] = "SELECT key FROM system.local";
	coodie_error err;
	coodie_prepared *p = coodie_session_prepare(s->session, cql, &err);

	if (!p)
		fail_msg("%s", err.message);
	for (int i = 0; !is_filled(s, p); i++) {
		if (i == PATIENCE)
			fail_msg("some shard has no connection");
		run(s, cql);
	}
	coodie_prepared_free(p);
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

/* The next process knows what this one has learned, before it has asked anything. */
static void test_warm_start(void **state)
{
	coodie_tablet_stats stats = { .size = sizeof stats };
	uint8_t *bytes;
	struct stand s;
	int passes = 0;
	coodie_error err;

	(void)state;
	set_up(&s);
	run(&s, "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', "
		"'datacenter1': 2}");
	run(&s, "CREATE TABLE ks.t (id int PRIMARY KEY, n int)");
	fill(&s);
	while (pass(&s, "SELECT n FROM ks.t WHERE id = ?") > 0)
		assert_true(++passes < 20);
	assert_true(coodie_session_tablet_stats(s.session, 0, &stats, &err));
	assert_memory_equal(stats.keyspace.data, "ks", 2);
	assert_memory_equal(stats.table.data, "t", 1);
	assert_true(stats.tablets > 1 && stats.hits > KEYS && stats.misses > 0);
	assert_false(coodie_session_tablet_stats(s.session, 9, &stats, &err));
	assert_int_equal(err.code, COODIE_OK);
	stats.size = 0;
	assert_false(coodie_session_tablet_stats(s.session, 0, &stats, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	size_t len = coodie_session_save_tablets(s.session, NULL, 0, &err);
	assert_true(len > 0);
	bytes = calloc(1, len);
	assert_int_equal(coodie_session_save_tablets(s.session, bytes, len - 1, &err), len);
	assert_int_equal(bytes[0], 0);
	assert_int_equal(coodie_session_save_tablets(s.session, bytes, len, &err), len);
	coodie_session_free(s.session);
	s.session = connect_to(s.box);
	assert_false(coodie_session_load_tablets(s.session, bytes, len - 1, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	if (!coodie_session_load_tablets(s.session, bytes, len, &err))
		fail_msg("%s", err.message);
	fill(&s);
	assert_int_equal(pass(&s, "SELECT n FROM ks.t WHERE id = ?"), 0);
	free(bytes);
	tear_down(&s);
}

struct heard {
	bool done;
	enum coodie_errc code;
};

static void hear(const coodie_error *err, void *user)
{
	struct heard *h = user;

	assert_false(h->done);
	*h = (struct heard){ true, err->code };
}

/* These nodes have no table of tablets: they say so, once. */
static void test_warm_up_refused(void **state)
{
	struct heard heard = { .done = false };
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s);
	fill(&s);
	assert_false(coodie_session_warm_up_async(s.session, NULL, NULL, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_true(coodie_session_warm_up_async(s.session, "ks", "t", hear, &heard, &err));
	assert_false(heard.done);
	if (!coodie_session_run(s.session, &heard.done, &err))
		fail_msg("%s", err.message);
	assert_int_equal(heard.code, COODIE_ERR_SERVER);
	/* one that is on when the session ends */
	heard.done = false;
	assert_true(coodie_session_warm_up_async(s.session, NULL, NULL, hear, &heard, &err));
	coodie_session_free(s.session);
	assert_true(heard.done);
	assert_int_equal(heard.code, COODIE_ERR_CLOSED);
	s.session = connect_to(s.box);
	assert_false(coodie_session_warm_up_async(s.session, NULL, NULL, hear, &heard, &err));
	assert_int_equal(err.code, COODIE_ERR_CLOSED);
	tear_down(&s);
}

/* Without tablets everything is known from the beginning: the ring from the nodes, the shards from the
 * connections, the replication from the schema. */
static void test_ring(void **state)
{
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s);
	run(&s, "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', "
		"'replication_factor': 1}");
	run(&s, "CREATE TABLE ks.t (a int, b text, n int, PRIMARY KEY ((a, b)))");
	run(&s, "CREATE TABLE ks.u (id int PRIMARY KEY, n int)");
	if (!coodie_session_refresh(s.session, &err))
		fail_msg("%s", err.message);
	fill(&s);
	assert_int_equal(pass(&s, "INSERT INTO ks.u (id, n) VALUES (?, 1)"), 0);
	assert_int_equal(pass(&s, "SELECT n FROM ks.u WHERE id = ?"), 0);
	uint64_t before = misrouted(&s);
	for (int i = 0; i < KEYS; i++) {
		coodie_result *r = coodie_session_query(
			s.session, "INSERT INTO ks.t (n, b, a) VALUES (?, ?, ?)",
			CQL_ARGS(cql(i), cql("some text"), cql(i)), NULL, &err);
		if (!r)
			fail_msg("%s", err.message);
		coodie_result_free(r);
	}
	assert_int_equal(misrouted(&s), before);
	tear_down(&s);
}

/* With one replica of each key, the plan's first node and shard are those of its group. */
static void check_group(struct stand *s, coodie_prepared *p, const coodie_group *g)
{
	coodie_error err;

	assert_true(g->has_host && g->count > 0);
	assert_true(g->shard >= 0 && g->shard < SHARDS);
	for (size_t i = 0; i < g->count; i++) {
		coodie_route *r = coodie_route_prepared(
			s->session, p, CQL_ARGS(cql((int)g->items[i])), NULL, &err);
		int64_t token;
		if (!r)
			fail_msg("%s", err.message);
		assert_int_equal(coodie_route_count(r), NODES);
		assert_true(coodie_route_token(r, &token));
		const coodie_target *t = coodie_route_at(r, 0);
		assert_true(t->is_replica && !coodie_route_at(r, 1)->is_replica);
		assert_int_equal(t->shard, g->shard);
		assert_int_equal(coodie_route_at(r, 1)->shard, -1);
		assert_memory_equal(&t->host.host_id, &g->host.host_id, sizeof t->host.host_id);
		assert_string_equal(t->host.address, g->host.address);
		coodie_route_free(r);
	}
}

static void check_groups(struct stand *s, coodie_prepared *p, size_t most)
{
	static cql_value values[KEYS];
	cql_args items[KEYS];
	coodie_error err;
	bool seen[KEYS] = { false };
	size_t count = 0;

	for (int i = 0; i < KEYS; i++) {
		values[i] = cql(i);
		items[i] = (cql_args){ 1, &values[i] };
	}
	coodie_groups *groups = coodie_group_prepared(s->session, p, items, KEYS, most, &err);
	if (!groups)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < coodie_groups_count(groups); i++) {
		const coodie_group *g = coodie_groups_at(groups, i);
		check_group(s, p, g);
		assert_true(!most || g->count <= most);
		for (size_t j = 0; j < g->count; j++, count++) {
			assert_false(seen[g->items[j]]);
			seen[g->items[j]] = true;
		}
	}
	assert_int_equal(count, KEYS);
	coodie_groups_free(groups);
}

/* Asked by the bytes of their keys alone, partitions are where the statement says (Q10, L11). */
static void check_partitions(struct stand *s, coodie_prepared *p)
{
	uint8_t bytes[KEYS][4];
	cql_blob keys[KEYS];
	bool seen[KEYS] = { false };
	coodie_error err;
	size_t count = 0;

	for (uint32_t i = 0; i < KEYS; i++) {
		memcpy(bytes[i], (uint8_t[]){ 0, 0, 0, (uint8_t)i }, 4);
		keys[i] = (cql_blob){ bytes[i], 4 };
	}
	coodie_groups *groups = coodie_group_partitions(s->session, "ks", "t", keys, 1, KEYS, 0,
							&err);
	assert_non_null(groups);
	for (size_t i = 0; i < coodie_groups_count(groups); i++) {
		const coodie_group *g = coodie_groups_at(groups, i);
		check_group(s, p, g);
		for (size_t j = 0; j < g->count; j++, count++) {
			assert_false(seen[g->items[j]]);
			seen[g->items[j]] = true;
		}
	}
	assert_int_equal(count, KEYS);
	coodie_groups_free(groups);
	coodie_route *by_key = coodie_route_partition(s->session, "ks", "t", keys, 1, &err);
	coodie_route *by_statement = coodie_route_prepared(s->session, p, CQL_ARGS(cql(0)), NULL,
							   &err);
	int64_t one = 1, other = 2;
	assert_true(coodie_route_token(by_key, &one) && coodie_route_token(by_statement, &other));
	assert_int_equal(one, other);
	coodie_route_free(by_key);
	coodie_route_free(by_statement);
	assert_null(coodie_route_partition(s->session, "ks", NULL, keys, 1, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_group_partitions(s->session, "ks", "t", keys, 17, 1, 0, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_group_partitions(s->session, "ks", "t", NULL, 1, 1, 0, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

static void test_explained(void **state)
{
	struct stand s;
	int passes = 0;
	coodie_error err;

	(void)state;
	set_up(&s);
	run(&s, "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', "
		"'datacenter1': 1}");
	run(&s, "CREATE TABLE ks.t (id int PRIMARY KEY, n int)");
	fill(&s);
	coodie_prepared *p = coodie_session_prepare(s.session, "SELECT n FROM ks.t WHERE id = ?",
						    &err);
	assert_non_null(p);
	while (pass(&s, "SELECT n FROM ks.t WHERE id = ?") > 0)
		assert_true(++passes < 20);
	check_groups(&s, p, 0);
	check_groups(&s, p, 3);
	check_partitions(&s, p);
	/* what cannot be */
	assert_null(coodie_route_prepared(s.session, NULL, CQL_ARGS(cql(1)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_route_prepared(s.session, p, CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_route_prepared(s.session, p, CQL_ARGS(cql("x")), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_null(coodie_group_prepared(s.session, p, NULL, 1, 0, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_groups *none = coodie_group_prepared(s.session, p, NULL, 0, 0, &err);
	assert_int_equal(coodie_groups_count(none), 0);
	coodie_groups_free(none);
	coodie_prepared_free(p);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tablets),    cmocka_unit_test(test_explained),
		cmocka_unit_test(test_warm_start), cmocka_unit_test(test_warm_up_refused),
		cmocka_unit_test(test_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
