/* SPDX-License-Identifier: MIT */
/* The statements a node has prepared, by their ids. Bounded: the least recently used is forgotten;
 * so is each whose table has changed. */
#ifndef NODE_PREPARED_H
#define NODE_PREPARED_H

#include "base/md5.h"
#include "node/plan/plan.h"

/* A statement that was prepared. Lives while it is known or held. */
struct nd_prepared_statement {
	uint8_t id[CD_MD5_SIZE]; /* MD5 of the session's keyspace and the text; of a statement
					     that names its keyspace itself, of the text */
	uint8_t metadata_id[CD_MD5_SIZE]; /* MD5 of its result's columns */
	const struct nd_plan *plan;
	cql_blob heads[2]; /* of RESULTs of its rows in version `version`: without columns, with them */
	unsigned version;
	const char *cql;
	const char *keyspace; /* the session's; NULL: none, or the statement names its own */
	struct cd_arena arena;
	uint32_t holds; /* the cache's own counts */
	bool known;
	struct nd_prepared_statement *next;          /* in its bucket */
	struct nd_prepared_statement *newer, *older; /* by use */
};

enum { ND_PREPARED_BUCKETS = 1024 };

struct nd_prepared {
	struct nd_database *db;
	const coodie_allocator *allocator;
	uint32_t most, count;
	struct nd_prepared_statement **buckets; /* NULL: nothing was ever prepared */
	struct nd_prepared_statement *newest, *oldest;
};

void nd_prepared_init(struct nd_prepared *p, struct nd_database *db, uint32_t most);
/* Nothing may be held any more. */
void nd_prepared_deinit(struct nd_prepared *p);

/* What was prepared under this id; NULL: unknown. */
struct nd_prepared_statement *nd_prepared_find(struct nd_prepared *p, cql_blob id);
/* Prepares, or finds what is there already. `keyspace` NULL: none. NULL: `problem` says why. The
 * result lives until something is prepared, forgotten or run: hold it for longer. */
struct nd_prepared_statement *nd_prepared_make(struct nd_prepared *p, cql_text cql,
					       const char *keyspace, unsigned version,
					       struct nd_problem *problem);
/* The body of a RESULT of rows with this metadata, up to the number of rows, which comes last and is 0; NULL:
 * that has to be written anew. */
const cql_blob *nd_prepared_head(const struct nd_prepared_statement *s, unsigned version,
				 const cql_metadata *m);
/* While it runs: a statement may change the schema that it was prepared for. */
void nd_prepared_hold(struct nd_prepared_statement *s);
void nd_prepared_drop(struct nd_prepared_statement *s);

/* A schema has changed: forgets what is about `table`, or, when it is NULL, about anything of the
 * keyspace. */
void nd_prepared_changed(struct nd_prepared *p, const char *keyspace, const struct nd_table *table);
/* Forgets one, if it is there. */
void nd_prepared_forget(struct nd_prepared *p, cql_blob id);
/* Forgets all. */
void nd_prepared_clear(struct nd_prepared *p);

/* What METADATA_CHANGED goes by. False: out of memory. */
bool nd_metadata_id(const cql_metadata *m, struct cd_arena *a, uint8_t id[CD_MD5_SIZE]);

#endif
