/* SPDX-License-Identifier: MIT */
/* CQL as far as a migration needs it: words, names, strings, comments, and where they stand. */
#ifndef MIGRATE_LEXER_H
#define MIGRATE_LEXER_H

#include "base/arena.h"

enum mg_token_kind {
	MG_END,
	MG_WORD,    /* create, users, 12, uuids: what needs no quotes */
	MG_QUOTED,  /* "Name" */
	MG_STRING,  /* 'text', $$text$$ */
	MG_SYMBOL,  /* one character */
	MG_COMMENT, /* with what begins it */
	MG_BROKEN   /* a string, a name or a comment that does not end */
};

struct mg_token {
	enum mg_token_kind kind;
	const char *at;
	size_t len;
	uint32_t line; /* that it begins on */
};

struct mg_lexer {
	const char *at; /* NUL-terminated */
	uint32_t line;
};

void mg_lexer_init(struct mg_lexer *l, const char *text);
/* The next token, comments too. */
struct mg_token mg_lexer_comment(struct mg_lexer *l);
/* The next token that is no comment. */
struct mg_token mg_lexer_next(struct mg_lexer *l);

/* Whether it is this word, in any case. `word` is in small letters. */
bool mg_token_is(const struct mg_token *t, const char *word);
bool mg_token_is_symbol(const struct mg_token *t, char symbol);
/* The name as the cluster stores it: small letters, or what stands between the quotes. NULL when out of
 * memory. */
const char *mg_token_name(const struct mg_token *t, struct cd_arena *a);

#endif
