/* SPDX-License-Identifier: MIT */
/* CQL as tokens: words, names in quotes, strings, numbers, signs; comments and blanks lie between them. */
#ifndef TOOLS_SHELL_TOKEN_H
#define TOOLS_SHELL_TOKEN_H

#include "tools/shell/text.h"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_NAME, TOKEN_STRING, TOKEN_SIGN };

struct token {
	enum token_kind kind; /* TOKEN_NAME: in double quotes; a number is a TOKEN_WORD */
	const char *text;     /* as it is written, its quotes included */
	size_t len;
	bool whole;        /* nothing that comes behind the text's end could be a part of it */
	bool on_next_line; /* there is a newline in front of it */
};

struct tokens {
	const char *at, *end;
};

/* The next token; TOKEN_END behind the last; at a comment that does not end it is not whole. */
struct token token_next(struct tokens *t);
bool token_is(const struct token *t, const char *word);
bool token_is_sign(const struct token *t, char sign);
/* What it stands for: a word in small letters, a name or a string without its quotes. */
const char *token_value(const struct token *t, struct pool *pool);
/* The same of a string; a word as it is written. */
const char *token_text(const struct token *t, struct pool *pool);

#endif
