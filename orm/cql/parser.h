/* SPDX-License-Identifier: MIT */
/* What the grammars of fragments share: the words one after the other, the text that is sent, and
 * what each marker takes. */
#ifndef ORM_CQL_PARSER_H
#define ORM_CQL_PARSER_H

#include "base/buffer.h"
#include "orm/cql/fragment.h"
#include "orm/cql/lexer.h"

struct cd_parser {
	const struct cd_model *model;
	const char *what; /* "where", "coodie_order_by": whose fragment it is */
	struct cd_lexer lexer;
	struct cd_token now;
	struct cd_buffer cql;
	struct cd_bind binds[CD_FRAGMENT_MARKERS];
	struct cd_relation relations[CD_FRAGMENT_MARKERS];
	uint32_t bind_count, relation_count;
	bool aggregates;
	coodie_error *err;
};

/* A column, or a part of one. */
struct cd_target {
	const struct cd_column *column;
	struct cd_token at;
	enum cd_assign_kind kind; /* VALUE, ELEMENT or FIELD */
	uint16_t field;
};

/* COODIE_ERR_QUERY: 'user, where, position 5 (emial): ...'. @return false */
bool cd_parse_fail(struct cd_parser *p, const struct cd_token *t, const char *format, ...)
	COODIE_PRINTF(3, 4);
void cd_parse_advance(struct cd_parser *p);
/* Appends to the text that is sent. */
void cd_parse_put(struct cd_parser *p, const char *text);
/* A member's name, or a column's in quotes. */
bool cd_parse_column(struct cd_parser *p, const struct cd_column **out);
/* A `?` that takes what `kind` says of the column. */
bool cd_parse_mark(struct cd_parser *p, const struct cd_column *c, enum cd_bind_kind kind);
bool cd_parse_expect(struct cd_parser *p, enum cd_token_kind kind, const char *text);

/* Whether the word is `=` or another single sign. */
bool cd_parse_at(const struct cd_parser *p, char sign);
/* Keeps what a relation or assignment does to its column. */
void cd_parse_note(struct cd_parser *p, const struct cd_column *c, unsigned kind);
/* element.c: `column`, `column[?]` or `column.field`, appended to the text. */
bool cd_parse_target(struct cd_parser *p, struct cd_target *out);
/* Whether the word behind this one is of a kind. */
bool cd_parse_next_is(const struct cd_parser *p, enum cd_token_kind kind);
/* (a, b) behind `token`, which it puts too: the whole partition key, in its order. */
bool cd_parse_token_columns(struct cd_parser *p);

/* The grammars, one file each. */
bool cd_parse_list(struct cd_parser *p);
bool cd_parse_where(struct cd_parser *p);
bool cd_parse_assignments(struct cd_parser *p);
bool cd_parse_condition(struct cd_parser *p);
bool cd_parse_cells(struct cd_parser *p);

#endif
