/* SPDX-License-Identifier: MIT */
/* Compares integers and decimals of any length in a fixed amount of memory. */
#include "node/value/compare_decimal.h"

#include <string.h>

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* Words of 32 bits that are kept of a number: more than 2,000 digits. Where the scales are so far
 * apart that one has more digits than FEW_FROM, the work is bounded by keeping less. */
#define WORDS 224
#define FEW_WORDS 16
#define FEW_FROM 20000
/* What truncation can have made wrong at the end: an error of less than one unit of the last word
 * in each of at most 2^32 / 9 steps. */
#define DOUBTFUL_WORDS 3

/* words x 2^(32 x exponent): the start of a number, never above it. */
struct number {
	uint32_t word[WORDS + 1]; /* least significant first */
	unsigned len;             /* words; the last one is not 0 */
	int64_t exponent;
	bool truncated;
};

static bool is_negative(cql_blob v)
{
	return v.data[0] & 0x80;
}

/* Without the bytes in front that only repeat the sign. */
static cql_blob without_padding(cql_blob v)
{
	while (v.len > 1 && v.data[0] == (v.data[1] & 0x80 ? 0xff : 0x00)) {
		v.data++;
		v.len--;
	}
	return v;
}

int nd_compare_varint(cql_blob a, cql_blob b)
{
	int order;

	a = without_padding(a);
	b = without_padding(b);
	if (is_negative(a) != is_negative(b))
		return is_negative(a) ? -1 : 1;
	if (a.len != b.len)
		return ORDER(a.len, b.len) * (is_negative(a) ? -1 : 1);
	order = memcmp(a.data, b.data, a.len);
	return ORDER(order, 0);
}

/* ---- the start of a number ------------------------------------------------------------------ */

static size_t trailing_zero_bytes(cql_blob v)
{
	size_t n = 0;

	while (n < v.len && v.data[v.len - 1 - n] == 0)
		n++;
	return n;
}

/* The i-th byte of the absolute value, from the least significant one. A negative number's is the
 * complement plus 1: the 1 gets as far as the lowest byte that is not 0. */
static uint32_t absolute_byte(cql_blob v, size_t i, size_t zeros)
{
	uint32_t byte = i < v.len ? v.data[v.len - 1 - i] : is_negative(v) ? 0xff : 0;

	if (!is_negative(v) || i < zeros)
		return byte;
	return (i == zeros ? 0u - byte : ~byte) & 0xff;
}

static void load(struct number *out, cql_blob v, unsigned limit)
{
	size_t zeros = trailing_zero_bytes(v);
	size_t words = v.len / 4 + 1, first = words > limit ? words - limit : 0;

	out->exponent = (int64_t)first;
	out->truncated = zeros / 4 < first;
	out->len = (unsigned)(words - first);
	for (unsigned w = 0; w < out->len; w++) {
		size_t i = (first + w) * 4;
		out->word[w] = absolute_byte(v, i, zeros) | absolute_byte(v, i + 1, zeros) << 8 |
			       absolute_byte(v, i + 2, zeros) << 16 |
			       absolute_byte(v, i + 3, zeros) << 24;
	}
	while (out->len && !out->word[out->len - 1])
		out->len--;
}

static void multiply(struct number *n, uint32_t factor, unsigned limit)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < n->len; i++) {
		carry += (uint64_t)n->word[i] * factor;
		n->word[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (!carry)
		return;
	n->word[n->len++] = (uint32_t)carry;
	if (n->len <= limit)
		return;
	n->truncated |= n->word[0] != 0;
	memmove(n->word, n->word + 1, --n->len * sizeof *n->word);
	n->exponent++;
}

static void multiply_by_ten(struct number *n, uint64_t times, unsigned limit)
{
	for (; times >= 9; times -= 9)
		multiply(n, 1000000000u, limit);
	for (; times; times--)
		multiply(n, 10, limit);
}

/* The word at a place of the whole number. */
static uint32_t word_at(const struct number *n, int64_t place)
{
	place -= n->exponent;
	return place >= 0 && place < (int64_t)n->len ? n->word[place] : 0;
}

static int compare_numbers(const struct number *a, const struct number *b)
{
	int64_t top_a = a->exponent + a->len, top_b = b->exponent + b->len;
	int64_t low = a->exponent < b->exponent ? a->exponent : b->exponent;

	if (top_a != top_b)
		return ORDER(top_a, top_b);
	if (a->truncated || b->truncated)
		low = (a->exponent > b->exponent ? a->exponent : b->exponent) + DOUBTFUL_WORDS;
	for (int64_t place = top_a - 1; place >= low; place--)
		if (word_at(a, place) != word_at(b, place))
			return ORDER(word_at(a, place), word_at(b, place));
	return 0;
}

/* ---- decimals ------------------------------------------------------------------------------- */

static int sign_of(cql_blob v)
{
	return is_negative(v) ? -1 : trailing_zero_bytes(v) != v.len;
}

static double bits_of(cql_blob v)
{
	return 8.0 * (double)without_padding(v).len;
}

/* Compares |a| x 10^times with |b|, neither of them 0. */
static int compare_scaled(cql_blob a, uint64_t times, cql_blob b)
{
	unsigned limit = times < FEW_FROM ? WORDS : FEW_WORDS;
	double more_bits = 3.3219280948873623 * (double)times;
	struct number left, right;

	/* Most differ so much in size that this says it; `times` is as small as the numbers are
	 * from here on. The 9 is for the bits of the first byte and its sign. */
	if (bits_of(a) - 9 + more_bits > bits_of(b) + 1)
		return 1;
	if (bits_of(a) + 1 + more_bits < bits_of(b) - 9)
		return -1;
	load(&left, a, limit);
	load(&right, b, limit);
	multiply_by_ten(&left, times, limit);
	return compare_numbers(&left, &right);
}

int nd_compare_decimal(cql_blob a, int32_t scale_a, cql_blob b, int32_t scale_b)
{
	int sign = sign_of(a), order;
	bool swapped = scale_a > scale_b;
	uint64_t times;

	if (sign != sign_of(b))
		return ORDER(sign, sign_of(b));
	if (scale_a == scale_b || !sign)
		return sign ? nd_compare_varint(a, b) : 0;
	times = (uint64_t)(swapped ? (int64_t)scale_a - scale_b : (int64_t)scale_b - scale_a);
	order = swapped ? -compare_scaled(b, times, a) : compare_scaled(a, times, b);
	return sign * order;
}
