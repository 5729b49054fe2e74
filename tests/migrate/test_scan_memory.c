/* SPDX-License-Identifier: MIT */
/* Scans that run out of memory, at each allocation in turn: they say so, give back what they had, and the
 * run after them leaves no row out. */
#include "tests/failalloc.h"
#include "tests/migrate/heard.h"
#include "tests/test.h"

enum { ROWS = 24 };

/* A migration's function has no data of its own. */
static struct {
	struct cd_failalloc memory;
	size_t fail_at; /* from the beginning of the scan */
	bool fail_on;   /* all that follow, too */
	bool seen[ROWS];
} trial;

static bool see(coodie_migration *m, void *object, void *user, coodie_error *err)
{
	cql_value id;
	int32_t n;

	(void)m;
	(void)user;
	if (!coodie_object_value(object, "c", &id, err) || !cql_to_int32(id, &n, err))
		return false;
	trial.seen[n] = true;
	return true;
}

static bool upgrade(coodie_migration *m, coodie_error *err)
{
	bool ok;

	trial.memory.fail_at = trial.fail_at ? trial.memory.calls + trial.fail_at : 0;
	trial.memory.fail_on = trial.fail_on;
	ok = coodie_migration_scan_table(
		m, "mixed", COODIE_MIGRATION_SCAN(.ranges = 3, .in_flight = 2, .page_rows = 4), see,
		NULL, err);
	trial.memory.fail_at = 0;
	return ok;
}

static coodie_session *open_session(const struct world *w)
{
	coodie_error err = { 0 };
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s;

	coodie_options_add_contact_point(o, world_address(w), &err);
	coodie_options_set_allocator(o, &trial.memory.allocator);
	s = coodie_session_new(o, &err);
	coodie_options_free(o);
	assert_non_null(s);
	return s;
}

static bool saw_all(void)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!trial.seen[i])
			return false;
	return true;
}

/* @return whether an allocation was refused */
static bool fail_once(const struct world *w, size_t fail_at, bool fail_on)
{
	char name[40];
	struct scanner s = { .keyspace = "shop", .name = name };
	coodie_error err = { 0 };
	bool ok, refused;

	snprintf(name, sizeof name, "20261122_%zu_memory%d", fail_at, fail_on);
	memset(trial.seen, 0, sizeof trial.seen);
	cd_failalloc_init(&trial.memory, 0);
	s.session = open_session(w);
	trial.fail_at = fail_at;
	trial.fail_on = fail_on;
	ok = scanner_run(&s, upgrade, &err);
	refused = trial.memory.failed > 0;
	trial.fail_at = 0;
	coodie_session_free(s.session);
	if (trial.memory.live)
		fail_msg("allocation %zu fails: %zu pieces are lost", fail_at,
			 (size_t)trial.memory.live);
	if (ok && !saw_all())
		fail_msg("allocation %zu fails: rows are left out", fail_at);
	if (ok)
		return refused;
	if (!refused)
		fail_msg("%s", err.message);
	s.session = open_session(w);
	err = (coodie_error){ 0 };
	ok = scanner_run(&s, upgrade, &err);
	coodie_session_free(s.session);
	if (!ok || !saw_all())
		fail_msg("after allocation %zu: %s", fail_at, err.message);
	return true;
}

static void each_allocation(void **state)
{
	struct world *w = *state;
	size_t step = test_samples() ? 29 : 1, n = 1;

	heard_mixed(w, ROWS, 14);
	for (; fail_once(w, n, false); n += step)
		;
	assert_true(n > 100);
	for (n = 1; fail_once(w, n, true); n += 3 * step)
		;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_allocation, world_setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
