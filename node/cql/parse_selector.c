/* SPDX-License-Identifier: MIT */
/* What stands behind SELECT: columns, their parts, functions, literals, arithmetic, aliases. */
#include <string.h>

#include "node/cql/parse.h"

static struct nd_expr *parse_group(struct nd_parse *p);
static struct nd_expr *parse_plain(struct nd_parse *p);

static bool add_selectors(struct nd_parse *p, struct nd_expr *e)
{
	do {
		if (!nd_parse_add_item(p, e, nd_parse_selector(p)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return true;
}

/* Whether a token begins what a hint can stand in front of. */
static bool starts_plain(const struct nd_token *t)
{
	return nd_parse_starts_name(t, ND_NAME_ANY) || nd_parse_starts_constant(t) ||
	       t->keyword == ND_KW_NULL || t->keyword == ND_KW_TOKEN ||
	       t->kind == ND_TOKEN_MARKER || t->kind == ND_PUNCTUATION(':') ||
	       t->kind == ND_PUNCTUATION('(') || t->kind == ND_PUNCTUATION('[') ||
	       t->kind == ND_PUNCTUATION('{');
}

static bool starts_selector(const struct nd_token *t)
{
	return starts_plain(t) || t->kind == ND_PUNCTUATION('-');
}

/* ---- columns and their parts ------------------------------------------------------------------------ */

/* Whether something goes on so behind a column. */
static bool follows_column(const struct nd_token *t)
{
	static const unsigned char words[] = { ND_KW_AS,  ND_KW_FROM,  ND_KW_ORDER,
					       ND_KW_PER, ND_KW_LIMIT, ND_KW_ALLOW };

	for (size_t i = 0; i < sizeof words; i++)
		if (t->kind == ND_TOKEN_KEYWORD && t->keyword == words[i])
			return true;
	return t->kind == ND_TOKEN_EOF || (t->kind > ND_TOKEN_PUNCTUATION &&
					   strchr(".[+-*/%,)]}:;", t->kind - ND_TOKEN_PUNCTUATION));
}

static struct nd_expr *parse_bare_column(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_COLUMN, &p->tok);

	return e && (e->name = nd_parse_name(p, ND_NAME_ANY)) ? e : NULL;
}

/* Where it could have been a function. */
static struct nd_expr *parse_column(struct nd_parse *p)
{
	struct nd_token t = p->tok;
	struct nd_expr *e = parse_bare_column(p);

	if (!e)
		return NULL;
	if (!follows_column(&p->tok)) {
		nd_parse_stuck_from(p, &t);
		return NULL;
	}
	nd_parse_see(p);
	return e;
}

static struct nd_expr *parse_field(struct nd_parse *p, struct nd_expr *of)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_FIELD, &p->tok);

	nd_parse_next(p);
	if (!e || !nd_parse_add_item(p, e, of) || !(e->name = nd_parse_name(p, ND_NAME_ANY)))
		return NULL;
	return e;
}

/* An end of a slice, or NULL in its place. */
static bool add_end(struct nd_parse *p, struct nd_expr *e, bool missing)
{
	struct nd_expr *none = NULL;

	if (!missing)
		return nd_parse_add_item(p, e, nd_parse_term(p));
	e->items = nd_parse_push(p, e->items, &e->count, &none, sizeof none);
	return e->items;
}

/* [key], [a..b], [a..], [..b] */
static struct nd_expr *parse_element(struct nd_parse *p, struct nd_expr *of)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_ELEMENT, &p->tok);
	bool open = false;

	nd_parse_next(p);
	if (!e || !nd_parse_add_item(p, e, of))
		return NULL;
	open = nd_parse_is(p, ND_TOKEN_RANGE);
	if (!add_end(p, e, open))
		return NULL;
	if (nd_parse_accept(p, ND_TOKEN_RANGE)) {
		e->kind = ND_EXPR_SLICE;
		if (!add_end(p, e, !open && nd_parse_is(p, ND_PUNCTUATION(']'))))
			return NULL;
	}
	return nd_parse_expect(p, ND_PUNCTUATION(']')) ? e : NULL;
}

static struct nd_expr *parse_parts(struct nd_parse *p, struct nd_expr *e)
{
	while (e) {
		if (nd_parse_is(p, ND_PUNCTUATION('.')))
			e = parse_field(p, e);
		else if (nd_parse_is(p, ND_PUNCTUATION('[')))
			e = parse_element(p, e);
		else
			break;
	}
	return e;
}

/* ---- functions ----------------------------------------------------------------------------------------- */

/* Whether it is ks.f( that follows, and no field of a column. */
static bool is_qualified_call(struct nd_parse *p)
{
	struct nd_parse_mark mark = nd_parse_mark(p);
	bool is = nd_parse_starts_name(&p->tok, ND_NAME_ANY);

	if (is) {
		nd_parse_next(p);
		is = nd_parse_accept(p, ND_PUNCTUATION('.')) &&
		     nd_parse_starts_name(&p->tok, ND_NAME_FUNCTION) &&
		     nd_parse_peek(p).kind == ND_PUNCTUATION('(');
	}
	nd_parse_return(p, mark);
	return is;
}

/* count(*), where count is the word itself, and count(1): of any constant. */
static bool parse_count_of_rows(struct nd_parse *p, struct nd_expr *e, bool is_word)
{
	struct nd_parse_mark mark = nd_parse_mark(p);
	bool is = strcmp(e->name, "count") == 0 &&
		  (!e->keyspace || strcmp(e->keyspace, "system") == 0);

	e->counts_rows = true;
	if (is_word && nd_parse_accept(p, ND_PUNCTUATION('*')))
		return nd_parse_expect(p, ND_PUNCTUATION(')'));
	if (is && nd_parse_starts_constant(&p->tok)) {
		nd_parse_next(p);
		if (nd_parse_accept(p, ND_PUNCTUATION(')')))
			return true;
	}
	e->counts_rows = false;
	nd_parse_return(p, mark);
	return false;
}

static struct nd_expr *parse_call(struct nd_parse *p)
{
	struct nd_token first = p->tok;
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_CALL, &first);

	if (!e)
		return NULL;
	if (is_qualified_call(p)) {
		e->keyspace = nd_parse_name(p, ND_NAME_ANY);
		nd_parse_next(p);
	}
	e->name = nd_parse_name(p, ND_NAME_FUNCTION);
	if (!e->name || !nd_parse_expect(p, ND_PUNCTUATION('(')))
		return NULL;
	if (parse_count_of_rows(p, e, first.keyword == ND_KW_COUNT && !e->keyspace))
		return p->problem->happened ? NULL : e;
	if (p->problem->happened)
		return NULL;
	if (nd_parse_accept(p, ND_PUNCTUATION(')')))
		return e;
	if (!starts_selector(&p->tok)) {
		/* count( may be two things, others are one */
		if (first.keyword == ND_KW_COUNT)
			nd_parse_stuck_from(p, &first);
		else
			nd_parse_expect(p, ND_PUNCTUATION(')'));
		return NULL;
	}
	return add_selectors(p, e) && nd_parse_expect(p, ND_PUNCTUATION(')')) ? e : NULL;
}

/* writetime(c), maxwritetime(c), ttl(c): of a column or a part of one. */
static struct nd_expr *parse_write_call(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_CALL, &p->tok);

	if (!e || !(e->name = nd_parse_name(p, ND_NAME_ANY)) ||
	    !nd_parse_expect(p, ND_PUNCTUATION('(')) ||
	    !nd_parse_add_item(p, e, parse_parts(p, parse_bare_column(p))))
		return NULL;
	return nd_parse_expect(p, ND_PUNCTUATION(')')) ? e : NULL;
}

/* CAST (selector AS type) */
static struct nd_expr *parse_cast(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_CAST, &p->tok);

	nd_parse_next(p);
	nd_parse_next(p); /* ( */
	if (!e || !nd_parse_add_item(p, e, nd_parse_selector(p)) ||
	    !nd_parse_expect_word(p, ND_KW_AS))
		return NULL;
	e->is_varchar = p->tok.keyword == ND_KW_VARCHAR;
	e->type = nd_parse_native_type(p);
	return e->type && nd_parse_expect(p, ND_PUNCTUATION(')')) ? e : NULL;
}

static struct nd_expr *parse_named(struct nd_parse *p)
{
	struct nd_token t = p->tok;
	bool called = nd_parse_peek(p).kind == ND_PUNCTUATION('(');

	if (called && (t.keyword == ND_KW_WRITETIME || t.keyword == ND_KW_MAXWRITETIME ||
		       t.keyword == ND_KW_TTL))
		return parse_write_call(p);
	if (called && t.keyword == ND_KW_CAST)
		return parse_cast(p);
	if ((called && nd_parse_starts_name(&t, ND_NAME_FUNCTION)) || is_qualified_call(p))
		return parse_call(p);
	if (!called && nd_parse_starts_name(&t, ND_NAME_ANY))
		return parse_column(p);
	if (nd_parse_starts_name(&t, ND_NAME_ANY) || t.keyword == ND_KW_TOKEN)
		nd_parse_next(p);
	nd_parse_stuck_from(p, &t);
	return NULL;
}

/* ---- groups ---------------------------------------------------------------------------------------------- */

/* (type) selector */
static struct nd_expr *parse_hint(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_hint(p);

	if (!e || !nd_parse_enter(p) || !nd_parse_add_item(p, e, parse_plain(p)))
		return NULL;
	nd_parse_leave(p);
	return e;
}

static struct nd_expr *parse_enclosed(struct nd_parse *p, enum nd_expr_kind kind, char with)
{
	struct nd_expr *e = nd_parse_expr_new(p, kind, &p->tok);

	nd_parse_next(p);
	if (!e)
		return NULL;
	if (kind != ND_EXPR_TUPLE && !starts_selector(&p->tok))
		return nd_parse_expect(p, ND_PUNCTUATION(with)) ? e : NULL;
	return add_selectors(p, e) && nd_parse_expect(p, ND_PUNCTUATION(with)) ? e : NULL;
}

static bool add_pair(struct nd_parse *p, struct nd_expr *e)
{
	return nd_parse_add_item(p, e, nd_parse_selector(p)) &&
	       nd_parse_expect(p, ND_PUNCTUATION(':')) &&
	       nd_parse_add_item(p, e, nd_parse_selector(p));
}

/* {}, {a, b}, {k: v} */
static struct nd_expr *parse_braces(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_SET, &p->tok);

	nd_parse_next(p);
	if (!e || nd_parse_accept(p, ND_PUNCTUATION('}')))
		return e;
	if (!nd_parse_add_item(p, e, nd_parse_selector(p)))
		return NULL;
	if (nd_parse_accept(p, ND_PUNCTUATION(':'))) {
		e->kind = ND_EXPR_MAP;
		if (!nd_parse_add_item(p, e, nd_parse_selector(p)))
			return NULL;
	}
	while (nd_parse_accept(p, ND_PUNCTUATION(',')))
		if (e->kind == ND_EXPR_MAP ? !add_pair(p, e)
					   : !nd_parse_add_item(p, e, nd_parse_selector(p)))
			return NULL;
	return nd_parse_expect(p, ND_PUNCTUATION('}')) ? e : NULL;
}

static struct nd_expr *parse_parentheses(struct nd_parse *p)
{
	struct nd_token then;

	/* AS ends a selector: it is no column behind "(a)". */
	if (nd_parse_is_hint(p, true, &then) && starts_plain(&then) && then.keyword != ND_KW_AS)
		return parse_hint(p);
	return parse_enclosed(p, ND_EXPR_TUPLE, ')');
}

static struct nd_expr *parse_null(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_NULL, &p->tok);

	nd_parse_next(p);
	return e;
}

static struct nd_expr *parse_plain(struct nd_parse *p)
{
	if (nd_parse_starts_constant(&p->tok))
		return nd_parse_constant(p);
	if (nd_parse_is_word(p, ND_KW_NULL))
		return parse_null(p);
	switch (p->tok.kind) {
	case ND_TOKEN_MARKER:
	case ND_PUNCTUATION(':'):
		return nd_parse_marker(p);
	case ND_PUNCTUATION('('):
		return parse_parentheses(p);
	case ND_PUNCTUATION('['):
		return parse_enclosed(p, ND_EXPR_LIST, ']');
	case ND_PUNCTUATION('{'):
		return parse_braces(p);
	default:
		return parse_named(p);
	}
}

static struct nd_expr *group(struct nd_parse *p)
{
	struct nd_token minus = p->tok;
	struct nd_expr *e;

	if (!nd_parse_accept(p, ND_PUNCTUATION('-')))
		return parse_parts(p, parse_plain(p));
	e = nd_parse_expr_new(p, ND_EXPR_NEGATE, &minus);
	return e && nd_parse_add_item(p, e, parse_group(p)) ? e : NULL;
}

static struct nd_expr *parse_group(struct nd_parse *p)
{
	struct nd_expr *e;

	if (!nd_parse_enter(p))
		return NULL;
	e = group(p);
	nd_parse_leave(p);
	return e;
}

static struct nd_expr *parse_product(struct nd_parse *p)
{
	struct nd_expr *e = parse_group(p);

	while (e && (nd_parse_is(p, ND_PUNCTUATION('*')) || nd_parse_is(p, ND_PUNCTUATION('/')) ||
		     nd_parse_is(p, ND_PUNCTUATION('%')))) {
		struct nd_token op = p->tok;
		nd_parse_next(p);
		e = nd_parse_binary(p, *op.at, e, parse_group(p), &op);
	}
	return e;
}

struct nd_expr *nd_parse_selector(struct nd_parse *p)
{
	struct nd_expr *e = parse_product(p);

	while (e && (nd_parse_is(p, ND_PUNCTUATION('+')) || nd_parse_is(p, ND_PUNCTUATION('-')))) {
		struct nd_token op = p->tok;
		nd_parse_next(p);
		e = nd_parse_binary(p, *op.at, e, parse_product(p), &op);
	}
	/* behind what is closed, or has a hint, Cassandra's parser does not look ahead */
	if (e && !e->is_hint && follows_column(&p->tok) && !strchr(")]}", p->end[-1]))
		nd_parse_see(p);
	return e;
}

static bool parse_selection(struct nd_parse *p, struct nd_selection *out)
{
	const char *from = p->tok.at;

	*out = (struct nd_selection){ .expr = nd_parse_selector(p) };
	if (!out->expr)
		return false;
	out->text = cd_arena_strndup(p->arena, from, (size_t)(p->end - from));
	if (!out->text)
		return nd_no_memory(p->problem);
	if (nd_parse_accept_word(p, ND_KW_AS))
		out->alias = nd_parse_name(p, ND_NAME_ANY);
	return !p->problem->happened;
}

bool nd_parse_selectors(struct nd_parse *p, struct nd_selection **at, uint32_t *count)
{
	if (nd_parse_accept(p, ND_PUNCTUATION('*')))
		return true;
	do {
		struct nd_selection one;
		if (!parse_selection(p, &one) ||
		    !(*at = nd_parse_push(p, *at, count, &one, sizeof one)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return true;
}
