/* SPDX-License-Identifier: MIT */
/* The system's keyspaces: their tables, what is in them, and that it is enough to make the schema
 * again. */
#include "tests/test.h"

#include <stdlib.h>

#include "node/cluster/system.h"
#include "node/store/store.h"
#include "tests/failalloc.h"
#include "tests/node_ddl.h"
#include "tests/node_fixture.h"

/* ---- starting --------------------------------------------------------------------------------- */

static bool start(const coodie_allocator *allocator, void *user)
{
	struct nd_ddl_test t;
	bool ok;

	(void)user;
	ok = nd_ddl_test_init(&t, allocator) && nd_system_init(&t.db);
	if (ok)
		assert_int_equal(t.db.schema.keyspace_count, 7);
	nd_ddl_test_deinit(&t);
	return ok;
}

static void starts_without_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("start", start, NULL));
}

static void is_the_same_every_time(void **state)
{
	struct nd_ddl_test a, b;

	(void)state;
	assert_true(nd_ddl_test_init(&a, NULL) && nd_system_init(&a.db));
	assert_true(nd_ddl_test_init(&b, NULL) && nd_system_init(&b.db));
	assert_memory_equal(&a.db.schema.version, &b.db.schema.version, 16);
	assert_int_equal(a.db.schema.version.bytes[6] >> 4, 3);
	nd_ddl_test_deinit(&a);
	nd_ddl_test_deinit(&b);
}

/* ---- the cluster -------------------------------------------------------------------------------- */

/* Three nodes; `coordinator` is the one that is asked, which comes first. */
static const struct nd_system_node nodes[] = {
	{ .address = { { 10, 0, 0, 1 }, 4 },
	  .port = 9042,
	  .data_center = "dc1",
	  .rack = "r1",
	  .host_id = { { 1 } },
	  .tokens = (const int64_t[]){ -5, 7 },
	  .token_count = 2,
	  .generation = 1700000000 },
	{ .address = { { 10, 0, 0, 2 }, 4 },
	  .port = 9042,
	  .data_center = "dc1",
	  .rack = "r2",
	  .host_id = { { 2 } },
	  .tokens = (const int64_t[]){ 100 },
	  .token_count = 1 },
	{ .address = { { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3 }, 16 },
	  .port = 19042,
	  .data_center = "dc2",
	  .rack = "r1",
	  .host_id = { { 3 } },
	  .tokens = (const int64_t[]){ INT64_MIN },
	  .token_count = 1 },
};

static bool node_of(void *user, void *coordinator, uint32_t i, struct nd_system_node *out)
{
	size_t self = coordinator ? (size_t)((const struct nd_system_node *)coordinator - nodes)
				  : 0;

	(void)user;
	if (i >= CD_COUNT(nodes))
		return false;
	*out = nodes[i == 0 ? self : i <= self ? i - 1 : i];
	return true;
}

static bool client_of(void *user, void *coordinator, uint32_t i, struct nd_system_client *out)
{
	static const struct nd_system_client clients[] = {
		{ .address = { { 127, 0, 0, 1 }, 4 },
		  .port = 4000,
		  .user = "ann",
		  .driver_name = "coodie",
		  .driver_version = "0.1",
		  .version = 5,
		  .requests = 12,
		  .keyspace = "ks" },
		{ .address = { { 127, 0, 0, 1 }, 4 },
		  .port = 3999,
		  .version = 4,
		  .uses_tls = true,
		  .tls_protocol = "TLSv1.3",
		  .tls_cipher = "TLS_AES_256_GCM_SHA384" },
	};

	(void)user;
	(void)coordinator;
	if (i >= CD_COUNT(clients))
		return false;
	*out = clients[i];
	return true;
}

static void shows_the_cluster(void **state)
{
	static const struct fixture_row rows[] = {
		{ "the node itself",
		  "SELECT key, bootstrapped, broadcast_address, broadcast_port, cluster_name, "
		  "cql_version, data_center, gossip_generation, host_id, listen_address, "
		  "listen_port, native_protocol_version, partitioner, rack, release_version, "
		  "rpc_address, rpc_port, tokens, truncated_at FROM system.local",
		  NULL,
		  "rows: key='local' bootstrapped='COMPLETED' broadcast_address='10.0.0.1' "
		  "broadcast_port=7000 cluster_name='Box' cql_version='3.4.7' data_center='dc1' "
		  "gossip_generation=1700000000 host_id=01000000-0000-0000-0000-000000000000 "
		  "listen_address='10.0.0.1' listen_port=7000 native_protocol_version='5' "
		  "partitioner='org.apache.cassandra.dht.Murmur3Partitioner' rack='r1' "
		  "release_version='5.0.9' rpc_address='10.0.0.1' rpc_port=9042 "
		  "tokens={'-5', '7'} truncated_at=null" },
		{ "its peers, by address",
		  "SELECT data_center, rack, rpc_address, tokens FROM system.peers WHERE peer = "
		  "'10.0.0.2'",
		  NULL, "rows: data_center='dc1' rack='r2' rpc_address='10.0.0.2' tokens={'100'}" },
		{ "how many peers", "SELECT count(*) FROM system.peers", NULL,
		  "warning Aggregation query used without partition key; rows: count=2" },
		{ "ports",
		  "SELECT peer, peer_port, native_port, host_id FROM system.peers_v2 WHERE "
		  "peer = '2001:db8::3'",
		  NULL,
		  "rows: peer='2001:db8::3' peer_port=17000 native_port=19042 "
		  "host_id=03000000-0000-0000-0000-000000000000" },
		{ "clients, by address and port",
		  "SELECT address, port, username, driver_name, driver_version, keyspace_name, "
		  "protocol_version, request_count, ssl_enabled, ssl_protocol, connection_stage "
		  "FROM system_views.clients",
		  NULL,
		  "rows: address='127.0.0.1' port=3999 username='anonymous' driver_name=null "
		  "driver_version=null keyspace_name=null protocol_version=4 request_count=0 "
		  "ssl_enabled=true ssl_protocol='TLSv1.3' connection_stage='ready' | "
		  "address='127.0.0.1' port=4000 username='ann' driver_name='coodie' "
		  "driver_version='0.1' keyspace_name='ks' protocol_version=5 request_count=12 "
		  "ssl_enabled=false ssl_protocol=null connection_stage='ready'" },
		{ "settings", "SELECT value FROM system_views.settings WHERE name = 'cluster_name'",
		  NULL, "rows: value='Box'" },
		{ "settings in their order", "SELECT name FROM system_views.settings LIMIT 3", NULL,
		  "rows: name='allow_filtering_enabled' | name='cdc_enabled' | "
		  "name='cluster_name'" },
		{ "the schema's version is everybody's",
		  "SELECT schema_version FROM system.peers WHERE peer = '10.0.0.9'", NULL,
		  "rows:" },
	};
	struct nd_system_source source = { .node = node_of,
					   .client = client_of,
					   .cluster_name = "Box",
					   .release_version = "5.0.9" };
	struct fixture f;

	(void)state;
	fixture_begin(&f, NULL);
	assert_true(nd_system_init(&f.db));
	f.db.system = &source;
	fixture_rows(&f, rows, CD_COUNT(rows));
	fixture_end(&f);
}

static void knows_one_node_by_default(void **state)
{
	struct fixture f;

	(void)state;
	fixture_begin(&f, NULL);
	assert_true(nd_system_init(&f.db));
	assert_string_equal(
		fixture_run(&f, "SELECT rpc_address, data_center, rack FROM system.local"),
		"rows: rpc_address='127.0.0.1' data_center='datacenter1' rack='rack1'");
	assert_string_equal(fixture_run(&f, "SELECT * FROM system.peers"), "rows:");
	assert_string_equal(fixture_run(&f, "SELECT * FROM system.peers_v2"), "rows:");
	assert_string_equal(fixture_run(&f, "SELECT * FROM system_views.clients"), "rows:");
	fixture_end(&f);
}

/* ---- the schema, as it changes -------------------------------------------------------------------- */

static void follows_changes(void **state)
{
#define COLUMNS \
	"SELECT column_name, kind, position, clustering_order, type FROM system_schema.columns " \
	"WHERE keyspace_name = 'ks' AND table_name = 't'"
	static const struct fixture_row rows[] = {
		{ "nothing", COLUMNS, NULL, "rows:" },
		{ "make one",
		  "CREATE TABLE t (k int, c text, s int STATIC, v list<int>, PRIMARY "
		  "KEY (k, c)) WITH CLUSTERING ORDER BY (c DESC)",
		  NULL, "schema CREATED TABLE ks.t" },
		{ "its columns", COLUMNS, NULL,
		  "rows: column_name='c' kind='clustering' position=0 clustering_order='desc' "
		  "type='text' | column_name='k' kind='partition_key' position=0 "
		  "clustering_order='none' type='int' | column_name='s' kind='static' "
		  "position=-1 clustering_order='none' type='int' | column_name='v' "
		  "kind='regular' position=-1 clustering_order='none' type='list<int>'" },
		{ "drop one", "ALTER TABLE t DROP v", NULL, "schema UPDATED TABLE ks.t" },
		{ "one less",
		  "SELECT column_name FROM system_schema.columns WHERE keyspace_name = 'ks'", NULL,
		  "rows: column_name='c' | column_name='k' | column_name='s'" },
		{ "it is dropped",
		  "SELECT column_name, kind, type FROM system_schema.dropped_columns", NULL,
		  "rows: column_name='v' kind='regular' type='list<int>'" },
		{ "a type", "CREATE TYPE u (\"A b\" int, c frozen<list<text>>)", NULL,
		  "schema CREATED TYPE ks.u" },
		{ "as rows", "SELECT * FROM system_schema.types", NULL,
		  "rows: keyspace_name='ks' type_name='u' field_names=['A b', 'c'] "
		  "field_types=['int', 'frozen<list<text>>']" },
		{ "an index", "CREATE INDEX i ON t (s)", NULL, "schema UPDATED TABLE ks.t" },
		{ "one of a class", "CREATE INDEX j ON t (c) USING 'sai'", NULL,
		  "schema UPDATED TABLE ks.t" },
		{ "as rows too",
		  "SELECT table_name, index_name, kind, options FROM system_schema.indexes", NULL,
		  "rows: table_name='t' index_name='i' kind='COMPOSITES' options={'target': 's'} | "
		  "table_name='t' index_name='j' kind='CUSTOM' options={'class_name': 'sai', "
		  "'target': 'c'}" },
		{ "counters have a flag", "CREATE TABLE n (k int PRIMARY KEY, c counter)", NULL,
		  "schema CREATED TABLE ks.n" },
		{ "and others not",
		  "SELECT table_name, flags FROM system_schema.tables WHERE keyspace_name = 'ks'",
		  NULL,
		  "rows: table_name='n' flags={'compound', 'counter'} | table_name='t' "
		  "flags={'compound'}" },
		{ "the keyspace goes", "DROP KEYSPACE ks", NULL, "schema DROPPED KEYSPACE ks" },
		{ "and its rows with it", COLUMNS, NULL, "rows:" },
		{ "all of them", "SELECT * FROM system_schema.indexes", NULL, "rows:" },
		{ "types as well", "SELECT * FROM system_schema.types", NULL, "rows:" },
		{ "and itself",
		  "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = 'ks'",
		  NULL, "rows:" },
		{ "back with less",
		  "CREATE KEYSPACE ks WITH replication = {'class': "
		  "'SimpleStrategy', 'replication_factor': 1}",
		  NULL, "schema CREATED KEYSPACE ks" },
		{ "a row again",
		  "SELECT durable_writes, replication FROM system_schema.keyspaces WHERE "
		  "keyspace_name = 'ks'",
		  NULL,
		  "rows: durable_writes=true replication={'class': "
		  "'org.apache.cassandra.locator.SimpleStrategy', 'replication_factor': '1'}" },
		{ "nothing in it", COLUMNS, NULL, "rows:" },
		{ "virtual ones are elsewhere", "SELECT * FROM system_virtual_schema.keyspaces",
		  NULL,
		  "rows: keyspace_name='system_views' | keyspace_name='system_virtual_schema'" },
		{ "with their tables",
		  "SELECT comment FROM system_virtual_schema.tables WHERE keyspace_name = "
		  "'system_views' AND table_name = 'clients'",
		  NULL, "rows: comment='currently connected clients'" },
		{ "and columns",
		  "SELECT type FROM system_virtual_schema.columns WHERE keyspace_name = "
		  "'system_views' AND table_name = 'settings'",
		  NULL, "rows: type='text' | type='text'" },
	};
	struct fixture f;

	(void)state;
	fixture_begin(&f, NULL);
	assert_true(nd_system_init(&f.db));
	fixture_rows(&f, rows, CD_COUNT(rows));
	fixture_end(&f);
#undef COLUMNS
}

/* ---- there and back --------------------------------------------------------------------------------- */

/* The value of a column in a row as the fixture prints it: the literal, which ends at a blank outside
 * of quotes and brackets. Behind it in *at. */
static void take_value(const char **at, const char *name, char *out, size_t size)
{
	char key[80];
	const char *from, *to;
	bool quoted = false;
	int depth = 0;

	snprintf(key, sizeof key, "%s=", name);
	from = strstr(*at, key);
	if (!from)
		fail_msg("no %s in %s", name, *at);
	from += strlen(key);
	for (to = from; *to && (quoted || depth || *to != ' '); to++) {
		quoted ^= *to == '\'';
		depth += !quoted && strchr("{[(", *to) ? 1 : !quoted && strchr("}])", *to) ? -1 : 0;
	}
	snprintf(out, size, "%.*s", (int)(to - from), from);
	*at = to;
}

/* A text without its quotes. */
static void take_text(const char **at, const char *name, char *out, size_t size)
{
	char value[512];
	size_t len = 0;

	take_value(at, name, value, sizeof value);
	for (const char *c = value + 1; c[0] && c[1] && len + 1 < size; c++)
		out[len++] = *c == '\'' ? *c++ : *c;
	out[len] = '\0';
}

struct shown_column {
	char name[64], type[256], kind[16], order[8], position[8];
};

static size_t read_columns(struct fixture *f, struct shown_column *out, size_t most)
{
	const char *at = fixture_run(f, "SELECT column_name, type, kind, clustering_order, "
					"position FROM system_schema.columns WHERE keyspace_name = "
					"'ks' AND table_name = 't'");
	size_t n = 0;

	while (strstr(at, "column_name=")) {
		assert_true(n < most);
		take_text(&at, "column_name", out[n].name, sizeof out[n].name);
		take_text(&at, "type", out[n].type, sizeof out[n].type);
		take_text(&at, "kind", out[n].kind, sizeof out[n].kind);
		take_text(&at, "clustering_order", out[n].order, sizeof out[n].order);
		take_value(&at, "position", out[n].position, sizeof out[n].position);
		n++;
	}
	return n;
}

static void add(char *out, const char *a, const char *b, const char *c)
{
	strcat(strcat(strcat(out, a), b), c);
}

/* "k, c" and so on: the columns of a kind in their places. */
static void add_key(char *out, const struct shown_column *c, size_t count, const char *kind,
		    bool with_order, const char *between)
{
	bool first = true;

	for (size_t place = 0; place < count; place++)
		for (size_t i = 0; i < count; i++) {
			if (strcmp(c[i].kind, kind) != 0 || (size_t)atoi(c[i].position) != place)
				continue;
			add(out, first ? "" : between, "\"", c[i].name);
			add(out, "\"", with_order ? " " : "", with_order ? c[i].order : "");
			first = false;
		}
}

static void add_options(struct fixture *f, char *out)
{
	static const char *const names[] = {
		"additional_write_policy",
		"bloom_filter_fp_chance",
		"caching",
		"comment",
		"compaction",
		"compression",
		"crc_check_chance",
		"default_time_to_live",
		"gc_grace_seconds",
		"id",
		"max_index_interval",
		"memtable_flush_period_in_ms",
		"min_index_interval",
		"read_repair",
		"speculative_retry",
	};
	char value[1024];

	for (size_t i = 0; i < CD_COUNT(names); i++) {
		char cql[256];
		const char *at;

		snprintf(cql, sizeof cql,
			 "SELECT %s FROM system_schema.tables WHERE keyspace_name = 'ks' AND "
			 "table_name = 't'",
			 names[i]);
		at = fixture_run(f, cql);
		take_value(&at, names[i], value, sizeof value);
		add(out, i ? " AND " : " WITH ", names[i], " = ");
		strcat(out, value);
	}
}

/* What DESCRIBE would say, from the rows alone. */
static void describe(struct fixture *f, char *out)
{
	struct shown_column c[32];
	size_t count = read_columns(f, c, CD_COUNT(c));
	bool ordered = false;

	strcpy(out, "CREATE TABLE t (");
	for (size_t i = 0; i < count; i++) {
		add(out, "\"", c[i].name, "\" ");
		add(out, c[i].type, strcmp(c[i].kind, "static") == 0 ? " STATIC" : "", ", ");
		ordered = ordered || strcmp(c[i].kind, "clustering") == 0;
	}
	strcat(out, "PRIMARY KEY ((");
	add_key(out, c, count, "partition_key", false, ", ");
	add(out, ")", ordered ? ", " : "", "");
	add_key(out, c, count, "clustering", false, ", ");
	strcat(out, "))");
	add_options(f, out);
	if (!ordered)
		return;
	strcat(out, " AND CLUSTERING ORDER BY (");
	add_key(out, c, count, "clustering", true, ", ");
	strcat(out, ")");
}

static void make(struct fixture *f, const char *const *types, const char *table, const char *index)
{
	fixture_begin(f, NULL);
	assert_true(nd_system_init(&f->db));
	for (size_t i = 0; i < 2 && types[i]; i++)
		assert_memory_equal(fixture_run(f, types[i]), "schema ", 7);
	if (strncmp(fixture_run(f, table), "schema ", 7) != 0)
		fail_msg("%s: %s", table, f->text);
	if (index)
		assert_memory_equal(fixture_run(f, index), "schema ", 7);
}

static void comes_back(void **state)
{
	static const struct {
		const char *name, *types[2], *table, *index;
	} rows[] = {
		{ "a key alone", { NULL }, "CREATE TABLE t (k int PRIMARY KEY)", NULL },
		{ "two in the partition key",
		  { NULL },
		  "CREATE TABLE t (b int, a text, \"C d\" uuid, e int, PRIMARY KEY ((b, a), \"C d\"))",
		  NULL },
		{ "orders",
		  { NULL },
		  "CREATE TABLE t (k int, z int, y int, x int, PRIMARY KEY (k, z, y, x)) WITH "
		  "CLUSTERING ORDER BY (z DESC, y ASC, x DESC)",
		  NULL },
		{ "statics and collections",
		  { NULL },
		  "CREATE TABLE t (k int, c int, s set<text> STATIC, l list<frozen<map<int, text>>>, m "
		  "map<uuid, frozen<set<inet>>>, f frozen<list<int>>, PRIMARY KEY (k, c))",
		  NULL },
		{ "tuples and vectors",
		  { NULL },
		  "CREATE TABLE t (k frozen<tuple<int, text>> PRIMARY KEY, t tuple<int, list<text>>, v "
		  "vector<float, 3>, w vector<text, 2>)",
		  NULL },
		{ "every native type",
		  { NULL },
		  "CREATE TABLE t (k ascii PRIMARY KEY, a bigint, b blob, c boolean, d date, e "
		  "decimal, f double, g duration, h float, i inet, j smallint, l text, m time, n "
		  "timestamp, o timeuuid, p tinyint, q varchar, r varint)",
		  NULL },
		{ "counters",
		  { NULL },
		  "CREATE TABLE t (k int, c int, n counter, s counter STATIC, PRIMARY KEY (k, c))",
		  NULL },
		{ "user types",
		  { "CREATE TYPE u (a int, \"B c\" text)", "CREATE TYPE \"V w\" (u frozen<u>)" },
		  "CREATE TABLE t (k int PRIMARY KEY, a u, b frozen<u>, c list<frozen<\"V w\">>)",
		  NULL },
		{ "options",
		  { NULL },
		  "CREATE TABLE t (k int PRIMARY KEY) WITH comment = 'it''s {a} map' AND "
		  "bloom_filter_fp_chance = 0.25 AND gc_grace_seconds = 5 AND caching = {'keys': "
		  "'NONE'} AND compression = {'enabled': 'false'} AND compaction = {'class': "
		  "'LeveledCompactionStrategy', 'sstable_size_in_mb': 10} AND speculative_retry = "
		  "'10ms' AND additional_write_policy = 'NONE' AND read_repair = 'none' AND "
		  "crc_check_chance = 0.5 AND min_index_interval = 2 AND max_index_interval = 4 AND "
		  "memtable_flush_period_in_ms = 7 AND default_time_to_live = 9",
		  NULL },
	};
	struct fixture f, again;
	char cql[8192];

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct nd_table *a, *b;

		make(&f, rows[i].types, rows[i].table, NULL);
		describe(&f, cql);
		make(&again, rows[i].types, cql, NULL);
		a = nd_keyspace_table(nd_schema_keyspace(&f.db.schema, "ks"), "t");
		b = nd_keyspace_table(nd_schema_keyspace(&again.db.schema, "ks"), "t");
		if (memcmp(a->digest, b->digest, sizeof a->digest) != 0)
			fail_msg("%s: %s", rows[i].name, cql);
		CD_CHECK(memcmp(&f.db.schema.version, &again.db.schema.version, 16) == 0,
			 rows[i].name);
		fixture_end(&f);
		fixture_end(&again);
	}
}

/* ---- without memory ---------------------------------------------------------------------------------- */

static bool read_all(const coodie_allocator *allocator, void *user)
{
	static const char *const statements[] = {
		"SELECT * FROM system.local",
		"SELECT * FROM system_schema.keyspaces",
		"SELECT * FROM system_schema.indexes",
		"SELECT * FROM system_virtual_schema.columns",
	};
	struct fixture *f = user;
	const coodie_allocator *before = f->arena.allocator;
	bool ok = true;

	for (size_t i = 0; ok && i < CD_COUNT(statements); i++) {
		fixture_forget(f);
		cd_arena_deinit(&f->arena);
		cd_arena_init(&f->arena, allocator, 0);
		ok = strncmp(fixture_run(f, statements[i]), "rows: ", 6) == 0;
		if (!ok)
			assert_string_equal(f->text, "0x0000 the node is out of memory");
	}
	fixture_forget(f);
	cd_arena_deinit(&f->arena);
	cd_arena_init(&f->arena, before, 0);
	/* made again by the next run */
	f->db.schema.change++;
	return ok;
}

static void reads_without_memory(void **state)
{
	struct fixture f;

	(void)state;
	fixture_begin(&f, NULL);
	assert_true(nd_system_init(&f.db));
	assert_memory_equal(fixture_run(&f, "CREATE TABLE t (k int PRIMARY KEY, v int)"), "schema",
			    6);
	assert_memory_equal(fixture_run(&f, "CREATE INDEX ON t (v)"), "schema", 6);
	assert_true(cd_failalloc_each("read", read_all, &f));
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_without_memory),
		cmocka_unit_test(is_the_same_every_time),
		cmocka_unit_test(shows_the_cluster),
		cmocka_unit_test(knows_one_node_by_default),
		cmocka_unit_test(follows_changes),
		cmocka_unit_test(comes_back),
		cmocka_unit_test(reads_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
