/* SPDX-License-Identifier: MIT */
/* Runs that are killed, at every request and at every statement, and many runs at once: each statement runs
 * once, whatever happens. The runs are processes of their own: this program, called with "run".
 *
 * An argument names one test. COODIE_TEST_PLAIN: address:port of a Cassandra, on which they run then; requests are not counted there. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/migrate/world.h"
#include "tests/test.h"

#define STATE "SELECT migration_name FROM shop.\"_coodie_migrations\""
#define COUNTS "SELECT id, n FROM shop.counts"

/* Counters say how often each ran. Those of the second file are taken back by its downgrade. */
static const char first[] = "-- upgrade\n"
			    "ALTER TABLE reviews ADD rating int;\n"
			    "UPDATE counts SET n = n + 1 WHERE id = 1;\n"
			    "-- idempotent\n"
			    "INSERT INTO reviews (id, rating) VALUES (1, 2);\n"
			    "CREATE INDEX ON reviews (rating);\n";
static const char second[] = "-- upgrade\n"
			     "UPDATE counts SET n = n + 1 WHERE id = 2;\n"
			     "CREATE TYPE address (zip text);\n"
			     "UPDATE counts SET n = n + 1 WHERE id = 3;\n"
			     "-- downgrade\n"
			     "UPDATE counts SET n = n + 1 WHERE id = 4;\n"
			     "DROP TYPE address;\n"
			     "UPDATE counts SET n = n + 1 WHERE id = 5;\n";

/* ---- a run in a process of its own ----------------------------------------------------------- */

/* Where it ends itself: at this event, from 1; 0: nowhere. */
struct end {
	long at, seen;
};

static void on_event(const coodie_migrate_event *e, void *user)
{
	struct end *end = user;

	(void)e;
	if (++end->seen == end->at)
		kill(getpid(), SIGKILL);
}

static coodie_session *open_session(const char *address)
{
	coodie_error err = { 0 };
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;

	if (coodie_options_add_contact_point(o, address, &err) &&
	    coodie_options_set_keyspace(o, "shop", &err))
		s = coodie_session_new(o, &err);
	coodie_options_free(o);
	return s;
}

/* A run that waits for its turn says how often it was told that it is not. */
static int run_until_done(coodie_migrator *m, bool (*fn)(coodie_migrator *, coodie_error *))
{
	coodie_error err = { 0 };

	for (int i = 0; i < 3000; i++) {
		struct timespec pause = { .tv_nsec = 20000000 };

		if (fn(m, &err))
			return 0;
		if (coodie_migrator_cause(m) != COODIE_CAUSE_LOCK_HELD)
			break;
		nanosleep(&pause, NULL);
	}
	fprintf(stderr, "%s: %s\n", coodie_migrate_cause_name(coodie_migrator_cause(m)),
		err.message);
	return 1;
}

/* run ADDRESS DIRECTORY apply|rollback EVENT */
static int child(char **argv)
{
	struct end end = { .at = strtol(argv[3], NULL, 10) };
	coodie_session *s = open_session(argv[0]);
	coodie_migrator *m = coodie_migrator_new(s,
						 COODIE_MIGRATE(.directory = argv[1],
								.allow_destructive = true,
								.event = on_event, .user = &end),
						 NULL);
	int status = 2;

	if (m)
		status = run_until_done(m, strcmp(argv[2], "apply") == 0
						   ? coodie_migrator_apply
						   : coodie_migrator_rollback);
	coodie_migrator_free(m);
	coodie_session_free(s);
	return status;
}

/* What main() was called as: /proc/self/exe is valgrind where that runs us. */
static const char *program;

static pid_t start(const struct world *w, const char *what, long at)
{
	const char *address = world_address(w);
	char event[20];
	pid_t pid;

	snprintf(event, sizeof event, "%ld", at);
	pid = fork();
	if (pid == 0) {
		execl(program, program, "run", address, w->directory, what, event, (char *)NULL);
		_exit(3);
	}
	assert_true(pid > 0);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

/* ---- what the next run makes of it ----------------------------------------------------------- */

/* Whether the statement that the error names is done: its counter says so. */
static const char *look(struct world *w)
{
	static const struct {
		const char *where;
		int id;
	} statements[] = { { "001_a.cql:3:", 1 },
			   { "002_b.cql:2:", 2 },
			   { "002_b.cql:4:", 3 },
			   { "002_b.cql:6:", 4 },
			   { "002_b.cql:8:", 5 } };
	char cql[100];

	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		if (!strstr(w->err.message, statements[i].where))
			continue;
		snprintf(cql, sizeof cql, COUNTS " WHERE id = %d", statements[i].id);
		return *world_rows(w, cql) ? "done" : "again";
	}
	fail_msg("no statement is named: %s", w->err.message);
	return NULL;
}

/* The dead one has left its lock. */
static void finish(struct world *w, bool rollback)
{
	w->options.break_lock = w->options.allow_destructive = true;
	w->options.resolve = NULL;
	if (rollback && !*world_rows(w, STATE " WHERE migration_name = '20260115_002_b'") &&
	    !strstr(world_status(w), "20260115_002_b PENDING cql rolled back")) {
		w->options.target = "20260115_001_a"; /* it was: one more step would be another's */
		rollback = false;
	}
	if (rollback ? world_rollback(w, 1) : world_apply(w))
		return;
	if (w->cause != COODIE_CAUSE_UNJUDGED)
		fail_msg("%s: %s", coodie_migrate_cause_name(w->cause), w->err.message);
	w->options.resolve = look(w);
	world_ok(w, rollback ? world_rollback(w, 1) : world_apply(w));
}

static void each_ran_once(struct world *w, bool rollback)
{
	assert_string_equal(world_rows(w, STATE " WHERE migration_name = '20260115_001_a'"),
			    "'20260115_001_a'");
	assert_string_equal(world_rows(w, STATE " WHERE migration_name = '20260115_002_b'"),
			    rollback ? "" : "'20260115_002_b'");
	for (int id = 1; id <= 5; id++) {
		char cql[100], want[20];

		snprintf(cql, sizeof cql, COUNTS " WHERE id = %d", id);
		snprintf(want, sizeof want, "%d, 1", id);
		assert_string_equal(world_rows(w, cql), id <= 3 || rollback ? want : "");
	}
	assert_string_equal(world_rows(w, "SELECT rating FROM shop.reviews"), "2");
	assert_string_equal(
		world_rows(w, "SELECT type_name FROM system_schema.types WHERE keyspace_name = "
			      "'shop'"),
		rollback ? "" : "'address'");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_progress\""),
			    "");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_lock\""), "");
}

static struct world *begin(uint32_t nodes)
{
	struct world *w = world_begin(nodes, 0);

	world_execute(w, "CREATE TABLE shop.counts (id int PRIMARY KEY, n counter)");
	world_file(w, "20260115_001_a.cql", first);
	world_file(w, "20260115_002_b.cql", second);
	return w;
}

static void to_roll_back(struct world *w)
{
	w->options.allow_destructive = true;
	world_ok(w, world_apply(w));
}

/* ---- at every request ------------------------------------------------------------------------ */

/* Holds up a request, and kills the run that waits for its answer. False: there was none. */
static bool kill_at(struct world *w, const char *what, const char *fault)
{
	struct timespec pause = { .tv_nsec = 500000 };
	uint32_t id;
	bool struck;
	pid_t pid;
	int status;

	coodie_session_free(w->session); /* which would ask for things, too */
	id = world_fault(w, fault);
	pid = start(w, what, 0);
	while (!(struck = coodie_node_fault_count(w->node, id)) &&
	       waitpid(pid, &status, WNOHANG) == 0)
		nanosleep(&pause, NULL);
	if (struck) {
		kill(pid, SIGKILL);
		wait_for(pid);
	} else {
		assert_int_equal(status, 0);
	}
	coodie_node_clear_faults(w->node);
	w->session = world_session(w, 0);
	return struck;
}

/* The n-th one. */
static bool kill_at_request(struct world *w, const char *what, unsigned n, const char *effect)
{
	char fault[100];

	snprintf(fault, sizeof fault, "after=%u,times=1,do=%s", n, effect);
	return kill_at(w, what, fault);
}

static void at_every_request(const char *what)
{
	static const char *const effects[] = { "delay:600s", "stall" };
	const bool rollback = strcmp(what, "rollback") == 0;
	const unsigned step = test_samples() ? 23 : 1;
	unsigned kills = 0;
	bool struck = true;

	for (unsigned n = 0; struck; n += step) {
		struct world *w = begin(1);

		if (rollback)
			to_roll_back(w);
		/* Carried out, and not. */
		struck = kill_at_request(w, what, n / 2, effects[n % 2]);
		if (struck)
			finish(w, rollback);
		each_ran_once(w, rollback);
		world_end(w);
		kills += struck;
	}
	printf("%s: killed at %u requests\n", what, kills);
	assert_true(kills > 5);
}

static void applying_at_every_request(void **state)
{
	(void)state;
	if (!world_is_real())
		at_every_request("apply");
}

static void rolling_back_at_every_request(void **state)
{
	(void)state;
	if (!world_is_real())
		at_every_request("rollback");
}

/* Its state says that it is rolled back, and its progress that it was not said: who rolls back one step again wants
 * no other one rolled back. */
static void before_the_last_word(void **state)
{
	static const char *const says[] = {
		"note: 20260115_002_b was rolled back to its end by a run that was stopped before it had said so\n"
		"down 20260115_002_b\nend 20260115_002_b\n",
		"note: 20260115_002_b was rolled back to its end by a run that was stopped before it had said so\n"
		"up 20260115_002_b\n",
	};

	(void)state;
	for (int again = 0; again < 2 && !world_is_real(); again++) {
		struct world *w = begin(1);

		to_roll_back(w);
		assert_true(kill_at(w, "rollback",
				    "match=DELETE FROM shop.\"_coodie_migrations_progress\","
				    "times=1,do=stall"));
		assert_string_equal(world_rows(w, STATE), "'20260115_001_a'");
		assert_non_null(
			strstr(world_status(w), "20260115_002_b PENDING cql rolled back\n"));
		w->options.break_lock = true;
		world_ok(w, again ? world_apply(w) : world_rollback(w, 1));
		assert_non_null(strstr(w->told, says[again]));
		if (!again)
			each_ran_once(w, true);
		assert_null(strstr(world_status(w), "rolled back"));
		world_end(w);
	}
}

/* ---- at every statement ---------------------------------------------------------------------- */

static void at_every_statement(const char *what)
{
	const bool rollback = strcmp(what, "rollback") == 0;
	long at = 0;
	int status;

	do {
		struct world *w = begin(1);

		if (rollback)
			to_roll_back(w);
		status = wait_for(start(w, what, ++at));
		assert_true(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
		if (status != 0)
			finish(w, rollback);
		each_ran_once(w, rollback);
		world_end(w);
	} while (status != 0);
	printf("%s: killed at %ld events\n", what, at - 1);
	assert_true(at > 5);
}

static void applying_at_every_statement(void **state)
{
	(void)state;
	at_every_statement("apply");
}

static void rolling_back_at_every_statement(void **state)
{
	(void)state;
	at_every_statement("rollback");
}

/* ---- many at once ---------------------------------------------------------------------------- */

enum { MOST = 16 };

static void many_at_once(void **state)
{
	(void)state;
	for (unsigned n = 2; n <= MOST; n *= 2) {
		struct world *w = begin(3);
		pid_t pids[MOST];

		for (unsigned i = 0; i < n; i++)
			pids[i] = start(w, "apply", 0);
		for (unsigned i = 0; i < n; i++)
			assert_int_equal(wait_for(pids[i]), 0);
		each_ran_once(w, false);
		world_end(w);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applying_at_every_request),
		cmocka_unit_test(rolling_back_at_every_request),
		cmocka_unit_test(before_the_last_word),
		cmocka_unit_test(applying_at_every_statement),
		cmocka_unit_test(rolling_back_at_every_statement),
		cmocka_unit_test(many_at_once),
	};

	program = argv[0];
	if (argc == 6 && strcmp(argv[1], "run") == 0)
		return child(argv + 2);
	if (argc == 2)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
