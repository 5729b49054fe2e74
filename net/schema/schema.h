/* SPDX-License-Identifier: MIT */
/* The schema of a cluster: immutable, counted, made of keyspaces that snapshots share. */
#ifndef NET_SCHEMA_H
#define NET_SCHEMA_H

#include <stdatomic.h>

#include <coodie/metadata.h>

#include "base/arena.h"
#include "net/result/result.h"
#include "net/schema/schema_rows.h"

/* A row as it came: cells one after the other, each behind its length. */
struct coodie_meta_row {
	const struct cd_columns *columns;
	const uint8_t *cells;
	size_t len;
};

/* A row in a keyspace's list, kept so that a narrower read can replace some and keep the others. */
struct cd_schema_row {
	coodie_meta_row row; /* first: what is public */
	struct cd_schema_row *next;
	const char *name, *second; /* see schema_rows.def; "" when there is none */
};

struct cd_schema_column {
	coodie_column_meta is; /* first: what is public */
	const coodie_meta_row *row;
};

struct cd_schema_index {
	coodie_index_meta is; /* first: what is public */
	const coodie_table_meta *table;
	const coodie_meta_row *row;
};

struct coodie_table_meta {
	const coodie_keyspace_meta *keyspace;
	const char *name, *base; /* base NULL: a table */
	const char *partitioner; /* of ScyllaDB's tables that have their own; else "" */
	const struct cd_schema_column *const
		*columns;                       /* partition key, clustering, others by name */
	const struct cd_schema_column *by_name; /* all of them */
	uint32_t column_count, partition_key_count, clustering_count;
	const struct cd_schema_index *indexes;
	uint32_t index_count;
	const coodie_table_meta **views;
	uint32_t view_count;
	const coodie_meta_row *row;
};

struct cd_schema_type {
	const char *name;
	cql_type *type; /* with its fields */
	const coodie_meta_row *row;
	/* while it is resolved */
	enum { CD_SCHEMA_TYPE_NEW, CD_SCHEMA_TYPE_OPEN, CD_SCHEMA_TYPE_DONE } state;
	uint32_t weight; /* types it is made of, all the way down */
	unsigned depth;  /* of user types in it */
};

struct coodie_function_meta {
	const coodie_keyspace_meta *keyspace;
	const char *name, *signature;
	bool is_aggregate, called_on_null;
	const char *const *argument_names; /* NULL: none are known */
	const cql_type *const *argument_types;
	uint32_t argument_count;
	const cql_type *return_type, *state_type; /* state_type NULL: a function */
	const char *language, *body;
	const char *state_function, *final_function, *initial; /* NULL: none */
	const coodie_meta_row *row;
};

/* Columns that rows point to. */
struct cd_schema_held {
	struct cd_metadata *metadata;
	struct cd_schema_held *next;
};

struct coodie_keyspace_meta {
	atomic_uint refs;
	coodie_allocator allocator;
	struct cd_arena arena; /* of all that is in it */
	const char *name;
	bool is_virtual, durable_writes, has_tablets;
	const char *const *replication;   /* key, value, ... sorted by key */
	uint32_t replication_count;       /* pairs */
	struct coodie_table_meta *tables; /* and views, by name */
	uint32_t table_count;
	struct cd_schema_type *types;                /* by name */
	const struct cd_schema_type **ordered_types; /* each behind those it is made of */
	uint32_t type_count;
	struct coodie_function_meta *functions, *aggregates;
	uint32_t function_count, aggregate_count;
	const coodie_meta_row *row;
	/* what it was made of; the virtual tables' rows lie in the lists of the others */
	struct cd_schema_row *rows[CD_SCHEMA_ROWS];
	struct cd_schema_held *held;
};

struct cd_schema {
	atomic_uint refs;
	coodie_allocator allocator;
	uint64_t version; /* 1 for the first */
	uint32_t skipped; /* rows of the last read that were of no use */
	uint32_t keyspace_count;
	coodie_keyspace_meta *keyspaces[]; /* by name, one reference each. One that has not changed
					      is the same as in the schema before. */
};

struct cd_schema *cd_schema_ref(struct cd_schema *s); /* NULL is fine */
void cd_schema_free(struct cd_schema *s);             /* gives a reference back; NULL is fine */
const coodie_keyspace_meta *cd_schema_keyspace(const struct cd_schema *s, const char *name);
void cd_schema_keyspace_free(coodie_keyspace_meta *ks); /* gives a reference back; NULL is fine */

/* ---- rows (schema_row.c) --------------------------------------------------------------------- */

/* The text of a field; data NULL: null, not there, or not a text. */
cql_text cd_schema_text(const coodie_meta_row *row, const char *name);
int32_t cd_schema_int(const coodie_meta_row *row, const char *name, int32_t otherwise);
bool cd_schema_bool(const coodie_meta_row *row, const char *name, bool otherwise);
/* The value of a field; null when it is not there or broken. */
cql_value cd_schema_value(const coodie_meta_row *row, const char *name);

/* The items of a list of texts, or the pairs of a map of them; data NULL: not a text. */
struct cd_schema_texts {
	cql_iter it;
	uint32_t count;
};
/* Of what is no list (map): none, and false. */
bool cd_schema_list(const coodie_meta_row *row, const char *name, struct cd_schema_texts *out);
bool cd_schema_list_next(struct cd_schema_texts *t, cql_text *out);
bool cd_schema_map(const coodie_meta_row *row, const char *name, struct cd_schema_texts *out);
bool cd_schema_map_next(struct cd_schema_texts *t, cql_text *key, cql_text *value);
/* The item of a map<text, text> under a key, data NULL: none. */
cql_text cd_schema_map_text(const coodie_meta_row *row, const char *name, const char *key);
/* "frozen<tuple<int, int>>" without the frozen: functions' types are never spelled so, but rows say
 * it. */
cql_text cd_schema_unfrozen(cql_text type);

/* ---- a keyspace out of its rows (schema_keyspace.c, schema_type.c, schema_table.c,
 * schema_function.c) --------------------------------------------------------------------------- */

/* Fills in all but the rows, which are sorted. */
bool cd_schema_keyspace_build(coodie_keyspace_meta *ks, coodie_error *err);
bool cd_schema_types_build(coodie_keyspace_meta *ks, coodie_error *err);
bool cd_schema_tables_build(coodie_keyspace_meta *ks, coodie_error *err);
bool cd_schema_functions_build(coodie_keyspace_meta *ks, coodie_error *err);

/* Out of memory while the schema is built; false. */
bool cd_schema_no_memory(coodie_error *err);
/* A terminated copy; "" for none, NULL: out of memory. */
const char *cd_schema_copy(coodie_keyspace_meta *ks, cql_text text);
/* The same, but none is *out = NULL. */
bool cd_schema_copy_some(coodie_keyspace_meta *ks, cql_text text, const char **out);
uint32_t cd_schema_count(const struct cd_schema_row *rows);
/* A type as rows spell it, with the keyspace's user types in place. What cannot be read is a custom
 * type of that name. NULL: out of memory. */
const cql_type *cd_schema_type_of(coodie_keyspace_meta *ks, cql_text text);
const struct cd_schema_type *cd_schema_type_find(const coodie_keyspace_meta *ks, const char *name);

#endif
