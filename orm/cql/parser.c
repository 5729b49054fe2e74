/* SPDX-License-Identifier: MIT */
/* Every refusal says where in the fragment, what is wrong, and what to write. */
#include "orm/cql/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

bool cd_parse_fail(struct cd_parser *p, const struct cd_token *t, const char *format, ...)
{
	char message[COODIE_ERROR_MESSAGE_SIZE];
	int len = t->len < 24 ? (int)t->len : 24;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (t->kind == CD_TOKEN_END)
		return cd_fail(p->err, COODIE_ERR_QUERY, "%s, %s, at the end: %s", p->model->label,
			       p->what, message);
	return cd_fail(p->err, COODIE_ERR_QUERY, "%s, %s, position %zu (%.*s): %s", p->model->label,
		       p->what, t->at, len, t->text, message);
}

void cd_parse_advance(struct cd_parser *p)
{
	p->now = cd_lexer_next(&p->lexer);
}

bool cd_parse_next_is(const struct cd_parser *p, enum cd_token_kind kind)
{
	struct cd_lexer ahead = p->lexer;

	return cd_lexer_next(&ahead).kind == kind;
}

void cd_parse_put(struct cd_parser *p, const char *text)
{
	cd_buffer_bytes(&p->cql, text, strlen(text));
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool fail_unknown(struct cd_parser *p, const struct cd_token *t)
{
	const struct cd_column *c = cd_model_column(p->model, t->text, t->len);
	const char *near = cd_model_nearest(p->model, t->text, t->len);

	if (c)
		return cd_parse_fail(p, t, "%.*s is the column of member %s; write %s, or \"%s\"",
				     (int)t->len, t->text, c->def.name, c->def.name, c->name);
	if (near)
		return cd_parse_fail(p, t, "%s has no such member; did you mean %s?",
				     p->model->label, near);
	return cd_parse_fail(p, t, "%s has no such member", p->model->label);
}

static const struct cd_column *quoted_column(const struct cd_parser *p, const struct cd_token *t)
{
	char name[CD_TOKEN_NAME_SIZE];

	return cd_model_column(p->model, name, cd_token_unquote(t, name));
}

static bool is_literal_word(const struct cd_token *t)
{
	return cd_token_is(t, "NULL") || cd_token_is(t, "TRUE") || cd_token_is(t, "FALSE");
}

bool cd_parse_column(struct cd_parser *p, const struct cd_column **out)
{
	const struct cd_column *c = NULL;

	if (p->now.kind == CD_TOKEN_NAME)
		c = cd_model_member(p->model, p->now.text, p->now.len);
	else if (p->now.kind == CD_TOKEN_QUOTED)
		c = quoted_column(p, &p->now);
	else if (p->now.kind == CD_TOKEN_STRING || p->now.kind == CD_TOKEN_NUMBER)
		return cd_parse_fail(
			p, &p->now,
			"a literal where a member's name belongs; values are bound: `name = ?`");
	else
		return cd_parse_fail(p, &p->now, "a member's name belongs here");
	if (!c)
		return fail_unknown(p, &p->now);
	cd_parse_advance(p);
	*out = c;
	return true;
}

/* ---- markers --------------------------------------------------------------------------------- */

bool cd_parse_mark(struct cd_parser *p, const struct cd_column *c, enum cd_bind_kind kind)
{
	if (p->now.kind == CD_TOKEN_STRING || p->now.kind == CD_TOKEN_NUMBER ||
	    is_literal_word(&p->now))
		return cd_parse_fail(p, &p->now, "a literal; write ? and bind it with cql()");
	if (p->now.kind != CD_TOKEN_MARK)
		return cd_parse_fail(p, &p->now, "a ? belongs here");
	if (p->bind_count == CD_FRAGMENT_MARKERS)
		return cd_parse_fail(p, &p->now, "more than %d markers", CD_FRAGMENT_MARKERS);
	p->binds[p->bind_count++] = (struct cd_bind){
		.column = (uint16_t)cd_column_index(p->model, c), .kind = (uint8_t)kind
	};
	cd_parse_put(p, "?");
	cd_parse_advance(p);
	return true;
}

bool cd_parse_expect(struct cd_parser *p, enum cd_token_kind kind, const char *text)
{
	if (p->now.kind != kind)
		return cd_parse_fail(p, &p->now, "a `%s` belongs here", text);
	cd_parse_put(p, text);
	cd_parse_advance(p);
	return true;
}

bool cd_parse_at(const struct cd_parser *p, char sign)
{
	return (p->now.kind == CD_TOKEN_OPERATOR || p->now.kind == CD_TOKEN_OTHER) &&
	       p->now.len == 1 && *p->now.text == sign;
}

void cd_parse_note(struct cd_parser *p, const struct cd_column *c, unsigned kind)
{
	p->relations[p->relation_count++] = (struct cd_relation){
		(uint16_t)cd_column_index(p->model, c), 1, (uint8_t)kind
	};
}
