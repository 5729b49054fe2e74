/* SPDX-License-Identifier: MIT */
/**
 * @file text.h
 * Values from and to text.
 *
 * Writers work as snprintf() does: always terminated when size > 0, returning the length needed
 * without the NUL. Readers fail with COODIE_ERR_TYPE (not of that form) or COODIE_ERR_RANGE, and
 * leave `out` alone. Serves TY-06 to TY-08, TY-13 to TY-17, Q16, Q19, Q20, Q22, MD-36.
 */
#ifndef COODIE_TEXT_H
#define COODIE_TEXT_H

#include <coodie/arena.h>
#include <coodie/value.h>

COODIE_BEGIN

/* ---- numbers and times ------------------------------------------------------------------- */

/**
 * "-12.50", "1e-7": every digit is kept, the scale is that of the text (TY-08).
 * @param arena  for the digits, which `out` points to
 */
COODIE_API bool cql_decimal_parse(const char *text, cql_arena *arena, cql_decimal *out,
				  coodie_error *err);
COODIE_API size_t cql_decimal_format(cql_decimal decimal, char *out, size_t size);
/** Decimal digits of any number. `arena` as above. */
COODIE_API bool cql_varint_parse(const char *text, cql_arena *arena, cql_varint *out,
				 coodie_error *err);
COODIE_API size_t cql_varint_format(cql_varint varint, char *out, size_t size);
/** "2026-11-21". */
COODIE_API bool cql_date_parse(const char *text, cql_date *out, coodie_error *err);
COODIE_API size_t cql_date_format(cql_date date, char *out, size_t size);
/** "08:07:41.000000123". */
COODIE_API bool cql_time_parse(const char *text, cql_time *out, coodie_error *err);
COODIE_API size_t cql_time_format(cql_time time, char *out, size_t size);
/** "2026-11-21T08:07:41.123Z", with any offset; a text without one is refused (LC-08). */
COODIE_API bool cql_timestamp_parse(const char *text, cql_timestamp *out, coodie_error *err);
COODIE_API size_t cql_timestamp_format(cql_timestamp timestamp, char *out, size_t size);
/** "1y2mo3d4h5m6s7ms8us9ns" or ISO 8601 "P1Y2M3DT4H". */
COODIE_API bool cql_duration_parse(const char *text, cql_duration *out, coodie_error *err);
COODIE_API size_t cql_duration_format(cql_duration duration, char *out, size_t size);

/** A varint of a C integer, in 8 bytes of the caller's. */
COODIE_API cql_varint cql_varint_of(int64_t value, uint8_t storage[8]);
/** The other way; COODIE_ERR_RANGE when it needs more than 64 bits. */
COODIE_API bool cql_varint_to_int64(cql_varint varint, int64_t *out, coodie_error *err);

/** "0xcafe". */
COODIE_API bool cql_blob_parse(const char *text, cql_arena *arena, cql_blob *out,
			       coodie_error *err);
COODIE_API size_t cql_blob_format(cql_blob blob, char *out, size_t size);

/* ---- literals ---------------------------------------------------------------------------- */

/**
 * Reads a CQL literal as a value of a type: `'it''s'`, `{1: [0x00, null]}`, `(1, 'a')`,
 * `{street: 'Main', number: 5}`, `[1.5, NaN]`, `12h30m`, in any nesting.
 * @param arena  for collections, digits and unquoted text, which `out` points to
 * @param err    COODIE_ERR_TYPE or COODIE_ERR_RANGE, with the position in the text
 */
COODIE_API bool cql_literal_parse(const cql_type *type, const char *text, cql_arena *arena,
				  cql_value *out, coodie_error *err);
/**
 * Writes a value of a type as the CQL literal that cqlsh prints and cql_literal_parse() reads.
 * Broken items end it with `?`.
 */
COODIE_API size_t cql_literal_format(const cql_type *type, cql_value value, char *out,
				     size_t size);

COODIE_END

#endif
