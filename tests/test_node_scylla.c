/* SPDX-License-Identifier: MIT */
/* node/cluster/scylla.h: shards, tablets and extensions, by themselves and through a connection. */
#include "tests/test.h"

#include <arpa/inet.h>
#include <coodie.h>
#include <coodie/node.h>
#include <coodie/token.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/cluster/scylla.h"
#include "node/server/fault.h"
#include "node/server/prepared.h"
#include "base/cql_arena.h"
#include "tests/failalloc.h"
#include "tests/node_duo.h"

/* ---- shards of connections ------------------------------------------------------------------------ */

static void test_shards(void **state)
{
	struct nd_scylla s = { .shards = 3 };

	(void)state;
	/* by turns on the ordinary port */
	for (uint32_t i = 0; i < 7; i++)
		assert_int_equal(nd_scylla_shard(&s, 0), i % 3);
	/* by the client's port on the other */
	assert_int_equal(nd_scylla_shard(&s, 50000), 50000 % 3);
	assert_int_equal(nd_scylla_shard(&s, 50001), 50001 % 3);
	/* which something on the way may have changed */
	s.is_translated = true;
	s.turn = 2;
	assert_int_equal(nd_scylla_shard(&s, 50000), 2);
	assert_int_equal(nd_scylla_shard(&s, 50000), 0);
}

/* ---- a ring of three with four shards each ---------------------------------------------------------- */

static struct nd_property replication[] = {
	{ "class", ND_EXPR_STRING, "org.apache.cassandra.locator.NetworkTopologyStrategy", 0, 0 },
	{ "datacenter1", ND_EXPR_STRING, "2", 0, 0 }
};

struct world {
	int64_t now_us;
	struct nd_ring ring;
	struct nd_database db;
	struct nd_prepared prepared;
	struct nd_faults faults;
	struct nd_scylla scylla;
	struct nd_service service;
	uint64_t moves;
};

static int64_t now(void *user)
{
	return *(int64_t *)user;
}

static void begin(struct world *w)
{
	*w = (struct world){ .now_us = INT64_C(1795262400000000) };
	nd_ring_init(&w->ring, NULL);
	for (uint32_t i = 0; i < 3; i++) {
		const int64_t token = nd_ring_even_token(i, 3);
		const struct nd_ring_node node = { .data_center = "datacenter1",
						   .rack = "r1",
						   .tokens = &token,
						   .token_count = 1,
						   .host_id = { { (uint8_t)(i + 1) } },
						   .is_up = true };
		assert_true(nd_ring_add(&w->ring, &node, NULL));
	}
	assert_true(nd_database_init(&w->db, NULL, (struct nd_clock){ now, &w->now_us }));
	w->db.admit = nd_ring_admit;
	w->db.ring = &w->ring;
	nd_prepared_init(&w->prepared, &w->db, 16);
	nd_faults_init(&w->faults, NULL);
	w->scylla = (struct nd_scylla){ .shards = 4,
					.shard_aware_port = 19042,
					.host_id = w->ring.nodes[0].host_id,
					.ring = &w->ring,
					.moves = &w->moves };
	w->service = (struct nd_service){ .db = &w->db,
					  .prepared = &w->prepared,
					  .faults = &w->faults,
					  .scylla = &w->scylla,
					  .highest = 4 };
}

static void end(struct world *w)
{
	nd_faults_clear(&w->faults);
	nd_prepared_deinit(&w->prepared);
	nd_database_deinit(&w->db);
	nd_ring_deinit(&w->ring);
}

/* ---- tablets ------------------------------------------------------------------------------------------ */

static void test_tablets(void **state)
{
	struct nd_keyspace k = { .name = "ks", .replication = { replication, 2 } };
	struct nd_table t = { .keyspace = &k, .name = "t", .id = { { 9 } } };
	struct world w;
	struct nd_tablet one, again;
	int64_t token = INT64_MIN + 1, last = INT64_MIN;
	unsigned count = 0;

	(void)state;
	begin(&w);
	assert_true(nd_scylla_has_tablets(&k));
	for (;; token = last + 1) { /* they part the ring without a gap */
		nd_scylla_tablet(&w.scylla, &t, token, &one);
		count++;
		assert_true(one.tablet.first_token == last && one.tablet.last_token >= token);
		last = one.tablet.last_token;
		nd_scylla_tablet(&w.scylla, &t, last, &again);
		assert_true(again.tablet.first_token == one.tablet.first_token);
		assert_true(again.tablet.version == one.tablet.version);
		assert_int_equal(one.tablet.replica_count, 2);
		assert_true(one.replicas[0].host_id.bytes[0] != one.replicas[1].host_id.bytes[0]);
		for (uint32_t i = 0; i < 2; i++)
			assert_in_range(one.replicas[i].shard, 0, 3);
		if (last == INT64_MAX)
			break;
	}
	assert_int_equal(count, ND_SCYLLA_TABLETS);
	w.moves++;
	nd_scylla_tablet(&w.scylla, &t, last, &again);
	assert_true(again.tablet.version != one.tablet.version);
	end(&w);
}

/* ---- through a connection ------------------------------------------------------------------------------- */

static cql_message query(const char *cql)
{
	cql_message m = { .opcode = CQL_OP_QUERY };

	m.as.query.cql = duo_text(cql);
	m.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	return m;
}

static void run(struct duo *d, const char *cql)
{
	cql_message m = duo_ask(d, query(cql));

	if (m.opcode != CQL_OP_RESULT)
		fail_msg("%s: %.*s", cql, (int)m.as.error.message.len, m.as.error.message.data);
}

/* STARTUP with extensions, then a table with tablets. */
static void open_table(struct duo *d, struct world *w, const char *const *keys, size_t count)
{
	cql_text values[8] = { duo_text("3.0.0") };
	cql_option options[8] = { { duo_text("CQL_VERSION"), &values[0], 1 } };
	cql_message m = { .opcode = CQL_OP_STARTUP };

	duo_begin(d, &w->service, 4);
	for (size_t i = 0; i < count; i++) {
		values[i + 1] = duo_text("");
		options[i + 1] = (cql_option){ duo_text(keys[i]), &values[i + 1], 1 };
	}
	m.as.options.at = options;
	m.as.options.count = (uint16_t)(count + 1);
	assert_int_equal(duo_ask(d, m).opcode, CQL_OP_READY);
	if (nd_schema_keyspace(&w->db.schema, "ks"))
		return;
	run(d,
	    "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 2}");
	run(d, "CREATE KEYSPACE rs WITH replication = {'class': 'SimpleStrategy', "
	       "'replication_factor': 1}");
	run(d, "CREATE TABLE ks.t (k int PRIMARY KEY, v int)");
	run(d, "CREATE TABLE rs.t (k int PRIMARY KEY, v int)");
}

static bool offers(const cql_message *m, const char *key, const char *value)
{
	for (uint16_t i = 0; i < m->as.options.count; i++) {
		const cql_option *o = &m->as.options.at[i];
		if (o->key.len == strlen(key) && !memcmp(o->key.data, key, o->key.len))
			return !value || (o->values->len == strlen(value) &&
					  !memcmp(o->values->data, value, o->values->len));
	}
	return false;
}

static void test_supported(void **state)
{
	static const char *const told[][2] = {
		{ "SCYLLA_SHARD", "2" },
		{ "SCYLLA_NR_SHARDS", "4" },
		{ "SCYLLA_SHARDING_ALGORITHM", "biased-token-round-robin" },
		{ "SCYLLA_SHARDING_IGNORE_MSB", "12" },
		{ "SCYLLA_PARTITIONER", "org.apache.cassandra.dht.Murmur3Partitioner" },
		{ "SCYLLA_SHARD_AWARE_PORT", "19042" },
		{ "SCYLLA_LWT_ADD_METADATA_MARK", "LWT_OPTIMIZATION_META_BIT_MASK=2147483648" },
		{ "SCYLLA_RATE_LIMIT_ERROR", "ERROR_CODE=61440" },
		{ "SCYLLA_USE_METADATA_ID", "" },
		{ "TABLETS_ROUTING_V1", "" },
		{ "SCYLLA_HOST_ID", "01000000-0000-0000-0000-000000000000" },
	};
	struct world w;
	struct duo d;
	cql_message m;

	(void)state;
	begin(&w);
	duo_begin(&d, &w.service, 4);
	d.conn.shard = 2;
	m = duo_ask(&d, (cql_message){ .opcode = CQL_OP_OPTIONS });
	for (size_t i = 0; i < CD_COUNT(told); i++)
		CD_CHECK(offers(&m, told[i][0], told[i][1]), told[i][0]);
	assert_true(offers(&m, "CQL_VERSION", NULL));
	assert_false(offers(&m, "PROTOCOL_VERSIONS", NULL));
	assert_false(offers(&m, "SCYLLA_SHARD_AWARE_PORT_SSL", NULL));
	w.scylla.tls = true;
	m = duo_ask(&d, (cql_message){ .opcode = CQL_OP_OPTIONS });
	assert_true(offers(&m, "SCYLLA_SHARD_AWARE_PORT_SSL", "19042"));
	assert_true(offers(&m, "TABLETS_ROUTING_V2_EXPERIMENTAL", ""));
	w.scylla.tablets_v1 = true;
	m = duo_ask(&d, (cql_message){ .opcode = CQL_OP_OPTIONS });
	assert_true(offers(&m, "TABLETS_ROUTING_V1", ""));
	assert_false(offers(&m, "TABLETS_ROUTING_V2_EXPERIMENTAL", NULL));
	duo_end(&d);
	/* one of Cassandra's says nothing of it */
	w.service.scylla = NULL;
	duo_begin(&d, &w.service, 4);
	m = duo_ask(&d, (cql_message){ .opcode = CQL_OP_OPTIONS });
	assert_false(offers(&m, "SCYLLA_SHARD", NULL));
	duo_end(&d);
	end(&w);
}

static cql_message prepare(struct duo *d, const char *cql)
{
	cql_message m = { .opcode = CQL_OP_PREPARE };

	m.as.prepare.cql = duo_text(cql);
	return duo_ask(d, m);
}

static void test_lwt_mark(void **state)
{
	static const char *const keys[] = { "SCYLLA_LWT_ADD_METADATA_MARK" };
	struct world w;
	struct duo d;
	cql_message m;

	(void)state;
	begin(&w);
	open_table(&d, &w, keys, 1);
	m = prepare(&d, "UPDATE ks.t SET v = ? WHERE k = ? IF v = 1");
	assert_true(m.as.result.markers.extra_flags == ND_SCYLLA_LWT_MASK);
	m = prepare(&d, "UPDATE ks.t SET v = ? WHERE k = ?");
	assert_true(m.as.result.markers.extra_flags == 0);
	duo_end(&d);
	open_table(&d, &w, NULL, 0);
	m = prepare(&d, "UPDATE ks.t SET v = ? WHERE k = ? IF v = 1");
	assert_true(m.as.result.markers.extra_flags == 0);
	duo_end(&d);
	end(&w);
}

/* EXECUTE for k = 1, whose token Murmur3 says. */
static cql_message execute(struct duo *d, cql_blob id, uint8_t block)
{
	static const uint8_t one[] = { 0, 0, 0, 1 };
	const cql_bound value = { .value = { one, sizeof one } };
	cql_message m = { .opcode = CQL_OP_EXECUTE };

	m.as.execute.id = id;
	m.as.execute.params.consistency = CQL_CONSISTENCY_ONE;
	m.as.execute.params.values = &value;
	m.as.execute.params.value_count = 1;
	m.as.execute.tablet_version_block = block;
	m = duo_ask(d, m);
	assert_int_equal(m.opcode, CQL_OP_RESULT);
	return m;
}

static int64_t token_of_one(void)
{
	return cql_murmur3_token("\0\0\0\1", 4);
}

/* The shard of this node that has k = 1; -1: none of it. */
static int32_t home_of_one(struct world *w, struct nd_tablet *tablet)
{
	const struct nd_keyspace *k = nd_schema_keyspace(&w->db.schema, "ks");

	nd_scylla_tablet(&w->scylla, nd_keyspace_table(k, "t"), token_of_one(), tablet);
	for (uint32_t i = 0; i < tablet->tablet.replica_count; i++)
		if (tablet->replicas[i].host_id.bytes[0] == w->scylla.host_id.bytes[0])
			return tablet->replicas[i].shard;
	return -1;
}

static void check_payload(struct duo *d, const cql_message *m, const struct nd_tablet *want,
			  bool v2)
{
	cql_tablet got;
	coodie_error err;

	assert_int_equal(m->payload_count, 1);
	assert_true(cql_message_tablet(m, d->arena, &got, &err));
	assert_true(got.first_token == want->tablet.first_token);
	assert_true(got.last_token == want->tablet.last_token);
	assert_int_equal(got.replica_count, want->tablet.replica_count);
	for (uint32_t i = 0; i < got.replica_count; i++) {
		assert_memory_equal(&got.replicas[i].host_id, &want->replicas[i].host_id, 16);
		assert_int_equal(got.replicas[i].shard, want->replicas[i].shard);
	}
	assert_int_equal(got.has_version, v2);
	assert_true(!v2 || got.version == want->tablet.version);
}

static void test_routing_v1(void **state)
{
	static const char *const keys[] = { "TABLETS_ROUTING_V1" };
	struct world w;
	struct duo d;
	struct nd_tablet tablet;
	int32_t home;
	cql_message m;

	(void)state;
	begin(&w);
	open_table(&d, &w, keys, 1);
	m = prepare(&d, "SELECT v FROM ks.t WHERE k = ?");
	home = home_of_one(&w, &tablet);
	for (int32_t shard = 0; shard < 4; shard++) {
		d.conn.shard = (uint8_t)shard;
		cql_message answer = execute(&d, m.as.result.id, 0);
		if (shard == home)
			assert_int_equal(answer.payload_count, 0);
		else
			check_payload(&d, &answer, &tablet, false);
		assert_int_equal(w.scylla.requests[shard], 1);
	}
	assert_int_equal(w.scylla.misrouted, home < 0 ? 4 : 3);
	assert_int_equal(w.scylla.untold, 0);
	/* QUERY too; many partitions, errors and tables without tablets say nothing */
	d.conn.shard = (uint8_t)((home + 1) % 4);
	m = duo_ask(&d, query("SELECT v FROM ks.t WHERE k = 1"));
	check_payload(&d, &m, &tablet, false);
	m = duo_ask(&d, query("INSERT INTO ks.t (k) VALUES (1)"));
	check_payload(&d, &m, &tablet, false);
	m = duo_ask(&d, query("SELECT v FROM ks.t WHERE k IN (1, 2)"));
	assert_int_equal(m.payload_count, 0);
	m = duo_ask(&d, query("SELECT nosuch FROM ks.t WHERE k = 1"));
	assert_int_equal(m.payload_count, 0);
	m = duo_ask(&d, query("SELECT v FROM rs.t WHERE k = 1"));
	assert_int_equal(m.payload_count, 0);
	/* they move */
	w.moves++;
	home = home_of_one(&w, &tablet);
	d.conn.shard = (uint8_t)((home + 1) % 4);
	m = duo_ask(&d, query("SELECT v FROM ks.t WHERE k = 1"));
	check_payload(&d, &m, &tablet, false);
	duo_end(&d);
	/* who did not ask is not told */
	open_table(&d, &w, NULL, 0);
	d.conn.shard = (uint8_t)((home + 1) % 4);
	uint64_t untold = w.scylla.untold; /* of the table without tablets, perhaps */
	m = duo_ask(&d, query("SELECT v FROM ks.t WHERE k = 1"));
	assert_int_equal(m.payload_count, 0);
	assert_int_equal(w.scylla.untold, untold + 1);
	duo_end(&d);
	end(&w);
}

static void test_routing_v2(void **state)
{
	static const char *const keys[] = { "TABLETS_ROUTING_V2_EXPERIMENTAL", "TABLETS_ROUTING_V1",
					    "SCYLLA_USE_METADATA_ID" };
	const cql_terms terms = { .size = sizeof terms, .metadata_id = true, .tablets_v2 = true };
	struct world w;
	struct duo d;
	struct nd_tablet tablet;
	cql_message m, answer;

	(void)state;
	begin(&w);
	open_table(&d, &w, keys, 3);
	d.terms = &terms;
	m = prepare(&d, "SELECT v FROM ks.t WHERE k = ?");
	assert_int_equal(m.as.result.metadata_id.len, 16);
	d.conn.shard = (uint8_t)((home_of_one(&w, &tablet) + 1) % 4);
	for (unsigned i = 0; i < 16; i++) {
		unsigned bits = (unsigned)(tablet.tablet.version >> 4 * i & 15);
		answer = execute(&d, m.as.result.id, (uint8_t)(i << 4 | bits));
		assert_int_equal(answer.payload_count, 0);
		assert_int_equal(w.scylla.untold, w.scylla.misrouted - i);
		answer = execute(&d, m.as.result.id, (uint8_t)(i << 4 | ((bits + 1) & 15)));
		check_payload(&d, &answer, &tablet, true);
		/* another id of the columns than the client's: it is told */
		assert_int_equal(answer.as.result.metadata.new_metadata_id.len, 16);
	}
	/* QUERY has no such byte */
	answer = duo_ask(&d, query("SELECT v FROM ks.t WHERE k = 1"));
	assert_int_equal(answer.payload_count, 0);
	duo_end(&d);
	end(&w);
}

/* Without tablets the shard is the token's. */
static void test_counts(void **state)
{
	struct world w;
	struct duo d;

	(void)state;
	begin(&w);
	open_table(&d, &w, NULL, 0);
	run(&d, "CREATE KEYSPACE all3 WITH replication = {'class': 'SimpleStrategy', "
		"'replication_factor': 3}");
	run(&d, "CREATE TABLE all3.t (k int PRIMARY KEY)");
	d.conn.shard = (uint8_t)cql_shard_of_token(token_of_one(), 4, ND_SCYLLA_IGNORE_MSB);
	run(&d, "INSERT INTO all3.t (k) VALUES (1)");
	assert_int_equal(w.scylla.requests[d.conn.shard], 1);
	assert_int_equal(w.scylla.misrouted, 0);
	d.conn.shard = (uint8_t)((d.conn.shard + 1) % 4);
	run(&d, "SELECT * FROM all3.t WHERE k = 1");
	assert_int_equal(w.scylla.requests[d.conn.shard], 1);
	assert_int_equal(w.scylla.misrouted, 1);
	duo_end(&d);
	end(&w);
}

static void test_rate_limit(void **state)
{
	static const char *const keys[] = { "SCYLLA_RATE_LIMIT_ERROR" };
	static const char message[] =
		"Per-partition rate limit reached for this partition, rejected by coordinator";
	const cql_terms terms = { .size = sizeof terms, .rate_limit_error = ND_SCYLLA_LIMITED };
	struct world w;
	struct duo d;
	cql_message m;

	(void)state;
	begin(&w);
	open_table(&d, &w, keys, 1);
	d.terms = &terms;
	assert_non_null(nd_faults_add(&w.faults, "do=rate-limit", NULL));
	m = duo_ask(&d, query("INSERT INTO ks.t (k) VALUES (1)"));
	assert_true(duo_says(&m, ND_SCYLLA_LIMITED, message));
	assert_int_equal(m.as.error.op_type, 1);
	assert_true(m.as.error.rejected_by_coordinator);
	m = duo_ask(&d, query(" SELECT v FROM ks.t WHERE k = 1"));
	assert_true(duo_says(&m, ND_SCYLLA_LIMITED, message));
	assert_int_equal(m.as.error.op_type, 0);
	duo_end(&d);
	/* who does not know the code gets one that everybody knows */
	nd_faults_clear(&w.faults);
	open_table(&d, &w, NULL, 0);
	assert_non_null(nd_faults_add(&w.faults, "do=rate-limit", NULL));
	m = duo_ask(&d, query("INSERT INTO ks.t (k) VALUES (1)"));
	assert_true(duo_says(&m, ND_CONFIG_ERROR, message));
	duo_end(&d);
	end(&w);
}

/* ---- system tables ---------------------------------------------------------------------------------- */

static const struct {
	const char *cql;
	uint32_t rows;
	const char *message; /* NULL: rows */
} asked[] = {
	{ "SELECT supported_features, release_version FROM system.local WHERE key = 'local'", 1,
	  NULL },
	{ "SELECT rpc_port FROM system.local", 0,
	  "Undefined column name rpc_port in table system.local" },
	{ "SELECT * FROM system.peers", 0, NULL },
	{ "SELECT * FROM system.peers_v2", 0, "table peers_v2 does not exist" },
	{ "SELECT version FROM system.versions WHERE key = 'local'", 1, NULL },
	{ "SELECT * FROM system.client_routes WHERE connection_id = 'x'", 0, NULL },
	{ "SELECT initial_tablets FROM system_schema.scylla_keyspaces WHERE keyspace_name = 'ks'",
	  1, NULL },
	{ "SELECT initial_tablets FROM system_schema.scylla_keyspaces WHERE keyspace_name = 'rs'",
	  0, NULL },
	{ "SELECT partitioner FROM system_schema.scylla_tables WHERE keyspace_name = 'ks'", 1,
	  NULL },
	{ "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = 'ks'", 1, NULL },
};

static void test_system(void **state)
{
	cql_text name = duo_text("CLIENT_ROUTES_CHANGE");
	cql_message m = { .opcode = CQL_OP_REGISTER };
	struct world w;
	struct duo d;

	(void)state;
	begin(&w);
	w.db.is_scylla = true;
	assert_true(nd_system_init(&w.db));
	open_table(&d, &w, NULL, 0);
	for (size_t i = 0; i < CD_COUNT(asked); i++) {
		cql_message answer = duo_ask(&d, query(asked[i].cql));
		if (asked[i].message)
			CD_CHECK(duo_says(&answer, ND_INVALID, asked[i].message), asked[i].cql);
		else
			CD_CHECK(answer.opcode == CQL_OP_RESULT &&
					 answer.as.result.row_count == asked[i].rows,
				 asked[i].cql);
	}
	m.as.register_events = (cql_texts){ &name, 1 };
	assert_int_equal(duo_ask(&d, m).opcode, CQL_OP_READY);
	w.service.scylla = NULL; /* Cassandra does not know it */
	assert_int_equal(duo_ask(&d, m).opcode, CQL_OP_ERROR);
	duo_end(&d);
	end(&w);
}

/* ---- a box ------------------------------------------------------------------------------------------------ */

static void test_box(void **state)
{
	coodie_error err;
	coodie_node_options *o = coodie_node_options_new(&err);
	coodie_node_stats stats = { .size = sizeof stats };
	coodie_connection_info info = { .size = sizeof info };

	(void)state;
	assert_true(coodie_node_options_set_shards(o, 4, &err));
	assert_true(coodie_node_options_set_nodes(o, 2, &err));
	coodie_node *n = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	if (!n)
		fail_msg("%s", err.message);
	coodie_options *c = coodie_options_new(&err);
	assert_true(coodie_options_add_contact_point(c, coodie_node_address(n, 0), &err));
	coodie_session *s = coodie_session_new(c, &err);
	coodie_options_free(c);
	if (!coodie_session_connect(s, &err))
		fail_msg("%s", err.message);
	assert_true(coodie_session_info(s, &info, &err));
	assert_int_equal(info.protocol_version, 4);
	assert_int_equal(info.shard_count, 4);
	assert_in_range(info.shard, 0, 3);
	assert_true(coodie_node_get_stats(n, 0, &stats));
	assert_true(stats.by_shard[info.shard] >= 1);
	coodie_node_move_tablets(n);
	coodie_session_free(s);
	assert_true(coodie_node_take_down(n, 1, &err));
	assert_true(coodie_node_bring_up(n, 1, &err));
	assert_true(coodie_node_add(n, NULL, NULL, NULL, &err));
	coodie_node_stop(n);
}

/* Asks 127.0.0.1:`port` for its options, from a port of our own; `*from` is which. */
static cql_message ask_options(uint16_t port, uint16_t *from, cql_inbox *in, cql_arena *arena)
{
	static const uint8_t options[] = { 4, 0, 0, 0, 5, 0, 0, 0, 0 };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in mine;
	socklen_t len = sizeof mine;
	uint8_t bytes[4096];
	cql_envelope envelope;
	cql_message m;
	coodie_error err;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&mine, &len), 0);
	*from = ntohs(mine.sin_port);
	assert_int_equal(send(fd, options, sizeof options, 0), sizeof options);
	while (cql_inbox_next(in, &envelope, &err) == CQL_INBOX_MORE) {
		ssize_t n = recv(fd, bytes, sizeof bytes, 0);
		assert_true(n > 0);
		assert_true(cql_inbox_feed(in, bytes, (size_t)n, &err));
	}
	assert_true(cql_message_read(&envelope, NULL, arena, &m, &err));
	close(fd);
	return m;
}

static void ask_each(bool nat)
{
	coodie_error err;
	coodie_node_options *o = coodie_node_options_new(&err);
	cql_arena *arena = cql_arena_new(NULL, NULL);
	unsigned wrong = 0;
	char shard[8];
	uint16_t port = 0, from;

	assert_true(coodie_node_options_set_shards(o, 7, &err));
	coodie_node_options_set_nat(o, nat);
	coodie_node *n = coodie_node_start(o, &err);
	assert_non_null(n);
	coodie_node_options_free(o);
	for (int i = 0; i < 20; i++) {
		cql_inbox *in = cql_inbox_new(CQL_CLIENT, NULL, NULL, NULL);
		cql_message m = ask_options(port ? port : (uint16_t)coodie_node_port(n), &from, in,
					    arena);
		snprintf(shard, sizeof shard, "%u", from % 7u);
		wrong += port && !offers(&m, "SCYLLA_SHARD", shard);
		for (uint16_t j = 0; j < m.as.options.count; j++)
			if (m.as.options.at[j].key.len == strlen("SCYLLA_SHARD_AWARE_PORT") &&
			    !memcmp(m.as.options.at[j].key.data, "SCYLLA_SHARD_AWARE_PORT", 23))
				port = (uint16_t)strtoul(m.as.options.at[j].values->data, NULL, 10);
		assert_true(port != 0);
		cql_inbox_free(in);
	}
	assert_true(nat ? wrong > 0 : wrong == 0);
	coodie_node_stop(n);
	cql_arena_free(arena);
}

static void test_shard_aware_port(void **state)
{
	(void)state;
	ask_each(false);
	ask_each(true);
}

/* ---- events, at a client that asked for all of them --------------------------------------------- */

struct listener {
	int fd;
	cql_inbox *in;
	cql_outbox *out;
	cql_arena *arena;
};

static void say(struct listener *l, const cql_message *m)
{
	coodie_error err;

	assert_true(cql_message_write(l->out, m, NULL, &err));
	cql_blob bytes = cql_outbox_pending(l->out, &err);
	assert_int_equal(send(l->fd, bytes.data, bytes.len, 0), bytes.len);
	cql_outbox_sent(l->out, bytes.len);
}

static cql_message hear(struct listener *l)
{
	uint8_t bytes[4096];
	cql_envelope envelope;
	cql_message m;
	coodie_error err;

	while (cql_inbox_next(l->in, &envelope, &err) == CQL_INBOX_MORE) {
		ssize_t n = recv(l->fd, bytes, sizeof bytes, 0);
		assert_true(n > 0);
		assert_true(cql_inbox_feed(l->in, bytes, (size_t)n, &err));
	}
	assert_true(cql_message_read(&envelope, NULL, l->arena, &m, &err));
	return m;
}

static void listen_to(struct listener *l, const coodie_node *n)
{
	static const cql_text version = { "3.0.0", 5 };
	static const cql_option options[] = { { { "CQL_VERSION", 11 }, &version, 1 } };
	const cql_text wanted[] = { cql_text_of("TOPOLOGY_CHANGE"), cql_text_of("STATUS_CHANGE"),
				    cql_text_of("CLIENT_ROUTES_CHANGE") };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)coodie_node_port(n)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	cql_message startup = { .version = 4, .opcode = CQL_OP_STARTUP };
	cql_message ask = { .version = 4, .opcode = CQL_OP_REGISTER };

	l->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(l->fd, (struct sockaddr *)&to, sizeof to), 0);
	l->in = cql_inbox_new(CQL_CLIENT, NULL, NULL, NULL);
	l->out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
	l->arena = cql_arena_new(NULL, NULL);
	startup.as.options.at = options;
	startup.as.options.count = 1;
	say(l, &startup);
	assert_int_equal(hear(l).opcode, CQL_OP_READY);
	ask.as.register_events = (cql_texts){ wanted, 3 };
	say(l, &ask);
	assert_int_equal(hear(l).opcode, CQL_OP_READY);
}

static void expect_event(struct listener *l, const char *type, const char *change)
{
	cql_message m = hear(l);

	assert_int_equal(m.opcode, CQL_OP_EVENT);
	assert_int_equal(m.stream, CQL_STREAM_EVENT);
	assert_int_equal(m.as.event.type.len, strlen(type));
	assert_memory_equal(m.as.event.type.data, type, strlen(type));
	assert_int_equal(m.as.event.change.len, strlen(change));
	assert_memory_equal(m.as.event.change.data, change, strlen(change));
}

static void test_events(void **state)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	struct listener l;
	coodie_error err = { 0 };

	(void)state;
	assert_true(coodie_node_options_set_nodes(o, 2, &err));
	assert_true(coodie_node_options_set_shards(o, 2, &err));
	coodie_node *n = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	assert_non_null(n);
	listen_to(&l, n);

	assert_true(coodie_node_set_route(n, 1, "link-1", "private.example", 9042, 0, &err));
	cql_message m = hear(&l);
	assert_int_equal(m.as.event.kind, CQL_EVENT_CLIENT_ROUTES_CHANGE);
	assert_int_equal(m.as.event.connection_ids.count, 1);
	assert_memory_equal(m.as.event.connection_ids.at[0].data, "link-1", 6);
	assert_int_equal(m.as.event.host_ids.at[0].len, CQL_UUID_TEXT_SIZE - 1);

	cql_message ask = { .version = 4, .opcode = CQL_OP_QUERY };
	ask.as.query.cql = cql_text_of("SELECT address, port, tls_port FROM system.client_routes "
				       "WHERE connection_id = 'link-1'");
	ask.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	say(&l, &ask);
	m = hear(&l);
	coodie_cell cells[3];
	assert_int_equal(m.as.result.row_count, 1);
	assert_true(cql_rows_next(&m.as.result.rows, cells, 3, &err));
	assert_int_equal(cells[0].len, strlen("private.example"));
	assert_memory_equal(cells[1].data, "\0\0\x23\x52", 4);
	assert_null(cells[2].data);

	assert_true(coodie_node_take_down(n, 1, &err));
	expect_event(&l, "STATUS_CHANGE", "DOWN");
	assert_true(coodie_node_bring_up(n, 1, &err));
	expect_event(&l, "STATUS_CHANGE", "UP");
	assert_true(coodie_node_add(n, NULL, NULL, NULL, &err));
	expect_event(&l, "TOPOLOGY_CHANGE", "NEW_NODE");
	expect_event(&l, "STATUS_CHANGE", "UP");
	assert_true(coodie_node_remove(n, 2, &err));
	expect_event(&l, "TOPOLOGY_CHANGE", "REMOVED_NODE");

	close(l.fd);
	cql_inbox_free(l.in);
	cql_outbox_free(l.out);
	cql_arena_free(l.arena);
	coodie_node_stop(n);
}

static void test_routes_refused(void **state)
{
	coodie_error err = { 0 };
	coodie_node *n = coodie_node_start(NULL, &err);
	static const struct {
		const char *name, *connection_id, *address;
		uint32_t node;
		uint16_t port;
	} rows[] = {
		{ "no shards", "a", "b", 0, 1 },      { "no such node", "a", "b", 1, 1 },
		{ "no connection", NULL, "b", 0, 1 }, { "no address", "a", NULL, 0, 1 },
		{ "no port", "a", "b", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		CD_CHECK(!coodie_node_set_route(n, rows[i].node, rows[i].connection_id,
						rows[i].address, rows[i].port, 0, &err),
			 rows[i].name);
		CD_CHECK(err.code == COODIE_ERR_INVALID, rows[i].name);
	}
	coodie_node_stop(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shards),           cmocka_unit_test(test_tablets),
		cmocka_unit_test(test_supported),        cmocka_unit_test(test_lwt_mark),
		cmocka_unit_test(test_routing_v1),       cmocka_unit_test(test_routing_v2),
		cmocka_unit_test(test_counts),           cmocka_unit_test(test_rate_limit),
		cmocka_unit_test(test_system),           cmocka_unit_test(test_box),
		cmocka_unit_test(test_shard_aware_port), cmocka_unit_test(test_events),
		cmocka_unit_test(test_routes_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
