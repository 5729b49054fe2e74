/* SPDX-License-Identifier: MIT */
/* Members of message structs as tables, so that one row serves reading JSON and writing it. */
#ifndef TOOLS_WIRE_FIELD_H
#define TOOLS_WIRE_FIELD_H

#include <stddef.h>

#include "tools/wire_memory.h"

enum wire_field_kind {
	WIRE_TEXT,        /* cql_text; not there: NULL */
	WIRE_HEX,         /* cql_blob; likewise */
	WIRE_TOKEN,       /* cql_blob; null: NULL */
	WIRE_TEXTS,       /* cql_texts */
	WIRE_CONSISTENCY, /* by name; not there: UNSET */
	WIRE_INT32,
	WIRE_UINT32, /* not there: 0 */
	WIRE_UINT16,
	WIRE_UINT8,
	WIRE_BIT,   /* bool as 0 or 1 */
	WIRE_FLAG,  /* bool; not there: false */
	WIRE_INT64, /* decimal string */
	WIRE_INET
};

/* One member. `has`: offset of the bool that says whether it is there; 0: it always is. */
struct wire_field {
	const char *name;
	enum wire_field_kind kind;
	size_t at, has;
};

#define WIRE_FIELD(type, name, kind, member) \
	{ \
		name, kind, offsetof(type, member), 0 \
	}
#define WIRE_OPTIONAL(type, name, kind, member, has) \
	{ \
		name, kind, offsetof(type, member), offsetof(type, has) \
	}

void wire_field_json(struct pool *pool, const struct wire_field *field, const void *from,
		     struct json *object);
bool wire_field_read(struct wire_memory *m, const struct wire_field *field,
		     const struct json *object, void *to, coodie_error *err);
/* All rows of a table; it ends with a row without a name. */
void wire_fields_json(struct pool *pool, const struct wire_field *fields, const void *from,
		      struct json *object);
bool wire_fields_read(struct wire_memory *m, const struct wire_field *fields,
		      const struct json *object, void *to, coodie_error *err);

struct json *wire_texts_json(struct pool *pool, const cql_text *at, size_t count);
/* "opcode: it must be ..." */
bool wire_wrong(coodie_error *err, const char *name, const char *wanted);
/* The array `name` of an object; false with `err` where it is something else. Not there: NULL. */
bool wire_array(const struct json *object, const char *name, const struct json **out,
		coodie_error *err);

#endif
