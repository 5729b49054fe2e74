/* SPDX-License-Identifier: MIT */
/* Where a scan is, range by range: rows of "_coodie_migrations_scan", written behind each page, so that
 * a run after a kill goes on there. */
#ifndef MIGRATE_PLACES_H
#define MIGRATE_PLACES_H

#include "migrate/migrator.h"

/* Where it is in one range. */
struct mg_place {
	int64_t first;    /* the token that its pages begin with */
	int64_t token;    /* all rows before it have been given, of those that have it some */
	const char *page; /* the mapper's token of the page to come; "": none */
	uint64_t rows;    /* given, in all runs */
	bool done;
};

/* Which scan. */
struct mg_scan_name {
	coodie_migrator *migrator;
	const char *migration, *direction;
	uint32_t statement; /* of the migration, from 1 */
};

struct mg_places {
	struct mg_scan_name name;
	uint32_t ranges, done;
	uint64_t rows; /* of all ranges, in earlier runs */
	struct mg_place *at;
	struct cd_arena arena;
	bool found; /* earlier runs have left some */
};

/* Reads what earlier runs have left, or, `again`, forgets it. Closed in any case. */
bool mg_places_open(struct mg_places *p, const struct mg_scan_name *name, uint32_t ranges,
		    bool again, coodie_error *err);
void mg_places_close(struct mg_places *p);
/* Writes one; everything is copied. */
bool mg_places_save_async(const struct mg_places *p, uint32_t range, const struct mg_place *place,
			  coodie_done_fn *done, void *user, coodie_error *err);
/* Forgets those of one scan. */
bool mg_places_forget(const struct mg_scan_name *name, coodie_error *err);
/* Forgets those of all scans of a migration, in one direction; that there is no table is fine. */
bool mg_places_end(coodie_migrator *m, const char *migration, const char *direction,
		   coodie_error *err);

#endif
