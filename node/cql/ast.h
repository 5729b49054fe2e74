/* SPDX-License-Identifier: MIT */
/* CQL statements as trees: what the parser makes and everything else reads. Nothing is looked up
 * yet: names are names. All of a tree lives in the arena it was parsed into, texts included.
 *
 * A name is NUL-terminated and already folded: lower case unless it was quoted. */
#ifndef NODE_AST_H
#define NODE_AST_H

#include "base/arena.h"
#include "node/auth/resource.h"
#include "proto/type.h"

/* ---- expressions ---------------------------------------------------------------------------- */

enum nd_expr_kind {
	ND_EXPR_NULL,
	ND_EXPR_STRING,   /* `text`: between its quotes, '' and $$ undone */
	ND_EXPR_INTEGER,  /* `text`: as written, with its sign */
	ND_EXPR_FLOAT,    /* likewise; NaN and Infinity too */
	ND_EXPR_BOOLEAN,  /* `text`: true or false, in letters of any case */
	ND_EXPR_UUID,     /* `text`: as written */
	ND_EXPR_HEX,      /* `text`: with its 0x */
	ND_EXPR_DURATION, /* `text`: with its sign */
	ND_EXPR_MARKER,   /* `marker` */
	ND_EXPR_LIST,     /* [a, b]: also a vector */
	ND_EXPR_SET,      /* {a, b}; {} is a map too */
	ND_EXPR_MAP,    /* {k: v}: `items` are keys and values in turn. In a selection {a: v} is one
			   * too: COLUMNs for keys, which are fields when a user type is meant. */
	ND_EXPR_UDT,    /* {name: v}: as many `names` as items; of equal names the last counts */
	ND_EXPR_TUPLE,  /* (a, b); (a) too: it stands for `a` unless a tuple is wanted */
	ND_EXPR_COLUMN, /* `name` */
	ND_EXPR_FIELD,  /* items[0] . name */
	ND_EXPR_ELEMENT, /* items[0] [ items[1] ] */
	ND_EXPR_SLICE,   /* items[0] [ items[1] .. items[2] ]; an end that is left out is NULL */
	ND_EXPR_CALL,    /* `keyspace`.`name` ( items ); count(*) and count(1) have no items;
			   * writetime(c), maxwritetime(c), ttl(c) with their COLUMN, FIELD, ... */
	ND_EXPR_CAST,    /* CAST (items[0] AS type), and the hint (type) items[0] */
	ND_EXPR_BINARY,  /* items[0] `op` items[1]; '+', '-', '*', '/', '%' */
	ND_EXPR_NEGATE   /* - items[0] */
};

/* The deepest tree: who walks one may recurse. */
enum { ND_EXPR_DEPTH = 256 };

struct nd_expr {
	enum nd_expr_kind kind;
	char op;               /* BINARY */
	bool is_hint;          /* CAST written as (type) term */
	bool is_varchar;       /* ... to text by its other name */
	bool counts_rows;      /* CALL: count(*), or count() of a constant */
	uint16_t marker;       /* MARKER: its place among nd_statement.markers */
	uint16_t depth;        /* levels of expressions inside: at most ND_EXPR_DEPTH */
	uint32_t line, column; /* 1-based line, 0-based column, as Cassandra counts */
	const char *text;      /* literals; NUL-terminated, `text_len` bytes */
	size_t text_len;
	const char *keyspace, *name;
	uint32_t count;
	struct nd_expr **items;
	const char **names;   /* UDT */
	const cql_type *type; /* CAST: user types are known by name only */
};

/* [...], {...} and {...: ...} */
static inline bool nd_expr_is_collection(const struct nd_expr *e)
{
	return e->kind == ND_EXPR_LIST || e->kind == ND_EXPR_SET || e->kind == ND_EXPR_MAP;
}

/* ---- parts of statements -------------------------------------------------------------------- */

struct nd_table_name {
	const char *keyspace; /* NULL: the session's */
	const char *name;
};

enum nd_operator {
#define X(name, text) ND_OP_##name,
#include "node/cql/operator.def"
#undef X
};
/* As Cassandra's messages spell it. */
const char *nd_operator_name(enum nd_operator op);
/* <, <=, > and >= */
static inline bool nd_operator_is_slice(enum nd_operator op)
{
	return op >= ND_OP_LT && op <= ND_OP_GE;
}

/* What stands left of a relation's operator. */
enum nd_target_kind {
	ND_TARGET_COLUMN,  /* names[0] */
	ND_TARGET_ELEMENT, /* names[0] [ element ] */
	ND_TARGET_FIELD,   /* names[0] . field */
	ND_TARGET_TUPLE,   /* (names...) */
	ND_TARGET_TOKEN    /* token(names...) */
};

struct nd_relation {
	enum nd_target_kind target;
	enum nd_operator op;
	uint32_t name_count;
	const char **names;
	struct nd_expr *element;
	const char *field;
	/* Right of it: one expression; IN (a, b) has `value_count` of them, IN ? one marker and
	 * `is_in_marker`. */
	uint32_t value_count;
	struct nd_expr **values;
	bool is_in_marker;
};

struct nd_relations {
	struct nd_relation *at;
	uint32_t count;
};

enum nd_assign_kind {
	ND_ASSIGN_SET,            /* c = value */
	ND_ASSIGN_ADD,            /* c = c + value, c += value */
	ND_ASSIGN_PREPEND,        /* c = value + c */
	ND_ASSIGN_SUBTRACT,       /* c = c - value, c -= value */
	ND_ASSIGN_ELEMENT,        /* c[key] = value */
	ND_ASSIGN_FIELD,          /* c.field = value */
	ND_ASSIGN_DELETE,         /* DELETE c */
	ND_ASSIGN_DELETE_ELEMENT, /* DELETE c[key] */
	ND_ASSIGN_DELETE_FIELD    /* DELETE c.field */
};

struct nd_assign {
	enum nd_assign_kind kind;
	const char *column;
	const char *
		other; /* ADD, PREPEND, SUBTRACT: the column on the right, which must be the same */
	struct nd_expr *key;
	const char *field;
	struct nd_expr *value;
};

/* WITH name = value. A value is a text (unquoted), or a map of texts. */
struct nd_property {
	const char *name;
	enum nd_expr_kind kind; /* of a text: STRING, INTEGER, ...; MAP */
	const char *text;
	uint32_t count;     /* pairs */
	const char **pairs; /* key, value, key, value */
};

struct nd_properties {
	struct nd_property *at;
	uint32_t count;
};

struct nd_column_def {
	const char *name;
	const cql_type *type; /* user types by name only */
	bool is_static;
	bool is_primary_key;
	bool is_masked; /* MASKED WITH: known to the grammar, refused later */
};

struct nd_order {
	const char *column;
	bool descending;
	struct nd_expr *ann_of; /* ORDER BY c ANN OF [..]; NULL: none */
};

struct nd_selection {
	struct nd_expr *expr;
	const char *alias; /* NULL: none */
	const char *text;  /* as it was written, blanks as they were */
};

/* ---- statements ----------------------------------------------------------------------------- */

enum nd_statement_kind {
#define X(name, words) ND_##name,
#include "node/cql/statement.def"
#undef X
	ND_STATEMENT_KINDS
};

struct nd_using {
	struct nd_expr *timestamp, *ttl, *timeout; /* NULL: not there; timeout is ScyllaDB's */
};

struct nd_select {
	struct nd_selection *selections; /* none: * */
	uint32_t selection_count;
	bool distinct, json, allow_filtering, per_partition_limit_set;
	struct nd_relations where;
	uint32_t group_count;
	const struct nd_expr **group_by;
	uint32_t order_count;
	struct nd_order *order_by;
	struct nd_expr *per_partition_limit, *limit; /* NULL: none */
	struct nd_using using;
	bool bypass_cache; /* ScyllaDB's */
};

struct nd_insert {
	bool json, if_not_exists, json_default_unset;
	uint32_t column_count;
	const char **columns;
	uint32_t value_count;
	struct nd_expr **values; /* JSON: one */
	struct nd_using using;
};

/* UPDATE and DELETE. */
struct nd_modify {
	uint32_t assign_count;
	struct nd_assign *assigns; /* DELETE: none means the rows themselves */
	struct nd_relations where;
	bool if_exists;
	struct nd_relations conditions;
	struct nd_using using;
};

struct nd_batch {
	enum nd_batch_type { ND_BATCH_LOGGED, ND_BATCH_UNLOGGED, ND_BATCH_COUNTER } type;
	struct nd_using using;
	uint32_t count;
	struct nd_statement **statements; /* INSERT, UPDATE, DELETE; markers are numbered through */
};

struct nd_create_keyspace { /* ALTER KEYSPACE too */
	bool if_not_exists, if_exists;
	struct nd_properties properties;
};

struct nd_create_table {
	const char *name; /* nd_statement.on.name */
	bool if_not_exists, compact_storage;
	uint32_t column_count;
	struct nd_column_def *columns;
	uint32_t partition_key_count, clustering_count;
	const char **partition_key, **clustering;
	bool has_primary_key_clause;
	uint32_t primary_key_clauses; /* more than one is refused */
	uint32_t order_count;
	struct nd_order *clustering_order;
	struct nd_properties properties;
};

struct nd_alter_table {
	enum nd_alter_kind {
		ND_ALTER_ADD,
		ND_ALTER_DROP,
		ND_ALTER_RENAME,
		ND_ALTER_TYPE_OF, /* ALTER c TYPE t: refused since 3.0 */
		ND_ALTER_MASK,    /* ALTER c MASKED WITH .. / DROP MASKED: refused */
		ND_ALTER_WITH,
		ND_ALTER_DROP_COMPACT
	} alter;
	bool if_exists; /* the table */
	bool column_if_exists, column_if_not_exists;
	uint32_t column_count;
	struct nd_column_def *columns; /* ADD, DROP (names), TYPE_OF */
	struct nd_expr *timestamp;     /* DROP ... USING TIMESTAMP */
	uint32_t rename_count;
	const char **renames; /* from, to, from, to */
	struct nd_properties properties;
};

/* CREATE TYPE, and ALTER TYPE with the same fields or renames. */
struct nd_type_def {
	bool if_not_exists, if_exists, field_if_exists, field_if_not_exists;
	uint32_t field_count;
	struct nd_column_def *fields;
	uint32_t rename_count;
	const char **renames;
	bool is_alter_of; /* ALTER f TYPE t: refused */
};

enum nd_index_target {
	ND_INDEX_SIMPLE,
	ND_INDEX_VALUES,
	ND_INDEX_KEYS,
	ND_INDEX_ENTRIES,
	ND_INDEX_FULL
};

struct nd_create_index {
	bool if_not_exists, custom;
	const char *name;           /* NULL: made up */
	const char *index_keyspace; /* in front of the name; NULL: none */
	enum nd_index_target target;
	uint32_t column_count; /* 1, except in mistakes */
	const char **columns;
	const char *class_name;          /* USING; NULL: none */
	struct nd_properties properties; /* OPTIONS is one of them */
};

struct nd_drop {
	bool if_exists;
};

struct nd_create_view {
	bool if_not_exists;
	struct nd_table_name base;
	uint32_t column_count;
	const char **columns; /* none: * */
	const char *no_column; /* why something that is selected is none; NULL: all are */
	struct nd_relations where;
	uint32_t partition_key_count, clustering_count;
	const char **partition_key, **clustering;
	uint32_t order_count;
	struct nd_order *clustering_order;
	struct nd_properties properties;
};

struct nd_alter_view {
	bool if_exists;
	struct nd_properties properties;
};

struct nd_describe {
	enum nd_describe_what {
		ND_DESCRIBE_CLUSTER,
		ND_DESCRIBE_KEYSPACES,
		ND_DESCRIBE_SCHEMA,
		ND_DESCRIBE_FULL_SCHEMA,
		ND_DESCRIBE_KEYSPACE, /* nd_statement.on.keyspace; NULL: the session's */
		ND_DESCRIBE_ONLY_KEYSPACE,
		ND_DESCRIBE_TABLES,
		ND_DESCRIBE_TABLE,
		ND_DESCRIBE_INDEX,
		ND_DESCRIBE_VIEW,
		ND_DESCRIBE_TYPES,
		ND_DESCRIBE_TYPE,
		ND_DESCRIBE_FUNCTIONS,
		ND_DESCRIBE_FUNCTION,
		ND_DESCRIBE_AGGREGATES,
		ND_DESCRIBE_AGGREGATE,
		ND_DESCRIBE_NAME /* of whatever is called so */
	} what;
	bool with_internals;
};

/* CREATE ROLE, ALTER ROLE; CREATE USER, ALTER USER. */
struct nd_role_def {
	bool if_not_exists, if_exists;
	const char *role;
	const char *password, *hashed_password; /* NULL: not there */
	bool has_login, login, has_superuser, superuser, has_options;
	bool all_datacenters, all_cidrs;
	uint32_t datacenter_count, cidr_count;
	const char **datacenters, **cidrs; /* with none: not said */
};

/* DROP ROLE, DROP USER; LIST ROLES and LIST USERS; GRANT and REVOKE of a role. */
struct nd_role_use {
	bool if_exists;
	const char *role;    /* LIST: NULL */
	const char *grantee; /* NULL: none */
	bool no_recursive;
};

/* GRANT, REVOKE and LIST of permissions. */
struct nd_grant {
	nd_permissions permissions;
	bool is_all;
	struct nd_resource on;      /* LIST: may be NONE; a table is nd_statement.on */
	const cql_type **arguments; /* FUNCTION */
	uint32_t argument_count;
	const char *grantee; /* NULL: none */
	bool no_recursive;
};

/* ADD IDENTITY, DROP IDENTITY. */
struct nd_identity {
	bool if_not_exists, if_exists;
	const char *identity, *role;
};

/* CREATE FUNCTION and CREATE AGGREGATE, and DROP of both: of what they say, what is checked. */
struct nd_function_def {
	bool or_replace, if_not_exists, if_exists;
	bool has_arguments; /* DROP: false without ( ) */
	uint32_t argument_count;
	const char **names; /* FUNCTION */
	const cql_type **arguments;
	const cql_type *returns;                     /* FUNCTION */
	const char *language, *body;                 /* likewise */
	const char *state_function, *final_function; /* AGGREGATE */
	const cql_type *state_type;
	struct nd_expr *initial;
};

/* CREATE TRIGGER, DROP TRIGGER: the table is nd_statement.on. */
struct nd_trigger_def {
	bool if_not_exists, if_exists;
	const char *name, *class_name;
};

struct nd_statement {
	enum nd_statement_kind kind;
	struct nd_table_name on; /* table, type, index, view, or a keyspace (`keyspace` alone) */
	const char *text;        /* the whole of it, for messages */
	uint32_t marker_count;   /* of the outermost statement: all of them */
	const char **markers;    /* their names; NULL where it is ? */
	union {
		struct nd_select select;
		struct nd_insert insert;
		struct nd_modify modify;
		struct nd_batch batch;
		struct nd_create_keyspace keyspace;
		struct nd_create_table table;
		struct nd_alter_table alter;
		struct nd_type_def type;
		struct nd_create_index index;
		struct nd_create_view view;
		struct nd_alter_view alter_view;
		struct nd_drop drop;
		struct nd_describe describe;
		struct nd_role_def role;
		struct nd_role_use role_use;
		struct nd_grant grant;
		struct nd_identity identity;
		struct nd_function_def function;
		struct nd_trigger_def trigger;
	} as;
};

#endif
