/* SPDX-License-Identifier: MIT */
/* Functions and aggregates of users, and triggers: read whole, though the node runs none of them. */
#include "node/cql/parse.h"

/* ---- parts --------------------------------------------------------------------------------------- */

bool nd_parse_function_name(struct nd_parse *p, struct nd_table_name *out)
{
	struct nd_token first = p->tok, then = nd_parse_peek(p);

	*out = (struct nd_table_name){ NULL, NULL };
	if (then.kind == ND_PUNCTUATION('.')) {
		out->keyspace = nd_parse_single_name(p, "keyspace");
		if (!out->keyspace)
			return false;
		nd_parse_next(p);
		return (out->name = nd_parse_name(p, ND_NAME_FUNCTION));
	}
	out->name = nd_parse_name(p, ND_NAME_FUNCTION);
	if (!out->name)
		return false;
	/* without a keyspace Cassandra's parser had to look ahead */
	if (!nd_parse_is(p, ND_PUNCTUATION('(')) && !nd_parse_is(p, ND_TOKEN_EOF) &&
	    !nd_parse_is(p, ND_PUNCTUATION(';')))
		return nd_parse_stuck_from(p, &first);
	return true;
}

static bool add_type(struct nd_parse *p, const cql_type ***types, uint32_t *count)
{
	const cql_type *one = nd_parse_type(p);

	return one && (*types = nd_parse_push(p, *types, count, &one, sizeof one));
}

bool nd_parse_argument_types(struct nd_parse *p, const cql_type ***types, uint32_t *count)
{
	if (!nd_parse_expect(p, ND_PUNCTUATION('(')))
		return false;
	if (nd_parse_accept(p, ND_PUNCTUATION(')')))
		return true;
	do {
		if (!add_type(p, types, count))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

static bool parse_argument(struct nd_parse *p, struct nd_function_def *s)
{
	uint32_t count = s->argument_count;
	const char *name = nd_parse_name(p, ND_NAME_ANY);

	return name && (s->names = nd_parse_push(p, s->names, &count, &name, sizeof name)) &&
	       add_type(p, &s->arguments, &s->argument_count);
}

static bool parse_arguments(struct nd_parse *p, struct nd_function_def *s)
{
	if (!nd_parse_expect(p, ND_PUNCTUATION('(')))
		return false;
	if (nd_parse_accept(p, ND_PUNCTUATION(')')))
		return true;
	do {
		if (!parse_argument(p, s))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

static bool parse_string(struct nd_parse *p, const char **out)
{
	struct nd_token t = p->tok;
	size_t len;

	return nd_parse_expect(p, ND_TOKEN_STRING) && (*out = nd_parse_text(p, &t, &len));
}

static bool begin(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_function_def *s = &statement->as.function;

	*s = (struct nd_function_def){ .or_replace = s->or_replace };
	return nd_parse_if_not_exists(p, &s->if_not_exists) &&
	       nd_parse_function_name(p, &statement->on);
}

/* ---- CREATE FUNCTION ----------------------------------------------------------------------------- */

static bool parse_null_input(struct nd_parse *p)
{
	if (nd_parse_accept_word(p, ND_KW_RETURNS)) {
		if (!nd_parse_expect_word(p, ND_KW_NULL))
			return false;
	} else if (!nd_parse_accept_word(p, ND_KW_CALLED)) {
		return nd_parse_stuck(p);
	}
	return nd_parse_expect_word(p, ND_KW_ON) && nd_parse_expect_word(p, ND_KW_NULL) &&
	       nd_parse_expect_word(p, ND_KW_INPUT);
}

/* Behind a name Cassandra's parser has looked whether more of a type comes. */
static bool parse_returns(struct nd_parse *p, struct nd_function_def *s)
{
	struct nd_token first = p->tok;

	s->returns = nd_parse_type(p);
	if (!s->returns)
		return false;
	if (nd_parse_accept_word(p, ND_KW_LANGUAGE))
		return true;
	return nd_parse_is(p, ND_TOKEN_EOF) ? nd_parse_expect_word(p, ND_KW_LANGUAGE)
					    : nd_parse_stuck_from(p, &first);
}

static bool parse_language(struct nd_parse *p, struct nd_function_def *s)
{
	struct nd_token t = p->tok;
	size_t len;

	return nd_parse_expect(p, ND_TOKEN_IDENT) && (s->language = nd_parse_text(p, &t, &len));
}

bool nd_parse_create_function(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_function_def *s = &statement->as.function;

	return begin(p, statement) && parse_arguments(p, s) && parse_null_input(p) &&
	       nd_parse_expect_word(p, ND_KW_RETURNS) && parse_returns(p, s) &&
	       parse_language(p, s) && nd_parse_expect_word(p, ND_KW_AS) &&
	       parse_string(p, &s->body);
}

/* ---- CREATE AGGREGATE ---------------------------------------------------------------------------- */

bool nd_parse_create_aggregate(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_function_def *s = &statement->as.function;

	if (!begin(p, statement) ||
	    !nd_parse_argument_types(p, &s->arguments, &s->argument_count) ||
	    !nd_parse_expect_word(p, ND_KW_SFUNC) ||
	    !(s->state_function = nd_parse_name(p, ND_NAME_FUNCTION)) ||
	    !nd_parse_expect_word(p, ND_KW_STYPE) || !(s->state_type = nd_parse_type(p)))
		return false;
	if (nd_parse_accept_word(p, ND_KW_FINALFUNC) &&
	    !(s->final_function = nd_parse_name(p, ND_NAME_FUNCTION)))
		return false;
	return !nd_parse_accept_word(p, ND_KW_INITCOND) || (s->initial = nd_parse_term(p));
}

/* ---- DROP ---------------------------------------------------------------------------------------- */

bool nd_parse_drop_function(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_function_def *s = &statement->as.function;

	*s = (struct nd_function_def){ .or_replace = false };
	if (!nd_parse_if_exists(p, &s->if_exists) || !nd_parse_function_name(p, &statement->on))
		return false;
	s->has_arguments = nd_parse_is(p, ND_PUNCTUATION('('));
	return !s->has_arguments || nd_parse_argument_types(p, &s->arguments, &s->argument_count);
}

/* ---- triggers ------------------------------------------------------------------------------------ */

static bool parse_trigger(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_trigger_def *s = &statement->as.trigger;

	return (s->name = nd_parse_name(p, ND_NAME_ANY)) && nd_parse_expect_word(p, ND_KW_ON) &&
	       nd_parse_table_name(p, "table", &statement->on);
}

bool nd_parse_create_trigger(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_trigger_def *s = &statement->as.trigger;

	*s = (struct nd_trigger_def){ .if_exists = false };
	return nd_parse_if_not_exists(p, &s->if_not_exists) && parse_trigger(p, statement) &&
	       nd_parse_expect_word(p, ND_KW_USING) && parse_string(p, &s->class_name);
}

bool nd_parse_drop_trigger(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_trigger_def *s = &statement->as.trigger;

	*s = (struct nd_trigger_def){ .if_exists = false };
	return nd_parse_if_exists(p, &s->if_exists) && parse_trigger(p, statement);
}
