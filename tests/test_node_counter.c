/* SPDX-License-Identifier: MIT */
/* Counters: counted up and down, never set. */
#include "tests/node_fixture.h"
#include "tests/test.h"

static int begin(void **state)
{
	static const char *const tables[] = {
		"CREATE TABLE t (k int, c int, n counter, m counter, s counter STATIC, "
		"PRIMARY KEY (k, c))",
		"CREATE TABLE o (k int PRIMARY KEY, v int)",
	};

	*state = fixture_with(tables, CD_COUNT(tables));
	return 0;
}

static void they_count(void **state)
{
	static const struct fixture_row rows[] = {
		{ "up", "UPDATE t SET n = n + 5 WHERE k = 1 AND c = 1", NULL, "void" },
		{ "down", "UPDATE t SET n = n - 2, m -= 7 WHERE k = 1 AND c = 1", NULL, "void" },
		{ "both", "SELECT n, m FROM t", NULL, "rows: n=3 m=-7" },
		{ "by marker", "UPDATE t SET n += ?, m = m + ? WHERE k = ? AND c = ?",
		  "10 | unset | 1 | 1", "void" },
		{ "one of them", "SELECT n, m FROM t", NULL, "rows: n=13 m=-7" },
		{ "a static one", "UPDATE t SET s += 1 WHERE k = 1", NULL, "void" },
		{ "it counts", "SELECT s, n FROM t", NULL, "rows: s=1 n=13" },
		{ "a negative one", "UPDATE t SET n = n + -3 WHERE k = 1 AND c = 1", NULL, "void" },
		{ "down again", "SELECT n FROM t", NULL, "rows: n=10" },
		{ "deleted", "DELETE n FROM t WHERE k = 1 AND c = 1", NULL, "void" },
		{ "the other stays", "SELECT n, m FROM t", NULL, "rows: n=null m=-7" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void they_are_refused(void **state)
{
	static const struct fixture_row rows[] = {
		{ "inserted", "INSERT INTO t (k, c, n) VALUES (1, 1, 1)", NULL,
		  "0x2200 INSERT statements are not allowed on counter tables, use UPDATE instead" },
		{ "set", "UPDATE t SET n = 5 WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Cannot set the value of counter column n (counters can only be "
		  "incremented/decremented, not set)" },
		{ "null", "UPDATE t SET n += ? WHERE k = 1 AND c = 1", "null",
		  "0x2200 Invalid null value for counter increment" },
		{ "the least, down", "UPDATE t SET n -= ? WHERE k = 1 AND c = 1",
		  "-9223372036854775808",
		  "0x2200 The negation of -9223372036854775808 overflows supported counter precision "
		  "(signed 8 bytes integer)" },
		{ "a timestamp", "UPDATE t USING TIMESTAMP 5 SET n += 1 WHERE k = 1 AND c = 1",
		  NULL, "0x2200 Cannot provide custom timestamp for counter updates" },
		{ "a TTL", "UPDATE t USING TTL 5 SET n += 1 WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Cannot provide custom TTL for counter updates" },
		{ "IF EXISTS", "UPDATE t SET n += 1 WHERE k = 1 AND c = 1 IF EXISTS", NULL,
		  "0x2200 Conditional updates are not supported on counter tables" },
		{ "IF", "UPDATE t SET n += 1 WHERE k = 1 AND c = 1 IF n = 1", NULL,
		  "0x2200 Conditions on counters are not supported" },
		{ "in front", "UPDATE t SET n = 1 + n WHERE k = 1 AND c = 1", NULL,
		  "0x2200 Invalid operation (n = 1 - n) for non list column n" },
		{ "no counter", "UPDATE o SET v = v + 1 WHERE k = 1", NULL,
		  "0x2200 Invalid operation (v = v + 1) for non counter column v" },
		{ "nothing of it happened", "SELECT * FROM t", NULL, "rows:" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void they_are_prepared(void **state)
{
	assert_string_equal(fixture_prepare(*state, "UPDATE t SET n += ? WHERE k = ? AND c = ?"),
			    "markers: n counter, k int, c int; key 1");
	assert_string_equal(
		fixture_prepare(*state, "UPDATE t USING TTL ? SET n += ? WHERE k = ? AND c = ?"),
		"0x2200 Cannot provide custom TTL for counter updates");
}

static void levels_are_checked(void **state)
{
	struct fixture *f = *state;

	f->consistency = CQL_CONSISTENCY_ANY;
	assert_string_equal(
		fixture_run(f, "UPDATE t SET n += 1 WHERE k = 1 AND c = 1"),
		"0x2200 Consistency level ANY is not yet supported for counter table t");
	f->consistency = CQL_CONSISTENCY_LOCAL_SERIAL;
	assert_string_equal(fixture_run(f, "UPDATE t SET n += 1 WHERE k = 1 AND c = 1"),
			    "0x2200 Counter operations are inherently non-serializable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(they_count, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(they_are_refused, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(they_are_prepared, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(levels_are_checked, begin, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
