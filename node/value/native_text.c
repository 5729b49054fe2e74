/* SPDX-License-Identifier: MIT */
/* Values of native types from texts. */
#include "node/value/native_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "node/value/custom.h"
#include "proto/text.h"
#include "proto/value.h"

/* A text being read; what the value points to goes into the arena. */
struct reading {
	const cql_type *type;
	const char *text;
	size_t len;
	struct cd_arena *arena;
	struct nd_problem *problem;
};

typedef bool read_fn(const struct reading *r, cql_value *out);

bool nd_native_encode(const cql_type *type, const cql_value *v, struct cd_arena *a,
		      struct nd_value *out, struct nd_problem *p)
{
	coodie_error err = { .code = COODIE_OK };
	struct cd_buffer b;
	uint8_t *data;
	bool ok;

	cd_buffer_init(&b, a->allocator, 0);
	ok = cd_value_encode(&b, type, v, &err);
	if (err.code == COODIE_ERR_NO_MEMORY) {
		ok = nd_no_memory(p);
	} else if (ok) {
		data = cd_arena_take(a, b.len - 4 ? b.len - 4 : 1);
		if (data)
			memcpy(data, b.data + 4, b.len - 4);
		*out = (struct nd_value){ ND_VALUE, data, b.len - 4 };
		ok = data || nd_no_memory(p);
	}
	cd_buffer_deinit(&b);
	return ok;
}

static struct cd_scan scan_of(const struct reading *r)
{
	return (struct cd_scan){ r->text, r->text, r->text + r->len, NULL };
}

/* A sign and digits that fit so many bits, as Java's parsers of integers read them. */
static bool read_integer(const struct reading *r, unsigned bits, cql_value *out)
{
	struct cd_scan s = scan_of(r);
	int64_t n, most = (int64_t)(UINT64_MAX >> (65 - bits));

	if (!cd_scan_int64(&s, &n) || s.at != s.end || n > most || n < -most - 1)
		return false;
	*out = cql_from_llong(n);
	return true;
}

static bool read_tinyint(const struct reading *r, cql_value *out)
{
	return read_integer(r, 8, out);
}

static bool read_smallint(const struct reading *r, cql_value *out)
{
	return read_integer(r, 16, out);
}

static bool read_int(const struct reading *r, cql_value *out)
{
	return read_integer(r, 32, out);
}

static bool read_bigint(const struct reading *r, cql_value *out)
{
	return read_integer(r, 64, out);
}

static bool read_varint(const struct reading *r, cql_value *out)
{
	struct cd_scan s = scan_of(r);
	cql_varint v;

	if ((r->len > 1 && r->text[1] == 'x') || !cd_scan_varint(&s, r->arena, &v) || s.at != s.end)
		return false;
	*out = cql_from_varint(v);
	return true;
}

static bool read_decimal(const struct reading *r, cql_value *out)
{
	struct cd_scan s = scan_of(r);
	cql_decimal v;

	if (!cd_scan_decimal(&s, r->arena, &v) || s.at != s.end)
		return false;
	*out = cql_from_decimal(v);
	return true;
}

/* Whether a number is written with nothing behind it. */
static bool is_numeral(const struct reading *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (!cd_scan_is_digit(r->text[i]) && !strchr("+-.eE", r->text[i]))
			return false;
	return true;
}

/* Like Java's: a number out of range is infinite. */
static bool read_real(const struct reading *r, cql_value *out)
{
	bool single = r->type->kind == CQL_KIND_FLOAT;
	coodie_error err = { .code = COODIE_OK };
	struct cd_scan s = scan_of(r);
	double d;

	s.err = &err;
	if (cd_scan_real(&s, single, &d)) {
		if (s.at != s.end)
			return false;
	} else {
		if (err.code != COODIE_ERR_RANGE || !is_numeral(r))
			return false;
		d = r->text[0] == '-' ? -(double)INFINITY : (double)INFINITY;
	}
	*out = single ? cql_from_float((float)d) : cql_from_double(d);
	return true;
}

static bool is_word(const struct reading *r, const char *word)
{
	if (r->len != strlen(word))
		return false;
	for (size_t i = 0; i < r->len; i++)
		if (cd_scan_lower(r->text[i]) != word[i])
			return false;
	return true;
}

static bool read_boolean(const struct reading *r, cql_value *out)
{
	bool yes = is_word(r, "true");

	*out = cql_from_bool(yes);
	return yes || r->len == 0 || is_word(r, "false");
}

static bool read_ascii(const struct reading *r, cql_value *out)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->text[i] & '\x80')
			return nd_refuse(r->problem, ND_INVALID,
					 "Invalid ASCII character in string literal: "
					 "java.nio.charset.UnmappableCharacterException: Input "
					 "length = 1");
	*out = cql_from_text((cql_text){ r->text, r->len });
	return true;
}

static bool read_text(const struct reading *r, cql_value *out)
{
	*out = cql_from_text((cql_text){ r->text, r->len });
	return cd_utf8_valid(r->text, r->len);
}

static bool read_blob(const struct reading *r, cql_value *out)
{
	uint8_t *bytes = cd_arena_take(r->arena, r->len / 2 + 1);

	if (!bytes)
		return nd_no_memory(r->problem);
	for (size_t i = 0; i + 1 < r->len; i += 2) {
		int high = cd_scan_hex(r->text[i]), low = cd_scan_hex(r->text[i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i / 2] = (uint8_t)(high << 4 | low);
	}
	*out = cql_from_blob((cql_blob){ bytes, r->len / 2 });
	return r->len % 2 == 0;
}

static bool read_uuid(const struct reading *r, cql_value *out)
{
	cql_uuid v;

	if (r->len != 36 || !cql_uuid_parse(r->text, &v, NULL))
		return false;
	if (r->type->kind == CQL_KIND_TIMEUUID && v.bytes[6] >> 4 != 1)
		return nd_refuse(r->problem, ND_INVALID, "TimeUUID supports only version 1 UUIDs");
	*out = cql_from_uuid(v);
	return true;
}

/* Java's IPv4 addresses may have fewer than four numbers: the last one has the bytes that remain. */
static bool read_ipv4(const struct reading *r, cql_inet *out)
{
	enum { LONGEST = 15 };
	uint8_t address[4];
	uint64_t number = 0;
	uint32_t at = 0;
	bool is_begun = false;

	if (r->len > LONGEST)
		return false;
	for (size_t i = 0; i < r->len; i++) {
		char c = r->text[i];
		if (c >= '0' && c <= '9') {
			number = number * 10 + (uint64_t)(c - '0');
			is_begun = true;
			continue;
		}
		if (c != '.' || !is_begun || number > UINT8_MAX || at == 3)
			return false;
		address[at++] = (uint8_t)number;
		number = 0;
		is_begun = false;
	}
	if (!is_begun || number >> (8 * (4 - at)))
		return false;
	for (uint32_t i = 4; i-- > at; number >>= 8)
		address[i] = (uint8_t)number;
	*out = (cql_inet){ .length = 4 };
	memcpy(out->address, address, sizeof address);
	return true;
}

static bool read_inet(const struct reading *r, cql_value *out)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };
	cql_inet v;

	if (!read_ipv4(r, &v) && (strlen(r->text) != r->len || !cql_inet_parse(r->text, &v, NULL)))
		return false;
	/* Java takes an IPv4 address inside of an IPv6 one out */
	if (v.length == 16 && memcmp(v.address, mapped, sizeof mapped) == 0) {
		memmove(v.address, v.address + 12, 4);
		v.length = 4;
	}
	*out = cql_from_inet(v);
	return true;
}

/* '0' is the least of all days, 2^31 the first of 1970. */
static bool read_raw_date(const struct reading *r, cql_date *out)
{
	struct cd_scan s = scan_of(r);
	int64_t n;

	if (!cd_scan_int64(&s, &n) || n < 0 || n > UINT32_MAX)
		return nd_refuse(r->problem, ND_INVALID,
				 "Unable to make unsigned int (for date) from: '%s'", r->text);
	out->days = (int32_t)(n + INT32_MIN);
	return true;
}

/* Whether it is a minus and digits alone, which dates, times and timestamps take for numbers. */
static bool is_number(const struct reading *r)
{
	size_t i = r->len > 1 && r->text[0] == '-';

	for (size_t at = i; at < r->len; at++)
		if (!cd_scan_is_digit(r->text[at]))
			return false;
	return r->len > i;
}

static bool read_date(const struct reading *r, cql_value *out)
{
	cql_date v;

	if (!(is_number(r) ? read_raw_date(r, &v) : nd_read_date(r->text, r->len, &v)))
		return false;
	*out = cql_from_date(v);
	return true;
}

static bool read_time(const struct reading *r, cql_value *out)
{
	struct cd_scan s = scan_of(r);
	cql_time v;

	if (is_number(r)) {
		if (!cd_scan_int64(&s, &v.nanoseconds) || !cd_time_is_valid(v))
			return nd_refuse(r->problem, ND_INVALID,
					 "Unable to make long (for time) from: '%s'", r->text);
	} else if (!nd_read_time(r->text, r->len, &v)) {
		return false;
	}
	*out = cql_from_time(v);
	return true;
}

static bool read_timestamp(const struct reading *r, cql_value *out)
{
	struct cd_scan s = scan_of(r);
	cql_timestamp v;

	if (is_number(r)) {
		if (!cd_scan_int64(&s, &v.milliseconds))
			return nd_refuse(r->problem, ND_INVALID,
					 "Unable to make long (for date) from: '%s'", r->text);
	} else if (!nd_read_timestamp(r->text, r->len, &v)) {
		return false;
	}
	*out = cql_from_timestamp(v);
	return true;
}

static bool read_duration(const struct reading *r, cql_value *out)
{
	cql_duration v;

	if (!nd_read_duration(r->text, &v, r->problem))
		return false;
	*out = cql_from_duration(v);
	return true;
}

/* How each type is read, and what is said of a text that it cannot be read from. */
static const struct native {
	enum cql_kind kind;
	bool takes_empty; /* '' is the value of no bytes */
	read_fn *read;
	const char *before, *behind; /* the text stands between them */
} natives[] = {
	{ CQL_KIND_ASCII, false, read_ascii, "Unable to make ascii from '", "'" },
	{ CQL_KIND_BIGINT, true, read_bigint, "Unable to make long from '", "'" },
	{ CQL_KIND_BLOB, false, read_blob, "cannot parse '", "' as hex bytes" },
	{ CQL_KIND_BOOLEAN, false, read_boolean, "Unable to make boolean from '", "'" },
	{ CQL_KIND_COUNTER, true, read_bigint, "Unable to make long from '", "'" },
	{ CQL_KIND_DECIMAL, true, read_decimal, "unable to make BigDecimal from '", "'" },
	{ CQL_KIND_DOUBLE, true, read_real, "Unable to make double from '", "'" },
	{ CQL_KIND_FLOAT, true, read_real, "Unable to make float from '", "'" },
	{ CQL_KIND_INT, true, read_int, "Unable to make int from '", "'" },
	{ CQL_KIND_TIMESTAMP, true, read_timestamp, "Unable to parse a date/time from '", "'" },
	{ CQL_KIND_UUID, true, read_uuid, "Unable to make UUID from '", "'" },
	{ CQL_KIND_TEXT, false, read_text, "Unable to make text from '", "'" },
	{ CQL_KIND_VARINT, true, read_varint, "unable to make int from '", "'" },
	{ CQL_KIND_TIMEUUID, true, read_uuid, "Unknown timeuuid representation: ", "" },
	{ CQL_KIND_INET, true, read_inet, "Unable to make inet address from '", "'" },
	{ CQL_KIND_DATE, false, read_date, "Unable to coerce '", "' to a formatted date (long)" },
	{ CQL_KIND_TIME, false, read_time, "(TimeType) Unable to coerce '",
	  "' to a formatted time (long)" },
	{ CQL_KIND_SMALLINT, true, read_smallint, "Unable to make short from '", "'" },
	{ CQL_KIND_TINYINT, true, read_tinyint, "Unable to make byte from '", "'" },
	{ CQL_KIND_DURATION, true, read_duration, "Unable to convert '", "' to a duration" },
};

static const struct native *native_of(enum cql_kind kind)
{
	for (size_t i = 0; i < sizeof natives / sizeof natives[0]; i++)
		if (natives[i].kind == kind)
			return &natives[i];
	return NULL;
}

bool nd_native_read(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		    struct nd_value *out, struct nd_problem *p)
{
	const struct native *n;
	struct reading r = { type, text, len, a, p };
	cql_value v = { 0 };

	if (type->kind == CQL_KIND_CUSTOM)
		return nd_custom_read(type, text, len, a, out, p);
	/* in the text of a tuple a collection, or a vector, is its bytes */
	if (cd_type_is_collection(type) || type->kind == CQL_KIND_VECTOR)
		r.type = type = cd_type_native(CQL_KIND_BLOB);
	n = native_of(type->kind);
	if (!n)
		return nd_refuse(p, ND_INVALID,
				 "Values of the type %s cannot be made of a text by the node",
				 cql_kind_name(type->kind));
	if (len == 0 && n->takes_empty) {
		*out = (struct nd_value){ ND_VALUE, (const uint8_t *)"", 0 };
		return true;
	}
	if (n->read(&r, &v) && nd_native_encode(type, &v, a, out, p))
		return true;
	return nd_refuse(p, ND_INVALID, "%s%s%s", n->before, text, n->behind);
}
