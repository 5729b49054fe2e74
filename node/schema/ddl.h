/* SPDX-License-Identifier: MIT */
/* What the statements that change the schema share. Cassandra checks nearly all of such a statement
 * when it runs, because the schema may have changed since it was prepared; so does the node. */
#ifndef NODE_DDL_H
#define NODE_DDL_H

#include "node/plan/plan.h"
#include "node/schema/schema_change.h"

/* A statement of DDL while it runs. */
struct nd_ddl {
	const struct nd_statement *statement;
	struct nd_request *x;
	struct nd_schema *schema;
	const char *keyspace_name;    /* of what it is about */
	struct nd_keyspace *keyspace; /* NULL: it does not exist */
	struct nd_properties properties; /* of a table: without those that a guardrail ignores */
	cql_schema_change change;     /* filled when it began; `change` NULL: nothing has changed */
};

/* Each fills x->result by nd_ddl_done(), or refuses. */
typedef bool nd_ddl_fn(struct nd_ddl *d);
nd_ddl_fn nd_ddl_create_keyspace, nd_ddl_alter_keyspace, nd_ddl_drop_keyspace, nd_ddl_create_table,
	nd_ddl_alter_table, nd_ddl_drop_table, nd_ddl_create_type, nd_ddl_alter_type,
	nd_ddl_drop_type, nd_ddl_create_index, nd_ddl_drop_index, nd_ddl_create_view,
	nd_ddl_alter_view, nd_ddl_drop_view, nd_ddl_create_function, nd_ddl_drop_function,
	nd_ddl_create_aggregate, nd_ddl_drop_aggregate, nd_ddl_create_trigger, nd_ddl_drop_trigger;

/* INVALID, with any text; false. */
bool nd_ddl_refuse(struct nd_ddl *d, const char *format, ...) COODIE_PRINTF(2, 3);
/* Out of memory; false. */
bool nd_ddl_no_memory(struct nd_ddl *d);
/* Says what is about to be changed: "CREATED", "TABLE", "t". */
const cql_schema_change *nd_ddl_change(struct nd_ddl *d, const char *change, const char *target,
				       const char *name);
/* The keyspace, or refuses: "Keyspace 'x' doesn't exist". */
bool nd_ddl_need_keyspace(struct nd_ddl *d);
/* Letters, digits and underscores, one at least. */
bool nd_ddl_name_legal(const char *name);
/* Whether there are not too many columns, or fields: lists are searched from their beginning. */
bool nd_ddl_check_count(struct nd_ddl *d, size_t count);
/* Whether a [string] of the protocol has room for the name of a column, field, type or index. */
bool nd_ddl_check_name(struct nd_ddl *d, const char *name);
/* The column of a type that may not stand in a key: "duration type is not supported for ...". */
bool nd_ddl_check_key_type(struct nd_ddl *d, const char *name, const cql_type *type);
/* "Non-frozen UDTs with nested non-frozen collections are not supported", and `more`. */
bool nd_ddl_check_nested(struct nd_ddl *d, const cql_type *type, const char *more);
/* The table, or refuses: "Table 'ks.t' doesn't exist". */
struct nd_table *nd_ddl_need_table(struct nd_ddl *d);
/* A time that is later than those of all writes so far. */
int64_t nd_ddl_now_us(struct nd_ddl *d);
/* ALREADY_EXISTS; `table` NULL: a keyspace. */
bool nd_ddl_exists(struct nd_ddl *d, const char *table);
/* A new table's id: no two are the same, and a set clock gives the same ones again. */
cql_uuid nd_ddl_table_id(struct nd_ddl *d, const char *table);

/* What is said of CREATE MATERIALIZED VIEW when it is prepared. */
bool nd_ddl_check_view(struct nd_planner *p, const struct nd_statement *s);
/* Guardrails (ddl_guard.c): what is looked at before a statement runs, and what when more is known. */
bool nd_ddl_guard(struct nd_ddl *d);
bool nd_ddl_guard_strategy(struct nd_ddl *d, const struct nd_properties *given);
bool nd_ddl_guard_factor(struct nd_ddl *d, int32_t factor);
/* `what`: "Column" or "Field". */
bool nd_ddl_guard_type(struct nd_ddl *d, const char *what, const char *name, const cql_type *type);
bool nd_ddl_guard_options(struct nd_ddl *d, const struct nd_table *draft);
bool nd_ddl_guard_index(struct nd_ddl *d, const struct nd_table *t, const char *name);
/* Another view of the table. */
bool nd_ddl_guard_view(struct nd_ddl *d, const struct nd_table *base,
		       const struct nd_properties *given);

/* What CREATE TABLE makes; the columns are in the request's arena. */
bool nd_ddl_draft_table(struct nd_ddl *d, struct nd_table *draft);
/* New contents for the statement's table, unless they are what it has: then nothing changes. */
bool nd_ddl_alter(struct nd_ddl *d, struct nd_table *t, const struct nd_table *draft);

#endif
