/* SPDX-License-Identifier: MIT */
/* How far the scan of a migration is, for people: a bar on a terminal, now and then a line elsewhere. */
#ifndef TOOLS_MIGRATE_PROGRESS_H
#define TOOLS_MIGRATE_PROGRESS_H

#include <stdio.h>

#include <coodie/migrate.h>

/* All but the first two are its own: zero. */
struct migrate_progress {
	FILE *to;
	unsigned width; /* of the terminal; 0: it is none */
	unsigned drawn; /* characters of the bar that stands in the last line */
	uint32_t tenths;
	uint64_t told_us;
};

/* Columns of the terminal that a file is; 0: it is none. */
unsigned migrate_progress_width(FILE *to);
/* An event of kind COODIE_MIGRATE_SCAN. */
void migrate_progress_scan(struct migrate_progress *p, const coodie_migrate_event *e);
/* Takes the bar away: before anything else is printed there. It comes back with the next event. */
void migrate_progress_clear(struct migrate_progress *p);

#endif
