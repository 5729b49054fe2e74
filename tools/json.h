/* SPDX-License-Identifier: MIT */
/* JSON (RFC 8259) as a tree: read with a position for each mistake, built, printed, compared. */
#ifndef TOOLS_JSON_H
#define TOOLS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/pool.h"

enum { JSON_MAX_DEPTH = 64 };

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER, /* kept as its text: no digit is lost */
	JSON_STRING, /* UTF-8, may hold NUL */
	JSON_ARRAY,
	JSON_OBJECT
};

struct json {
	enum json_kind kind;
	const char *text; /* of a number or a string; terminated too */
	size_t len;       /* of the text; of an array or object, its items */
	const char *key;  /* of an object's item; terminated, cut at a NUL */
	struct json *first, *last, *next;
};

struct json_error {
	size_t line, column; /* from 1; bytes */
	char message[120];
};

/* A whole document; NULL with `err` filled. The tree lives in the pool. */
struct json *json_parse(struct pool *pool, const char *text, size_t len, struct json_error *err);

struct json *json_new(struct pool *pool, enum json_kind kind);
struct json *json_bool(struct pool *pool, bool value);
struct json *json_int(struct pool *pool, int64_t value);
struct json *json_text(struct pool *pool, const char *text, size_t len); /* copied */
struct json *json_hex(struct pool *pool, const void *data, size_t len);
/* Both give the item back. */
struct json *json_add(struct json *array, struct json *item);
struct json *json_put(struct json *object, const char *key, struct json *item); /* key: borrowed */

/* NULL: there is none, or `object` is NULL or no object. */
const struct json *json_get(const struct json *object, const char *key);
/* Those of the kind alone: NULL where it is another. */
const char *json_string_at(const struct json *object, const char *key);
bool json_is(const struct json *j, enum json_kind kind); /* NULL is nothing */
/* A whole number of a JSON number or of a decimal string. */
bool json_to_int(const struct json *j, int64_t *out);
/* Bytes of a hexadecimal string. */
bool json_to_hex(struct pool *pool, const struct json *j, const uint8_t **data, size_t *len);

/* Length of the UTF-8 character at `text`; 0 when it is none (also of a surrogate). */
size_t json_character(const char *text, size_t left);
void json_print(FILE *to, const struct json *j);
/* The same as one line of text in the pool, cut with "..." where it is longer than `most`. */
char *json_line(struct pool *pool, const struct json *j, size_t most);
/* NULL: the same. Otherwise where the first difference is: "rows[0][2]", and both sides, NULL for
 * one that is not there. */
struct json_difference {
	char path[160];
	const struct json *wanted, *got;
};
bool json_same(const struct json *wanted, const struct json *got, struct json_difference *d);

#endif
