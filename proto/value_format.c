/* SPDX-License-Identifier: MIT */
/* Values as CQL literals, for people and logs. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/value.h"

struct text {
	char *out;
	size_t size, len;
};

static void put_char(struct text *t, char c)
{
	if (t->len + 1 < t->size)
		t->out[t->len] = c;
	t->len++;
}

static void put(struct text *t, const char *s)
{
	while (*s)
		put_char(t, *s++);
}

static void put_number(struct text *t, const char *format, ...) COODIE_PRINTF(2, 3);

static void put_number(struct text *t, const char *format, ...)
{
	char number[64];
	va_list args;

	va_start(args, format);
	vsnprintf(number, sizeof number, format, args);
	va_end(args);
	put(t, number);
}

static void put_quoted(struct text *t, const char *at, size_t len)
{
	put_char(t, '\'');
	for (size_t i = 0; i < len; i++) {
		put_char(t, at[i]);
		if (at[i] == '\'')
			put_char(t, '\'');
	}
	put_char(t, '\'');
}

static void put_hex(struct text *t, const uint8_t *at, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	put(t, "0x");
	for (size_t i = 0; i < len; i++) {
		put_char(t, digits[at[i] >> 4]);
		put_char(t, digits[at[i] & 15]);
	}
}

/* Shortest digits that read back as the same number, with a point in every locale. */
static void put_real(struct text *t, double d, bool single)
{
	char number[64];

	if (isnan(d) || isinf(d)) {
		put(t, isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(number, sizeof number, "%.*g", digits, d);
		if (single ? strtof(number, NULL) == (float)d : strtod(number, NULL) == d)
			break;
	}
	for (const char *c = number; *c; c++)
		put_char(t, strchr("+-0123456789e", *c) ? *c : '.');
}

/* The sign stands in front of all three parts. */
static void put_duration(struct text *t, const cql_duration *d)
{
	bool minus = d->months < 0 || d->days < 0 || d->nanoseconds < 0;
	uint64_t nanoseconds = (uint64_t)d->nanoseconds;

	put_number(t, "%s%" PRId64 "mo%" PRId64 "d%" PRIu64 "ns", minus ? "-" : "",
		   minus ? -(int64_t)d->months : (int64_t)d->months,
		   minus ? -(int64_t)d->days : (int64_t)d->days,
		   minus ? 0 - nanoseconds : nanoseconds);
}

static void put_varint(struct text *t, cql_varint v)
{
	int64_t n;

	if (cd_varint_to_int64(v, &n))
		put_number(t, "%" PRId64, n);
	else
		put_hex(t, v.data, v.len);
}

static void format(struct text *t, const cql_value *v);

/* (1, null), {street: 'Main', number: null}: all the parts the type has, and the names of fields
 * where they are known. */
static void put_parts(struct text *t, const cql_value *v)
{
	const cql_type *type = v->as.seq.type;
	bool named = type && v->is.tag == CQL_TAG_UDT;
	cql_iter it = cql_tuple_iter((cql_tuple){ v->as.seq });
	uint32_t count = type ? type->count : v->as.seq.count;

	put_char(t, named ? '{' : '(');
	for (uint32_t i = 0; i < count; i++) {
		cql_value part = cql_null();
		cql_iter_next(&it, &part);
		put(t, i ? ", " : "");
		if (named) {
			put(t, type->of.udt->fields[i]);
			put(t, ": ");
		}
		format(t, &part);
	}
	put_char(t, named ? '}' : ')');
}

static void put_seq(struct text *t, const cql_value *v)
{
	bool is_map = v->is.tag == CQL_TAG_MAP;
	const char *ends = is_map || v->is.tag == CQL_TAG_SET ? "{}" : "[]";
	cql_iter it = is_map ? cql_map_iter((cql_map){ v->as.seq })
			     : cql_list_iter((cql_list){ v->as.seq });
	cql_value key, value;
	const char *before = "";

	put_char(t, ends[0]);
	while (is_map ? cql_iter_next_pair(&it, &key, &value) : cql_iter_next(&it, &key)) {
		put(t, before);
		format(t, &key);
		if (is_map) {
			put(t, ": ");
			format(t, &value);
		}
		before = ", ";
	}
	put_char(t, ends[1]);
}

static void put_floats(struct text *t, const cql_floats *floats)
{
	put_char(t, '[');
	for (size_t i = 0; i < floats->len; i++) {
		put(t, i ? ", " : "");
		put_real(t, (double)floats->data[i], true);
	}
	put_char(t, ']');
}

static void put_date(struct text *t, int64_t days)
{
	/* civil from days: eras of 400 years that begin on the first of March */
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);

	put_number(t, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year, month,
		   doy - (153 * mp + 2) / 5 + 1);
}

static void put_time(struct text *t, int64_t units, int64_t per_second, int digits)
{
	int64_t seconds = units / per_second;

	put_number(t, "%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%0*" PRId64, seconds / 3600,
		   seconds / 60 % 60, seconds % 60, digits, units % per_second);
}

static void put_timestamp(struct text *t, int64_t ms)
{
	int64_t day = INT64_C(86400000), days = ms / day - (ms % day < 0);
	int64_t of_day = ms % day + (ms % day < 0 ? day : 0); /* ms - days * day would overflow */

	put_char(t, '\'');
	put_date(t, days);
	put_char(t, 'T');
	put_time(t, of_day, 1000, 3);
	put(t, "Z'");
}

static void put_plain(struct text *t, const cql_value *v)
{
	char buffer[CQL_INET_TEXT_SIZE];

	switch (v->is.tag) {
	case CQL_TAG_UUID:
		put(t, cql_uuid_format(v->as.uuid, buffer));
		break;
	case CQL_TAG_INET:
		put_char(t, '\'');
		put(t, cql_inet_format(v->as.inet, buffer));
		put_char(t, '\'');
		break;
	case CQL_TAG_DATE:
		put_char(t, '\'');
		put_date(t, v->as.date.days);
		put_char(t, '\'');
		break;
	case CQL_TAG_TIME:
		put_char(t, '\'');
		put_time(t, v->as.time.nanoseconds, 1000000000, 9);
		put_char(t, '\'');
		break;
	case CQL_TAG_TIMESTAMP:
		put_timestamp(t, v->as.timestamp.milliseconds);
		break;
	case CQL_TAG_DURATION:
		put_duration(t, &v->as.duration);
		break;
	case CQL_TAG_VARINT:
		put_varint(t, v->as.varint);
		break;
	case CQL_TAG_DECIMAL:
		put_varint(t, v->as.decimal.unscaled);
		put_number(t, "e%" PRId64, -(int64_t)v->as.decimal.scale);
		break;
	default:
		put(t, "?");
		break;
	}
}

static void format(struct text *t, const cql_value *v)
{
	switch (v->is.tag) {
	case CQL_TAG_NULL:
		put(t, "null");
		break;
	case CQL_TAG_UNSET:
		put(t, "unset");
		break;
	case CQL_TAG_BOOL:
		put(t, v->as.boolean ? "true" : "false");
		break;
	case CQL_TAG_INT:
		put_number(t, "%" PRId64, v->as.integer);
		break;
	case CQL_TAG_UINT:
		put_number(t, "%" PRIu64, v->as.unsigned_integer);
		break;
	case CQL_TAG_FLOAT:
		put_real(t, (double)v->as.single, true);
		break;
	case CQL_TAG_DOUBLE:
		put_real(t, v->as.real, false);
		break;
	case CQL_TAG_TEXT:
		put_quoted(t, v->as.text.data, v->as.text.len);
		break;
	case CQL_TAG_BLOB:
	case CQL_TAG_ENCODED:
		put_hex(t, v->as.blob.data, v->as.blob.len);
		break;
	case CQL_TAG_LIST:
	case CQL_TAG_SET:
	case CQL_TAG_MAP:
	case CQL_TAG_VECTOR:
		put_seq(t, v);
		break;
	case CQL_TAG_TUPLE:
	case CQL_TAG_UDT:
		put_parts(t, v);
		break;
	case CQL_TAG_FLOATS:
		put_floats(t, &v->as.floats);
		break;
	case CQL_TAG_EMPTY:
		put(t, "empty");
		break;
	default:
		put_plain(t, v);
		break;
	}
}

size_t cql_value_format(cql_value v, char *out, size_t size)
{
	struct text t = { out, size, 0 };

	format(&t, &v);
	if (size)
		out[t.len < size ? t.len : size - 1] = '\0';
	return t.len;
}
