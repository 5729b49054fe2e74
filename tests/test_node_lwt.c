/* SPDX-License-Identifier: MIT */
/* Conditional writes: what is asked, what is answered, and that nothing is written when it does not
 * hold. */
#include "tests/node_fixture.h"
#include "tests/test.h"

static int begin(void **state)
{
	static const char *const tables[] = {
		"CREATE TYPE u (a int, b text)",
		"CREATE TABLE t (k int, c int, s int STATIC, v int, x text, l list<int>, "
		"m map<text, int>, se set<int>, u u, fl frozen<list<int>>, fm "
		"frozen<map<text, int>>, fu frozen<u>, du duration, d decimal, PRIMARY "
		"KEY (k, c))",
		"CREATE TABLE o (k int PRIMARY KEY, v int, w int)",
	};

	*state = fixture_with(tables, CD_COUNT(tables));
	return 0;
}

static void rows_exist_or_not(void **state)
{
	static const struct fixture_row rows[] = {
		{ "there is none", "UPDATE o SET v = 1 WHERE k = 1 IF EXISTS", NULL,
		  "rows: [applied]=false" },
		{ "nothing was written", "SELECT * FROM o", NULL, "rows:" },
		{ "none to delete", "DELETE FROM o WHERE k = 1 IF EXISTS", NULL,
		  "rows: [applied]=false" },
		{ "a new one", "INSERT INTO o (k, v) VALUES (1, 1) IF NOT EXISTS", NULL,
		  "rows: [applied]=true" },
		{ "it is there now", "INSERT INTO o (k, v) VALUES (1, 2) IF NOT EXISTS", NULL,
		  "rows: [applied]=false k=1 v=1 w=null" },
		{ "changed", "UPDATE o SET v = 3 WHERE k = 1 IF EXISTS", NULL,
		  "rows: [applied]=true" },
		{ "it was", "SELECT * FROM o", NULL, "rows: k=1 v=3 w=null" },
		{ "deleted", "DELETE FROM o WHERE k = 1 IF EXISTS", NULL, "rows: [applied]=true" },
		{ "it is gone", "SELECT * FROM o", NULL, "rows:" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void columns_are_compared(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a row", "INSERT INTO o (k, v) VALUES (1, 5)", NULL, "void" },
		{ "=", "UPDATE o SET w = 1 WHERE k = 1 IF v = 5", NULL, "rows: [applied]=true" },
		{ "not =", "UPDATE o SET w = 2 WHERE k = 1 IF v = 6", NULL,
		  "rows: [applied]=false v=5" },
		{ "two of them, once each",
		  "UPDATE o SET w = 2 WHERE k = 1 IF w = 7 AND v > 1 AND w < 9", NULL,
		  "rows: [applied]=false w=1 v=5" },
		{ "!=", "UPDATE o SET w = 3 WHERE k = 1 IF v != 6", NULL, "rows: [applied]=true" },
		{ "<", "UPDATE o SET w = 4 WHERE k = 1 IF v < 5", NULL,
		  "rows: [applied]=false v=5" },
		{ "<=", "UPDATE o SET w = 4 WHERE k = 1 IF v <= 5", NULL, "rows: [applied]=true" },
		{ ">", "UPDATE o SET w = 5 WHERE k = 1 IF v > 5", NULL,
		  "rows: [applied]=false v=5" },
		{ ">=", "UPDATE o SET w = 5 WHERE k = 1 IF v >= ?", "5", "rows: [applied]=true" },
		{ "IN", "UPDATE o SET w = 6 WHERE k = 1 IF v IN (1, 5)", NULL,
		  "rows: [applied]=true" },
		{ "not IN", "UPDATE o SET w = 7 WHERE k = 1 IF v IN (1, 2)", NULL,
		  "rows: [applied]=false v=5" },
		{ "IN ?", "UPDATE o SET w = 7 WHERE k = 1 IF v IN ?", "[4, 5]",
		  "rows: [applied]=true" },
		{ "IN with an unset one", "UPDATE o SET w = 8 WHERE k = 1 IF v IN (?, ?)",
		  "unset | 5", "rows: [applied]=true" },
		{ "null", "UPDATE o SET w = null WHERE k = 1 IF v != null", NULL,
		  "rows: [applied]=true" },
		{ "is null", "UPDATE o SET w = 9 WHERE k = 1 IF w = null", NULL,
		  "rows: [applied]=true" },
		{ "null of no row", "UPDATE o SET w = 1 WHERE k = 2 IF w = null", NULL,
		  "rows: [applied]=true" },
		{ "a value of no row", "UPDATE o SET w = 1 WHERE k = 3 IF w = 1", NULL,
		  "rows: [applied]=false" },
		{ "other than that", "UPDATE o SET w = 1 WHERE k = 3 IF w != 1", NULL,
		  "rows: [applied]=true" },
		{ "in the end", "SELECT k, w FROM o WHERE k IN (1, 2, 3)", NULL,
		  "rows: k=1 w=9 | k=2 w=1 | k=3 w=1" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void conditions_are_refused(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a key column", "UPDATE o SET v = 1 WHERE k = 1 IF k = 1", NULL,
		  "0x2200 PRIMARY KEY column 'k' cannot have IF conditions" },
		{ "no such column", "UPDATE o SET v = 1 WHERE k = 1 IF z = 1", NULL,
		  "0x2200 Undefined column name z in table ks.o" },
		{ "less than null", "UPDATE o SET v = 1 WHERE k = 1 IF v < null", NULL,
		  "0x2200 Invalid comparison with null for operator \"<\"" },
		{ "unset", "UPDATE o SET v = 1 WHERE k = 1 IF v = ?", "unset",
		  "0x2200 Invalid 'unset' value in condition" },
		{ "IN null", "UPDATE o SET v = 1 WHERE k = 1 IF v IN ?", "null",
		  "0x2200 Invalid null list in IN condition" },
		{ "IN unset", "UPDATE o SET v = 1 WHERE k = 1 IF v IN ?", "unset",
		  "0x2200 Invalid 'unset' value in condition" },
		{ "a timestamp", "UPDATE o USING TIMESTAMP 1 SET v = 1 WHERE k = 1 IF v = 1", NULL,
		  "0x2200 Cannot provide custom timestamp for conditional updates" },
		{ "a timestamp and IF NOT EXISTS",
		  "INSERT INTO o (k) VALUES (1) IF NOT EXISTS USING TIMESTAMP 1", NULL,
		  "0x2200 Cannot provide custom timestamp for conditional updates" },
		{ "several partitions", "UPDATE o SET v = 1 WHERE k IN (1, 2) IF v = 1", NULL,
		  "0x2200 IN on the partition key is not supported with conditional updates" },
		{ "several deleted", "DELETE FROM o WHERE k IN (1, 2) IF EXISTS", NULL,
		  "0x2200 IN on the partition key is not supported with conditional deletions" },
		{ "several rows", "UPDATE t SET v = 1 WHERE k = 1 AND c IN (1, 2) IF v = 1", NULL,
		  "0x2200 IN on the clustering key columns is not supported with conditional updates" },
		{ "a range", "DELETE FROM t WHERE k = 1 IF EXISTS", NULL,
		  "0x2200 DELETE statements must restrict all PRIMARY KEY columns with equality relations "
		  "in order to delete non static columns" },
		{ "a range for a condition", "DELETE s FROM t WHERE k = 1 IF v = 1", NULL,
		  "0x2200 DELETE statements must restrict all PRIMARY KEY columns with equality relations "
		  "in order to use IF condition on non static columns" },
		{ "an order of durations", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF du < 1h",
		  NULL, "0x2200 Slice conditions ( < ) are not supported on durations" },
		{ "an item of a set", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF se[1] = 1", NULL,
		  "0x2200 Invalid element access syntax for set column se" },
		{ "an item of nothing", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v[1] = 1",
		  NULL, "0x2200 Invalid element access syntax for non-collection column v" },
		{ "no such field", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF u.z = 1", NULL,
		  "0x2200 Unknown field z for column u" },
		{ "a null index", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF l[?] = 1", "null",
		  "0x2200 Invalid null value for list element access" },
		{ "a null key", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF m[?] = 1", "null",
		  "0x2200 Invalid null value for map element access" },
		{ "a negative index", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF l[-1] = 1", NULL,
		  "0x2200 Invalid negative list index -1" },
		{ "less than nothing", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF l < []", NULL,
		  "0x2200 Invalid comparison with an empty list for operator \"<\"" },
		{ "CONTAINS of what is none",
		  "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v CONTAINS 1", NULL,
		  "0x2200 Cannot use CONTAINS on non-collection column v" },
		{ "CONTAINS KEY of a set",
		  "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF se CONTAINS KEY 1", NULL,
		  "0x2200 Cannot use CONTAINS KEY on non-map column se" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void levels_are_checked(void **state)
{
	struct fixture *f = *state;
	const char *cql = "INSERT INTO o (k) VALUES (1) IF NOT EXISTS";

	f->serial_consistency = CQL_CONSISTENCY_QUORUM;
	assert_string_equal(
		fixture_run(f, cql),
		"0x2200 Invalid consistency for conditional update. Must be one of SERIAL "
		"or LOCAL_SERIAL");
	f->serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL;
	f->consistency = CQL_CONSISTENCY_SERIAL;
	assert_string_equal(
		fixture_run(f, cql),
		"0x2200 SERIAL is not supported as conditional update commit consistency. "
		"Use ANY if you mean \"make sure it is accepted but I don't care how many "
		"replicas commit it for non-SERIAL reads\"");
	f->consistency = CQL_CONSISTENCY_ANY;
	assert_string_equal(fixture_run(f, cql), "rows: [applied]=true");
}

/* Each condition is asked of one row; a yes writes nothing new. */
static void collections_are_compared(void **state)
{
	static const struct {
		const char *condition;
		bool holds;
	} asked[] = {
		{ "l = [1, 2, 3]", true },
		{ "l = [1, 2]", false },
		{ "l != [1, 2]", true },
		{ "l > [1, 2]", true },
		{ "l < [1, 3]", true },
		{ "l <= [1, 2, 3]", true },
		{ "l >= [1, 2, 4]", false },
		{ "l = []", false },
		{ "l != null", true },
		{ "l[1] = 2", true },
		{ "l[1] != 2", false },
		{ "l[9] = null", true },
		{ "l[0] IN (5, 1)", true },
		{ "l CONTAINS 3", true },
		{ "l CONTAINS 4", false },
		{ "se = {3, 1}", true },
		{ "se > {1}", true },
		{ "se CONTAINS 3", true },
		{ "m = {'a': 1, 'b': 2}", true },
		{ "m < {'a': 1, 'b': 3}", true },
		{ "m > {'a': 1}", true },
		{ "m['b'] = 2", true },
		{ "m['b'] > 1", true },
		{ "m['q'] = null", true },
		{ "m['b'] IN (3, 2)", true },
		{ "m CONTAINS 2", true },
		{ "m CONTAINS KEY 'b'", true },
		{ "m CONTAINS KEY 'z'", false },
		{ "u = {a: 1, b: 'x'}", true },
		{ "u = {a: 1}", false },
		{ "u.a = 1", true },
		{ "u.b IN ('y', 'x')", true },
		{ "u.b = null", false },
		{ "fl = [1, 2]", true },
		{ "fl[1] = 2", true },
		{ "fl[2] = null", true },
		{ "fl CONTAINS 2", true },
		{ "fm = {'a': 1}", true },
		{ "fm['a'] = 1", true },
		{ "fm CONTAINS KEY 'a'", true },
		{ "fm CONTAINS 2", false },
		{ "fu.a = 7", true },
		{ "fu = {a: 7, b: null}", true },
		{ "x = 'text' AND v = 1", true },
		{ "l IN ([9], [1, 2, 3])", true },
	};
	struct fixture *f = *state;
	char cql[256];

	assert_string_equal(
		fixture_run(
			f,
			"INSERT INTO t (k, c, v, x, l, m, se, u, fl, fm, fu) VALUES (1, 1, 1, 'text', "
			"[1, 2, 3], {'a': 1, 'b': 2}, {1, 3}, {a: 1, b: 'x'}, [1, 2], {'a': 1}, "
			"{a: 7})"),
		"void");
	for (size_t i = 0; i < CD_COUNT(asked); i++) {
		const char *got;

		snprintf(cql, sizeof cql, "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF %s",
			 asked[i].condition);
		got = fixture_run(f, cql);
		if (strncmp(got, "rows: [applied]=", 16) != 0 || (got[16] == 't') != asked[i].holds)
			fail_msg("%s: %s", asked[i].condition, got);
	}
}

static void operations_may_read(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a row", "INSERT INTO t (k, c, v, x, d, l) VALUES (1, 1, 5, 'a', 1.25, [1, 2])",
		  NULL, "void" },
		{ "numbers and texts are added to",
		  "UPDATE t SET v = v + 3, x = x + 'bc', d += 0.75, l[1] = 9 WHERE k = 1 AND c = 1 IF "
		  "EXISTS",
		  NULL, "rows: [applied]=true" },
		{ "they were", "SELECT v, x, d, l FROM t", NULL,
		  "rows: v=8 x='abc' d=2.00 l=[1, 9]" },
		{ "of what is null nothing comes", "UPDATE t SET s = s + 1 WHERE k = 1 IF s = null",
		  NULL, "rows: [applied]=true" },
		{ "nothing", "SELECT s FROM t", NULL, "rows: s=null" },
		{ "what cannot be added to",
		  "UPDATE t SET du = du + 1h WHERE k = 1 AND c = 1 IF EXISTS", NULL,
		  "0x2200 Invalid operation (du = du + 1h) for non-numeric and non-text type du" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void static_columns_are_asked(void **state)
{
	static const struct fixture_row rows[] = {
		{ "no partition", "UPDATE t SET s = 1 WHERE k = 1 IF s = 1", NULL,
		  "rows: [applied]=false" },
		{ "null of no partition", "UPDATE t SET s = 1 WHERE k = 1 IF s = null", NULL,
		  "rows: [applied]=true" },
		{ "there is one", "UPDATE t SET s = 2 WHERE k = 1 IF s = 5", NULL,
		  "rows: [applied]=false s=1" },
		{ "a row by its static column", "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF s = 1",
		  NULL, "rows: [applied]=true" },
		{ "both kinds", "UPDATE t SET v = 2 WHERE k = 1 AND c = 1 IF s = 9 AND v = 1", NULL,
		  "rows: [applied]=false v=1 s=1" },
		{ "of a row that is not there",
		  "UPDATE t SET v = 2 WHERE k = 1 AND c = 7 IF v = 1 AND s = 1", NULL,
		  "rows: [applied]=false v=null s=1" },
		{ "deleted", "DELETE s FROM t WHERE k = 1 IF s = 1", NULL, "rows: [applied]=true" },
		{ "the static row is not there", "UPDATE t SET s = 3 WHERE k = 1 IF EXISTS", NULL,
		  "rows: [applied]=false" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void timestamps_are_the_nodes_own(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(fixture_run(f, "INSERT INTO o (k, v) VALUES (1, 1) USING TIMESTAMP 5"),
			    "void");
	f->has_timestamp = true;
	f->timestamp_us = 3;
	assert_string_equal(fixture_run(f, "UPDATE o SET v = 2 WHERE k = 1 IF v = 1"),
			    "rows: [applied]=true");
	assert_string_equal(fixture_run(f, "SELECT v FROM o"), "rows: v=2");
}

static void markers_are_known(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
		fixture_prepare(
			f,
			"UPDATE t SET v = ? WHERE k = ? AND c = ? IF v IN ? AND l[?] = ? AND m[?] "
			"IN (?) AND u.a > ? AND se CONTAINS ?"),
		"markers: v int, k int, c int, in(v) list<int>, idx(l) int, value(l) int, key(m) text, "
		"value(m) int, u.a int, value(se) int; key 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_exist_or_not, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(columns_are_compared, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(conditions_are_refused, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(levels_are_checked, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(collections_are_compared, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(operations_may_read, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(static_columns_are_asked, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(timestamps_are_the_nodes_own, begin,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(markers_are_known, begin, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
