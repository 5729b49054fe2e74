/* SPDX-License-Identifier: MIT */
/**
 * @file text.h
 * Values from and to text.
 *
 * Writers work as snprintf() does: always terminated when size > 0, returning the length needed
 * without the NUL. Readers take nothing but the text: no blanks around it. They fail with
 * COODIE_ERR_TYPE (not of that form) or COODIE_ERR_RANGE, both with the position, and leave `out`
 * alone. What a writer writes, the reader reads back as the same value. Nothing here depends on
 * the locale. Serves TY-06 to TY-08, TY-13 to TY-17, Q16, Q19, Q20, Q22, MD-36.
 */
#ifndef COODIE_TEXT_H
#define COODIE_TEXT_H

#include <coodie/arena.h>
#include <coodie/value.h>

COODIE_BEGIN

/* ---- numbers and times ------------------------------------------------------------------- */

/**
 * "-12.50", "1E-7": every digit is kept, the scale is that of the text (TY-08).
 * @param arena  for the digits, which `out` points to
 * @param err    also COODIE_ERR_LIMIT: more than 78,913 digits, see cql_varint_parse()
 */
COODIE_API bool cql_decimal_parse(const char *text, cql_arena *arena, cql_decimal *out,
				  coodie_error *err);
/** As Java's BigDecimal, and so Cassandra: "12.50", but "1E+3" for a scale below 0, and "1.2E-7"
 * for more than five zeros behind the point. */
COODIE_API size_t cql_decimal_format(cql_decimal decimal, char *out, size_t size);
/**
 * Decimal digits, up to 78,913 of them: the work grows with the square of their number (a tenth
 * of a second for that many). Of any length is the other form: 0x and the bytes of the two's
 * complement. `arena` as above.
 */
COODIE_API bool cql_varint_parse(const char *text, cql_arena *arena, cql_varint *out,
				 coodie_error *err);
/** Digits; numbers of more than 32 KiB as 0x and their bytes. */
COODIE_API size_t cql_varint_format(cql_varint varint, char *out, size_t size);
/** "2026-11-21", "-0043-03-15" (the year 0 is there), "+12026-11-21"; the plus may be left out. */
COODIE_API bool cql_date_parse(const char *text, cql_date *out, coodie_error *err);
COODIE_API size_t cql_date_format(cql_date date, char *out, size_t size);
/** "08:07:41.000000123": the fraction has up to nine digits, or is not there. */
COODIE_API bool cql_time_parse(const char *text, cql_time *out, coodie_error *err);
/** Always nine digits. What is no time of a day is a plain number. */
COODIE_API size_t cql_time_format(cql_time time, char *out, size_t size);
/**
 * "2026-11-21T08:07:41.123Z", "2026-11-21 08:07+0100", "2026-11-21 -05:30". A text without the
 * offset is refused (LC-08), and so are digits below the millisecond that are not 0.
 */
COODIE_API bool cql_timestamp_parse(const char *text, cql_timestamp *out, coodie_error *err);
/** In UTC; years have four digits or more. */
COODIE_API size_t cql_timestamp_format(cql_timestamp timestamp, char *out, size_t size);
/**
 * "1y2mo3w4d5h6m7s8ms9us10ns" with any of the units in that order, ISO 8601 "P1Y2M3DT4H5M6S" and
 * "P2W", or "P0001-02-03T04:05:06"; a minus in front is that of all parts.
 */
COODIE_API bool cql_duration_parse(const char *text, cql_duration *out, coodie_error *err);
/** The first form, without weeks; "0ns" for none. */
COODIE_API size_t cql_duration_format(cql_duration duration, char *out, size_t size);

/** A varint of a C integer, in its shortest form inside 8 bytes of the caller's. */
COODIE_API cql_varint cql_varint_of(int64_t value, uint8_t storage[8]);
/** The other way; COODIE_ERR_RANGE when it needs more than 64 bits, COODIE_ERR_TYPE for null. */
COODIE_API bool cql_varint_to_int64(cql_varint varint, int64_t *out, coodie_error *err);

/** "0xcafe", in any case; "0x" is empty. */
COODIE_API bool cql_blob_parse(const char *text, cql_arena *arena, cql_blob *out,
			       coodie_error *err);
COODIE_API size_t cql_blob_format(cql_blob blob, char *out, size_t size);

/* ---- literals ---------------------------------------------------------------------------- */

/**
 * Reads a CQL literal as a value of a type: `'it''s'`, `$$it's$$`, `{1: [0x00, null]}`,
 * `(1, 'a')`, `{street: 'Main', number: 5}`, `[1.5, NaN]`, `12h30m`, in any nesting. Dates, times
 * and timestamps are quoted texts, or integers as CQL counts them. Parts of a tuple and fields of
 * a user type that are not there are null; fields come in any order.
 * @param arena  for the bytes of the value, which `out` is a view of
 * @param err    COODIE_ERR_TYPE or COODIE_ERR_RANGE, with the position in the text; COODIE_ERR_LIMIT:
 *               64 levels, or a value of more than 32 KiB and 8 times the text
 */
COODIE_API bool cql_literal_parse(const cql_type *type, const char *text, cql_arena *arena,
				  cql_value *out, coodie_error *err);
/**
 * Writes a value of a type as the CQL literal that cql_literal_parse() reads. The type names the
 * fields of a user type, and says what encoded bytes are; NULL is cql_value_format(). Parts that
 * are missing at the end are null; more than 256 of them are left out. Broken items end it with
 * `?`.
 */
COODIE_API size_t cql_literal_format(const cql_type *type, cql_value value, char *out, size_t size);

COODIE_END

#endif
