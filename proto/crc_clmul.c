/* SPDX-License-Identifier: MIT */
/* CRC-32 sixteen bytes at a time. A block of 128 bits is a polynomial; it moves ahead by n bits
 * when its halves are multiplied by x^(n+32) and x^(n-32) modulo the CRC's polynomial (all of them
 * mirrored, as the bits of CRC-32 are). Eight blocks move along side by side, 128 bytes each time.
 * What is left in the end is divided by multiplication (Barrett). The method is that of V. Gopal
 * et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel, 2009. */
#include "proto/crc_clmul.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#define CLMUL __attribute__((target("avx,pclmul")))

enum { BLOCK = 16, LANES = 8 };

/* The four bytes fa 2d 55 ca that every payload begins with, xored into the initial ff ff ff ff. */
#define SEED 0x35AAD205u

typedef __m128i block;

CLMUL static inline block load(const uint8_t *at)
{
	return _mm_loadu_si128((const block *)(const void *)at);
}

/* `b` moved ahead to where `next` is. */
CLMUL static inline block fold(block b, block by, block next)
{
	return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(b, by, 0x00), next),
			     _mm_clmulepi64_si128(b, by, 0x11));
}

/* The remainder of the last block, times x^32. */
CLMUL static inline uint32_t divide(block b)
{
	const block step = _mm_set_epi64x(0x163CD6124, 0x0CCAA009E); /* x^64, x^96 */
	const block barrett = _mm_set_epi64x(0x1F7011641, 0x1DB710641);
	const block low = _mm_set_epi32(0, 0, 0, -1);

	b = _mm_xor_si128(_mm_clmulepi64_si128(b, step, 0x00), _mm_srli_si128(b, 8));
	b = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(b, low), step, 0x10),
			  _mm_srli_si128(b, 4));
	block q = _mm_clmulepi64_si128(_mm_and_si128(b, low), barrett, 0x10);
	q = _mm_clmulepi64_si128(_mm_and_si128(q, low), barrett, 0x00);
	return (uint32_t)_mm_extract_epi32(_mm_xor_si128(b, q), 1);
}

/* Copies the first `len` (0 to 15) bytes to end at `end`. */
static inline void copy_first(uint8_t *end, const uint8_t *from, size_t len)
{
	if (len >= 8) {
		memcpy(end - len, from, 8);
		memcpy(end - 8, from + len - 8, 8);
	} else if (len >= 4) {
		memcpy(end - len, from, 4);
		memcpy(end - 4, from + len - 4, 4);
	} else {
		for (size_t i = 0; i < len; i++)
			*(end - len + i) = from[i];
	}
}

/* The seed and the bytes that make what follows a multiple of a block: zeros in front of a message
 * do not count as long as the register is zero. */
CLMUL static inline block first_block(const uint8_t *at, size_t len, block by_1)
{
	uint8_t bytes[2 * BLOCK] = { 0 };
	const uint32_t seed = SEED;

	copy_first(bytes + sizeof bytes, at, len);
	memcpy(bytes + sizeof bytes - len - sizeof seed, &seed, sizeof seed);
	return fold(load(bytes), by_1, load(bytes + BLOCK));
}

/* Of two times as many bytes as the lanes hold, or more. */
CLMUL static inline block fold_lanes(block b, const uint8_t **at, const uint8_t *end, block by_1)
{
	const block by_8 = _mm_set_epi64x(0x14A7FE880, 0x1E88EF372);
	block lanes[LANES];
	const uint8_t *p = *at, *last = end - 2 * (ptrdiff_t)LANES * BLOCK;

	lanes[0] = fold(b, by_1, load(p));
#pragma GCC unroll 8
	for (int i = 1; i < LANES; i++)
		lanes[i] = load(p + i * BLOCK);
	do {
		p += LANES * BLOCK;
#pragma GCC unroll 8
		for (int i = 0; i < LANES; i++)
			lanes[i] = fold(lanes[i], by_8, load(p + i * BLOCK));
	} while (p <= last);
	p += LANES * BLOCK;
#pragma GCC unroll 8
	for (int i = 1; i < LANES; i++)
		lanes[i] = fold(lanes[i - 1], by_1, lanes[i]);
	*at = p;
	return lanes[LANES - 1];
}

CLMUL uint32_t cd_crc32_clmul(const void *data, size_t len)
{
	const block by_1 = _mm_set_epi64x(0x0CCAA009E, 0x1751997D0);
	const uint8_t *at = data, *end = at + len;
	size_t odd = len % BLOCK;
	block b = first_block(at, odd, by_1);

	at += odd;
	if (end - at >= 2 * LANES * BLOCK)
		b = fold_lanes(b, &at, end, by_1);
	for (; at < end; at += BLOCK)
		b = fold(b, by_1, load(at));
	return ~divide(b);
}

#endif
