/* SPDX-License-Identifier: MIT */
/* Schoolbook arithmetic in words of 32 bits: nine digits, or one word, at a time. */
#include "proto/digits.h"

#include <string.h>

#include "base/alloc.h"
#include "base/reader.h"

enum { NINE = 9, BILLION = 1000000000, LANES = 4 };

cql_varint cd_varint_shortest(cql_varint v)
{
	while (v.len > 1 && ((v.data[0] == 0x00 && !(v.data[1] & 0x80)) ||
			     (v.data[0] == 0xFF && (v.data[1] & 0x80)))) {
		v.data++;
		v.len--;
	}
	return v;
}

/* ---- to digits ------------------------------------------------------------------------------ */

/* The number without its sign: words, the greatest first. */
static void magnitude(cql_varint v, uint32_t *words, size_t count)
{
	const uint8_t *at = v.data + v.len;
	uint32_t flip = v.data[0] & 0x80 ? UINT32_MAX : 0;
	uint64_t carry = flip & 1;

	for (size_t i = count; i > 0; i--) {
		uint32_t word = flip;
		size_t n = (size_t)(at - v.data) < 4 ? (size_t)(at - v.data) : 4;
		for (size_t k = 0; k < n; k++) {
			word &= ~(UINT32_C(0xFF) << (8 * k));
			word |= (uint32_t)at[-1 - (ptrdiff_t)k] << (8 * k);
		}
		at -= n;
		carry += word ^ flip;
		words[i - 1] = (uint32_t)carry;
		carry >>= 32;
	}
}

/* The next word divided by a billion. @return the quotient */
static uint32_t divide(uint64_t *rest, uint32_t word)
{
	uint64_t n = *rest << 32 | word;

	*rest = n % BILLION;
	return (uint32_t)(n / BILLION);
}

/* Four divisions in one walk: each waits for itself only, so that they overlap. */
static void divide_all(uint32_t *words, size_t count, uint64_t rests[LANES])
{
	uint64_t a = 0, b = 0, c = 0, d = 0;

	for (size_t i = 0; i < count; i++)
		words[i] = divide(&d, divide(&c, divide(&b, divide(&a, words[i]))));
	rests[0] = a;
	rests[1] = b;
	rests[2] = c;
	rests[3] = d;
}

/* Writes backwards from `end`. @return where the digits begin, zeros in front included */
static char *write_digits(uint32_t *words, size_t count, char *end)
{
	uint64_t rests[LANES];

	while (count) {
		if (words[0] == 0) {
			words++;
			count--;
			continue;
		}
		divide_all(words, count, rests);
		for (int lane = 0; lane < LANES; lane++)
			for (int i = 0; i < NINE; i++, rests[lane] /= 10)
				*--end = (char)('0' + rests[lane] % 10);
	}
	return end;
}

bool cd_digits_of(struct cd_digits *d, cql_varint v, const coodie_allocator *allocator)
{
	uint32_t *words = d->words;
	char *end = d->text + sizeof d->text;

	if (!v.data || v.len == 0)
		return false;
	v = cd_varint_shortest(v);
	if (v.len > CD_DIGITS_MOST_BYTES)
		return false;
	size_t count = (v.len + 3) / 4;
	d->memory = NULL;
	d->allocator = allocator;
	d->minus = v.data[0] & 0x80;
	if (count > sizeof d->words / sizeof d->words[0]) {
		/* ten digits for a word, and some more since they come in lanes */
		size_t text = count * 10 + LANES * NINE;
		words = d->memory = cd_alloc(allocator, count * sizeof *words + text);
		if (!words)
			return false;
		end = (char *)(words + count) + text;
	}
	magnitude(v, words, count);
	char *at = write_digits(words, count, end);
	while (at < end && *at == '0')
		at++;
	if (at == end)
		*--at = '0';
	d->at = at;
	d->len = (size_t)(end - at);
	return true;
}

void cd_digits_free(struct cd_digits *d)
{
	if (d->memory)
		cd_release(d->allocator, d->memory);
	d->memory = NULL;
}

/* ---- from digits ---------------------------------------------------------------------------- */

/* words * factor + more; the least word first. @return how many words it has now */
static size_t multiply(uint32_t *words, size_t count, uint32_t factor, uint32_t more)
{
	uint64_t carry = more;

	for (size_t i = 0; i < count; i++) {
		carry += (uint64_t)words[i] * factor;
		words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry)
		words[count++] = (uint32_t)carry;
	return count;
}

static size_t read_words(const char *at, const char *end, uint32_t *words)
{
	size_t count = 0;

	while (at < end) {
		uint32_t nine = 0, factor = 1;
		for (; at < end && factor < BILLION; at++) {
			if (*at == '.')
				continue;
			nine = nine * 10 + (uint32_t)(*at - '0');
			factor *= 10;
		}
		count = multiply(words, count, factor, nine);
	}
	return count;
}

/* Two's complement of four bytes for each word, and one in front for the sign. */
static void write_bytes(const uint32_t *words, size_t count, bool minus, uint8_t *out)
{
	unsigned carry = minus, flip = minus ? 0xFF : 0;

	for (size_t i = 0; i < 4 * count + 1; i++) {
		unsigned byte = i < 4 * count ? words[i / 4] >> (8 * (i % 4)) & 0xFF : 0;
		carry += byte ^ flip;
		out[4 * count - i] = (uint8_t)carry;
		carry >>= 8;
	}
}

bool cd_digits_read(const char *at, const char *end, bool minus, struct cd_arena *a,
		    cql_varint *out)
{
	uint32_t few[16], *words = few;
	/* nine digits have less than 30 bits */
	size_t most = (size_t)(end - at) / NINE + 1;

	if (most > sizeof few / sizeof few[0])
		words = cd_alloc_array(a->allocator, most, sizeof *words);
	if (!words)
		return false;
	size_t count = read_words(at, end, words);
	uint8_t *bytes = cd_arena_take(a, 4 * count + 1);
	if (bytes) {
		write_bytes(words, count, minus, bytes);
		*out = cd_varint_shortest((cql_varint){ bytes, 4 * count + 1 });
	}
	if (words != few)
		cd_release(a->allocator, words);
	return bytes != NULL;
}
