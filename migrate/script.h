/* SPDX-License-Identifier: MIT */
/* A migration in CQL: what its header says, and the statements of its two sections.
 *
 *	-- description: ratings for reviews
 *	-- destructive: no
 *	-- upgrade
 *	ALTER TABLE reviews ADD rating int;
 *	-- idempotent
 *	UPDATE totals SET reviews = 0 WHERE id = 1;
 *	-- downgrade
 *	ALTER TABLE reviews DROP rating;
 */
#ifndef MIGRATE_SCRIPT_H
#define MIGRATE_SCRIPT_H

#include <coodie/error.h>

#include "base/arena.h"

struct mg_statement {
	struct mg_statement *next;
	const char *cql; /* without its semicolon */
	uint32_t line;
	bool idempotent;
};

struct mg_section {
	struct mg_statement *first, **last;
	uint32_t count;
	uint32_t line; /* 0: there is no such section */
};

struct mg_script {
	const char *description; /* "" when there is none */
	bool destructive, reversible;
	struct mg_section upgrade, downgrade;
};

/* Reads a file's text. `name` is for errors: COODIE_ERR_INVALID with the line. */
bool mg_script_parse(struct cd_arena *a, const char *name, const char *text, struct mg_script *out,
		     coodie_error *err);

#endif
