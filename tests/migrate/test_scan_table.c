/* SPDX-License-Identifier: MIT */
/* Scans of migrations: every kind of table, every row once (MG-15 to MG-18). */
#include <coodie/token.h>

#include "tests/migrate/heard.h"
#include "tests/migrate/murmur_twin.h"
#include "tests/test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

/* ---- kinds of tables ------------------------------------------------------------------------- */

#define WIDE_ROW(n) "INSERT INTO shop.wide (id, a, b) VALUES (1, " #n ", 'x');"
#define WIDE_TEN(n) \
	WIDE_ROW(n##0) \
	WIDE_ROW(n##1) \
	WIDE_ROW(n##2) \
	WIDE_ROW(n##3) \
	WIDE_ROW(n##4) WIDE_ROW(n##5) WIDE_ROW(n##6) WIDE_ROW(n##7) WIDE_ROW(n##8) WIDE_ROW(n##9)

static const struct {
	const char *name, *table;
	size_t rows;
	const char *cql;
} tables[] = {
	{ "nothing in it", "reviews", 0, "" },
	{ "partitions of a row", "single", 5,
	  "CREATE TABLE shop.single (id int PRIMARY KEY, v int);"
	  "INSERT INTO shop.single (id, v) VALUES (1, 1);"
	  "INSERT INTO shop.single (id, v) VALUES (2, 2);"
	  "INSERT INTO shop.single (id, v) VALUES (3, 3);"
	  "INSERT INTO shop.single (id) VALUES (4);"
	  "INSERT INTO shop.single (id, v) VALUES (-5, 5)" },
	{ "a wide partition", "wide", 33,
	  "CREATE TABLE shop.wide (id int, a int, b text, PRIMARY KEY (id, a, b)) WITH CLUSTERING "
	  "ORDER BY (a DESC, b ASC);" WIDE_TEN(1) WIDE_TEN(2)
		  WIDE_TEN(3) "INSERT INTO shop.wide (id, a, b) VALUES (1, 30, 'y');"
			      "INSERT INTO shop.wide (id, a, b) VALUES (2, 1, '');"
			      "INSERT INTO shop.wide (id, a, b) VALUES (3, -1, 'z')" },
	{ "partitions of static columns alone", "lone", 6,
	  "CREATE TABLE shop.lone (id int, c int, s text static, v int, PRIMARY KEY (id, c));"
	  "INSERT INTO shop.lone (id, s) VALUES (1, 'one');"
	  "INSERT INTO shop.lone (id, s) VALUES (2, 'two');"
	  "INSERT INTO shop.lone (id, s) VALUES (3, 'three');"
	  "INSERT INTO shop.lone (id, c, s, v) VALUES (4, 1, 'four', 1);"
	  "INSERT INTO shop.lone (id, c, v) VALUES (4, 2, 2);"
	  "INSERT INTO shop.lone (id, c) VALUES (5, 1)" },
	{ "names that need quotes", "\"OddTable\"", 4,
	  "CREATE TABLE shop.\"OddTable\" (\"Odd key\" text, \"a\"\"b\" int, \"select\" int, "
	  "\"V\" int, PRIMARY KEY ((\"Odd key\", \"a\"\"b\"), \"select\"));"
	  "INSERT INTO shop.\"OddTable\" (\"Odd key\", \"a\"\"b\", \"select\") VALUES ('a', 1, 1);"
	  "INSERT INTO shop.\"OddTable\" (\"Odd key\", \"a\"\"b\", \"select\") VALUES ('a', 1, 2);"
	  "INSERT INTO shop.\"OddTable\" (\"Odd key\", \"a\"\"b\", \"select\") VALUES ('a', 2, 1);"
	  "INSERT INTO shop.\"OddTable\" (\"Odd key\", \"a\"\"b\", \"select\") VALUES ('b', 1, 1)" },
	{ "a key of three columns", "three", 3,
	  "CREATE TABLE shop.three (z int, y text, x uuid, v int, PRIMARY KEY ((z, y, x)));"
	  "INSERT INTO shop.three (z, y, x) VALUES (1, '', 00000000-0000-0000-0000-000000000001);"
	  "INSERT INTO shop.three (z, y, x) VALUES (1, 'a', 00000000-0000-0000-0000-000000000001);"
	  "INSERT INTO shop.three (z, y, x) VALUES (2, 'a', 00000000-0000-0000-0000-000000000002)" },
	{ "counters", "clicks", 2,
	  "CREATE TABLE shop.clicks (id int PRIMARY KEY, n counter);"
	  "UPDATE shop.clicks SET n = n + 1 WHERE id = 1;"
	  "UPDATE shop.clicks SET n = n + 1 WHERE id = 2" },
	{ "collections and user types", "rich", 2,
	  "CREATE TYPE shop.point (x int, y int);"
	  "CREATE TABLE shop.rich (id int PRIMARY KEY, l list<int>, m map<text, int>, p point, "
	  "t tuple<int, text>);"
	  "INSERT INTO shop.rich (id, l, m, p, t) VALUES (1, [1], {'a': 1}, {x: 1, y: 2}, (1, 'a'));"
	  "INSERT INTO shop.rich (id) VALUES (2)" },
	{ "a view", "by_v", 3,
	  "CREATE TABLE shop.base (id int PRIMARY KEY, v int);"
	  "CREATE MATERIALIZED VIEW shop.by_v AS SELECT * FROM shop.base WHERE id IS NOT NULL AND v "
	  "IS NOT NULL PRIMARY KEY (v, id);"
	  "INSERT INTO shop.base (id, v) VALUES (1, 1);"
	  "INSERT INTO shop.base (id, v) VALUES (2, 1);"
	  "INSERT INTO shop.base (id, v) VALUES (3, 2);"
	  "INSERT INTO shop.base (id) VALUES (4)" },
};

/* Cut in few ranges and many, in pages of one row and of all. */
static void scan_all_ways(struct heard *h, const char *name, size_t rows)
{
	static const uint32_t ranges[] = { 1, 3, 256 }, pages[] = { 1, 4, 0 }, at_once[] = { 1, 5 };

	for (size_t i = 0; i < CD_COUNT(ranges) * CD_COUNT(pages) * CD_COUNT(at_once); i++) {
		char migration[80];

		snprintf(migration, sizeof migration, "20261122_%03zu_%s", i, name);
		h->options.ranges = world_is_real() && ranges[i % 3] > 3 ? 16 : ranges[i % 3];
		h->options.page_rows = pages[i / 3 % 3];
		h->options.in_flight = at_once[i / 9];
		heard_reset(h, migration);
		heard_ok(h);
		if (h->count != rows)
			fail_msg("%s: %zu rows, %u ranges, pages of %u", name, h->count,
				 (unsigned)h->options.ranges, (unsigned)h->options.page_rows);
	}
}

static void every_row_once(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < CD_COUNT(tables); i++) {
		struct heard *h = heard_of(w, tables[i].table);

		if (*tables[i].cql)
			heard_script(w, tables[i].cql);
		scan_all_ways(h, tables[i].name, tables[i].rows);
		heard_free(h);
	}
}

/* ---- keys ------------------------------------------------------------------------------------ */

static const struct {
	const char *type, *values[3];
} keys[] = {
	{ "ascii", { "'a'", "''", "'b'" } },
	{ "bigint", { "0", "-9223372036854775808", "9223372036854775807" } },
	{ "blob", { "0x00", "0xff", "0x0102" } },
	{ "boolean", { "true", "false" } },
	{ "date", { "'2026-11-22'", "'1970-01-01'" } },
	{ "decimal", { "1.0", "-0.001", "123456789012345678901234567890" } },
	{ "double", { "0.0", "-1.5", "NaN" } },
	{ "float", { "0.0", "-1.5", "Infinity" } },
	{ "inet", { "'127.0.0.1'", "'::1'" } },
	{ "int", { "0", "-1", "2147483647" } },
	{ "smallint", { "0", "-1", "32767" } },
	{ "text", { "'a'", "'ä'", "'b'" } },
	{ "time", { "'00:00:00'", "'23:59:59.999999999'" } },
	{ "timestamp", { "0", "1790000000000" } },
	{ "timeuuid", { "00000000-0000-1000-8000-000000000001" } },
	{ "tinyint", { "0", "-1", "127" } },
	{ "uuid", { "00000000-0000-4000-8000-000000000001" } },
	{ "varint", { "0", "-1", "123456789012345678901234567890" } },
	{ "frozen<list<int>>", { "[1]", "[1, 2]" } },
	{ "frozen<set<text>>", { "{'a'}", "{'a', 'b'}" } },
	{ "frozen<map<int, text>>", { "{1: 'a'}" } },
	{ "frozen<tuple<int, text>>", { "(1, 'a')", "(2, 'a')" } },
	{ "frozen<pair>", { "{x: 1, y: 2}", "{x: 2}" } },
	{ "vector<float, 2>", { "[1, 2]", "[2, 1]" } },
};

static size_t make_keys(struct world *w, size_t i)
{
	char cql[300];
	size_t rows = 0;

	snprintf(cql, sizeof cql, "CREATE TABLE shop.k%zu (id %s PRIMARY KEY, v int)", i,
		 keys[i].type);
	world_execute(w, cql);
	for (; rows < 3 && keys[i].values[rows]; rows++) {
		/* ascii and text: an empty one is no key */
		snprintf(cql, sizeof cql, "INSERT INTO shop.k%zu (id, v) VALUES (%s, %zu)", i,
			 strcmp(keys[i].values[rows], "''") ? keys[i].values[rows] : "'c'", rows);
		world_execute(w, cql);
	}
	return rows;
}

static void keys_of_every_type(void **state)
{
	struct world *w = *state;

	world_execute(w, "CREATE TYPE shop.pair (x int, y int)");
	for (size_t i = 0; i < CD_COUNT(keys); i++) {
		char table[8];
		struct heard *h = heard_of(w, table);
		size_t rows = make_keys(w, i);

		snprintf(table, sizeof table, "k%zu", i);
		h->scanner.name = keys[i].type;
		h->options.page_rows = 1;
		h->options.ranges = 2;
		heard_ok(h);
		if (h->count != rows)
			fail_msg("%s: %zu rows of %zu", keys[i].type, h->count, rows);
		heard_free(h);
	}
}

/* Partitions that share a token, a wide one and one of static columns among them, and those with the least
 * token and the greatest. */
static void partitions_of_one_token(void **state)
{
	static const int64_t tokens[] = { INT64_MIN + 1, -1, 0, 42, INT64_MAX };
	struct world *w = *state;
	struct heard *h = heard_of(w, "twins");
	size_t rows = 0;

	world_execute(
		w, "CREATE TABLE shop.twins (id blob, c int, s int static, PRIMARY KEY (id, c))");
	for (size_t i = 0; i < CD_COUNT(tokens); i++) {
		for (uint64_t which = 0; which < 4; which++) {
			char cql[200], hex[33];
			uint8_t key[16];

			murmur_twin(tokens[i], which, key);
			assert_int_equal(cql_murmur3_token(key, sizeof key), tokens[i]);
			for (size_t k = 0; k < 16; k++)
				snprintf(hex + 2 * k, 3, "%02x", key[k]);
			for (int c = 0; c < (which == 2 ? 9 : 1); c++, rows++) {
				snprintf(cql, sizeof cql,
					 which ? "INSERT INTO shop.twins (id, c) VALUES (0x%s, %d)"
					       : "INSERT INTO shop.twins (id, s) VALUES (0x%s, %d)",
					 hex, c);
				world_execute(w, cql);
			}
		}
	}
	scan_all_ways(h, "partitions of one token", rows);
	heard_free(h);
}

/* ---- what is given --------------------------------------------------------------------------- */

typedef struct review {
	coodie_row row;
	int32_t id;
	const char *text;
	int32_t *stars;
} review;

static const coodie_column review_columns[] = {
	COODIE_COLUMN(review, id, "int", .partition_key = 1),
	COODIE_COLUMN(review, text, "text"),
	COODIE_COLUMN(review, stars, "int"),
};
static const coodie_model review_model = COODIE_MODEL(review, review_columns, "reviews",
						      .keyspace = "shop");

static void make_reviews(struct world *w, int count)
{
	world_execute(w, "ALTER TABLE shop.reviews ADD stars int");
	for (int i = 0; i < count; i++) {
		char cql[100];

		snprintf(cql, sizeof cql, "INSERT INTO shop.reviews (id, text) VALUES (%d, 'x')",
			 i);
		world_execute(w, cql);
	}
}

static bool fill(coodie_migration *m, void *object, void *user, coodie_error *err)
{
	const coodie_model *model = coodie_object_model(object);

	(void)user;
	return coodie_object_set(object, "stars", cql(3), err) &&
	       coodie_save(coodie_migration_session(m), model, object, NULL, err);
}

static bool fill_through_a_struct(coodie_migration *m, void *object, void *user, coodie_error *err)
{
	static const int32_t three = 3;
	review *r = object;

	(void)user;
	r->stars = (int32_t *)&three;
	return coodie_save(coodie_migration_session(m), &review_model, r, NULL, err);
}

static bool fill_all(coodie_migration *m, coodie_error *err)
{
	return coodie_migration_scan_table(m, "reviews", COODIE_MIGRATION_SCAN(.page_rows = 3),
					   fill, NULL, err);
}

static bool fill_model(coodie_migration *m, coodie_error *err)
{
	return coodie_migration_scan_table(
		m, NULL, COODIE_MIGRATION_SCAN(.model = &review_model, .page_rows = 3),
		fill_through_a_struct, NULL, err);
}

/* Rows are given where a migration may wait: on a loop of the session's own, and with threads. */
static void rows_are_written(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops <= 2; loops += 2) {
		struct world *w = world_begin(loops ? 3 : 1, loops);
		struct scanner s = { .session = w->session, .keyspace = "shop", .name = "a" };

		make_reviews(w, 50);
		world_ok(w, scanner_run(&s, fill_all, &w->err));
		assert_string_equal(
			world_rows(
				w,
				"SELECT count(*) FROM shop.reviews WHERE stars = 3 ALLOW FILTERING"),
			"50");
		world_execute(w, "UPDATE shop.reviews SET stars = 1 WHERE id = 1");
		s.name = "b";
		world_ok(w, scanner_run(&s, fill_model, &w->err));
		assert_string_equal(world_rows(w, "SELECT stars FROM shop.reviews WHERE id = 1"),
				    "3");
		world_end(w);
	}
}

/* Only some columns, which are the only ones that a save writes. */
static void some_columns(void **state)
{
	struct world *w = *state;
	struct heard *h = heard_of(w, "\"OddTable\"");

	heard_script(w, tables[4].cql);
	h->options.columns = "\"V\"";
	heard_ok(h);
	assert_int_equal(h->count, 4);
	heard_reset(h, "20261122_002_scan");
	h->options.columns = "\"V\", nothing";
	heard_failed(h, COODIE_ERR_QUERY, "nothing");
	heard_free(h);
}

static void enough(void **state)
{
	struct world *w = *state;
	struct heard *h = heard_of(w, "reviews");

	make_reviews(w, 30);
	h->stop_at = 7;
	heard_ok(h);
	assert_int_equal(h->given, 7);
	heard_free(h);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void wrong(void **state)
{
	struct world *w = *state;
	struct heard *h = heard_of(w, "revews");

	heard_failed(h, COODIE_ERR_NOT_FOUND, "reviews");
	h->table = NULL;
	heard_failed(h, COODIE_ERR_INVALID, "no table");
	h->options.model = &review_model;
	h->table = "reviews";
	heard_failed(h, COODIE_ERR_INVALID, "a model has its table");
	h->options.model = NULL;
	h->options.ranges = 65537;
	heard_failed(h, COODIE_ERR_INVALID, "65537 ranges; at most 65536");
	h->options.ranges = 0;
	h->options.keyspace = "nowhere";
	heard_failed(h, COODIE_ERR_NOT_FOUND, "nowhere");
	heard_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_row_once),
		TEST(keys_of_every_type),
		TEST(partitions_of_one_token),
		cmocka_unit_test(rows_are_written),
		TEST(some_columns),
		TEST(enough),
		TEST(wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
