/* SPDX-License-Identifier: MIT */
/* A table read range by range, several at once: every row exactly once, and none left out after a kill. */
#ifndef MIGRATE_SCAN_H
#define MIGRATE_SCAN_H

#include <coodie/model.h>

#include "migrate/places.h"

/* How far it is. */
struct mg_scan_report {
	uint32_t ranges_done, per_mille; /* per_mille: of the ring of tokens */
	uint64_t rows, rows_per_second;  /* of this run */
	uint32_t seconds_left;           /* UINT32_MAX: not known yet */
};

struct mg_scan {
	const coodie_model *model;
	const char *label; /* of the table, for people */
	struct mg_places *places;
	const char *columns; /* for coodie_only(); NULL: all */
	uint32_t page_rows, in_flight, rows_per_second;
	cql_consistency consistency;
	/* Called on the thread of the scan, outside of callbacks: each may block. */
	bool (*each)(void *object, void *user,
		     coodie_error *err); /* false without a code: enough */
	bool (*check)(void *user,
		      coodie_error *err); /* whether to go on: before each page, and rests */
	void (*tell)(const struct mg_scan_report *report, void *user);
	void (*note)(const char *text, void *user);
	void *user;
};

enum { MG_MOST_IN_FLIGHT = 1024 };

bool mg_scan_run(const struct mg_scan *scan, coodie_error *err);

#endif
