/* SPDX-License-Identifier: MIT */
/* Migrations as makemigration writes them: names, both directions, what is impossible, and that they run.
 * MG-30, MG-31, MG-32, MG-33, OPP-15 */
#include <coodie/diff.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrate/write.h"
#include "tests/migrate/world.h"
#include "tests/test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

enum { NOW = 1763815800 /* 2025-11-22 12:50:00 UTC */ };

/* The difference that leads from what is in the node to what is there after these statements. */
static coodie_diff *diff_to(struct world *w, const char *statements)
{
	coodie_schema *is = coodie_schema_read(w->session, "shop", &w->err), *should;
	coodie_node *node = coodie_node_start(NULL, &w->err);
	coodie_session *s = coodie_session_open(coodie_node_address(node, 0), &w->err);
	coodie_diff *d;

	assert_true(coodie_node_execute(
		node,
		"CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1};"
		"CREATE TABLE shop.reviews (id int PRIMARY KEY, text text)",
		&w->err));
	if (!coodie_node_execute(node, statements, &w->err))
		fail_msg("%s", w->err.message);
	should = coodie_schema_read(s, "shop", &w->err);
	d = is && should
		    ? coodie_schema_compare(is, should, COODIE_DIFF(.drop_objects = true), &w->err)
		    : NULL;
	if (!d)
		fail_msg("%s", w->err.message);
	coodie_schema_free(is);
	coodie_schema_free(should);
	coodie_session_free(s);
	coodie_node_stop(node);
	return d;
}

static char text[8000];

/* Writes one; its name, its text in `text`. */
static const char *write_one(struct world *w, const char *description, const coodie_diff *d)
{
	static char path[300];
	FILE *f;
	size_t len;

	if (!mg_write(w->directory, description, d, NOW, path, sizeof path, &w->err))
		fail_msg("%s", w->err.message);
	f = fopen(path, "r");
	assert_non_null(f);
	len = fread(text, 1, sizeof text - 1, f);
	text[len] = '\0';
	fclose(f);
	return path + strlen(w->directory) + 1;
}

static void names(void **state)
{
	static const struct {
		const char *description, *name;
	} rows[] = {
		{ "Add rating to reviews!", "20251122_001_add_rating_to_reviews.cql" },
		{ "", "20251122_002_migration.cql" },
		{ " --- ", "20251122_003_migration.cql" },
		{ "__A  b__\xc3\xa9 9", "20251122_004_a_b_9.cql" },
	};
	struct world *w = *state;
	coodie_diff *d = diff_to(w, "");
	char path[300];

	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		assert_string_equal(write_one(w, rows[i].description, d), rows[i].name);
	/* The number goes on from the highest of all dates, and of all languages. */
	world_file(w, "20200101_041_x.py", "");
	world_file(w, "20200101_7_x.py", "");
	assert_string_equal(write_one(w, "x", d), "20251122_042_x.cql");
	/* The day is that of the place. */
	setenv("TZ", "UTC-12", 1);
	tzset();
	assert_string_equal(write_one(w, "x", d), "20251123_043_x.cql");
	assert_non_null(strstr(text, "on 2025-11-22 12:50:00 UTC\n"));
	setenv("TZ", "UTC", 1);
	tzset();
	world_file(w, "20200101_999_x.c", "");
	assert_false(mg_write(w->directory, "x", d, NOW, path, sizeof path, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_LIMIT);
	coodie_diff_free(d);
}

static void a_directory_is_made(void **state)
{
	struct world *w = *state;
	coodie_diff *d = diff_to(w, "");
	char directory[100], path[300];

	snprintf(directory, sizeof directory, "%s/new", w->directory);
	assert_true(coodie_migration_write(directory, "x", d, path, sizeof path, &w->err));
	assert_int_equal(remove(path), 0);
	assert_int_equal(rmdir(directory), 0);
	assert_false(coodie_migration_write("/dev/null", "x", d, path, sizeof path, &w->err));
	assert_non_null(strstr(w->err.message, "/dev/null: Not a directory"));
	assert_false(coodie_migration_write("/nowhere/at/all", "x", d, path, sizeof path, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_INVALID);
	coodie_diff_free(d);
}

static void nothing_to_do(void **state)
{
	struct world *w = *state;
	coodie_diff *d = diff_to(w, "");

	write_one(w, "Nothing\nat all", d);
	assert_string_equal(text, "-- Written by coodie makemigration on 2025-11-22 12:50:00 UTC\n"
				  "-- description: Nothing at all\n"
				  "-- destructive: no\n"
				  "-- reversible: yes\n"
				  "\n-- upgrade\n"
				  "\n-- downgrade\n");
	coodie_diff_free(d);
	world_ok(w, world_apply(w));
	world_ok(w, world_rollback(w, 1));
}

/* Additions and removals of all kinds, each way: what is written runs, and the schema is what it was to
 * become, and then again what it was. */
static const char *const changes[] = {
	"ALTER TABLE shop.reviews ADD rating int",
	"ALTER TABLE shop.reviews ADD (a int, \"B\" set<text>, c map<text, frozen<list<int>>>)",
	"CREATE TABLE shop.t (id uuid, at timestamp, \"It's\" text, s int STATIC, PRIMARY KEY (id, at)) "
	"WITH CLUSTERING ORDER BY (at DESC) AND comment = 'it''s; one'",
	"CREATE TYPE shop.address (zip text); CREATE TABLE shop.t (id int PRIMARY KEY, home frozen<address>)",
	"CREATE INDEX by_text ON shop.reviews (text)",
	"CREATE MATERIALIZED VIEW shop.v AS SELECT * FROM shop.reviews WHERE id IS NOT NULL AND text IS NOT "
	"NULL PRIMARY KEY (text, id)",
	"ALTER TABLE shop.reviews WITH default_time_to_live = 60 AND comment = 'x'",
	"ALTER TABLE shop.reviews DROP text",
	"DROP TABLE shop.reviews",
	"ALTER TABLE shop.reviews ADD x int; CREATE INDEX ON shop.reviews (x); DROP TABLE shop.reviews; "
	"CREATE TYPE shop.u (a int, b text)",
};

static size_t left(struct world *w, const char *statements)
{
	coodie_diff *d = diff_to(w, statements);
	size_t n = coodie_diff_count(d);

	coodie_diff_free(d);
	return n;
}

/* No difference takes them away: all migrations would run again. */
static void our_tables_stay(void **state)
{
	struct world *w = *state;
	coodie_diff *d;

	world_ok(w, world_apply(w)); /* which makes them */
	d = diff_to(w, "");
	assert_int_equal(coodie_diff_count(d), 0);
	coodie_diff_free(d);
	/* A schema that was read where there have been migrations. */
	d = diff_to(w, "CREATE TABLE shop.\"_coodie_migrations\" (id int PRIMARY KEY)");
	assert_int_equal(coodie_diff_count(d), 0);
	coodie_diff_free(d);
}

static void what_is_written_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(changes); i++) {
		struct world *w = world_begin(1, 0);
		coodie_diff *d = diff_to(w, changes[i]);
		bool destructive = coodie_diff_safety_count(d, COODIE_CHANGE_DESTRUCTIVE) > 0;

		write_one(w, changes[i], d);
		coodie_diff_free(d);
		if (destructive)
			world_failed(w, world_apply(w), COODIE_CAUSE_DESTRUCTIVE, "leave");
		w->options.allow_destructive = true;
		if (!world_apply(w))
			fail_msg("%s: %s: %s", changes[i], w->err.message, text);
		CD_CHECK(left(w, changes[i]) == 0, changes[i]);
		if (!world_rollback(w, 1))
			fail_msg("%s: %s: %s", changes[i], w->err.message, text);
		CD_CHECK(left(w, "") == 0, changes[i]);
		world_end(w);
	}
}

/* It does not run until somebody has written what does. */
static void what_is_impossible(void **state)
{
	struct world *w = *state;
	coodie_diff *d = diff_to(
		w,
		"DROP TABLE shop.reviews; CREATE TABLE shop.reviews (id text PRIMARY KEY, text int); "
		"CREATE TYPE shop.u (a int)");

	write_one(w, "New key", d);
	coodie_diff_free(d);
	assert_non_null(strstr(text, "-- impossible: reviews.id: is int, should be text"));
	assert_non_null(strstr(text, "\n-- reversible: no\n"));
	assert_non_null(strstr(text, "CREATE TYPE"));
	world_failed(w, world_apply(w), COODIE_CAUSE_FILE, "what no statement can do");
	assert_string_equal(world_status(w), "20251122_001_new_key PENDING cql\n");
}

/* What stays behind is told, and that the file cannot be taken back. */
static void what_stays(void **state)
{
	struct world *w = *state;
	coodie_diff *d;

	world_execute(w, "CREATE TYPE shop.u (a int)");
	d = diff_to(w, "CREATE TYPE shop.u (a int, b int)");
	write_one(w, "A field", d);
	coodie_diff_free(d);
	assert_non_null(strstr(text, "\n-- reversible: no\n"));
	assert_non_null(strstr(text, "\n-- note: there is no way back: field b stays: CQL drops none\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names),           TEST(a_directory_is_made),
		TEST(nothing_to_do),   cmocka_unit_test(what_is_written_runs),
		TEST(our_tables_stay), TEST(what_is_impossible),
		TEST(what_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
