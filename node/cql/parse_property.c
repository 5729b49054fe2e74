/* SPDX-License-Identifier: MIT */
/* WITH name = value AND ...: values are texts, and maps of texts. */
#include <string.h>

#include "node/cql/parse.h"

enum { MOST_PROPERTIES = 4096 }; /* each is compared with the others */

/* A key or value of a map, which has to be a constant. */
struct part {
	struct nd_expr *expr;
	const char *from;
	size_t len;
};

static bool parse_part(struct nd_parse *p, struct part *out)
{
	out->from = p->tok.at;
	out->expr = nd_parse_term(p);
	out->len = (size_t)(p->end - out->from);
	return out->expr;
}

static int clip(size_t len)
{
	return len > 100 ? 100 : (int)len;
}

static bool is_constant(const struct nd_expr *e)
{
	return e->kind >= ND_EXPR_STRING && e->kind <= ND_EXPR_DURATION;
}

static const char *advice(const struct part *of)
{
	return of->expr->kind == ND_EXPR_MARKER
		       ? " (bind variables are not supported in DDL queries)"
		       : "";
}

static bool check_pair(struct nd_parse *p, const struct part *key, const struct part *value)
{
	if (!is_constant(key->expr))
		return nd_parse_refuse(p, "Invalid property name: %.*s%s", clip(key->len),
				       key->from, advice(key));
	if (!is_constant(value->expr))
		return nd_parse_refuse(p, "Invalid property value: %.*s for property: %.*s%s",
				       clip(value->len), value->from, clip(key->len), key->from,
				       advice(value));
	return true;
}

/* Booleans are in lower case here. */
static const char *plain_text(const struct nd_expr *e)
{
	if (e->kind != ND_EXPR_BOOLEAN)
		return e->text;
	return e->text_len == 4 ? "true" : "false";
}

/* Texts with a NUL are no text here. */
static bool is_text(const struct nd_expr *e)
{
	return !memchr(e->text, '\0', e->text_len);
}

static bool add_pair(struct nd_parse *p, struct nd_property *out, const struct part *key,
		     const struct part *value)
{
	uint32_t texts = out->count * 2;
	const char *text;

	if (!check_pair(p, key, value))
		return false;
	if (out->count == MOST_PROPERTIES || !is_text(key->expr) || !is_text(value->expr))
		return nd_parse_unsupported(p, "a property with a NUL, or with so many entries,");
	for (uint32_t i = 0; i < out->count; i++)
		if (strcmp(out->pairs[2 * i], key->expr->text) == 0)
			return nd_parse_refuse(p, "Multiple definition for property %.200s",
					       out->pairs[2 * i]);
	out->pairs = nd_parse_push(p, out->pairs, &texts, &key->expr->text, sizeof *out->pairs);
	if (!out->pairs)
		return false;
	text = plain_text(value->expr);
	out->pairs = nd_parse_push(p, out->pairs, &texts, &text, sizeof *out->pairs);
	out->count++;
	return out->pairs;
}

static bool parse_map(struct nd_parse *p, struct nd_property *out)
{
	struct part key, value;

	out->kind = ND_EXPR_MAP;
	nd_parse_next(p);
	if (nd_parse_accept(p, ND_PUNCTUATION('}')))
		return true;
	do {
		if (!parse_part(p, &key) || !nd_parse_expect(p, ND_PUNCTUATION(':')) ||
		    !parse_part(p, &value) || !add_pair(p, out, &key, &value))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION('}'));
}

static bool parse_value(struct nd_parse *p, struct nd_property *out, const struct nd_token *first)
{
	struct nd_expr *e;

	if (nd_parse_is(p, ND_PUNCTUATION('{')))
		return parse_map(p, out);
	if (p->tok.kind == ND_TOKEN_KEYWORD && p->tok.use != ND_USE_RESERVED) {
		out->kind = ND_EXPR_STRING;
		out->text = nd_parse_name(p, ND_NAME_ANY);
		return out->text;
	}
	if (!nd_parse_starts_constant(&p->tok))
		return nd_parse_stuck_from(p, first);
	e = nd_parse_constant(p);
	if (!e)
		return false;
	if (!is_text(e))
		return nd_parse_unsupported(p, "a property with a NUL");
	out->kind = e->kind;
	out->text = plain_text(e);
	return true;
}

bool nd_parse_property(struct nd_parse *p, struct nd_properties *out)
{
	struct nd_property one = { .count = 0 };
	struct nd_token first = p->tok;

	one.name = nd_parse_name(p, ND_NAME_ANY);
	if (!one.name)
		return false;
	if (!nd_parse_accept(p, ND_PUNCTUATION('=')))
		return nd_parse_stuck_from(p, &first);
	if (!parse_value(p, &one, &first))
		return false;
	if (out->count == MOST_PROPERTIES)
		return nd_parse_unsupported(p, "a statement with so many properties");
	for (uint32_t i = 0; i < out->count; i++)
		if (strcmp(out->at[i].name, one.name) == 0)
			return nd_parse_refuse(p, "Multiple definitions for property '%.200s'",
					       one.name);
	out->at = nd_parse_push(p, out->at, &out->count, &one, sizeof one);
	return out->at;
}

bool nd_parse_properties(struct nd_parse *p, struct nd_properties *out)
{
	do {
		if (!nd_parse_property(p, out))
			return false;
	} while (nd_parse_accept_word(p, ND_KW_AND));
	return true;
}
