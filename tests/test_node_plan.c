/* SPDX-License-Identifier: MIT */
/* node/plan/plan.h: what is common to all statements: values checked, markers, USE, TRUNCATE. */
#include "tests/test.h"

#include "tests/node_fixture.h"

static const struct fixture_row tables[] = {
	{ "a table", "CREATE TABLE t (a int, b text, c int, v int, PRIMARY KEY ((a, b), c))", NULL,
	  "schema CREATED TABLE ks.t" },
	{ "another", "CREATE TABLE u (a int PRIMARY KEY, v int)", NULL,
	  "schema CREATED TABLE ks.u" },
	{ "a counter", "CREATE TABLE n (a int PRIMARY KEY, c counter)", NULL,
	  "schema CREATED TABLE ks.n" },
};

static void begin(struct fixture *f)
{
	fixture_begin(f, NULL);
	fixture_rows(f, tables, CD_COUNT(tables));
}

#define INSERT "INSERT INTO t (a, b, c, v) VALUES (?, ?, ?, ?)"

static const struct fixture_row values[] = {
	{ "all of them", INSERT, "1 | 'x' | 2 | 3", "void" },
	{ "null", INSERT, "1 | 'y' | 2 | null", "void" },
	{ "unset", INSERT, "1 | 'y' | 2 | unset", "void" },
	{ "an empty int", INSERT, "1 | 'z' | 2 | raw 0x", "void" },
	{ "three bytes of an int", INSERT, "1 | 'x' | 2 | raw 0x010203",
	  "0x2200 Expected 4 or 0 byte int (3)" },
	{ "the first that is wrong", INSERT, "raw 0x01 | raw 0xff | 2 | raw 0x010203",
	  "0x2200 Expected 4 or 0 byte int (1)" },
	{ "no text", INSERT, "1 | raw 0xff | 2 | 3", "0x2200 String didn't validate." },
	{ "too few", INSERT, "1 | 'x' | 2", "0x2200 Invalid amount of bind variables" },
	{ "too many", INSERT, "1 | 'x' | 2 | 3 | 4", "0x2200 Invalid amount of bind variables" },
	{ "none", INSERT, NULL, "0x2200 Invalid amount of bind variables" },
	{ "some where none are wanted", "SELECT v FROM u", "1",
	  "0x2200 Invalid amount of bind variables" },
};

static void test_values(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	fixture_rows(&f, values, CD_COUNT(values));
	fixture_end(&f);
}

static const struct {
	const char *cql, *answer;
} prepared[] = {
	{ "SELECT v FROM t WHERE b = ? AND a = ?",
	  "markers: b text, a int; key 1 0; columns: v int" },
	{ "SELECT v FROM t WHERE b = :x AND a = :y",
	  "markers: x text, y int; key 1 0; columns: v int" },
	{ "SELECT v FROM t WHERE b = 'x' AND a = ?", "markers: a int; columns: v int" },
	{ "INSERT INTO t (c, b, a) VALUES (?, ?, ?)", "markers: c int, b text, a int; key 2 1" },
	{ "UPDATE t SET v = ? WHERE a = ? AND b = ? AND c = ?",
	  "markers: v int, a int, b text, c int; key 1 2" },
	{ "DELETE FROM t WHERE a = ? AND b = ?", "markers: a int, b text; key 0 1" },
	{ "SELECT v FROM u WHERE a IN ?", "markers: in(a) list<int>; columns: v int" },
	{ "BEGIN BATCH INSERT INTO u (a) VALUES (?); UPDATE u SET v = ? WHERE a = ? APPLY BATCH",
	  "markers: a int, v int, a int; key 2" },
	{ "BEGIN BATCH INSERT INTO u (a) VALUES (?); DELETE FROM t WHERE a = ? AND b = ? APPLY "
	  "BATCH",
	  "markers: a int, a int, b text" },
	{ "BEGIN BATCH APPLY BATCH", "markers:" },
	{ "USE ks", "markers:" },
	{ "TRUNCATE u", "markers:" },
};

static void test_markers(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (size_t i = 0; i < CD_COUNT(prepared); i++) {
		const char *got = fixture_prepare(&f, prepared[i].cql);
		if (strcmp(got, prepared[i].answer) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", prepared[i].cql, got,
				 prepared[i].answer);
	}
	fixture_end(&f);
}

static const struct fixture_row others[] = {
	{ "use", "USE ks", NULL, "keyspace ks" },
	{ "use of none", "USE nosuch", NULL, "0x2200 Keyspace 'nosuch' does not exist" },
	{ "a row", "INSERT INTO u (a, v) VALUES (1, 2)", NULL, "void" },
	{ "of a table", "TRUNCATE TABLE ks.u", NULL, "void" },
	{ "the table is empty", "SELECT * FROM u", NULL, "rows:" },
	{ "of none", "TRUNCATE nosuch", NULL, "0x2200 table nosuch does not exist" },
	{ "of none, by keyspace", "TRUNCATE nosuch.u", NULL,
	  "0x2200 keyspace nosuch does not exist" },
};

static void test_others(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	fixture_rows(&f, others, CD_COUNT(others));
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_markers),
		cmocka_unit_test(test_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
