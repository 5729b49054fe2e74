/* SPDX-License-Identifier: MIT */
/* CQL text to tokens, one at a time. */
#ifndef NODE_LEXER_H
#define NODE_LEXER_H

#include "node/cql/problem.h"

enum nd_keyword {
	ND_KW_NONE,
#define X(name, spelling, use) ND_KW_##name,
#define ALIAS(name, spelling, use)
#include "node/cql/keyword.def"
#undef X
#undef ALIAS
};

/* What a keyword may be besides itself (keyword.def). */
enum nd_keyword_use { ND_USE_RESERVED, ND_USE_TYPE, ND_USE_NAME, ND_USE_COLUMN };

enum nd_token_kind {
	ND_TOKEN_BROKEN, /* the lexer refused: nothing matches it */
	ND_TOKEN_EOF,
	ND_TOKEN_KEYWORD,
	ND_TOKEN_IDENT,
	ND_TOKEN_QUOTED,       /* "a""b" */
	ND_TOKEN_EMPTY_QUOTED, /* "" */
	ND_TOKEN_STRING,       /* 'a''b' and $$a$$ */
	ND_TOKEN_INTEGER,
	ND_TOKEN_FLOAT,
	ND_TOKEN_SPECIAL_FLOAT, /* NaN, Infinity, and those with a minus */
	ND_TOKEN_BOOLEAN,
	ND_TOKEN_DURATION,
	ND_TOKEN_UUID,
	ND_TOKEN_HEX,
	ND_TOKEN_MARKER, /* ? */
	ND_TOKEN_RANGE,  /* .. */
	ND_TOKEN_EXPR,   /* expr( of custom indexes: one token in Cassandra's grammar */
	ND_TOKEN_NE,
	ND_TOKEN_LE,
	ND_TOKEN_GE,
	ND_TOKEN_ADD_ASSIGN, /* += */
	ND_TOKEN_SUBTRACT_ASSIGN,
	ND_TOKEN_PUNCTUATION = 128 /* and the character: ND_TOKEN_PUNCTUATION + '(' */
};

#define ND_PUNCTUATION(c) (ND_TOKEN_PUNCTUATION + (c))

struct nd_token {
	int kind; /* enum nd_token_kind, or ND_PUNCTUATION */
	enum nd_keyword keyword;
	enum nd_keyword_use use;
	const char *at; /* in the statement */
	size_t len;
	uint32_t line,
		column; /* 1-based, 0-based in UTF-16 units; 0 and -1 at the end, as ANTLR has it */
	bool is_hidden; /* blanks and comments */
};

struct nd_lexer {
	const char *at, *end;
	uint32_t line, column;
	struct nd_problem *problem;
};

void nd_lexer_init(struct nd_lexer *l, const char *text, size_t len, struct nd_problem *problem);
/* The next token, hidden ones too. A text that is none fills the problem, and gives
 * ND_TOKEN_BROKEN. */
struct nd_token nd_lexer_next_raw(struct nd_lexer *l);
/* The next token that is not hidden. */
struct nd_token nd_lexer_next(struct nd_lexer *l);

/* The name of a keyword in Cassandra's messages: "K_FROM". */
const char *nd_keyword_name(enum nd_keyword keyword);

#endif
