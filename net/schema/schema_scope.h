/* SPDX-License-Identifier: MIT */
/* How much of the schema is read: all of it, some keyspaces, or one thing that an event named. */
#ifndef NET_SCHEMA_SCOPE_H
#define NET_SCHEMA_SCOPE_H

#include <coodie/value.h>

#include "base/arena.h"
#include "base/buffer.h"

/* Ordered: each names less than the one before. */
enum cd_schema_target {
	CD_SCHEMA_ALL,
	CD_SCHEMA_KEYSPACE,
	CD_SCHEMA_TABLE, /* or a view */
	CD_SCHEMA_TYPE,
	CD_SCHEMA_FUNCTION, /* all of one name, whatever their arguments */
	CD_SCHEMA_AGGREGATE
};

/* Which keyspaces a session wants to know all about (M8, U14). Of the others only the keyspace itself
 * is read, as routing needs its replication. */
struct cd_schema_filter {
	bool off;                 /* none */
	const char *const *names; /* as stored */
	uint32_t count;           /* 0: all */
};

/* Borrows its names. */
struct cd_schema_scope {
	enum cd_schema_target target;
	/* ALL: none are named. KEYSPACE: these are read again, the others stay. Else: one. */
	const char *const *keyspaces;
	uint32_t keyspace_count;
	const char *name; /* of the table, type, function or aggregate */
	struct cd_schema_filter filter;
};

/* ---- the filter ------------------------------------------------------------------------------ */

/* Reads `shop, "Odd"` into the arena; NULL and "" are all. COODIE_ERR_INVALID: something else is no
 * list of names. */
bool cd_schema_filter_parse(struct cd_schema_filter *out, struct cd_arena *a, const char *text,
			    coodie_error *err);
bool cd_schema_filter_takes(const struct cd_schema_filter *f, cql_text keyspace);
/* What is read first, and by a refresh of all. */
struct cd_schema_scope cd_schema_filter_scope(const struct cd_schema_filter *f);

/* ---- what events say, until it is read (N4, M9) ---------------------------------------------- */

struct cd_schema;

enum { CD_SCHEMA_CHANGED_KEYSPACES = 8, CD_SCHEMA_NAME = 200 };

/* Changes not yet read; zeroed: none. More of them only widen what is read. */
struct cd_schema_changes {
	bool any, all;
	enum cd_schema_target target;
	uint32_t count;
	char keyspaces[CD_SCHEMA_CHANGED_KEYSPACES][CD_SCHEMA_NAME];
	char name[CD_SCHEMA_NAME];
	const char *pointers[CD_SCHEMA_CHANGED_KEYSPACES]; /* of the scope */
};

/* Adds what a SCHEMA_CHANGE says: target "KEYSPACE", "TABLE", "TYPE", "FUNCTION", "AGGREGATE"; one
 * that is not known changes its keyspace. Of keyspaces that the filter leaves out only they themselves
 * change. */
void cd_schema_changes_add(struct cd_schema_changes *c, const struct cd_schema_filter *filter,
			   const char *target, const char *keyspace, const char *name);
/* Something was missed: a connection that heard events was lost. */
void cd_schema_changes_add_all(struct cd_schema_changes *c);
/* What to read. False: nothing has changed. It borrows from `c`, which is emptied by `*c = (struct
 * cd_schema_changes){ 0 }` when the read begins and added to again when it fails.
 * @param known  the newest schema; what is not in it is read with its keyspace; may be NULL */
bool cd_schema_changes_scope(struct cd_schema_changes *c, const struct cd_schema_filter *filter,
			     const struct cd_schema *known, struct cd_schema_scope *out);

#endif
