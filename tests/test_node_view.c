/* SPDX-License-Identifier: MIT */
/* Materialized views: that each is what its definition makes of its base, whatever was written, whatever
 * time has passed and whenever memory ran out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/plan/view.h"
#include "tests/failalloc.h"
#include "tests/node_fixture.h"
#include "tests/test.h"

#define BASE \
	"CREATE TABLE b (k int, c int, v int, w text, l list<int>, m map<text, int>, s int " \
	"STATIC, PRIMARY KEY (k, c))"

#define VIEW(name, columns, where, key) \
	"CREATE MATERIALIZED VIEW " name " AS SELECT " columns " FROM b WHERE " where \
	" PRIMARY KEY " key

#define KEYS_SET "k IS NOT NULL AND c IS NOT NULL"
#define ALL_SET KEYS_SET " AND v IS NOT NULL"

static const char *const definitions[] = {
	VIEW("byv", "k, c, v, w, l, m", ALL_SET, "(v, k, c)"),
	VIEW("keys", "k, c", KEYS_SET, "(c, k)"),
	VIEW("some", "k, c, v, w", "k = 1 AND c >= 2", "((c, k))"),
	VIEW("byw", "k, c, w, m", "k IN (0, 2) AND c IS NOT NULL AND w IS NOT NULL", "(w, c, k)"),
};

static int begin(void **state)
{
	static const char *const tables[] = { BASE };
	struct fixture *f = fixture_with(tables, CD_COUNT(tables));

	for (size_t i = 0; i < CD_COUNT(definitions); i++)
		assert_non_null(strstr(fixture_run(f, definitions[i]), "schema CREATED TABLE"));
	*state = f;
	return 0;
}

/* ---- what is said -------------------------------------------------------------------------------- */

static void disabled(void **state)
{
	struct fixture *f = *state;
	const char *create = VIEW("other", "*", KEYS_SET, "(k, c)");

	f->db.settings.materialized_views_enabled = false;
	assert_string_equal(fixture_run(f, create),
			    "0x2200 Materialized views are disabled. Enable in cassandra.yaml to "
			    "use.");
	f->db.settings.materialized_views_enabled = true;
	assert_string_equal(fixture_run(f, VIEW("other", "k, c", KEYS_SET, "(k, c)")),
			    "warning Materialized views are experimental and are not recommended "
			    "for production use.; schema CREATED TABLE ks.other");
}

/* ScyllaDB has views, and does not warn. */
static void of_scylla(void **state)
{
	struct fixture *f = *state;

	f->db.is_scylla = true;
	assert_string_equal(fixture_run(f, VIEW("other", "k, c", KEYS_SET, "(k, c)")),
			    "schema CREATED TABLE ks.other");
}

struct told {
	char text[256];
};

static void note(void *user, const cql_schema_change *change, struct nd_table *table)
{
	struct told *t = user;
	size_t len = strlen(t->text);

	snprintf(t->text + len, sizeof t->text - len, "%.*s %.*s;", (int)change->change.len,
		 change->change.data, (int)change->name.len, table ? change->name.data : "");
}

/* Those whose views change with it are told, in their order. */
static void told(void **state)
{
	static const struct {
		const char *cql, *told;
	} rows[] = {
		{ VIEW("whole", "k, c, v", KEYS_SET, "(k, c)"), "CREATED whole;" },
		{ "ALTER TABLE b WITH comment = 'x'", "UPDATED b;" },
		{ "ALTER TABLE b ADD x int", "UPDATED b;" },
		{ "ALTER TABLE b RENAME c TO cc",
		  "UPDATED b;UPDATED byv;UPDATED byw;UPDATED keys;UPDATED some;UPDATED whole;" },
		{ "ALTER MATERIALIZED VIEW some WITH comment = 'x'", "UPDATED some;" },
		{ "DROP MATERIALIZED VIEW whole", "DROPPED whole;" },
		{ "CREATE TYPE u (a int)", "CREATED ;" },
		{ "DROP KEYSPACE ks",
		  "DROPPED byv;DROPPED byw;DROPPED keys;DROPPED some;DROPPED b;DROPPED ;DROPPED ;" },
	};
	struct fixture *f = *state;
	struct told t;

	f->db.schema.listener = (struct nd_schema_listener){ note, &t };
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		t.text[0] = '\0';
		fixture_run(f, rows[i].cql);
		assert_string_equal(t.text, rows[i].told);
	}
	f->db.schema.listener = (struct nd_schema_listener){ 0 };
}

/* ---- time ---------------------------------------------------------------------------------------- */

static void rows_end_with_their_key(void **state)
{
	static const struct fixture_row before[] = {
		{ "a row", "INSERT INTO b (k, c, w) VALUES (0, 1, 'stays')", NULL, "void" },
		{ "its key ends", "UPDATE b USING TTL 10 SET v = 5 WHERE k = 0 AND c = 1", NULL,
		  "void" },
		{ "it is there", "SELECT k, c, w FROM byv WHERE v = 5", NULL,
		  "rows: k=0 c=1 w='stays'" },
	};
	static const struct fixture_row after[] = {
		{ "it is over", "SELECT k, c, w FROM byv WHERE v = 5", NULL, "rows:" },
		{ "not in the others", "SELECT k, c FROM keys WHERE c = 1", NULL, "rows: c=1 k=0" },
		{ "something else", "UPDATE b SET w = 'other' WHERE k = 0 AND c = 1", NULL,
		  "void" },
		{ "the key again", "UPDATE b SET v = 5 WHERE k = 0 AND c = 1", NULL, "void" },
		{ "with what the base has", "SELECT k, c, w FROM byv WHERE v = 5", NULL,
		  "rows: k=0 c=1 w='other'" },
	};
	struct fixture *f = *state;

	fixture_rows(f, before, CD_COUNT(before));
	fixture_sleep(f, 11);
	fixture_rows(f, after, 1);
	fixture_sleep(f, 3600 * 24 * 20); /* the base has forgotten the cell */
	for (int i = 0; i < 20; i++) {
		fixture_run(f, "UPDATE b SET v = 6 WHERE k = 9 AND c = 9");
		fixture_sleep(f, 700);
	}
	assert_string_equal(fixture_run(f, "SELECT k, c FROM keys WHERE c = 1"), "rows: k=0 c=1");
	fixture_rows(f, after + 2, CD_COUNT(after) - 2);
}

/* A row of a view without all columns lives by those that it has not. */
static void rows_live_by_what_is_left_out(void **state)
{
	static const struct fixture_row rows[] = {
		{ "by a cell", "UPDATE b USING TTL 10 SET v = 1 WHERE k = 3 AND c = 1", NULL,
		  "void" },
		{ "and a longer one", "UPDATE b USING TTL 20 SET l = [1] WHERE k = 3 AND c = 1",
		  NULL, "void" },
		{ "and a shorter one", "UPDATE b USING TTL 5 SET w = 'x' WHERE k = 3 AND c = 1",
		  NULL, "void" },
	};
	struct fixture *f = *state;

	fixture_rows(f, rows, CD_COUNT(rows));
	fixture_sleep(f, 19);
	assert_string_equal(fixture_run(f, "SELECT k FROM keys WHERE c = 1"), "rows: k=3");
	fixture_sleep(f, 1);
	assert_string_equal(fixture_run(f, "SELECT k FROM keys WHERE c = 1"), "rows:");
}

static struct nd_table *table(struct fixture *f, const char *name)
{
	return nd_keyspace_table(nd_schema_keyspace(&f->db.schema, "ks"), name);
}

/* What is over is given back, though nobody deletes it. */
static void rows_are_swept(void **state)
{
	struct fixture *f = *state;
	cql_blob none = { NULL, 0 };

	fixture_run(f, "INSERT INTO b (k, c, w) VALUES (0, 1, 'stays')");
	fixture_run(f, "UPDATE b USING TTL 10 SET v = 5 WHERE k = 0 AND c = 1");
	fixture_run(f, "SELECT * FROM byv");
	assert_non_null(nd_store_after(table(f, "byv")->store, INT64_MIN, none));
	for (int i = 0; i < 6; i++) {
		fixture_sleep(f, 400);
		nd_store_sweep(table(f, "byv")->store, f->now_us / 1000000);
	}
	assert_null(nd_store_after(table(f, "byv")->store, INT64_MIN, none));
}

/* ---- any writes ------------------------------------------------------------------------------------ */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

enum { NUMBERS = 8 };

/* # in a statement is a small number, ~ one of few keys, @ a USING of any sort, ! a time alone. */
static void fill(struct fixture *f, uint64_t *seed, const char *cql, char *out, size_t size)
{
	size_t len = 0;

	for (; *cql && len < size; cql++) {
		long long at = (long long)f->now_us + (int)draw(seed, 9) * 1000000 - 6000000;

		if (*cql == '#')
			len += (size_t)snprintf(out + len, size - len, "%u", draw(seed, NUMBERS));
		else if (*cql == '~')
			len += (size_t)snprintf(out + len, size - len, "%u", draw(seed, 4));
		else if (*cql == '!')
			len += (size_t)snprintf(out + len, size - len, " USING TIMESTAMP %lld", at);
		else if (*cql == '@' && draw(seed, 3))
			len += (size_t)snprintf(out + len, size - len,
						" USING TIMESTAMP %lld AND TTL %u", at,
						draw(seed, 2) * (1 + draw(seed, 30)));
		else if (*cql != '@')
			out[len++] = *cql;
	}
	assert_true(len < size);
	out[len] = '\0';
}

static const char *const writes[] = {
	"INSERT INTO b (k, c, v, w) VALUES (~, ~, #, 'w#')@",
	"INSERT INTO b (k, c, v, w, l, m, s) VALUES (~, ~, #, 'w#', [#, #], {'a#': #}, #)@",
	"INSERT INTO b (k, c) VALUES (~, ~)@",
	"UPDATE b@ SET v = # WHERE k = ~ AND c = ~",
	"UPDATE b@ SET v = # WHERE k = ~ AND c IN (~, ~)",
	"UPDATE b@ SET w = 'w#' WHERE k = ~ AND c = ~",
	"UPDATE b@ SET v = #, w = 'w#' WHERE k = ~ AND c = ~",
	"UPDATE b@ SET l = l + [#], m['a#'] = # WHERE k = ~ AND c = ~",
	"UPDATE b SET m = {'b#': #}, l = [#] WHERE k = ~ AND c = ~",
	"UPDATE b@ SET s = # WHERE k = ~",
	"DELETE v FROM b! WHERE k = ~ AND c = ~",
	"DELETE w, m FROM b! WHERE k = ~ AND c = ~",
	"DELETE m['a#'] FROM b WHERE k = ~ AND c = ~",
	"DELETE FROM b! WHERE k = ~ AND c = ~",
	"DELETE FROM b! WHERE k = ~ AND c >= ~",
	"DELETE FROM b! WHERE k = ~ AND c > ~ AND c < 3",
	"DELETE FROM b! WHERE k = ~",
	"UPDATE b SET v = # WHERE k = ~ AND c = ~ IF EXISTS",
	"UPDATE b SET v = #, w = 'w#' WHERE k = ~ AND c = ~ IF v = #",
	"INSERT INTO b (k, c, v) VALUES (~, ~, #) IF NOT EXISTS",
	"BEGIN BATCH UPDATE b SET v = # WHERE k = ~ AND c = ~; DELETE FROM b WHERE k = ~; APPLY BATCH",
	("BEGIN BATCH DELETE FROM b WHERE k = 1 AND c = ~; UPDATE b SET v = # WHERE k = 1 AND c = "
	 "~; INSERT INTO b (k, c, v, w) VALUES (1, ~, #, 'w#'); APPLY BATCH"),
};

/* Rarer: what is about all rows. */
static const char *const turns[] = {
	"TRUNCATE b",
	"DROP MATERIALIZED VIEW byw",
	"ALTER TABLE b WITH comment = 'x#'",
	"ALTER MATERIALIZED VIEW keys WITH comment = 'x#'",
};

/* A view, and its definition asked of the base itself: what comes behind ` | ` is asked of the base
 * alone, so that nothing keeps a row from being seen, and cut off. */
static const struct look {
	const char *view, *columns, *rest, *where;
} looks[] = {
	{ "byv", "k, c, v, w, l, m, writetime(w), ttl(w)", "s", "v > -1" },
	{ "keys", "k, c", "v, w, l, m", "c > -1" },
	{ "some", "k, c, v, w, writetime(v), ttl(v)", "l, m", "k = 1 AND c >= 2" },
	{ "byw", "k, c, w, m", "v, l", "k IN (0, 2) AND w > ''" },
};

struct lines {
	char text[1 << 14];
	char *at[64];
	size_t count;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The rows of an answer, each cut in front of `cut`, sorted. False: refused for want of memory. */
static bool read_lines(struct fixture *f, const char *when, const char *cql, const char *cut,
		       struct lines *out)
{
	const char *answer = fixture_run(f, cql);
	char *at, *next;

	if (!strncmp(answer, "0x0000 ", 7))
		return false;
	if (strncmp(answer, "rows:", 5) != 0)
		fail_msg("%s, %s: %s", when, cql, answer);
	snprintf(out->text, sizeof out->text, "%s", answer + 5);
	out->count = 0;
	for (at = out->text; at && *at; at = next) {
		char *end = strstr(at, cut);

		at += *at == ' ';
		next = strstr(at, " | ");
		if (next) {
			*next = '\0';
			next += 2;
		}
		if (end && (!next || end < next))
			*end = '\0';
		assert_true(out->count < CD_COUNT(out->at));
		out->at[out->count++] = at;
	}
	qsort(out->at, out->count, sizeof out->at[0], by_text);
	return true;
}

/* False: out of memory. */
static bool check_look(struct fixture *f, const struct look *look, const char *when)
{
	struct lines *lines = calloc(2, sizeof *lines);
	char cql[512], cut[64];
	bool ok;

	assert_non_null(lines);
	snprintf(cut, sizeof cut, " %.*s=", (int)strcspn(look->rest, ","), look->rest);
	snprintf(cql, sizeof cql, "SELECT %s FROM %s", look->columns, look->view);
	ok = read_lines(f, when, cql, "\n", &lines[0]);
	snprintf(cql, sizeof cql, "SELECT %s, %s FROM b WHERE %s ALLOW FILTERING", look->columns,
		 look->rest, look->where);
	ok = ok && read_lines(f, when, cql, cut, &lines[1]);
	for (size_t i = 0; ok && i < lines[0].count && i < lines[1].count; i++)
		if (strcmp(lines[0].at[i], lines[1].at[i]) != 0)
			fail_msg("%s, %s: has %s, but should have %s", when, look->view,
				 lines[0].at[i], lines[1].at[i]);
	if (ok && lines[0].count != lines[1].count)
		fail_msg("%s, %s: %zu rows, but should have %zu", when, look->view, lines[0].count,
			 lines[1].count);
	free(lines);
	fixture_forget(f);
	return ok;
}

static void write_anything(struct fixture *f, uint64_t *seed, char *cql, size_t size)
{
	bool turn = !draw(seed, 150);

	fill(f, seed,
	     turn ? turns[draw(seed, CD_COUNT(turns))] : writes[draw(seed, CD_COUNT(writes))], cql,
	     size);
	if (*fixture_run(f, cql) == '0')
		fail_msg("%s: %s", cql, f->text);
	if (!strncmp(cql, "DROP", 4))
		fixture_run(f, definitions[3]);
	if (!draw(seed, 4))
		fixture_sleep(f, 1 + draw(seed, 6));
	if (!draw(seed, 500))
		fixture_sleep(f, 3600 * 24 * 11);
	fixture_forget(f);
}

static void views_follow_their_base(void **state)
{
	uint64_t seed = 13;
	char cql[512];

	for (unsigned i = 0; i < 12000; i++) {
		write_anything(*state, &seed, cql, sizeof cql);
		for (size_t k = 0; k < CD_COUNT(looks) && draw(&seed, 3) == 0; k++)
			assert_true(check_look(*state, &looks[k], cql));
	}
}

/* ---- want of memory -------------------------------------------------------------------------------- */

static void check_all(struct fixture *f, const char *when)
{
	for (size_t i = 0; i < CD_COUNT(looks); i++)
		assert_true(!table(f, looks[i].view) || check_look(f, &looks[i], when));
}

/* Each allocation of each statement fails once: what was written, and what was not, the views agree
 * with. */
static void memory_may_end(void **state)
{
	static const char *const statements[] = {
		"INSERT INTO b (k, c, v, w, m) VALUES (0, 1, 1, 'a', {'x': 1})",
		"INSERT INTO b (k, c, v, w) VALUES (1, 2, 1, 'b')",
		"UPDATE b SET v = 2 WHERE k = 0 AND c = 1",
		"SELECT * FROM byv",
		"UPDATE b SET w = 'c', m['y'] = 2 WHERE k = 0 AND c IN (1, 2)",
		"DELETE v FROM b WHERE k = 1 AND c = 2",
		"INSERT INTO b (k, c, v, w) VALUES (1, 3, 4, 'd')",
		"ALTER TABLE b RENAME c TO d",
		"ALTER TABLE b RENAME d TO c",
		"DROP MATERIALIZED VIEW IF EXISTS byw",
		VIEW("IF NOT EXISTS byw", "k, c, w, m",
		     "k IN (0, 2) AND c IS NOT NULL AND w IS NOT NULL", "(w, c, k)"),
		"SELECT * FROM byw",
		"SELECT * FROM system_schema.views",
		"DELETE FROM b WHERE k = 1 AND c > 2",
		"TRUNCATE b",
	};
	struct cd_failalloc fail;
	struct fixture f;

	(void)state;
	cd_failalloc_init(&fail, 0);
	fixture_begin(&f, &fail.allocator);
	fixture_run(&f, BASE);
	for (size_t i = 0; i < CD_COUNT(definitions); i++)
		fixture_run(&f, definitions[i]);
	check_all(&f, "at first");
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		size_t before, n = 1;

		do {
			before = fail.failed;
			fail.fail_at = fail.calls + n++;
			fixture_try(&f, &fail.allocator, statements[i]);
			fail.fail_at = 0;
			if (!strstr(statements[i], " RENAME "))
				check_all(&f, statements[i]);
		} while (fail.failed > before);
	}
	fixture_end(&f);
	assert_int_equal(fail.live, 0);
}

/* They are found by going over all rows: no SELECT takes a key so long. */
static void keys_may_be_longer_than_any(void **state)
{
	enum { LEN = 65536 };
	struct fixture *f = *state;
	char *insert = malloc(LEN + 100);

	assert_non_null(insert);
	int at = sprintf(insert, "INSERT INTO b (k, c, w) VALUES (2, 1, '");
	memset(insert + at, 'x', LEN);
	strcpy(insert + at + LEN, "')");
	fixture_run(f, VIEW("long", "k, c, w", KEYS_SET " AND w IS NOT NULL", "(w, c, k)"));
	assert_string_equal(fixture_run(f, insert), "void");
	assert_string_equal(fixture_run(f, "SELECT k FROM long"), "rows: k=2");
	assert_string_equal(fixture_run(f, "UPDATE b SET w = 'y' WHERE k = 2 AND c = 1"), "void");
	assert_string_equal(fixture_run(f, "SELECT k, w FROM long"), "rows: k=2 w='y'");
	free(insert);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(disabled, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(of_scylla, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(told, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(rows_end_with_their_key, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(rows_live_by_what_is_left_out, begin,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(keys_may_be_longer_than_any, begin,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(rows_are_swept, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(views_follow_their_base, begin, fixture_teardown),
		cmocka_unit_test(memory_may_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
