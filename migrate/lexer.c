/* SPDX-License-Identifier: MIT */
/* CQL as far as a migration needs it: words, names, strings, comments, and where they stand. */
#include "migrate/lexer.h"

#include <string.h>

#include "base/identifier.h"

void mg_lexer_init(struct mg_lexer *l, const char *text)
{
	*l = (struct mg_lexer){ .at = text, .line = 1 };
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* Behind the quote that ends it; one that is doubled does not. NULL: there is none. */
static const char *end_of_quoted(const char *at)
{
	const char quote = *at++;

	for (; *at; at++) {
		if (*at != quote)
			continue;
		if (at[1] != quote)
			return at + 1;
		at++;
	}
	return NULL;
}

static const char *end_of(const char *at, const char *mark)
{
	const char *end = strstr(at + 2, mark);

	return end ? end + strlen(mark) : NULL;
}

static const char *end_of_line(const char *at)
{
	return at + strcspn(at, "\n");
}

/* Where what begins here ends. NULL: nowhere. */
static const char *find_end(const char *at, enum mg_token_kind *kind)
{
	*kind = MG_COMMENT;
	if (strncmp(at, "--", 2) == 0 || strncmp(at, "//", 2) == 0)
		return end_of_line(at);
	if (strncmp(at, "/*", 2) == 0)
		return end_of(at, "*/");
	*kind = *at == '"' ? MG_QUOTED : MG_STRING;
	if (*at == '"' || *at == '\'')
		return end_of_quoted(at);
	if (strncmp(at, "$$", 2) == 0)
		return end_of(at, "$$");
	*kind = is_word(*at) ? MG_WORD : MG_SYMBOL;
	if (*kind == MG_SYMBOL)
		return at + 1;
	while (is_word(*at))
		at++;
	return at;
}

static void pass(struct mg_lexer *l, const char *end)
{
	for (; l->at < end; l->at++)
		l->line += *l->at == '\n';
}

struct mg_token mg_lexer_comment(struct mg_lexer *l)
{
	struct mg_token t = { .kind = MG_END };
	const char *end = l->at;

	while (is_space(*end))
		end++;
	pass(l, end);
	t.at = l->at;
	t.line = l->line;
	if (!*l->at)
		return t;
	end = find_end(l->at, &t.kind);
	if (!end) {
		t.kind = MG_BROKEN;
		end = l->at + strlen(l->at);
	}
	t.len = (size_t)(end - l->at);
	pass(l, end);
	return t;
}

struct mg_token mg_lexer_next(struct mg_lexer *l)
{
	struct mg_token t;

	do
		t = mg_lexer_comment(l);
	while (t.kind == MG_COMMENT);
	return t;
}

bool mg_token_is(const struct mg_token *t, const char *word)
{
	size_t i = 0;

	if (t->kind != MG_WORD || strlen(word) != t->len)
		return false;
	while (i < t->len && lower(t->at[i]) == word[i])
		i++;
	return i == t->len;
}

bool mg_token_is_symbol(const struct mg_token *t, char symbol)
{
	return t->kind == MG_SYMBOL && *t->at == symbol;
}

const char *mg_token_name(const struct mg_token *t, struct cd_arena *a)
{
	char *name = cd_arena_strndup(a, t->at, t->len);

	if (!name || t->kind == MG_QUOTED)
		return name ? cd_identifier_name(a, name) : NULL;
	for (char *c = name; *c; c++)
		*c = lower(*c);
	return name;
}
