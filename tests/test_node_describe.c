/* SPDX-License-Identifier: MIT */
/* node/describe/: what is written makes the same schema again, pages end with the schema they began
 * with, and memory may run out anywhere. The words are tests/cql/describe.cql's. */
#include "tests/test.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "node/cluster/system.h"
#include "node/describe/describe.h"
#include "node/server/script.h"
#include "tests/failalloc.h"
#include "tests/node_ddl.h"
#include "tests/node_fixture.h"

static const char *const statements[] = {
	"CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
	"CREATE KEYSPACE \"Other\" WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 2} "
	"AND durable_writes = false",
	"CREATE TYPE ks.z (a int, \"B\"\"b\" text)",
	"CREATE TYPE ks.b (z frozen<list<frozen<z>>>)",
	"CREATE TYPE ks.a (b frozen<b>, z frozen<map<text, frozen<z>>>)",
	"CREATE TYPE \"Other\".a (v vector<float, 3>)",
	"CREATE TABLE ks.t (k int, \"C\" text, s text STATIC, v frozen<a>, l list<frozen<z>>, m "
	"map<int, text>, f frozen<set<int>>, PRIMARY KEY (k, \"C\")) WITH CLUSTERING ORDER BY "
	"(\"C\" DESC) AND comment = 'it''s ''quoted''; -- no comment' AND compaction = {'class': "
	"'LeveledCompactionStrategy'} AND default_time_to_live = 5 AND speculative_retry = "
	"'MIN(99p,5ms)' AND bloom_filter_fp_chance = 0.0001",
	"CREATE TABLE ks.\"A_b\" (a int, b int, n counter, PRIMARY KEY ((a, b)))",
	"CREATE TABLE ks.a_c (a int PRIMARY KEY)",
	"CREATE TABLE \"Other\".t (a frozen<a> PRIMARY KEY)",
	"CREATE INDEX i ON ks.t (keys(m))",
	"CREATE INDEX \"J\" ON ks.t (\"C\")",
	"CREATE INDEX \"full\" ON ks.t (full(f))",
	"CREATE CUSTOM INDEX sai ON ks.t (s) USING 'sai' WITH OPTIONS = {'normalize': 'true', "
	"'case_sensitive': 'false'}",
};

static void begin(struct nd_ddl_test *t)
{
	char answer[256];

	assert_true(nd_ddl_test_init(t, NULL) && nd_system_init(&t->db));
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		nd_ddl_test_run(t, statements[i], answer, sizeof answer);
		if (strncmp(answer, "schema CREATED", 14) != 0 &&
		    strncmp(answer, "schema UPDATED", 14) != 0)
			fail_msg("%s: %s", statements[i], answer);
	}
}

static char *described(struct nd_ddl_test *t)
{
	struct cd_buffer out;

	cd_buffer_init(&out, NULL, 0);
	assert_true(nd_describe_schema(&t->db.schema, &out));
	cd_buffer_u8(&out, 0);
	assert_false(out.failed);
	return (char *)out.data; /* the caller's */
}

/* ---- the whole schema -------------------------------------------------------------------------- */

static void is_made_again(void **state)
{
	struct nd_ddl_test t, again;
	char *text, *second, answer[512];
	cql_text rest, one;
	unsigned count = 0;

	(void)state;
	begin(&t);
	text = described(&t);
	assert_null(strstr(text, "KEYSPACE system"));
	assert_true(nd_ddl_test_init(&again, NULL) && nd_system_init(&again.db));
	rest = (cql_text){ text, strlen(text) };
	while (nd_script_next(&rest, &one)) {
		char *cql = strndup(one.data, one.len);

		nd_ddl_test_run(&again, cql, answer, sizeof answer);
		if (strncmp(answer, "schema ", 7) != 0)
			fail_msg("%s: %s", cql, answer);
		free(cql);
		count++;
	}
	assert_int_equal(count, CD_COUNT(statements));
	second = described(&again);
	assert_string_equal(second, text);
	cd_release(NULL, text);
	cd_release(NULL, second);
	nd_ddl_test_deinit(&t);
	nd_ddl_test_deinit(&again);
}

static bool describe(const coodie_allocator *allocator, void *user)
{
	struct nd_ddl_test *t = user;
	struct nd_schema schema = t->db.schema;
	struct cd_buffer out;
	bool ok;

	schema.allocator = allocator;
	cd_buffer_init(&out, allocator, 0);
	ok = nd_describe_schema(&schema, &out);
	cd_buffer_deinit(&out);
	return ok;
}

static void needs_memory(void **state)
{
	struct nd_ddl_test t;

	(void)state;
	begin(&t);
	assert_true(cd_failalloc_each("describe", describe, &t));
	nd_ddl_test_deinit(&t);
}

/* ---- statements, without a keyspace in use -------------------------------------------------------- */

static const char *const tables[] = {
	"CREATE TYPE ty (a int)",
	"CREATE TABLE b (k int PRIMARY KEY)",
	"CREATE TABLE \"A_x\" (k int PRIMARY KEY)",
	"CREATE TABLE c (k int PRIMARY KEY, v int)",
	"CREATE INDEX c_i ON c (v)",
};

#define ROW(type, name) "keyspace_name='ks' type='" type "' name='" name "'"

static const struct fixture_row rows[] = {
	{ "keyspaces", "DESCRIBE KEYSPACES", NULL, "rows: " ROW("keyspace", "ks") },
	{ "tables, in letters of any case", "DESC TABLES", NULL,
	  "rows: " ROW("table", "\"A_x\"") " | " ROW("table", "b") " | " ROW("table", "c") },
	{ "types", "DESC TYPES", NULL, "rows: " ROW("type", "ty") },
	{ "functions", "DESC FUNCTIONS", NULL, "rows:" },
	{ "aggregates", "DESC AGGREGATES WITH INTERNALS", NULL, "rows:" },
	{ "the cluster", "DESC CLUSTER", NULL,
	  "rows: cluster='Test Cluster' partitioner='Murmur3Partitioner' "
	  "snitch='DynamicEndpointSnitch'" },
	{ "a keyspace that is not said", "DESC KEYSPACE", NULL,
	  "0x2200 No keyspace specified and no current keyspace" },
	{ "a table of no keyspace", "DESC TABLE b", NULL,
	  "0x2200 No keyspace specified and no current keyspace" },
	{ "a name is a keyspace's first", "DESC b", NULL, "0x2200 'b' not found in keyspaces" },
	{ "an index by its keyspace", "DESC ks.c_i", NULL,
	  "rows: " ROW("index", "c_i") " create_statement='CREATE INDEX c_i ON ks.c (v);'" },
};

static int begin_fixture(void **state)
{
	*state = fixture_with(tables, CD_COUNT(tables));
	return *state ? 0 : -1;
}

static void answers(void **state)
{
	fixture_rows(*state, rows, CD_COUNT(rows));
}

/* ---- pages ------------------------------------------------------------------------------------------ */

static void comes_in_pages(void **state)
{
	struct fixture *f = *state;

	f->has_page_rows = true;
	f->page_rows = 2;
	assert_string_equal(fixture_run(f, "DESC TABLES"),
			    "rows: " ROW("table", "\"A_x\"") " | " ROW("table", "b"));
	assert_non_null(f->paging_state.data);
	assert_string_equal(fixture_run(f, "DESC TABLES"), "rows: " ROW("table", "c"));
	assert_null(f->paging_state.data);
}

static void ends_with_its_schema(void **state)
{
	struct fixture *f = *state;
	cql_blob state_of_page;
	uint8_t forged[64];

	f->has_page_rows = true;
	f->page_rows = 1;
	fixture_run(f, "DESC TABLES");
	state_of_page = f->paging_state;
	assert_true(state_of_page.len && state_of_page.len < sizeof forged);
	memcpy(forged, state_of_page.data, state_of_page.len);
	for (size_t len = 0; len < state_of_page.len; len++) {
		f->paging_state = (cql_blob){ forged, len };
		assert_string_equal(fixture_run(f, "DESC TABLES"),
				    "0x000A Invalid value for the paging state");
	}
	f->paging_state = (cql_blob){ NULL, 0 };
	f->has_page_rows = false;
	fixture_run(f, "CREATE TABLE d (k int PRIMARY KEY)");
	f->paging_state = (cql_blob){ forged, state_of_page.len };
	assert_string_equal(fixture_run(f, "DESC TABLES"),
			    "0x2200 The schema has changed since the previous page of the "
			    "DESCRIBE statement result. Please retry the DESCRIBE statement.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_made_again),
		cmocka_unit_test(needs_memory),
		cmocka_unit_test_setup_teardown(answers, begin_fixture, fixture_teardown),
		cmocka_unit_test_setup_teardown(comes_in_pages, begin_fixture, fixture_teardown),
		cmocka_unit_test_setup_teardown(ends_with_its_schema, begin_fixture,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
