/* SPDX-License-Identifier: MIT */
/* CQL literals of any type: read as the bytes of a value, written from values. */
#ifndef PROTO_LITERAL_H
#define PROTO_LITERAL_H

#include "proto/print.h"
#include "proto/scan.h"
#include "proto/value.h"

enum { CD_LITERAL_DEPTH = 64 };

/* As cql_literal_parse(), of a text that may hold NUL. */
bool cd_literal_parse(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		      cql_value *out, coodie_error *err);
/* `type` may be NULL: what is in encoded bytes, and the names of fields, may then be unknown. */
void cd_literal_print(struct cd_print *p, const cql_type *type, const cql_value *v);

/* ---- between literal_parse.c and literal_udt.c ---------------------------------------------- */

struct cd_literal_index; /* the names of a user type's fields, sorted */

struct cd_literal {
	struct cd_scan s;
	struct cd_arena *arena;
	struct cd_buffer out;
	struct cd_literal_index *indexes;
	unsigned depth;
};

typedef bool cd_literal_item_fn(struct cd_literal *l, const cql_type *type, uint32_t i);

/* Appends a [bytes]: the four bytes of its length, and the value. */
bool cd_literal_write(struct cd_literal *l, const cql_type *type);
bool cd_literal_write_udt(struct cd_literal *l, const cql_type *type);
/* Writes the length of all that came behind the four bytes at `start`. */
void cd_literal_close(struct cd_literal *l, size_t start);
/* Items between two brackets, with commas. */
bool cd_literal_items(struct cd_literal *l, const cql_type *type, const char ends[2],
		      cd_literal_item_fn *item, uint32_t *count);
void cd_literal_skip_space(struct cd_literal *l);
/* Takes a character, and the space in front of it. */
bool cd_literal_accept(struct cd_literal *l, char c);
bool cd_literal_no_memory(struct cd_literal *l);

/* Fails where `from` points, not where the reader is now. */
#define CD_LITERAL_FAIL_AT(l, from, ...) ((l)->s.at = (from), cd_scan_fail(&(l)->s, __VA_ARGS__))

#endif
