/* SPDX-License-Identifier: MIT */
/* What `coodie wire` builds while it looks at one message: trees, lists, types. Gone all at once. */
#ifndef TOOLS_WIRE_MEMORY_H
#define TOOLS_WIRE_MEMORY_H

#include <coodie/codec.h>
#include <coodie/message.h>

#include "tools/json.h"

struct wire_memory {
	struct pool pool;
	cql_arena *arena;
	cql_type **types; /* those that were parsed */
	size_t type_count, type_room;
};

void wire_memory_init(struct wire_memory *m);
/* Forgets what was built. */
void wire_memory_reset(struct wire_memory *m);
void wire_memory_deinit(struct wire_memory *m);

/* A type in the spelling of the vectors: as CQL, but `udt<shop.address, street:text>`, with the
 * names as they stand. Borrowed from the memory. */
const cql_type *wire_type_parse(struct wire_memory *m, const char *text, coodie_error *err);
/* The other way. */
const char *wire_type_spell(struct pool *pool, const cql_type *type);

/* A value as the vectors write it in JSON. */
bool wire_value_read(struct wire_memory *m, const cql_type *type, const struct json *j,
		     cql_value *out, coodie_error *err);
struct json *wire_value_json(struct pool *pool, const cql_type *type, cql_value value);
/* As a CQL literal. */
char *wire_value_literal(struct pool *pool, const cql_type *type, cql_value value);

/* Fills `err`; returns false. */
bool wire_refuse(coodie_error *err, enum coodie_errc code, const char *format, ...)
	COODIE_PRINTF(3, 4);

#endif
