/* SPDX-License-Identifier: MIT */
/* Values to and from the wire (v4 section 6, v5 section 6). */
#ifndef PROTO_VALUE_H
#define PROTO_VALUE_H

#include <coodie/value.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/reader.h"
#include "proto/type.h"

/* Appends a [value]: its [int] length and bytes; -1 for null, -2 for unset. Strict: what does not
 * fit the type, or is not a value of it, is refused with what was given and what was wanted, and
 * the buffer is as before. */
bool cd_value_encode(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		     coodie_error *err);

/* Decodes the bytes of a [bytes] (at NULL: null) as a view of them. Tolerant where servers are (v4
 * section 6, notes). Zero bytes of a type that wants some are CQL_TAG_EMPTY; a custom type is a
 * blob; a user type whose fields are not known is CQL_TAG_ENCODED. */
bool cd_value_decode(const cql_type *type, struct cd_span cell, cql_value *out, coodie_error *err);

/* Checks bytes all the way down, as strictly as a server does before it stores them. */
bool cd_value_check(const cql_type *type, struct cd_span cell, coodie_error *err);

/* Copies a value with all it points to; collections of C values too. Types are not copied. */
bool cd_value_copy(struct cd_arena *a, cql_value *out, const cql_value *in);

/* Whether a type has an "empty" value of zero bytes, for history's sake. */
bool cd_value_has_empty(enum cql_kind kind);
/* Says that a value's kind does not fit a type; false. */
bool cd_value_wrong(const cql_type *type, const cql_value *v, coodie_error *err);
/* "a boolean", "null": for messages. */
const char *cd_tag_name(uint8_t tag);
/* Whether a varint of any length fits, and its value. */
bool cd_varint_to_int64(cql_varint v, int64_t *out);
bool cd_utf8_valid(const char *text, size_t len);

#endif
