/* SPDX-License-Identifier: MIT */
/* What the cluster knows of migrations: those that were applied, and how far one is that was not finished. */
#ifndef MIGRATE_HISTORY_H
#define MIGRATE_HISTORY_H

#include "migrate/files.h"
#include "migrate/migrator.h"

/* A row of the state. */
struct mg_applied {
	struct mg_applied *next;
	const char *name, *description, *checksum; /* "" for null */
	int64_t applied_at_ms;
};

/* A row of the progress: a statement that was begun. */
struct mg_progress {
	struct mg_progress *next;
	const char *name; /* of the migration */
	bool downgrade;
	uint32_t statement; /* from 1 */
	const char *digest, *cql;
	bool done;     /* else it was being run */
	bool was_done; /* the schema had what it makes before it ran */
};

struct mg_history {
	struct mg_applied *applied;
	struct mg_progress *progress;
};

/* "upgrade" or "downgrade": how the progress says it. */
const char *mg_direction(bool downgrade);
/* Makes the tables of the state and of the progress where they are not there. */
bool mg_history_make(coodie_migrator *m, coodie_error *err);
/* Reads all of it into `m->work`; tables that are not there are empty. */
bool mg_history_read(coodie_migrator *m, struct mg_history *out, coodie_error *err);
/* NULL: it is not applied. */
const struct mg_applied *mg_history_find(const struct mg_history *h, const char *name);
/* NULL: nothing of it was begun. */
const struct mg_progress *mg_history_begun(const struct mg_history *h, const char *name,
					   bool downgrade);
/* Whether the state says that all of it is done, and only the progress was not forgotten yet. */
bool mg_history_finished(const struct mg_history *h, const struct mg_progress *p);
/* How the state compares with the files. */
bool mg_history_match(coodie_migrator *m, const struct mg_applied *row, const struct mg_file *file,
		      enum coodie_migration_match *match, coodie_error *err);

/* ---- writing, at QUORUM ---------------------------------------------------------------------- */

bool mg_history_record(coodie_migrator *m, const char *name, const char *description,
		       const char *checksum, coodie_error *err);
bool mg_history_forget(coodie_migrator *m, const char *name, coodie_error *err);
/* A statement is sent next; it was sent and is done; it did not happen. */
bool mg_progress_begin(coodie_migrator *m, const struct mg_progress *p, coodie_error *err);
bool mg_progress_done(coodie_migrator *m, const struct mg_progress *p, coodie_error *err);
bool mg_progress_undo(coodie_migrator *m, const struct mg_progress *p, coodie_error *err);
/* Forgets the progress of a migration in one direction, and the places of its scans. */
bool mg_progress_end(coodie_migrator *m, const char *name, bool downgrade, coodie_error *err);

#endif
