/* SPDX-License-Identifier: MIT */
/* Splits a fragment into words. Bytes above 127 count as letters, so that a name in any script
 * is one word. */
#include "orm/cql/lexer.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c > 127;
}

static struct cd_token token(const struct cd_lexer *l, enum cd_token_kind kind, const char *from,
			     size_t len)
{
	return (struct cd_token){ kind, from, len, (size_t)(from - l->text) + 1 };
}

/* From the opening quote to the closing one; a doubled quote is part of the text. */
static size_t quoted_len(const char *from)
{
	char quote = *from;
	const char *c = from + 1;

	while (*c && (*c != quote || c[1] == quote))
		c += *c == quote ? 2 : 1;
	return (size_t)(c - from) + (*c == quote);
}

static struct cd_token take_quoted(struct cd_lexer *l)
{
	const char *from = l->at;
	size_t len = quoted_len(from);
	bool closed = len > 1 && from[len - 1] == *from;

	l->at += len;
	if (*from == '\'')
		return token(l, CD_TOKEN_STRING, from, len);
	if (!closed || len == 2)
		return token(l, CD_TOKEN_OTHER, from, len);
	return (struct cd_token){ CD_TOKEN_QUOTED, from + 1, len - 2,
				  (size_t)(from - l->text) + 1 };
}

static struct cd_token take_word(struct cd_lexer *l)
{
	const char *from = l->at;
	bool number = is_digit(*from) || *from == '-' || *from == '.';

	if (number && !is_digit(*from))
		l->at++;
	while (is_letter(*l->at) || is_digit(*l->at) || (number && *l->at == '.'))
		l->at++;
	return token(l, number ? CD_TOKEN_NUMBER : CD_TOKEN_NAME, from, (size_t)(l->at - from));
}

static struct cd_token take_operator(struct cd_lexer *l)
{
	const char *from = l->at++;

	if ((*from != '=' && *l->at == '=') || (*from == '<' && *l->at == '>'))
		l->at++;
	if (*from == '!' && l->at == from + 1)
		return token(l, CD_TOKEN_OTHER, from, 1);
	return token(l, CD_TOKEN_OPERATOR, from, (size_t)(l->at - from));
}

struct cd_token cd_lexer_next(struct cd_lexer *l)
{
	static const char singles[] = "?(),";
	static const enum cd_token_kind kinds[] = { CD_TOKEN_MARK, CD_TOKEN_OPEN, CD_TOKEN_CLOSE,
						    CD_TOKEN_COMMA };
	const char *single;

	while (*l->at == ' ' || *l->at == '\t' || *l->at == '\n' || *l->at == '\r')
		l->at++;
	if (!*l->at)
		return token(l, CD_TOKEN_END, l->at, 0);
	single = strchr(singles, *l->at);
	if (single) {
		l->at++;
		return token(l, kinds[single - singles], l->at - 1, 1);
	}
	if (*l->at == '"' || *l->at == '\'')
		return take_quoted(l);
	if (strchr("=<>!", *l->at))
		return take_operator(l);
	if (is_letter(*l->at) || is_digit(*l->at) ||
	    ((*l->at == '-' || *l->at == '.') && is_digit(l->at[1])))
		return take_word(l);
	l->at++;
	return token(l, CD_TOKEN_OTHER, l->at - 1, 1);
}

bool cd_token_is(const struct cd_token *t, const char *word)
{
	if (t->kind != CD_TOKEN_NAME || strlen(word) != t->len)
		return false;
	for (size_t i = 0; i < t->len; i++) {
		char c = t->text[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != word[i])
			return false;
	}
	return true;
}

size_t cd_token_unquote(const struct cd_token *t, char name[CD_TOKEN_NAME_SIZE])
{
	size_t len = 0;

	for (size_t i = 0; i < t->len && len < CD_TOKEN_NAME_SIZE; i++) {
		name[len++] = t->text[i];
		if (t->text[i] == '"')
			i++;
	}
	return len;
}
