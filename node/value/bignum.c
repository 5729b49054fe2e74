/* SPDX-License-Identifier: MIT */
/* Arithmetic with integers of any size, word by word. */
#include "node/value/bignum.h"

#include <math.h>
#include <string.h>

static const struct nd_big failure = { .failed = true };

/* Words to be filled; NULL: too many, or out of memory. */
static uint32_t *take(struct cd_arena *a, size_t count)
{
	return count > 2 * (size_t)ND_BIG_WORDS + 2
		       ? NULL
		       : cd_arena_take_array(a, count + 1, sizeof(uint32_t));
}

static struct nd_big finish(const uint32_t *words, size_t count, bool minus)
{
	while (count && words[count - 1] == 0)
		count--;
	if (count > ND_BIG_WORDS)
		return failure;
	return (struct nd_big){ .minus = minus && count, .count = (uint32_t)count, .words = words };
}

struct nd_big nd_big_read(struct cd_arena *a, const uint8_t *data, size_t len)
{
	bool minus = len && data[0] & 0x80;
	uint32_t carry = minus, *words = take(a, len / 4 + 1);

	if (!words)
		return failure;
	for (size_t i = 0; i < len; i++) {
		uint32_t byte = data[len - 1 - i];
		carry += minus ? byte ^ 0xFF : byte;
		words[i / 4] |= (carry & 0xFF) << (8 * (i % 4));
		carry >>= 8;
	}
	if (carry && len % 4)
		words[len / 4] |= 1U << (8 * (len % 4));
	else if (carry && len)
		words[len / 4] = 1;
	return finish(words, len / 4 + 1, minus);
}

struct nd_big nd_big_of(struct cd_arena *a, int64_t n)
{
	uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	uint32_t *words = take(a, 2);

	if (!words)
		return failure;
	words[0] = (uint32_t)size;
	words[1] = (uint32_t)(size >> 32);
	return finish(words, 2, n < 0);
}

cql_varint nd_big_write(struct cd_arena *a, struct nd_big n)
{
	size_t len = 4 * (size_t)n.count + 1, first = 0;
	uint8_t *out = n.failed ? NULL : cd_arena_take(a, len);
	uint32_t carry = n.minus;

	if (!out)
		return (cql_varint){ NULL, 0 };
	for (size_t i = 0; i < len; i++) {
		uint32_t byte = i / 4 < n.count ? n.words[i / 4] >> (8 * (i % 4)) & 0xFF : 0;
		carry += n.minus ? byte ^ 0xFF : byte;
		out[len - 1 - i] = (uint8_t)carry;
		carry >>= 8;
	}
	while (first + 1 < len && out[first] == (n.minus ? 0xFF : 0) &&
	       (out[first] & 0x80) == (out[first + 1] & 0x80))
		first++;
	return (cql_varint){ out + first, len - first };
}

int nd_big_compare_size(struct nd_big x, struct nd_big y)
{
	if (x.count != y.count)
		return x.count < y.count ? -1 : 1;
	for (uint32_t i = x.count; i > 0; i--)
		if (x.words[i - 1] != y.words[i - 1])
			return x.words[i - 1] < y.words[i - 1] ? -1 : 1;
	return 0;
}

static uint32_t word(struct nd_big n, size_t i)
{
	return i < n.count ? n.words[i] : 0;
}

struct nd_big nd_big_negate(struct nd_big n)
{
	n.minus = !n.minus && n.count;
	return n;
}

struct nd_big nd_big_add(struct cd_arena *a, struct nd_big x, struct nd_big y)
{
	bool differ = x.minus != y.minus;
	size_t count = (x.count > y.count ? x.count : y.count) + (size_t)1;
	uint32_t *words = take(a, count);
	int64_t carry = 0;

	if (!words || x.failed || y.failed)
		return failure;
	if (differ && nd_big_compare_size(x, y) < 0) {
		struct nd_big swap = x;
		x = y;
		y = swap;
	}
	for (size_t i = 0; i < count; i++) {
		carry += (int64_t)word(x, i) +
			 (differ ? -(int64_t)word(y, i) : (int64_t)word(y, i));
		words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	return finish(words, count, x.minus);
}

struct nd_big nd_big_multiply(struct cd_arena *a, struct nd_big x, struct nd_big y)
{
	size_t count = (size_t)x.count + y.count;
	uint32_t *words = take(a, count);

	if (!words || x.failed || y.failed)
		return failure;
	for (size_t i = 0; i < x.count; i++) {
		uint64_t carry = 0;
		for (size_t n = 0; n < y.count; n++) {
			carry += (uint64_t)x.words[i] * y.words[n] + words[i + n];
			words[i + n] = (uint32_t)carry;
			carry >>= 32;
		}
		words[i + y.count] = (uint32_t)carry;
	}
	return finish(words, count, x.minus != y.minus);
}

/* ---- division --------------------------------------------------------------------------------- */

/* By one word; what is left over. */
static uint32_t divide_by_word(const struct nd_big *x, uint32_t by, uint32_t *words)
{
	uint64_t rest = 0;

	for (size_t i = x->count; i > 0; i--) {
		rest = rest << 32 | x->words[i - 1];
		words[i - 1] = (uint32_t)(rest / by);
		rest %= by;
	}
	return (uint32_t)rest;
}

/* Moved up by some bits, into one word more. */
static void shift_up(const struct nd_big *n, unsigned bits, uint32_t *out)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < n->count; i++) {
		carry |= (uint64_t)n->words[i] << bits;
		out[i] = (uint32_t)carry;
		carry >>= 32;
	}
	out[n->count] = (uint32_t)carry;
}

/* One word of the quotient: rest[0..count] -= q * by[0..count-1]. */
static uint32_t divide_step(uint32_t *rest, const uint32_t *by, size_t count)
{
	uint64_t top = (uint64_t)rest[count] << 32 | rest[count - 1];
	uint64_t q = top / by[count - 1], left = top % by[count - 1];
	int64_t borrow = 0;

	while (left <= UINT32_MAX &&
	       (q > UINT32_MAX || q * by[count - 2] > (left << 32 | rest[count - 2]))) {
		q--;
		left += by[count - 1];
	}
	uint64_t carry = 0;
	for (size_t i = 0; i <= count; i++) {
		carry += i < count ? q * by[i] : 0;
		borrow += (int64_t)rest[i] - (int64_t)(uint32_t)carry;
		rest[i] = (uint32_t)borrow;
		borrow >>= 32;
		carry >>= 32;
	}
	if (borrow == 0)
		return (uint32_t)q;
	/* one too many: give it back */
	carry = 0;
	for (size_t i = 0; i <= count; i++) {
		carry += (uint64_t)rest[i] + (i < count ? by[i] : 0);
		rest[i] = (uint32_t)carry;
		carry >>= 32;
	}
	return (uint32_t)q - 1;
}

/* Knuth's algorithm D. */
static struct nd_big divide_long(struct cd_arena *a, const struct nd_big *x, const struct nd_big *y,
				 struct nd_big *rest)
{
	uint32_t *up = take(a, (size_t)x->count + 1), *by = take(a, (size_t)y->count + 1);
	uint32_t *words = take(a, x->count), *down = take(a, y->count);
	unsigned bits = 0;

	*rest = failure;
	if (!up || !by || !words || !down)
		return failure;
	while (!(y->words[y->count - 1] << bits & 0x80000000U))
		bits++;
	shift_up(x, bits, up);
	shift_up(y, bits, by);
	for (size_t i = x->count - y->count + 1; i > 0; i--)
		words[i - 1] = divide_step(up + i - 1, by, y->count);
	for (size_t i = 0; i < y->count; i++)
		down[i] = (uint32_t)(((uint64_t)up[i + 1] << 32 | up[i]) >> bits);
	*rest = finish(down, y->count, x->minus);
	return finish(words, x->count, x->minus != y->minus);
}

struct nd_big nd_big_divide(struct cd_arena *a, struct nd_big x, struct nd_big y,
			    struct nd_big *rest)
{
	uint32_t *words;

	*rest = x;
	if (x.failed || y.failed || y.count == 0)
		return failure;
	if (nd_big_compare_size(x, y) < 0)
		return (struct nd_big){ 0 };
	if (y.count > 1)
		return divide_long(a, &x, &y, rest);
	if (!(words = take(a, x.count)))
		return failure;
	*rest = nd_big_of(a, divide_by_word(&x, y.words[0], words));
	rest->minus = x.minus && rest->count;
	return finish(words, x.count, x.minus != y.minus);
}

/* ---- digits ----------------------------------------------------------------------------------- */

struct nd_big nd_big_power_of_ten(struct cd_arena *a, uint32_t exponent)
{
	struct nd_big out = nd_big_of(a, 1), power = nd_big_of(a, 10);

	/* beyond this many digits there is no number */
	if (exponent > 10 * ND_BIG_WORDS)
		return failure;
	for (; exponent; exponent >>= 1) {
		if (exponent & 1)
			out = nd_big_multiply(a, out, power);
		if (exponent > 1)
			power = nd_big_multiply(a, power, power);
	}
	return out;
}

uint32_t nd_big_digits(struct cd_arena *a, struct nd_big n)
{
	uint32_t digits, bits;

	if (n.count == 0)
		return 1;
	bits = 32 * (n.count - 1);
	for (uint32_t top = n.words[n.count - 1]; top; top >>= 1)
		bits++;
	/* at most one too few: log10(2) for each bit but the first */
	digits = (uint32_t)((double)(bits - 1) * 0.30102999566398120) + 1;
	struct nd_big next = nd_big_power_of_ten(a, digits);
	return !next.failed && nd_big_compare_size(n, next) >= 0 ? digits + 1 : digits;
}

int64_t nd_big_low(struct nd_big n)
{
	uint64_t low = word(n, 0) | (uint64_t)word(n, 1) << 32;

	return (int64_t)(n.minus ? 0 - low : low);
}

double nd_big_real(struct nd_big n)
{
	double d = 0;
	bool sticky = false;

	/* the top words round once; what is below only breaks ties */
	for (uint32_t i = n.count > 3 ? n.count - 3 : 0; i > 0; i--)
		sticky |= n.words[i - 1] != 0;
	uint32_t first = n.count > 3 ? n.count - 3 : 0;
	uint64_t high = (uint64_t)word(n, first + 2) << 32 | word(n, first + 1);
	uint64_t low = word(n, first);
	unsigned shift = 0;
	if (n.count > 2) {
		while (!(high & 0x8000000000000000U)) {
			high = high << 1 | (low >> 31 & 1);
			low = low << 1 & 0xFFFFFFFFU;
			shift++;
		}
		high |= low || sticky;
		d = ldexp((double)high, (int)(32 * (first + 1)) - (int)shift);
	} else {
		d = (double)(high << 32 | low);
	}
	return n.minus ? -d : d;
}

/* ---- decimals --------------------------------------------------------------------------------- */

static struct nd_big scaled_up(struct cd_arena *a, struct nd_big n, int64_t by)
{
	if (by == 0 || n.count == 0)
		return n;
	return by > UINT32_MAX ? failure
			       : nd_big_multiply(a, n, nd_big_power_of_ten(a, (uint32_t)by));
}

struct nd_decimal nd_decimal_add(struct cd_arena *a, struct nd_decimal x, struct nd_decimal y)
{
	int32_t scale = x.scale > y.scale ? x.scale : y.scale;

	return (struct nd_decimal){
		nd_big_add(a, scaled_up(a, x.unscaled, (int64_t)scale - x.scale),
			   scaled_up(a, y.unscaled, (int64_t)scale - y.scale)),
		scale,
	};
}

struct nd_decimal nd_decimal_multiply(struct cd_arena *a, struct nd_decimal x, struct nd_decimal y)
{
	int64_t scale = (int64_t)x.scale + y.scale;
	struct nd_decimal out = { nd_big_multiply(a, x.unscaled, y.unscaled), (int32_t)scale };

	if (scale > INT32_MAX || scale < INT32_MIN)
		out.unscaled = failure;
	return out;
}

/* Whether the quotient goes away from zero by one. */
static bool rounds_up(struct cd_arena *a, struct nd_big q, struct nd_big rest, struct nd_big by,
		      enum nd_rounding rounding)
{
	struct nd_big twice = nd_big_multiply(a, rest, nd_big_of(a, 2));
	int half = nd_big_compare_size(twice, by);

	if (rounding == ND_ROUND_DOWN || rest.count == 0)
		return false;
	return half > 0 || (half == 0 && (rounding == ND_ROUND_HALF_UP || (word(q, 0) & 1)));
}

struct nd_decimal nd_decimal_divide(struct cd_arena *a, struct nd_decimal x, struct nd_decimal y,
				    int32_t scale, enum nd_rounding rounding)
{
	/* x / y * 10^scale, as integers */
	int64_t up = (int64_t)scale - x.scale + y.scale;
	struct nd_big left = scaled_up(a, x.unscaled, up > 0 ? up : 0), rest;
	struct nd_big right = scaled_up(a, y.unscaled, up < 0 ? -up : 0);
	struct nd_decimal out = { nd_big_divide(a, left, right, &rest), scale };

	if (!out.unscaled.failed && rounds_up(a, out.unscaled, rest, right, rounding))
		out.unscaled = nd_big_add(a, out.unscaled,
					  nd_big_of(a, left.minus != right.minus ? -1 : 1));
	return out;
}

struct nd_decimal nd_decimal_rescale(struct cd_arena *a, struct nd_decimal d, int32_t scale,
				     enum nd_rounding rounding)
{
	return nd_decimal_divide(a, d, (struct nd_decimal){ nd_big_of(a, 1), 0 }, scale, rounding);
}

struct nd_decimal nd_decimal_strip(struct cd_arena *a, struct nd_decimal d)
{
	struct nd_big ten = nd_big_of(a, 10), rest;

	if (d.unscaled.count == 0 && !d.unscaled.failed)
		return (struct nd_decimal){ d.unscaled, 0 };
	while (!d.unscaled.failed && d.scale > INT32_MIN) {
		struct nd_big q = nd_big_divide(a, d.unscaled, ten, &rest);
		if (q.failed || rest.count || rest.failed)
			break;
		d.unscaled = q;
		d.scale--;
	}
	return d;
}
