/* SPDX-License-Identifier: MIT */
/* Changes of the schema: a draft of what shall be, made anywhere, is copied into its place all at
 * once or not at all. For ddl*.c and system.c. */
#ifndef NODE_SCHEMA_CHANGE_H
#define NODE_SCHEMA_CHANGE_H

#include "node/schema/schema.h"

/* A draft is a struct nd_table whose lists and texts may lie in a request's arena, or in the table
 * it was made from. Columns come in any order, those of a key in theirs; `position`, the counts and
 * is_multi_cell are worked out by the copy. Columns without an id (ND_NEW_COLUMN) get one. */
#define ND_NEW_COLUMN UINT32_MAX

/* A table's place and what comes to it. */
struct nd_table_change {
	struct nd_table *table;       /* as it is */
	const struct nd_table *draft; /* as it shall be */
};

/* All of these: false when out of memory, and nothing has changed. `change` is what the listener is
 * told; with `change` NULL nobody is, and the version stays. */
bool nd_schema_add_keyspace(struct nd_schema *s, const struct nd_keyspace *draft,
			    const cql_schema_change *change);
/* New replication and types for a keyspace, and new contents for tables, together. */
bool nd_schema_alter_keyspace(struct nd_schema *s, struct nd_keyspace *k,
			      const struct nd_keyspace *draft, const struct nd_table_change *tables,
			      uint32_t count, const cql_schema_change *change);
bool nd_schema_add_table(struct nd_schema *s, struct nd_keyspace *k, const struct nd_table *draft,
			 const cql_schema_change *change);
/* The first one is what the change is about; of the others, its views, the listener is told too. */
bool nd_schema_alter_tables(struct nd_schema *s, const struct nd_table_change *tables,
			    uint32_t count, const cql_schema_change *change);
void nd_schema_drop_table(struct nd_schema *s, struct nd_table *t, const cql_schema_change *change);
/* The listener is told of all that is in it, then of it. */
void nd_schema_drop_keyspace(struct nd_schema *s, struct nd_keyspace *k,
			     const cql_schema_change *change);

/* The pieces: a table of its own, without a store; its memory; the columns a draft begins with (a
 * copy of the list, with room for `more`). NULL: out of memory. */
struct nd_table *nd_table_copy(const coodie_allocator *allocator, const struct nd_table *draft);
void nd_table_free(struct nd_table *t);
struct nd_column **nd_table_columns(const struct nd_table *t, uint32_t more, struct cd_arena *a);
bool nd_properties_copy(struct nd_properties *out, const struct nd_properties *in,
			struct cd_arena *a);
const struct nd_property *nd_properties_find(const struct nd_properties *p, const char *name);

/* Fills `digest`, from everything else in it but, for a keyspace, its tables. False: out of memory. */
bool nd_table_digest(struct nd_table *t, const coodie_allocator *allocator);
bool nd_keyspace_digest(struct nd_keyspace *k, const coodie_allocator *allocator);
/* Makes s->version new. */
void nd_schema_digest(struct nd_schema *s);

/* Whether it is not too large and not nested too deep: user types of user types grow fast. */
bool nd_type_fits(const cql_type *type);
/* Whether a type is, or is made of, a user type of this name. */
bool nd_type_uses(const cql_type *type, const char *user_type);

#endif
