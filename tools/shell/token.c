/* SPDX-License-Identifier: MIT */
/* CQL as tokens. */
#include <ctype.h>
#include <string.h>

#include "tools/shell/token.h"

static bool starts(const struct tokens *t, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(t->end - t->at) >= len && !memcmp(t->at, with, len);
}

static void skip_line(struct tokens *t)
{
	while (t->at < t->end && *t->at != '\n')
		t->at++;
}

/* False: the comment does not end here. */
static bool skip_block(struct tokens *t, bool *newline)
{
	const char *begin = t->at;

	for (t->at += 2; t->at < t->end; t->at++) {
		*newline = *newline || *t->at == '\n';
		if (starts(t, "*/")) {
			t->at += 2;
			return true;
		}
	}
	t->at = begin;
	return false;
}

static bool skip_blanks(struct tokens *t, bool *newline)
{
	*newline = false;
	for (;;) {
		if (t->at < t->end && isspace((unsigned char)*t->at))
			*newline = *t->at++ == '\n' || *newline;
		else if (starts(t, "--") || starts(t, "//"))
			skip_line(t);
		else if (!starts(t, "/*"))
			return true;
		else if (!skip_block(t, newline))
			return false;
	}
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static void take_word(struct tokens *t, struct token *token)
{
	while (t->at < t->end && in_word(*t->at))
		t->at++;
	token->kind = TOKEN_WORD;
	token->whole = t->at < t->end;
}

/* Up to the quote that is no half of a pair. */
static void take_quoted(struct tokens *t, struct token *token, char quote)
{
	token->kind = quote == '"' ? TOKEN_NAME : TOKEN_STRING;
	for (t->at++; t->at < t->end; t->at++) {
		if (*t->at != quote)
			continue;
		t->at++;
		if (t->at == t->end || *t->at != quote) {
			token->whole = true;
			return;
		}
	}
}

static void take_dollars(struct tokens *t, struct token *token)
{
	token->kind = TOKEN_STRING;
	for (t->at += 2; t->at < t->end; t->at++)
		if (starts(t, "$$")) {
			t->at += 2;
			token->whole = true;
			return;
		}
}

struct token token_next(struct tokens *t)
{
	struct token token = { .kind = TOKEN_END };

	token.whole = skip_blanks(t, &token.on_next_line);
	token.text = t->at;
	if (!token.whole || t->at == t->end)
		return token;
	token.whole = false;
	if (in_word(*t->at)) {
		take_word(t, &token);
	} else if (*t->at == '\'' || *t->at == '"') {
		take_quoted(t, &token, *t->at);
	} else if (starts(t, "$$")) {
		take_dollars(t, &token);
	} else {
		token.kind = TOKEN_SIGN;
		t->at++;
		token.whole = t->at < t->end || !strchr("-/$", t->at[-1]);
	}
	token.len = (size_t)(t->at - token.text);
	return token;
}

bool token_is(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && text_same(t->text, t->len, word);
}

bool token_is_sign(const struct token *t, char sign)
{
	return t->kind == TOKEN_SIGN && *t->text == sign;
}

/* What is between quotes, pairs of them as one. */
static const char *unquoted(const struct token *t, struct pool *pool)
{
	char quote = *t->text, *out = pool_get(pool, t->len + 1, 1), *to = out;
	const char *end = t->text + t->len - (t->len > 1 && t->text[t->len - 1] == quote);

	if (quote == '$')
		return pool_printf(pool, "%.*s", (int)(t->len > 4 ? t->len - 4 : 0), t->text + 2);
	for (const char *at = t->text + 1; at < end; at++) {
		*to++ = *at;
		if (*at == quote && at + 1 < end)
			at++;
	}
	return out;
}

const char *token_text(const struct token *t, struct pool *pool)
{
	if (t->kind == TOKEN_NAME || t->kind == TOKEN_STRING)
		return unquoted(t, pool);
	return pool_printf(pool, "%.*s", (int)t->len, t->text);
}

const char *token_value(const struct token *t, struct pool *pool)
{
	char *copy;

	if (t->kind == TOKEN_NAME || t->kind == TOKEN_STRING)
		return unquoted(t, pool);
	copy = pool_printf(pool, "%.*s", (int)t->len, t->text);
	for (char *at = copy; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}
