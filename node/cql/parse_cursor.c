/* SPDX-License-Identifier: MIT */
/* The parser's cursor, its memory, and its refusals as ANTLR words them. */
#include "node/cql/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node/cql/array.h"

/* Of an excerpt, blanks counted: how many before the one at fault, and behind it. */
enum { TOKENS_BEFORE = 10, TOKENS_BEHIND = 2 };

void nd_parse_next(struct nd_parse *p)
{
	if (p->tok.len)
		p->end = p->tok.at + p->tok.len;
	p->tok = nd_lexer_next(&p->lexer);
	if (p->lexer.at > p->seen)
		p->seen = p->lexer.at;
}

struct nd_token nd_parse_peek(struct nd_parse *p)
{
	struct nd_lexer ahead = p->lexer;

	return nd_lexer_next(&ahead);
}

void nd_parse_see(struct nd_parse *p)
{
	struct nd_problem none = { .happened = true };
	struct nd_lexer ahead = p->lexer;

	ahead.problem = &none;
	if (nd_lexer_next(&ahead).kind == ND_TOKEN_EOF)
		p->seen_end = true;
	if (ahead.at > p->seen)
		p->seen = ahead.at;
}

bool nd_parse_is(const struct nd_parse *p, int kind)
{
	return p->tok.kind == kind;
}

bool nd_parse_is_word(const struct nd_parse *p, enum nd_keyword keyword)
{
	return p->tok.kind == ND_TOKEN_KEYWORD && p->tok.keyword == keyword;
}

bool nd_parse_accept(struct nd_parse *p, int kind)
{
	if (p->tok.kind != kind)
		return false;
	nd_parse_next(p);
	return true;
}

bool nd_parse_accept_word(struct nd_parse *p, enum nd_keyword keyword)
{
	if (!nd_parse_is_word(p, keyword))
		return false;
	nd_parse_next(p);
	return true;
}

struct nd_parse_mark nd_parse_mark(const struct nd_parse *p)
{
	return (struct nd_parse_mark){ p->lexer, p->tok, p->end };
}

void nd_parse_return(struct nd_parse *p, struct nd_parse_mark mark)
{
	p->lexer = mark.lexer;
	p->tok = mark.tok;
	p->end = mark.end;
}

/* ---- refusals ---------------------------------------------------------------------------------- */

/* What is shown of the statement: some tokens before `mark`, that one in brackets, and all that was
 * looked at behind it. */
struct excerpt {
	const char *from, *mark, *mark_end, *to;
	bool at_end; /* it would hold the end, which has no place: nothing is shown */
};

/* ANTLR knows the text of a literal or name without its quotes, and no more of its length. */
static size_t shown_len(const struct nd_token *t)
{
	size_t doubled = 0;

	if (t->kind != ND_TOKEN_STRING && t->kind != ND_TOKEN_QUOTED)
		return t->len;
	if (*t->at == '$')
		return t->len - 4;
	for (size_t i = 1; i + 1 < t->len; i++) {
		if (t->at[i] == *t->at) {
			doubled++;
			i++;
		}
	}
	return t->len - 2 - doubled;
}

/* Reads the statement again, because tokens are not kept. The lexer has nothing to refuse: it has
 * been here before. */
static struct excerpt find_excerpt(const struct nd_parse *p, const struct nd_token *mark)
{
	const char *before[TOKENS_BEFORE] = { p->text };
	const char *mark_end = mark->at + shown_len(mark);
	struct excerpt e = { p->text, mark->at, mark_end, mark_end, false };
	struct nd_problem none = { .happened = true };
	struct nd_lexer l;
	size_t n = 0, after = 0;

	nd_lexer_init(&l, p->text, p->len, &none);
	while (l.at < mark->at) {
		struct nd_token t = nd_lexer_next_raw(&l);
		if (!t.len)
			return e;
		before[n++ % TOKENS_BEFORE] = t.at;
	}
	e.from = n > TOKENS_BEFORE ? before[n % TOKENS_BEFORE] : p->text;
	nd_lexer_next_raw(&l);
	while (l.at < p->seen && after++ < TOKENS_BEHIND) {
		struct nd_token t = nd_lexer_next_raw(&l);
		e.to = t.at + shown_len(&t);
	}
	e.at_end = p->seen_end && l.at == l.end && after < TOKENS_BEHIND;
	return e;
}

/* " (...FROM t [x] y...)": lines are joined. NULL: out of memory. */
static const char *format_excerpt(struct nd_parse *p, const struct excerpt *e)
{
	size_t len = (size_t)(e->to - e->from) + sizeof " (...[]...)", n = 0;
	char *out = e->at_end ? NULL : nd_parse_take(p, len, 1);

	if (!out)
		return "";
	n += (size_t)snprintf(out, len, " (%s", e->from == p->text ? "" : "...");
	for (const char *c = e->from; c < e->to || c == e->mark_end; c++) {
		if (c == e->mark)
			out[n++] = '[';
		if (c == e->mark_end)
			out[n++] = ']';
		if (c < e->to && *c != '\n' && *c != '\r')
			out[n++] = *c;
		if (c >= e->to)
			break;
	}
	snprintf(out + n, len - n, "%s)", e->to == p->text + p->len ? "" : "...");
	return out;
}

static bool refuse_at(struct nd_parse *p, const char *what, const struct nd_token *mark,
		      const char *wanted)
{
	const struct nd_token *t = &p->tok;
	const char *text = t->at;
	size_t len = t->len;
	struct excerpt e;

	if (p->problem->happened)
		return false;
	if ((t->kind == ND_TOKEN_STRING || t->kind == ND_TOKEN_QUOTED) &&
	    !(text = nd_parse_text(p, t, &len)))
		return false;
	if (t->kind == ND_TOKEN_EOF) {
		p->seen_end = true;
		p->seen = p->text + p->len;
		if (mark->kind != ND_TOKEN_EOF)
			e = find_excerpt(p, mark);
		return nd_refuse(p->problem, ND_SYNTAX_ERROR, "line 0:-1 %s '<EOF>'%s%s%s", what,
				 *wanted ? " expecting " : "", wanted,
				 mark->kind != ND_TOKEN_EOF ? format_excerpt(p, &e) : "");
	}
	e = find_excerpt(p, mark);
	return nd_refuse(p->problem, ND_SYNTAX_ERROR, "line %u:%u %s '%.*s'%s%s%s", t->line,
			 t->column, what, (int)len, text, *wanted ? " expecting " : "", wanted,
			 format_excerpt(p, &e));
}

bool nd_parse_stuck(struct nd_parse *p)
{
	return refuse_at(p, "no viable alternative at input", &p->tok, "");
}

bool nd_parse_stuck_from(struct nd_parse *p, const struct nd_token *decision)
{
	return refuse_at(p, "no viable alternative at input", decision, "");
}

bool nd_parse_refuse(struct nd_parse *p, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return nd_refuse(p->problem, ND_SYNTAX_ERROR, "%s", text);
}

bool nd_parse_unsupported(struct nd_parse *p, const char *what)
{
	return nd_refuse(p->problem, ND_INVALID, "%s is not supported by the node", what);
}

/* What a kind of token is called in a refusal. */
static const char *kind_name(int kind, char punctuation[4])
{
	static const struct {
		int kind;
		const char *name;
	} names[] = {
		{ ND_TOKEN_EOF, "EOF" },         { ND_TOKEN_STRING, "STRING_LITERAL" },
		{ ND_TOKEN_INTEGER, "INTEGER" }, { ND_TOKEN_IDENT, "IDENT" },
		{ ND_TOKEN_BOOLEAN, "BOOLEAN" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].kind == kind)
			return names[i].name;
	memcpy(punctuation, "' '", 4);
	punctuation[1] = (char)(kind - ND_TOKEN_PUNCTUATION);
	return punctuation;
}

bool nd_parse_expect(struct nd_parse *p, int kind)
{
	char punctuation[4];

	if (nd_parse_is(p, kind)) {
		if (kind != ND_TOKEN_EOF)
			nd_parse_next(p);
		return true;
	}
	return refuse_at(p, "mismatched input", &p->tok, kind_name(kind, punctuation));
}

bool nd_parse_expect_word(struct nd_parse *p, enum nd_keyword keyword)
{
	if (nd_parse_accept_word(p, keyword))
		return true;
	return refuse_at(p, "mismatched input", &p->tok, nd_keyword_name(keyword));
}

bool nd_parse_if_not_exists(struct nd_parse *p, bool *found)
{
	*found = nd_parse_accept_word(p, ND_KW_IF);
	return !*found ||
	       (nd_parse_expect_word(p, ND_KW_NOT) && nd_parse_expect_word(p, ND_KW_EXISTS));
}

bool nd_parse_if_exists(struct nd_parse *p, bool *found)
{
	*found = nd_parse_accept_word(p, ND_KW_IF);
	return !*found || nd_parse_expect_word(p, ND_KW_EXISTS);
}

/* ---- memory ------------------------------------------------------------------------------------ */

void *nd_parse_take(struct nd_parse *p, size_t count, size_t size)
{
	void *at = cd_arena_take_array(p->arena, count, size);

	if (!at)
		nd_no_memory(p->problem);
	return at;
}

void *nd_parse_push(struct nd_parse *p, void *array, uint32_t *count, const void *item, size_t size)
{
	return nd_array_push(p->arena, p->problem, array, count, item, size);
}

bool nd_parse_enter(struct nd_parse *p)
{
	if (p->depth == ND_PARSER_DEPTH)
		return nd_refuse(p->problem, ND_INVALID,
				 "more than %d levels of nesting are not supported by the node",
				 ND_PARSER_DEPTH);
	p->depth++;
	return true;
}

void nd_parse_leave(struct nd_parse *p)
{
	p->depth--;
}
