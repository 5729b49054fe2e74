/* SPDX-License-Identifier: MIT */
/* Digits of a binary fraction, one by one, until what is left is less than half of what its last bit
 * counts: the method of Steele and White, with the bounds, the estimates and the overflows that Java 17 has
 * in it, since they show. */
#include "node/value/java_real.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { FRACTION = 52, BIAS = 1023, SINGLE_FRACTION = 23, SINGLE_BIAS = 127 };

/* fraction x 2^(exponent - FRACTION) */
struct binary {
	uint64_t fraction; /* the bit of 2^FRACTION is its highest */
	int exponent;
	int significant; /* bits of the type: fewer where the number is so small that it has less */
	int used;        /* bits, without zeros at the end */
};

/* ---- bits --------------------------------------------------------------------------------------- */

static int bit_count(uint64_t n)
{
	int count = 0;

	for (; n; n >>= 1)
		count++;
	return count;
}

static int zeros_at_end(uint64_t n)
{
	int count = 0;

	for (; !(n & 1); n >>= 1)
		count++;
	return count;
}

/* The bits of a number whose type has so many behind the point. */
static struct binary binary_of(uint64_t bits, int behind, int bias)
{
	struct binary b = { .fraction = bits & ((UINT64_C(1) << behind) - 1),
			    .exponent = (int)(bits >> behind) };

	if (b.exponent) {
		b.fraction |= UINT64_C(1) << behind;
		b.significant = behind + 1;
	} else {
		b.significant = bit_count(b.fraction);
		b.exponent = b.significant - behind;
		b.fraction <<= 1 - b.exponent;
	}
	b.exponent -= bias;
	b.fraction <<= FRACTION - behind;
	b.used = FRACTION + 1 - zeros_at_end(b.fraction);
	return b;
}

static struct binary read_double(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof bits);
	return binary_of(bits, FRACTION, BIAS);
}

static struct binary read_single(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof bits);
	return binary_of(bits, SINGLE_FRACTION, SINGLE_BIAS);
}

/* ---- whole numbers ------------------------------------------------------------------------------ */

static uint64_t power(uint64_t of, int exponent)
{
	uint64_t n = 1;

	while (exponent-- > 0)
		n *= of;
	return n;
}

/* Digits that say nothing, since so many bits behind them are not known. */
static int vague_digits(int bits)
{
	return bits > 1 ? (int)(bits * 0.30102999566398120) : 0;
}

static void whole_digits(const struct binary *b, struct nd_java_digits *out)
{
	int vague = vague_digits(b->exponent - b->significant - 1), len = 0;
	uint64_t n = b->exponent >= FRACTION ? b->fraction << (b->exponent - FRACTION)
					     : b->fraction >> (FRACTION - b->exponent);
	uint64_t ten = power(10, vague);
	char digits[20];

	if (vague)
		n = n / ten + (n % ten >= ten / 2);
	for (; n % 10 == 0; n /= 10)
		vague++;
	for (; n; n /= 10)
		digits[len++] = (char)('0' + n % 10);
	for (int i = 0; i < len; i++)
		out->at[i] = digits[len - 1 - i];
	out->count = (size_t)len;
	out->exponent = vague + len - 1;
}

/* ---- numbers of any size ------------------------------------------------------------------------ */

enum { WORDS = 44 }; /* 2 x 10^324 and a fraction need fewer */

struct wide {
	uint32_t words[WORDS]; /* the least first */
};

static void multiply(struct wide *n, uint32_t by)
{
	uint64_t carry = 0;

	for (int i = 0; i < WORDS; i++) {
		carry += (uint64_t)n->words[i] * by;
		n->words[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

static int compare(const struct wide *a, const struct wide *b)
{
	for (int i = WORDS; i-- > 0;)
		if (a->words[i] != b->words[i])
			return a->words[i] < b->words[i] ? -1 : 1;
	return 0;
}

static void subtract(struct wide *n, const struct wide *less)
{
	int64_t carry = 0;

	for (int i = 0; i < WORDS; i++) {
		carry += (int64_t)n->words[i] - less->words[i];
		n->words[i] = (uint32_t)carry;
		carry = carry < 0 ? -1 : 0;
	}
}

static struct wide sum(const struct wide *a, const struct wide *b)
{
	struct wide n;
	uint64_t carry = 0;

	for (int i = 0; i < WORDS; i++) {
		carry += (uint64_t)a->words[i] + b->words[i];
		n.words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	return n;
}

/* n x 5^fives x 2^twos */
static struct wide wide_of(uint64_t n, int fives, int twos)
{
	struct wide out = { { 0 } };

	out.words[0] = (uint32_t)n;
	out.words[1] = (uint32_t)(n >> 32);
	while (fives-- > 0)
		multiply(&out, 5);
	for (; twos >= 16; twos -= 16)
		multiply(&out, 1 << 16);
	multiply(&out, UINT32_C(1) << twos);
	return out;
}

/* ---- the division ------------------------------------------------------------------------------- */

/* left / by x 10^e is the number; margin / by x 10^e is half of what its last bit counts. */
struct scale {
	int left2, left5, by2, by5, margin2;
};

/* Where all of it fits, Java computes with its ints or longs, and lets them overflow. */
enum width { INTS = 32, LONGS = 64, WIDE = 65 };

struct division {
	enum width width;
	int64_t left, by, margin, ten;
	struct wide wide_left, wide_by, wide_margin, wide_ten;
	/* of the last step: the digit, and whether the number may be less, or more, than what is left */
	unsigned digit;
	bool low, high;
};

static int64_t signed_of(uint64_t n)
{
	int64_t out;

	memcpy(&out, &n, sizeof out);
	return out;
}

/* What an integer of so many bits keeps of it. */
static int64_t wrap(enum width width, uint64_t n)
{
	uint32_t low = (uint32_t)n;

	if (width == LONGS)
		return signed_of(n);
	return low > INT32_MAX ? (int64_t)low - (INT64_C(1) << 32) : (int64_t)low;
}

static int bits_of_fives(int fives)
{
	enum { TABLE = 27 }; /* Java's: beyond, it guesses */

	return fives >= TABLE ? fives * 3 : fives ? bit_count(power(5, fives)) : 0;
}

static enum width width_of(const struct binary *b, const struct scale *s)
{
	int left = b->used + s->left2 + bits_of_fives(s->left5);
	int ten = s->by2 + 1 + bits_of_fives(s->by5 + 1);
	int most = left > ten ? left : ten;

	return most < INTS ? INTS : most < LONGS ? LONGS : WIDE;
}

static void division_init(struct division *v, const struct binary *b, const struct scale *s)
{
	uint64_t n = b->fraction >> (FRACTION + 1 - b->used);

	v->width = width_of(b, s);
	if (v->width == WIDE) {
		v->wide_left = wide_of(n, s->left5, s->left2);
		v->wide_by = wide_of(1, s->by5, s->by2);
		v->wide_margin = wide_of(1, s->left5, s->margin2);
		v->wide_ten = v->wide_by;
		multiply(&v->wide_ten, 10);
		return;
	}
	v->left = wrap(v->width, n * power(5, s->left5) << s->left2);
	v->by = wrap(v->width, power(5, s->by5) << s->by2);
	v->margin = wrap(v->width, power(5, s->left5) << s->margin2);
	v->ten = wrap(v->width, (uint64_t)v->by * 10);
}

static void step_wide(struct division *v)
{
	struct wide more;

	for (v->digit = 0; compare(&v->wide_left, &v->wide_by) >= 0; v->digit++)
		subtract(&v->wide_left, &v->wide_by);
	multiply(&v->wide_left, 10);
	multiply(&v->wide_margin, 10);
	more = sum(&v->wide_left, &v->wide_margin);
	v->low = compare(&v->wide_left, &v->wide_margin) < 0;
	v->high = compare(&more, &v->wide_ten) >= 0;
}

static void step(struct division *v, bool is_first)
{
	if (v->width == WIDE) {
		step_wide(v);
		return;
	}
	v->digit = (unsigned)(v->left / v->by);
	v->left = 10 * (v->left % v->by);
	v->margin = wrap(v->width, (uint64_t)v->margin * 10);
	v->low = v->left < v->margin;
	v->high = wrap(v->width, (uint64_t)v->left + (uint64_t)v->margin) > v->ten;
	if (!is_first && v->margin <= 0)
		v->low = v->high = true;
}

/* Whether what is left is more than half of a digit (1), less (-1) or just that. */
static int compare_half(const struct division *v)
{
	struct wide twice;
	int64_t difference;

	if (v->width == WIDE) {
		twice = sum(&v->wide_left, &v->wide_left);
		return compare(&twice, &v->wide_ten);
	}
	difference = wrap(v->width, (uint64_t)v->left * 2 - (uint64_t)v->ten);
	return (difference > 0) - (difference < 0);
}

/* ---- fractions ---------------------------------------------------------------------------------- */

/* The power of ten that the number begins with, or one more. */
static int estimate(const struct binary *b)
{
	double fraction = ldexp((double)b->fraction, -FRACTION);

	return (int)floor((fraction - 1.5) * 0.289529654 + 0.176091259 +
			  (double)b->exponent * 0.301029995663981);
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static struct scale scale_of(const struct binary *b, int exponent, int behind_point)
{
	struct scale s = { .left5 = exponent < 0 ? -exponent : 0,
			   .by5 = exponent > 0 ? exponent : 0 };
	int common;

	s.left2 = s.left5 + behind_point + b->exponent;
	s.by2 = s.by5 + behind_point;
	s.margin2 = s.left2 - b->significant;
	s.left2 -= b->used - 1;
	common = least(s.left2, s.by2);
	s.left2 -= common;
	s.by2 -= common;
	s.margin2 -= common;
	if (b->used == 1) /* below a power of two the next number is only half as far */
		s.margin2--;
	if (s.margin2 < 0) {
		s.left2 -= s.margin2;
		s.by2 -= s.margin2;
		s.margin2 = 0;
	}
	return s;
}

static void round_up(struct nd_java_digits *d)
{
	size_t i = d->count;

	while (i-- > 0) {
		if (d->at[i] != '9') {
			d->at[i]++;
			return;
		}
		d->at[i] = '0';
	}
	d->at[0] = '1';
	d->exponent++;
}

static bool is_rounded_up(const struct division *v, char last)
{
	int half = v->low ? compare_half(v) : 1;

	return v->high && (half > 0 || (half == 0 && (last & 1)));
}

static void fraction_digits(const struct binary *b, int behind_point, struct nd_java_digits *out)
{
	int exponent = estimate(b);
	const struct scale s = scale_of(b, exponent, behind_point);
	struct division v = { 0 };

	division_init(&v, b, &s);
	step(&v, true);
	if (v.digit == 0 && !v.high)
		exponent--;
	else
		out->at[out->count++] = (char)('0' + v.digit);
	/* with an exponent there is always a digit behind the point */
	if (exponent < -3 || exponent >= 8)
		v.low = v.high = false;
	while (!v.low && !v.high && out->count < sizeof out->at) {
		step(&v, false);
		out->at[out->count++] = (char)('0' + v.digit);
	}
	out->exponent = exponent;
	if (is_rounded_up(&v, out->at[out->count - 1]))
		round_up(out);
}

/* ---- both --------------------------------------------------------------------------------------- */

void nd_java_digits(double d, bool single, struct nd_java_digits *out)
{
	struct binary b;
	int behind_point;

	*out = (struct nd_java_digits){ { '0' }, 1, 0 };
	if (d == 0)
		return;
	out->count = 0;
	b = single ? read_single((float)d) : read_double(d);
	behind_point = b.used - b.exponent - 1;
	if (b.exponent <= 62 && behind_point <= 0)
		whole_digits(&b, out);
	else
		fraction_digits(&b, behind_point > 0 ? behind_point : 0, out);
}
