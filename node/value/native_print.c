/* SPDX-License-Identifier: MIT */
/* Values of native types as texts, as Java writes them. */
#include "node/value/native_print.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "node/value/custom.h"
#include "node/value/java_real.h"
#include "node/value/native_text.h"
#include "proto/text.h"
#include "proto/value.h"

/* What is printed: at once for most types, by size for numbers of any length. */
struct printing {
	cql_value v;
	enum nd_print_form form;
	struct cd_print *p;
};

typedef void print_fn(struct printing *r);

static void print_integer(struct printing *r)
{
	cd_print_integer(r->p, r->v.as.integer);
}

static void print_boolean(struct printing *r)
{
	cd_print_text(r->p, r->v.as.boolean ? "true" : "false");
}

static void print_text(struct printing *r)
{
	cd_print_bytes(r->p, r->v.as.text.data, r->v.as.text.len);
}

static void print_blob(struct printing *r)
{
	cd_print_hex(r->p, r->v.as.blob.data, r->v.as.blob.len);
}

static void print_uuid(struct printing *r)
{
	char text[CQL_UUID_TEXT_SIZE];

	cd_print_text(r->p, cql_uuid_format(r->v.as.uuid, text));
}

/* As Java shows it: of version 6, eight numbers always. */
static void print_inet(struct printing *r)
{
	const uint8_t *at = r->v.as.inet.address;
	char text[CQL_INET_TEXT_SIZE], group[8];

	if (r->v.as.inet.length == 4) {
		cd_print_text(r->p, cql_inet_format(r->v.as.inet, text));
		return;
	}
	for (int i = 0; i < 16; i += 2) {
		snprintf(group, sizeof group, "%s%x", i ? ":" : "",
			 (unsigned)(at[i] << 8 | at[i + 1]));
		cd_print_text(r->p, group);
	}
}

static void print_date(struct printing *r)
{
	cd_print_date(r->p, r->v.as.date);
}

static void print_time(struct printing *r)
{
	cd_print_time(r->p, r->v.as.time);
}

/* 2026-11-21T08:07:41.123Z; in JSON with a blank. */
static void print_timestamp(struct printing *r)
{
	int64_t ms = r->v.as.timestamp.milliseconds, days = ms / 86400000, rest = ms % 86400000,
		year;
	unsigned month, day;

	if (rest < 0) {
		rest += 86400000;
		days--;
	}
	nd_day_of(days, &year, &month, &day);
	if (year <= 0)
		year = 1 - year; /* of its era */
	char text[64];
	snprintf(text, sizeof text, "%s%04" PRId64 "-%02u-%02u%c%02d:%02d:%02d.%03dZ",
		 year > 9999 ? "+" : "", year, month, day, r->form == ND_PRINT_JSON ? ' ' : 'T',
		 (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
		 (int)(rest % 1000));
	cd_print_text(r->p, text);
}

static void print_duration(struct printing *r)
{
	cql_duration d = r->v.as.duration;

	if (d.months || d.days || d.nanoseconds)
		cd_print_duration(r->p, d);
}

static void print_varint(struct printing *r)
{
	cd_print_varint(r->p, r->v.as.varint);
}

static void print_decimal(struct printing *r)
{
	cd_print_decimal(r->p, r->v.as.decimal);
}

/* Digits with a point and at least one digit behind it; from 10^7 on and below 10^-3
 * with an exponent. */
static void put_java_real(struct cd_print *p, const char *digits, size_t count, int exponent)
{
	bool scientific = exponent < -3 || exponent >= 7;
	int point = scientific ? 1 : exponent + 1;

	if (point <= 0) {
		cd_print_text(p, "0.");
		cd_print_many(p, '0', (size_t)-point);
		cd_print_bytes(p, digits, count);
		return;
	}
	for (int i = 0; i < point; i++)
		cd_print_char(p, (size_t)i < count ? digits[i] : '0');
	cd_print_char(p, '.');
	if ((size_t)point < count)
		cd_print_bytes(p, digits + point, count - (size_t)point);
	else
		cd_print_char(p, '0');
	if (scientific) {
		cd_print_char(p, 'E');
		cd_print_integer(p, exponent);
	}
}

void nd_print_java_real(struct cd_print *p, double d, bool single)
{
	struct nd_java_digits digits;

	if (!isfinite(d)) {
		cd_print_text(p, isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
		return;
	}
	if (signbit(d))
		cd_print_char(p, '-');
	nd_java_digits(fabs(d), single, &digits);
	put_java_real(p, digits.at, digits.count, digits.exponent);
}

static void print_real(struct printing *r)
{
	bool single = r->v.is.tag == CQL_TAG_FLOAT;

	nd_print_java_real(r->p, single ? (double)r->v.as.single : r->v.as.real, single);
}

static print_fn *printer(enum cql_kind kind)
{
	static const struct {
		enum cql_kind kind;
		print_fn *print;
	} printers[] = {
		{ CQL_KIND_ASCII, print_text },      { CQL_KIND_BIGINT, print_integer },
		{ CQL_KIND_BLOB, print_blob },       { CQL_KIND_BOOLEAN, print_boolean },
		{ CQL_KIND_COUNTER, print_integer }, { CQL_KIND_DECIMAL, print_decimal },
		{ CQL_KIND_DOUBLE, print_real },     { CQL_KIND_FLOAT, print_real },
		{ CQL_KIND_INT, print_integer },     { CQL_KIND_TIMESTAMP, print_timestamp },
		{ CQL_KIND_UUID, print_uuid },       { CQL_KIND_TEXT, print_text },
		{ CQL_KIND_VARINT, print_varint },   { CQL_KIND_TIMEUUID, print_uuid },
		{ CQL_KIND_INET, print_inet },       { CQL_KIND_DATE, print_date },
		{ CQL_KIND_TIME, print_time },       { CQL_KIND_SMALLINT, print_integer },
		{ CQL_KIND_TINYINT, print_integer }, { CQL_KIND_DURATION, print_duration },
	};

	for (size_t i = 0; i < sizeof printers / sizeof printers[0]; i++)
		if (printers[i].kind == kind)
			return printers[i].print;
	return print_blob;
}

/* Bytes of a number; 0: as many as there are. */
static size_t size_of(const cql_type *type)
{
	if (type->kind == CQL_KIND_SMALLINT)
		return 2;
	if (type->kind == CQL_KIND_TINYINT)
		return 1;
	return type->fixed_size > 0 ? (size_t)type->fixed_size : 0;
}

/* Java reads as many bytes as a number has, whatever follows: in [smallint, int] an int has too many. */
static struct cd_span as_read(const cql_type *type, struct nd_value value)
{
	size_t size = size_of(type);

	return (struct cd_span){ value.data, size && value.len > size ? size : value.len };
}

bool nd_native_print(const cql_type *type, struct nd_value value, enum nd_print_form form,
		     struct cd_arena *a, cql_text *out, struct nd_problem *p)
{
	struct cd_print print = { NULL, 0, 0 };
	struct printing r = { .form = form, .p = &print };

	type = nd_custom_like(type);
	*out = (cql_text){ "", 0 };
	if (value.presence != ND_VALUE)
		return true;
	if (!cd_value_decode(type, as_read(type, value), &r.v, NULL))
		return nd_refuse(p, ND_INVALID, "Not a value of type %s",
				 cql_kind_name(type->kind));
	if (r.v.is.tag == CQL_TAG_EMPTY)
		return true;
	printer(type->kind)(&r);
	print.out = cd_arena_take(a, print.len + 1);
	if (!print.out)
		return nd_no_memory(p);
	print.size = print.len + 1;
	print.len = 0;
	printer(type->kind)(&r);
	*out = (cql_text){ print.out, cd_print_end(&print) };
	return true;
}
