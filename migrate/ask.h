/* SPDX-License-Identifier: MIT */
/* Sending a migrator's own statements, each at the consistency that its kind has. */
#ifndef MIGRATE_ASK_H
#define MIGRATE_ASK_H

#include "migrate/migrator.h"

enum mg_mode {
	MG_AT_QUORUM,   /* the state and the progress, read or written */
	MG_CONDITIONAL, /* IF: agreed on by all data centers */
	MG_AT_SERIAL,   /* what was agreed on */
	MG_OF_NODE      /* of the schema: any node has it */
};

/* The request that goes with it. */
coodie_request mg_request(const coodie_migrator *m, enum mg_mode mode);
/* The result, freed with coodie_result_free(); NULL on error. */
coodie_result *mg_ask(coodie_migrator *m, enum mg_cql cql, cql_args args, enum mg_mode mode,
		      coodie_error *err);
/* Of a statement that has none. */
bool mg_do(coodie_migrator *m, enum mg_cql cql, cql_args args, coodie_error *err);
/* Calls `each` with every row of all pages. */
typedef bool mg_row_fn(coodie_migrator *m, const coodie_cursor *row, void *user, coodie_error *err);
bool mg_each(coodie_migrator *m, enum mg_cql cql, cql_args args, enum mg_mode mode, mg_row_fn *each,
	     void *user, coodie_error *err);
/* A text of a row, kept in `m->work`; null is "". */
bool mg_text(coodie_migrator *m, const coodie_cursor *row, size_t column, const char **out,
	     coodie_error *err);

/* Whether it is the server's, with one of these codes. */
bool mg_is_code(const coodie_error *err, const uint16_t *codes, size_t count);
/* Waits until all nodes have one schema; that they do not is an error. */
bool mg_agree(coodie_migrator *m, coodie_error *err);
/* Makes a table of ours where it is not there. */
bool mg_make_table(coodie_migrator *m, enum mg_cql cql, const char *name, coodie_error *err);

#endif
