/* SPDX-License-Identifier: MIT */
/* Varints, decimals and floating point numbers to and from text. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/cql_arena.h"
#include "proto/digits.h"
#include "proto/text.h"
#include "proto/value.h"

/* ---- significands --------------------------------------------------------------------------- */

/* Digits with a point among them, behind, or in front. */
struct number {
	bool minus;
	const char *at, *end; /* from the first digit that is not 0 */
	size_t digits;        /* without leading zeros */
	size_t fraction;      /* behind the point, zeros too */
	int64_t exponent;     /* of E; beyond 2^40 it is cut */
};

static bool scan_digits(struct cd_scan *s, struct number *n, bool point)
{
	bool seen = false, pointed = false;

	n->at = NULL;
	n->digits = n->fraction = 0;
	for (; s->at < s->end; s->at++) {
		char c = *s->at;
		if (c == '.' && point && !pointed) {
			pointed = true;
			continue;
		}
		if (!cd_scan_is_digit(c))
			break;
		seen = true;
		n->fraction += pointed;
		if (!n->at && c != '0')
			n->at = s->at;
		n->digits += n->at != NULL;
	}
	n->end = s->at;
	if (!n->at)
		n->at = n->end;
	return seen || cd_scan_fail(s, COODIE_ERR_TYPE, "expected the digits of a number");
}

static bool scan_exponent(struct cd_scan *s, struct number *n)
{
	const int64_t most = INT64_C(1) << 40;
	uint64_t exponent = 0;

	n->exponent = 0;
	if (!cd_scan_take(s, 'e') && !cd_scan_take(s, 'E'))
		return true;
	bool minus = cd_scan_minus(s);
	if (!cd_scan_digits(s, SIZE_MAX, &exponent))
		return cd_scan_fail(s, COODIE_ERR_TYPE, "expected the digits of an exponent");
	n->exponent = exponent > (uint64_t)most ? most : (int64_t)exponent;
	if (minus)
		n->exponent = -n->exponent;
	return true;
}

static bool convert(struct cd_scan *s, const struct number *n, struct cd_arena *a, cql_varint *out)
{
	if (n->digits > CD_DIGITS_MOST) {
		s->at = n->at;
		return cd_scan_fail(s, COODIE_ERR_LIMIT,
				    "%zu digits, more than %d: write 0x and the bytes in "
				    "hexadecimal",
				    n->digits, CD_DIGITS_MOST);
	}
	return cd_digits_read(n->at, n->end, n->minus, a, out) || cd_no_memory(s->err, "a number");
}

/* ---- numbers beyond the limit --------------------------------------------------------------- */

static bool is_hex(const struct cd_scan *s)
{
	return cd_scan_left(s) >= 2 && s->at[0] == '0' && cd_scan_lower(s->at[1]) == 'x';
}

/* Two's complement, as it was printed. */
static bool scan_hex(struct cd_scan *s, struct cd_arena *a, cql_varint *out)
{
	struct cd_scan digits;

	if (!cd_scan_blob(s, &digits))
		return false;
	size_t len = cd_scan_left(&digits) / 2;
	if (len == 0)
		return cd_scan_fail(s, COODIE_ERR_TYPE, "expected the bytes of a number");
	uint8_t *bytes = cd_arena_take(a, len);
	if (!bytes)
		return cd_no_memory(s->err, "a number");
	cd_unhex_digits(&digits, bytes);
	*out = cd_varint_shortest((cql_varint){ bytes, len });
	return true;
}

/* ---- varint --------------------------------------------------------------------------------- */

bool cd_scan_varint(struct cd_scan *s, struct cd_arena *a, cql_varint *out)
{
	struct number n;

	if (is_hex(s))
		return scan_hex(s, a, out);
	n.minus = cd_scan_minus(s);
	return scan_digits(s, &n, false) && convert(s, &n, a, out);
}

void cd_print_varint(struct cd_print *p, cql_varint v)
{
	struct cd_digits d;
	int64_t small;

	if (!v.data || v.len == 0) {
		cd_print_text(p, "null");
	} else if (cd_varint_to_int64(v, &small)) {
		cd_print_integer(p, small);
	} else if (cd_digits_of(&d, v, NULL)) {
		if (d.minus)
			cd_print_char(p, '-');
		cd_print_bytes(p, d.at, d.len);
		cd_digits_free(&d);
	} else {
		cd_print_hex(p, v.data, v.len);
	}
}

bool cql_varint_parse(const char *text, cql_arena *arena, cql_varint *out, coodie_error *err)
{
	struct cd_scan s;
	cql_varint v;

	if (!cd_scan_over(&s, text, err) || !cd_scan_varint(&s, &arena->arena, &v) ||
	    !cd_scan_end(&s, "a varint"))
		return false;
	*out = v;
	return true;
}

size_t cql_varint_format(cql_varint varint, char *out, size_t size)
{
	struct cd_print p = { out, size, 0 };

	cd_print_varint(&p, varint);
	return cd_print_end(&p);
}

cql_varint cql_varint_of(int64_t value, uint8_t storage[8])
{
	cd_put_be64(storage, (uint64_t)value);
	return cd_varint_shortest((cql_varint){ storage, 8 });
}

bool cql_varint_to_int64(cql_varint varint, int64_t *out, coodie_error *err)
{
	cd_clear(err);
	if (!varint.data || varint.len == 0)
		return cd_fail(err, COODIE_ERR_TYPE, "the varint is null");
	if (!cd_varint_to_int64(varint, out))
		return cd_fail(err, COODIE_ERR_RANGE, "a varint of %zu bytes does not fit 64 bits",
			       cd_varint_shortest(varint).len);
	return true;
}

/* ---- decimal -------------------------------------------------------------------------------- */

bool cd_scan_decimal(struct cd_scan *s, struct cd_arena *a, cql_decimal *out)
{
	const char *from = s->at;
	struct number n = { .fraction = 0 };
	bool hex = is_hex(s);
	cql_varint unscaled;

	if (hex) {
		if (!scan_hex(s, a, &unscaled))
			return false;
	} else {
		n.minus = cd_scan_minus(s);
		if (!scan_digits(s, &n, true))
			return false;
	}
	if (!scan_exponent(s, &n))
		return false;
	int64_t scale = (int64_t)n.fraction - n.exponent;
	if (scale != (int32_t)scale) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_RANGE, "the scale does not fit 32 bits");
	}
	if (!hex && !convert(s, &n, a, &unscaled))
		return false;
	*out = (cql_decimal){ unscaled, (int32_t)scale };
	return true;
}

/* As Java's BigDecimal: plain where no zeros have to be made up but five behind the point. */
static void print_scaled(struct cd_print *p, const char *at, size_t len, int64_t scale)
{
	int64_t exponent = (int64_t)len - 1 - scale;
	bool plain = scale >= 0 && exponent >= -6;
	size_t whole = !plain ? 1 : exponent < 0 ? 0 : (size_t)exponent + 1;

	if (whole == 0) {
		cd_print_text(p, "0.");
		cd_print_many(p, '0', (size_t)(-exponent - 1));
	}
	cd_print_bytes(p, at, whole);
	if (whole && whole < len)
		cd_print_char(p, '.');
	cd_print_bytes(p, at + whole, len - whole);
	if (plain)
		return;
	cd_print_text(p, exponent < 0 ? "E" : "E+");
	cd_print_integer(p, exponent);
}

void cd_print_decimal(struct cd_print *p, cql_decimal v)
{
	struct cd_digits d;

	if (!v.unscaled.data || v.unscaled.len == 0) {
		cd_print_text(p, "null");
	} else if (cd_digits_of(&d, v.unscaled, NULL)) {
		if (d.minus)
			cd_print_char(p, '-');
		print_scaled(p, d.at, d.len, v.scale);
		cd_digits_free(&d);
	} else { /* the E is the capital one: no digit */
		cd_print_hex(p, v.unscaled.data, v.unscaled.len);
		cd_print_text(p, v.scale > 0 ? "E" : "E+");
		cd_print_integer(p, -(int64_t)v.scale);
	}
}

bool cql_decimal_parse(const char *text, cql_arena *arena, cql_decimal *out, coodie_error *err)
{
	struct cd_scan s;
	cql_decimal v;

	if (!cd_scan_over(&s, text, err) || !cd_scan_decimal(&s, &arena->arena, &v) ||
	    !cd_scan_end(&s, "a decimal"))
		return false;
	*out = v;
	return true;
}

size_t cql_decimal_format(cql_decimal decimal, char *out, size_t size)
{
	struct cd_print p = { out, size, 0 };

	cd_print_decimal(&p, decimal);
	return cd_print_end(&p);
}

/* ---- floating point ------------------------------------------------------------------------- */

/* No double, and no point between two of them, has more digits than these: all behind them only
 * say whether there is something. */
enum { REAL_DIGITS = 800 };

/* Digits and an exponent without a point, which every locale reads the same. */
static double convert_real(const struct number *n, bool single)
{
	char text[REAL_DIGITS + 32];
	int64_t exponent = n->exponent - (int64_t)n->fraction;
	size_t len = 0, seen = 0;
	bool more = false;

	for (const char *at = n->at; at < n->end; at++) {
		if (*at == '.')
			continue;
		if (seen++ < REAL_DIGITS)
			text[len++] = *at;
		else
			more |= *at != '0';
	}
	exponent += (int64_t)(seen - len);
	if (more) {
		text[len++] = '1';
		exponent--;
	}
	if (len == 0)
		text[len++] = '0';
	snprintf(text + len, 32, "e%" PRId64, exponent);
	return single ? (double)strtof(text, NULL) : strtod(text, NULL);
}

bool cd_scan_real(struct cd_scan *s, bool single, double *out)
{
	const char *from = s->at;
	struct number n = { .minus = cd_scan_minus(s) };
	double d;

	if (cd_scan_word(s, "nan")) {
		*out = (double)NAN;
		return true;
	}
	if (cd_scan_word(s, "infinity")) {
		d = (double)INFINITY;
	} else {
		if (!scan_digits(s, &n, true) || !scan_exponent(s, &n))
			return false;
		d = convert_real(&n, single);
		if (isinf(d)) {
			s->at = from;
			return cd_scan_fail(s, COODIE_ERR_RANGE, "out of range for %s",
					    single ? "float" : "double");
		}
	}
	*out = n.minus ? -d : d;
	return true;
}
