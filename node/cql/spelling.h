/* SPDX-License-Identifier: MIT */
/* Names and types as CQL spells them. */
#ifndef NODE_SPELLING_H
#define NODE_SPELLING_H

#include <coodie/message.h>

#include "base/arena.h"
#include "base/buffer.h"

/* A name, in quotes where it needs them. As snprintf(). */
size_t nd_name_format(const char *name, char *out, size_t size);
/* In the arena; NULL: there is no memory. */
const char *nd_name_text(struct cd_arena *a, const char *name);
void nd_name_put(struct cd_buffer *out, const char *name);

/* A column's type, as in system_schema and in messages: frozen<> where it counts. As snprintf(). */
size_t nd_type_format(const cql_type *type, char *out, size_t size);
/* In the arena; "" when there is no memory: it is for messages. */
const char *nd_type_text(struct cd_arena *a, const cql_type *type);
void nd_type_put(struct cd_buffer *out, const cql_type *type);
/* As a statement wrote it: user types with their keyspace (this one, when it was not said; NULL: none),
 * frozen<> where it was said, but not of tuples. */
size_t nd_type_format_raw(const cql_type *type, const char *keyspace, char *out, size_t size);
/* Likewise in the arena. */
const char *nd_type_text_raw(struct cd_arena *a, const cql_type *type, const char *keyspace);

#endif
