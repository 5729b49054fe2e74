/* SPDX-License-Identifier: MIT */
/* Migrations in C: built, loaded and run; statements that are done are skipped; what does not compile, and
 * what is no migration. MG-02, MG-03, MG-04 */
#include "tests/migrate/world.h"
#include "tests/test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, world_teardown)

/* Where the headers are: the compiler is told as a user would tell it. */
static int begin(void **state)
{
	static char flags[600];
	struct world *w;

	world_setup(state);
	w = *state;
	snprintf(flags, sizeof flags, "-I%s/include -Iinclude",
		 getenv("srcdir") ? getenv("srcdir") : "..");
	w->options.compiler_flags = flags;
	return 0;
}

#define HEAD "#include <coodie/migration.h>\n"
#define DO(cql) "coodie_migration_execute(m, \"" cql "\", CQL_ARGS(), err)"
#define UP "static bool up(coodie_migration *m, coodie_error *err)\n{\n"
#define DOWN "static bool down(coodie_migration *m, coodie_error *err)\n{\n"

static const char fill[] = HEAD UP
	"	bool has, none, index, table;\n"
	"	coodie_result *r;\n"
	"	if (!" DO(
		"ALTER TABLE reviews ADD rating int") ")\n"
						      "		return false;\n"
						      "	if (!coodie_migration_has_column(m, NULL, \"reviews\", \"rating\", &has, err) ||\n"
						      "	    !coodie_migration_has_column(m, \"shop\", \"reviews\", \"nothing\", &none, err) ||\n"
						      "	    !coodie_migration_has_index(m, NULL, \"reviews\", \"by_text\", &index, err) ||\n"
						      "	    !coodie_migration_has_table(m, NULL, \"reviews\", &table, err))\n"
						      "		return false;\n"
						      "	coodie_migration_note(m, \"%s in %s: %d %d %d %d\", coodie_migration_name(m),\n"
						      "			      coodie_migration_keyspace(m), has, none, index, table);\n"
						      "	for (int i = 1; i <= 3; i++)\n"
						      "		if (!coodie_migration_execute(m, \"INSERT INTO reviews (id, rating) VALUES (?, ?)\",\n"
						      "					      CQL_ARGS(cql(i), cql(i * 2)), err))\n"
						      "			return false;\n"
						      "	r = coodie_migration_query(m, \"SELECT count(*) FROM reviews\", CQL_ARGS(), err);\n"
						      "	coodie_result_free(r);\n"
						      "	return r && coodie_migration_session(m) && !coodie_migration_is_dry_run(m);\n"
						      "}\n" DOWN "	return " DO(
							      "ALTER TABLE reviews DROP rating") ";\n}\n"
												 "COODIE_MIGRATION(.description = \"Fill\", .upgrade = up, .downgrade = down);\n";

static void one_is_applied(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_fill.c", fill);
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "up 20260115_001_fill: Fill\n"
				     " run 1: ALTER TABLE reviews ADD rating int\n"
				     "note: 20260115_001_fill in shop: 1 0 0 1\n"
				     " run 2: INSERT INTO reviews (id, rating) VALUES (?, ?)\n"
				     " run 3: INSERT INTO reviews (id, rating) VALUES (?, ?)\n"
				     " run 4: INSERT INTO reviews (id, rating) VALUES (?, ?)\n"
				     "end 20260115_001_fill\n");
	assert_string_equal(world_rows(w, "SELECT id, rating FROM shop.reviews"),
			    "1, 2; 2, 4; 3, 6");
	assert_string_equal(world_status(w), "20260115_001_fill SAME c \"Fill\"\n");
	world_failed(w, world_rollback(w, 1), COODIE_CAUSE_DESTRUCTIVE,
		     "leave for that was not given");
	w->options.allow_destructive = true;
	world_ok(w, world_rollback(w, 1));
	assert_string_equal(world_status(w), "20260115_001_fill PENDING c\n");
}

/* The function runs again, and its statements are told apart by their values. */
static void what_is_done_is_skipped(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_fill.c", fill);
	world_fault(w, "match=INTO reviews,opcode=EXECUTE,after=1,times=1,do=error:UNAUTHORIZED");
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "001_fill.c: statement 3: ");
	assert_string_equal(world_rows(w, "SELECT id, rating FROM shop.reviews"), "1, 2");
	world_execute(w, "TRUNCATE shop.reviews");
	world_ok(w, world_apply(w));
	assert_string_equal(world_rows(w, "SELECT id, rating FROM shop.reviews"), "2, 4; 3, 6");
	assert_non_null(strstr(w->told, " skip 2: INSERT"));
	assert_non_null(strstr(w->told, " run 3: INSERT"));
}

static void other_values_are_another_statement(void **state)
{
	struct world *w = *state;
	char *other = strdup(fill), *at = strstr(other, "i * 2");

	world_file(w, "20260115_001_fill.c", fill);
	world_fault(w, "match=INTO reviews,opcode=EXECUTE,after=1,times=1,do=error:UNAUTHORIZED");
	assert_false(world_apply(w));
	memcpy(at, "i * 3", 5);
	world_file(w, "20260115_001_fill.c", other);
	free(other);
	world_failed(w, world_apply(w), COODIE_CAUSE_CHECKSUM,
		     "statement 2: an earlier run that was stopped had another");
}

static void a_dry_run_sends_nothing(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.c",
		   HEAD UP "	return coodie_migration_is_dry_run(m) && " DO(
			   "ALTER TABLE reviews ADD a int") ";\n}\n"
							    "COODIE_MIGRATION(.upgrade = up);\n");
	w->options.dry_run = true;
	world_ok(w, world_apply(w));
	assert_string_equal(
		w->told,
		"up 20260115_001_a\n plan 1: ALTER TABLE reviews ADD a int\nend 20260115_001_a\n");
}

/* A function may go on after a refusal of the server, not after a lock that is lost or an answer that did
 * not come. */
static void failures_that_may_be_passed_over(void **state)
{
	struct world *w = *state;

	world_file(
		w, "20260115_001_a.c",
		HEAD UP "	(void)" DO(
			"INSERT INTO nothing (id) VALUES (1)") ";\n"
							       "	return " DO(
								       "INSERT INTO reviews (id) VALUES (1)") ";\n}\n"
													      "COODIE_MIGRATION(.upgrade = up);\n");
	world_ok(w, world_apply(w));
	world_file(
		w, "20260115_002_b.c",
		HEAD UP "	(void)" DO(
			"INSERT INTO reviews (id) VALUES (2)") ";\n"
							       "	return true;\n}\nCOODIE_MIGRATION(.upgrade = up);\n");
	world_fault(w, "match=VALUES (2),times=1,do=reset");
	world_failed(w, world_apply(w), COODIE_CAUSE_STATEMENT, "002_b.c: statement 1: ");
	world_failed(w, world_apply(w), COODIE_CAUSE_UNJUDGED, "002_b.c: statement 1: ");
	w->options.resolve = "again";
	world_ok(w, world_apply(w));
	assert_string_equal(world_rows(w, "SELECT id FROM shop.reviews"), "1; 2");
}

/* A lock that is lost behind a refusal that was passed over ends the migration there. */
static void a_lost_lock_is_not_passed_over(void **state)
{
	struct world *w = *state;

	world_file(
		w, "20260115_001_a.c",
		HEAD UP
		"	coodie_error own;\n"
		"	(void)" DO(
			"INSERT INTO nothing (id) VALUES (1)") ";\n"
							       "	coodie_result_free(coodie_migration_query(m, \"UPDATE shop.\\\"_coodie_migrations_lock\\\" "
							       "SET owner = 'thief' WHERE lock_id = 'coodie_migration_lock' IF EXISTS\", CQL_ARGS(), &own));\n"
							       "	(void)" DO(
								       "INSERT INTO reviews (id) VALUES (1)") ";\n"
													      "	(void)" DO(
														      "INSERT INTO reviews (id) VALUES (2)") ";\n"
																			     "	return true;\n}\nCOODIE_MIGRATION(.upgrade = up);\n");
	world_failed(w, world_apply(w), COODIE_CAUSE_LOCK_LOST, "thief");
	assert_null(strstr(w->told, "begin 2"));
	assert_string_equal(world_rows(w, "SELECT id FROM shop.reviews"), "");
}

/* ---- wrong ones ------------------------------------------------------------------------------ */

static const struct row {
	const char *name, *text;
	enum coodie_migrate_cause cause;
	const char *says;
} rows[] = {
	{ "no C", HEAD "int x = ;\n", COODIE_CAUSE_BUILD, "001_a.c: it does not compile: " },
	{ "no migration", HEAD "int x;\n", COODIE_CAUSE_BUILD,
	  "there is no COODIE_MIGRATION(.upgrade = ...) in it" },
	{ "no upgrade", HEAD "COODIE_MIGRATION(.description = \"x\");\n", COODIE_CAUSE_BUILD,
	  "there is no COODIE_MIGRATION(.upgrade = ...) in it" },
	{ "a function that is nowhere",
	  HEAD
	  "bool nowhere(coodie_migration *m, coodie_error *err);\nCOODIE_MIGRATION(.upgrade = nowhere);\n",
	  COODIE_CAUSE_BUILD, "undefined symbol: nowhere" },
	{ "it fails, and says nothing",
	  HEAD UP "	return false;\n}\nCOODIE_MIGRATION(.upgrade = up);\n",
	  COODIE_CAUSE_STATEMENT, "001_a.c: it failed, and does not say why" },
	{ "it needs leave",
	  HEAD UP "	return true;\n}\nCOODIE_MIGRATION(.upgrade = up, .destructive = true);\n",
	  COODIE_CAUSE_DESTRUCTIVE, "it is destructive, and leave for that was not given" },
	{ "it does not say that it destroys",
	  HEAD UP
	  "	return " DO("DROP TABLE reviews") ";\n}\nCOODIE_MIGRATION(.upgrade = up);\n",
	  COODIE_CAUSE_DESTRUCTIVE,
	  "statement 1: the statement is destructive, and the migration does not say" },
};

static void wrong_ones(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		world_file(w, "20260115_001_a.c", rows[i].text);
		world_failed(w, world_apply(w), rows[i].cause, rows[i].says);
		assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations\""), "");
	}
	world_file(w, "20260115_001_a.c", rows[0].text);
	assert_false(world_apply(w));
	assert_non_null(
		strstr(w->told, "error: expected expression")); /* all that the compiler says */
	assert_null(strstr(w->err.message, "expected expression")); /* once */
	w->options.event = NULL;
	world_failed(w, world_apply(w), COODIE_CAUSE_BUILD, "expected expression");
	w->options.compiler = "no-such-compiler";
	world_failed(w, world_apply(w), COODIE_CAUSE_BUILD, "no compiler: no-such-compiler");
	w->options.build_directory = "/nowhere";
	world_failed(w, world_apply(w), COODIE_CAUSE_BUILD, "/nowhere: no directory to build in");
}

static void one_that_cannot_go_back(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.c",
		   HEAD UP "	return true;\n}\nCOODIE_MIGRATION(.upgrade = up);\n");
	world_ok(w, world_apply(w));
	world_failed(w, world_rollback(w, 1), COODIE_CAUSE_IRREVERSIBLE,
		     "001_a.c: it cannot be rolled back");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_is_applied),
		TEST(a_dry_run_sends_nothing),
		TEST(a_lost_lock_is_not_passed_over),
		TEST(wrong_ones),
		TEST(one_that_cannot_go_back),
	};
	/* what goes wrong on demand */
	const struct CMUnitTest faults[] = {
		TEST(what_is_done_is_skipped),
		TEST(other_values_are_another_statement),
		TEST(failures_that_may_be_passed_over),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return world_is_real() ? failed : failed + cmocka_run_group_tests(faults, NULL, NULL);
}
