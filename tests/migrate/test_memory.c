/* SPDX-License-Identifier: MIT */
/* Every allocation of a run failed in turn: an error each time, nothing lost, and the next run goes on. */
#include "tests/failalloc.h"
#include "tests/migrate/world.h"
#include "tests/test.h"

static const char file[] = "-- description: x\n-- upgrade\n"
			   "-- idempotent\nINSERT INTO reviews (id) VALUES (1);\n"
			   "CREATE TYPE IF NOT EXISTS t (a int);\n"
			   "-- downgrade\n-- idempotent\nDELETE FROM reviews WHERE id = 1;\n";

typedef bool call_fn(coodie_migrator *m, coodie_error *err);

/* A run with the allocator, in a session of its own: what a timer holds goes with it. */
static bool call(struct world *w, const coodie_allocator *a, call_fn *fn)
{
	coodie_session *s = world_session(w, 0);
	coodie_migrator *m;
	bool ok;

	w->options.allocator = a;
	m = coodie_migrator_new(s, &w->options, &w->err);
	ok = m && fn(m, &w->err);
	coodie_migrator_free(m);
	coodie_session_free(s);
	w->options.allocator = NULL;
	if (!ok && w->err.code != COODIE_ERR_NO_MEMORY)
		fail_msg("%s: %s", coodie_errc_name(w->err.code), w->err.message);
	return ok;
}

static void on_status(const coodie_migration_status *status, void *user)
{
	(void)status;
	(void)user;
}

static bool status(coodie_migrator *m, coodie_error *err)
{
	return coodie_migrator_status(m, on_status, NULL, err);
}

static bool each(const coodie_allocator *a, void *user)
{
	struct world *w = user;

	return call(w, a, coodie_migrator_apply) && call(w, a, status) &&
	       call(w, a, coodie_migrator_rollback);
}

static void without_memory(void **state)
{
	struct world *w = *state;

	w->options.allow_destructive = w->options.break_lock = true;
	world_file(w, "20260115_001_a.cql", file);
	assert_true(cd_failalloc_each("a run", each, w));
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations\""), "");
	assert_string_equal(world_rows(w, "SELECT * FROM shop.\"_coodie_migrations_lock\""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_memory, world_setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
