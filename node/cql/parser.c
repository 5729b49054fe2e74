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
	{ ND_KW_CREATE, ND_KW_ROLE, 0, ND_CREATE_ROLE, nd_parse_role },
	{ ND_KW_ALTER, ND_KW_ROLE, 0, ND_ALTER_ROLE, nd_parse_role },
	{ ND_KW_DROP, ND_KW_ROLE, 0, ND_DROP_ROLE, nd_parse_drop_role },
	{ ND_KW_CREATE, ND_KW_USER, 0, ND_CREATE_ROLE, nd_parse_user },
	{ ND_KW_ALTER, ND_KW_USER, 0, ND_ALTER_ROLE, nd_parse_user },
	{ ND_KW_DROP, ND_KW_USER, 0, ND_DROP_ROLE, nd_parse_drop_user },
	{ ND_KW_LIST, ND_KW_ROLES, 0, ND_LIST_ROLES, nd_parse_list_roles },
	{ ND_KW_LIST, ND_KW_USERS, 0, ND_LIST_USERS, nd_parse_list_users },
	{ ND_KW_GRANT, 0, 0, ND_GRANT, nd_parse_grant },
	{ ND_KW_REVOKE, 0, 0, ND_REVOKE, nd_parse_revoke },
	{ ND_KW_LIST, 0, 0, ND_LIST_PERMISSIONS, nd_parse_list_permissions },
	{ ND_KW_ADD, 0, ND_KW_IDENTITY, ND_ADD_IDENTITY, nd_parse_add_identity },
	{ ND_KW_DROP, ND_KW_IDENTITY, 0, ND_DROP_IDENTITY, nd_parse_drop_identity },
	{ ND_KW_CREATE, ND_KW_FUNCTION, 0, ND_CREATE_FUNCTION, nd_parse_create_function },
	{ ND_KW_DROP, ND_KW_FUNCTION, 0, ND_DROP_FUNCTION, nd_parse_drop_function },
	{ ND_KW_CREATE, ND_KW_AGGREGATE, 0, ND_CREATE_AGGREGATE, nd_parse_create_aggregate },
	{ ND_KW_DROP, ND_KW_AGGREGATE, 0, ND_DROP_AGGREGATE, nd_parse_drop_function },
	{ ND_KW_CREATE, ND_KW_TRIGGER, 0, ND_CREATE_TRIGGER, nd_parse_create_trigger },
	{ ND_KW_DROP, ND_KW_TRIGGER, 0, ND_DROP_TRIGGER, nd_parse_drop_trigger },
};

/* CREATE OR REPLACE FUNCTION, AGGREGATE. */
static bool parse_or_replace(struct nd_parse *p, struct nd_statement *s, nd_parse_fn **parse)
{
	struct nd_token create = p->tok;

	nd_parse_next(p);
	nd_parse_next(p);
	s->as.function.or_replace = nd_parse_accept_word(p, ND_KW_REPLACE);
	s->kind = nd_parse_is_word(p, ND_KW_FUNCTION) ? ND_CREATE_FUNCTION : ND_CREATE_AGGREGATE;
	*parse = s->kind == ND_CREATE_FUNCTION ? nd_parse_create_function
					       : nd_parse_create_aggregate;
	return (s->as.function.or_replace && (nd_parse_accept_word(p, ND_KW_FUNCTION) ||
					      nd_parse_accept_word(p, ND_KW_AGGREGATE))) ||
	       nd_parse_stuck_from(p, &create);
}

/* Takes the first words; `parse` of those that fit. */
static bool parse_first_words(struct nd_parse *p, struct nd_statement *s, nd_parse_fn **parse)
{
	struct nd_token first = p->tok, then = nd_parse_peek(p);

	if (first.keyword == ND_KW_CREATE && then.keyword == ND_KW_OR)
		return parse_or_replace(p, s, parse);
	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
		if (first.keyword != statements[i].first ||
		    (statements[i].then && then.keyword != statements[i].then) ||
		    (statements[i].kind == ND_LIST_PERMISSIONS &&
		     !nd_parse_starts_permissions(&then)))
			continue;
		nd_parse_next(p);
		if (statements[i].then)
			nd_parse_next(p);
		s->kind = statements[i].kind;
		s->as.index.custom = statements[i].then == ND_KW_CUSTOM;
		*parse = statements[i].parse;
		return !statements[i].also || nd_parse_expect_word(p, statements[i].also);
	}
	if (first.keyword == ND_KW_CREATE || first.keyword == ND_KW_ALTER ||
	    first.keyword == ND_KW_DROP || first.keyword == ND_KW_LIST)
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
