/* SPDX-License-Identifier: MIT */
/* CREATE TABLE, ALTER TABLE, and what views share with them. */
#include <string.h>

#include "node/cql/parse.h"

/* MASKED WITH DEFAULT, MASKED WITH f(...) */
static bool parse_mask(struct nd_parse *p)
{
	struct nd_token first, then;

	if (!nd_parse_expect_word(p, ND_KW_MASKED) || !nd_parse_expect_word(p, ND_KW_WITH))
		return false;
	first = p->tok;
	then = nd_parse_peek(p);
	if (first.keyword == ND_KW_DEFAULT && then.kind != ND_PUNCTUATION('(') &&
	    then.kind != ND_PUNCTUATION('.')) {
		nd_parse_next(p);
		return true;
	}
	return nd_parse_term(p);
}

/* Behind the one word of a native type, which Cassandra's parser looks at to know that it is one. */
static bool follows_type(const struct nd_token *t)
{
	static const enum nd_keyword words[] = { ND_KW_PRIMARY, ND_KW_STATIC, ND_KW_MASKED };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (t->keyword == words[i])
			return true;
	return t->kind == ND_PUNCTUATION(',') || t->kind == ND_PUNCTUATION(')') ||
	       t->kind == ND_PUNCTUATION(';') || t->kind == ND_TOKEN_EOF;
}

/* The type of a column in CREATE TABLE. */
static const cql_type *parse_column_type(struct nd_parse *p)
{
	struct nd_token first = p->tok, then = nd_parse_peek(p);
	const cql_type *type = nd_parse_type(p);

	if (!type || p->tok.at != then.at || type->kind == CQL_KIND_UDT ||
	    first.kind == ND_TOKEN_STRING || follows_type(&then))
		return type;
	nd_parse_stuck_from(p, &first);
	return NULL;
}

/* name type [STATIC] [MASKED WITH ...] */
typedef const cql_type *parse_type_fn(struct nd_parse *p);

static bool parse_column(struct nd_parse *p, parse_type_fn *type, struct nd_column_def *out)
{
	*out = (struct nd_column_def){ .name = nd_parse_name(p, ND_NAME_ANY) };
	if (!out->name)
		return false;
	out->type = type(p);
	if (!out->type)
		return false;
	out->is_static = nd_parse_accept_word(p, ND_KW_STATIC);
	out->is_masked = nd_parse_is_word(p, ND_KW_MASKED);
	return !out->is_masked || parse_mask(p);
}

/* ---- keys and orders ------------------------------------------------------------------------------- */

bool nd_parse_primary_key(struct nd_parse *p, const char ***partition_key,
			  uint32_t *partition_count, const char ***clustering,
			  uint32_t *clustering_count)
{
	const char *one;

	if (!nd_parse_expect_word(p, ND_KW_PRIMARY) || !nd_parse_expect_word(p, ND_KW_KEY) ||
	    !nd_parse_expect(p, ND_PUNCTUATION('(')))
		return false;
	if (nd_parse_accept(p, ND_PUNCTUATION('('))) {
		if (!nd_parse_names(p, ND_NAME_ANY, partition_key, partition_count) ||
		    !nd_parse_expect(p, ND_PUNCTUATION(')')))
			return false;
	} else {
		one = nd_parse_name(p, ND_NAME_ANY);
		if (!one || !(*partition_key = nd_parse_push(p, *partition_key, partition_count,
							     &one, sizeof one)))
			return false;
	}
	if (nd_parse_accept(p, ND_PUNCTUATION(',')) &&
	    !nd_parse_names(p, ND_NAME_ANY, clustering, clustering_count))
		return false;
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

/* CLUSTERING ORDER BY (a ASC, b DESC) */
bool nd_parse_clustering_order(struct nd_parse *p, struct nd_order **orders, uint32_t *count)
{
	if (!nd_parse_expect_word(p, ND_KW_CLUSTERING) || !nd_parse_expect_word(p, ND_KW_ORDER) ||
	    !nd_parse_expect_word(p, ND_KW_BY) || !nd_parse_expect(p, ND_PUNCTUATION('(')))
		return false;
	do {
		struct nd_order one = { .column = nd_parse_name(p, ND_NAME_ANY) };
		if (!one.column)
			return false;
		if (!nd_parse_accept_word(p, ND_KW_ASC)) {
			if (!nd_parse_accept_word(p, ND_KW_DESC))
				return nd_parse_stuck(p);
			one.descending = true;
		}
		if (!(*orders = nd_parse_push(p, *orders, count, &one, sizeof one)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

/* ---- CREATE TABLE ------------------------------------------------------------------------------------ */

static bool check_single_key(struct nd_parse *p, struct nd_create_table *s)
{
	if (s->primary_key_clauses++)
		return nd_refuse(p->problem, ND_INVALID,
				 "Multiple PRIMARY KEY specified for table '%s' (exactly one "
				 "required)",
				 s->name);
	return true;
}

static bool parse_key_clause(struct nd_parse *p, struct nd_create_table *s)
{
	uint32_t before = s->primary_key_clauses;

	s->has_primary_key_clause = true;
	s->primary_key_clauses = before;
	if (before) /* its columns are not kept */
		return nd_parse_primary_key(p, &(const char **){ NULL }, &(uint32_t){ 0 },
					    &(const char **){ NULL }, &(uint32_t){ 0 }) &&
		       check_single_key(p, s);
	return nd_parse_primary_key(p, &s->partition_key, &s->partition_key_count, &s->clustering,
				    &s->clustering_count) &&
	       check_single_key(p, s);
}

static bool parse_table_column(struct nd_parse *p, struct nd_create_table *s)
{
	struct nd_column_def one;

	if (nd_parse_is_word(p, ND_KW_PRIMARY))
		return parse_key_clause(p, s);
	if (!parse_column(p, parse_column_type, &one))
		return false;
	if (nd_parse_accept_word(p, ND_KW_PRIMARY)) {
		if (!nd_parse_expect_word(p, ND_KW_KEY) || !check_single_key(p, s))
			return false;
		one.is_primary_key = true;
		s->partition_key = nd_parse_push(p, s->partition_key, &s->partition_key_count,
						 &one.name, sizeof one.name);
		if (!s->partition_key)
			return false;
	}
	s->columns = nd_parse_push(p, s->columns, &s->column_count, &one, sizeof one);
	return s->columns;
}

static bool parse_table_property(struct nd_parse *p, struct nd_create_table *s)
{
	enum nd_keyword then = nd_parse_peek(p).keyword;

	if (nd_parse_is_word(p, ND_KW_COMPACT) && then == ND_KW_STORAGE) {
		nd_parse_next(p);
		nd_parse_next(p);
		s->compact_storage = true;
		return true;
	}
	if (nd_parse_is_word(p, ND_KW_CLUSTERING) && then == ND_KW_ORDER)
		return nd_parse_clustering_order(p, &s->clustering_order, &s->order_count);
	return nd_parse_property(p, &s->properties);
}

bool nd_parse_create_table(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_create_table *s = &statement->as.table;

	*s = (struct nd_create_table){ .column_count = 0 };
	if (!nd_parse_if_not_exists(p, &s->if_not_exists) ||
	    !nd_parse_table_name(p, "table", &statement->on))
		return false;
	s->name = statement->on.name;
	if (!nd_parse_expect(p, ND_PUNCTUATION('(')) || !parse_table_column(p, s))
		return false;
	while (nd_parse_accept(p, ND_PUNCTUATION(','))) {
		if ((nd_parse_starts_name(&p->tok, ND_NAME_ANY) ||
		     nd_parse_is_word(p, ND_KW_PRIMARY)) &&
		    !parse_table_column(p, s))
			return false;
	}
	if (!nd_parse_expect(p, ND_PUNCTUATION(')')))
		return false;
	if (!nd_parse_accept_word(p, ND_KW_WITH))
		return true;
	do {
		if (!parse_table_property(p, s))
			return false;
	} while (nd_parse_accept_word(p, ND_KW_AND));
	return true;
}

/* ---- ALTER TABLE ------------------------------------------------------------------------------------- */

static bool add_column(struct nd_parse *p, struct nd_alter_table *s, const struct nd_column_def *c)
{
	s->columns = nd_parse_push(p, s->columns, &s->column_count, c, sizeof *c);
	return s->columns;
}

/* One column, or several in parentheses. */
static bool parse_added(struct nd_parse *p, struct nd_alter_table *s)
{
	struct nd_column_def one;
	bool many;

	s->alter = ND_ALTER_ADD;
	if (!nd_parse_if_not_exists(p, &s->column_if_not_exists))
		return false;
	many = nd_parse_accept(p, ND_PUNCTUATION('('));
	do {
		if (!parse_column(p, nd_parse_type, &one) || !add_column(p, s, &one))
			return false;
	} while (many && nd_parse_accept(p, ND_PUNCTUATION(',')));
	return !many || nd_parse_expect(p, ND_PUNCTUATION(')'));
}

static bool parse_drop_timestamp(struct nd_parse *p, struct nd_alter_table *s)
{
	if (!nd_parse_accept_word(p, ND_KW_USING))
		return true;
	if (!nd_parse_expect_word(p, ND_KW_TIMESTAMP))
		return false;
	if (!nd_parse_is(p, ND_TOKEN_INTEGER))
		return nd_parse_expect(p, ND_TOKEN_INTEGER);
	s->timestamp = nd_parse_constant(p);
	return s->timestamp;
}

static bool parse_dropped(struct nd_parse *p, struct nd_alter_table *s)
{
	struct nd_column_def one = { .is_static = false };
	bool many;

	s->alter = ND_ALTER_DROP;
	if (nd_parse_is_word(p, ND_KW_COMPACT) && nd_parse_peek(p).keyword == ND_KW_STORAGE) {
		nd_parse_next(p);
		nd_parse_next(p);
		s->alter = ND_ALTER_DROP_COMPACT;
		return true;
	}
	if (!nd_parse_if_exists(p, &s->column_if_exists))
		return false;
	many = nd_parse_accept(p, ND_PUNCTUATION('('));
	do {
		one.name = nd_parse_name(p, ND_NAME_ANY);
		if (!one.name || !add_column(p, s, &one))
			return false;
	} while (many && nd_parse_accept(p, ND_PUNCTUATION(',')));
	if (many && !nd_parse_expect(p, ND_PUNCTUATION(')')))
		return false;
	return parse_drop_timestamp(p, s);
}

bool nd_parse_renames(struct nd_parse *p, const char ***renames, uint32_t *count)
{
	uint32_t names = 0;

	do {
		const char *from = nd_parse_name(p, ND_NAME_ANY), *to;
		if (!from || !nd_parse_expect_word(p, ND_KW_TO) ||
		    !(to = nd_parse_name(p, ND_NAME_ANY)) ||
		    !(*renames = nd_parse_push(p, *renames, &names, &from, sizeof from)) ||
		    !(*renames = nd_parse_push(p, *renames, &names, &to, sizeof to)))
			return false;
	} while (nd_parse_accept_word(p, ND_KW_AND));
	*count = names / 2;
	return true;
}

/* ALTER c TYPE t, ALTER c MASKED WITH ..., ALTER c DROP MASKED */
static bool parse_altered(struct nd_parse *p, struct nd_alter_table *s)
{
	struct nd_column_def one = { .is_static = false };
	struct nd_token first;

	s->alter = ND_ALTER_TYPE_OF;
	if (!nd_parse_if_exists(p, &s->column_if_exists))
		return false;
	first = p->tok;
	one.name = nd_parse_name(p, ND_NAME_COLUMN);
	if (!one.name)
		return false;
	if (!s->column_if_exists && nd_parse_accept_word(p, ND_KW_TYPE)) {
		one.type = nd_parse_type(p);
		return one.type && add_column(p, s, &one);
	}
	s->alter = ND_ALTER_MASK;
	one.is_masked = nd_parse_is_word(p, ND_KW_MASKED);
	if (nd_parse_accept_word(p, ND_KW_DROP))
		return nd_parse_expect_word(p, ND_KW_MASKED) && add_column(p, s, &one);
	if (!one.is_masked)
		return nd_parse_stuck_from(p, &first);
	return parse_mask(p) && add_column(p, s, &one);
}

bool nd_parse_alter_table(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_alter_table *s = &statement->as.alter;
	struct nd_token first;

	*s = (struct nd_alter_table){ .alter = ND_ALTER_WITH };
	if (!nd_parse_if_exists(p, &s->if_exists))
		return false;
	first = p->tok;
	if (!nd_parse_table_name(p, "table", &statement->on))
		return false;
	if (nd_parse_accept_word(p, ND_KW_ADD))
		return parse_added(p, s);
	if (nd_parse_accept_word(p, ND_KW_DROP))
		return parse_dropped(p, s);
	if (nd_parse_accept_word(p, ND_KW_ALTER))
		return parse_altered(p, s);
	if (nd_parse_accept_word(p, ND_KW_WITH))
		return nd_parse_properties(p, &s->properties);
	if (!nd_parse_accept_word(p, ND_KW_RENAME))
		return nd_parse_stuck_from(p, &first);
	s->alter = ND_ALTER_RENAME;
	return nd_parse_if_exists(p, &s->column_if_exists) &&
	       nd_parse_renames(p, &s->renames, &s->rename_count);
}
