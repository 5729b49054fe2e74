/* SPDX-License-Identifier: MIT */
/* The lock: who has it, how it is kept while work runs, lost, broken and given back, and conditional
 * writes that are not answered. MG-05, MG-06, OPP-13 */
#include "tests/migrate/world.h"
#include "tests/test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define LOCK "shop.\"_coodie_migrations_lock\""
#define OWNER "SELECT owner FROM " LOCK

static const char one[] = "-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n";
static const char two[] = "-- upgrade\nINSERT INTO reviews (id) VALUES (1);\n"
			  "INSERT INTO reviews (id) VALUES (2);\n";

/* The tables as Python coodie leaves them, and its lock. */
static void lock_of_python(struct world *w, const char *ttl)
{
	char cql[400];

	world_execute(w, "CREATE TABLE IF NOT EXISTS " LOCK
			 " (lock_id text PRIMARY KEY, acquired_at timestamp, owner text)");
	snprintf(cql, sizeof cql,
		 "INSERT INTO " LOCK
		 " (lock_id, acquired_at, owner) VALUES ('coodie_migration_lock', "
		 "currentTimestamp(), 'coodie-migrate') %s",
		 ttl);
	world_execute(w, cql);
}

/* Another run's lock is respected, and told of. */
static void a_held_lock_is_respected(void **state)
{
	struct world *w = *state;
	coodie_migrate_lock lock = { .size = sizeof lock };
	coodie_migrator *m;

	world_file(w, "20260115_001_a.cql", one);
	lock_of_python(w, "USING TTL 300");
	world_failed(w, world_apply(w), COODIE_CAUSE_LOCK_HELD,
		     "the lock is held by \"coodie-migrate\", taken ");
	assert_non_null(
		strstr(w->err.message, " s left unless renewed)")); /* a slow machine counts on */
	assert_int_equal(w->err.code, COODIE_ERR_CONFLICT);
	assert_string_equal(w->told, "");
	assert_string_equal(world_rows(w, OWNER), "'coodie-migrate'");
	world_failed(w, world_rollback(w, 1), COODIE_CAUSE_LOCK_HELD, "coodie-migrate");
	m = coodie_migrator_new(w->session, &w->options, &w->err);
	assert_true(coodie_migrator_lock(m, &lock, &w->err));
	coodie_migrator_free(m);
	assert_true(lock.held && lock.seconds_left > 290 && lock.acquired_at_ms > 0);
	assert_string_equal(lock.owner, "coodie-migrate");
	/* A dry run needs none. */
	w->options.dry_run = true;
	world_ok(w, world_apply(w));
	w->options.dry_run = false;
	lock_of_python(w, "");
	world_failed(w, world_apply(w), COODIE_CAUSE_LOCK_HELD, "it never ends by itself");
}

static void no_lock_is_told(void **state)
{
	struct world *w = *state;
	coodie_migrate_lock lock = { .size = sizeof lock, .held = true };
	coodie_migrator *m = coodie_migrator_new(w->session, &w->options, &w->err);

	assert_true(coodie_migrator_lock(m, &lock, &w->err)); /* without the table */
	assert_false(lock.held);
	coodie_migrator_free(m);
}

static void a_lock_is_broken_on_request(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", one);
	lock_of_python(w, "");
	w->options.break_lock = true;
	world_ok(w, world_apply(w));
	assert_string_equal(w->told, "note: the lock of \"coodie-migrate\" was broken\n"
				     "up 20260115_001_a\n"
				     " run 1: INSERT INTO reviews (id) VALUES (1)\n"
				     "end 20260115_001_a\n");
	assert_string_equal(world_rows(w, OWNER), "");
	world_ok(w, world_apply(w)); /* there is none to break */
	assert_string_equal(w->told, "");
}

/* Rows that no run of ours has written. */
static void any_lock_can_be_broken(void **state)
{
	static const char in_future[] = "USING TIMESTAMP 4000000000000000";
	char owner[301] = "", long_one[500];
	const char *const inserts[] = {
		"(lock_id) VALUES ('coodie_migration_lock')",
		"(lock_id, acquired_at) VALUES ('coodie_migration_lock', currentTimestamp())",
		"(lock_id, owner) VALUES ('coodie_migration_lock', '')",
		long_one,
	};
	struct world *w = *state;
	char cql[700];

	memset(owner, 'x', sizeof owner - 1);
	snprintf(long_one, sizeof long_one,
		 "(lock_id, owner) VALUES ('coodie_migration_lock', '%s')", owner);
	world_file(w, "20260115_001_a.cql", one);
	world_ok(w, world_apply(w));
	for (size_t i = 0; i < 2 * CD_COUNT(inserts); i++) {
		snprintf(cql, sizeof cql, "INSERT INTO " LOCK " %s %s", inserts[i / 2],
			 i % 2 ? in_future : "");
		world_execute(w, cql);
		w->options.break_lock = false;
		world_failed(w, world_apply(w), COODIE_CAUSE_LOCK_HELD, "if that run is dead");
		w->options.break_lock = true;
		world_ok(w, world_apply(w));
		assert_non_null(strstr(w->told, "was broken"));
		assert_string_equal(world_rows(w, OWNER), "");
		w->options.break_lock = false;
		world_ok(w, world_apply(w));
	}
}

/* ---- answers that do not come ---------------------------------------------------------------- */

static const struct row {
	const char *name, *fault;
	uint64_t strikes;
	bool is_given_back; /* else it is told that it was not */
} faults[] = {
	{ "taken, the answer lost", "match=IF NOT EXISTS USING TTL,opcode=EXECUTE,times=1,do=drop",
	  1, true },
	{ "not taken, no answer", "match=IF NOT EXISTS USING TTL,opcode=EXECUTE,times=1,do=reset",
	  1, true },
	{ "not taken, a timeout",
	  "match=IF NOT EXISTS USING TTL,opcode=EXECUTE,times=2,do=error:WRITE_TIMEOUT", 2, true },
	{ "an unknown outcome",
	  "match=IF NOT EXISTS USING TTL,opcode=EXECUTE,times=1,do=error:0x1700", 1, true },
	{ "the reads fail, too",
	  "match=coodie_migrations_lock,opcode=EXECUTE,times=4,do=error:READ_TIMEOUT", 4, true },
	{ "a node has not heard of its table",
	  "match=IF NOT EXISTS USING TTL,opcode=EXECUTE,times=2,do=error:READ_FAILURE", 2, true },
	{ "nor when it is read",
	  "match=coodie_migrations_lock,opcode=EXECUTE,times=4,do=error:READ_FAILURE", 4, true },
	{ "of the state's", "match=SELECT migration_name,times=3,do=error:READ_FAILURE", 3, true },
	{ "of the state's, which is written",
	  "match=INSERT INTO shop.\"_coodie_migrations\",opcode=EXECUTE,times=3,do=error:WRITE_FAILURE",
	  3, true },
	{ "of the progress's",
	  "match=INSERT INTO shop.\"_coodie_migrations_progress,opcode=EXECUTE,times=3,do=error:INVALID",
	  3, true },
	{ "renewed, the answer lost",
	  "match=USING TTL ? SET acquired_at,opcode=EXECUTE,times=1,do=drop", 1, true },
	{ "not renewed", "match=USING TTL ? SET acquired_at,opcode=EXECUTE,times=2,do=reset", 2,
	  true },
	{ "given back, the answer lost",
	  "match=DELETE FROM shop.\"_coodie_migrations_lock,opcode=EXECUTE,times=1,do=drop", 1,
	  true },
	{ "not given back, no answer",
	  "match=DELETE FROM shop.\"_coodie_migrations_lock,opcode=EXECUTE,times=2,do=reset", 2,
	  true },
	{ "never given back",
	  "match=DELETE FROM shop.\"_coodie_migrations_lock,opcode=EXECUTE,do=error:UNAUTHORIZED",
	  3, false },
};

static void unanswered_writes_are_settled(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(faults); i++) {
		struct world *w = world_begin(1, 0);
		uint32_t id;

		coodie_session_free(w->session);
		w->session = world_session(w, 0);
		world_file(w, "20260115_001_a.cql", one);
		assert_true(coodie_session_connect(w->session, &w->err));
		id = world_fault(w, faults[i].fault);
		if (!world_apply(w))
			fail_msg("%s: %s", faults[i].name, w->err.message);
		assert_int_equal(coodie_node_fault_count(w->node, id), faults[i].strikes);
		if (faults[i].is_given_back) {
			if (*world_rows(w, OWNER))
				fail_msg("%s: the lock is still there", faults[i].name);
			CD_CHECK(!strstr(w->told, "note"), faults[i].name);
		} else {
			CD_CHECK(strstr(w->told,
					"note: the lock could not be given back; it ends in 300 s"),
				 faults[i].name);
			CD_CHECK(strncmp(world_rows(w, OWNER), "'coodie ", 8) == 0, faults[i].name);
		}
		assert_string_equal(
			world_rows(w, "SELECT migration_name FROM shop.\"_coodie_migrations\""),
			"'20260115_001_a'");
		world_end(w);
	}
}

/* When the lock cannot be had for certain, nothing runs. */
static void without_answers_nothing_runs(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", one);
	world_fault(w, "match=IF NOT EXISTS USING TTL,opcode=EXECUTE,do=error:UNAUTHORIZED");
	world_failed(w, world_apply(w), COODIE_CAUSE_OTHER, "");
	assert_string_equal(w->told, "");
	coodie_node_clear_faults(w->node);
	world_fault(w, "match=USING TTL ? SET acquired_at,opcode=EXECUTE,do=error:WRITE_TIMEOUT");
	world_failed(w, world_apply(w), COODIE_CAUSE_OTHER, "");
	assert_string_equal(w->told, "up 20260115_001_a\n");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.reviews"), "");
}

/* ---- while work runs ------------------------------------------------------------------------- */

/* A statement that takes longer than the lock lives. */
static void a_lock_outlives_long_statements(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 2; loops++) {
		struct world *w = world_begin(1, loops);

		w->options.lock_ttl_s = 2;
		world_file(w, "20260115_001_a.cql", two);
		world_fault(w, "match=INTO reviews,times=1,do=delay:3200ms");
		world_ok(w, world_apply(w));
		assert_string_equal(world_rows(w, "SELECT id FROM shop.reviews"), "1; 2");
		assert_string_equal(world_rows(w, OWNER), "");
		world_end(w);
	}
}

/* What a thief does between two statements. */
static void steal(const coodie_migrate_event *e, void *user)
{
	struct world *w = user;

	if (e->kind == COODIE_MIGRATE_STATEMENT && e->step == COODIE_MIGRATE_RUN &&
	    e->statement == 1)
		world_execute(w, w->text);
}

static void a_lost_lock_stops_the_run(void **state)
{
	static const struct {
		const char *theft, *says;
	} thefts[] = {
		{ "UPDATE " LOCK " SET owner = 'thief' WHERE lock_id = 'coodie_migration_lock'",
		  "the lock was lost to \"thief\"" },
		{ "DELETE FROM " LOCK " WHERE lock_id = 'coodie_migration_lock'",
		  "the lock was lost: it ended, or was broken" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(thefts); i++) {
		struct world *w = world_begin(1, 0);

		world_file(w, "20260115_001_a.cql", two);
		snprintf(w->text, sizeof w->text, "%s", thefts[i].theft);
		w->options.event = steal;
		world_failed(w, world_apply(w), COODIE_CAUSE_LOCK_LOST, thefts[i].says);
		assert_string_equal(world_rows(w, "SELECT id FROM shop.reviews"), "1");
		/* What is another's is not given back. */
		assert_string_equal(world_rows(w, OWNER), i == 0 ? "'thief'" : "");
		world_end(w);
	}
}

/* The last statement ran, and the lock was lost before that was recorded. */
static void a_lost_lock_records_nothing(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", one);
	snprintf(w->text, sizeof w->text, "%s",
		 "UPDATE " LOCK " SET owner = 'thief' WHERE lock_id = 'coodie_migration_lock'");
	w->options.event = steal;
	world_failed(w, world_apply(w), COODIE_CAUSE_LOCK_LOST, "thief");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations\""), "");
}

/* Nobody answers whether it is still ours. */
static void a_lock_that_is_not_proved_stops_the_run(void **state)
{
	struct world *w = *state;

	world_file(w, "20260115_001_a.cql", two);
	world_fault(
		w,
		"match=USING TTL ? SET acquired_at,opcode=EXECUTE,after=1,times=9,do=error:WRITE_TIMEOUT");
	world_failed(w, world_apply(w), COODIE_CAUSE_OTHER, "");
	assert_string_equal(world_rows(w, "SELECT id FROM shop.reviews"), "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_held_lock_is_respected),
		TEST(no_lock_is_told),
		TEST(a_lock_is_broken_on_request),
		TEST(any_lock_can_be_broken),
		cmocka_unit_test(a_lost_lock_stops_the_run),
		TEST(a_lost_lock_records_nothing),
	};
	/* what goes wrong on demand */
	const struct CMUnitTest faults[] = {
		cmocka_unit_test(unanswered_writes_are_settled),
		TEST(without_answers_nothing_runs),
		cmocka_unit_test(a_lock_outlives_long_statements),
		TEST(a_lock_that_is_not_proved_stops_the_run),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return world_is_real() ? failed : failed + cmocka_run_group_tests(faults, NULL, NULL);
}
