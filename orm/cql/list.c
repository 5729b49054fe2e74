/* SPDX-License-Identifier: MIT */
/* The grammar of what coodie_select() reads: members, functions of them, casts, each with or without a
 * name of its own. */
#include <stdio.h>

#include "base/error.h"
#include "orm/cql/parser.h"

enum { DEEPEST = 8 }; /* functions of functions */

static bool parse_expression(struct cd_parser *p, unsigned depth);

/* ---- functions ------------------------------------------------------------------------------- */

static bool parse_count(struct cd_parser *p, unsigned depth)
{
	if (p->now.kind != CD_TOKEN_OTHER || *p->now.text != '*')
		return parse_expression(p, depth);
	cd_parse_put(p, "*");
	cd_parse_advance(p);
	return true;
}

/* What a cast makes: a type with a name of one word. */
static bool parse_type(struct cd_parser *p)
{
	char name[32];
	cql_type *type = NULL;
	bool native;

	if (p->now.kind == CD_TOKEN_NAME && p->now.len < sizeof(name)) {
		snprintf(name, sizeof(name), "%.*s", (int)p->now.len, p->now.text);
		type = cql_type_parse(name, NULL);
	}
	native = type && !cql_type_count(type) && !cql_type_name(type);
	cql_type_free(type);
	if (!native)
		return cd_parse_fail(p, &p->now, "a type like int or text belongs here");
	cd_buffer_bytes(&p->cql, p->now.text, p->now.len);
	cd_parse_advance(p);
	return true;
}

static bool parse_cast(struct cd_parser *p, unsigned depth)
{
	if (!parse_expression(p, depth))
		return false;
	if (!cd_token_is(&p->now, "AS"))
		return cd_parse_fail(p, &p->now, "a cast is written cast(name as type)");
	cd_parse_put(p, " AS ");
	cd_parse_advance(p);
	return parse_type(p);
}

/* writetime(), ttl(): every cell has its own, keys are no cells. */
static bool parse_cell(struct cd_parser *p, unsigned depth)
{
	struct cd_token at = p->now;
	const struct cd_column *c;

	(void)depth;
	if (!cd_parse_column(p, &c))
		return false;
	if (cd_column_is_key(c))
		return cd_parse_fail(p, &at, "%s is in the primary key, which has no write time",
				     c->def.name);
	cd_parse_put(p, c->quoted);
	return true;
}

static bool parse_arguments(struct cd_parser *p, unsigned depth)
{
	while (p->now.kind != CD_TOKEN_CLOSE) {
		if (!parse_expression(p, depth))
			return false;
		if (p->now.kind != CD_TOKEN_COMMA)
			return true;
		cd_parse_put(p, ", ");
		cd_parse_advance(p);
	}
	return true;
}

typedef bool arguments_fn(struct cd_parser *p, unsigned depth);

/* Those that take something else than expressions, or make one row of many. */
static const struct function {
	char name[13];
	bool aggregates;
	arguments_fn *parse;
} functions[] = {
	{ "COUNT", true, parse_count },     { "SUM", true, parse_arguments },
	{ "AVG", true, parse_arguments },   { "MIN", true, parse_arguments },
	{ "MAX", true, parse_arguments },   { "CAST", false, parse_cast },
	{ "WRITETIME", false, parse_cell }, { "MAXWRITETIME", false, parse_cell },
	{ "TTL", false, parse_cell },
};

static arguments_fn *arguments_of(struct cd_parser *p)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (!cd_token_is(&p->now, functions[i].name))
			continue;
		p->aggregates |= functions[i].aggregates;
		return functions[i].parse;
	}
	return parse_arguments;
}

static bool parse_function(struct cd_parser *p, unsigned depth)
{
	arguments_fn *arguments = arguments_of(p);

	if (depth == DEEPEST)
		return cd_parse_fail(p, &p->now, "more than %d functions inside each other",
				     DEEPEST);
	if (cd_token_is(&p->now, "TOKEN")) {
		cd_parse_advance(p);
		return cd_parse_token_columns(p);
	}
	cd_buffer_bytes(&p->cql, p->now.text, p->now.len);
	cd_parse_advance(p);
	return cd_parse_expect(p, CD_TOKEN_OPEN, "(") && arguments(p, depth + 1) &&
	       cd_parse_expect(p, CD_TOKEN_CLOSE, ")");
}

/* ---- the list -------------------------------------------------------------------------------- */

static bool parse_expression(struct cd_parser *p, unsigned depth)
{
	const struct cd_column *c;

	if (p->now.kind == CD_TOKEN_NAME && cd_parse_next_is(p, CD_TOKEN_OPEN))
		return parse_function(p, depth);
	if (p->now.kind == CD_TOKEN_OTHER && *p->now.text == '*')
		return cd_parse_fail(p, &p->now,
				     "name what is to be read; all members are read "
				     "by coodie_all()");
	if (p->now.kind == CD_TOKEN_MARK)
		return cd_parse_fail(p, &p->now, "a list has no values to bind");
	if (!cd_parse_column(p, &c))
		return false;
	cd_parse_put(p, c->quoted);
	return true;
}

/* `as name`: the column of the result has that name as it is written here. */
static bool parse_alias(struct cd_parser *p)
{
	if (!cd_token_is(&p->now, "AS"))
		return true;
	cd_parse_advance(p);
	if (p->now.kind != CD_TOKEN_NAME && p->now.kind != CD_TOKEN_QUOTED)
		return cd_parse_fail(p, &p->now, "the column's name in the result belongs here");
	cd_parse_put(p, " AS \"");
	cd_buffer_bytes(&p->cql, p->now.text, p->now.len);
	cd_parse_put(p, "\"");
	cd_parse_advance(p);
	return true;
}

bool cd_parse_list(struct cd_parser *p)
{
	for (;;) {
		cd_parse_advance(p);
		if (!parse_expression(p, 0) || !parse_alias(p))
			return false;
		if (p->now.kind == CD_TOKEN_END)
			return true;
		if (p->now.kind != CD_TOKEN_COMMA)
			return cd_parse_fail(p, &p->now, "a comma or the end belongs here");
		cd_parse_put(p, ", ");
	}
}
