/* SPDX-License-Identifier: MIT */
/* A function of a test run as a migration in C is. */
#include "tests/migrate/scanner.h"

#include "migrate/ask.h"
#include "migrate/context.h"
#include "migrate/lock.h"

static bool begin(coodie_migrator *m, struct mg_history *history, coodie_error *err)
{
	if (!m->options.dry_run &&
	    !(mg_make_table(m, MG_MAKE_LOCK, "_coodie_migrations_lock", err) &&
	      mg_lock_take(m, err) && mg_history_make(m, err)))
		return false;
	return mg_history_read(m, history, err);
}

static bool end(coodie_migrator *m, const struct scanner *s, coodie_error *err)
{
	if (m->options.dry_run)
		return true;
	return (s->downgrade ? mg_history_forget(m, s->name, err)
			     : mg_history_record(m, s->name, "", "", err)) &&
	       mg_progress_end(m, s->name, s->downgrade, err);
}

bool scanner_run(struct scanner *s, coodie_migration_fn *upgrade, coodie_error *err)
{
	coodie_migrator *m = coodie_migrator_new(
		s->session,
		COODIE_MIGRATE(.keyspace = s->keyspace, .dry_run = s->dry_run, .break_lock = true,
			       .event = s->event, .user = s->user),
		err);
	struct mg_history history = { 0 };
	coodie_migration c = { .migrator = m,
			       .name = s->name,
			       .path = "scanner.c",
			       .description = "",
			       .downgrade = s->downgrade,
			       .history = &history };
	bool ok = m && begin(m, &history, err), applied = ok && mg_history_find(&history, s->name);

	ok = ok && (applied != s->downgrade || upgrade(&c, err));
	if (ok && c.fatal.code != COODIE_OK) {
		cd_error_copy(err, &c.fatal);
		ok = false;
	}
	ok = ok && end(m, s, err);
	if (m) {
		s->cause = m->cause;
		mg_lock_release(m);
	}
	coodie_migrator_free(m);
	return ok;
}
