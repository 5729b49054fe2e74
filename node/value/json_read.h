/* SPDX-License-Identifier: MIT */
/* Texts of JSON taken apart, and values of CQL made of them: INSERT JSON and from_json(). */
#ifndef NODE_JSON_READ_H
#define NODE_JSON_READ_H

#include "node/server/request.h"

/* The deepest nesting. */
enum { ND_JSON_DEPTH = 128 };

enum nd_json_kind {
	ND_JSON_NULL,
	ND_JSON_BOOLEAN,
	ND_JSON_INTEGER, /* `text`, as written */
	ND_JSON_REAL,    /* the same */
	ND_JSON_STRING,  /* `text`, escapes undone */
	ND_JSON_LIST,    /* `first` and what follows it */
	ND_JSON_MAP      /* the same, with names */
};

struct nd_json {
	enum nd_json_kind kind;
	bool boolean;
	const char *text; /* NUL-terminated; may hold NULs */
	size_t len;
	const char *name; /* in a map; of names that are there twice, the last counts */
	uint32_t count;   /* items */
	struct nd_json *first, *next;
};

/* Why a text is none, in the words of Jackson's exceptions. */
struct nd_json_error {
	const char *exception; /* its class */
	const char *message;   /* NULL: out of memory */
};

/* Parses one value; what stands behind it is not looked at, as Jackson does not. NULL: `err` says
 * why. The text need not be terminated. */
struct nd_json *nd_json_parse(struct cd_arena *a, const char *text, size_t len,
			      struct nd_json_error *err);
/* The same for a map: what is none is refused too. JSON's null is let through. */
struct nd_json *nd_json_parse_map(struct cd_arena *a, const char *text, size_t len,
				  struct nd_json_error *err);
/* Names of a map as columns and fields have them: what is in double quotes is as it is, the others
 * are lower case. */
void nd_json_fold_names(struct nd_json *map);
/* The last item of that name, or NULL. */
struct nd_json *nd_json_find(const struct nd_json *map, const char *name);
/* The value as Java prints it, for messages. */
const char *nd_json_text_of(struct cd_arena *a, const struct nd_json *j);

/* Makes a value of a type; JSON's null is null. Refused in Cassandra's words: "Expected an int value,
 * but got a String: x". */
bool nd_json_decode(const struct nd_json *j, const cql_type *type, struct cd_arena *a,
		    struct nd_value *out, struct nd_problem *p);

#endif
