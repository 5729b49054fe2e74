/* SPDX-License-Identifier: MIT */
/* Writing our tables, at QUORUM, so that it is seen. A write has the time of who sends it; where the clock of another
 * run was ahead, what that one wrote or deleted is newer, and hides it. So each write is looked at, and made again
 * behind the other. */
#ifndef MIGRATE_PUT_H
#define MIGRATE_PUT_H

#include "migrate/ask.h"

/* A row. `look`, with `key`, reads a text that says which row is there, and when that was written. */
struct mg_put {
	enum mg_cql cql;
	cql_args args; /* its time follows as the last one */
	enum mg_cql look;
	cql_args key;
	const char *text; /* what is to be read then */
};

/* COODIE_ERR_CONFLICT: what is there cannot be written over. */
bool mg_put(coodie_migrator *m, const struct mg_put *p, coodie_error *err);
/* Deletes what `look` reads; the time of `cql` comes before its key. */
bool mg_erase(coodie_migrator *m, enum mg_cql cql, enum mg_cql look, cql_args key,
	      coodie_error *err);
/* The time of a write that nobody looks at: behind what was met so far. */
cql_value mg_put_time(const coodie_migrator *m);
/* Something was met that was written at this time. */
void mg_put_met(coodie_migrator *m, int64_t at_us);

#endif
