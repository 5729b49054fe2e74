/* SPDX-License-Identifier: MIT */
/* What the files of the parser share: a cursor over tokens, and how it says what is wrong there. */
#ifndef NODE_PARSE_H
#define NODE_PARSE_H

#include "node/cql/lexer.h"
#include "node/cql/parser.h"

struct nd_parse {
	struct cd_arena *arena;
	struct nd_problem *problem;
	const char *text;
	size_t len;
	struct nd_lexer lexer; /* behind `tok` */
	struct nd_token tok;   /* the one to look at */
	const char *seen;      /* the end of the furthest token looked at */
	bool seen_end;         /* and all of the statement behind it */
	const char *end;       /* the end of the last token taken */
	unsigned depth;
	const char **markers;
	uint32_t marker_count,
		markers_seen; /* more than 65,535 are counted, and refused at the end */
};

/* ---- the cursor ------------------------------------------------------------------------------- */

void nd_parse_next(struct nd_parse *p);
/* The token behind the one to look at. */
struct nd_token nd_parse_peek(struct nd_parse *p);
/* Says that Cassandra's parser looks one token further here, as its excerpts show. */
void nd_parse_see(struct nd_parse *p);
bool nd_parse_is(const struct nd_parse *p, int kind);
bool nd_parse_is_word(const struct nd_parse *p, enum nd_keyword keyword);
/* Takes it when it is there. */
bool nd_parse_accept(struct nd_parse *p, int kind);
bool nd_parse_accept_word(struct nd_parse *p, enum nd_keyword keyword);
/* Takes it, or refuses the statement: "mismatched input 'x' expecting K_FROM". */
bool nd_parse_expect(struct nd_parse *p, int kind);
bool nd_parse_expect_word(struct nd_parse *p, enum nd_keyword keyword);
/* "IF NOT EXISTS", "IF EXISTS": false when it begins so and goes on differently. */
bool nd_parse_if_not_exists(struct nd_parse *p, bool *found);
bool nd_parse_if_exists(struct nd_parse *p, bool *found);

/* To try something and come back. */
struct nd_parse_mark {
	struct nd_lexer lexer;
	struct nd_token tok;
	const char *end;
};
struct nd_parse_mark nd_parse_mark(const struct nd_parse *p);
void nd_parse_return(struct nd_parse *p, struct nd_parse_mark mark);

/* ---- refusals: all return false ------------------------------------------------------------------ */

/* "no viable alternative at input 'x'". */
bool nd_parse_stuck(struct nd_parse *p);
/* The same, when the choice began at an earlier token: that one is marked in the excerpt. */
bool nd_parse_stuck_from(struct nd_parse *p, const struct nd_token *decision);
/* A SYNTAX_ERROR without a place. */
bool nd_parse_refuse(struct nd_parse *p, const char *format, ...) COODIE_PRINTF(2, 3);
/* INVALID: "... is not supported by the node". */
bool nd_parse_unsupported(struct nd_parse *p, const char *what);

/* ---- memory ------------------------------------------------------------------------------------ */

/* Zeroed; NULL, and the problem filled, when out of memory. */
void *nd_parse_take(struct nd_parse *p, size_t count, size_t size);
/* Appends to an array that only this function grows; gives where the array is now, NULL likewise. */
void *nd_parse_push(struct nd_parse *p, void *array, uint32_t *count, const void *item,
		    size_t size);
/* One level deeper, as long as that is allowed; nd_parse_leave() when that worked. */
bool nd_parse_enter(struct nd_parse *p);
void nd_parse_leave(struct nd_parse *p);

/* ---- names -------------------------------------------------------------------------------------- */

/* What a name may be besides an identifier, quoted or not: keywords by their use. */
enum nd_parse_name_kind {
	ND_NAME_ANY,      /* of columns, fields, markers: every unreserved keyword */
	ND_NAME_COLUMN,   /* and "", of old tables */
	ND_NAME_FUNCTION, /* no TTL or KEY, but TOKEN and COUNT */
	ND_NAME_TYPE      /* no native type */
};
bool nd_parse_starts_name(const struct nd_token *t, enum nd_parse_name_kind kind);
/* Folded, or without its quotes; NULL: refused. */
const char *nd_parse_name(struct nd_parse *p, enum nd_parse_name_kind kind);
/* ks.name, or a name: of a table, index or view ("table", "index" in a refusal of ?). */
bool nd_parse_table_name(struct nd_parse *p, const char *what, struct nd_table_name *out);
const char *nd_parse_keyspace_name(struct nd_parse *p);
/* Without a keyspace in front. */
const char *nd_parse_single_name(struct nd_parse *p, const char *what);
/* Whether it is a word of ScyllaDB's that is no keyword of Cassandra's; `word` in lower case. */
bool nd_parse_is_plain(const struct nd_parse *p, const char *word);
/* The text of a literal without its quotes. */
const char *nd_parse_text(struct nd_parse *p, const struct nd_token *t, size_t *len);
/* Names with commas in between, appended. */
bool nd_parse_names(struct nd_parse *p, enum nd_parse_name_kind kind, const char ***names,
		    uint32_t *count);

/* ---- terms, types, clauses ---------------------------------------------------------------------- */

struct nd_expr *nd_parse_term(struct nd_parse *p);
/* Of SET c = ...: stops in front of "+ column". */
struct nd_expr *nd_parse_term_before_column(struct nd_parse *p);
/* Constants alone; NULL without a refusal when there is none. */
bool nd_parse_starts_constant(const struct nd_token *t);
struct nd_expr *nd_parse_constant(struct nd_parse *p);
struct nd_expr *nd_parse_marker(struct nd_parse *p);
/* LIMIT, TTL, TIMESTAMP: a whole number or a marker. */
struct nd_expr *nd_parse_int_value(struct nd_parse *p);
/* '(' terms ')': a tuple also when it is one. */
struct nd_expr *nd_parse_tuple(struct nd_parse *p);
struct nd_expr *nd_parse_expr_new(struct nd_parse *p, enum nd_expr_kind kind,
				  const struct nd_token *at);
bool nd_parse_add_item(struct nd_parse *p, struct nd_expr *e, struct nd_expr *item);
/* `left` op `right`; NULL stays NULL. */
struct nd_expr *nd_parse_binary(struct nd_parse *p, char op, struct nd_expr *left,
				struct nd_expr *right, const struct nd_token *at);

const cql_type *nd_parse_type(struct nd_parse *p);
const cql_type *nd_parse_native_type(struct nd_parse *p);
/* [ks.]name of a user type: no name of another type. */
bool nd_parse_user_type_name(struct nd_parse *p, struct nd_table_name *out);
/* '(' type ')': a CAST that wants its item. */
struct nd_expr *nd_parse_hint(struct nd_parse *p);
/* Whether what follows is one: nothing is taken. `then`: the token behind it, in a
 * selector. */
bool nd_parse_is_hint(struct nd_parse *p, bool in_selector, struct nd_token *then);

struct nd_expr *nd_parse_selector(struct nd_parse *p);
bool nd_parse_selectors(struct nd_parse *p, struct nd_selection **at, uint32_t *count);
bool nd_parse_where(struct nd_parse *p, struct nd_relations *out);
/* Behind USING: which of them may be there is said by bits. */
enum { ND_USING_TIMESTAMP = 1, ND_USING_TTL = 2, ND_USING_TIMEOUT = 4 };
bool nd_parse_using(struct nd_parse *p, struct nd_using *out, unsigned allowed);
/* Behind IF: EXISTS, or conditions. */
bool nd_parse_conditions(struct nd_parse *p, struct nd_relations *out, bool *if_exists);
bool nd_parse_property(struct nd_parse *p, struct nd_properties *out);
/* property AND property ... */
bool nd_parse_properties(struct nd_parse *p, struct nd_properties *out);
/* PRIMARY KEY '(' ... */
bool nd_parse_primary_key(struct nd_parse *p, const char ***partition_key,
			  uint32_t *partition_count, const char ***clustering,
			  uint32_t *clustering_count);
/* a TO b AND c TO d; `count` is of pairs. */
bool nd_parse_renames(struct nd_parse *p, const char ***renames, uint32_t *count);
bool nd_parse_clustering_order(struct nd_parse *p, struct nd_order **orders, uint32_t *count);

/* ---- statements: behind their first words --------------------------------------------------------- */

typedef bool nd_parse_fn(struct nd_parse *p, struct nd_statement *s);
nd_parse_fn nd_parse_select, nd_parse_insert, nd_parse_update, nd_parse_delete, nd_parse_batch,
	nd_parse_use, nd_parse_truncate, nd_parse_keyspace_with, nd_parse_drop,
	nd_parse_create_table, nd_parse_alter_table, nd_parse_create_type, nd_parse_alter_type,
	nd_parse_create_index, nd_parse_create_view, nd_parse_alter_view, nd_parse_describe,
	nd_parse_role, nd_parse_user, nd_parse_drop_role, nd_parse_drop_user, nd_parse_list_roles,
	nd_parse_list_users, nd_parse_grant, nd_parse_revoke, nd_parse_list_permissions,
	nd_parse_add_identity, nd_parse_drop_identity, nd_parse_create_function,
	nd_parse_create_aggregate, nd_parse_drop_function, nd_parse_create_trigger,
	nd_parse_drop_trigger;

/* Of a role: an identifier, or a text. NULL: refused. */
const char *nd_parse_role_name(struct nd_parse *p);
/* Whether LIST PERMISSIONS goes on so. */
bool nd_parse_starts_permissions(const struct nd_token *t);
/* [ks.]name of a function, in front of its arguments. */
bool nd_parse_function_name(struct nd_parse *p, struct nd_table_name *out);
/* '(' types ')', appended. */
bool nd_parse_argument_types(struct nd_parse *p, const cql_type ***types, uint32_t *count);

#endif
