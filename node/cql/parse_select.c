/* SPDX-License-Identifier: MIT */
/* SELECT, USE and TRUNCATE. */
#include "node/cql/parse.h"

/* JSON and DISTINCT are columns' names as well: then no selector follows. */
static bool accept_prefix(struct nd_parse *p, enum nd_keyword keyword)
{
	struct nd_token then;
	bool follows;

	if (!nd_parse_is_word(p, keyword))
		return false;
	then = nd_parse_peek(p);
	follows = nd_parse_starts_name(&then, ND_NAME_ANY) || nd_parse_starts_constant(&then) ||
		  then.keyword == ND_KW_TOKEN || then.keyword == ND_KW_NULL ||
		  then.kind == ND_TOKEN_MARKER || then.kind == ND_PUNCTUATION(':') ||
		  then.kind == ND_PUNCTUATION('(') || then.kind == ND_PUNCTUATION('[') ||
		  then.kind == ND_PUNCTUATION('{') || then.kind == ND_PUNCTUATION('-') ||
		  then.kind == ND_PUNCTUATION('*');
	if (follows)
		nd_parse_next(p);
	return follows;
}

static bool parse_group_by(struct nd_parse *p, struct nd_select *s)
{
	if (!nd_parse_expect_word(p, ND_KW_BY))
		return false;
	do {
		const struct nd_expr *e = nd_parse_selector(p);
		if (!e ||
		    !(s->group_by = nd_parse_push(p, s->group_by, &s->group_count, &e, sizeof e)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return true;
}

static bool parse_order(struct nd_parse *p, struct nd_order *o)
{
	*o = (struct nd_order){ .column = nd_parse_name(p, ND_NAME_COLUMN) };
	if (!o->column)
		return false;
	if (nd_parse_accept_word(p, ND_KW_ANN)) {
		if (!nd_parse_expect_word(p, ND_KW_OF) || !(o->ann_of = nd_parse_term(p)))
			return false;
	}
	if (!nd_parse_accept_word(p, ND_KW_ASC))
		o->descending = nd_parse_accept_word(p, ND_KW_DESC);
	return true;
}

static bool parse_order_by(struct nd_parse *p, struct nd_select *s)
{
	struct nd_order one;

	if (!nd_parse_expect_word(p, ND_KW_BY))
		return false;
	do {
		if (!parse_order(p, &one) ||
		    !(s->order_by = nd_parse_push(p, s->order_by, &s->order_count, &one,
						  sizeof one)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return true;
}

static bool parse_limits(struct nd_parse *p, struct nd_select *s)
{
	if (nd_parse_accept_word(p, ND_KW_PER)) {
		s->per_partition_limit_set = true;
		if (!nd_parse_expect_word(p, ND_KW_PARTITION) ||
		    !nd_parse_expect_word(p, ND_KW_LIMIT) ||
		    !(s->per_partition_limit = nd_parse_int_value(p)))
			return false;
	}
	return !nd_parse_accept_word(p, ND_KW_LIMIT) || (s->limit = nd_parse_int_value(p));
}

/* BYPASS CACHE, USING TIMEOUT */
static bool parse_scylla(struct nd_parse *p, struct nd_select *s)
{
	struct nd_parse_mark mark;

	if (nd_parse_is_plain(p, "bypass")) {
		nd_parse_next(p);
		if (!nd_parse_is_plain(p, "cache"))
			return nd_parse_stuck(p);
		nd_parse_next(p);
		s->bypass_cache = true;
	}
	if (!nd_parse_is_word(p, ND_KW_USING))
		return true;
	mark = nd_parse_mark(p);
	nd_parse_next(p);
	if (nd_parse_is_plain(p, "timeout"))
		return nd_parse_using(p, &s->using, ND_USING_TIMEOUT);
	nd_parse_return(p, mark); /* Cassandra's SELECT has no USING */
	return true;
}

/* What follows JSON and DISTINCT is tried by Cassandra's parser before it takes them for what they
 * are: whatever is wrong there is wrong with the first token behind. */
static bool parse_selectors(struct nd_parse *p, struct nd_select *s, const struct nd_token *prefix)
{
	struct nd_parse_mark mark = nd_parse_mark(p);
	struct nd_problem *problem = p->problem, scratch;
	bool ok;

	if (!prefix)
		return nd_parse_selectors(p, &s->selections, &s->selection_count);
	nd_problem_init(&scratch, problem->arena); /* what it says may outlive the tree */
	p->problem = p->lexer.problem = &scratch;
	s->distinct = prefix->keyword == ND_KW_DISTINCT || accept_prefix(p, ND_KW_DISTINCT);
	ok = nd_parse_selectors(p, &s->selections, &s->selection_count);
	p->problem = p->lexer.problem = problem;
	if (ok)
		return true;
	if (scratch.error.code != ND_SYNTAX_ERROR || p->tok.kind == ND_TOKEN_BROKEN) {
		*problem = scratch;
		return false;
	}
	nd_parse_return(p, mark);
	p->seen = p->lexer.at;
	return nd_parse_stuck_from(p, prefix);
}

bool nd_parse_select(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_select *s = &statement->as.select;
	struct nd_token prefix = p->tok;

	*s = (struct nd_select){ .json = accept_prefix(p, ND_KW_JSON) };
	if (!parse_selectors(p, s, s->json || accept_prefix(p, ND_KW_DISTINCT) ? &prefix : NULL) ||
	    !nd_parse_expect_word(p, ND_KW_FROM) ||
	    !nd_parse_table_name(p, "table", &statement->on))
		return false;
	if (nd_parse_accept_word(p, ND_KW_WHERE) && !nd_parse_where(p, &s->where))
		return false;
	if (nd_parse_accept_word(p, ND_KW_GROUP) && !parse_group_by(p, s))
		return false;
	if (nd_parse_accept_word(p, ND_KW_ORDER) && !parse_order_by(p, s))
		return false;
	if (!parse_limits(p, s))
		return false;
	if (nd_parse_accept_word(p, ND_KW_ALLOW)) {
		if (!nd_parse_expect_word(p, ND_KW_FILTERING))
			return false;
		s->allow_filtering = true;
	}
	return parse_scylla(p, s);
}

bool nd_parse_use(struct nd_parse *p, struct nd_statement *s)
{
	s->on.keyspace = nd_parse_keyspace_name(p);
	return s->on.keyspace;
}

bool nd_parse_truncate(struct nd_parse *p, struct nd_statement *s)
{
	nd_parse_accept_word(p, ND_KW_COLUMNFAMILY);
	return nd_parse_table_name(p, "table", &s->on);
}
