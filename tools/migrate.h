/* SPDX-License-Identifier: MIT */
/* `coodie migrate`: what is told of a run, and the list of its --status. */
#ifndef TOOLS_MIGRATE_H
#define TOOLS_MIGRATE_H

#include <coodie/migrate.h>

#include "tools/migrate_progress.h"
#include "tools/project.h"

enum { NAME_SIZE = 256 };

/* What a run has told so far. */
struct migrate_report {
	bool json, verbose;
	uint32_t count;    /* migrations that were begun */
	bool planned;      /* of the one under way, a planned statement was printed */
	char migration[NAME_SIZE]; /* the one under way, or "" */
	const char *title; /* "Applied", "Rolled back" */
	const char *missing;              /* the directory when it is not there, or NULL */
	struct migrate_progress progress; /* of the scan under way */
};

/* An event of the migrator; `user` is the report. */
coodie_migrate_event_fn migrate_report_event;
/* The last line of a run that went well. */
void migrate_report_end(const struct migrate_report *r, bool rollback, bool dry_run);

/* "No pending migrations." and, where its directory is missing, that. */
void migrate_print_none(const char *none, const char *missing);

/* Prints the list. Returns an exit code; TOOL_FAILED with `err` filled when it could not be read. */
int migrate_status(coodie_migrator *m, const struct migrate_report *report, bool exit_code,
		   coodie_error *err);

#endif
