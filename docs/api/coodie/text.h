/* SPDX-License-Identifier: MIT */
/**
 * @file text.h
 * Values from and to text, what a type says of itself, and the getters a cursor does not have yet.
 *
 * Writers work as snprintf() does: always terminated when size > 0, returning the length needed
 * without the NUL. Readers fail with COODIE_ERR_TYPE (not of that form) or COODIE_ERR_RANGE, and
 * leave `out` alone. Serves TY-06 to TY-08, TY-13 to TY-17, Q16, Q19, Q20, Q22, MD-36.
 */
#ifndef COODIE_TEXT_H
#define COODIE_TEXT_H

#include <coodie/result.h>

COODIE_BEGIN

/* ---- numbers and times ------------------------------------------------------------------- */

/**
 * "-12.50", "1e-7": every digit is kept, the scale is that of the text (TY-08).
 * @param storage  the caller's, `storage_size` bytes, into which `out` points: half of the text's
 *                 length and two are enough
 */
COODIE_API bool cql_decimal_parse(const char *text, void *storage, size_t storage_size,
				  cql_decimal *out, coodie_error *err);
COODIE_API size_t cql_decimal_format(cql_decimal decimal, char *out, size_t size);
/** Decimal digits of any number. `storage` as above. */
COODIE_API bool cql_varint_parse(const char *text, void *storage, size_t storage_size,
				 cql_varint *out, coodie_error *err);
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

/* ---- types ------------------------------------------------------------------------------- */

/** @return elements of a vector; 0 for other types */
COODIE_API uint32_t cql_type_dimension(const cql_type *type);
/** @return the keyspace of a user type, borrowed; NULL when not known, or for other types */
COODIE_API const char *cql_type_keyspace(const cql_type *type);
/** @return the name of a user type, or the class of a custom one, borrowed; NULL for others */
COODIE_API const char *cql_type_name(const cql_type *type);
/** @return whether the type was said to be frozen; tuples and user types in a result always are */
COODIE_API bool cql_type_is_frozen(const cql_type *type);
COODIE_API bool cql_type_equal(const cql_type *a, const cql_type *b);
/** A copy that outlives the result it came with; freed with cql_type_free(). */
COODIE_API cql_type *cql_type_dup(const cql_type *type, coodie_error *err);

/* ---- cursor ------------------------------------------------------------------------------ */

COODIE_API bool coodie_cursor_int8(const coodie_cursor *c, size_t i, int8_t *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_int16(const coodie_cursor *c, size_t i, int16_t *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_float(const coodie_cursor *c, size_t i, float *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_inet(const coodie_cursor *c, size_t i, cql_inet *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_date(const coodie_cursor *c, size_t i, cql_date *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_time(const coodie_cursor *c, size_t i, cql_time *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_timestamp(const coodie_cursor *c, size_t i, cql_timestamp *out,
					coodie_error *err);
COODIE_API bool coodie_cursor_duration(const coodie_cursor *c, size_t i, cql_duration *out,
				       coodie_error *err);
COODIE_API bool coodie_cursor_varint(const coodie_cursor *c, size_t i, cql_varint *out,
				     coodie_error *err);
COODIE_API bool coodie_cursor_decimal(const coodie_cursor *c, size_t i, cql_decimal *out,
				      coodie_error *err);
COODIE_API bool coodie_cursor_list(const coodie_cursor *c, size_t i, cql_list *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_set(const coodie_cursor *c, size_t i, cql_set *out,
				  coodie_error *err);
COODIE_API bool coodie_cursor_map(const coodie_cursor *c, size_t i, cql_map *out,
				  coodie_error *err);

COODIE_END

#endif
