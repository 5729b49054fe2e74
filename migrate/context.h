/* SPDX-License-Identifier: MIT */
/* A migration that runs: what its statements, and the calls of migration.h, know. */
#ifndef MIGRATE_CONTEXT_H
#define MIGRATE_CONTEXT_H

#include <coodie/migration.h>

#include "migrate/history.h"
#include "migrate/migrator.h"

struct coodie_migration {
	coodie_migrator *migrator;
	const char *name;
	const char *path;        /* of its file, for errors */
	const char *description; /* "" when there is none */
	bool downgrade;
	bool destructive; /* it says so of itself */
	const struct mg_history *history;
	uint32_t statement;       /* the last one, from 1 */
	uint32_t statement_count; /* 0: not known */
	/* A failure that the migration may not pass over: the lock was lost, or nobody knows what ran. */
	coodie_error fatal;
};

/* One statement. */
struct mg_work {
	const char *cql;
	cql_args args;
	bool idempotent;
	uint32_t line; /* 0: of no file */
};

/* Runs it, or skips it where an earlier run has done it; a dry run tells of it. */
bool mg_work_run(coodie_migration *c, const struct mg_work *work, coodie_error *err);
/* An event of it with what is the same in all; the rest is the caller's to fill. */
coodie_migrate_event mg_event(const coodie_migration *c, enum coodie_migrate_event_kind kind);
/* Keyspaces, tables and columns as CQL writes them, as the cluster stores them; NULL: that of the run.
 * In `m->work`; NULL when out of memory. */
const char *mg_stored_name(const coodie_migration *c, const char *name);

#endif
