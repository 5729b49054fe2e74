/* SPDX-License-Identifier: MIT */
/* What a statement does, as far as it matters after a kill: what it makes, drops, adds or renames, and
 * whether it may run twice. */
#ifndef MIGRATE_DDL_H
#define MIGRATE_DDL_H

#include "base/arena.h"

enum mg_effect {
	MG_UNKNOWN, /* nothing tells whether it ran */
	MG_AGAIN,   /* running it once more changes nothing */
	MG_JUDGED   /* the schema tells whether it ran */
};

enum mg_object { MG_KEYSPACE, MG_TABLE, MG_TYPE, MG_INDEX, MG_VIEW, MG_OTHER };

/* What is there afterwards, or not any more. */
enum mg_change {
	MG_CREATE,
	MG_DROP,
	MG_ADD,    /* columns, fields */
	MG_REMOVE, /* columns */
	MG_RENAME  /* columns, fields */
};

struct mg_name {
	struct mg_name *next;
	const char *name; /* as stored */
	const char *to;   /* of a renamed one */
};

struct mg_ddl {
	enum mg_effect effect;
	bool is_ddl;      /* the schema changes: nodes have to agree on it */
	bool destructive; /* something is lost: DROP, TRUNCATE, DELETE */
	/* of MG_JUDGED; names as stored */
	enum mg_object object;
	enum mg_change change;
	const char *keyspace; /* NULL: none was said */
	const char *name;     /* of the object; NULL: an index without one */
	const char *table;    /* of an index that is made, */
	const char *target;   /* and what of it: "age", "keys(tags)", as in system_schema.indexes */
	struct mg_name *parts; /* columns, fields */
};

/* False when out of memory. A statement that is not understood is MG_UNKNOWN. */
bool mg_ddl_parse(struct cd_arena *a, const char *cql, struct mg_ddl *out);

#endif
