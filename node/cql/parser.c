/* SPDX-License-Identifier: MIT */
/* One statement from its first words to its end. */
#include "node/cql/parse.h"

#include <string.h>

/* By first words; `then` is looked at when it is one. */
static const struct {
	unsigned char first, then, also;
	enum nd_statement_kind kind;
	nd_parse_fn *parse;
} statements[] = {
	{ ND_KW_SELECT, 0, 0, ND_SELECT, nd_parse_select },
	{ ND_KW_INSERT, 0, 0, ND_INSERT, nd_parse_insert },
	{ ND_KW_UPDATE, 0, 0, ND_UPDATE, nd_parse_update },
	{ ND_KW_DELETE, 0, 0, ND_DELETE, nd_parse_delete },
	{ ND_KW_BEGIN, 0, 0, ND_BATCH, nd_parse_batch },
	{ ND_KW_USE, 0, 0, ND_USE, nd_parse_use },
	{ ND_KW_TRUNCATE, 0, 0, ND_TRUNCATE, nd_parse_truncate },
	{ ND_KW_CREATE, ND_KW_KEYSPACE, 0, ND_CREATE_KEYSPACE, nd_parse_keyspace_with },
	{ ND_KW_ALTER, ND_KW_KEYSPACE, 0, ND_ALTER_KEYSPACE, nd_parse_keyspace_with },
	{ ND_KW_DROP, ND_KW_KEYSPACE, 0, ND_DROP_KEYSPACE, nd_parse_drop },
	{ ND_KW_CREATE, ND_KW_COLUMNFAMILY, 0, ND_CREATE_TABLE, nd_parse_create_table },
	{ ND_KW_ALTER, ND_KW_COLUMNFAMILY, 0, ND_ALTER_TABLE, nd_parse_alter_table },
	{ ND_KW_DROP, ND_KW_COLUMNFAMILY, 0, ND_DROP_TABLE, nd_parse_drop },
	{ ND_KW_CREATE, ND_KW_TYPE, 0, ND_CREATE_TYPE, nd_parse_create_type },
	{ ND_KW_ALTER, ND_KW_TYPE, 0, ND_ALTER_TYPE, nd_parse_alter_type },
	{ ND_KW_DROP, ND_KW_TYPE, 0, ND_DROP_TYPE, nd_parse_drop },
	{ ND_KW_CREATE, ND_KW_INDEX, 0, ND_CREATE_INDEX, nd_parse_create_index },
	{ ND_KW_CREATE, ND_KW_CUSTOM, ND_KW_INDEX, ND_CREATE_INDEX, nd_parse_create_index },
	{ ND_KW_DROP, ND_KW_INDEX, 0, ND_DROP_INDEX, nd_parse_drop },
	{ ND_KW_CREATE, ND_KW_MATERIALIZED, ND_KW_VIEW, ND_CREATE_VIEW, nd_parse_create_view },
	{ ND_KW_ALTER, ND_KW_MATERIALIZED, ND_KW_VIEW, ND_ALTER_VIEW, nd_parse_alter_view },
	{ ND_KW_DROP, ND_KW_MATERIALIZED, ND_KW_VIEW, ND_DROP_VIEW, nd_parse_drop },
	{ ND_KW_DESCRIBE, 0, 0, ND_DESCRIBE, nd_parse_describe },
	{ ND_KW_DESC, 0, 0, ND_DESCRIBE, nd_parse_describe },
};

/* Takes the first words; `parse` of those that fit. */
static bool parse_first_words(struct nd_parse *p, struct nd_statement *s, nd_parse_fn **parse)
{
	struct nd_token first = p->tok, then = nd_parse_peek(p);
	const char *unknown;

	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
		if (first.keyword != statements[i].first ||
		    (statements[i].then && then.keyword != statements[i].then))
			continue;
		nd_parse_next(p);
		if (statements[i].then)
			nd_parse_next(p);
		s->kind = statements[i].kind;
		s->as.index.custom = statements[i].then == ND_KW_CUSTOM;
		*parse = statements[i].parse;
		return !statements[i].also || nd_parse_expect_word(p, statements[i].also);
	}
	unknown = nd_parse_unknown_statement(p);
	if (unknown && then.kind != ND_TOKEN_EOF)
		return nd_parse_unsupported(p, unknown);
	if (unknown)
		nd_parse_next(p); /* GRANT, and nothing else */
	if (first.keyword == ND_KW_CREATE || first.keyword == ND_KW_ALTER ||
	    first.keyword == ND_KW_DROP || first.keyword == ND_KW_ADD)
		nd_parse_next(p);
	return nd_parse_stuck_from(p, &first);
}

static bool check_end(struct nd_parse *p)
{
	while (nd_parse_accept(p, ND_PUNCTUATION(';')))
		;
	if (!nd_parse_expect(p, ND_TOKEN_EOF))
		return false;
	if (p->markers_seen > UINT16_MAX)
		return nd_refuse(p->problem, ND_INVALID,
				 "Too many markers(?). %u markers exceed the allowed maximum of %d",
				 p->markers_seen, UINT16_MAX);
	return true;
}

struct nd_statement *nd_parse(struct cd_arena *a, const char *text, size_t len,
			      struct nd_problem *problem)
{
	struct nd_parse p = { .arena = a, .problem = problem, .text = text, .len = len };
	struct nd_statement *s;
	nd_parse_fn *parse = NULL;

	if (len > ND_PARSER_MAX) {
		nd_refuse(problem, ND_INVALID,
			  "a statement of %zu bytes is not supported by the node: the most is %d",
			  len, ND_PARSER_MAX);
		return NULL;
	}
	nd_lexer_init(&p.lexer, text, len, problem);
	p.end = p.seen = text;
	nd_parse_next(&p);
	s = nd_parse_take(&p, 1, sizeof *s);
	if (!s || !parse_first_words(&p, s, &parse) || !parse(&p, s) || !check_end(&p) ||
	    problem->happened)
		return NULL;
	s->markers = p.markers;
	s->marker_count = p.marker_count;
	s->text = cd_arena_strndup(a, text, len);
	if (!s->text) {
		nd_no_memory(problem);
		return NULL;
	}
	return s;
}
