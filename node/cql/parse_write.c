/* SPDX-License-Identifier: MIT */
/* INSERT, UPDATE, DELETE, and BATCH of them. */
#include <string.h>

#include "node/cql/parse.h"

enum { MOST_ASSIGNMENTS = 8192 }; /* each is compared with the others */

static bool parse_using_one(struct nd_parse *p, struct nd_using *out, unsigned allowed)
{
	bool timeout = (allowed & ND_USING_TIMEOUT) && nd_parse_is_plain(p, "timeout");

	if (timeout) {
		struct nd_token then = nd_parse_peek(p);
		nd_parse_next(p);
		out->timeout = then.kind == ND_TOKEN_DURATION ? nd_parse_constant(p)
							      : nd_parse_marker(p);
		return out->timeout;
	}
	if ((allowed & ND_USING_TTL) && nd_parse_accept_word(p, ND_KW_TTL)) {
		out->ttl = nd_parse_int_value(p);
		return out->ttl;
	}
	if (!(allowed & ND_USING_TTL) && (allowed & ND_USING_TIMESTAMP) &&
	    !nd_parse_is_word(p, ND_KW_TIMESTAMP))
		return nd_parse_expect_word(p, ND_KW_TIMESTAMP);
	if (!(allowed & ND_USING_TIMESTAMP) || !nd_parse_accept_word(p, ND_KW_TIMESTAMP))
		return nd_parse_stuck(p);
	out->timestamp = nd_parse_int_value(p);
	return out->timestamp;
}

/* Cassandra's DELETE has one of them and no more; ScyllaDB's timeout may be beside it. */
static bool goes_on(struct nd_parse *p, const struct nd_using *u, unsigned allowed)
{
	return (allowed & ND_USING_TTL) || nd_parse_peek(p).kind == ND_TOKEN_IDENT ||
	       (u->timeout && !u->timestamp);
}

bool nd_parse_using(struct nd_parse *p, struct nd_using *out, unsigned allowed)
{
	do {
		if (!parse_using_one(p, out, allowed))
			return false;
	} while (goes_on(p, out, allowed) && nd_parse_accept_word(p, ND_KW_AND));
	return true;
}

static bool parse_optional_using(struct nd_parse *p, struct nd_using *out, unsigned allowed)
{
	return !nd_parse_accept_word(p, ND_KW_USING) || nd_parse_using(p, out, allowed);
}

/* ---- INSERT ----------------------------------------------------------------------------------------- */

static bool add_value(struct nd_parse *p, struct nd_insert *s, struct nd_expr *value)
{
	if (!value)
		return false;
	s->values = nd_parse_push(p, s->values, &s->value_count, &value, sizeof value);
	return s->values;
}

static bool parse_columns_and_values(struct nd_parse *p, struct nd_insert *s)
{
	nd_parse_next(p); /* ( */
	if (!nd_parse_names(p, ND_NAME_COLUMN, &s->columns, &s->column_count) ||
	    !nd_parse_expect(p, ND_PUNCTUATION(')')) || !nd_parse_expect_word(p, ND_KW_VALUES) ||
	    !nd_parse_expect(p, ND_PUNCTUATION('(')))
		return false;
	do {
		if (!add_value(p, s, nd_parse_term(p)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

/* JSON '...' [DEFAULT NULL|UNSET] */
static bool parse_json(struct nd_parse *p, struct nd_insert *s)
{
	s->json = true;
	nd_parse_next(p);
	if (!add_value(p, s,
		       nd_parse_is(p, ND_TOKEN_STRING) ? nd_parse_constant(p) : nd_parse_marker(p)))
		return false;
	if (!nd_parse_accept_word(p, ND_KW_DEFAULT) || nd_parse_accept_word(p, ND_KW_NULL))
		return true;
	s->json_default_unset = nd_parse_accept_word(p, ND_KW_UNSET);
	return s->json_default_unset || nd_parse_stuck(p);
}

bool nd_parse_insert(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_insert *s = &statement->as.insert;
	struct nd_token name;
	bool ok;

	*s = (struct nd_insert){ .json = false };
	if (!nd_parse_expect_word(p, ND_KW_INTO))
		return false;
	name = p->tok;
	if (!nd_parse_table_name(p, "table", &statement->on))
		return false;
	if (nd_parse_is(p, ND_PUNCTUATION('(')))
		ok = parse_columns_and_values(p, s);
	else if (nd_parse_is_word(p, ND_KW_JSON))
		ok = parse_json(p, s);
	else
		ok = nd_parse_stuck_from(p, &name);
	return ok && nd_parse_if_not_exists(p, &s->if_not_exists) &&
	       parse_optional_using(p, &s->using,
				    ND_USING_TIMESTAMP | ND_USING_TTL | ND_USING_TIMEOUT);
}

/* ---- UPDATE ----------------------------------------------------------------------------------------- */

/* c = c + v, c = c - v, c = c -3 */
static bool parse_own_column(struct nd_parse *p, struct nd_assign *a)
{
	struct nd_token op;

	a->other = nd_parse_name(p, ND_NAME_COLUMN);
	if (!a->other)
		return false;
	op = p->tok;
	a->kind = ND_ASSIGN_ADD;
	if (op.kind == ND_TOKEN_INTEGER) {
		/* "c -3" is a name and a number to the lexer */
		if (strcmp(a->column, a->other) != 0)
			return nd_parse_refuse(p,
					       "Only expressions of the form X = X %c <value> are "
					       "supported.",
					       *op.at == '-' ? '-' : '+');
		a->value = nd_parse_constant(p);
		return a->value;
	}
	if (op.kind != ND_PUNCTUATION('+') && op.kind != ND_PUNCTUATION('-'))
		return nd_parse_stuck(p);
	nd_parse_next(p);
	a->value = nd_parse_term(p);
	if (!a->value)
		return false;
	if (*op.at == '-')
		a->kind = ND_ASSIGN_SUBTRACT;
	return strcmp(a->column, a->other) == 0 ||
	       nd_parse_refuse(p, "Only expressions of the form X = X %c<value> are supported.",
			       *op.at);
}

/* Whether a column stands here, and no function. */
static bool is_column(struct nd_parse *p)
{
	int then;

	if (!nd_parse_starts_name(&p->tok, ND_NAME_COLUMN))
		return false;
	if (nd_parse_is_word(p, ND_KW_CAST))
		return nd_parse_peek(p).kind != ND_PUNCTUATION('(');
	then = nd_parse_peek(p).kind;
	return then != ND_PUNCTUATION('(') && then != ND_PUNCTUATION('.');
}

/* c = v, c = v + c, and those above */
static bool parse_set(struct nd_parse *p, struct nd_assign *a)
{
	if (is_column(p))
		return parse_own_column(p, a);
	a->value = nd_parse_term_before_column(p);
	if (!a->value)
		return false;
	if (!nd_parse_accept(p, ND_PUNCTUATION('+')))
		return true;
	a->kind = ND_ASSIGN_PREPEND;
	a->other = nd_parse_name(p, ND_NAME_COLUMN);
	if (!a->other)
		return false;
	return strcmp(a->column, a->other) == 0 ||
	       nd_parse_refuse(p, "Only expressions of the form X = <value> + X are supported.");
}

static bool parse_assigned(struct nd_parse *p, struct nd_assign *a)
{
	if (!nd_parse_expect(p, ND_PUNCTUATION('=')))
		return false;
	a->value = nd_parse_term(p);
	return a->value;
}

static bool parse_assignment(struct nd_parse *p, struct nd_assign *a)
{
	*a = (struct nd_assign){ .kind = ND_ASSIGN_SET };
	a->column = nd_parse_name(p, ND_NAME_COLUMN);
	if (!a->column)
		return false;
	if (nd_parse_accept(p, ND_PUNCTUATION('=')))
		return parse_set(p, a);
	if (nd_parse_is(p, ND_TOKEN_ADD_ASSIGN) || nd_parse_is(p, ND_TOKEN_SUBTRACT_ASSIGN)) {
		a->kind = nd_parse_is(p, ND_TOKEN_ADD_ASSIGN) ? ND_ASSIGN_ADD : ND_ASSIGN_SUBTRACT;
		a->other = a->column;
		nd_parse_next(p);
		a->value = nd_parse_term(p);
		return a->value;
	}
	if (nd_parse_accept(p, ND_PUNCTUATION('['))) {
		a->kind = ND_ASSIGN_ELEMENT;
		a->key = nd_parse_term(p);
		return a->key && nd_parse_expect(p, ND_PUNCTUATION(']')) && parse_assigned(p, a);
	}
	if (!nd_parse_accept(p, ND_PUNCTUATION('.')))
		return nd_parse_stuck(p);
	a->kind = ND_ASSIGN_FIELD;
	a->field = nd_parse_name(p, ND_NAME_ANY);
	return a->field && parse_assigned(p, a);
}

/* A column is set once; its items may be changed as often as one likes, its fields once each. */
static bool check_compatible(struct nd_parse *p, const struct nd_modify *s,
			     const struct nd_assign *with)
{
	if (s->assign_count == MOST_ASSIGNMENTS)
		return nd_refuse(p->problem, ND_INVALID,
				 "more than %d assignments are not supported by the node",
				 MOST_ASSIGNMENTS);
	for (uint32_t i = 0; i < s->assign_count; i++) {
		const struct nd_assign *a = &s->assigns[i];
		if (strcmp(a->column, with->column) != 0)
			continue;
		if (a->kind == ND_ASSIGN_SET || with->kind == ND_ASSIGN_SET ||
		    (a->field && with->field && strcmp(a->field, with->field) == 0))
			return nd_parse_refuse(p, "Multiple incompatible setting of column %.200s",
					       a->column);
	}
	return true;
}

static bool add_assign(struct nd_parse *p, struct nd_modify *s, const struct nd_assign *a)
{
	s->assigns = nd_parse_push(p, s->assigns, &s->assign_count, a, sizeof *a);
	return s->assigns;
}

static bool parse_where_and_if(struct nd_parse *p, struct nd_modify *s)
{
	if (!nd_parse_expect_word(p, ND_KW_WHERE) || !nd_parse_where(p, &s->where))
		return false;
	return !nd_parse_accept_word(p, ND_KW_IF) ||
	       nd_parse_conditions(p, &s->conditions, &s->if_exists);
}

bool nd_parse_update(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_modify *s = &statement->as.modify;
	struct nd_assign one;

	*s = (struct nd_modify){ .assign_count = 0 };
	if (!nd_parse_table_name(p, "table", &statement->on) ||
	    !parse_optional_using(p, &s->using,
				  ND_USING_TIMESTAMP | ND_USING_TTL | ND_USING_TIMEOUT) ||
	    !nd_parse_expect_word(p, ND_KW_SET))
		return false;
	do {
		if (!parse_assignment(p, &one) || !check_compatible(p, s, &one) ||
		    !add_assign(p, s, &one))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return parse_where_and_if(p, s);
}

/* ---- DELETE ----------------------------------------------------------------------------------------- */

/* c, c[key], c.field */
static bool parse_deletion(struct nd_parse *p, struct nd_assign *a)
{
	struct nd_token first = p->tok;

	*a = (struct nd_assign){ .kind = ND_ASSIGN_DELETE };
	a->column = nd_parse_name(p, ND_NAME_COLUMN);
	if (!a->column)
		return false;
	if (nd_parse_accept(p, ND_PUNCTUATION('['))) {
		a->kind = ND_ASSIGN_DELETE_ELEMENT;
		a->key = nd_parse_term(p);
		return a->key && nd_parse_expect(p, ND_PUNCTUATION(']'));
	}
	if (nd_parse_accept(p, ND_PUNCTUATION('.'))) {
		a->kind = ND_ASSIGN_DELETE_FIELD;
		a->field = nd_parse_name(p, ND_NAME_ANY);
		return a->field;
	}
	return nd_parse_is(p, ND_PUNCTUATION(',')) || nd_parse_is_word(p, ND_KW_FROM) ||
	       nd_parse_stuck_from(p, &first);
}

bool nd_parse_delete(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_modify *s = &statement->as.modify;
	struct nd_assign one;

	*s = (struct nd_modify){ .assign_count = 0 };
	if (nd_parse_starts_name(&p->tok, ND_NAME_COLUMN)) {
		do {
			if (!parse_deletion(p, &one) || !add_assign(p, s, &one))
				return false;
		} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	}
	return nd_parse_expect_word(p, ND_KW_FROM) &&
	       nd_parse_table_name(p, "table", &statement->on) &&
	       parse_optional_using(p, &s->using, ND_USING_TIMESTAMP | ND_USING_TIMEOUT) &&
	       parse_where_and_if(p, s);
}

/* ---- BATCH ------------------------------------------------------------------------------------------ */

static struct nd_statement *parse_part(struct nd_parse *p)
{
	static const struct {
		enum nd_keyword keyword;
		enum nd_statement_kind kind;
		nd_parse_fn *parse;
	} parts[] = {
		{ ND_KW_INSERT, ND_INSERT, nd_parse_insert },
		{ ND_KW_UPDATE, ND_UPDATE, nd_parse_update },
		{ ND_KW_DELETE, ND_DELETE, nd_parse_delete },
	};
	struct nd_statement *s = nd_parse_take(p, 1, sizeof *s);
	const char *from = p->tok.at;

	for (size_t i = 0; s && i < sizeof parts / sizeof parts[0]; i++) {
		if (!nd_parse_accept_word(p, parts[i].keyword))
			continue;
		s->kind = parts[i].kind;
		if (!parts[i].parse(p, s))
			return NULL;
		s->text = cd_arena_strndup(p->arena, from, (size_t)(p->end - from));
		if (!s->text)
			nd_no_memory(p->problem);
		return s->text ? s : NULL;
	}
	return NULL;
}

bool nd_parse_batch(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_batch *s = &statement->as.batch;

	*s = (struct nd_batch){ .type = ND_BATCH_LOGGED };
	if (nd_parse_accept_word(p, ND_KW_UNLOGGED))
		s->type = ND_BATCH_UNLOGGED;
	else if (nd_parse_accept_word(p, ND_KW_COUNTER))
		s->type = ND_BATCH_COUNTER;
	if (!nd_parse_expect_word(p, ND_KW_BATCH) ||
	    !parse_optional_using(p, &s->using,
				  ND_USING_TIMESTAMP | ND_USING_TTL | ND_USING_TIMEOUT))
		return false;
	while (nd_parse_is_word(p, ND_KW_INSERT) || nd_parse_is_word(p, ND_KW_UPDATE) ||
	       nd_parse_is_word(p, ND_KW_DELETE)) {
		struct nd_statement *one = parse_part(p);
		if (!one ||
		    !(s->statements = nd_parse_push(p, s->statements, &s->count, &one, sizeof one)))
			return false;
		nd_parse_accept(p, ND_PUNCTUATION(';'));
	}
	return nd_parse_expect_word(p, ND_KW_APPLY) && nd_parse_expect_word(p, ND_KW_BATCH);
}
