/* SPDX-License-Identifier: MIT */
/**
 * @file wire.h
 * Values and types on the wire: their bytes, both ways, without a session.
 *
 *     cql_type *type = cql_type_parse("map<text, tuple<int, uuid>>", &err);
 *     cql_encode(type, cql(CQL_MAP(...)), arena, &bytes, &err);
 *     cql_decode(type, bytes, &value, &err);
 *
 * What cql_decode() gives, cql_encode() writes back byte for byte where the bytes were in their
 * usual form. Values that were read are views: they live as long as the bytes and the type do.
 */
#ifndef COODIE_WIRE_H
#define COODIE_WIRE_H

#include <coodie/arena.h>
#include <coodie/envelope.h>
#include <coodie/value.h>

COODIE_BEGIN

/**
 * Builds the bytes of a value in the form of a type, without the length in front, in the arena.
 * Null gives `data` NULL; an empty value, or an empty text, gives `len` 0.
 * @param err  COODIE_ERR_TYPE, COODIE_ERR_RANGE: what was given, and what the type takes
 */
COODIE_API bool cql_encode(const cql_type *type, cql_value value, cql_arena *arena, cql_blob *out,
			   coodie_error *err);
/**
 * Reads a value as a view of its bytes, checked all the way down: walking it cannot fail.
 * `bytes.data` NULL: null. Strict as a server is with what it stores: text must be UTF-8, a
 * timeuuid of version 1. The getters of a result are lenient there, because what is stored already
 * has to be read.
 * @param err  COODIE_ERR_PROTOCOL: what is wrong, and in which item
 */
COODIE_API bool cql_decode(const cql_type *type, cql_blob bytes, cql_value *out, coodie_error *err);
/**
 * Builds an [option] (v4 section 4.2.5.2): duration in v4, and vector, travel as class names.
 * @param version  4 or 5
 */
COODIE_API bool cql_type_write(const cql_type *type, unsigned version, cql_arena *arena,
			       cql_blob *out, coodie_error *err);
/**
 * Reads an [option] of exactly these bytes into the arena. A class name that cannot be read is
 * that of a custom type.
 * @param terms  for `max_depth`; NULL: defaults
 * @return lives as long as the arena's content
 */
COODIE_API const cql_type *cql_type_read(cql_blob bytes, const cql_terms *terms, cql_arena *arena,
					 coodie_error *err);
/** Writes the class name as Cassandra prints it, as snprintf() does. */
COODIE_API size_t cql_type_format_class(const cql_type *type, char *out, size_t size);

COODIE_END

#endif
