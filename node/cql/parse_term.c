/* SPDX-License-Identifier: MIT */
/* Terms: literals, markers, function calls, casts and arithmetic. They hold no columns. */
#include <string.h>

#include "node/cql/parse.h"

/* Left of every simple term there may be as many hints as one likes: they nest as well. */
static struct nd_expr *parse_simple(struct nd_parse *p);

struct nd_expr *nd_parse_expr_new(struct nd_parse *p, enum nd_expr_kind kind,
				  const struct nd_token *at)
{
	struct nd_expr *e = nd_parse_take(p, 1, sizeof *e);

	if (e) {
		e->kind = kind;
		e->line = at->line;
		e->column = at->column;
	}
	return e;
}

bool nd_parse_add_item(struct nd_parse *p, struct nd_expr *e, struct nd_expr *item)
{
	if (!item)
		return false;
	if (item->depth >= ND_EXPR_DEPTH)
		return nd_refuse(p->problem, ND_INVALID,
				 "more than %d levels of nesting are not supported by the node",
				 ND_EXPR_DEPTH);
	if (e->depth <= item->depth)
		e->depth = (uint16_t)(item->depth + 1);
	e->items = nd_parse_push(p, e->items, &e->count, &item, sizeof item);
	return e->items;
}

struct nd_expr *nd_parse_binary(struct nd_parse *p, char op, struct nd_expr *left,
				struct nd_expr *right, const struct nd_token *at)
{
	struct nd_expr *e = left && right ? nd_parse_expr_new(p, ND_EXPR_BINARY, at) : NULL;

	if (!e || !nd_parse_add_item(p, e, left) || !nd_parse_add_item(p, e, right))
		return NULL;
	e->op = op;
	return e;
}

/* ---- literals ------------------------------------------------------------------------------------ */

static const struct {
	unsigned char token, expr;
} constants[] = {
	{ ND_TOKEN_STRING, ND_EXPR_STRING },   { ND_TOKEN_INTEGER, ND_EXPR_INTEGER },
	{ ND_TOKEN_FLOAT, ND_EXPR_FLOAT },     { ND_TOKEN_SPECIAL_FLOAT, ND_EXPR_FLOAT },
	{ ND_TOKEN_BOOLEAN, ND_EXPR_BOOLEAN }, { ND_TOKEN_DURATION, ND_EXPR_DURATION },
	{ ND_TOKEN_UUID, ND_EXPR_UUID },       { ND_TOKEN_HEX, ND_EXPR_HEX },
};

static int find_constant(const struct nd_token *t)
{
	for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
		if (constants[i].token == t->kind)
			return constants[i].expr;
	return -1;
}

bool nd_parse_starts_constant(const struct nd_token *t)
{
	return find_constant(t) >= 0;
}

static const char *special_float(const struct nd_token *t)
{
	if (t->keyword == ND_KW_NAN || t->len == 4)
		return "NaN"; /* which has no sign */
	return *t->at == '-' ? "-Infinity" : "Infinity";
}

struct nd_expr *nd_parse_constant(struct nd_parse *p)
{
	struct nd_token t = p->tok;
	int kind = find_constant(&t);
	struct nd_expr *e;

	if (kind < 0) {
		nd_parse_stuck(p);
		return NULL;
	}
	e = nd_parse_expr_new(p, (enum nd_expr_kind)kind, &t);
	if (!e)
		return NULL;
	nd_parse_next(p);
	if (t.kind == ND_TOKEN_SPECIAL_FLOAT) {
		e->text = special_float(&t);
		e->text_len = strlen(e->text);
	} else {
		e->text = nd_parse_text(p, &t, &e->text_len);
	}
	return e->text ? e : NULL;
}

static bool add_marker(struct nd_parse *p, struct nd_expr *e, const char *name)
{
	p->markers_seen++;
	if (p->markers_seen > UINT16_MAX)
		return true; /* refused at the end, when they are counted */
	e->marker = (uint16_t)p->marker_count;
	p->markers = nd_parse_push(p, p->markers, &p->marker_count, &name, sizeof name);
	return p->markers;
}

struct nd_expr *nd_parse_marker(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_MARKER, &p->tok);
	const char *name = NULL;

	if (!e)
		return NULL;
	if (nd_parse_accept(p, ND_PUNCTUATION(':'))) {
		if (!(name = nd_parse_name(p, ND_NAME_ANY)))
			return NULL;
	} else if (!nd_parse_accept(p, ND_TOKEN_MARKER)) {
		nd_parse_stuck(p);
		return NULL;
	}
	return add_marker(p, e, name) ? e : NULL;
}

struct nd_expr *nd_parse_int_value(struct nd_parse *p)
{
	return nd_parse_is(p, ND_TOKEN_INTEGER) ? nd_parse_constant(p) : nd_parse_marker(p);
}

/* ---- collections --------------------------------------------------------------------------------- */

static bool add_terms(struct nd_parse *p, struct nd_expr *e)
{
	do {
		if (!nd_parse_add_item(p, e, nd_parse_term(p)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return true;
}

static struct nd_expr *parse_list(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_LIST, &p->tok);

	if (!e)
		return NULL;
	nd_parse_next(p);
	if (nd_parse_accept(p, ND_PUNCTUATION(']')))
		return e;
	return add_terms(p, e) && nd_parse_expect(p, ND_PUNCTUATION(']')) ? e : NULL;
}

struct nd_expr *nd_parse_tuple(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_TUPLE, &p->tok);

	if (!e || !nd_parse_expect(p, ND_PUNCTUATION('(')))
		return NULL;
	return add_terms(p, e) && nd_parse_expect(p, ND_PUNCTUATION(')')) ? e : NULL;
}

/* {name: v, ...} */
static struct nd_expr *parse_udt(struct nd_parse *p, struct nd_expr *e)
{
	uint32_t names = 0;

	e->kind = ND_EXPR_UDT;
	do {
		const char *name = nd_parse_name(p, ND_NAME_ANY);
		if (!name || !(e->names = nd_parse_push(p, e->names, &names, &name, sizeof name)) ||
		    !nd_parse_expect(p, ND_PUNCTUATION(':')) ||
		    !nd_parse_add_item(p, e, nd_parse_term(p)))
			return NULL;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION('}')) ? e : NULL;
}

static bool add_pair(struct nd_parse *p, struct nd_expr *e)
{
	return nd_parse_expect(p, ND_PUNCTUATION(':')) && nd_parse_add_item(p, e, nd_parse_term(p));
}

static struct nd_expr *parse_map(struct nd_parse *p, struct nd_expr *e)
{
	e->kind = ND_EXPR_MAP;
	if (!add_pair(p, e))
		return NULL;
	while (nd_parse_accept(p, ND_PUNCTUATION(',')))
		if (!nd_parse_add_item(p, e, nd_parse_term(p)) || !add_pair(p, e))
			return NULL;
	return nd_parse_expect(p, ND_PUNCTUATION('}')) ? e : NULL;
}

static struct nd_expr *parse_braces(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_SET, &p->tok);

	if (!e)
		return NULL;
	nd_parse_next(p);
	if (nd_parse_accept(p, ND_PUNCTUATION('}')))
		return e;
	if (nd_parse_starts_name(&p->tok, ND_NAME_ANY) &&
	    nd_parse_peek(p).kind == ND_PUNCTUATION(':'))
		return parse_udt(p, e);
	if (!nd_parse_add_item(p, e, nd_parse_term(p)))
		return NULL;
	if (nd_parse_is(p, ND_PUNCTUATION(':')))
		return parse_map(p, e);
	if (nd_parse_accept(p, ND_PUNCTUATION('}')))
		return e;
	if (!nd_parse_accept(p, ND_PUNCTUATION(',')))
		nd_parse_stuck(p); /* neither a set nor a map */
	else if (add_terms(p, e) && nd_parse_expect(p, ND_PUNCTUATION('}')))
		return e;
	return NULL;
}

/* ---- calls and casts ------------------------------------------------------------------------------ */

/* [ks.]name, and not yet '('. */
static bool parse_function_name(struct nd_parse *p, struct nd_expr *e)
{
	struct nd_token first = p->tok, then = nd_parse_peek(p);

	if (nd_parse_starts_name(&first, ND_NAME_ANY) && then.kind == ND_PUNCTUATION('.')) {
		e->keyspace = nd_parse_name(p, ND_NAME_ANY);
		if (!e->keyspace)
			return false;
		nd_parse_next(p);
	}
	e->name = nd_parse_name(p, ND_NAME_FUNCTION);
	return e->name;
}

/* A name is a function's here: what follows has to show it. */
static bool check_call(struct nd_parse *p)
{
	struct nd_token first = p->tok, then = nd_parse_peek(p);

	if (!nd_parse_starts_name(&first, ND_NAME_ANY) || then.kind == ND_PUNCTUATION('(') ||
	    then.kind == ND_PUNCTUATION('.'))
		return true;
	nd_parse_next(p);
	return nd_parse_stuck_from(p, &first);
}

static struct nd_expr *parse_call(struct nd_parse *p)
{
	struct nd_token first = p->tok;
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_CALL, &first);

	if (!e || !check_call(p) || !parse_function_name(p, e))
		return NULL;
	if (!nd_parse_is(p, ND_PUNCTUATION('('))) {
		nd_parse_stuck_from(p, &first);
		return NULL;
	}
	nd_parse_next(p);
	if (nd_parse_accept(p, ND_PUNCTUATION(')')))
		return e;
	return add_terms(p, e) && nd_parse_expect(p, ND_PUNCTUATION(')')) ? e : NULL;
}

/* CAST (term AS type) */
static struct nd_expr *parse_cast(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_CAST, &p->tok);

	nd_parse_next(p);
	if (!e || !nd_parse_expect(p, ND_PUNCTUATION('(')) ||
	    !nd_parse_add_item(p, e, parse_simple(p)) || !nd_parse_expect_word(p, ND_KW_AS) ||
	    !(e->type = nd_parse_native_type(p)) || !nd_parse_expect(p, ND_PUNCTUATION(')')))
		return NULL;
	return e;
}

/* (type) term */
static struct nd_expr *parse_hint(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_hint(p);

	return e && nd_parse_add_item(p, e, parse_simple(p)) ? e : NULL;
}

static struct nd_expr *parse_null(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_NULL, &p->tok);

	nd_parse_next(p);
	return e;
}

/* A hint and a tuple begin alike: what can be neither is told at the parenthesis. */
static bool check_parenthesis(struct nd_parse *p)
{
	struct nd_token first = p->tok, then = nd_parse_peek(p);

	if (nd_parse_starts_constant(&then) || nd_parse_starts_name(&then, ND_NAME_ANY) ||
	    then.keyword == ND_KW_NULL || then.keyword == ND_KW_TOKEN ||
	    then.keyword == ND_KW_SET || then.kind == ND_TOKEN_MARKER ||
	    then.kind == ND_PUNCTUATION(':') || then.kind == ND_PUNCTUATION('(') ||
	    then.kind == ND_PUNCTUATION('[') || then.kind == ND_PUNCTUATION('{') ||
	    then.kind == ND_PUNCTUATION('-'))
		return true;
	nd_parse_next(p);
	return nd_parse_stuck_from(p, &first);
}

static struct nd_expr *simple(struct nd_parse *p)
{
	struct nd_token then;

	if (nd_parse_starts_constant(&p->tok))
		return nd_parse_constant(p);
	if (nd_parse_is_word(p, ND_KW_NULL))
		return parse_null(p);
	if (nd_parse_is_word(p, ND_KW_CAST))
		return parse_cast(p);
	switch (p->tok.kind) {
	case ND_TOKEN_MARKER:
	case ND_PUNCTUATION(':'):
		return nd_parse_marker(p);
	case ND_PUNCTUATION('['):
		return parse_list(p);
	case ND_PUNCTUATION('{'):
		return parse_braces(p);
	case ND_PUNCTUATION('('):
		if (!check_parenthesis(p))
			return NULL;
		return nd_parse_is_hint(p, false, &then) ? parse_hint(p) : nd_parse_tuple(p);
	default:
		return parse_call(p);
	}
}

static struct nd_expr *parse_simple(struct nd_parse *p)
{
	struct nd_expr *e;

	if (!nd_parse_enter(p))
		return NULL;
	e = simple(p);
	nd_parse_leave(p);
	return e;
}

/* ---- arithmetic ---------------------------------------------------------------------------------- */

static struct nd_expr *parse_group(struct nd_parse *p)
{
	struct nd_token minus = p->tok;
	struct nd_expr *e;

	if (!nd_parse_accept(p, ND_PUNCTUATION('-')))
		return parse_simple(p);
	e = nd_parse_expr_new(p, ND_EXPR_NEGATE, &minus);
	return e && nd_parse_add_item(p, e, parse_simple(p)) ? e : NULL;
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

/* Whether a '+' is followed by a column, which a term has no place for. */
static bool column_follows(struct nd_parse *p)
{
	struct nd_parse_mark mark = nd_parse_mark(p);
	bool follows;

	nd_parse_next(p);
	follows = nd_parse_starts_name(&p->tok, ND_NAME_COLUMN);
	if (follows) {
		int then = nd_parse_peek(p).kind;
		follows = then != ND_PUNCTUATION('(') && then != ND_PUNCTUATION('.');
	}
	nd_parse_return(p, mark);
	return follows;
}

/* Whether something goes on so behind a term. What does not is told apart: no choice at all, and
 * the wrong one. */
static bool follows_term(const struct nd_token *t)
{
	static const unsigned char words[] = {
		ND_KW_AND,  ND_KW_ALLOW,   ND_KW_APPLY,  ND_KW_AS,     ND_KW_ASC,   ND_KW_DELETE,
		ND_KW_DESC, ND_KW_GROUP,   ND_KW_IF,     ND_KW_INSERT, ND_KW_LIMIT, ND_KW_ORDER,
		ND_KW_PER,  ND_KW_PRIMARY, ND_KW_UPDATE, ND_KW_WHERE,
	};

	for (size_t i = 0; i < sizeof words; i++)
		if (t->kind == ND_TOKEN_KEYWORD && t->keyword == words[i])
			return true;
	return t->kind == ND_TOKEN_EOF || t->kind == ND_TOKEN_RANGE ||
	       t->kind == ND_PUNCTUATION(',') || t->kind == ND_PUNCTUATION(';') ||
	       t->kind == ND_PUNCTUATION(':') || t->kind == ND_PUNCTUATION(')') ||
	       t->kind == ND_PUNCTUATION(']') || t->kind == ND_PUNCTUATION('}') ||
	       t->kind == ND_PUNCTUATION('+');
}

/* BYPASS CACHE, USING TIMEOUT: ScyllaDB's SELECT. */
static bool follows_scylla(struct nd_parse *p)
{
	const char *seen = p->seen; /* excerpts of refusals end there */
	struct nd_parse_mark mark;
	bool follows;

	if (!nd_parse_is_word(p, ND_KW_USING))
		return nd_parse_is_plain(p, "bypass");
	mark = nd_parse_mark(p);
	nd_parse_next(p);
	follows = nd_parse_is_plain(p, "timeout");
	nd_parse_return(p, mark);
	p->seen = seen;
	return follows;
}

static struct nd_expr *parse_sum(struct nd_parse *p, bool before_column)
{
	struct nd_expr *e = parse_product(p);

	while (e && (nd_parse_is(p, ND_PUNCTUATION('+')) || nd_parse_is(p, ND_PUNCTUATION('-')))) {
		struct nd_token op = p->tok;
		if (before_column && *op.at == '+' && column_follows(p))
			return e;
		nd_parse_next(p);
		e = nd_parse_binary(p, *op.at, e, parse_product(p), &op);
	}
	if (!e || !(follows_term(&p->tok) || follows_scylla(p) || nd_parse_stuck(p)))
		return NULL;
	nd_parse_see(p);
	return e;
}

struct nd_expr *nd_parse_term(struct nd_parse *p)
{
	return parse_sum(p, false);
}

struct nd_expr *nd_parse_term_before_column(struct nd_parse *p)
{
	return parse_sum(p, true);
}
