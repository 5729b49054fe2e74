/* SPDX-License-Identifier: MIT */
/* Migrations applied and rolled back on a node: files, order, state, target, steps, dry runs. */
#include <time.h>

#include "tests/migrate/world.h"
#include "tests/test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define STATE "SELECT migration_name, description FROM shop.\"_coodie_migrations\""
#define COLUMNS \
	"SELECT column_name FROM system_schema.columns WHERE keyspace_name = 'shop' AND table_name = 'reviews'"

static const char rating[] = "-- description: Add rating\n"
			     "-- upgrade\n"
			     "ALTER TABLE reviews ADD rating int;\n"
			     "-- downgrade\n"
			     "ALTER TABLE reviews DROP rating;\n";
static const char likes[] = "-- upgrade\n"
			    "ALTER TABLE shop.reviews ADD likes int;\n"
			    "INSERT INTO reviews (id, likes) VALUES (1, 2);\n"
			    "-- downgrade\n"
			    "ALTER TABLE reviews DROP likes;\n";

/* MG-05, MG-07, MG-08, MG-12 */
static void one_is_applied(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_rating.cql", rating);
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_001_rating: Add rating\n"
				     " run 1: ALTER TABLE reviews ADD rating int\n"
				     "end 20260115_001_rating\n");
	assert_string_equal(world_rows(w, COLUMNS), "'id'; 'rating'; 'text'");
	assert_string_equal(world_rows(w, STATE), "'20260115_001_rating', 'Add rating'");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_lock\""), "");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_progress\""),
			    "");
	assert_string_equal(world_status(w), "20260115_001_rating SAME cql \"Add rating\"\n");
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "");
}

/* The digest is sha256sum's of the file. */
static void the_state_is_pythons(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", "-- upgrade\n");
	world_ok(w, world_apply(w));
	assert_string_equal(
		world_rows(w, "SELECT description, checksum FROM shop.\"_coodie_migrations\""),
		"'', '8b271b238a0542dc849fc7c12f06c3dfe6932cc725fa673edbdeb83b99936c49'");
	assert_string_equal(
		world_rows(w, "SELECT column_name, kind, type FROM system_schema.columns WHERE "
			      "keyspace_name = 'shop' AND table_name = '_coodie_migrations'"),
		"'applied_at', 'regular', 'timestamp'; 'checksum', 'regular', 'text'; "
		"'description', 'regular', 'text'; 'migration_name', 'partition_key', 'text'");
	assert_string_equal(
		world_rows(w, "SELECT column_name, kind, type FROM system_schema.columns WHERE "
			      "keyspace_name = 'shop' AND table_name = '_coodie_migrations_lock'"),
		"'acquired_at', 'regular', 'timestamp'; 'lock_id', 'partition_key', 'text'; "
		"'owner', 'regular', 'text'");
}

/* MG-01, MG-11 */
static void order_is_that_of_names(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_002_b.cql", "-- upgrade\nINSERT INTO reviews (id) VALUES (2);\n");
	world_file(w, "20260115_001_z.cql", "-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n");
	world_file(w, "20260115_001_a.cql", "-- upgrade\n");
	world_file(w, "20260115_1_no.cql", "not one");
	world_file(w, "20260115_003_.cql", "not one");
	world_file(w, "20260115_003_no.txt", "not one");
	world_file(w, "2026011a_003_no.cql", "not one");
	world_ok(w, world_apply(w));
	assert_string_equal(strstr(w->told, "up "), "up 20260115_001_a\n"
						    "end 20260115_001_a\n"
						    "up 20260115_001_z\n"
						    " run 1: INSERT INTO reviews (id) VALUES (1)\n"
						    "end 20260115_001_z\n"
						    "up 20260115_002_b\n"
						    " run 1: INSERT INTO reviews (id) VALUES (2)\n"
						    "end 20260115_002_b\n");
	world_file(w, "20250101_001_older.cql", "-- upgrade\n");
	world_ok(w, world_apply(w));
	assert_string_equal(strstr(w->told, "up "),
			    "up 20250101_001_older\nend 20250101_001_older\n");
}

/* MG-01: no directory, no migrations. */
static void no_directory_is_empty(void **state)
{
	struct world *w = *state;

	w->options.directory = "/tmp/coodie-there-is-none";
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "");
	w->options.directory = "/dev/null";
	world_failed(w, world_apply(w), COODIE_CAUSE_FILE, "/dev/null: Not a directory");
}

/* MG-07; nothing is written, not even tables. */
static void a_dry_run_writes_nothing(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_rating.cql", rating);
	world_file(w, "20260116_001_gone.cql",
		   "-- destructive: yes\n-- upgrade\nDROP TABLE reviews;\n");
	w->options.dry_run = true;
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_001_rating: Add rating\n"
				     " plan 1: ALTER TABLE reviews ADD rating int\n"
				     "end 20260115_001_rating\n"
				     "up 20260116_001_gone\n"
				     " plan 1: DROP TABLE reviews\n"
				     "end 20260116_001_gone\n");
	assert_string_equal(world_rows(w, "SELECT table_name FROM system_schema.tables WHERE "
					  "keyspace_name = 'shop'"),
			    "'reviews'");
	assert_string_equal(world_status(w), "20260115_001_rating PENDING cql\n"
					     "20260116_001_gone PENDING cql\n");
}

/* MG-09 */
static void target_is_the_last(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", "-- upgrade\n");
	world_file(w, "20260115_002_b.cql", "-- upgrade\n");
	world_file(w, "20260116_001_c.cql", "-- upgrade\n");
	w->options.target = "20260117";
	world_failed(w, world_apply(w), COODIE_CAUSE_TARGET,
		     "no migration's name begins with \"20260117\"");
	assert_string_equal(world_rows(w, STATE), "");
	w->options.target = "20260115";
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_001_a\nend 20260115_001_a\n");
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_002_b\nend 20260115_002_b\n");
	world_ok(w, world_apply(w)); /* all of them are applied: no more than that */
	assert_string_equal(w->told, "");
	w->options.target = "20260116_001_c";
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260116_001_c\nend 20260116_001_c\n");
}

/* MG-10 */
static void the_newest_are_rolled_back(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_rating.cql", rating);
	world_file(w, "20260116_001_likes.cql", likes);
	world_ok(w, world_apply(w));
	world_failed(w, world_rollback(w, 0), COODIE_CAUSE_DESTRUCTIVE,
		     "likes.cql:5: the statement is destructive");
	w->options.allow_destructive = true;
	world_ok(w, world_rollback(w, 0));
	assert_string_equal(w->told, "down 20260116_001_likes\n"
				     " run 1: ALTER TABLE reviews DROP likes\n"
				     "end 20260116_001_likes\n");
	assert_string_equal(world_rows(w, COLUMNS), "'id'; 'rating'; 'text'");
	assert_string_equal(world_status(w), "20260115_001_rating SAME cql \"Add rating\"\n"
					     "20260116_001_likes PENDING cql\n");
	world_ok(w, world_apply(w));
	world_ok(w, world_rollback(w, 9));
	assert_string_equal(world_rows(w, COLUMNS), "'id'; 'text'");
	assert_string_equal(world_rows(w, STATE), "");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_progress\""),
			    "");
	world_ok(w, world_rollback(w, 1));
	assert_string_equal(w->told, "");
}

/* MG-10: all are looked at before the first runs. */
static void irreversible_ones_stay(void **state)
{
	struct world *w = *state;

	w->options.allow_destructive = true;
	world_file(w, "20260115_001_a.cql", "-- upgrade\n");
	world_file(w, "20260115_002_b.cql", "-- reversible: no\n-- upgrade\n-- downgrade\n");
	world_file(w, "20260116_001_likes.cql", likes);
	world_ok(w, world_apply(w));
	world_failed(w, world_rollback(w, 2), COODIE_CAUSE_IRREVERSIBLE,
		     "20260115_002_b.cql: it cannot be rolled back");
	assert_string_equal(w->told, "");
	world_ok(w, world_rollback(w, 1));
	world_failed(w, world_rollback(w, 1), COODIE_CAUSE_IRREVERSIBLE, "002_b.cql");
	world_execute(
		w,
		"DELETE FROM shop.\"_coodie_migrations\" WHERE migration_name = '20260115_002_b'");
	world_failed(w, world_rollback(w, 1), COODIE_CAUSE_IRREVERSIBLE, "001_a.cql");
}

/* MG-13 */
static void changed_files_are_refused(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_rating.cql", rating);
	world_ok(w, world_apply(w));
	world_file(w, "20260115_001_rating.cql", "-- upgrade\n");
	assert_string_equal(world_status(w), "20260115_001_rating CHANGED cql \"Add rating\"\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_CHECKSUM,
		     "it is not the file that was applied");
	w->options.allow_changed = true;
	world_ok(w, world_apply(w));
	world_file(w, "20260115_001_rating.py", "");
	world_file(w, "20260115_001_rating.c", rating);
	assert_string_equal(world_status(w), "20260115_001_rating SAME py cql c \"Add rating\"\n");
	world_remove(w, "20260115_001_rating.py");
	world_remove(w, "20260115_001_rating.cql");
	world_remove(w, "20260115_001_rating.c");
	assert_string_equal(world_status(w), "20260115_001_rating ELSEWHERE \"Add rating\"\n");
}

/* A migration that only Python can run is not passed over; neither is one that could be two. */
static void files_of_others(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", "-- upgrade\n");
	world_file(w, "20260115_002_b.py", "class ForwardMigration(Migration): pass\n");
	world_file(w, "20260115_003_c.cql", "-- upgrade\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_FILE,
		     "002_b.py: it is Python coodie's to run");
	assert_string_equal(w->told, "");
	w->options.target = "20260115_001";
	world_ok(w, world_apply(w));
	w->options.target = NULL;
	world_file(w, "20260115_002_b.cql", "-- upgrade\n-- downgrade\n");
	world_file(w, "20260115_002_b.c", "int x;\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_FILE, "there is a file in C of the same name");
	world_remove(w, "20260115_002_b.c");
	world_ok(w, world_apply(w));
	assert_string_equal(world_status(w), "20260115_001_a SAME cql\n"
					     "20260115_002_b SAME py cql\n"
					     "20260115_003_c SAME cql\n");
	world_remove(w, "20260115_003_c.cql");
	w->options.allow_destructive = true;
	world_ok(w, world_rollback(w, 1));
	assert_string_equal(w->told, "note: applied elsewhere: it has no file here, and stays\n"
				     "down 20260115_002_b\nend 20260115_002_b\n");
}

/* MG-02, OPP-14 */
static void destruction_needs_leave(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_likes.cql", likes);
	world_file(w, "20260115_002_drop.cql", "-- upgrade\n\nALTER TABLE reviews DROP likes;\n");
	world_failed(
		w, world_apply(w), COODIE_CAUSE_DESTRUCTIVE,
		"002_drop.cql:3: the statement is destructive, and the head of the file does not say");
	assert_string_equal(w->told, "");
	world_file(w, "20260115_002_drop.cql",
		   "-- destructive: yes\n-- upgrade\nALTER TABLE reviews DROP likes;\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_DESTRUCTIVE, "leave for that was not given");
	assert_string_equal(w->told, "");
	w->options.allow_destructive = true;
	world_ok(w, world_apply(w));
	assert_string_equal(world_rows(w, COLUMNS), "'id'; 'text'");
}

/* MG-08: what was applied before a failure stays, and is not run again. */
static void a_failing_statement(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_rating.cql", rating);
	world_file(
		w, "20260115_002_bad.cql",
		"-- upgrade\nINSERT INTO reviews (id) VALUES (1);\nINSERT INTO nothing (id) VALUES (1);\n"
		"INSERT INTO reviews (id) VALUES (3);\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "002_bad.cql:3: ");
	assert_int_equal(w->err.code, COODIE_ERR_SERVER);
	assert_string_equal(world_rows(w, STATE), "'20260115_001_rating', 'Add rating'");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_lock\""), "");
	assert_string_equal(world_status(w), "20260115_001_rating SAME cql \"Add rating\"\n"
					     "20260115_002_bad PENDING cql up: 1 done\n");
	world_failed(w, world_rollback(w, 1), COODIE_CAUSE_INTERRUPTED,
		     "20260115_002_bad is half applied");
	world_file(
		w, "20260115_002_bad.cql",
		"-- upgrade\nINSERT INTO reviews (id) VALUES (1);\nINSERT INTO reviews (id) VALUES (2);\n"
		"INSERT INTO reviews (id) VALUES (3);\n");
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_002_bad\n"
				     " skip 1: INSERT INTO reviews (id) VALUES (1)\n"
				     " run 2: INSERT INTO reviews (id) VALUES (2)\n"
				     " run 3: INSERT INTO reviews (id) VALUES (3)\n"
				     "end 20260115_002_bad\n");
}

/* What an earlier run did has to be what is there now. */
static void what_ran_stays_as_it_was(void **state)
{
	struct world *w = *state;

	world_file(
		w, "20260115_001_a.cql",
		"-- upgrade\nINSERT INTO reviews (id) VALUES (1);\nINSERT INTO reviews (id) VALUES (2);\n"
		"INSERT INTO nothing (id) VALUES (1);\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "nothing");
	world_file(
		w, "20260115_001_a.cql",
		"-- upgrade\nINSERT INTO reviews (id) VALUES (1);\nINSERT INTO reviews (id) VALUES (4);\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_CHECKSUM,
		     "001_a.cql:3: an earlier run that was stopped had another");
	world_file(w, "20260115_001_a.cql", "-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_CHECKSUM,
		     "a statement 2, which is not there any more");
	world_remove(w, "20260115_001_a.cql");
	world_failed(w, world_apply(w), COODIE_CAUSE_INTERRUPTED,
		     "20260115_001_a is half done, and its file is not here");
}

/* The state may be in a keyspace that is not the session's: that of statements without one, too. */
static void another_keyspace(void **state)
{
	struct world *w = *state;

	world_execute(w, "DROP KEYSPACE IF EXISTS \"Other\"");
	world_execute(w, "CREATE KEYSPACE \"Other\" WITH replication = {'class': 'SimpleStrategy', "
			 "'replication_factor': 1}");
	world_file(
		w, "20260115_001_a.cql",
		"-- upgrade\nCREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t (id) VALUES (7);\n");
	w->options.keyspace = "\"Other\"";
	world_ok(w, world_apply(w));
	assert_string_equal(world_rows(w, "SELECT id FROM \"Other\".t"), "7");
	assert_string_equal(
		world_rows(w, "SELECT migration_name FROM \"Other\".\"_coodie_migrations\""),
		"'20260115_001_a'");
	w->options.keyspace = "missing";
	world_failed(w, world_apply(w), COODIE_CAUSE_OTHER, "missing");
}

/* What a run with a clock that is ahead wrote or deleted is newer than what comes now. */
static void clocks_that_differ(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", "-- upgrade\n-- downgrade\n");
	world_ok(w, world_apply(w));
	world_execute(w, "UPDATE shop.\"_coodie_migrations\" USING TIMESTAMP 4000000000000000 SET "
			 "applied_at = 5 WHERE migration_name = '20260115_001_a'");
	world_ok(w, world_rollback(w, 1));
	assert_string_equal(world_rows(w, STATE), "");
	world_failed(w, world_apply(w), COODIE_CAUSE_OTHER, "clock is far ahead");
	world_file(w, "20260115_002_b.cql", "-- upgrade\n");
	world_remove(w, "20260115_001_a.cql");
	{
		char cql[160];

		snprintf(cql, sizeof cql,
			 "DELETE FROM shop.\"_coodie_migrations\" USING TIMESTAMP %lld WHERE "
			 "migration_name = '20260115_002_b'",
			 ((long long)time(NULL) + 3600) * 1000000);
		world_execute(w, cql);
	}
	world_ok(w, world_apply(w));
	assert_string_equal(world_rows(w, STATE), "'20260115_002_b', ''");
}

#define PROGRESS \
	"SELECT migration_name, direction, statement, state FROM shop.\"_coodie_migrations_progress\""

/* Leaves a row of the progress, as a run that was killed does. */
static void leave_progress(struct world *w, const char *name, const char *direction)
{
	char cql[300];

	snprintf(cql, sizeof cql,
		 "INSERT INTO shop.\"_coodie_migrations_progress\" (migration_name, direction, "
		 "statement, digest, state) VALUES ('%s', '%s', 1, 'd', 'done')",
		 name, direction);
	world_execute(w, cql);
}

/* What is finished but for the last word is told of, cleared up, and one of the steps. */
static void finished_but_for_the_last_word(void **state)
{
	static const char said[] = "to its end by a run that was stopped before it had said so\n";
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", "-- upgrade\n-- downgrade\n");
	world_file(w, "20260115_002_b.cql", "-- upgrade\n-- downgrade\n");
	world_file(w, "20260115_003_c.cql", "-- upgrade\n-- downgrade\n");
	w->options.target = "20260115_002_b";
	world_ok(w, world_apply(w));
	w->options.target = NULL;
	leave_progress(w, "20260115_001_a", "upgrade");
	leave_progress(w, "20260115_003_c", "downgrade");
	assert_string_equal(world_status(w), "20260115_001_a SAME cql\n20260115_002_b SAME cql\n"
					     "20260115_003_c PENDING cql rolled back\n");
	w->options.dry_run = true;
	world_ok(w, world_rollback(w, 1));
	assert_non_null(strstr(w->told, said));
	assert_non_null(strstr(w->told, "down 20260115_003_c\nend 20260115_003_c\n"));
	assert_null(strstr(w->told, "down 20260115_002_b"));
	w->options.dry_run = false;
	world_ok(w, world_rollback(w, 1));
	assert_non_null(strstr(w->told, "20260115_001_a was applied to its end"));
	assert_non_null(strstr(w->told, "down 20260115_003_c\nend 20260115_003_c\n"));
	assert_null(strstr(w->told, "down 20260115_002_b"));
	assert_string_equal(world_rows(w, PROGRESS), "");
	/* of two steps it is the first one */
	leave_progress(w, "20260115_003_c", "downgrade");
	world_ok(w, world_rollback(w, 2));
	assert_non_null(
		strstr(w->told, "end 20260115_003_c\ndown 20260115_002_b\nend 20260115_002_b\n"));
	assert_null(strstr(w->told, "down 20260115_001_a"));
	/* no run that fails clears it up */
	leave_progress(w, "20260115_003_c", "downgrade");
	world_file(w, "20260115_001_a.cql", "-- upgrade\n-- downgrade\n\n");
	world_failed(w, world_rollback(w, 1), COODIE_CAUSE_CHECKSUM, "not the file");
	assert_string_equal(world_rows(w, PROGRESS), "'20260115_003_c', 'downgrade', 1, 'done'");
}

/* The clock of a run that was killed was ahead: what it wrote is newer than what is written now. */
static void progress_of_a_clock_that_is_ahead(void **state)
{
	static const char file[] = "-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n"
				   "-- idempotent\nINSERT INTO reviews (id) VALUES (2);\n"
				   "ALTER TABLE nowhere ADD a int;\n"
				   "-- downgrade\nINSERT INTO reviews (id) VALUES (3);\n";
	const long long ahead_us = ((long long)time(NULL) + 7200) * 1000000;
	struct world *w = *state;
	char cql[300];

	world_file(w, "20260115_001_a.cql", file);
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "001_a.cql:5: ");
	snprintf(cql, sizeof cql,
		 "UPDATE shop.\"_coodie_migrations_progress\" USING TIMESTAMP %lld SET state = "
		 "'running' WHERE migration_name = '20260115_001_a' AND direction = 'upgrade' AND "
		 "statement = 2",
		 ahead_us);
	world_execute(w, cql);
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "001_a.cql:5: ");
	assert_string_equal(world_rows(w, PROGRESS), "'20260115_001_a', 'upgrade', 1, 'done'; "
						     "'20260115_001_a', 'upgrade', 2, 'done'");
	/* it is finished: nothing is left of it */
	world_execute(w, "CREATE TABLE shop.nowhere (id int PRIMARY KEY)");
	world_ok(w, world_apply(w));
	assert_string_equal(world_rows(w, PROGRESS), "");
	/* and what was deleted then does not hide what is begun now */
	snprintf(cql, sizeof cql,
		 "DELETE FROM shop.\"_coodie_migrations_progress\" USING TIMESTAMP %lld WHERE "
		 "migration_name = '20260115_002_b' AND direction = 'upgrade'",
		 ahead_us);
	world_execute(w, cql);
	w->options.allow_destructive = true;
	world_file(w, "20260115_002_b.cql",
		   "-- destructive: yes\n-- upgrade\nINSERT INTO reviews (id) VALUES (4);\n"
		   "DROP INDEX none;\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "002_b.cql:4: ");
	assert_string_equal(world_rows(w, PROGRESS), "'20260115_002_b', 'upgrade', 1, 'done'");
}

static void a_run_is_stopped(void **state)
{
	struct world *w = *state;
	coodie_migrator *m;

	world_file(w, "20260115_001_rating.cql", rating);
	m = coodie_migrator_new(w->session, &w->options, &w->err);
	assert_non_null(m);
	coodie_migrator_stop(m);
	assert_false(coodie_migrator_apply(m, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_CANCELLED);
	assert_int_equal(coodie_migrator_cause(m), COODIE_CAUSE_STOPPED);
	assert_string_equal(world_rows(w, COLUMNS), "'id'; 'text'");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_lock\""), "");
	assert_true(coodie_migrator_apply(m, &w->err));
	coodie_migrator_free(m);
	assert_string_equal(world_rows(w, COLUMNS), "'id'; 'rating'; 'text'");
}

/* A run, and when it is asked to stop. */
struct stopper {
	coodie_migrator *m;
	unsigned begun, at; /* statements; 0: before the run */
};

static void stop_at(const coodie_migrate_event *e, void *user)
{
	struct stopper *s = user;

	if (e->kind == COODIE_MIGRATE_STATEMENT && e->step == COODIE_MIGRATE_BEGUN &&
	    ++s->begun == s->at)
		coodie_migrator_stop(s->m);
}

static void a_run_is_stopped_at_a_statement(void **state)
{
	static const char *const ids[] = { "", "1", "1; 2", "1; 2; 3" };
	static const char *const says[] = { "stopped as was asked",
					    "001_a.cql:3: migrations: stopped as was asked",
					    "stopped as was asked" };
	struct world *w = *state;
	struct stopper s = { 0 };
	coodie_migrate_options o = w->options;

	world_file(w, "20260115_001_a.cql",
		   "-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n"
		   "INSERT INTO reviews (id) VALUES (2);\n");
	world_file(w, "20260115_002_b.cql", "-- upgrade\nINSERT INTO reviews (id) VALUES (3);\n");
	o.event = stop_at;
	o.user = &s;
	s.m = coodie_migrator_new(w->session, &o, &w->err);
	for (size_t i = 0; i < CD_COUNT(says); i++) {
		s.at = i ? 1 : 0;
		s.begun = 0;
		if (!i)
			coodie_migrator_stop(s.m);
		assert_false(coodie_migrator_apply(s.m, &w->err));
		w->cause = coodie_migrator_cause(s.m);
		world_failed(w, false, COODIE_CAUSE_STOPPED, says[i]);
		assert_int_equal(w->err.code, COODIE_ERR_CANCELLED);
		assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_lock\""),
				    "");
		assert_string_equal(world_rows(w, "SELECT id FROM shop.reviews"), ids[i]);
	}
	s.at = 0;
	if (!coodie_migrator_apply(s.m, &w->err)) /* it was asked once, and goes on where it was */
		fail_msg("%s", w->err.message);
	assert_string_equal(world_rows(w, "SELECT id FROM shop.reviews"), ids[3]);
	coodie_migrator_free(s.m);
}

/* Somebody may have meant them. */
static void names_that_are_nearly_right(void **state)
{
	static const char *const near[] = { "1_init.cql", "20260101-009-x.c",
					    "20260101_011_UPPER.CQL", "init.cql" };
	static const char *const others[] = { "helper.c", "__init__.py", "20260115_001_a.cql~",
					      "README.md" };
	struct world *w = *state;

	for (size_t i = 0; i < CD_COUNT(others); i++)
		world_file(w, others[i], "");
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "");
	for (size_t i = 0; i < CD_COUNT(near); i++) {
		world_file(w, near[i], "");
		world_ok(w, world_apply(w));
		assert_non_null(strstr(w->told, near[i]));
		assert_non_null(strstr(w->told, " is passed over: "));
		assert_null(strchr(strchr(w->told, '\n') + 1, '\n')); /* that one alone */
		world_remove(w, near[i]);
	}
	for (size_t i = 0; i < CD_COUNT(others); i++)
		world_remove(w, others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_is_applied),
		TEST(the_state_is_pythons),
		TEST(order_is_that_of_names),
		TEST(no_directory_is_empty),
		TEST(a_dry_run_writes_nothing),
		TEST(target_is_the_last),
		TEST(the_newest_are_rolled_back),
		TEST(irreversible_ones_stay),
		TEST(changed_files_are_refused),
		TEST(files_of_others),
		TEST(destruction_needs_leave),
		TEST(a_failing_statement),
		TEST(what_ran_stays_as_it_was),
		TEST(another_keyspace),
		TEST(clocks_that_differ),
		TEST(finished_but_for_the_last_word),
		TEST(progress_of_a_clock_that_is_ahead),
		TEST(a_run_is_stopped),
		TEST(a_run_is_stopped_at_a_statement),
		TEST(names_that_are_nearly_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
