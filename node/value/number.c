/* SPDX-License-Identifier: MIT */
/* Numbers of every CQL type, read and written. */
#include "node/value/number.h"

#include <math.h>
#include <string.h>

#include "node/value/native_print.h"
#include "node/value/native_text.h"
#include "proto/digits.h"
#include "proto/text.h"

const enum cql_kind nd_number_kinds[ND_NUMBER_KINDS] = {
	CQL_KIND_TINYINT, CQL_KIND_SMALLINT, CQL_KIND_INT,    CQL_KIND_BIGINT,  CQL_KIND_FLOAT,
	CQL_KIND_DOUBLE,  CQL_KIND_DECIMAL,  CQL_KIND_VARINT, CQL_KIND_COUNTER,
};

bool nd_number_is(enum cql_kind kind)
{
	for (size_t i = 0; i < ND_NUMBER_KINDS; i++)
		if (nd_number_kinds[i] == kind)
			return true;
	return false;
}

struct nd_number nd_number_of_integer(int64_t n)
{
	return (struct nd_number){ .form = ND_NUMBER_INTEGER, .integer = n };
}

struct nd_number nd_number_of_real(double d)
{
	return (struct nd_number){ .form = ND_NUMBER_REAL, .real = d };
}

/* ---- reading ---------------------------------------------------------------------------------- */

static double read_real(struct nd_value v)
{
	float single;
	double d;
	uint64_t bits = (uint64_t)nd_value_integer(v);
	uint32_t few = (uint32_t)bits;

	if (v.len == 4) {
		memcpy(&single, &few, sizeof single);
		return (double)single;
	}
	memcpy(&d, &bits, sizeof d);
	return d;
}

static bool too_large(const struct nd_call *c)
{
	return nd_refuse(c->problem, ND_INVALID,
			 "Numbers of more than %d bits are not supported by the node's arithmetic",
			 32 * ND_BIG_WORDS);
}

bool nd_number_read(const struct nd_call *c, enum cql_kind kind, struct nd_value v,
		    struct nd_number *out)
{
	bool is_decimal = kind == CQL_KIND_DECIMAL;

	*out = nd_number_of_integer(nd_value_integer(v));
	if (kind == CQL_KIND_FLOAT || kind == CQL_KIND_DOUBLE) {
		*out = nd_number_of_real(read_real(v));
	} else if (is_decimal || kind == CQL_KIND_VARINT) {
		if (is_decimal && v.len < 5)
			return nd_refuse(c->problem, ND_INVALID, "Not a decimal");
		out->form = ND_NUMBER_DECIMAL;
		out->decimal.scale = is_decimal ? (int32_t)cd_get_be32(v.data) : 0;
		out->decimal.unscaled = nd_big_read(c->arena, v.data + (is_decimal ? 4 : 0),
						    v.len - (is_decimal ? 4 : 0));
		if (out->decimal.unscaled.failed)
			return too_large(c);
	}
	return true;
}

/* Java's (long) of a double. */
static int64_t long_of(double d)
{
	if (isnan(d))
		return 0;
	if (d >= 9223372036854775808.0)
		return INT64_MAX;
	return d <= -9223372036854775808.0 ? INT64_MIN : (int64_t)d;
}

int64_t nd_number_integer(const struct nd_number *n)
{
	struct cd_arena scratch = { 0 };
	int64_t out;

	if (n->form == ND_NUMBER_INTEGER)
		return n->integer;
	if (n->form == ND_NUMBER_REAL)
		return long_of(n->real);
	if (n->decimal.scale == 0)
		return nd_big_low(n->decimal.unscaled);
	cd_arena_init(&scratch, NULL, 0);
	out = nd_big_low(nd_decimal_rescale(&scratch, n->decimal, 0, ND_ROUND_DOWN).unscaled);
	cd_arena_deinit(&scratch);
	return out;
}

/* Rounded once, from all the digits: a power of ten would round a second time, and a double on its way
 * to a float too. */
static double round_decimal(const struct nd_decimal *d, bool single)
{
	struct cd_arena scratch = { 0 };
	cql_decimal v = { .scale = d->scale };
	struct cd_print p = { NULL, 0, 0 };
	coodie_error none = { 0 };
	struct cd_scan s;
	double out;

	cd_arena_init(&scratch, NULL, 0);
	v.unscaled = nd_big_write(&scratch, d->unscaled);
	cd_print_decimal(&p, v);
	p.size = p.len + 1;
	p.out = cd_arena_take(&scratch, p.size);
	p.len = 0;
	out = d->unscaled.minus ? -(double)INFINITY : (double)INFINITY; /* what is too large */
	if (p.out) {
		cd_print_decimal(&p, v);
		s = (struct cd_scan){ p.out, p.out, p.out + cd_print_end(&p), &none };
		cd_scan_real(&s, single, &out);
	}
	cd_arena_deinit(&scratch);
	return out;
}

double nd_number_real(const struct nd_number *n)
{
	if (n->form != ND_NUMBER_DECIMAL)
		return n->form == ND_NUMBER_REAL ? n->real : (double)n->integer;
	return n->decimal.scale ? round_decimal(&n->decimal, false)
				: nd_big_real(n->decimal.unscaled);
}

/* Rounded once, on every machine: the instruction that does it rounds twice under valgrind. What a
 * double has no bits for is first gathered in the lowest that it has. */
static float single_of_integer(int64_t n)
{
	const int64_t lost = 0x3ff;

	if (n < -((int64_t)1 << 53) || n > (int64_t)1 << 53)
		n = (n & ~lost) | ((n & lost) ? lost + 1 : 0);
	return (float)(double)n;
}

/* As floatValue(). */
static float single_of(const struct nd_number *n)
{
	if (n->form == ND_NUMBER_INTEGER)
		return single_of_integer(n->integer);
	if (n->form == ND_NUMBER_REAL)
		return (float)n->real;
	return (float)round_decimal(&n->decimal, true);
}

/* The decimal that Java's text of a double, or of a float, means. */
static bool decimal_of_real(const struct nd_call *c, double d, bool single, struct nd_decimal *out)
{
	char text[64];
	struct cd_print p = { text, sizeof text, 0 };
	struct cd_scan s;
	cql_decimal v;

	if (!isfinite(d))
		return nd_refuse(c->problem, ND_INVALID,
				 isnan(d)
					 ? "A NaN cannot be converted into a decimal"
					 : "An infinite number cannot be converted into a decimal");
	nd_print_java_real(&p, d, single);
	s = (struct cd_scan){ text, text, text + cd_print_end(&p), NULL };
	if (!cd_scan_decimal(&s, c->arena, &v))
		return nd_no_memory(c->problem);
	out->unscaled = nd_big_read(c->arena, v.unscaled.data, v.unscaled.len);
	out->scale = v.scale;
	return !out->unscaled.failed || too_large(c);
}

bool nd_number_decimal(const struct nd_call *c, const struct nd_number *n, struct nd_decimal *out)
{
	if (n->form == ND_NUMBER_REAL)
		return decimal_of_real(c, n->real, n->is_single, out);
	*out = n->decimal;
	if (n->form == ND_NUMBER_INTEGER)
		*out = (struct nd_decimal){ nd_big_of(c->arena, n->integer), 0 };
	return !out->unscaled.failed || too_large(c);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static bool write_single(const struct nd_call *c, float f, struct nd_value *out)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof bits);
	return nd_value_of_integer(c, isnan(f) ? 0x7FC00000 : bits, 4, out);
}

static bool write_double(const struct nd_call *c, double d, struct nd_value *out)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof bits);
	return nd_value_of_integer(c, isnan(d) ? 0x7FF8000000000000 : (int64_t)bits, 8, out);
}

bool nd_number_write_decimal(const struct nd_call *c, enum cql_kind kind, struct nd_decimal d,
			     struct nd_value *out)
{
	bool is_decimal = kind == CQL_KIND_DECIMAL;
	cql_varint v;
	uint8_t *bytes;

	if (!is_decimal && d.scale)
		d = nd_decimal_rescale(c->arena, d, 0, ND_ROUND_DOWN);
	v = nd_big_write(c->arena, d.unscaled);
	if (!v.data)
		return too_large(c);
	if (!is_decimal) {
		*out = (struct nd_value){ ND_VALUE, v.data, v.len };
		return true;
	}
	if (!(bytes = cd_arena_take(c->arena, v.len + 4)))
		return nd_no_memory(c->problem);
	cd_put_be32(bytes, (uint32_t)d.scale);
	memcpy(bytes + 4, v.data, v.len);
	*out = (struct nd_value){ ND_VALUE, bytes, v.len + 4 };
	return true;
}

static size_t integer_size(enum cql_kind kind)
{
	return kind == CQL_KIND_TINYINT    ? 1
	       : kind == CQL_KIND_SMALLINT ? 2
	       : kind == CQL_KIND_INT      ? 4
					   : 8;
}

bool nd_number_write(const struct nd_call *c, enum cql_kind kind, const struct nd_number *n,
		     struct nd_value *out)
{
	struct nd_decimal d;
	int64_t integer;

	if (kind == CQL_KIND_FLOAT)
		return write_single(c, single_of(n), out);
	if (kind == CQL_KIND_DOUBLE)
		return write_double(c, nd_number_real(n), out);
	if (kind == CQL_KIND_DECIMAL || kind == CQL_KIND_VARINT)
		return nd_number_decimal(c, n, &d) && nd_number_write_decimal(c, kind, d, out);
	integer = nd_number_integer(n);
	/* a real goes through an int first, which keeps within its bounds */
	if (n->form == ND_NUMBER_REAL && integer_size(kind) < 8)
		integer = integer > INT32_MAX   ? INT32_MAX
			  : integer < INT32_MIN ? INT32_MIN
						: integer;
	return nd_value_of_integer(c, integer, integer_size(kind), out);
}
