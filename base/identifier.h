/* SPDX-License-Identifier: MIT */
/* Names as CQL writes them, and strings. Columns are always quoted; keyspaces, tables and indexes
 * only where they have to be. */
#ifndef BASE_IDENTIFIER_H
#define BASE_IDENTIFIER_H

#include "base/arena.h"
#include "base/buffer.h"

/* Whether a name needs no quotes: [a-z][a-z0-9_]* and not a reserved word. */
bool cd_identifier_plain(const char *name);
/* Whether a name can be written at all: not empty, and if it begins with a quote, well quoted to
 * its end. */
bool cd_identifier_valid(const char *name);
/* Whether a keyspace or table may have this name (without quotes): servers take letters, digits
 * and underscores alone. */
bool cd_identifier_legal(const char *name);
/* Appends a keyspace's or table's name: bare when plain, as it is when it is quoted already,
 * otherwise quoted. */
void cd_identifier_append(struct cd_buffer *b, const char *name);
/* Appends a name in quotes, with its own quotes doubled: every column. */
void cd_identifier_append_quoted(struct cd_buffer *b, const char *name);
/* Appends 'text', with its own quotes doubled. */
void cd_string_append(struct cd_buffer *b, const char *text);
/* The name as the server's tables have it, without quotes; NULL when out of memory. */
char *cd_identifier_name(struct cd_arena *a, const char *name);

#endif
