/* SPDX-License-Identifier: MIT */
/* INSERT, UPDATE and DELETE of plain columns: what they leave, what is refused. */
#include <stdlib.h>

#include "node/cluster/system.h"
#include "tests/failalloc.h"
#include "tests/node_fixture.h"
#include "tests/test.h"

static int begin(void **state)
{
	static const char *const tables[] = {
		"CREATE TABLE t (k int, c int, s text STATIC, v text, n bigint, PRIMARY KEY (k, c))",
		"CREATE TABLE p (a int, b text, c int, d int, v int, PRIMARY KEY ((a, b), c, d))",
		"CREATE TABLE o (k text PRIMARY KEY, v int)",
	};

	*state = fixture_with(tables, CD_COUNT(tables));
	return 0;
}

static void insert_leaves(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a row", "INSERT INTO t (k, c, v) VALUES (1, 1, 'a')", NULL, "void" },
		{ "it is there", "SELECT * FROM t", NULL, "rows: k=1 c=1 s=null n=null v='a'" },
		{ "again, one column", "INSERT INTO t (k, c, n) VALUES (1, 1, 5)", NULL, "void" },
		{ "the other stays", "SELECT v, n FROM t", NULL, "rows: v='a' n=5" },
		{ "null deletes", "INSERT INTO t (k, c, v) VALUES (1, 1, null)", NULL, "void" },
		{ "it is gone", "SELECT v, n FROM t", NULL, "rows: v=null n=5" },
		{ "unset leaves", "INSERT INTO t (k, c, n) VALUES (?, ?, ?)", "1 | 1 | unset",
		  "void" },
		{ "it is as before", "SELECT v, n FROM t", NULL, "rows: v=null n=5" },
		{ "null by marker", "INSERT INTO t (k, c, n) VALUES (?, ?, ?)", "1 | 1 | null",
		  "void" },
		{ "the marker of the row", "SELECT * FROM t", NULL,
		  "rows: k=1 c=1 s=null n=null v=null" },
		{ "a static column alone", "INSERT INTO t (k, s) VALUES (2, 'x')", NULL, "void" },
		{ "no row", "SELECT k, c, s FROM t WHERE k = 2", NULL, "rows: k=2 c=null s='x'" },
		{ "a static column with a row", "INSERT INTO t (k, c, s) VALUES (2, 7, 'y')", NULL,
		  "void" },
		{ "both", "SELECT k, c, s FROM t WHERE k = 2", NULL, "rows: k=2 c=7 s='y'" },
		{ "an empty text as key", "INSERT INTO o (k, v) VALUES ('', 1)", NULL,
		  "0x2200 Key may not be empty" },
		{ "an empty text in a key of two",
		  "INSERT INTO p (a, b, c, d) VALUES (1, '', 1, 1)", NULL, "void" },
		{ "it is there", "SELECT * FROM p", NULL, "rows: a=1 b='' c=1 d=1 v=null" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void insert_is_refused(void **state)
{
	static const struct fixture_row rows[] = {
		{ "more values", "INSERT INTO t (k, c) VALUES (1, 2, 3)", NULL,
		  "0x2200 Unmatched column names/values" },
		{ "fewer values", "INSERT INTO t (k, c, v) VALUES (1, 2)", NULL,
		  "0x2200 Unmatched column names/values" },
		{ "twice the same", "INSERT INTO t (k, c, c) VALUES (1, 2, 3)", NULL,
		  "0x2200 The column names contains duplicates" },
		{ "no such column", "INSERT INTO t (k, c, x) VALUES (1, 2, 3)", NULL,
		  "0x2200 Undefined column name x in table ks.t" },
		{ "no such table", "INSERT INTO nope (k) VALUES (1)", NULL,
		  "0x2200 table nope does not exist" },
		{ "no partition key", "INSERT INTO t (c, v) VALUES (1, 'a')", NULL,
		  "0x2200 Some partition key parts are missing: k" },
		{ "parts of it", "INSERT INTO p (v, c) VALUES (1, 1)", NULL,
		  "0x2200 Some partition key parts are missing: a, b" },
		{ "no clustering key", "INSERT INTO t (k, v) VALUES (1, 'a')", NULL,
		  "0x2200 Some clustering keys are missing: c" },
		{ "a static column and half a key", "INSERT INTO p (a, b, c) VALUES (1, 'b', 1)",
		  NULL, "0x2200 Some clustering keys are missing: d" },
		{ "a null key", "INSERT INTO t (k, c) VALUES (null, 1)", NULL,
		  "0x2200 Invalid null value in condition for column k" },
		{ "a null clustering key", "INSERT INTO t (k, c) VALUES (1, ?)", "null",
		  "0x2200 Invalid null value in condition for column c" },
		{ "an unset key", "INSERT INTO t (k, c) VALUES (?, 1)", "unset",
		  "0x2200 Invalid unset value for column k" },
		{ "a wrong type", "INSERT INTO t (k, c, v) VALUES (1, 1, 5)", NULL,
		  "0x2200 Invalid INTEGER constant (5) for \"v\" of type text" },
		{ "too few markers bound", "INSERT INTO t (k, c) VALUES (?, ?)", "1",
		  "0x2200 Invalid amount of bind variables" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void using_has_bounds(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a timestamp", "INSERT INTO o (k, v) VALUES ('t', 1) USING TIMESTAMP 100", NULL,
		  "void" },
		{ "it is kept", "SELECT writetime(v), ttl(v) FROM o WHERE k = 't'", NULL,
		  "rows: writetime(v)=100 ttl(v)=null" },
		{ "an older write loses", "UPDATE o USING TIMESTAMP 99 SET v = 2 WHERE k = 't'",
		  NULL, "void" },
		{ "it lost", "SELECT v FROM o WHERE k = 't'", NULL, "rows: v=1" },
		{ "by marker", "UPDATE o USING TIMESTAMP ? AND TTL ? SET v = ? WHERE k = ?",
		  "101 | 60 | 3 | 't'", "void" },
		{ "it won", "SELECT v, writetime(v), ttl(v) FROM o WHERE k = 't'", NULL,
		  "rows: v=3 writetime(v)=101 ttl(v)=60" },
		{ "an unset timestamp is none",
		  "UPDATE o USING TIMESTAMP ? SET v = 4 WHERE k = 't'", "unset", "void" },
		{ "now", "SELECT v FROM o WHERE k = 't'", NULL, "rows: v=4" },
		{ "a null timestamp", "UPDATE o USING TIMESTAMP ? SET v = 4 WHERE k = 't'", "null",
		  "0x2200 Invalid null value of timestamp" },
		{ "the least of them",
		  "UPDATE o USING TIMESTAMP -9223372036854775808 SET v = 1 WHERE k = 't'", NULL,
		  "0x2200 Out of bound timestamp, must be in [-9223372036854775807, "
		  "9223372036854775807]" },
		{ "a null TTL is none", "INSERT INTO o (k, v) VALUES ('u', 1) USING TTL ?", "null",
		  "void" },
		{ "it has none", "SELECT ttl(v) FROM o WHERE k = 'u'", NULL, "rows: ttl(v)=null" },
		{ "a negative TTL", "INSERT INTO o (k, v) VALUES ('u', 1) USING TTL -1", NULL,
		  "0x2200 A TTL must be greater or equal to 0, but was -1" },
		{ "a TTL over twenty years",
		  "INSERT INTO o (k, v) VALUES ('u', 1) USING TTL 630720001", NULL,
		  "0x2200 ttl is too large. requested (630720001) maximum (630720000)" },
		{ "a TTL behind 2038", "INSERT INTO o (k, v) VALUES ('u', 1) USING TTL 630720000",
		  NULL,
		  "0x2200 Request on table ks.o with ttl of 630720000 seconds exceeds maximum "
		  "supported expiration date of 2038-01-19T03:14:06+00:00. In order to avoid this use "
		  "a lower TTL, change the expiration date overflow policy or upgrade to a version "
		  "where this limitation is fixed. See CASSANDRA-14092 and CASSANDRA-14227 for more "
		  "details." },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void ttl_expires(void **state)
{
	struct fixture *f = *state;
	static const struct fixture_row first[] = {
		{ "a table that forgets",
		  "CREATE TABLE e (k int PRIMARY KEY, a int, b int) WITH "
		  "default_time_to_live = 100",
		  NULL, "schema CREATED TABLE ks.e" },
		{ "by default", "INSERT INTO e (k, a) VALUES (1, 1)", NULL, "void" },
		{ "sooner", "UPDATE e USING TTL 10 SET b = 2 WHERE k = 1", NULL, "void" },
		{ "never", "INSERT INTO e (k, a) VALUES (2, 2) USING TTL 0", NULL, "void" },
		{ "as said", "SELECT k, ttl(a), ttl(b) FROM e", NULL,
		  "rows: k=1 ttl(a)=100 ttl(b)=10 | k=2 ttl(a)=null ttl(b)=null" },
	};
	static const struct fixture_row second[] = {
		{ "one cell is gone", "SELECT * FROM e", NULL,
		  "rows: k=1 a=1 b=null | k=2 a=2 b=null" },
	};
	static const struct fixture_row third[] = {
		{ "and the row", "SELECT * FROM e", NULL, "rows: k=2 a=2 b=null" },
	};

	fixture_rows(f, first, CD_COUNT(first));
	fixture_sleep(f, 10);
	fixture_rows(f, second, CD_COUNT(second));
	fixture_sleep(f, 90);
	fixture_rows(f, third, CD_COUNT(third));
}

static void update_leaves(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a cell", "UPDATE t SET v = 'a', n = 3 WHERE k = 1 AND c = 1", NULL, "void" },
		{ "is a row", "SELECT * FROM t", NULL, "rows: k=1 c=1 s=null n=3 v='a'" },
		{ "without its cells", "UPDATE t SET v = null, n = null WHERE k = 1 AND c = 1",
		  NULL, "void" },
		{ "there is none", "SELECT * FROM t", NULL, "rows:" },
		{ "IN", "UPDATE t SET n = 1 WHERE k IN (1, 2) AND c IN (5, 6)", NULL, "void" },
		{ "four rows", "SELECT k, c FROM t WHERE k IN (1, 2)", NULL,
		  "rows: k=1 c=5 | k=1 c=6 | k=2 c=5 | k=2 c=6" },
		{ "IN nothing", "UPDATE t SET n = 1 WHERE k IN () AND c = 1", NULL, "void" },
		{ "a static column", "UPDATE t SET s = 'q' WHERE k = 1", NULL, "void" },
		{ "is seen in each row", "SELECT c, s FROM t WHERE k = 1", NULL,
		  "rows: c=5 s='q' | c=6 s='q'" },
		{ "a static one with a row's", "UPDATE t SET s = 'r', n = 8 WHERE k = 1 AND c = 5",
		  NULL, "void" },
		{ "both", "SELECT c, s, n FROM t WHERE k = 1", NULL,
		  "rows: c=5 s='r' n=8 | c=6 s='r' n=1" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void update_is_refused(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a key column", "UPDATE t SET c = 1 WHERE k = 1 AND c = 1", NULL,
		  "0x2200 PRIMARY KEY part c found in SET part" },
		{ "no such column", "UPDATE t SET x = 1 WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Undefined column name x in table ks.t" },
		{ "no clustering key", "UPDATE t SET v = 'a' WHERE k = 1", NULL,
		  "0x2200 Some clustering keys are missing: c" },
		{ "no partition key", "UPDATE t SET v = 'a' WHERE c = 1", NULL,
		  "0x2200 Some partition key parts are missing: k" },
		{ "a row for a static column", "UPDATE t SET s = 'a' WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid restrictions on clustering columns since the UPDATE statement "
		  "modifies only static columns" },
		{ "a sum of numbers", "UPDATE t SET n = n + 1 WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid operation (n = n + 1) for non counter column n" },
		{ "a difference", "UPDATE t SET n -= 1 WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid operation (n = n - 1) for non counter column n" },
		{ "something in front", "UPDATE t SET v = 'x' + v WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid operation (v = 'x' - v) for non list column v" },
		{ "an element", "UPDATE t SET v['a'] = 'b' WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid operation (v['a'] = 'b') for non collection column v" },
		{ "a field", "UPDATE t SET v.f = 'b' WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid operation (v.f = 'b') for non-UDT column v" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void delete_removes(void **state)
{
	static const struct fixture_row rows[] = {
		{ "rows", "INSERT INTO p (a, b, c, d, v) VALUES (1, 'x', 1, 1, 1)", NULL, "void" },
		{ "rows", "INSERT INTO p (a, b, c, d, v) VALUES (1, 'x', 1, 2, 2)", NULL, "void" },
		{ "rows", "INSERT INTO p (a, b, c, d, v) VALUES (1, 'x', 2, 1, 3)", NULL, "void" },
		{ "rows", "INSERT INTO p (a, b, c, d, v) VALUES (1, 'x', 3, 1, 4)", NULL, "void" },
		{ "rows", "INSERT INTO p (a, b, c, d, v) VALUES (1, 'x', 4, 1, 5)", NULL, "void" },
		{ "one row", "DELETE FROM p WHERE a = 1 AND b = 'x' AND c = 1 AND d = 2", NULL,
		  "void" },
		{ "four are left", "SELECT c, d FROM p", NULL,
		  "rows: c=1 d=1 | c=2 d=1 | c=3 d=1 | c=4 d=1" },
		{ "by a prefix", "DELETE FROM p WHERE a = 1 AND b = 'x' AND c = 1", NULL, "void" },
		{ "by a range", "DELETE FROM p WHERE a = 1 AND b = 'x' AND c > 2 AND c <= 3", NULL,
		  "void" },
		{ "two are left", "SELECT c, d FROM p", NULL, "rows: c=2 d=1 | c=4 d=1" },
		{ "a column", "DELETE v FROM p WHERE a = 1 AND b = 'x' AND c = 2 AND d = 1", NULL,
		  "void" },
		{ "the row stays", "SELECT c, v FROM p", NULL, "rows: c=2 v=null | c=4 v=5" },
		{ "a range that is empty",
		  "DELETE FROM p WHERE a = 1 AND b = 'x' AND c > 5 AND c < 4", NULL, "void" },
		{ "an older tombstone", "DELETE FROM p USING TIMESTAMP 1 WHERE a = 1 AND b = 'x'",
		  NULL, "void" },
		{ "does not reach", "SELECT c FROM p", NULL, "rows: c=2 | c=4" },
		{ "the partition", "DELETE FROM p WHERE a = 1 AND b = 'x'", NULL, "void" },
		{ "nothing", "SELECT c FROM p", NULL, "rows:" },
		{ "a static column is set", "UPDATE t SET s = 'a' WHERE k = 4", NULL, "void" },
		{ "a row beside it", "UPDATE t SET v = 'b' WHERE k = 4 AND c = 1", NULL, "void" },
		{ "it is deleted", "DELETE s FROM t WHERE k = 4", NULL, "void" },
		{ "the row stays", "SELECT c, s, v FROM t WHERE k = 4", NULL,
		  "rows: c=1 s=null v='b'" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void delete_is_refused(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a column of a range", "DELETE v FROM t WHERE k = 1 AND c > 1", NULL,
		  "0x2200 Range deletions are not supported for specific columns" },
		{ "a column of a partition", "DELETE v FROM t WHERE k = 1", NULL,
		  "0x2200 Range deletions are not supported for specific columns" },
		{ "a column of a prefix", "DELETE v FROM p WHERE a = 1 AND b = 'x' AND c = 1", NULL,
		  "0x2200 Range deletions are not supported for specific columns" },
		{ "a key column", "DELETE c FROM t WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid identifier c for deletion (should not be a PRIMARY KEY part)" },
		{ "an element", "DELETE v['a'] FROM t WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid deletion operation for non collection column v" },
		{ "a field", "DELETE v.f FROM t WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid field deletion operation for non-UDT column v" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void keys_have_a_limit(void **state)
{
	struct fixture *f = *state;
	char *cql = malloc(70100), *end;

	assert_non_null(cql);
	strcpy(cql, "INSERT INTO o (k) VALUES ('");
	end = cql + strlen(cql);
	memset(end, 'x', 70000);
	strcpy(end + 70000, "')");
	assert_string_equal(fixture_run(f, cql),
			    "0x2200 Key length of 70000 is longer than maximum of 65535");
	free(cql);
}

/* 2,000 keys by 2,000 rows are more than the node writes at once. */
static void products_have_a_limit(void **state)
{
	struct fixture *f = *state;
	char values[65536] = "[0", *half;

	for (int i = 1; i < 2000; i++)
		snprintf(values + strlen(values), sizeof values - strlen(values), ", %d", i);
	strcat(values, "]");
	half = strdup(values);
	assert_non_null(half);
	snprintf(values + strlen(values), sizeof values - strlen(values), " | %s", half);
	free(half);
	assert_string_equal(
		fixture_bind(f, "UPDATE t SET v = 'a' WHERE k IN ? AND c IN ?", values),
		"0x2200 More than 1048576 rows in one write are not supported by the node");
}

static void indexes_have_a_limit(void **state)
{
	struct fixture *f = *state;
	char *cql = malloc(70100), *end;

	assert_non_null(cql);
	assert_string_equal(fixture_run(f, "CREATE INDEX i ON t (v)"), "schema UPDATED TABLE ks.t");
	strcpy(cql, "INSERT INTO t (k, c, v) VALUES (1, 1, '");
	end = cql + strlen(cql);
	memset(end, 'x', 65535);
	strcpy(end + 65535, "')");
	assert_string_equal(fixture_run(f, cql),
			    "0x2200 Cannot index value of size 65535 for index i on "
			    "ks.t(v) (maximum allowed size=65535)");
	strcpy(end + 65534, "')");
	assert_string_equal(fixture_run(f, cql), "void");
	free(cql);
}

static void system_tables_are_not_written(void **state)
{
	static const struct fixture_row rows[] = {
		{ "inserted", "INSERT INTO system.local (key) VALUES ('x')", NULL,
		  "0x2100 system keyspace is not user-modifiable." },
		{ "deleted", "DELETE FROM system_schema.tables WHERE keyspace_name = 'ks'", NULL,
		  "0x2100 system_schema keyspace is not user-modifiable." },
		{ "a virtual one", "DELETE FROM system_views.clients WHERE address = '127.0.0.1'",
		  NULL, "0x2200 Modification is not supported by table system_views.clients" },
	};

	assert_true(nd_system_init(&((struct fixture *)*state)->db));
	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void consistency_is_checked(void **state)
{
	struct fixture *f = *state;

	f->consistency = CQL_CONSISTENCY_SERIAL;
	assert_string_equal(fixture_run(f, "INSERT INTO o (k) VALUES ('a')"),
			    "0x2200 You must use conditional updates for serializable writes");
}

static void messages_have_timestamps(void **state)
{
	struct fixture *f = *state;

	f->has_timestamp = true;
	f->timestamp_us = 77;
	assert_string_equal(fixture_run(f, "INSERT INTO o (k, v) VALUES ('a', 1)"), "void");
	assert_string_equal(fixture_run(f, "SELECT writetime(v) FROM o"), "rows: writetime(v)=77");
	assert_string_equal(
		fixture_run(f, "INSERT INTO o (k, v) VALUES ('a', 1) USING TIMESTAMP 78"), "void");
	assert_string_equal(fixture_run(f, "SELECT writetime(v) FROM o"), "rows: writetime(v)=78");
}

static void markers_are_known(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(fixture_prepare(f,
					    "INSERT INTO p (b, v, a, c, d) VALUES (?, ?, ?, 1, ?) "
					    "USING TTL ?"),
			    "markers: b text, v int, a int, d int, [ttl] int; key 2 0");
	assert_string_equal(fixture_prepare(f,
					    "UPDATE t USING TIMESTAMP ? SET v = :x WHERE k = ? AND "
					    "c IN ?"),
			    "markers: [timestamp] bigint, x text, k int, in(c) list<int>; key 2");
	assert_string_equal(fixture_prepare(f, "DELETE v FROM t WHERE k IN ? AND c = ?"),
			    "markers: in(k) list<int>, c int");
}

static void json_is_read(void **state)
{
	static const struct fixture_row rows[] = {
		{ "all types",
		  "CREATE TABLE j (k int PRIMARY KEY, \"Up\" text, b blob, d double, l "
		  "list<int>, m map<text, int>, s set<text>, t tuple<int, text>, u uuid, w "
		  "boolean, x decimal)",
		  NULL, "schema CREATED TABLE ks.j" },
		{ "a text of it",
		  "INSERT INTO j JSON '{\"k\": 1, \"\\\"Up\\\"\": \"\\u00e4\\n\", \"B\": \"0xcafe\", "
		  "\"d\": 1.5, \"l\": [1, 2], \"m\": {\"b\": 2, \"a\": 1}, \"s\": [\"y\", \"x\", "
		  "\"y\"], \"t\": [1, null], \"w\": true, \"x\": \"1.10\"}'",
		  NULL, "void" },
		{ "is there", "SELECT * FROM j", NULL,
		  "rows: k=1 Up='\xc3\xa4\n' b=0xcafe d=1.5 l=[1, 2] m={'a': 1, 'b': 2} s={'x', 'y'} "
		  "t=(1, null) u=null w=true x=1.10" },
		{ "what is missing is null", "INSERT INTO j JSON '{\"k\": 1, \"d\": 2}'", NULL,
		  "void" },
		{ "nulls", "SELECT \"Up\", d, l, w FROM j", NULL,
		  "rows: Up=null d=2 l=null w=null" },
		{ "or left as it is", "INSERT INTO j JSON '{\"k\": 1, \"w\": false}' DEFAULT UNSET",
		  NULL, "void" },
		{ "left", "SELECT d, w FROM j", NULL, "rows: d=2 w=false" },
		{ "by marker", "INSERT INTO j JSON ?", "'{\"k\": 2, \"l\": [5]}'", "void" },
		{ "there", "SELECT l FROM j WHERE k = 2", NULL, "rows: l=[5]" },
		{ "no text", "INSERT INTO j JSON ?", "null",
		  "0x2200 Got null for INSERT JSON values" },
		{ "null", "INSERT INTO j JSON 'null'", NULL,
		  "0x2200 Got null for INSERT JSON values" },
		{ "no key", "INSERT INTO j JSON '{\"d\": 2}'", NULL,
		  "0x2200 Invalid null value in condition for column k" },
		{ "a wrong type", "INSERT INTO j JSON '{\"k\": true}'", NULL,
		  "0x2200 Error decoding JSON value for k: Expected an int value, but got a Boolean: "
		  "true" },
		{ "no int", "INSERT INTO j JSON '{\"k\": \"x\"}'", NULL,
		  "0x2200 Error decoding JSON value for k: Unable to make int from 'x'" },
		{ "no such column", "INSERT INTO j JSON '{\"k\": 1, \"zz\": 1}'", NULL,
		  "0x2200 JSON values map contains unrecognized column: zz" },
		{ "a null in a list", "INSERT INTO j JSON '{\"k\": 1, \"l\": [null]}'", NULL,
		  "0x2200 Error decoding JSON value for l: Invalid null element in list" },
		{ "a short tuple", "INSERT INTO j JSON '{\"k\": 1, \"t\": [1]}'", NULL,
		  "0x2200 Error decoding JSON value for t: Tuple is missing items (expected 2): [1]" },
		{ "no map", "INSERT INTO j JSON '{\"k\": 1, \"m\": [1, {\"a\": 1.0}]}'", NULL,
		  "0x2200 Error decoding JSON value for m: Expected a map, but got a ArrayList: [1, "
		  "{a=1.0}]" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

/* False: out of memory, and nothing else. */
static bool try_it(struct fixture *f, const coodie_allocator *a, const char *cql)
{
	const char *refused = fixture_try(f, a, cql);

	if (refused && (strncmp(refused, "0x0000 ", 7) != 0 || !strstr(refused, "memory")))
		fail_msg("%s: %s", cql, refused);
	return !refused;
}

/* Each allocation of each statement fails once: the statement is refused, and nothing of it is
 * seen. */
static void memory_may_end(void **state)
{
	static const char *const statements[] = {
		"INSERT INTO w (k, c, s, v, l, m, u) VALUES (1, 1, 2, 3, [1, 2], {'a': 1}, {a: 1})",
		"UPDATE w SET v = 4, s = 5, l = l + [3], m = m + {'b': 2}, u.a = 7 WHERE k = 1 AND c = 1",
		"UPDATE w SET l[0] = 9, l = [0] + l, m = m - {'a'} WHERE k = 1 AND c = 1",
		"UPDATE w SET v = v + 1, l = l - [2] WHERE k = 1 AND c = 1 IF s = 5 AND l CONTAINS 3 AND "
		"u.a IN (6, 7) AND m = {'b': 2}",
		"UPDATE w SET v = 1 WHERE k = 1 AND c = 1 IF v = 77 AND s = 5",
		"INSERT INTO w (k, c) VALUES (1, 1) IF NOT EXISTS",
		"INSERT INTO w JSON '{\"k\": 2, \"c\": 1, \"l\": [4], \"m\": {\"x\": 1}, \"u\": "
		"{\"a\": 3}}'",
		"BEGIN BATCH INSERT INTO w (k, c, v) VALUES (3, 1, 1); UPDATE w SET l = [5] WHERE k = 3 AND "
		"c = 2; DELETE FROM w WHERE k = 2; APPLY BATCH",
		"BEGIN BATCH UPDATE w SET v = 2 WHERE k = 3 AND c = 1 IF v = 1; DELETE FROM w WHERE k = 3 "
		"AND c > 1; APPLY BATCH",
		"DELETE l[0], u.a, v, s FROM w WHERE k = 1 AND c = 1",
		"DELETE FROM w WHERE k IN (1, 3) AND c >= 0",
	};
	static const char last[] = "rows:";
	struct cd_failalloc fail;
	struct fixture f;

	(void)state;
	cd_failalloc_init(&fail, 0);
	fixture_begin(&f, &fail.allocator);
	assert_string_equal(fixture_run(&f, "CREATE TYPE ut (a int, b text)"),
			    "schema CREATED TYPE ks.ut");
	assert_string_equal(
		fixture_run(&f, "CREATE TABLE w (k int, c int, s int STATIC, v int, l list<int>, "
				"m map<text, int>, u ut, PRIMARY KEY (k, c))"),
		"schema CREATED TABLE ks.w");
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		char *before = strdup(fixture_run(&f, "SELECT * FROM w"));

		for (size_t n = 1;; n++) {
			bool ok;

			fail.fail_at = fail.calls + n;
			ok = try_it(&f, &fail.allocator, statements[i]);
			fail.fail_at = 0;
			if (ok)
				break;
			if (strcmp(before, fixture_run(&f, "SELECT * FROM w")) != 0)
				fail_msg("%s, allocation %zu: %s", statements[i], n, f.text);
			fixture_forget(&f);
		}
		free(before);
	}
	assert_string_equal(fixture_run(&f, "SELECT * FROM w"), last);
	fixture_end(&f);
	assert_int_equal(fail.live, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(insert_leaves, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(insert_is_refused, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(using_has_bounds, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(ttl_expires, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(update_leaves, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(update_is_refused, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(delete_removes, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(delete_is_refused, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(keys_have_a_limit, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(products_have_a_limit, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(indexes_have_a_limit, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(system_tables_are_not_written, begin,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(consistency_is_checked, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(messages_have_timestamps, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(markers_are_known, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(json_is_read, begin, fixture_teardown),
		cmocka_unit_test(memory_may_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
