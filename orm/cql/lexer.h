/* SPDX-License-Identifier: MIT */
/* The words of a fragment of CQL, with their positions. */
#ifndef ORM_CQL_LEXER_H
#define ORM_CQL_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum cd_token_kind {
	CD_TOKEN_END,
	CD_TOKEN_NAME, /* letters, digits, underscores */
	/* "name": text and len are without the quotes, doubled ones still doubled */
	CD_TOKEN_QUOTED,
	CD_TOKEN_MARK,     /* ? */
	CD_TOKEN_OPERATOR, /* = != < <= > >= <> */
	CD_TOKEN_OPEN,
	CD_TOKEN_CLOSE,
	CD_TOKEN_COMMA,
	CD_TOKEN_STRING, /* 'text', or what begins like one */
	CD_TOKEN_NUMBER,
	CD_TOKEN_OTHER /* anything else: one byte */
};

struct cd_token {
	enum cd_token_kind kind;
	const char *text;
	size_t len;
	size_t at; /* position in the fragment, from 1 */
};

struct cd_lexer {
	const char *text, *at;
};

static inline struct cd_lexer cd_lexer_over(const char *text)
{
	return (struct cd_lexer){ text, text };
}

#define CD_TOKEN_NAME_SIZE 256 /* longer names are cut: no column has one */

struct cd_token cd_lexer_next(struct cd_lexer *l);
/* Whether a token is this word, in any case. */
bool cd_token_is(const struct cd_token *t, const char *word);
/* "na""me": the name with its quotes single again. @return its length */
size_t cd_token_unquote(const struct cd_token *t, char name[CD_TOKEN_NAME_SIZE]);

#endif
