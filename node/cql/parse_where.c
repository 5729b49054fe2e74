/* SPDX-License-Identifier: MIT */
/* Relations of WHERE and conditions of IF. */
#include "node/cql/parse.h"

static bool parse_relation(struct nd_parse *p, struct nd_relations *out);

/* = < <= > >= !=; false and nothing taken when it is none of them. */
static bool accept_comparison(struct nd_parse *p, enum nd_operator *op)
{
	static const struct {
		int token;
		enum nd_operator op;
	} operators[] = {
		{ ND_PUNCTUATION('='), ND_OP_EQ }, { ND_PUNCTUATION('<'), ND_OP_LT },
		{ ND_TOKEN_LE, ND_OP_LE },         { ND_PUNCTUATION('>'), ND_OP_GT },
		{ ND_TOKEN_GE, ND_OP_GE },         { ND_TOKEN_NE, ND_OP_NE },
	};

	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
		if (nd_parse_accept(p, operators[i].token)) {
			*op = operators[i].op;
			return true;
		}
	}
	return false;
}

static bool add_value(struct nd_parse *p, struct nd_relation *r, struct nd_expr *value)
{
	if (!value)
		return false;
	r->values = nd_parse_push(p, r->values, &r->value_count, &value, sizeof value);
	return r->values;
}

static bool add_name(struct nd_parse *p, struct nd_relation *r, enum nd_parse_name_kind kind)
{
	const char *name = nd_parse_name(p, kind);

	if (!name)
		return false;
	r->names = nd_parse_push(p, r->names, &r->name_count, &name, sizeof name);
	return r->names;
}

static bool is_marker(const struct nd_parse *p)
{
	return nd_parse_is(p, ND_TOKEN_MARKER) || nd_parse_is(p, ND_PUNCTUATION(':'));
}

/* Behind IN: a marker for all of it, or terms in parentheses; of tuples (`one` reads each). */
static bool parse_in(struct nd_parse *p, struct nd_relation *r, const struct nd_token *first,
		     struct nd_expr *(*one)(struct nd_parse *p))
{
	bool of_markers;

	r->op = ND_OP_IN;
	if (is_marker(p)) {
		r->is_in_marker = true;
		return add_value(p, r, nd_parse_marker(p));
	}
	if (!nd_parse_is(p, ND_PUNCTUATION('(')))
		return nd_parse_stuck_from(p, first);
	nd_parse_next(p);
	if (nd_parse_is(p, ND_PUNCTUATION(')')) || nd_parse_is(p, ND_PUNCTUATION(',')) ||
	    nd_parse_is(p, ND_TOKEN_EOF))
		return nd_parse_expect(p, ND_PUNCTUATION(')'));
	of_markers = is_marker(p);
	do {
		/* tuples are written out all of them, or none */
		if (r->target == ND_TARGET_TUPLE && is_marker(p) != of_markers)
			return nd_parse_stuck(p);
		if (!add_value(p, r, one(p)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

/* A tuple, or a marker for one. */
static struct nd_expr *parse_tuple_value(struct nd_parse *p)
{
	return is_marker(p) ? nd_parse_marker(p) : nd_parse_tuple(p);
}

static bool add_relation(struct nd_parse *p, struct nd_relations *out, const struct nd_relation *r)
{
	out->at = nd_parse_push(p, out->at, &out->count, r, sizeof *r);
	return out->at;
}

/* ---- WHERE ----------------------------------------------------------------------------------------- */

/* c = v, c LIKE v, c IS NOT NULL, c IN ..., c CONTAINS [KEY] v */
static bool parse_column_relation(struct nd_parse *p, struct nd_relation *r,
				  const struct nd_token *first)
{
	if (accept_comparison(p, &r->op))
		return add_value(p, r, nd_parse_term(p));
	if (nd_parse_accept_word(p, ND_KW_IN))
		return parse_in(p, r, first, nd_parse_term);
	if (nd_parse_accept_word(p, ND_KW_LIKE)) {
		r->op = ND_OP_LIKE;
		return add_value(p, r, nd_parse_term(p));
	}
	if (nd_parse_accept_word(p, ND_KW_IS)) {
		r->op = ND_OP_IS_NOT_NULL;
		return nd_parse_expect_word(p, ND_KW_NOT) && nd_parse_expect_word(p, ND_KW_NULL);
	}
	if (nd_parse_accept_word(p, ND_KW_CONTAINS)) {
		r->op = nd_parse_accept_word(p, ND_KW_KEY) ? ND_OP_CONTAINS_KEY : ND_OP_CONTAINS;
		return add_value(p, r, nd_parse_term(p));
	}
	return nd_parse_stuck_from(p, first);
}

/* c[k] = v */
static bool parse_element_relation(struct nd_parse *p, struct nd_relation *r)
{
	r->target = ND_TARGET_ELEMENT;
	r->element = nd_parse_term(p);
	if (!r->element || !nd_parse_expect(p, ND_PUNCTUATION(']')))
		return false;
	if (!accept_comparison(p, &r->op))
		return nd_parse_stuck(p);
	return add_value(p, r, nd_parse_term(p));
}

/* '(' c, d ')' */
static bool parse_tuple_names(struct nd_parse *p, struct nd_relation *r)
{
	return nd_parse_expect(p, ND_PUNCTUATION('(')) &&
	       nd_parse_names(p, ND_NAME_COLUMN, &r->names, &r->name_count) &&
	       nd_parse_expect(p, ND_PUNCTUATION(')'));
}

static bool parse_token_relation(struct nd_parse *p, struct nd_relation *r)
{
	r->target = ND_TARGET_TOKEN;
	nd_parse_next(p);
	if (!parse_tuple_names(p, r))
		return false;
	if (!accept_comparison(p, &r->op))
		return nd_parse_stuck(p);
	return add_value(p, r, nd_parse_term(p));
}

/* (c, d) IN ..., (c, d) > (1, 2) */
static bool parse_tuple_relation(struct nd_parse *p, struct nd_relation *r)
{
	r->target = ND_TARGET_TUPLE;
	if (!parse_tuple_names(p, r))
		return false;
	if (nd_parse_accept_word(p, ND_KW_IN))
		return parse_in(p, r, &p->tok, parse_tuple_value);
	if (!accept_comparison(p, &r->op))
		return nd_parse_stuck(p);
	if (!is_marker(p) && !nd_parse_is(p, ND_PUNCTUATION('(')))
		return nd_parse_stuck(p);
	return add_value(p, r, parse_tuple_value(p));
}

/* Whether '(' begins a list of names, and not a relation in parentheses. */
static bool is_tuple_of_names(struct nd_parse *p)
{
	struct nd_parse_mark mark = nd_parse_mark(p);
	bool is;
	int then;

	nd_parse_next(p);
	then = nd_parse_peek(p).kind;
	is = nd_parse_starts_name(&p->tok, ND_NAME_COLUMN) &&
	     (then == ND_PUNCTUATION(',') || then == ND_PUNCTUATION(')'));
	nd_parse_return(p, mark);
	return is;
}

static bool parse_enclosed_relation(struct nd_parse *p, struct nd_relations *out)
{
	nd_parse_next(p);
	if (!nd_parse_enter(p) || !parse_relation(p, out))
		return false;
	nd_parse_leave(p);
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

static bool parse_relation(struct nd_parse *p, struct nd_relations *out)
{
	struct nd_relation r = { .target = ND_TARGET_COLUMN };
	struct nd_token first = p->tok;
	bool ok;

	if (nd_parse_is(p, ND_TOKEN_EXPR))
		return nd_parse_unsupported(p, "expr() of a custom index");
	if (nd_parse_is_word(p, ND_KW_TOKEN)) {
		ok = parse_token_relation(p, &r);
	} else if (nd_parse_is(p, ND_PUNCTUATION('('))) {
		if (!is_tuple_of_names(p))
			return parse_enclosed_relation(p, out);
		ok = parse_tuple_relation(p, &r);
	} else {
		ok = add_name(p, &r, ND_NAME_COLUMN) &&
		     (nd_parse_accept(p, ND_PUNCTUATION('['))
			      ? parse_element_relation(p, &r)
			      : parse_column_relation(p, &r, &first));
	}
	return ok && add_relation(p, out, &r);
}

bool nd_parse_where(struct nd_parse *p, struct nd_relations *out)
{
	do {
		if (!parse_relation(p, out))
			return false;
	} while (nd_parse_accept_word(p, ND_KW_AND));
	return true;
}

/* ---- IF ------------------------------------------------------------------------------------------------ */

static bool parse_condition_target(struct nd_parse *p, struct nd_relation *r)
{
	if (!add_name(p, r, ND_NAME_COLUMN))
		return false;
	if (nd_parse_accept(p, ND_PUNCTUATION('['))) {
		r->target = ND_TARGET_ELEMENT;
		r->element = nd_parse_term(p);
		return r->element && nd_parse_expect(p, ND_PUNCTUATION(']'));
	}
	if (nd_parse_accept(p, ND_PUNCTUATION('.'))) {
		r->target = ND_TARGET_FIELD;
		r->field = nd_parse_name(p, ND_NAME_ANY);
		return r->field;
	}
	return true;
}

static bool parse_condition(struct nd_parse *p, struct nd_relations *out)
{
	struct nd_relation r = { .target = ND_TARGET_COLUMN };
	bool ok;

	if (!parse_condition_target(p, &r))
		return false;
	if (accept_comparison(p, &r.op)) {
		ok = add_value(p, &r, nd_parse_term(p));
	} else if (nd_parse_accept_word(p, ND_KW_IN)) {
		ok = parse_in(p, &r, &p->tok, nd_parse_term);
	} else if (r.target == ND_TARGET_COLUMN && nd_parse_accept_word(p, ND_KW_CONTAINS)) {
		r.op = nd_parse_accept_word(p, ND_KW_KEY) ? ND_OP_CONTAINS_KEY : ND_OP_CONTAINS;
		ok = add_value(p, &r, nd_parse_term(p));
	} else {
		ok = nd_parse_stuck(p);
	}
	return ok && add_relation(p, out, &r);
}

bool nd_parse_conditions(struct nd_parse *p, struct nd_relations *out, bool *if_exists)
{
	/* EXISTS is a column's name as well: then an operator follows. */
	struct nd_token exists = p->tok, then = nd_parse_peek(p);

	if (nd_parse_is_word(p, ND_KW_EXISTS) &&
	    (then.kind == ND_TOKEN_EOF || then.kind == ND_TOKEN_KEYWORD ||
	     then.kind == ND_PUNCTUATION(';')) &&
	    then.keyword != ND_KW_IN && then.keyword != ND_KW_CONTAINS) {
		*if_exists = true;
		nd_parse_next(p);
		return then.keyword != ND_KW_AND || nd_parse_stuck_from(p, &exists);
	}
	do {
		if (!parse_condition(p, out))
			return false;
	} while (nd_parse_accept_word(p, ND_KW_AND));
	return true;
}
