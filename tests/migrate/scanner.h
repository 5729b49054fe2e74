/* SPDX-License-Identifier: MIT */
/* A function of a test run as a migration in C is: the lock, the progress, and its record at the end. */
#ifndef TESTS_MIGRATE_SCANNER_H
#define TESTS_MIGRATE_SCANNER_H

#include <coodie/migrate.h>
#include <coodie/migration_scan.h>

struct scanner {
	coodie_session *session;
	const char *keyspace; /* of the state */
	const char *name;     /* of the migration */
	bool downgrade, dry_run;
	coodie_migrate_event_fn *event; /* NULL: nobody listens */
	void *user;
	enum coodie_migrate_cause cause; /* out: of a failure */
};

/* Takes the lock away from a run that was killed. A migration that is applied already is left alone. */
bool scanner_run(struct scanner *s, coodie_migration_fn *upgrade, coodie_error *err);

#endif
