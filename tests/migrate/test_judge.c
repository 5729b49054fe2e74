/* SPDX-License-Identifier: MIT */
/* What a run that was stopped leaves behind, and what the next one makes of it: statements whose answer did
 * not come, judged by the schema, run again, or left to the user. */
#include "tests/migrate/world.h"
#include "tests/test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define STATE "SELECT migration_name FROM shop.\"_coodie_migrations\""
#define PROGRESS "SELECT statement, state FROM shop.\"_coodie_migrations_progress\""

/* ---- the schema judges ----------------------------------------------------------------------- */

/* Each statement is the only one of a migration. It is carried out or not, and not answered; the program
 * ends there. The next run knows which. */
static const struct row {
	const char *before, *cql; /* in the keyspace; NULL: nothing */
} rows[] = {
	{ NULL, "CREATE TABLE t (id int PRIMARY KEY)" },
	{ NULL, "CREATE TABLE \"Tx\" (id int PRIMARY KEY)" },
	{ NULL, "CREATE TYPE address (a int)" },
	{ NULL,
	  "CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}" },
	{ NULL, "CREATE INDEX ON reviews (text)" },
	{ NULL, "CREATE INDEX by_text ON shop.reviews (text)" },
	{ "ALTER TABLE shop.reviews ADD tags set<text>", "CREATE INDEX ON reviews (tags)" },
	{ "ALTER TABLE shop.reviews ADD m map<text, int>", "CREATE INDEX ON reviews (keys(m))" },
	{ "ALTER TABLE shop.reviews ADD \"N\" int", "CREATE INDEX ON reviews (\"N\")" },
	{ NULL,
	  "CREATE MATERIALIZED VIEW v AS SELECT * FROM reviews WHERE id IS NOT NULL AND text IS NOT NULL "
	  "PRIMARY KEY (text, id)" },
	{ "CREATE TABLE shop.t (id int PRIMARY KEY)", "DROP TABLE t" },
	{ "CREATE TYPE shop.address (a int)", "DROP TYPE address" },
	{ "CREATE INDEX by_text ON shop.reviews (text)", "DROP INDEX by_text" },
	{ "CREATE MATERIALIZED VIEW shop.v AS SELECT * FROM shop.reviews WHERE id IS NOT NULL AND text IS NOT NULL "
	  "PRIMARY KEY (text, id)",
	  "DROP MATERIALIZED VIEW v" },
	{ "CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
	  "DROP KEYSPACE other" },
	{ NULL, "ALTER TABLE reviews ADD (age int, name text)" },
	{ NULL, "ALTER TABLE reviews DROP text" },
	{ NULL, "ALTER TABLE shop.reviews RENAME id TO key" },
	{ "CREATE TYPE shop.address (a int)", "ALTER TYPE address ADD b int" },
	{ "CREATE TYPE shop.address (a int)", "ALTER TYPE address RENAME a TO b" },
	/* what may run again */
	{ NULL, "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY)" },
	{ NULL, "DROP TABLE IF EXISTS t" },
	{ NULL, "ALTER TABLE reviews WITH comment = 'x'" },
	{ NULL, "ALTER KEYSPACE shop WITH durable_writes = true" },
	{ NULL, "ALTER TABLE reviews ADD IF NOT EXISTS age int" },
};

/* A run that is stopped while its statement is being run; the statement is carried out, or it is not. */
static void stop_at(struct world *w, const char *cql, bool carried_out)
{
	char fault[300];

	snprintf(fault, sizeof fault, "opcode=QUERY,match=%.*s,times=1,do=reset",
		 (int)strcspn(cql, ",'"), cql);
	w->options.statement_timeout_ms = 60;
	world_fault(w, fault);
	assert_false(world_apply(w));
	coodie_node_clear_faults(w->node);
	w->options.statement_timeout_ms = 0;
	if (carried_out)
		world_rows(w, cql);
}

static void the_schema_judges(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows) * 2; i++) {
		const struct row *row = &rows[i / 2];
		struct world *w = world_begin(1, 0);
		const bool carried_out = i % 2;
		char text[400];

		if (row->before)
			world_execute(w, row->before);
		snprintf(text, sizeof text, "-- destructive: yes\n-- upgrade\n%s;\n", row->cql);
		world_file(w, "20260115_001_a.cql", text);
		w->options.allow_destructive = true;
		stop_at(w, row->cql, carried_out);
		assert_string_equal(world_rows(w, STATE), "");
		assert_string_equal(world_rows(w, PROGRESS), "1, 'running'");
		if (!world_apply(w))
			fail_msg("%s, %s: %s", row->cql,
				 carried_out ? "carried out" : "not carried out", w->err.message);
		assert_string_equal(world_rows(w, STATE), "'20260115_001_a'");
		assert_string_equal(world_rows(w, PROGRESS), "");
		world_end(w);
	}
}

/* ---- nothing judges -------------------------------------------------------------------------- */

static const char insert[] = "-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n"
			     "UPDATE reviews SET text = 'a' WHERE id = 2;\n"
			     "INSERT INTO reviews (id) VALUES (3);\n";

static void stop_at_update(struct world *w, const char *what)
{
	char fault[200];

	snprintf(fault, sizeof fault, "match=UPDATE reviews,times=1,do=%s", what);
	world_fault(w, fault);
	w->options.statement_timeout_ms = 60;
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "001_a.cql:3: ");
	w->options.statement_timeout_ms = 0;
	coodie_node_clear_faults(w->node);
}

/* It is not the statement that has failed. */
static void done_and_not_recorded(void **state)
{
	struct world *w = *state;

	world_ok(w, world_apply(w)); /* the tables */
	world_file(w, "20260115_001_a.cql", insert);
	world_fault(w, "match=done_at,after=2,times=1,do=error:UNAVAILABLE");
	world_failed(w, world_apply(w), COODIE_CAUSE_OTHER,
		     "001_a.cql:3: the statement has run, and that could not be recorded: [0x1000");
	coodie_node_clear_faults(w->node);
	world_failed(w, world_apply(w), COODIE_CAUSE_UNJUDGED, "001_a.cql:3: ");
	w->options.resolve = "done";
	world_ok(w, world_apply(w));
}

/* The one statement is named, until the user says what became of it. */
static void the_user_says(void **state)
{
	static const char *const resolves[] = { "done", "again" };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(resolves); i++) {
		struct world *w = world_begin(1, 0);

		world_file(w, "20260115_001_a.cql", insert);
		stop_at_update(w, "reset");
		assert_string_equal(world_status(w),
				    "20260115_001_a PENDING cql up: 1 done, at UPDATE reviews SET "
				    "text = 'a' WHERE id = 2\n");
		for (int n = 0; n < 2; n++)
			world_failed(
				w, world_apply(w), COODIE_CAUSE_UNJUDGED,
				"001_a.cql:3: an earlier run was stopped while it ran this statement");
		w->options.resolve = resolves[i];
		world_ok(w, world_apply(w));
		assert_string_equal(world_rows(w, "SELECT id FROM shop.reviews"),
				    i == 0 ? "1; 3" : "1; 2; 3");
		assert_string_equal(world_rows(w, PROGRESS), "");
		world_end(w);
	}
}

/* Leave for one is none for the next. */
static void one_answer_for_one_statement(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", insert);
	stop_at_update(w, "reset");
	world_execute(
		w,
		"INSERT INTO shop.\"_coodie_migrations_progress\" (migration_name, direction, statement, "
		"digest, state, cql) VALUES ('20260115_001_a', 'upgrade', 3, "
		"'4ca744645d21345de57fe65c075fd8bcbcc1599176d16f94f58d087a404418ea', 'running', 'x')");
	w->options.resolve = "done";
	world_failed(w, world_apply(w), COODIE_CAUSE_UNJUDGED,
		     "001_a.cql:4: an earlier run was stopped while it ran this");
}

static void a_word_that_is_none(void **state)
{
	struct world *w = *state;
	coodie_migrator *m;

	w->options.resolve = "maybe";
	m = coodie_migrator_new(w->session, &w->options, &w->err);
	assert_null(m);
	assert_non_null(strstr(w->err.message, "resolve is \"done\" or \"again\", not \"maybe\""));
}

static void what_is_idempotent_runs_again(void **state)
{
	struct world *w = *state;

	world_file(
		w, "20260115_001_a.cql",
		"-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n-- idempotent\n"
		"UPDATE reviews SET text = 'a' WHERE id = 2;\nINSERT INTO reviews (id) VALUES (3);\n");
	world_fault(w, "match=UPDATE reviews,do=reset");
	w->options.statement_timeout_ms = 60;
	assert_false(world_apply(w));
	w->options.statement_timeout_ms = 0;
	coodie_node_clear_faults(w->node);
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_001_a\n"
				     " skip 1: INSERT INTO reviews (id) VALUES (1)\n"
				     " run 2: UPDATE reviews SET text = 'a' WHERE id = 2\n"
				     " run 3: INSERT INTO reviews (id) VALUES (3)\n"
				     "end 20260115_001_a\n");
}

/* A dry run tells what is left to do. */
static void a_dry_run_knows_what_is_done(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", insert);
	stop_at_update(w, "error:UNAUTHORIZED");
	w->options.dry_run = true;
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_001_a\n"
				     " skip 1: INSERT INTO reviews (id) VALUES (1)\n"
				     " plan 2: UPDATE reviews SET text = 'a' WHERE id = 2\n"
				     " plan 3: INSERT INTO reviews (id) VALUES (3)\n"
				     "end 20260115_001_a\n");
}

/* A change of the schema that is not answered, and is there all the same, needs no second run. */
static void a_lost_answer_is_looked_for(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", "-- upgrade\nALTER TABLE reviews ADD age int;\n");
	world_fault(w, "match=ADD age,times=1,do=drop");
	w->options.statement_timeout_ms = 60;
	world_ok(w, world_apply(w));
	assert_string_equal(world_rows(w, STATE), "'20260115_001_a'");
}

/* What was there before the statement ran does not make it done: the server refuses it. */
static void what_was_there_before_is_no_proof(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", "-- upgrade\nALTER TABLE reviews ADD text int;\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "001_a.cql:2: ");
	world_fault(w, "match=ADD text,times=1,do=reset");
	w->options.statement_timeout_ms = 60;
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "001_a.cql:2: ");
	assert_string_equal(world_rows(w, PROGRESS), "1, 'running'");
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "001_a.cql:2: ");
	assert_string_equal(world_rows(w, PROGRESS), "");
}

/* ---- the nodes have to agree ----------------------------------------------------------------- */

/* MG-14, OPP-14 */
static void nodes_that_do_not_agree(void **state)
{
	struct world *w = world_begin(3, 0);

	(void)state;
	w->options.agreement_timeout_ms = 100;
	world_file(w, "20260115_001_a.cql", "-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n");
	world_ok(w, world_apply(w));
	world_file(w, "20260115_002_b.cql",
		   "-- upgrade\nALTER TABLE reviews ADD a int;\nALTER TABLE reviews ADD b int;\n");
	assert_true(coodie_node_hold_schema(w->node, 2, true, &w->err));
	world_fault(w, "match=ADD a,times=1,do=delay:1ms");
	world_failed(w, world_apply(w), COODIE_CAUSE_AGREEMENT, "002_b.cql:2: ");
	assert_string_equal(world_rows(w, PROGRESS), "1, 'done'");
	world_failed(w, world_apply(w), COODIE_CAUSE_AGREEMENT, "");
	assert_true(coodie_node_hold_schema(w->node, 2, false, &w->err));
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_002_b\n"
				     " skip 1: ALTER TABLE reviews ADD a int\n"
				     " run 2: ALTER TABLE reviews ADD b int\n"
				     "end 20260115_002_b\n");
	world_end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schema_judges),
		TEST(done_and_not_recorded),
		cmocka_unit_test(the_user_says),
		TEST(one_answer_for_one_statement),
		TEST(a_word_that_is_none),
		TEST(what_is_idempotent_runs_again),
		TEST(a_dry_run_knows_what_is_done),
		TEST(a_lost_answer_is_looked_for),
		TEST(what_was_there_before_is_no_proof),
		cmocka_unit_test(nodes_that_do_not_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
