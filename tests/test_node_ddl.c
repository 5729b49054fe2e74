/* SPDX-License-Identifier: MIT */
/* Statements that change the schema, held against what Cassandra was recorded to answer. */
#include "tests/test.h"

#include <stdlib.h>

#include "node/cql/parser.h"
#include "tests/failalloc.h"
#include "tests/node_ddl.h"

/* ---- the recorded answers ----------------------------------------------------------------------- */

/* Statements whose answer is another one, on purpose or because the node has no such thing. */
static const struct {
	const char *cql, *want;
} others[] = {
	{ "CREATE TABLE cs (k int, c int, v int, PRIMARY KEY (k, c)) WITH COMPACT STORAGE",
	  "error 0x2200 COMPACT STORAGE is not supported by the node" },
};

static char *read_file(const char *name)
{
	const char *top = getenv("srcdir");
	char path[1024];
	FILE *f;
	long len;
	char *text;

	snprintf(path, sizeof path, "%s/tests/cql/%s.answers", top ? top : ".", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot open %s", path);
	fseek(f, 0, SEEK_END);
	len = ftell(f);
	rewind(f);
	text = malloc((size_t)len + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)len, f), (size_t)len);
	text[len] = '\0';
	fclose(f);
	return text;
}

/* Takes the next statement and its answer; false at the end. */
static bool next(char **at, char *cql, char *answer, size_t size)
{
	size_t len;

	*cql = *answer = '\0';
	while (**at && strncmp(*at, "> ", 2) != 0)
		*at += strcspn(*at, "\n") + (strchr(*at, '\n') != NULL);
	for (; strncmp(*at, "> ", 2) == 0; *at += len + 1) {
		*at += 2;
		len = strcspn(*at, "\n");
		snprintf(cql + strlen(cql), size - strlen(cql), "%s%.*s", *cql ? "\n" : "",
			 (int)len, *at);
	}
	for (; **at && **at != '\n'; *at += len + 1) {
		len = strcspn(*at, "\n");
		snprintf(answer + strlen(answer), size - strlen(answer), "%s%.*s",
			 *answer ? "\n" : "", (int)len, *at);
	}
	return *cql;
}

static bool is_ddl(const char *cql, char *use, size_t size)
{
	struct nd_problem problem;
	struct cd_arena a;
	const struct nd_statement *s;
	bool is;

	cd_arena_init(&a, NULL, 0);
	nd_problem_init(&problem, &a);
	s = nd_parse(&a, cql, strlen(cql), &problem);
	*use = '\0';
	if (s && s->kind == ND_USE)
		snprintf(use, size, "%s", s->on.keyspace);
	is = s && s->kind >= ND_CREATE_KEYSPACE;
	cd_arena_deinit(&a);
	return is;
}

static bool is_other(const char *cql, const char *got)
{
	for (size_t i = 0; i < CD_COUNT(others); i++)
		if (strcmp(others[i].cql, cql) == 0 &&
		    (!others[i].want || strcmp(others[i].want, got) == 0))
			return true;
	return false;
}

static unsigned replay(const char *name)
{
	static char cql[16384], want[16384], got[16384];
	char *text = read_file(name), *at = text, use[64];
	struct nd_ddl_test t;
	unsigned compared = 0, bad = 0;

	assert_true(nd_ddl_test_init(&t, NULL));
	snprintf(t.keyspace, sizeof t.keyspace, "c_%s", name);
	snprintf(cql, sizeof cql,
		 "CREATE KEYSPACE c_%s WITH replication = {'class': 'SimpleStrategy', "
		 "'replication_factor': 1}",
		 name);
	nd_ddl_test_run(&t, cql, got, sizeof got);
	while (next(&at, cql, want, sizeof cql)) {
		if (!is_ddl(cql, use, sizeof use)) {
			if (*use && strncmp(want, "keyspace", 8) == 0)
				memcpy(t.keyspace, use, sizeof use);
			continue;
		}
		nd_ddl_test_run(&t, cql, got, sizeof got);
		compared++;
		if (strcmp(got, want) == 0 || is_other(cql, got))
			continue;
		print_message("%s: %s\n  wanted: %s\n  got:    %s\n", name, cql, want, got);
		bad++;
	}
	nd_ddl_test_deinit(&t);
	free(text);
	assert_int_equal(bad, 0);
	return compared;
}

static void answers_as_cassandra(void **state)
{
	static const char *const names[] = { "keyspaces", "tables", "types", "alter_drop",
					     "indexes" };
	unsigned compared = 0;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++)
		compared += replay(names[i]);
	assert_true(compared > 200);
}

/* ---- what is not recorded ------------------------------------------------------------------------ */

struct row {
	const char *cql, *want;
};

static void run_rows(const char *keyspace, const struct row *rows, size_t count)
{
	struct nd_ddl_test t;

	assert_true(nd_ddl_test_init(&t, NULL));
	assert_true(nd_system_init(&t.db));
	nd_ddl_test_expect(&t,
			   "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', "
			   "'replication_factor': 1}",
			   "schema CREATED KEYSPACE ks");
	snprintf(t.keyspace, sizeof t.keyspace, "%s", keyspace);
	for (size_t i = 0; i < count; i++)
		nd_ddl_test_expect(&t, rows[i].cql, rows[i].want);
	nd_ddl_test_deinit(&t);
}

#define NO_KEYSPACE \
	"error 0x2200 No keyspace has been specified. USE a keyspace, or explicitly specify " \
	"keyspace.tablename"

/* One node, in dc1. */
static void places_replicas(void **state)
{
#define ALTER "ALTER KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', "
#define UPDATED "schema UPDATED KEYSPACE ks"
	static const struct row rows[] = {
		{ ALTER "'replication_factor': 1}", UPDATED },
		{ ALTER "'dc1': 1}", "void" },
		/* a data center keeps what it has */
		{ ALTER "'replication_factor': 3}", "void" },
		{ ALTER "'dc1': 1, 'dc2': 0}", "void" },
		{ ALTER "'dc1': 0}",
		  "error 0x2300 Configuration for at least one datacenter must be present" },
		{ ALTER "'dc1': 1, 'dc2': 1}",
		  "error 0x2300 Unrecognized strategy option {dc2} passed to "
		  "NetworkTopologyStrategy for keyspace ks" },
		{ ALTER "'replication_factor': 'x'}", "error 0x2300 For input string: \"x\"" },
		{ ALTER "'dc1': '3/1'}",
		  "error 0x2300 Transient replication is not enabled on this node" },
		{ ALTER "'dc1': 2}", UPDATED
		  "\nwarning Your replication factor 2 for keyspace ks is higher than the number "
		  "of nodes 1 for datacenter dc1\nwarning When increasing replication factor you "
		  "need to run a full (-full) repair to distribute the data." },
		{ "ALTER KEYSPACE ks WITH replication = {'class': "
		  "'org.apache.cassandra.locator.SimpleStrategy'}",
		  UPDATED },
		{ "ALTER KEYSPACE ks WITH replication = {'class': 'EverywhereStrategy'}",
		  "error 0x2300 EverywhereStrategy is not supported by the node" },
		{ "ALTER KEYSPACE ks WITH durable_writes = 'maybe'",
		  "error 0x2000 Invalid boolean value maybe for 'durable_writes'. Positive values "
		  "can be '1', 'true' or 'yes'. Negative values can be '0', 'false' or 'no'." },
		{ "ALTER KEYSPACE ks WITH durable_writes = 'no'", UPDATED },
	};

	(void)state;
	run_rows("ks", rows, CD_COUNT(rows));
#undef ALTER
#undef UPDATED
}

static void wants_a_keyspace(void **state)
{
	static const struct row rows[] = {
		{ "CREATE TABLE t (k int PRIMARY KEY)", NO_KEYSPACE },
		{ "ALTER TABLE t ADD v int", NO_KEYSPACE },
		{ "DROP TABLE IF EXISTS t", NO_KEYSPACE },
		{ "CREATE TYPE u (a int)", NO_KEYSPACE },
		{ "CREATE INDEX ON t (v)", NO_KEYSPACE },
		{ "DROP INDEX i", NO_KEYSPACE },
		{ "CREATE TABLE ks.t (k int PRIMARY KEY)", "schema CREATED TABLE ks.t" },
		{ "DROP TABLE ks.t", "schema DROPPED TABLE ks.t" },
	};

	(void)state;
	run_rows("", rows, CD_COUNT(rows));
}

static void keeps_the_systems_own(void **state)
{
	static const struct row rows[] = {
		{ "CREATE TABLE system.t (k int PRIMARY KEY)",
		  "error 0x2100 system keyspace is not user-modifiable." },
		{ "CREATE TABLE system_schema.t (k int PRIMARY KEY)",
		  "error 0x2100 system_schema keyspace is not user-modifiable." },
		{ "ALTER TABLE system_views.clients ADD x int",
		  "error 0x2100 system_views keyspace is not user-modifiable." },
		{ "DROP KEYSPACE system_virtual_schema",
		  "error 0x2100 system_virtual_schema keyspace is not user-modifiable." },
		{ "CREATE TYPE system.u (a int)",
		  "error 0x2100 system keyspace is not user-modifiable." },
		{ "DROP TABLE IF EXISTS system.local",
		  "error 0x2100 system keyspace is not user-modifiable." },
		{ "CREATE KEYSPACE system_views WITH replication = {'class': 'SimpleStrategy'}",
		  "error 0x2200 System keyspace 'system_views' is not user-modifiable" },
		{ "CREATE TABLE system_auth.t (k int PRIMARY KEY)",
		  "error 0x2100 Cannot CREATE <all tables in system_auth>" },
		{ "DROP TABLE system_auth.roles",
		  "error 0x2100 Cannot DROP <table system_auth.roles>" },
		{ "ALTER TABLE system_traces.events WITH comment = 'x'",
		  "error 0x2100 Cannot ALTER <table system_traces.events>" },
		{ "DROP KEYSPACE system_distributed",
		  "error 0x2100 Cannot DROP <keyspace system_distributed>" },
		{ "CREATE INDEX ON system_auth.roles (can_login)",
		  "error 0x2100 Cannot ALTER <table system_auth.roles>" },
		{ "ALTER KEYSPACE system_auth WITH replication = {'class': "
		  "'NetworkTopologyStrategy', 'dc1': 1}",
		  "schema UPDATED KEYSPACE system_auth" },
	};

	(void)state;
	run_rows("ks", rows, CD_COUNT(rows));
}

static void reads_options(void **state)
{
	static const struct row rows[] = {
		{ "CREATE TABLE t (k int PRIMARY KEY, v int)", "schema CREATED TABLE ks.t" },
		{ "ALTER TABLE t WITH comment = ''", "void" },
		{ "ALTER TABLE t WITH gc_grace_seconds = 864000 AND crc_check_chance = 1", "void" },
		{ "ALTER TABLE t WITH speculative_retry = '99PERCENTILE'", "void" },
		{ "ALTER TABLE t WITH speculative_retry = '99.0percentile'", "void" },
		{ "ALTER TABLE t WITH speculative_retry = '99.99p'", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH speculative_retry = '12.7ms'", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH speculative_retry = '12ms'", "void" },
		{ "ALTER TABLE t WITH speculative_retry = 'never'", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH speculative_retry = 'NONE'", "void" },
		{ "ALTER TABLE t WITH speculative_retry = 'Always'", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH speculative_retry = 'min(99p, 50ms)'",
		  "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH speculative_retry = 'MIN(50ms,99p)'", "void" },
		{ "ALTER TABLE t WITH speculative_retry = 'min(99p,98p)'",
		  "error 0x2300 Invalid value min(99p,98p) for option 'speculative_retry'" },
		{ "ALTER TABLE t WITH speculative_retry = '100p'",
		  "error 0x2300 Invalid value 100p for PERCENTILE option 'speculative_retry': must "
		  "be between (0.0 and 100.0)" },
		{ "ALTER TABLE t WITH speculative_retry = ''",
		  "error 0x2300 Invalid value  for option 'speculative_retry'" },
		{ "ALTER TABLE t WITH speculative_retry = '-5ms'",
		  "error 0x2300 Invalid value -5ms for option 'speculative_retry'" },
		{ "ALTER TABLE t WITH id = 13814000-1dd2-11b2-8080-808080808080",
		  "error 0x2300 Cannot alter table id." },
		{ "CREATE TABLE u (k int PRIMARY KEY) WITH id = "
		  "13814000-1dd2-11b2-8080-808080808080",
		  "schema CREATED TABLE ks.u" },
		{ "ALTER TABLE t WITH compression = {'enabled': 'true', 'class': "
		  "'ZstdCompressor', 'compression_level': 3}",
		  "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH compression = {'enabled': 'false', 'class': 'LZ4Compressor'}",
		  "error 0x2300 If the 'enabled' option is set to false no other options must be "
		  "specified" },
		{ "ALTER TABLE t WITH compression = {'chunk_length_in_kb': 4}",
		  "error 0x2300 Missing sub-option 'class' for the 'compression' option." },
		{ "ALTER TABLE t WITH compression = {'class': 'LZ4Compressor', 'x': 'y'}",
		  "error 0x2300 Unknown compression options x" },
		{ "ALTER TABLE t WITH compression = {'class': 'LZ4Compressor', "
		  "'chunk_length_in_kb': -4}",
		  "error 0x2300 Invalid negative or null chunk_length_in_kb" },
		{ "ALTER TABLE t WITH compression = {'class': 'LZ4Compressor', "
		  "'min_compress_ratio': 0.5}",
		  "error 0x2300 min_compress_ratio can either be 0 or greater than or equal to 1" },
		{ "ALTER TABLE t WITH compression = {'class': ''}", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH compression = {}", "void" },
		{ "ALTER TABLE t WITH compaction = {'class': 'UnifiedCompactionStrategy', "
		  "'scaling_parameters': 'T4'}",
		  "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH compaction = {'class': 'UnifiedCompactionStrategy', "
		  "'min_threshold': 4}",
		  "error 0x2300 Properties specified [min_threshold] are not understood by "
		  "UnifiedCompactionStrategy" },
		{ "ALTER TABLE t WITH compaction = {'class': 'TimeWindowCompactionStrategy', "
		  "'compaction_window_unit': 'YEARS'}",
		  "error 0x2300 YEARS is not valid for compaction_window_unit" },
		{ "ALTER TABLE t WITH compaction = {'class': 'TimeWindowCompactionStrategy', "
		  "'compaction_window_size': 2}",
		  "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t WITH compaction = {'class': 'SizeTieredCompactionStrategy', "
		  "'max_threshold': 3}",
		  "error 0x2300 Min compaction threshold (got 4) cannot be greater than max "
		  "compaction threshold (got 3)" },
		{ "ALTER TABLE t WITH compaction = {'class': 'SizeTieredCompactionStrategy', "
		  "'min_threshold': 0}",
		  "error 0x2300 Disabling compaction by setting compaction thresholds to 0 has been "
		  "removed, set the compaction option 'enabled' to false instead." },
		{ "ALTER TABLE t WITH compaction = {'class': 'SizeTieredCompactionStrategy', "
		  "'min_threshold': 'x'}",
		  "error 0x2300 Invalid value x for 'min_threshold' compaction sub-option - must be "
		  "an integer" },
		{ "ALTER TABLE t WITH caching = {'rows_per_partition': 'some'}",
		  "error 0x2300 Invalid value 'some' for caching sub-option 'rows_per_partition': "
		  "only 'ALL', 'NONE', and integer values are allowed" },
		{ "ALTER TABLE t WITH comment = {'a': 'b'}",
		  "error 0x2000 Invalid value for property 'comment'. It should be a string" },
		{ "ALTER TABLE t WITH default_time_to_live = 99999999999",
		  "error 0x2000 Invalid integer value 99999999999 for 'default_time_to_live'" },
		{ "ALTER TABLE t WITH bloom_filter_fp_chance = 'x'",
		  "error 0x2000 Invalid double value x for 'bloom_filter_fp_chance'" },
		{ "ALTER TABLE t WITH memtable_flush_period_in_ms = -1",
		  "error 0x2300 memtable_flush_period_in_ms must be greater than or equal to 0 (got "
		  "-1)" },
	};

	(void)state;
	run_rows("ks", rows, CD_COUNT(rows));
}

static void changes_tables_and_types(void **state)
{
	static const struct row rows[] = {
		{ "CREATE TYPE inner (a list<int>)", "schema CREATED TYPE ks.inner" },
		{ "CREATE TABLE t (k int PRIMARY KEY, v inner)",
		  "error 0x2200 Non-frozen UDTs with nested non-frozen collections are not "
		  "supported" },
		{ "CREATE TABLE t (k int PRIMARY KEY, v frozen<inner>, w int)",
		  "schema CREATED TABLE ks.t" },
		{ "ALTER TABLE t ADD x inner",
		  "error 0x2200 Non-frozen UDTs with nested non-frozen collections are not "
		  "supported for column x" },
		{ "ALTER TABLE t ADD s int STATIC",
		  "error 0x2200 Static columns are only useful (and thus allowed) if the table has "
		  "at least one clustering column" },
		{ "ALTER TABLE t ADD (a int, a text)",
		  "error 0x2200 Column with name 'a' already exists" },
		{ "ALTER TABLE t ADD (a int, b nosuch)", "error 0x2200 Unknown type ks.nosuch" },
		{ "ALTER TABLE t ADD a int", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t DROP (a, w)", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t ADD IF NOT EXISTS (a int, w int)", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t ADD IF NOT EXISTS (a int, w int)", "void" },
		{ "ALTER TABLE t DROP IF EXISTS (nosuch, other)", "void" },
		{ "ALTER TABLE t ALTER v MASKED WITH DEFAULT",
		  "error 0x2200 Cannot mask columns because dynamic data masking is not enabled. "
		  "You can enable it with the dynamic_data_masking_enabled property on "
		  "cassandra.yaml" },
		{ "CREATE INDEX ON t (w)", "schema UPDATED TABLE ks.t" },
		{ "ALTER TABLE t DROP w",
		  "error 0x2200 Cannot drop column w because it has dependent secondary indexes "
		  "(t_w_idx)" },
		{ "DROP TYPE inner",
		  "error 0x2200 Cannot drop user type 'ks.inner' as it is still used by tables t" },
		{ "CREATE TYPE outer (i frozen<inner>)", "schema CREATED TYPE ks.outer" },
		{ "ALTER TYPE inner ADD o frozen<outer>",
		  "error 0x2200 Cannot add new field o of type frozen<outer> to user type ks.inner "
		  "as it would create a circular reference" },
		{ "ALTER TYPE inner ADD i frozen<inner>",
		  "error 0x2200 Cannot add new field i of type frozen<inner> to user type ks.inner "
		  "as it would create a circular reference" },
		{ "ALTER TYPE inner ADD b text", "schema UPDATED TYPE ks.inner" },
		{ "ALTER TYPE inner RENAME a TO c AND b TO a", "schema UPDATED TYPE ks.inner" },
		{ "DROP TABLE t", "schema DROPPED TABLE ks.t" },
		{ "CREATE TABLE p (a int, b int, c int, PRIMARY KEY (a, b))",
		  "schema CREATED TABLE ks.p" },
		{ "ALTER TABLE p RENAME a TO b AND b TO a",
		  "error 0x2200 Cannot rename column a to b in table 'ks.p'; another column with "
		  "that name already exists" },
		{ "CREATE INDEX i ON p (b)", "schema UPDATED TABLE ks.p" },
		{ "ALTER TABLE p RENAME b TO d",
		  "error 0x2200 Can't rename column b because it has dependent secondary indexes "
		  "(i)" },
		{ "DROP INDEX ks.i", "schema UPDATED TABLE ks.p" },
		{ "ALTER TABLE p RENAME b TO d", "schema UPDATED TABLE ks.p" },
		{ "ALTER MATERIALIZED VIEW v WITH comment = 'x'",
		  "error 0x2200 Materialized view 'ks.v' doesn't exist" },
		{ "CREATE TABLE cnt (k int PRIMARY KEY, c counter) WITH default_time_to_live = 5",
		  "error 0x2200 Cannot set default_time_to_live on a table with counters" },
		{ "CREATE TABLE cnt (k int PRIMARY KEY, c counter, d counter)",
		  "schema CREATED TABLE ks.cnt" },
		{ "ALTER TABLE cnt DROP c", "schema UPDATED TABLE ks.cnt" },
		{ "ALTER TABLE cnt ADD c counter",
		  "error 0x2200 Cannot re-add previously dropped counter column c" },
		{ "CREATE INDEX ON cnt (d)",
		  "error 0x2200 Secondary indexes on counter tables aren't supported" },
		{ "CREATE TABLE s (k int, c int, a int STATIC, PRIMARY KEY (k, c))",
		  "schema CREATED TABLE ks.s" },
		{ "ALTER TABLE s DROP a", "schema UPDATED TABLE ks.s" },
		{ "ALTER TABLE s ADD a int",
		  "error 0x2200 Cannot re-add previously dropped column 'a' of kind REGULAR, "
		  "incompatible with previous kind STATIC" },
	};

	(void)state;
	run_rows("ks", rows, CD_COUNT(rows));
}

static void makes_indexes_of_classes(void **state)
{
	static const struct row rows[] = {
		{ "CREATE TABLE t (k int PRIMARY KEY, v text, d duration, l list<duration>)",
		  "schema CREATED TABLE ks.t" },
		{ "CREATE INDEX ON t (v) USING 'sai'", "schema UPDATED TABLE ks.t" },
		{ "CREATE INDEX other ON t (v) USING 'sai'",
		  "error 0x2200 Index other is a duplicate of existing index t_v_idx" },
		{ "CREATE INDEX IF NOT EXISTS other ON t (v) USING 'sai'", "void" },
		{ "CREATE INDEX plain ON t (v)", "schema UPDATED TABLE ks.t" },
		{ "CREATE CUSTOM INDEX c ON t (v) USING 'StorageAttachedIndex' WITH OPTIONS = "
		  "{'case_sensitive': 'false'}",
		  "error 0x2200 Cannot create more than one storage-attached index on the same "
		  "column: v" },
		{ "DROP INDEX t_v_idx", "schema UPDATED TABLE ks.t" },
		{ "CREATE CUSTOM INDEX e ON t (v) USING 'StorageAttachedIndex' WITH OPTIONS = {'x': "
		  "'y'}",
		  "error 0x2300 Properties specified [x] are not understood by "
		  "StorageAttachedIndex" },
		{ "CREATE CUSTOM INDEX e ON t (v) USING 'sai' WITH OPTIONS = {'target': 'y'}",
		  "error 0x2200 Cannot specify target as a CUSTOM option" },
		{ "CREATE CUSTOM INDEX e ON t (v) USING "
		  "'org.apache.cassandra.index.sasi.SASIIndex'",
		  "schema UPDATED TABLE ks.t\n"
		  "warning SASI indexes are experimental and are not recommended for production "
		  "use." },
		{ "CREATE INDEX ON t (v) USING 'sai'", "schema UPDATED TABLE ks.t" },
		{ "CREATE INDEX ON t (d)",
		  "error 0x2200 Secondary indexes are not supported on duration columns" },
		{ "CREATE INDEX ON t (l)",
		  "error 0x2200 Secondary indexes are not supported on collections containing "
		  "durations" },
		{ "CREATE INDEX ON nosuch (l)", "error 0x2200 Table 'nosuch' doesn't exist" },
		{ "CREATE INDEX ON t (nosuch)",
		  "error 0x2200 Undefined column name nosuch in table ks.t" },
		{ "CREATE TABLE t2 (k int PRIMARY KEY, v int)", "schema CREATED TABLE ks.t2" },
		{ "CREATE INDEX t_v_idx ON t2 (v)", "error 0x2200 Index 't_v_idx' already exists" },
		{ "CREATE TABLE t_v (k int PRIMARY KEY, idx int, v int)",
		  "schema CREATED TABLE ks.t_v" },
		{ "DROP TABLE t", "schema DROPPED TABLE ks.t" },
		{ "DROP INDEX t_v_idx", "error 0x2200 Index 'ks.t_v_idx' doesn't exist'" },
	};

	(void)state;
	run_rows("ks", rows, CD_COUNT(rows));
}

/* ---- who is told ---------------------------------------------------------------------------------- */

struct told {
	unsigned count;
	char change[160];
	const struct nd_table *table;
	uint64_t version;
	uint32_t columns;
};

static void hear(void *user, const cql_schema_change *c, struct nd_table *table)
{
	struct told *told = user;

	told->count++;
	snprintf(told->change, sizeof told->change, "%.*s %.*s %.*s.%.*s", (int)c->change.len,
		 c->change.data, (int)c->target.len, c->target.data, (int)c->keyspace.len,
		 c->keyspace.data, (int)c->name.len, c->name.data ? c->name.data : "");
	told->table = table;
	told->version = table ? table->version : 0;
	told->columns = table ? table->column_count : 0;
}

static void tells_the_listener(void **state)
{
	static const struct {
		const char *cql, *change;
		uint64_t version;
		uint32_t columns;
	} rows[] = {
		{ "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy'}",
		  "CREATED KEYSPACE ks.", 0, 0 },
		{ "CREATE TYPE ks.u (a int)", "CREATED TYPE ks.u", 0, 0 },
		{ "CREATE TABLE ks.t (k int PRIMARY KEY, v u)", "CREATED TABLE ks.t", 1, 2 },
		{ "ALTER TABLE ks.t ADD w int", "UPDATED TABLE ks.t", 2, 3 },
		{ "ALTER TABLE ks.t ADD IF NOT EXISTS w int", NULL, 0, 0 },
		{ "ALTER TYPE ks.u ADD b int", "UPDATED TYPE ks.u", 0, 0 },
		{ "CREATE INDEX ON ks.t (w)", "UPDATED TABLE ks.t", 4, 3 },
		{ "DROP INDEX ks.t_w_idx", "UPDATED TABLE ks.t", 5, 3 },
		{ "ALTER TABLE ks.t DROP k", NULL, 0, 0 },
		{ "ALTER KEYSPACE ks WITH durable_writes = false", "UPDATED KEYSPACE ks.", 0, 0 },
		{ "ALTER KEYSPACE ks WITH durable_writes = false", NULL, 0, 0 },
		{ "DROP TABLE ks.t", "DROPPED TABLE ks.t", 5, 3 },
		{ "DROP TYPE ks.u", "DROPPED TYPE ks.u", 0, 0 },
		{ "DROP KEYSPACE ks", "DROPPED KEYSPACE ks.", 0, 0 },
	};
	struct told told = { 0 };
	struct nd_ddl_test t;
	char answer[1024];

	(void)state;
	assert_true(nd_ddl_test_init(&t, NULL));
	t.db.schema.listener = (struct nd_schema_listener){ hear, &told };
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_uuid before = t.db.schema.version;

		told = (struct told){ 0 };
		nd_ddl_test_run(&t, rows[i].cql, answer, sizeof answer);
		CD_CHECK(told.count == (rows[i].change != NULL), rows[i].cql);
		CD_CHECK(!rows[i].change || strcmp(told.change, rows[i].change) == 0, rows[i].cql);
		CD_CHECK(told.version == rows[i].version, rows[i].cql);
		CD_CHECK(told.columns == rows[i].columns, rows[i].cql);
		CD_CHECK((memcmp(&before, &t.db.schema.version, 16) != 0) ==
				 (rows[i].change != NULL),
			 rows[i].cql);
	}
	nd_ddl_test_deinit(&t);
}

/* ---- without memory --------------------------------------------------------------------------------- */

static bool all_kinds(const coodie_allocator *allocator, void *user)
{
	static const char *const statements[] = {
		"CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', "
		"'replication_factor': 1}",
		"ALTER KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', "
		"'replication_factor': 2}",
		"CREATE TYPE ks.u (a int, b text)",
		"CREATE TYPE ks.w (u frozen<u>)",
		"CREATE TABLE ks.t (k int, c int, s int STATIC, v u, l list<frozen<w>>, PRIMARY KEY "
		"(k, c)) WITH comment = 'x' AND compression = {'class': 'ZstdCompressor'}",
		"CREATE TABLE ks.t2 (k int PRIMARY KEY, v frozen<w>)",
		"ALTER TYPE ks.u ADD c int",
		"ALTER TYPE ks.u RENAME a TO d",
		"ALTER TABLE ks.t ADD (x text, y frozen<map<int, text>>)",
		"CREATE INDEX ON ks.t (x)",
		"CREATE CUSTOM INDEX i ON ks.t (full(y)) USING 'sai'",
		"DROP INDEX ks.t_x_idx",
		"ALTER TABLE ks.t DROP x",
		"ALTER TABLE ks.t ADD x text",
		"ALTER TABLE ks.t RENAME c TO cc",
		"ALTER TABLE ks.t WITH gc_grace_seconds = 1 AND speculative_retry = '5ms'",
		"DROP TABLE ks.t",
		"DROP TABLE ks.t2",
		"DROP TYPE ks.w",
		"DROP KEYSPACE ks",
	};
	struct nd_ddl_test t;
	char answer[1024];
	bool ok;

	(void)user;
	ok = nd_ddl_test_init(&t, allocator);
	for (size_t i = 0; ok && i < CD_COUNT(statements); i++) {
		cql_uuid before = t.db.schema.version;
		uint64_t changes = t.db.schema.change;

		nd_ddl_test_run(&t, statements[i], answer, sizeof answer);
		ok = strncmp(answer, "schema ", 7) == 0;
		if (ok)
			continue;
		if (strncmp(answer, "error 0x0000 the node is out of memory", 38) != 0)
			fail_msg("%s: %s", statements[i], answer);
		assert_memory_equal(&before, &t.db.schema.version, 16);
		assert_int_equal(changes, t.db.schema.change);
	}
	nd_ddl_test_deinit(&t);
	return ok;
}

static void works_without_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("all kinds", all_kinds, NULL));
}

/* ---- at random ------------------------------------------------------------------------------------- */

static uint32_t roll(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

static const char *pick(uint64_t *seed, const char *const *list, uint32_t count)
{
	return list[roll(seed, count)];
}

/* A statement of a few names, so that they meet. */
static void make_statement(uint64_t *seed, char *out, size_t size)
{
	static const char *const templates[] = {
		"CREATE TABLE %s.%t (%c int, %c %y, %c %y, PRIMARY KEY (%c))",
		"CREATE TABLE %s.%t (%c int, %c %y, %c %y STATIC, %c %y, PRIMARY KEY (%c, %c))",
		"CREATE TABLE IF NOT EXISTS %s.%t (%c int PRIMARY KEY, %c %y)",
		"ALTER TABLE %s.%t ADD %c %y",
		"ALTER TABLE %s.%t ADD (%c %y, %c %y STATIC)",
		"ALTER TABLE %s.%t DROP %c",
		"ALTER TABLE %s.%t DROP IF EXISTS (%c, %c) USING TIMESTAMP 5",
		"ALTER TABLE %s.%t RENAME %c TO %c",
		"ALTER TABLE %s.%t WITH gc_grace_seconds = 5 AND comment = '%c'",
		"DROP TABLE IF EXISTS %s.%t",
		"CREATE TYPE %s.%u (%c %y, %c %y)",
		"ALTER TYPE %s.%u ADD %c %y",
		"ALTER TYPE %s.%u RENAME %c TO %c",
		"DROP TYPE %s.%u",
		"CREATE INDEX ON %s.%t (%c)",
		"CREATE INDEX IF NOT EXISTS %c ON %s.%t (keys(%c))",
		"CREATE INDEX %c ON %s.%t (full(%c)) USING 'sai'",
		"DROP INDEX %s.%c",
		"CREATE KEYSPACE %s WITH replication = {'class': 'SimpleStrategy'}",
		"ALTER KEYSPACE %s WITH durable_writes = false",
		"DROP KEYSPACE %s",
	};
	static const char *const keyspaces[] = { "ka", "ka", "ka", "ka", "ka", "ka", "kb" };
	static const char *const tables[] = { "ta", "tb", "tc" };
	static const char *const types[] = { "ua", "ub", "uc" };
	static const char *const columns[] = { "a", "b", "c", "d", "e", "\"F g\"" };
	static const char *const spellings[] = {
		"int",
		"text",
		"list<int>",
		"frozen<map<int, text>>",
		"ua",
		"frozen<ua>",
		"frozen<ub>",
		"set<frozen<uc>>",
		"counter",
		"tuple<int, ub>",
		"duration",
		"vector<float, 2>",
		"map<int, frozen<ub>>",
	};
	const char *at = templates[roll(seed, CD_COUNT(templates))];
	size_t len = 0;

	/* keyspaces go seldom, so that something grows in them */
	if (strstr(at, "DROP KEYSPACE") && roll(seed, 8))
		at = templates[2];
	for (; *at && len + 64 < size; at++) {
		const char *piece = NULL;

		if (*at == '%')
			switch (*++at) {
			case 's':
				piece = pick(seed, keyspaces, CD_COUNT(keyspaces));
				break;
			case 't':
				piece = pick(seed, tables, CD_COUNT(tables));
				break;
			case 'u':
				piece = pick(seed, types, CD_COUNT(types));
				break;
			case 'c':
				piece = pick(seed, columns, CD_COUNT(columns));
				break;
			default:
				piece = pick(seed, spellings, CD_COUNT(spellings));
			}
		len += (size_t)snprintf(out + len, size - len, piece ? "%s" : "%.1s",
					piece ? piece : at);
	}
	out[len] = '\0';
}

/* Each user type in a column is the one the keyspace has. */
static bool is_current(const struct nd_keyspace *k, const cql_type *type)
{
	if (cql_type_kind(type) == CQL_KIND_UDT) {
		const struct nd_user_type *u = nd_keyspace_type(k, cql_type_name(type));

		if (!u || !cql_type_equal(u->type, type))
			return false;
	}
	for (size_t i = 0; i < cql_type_count(type); i++)
		if (!is_current(k, cql_type_at(type, i)))
			return false;
	return true;
}

static void check_table(const struct nd_table *t, const char *cql)
{
	uint32_t counts[ND_REGULAR + 1] = { 0 };

	for (uint32_t i = 0; i < t->column_count; i++) {
		const struct nd_column *c = t->columns[i];
		const struct nd_column *before = i ? t->columns[i - 1] : NULL;

		CD_CHECK(!before || before->kind < c->kind ||
				 (before->kind == c->kind &&
				  (c->kind < ND_STATIC ? before->position + 1 == c->position
						       : strcmp(before->name, c->name) < 0)),
			 cql);
		CD_CHECK(c->id < t->next_column_id, cql);
		for (uint32_t j = 0; j < i; j++)
			CD_CHECK(t->columns[j]->id != c->id, cql);
		CD_CHECK(is_current(t->keyspace, c->type), cql);
		CD_CHECK((cql_type_kind(c->type) == CQL_KIND_COUNTER) ==
				 (t->is_counter && c->kind >= ND_STATIC),
			 cql);
		counts[c->kind]++;
	}
	CD_CHECK(counts[ND_PARTITION_KEY] == t->partition_key_count && t->partition_key_count > 0,
		 cql);
	CD_CHECK(counts[ND_CLUSTERING] == t->clustering_count, cql);
	CD_CHECK(counts[ND_STATIC] == t->static_count, cql);
	for (uint32_t i = 0; i < t->index_count; i++)
		CD_CHECK(nd_table_column(t, t->indexes[i].column->name) == t->indexes[i].column,
			 cql);
}

static void refresh_all(struct nd_ddl_test *t)
{
	const struct nd_schema *s = &t->db.schema;

	for (uint32_t i = 0; i < s->keyspace_count; i++)
		for (uint32_t j = 0; j < s->keyspaces[i]->table_count; j++) {
			struct nd_table *table = s->keyspaces[i]->tables[j];

			if (table->refresh)
				assert_true(table->refresh(table, &t->x));
		}
}

static void stays_whole(void **state)
{
	static char cql[1024], answer[8192];
	struct nd_ddl_test t;
	uint64_t seed = 20261121;
	unsigned changed = 0;

	(void)state;
	assert_true(nd_ddl_test_init(&t, NULL));
	assert_true(nd_system_init(&t.db));
	for (int n = 0; n < 20000; n++) {
		cql_uuid before = t.db.schema.version;
		bool did;

		make_statement(&seed, cql, sizeof cql);
		nd_ddl_test_run(&t, cql, answer, sizeof answer);
		did = strncmp(answer, "schema ", 7) == 0;
		changed += did;
		CD_CHECK(did || memcmp(&before, &t.db.schema.version, 16) == 0, cql);
		for (uint32_t i = 0; i < t.db.schema.keyspace_count; i++)
			for (uint32_t j = 0; j < t.db.schema.keyspaces[i]->table_count; j++)
				check_table(t.db.schema.keyspaces[i]->tables[j], cql);
		if (n % 16 == 0)
			refresh_all(&t);
	}
	assert_true(changed > 1500);
	nd_ddl_test_deinit(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_cassandra),
		cmocka_unit_test(places_replicas),
		cmocka_unit_test(wants_a_keyspace),
		cmocka_unit_test(keeps_the_systems_own),
		cmocka_unit_test(reads_options),
		cmocka_unit_test(changes_tables_and_types),
		cmocka_unit_test(makes_indexes_of_classes),
		cmocka_unit_test(tells_the_listener),
		cmocka_unit_test(works_without_memory),
		cmocka_unit_test(stays_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
