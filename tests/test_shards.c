/* SPDX-License-Identifier: MIT */
/* Nodes with shards behind real sockets: the pools hold what was asked for and no more, and no request
 * goes to a wrong node or shard. */
#include "tests/test.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>

#include <coodie.h>
#include <coodie/node.h>
#include <coodie/socket.h>

enum { NODES = 2, KEYS = 300, PATIENCE = 20000, MOST_FDS = 4096, CALM = 20 };
/* Below those that systems deal out themselves. */
enum { FIRST_PORT = 20000, LAST_PORT = 29999 };

/* ---- the sockets of a session ---------------------------------------------------------------- */

/* Any loop may make one; numbers are used again. */
struct sockets {
	atomic_bool made[MOST_FDS];
};

static bool keep(int fd, void *user, coodie_error *err)
{
	struct sockets *s = user;

	(void)err;
	if (fd < MOST_FDS)
		atomic_store(&s->made[fd], true);
	return true;
}

static unsigned own_port(int fd)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;

	return getsockname(fd, (struct sockaddr *)&at, &len) ? 0 : ntohs(at.sin_port);
}

/* How many have a port of our choice, as only those to the shard-aware port do. */
static unsigned count_advanced(const struct sockets *s)
{
	unsigned n = 0;

	for (int fd = 0; fd < MOST_FDS; fd++) {
		unsigned port = atomic_load(&s->made[fd]) ? own_port(fd) : 0;
		n += port >= FIRST_PORT && port <= LAST_PORT;
	}
	return n;
}

/* ---- a session ------------------------------------------------------------------------------- */

struct row {
	const char *name;
	uint32_t shards, each, loops;
	bool plain, nat, tls;
};

struct stand {
	const struct row *row;
	coodie_node *box;
	coodie_session *session;
	struct sockets sockets;
};

static void start_box(struct stand *s)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_nodes(o, NODES, &err));
	assert_true(coodie_node_options_set_shards(o, s->row->shards, &err));
	coodie_node_options_set_nat(o, s->row->nat);
	if (s->row->tls)
		coodie_node_options_set_tls_generated(o);
	s->box = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	if (!s->box || !coodie_node_execute(s->box,
					    "CREATE KEYSPACE ks WITH replication = {'class': "
					    "'SimpleStrategy', 'replication_factor': 1}; "
					    "CREATE TABLE ks.t (k int PRIMARY KEY, v int)",
					    &err))
		fail_msg("%s: %s", s->row->name, err.message);
}

static void trust(coodie_options *o, const coodie_node *box)
{
	const char *pem = coodie_node_ca_pem(box);
	coodie_tls *tls = coodie_tls_new(NULL);

	assert_true(coodie_tls_add_ca_pem(tls, pem, strlen(pem), NULL));
	assert_true(coodie_options_set_tls(o, tls, NULL));
	coodie_tls_free(tls);
}

static void start_session(struct stand *s)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(s->box, 0), &err));
	assert_true(
		coodie_options_tune(o, COODIE_TUNE(.connections_per_shard = s->row->each), &err));
	assert_true(coodie_options_set_loops(o, s->row->loops, &err));
	coodie_options_set_shard_aware(o, !s->row->plain);
	assert_true(coodie_options_set_local_ports(o, FIRST_PORT, LAST_PORT, &err));
	coodie_options_set_socket_hook(o, keep, &s->sockets);
	if (s->row->tls)
		trust(o, s->box);
	s->session = coodie_session_new(o, &err);
	coodie_options_free(o);
	if (!s->session)
		fail_msg("%s: %s", s->row->name, err.message);
}

static void run(struct stand *s, const char *cql, cql_args args)
{
	coodie_error err;
	coodie_result *r = coodie_session_query(s->session, cql, args, NULL, &err);

	if (!r)
		fail_msg("%s: %s: %s", s->row->name, cql, err.message);
	coodie_result_free(r);
}

/* ---- what the nodes say ---------------------------------------------------------------------- */

static coodie_node_stats stats_of(const struct stand *s, uint32_t node)
{
	coodie_node_stats stats = { .size = sizeof stats };

	assert_true(coodie_node_get_stats(s->box, node, &stats));
	return stats;
}

/* Connections of each shard: each loop has its own. */
static uint32_t wanted(const struct row *row)
{
	return row->each * (row->loops ? row->loops : 1);
}

static uint32_t wanted_of_node(const struct row *row)
{
	return row->shards * wanted(row);
}

static bool node_is_filled(const struct stand *s, uint32_t node)
{
	const coodie_node_stats stats = stats_of(s, node);

	for (uint32_t i = 0; i < s->row->shards; i++)
		if (stats.by_shard[i] != wanted(s->row))
			return false;
	return true;
}

/* The server counts connections that are not ready yet; so the session is asked, too. */
static bool is_filled(const struct stand *s)
{
	coodie_metrics m = { .size = sizeof m };
	coodie_error err;

	if (!coodie_session_metrics(s->session, NULL, &m, &err))
		fail_msg("%s", err.message);
	if (m.connections != (uint64_t)NODES * wanted_of_node(s->row))
		return false;
	for (uint32_t i = 0; i < NODES; i++)
		if (!node_is_filled(s, i))
			return false;
	return true;
}

/* A loop without a thread turns only inside of calls. The more connections a pool has, the more
 * patiently others are opened. */
static void fill(struct stand *s)
{
	const struct timespec a_while = { .tv_nsec = 5000000 };

	for (int i = 0; !is_filled(s); i++) {
		if (i == PATIENCE)
			fail_msg("%s: it is never filled", s->row->name);
		run(s, "SELECT key FROM system.local", CQL_ARGS());
		nanosleep(&a_while, NULL);
	}
}

static uint64_t misrouted(const struct stand *s)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < NODES; i++)
		sum += stats_of(s, i).misrouted;
	return sum;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static const struct row rows[] = {
	{ "one shard", 1, 1, 0, false, false, false },
	{ "one shard, two each", 1, 2, 1, false, false, false },
	{ "one shard, the usual port", 1, 1, 1, true, false, false },
	{ "one shard, four loops", 1, 1, 4, false, false, false },
	{ "eight shards", 8, 1, 0, false, false, false },
	{ "eight shards, two each", 8, 2, 1, false, false, false },
	{ "eight shards, the usual port", 8, 1, 0, true, false, false },
	{ "eight shards, two each, the usual port", 8, 2, 1, true, false, false },
	{ "eight shards, four loops", 8, 1, 4, false, false, false },
	{ "eight shards, four loops, the usual port", 8, 1, 4, true, false, false },
	{ "eight shards, NAT", 8, 1, 0, false, true, false },
	{ "eight shards, TLS", 8, 1, 0, false, false, true },
	{ "eight shards, the usual port, TLS", 8, 1, 1, true, false, true },
	{ "sixty shards", 60, 1, 0, false, false, false },
	{ "sixty shards, the usual port", 60, 1, 1, true, false, false },
};

/* All but the first connection of each pool, and none where that is not wanted or does not work. */
static void check_ports(const struct stand *s)
{
	const struct row *row = s->row;
	uint32_t loops = row->loops ? row->loops : 1, all = NODES * wanted_of_node(row);
	unsigned advanced = count_advanced(&s->sockets);

	if (row->plain && advanced)
		fail_msg("%s: %u have a port of our choice", row->name, advanced);
	if (!row->plain && !row->nat && advanced < all - NODES * loops)
		fail_msg("%s: only %u went to the shard-aware port", row->name, advanced);
}

static void check_routes(struct stand *s)
{
	uint64_t before = misrouted(s);

	for (int k = 0; k < KEYS; k++)
		run(s, "INSERT INTO ks.t (k, v) VALUES (?, 1)", CQL_ARGS(cql(k)));
	for (int k = 0; k < KEYS; k++)
		run(s, "SELECT v FROM ks.t WHERE k = ?", CQL_ARGS(cql(k)));
	if (misrouted(s) != before)
		fail_msg("%s: %" PRIu64 " requests went to a wrong place", s->row->name,
			 misrouted(s) - before);
}

static void check_row(const struct row *row)
{
	struct stand s = { .row = row };
	coodie_error err;

	start_box(&s);
	start_session(&s);
	if (!coodie_session_connect(s.session, &err))
		fail_msg("%s: %s", row->name, err.message);
	fill(&s);
	if (!coodie_session_refresh(s.session, &err)) /* the keyspace may not have been read yet */
		fail_msg("%s: %s", row->name, err.message);
	check_ports(&s);
	check_routes(&s);
	for (int i = 0; i < CALM; i++) {
		run(&s, "SELECT key FROM system.local", CQL_ARGS());
		CD_CHECK(is_filled(&s), row->name);
	}
	coodie_session_free(s.session);
	coodie_node_stop(s.box);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		check_row(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
