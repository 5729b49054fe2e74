/* SPDX-License-Identifier: MIT */
/* Keyspaces, tables, columns, indexes and user types, as they are now. Changed only by ddl*.c, through
 * schema_change.h; who keeps a pointer into it is told by nd_schema_listener before what it points to
 * goes away. A `struct nd_table` and a `struct nd_keyspace` stay where they are until they are
 * dropped; what they point to does not outlive a change. */
#ifndef NODE_SCHEMA_H
#define NODE_SCHEMA_H

#include <coodie/message.h>

#include "node/cql/ast.h"
#include "node/cql/problem.h"
#include "node/cql/spelling.h"

struct nd_store;
struct nd_request;

enum nd_column_kind { ND_PARTITION_KEY, ND_CLUSTERING, ND_STATIC, ND_REGULAR };

struct nd_column {
	const char *name;
	const cql_type *type; /* user types with their fields */
	enum nd_column_kind kind;
	uint16_t position;  /* in the partition key, or among the clustering columns; else 0 */
	bool descending;    /* clustering */
	bool is_multi_cell; /* a collection or user type that is not frozen: a cell for each item */
	uint32_t id;        /* of its cells in the store; never another one's in this table */
};

struct nd_index {
	const char *name;
	const struct nd_column *column;
	enum nd_index_target target;
	const char *class_name;       /* NULL: an ordinary one; one of those of index.h */
	struct nd_properties options; /* of the class, and class_name as it was written */
	uint32_t number;              /* in the order they were made */
};

/* A column that was dropped: it may come back with the same type only, and with its id: cells that
 * are newer than the drop come back as well. */
struct nd_dropped_column {
	const char *name;
	const cql_type *type; /* user types as tuples */
	enum nd_column_kind kind;
	uint32_t id;
	int64_t dropped_us;
};

/* One relation of a view's WHERE, about columns of the base's primary key. */
struct nd_view_test {
	enum nd_operator op; /* EQ: is one of the tuples; the others have one tuple */
	uint32_t width;      /* columns that are compared as one */
	uint32_t *columns;   /* where they stand in nd_table.columns of the base */
	uint32_t count;      /* tuples; 0: nothing answers it (k = null) */
	cql_blob *values;    /* count * width */
};

/* What makes a view of its base. Its columns have the ids of those of the base. */
struct nd_view {
	struct nd_table *base;
	bool includes_all; /* SELECT *: columns that the base gets later come in */
	const char *where; /* as system_schema.views has it */
	uint32_t test_count;
	struct nd_view_test *tests;
};

struct nd_table {
	struct nd_keyspace *keyspace;
	const char *name;
	cql_uuid id;
	/* Cassandra's order: partition key, clustering, static and regular ones by name. */
	struct nd_column **columns;
	uint32_t column_count;
	uint16_t partition_key_count, clustering_count;
	uint16_t static_count;
	bool is_counter;
	bool is_compact;
	const struct nd_view *view; /* NULL: a table */
	uint32_t view_count;        /* of views of it */
	bool is_stale;              /* a view that is to be built from its base before it is read */
	bool is_strict; /* a view with a column in its key that is in none of its base: a row lives no
			 * longer than that cell, which is to say than its marker */
	struct nd_index *indexes;
	uint32_t index_count;
	struct nd_dropped_column *dropped;
	uint32_t dropped_count;
	uint32_t next_column_id;
	struct nd_properties options; /* all of them, with their defaults, canonical */
	int32_t default_ttl;          /* seconds; 0: none */
	int32_t gc_grace;             /* seconds */
	uint64_t version;             /* counts changes of this table, from 1 */
	uint64_t digest[2];
	struct nd_store *store;
	/* Virtual and system tables: makes the rows new before they are read; NULL for others. */
	bool (*refresh)(struct nd_table *t, struct nd_request *x);
	uint64_t refreshed;    /* nd_schema.change of the rows there are; refresh's own */
	bool is_read_only;     /* to clients: the node fills it, or Cassandra refuses */
	struct cd_arena arena; /* all of the above */
};

struct nd_user_type {
	const char *name;
	const cql_type *type; /* kind UDT, with fields; not frozen */
};

struct nd_keyspace {
	const char *name;
	struct nd_properties replication; /* class first, with its package; then factors */
	bool durable_writes;
	bool has_no_tablets;      /* ScyllaDB: it was made so */
	bool is_system;           /* local: not replicated, not to be altered */
	bool is_virtual;          /* system_views, system_virtual_schema */
	struct nd_table **tables; /* by name; views too */
	uint32_t table_count;
	struct nd_user_type *types; /* by name */
	uint32_t type_count;
	uint64_t digest[2]; /* without its tables */
	uint64_t changed;   /* nd_schema.change when it or one of its tables last became another */
	struct cd_arena arena;
};

/* Who wants to know of changes. `change` is as an EVENT would say it; `table` is the one that is
 * about to go or has just been changed, NULL for keyspaces and types: then any table of the keyspace
 * may be another one, or be about to go. What was there before is still there during the call. */
struct nd_schema_listener {
	void (*changed)(void *user, const cql_schema_change *change, struct nd_table *table);
	void *user;
};

struct nd_schema {
	const coodie_allocator *allocator;
	struct nd_keyspace **keyspaces; /* by name */
	uint32_t keyspace_count;
	cql_uuid version; /* a digest: equal schemas have equal versions */
	uint64_t change;  /* counts changes, for who caches */
	struct nd_schema_listener listener;
};

bool nd_schema_init(struct nd_schema *s, const coodie_allocator *allocator);
void nd_schema_deinit(struct nd_schema *s);

/* Lookups; NULL: there is none. */
struct nd_keyspace *nd_schema_keyspace(const struct nd_schema *s, const char *name);
struct nd_table *nd_keyspace_table(const struct nd_keyspace *k, const char *name);
const struct nd_user_type *nd_keyspace_type(const struct nd_keyspace *k, const char *name);
const struct nd_column *nd_table_column(const struct nd_table *t, const char *name);
/* Finds or refuses as Cassandra does: "Keyspace 'x' does not exist" (for USE), "keyspace x does not
 * exist", "table x does not exist", "Undefined column name y in table ks.x". */
struct nd_table *nd_schema_find_table(const struct nd_schema *s, const char *session_keyspace,
				      const struct nd_table_name *name, struct nd_problem *p);
const struct nd_column *nd_table_find_column(const struct nd_table *t, const char *name,
					     struct nd_problem *p);
/* The type with its user types looked up in `keyspace` (or their own), in the arena. */
const cql_type *nd_schema_resolve(const struct nd_schema *s, const char *keyspace,
				  const cql_type *type, struct cd_arena *a, struct nd_problem *p);
/* The order of columns in a table that are in no key: static ones first, then by name. */
int nd_column_order(enum nd_column_kind kind_a, const char *a, enum nd_column_kind kind_b,
		    const char *b);
/* Whether values of this type, as a column, are stored item by item. */
bool nd_type_is_multi_cell(const cql_type *type);
/* Whether a type is, or is made of, durations, which have no order; what vectors are of is not looked
 * at. */
bool nd_type_has_duration(const cql_type *type);

#endif
