/* SPDX-License-Identifier: MIT */
/* Values as people, programs and CSV files read them. */
#ifndef TOOLS_SHELL_CELL_H
#define TOOLS_SHELL_CELL_H

#include <coodie/value.h>

#include "tools/json.h"
#include "tools/shell/text.h"

enum cell_colour {
	CELL_PLAIN,
	CELL_TEXT,
	CELL_NUMBER,
	CELL_ID,
	CELL_BLOB,
	CELL_COLLECTION,
	CELL_NULL,
	CELL_PARTITION_KEY, /* of headers, as the rest */
	CELL_CLUSTERING,
	CELL_STATIC,
	CELL_REGULAR,
	CELL_ERROR,
	CELL_WARNING,
	CELL_COLOURS
};

/* What switches a colour on; cell_colour_off() switches all of them off. */
const char *cell_colour(enum cell_colour colour);
const char *cell_colour_off(void);

/* How a value of a type is shown. */
enum cell_colour cell_colour_of(const cql_type *type, cql_value v);
bool cell_is_number(const cql_type *type); /* aligned to the right */

/* How names of fields are written: cell_add_name(), as CQL does, or otherwise. */
typedef void cell_name_fn(struct bytes *out, const char *name);

/* A table's cell: a literal of CQL without quotes around it; null is `null`. Control characters and bytes that are no
 * UTF-8 are escaped, so that a terminal takes none of them for its own. */
void cell_add(struct bytes *out, const cql_type *type, cql_value v);
/* The same as it is stored: nothing is escaped. */
void cell_add_raw(struct bytes *out, const cql_type *type, cql_value v, cell_name_fn *name);
/* A literal of CQL, in quotes where it has some. */
void cell_add_literal(struct bytes *out, const cql_type *type, cql_value v, cell_name_fn *name);
/* "2026-11-21 08:07:41.123+0000" */
void cell_add_timestamp(struct bytes *out, cql_timestamp t);
/* A name as CQL reads it, in quotes if it has to be. */
cell_name_fn cell_add_name;
/* Escapes what a terminal would take for its own. */
void cell_add_safe(struct bytes *out, const char *text, size_t len);
/* The same of a text whose lines stay lines. */
void cell_add_safe_lines(struct bytes *out, const char *text, size_t len);
/* As JSON: numbers, booleans and null are those of JSON, all that JSON does not have is a string. */
struct json *cell_json(struct pool *pool, const cql_type *type, cql_value v);

#endif
