/* SPDX-License-Identifier: MIT */
/* net/ring/topology.c and net/ring/partitioner.c: rows of the system's tables to hosts, slots that stay, what
 * has changed, and each allocation failed. */
#include "tests/test.h"

#include <coodie/token.h>

#include "net/ring/topology.h"
#include "tests/failalloc.h"
#include "tests/table.h"

/* ---- rows ------------------------------------------------------------------------------------- */

#define ID(n) "00000000-0000-4000-8000-0000000000" n
#define VERSION "11111111-1111-4111-8111-111111111111"
#define PLACE(center, rack) "'" center "' | '" rack "' | '5.0.6' | " VERSION

static const char local_columns[] =
	"key text, cluster_name text, partitioner text, rpc_address inet, broadcast_address inet, "
	"rpc_port int, host_id uuid, data_center text, rack text, release_version text, "
	"schema_version uuid, tokens set<text>";
static const char peer_columns[] =
	"peer inet, rpc_address inet, host_id uuid, data_center text, rack text, "
	"release_version text, schema_version uuid, tokens set<text>";
static const char v2_columns[] =
	"peer inet, peer_port int, native_address inet, native_port int, host_id uuid, "
	"data_center text, rack text, release_version text, schema_version uuid, tokens set<text>";

#define MURMUR "'org.apache.cassandra.dht.Murmur3Partitioner'"
#define LOCAL_AT(address, tokens) \
	"'local' | 'c' | " MURMUR " | '" address \
	"' | '10.9.9.9' | 9142 | " ID("01") " | " PLACE("dc1", "r1") " | " tokens
#define LOCAL LOCAL_AT("10.0.0.1", "{'1', '-5', '100'}")
#define PEER(address, id, place, tokens) \
	"'" address "' | '" address "' | " ID(id) " | " place " | " tokens

struct setting {
	const char *local_columns, *local, *peer_columns;
	const char *peers[8];
	bool is_scylla;
};

static size_t count_of(const char *const *rows)
{
	size_t count = 0;

	while (count < 8 && rows[count])
		count++;
	return count;
}

static struct cd_topology *make(const coodie_allocator *a, const struct setting *s,
				const struct cd_topology *previous, coodie_error *err)
{
	struct cd_topology_source source = { .is_scylla = s->is_scylla,
					     .address = { { 127, 0, 0, 1 }, 4 },
					     .port = 9042 };
	size_t peers = count_of(s->peers);

	source.local = table_result(NULL, s->local_columns ? s->local_columns : local_columns,
				    &s->local, s->local ? 1 : 0);
	if (peers)
		source.peers = table_result(NULL, s->peer_columns ? s->peer_columns : peer_columns,
					    s->peers, peers);
	struct cd_topology *t = cd_topology_new(a, previous, &source, err);
	coodie_result_free(source.local);
	coodie_result_free(source.peers);
	return t;
}

/* Every host by its slot, as "0:01 10.0.0.1:9142 dc1/r1 3*", where * is the host that was asked. */
static const char *say(const struct cd_topology *t, char *out, size_t size)
{
	*out = '\0';
	for (uint32_t i = 0; i < t->host_count; i++) {
		const struct cd_topology_host *h = &t->hosts[i];
		char inet[CQL_INET_TEXT_SIZE];
		size_t len = strlen(out);
		snprintf(out + len, size - len, "%s%u:%02x %s:%u %s/%s %u%s", i ? ", " : "",
			 (unsigned)h->slot, h->host_id.bytes[15], cql_inet_format(h->address, inet),
			 (unsigned)h->port, h->datacenter, h->rack, (unsigned)h->token_count,
			 h->is_local ? "*" : "");
		assert_ptr_equal(cd_topology_at(t, h->slot), h);
		assert_ptr_equal(cd_topology_find(t, &h->host_id), h);
		assert_string_equal(t->places[h->place].datacenter, h->datacenter);
		assert_string_equal(t->places[h->place].rack, h->rack);
	}
	return out;
}

static const struct {
	const char *name;
	struct setting with;
	const char *want; /* NULL: refused */
	const char *note; /* of the row that was skipped, or the error; NULL: none */
} readings[] = {
	{ "one host", { .local = LOCAL }, "0:01 10.0.0.1:9142 dc1/r1 3*", NULL },
	{ "no rpc_address: the broadcast one",
	  { .local = LOCAL_AT("0.0.0.0", "{'1'}") },
	  "0:01 10.9.9.9:9142 dc1/r1 1*",
	  NULL },
	{ "no address at all: where it is connected to",
	  { .local_columns = "host_id uuid, partitioner text, tokens set<text>",
	    .local = ID("01") " | " MURMUR " | {'1'}" },
	  "0:01 127.0.0.1:9042 / 1*",
	  NULL },
	{ "a host that coordinates only",
	  { .local = LOCAL_AT("10.0.0.1", "null") },
	  "0:01 10.0.0.1:9142 dc1/r1 0*",
	  NULL },
	{ "peers",
	  { .local = LOCAL,
	    .peers = { PEER("10.0.0.3", "03", PLACE("dc2", "r1"), "{'7'}"),
		       PEER("10.0.0.2", "02", PLACE("dc1", "r2"), "{'8', '9'}") } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*, 1:02 10.0.0.2:9042 dc1/r2 2, 2:03 10.0.0.3:9042 dc2/r1 1",
	  NULL },
	{ "peers_v2: ports of their own",
	  { .local = LOCAL,
	    .peer_columns = v2_columns,
	    .peers = { "'10.0.0.1' | 7001 | '10.0.0.1' | 9143 | " ID("02") " | " PLACE(
			       "dc1", "r1") " | {'7'}",
		       "'fd00::1' | 7001 | '::' | null | " ID("03") " | " PLACE(
			       "dc1", "r1") " | {'8'}" } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*, 1:02 10.0.0.1:9143 dc1/r1 1, 2:03 fd00::1:9042 dc1/r1 1",
	  NULL },
	{ "0.0.0.0: the peer's address",
	  { .local = LOCAL,
	    .peers = { "'10.0.0.7' | '0.0.0.0' | " ID("02") " | " PLACE("dc1", "r1") " | {'7'}" } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*, 1:02 10.0.0.7:9042 dc1/r1 1",
	  NULL },
	{ "no address",
	  { .local = LOCAL,
	    .peers = { "'0.0.0.0' | null | " ID("02") " | " PLACE("dc1", "r1") " | {'7'}" } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*",
	  "system.peers, a row: no address" },
	{ "no host id",
	  { .local = LOCAL,
	    .peers = { "'10.0.0.2' | null | null | " PLACE("dc1", "r1") " | {'7'}" } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*",
	  "system.peers, 10.0.0.2: no host_id" },
	{ "no datacenter",
	  { .local = LOCAL,
	    .peers = { "'10.0.0.2' | null | " ID("02") " | null | null | null | null | {'7'}" } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*",
	  "system.peers, 10.0.0.2: no data_center" },
	{ "no tokens: Cassandra's joins",
	  { .local = LOCAL, .peers = { PEER("10.0.0.2", "02", PLACE("dc1", "r1"), "null") } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*",
	  "system.peers, 10.0.0.2: no tokens: it has not joined" },
	{ "no tokens: ScyllaDB's coordinates",
	  { .local = LOCAL,
	    .peers = { PEER("10.0.0.2", "02", PLACE("dc1", "r1"), "null") },
	    .is_scylla = true },
	  "0:01 10.0.0.1:9142 dc1/r1 3*, 1:02 10.0.0.2:9042 dc1/r1 0",
	  NULL },
	{ "tokens that are none",
	  { .local = LOCAL,
	    .peers = { PEER("10.0.0.2", "02", PLACE("dc1", "r1"),
			    "{'', '-', 'x', '1.5', '9223372036854775808', "
			    "'-9223372036854775808', '9223372036854775807'}") } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*, 1:02 10.0.0.2:9042 dc1/r1 2",
	  NULL },
	{ "two rows of one host: the one with tokens",
	  { .local = LOCAL,
	    .peers = { PEER("10.0.0.3", "02", PLACE("dc1", "r1"), "null"),
		       PEER("10.0.0.2", "02", PLACE("dc1", "r1"), "{'7'}") },
	    .is_scylla = true },
	  "0:01 10.0.0.1:9142 dc1/r1 3*, 1:02 10.0.0.2:9042 dc1/r1 1",
	  "system.peers, 10.0.0.3: another row of host " ID("02") },
	{ "two rows of one host: the first",
	  { .local = LOCAL,
	    .peers = { PEER("10.0.0.3", "02", PLACE("dc1", "r1"), "{'7'}"),
		       PEER("10.0.0.2", "02", PLACE("dc1", "r1"), "{'7'}") } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*, 1:02 10.0.0.3:9042 dc1/r1 1",
	  "system.peers, 10.0.0.2: another row of host " ID("02") },
	{ "a peer that is the host asked",
	  { .local = LOCAL, .peers = { PEER("10.0.0.3", "01", PLACE("dc1", "r1"), "{'7'}") } },
	  "0:01 10.0.0.1:9142 dc1/r1 3*",
	  "system.peers, 10.0.0.3: another row of host " ID("01") },
	{ "columns of other types",
	  { .local_columns = "host_id uuid, partitioner text, tokens list<text>, rack int, "
			     "rpc_address text, rpc_port int",
	    .local = ID("01") " | " MURMUR " | ['1'] | 5 | '10.0.0.1' | 70000" },
	  "0:01 127.0.0.1:9042 / 0*",
	  NULL },
	{ "no host id of the host asked",
	  { .local_columns = "host_id uuid, partitioner text, rpc_address inet",
	    .local = "null | " MURMUR " | '10.0.0.1'" },
	  NULL,
	  "no host is known: system.local, 10.0.0.1: no host_id" },
	{ "another table",
	  { .local_columns = "key text", .local = "'local'" },
	  NULL,
	  "system.local: the answer has no column host_id" },
	{ "another table of peers",
	  { .local = LOCAL, .peer_columns = "peer inet", .peers = { "'10.0.0.1'" } },
	  NULL,
	  "system.peers: the answer has no column host_id" },
	{ "no row", { .local = NULL }, NULL, "system.local: 0 rows; expected 1" },
};

static void test_readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(readings); i++) {
		const char *name = readings[i].name;
		coodie_error err = { 0 };
		struct cd_topology *t = make(NULL, &readings[i].with, NULL, &err);
		char text[1024];
		if (!readings[i].want) {
			CD_CHECK(!t && err.code == COODIE_ERR_PROTOCOL, name);
			assert_string_equal(err.message, readings[i].note);
			continue;
		}
		CD_CHECK(t, name);
		assert_string_equal(say(t, text, sizeof text), readings[i].want);
		CD_CHECK(t->skipped == (readings[i].note != NULL), name);
		if (readings[i].note)
			assert_string_equal(t->notes[0], readings[i].note);
		cd_topology_free(t);
	}
}

static void test_cluster(void **state)
{
	static const struct setting with = {
		.local = LOCAL,
		.peers = { PEER("10.0.0.3", "03", PLACE("dc2", "r1"), "{'7'}"),
			   PEER("10.0.0.2", "02", PLACE("dc1", "r2"), "{'8', '9'}"),
			   PEER("10.0.0.4", "04", PLACE("dc1", "r2"), "{'80'}") }
	};
	static const cql_inet third = { { 10, 0, 0, 3 }, 4 };
	struct cd_topology *t = make(NULL, &with, NULL, NULL), *same = cd_topology_ref(t);
	cql_uuid nobody = { { 1 } };

	(void)state;
	assert_string_equal(t->cluster_name, "c");
	assert_string_equal(t->partitioner_name, "Murmur3Partitioner");
	assert_int_equal(t->partitioner, CD_PARTITIONER_MURMUR3);
	assert_int_equal(t->place_count, 3);
	assert_int_equal(t->datacenter_count, 2);
	assert_int_equal(t->places[1].datacenter_number, 0);
	assert_int_equal(t->places[2].datacenter_number, 1);
	assert_int_equal(t->hosts[0].schema_version.bytes[0], 0x11);
	assert_string_equal(t->hosts[0].release, "5.0.6");
	/* as numbers, not as the set's texts */
	assert_int_equal(t->hosts[0].tokens[0].high, -5);
	assert_int_equal(t->hosts[0].tokens[1].high, 1);
	assert_int_equal(t->hosts[0].tokens[2].high, 100);
	assert_int_equal(cd_topology_find_address(t, &third, 9042)->host_id.bytes[15], 3);
	assert_int_equal(cd_topology_find_address(t, &third, 0)->host_id.bytes[15], 3);
	assert_null(cd_topology_find_address(t, &third, 9043));
	assert_null(cd_topology_find(t, &nobody));
	assert_null(cd_topology_at(t, t->slot_count));
	cd_topology_free(t);
	assert_int_equal(same->host_count, 4);
	cd_topology_free(same);
	cd_topology_free(NULL);
	assert_null(cd_topology_ref(NULL));
}

/* ---- one after another ------------------------------------------------------------------------- */

#define P(n, tokens) PEER("10.0.0." n, "0" n, PLACE("dc1", "r1"), tokens)

static const struct {
	const char *name;
	struct setting with;
	const char *slots;   /* the host of each slot */
	const char *changes; /* from the topology before */
} steps[] = {
	{ "three",
	  { .local = LOCAL, .peers = { P("2", "{'7'}"), P("3", "{'8'}") } },
	  "1 2 3 ",
	  "+1 +2 +3 " },
	{ "the same, asked elsewhere",
	  { .local = LOCAL, .peers = { P("3", "{'8'}"), P("2", "{'7'}") } },
	  "1 2 3 ",
	  "" },
	{ "one left, one came: not to its slot",
	  { .local = LOCAL, .peers = { P("3", "{'8'}"), P("4", "{'9'}") } },
	  "1 - 3 4 ",
	  "-2 +4 " },
	{ "the slot is free now",
	  { .local = LOCAL, .peers = { P("5", "{'6'}"), P("3", "{'8'}"), P("4", "{'9'}") } },
	  "1 5 3 4 ",
	  "+5 " },
	{ "moved, placed, other tokens, released",
	  { .local = LOCAL,
	    .peers = { PEER("10.1.0.5", "05", PLACE("dc1", "r1"), "{'6'}"),
		       PEER("10.0.0.3", "03", PLACE("dc1", "r2"), "{'8', '80'}"),
		       PEER("10.0.0.4", "04", "'dc1' | 'r1' | '5.0.7' | " VERSION, "{'9'}") } },
	  "1 5 3 4 ",
	  "5:4 3:24 4:32 " },
	{ "the others left", { .local = LOCAL }, "1 ", "-5 -3 -4 " },
	{ "they are back",
	  { .local = LOCAL, .peers = { P("2", "{'7'}"), P("3", "{'8'}") } },
	  "1 2 3 ",
	  "+2 +3 " },
	{ "another partitioner",
	  { .local_columns = "host_id uuid, partitioner text, tokens set<text>, data_center text, "
			     "rack text, release_version text",
	    .local = ID("01") " | 'RandomPartitioner' | {'1'} | 'dc1' | 'r1' | '5.0.6'" },
	  "1 ",
	  "-2 -3 1:20 " },
};

struct telling {
	char text[256];
	unsigned all;
};

static void tell(const struct cd_topology_host *before, const struct cd_topology_host *after,
		 unsigned what, void *user)
{
	struct telling *t = user;
	size_t len = strlen(t->text);
	int host = (after ? after : before)->host_id.bytes[15];

	t->all |= what;
	if (before && after)
		snprintf(t->text + len, sizeof t->text - len, "%d:%u ", host, what);
	else
		snprintf(t->text + len, sizeof t->text - len, "%c%d ", after ? '+' : '-', host);
	assert_int_equal(what == CD_TOPOLOGY_ADDED, !before);
	assert_int_equal(what == CD_TOPOLOGY_REMOVED, !after);
}

static void test_steps(void **state)
{
	struct cd_topology *last = NULL;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(steps); i++) {
		struct cd_topology *t = make(NULL, &steps[i].with, last, NULL);
		struct telling told = { .text = "" };
		char slots[64] = "";
		CD_CHECK(t, steps[i].name);
		for (uint32_t slot = 0; slot < t->slot_count; slot++) {
			const struct cd_topology_host *h = cd_topology_at(t, slot);
			size_t len = strlen(slots);
			if (h)
				snprintf(slots + len, sizeof slots - len, "%d ",
					 h->host_id.bytes[15]);
			else
				snprintf(slots + len, sizeof slots - len, "- ");
		}
		assert_string_equal(slots, steps[i].slots);
		unsigned all = cd_topology_compare(last, t, tell, &told);
		assert_int_equal(all, told.all);
		assert_string_equal(told.text, steps[i].changes);
		assert_int_equal(cd_topology_compare(last, t, NULL, NULL), told.all);
		assert_int_equal(cd_topology_compare(t, t, tell, &told), 0);
		cd_topology_free(last);
		last = t;
	}
	cd_topology_free(last);
}

static void test_notes_have_an_end(void **state)
{
	enum { ROWS = 40 };
	const char *rows[ROWS], *local = LOCAL;
	struct cd_topology_source source = { .port = 9042 };

	(void)state;
	for (int i = 0; i < ROWS; i++)
		rows[i] = "'10.0.0.2' | null | null | null | null | null | null | null";
	source.local = table_result(NULL, local_columns, &local, 1);
	source.peers = table_result(NULL, peer_columns, rows, ROWS);
	struct cd_topology *t = cd_topology_new(NULL, NULL, &source, NULL);
	assert_int_equal(t->skipped, ROWS);
	assert_int_equal(t->note_count, CD_TOPOLOGY_NOTES);
	cd_topology_free(t);
	coodie_result_free(source.local);
	coodie_result_free(source.peers);
}

static bool use_memory(const coodie_allocator *a, void *user)
{
	const struct cd_topology *previous = user;
	static const struct setting with = { .local = LOCAL,
					     .peers = { P("3", "{'8'}"), P("4", "null"),
							P("3", "{'9'}"), P("5", "{'9'}") } };
	coodie_error err;
	struct cd_topology *t = make(a, &with, previous, &err);

	if (!t)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	cd_topology_free(t);
	return t;
}

static void test_without_memory(void **state)
{
	struct cd_topology *previous = make(NULL, &steps[0].with, NULL, NULL);

	(void)state;
	assert_true(cd_failalloc_each("a topology", use_memory, previous));
	cd_topology_free(previous);
}

static void test_statements(void **state)
{
	(void)state;
	assert_string_equal(cd_topology_statement(CD_TOPOLOGY_LOCAL, false),
			    "SELECT * FROM system.local WHERE key = 'local'");
	assert_string_equal(cd_topology_statement(CD_TOPOLOGY_PEERS, true),
			    "SELECT * FROM system.peers USING TIMEOUT 10s");
	assert_string_equal(cd_topology_statement(CD_TOPOLOGY_PEERS_V2, false),
			    "SELECT * FROM system.peers_v2");
	assert_non_null(strstr(cd_topology_statement(CD_TOPOLOGY_ROUTES, true), "IN ? USING"));
}

/* ---- tokens ------------------------------------------------------------------------------------ */

static const struct {
	const char *text;
	enum cd_partitioner p;
	bool ok;
	struct cd_token want;
} tokens[] = {
	{ "0", CD_PARTITIONER_MURMUR3, true, { 0, 0 } },
	{ "-1", CD_PARTITIONER_MURMUR3, true, { -1, 0 } },
	{ "9223372036854775807", CD_PARTITIONER_MURMUR3, true, { INT64_MAX, 0 } },
	{ "-9223372036854775808", CD_PARTITIONER_MURMUR3, true, { INT64_MIN, 0 } },
	{ "9223372036854775808", CD_PARTITIONER_MURMUR3, false, { 0, 0 } },
	{ "-9223372036854775809", CD_PARTITIONER_MURMUR3, false, { 0, 0 } },
	{ "99999999999999999999", CD_PARTITIONER_MURMUR3, false, { 0, 0 } },
	{ "000000000000000000001", CD_PARTITIONER_MURMUR3, false, { 0, 0 } },
	{ "+1", CD_PARTITIONER_MURMUR3, false, { 0, 0 } },
	{ "0", CD_PARTITIONER_RANDOM, true, { INT64_MIN, 0 } },
	{ "-1", CD_PARTITIONER_RANDOM, true, { INT64_MIN, 0 } },
	{ "1", CD_PARTITIONER_RANDOM, true, { INT64_MIN, 2 } },
	{ "9223372036854775808", CD_PARTITIONER_RANDOM, true, { INT64_MIN + 1, 0 } },
	{ "18446744073709551616", CD_PARTITIONER_RANDOM, true, { INT64_MIN + 2, 0 } },
	{ "170141183460469231731687303715884105727",
	  CD_PARTITIONER_RANDOM,
	  true,
	  { INT64_MAX, UINT64_MAX - 1 } },
	{ "170141183460469231731687303715884105728",
	  CD_PARTITIONER_RANDOM,
	  true,
	  { INT64_MAX, UINT64_MAX } },
	{ "170141183460469231731687303715884105729", CD_PARTITIONER_RANDOM, false, { 0, 0 } },
	{ "999999999999999999999999999999999999999", CD_PARTITIONER_RANDOM, false, { 0, 0 } },
	{ "1000000000000000000000000000000000000000", CD_PARTITIONER_RANDOM, false, { 0, 0 } },
	{ "-2", CD_PARTITIONER_RANDOM, false, { 0, 0 } },
	{ "", CD_PARTITIONER_RANDOM, false, { 0, 0 } },
	{ "cafe", CD_PARTITIONER_OTHER, false, { 0, 0 } },
};

static void test_tokens(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(tokens); i++) {
		struct cd_token t = { 0, 0 };
		bool ok = cd_partitioner_parse(tokens[i].p, cql_text_of(tokens[i].text), &t);
		CD_CHECK(ok == tokens[i].ok, tokens[i].text);
		CD_CHECK(t.high == tokens[i].want.high && t.low == tokens[i].want.low,
			 tokens[i].text);
	}
}

/* What the public functions say, which have vectors of their own. */
static void test_keys(void **state)
{
	char key[40], digits[CQL_RANDOM_TOKEN_SIZE];
	struct cd_token a, b;

	(void)state;
	for (int i = 0; i < 500; i++) {
		int len = i ? snprintf(key, sizeof key, "key %d", i) : 0;
		assert_true(cd_partitioner_token(CD_PARTITIONER_MURMUR3, key, (size_t)len, &a));
		assert_int_equal(a.high, cql_murmur3_token(key, (size_t)len));
		if (!cql_random_token(key, (size_t)len, digits))
			continue; /* no MD5 here */
		assert_true(cd_partitioner_token(CD_PARTITIONER_RANDOM, key, (size_t)len, &a));
		assert_true(cd_partitioner_parse(CD_PARTITIONER_RANDOM, cql_text_of(digits), &b));
		assert_int_equal(a.high, b.high);
		assert_int_equal(a.low, b.low);
	}
	assert_false(cd_partitioner_token(CD_PARTITIONER_OTHER, key, 1, &a));
	assert_int_equal(cd_partitioner_of("RandomPartitioner"), CD_PARTITIONER_RANDOM);
	assert_int_equal(cd_partitioner_of("org.apache.cassandra.dht.ByteOrderedPartitioner"),
			 CD_PARTITIONER_OTHER);
}

static void test_token_order(void **state)
{
	static const struct cd_token order[] = {
		{ INT64_MIN, 0 }, { INT64_MIN, 1 },          { -1, 5 }, { 0, 0 }, { 0, 7 },
		{ 1, 0 },         { INT64_MAX, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(order); i++)
		for (size_t j = 0; j < CD_COUNT(order); j++)
			assert_int_equal(cd_token_is_less(order[i], order[j]), i < j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readings),       cmocka_unit_test(test_cluster),
		cmocka_unit_test(test_steps),          cmocka_unit_test(test_notes_have_an_end),
		cmocka_unit_test(test_without_memory), cmocka_unit_test(test_statements),
		cmocka_unit_test(test_tokens),         cmocka_unit_test(test_keys),
		cmocka_unit_test(test_token_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
