/* SPDX-License-Identifier: MIT */
/* Scans that are cut off, and the runs after them; what a scan tells (MG-18 to MG-22). */
#include <time.h>

#include "tests/migrate/heard.h"
#include "tests/test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define PLACES "SELECT range, is_done, row_count FROM shop.\"_coodie_migrations_scan\""

enum { ROWS = 60 };

/* 40 rows in one partition, 20 in as many. */
static struct heard *make_table(struct world *w)
{
	struct heard *h = heard_of(w, "mixed");

	heard_mixed(w, ROWS, 40);
	h->options.page_rows = 4;
	h->options.ranges = 3;
	h->options.in_flight = 2;
	return h;
}

/* ---- being cut off --------------------------------------------------------------------------- */

/* With each row, one by one: the next run leaves nothing out, and no more than a page of each open range
 * comes again. */
static void cut_off_at_every_row(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);
	char name[40];

	for (size_t n = 1; n <= ROWS; n++) {
		snprintf(name, sizeof name, "20261122_%03zu_cut", n);
		heard_reset(h, name);
		h->fail_at = n;
		heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
		assert_int_equal(h->count, n);
		h->fail_at = 0;
		heard_ok(h);
		assert_int_equal(h->count, ROWS);
		assert_in_range(h->again, 1, 2 * 4);
	}
	/* what is kept of a scan goes with its migration */
	assert_string_equal(world_rows(w, PLACES), "");
	heard_free(h);
}

/* Again and again, as long as each run comes any further. */
static void cut_off_again(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);
	size_t runs = 0;

	h->fail_at = 9;
	while (!heard_run(h)) {
		assert_true(runs++ < ROWS);
		assert_true(h->again <= 2 * 4);
	}
	assert_int_equal(h->count, ROWS);
	assert_true(runs > 5);
	heard_free(h);
}

/* A scan that is done is not done again, whatever becomes of its migration. */
static void done_is_skipped(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);

	h->then_fails = true;
	heard_failed(h, COODIE_ERR_INVALID, "behind the scan");
	assert_int_equal(h->given, ROWS);
	assert_string_equal(world_rows(w, PLACES), "");
	heard_failed(h, COODIE_ERR_INVALID, "behind the scan");
	assert_int_equal(h->given, 0);
	assert_string_equal(h->told, "skip scan_table shop.mixed: 3 ranges, all columns: 3 of 3\n");
	h->then_fails = false;
	heard_ok(h);
	assert_int_equal(h->given, 0);
	heard_free(h);
}

/* Both directions have their own places. */
static void rolled_back_and_applied_again(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);

	heard_ok(h);
	h->scanner.downgrade = true;
	heard_ok(h);
	assert_int_equal(h->again, ROWS);
	h->scanner.downgrade = false;
	heard_ok(h);
	assert_int_equal(h->again, ROWS);
	heard_free(h);
}

/* What it says of where it goes on. */
static void goes_on(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);

	h->options.ranges = 1;
	h->fail_at = 10;
	heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
	assert_string_equal(world_rows(w, PLACES), "0, false, 8");
	h->fail_at = 0;
	heard_ok(h);
	assert_int_equal(h->given, ROWS - 8);
	assert_non_null(strstr(h->told, "shop.mixed: goes on, 0 of 1 ranges and 8 rows are done"));
	heard_free(h);
}

/* ---- another scan ---------------------------------------------------------------------------- */

static void changed_options(void **state)
{
	static const coodie_migration_scan others[] = {
		{ .size = sizeof(coodie_migration_scan), .ranges = 4 },
		{ .size = sizeof(coodie_migration_scan), .ranges = 3, .columns = "v" },
	};
	struct world *w = *state;
	struct heard *h = make_table(w);
	const coodie_migration_scan was = h->options;

	h->fail_at = 20;
	heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
	h->fail_at = 0;
	for (size_t i = 0; i < CD_COUNT(others); i++) {
		h->options = others[i];
		heard_failed(h, COODIE_ERR_CONFLICT,
			     "scan_table shop.mixed: 3 ranges, all columns");
		assert_int_equal(h->scanner.cause, COODIE_CAUSE_CHECKSUM);
	}
	h->options = was;
	h->table = "reviews";
	heard_failed(h, COODIE_ERR_CONFLICT, "scan_table shop.reviews");
	/* how fast, and in what pages, may change */
	h->table = "mixed";
	h->options.page_rows = 7;
	h->options.in_flight = 1;
	heard_ok(h);
	assert_int_equal(h->count, ROWS);
	assert_true(h->given < ROWS);
	heard_free(h);
}

static void restart(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);

	h->fail_at = 50;
	heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
	h->fail_at = 0;
	h->options.restart = true;
	h->options.ranges = 5;
	heard_ok(h);
	assert_int_equal(h->given, ROWS);
	heard_free(h);
}

/* ---- places that are no longer taken --------------------------------------------------------- */

/* The range goes on with the token of the last row, of which all rows come again: here a whole partition. */
static void falls_back(struct heard *h)
{
	h->fail_at = 0;
	heard_ok(h);
	assert_int_equal(h->count, ROWS);
	assert_non_null(strstr(h->told, "its place is no longer taken; goes on from token"));
	assert_true(h->again < 45);
}

static void after_an_alter(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);

	h->fail_at = 30;
	heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
	/* the rows look as before, the statement does not */
	world_execute(w, "ALTER TABLE shop.mixed DROP v");
	heard_reset(h, h->scanner.name);
	h->fail_at = 0;
	heard_ok(h);
	assert_non_null(strstr(h->told, "its place is no longer taken; goes on from token"));
	assert_in_range(h->given, ROWS - 30 + 1, ROWS - 1);
	heard_free(h);
}

static void after_a_refusal(void **state)
{
	static const char *const refusals[] = {
		"error:INVALID:Invalid value for the paging state",
		"error:PROTOCOL_ERROR:Invalid value for the paging state",
	};
	struct world *w = *state;
	struct heard *h = make_table(w);

	for (size_t i = 0; i < CD_COUNT(refusals); i++) {
		char fault[200];

		heard_reset(h, refusals[i]);
		h->fail_at = 30;
		heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
		snprintf(fault, sizeof fault, "match=FROM shop.mixed,times=1,do=%s", refusals[i]);
		world_fault(w, fault);
		falls_back(h);
	}
	heard_free(h);
}

static void after_scribbles(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);

	h->options.ranges = 1;
	h->fail_at = 30;
	heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
	world_execute(w, "UPDATE shop.\"_coodie_migrations_scan\" SET page = 'nonsense' WHERE "
			 "migration_name = '20261122_001_scan' AND direction = 'upgrade' AND "
			 "statement = 1 AND range = 0");
	falls_back(h);
	heard_free(h);
}

/* ---- failures -------------------------------------------------------------------------------- */

/* Those of a run whose clock was two hours ahead: what is written now is seen all the same, and all of it is gone in the
 * end. */
static void places_of_a_clock_that_is_ahead(void **state)
{
	const long long ahead_us = ((long long)time(NULL) + 7200) * 1000000;
	struct world *w = *state;
	struct heard *h = make_table(w);
	char cql[300];

	h->options.ranges = 1;
	h->fail_at = 10;
	heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
	snprintf(
		cql, sizeof cql,
		"UPDATE shop.\"_coodie_migrations_scan\" USING TIMESTAMP %lld SET is_done = false, row_count = 8 WHERE "
		"migration_name = '%s' AND direction = 'upgrade' AND statement = 1 AND range = 0",
		ahead_us, h->scanner.name);
	world_execute(w, cql);
	heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
	assert_string_equal(world_rows(w, PLACES), "0, false, 16");
	h->fail_at = 0;
	heard_ok(h);
	assert_int_equal(h->count, ROWS);
	assert_string_equal(world_rows(w, PLACES), "");
	/* what was deleted then hides none that are written now */
	heard_reset(h, "20261122_002_later");
	snprintf(cql, sizeof cql,
		 "DELETE FROM shop.\"_coodie_migrations_scan\" USING TIMESTAMP %lld WHERE "
		 "migration_name = '%s' AND direction = 'upgrade'",
		 ahead_us, h->scanner.name);
	world_execute(w, cql);
	h->fail_at = 10;
	heard_failed(h, COODIE_ERR_INVALID, "a row that fails");
	assert_string_equal(world_rows(w, PLACES), "0, false, 8");
	heard_free(h);
}

static void server_errors(void **state)
{
	static const struct {
		const char *fault;
		enum coodie_errc code;
		const char *says;
	} rows[] = {
		{ "match=FROM shop.mixed,after=4,do=error:READ_FAILURE", COODIE_ERR_SERVER,
		  "shop.mixed, range " },
		{ "match=FROM shop.mixed,after=4,do=error:INVALID:no", COODIE_ERR_SERVER,
		  "of 3: " },
		{ "match=INTO shop.\"_coodie_migrations_scan,after=3,do=error:WRITE_FAILURE",
		  COODIE_ERR_SERVER, "_coodie_migrations_scan" },
	};
	struct world *w = *state;
	struct heard *h = make_table(w);

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		heard_reset(h, rows[i].fault);
		world_fault(w, rows[i].fault);
		heard_failed(h, rows[i].code, rows[i].says);
		assert_int_equal(h->scanner.cause, COODIE_CAUSE_STATEMENT);
		assert_in_range(h->count, 1, ROWS - 1);
		coodie_node_clear_faults(w->node);
		heard_ok(h);
		assert_int_equal(h->count, ROWS);
		assert_true(h->again <= 2 * 4);
	}
	heard_free(h);
}

/* One that the session's policy tries again is not seen. */
static void retried(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);

	world_fault(w, "match=FROM shop.mixed,after=4,times=1,do=reset");
	heard_ok(h);
	assert_int_equal(h->count, ROWS);
	heard_free(h);
}

/* ---- telling --------------------------------------------------------------------------------- */

/* MG-22: nothing is read, not even the table need be there. */
static void dry_run(void **state)
{
	struct world *w = *state;
	struct heard *h = heard_of(w, "not_made_yet");

	h->scanner.dry_run = true;
	heard_ok(h);
	assert_int_equal(h->given, 0);
	assert_int_equal(h->reports, 0);
	assert_string_equal(
		h->told, "plan scan_table shop.not_made_yet: 256 ranges, all columns: 0 of 256\n");
	assert_true(h->last.dry_run);
	assert_string_equal(
		world_rows(w, "SELECT table_name FROM system_schema.tables WHERE keyspace_name = "
			      "'shop'"),
		"'reviews'");
	heard_free(h);
}

/* MG-21: at the beginning, with each tenth, at the end. */
static void progress(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);

	h->options.ranges = 40;
	heard_ok(h);
	assert_in_range(h->reports, 10, 12 + h->last.elapsed_us / 250000);
	assert_int_equal(h->last.kind, COODIE_MIGRATE_SCAN);
	assert_int_equal(h->last.step, COODIE_MIGRATE_RUN);
	assert_int_equal(h->last.ranges_done, 40);
	assert_int_equal(h->last.per_mille, 1000);
	assert_int_equal(h->last.rows, ROWS);
	assert_int_equal(h->last.seconds_left, 0);
	assert_true(h->last.elapsed_us > 0);
	assert_string_equal(h->told,
			    "run scan_table shop.mixed: 40 ranges, all columns: 40 of 40\n");
	heard_free(h);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* MG-20 */
static void rate(void **state)
{
	struct world *w = *state;
	struct heard *h = make_table(w);
	double begun = now(), took;

	h->options.rows_per_second = 200;
	heard_ok(h);
	took = now() - begun;
	assert_int_equal(h->count, ROWS);
	assert_true(took >= (ROWS - 2) / 200.0 - 0.006);
	heard_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cut_off_at_every_row),
		TEST(cut_off_again),
		TEST(done_is_skipped),
		TEST(rolled_back_and_applied_again),
		TEST(goes_on),
		TEST(changed_options),
		TEST(restart),
		TEST(after_an_alter),
		TEST(after_scribbles),
		TEST(places_of_a_clock_that_is_ahead),
		TEST(dry_run),
		TEST(progress),
		TEST(rate),
	};
	/* what goes wrong on demand */
	const struct CMUnitTest faults[] = {
		TEST(after_a_refusal),
		TEST(server_errors),
		TEST(retried),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return world_is_real() ? failed : failed + cmocka_run_group_tests(faults, NULL, NULL);
}
