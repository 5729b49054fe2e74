/* SPDX-License-Identifier: MIT */
/* node/plan/select_page.c and what it is for: page by page gives what comes at once, whatever the page's
 * size; forged paging states are refused. */
#include "tests/test.h"

#include <stdlib.h>

#include "tests/node_fixture.h"

enum { ROWS_SIZE = 1 << 15, PAGES_MAX = 200 };

static const char *const tables[] = {
	("CREATE TABLE t (k int, c int, d text, s int STATIC, v int, PRIMARY KEY (k, c, d)) "
	 "WITH CLUSTERING ORDER BY (c DESC, d ASC)"),
	"CREATE TABLE one (a int, b text, v int, PRIMARY KEY ((a, b)))",
	"CREATE TABLE empty (k int, c int, PRIMARY KEY (k, c))",
	"CREATE TABLE ix (k int, c int, v int, PRIMARY KEY (k, c))",
	"CREATE INDEX ON ix (v)",
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char cql[256];

	assert_non_null(f);
	fixture_begin(f, NULL);
	for (size_t i = 0; i < CD_COUNT(tables); i++)
		assert_string_not_equal(fixture_run(f, tables[i]), "");
	for (int k = 0; k < 6; k++) {
		/* 0: static ones alone; 5: rows alone; others both, of 1 to 4 rows */
		for (int n = 0; n < (k == 5 ? 3 : k); n++) {
			sprintf(cql, "INSERT INTO t (k, c, d, v) VALUES (%d, %d, '%c', %d)", k,
				n / 2, 'a' + n % 2, 10 * k + n);
			assert_string_equal(fixture_run(f, cql), "void");
			sprintf(cql, "INSERT INTO ix (k, c, v) VALUES (%d, %d, %d)", k, n, n % 2);
			assert_string_equal(fixture_run(f, cql), "void");
		}
		sprintf(cql, "INSERT INTO t (k, s) VALUES (%d, %d)", k, 100 + k);
		if (k < 5)
			assert_string_equal(fixture_run(f, cql), "void");
		sprintf(cql, "INSERT INTO one (a, b, v) VALUES (%d, 'x%d', %d)", k % 3, k, k);
		assert_string_equal(fixture_run(f, cql), "void");
	}
	fixture_forget(f);
	*state = f;
	return 0;
}

static int end(void **state)
{
	fixture_end(*state);
	free(*state);
	return 0;
}

/* The text of rows without warnings in front; fails the test of anything else. */
static const char *rows_of(const char *cql, const char *answer)
{
	const char *rows = strstr(answer, "rows:");

	if (!rows)
		fail_msg("%s: %s", cql, answer);
	return rows + strlen("rows:");
}

/* Puts more rows behind those that are there. */
static void append(char *all, const char *rows)
{
	if (!*rows)
		return;
	assert_true(strlen(all) + strlen(rows) + 4 < ROWS_SIZE);
	if (*all)
		strcat(all, " |");
	strcat(all, rows);
}

static unsigned count_rows(const char *rows)
{
	unsigned count = *rows != 0;

	for (const char *at = rows; (at = strstr(at, " | ")) != NULL; at += 3)
		count++;
	return count;
}

/* Fetches page after page into `all`. */
static void fetch(struct fixture *f, const char *cql, int32_t page_rows, char *all)
{
	int pages = 0;

	*all = 0;
	f->has_page_rows = true;
	f->page_rows = page_rows;
	f->paging_state = (cql_blob){ NULL, 0 };
	do {
		const char *rows = rows_of(cql, fixture_run(f, cql));

		if (count_rows(rows) > (unsigned)page_rows)
			fail_msg("%s: %u rows on a page of %d", cql, count_rows(rows),
				 (int)page_rows);
		if (f->paging_state.data && count_rows(rows) < (unsigned)page_rows)
			fail_msg("%s: a page of %u rows, but not the last", cql, count_rows(rows));
		append(all, rows);
		assert_true(++pages < PAGES_MAX);
	} while (f->paging_state.data);
	f->has_page_rows = false;
}

static const char *const queries[] = {
	"SELECT * FROM t",
	"SELECT k, s FROM t",
	"SELECT v FROM t WHERE k = 4",
	"SELECT v FROM t WHERE k = 4 ORDER BY c ASC",
	"SELECT v FROM t WHERE k = 4 AND c IN (0, 1)",
	"SELECT v FROM t WHERE k = 4 AND c IN (0, 1) ORDER BY c ASC, d DESC",
	"SELECT v FROM t WHERE k = 4 AND (c, d) > (0, 'a')",
	"SELECT v FROM t WHERE k = 4 AND (c, d) IN ((0, 'a'), (1, 'b'), (1, 'a'))",
	"SELECT v FROM t WHERE k = 0",
	"SELECT v FROM t WHERE k IN (5, 3, 0, 4, 77, 1)",
	"SELECT v FROM t WHERE k IN (5, 3, 0, 4) AND c = 0",
	"SELECT v FROM t WHERE k IN (5, 3, 4) PER PARTITION LIMIT 2",
	"SELECT v FROM t PER PARTITION LIMIT 1",
	"SELECT v FROM t PER PARTITION LIMIT 2",
	"SELECT v FROM t PER PARTITION LIMIT 2 LIMIT 5",
	"SELECT v FROM t LIMIT 7",
	"SELECT v FROM t LIMIT 1000",
	"SELECT v FROM t WHERE v > 20 ALLOW FILTERING",
	"SELECT v FROM t WHERE v > 20 LIMIT 4 ALLOW FILTERING",
	"SELECT v FROM t WHERE d = 'b' ALLOW FILTERING",
	"SELECT v FROM t WHERE s > 101 ALLOW FILTERING",
	"SELECT v FROM t WHERE token(k) > 0",
	"SELECT v FROM t WHERE token(k) > -4000000000000000000 AND token(k) <= 7000000000000000000",
	"SELECT v FROM t WHERE token(k) > 7 AND token(k) < 3",
	"SELECT DISTINCT k FROM t",
	"SELECT DISTINCT k, s FROM t LIMIT 4",
	"SELECT DISTINCT k, s FROM t WHERE k IN (3, 0, 5)",
	"SELECT k, max(v) FROM t GROUP BY k",
	"SELECT k, c, count(*) FROM t GROUP BY k, c",
	"SELECT k, c, v FROM t GROUP BY k, c",
	"SELECT k, c, count(*) FROM t GROUP BY k, c LIMIT 5",
	"SELECT k, c, count(*) FROM t GROUP BY k, c PER PARTITION LIMIT 1",
	"SELECT k, c, count(*) FROM t GROUP BY k, c PER PARTITION LIMIT 2 LIMIT 4",
	"SELECT c, count(*) FROM t WHERE k = 4 GROUP BY c",
	"SELECT c, count(*) FROM t WHERE k IN (4, 3) GROUP BY k, c",
	"SELECT count(*) FROM t",
	"SELECT max(v), min(v) FROM t WHERE k = 4",
	"SELECT * FROM one",
	"SELECT * FROM one WHERE a = 1 AND b = 'x4'",
	"SELECT * FROM one WHERE a IN (0, 1, 2) AND b IN ('x1', 'x3', 'x5')",
	"SELECT DISTINCT a, b FROM one",
	"SELECT * FROM empty",
	"SELECT k, c FROM ix WHERE v = 1",
	"SELECT k, c FROM ix WHERE k = 4 AND v = 0",
	"SELECT JSON k, v FROM t",
};

static void test_sizes(void **state)
{
	struct fixture *f = *state;
	char *want = malloc(ROWS_SIZE), *got = malloc(ROWS_SIZE);

	assert_true(want && got);
	for (size_t i = 0; i < CD_COUNT(queries); i++) {
		unsigned rows;

		*want = 0;
		append(want, rows_of(queries[i], fixture_run(f, queries[i])));
		rows = count_rows(want);
		for (unsigned page = 1; page <= rows + 1; page++) {
			fetch(f, queries[i], (int32_t)page, got);
			if (strcmp(got, want) != 0)
				fail_msg("%s in pages of %u\nwanted%s\ngot   %s", queries[i], page,
					 want, got);
		}
		fixture_forget(f);
	}
	free(want);
	free(got);
}

/* ---- which page is the last ------------------------------------------------------------------- */

/* As Cassandra has it: a full page is not known to be the last one, unless its partition, or LIMIT, is
 * exhausted. */
static void test_last(void **state)
{
	static const struct {
		const char *name, *cql;
		int32_t page_rows;
		bool more;
	} rows[] = {
		{ "fewer rows", "SELECT v FROM t WHERE k = 4", 5, false },
		{ "just as many rows", "SELECT v FROM t WHERE k = 4", 4, true },
		{ "more rows", "SELECT v FROM t WHERE k = 4", 3, true },
		{ "LIMIT reached", "SELECT v FROM t WHERE k = 4 LIMIT 3", 3, false },
		{ "the partition's limit reached",
		  "SELECT v FROM t WHERE k = 4 PER PARTITION LIMIT 3", 3, false },
		{ "a row without clustering columns", "SELECT v FROM one WHERE a = 1 AND b = 'x4'",
		  1, false },
		{ "a row of all", "SELECT v FROM t WHERE k = 4 AND c = 0 AND d = 'a'", 1, true },
		{ "an aggregate", "SELECT count(*) FROM t", 1, false },
		{ "no paging", "SELECT v FROM t", 0, false },
		{ "a size below zero", "SELECT v FROM t", -1, false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		f->has_page_rows = true;
		f->page_rows = rows[i].page_rows;
		f->paging_state = (cql_blob){ NULL, 0 };
		rows_of(rows[i].cql, fixture_run(f, rows[i].cql));
		CD_CHECK((f->paging_state.data != NULL) == rows[i].more, rows[i].name);
	}
	f->has_page_rows = false;
	fixture_forget(f);
}

static void test_order_and_in(void **state)
{
	static const char cql[] = "SELECT v FROM t WHERE k IN (1, 2) ORDER BY c ASC";
	struct fixture *f = *state;

	f->has_page_rows = true;
	f->page_rows = 100;
	assert_string_equal(
		fixture_run(f, cql),
		"0x2200 Cannot page queries with both ORDER BY and a IN restriction on the "
		"partition key; you must either remove the ORDER BY or the IN and sort "
		"client side, or disable paging for this query");
	f->has_page_rows = false;
	assert_string_equal(fixture_run(f, cql), "rows: v=10 | v=21 | v=20");
	fixture_forget(f);
}

/* ---- what changes in between ------------------------------------------------------------------- */

/* The first page, a change, the other pages. */
static void test_changes(void **state)
{
	static const struct {
		const char *name, *cql, *change, *first, *rest;
	} rows[] = {
		{ "the last row goes", "SELECT v FROM p WHERE k = 1",
		  "DELETE FROM p WHERE k = 1 AND c = 2", " v=1 | v=2", " v=3 | v=4" },
		{ "the next row goes", "SELECT v FROM p WHERE k = 1",
		  "DELETE FROM p WHERE k = 1 AND c = 3", " v=1 | v=2", " v=4" },
		{ "all rows go", "SELECT v FROM p WHERE k = 1", "DELETE FROM p WHERE k = 1",
		  " v=1 | v=2", "" },
		{ "a row comes behind", "SELECT v FROM p WHERE k = 1",
		  "INSERT INTO p (k, c, v) VALUES (1, 9, 9)", " v=1 | v=2", " v=3 | v=4 | v=9" },
		{ "a row comes in front", "SELECT v FROM p WHERE k = 1",
		  "INSERT INTO p (k, c, v) VALUES (1, 0, 9)", " v=1 | v=2", " v=3 | v=4" },
		{ "the partition goes", "SELECT v FROM p", "DELETE FROM p WHERE k = 1",
		  " v=1 | v=2", " v=5 | v=6" },
		{ "static ones stay alone", "SELECT v FROM p",
		  "BEGIN BATCH UPDATE p SET s = 1 WHERE k = 1; DELETE FROM p WHERE k = 1 AND c > 0; "
		  "APPLY BATCH",
		  " v=1 | v=2", " v=5 | v=6" },
		{ "the key goes", "SELECT v FROM p WHERE k IN (1, 2)", "DELETE FROM p WHERE k = 1",
		  " v=1 | v=2", " v=5 | v=6" },
	};
	struct fixture *f = *state;
	char got[1024], cql[128];

	fixture_run(f, "CREATE TABLE p (k int, c int, s int STATIC, v int, PRIMARY KEY (k, c))");
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		fixture_run(f, "TRUNCATE p");
		for (int v = 1; v <= 6; v++) {
			sprintf(cql, "INSERT INTO p (k, c, v) VALUES (%d, %d, %d)", 1 + (v > 4), v,
				v);
			assert_string_equal(fixture_run(f, cql), "void");
			fixture_sleep(f, 1);
		}
		f->has_page_rows = true;
		f->page_rows = 2;
		f->paging_state = (cql_blob){ NULL, 0 };
		if (strcmp(rows_of(rows[i].name, fixture_run(f, rows[i].cql)), rows[i].first) != 0)
			fail_msg("%s: the first page is %s", rows[i].name, f->text);
		{
			cql_blob page = f->paging_state;

			f->paging_state = (cql_blob){ NULL, 0 };
			assert_string_equal(fixture_run(f, rows[i].change), "void");
			f->paging_state = page;
		}
		*got = 0;
		while (f->paging_state.data)
			append(got, rows_of(rows[i].name, fixture_run(f, rows[i].cql)));
		if (strcmp(got, rows[i].rest) != 0)
			fail_msg("%s\nwanted%s\ngot   %s", rows[i].name, rows[i].rest, got);
		f->has_page_rows = false;
		fixture_forget(f);
	}
}

/* A page taken with one version of the protocol goes on with the other. */
static void test_versions(void **state)
{
	static const char cql[] = "SELECT v FROM t WHERE k = 3";
	struct fixture *f = *state;

	f->has_page_rows = true;
	f->page_rows = 2;
	assert_string_equal(fixture_run(f, cql), "rows: v=32 | v=30");
	f->version = 4;
	assert_string_equal(fixture_run(f, cql), "rows: v=31");
	f->version = 5;
	f->has_page_rows = false;
	fixture_forget(f);
}

/* ---- paging states that nobody gave -------------------------------------------------------------- */

#define REFUSED "0x000A Invalid value for the paging state"

static void test_forged(void **state)
{
	static const char cql[] = "SELECT v FROM t";
	struct fixture *f = *state;
	cql_blob good;

	f->has_page_rows = true;
	f->page_rows = 3;
	f->paging_state = (cql_blob){ NULL, 0 };
	rows_of(cql, fixture_run(f, cql));
	good = f->paging_state;
	assert_non_null(good.data);
	for (size_t len = 0; len < good.len; len++) {
		f->paging_state = (cql_blob){ good.data, len };
		if (strcmp(fixture_run(f, cql), REFUSED) != 0)
			fail_msg("the first %zu of %zu bytes: %s", len, good.len, f->text);
	}
	for (size_t bit = 0; bit < 8 * good.len; bit++) {
		uint8_t *bad = cd_arena_copy(&f->arena, good.data, good.len);

		assert_non_null(bad);
		bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
		f->paging_state = (cql_blob){ bad, good.len };
		if (strcmp(fixture_run(f, cql), REFUSED) != 0)
			fail_msg("bit %zu turned: %s", bit, f->text);
	}
	f->paging_state = good;
	assert_string_equal(fixture_run(f, "SELECT * FROM one"), REFUSED);
	f->paging_state = good;
	f->has_page_rows = false;
	assert_string_equal(fixture_run(f, "SELECT v FROM one WHERE a = 9 AND b = ''"), REFUSED);
	fixture_forget(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),    cmocka_unit_test(test_last),
		cmocka_unit_test(test_versions), cmocka_unit_test(test_order_and_in),
		cmocka_unit_test(test_forged),   cmocka_unit_test(test_changes),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
