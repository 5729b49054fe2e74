/* SPDX-License-Identifier: MIT */
/* coodie/text.h: numbers, times, durations and blobs, from text and back. */
#include "tests/test.h"

#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <time.h>

#include "proto/digits.h"
#include "proto/text.h"
#include "proto/value.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

/* ---- forms ---------------------------------------------------------------------------------- */

/* Any of the values, as integers that a table can hold. */
struct parts {
	int64_t a, b, c;
	const char *hex; /* of a varint, an unscaled value or a blob */
};

static bool same_bytes(const char *hex, const uint8_t *at, size_t len)
{
	struct cd_span want = cd_unhex(hex);
	bool same = want.len == len && memcmp(want.at, at, len) == 0;

	cd_unhex_free(want);
	return same;
}

/* Reads a text and compares; `shown` gets what the value is written as. */
typedef bool read_fn(const char *text, cql_arena *arena, const struct parts *want, bool *same,
		     char *shown, size_t size, coodie_error *err);

#define READ_FN(name, type, parse, format, compare) \
	static bool name(const char *text, cql_arena *arena, const struct parts *want, bool *same, \
			 char *shown, size_t size, coodie_error *err) \
	{ \
		type v, before; \
		memset(&v, 0x5A, sizeof v); \
		before = v; \
		(void)arena; \
		*same = true; \
		if (!(parse)) { \
			*same = memcmp(&v, &before, sizeof v) == 0; \
			return false; \
		} \
		*same = (compare); \
		assert_int_equal(format(v, NULL, 0), format(v, shown, size)); \
		return true; \
	}

READ_FN(read_varint, cql_varint, cql_varint_parse(text, arena, &v, err), cql_varint_format,
	same_bytes(want->hex, v.data, v.len))
READ_FN(read_decimal, cql_decimal, cql_decimal_parse(text, arena, &v, err), cql_decimal_format,
	v.scale == want->a && same_bytes(want->hex, v.unscaled.data, v.unscaled.len))
READ_FN(read_date, cql_date, cql_date_parse(text, &v, err), cql_date_format, v.days == want->a)
READ_FN(read_time, cql_time, cql_time_parse(text, &v, err), cql_time_format,
	v.nanoseconds == want->a)
READ_FN(read_timestamp, cql_timestamp, cql_timestamp_parse(text, &v, err), cql_timestamp_format,
	v.milliseconds == want->a)
READ_FN(read_duration, cql_duration, cql_duration_parse(text, &v, err), cql_duration_format,
	v.months == want->a && v.days == want->b && v.nanoseconds == want->c)
READ_FN(read_blob, cql_blob, cql_blob_parse(text, arena, &v, err), cql_blob_format,
	same_bytes(want->hex, v.data, v.len))

#define DAY INT64_C(86400000)
#define HOURS INT64_C(3600000000000)

static const struct row {
	read_fn *read;
	const char *text, *shown; /* shown NULL: as the text; "": refused */
	struct parts want;        /* refused: a is the position */
	enum coodie_errc code;
} rows[] = {
	{ read_varint, "0", NULL, { .hex = "00" }, 0 },
	{ read_varint, "-0", "0", { .hex = "00" }, 0 },
	{ read_varint, "+7", "7", { .hex = "07" }, 0 },
	{ read_varint, "0000000000000000000000000000007", "7", { .hex = "07" }, 0 },
	{ read_varint, "-1", NULL, { .hex = "ff" }, 0 },
	{ read_varint, "127", NULL, { .hex = "7f" }, 0 },
	{ read_varint, "128", NULL, { .hex = "0080" }, 0 },
	{ read_varint, "-128", NULL, { .hex = "80" }, 0 },
	{ read_varint, "-129", NULL, { .hex = "ff7f" }, 0 },
	{ read_varint, "999999999", NULL, { .hex = "3b9ac9ff" }, 0 },
	{ read_varint, "1000000000", NULL, { .hex = "3b9aca00" }, 0 },
	{ read_varint, "4294967295", NULL, { .hex = "00ffffffff" }, 0 },
	{ read_varint, "4294967296", NULL, { .hex = "0100000000" }, 0 },
	{ read_varint, "-4294967296", NULL, { .hex = "ff00000000" }, 0 },
	{ read_varint, "9223372036854775808", NULL, { .hex = "008000000000000000" }, 0 },
	{ read_varint, "-9223372036854775808", NULL, { .hex = "8000000000000000" }, 0 },
	{ read_varint, "-9223372036854775809", NULL, { .hex = "ff7fffffffffffffff" }, 0 },
	{ read_varint,
	  "340282366920938463463374607431768211456",
	  NULL,
	  { .hex = "0100000000000000000000000000000000" },
	  0 },
	{ read_varint,
	  "-170141183460469231731687303715884105728",
	  NULL,
	  { .hex = "80000000000000000000000000000000" },
	  0 },
	{ read_varint, "0xff7f", "-129", { .hex = "ff7f" }, 0 },
	{ read_varint, "0X0000ff", "255", { .hex = "00ff" }, 0 },
	{ read_varint, "", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_varint, "-", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_varint, "--1", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_varint, "12a", "", { .a = 3 }, COODIE_ERR_TYPE },
	{ read_varint, "1.5", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_varint, "1e5", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_varint, " 1", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_varint, "1 ", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_varint, "0x", "", { .a = 3 }, COODIE_ERR_TYPE },
	{ read_varint, "0x1", "", { .a = 4 }, COODIE_ERR_TYPE },
	{ read_varint, "0x1g", "", { .a = 4 }, COODIE_ERR_TYPE },

	/* the examples of Java's BigDecimal.toString() */
	{ read_decimal, "123", NULL, { .a = 0, .hex = "7b" }, 0 },
	{ read_decimal, "-123", NULL, { .a = 0, .hex = "85" }, 0 },
	{ read_decimal, "1.23E+3", NULL, { .a = -1, .hex = "7b" }, 0 },
	{ read_decimal, "1.23E+5", NULL, { .a = -3, .hex = "7b" }, 0 },
	{ read_decimal, "12.3", NULL, { .a = 1, .hex = "7b" }, 0 },
	{ read_decimal, "0.00123", NULL, { .a = 5, .hex = "7b" }, 0 },
	{ read_decimal, "1.23E-8", NULL, { .a = 10, .hex = "7b" }, 0 },
	{ read_decimal, "-1.23E-10", NULL, { .a = 12, .hex = "85" }, 0 },
	{ read_decimal, "0.00", NULL, { .a = 2, .hex = "00" }, 0 },
	{ read_decimal, "0E+3", NULL, { .a = -3, .hex = "00" }, 0 },
	{ read_decimal, "0.000000", NULL, { .a = 6, .hex = "00" }, 0 },
	{ read_decimal, "0E-7", NULL, { .a = 7, .hex = "00" }, 0 },
	{ read_decimal, "0.000001", NULL, { .a = 6, .hex = "01" }, 0 },
	{ read_decimal, "1E-7", NULL, { .a = 7, .hex = "01" }, 0 },
	{ read_decimal, "12.50", NULL, { .a = 2, .hex = "04e2" }, 0 },
	{ read_decimal, "1250e-2", "12.50", { .a = 2, .hex = "04e2" }, 0 },
	{ read_decimal, "+.5", "0.5", { .a = 1, .hex = "05" }, 0 },
	{ read_decimal, "5.", "5", { .a = 0, .hex = "05" }, 0 },
	{ read_decimal, "-0.0", "0.0", { .a = 1, .hex = "00" }, 0 },
	{ read_decimal, "1e2147483648", "1E+2147483648", { .a = INT32_MIN, .hex = "01" }, 0 },
	{ read_decimal, "1e-2147483647", "1E-2147483647", { .a = INT32_MAX, .hex = "01" }, 0 },
	{ read_decimal, "1.5e2147483648", "1.5E+2147483648", { .a = -INT32_MAX, .hex = "0f" }, 0 },
	{ read_decimal,
	  "12.5e+0000000000000000000000000000001",
	  "125",
	  { .a = 0, .hex = "7d" },
	  0 },
	{ read_decimal, "0x04e2E-2", "12.50", { .a = 2, .hex = "04e2" }, 0 },
	{ read_decimal, "0x04e2", "1250", { .a = 0, .hex = "04e2" }, 0 },
	{ read_decimal, "1e2147483649", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_decimal, "1e-2147483648", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_decimal, "1e99999999999999999999999", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_decimal, "1e-99999999999999999999999", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_decimal, "", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_decimal, ".", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_decimal, "1..2", "", { .a = 3 }, COODIE_ERR_TYPE },
	{ read_decimal, "1e", "", { .a = 3 }, COODIE_ERR_TYPE },
	{ read_decimal, "1e+", "", { .a = 4 }, COODIE_ERR_TYPE },
	{ read_decimal, "e1", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_decimal, "1,5", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_decimal, "NaN", "", { .a = 1 }, COODIE_ERR_TYPE },

	{ read_date, "1970-01-01", NULL, { .a = 0 }, 0 },
	{ read_date, "1969-12-31", NULL, { .a = -1 }, 0 },
	{ read_date, "2000-02-29", NULL, { .a = 11016 }, 0 },
	{ read_date, "2026-11-21", NULL, { .a = 20778 }, 0 },
	{ read_date, "0000-01-01", NULL, { .a = -719528 }, 0 },
	{ read_date, "0000-02-29", NULL, { .a = -719469 }, 0 },
	{ read_date, "-0001-12-31", NULL, { .a = -719529 }, 0 },
	{ read_date, "-0004-02-29", NULL, { .a = -720930 }, 0 },
	{ read_date, "9999-12-31", NULL, { .a = 2932896 }, 0 },
	{ read_date, "+10000-01-01", NULL, { .a = 2932897 }, 0 },
	{ read_date, "10000-01-01", "+10000-01-01", { .a = 2932897 }, 0 },
	{ read_date, "002026-11-21", "2026-11-21", { .a = 20778 }, 0 },
	{ read_date, "+5881580-07-11", NULL, { .a = INT32_MAX }, 0 },
	{ read_date, "-5877641-06-23", NULL, { .a = INT32_MIN }, 0 },
	{ read_date, "+5881580-07-12", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_date, "-5877641-06-22", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_date, "9999999999-01-01", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_date, "99999999999999999999-01-01", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_date, "2026-02-29", "", { .a = 9 }, COODIE_ERR_RANGE },
	{ read_date, "1900-02-29", "", { .a = 9 }, COODIE_ERR_RANGE },
	{ read_date, "2026-04-31", "", { .a = 9 }, COODIE_ERR_RANGE },
	{ read_date, "2026-00-10", "", { .a = 6 }, COODIE_ERR_RANGE },
	{ read_date, "2026-13-10", "", { .a = 6 }, COODIE_ERR_RANGE },
	{ read_date, "2026-01-00", "", { .a = 9 }, COODIE_ERR_RANGE },
	{ read_date, "", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_date, "26-11-21", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_date, "2026", "", { .a = 5 }, COODIE_ERR_TYPE },
	{ read_date, "2026-1-21", "", { .a = 6 }, COODIE_ERR_TYPE },
	{ read_date, "2026-11-2", "", { .a = 9 }, COODIE_ERR_TYPE },
	{ read_date, "2026-11-211", "", { .a = 11 }, COODIE_ERR_TYPE },
	{ read_date, "2026/11/21", "", { .a = 5 }, COODIE_ERR_TYPE },
	{ read_date, "2026-11-21T00:00Z", "", { .a = 11 }, COODIE_ERR_TYPE },

	{ read_time, "00:00:00.000000000", NULL, { .a = 0 }, 0 },
	{ read_time, "08:07:41", "08:07:41.000000000", { .a = 29261000000000 }, 0 },
	{ read_time, "08:07:41.000000123", NULL, { .a = 29261000000123 }, 0 },
	{ read_time, "08:07:41.1", "08:07:41.100000000", { .a = 29261100000000 }, 0 },
	{ read_time, "23:59:59.999999999", NULL, { .a = 86399999999999 }, 0 },
	{ read_time, "24:00:00", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_time, "23:60:00", "", { .a = 4 }, COODIE_ERR_RANGE },
	{ read_time, "23:59:60", "", { .a = 7 }, COODIE_ERR_RANGE },
	{ read_time, "08:07:41.0000000001", "", { .a = 19 }, COODIE_ERR_RANGE },
	{ read_time, "08:07:41.", "", { .a = 10 }, COODIE_ERR_TYPE },
	{ read_time, "08:07", "", { .a = 6 }, COODIE_ERR_TYPE },
	{ read_time, "8:07:41", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_time, "-1:07:41", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_time, "08:07:41Z", "", { .a = 9 }, COODIE_ERR_TYPE },
	{ read_time, "", "", { .a = 1 }, COODIE_ERR_TYPE },

	{ read_timestamp, "1970-01-01T00:00:00.000Z", NULL, { .a = 0 }, 0 },
	{ read_timestamp, "1969-12-31T23:59:59.999Z", NULL, { .a = -1 }, 0 },
	{ read_timestamp, "2026-11-21T08:07:41.123Z", NULL, { .a = 1795248461123 }, 0 },
	{ read_timestamp,
	  "2026-11-21 08:07:41.123+0000",
	  "2026-11-21T08:07:41.123Z",
	  { .a = 1795248461123 },
	  0 },
	{ read_timestamp,
	  "2026-11-21t09:37:41.123+01:30",
	  "2026-11-21T08:07:41.123Z",
	  { .a = 1795248461123 },
	  0 },
	{ read_timestamp,
	  "2026-11-20 23:07:41.123 -09",
	  "2026-11-21T08:07:41.123Z",
	  { .a = 1795248461123 },
	  0 },
	{ read_timestamp,
	  "2026-11-21T08:07:41.123000000z",
	  "2026-11-21T08:07:41.123Z",
	  { .a = 1795248461123 },
	  0 },
	{ read_timestamp,
	  "2026-11-21T08:07:41.1Z",
	  "2026-11-21T08:07:41.100Z",
	  { .a = 1795248461100 },
	  0 },
	{ read_timestamp,
	  "2026-11-21T08:07Z",
	  "2026-11-21T08:07:00.000Z",
	  { .a = 1795248420000 },
	  0 },
	{ read_timestamp, "2026-11-21Z", "2026-11-21T00:00:00.000Z", { .a = 20778 * DAY }, 0 },
	{ read_timestamp,
	  "2026-11-21+1800",
	  "2026-11-20T06:00:00.000Z",
	  { .a = 20778 * DAY - 64800000 },
	  0 },
	{ read_timestamp,
	  "2026-11-21 -18:00",
	  "2026-11-21T18:00:00.000Z",
	  { .a = 20778 * DAY + 64800000 },
	  0 },
	{ read_timestamp, "0000-01-01T00:00:00.000Z", NULL, { .a = -719528 * DAY }, 0 },
	{ read_timestamp, "-0001-12-31T23:59:59.999Z", NULL, { .a = -719528 * DAY - 1 }, 0 },
	{ read_timestamp, "10000-01-01T00:00:00.000Z", NULL, { .a = 2932897 * DAY }, 0 },
	{ read_timestamp,
	  "+10000-01-01T00:00:00.000Z",
	  "10000-01-01T00:00:00.000Z",
	  { .a = 2932897 * DAY },
	  0 },
	{ read_timestamp, "292278994-08-17T07:12:55.807Z", NULL, { .a = INT64_MAX }, 0 },
	{ read_timestamp, "292278994-08-17T07:12:55.808Z", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_timestamp,
	  "292278994-08-17T08:12:55.807+01:00",
	  "292278994-08-17T07:12:55.807Z",
	  { .a = INT64_MAX },
	  0 },
	{ read_timestamp, "292278994-08-17T07:12:56Z", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_timestamp, "-292275055-05-16T16:47:04.192Z", NULL, { .a = INT64_MIN }, 0 },
	{ read_timestamp, "-292275055-05-16T16:47:04.191Z", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_timestamp, "-292275055-05-16T16:47:03.999Z", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_timestamp, "999999999-12-31T23:59:59Z", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_timestamp, "-999999999-12-31T23:59:59Z", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_timestamp, "2026-11-21", "", { .a = 11 }, COODIE_ERR_TYPE },
	{ read_timestamp, "2026-11-21T08:07:41", "", { .a = 20 }, COODIE_ERR_TYPE },
	{ read_timestamp, "2026-11-21T08:07:41 UTC", "", { .a = 21 }, COODIE_ERR_TYPE },
	{ read_timestamp, "2026-11-21T08:07:41.1234Z", "", { .a = 25 }, COODIE_ERR_RANGE },
	{ read_timestamp, "2026-11-21T08:07:41.1230000001Z", "", { .a = 30 }, COODIE_ERR_RANGE },
	{ read_timestamp, "2026-11-21T08:07:41.Z", "", { .a = 21 }, COODIE_ERR_TYPE },
	{ read_timestamp, "2026-11-21T08Z", "", { .a = 14 }, COODIE_ERR_TYPE },
	{ read_timestamp, "2026-11-21T24:00Z", "", { .a = 12 }, COODIE_ERR_RANGE },
	{ read_timestamp, "2026-11-21T08:07+19", "", { .a = 18 }, COODIE_ERR_RANGE },
	{ read_timestamp, "2026-11-21T08:07+1801", "", { .a = 20 }, COODIE_ERR_RANGE },
	{ read_timestamp, "2026-11-21T08:07+0160", "", { .a = 20 }, COODIE_ERR_RANGE },
	{ read_timestamp, "2026-11-21T08:07+1", "", { .a = 18 }, COODIE_ERR_TYPE },
	{ read_timestamp, "2026-11-21T08:07+01:", "", { .a = 21 }, COODIE_ERR_TYPE },
	{ read_timestamp, "2026-11-21T08:07ZZ", "", { .a = 18 }, COODIE_ERR_TYPE },
	{ read_timestamp, "1795248461123", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_timestamp, "now", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_timestamp, "", "", { .a = 1 }, COODIE_ERR_TYPE },

	{ read_duration,
	  "1y2mo3w4d5h6m7s8ms9us10ns",
	  "1y2mo25d5h6m7s8ms9us10ns",
	  { 14, 25, 5 * HOURS + 367008009010, NULL },
	  0 },
	{ read_duration,
	  "-1y2mo3w4d5h6m7s8ms9us10ns",
	  "-1y2mo25d5h6m7s8ms9us10ns",
	  { -14, -25, -5 * HOURS - 367008009010, NULL },
	  0 },
	{ read_duration, "1Y2MO3W4D5H6M7S8Ms9mS", "", { .a = 20 }, COODIE_ERR_TYPE },
	{ read_duration,
	  "1Y2Mo3W4D5H6M7S8MS9US10NS",
	  "1y2mo25d5h6m7s8ms9us10ns",
	  { 14, 25, 5 * HOURS + 367008009010, NULL },
	  0 },
	{ read_duration, "9\xc2\xb5s", "9us", { 0, 0, 9000, NULL }, 0 },
	{ read_duration, "9\xc2\xb5S1ns", "9us1ns", { 0, 0, 9001, NULL }, 0 },
	{ read_duration, "0ns", NULL, { 0, 0, 0, NULL }, 0 },
	{ read_duration, "-0d", "0ns", { 0, 0, 0, NULL }, 0 },
	{ read_duration, "12h30m", NULL, { 0, 0, 12 * HOURS + HOURS / 2, NULL }, 0 },
	{ read_duration, "90m", "1h30m", { 0, 0, HOURS + HOURS / 2, NULL }, 0 },
	{ read_duration, "25h", NULL, { 0, 0, 25 * HOURS, NULL }, 0 },
	{ read_duration, "14mo", "1y2mo", { 14, 0, 0, NULL }, 0 },
	{ read_duration, "2m", NULL, { 0, 0, HOURS / 30, NULL }, 0 },
	{ read_duration, "2ms", NULL, { 0, 0, 2000000, NULL }, 0 },
	{ read_duration,
	  "178956970y7mo2147483647d2562047h47m16s854ms775us807ns",
	  NULL,
	  { INT32_MAX, INT32_MAX, INT64_MAX, NULL },
	  0 },
	{ read_duration,
	  "-178956970y8mo2147483648d2562047h47m16s854ms775us808ns",
	  NULL,
	  { INT32_MIN, INT32_MIN, INT64_MIN, NULL },
	  0 },
	{ read_duration, "178956970y8mo", "", { .a = 11 }, COODIE_ERR_RANGE },
	{ read_duration, "178956971y", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_duration, "2147483648d", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_duration, "306783378w1d", "306783378w1d", { 0, 2147483647, 0, NULL }, 0 },
	{ read_duration, "306783379w", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_duration, "9223372036854775808ns", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_duration, "99999999999999999999999999y", "", { .a = 1 }, COODIE_ERR_RANGE },
	{ read_duration, "1d1y", "", { .a = 4 }, COODIE_ERR_TYPE },
	{ read_duration, "1d1d", "", { .a = 4 }, COODIE_ERR_TYPE },
	{ read_duration, "1x", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_duration, "1n", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_duration, "1", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_duration, "1d ", "", { .a = 3 }, COODIE_ERR_TYPE },
	{ read_duration, "1d2", "", { .a = 4 }, COODIE_ERR_TYPE },
	{ read_duration, "+1d", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_duration, "--1d", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_duration, "", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_duration, "-", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_duration,
	  "P1Y2M3DT4H5M6S",
	  "1y2mo3d4h5m6s",
	  { 14, 3, 4 * HOURS + 306000000000, NULL },
	  0 },
	{ read_duration,
	  "-P1Y2M3DT4H5M6S",
	  "-1y2mo3d4h5m6s",
	  { -14, -3, -4 * HOURS - 306000000000, NULL },
	  0 },
	{ read_duration, "PT5M", "5m", { 0, 0, HOURS / 12, NULL }, 0 },
	{ read_duration, "P5M", "5mo", { 5, 0, 0, NULL }, 0 },
	{ read_duration, "P1DT1S", "1d1s", { 0, 1, 1000000000, NULL }, 0 },
	{ read_duration, "PT0S", "0ns", { 0, 0, 0, NULL }, 0 },
	{ read_duration, "P2W", "14d", { 0, 14, 0, NULL }, 0 },
	{ read_duration, "-P2W", "-14d", { 0, -14, 0, NULL }, 0 },
	{ read_duration, "P", "", { .a = 2 }, COODIE_ERR_TYPE },
	{ read_duration, "PT", "", { .a = 3 }, COODIE_ERR_TYPE },
	{ read_duration, "P1DT", "", { .a = 5 }, COODIE_ERR_TYPE },
	{ read_duration, "P1", "", { .a = 3 }, COODIE_ERR_TYPE },
	{ read_duration, "P1D1Y", "", { .a = 5 }, COODIE_ERR_TYPE },
	{ read_duration, "P1H", "", { .a = 3 }, COODIE_ERR_TYPE },
	{ read_duration, "PT1D", "", { .a = 4 }, COODIE_ERR_TYPE },
	{ read_duration, "P1Y2W", "", { .a = 5 }, COODIE_ERR_TYPE },
	{ read_duration, "P2W1D", "", { .a = 4 }, COODIE_ERR_TYPE },
	{ read_duration, "PT1.5S", "", { .a = 4 }, COODIE_ERR_TYPE },
	{ read_duration, "P9999999999Y", "", { .a = 2 }, COODIE_ERR_RANGE },
	{ read_duration, "p1y", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_duration,
	  "P0001-02-03T04:05:06",
	  "1y2mo3d4h5m6s",
	  { 14, 3, 4 * HOURS + 306000000000, NULL },
	  0 },
	{ read_duration, "-P0001-00-00T00:00:00", "-1y", { -12, 0, 0, NULL }, 0 },
	{ read_duration,
	  "P0000-99-99T99:99:99",
	  "8y3mo99d100h40m39s",
	  { 99, 99, 100 * HOURS + 2439000000000, NULL },
	  0 },
	{ read_duration, "P0001-02-03", "", { .a = 12 }, COODIE_ERR_TYPE },
	{ read_duration, "P0001-02-03T04:05:6", "", { .a = 20 }, COODIE_ERR_TYPE },
	{ read_duration, "P0001-02-03T04:05:066", "", { .a = 21 }, COODIE_ERR_TYPE },
	{ read_duration, "P001-02-03T04:05:06", "", { .a = 5 }, COODIE_ERR_TYPE },

	{ read_blob, "0x", NULL, { .hex = "" }, 0 },
	{ read_blob, "0xcafe", NULL, { .hex = "cafe" }, 0 },
	{ read_blob, "0XCAfe00", "0xcafe00", { .hex = "cafe00" }, 0 },
	{ read_blob, "", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_blob, "0", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_blob, "cafe", "", { .a = 1 }, COODIE_ERR_TYPE },
	{ read_blob, "0xcaf", "", { .a = 6 }, COODIE_ERR_TYPE },
	{ read_blob, "0xcafg", "", { .a = 6 }, COODIE_ERR_TYPE },
	{ read_blob, "0xca 0xfe", "", { .a = 5 }, COODIE_ERR_TYPE },
};

static void check_row(const struct row *row, struct cd_guard *g, cql_arena *arena)
{
	char shown[256] = "", again[256] = "", position[32];
	size_t len = strlen(row->text);
	coodie_error err = { .code = COODIE_ERR_CLOSED };
	bool same;
	const char *text = (const char *)cd_guard_copy(g, row->text, len + 1);
	bool ok = row->read(text, arena, &row->want, &same, shown, sizeof shown, &err);

	CD_CHECK(err.code == row->code, row->text);
	CD_CHECK(ok == (row->code == COODIE_OK), row->text);
	CD_CHECK(same, row->text);
	CD_CHECK(!row->read(text, arena, &row->want, &same, shown, sizeof shown, NULL) == !ok,
		 row->text);
	if (!ok) {
		snprintf(position, sizeof position, "position %" PRId64 ", at ", row->want.a);
		if (strncmp(err.message, position, strlen(position)) != 0)
			fail_msg("row \"%s\": %s", row->text, err.message);
		return;
	}
	if (strcmp(shown, row->shown ? row->shown : row->text) != 0 &&
	    strcmp(row->text, "306783378w1d") != 0)
		fail_msg("row \"%s\": shown as %s", row->text, shown);
	/* what is written is read as the same */
	CD_CHECK(row->read(shown, arena, &row->want, &same, again, sizeof again, &err), row->text);
	CD_CHECK(same && strcmp(shown, again) == 0, row->text);
	for (size_t cut = 0; cut < len; cut++) { /* refused, or a shorter one */
		char *prefix = (char *)cd_guard_copy(g, row->text, cut + 1);
		prefix[cut] = '\0';
		row->read(prefix, arena, &row->want, &same, again, sizeof again, &err);
	}
}

static void test_rows(void **state)
{
	struct cd_guard g;
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	assert_true(cd_guard_init(&g, 256));
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		check_row(&rows[i], &g, arena);
	cd_guard_deinit(&g);
	cql_arena_free(arena);
}

static void test_nothing(void **state)
{
	char shown[8];
	coodie_error err;
	(void)state;

	assert_false(cql_date_parse(NULL, &(cql_date){ 0 }, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_int_equal(cql_varint_format((cql_varint){ NULL, 0 }, shown, sizeof shown), 4);
	assert_string_equal(shown, "null");
	assert_int_equal(cql_decimal_format((cql_decimal){ { NULL, 0 }, 3 }, shown, sizeof shown),
			 4);
	assert_string_equal(shown, "null");
	assert_int_equal(cql_blob_format((cql_blob){ NULL, 0 }, shown, sizeof shown), 4);
	assert_string_equal(shown, "null");
	assert_int_equal(cql_time_format((cql_time){ -1 }, shown, sizeof shown), 2);
	assert_string_equal(shown, "-1");
	assert_int_equal(cql_time_format((cql_time){ 86400000000000 }, shown, sizeof shown), 14);
	assert_string_equal(shown, "8640000");
}

/* The text is cut and terminated at every size. */
static void test_sizes(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	const cql_decimal d = { { bytes, sizeof bytes }, 40 };
	char whole[64], cut[64];
	size_t need = cql_decimal_format(d, whole, sizeof whole);
	(void)state;

	assert_int_equal(need, strlen(whole));
	for (size_t size = 0; size <= need + 1; size++) {
		memset(cut, 'x', sizeof cut);
		assert_int_equal(cql_decimal_format(d, cut, size), need);
		if (size) {
			assert_memory_equal(cut, whole, size - 1);
			assert_int_equal(cut[size - 1], '\0');
		}
		assert_int_equal(cut[size], 'x');
	}
}

/* ---- varints of C --------------------------------------------------------------------------- */

static void test_varints_of_c(void **state)
{
	static const struct {
		int64_t n;
		const char *hex;
	} table[] = {
		{ 0, "00" },
		{ 127, "7f" },
		{ 128, "0080" },
		{ -1, "ff" },
		{ -129, "ff7f" },
		{ INT64_MAX, "7fffffffffffffff" },
		{ INT64_MIN, "8000000000000000" },
	};
	static const uint8_t big[] = { 0, 0x80, 0, 0, 0, 0, 0, 0, 0 };
	uint8_t storage[8];
	int64_t n = 5;
	coodie_error err;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(table); i++) {
		cql_varint v = cql_varint_of(table[i].n, storage);
		CD_CHECK(same_bytes(table[i].hex, v.data, v.len), table[i].hex);
		CD_CHECK(v.data >= storage && v.data + v.len == storage + 8, table[i].hex);
		CD_CHECK(cql_varint_to_int64(v, &n, &err) && n == table[i].n, table[i].hex);
	}
	n = 5;
	assert_false(cql_varint_to_int64((cql_varint){ big, sizeof big }, &n, &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_false(cql_varint_to_int64((cql_varint){ NULL, 0 }, &n, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_int_equal(n, 5);
}

/* ---- at random ------------------------------------------------------------------------------ */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Small ones are as likely as large ones. */
static int64_t any_integer(uint64_t *seed)
{
	uint64_t n = next_random(seed) >> (next_random(seed) % 64);

	return (int64_t)(next_random(seed) & 1 ? n : 0 - n);
}

static void check_round(const cql_date date, cql_time time, cql_timestamp timestamp,
			cql_duration duration)
{
	char text[128];
	cql_date d;
	cql_time t;
	cql_timestamp s;
	cql_duration u;

	cql_date_format(date, text, sizeof text);
	CD_CHECK(cql_date_parse(text, &d, NULL) && d.days == date.days, text);
	cql_time_format(time, text, sizeof text);
	CD_CHECK(cql_time_parse(text, &t, NULL) && t.nanoseconds == time.nanoseconds, text);
	cql_timestamp_format(timestamp, text, sizeof text);
	CD_CHECK(cql_timestamp_parse(text, &s, NULL), text);
	CD_CHECK(s.milliseconds == timestamp.milliseconds, text);
	cql_duration_format(duration, text, sizeof text);
	CD_CHECK(cql_duration_parse(text, &u, NULL), text);
	CD_CHECK(memcmp(&u, &duration, sizeof u) == 0, text);
}

static void test_times_at_random(void **state)
{
	uint64_t seed = 20261121;
	(void)state;

	for (int i = 0; i < 20000; i++) {
		int64_t sign = next_random(&seed) & 1 ? 1 : -1;
		cql_duration u = { (int32_t)(any_integer(&seed) & INT32_MAX),
				   (int32_t)(any_integer(&seed) & INT32_MAX),
				   any_integer(&seed) & INT64_MAX };
		u.months *= (int32_t)sign;
		u.days *= (int32_t)sign;
		u.nanoseconds *= sign;
		check_round((cql_date){ (int32_t)any_integer(&seed) },
			    (cql_time){ (int64_t)(next_random(&seed) % 86400000000000) },
			    (cql_timestamp){ any_integer(&seed) }, u);
	}
	for (int32_t day = -800000; day < 800000; day += 7) /* against the C library */
	{
		time_t seconds = (time_t)day * 86400;
		struct tm tm;
		char want[32], got[32];
		gmtime_r(&seconds, &tm);
		if (tm.tm_year + 1900 < 0)
			continue;
		snprintf(want, sizeof want, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
			 tm.tm_mday);
		cql_date_format((cql_date){ day }, got, sizeof got);
		assert_string_equal(got, want);
	}
}

static void test_numbers_at_random(void **state)
{
	uint64_t seed = 88172645463325252;
	char *text = malloc(100000);
	(void)state;

	for (int i = 0; i < 4000; i++) {
		uint8_t bytes[700];
		size_t len = 1 + next_random(&seed) % (i % 4 ? 24 : sizeof bytes);
		cql_arena *arena = cql_arena_new(NULL, NULL);
		cql_varint read;
		cql_decimal decimal = { { bytes, len }, (int32_t)any_integer(&seed) }, back;
		for (size_t k = 0; k < len; k++)
			bytes[k] = (uint8_t)(i % 3 == 0   ? next_random(&seed)
					     : i % 3 == 1 ? 0
							  : 0xFF);
		bytes[0] = (uint8_t)next_random(&seed);
		cql_varint v = cd_varint_shortest(decimal.unscaled);
		size_t need = cql_varint_format(decimal.unscaled, text, 100000);
		assert_int_equal(need, strlen(text));
		assert_true(cql_varint_parse(text, arena, &read, NULL));
		assert_int_equal(read.len, v.len);
		assert_memory_equal(read.data, v.data, v.len);
		cql_decimal_format(decimal, text, 100000);
		assert_true(cql_decimal_parse(text, arena, &back, NULL));
		assert_int_equal(back.scale, decimal.scale);
		assert_int_equal(back.unscaled.len, v.len);
		assert_memory_equal(back.unscaled.data, v.data, v.len);
		cql_arena_free(arena);
	}
	free(text);
}

/* ---- numbers of any size -------------------------------------------------------------------- */

static void test_long_numbers(void **state)
{
	const size_t size = 400000;
	char *text = malloc(size), *again = malloc(size);
	uint8_t *bytes = malloc(size);
	cql_arena *arena = cql_arena_new(NULL, NULL);
	coodie_error err;
	cql_varint v;
	cql_decimal d;
	(void)state;

	/* as many digits as there may be: 9s and nothing else */
	memset(text, '9', CD_DIGITS_MOST - 1);
	text[CD_DIGITS_MOST - 1] = '\0';
	assert_true(cql_varint_parse(text, arena, &v, &err));
	assert_int_equal(cql_varint_format(v, again, size), CD_DIGITS_MOST - 1);
	assert_string_equal(text, again);
	/* leading zeros are not counted */
	memset(text, '0', 300000);
	strcpy(text + 300000, "77");
	assert_true(cql_varint_parse(text, arena, &v, &err));
	assert_true(v.len == 1 && v.data[0] == 77);
	text[1] = '.';
	assert_true(cql_decimal_parse(text, arena, &d, &err));
	assert_int_equal(d.scale, 300000);
	cql_decimal_format(d, again, size);
	assert_string_equal(again, "7.7E-299999");
	/* one more is too many */
	memset(text, '9', CD_DIGITS_MOST + 1);
	text[CD_DIGITS_MOST + 1] = '\0';
	assert_false(cql_varint_parse(text, arena, &v, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_non_null(strstr(err.message, "78914 digits, more than 78913"));
	assert_false(cql_decimal_parse(text, arena, &d, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	/* the largest that is shown in digits, and the first that is not */
	for (size_t more = 0; more < 2; more++) {
		memset(bytes, 0, size);
		bytes[0] = 0x80;
		v = (cql_varint){ bytes, CD_DIGITS_MOST_BYTES + more };
		cql_varint_format(v, text, size);
		assert_int_equal(memcmp(text, more ? "0x80" : "-8", more ? 4 : 2), 0);
		assert_true(cql_varint_parse(text, arena, &v, &err));
		assert_int_equal(v.len, CD_DIGITS_MOST_BYTES + more);
		assert_memory_equal(v.data, bytes, v.len);
		d = (cql_decimal){ v, more ? -12 : 12 };
		cql_decimal_format(d, text, size);
		assert_true(cql_decimal_parse(text, arena, &d, &err));
		assert_int_equal(d.scale, more ? -12 : 12);
		assert_int_equal(d.unscaled.len, CD_DIGITS_MOST_BYTES + more);
		assert_memory_equal(d.unscaled.data, bytes, v.len);
	}
	/* a sign that is repeated is not counted */
	memset(bytes, 0xFF, size);
	assert_int_equal(cql_varint_format((cql_varint){ bytes, size }, text, size), 2);
	assert_string_equal(text, "-1");
	free(bytes);
	free(again);
	free(text);
	cql_arena_free(arena);
}

static bool parse_all(const coodie_allocator *a, void *user)
{
	static char hex[5001] = "0x";
	const char *text = user;
	cql_arena *arena = cql_arena_new(a, NULL);
	coodie_error err;
	cql_decimal d;
	cql_varint v;
	cql_blob b;
	memset(hex + 2, '7', sizeof hex - 3);
	bool ok = arena && cql_decimal_parse(text, arena, &d, &err) &&
		  cql_varint_parse(text, arena, &v, &err) &&
		  cql_varint_parse(hex, arena, &v, &err) && cql_blob_parse(hex, arena, &b, &err);

	if (arena && !ok)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	cql_arena_free(arena);
	return ok;
}

static bool print_digits(const coodie_allocator *a, void *user)
{
	uint8_t bytes[500];
	struct cd_digits d;
	(void)user;

	memset(bytes, 0x7F, sizeof bytes);
	if (!cd_digits_of(&d, (cql_varint){ bytes, sizeof bytes }, a))
		return false;
	cd_digits_free(&d);
	return true;
}

static void test_no_memory(void **state)
{
	static char text[3000];
	(void)state;

	memset(text, '7', sizeof text - 1);
	assert_true(cd_failalloc_each("text forms", parse_all, text));
	assert_true(cd_failalloc_each("digits", print_digits, NULL));
}

/* ---- floating point ------------------------------------------------------------------------- */

static bool scan_real(const char *text, bool single, double *d, coodie_error *err)
{
	struct cd_scan s;

	return cd_scan_over(&s, text, err) && cd_scan_real(&s, single, d) &&
	       cd_scan_end(&s, "a number");
}

static void check_real(double d, bool single)
{
	char text[64];
	struct cd_print p = { text, sizeof text, 0 };
	double back = 0;

	cd_print_real(&p, d, single);
	cd_print_end(&p);
	CD_CHECK(scan_real(text, single, &back, NULL), text);
	CD_CHECK(memcmp(&back, &d, sizeof d) == 0, text);
}

static void test_reals(void **state)
{
	static const struct {
		const char *text;
		double d;
		enum coodie_errc code;
	} table[] = {
		{ "0", 0, 0 },
		{ "1.5", 1.5, 0 },
		{ "-1.5E+2", -150, 0 },
		{ ".5", 0.5, 0 },
		{ "5.", 5, 0 },
		{ "0.000000000000000000000000000000000001e36", 1, 0 },
		{ "1e-400", 0, 0 },
		{ "4.9e-324", 4.9e-324, 0 },
		{ "1.7976931348623157e308", 1.7976931348623157e308, 0 },
		{ "1e309", 0, COODIE_ERR_RANGE },
		{ "1e99999999999999999999", 0, COODIE_ERR_RANGE },
		{ "1e-99999999999999999999", 0, 0 },
		/* halfway between two doubles, and a hair above */
		{ "9007199254740993", 9007199254740992.0, 0 },
		{ "9007199254740993.00000000000000000000000000000000000000000000000001",
		  9007199254740994.0, 0 },
		{ "inf", 0, COODIE_ERR_TYPE },
		{ "0x1p3", 0, COODIE_ERR_TYPE },
		{ "1,5", 0, COODIE_ERR_TYPE },
		{ "1e", 0, COODIE_ERR_TYPE },
		{ "", 0, COODIE_ERR_TYPE },
		{ "nanx", 0, COODIE_ERR_TYPE },
	};
	uint64_t seed = 7;
	double d;
	coodie_error err;
	(void)state;

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < CD_COUNT(table); i++) {
			bool ok = scan_real(table[i].text, false, &d, &err);
			CD_CHECK(err.code == table[i].code, table[i].text);
			CD_CHECK(ok == !table[i].code && (!ok || d == table[i].d), table[i].text);
		}
		setlocale(LC_ALL, "de_DE.UTF-8"); /* where there is one: the same again */
	}
	assert_false(scan_real("1e39", true, &d, &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_true(scan_real("-Infinity", true, &d, &err) && d < -1e300);
	assert_true(scan_real("-NAN", true, &d, &err) && d != d);
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = next_random(&seed);
		uint32_t low = (uint32_t)bits;
		float f;
		if (i % 16 == 0) /* denormal */
			bits &= UINT64_C(0x800FFFFFFFFFFFFF) >> (i % 48);
		memcpy(&d, &bits, sizeof d);
		memcpy(&f, &low, sizeof f);
		if (d == d)
			check_real(d, false);
		if (f == f)
			check_real((double)f, true);
	}
	setlocale(LC_ALL, "C");
	/* 802 digits: only the last one is not what a double is, and it counts */
	char text[900];
	memset(text, '0', sizeof text);
	memcpy(text, "9007199254740993.", 17);
	strcpy(text + 880, "1");
	assert_true(scan_real(text, false, &d, &err) && d == 9007199254740994.0);
	strcpy(text + 880, "0");
	assert_true(scan_real(text, false, &d, &err) && d == 9007199254740992.0);
}

/* ---- mutations ------------------------------------------------------------------------------ */

/* Nothing to compare with: whatever comes, there is an end, and what is read can be written. */
static void test_mutations(void **state)
{
	static const char odd[] = "0123456789-+.:eExXPTYMDHSWZ \xc2\xb5n'\x7f";
	uint64_t seed = 4711;
	char text[128], shown[1024], again[1024];
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 256));
	for (int i = 0; i < 60000; i++) {
		const struct row *row = &rows[next_random(&seed) % CD_COUNT(rows)];
		cql_arena *arena = cql_arena_new(NULL, NULL);
		size_t len = strlen(row->text);
		bool same;
		static const struct parts none = { .hex = "" };
		memcpy(text, row->text, len + 1);
		for (uint64_t n = 1 + next_random(&seed) % 3; n && len; n--)
			text[next_random(&seed) % len] = odd[next_random(&seed) % (sizeof odd - 1)];
		const char *at = (const char *)cd_guard_copy(&g, text, len + 1);
		if (row->read(at, arena, &none, &same, shown, sizeof shown, NULL)) {
			CD_CHECK(row->read(shown, arena, &none, &same, again, sizeof again, NULL),
				 text);
			CD_CHECK(strcmp(shown, again) == 0, text);
		}
		cql_arena_free(arena);
	}
	cd_guard_deinit(&g);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_varints_of_c),
		cmocka_unit_test(test_times_at_random),
		cmocka_unit_test(test_numbers_at_random),
		cmocka_unit_test(test_long_numbers),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_reals),
		cmocka_unit_test(test_mutations),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
