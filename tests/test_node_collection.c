/* SPDX-License-Identifier: MIT */
/* Lists, sets, maps and user types written as wholes and item by item. */
#include "tests/node_fixture.h"
#include "tests/test.h"

static int begin(void **state)
{
	static const char *const tables[] = {
		"CREATE TYPE u (a int, b text)",
		"CREATE TABLE t (k int PRIMARY KEY, l list<int>, s set<text>, m "
		"map<text, int>, u u, fl frozen<list<int>>, fm frozen<map<text, int>>, "
		"fu frozen<u>, tu tuple<int, int>, v int)",
		"CREATE TABLE st (k int, c int, sl list<int> STATIC, PRIMARY KEY (k, c))",
	};

	*state = fixture_with(tables, CD_COUNT(tables));
	return 0;
}

static void lists_are_written(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a whole", "INSERT INTO t (k, l) VALUES (1, [1, 2])", NULL, "void" },
		{ "append", "UPDATE t SET l = l + [3, 4] WHERE k = 1", NULL, "void" },
		{ "append by marker", "UPDATE t SET l += ? WHERE k = 1", "[5]", "void" },
		{ "prepend", "UPDATE t SET l = [-2, -1] + l WHERE k = 1", NULL, "void" },
		{ "prepend again", "UPDATE t SET l = [-4, -3] + l WHERE k = 1", NULL, "void" },
		{ "in order", "SELECT l FROM t", NULL, "rows: l=[-4, -3, -2, -1, 1, 2, 3, 4, 5]" },
		{ "one by its index", "UPDATE t SET l[1] = 33 WHERE k = 1", NULL, "void" },
		{ "index by marker", "UPDATE t SET l[?] = ? WHERE k = 1", "0 | null", "void" },
		{ "set and gone", "SELECT l FROM t", NULL, "rows: l=[33, -2, -1, 1, 2, 3, 4, 5]" },
		{ "values are taken away", "UPDATE t SET l = l - [33, 5, 99, 1] WHERE k = 1", NULL,
		  "void" },
		{ "they are", "SELECT l FROM t", NULL, "rows: l=[-2, -1, 2, 3, 4]" },
		{ "deleted by index", "DELETE l[4] FROM t WHERE k = 1", NULL, "void" },
		{ "gone", "SELECT l FROM t", NULL, "rows: l=[-2, -1, 2, 3]" },
		{ "unset leaves", "UPDATE t SET l += ?, l -= ? WHERE k = 1", "unset | unset",
		  "void" },
		{ "a null appended is nothing", "UPDATE t SET l += ? WHERE k = 1", "null", "void" },
		{ "as before", "SELECT l FROM t", NULL, "rows: l=[-2, -1, 2, 3]" },
		{ "a whole again", "UPDATE t SET l = [7, 7] WHERE k = 1", NULL, "void" },
		{ "nothing of the old", "SELECT l FROM t", NULL, "rows: l=[7, 7]" },
		{ "empty is null", "UPDATE t SET l = [] WHERE k = 1", NULL, "void" },
		{ "null", "SELECT l FROM t", NULL, "rows: l=null" },
		{ "more than ten at once",
		  "UPDATE t SET l = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] + l, v = 1 WHERE k = 1",
		  NULL, "void" },
		{ "in order", "SELECT l FROM t", NULL,
		  "rows: l=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]" },
		{ "a static one", "UPDATE st SET sl = [1, 2] WHERE k = 1", NULL, "void" },
		{ "by index", "UPDATE st SET sl[0] = 9 WHERE k = 1", NULL, "void" },
		{ "it is set", "SELECT sl FROM st", NULL, "rows: sl=[9, 2]" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

/* More than 128 items: their paths differ in a byte that is compared as a signed one. */
static void long_lists_keep_their_order(void **state)
{
	struct fixture *f = *state;
	char cql[4096] = "UPDATE t SET l = [0", want[4096] = "rows: l=[0";

	for (int i = 1; i < 600; i++) {
		snprintf(cql + strlen(cql), sizeof cql - strlen(cql), ",%d", i);
		snprintf(want + strlen(want), sizeof want - strlen(want), ", %d", i);
	}
	strcat(cql, "] WHERE k = 1");
	strcat(want, "]");
	assert_string_equal(fixture_run(f, cql), "void");
	assert_string_equal(fixture_run(f, "SELECT l FROM t"), want);
}

static void lists_are_refused(void **state)
{
	static const struct fixture_row rows[] = {
		{ "an index of nothing", "UPDATE t SET l[0] = 1 WHERE k = 1", NULL,
		  "0x2200 Attempted to set an element on a list which is null" },
		{ "deleted from nothing", "DELETE l[0] FROM t WHERE k = 1", NULL,
		  "0x2200 Attempted to delete an element from a list which is null" },
		{ "a list", "INSERT INTO t (k, l) VALUES (1, [1, 2])", NULL, "void" },
		{ "behind its end", "UPDATE t SET l[2] = 1 WHERE k = 1", NULL,
		  "0x2200 List index 2 out of bound, list has size 2" },
		{ "in front", "UPDATE t SET l[-1] = 1 WHERE k = 1", NULL,
		  "0x2200 List index -1 out of bound, list has size 2" },
		{ "deleted behind its end", "DELETE l[5] FROM t WHERE k = 1", NULL,
		  "0x2200 List index 5 out of bound, list has size 2" },
		{ "no index", "UPDATE t SET l[?] = 1 WHERE k = 1", "null",
		  "0x2200 Invalid null value for list index" },
		{ "an unset index", "UPDATE t SET l[?] = 1 WHERE k = 1", "unset",
		  "0x2200 Invalid unset value for list index" },
		{ "deleted at no index", "DELETE l[?] FROM t WHERE k = 1", "null",
		  "0x2200 Invalid null value for list index" },
		{ "a frozen one", "UPDATE t SET fl[0] = 1 WHERE k = 1", NULL,
		  "0x2200 Invalid operation (fl[0] = 1) for frozen collection column fl" },
		{ "appended to a frozen one", "UPDATE t SET fl = fl + [1] WHERE k = 1", NULL,
		  "0x2200 Invalid operation (fl = fl + [1]) for frozen collection column fl" },
		{ "prepended to a frozen one", "UPDATE t SET fl = [1] + fl WHERE k = 1", NULL,
		  "0x2200 Invalid operation (fl = [1] - fl) for frozen list column fl" },
		{ "deleted from a frozen one", "DELETE fl[0] FROM t WHERE k = 1", NULL,
		  "0x2200 Invalid deletion operation for frozen collection column fl" },
		{ "nothing of it happened", "SELECT l, fl FROM t", NULL, "rows: l=[1, 2] fl=null" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void sets_and_maps_are_written(void **state)
{
	static const struct fixture_row rows[] = {
		{ "wholes", "INSERT INTO t (k, s, m) VALUES (1, {'b', 'a', 'b'}, {'y': 2, 'x': 1})",
		  NULL, "void" },
		{ "in order", "SELECT s, m FROM t", NULL, "rows: s={'a', 'b'} m={'x': 1, 'y': 2}" },
		{ "more", "UPDATE t SET s = s + {'c', 'a'}, m = m + {'z': 3, 'x': 9} WHERE k = 1",
		  NULL, "void" },
		{ "less", "UPDATE t SET s = s - {'b', 'q'}, m = m - {'y'} WHERE k = 1", NULL,
		  "void" },
		{ "both", "SELECT s, m FROM t", NULL, "rows: s={'a', 'c'} m={'x': 9, 'z': 3}" },
		{ "one key", "UPDATE t SET m['w'] = 0, m['x'] = null WHERE k = 1", NULL, "void" },
		{ "unset leaves it", "UPDATE t SET m[?] = ? WHERE k = 1", "'z' | unset", "void" },
		{ "deleted", "DELETE s['a'], m['z'] FROM t WHERE k = 1", NULL, "void" },
		{ "what is left", "SELECT s, m FROM t", NULL, "rows: s={'c'} m={'w': 0}" },
		{ "keys by marker", "UPDATE t SET m -= ? WHERE k = 1", "{'w', 'v'}", "void" },
		{ "a whole is deleted", "DELETE s FROM t WHERE k = 1", NULL, "void" },
		{ "empty is null", "SELECT s, m FROM t", NULL, "rows: s=null m=null" },
		{ "a null key", "UPDATE t SET m[?] = 1 WHERE k = 1", "null",
		  "0x2200 Invalid null map key" },
		{ "an unset key", "UPDATE t SET m[?] = 1 WHERE k = 1", "unset",
		  "0x2200 Invalid unset map key" },
		{ "deleted at no key", "DELETE m[?] FROM t WHERE k = 1", "null",
		  "0x2200 Invalid null map key" },
		{ "deleted no item", "DELETE s[?] FROM t WHERE k = 1", "null",
		  "0x2200 Invalid null set element" },
		{ "an item of a set", "UPDATE t SET s['a'] = 'b' WHERE k = 1", NULL,
		  "0x2200 Invalid operation (s['a'] = 'b') for set column s" },
		{ "what is no map", "UPDATE t SET m = m + {1} WHERE k = 1", NULL,
		  "0x2200 Value for a map addition has to be a map, but was: '{1}'" },
		{ "what is no set", "UPDATE t SET m = m - {'a': 1} WHERE k = 1", NULL,
		  "0x2200 Value for a map substraction has to be a set, but was: '{'a': 1}'" },
		{ "prepended to a set", "UPDATE t SET s = {'a'} + s WHERE k = 1", NULL,
		  "0x2200 Invalid operation (s = {'a'} - s) for non list column s" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void user_types_are_written(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a whole", "INSERT INTO t (k, u, fu) VALUES (1, {a: 1, b: 'x'}, {a: 2})", NULL,
		  "void" },
		{ "both", "SELECT u, fu FROM t", NULL,
		  "rows: u={a: 1, b: 'x'} fu={a: 2, b: null}" },
		{ "a field", "UPDATE t SET u.a = 5 WHERE k = 1", NULL, "void" },
		{ "the other stays", "SELECT u FROM t", NULL, "rows: u={a: 5, b: 'x'}" },
		{ "a field to null", "UPDATE t SET u.b = null, u.a = ? WHERE k = 1", "unset",
		  "void" },
		{ "null", "SELECT u FROM t", NULL, "rows: u={a: 5, b: null}" },
		{ "a field is deleted", "DELETE u.a FROM t WHERE k = 1", NULL, "void" },
		{ "none is left", "SELECT u FROM t", NULL, "rows: u=null" },
		{ "a whole over a whole", "UPDATE t SET u = {b: 'y'} WHERE k = 1", NULL, "void" },
		{ "only what it says", "SELECT u FROM t", NULL, "rows: u={a: null, b: 'y'}" },
		{ "no such field", "UPDATE t SET u.c = 5 WHERE k = 1", NULL,
		  "0x2200 UDT column u does not have a field named c" },
		{ "deleted no such field", "DELETE u.c FROM t WHERE k = 1", NULL,
		  "0x2200 UDT column u does not have a field named c" },
		{ "a frozen one", "UPDATE t SET fu.a = 5 WHERE k = 1", NULL,
		  "0x2200 Invalid operation (fu.a = 5) for frozen UDT column fu" },
		{ "deleted from a frozen one", "DELETE fu.a FROM t WHERE k = 1", NULL,
		  "0x2200 Frozen UDT column fu does not support field deletions" },
		{ "a tuple added to", "UPDATE t SET tu = tu + (1, 2) WHERE k = 1", NULL,
		  "0x2200 Invalid operation (tu = tu + (1, 2)) for tuple column tu" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void a_whole_does_not_hit_itself(void **state)
{
	static const struct fixture_row rows[] = {
		{ "at a timestamp", "INSERT INTO t (k, m) VALUES (1, {'a': 1}) USING TIMESTAMP 100",
		  NULL, "void" },
		{ "an item as old", "UPDATE t USING TIMESTAMP 100 SET m['b'] = 2 WHERE k = 1", NULL,
		  "void" },
		{ "both are there", "SELECT m FROM t", NULL, "rows: m={'a': 1, 'b': 2}" },
		{ "deleted at that time", "DELETE m FROM t USING TIMESTAMP 100 WHERE k = 1", NULL,
		  "void" },
		{ "both are gone", "SELECT m FROM t", NULL, "rows: m=null" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_are_written, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(long_lists_keep_their_order, begin,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(lists_are_refused, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(sets_and_maps_are_written, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(user_types_are_written, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_whole_does_not_hit_itself, begin,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
