/* SPDX-License-Identifier: MIT */
/* A scan whose rows and events are kept as text. */
#ifndef TESTS_MIGRATE_HEARD_H
#define TESTS_MIGRATE_HEARD_H

#include "tests/migrate/scanner.h"
#include "tests/migrate/world.h"

enum { HEARD_ROWS = 600 };

struct heard {
	struct scanner scanner; /* of the next run */
	const char *table;
	coodie_migration_scan options;
	size_t fail_at, stop_at; /* with this row, from 1; 0: never */
	bool then_fails;         /* the migration does, behind its scan */
	coodie_error err;        /* of the last run */
	size_t given;            /* rows, by the last run */
	size_t count;            /* different rows, by all runs */
	size_t again;            /* rows of the last run that runs before it had given */
	char *rows[HEARD_ROWS];
	bool fresh[HEARD_ROWS]; /* was given by the last run */
	char told[4000];        /* notes and events of the last run, a line each */
	size_t reports;         /* events of a scan that is on its way, likewise */
	coodie_migrate_event last;
};

/* Of a table of a world. */
struct heard *heard_of(struct world *w, const char *table);
/* Forgets the rows, and takes another name for the migration. */
void heard_reset(struct heard *h, const char *name);
void heard_free(struct heard *h);

/* Makes shop.mixed: so many rows, c from 0 on; the first of them in one partition, the others in one each. */
void heard_mixed(struct world *w, int rows, int in_one);
/* Runs statements with semicolons between them. */
void heard_script(struct world *w, const char *cql);
/* A run. A row that it gives twice fails the test. */
bool heard_run(struct heard *h);
void heard_ok(struct heard *h);
/* Fails the test unless the run fails so, and its message says this. */
void heard_failed(struct heard *h, enum coodie_errc code, const char *says);

#endif
