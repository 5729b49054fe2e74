/* SPDX-License-Identifier: MIT */
/* DESCRIBE. */
#include "node/cql/parse.h"

enum named { NAMELESS, KEYSPACE, TABLE, TYPE, FUNCTION };

/* Behind DESCRIBE. Words that could be names as well are told by what follows them. */
static const struct {
	unsigned char first, then;
	enum nd_describe_what what;
	enum named named;
} forms[] = {
	{ ND_KW_CLUSTER, 0, ND_DESCRIBE_CLUSTER, NAMELESS },
	{ ND_KW_KEYSPACES, 0, ND_DESCRIBE_KEYSPACES, NAMELESS },
	{ ND_KW_FULL, ND_KW_SCHEMA, ND_DESCRIBE_FULL_SCHEMA, NAMELESS },
	{ ND_KW_SCHEMA, 0, ND_DESCRIBE_SCHEMA, NAMELESS },
	{ ND_KW_ONLY, ND_KW_KEYSPACE, ND_DESCRIBE_ONLY_KEYSPACE, KEYSPACE },
	{ ND_KW_KEYSPACE, 0, ND_DESCRIBE_KEYSPACE, KEYSPACE },
	{ ND_KW_TABLES, 0, ND_DESCRIBE_TABLES, NAMELESS },
	{ ND_KW_COLUMNFAMILY, 0, ND_DESCRIBE_TABLE, TABLE },
	{ ND_KW_INDEX, 0, ND_DESCRIBE_INDEX, TABLE },
	{ ND_KW_MATERIALIZED, ND_KW_VIEW, ND_DESCRIBE_VIEW, TABLE },
	{ ND_KW_TYPES, 0, ND_DESCRIBE_TYPES, NAMELESS },
	{ ND_KW_TYPE, 0, ND_DESCRIBE_TYPE, TYPE },
	{ ND_KW_FUNCTIONS, 0, ND_DESCRIBE_FUNCTIONS, NAMELESS },
	{ ND_KW_FUNCTION, 0, ND_DESCRIBE_FUNCTION, FUNCTION },
	{ ND_KW_AGGREGATES, 0, ND_DESCRIBE_AGGREGATES, NAMELESS },
	{ ND_KW_AGGREGATE, 0, ND_DESCRIBE_AGGREGATE, FUNCTION },
};

static bool ends_statement(const struct nd_token *t)
{
	return t->kind == ND_TOKEN_EOF || t->kind == ND_PUNCTUATION(';') ||
	       (t->kind == ND_TOKEN_KEYWORD && t->keyword == ND_KW_WITH);
}

/* DESCRIBE type, DESCRIBE only.x: a name after all. */
static bool is_name(struct nd_parse *p, enum named named)
{
	struct nd_token then = nd_parse_peek(p);

	return p->tok.use != ND_USE_RESERVED && named != NAMELESS &&
	       (then.kind == ND_PUNCTUATION('.') || ends_statement(&then));
}

/* [ks.]name */
static bool parse_qualified(struct nd_parse *p, enum nd_parse_name_kind kind,
			    struct nd_table_name *out)
{
	const char *name = nd_parse_name(p, kind);

	if (name && nd_parse_accept(p, ND_PUNCTUATION('.'))) {
		out->keyspace = name;
		name = nd_parse_name(p, kind);
	}
	out->name = name;
	return name;
}

static bool parse_named(struct nd_parse *p, enum named named, struct nd_table_name *out)
{
	switch (named) {
	case NAMELESS:
		return true;
	case KEYSPACE:
		return ends_statement(&p->tok) || (out->keyspace = nd_parse_keyspace_name(p));
	case TABLE:
		return nd_parse_table_name(p, "table", out);
	case TYPE:
		return nd_parse_user_type_name(p, out);
	case FUNCTION:
		break;
	}
	return parse_qualified(p, ND_NAME_FUNCTION, out);
}

static bool parse_form(struct nd_parse *p, struct nd_statement *s)
{
	struct nd_token first = p->tok, then = nd_parse_peek(p);

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (!first.keyword || first.keyword != forms[i].first || is_name(p, forms[i].named))
			continue;
		nd_parse_next(p);
		if (forms[i].named == NAMELESS && first.use != ND_USE_RESERVED)
			nd_parse_see(p);
		s->as.describe.what = forms[i].what;
		if (forms[i].then && forms[i].then != then.keyword && first.keyword == ND_KW_ONLY)
			return nd_parse_stuck_from(p, &first);
		return (!forms[i].then || nd_parse_expect_word(p, forms[i].then)) &&
		       parse_named(p, forms[i].named, &s->on);
	}
	s->as.describe.what = ND_DESCRIBE_NAME;
	return parse_qualified(p, ND_NAME_ANY, &s->on);
}

bool nd_parse_describe(struct nd_parse *p, struct nd_statement *s)
{
	s->as.describe = (struct nd_describe){ .with_internals = false };
	if (!parse_form(p, s))
		return false;
	s->as.describe.with_internals = nd_parse_accept_word(p, ND_KW_WITH);
	return !s->as.describe.with_internals || nd_parse_expect_word(p, ND_KW_INTERNALS);
}
