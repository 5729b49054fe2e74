/* SPDX-License-Identifier: MIT */
/* Sessions whose loops run on threads of their own, on nodes: one loop reads what all of them know. */
#include "tests/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <coodie.h>
#include <coodie/node.h>

enum { NODES = 3, SHARDS = 4, LOOPS = 2, KEYS = 100, PATIENCE = 2000000, REGISTER = 0x0b };
/* Under a memory checker, on a machine that does other things too. */
enum { PATIENT_MS = 300000 };

struct stand {
	coodie_node *box;
	coodie_session *session;
};

static void run(const struct stand *s, const char *cql)
{
	coodie_error err;
	coodie_result *r = coodie_session_query(s->session, cql, CQL_ARGS(), NULL, &err);

	if (!r)
		fail_msg("%s: %s", cql, err.message);
	coodie_result_free(r);
}

static coodie_session *new_session(const coodie_node *box, unsigned loops, const char *connections)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(box, 0), &err));
	assert_true(coodie_options_set_loops(o, loops, &err));
	assert_true(coodie_options_set(o, "connections_per_host", connections, &err));
	assert_true(coodie_options_set(o, "connections_per_shard", connections, &err));
	assert_true(coodie_options_set(o, "opening_per_second", "unlimited", &err));
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	coodie_session *s = coodie_session_new(o, &err);
	if (!s)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	return s;
}

static void set_up(struct stand *s, uint32_t shards, unsigned loops, const char *connections)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_nodes(o, NODES, &err));
	assert_true(coodie_node_options_set_shards(o, shards, &err));
	s->box = coodie_node_start(o, &err);
	if (!s->box)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	s->session = new_session(s->box, loops, connections);
	if (!coodie_session_connect(s->session, &err))
		fail_msg("%s", err.message);
}

static void tear_down(struct stand *s)
{
	coodie_session_free(s->session);
	coodie_node_stop(s->box);
}

static coodie_node_stats stats_of(const struct stand *s, uint32_t node)
{
	coodie_node_stats stats = { .size = sizeof stats };

	assert_true(coodie_node_get_stats(s->box, node, &stats));
	return stats;
}

/* Whether every shard of every node has so many connections, and not one more. */
static bool is_exact(const struct stand *s, uint32_t shards, uint64_t each)
{
	bool exact = true;

	for (uint32_t i = 0; i < NODES; i++) {
		coodie_node_stats stats = stats_of(s, i);
		for (uint32_t shard = 0; shard < shards; shard++)
			exact &= stats.by_shard[shard] == each;
		exact &= stats.open == each * shards;
	}
	return exact;
}

static uint64_t misrouted(const struct stand *s)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < NODES; i++)
		sum += stats_of(s, i).misrouted;
	return sum;
}

/* Those of which nobody hears: four bits of a version are right by chance. */
static uint64_t untold(const struct stand *s)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < NODES; i++)
		sum += stats_of(s, i).untold;
	return sum;
}

/* The server counts a connection before the session may use it. */
static void fill(const struct stand *s, uint32_t shards, unsigned loops)
{
	coodie_metrics m = { .size = sizeof m };
	coodie_error err;

	for (int i = 0; m.connections < (uint64_t)NODES * shards * loops || m.connections != 0;
	     i++) {
		if (i == PATIENCE)
			fail_msg("some shard has no connection");
		assert_true(coodie_session_metrics(s->session, NULL, &m, &err));
		if (m.connections == (uint64_t)NODES * shards * loops && is_exact(s, shards, loops))
			return;
		sched_yield();
	}
}

/* ---- connections -------------------------------------------------------------------------------- */

/* Each loop has its own, and one of them all hears events and is asked. */
static void test_connections(void **state)
{
	static const struct {
		const char *name;
		uint32_t shards;
		unsigned loops;
		const char *connections;
	} rows[] = {
		{ "no shards", 0, 3, "1" },   { "two each", 0, 2, "2" },
		{ "shards", SHARDS, 2, "1" }, { "shards, two each", SHARDS, 2, "2" },
		{ "more loops", 2, 5, "1" },  { "one loop", SHARDS, 1, "1" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		uint32_t shards = rows[i].shards ? rows[i].shards : 1;
		uint64_t each = rows[i].loops * (uint64_t)atoi(rows[i].connections), registered = 0;
		struct stand s;
		int patience = 0;

		set_up(&s, rows[i].shards, rows[i].loops, rows[i].connections);
		while (!is_exact(&s, shards, each) && patience++ < PATIENCE)
			sched_yield();
		CD_CHECK(is_exact(&s, shards, each), rows[i].name);
		for (uint32_t n = 0; n < NODES; n++)
			registered += stats_of(&s, n).by_opcode[REGISTER];
		CD_CHECK(registered == 1, rows[i].name);
		tear_down(&s);
	}
}

/* ---- the snapshot --------------------------------------------------------------------------------- */

static coodie_metadata *refreshed(const struct stand *s)
{
	coodie_error err;

	if (!coodie_session_refresh(s->session, &err))
		fail_msg("%s", err.message);
	coodie_metadata *md = coodie_session_metadata(s->session, &err);
	if (!md)
		fail_msg("%s", err.message);
	return md;
}

static const coodie_table_meta *table_of(const coodie_metadata *md, const char *name)
{
	return coodie_keyspace_meta_table(coodie_metadata_keyspace(md, "ks"), name);
}

static const char keyspace[] =
	"CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', "
	"'datacenter1': 1}";

/* Read, followed, and agreed on; also when the node that was asked has gone. */
static void test_metadata(void **state)
{
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s, 0, LOOPS, "1");
	run(&s, keyspace);
	run(&s, "CREATE TABLE ks.t (id int PRIMARY KEY, n int)");
	coodie_metadata *first = refreshed(&s);
	assert_int_equal(coodie_metadata_node_count(first), NODES);
	assert_non_null(table_of(first, "t"));
	assert_true(coodie_schema_agreement(s.session, 0, &err));
	if (!coodie_node_take_down(s.box, 0, &err))
		fail_msg("%s", err.message);
	coodie_result *r = NULL;
	for (int i = 0; !r && i < PATIENCE; i++)
		r = coodie_session_query(s.session,
					 "CREATE TABLE IF NOT EXISTS ks.u (id int PRIMARY KEY)",
					 CQL_ARGS(), NULL, &err);
	if (!r)
		fail_msg("%s", err.message);
	coodie_result_free(r);
	coodie_metadata *next = refreshed(&s);
	assert_true(coodie_metadata_version(next) > coodie_metadata_version(first));
	assert_null(table_of(first, "u"));
	assert_non_null(table_of(next, "u"));
	coodie_metadata_free(next);
	tear_down(&s);
	coodie_metadata_free(first); /* it needs no session */
}

struct readers {
	coodie_session *session;
	atomic_bool over;
	_Atomic int wrong, taken;
};

/* Versions only grow, and nodes of one snapshot are all there. */
static void *read_metadata(void *user)
{
	struct readers *all = user;
	uint64_t last = 0;
	coodie_error err;

	while (!atomic_load(&all->over)) {
		coodie_metadata *md = coodie_session_metadata(all->session, &err);
		if (!md) {
			atomic_fetch_add(&all->wrong, 1);
			continue;
		}
		bool ok = coodie_metadata_version(md) >= last;
		last = coodie_metadata_version(md);
		for (size_t i = 0; i < coodie_metadata_node_count(md); i++)
			ok &= *coodie_metadata_node_at(md, i)->address != '\0';
		atomic_fetch_add(&all->wrong, !ok);
		atomic_fetch_add(&all->taken, 1);
		coodie_metadata_free(md);
		sched_yield();
	}
	return NULL;
}

static void expect_nodes(const struct stand *s, size_t count)
{
	size_t seen = 0;

	for (int i = 0; seen != count && i < 1000; i++) {
		coodie_metadata *md = refreshed(s);
		seen = coodie_metadata_node_count(md);
		coodie_metadata_free(md);
	}
	assert_int_equal(seen, count);
}

/* Threads look while nodes come and go, and tables too. */
static void test_readers(void **state)
{
	enum { READERS = 4, ROUNDS = 5 };
	pthread_t threads[READERS];
	struct readers all = { 0 };
	struct stand s;
	uint32_t added;
	coodie_error err;

	(void)state;
	set_up(&s, 0, LOOPS, "1");
	coodie_metadata_free(refreshed(&s));
	run(&s, keyspace);
	all.session = s.session;
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_metadata, &all), 0);
	for (int i = 0; i < ROUNDS; i++) {
		if (!coodie_node_add(s.box, "datacenter1", "rack1", &added, &err))
			fail_msg("%s", err.message);
		expect_nodes(&s, NODES + 1);
		run(&s, "CREATE TABLE ks.t (id int PRIMARY KEY)");
		if (!coodie_node_remove(s.box, added, &err))
			fail_msg("%s", err.message);
		expect_nodes(&s, NODES);
		run(&s, "DROP TABLE ks.t");
	}
	atomic_store(&all.over, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(all.wrong, 0);
	assert_true(all.taken > 0);
	tear_down(&s);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

/* One statement for each key, taken by the loops in turn. @return how many went to a wrong place */
static uint64_t pass(const struct stand *s, const char *cql)
{
	uint64_t before = misrouted(s);
	coodie_error err;

	for (int i = 0; i < KEYS * LOOPS; i++) {
		coodie_result *r = coodie_session_query(s->session, cql, CQL_ARGS(cql(i / LOOPS)),
							NULL, &err);
		if (!r)
			fail_msg("%s: %s", cql, err.message);
		coodie_result_free(r);
	}
	return misrouted(s) - before;
}

static void until_right(const struct stand *s, const char *cql)
{
	for (int passes = 0; pass(s, cql) > 0; passes++)
		assert_true(passes < 20);
}

/* By the ring everything is right from the beginning, on each of the loops. */
static void test_ring(void **state)
{
	struct stand s;

	(void)state;
	set_up(&s, SHARDS, LOOPS, "1");
	run(&s, "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', "
		"'replication_factor': 1}");
	run(&s, "CREATE TABLE ks.t (id int PRIMARY KEY, n int)");
	coodie_metadata_free(refreshed(&s));
	fill(&s, SHARDS, LOOPS);
	/* a loop knows the snapshot when it takes the next request, at the latest */
	assert_int_equal(pass(&s, "INSERT INTO ks.t (id, n) VALUES (?, 1)"), 0);
	assert_int_equal(pass(&s, "SELECT n FROM ks.t WHERE id = ?"), 0);
	tear_down(&s);
}

static uint32_t known_tablets(const struct stand *s)
{
	coodie_tablet_stats stats = { .size = sizeof stats };
	coodie_error err;

	assert_true(coodie_session_tablet_stats(s->session, 0, &stats, &err));
	assert_memory_equal(stats.table.data, "t", 1);
	assert_true(stats.hits > 0 && stats.misses > 0);
	assert_false(coodie_session_tablet_stats(s->session, 1, &stats, &err));
	return stats.tablets;
}

/* What one loop learns of a tablet the others learn too; what was saved all of them take. */
static void test_tablets(void **state)
{
	static const char read[] = "SELECT n FROM ks.t WHERE id = ?";
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s, SHARDS, LOOPS, "1");
	run(&s, keyspace);
	run(&s, "CREATE TABLE ks.t (id int PRIMARY KEY, n int)");
	fill(&s, SHARDS, LOOPS);
	until_right(&s, read);
	uint32_t tablets = known_tablets(&s);
	uint64_t before = misrouted(&s) - untold(&s);
	coodie_node_move_tablets(s.box);
	until_right(&s, read);
	/* tests/test_tablet_moves.c has each of them */
	assert_in_range(misrouted(&s) - untold(&s), before, before + (uint64_t)LOOPS * tablets);
	size_t len = coodie_session_save_tablets(s.session, NULL, 0, &err);
	void *bytes = malloc(len);
	assert_int_equal(coodie_session_save_tablets(s.session, bytes, len, &err), len);
	coodie_session_free(s.session);
	s.session = new_session(s.box, LOOPS, "1");
	assert_false(coodie_session_load_tablets(s.session, bytes, len - 1, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	if (!coodie_session_load_tablets(s.session, bytes, len, &err))
		fail_msg("%s", err.message);
	assert_true(coodie_session_connect(s.session, &err));
	fill(&s, SHARDS, LOOPS);
	assert_int_equal(pass(&s, read), 0);
	free(bytes);
	tear_down(&s);
}

struct heard {
	_Atomic int called;
	enum coodie_errc code;
};

static void hear(const coodie_error *err, void *user)
{
	struct heard *h = user;

	h->code = err->code;
	atomic_fetch_add(&h->called, 1);
}

static void await(struct heard *h, int calls)
{
	while (atomic_load(&h->called) < calls)
		sched_yield();
}

/* These nodes have no table of tablets: who asks is told so. */
static void test_warm_up(void **state)
{
	struct heard h = { 0 };
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s, SHARDS, LOOPS, "1");
	coodie_metadata_free(refreshed(&s));
	assert_true(coodie_session_warm_up_async(s.session, "ks", "t", hear, &h, &err));
	await(&h, 1);
	assert_int_equal(h.code, COODIE_ERR_SERVER);
	assert_true(coodie_session_warm_up_async(s.session, NULL, NULL, hear, &h, &err));
	coodie_session_free(s.session);
	assert_int_equal(h.called, 2);
	assert_true(h.code == COODIE_ERR_CLOSED || h.code == COODIE_ERR_SERVER);
	s.session = NULL;
	tear_down(&s);
}

struct inside {
	coodie_session *session;
	coodie_prepared *prepared;
	size_t targets, groups;
	coodie_metadata *md;
	bool loaded;
	atomic_bool done;
};

static void explain(struct inside *in)
{
	const cql_value one = cql(1);
	const cql_args item = { 1, &one };
	coodie_error err;
	coodie_route *r = coodie_route_prepared(in->session, in->prepared, item, NULL, &err);
	coodie_groups *g = coodie_group_prepared(in->session, in->prepared, &item, 1, 0, &err);

	in->targets = coodie_route_count(r);
	in->groups = coodie_groups_count(g);
	coodie_route_free(r);
	coodie_groups_free(g);
}

static void explain_inside(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct inside *in = user;
	uint8_t bytes[65536];
	coodie_error why;

	(void)err;
	coodie_result_free(take_res);
	explain(in);
	in->md = coodie_session_metadata(in->session, &why);
	size_t len = coodie_session_save_tablets(in->session, bytes, sizeof bytes, &why);
	in->loaded = len && len <= sizeof bytes &&
		     coodie_session_load_tablets(in->session, bytes, len, &why);
	atomic_store(&in->done, true);
}

/* Asked from outside, and on each of the loops. */
static void test_explained(void **state)
{
	struct inside in = { 0 };
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s, SHARDS, LOOPS, "1");
	run(&s, keyspace);
	run(&s, "CREATE TABLE ks.t (id int PRIMARY KEY, n int)");
	coodie_metadata_free(refreshed(&s));
	in.session = s.session;
	in.prepared = coodie_session_prepare(s.session, "SELECT n FROM ks.t WHERE id = ?", &err);
	if (!in.prepared)
		fail_msg("%s", err.message);
	explain(&in);
	assert_int_equal(in.targets, NODES);
	assert_int_equal(in.groups, 1);
	for (int i = 0; i < LOOPS; i++) {
		in = (struct inside){ .session = in.session, .prepared = in.prepared };
		assert_true(coodie_session_query_async(s.session, "SELECT key FROM system.local",
						       CQL_ARGS(), NULL, explain_inside, &in,
						       &err));
		while (!atomic_load(&in.done))
			sched_yield();
		assert_int_equal(in.targets, NODES);
		assert_int_equal(in.groups, 1);
		assert_non_null(in.md);
		assert_true(in.loaded);
		coodie_metadata_free(in.md);
	}
	coodie_prepared_free(in.prepared);
	tear_down(&s);
}

/* ---- what servers say of themselves, and what is under way --------------------------------------- */

struct said {
	coodie_session *session;
	const char *inside;
	atomic_bool done;
};

static void look_inside(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct said *s = user;

	assert_int_equal(err->code, COODIE_OK);
	coodie_result_free(take_res);
	s->inside = coodie_session_supported(s->session, "COMPRESSION", 0);
	atomic_store(&s->done, true);
}

/* The text stays, whatever becomes of the connection that it is from. */
static void test_supported(void **state)
{
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s, SHARDS, LOOPS, "1");
	const char *text = coodie_session_supported(s.session, "COMPRESSION", 0);
	assert_string_equal(text, "lz4");
	assert_ptr_equal(coodie_session_supported(s.session, "COMPRESSION", 0), text);
	assert_non_null(coodie_session_supported(s.session, "SCYLLA_HOST_ID", 0));
	assert_null(coodie_session_supported(s.session, "COMPRESSION", 9));
	assert_null(coodie_session_supported(s.session, "NO_SUCH_KEY", 0));
	for (int i = 0; i < LOOPS; i++) {
		struct said in = { .session = s.session };
		assert_true(coodie_session_query_async(s.session, "SELECT key FROM system.local",
						       CQL_ARGS(), NULL, look_inside, &in, &err));
		while (!atomic_load(&in.done))
			sched_yield();
		assert_ptr_equal(in.inside, text);
	}
	for (uint32_t i = 0; i < NODES; i++)
		assert_true(coodie_node_take_down(s.box, i, &err));
	assert_string_equal(text, "lz4");
	tear_down(&s);
}

static void on_refreshed(const coodie_error *err, void *user)
{
	(void)user;
	assert_int_not_equal(err->code, COODIE_OK);
}

/* The session's own questions are in flight, too. */
static void test_own_in_flight(void **state)
{
	coodie_session_stats stats = { .size = sizeof stats };
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s, SHARDS, LOOPS, "1");
	assert_true(coodie_session_refresh(s.session, &err));
	assert_true(coodie_node_add_fault(s.box, "match=system.peers,do=stall", NULL, &err));
	assert_true(coodie_session_refresh_async(s.session, on_refreshed, NULL, &err));
	do {
		coodie_session_get_stats(s.session, &stats);
		sched_yield();
	} while (!stats.in_flight);
	assert_int_equal(stats.waiting, 0);
	tear_down(&s);
}

/* Nobody is there: all loops say so. */
static void test_hopeless(void **state)
{
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s, 0, LOOPS, "1");
	coodie_session_free(s.session);
	s.session = new_session(s.box, 4, "1");
	coodie_node_stop(s.box);
	for (int i = 0; i < 8; i++) {
		assert_null(coodie_session_query(s.session, "SELECT key FROM system.local",
						 CQL_ARGS(), NULL, &err));
		assert_int_equal(err.code, COODIE_ERR_CONNECT);
	}
	assert_null(coodie_session_metadata(s.session, &err));
	assert_int_equal(err.code, COODIE_ERR_CLOSED);
	assert_false(coodie_session_refresh(s.session, &err));
	coodie_session_free(s.session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connections),   cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_readers),       cmocka_unit_test(test_ring),
		cmocka_unit_test(test_tablets),       cmocka_unit_test(test_warm_up),
		cmocka_unit_test(test_explained),     cmocka_unit_test(test_supported),
		cmocka_unit_test(test_own_in_flight), cmocka_unit_test(test_hopeless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
