/* SPDX-License-Identifier: MIT */
/* Texts and blobs, copied and looked at on the way, inline: one function for each range of lengths.
 * Copies overlap at the end, so that none goes beyond it. For bind_steps.h, which says what CPU this is
 * for by STEP_TARGET and STEP_AVX2. */
#ifndef PROTO_BIND_COPY_H
#define PROTO_BIND_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef STEP_AVX2
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

#define STEP_INLINE STEP_TARGET static inline __attribute__((always_inline))

/* The top bit of a byte says that it is not ASCII. */
#define TOP_BITS UINT64_C(0x8080808080808080)

/* ---- sixteen bytes ---------------------------------------------------------------------------- */

#ifdef __SSE2__
typedef __m128i vector;

STEP_INLINE vector copy_16(uint8_t *to, const uint8_t *from)
{
	vector v = _mm_loadu_si128((const void *)from);

	_mm_storeu_si128((void *)to, v);
	return v;
}

STEP_INLINE vector both(vector a, vector b)
{
	return _mm_or_si128(a, b);
}

STEP_INLINE bool is_ascii(vector v)
{
	return !_mm_movemask_epi8(v);
}
#else
typedef struct vector {
	uint64_t half[2];
} vector;

STEP_INLINE vector copy_16(uint8_t *to, const uint8_t *from)
{
	vector v;

	memcpy(&v, from, sizeof v);
	memcpy(to, &v, sizeof v);
	return v;
}

STEP_INLINE vector both(vector a, vector b)
{
	return (vector){ { a.half[0] | b.half[0], a.half[1] | b.half[1] } };
}

STEP_INLINE bool is_ascii(vector v)
{
	return !((v.half[0] | v.half[1]) & TOP_BITS);
}
#endif

/* ---- thirty-two ------------------------------------------------------------------------------- */

#ifdef STEP_AVX2
typedef __m256i wide;

STEP_INLINE wide copy_32(uint8_t *to, const uint8_t *from)
{
	wide v = _mm256_loadu_si256((const void *)from);

	_mm256_storeu_si256((void *)to, v);
	return v;
}

STEP_INLINE wide both_wide(wide a, wide b)
{
	return _mm256_or_si256(a, b);
}

STEP_INLINE bool is_ascii_wide(wide v)
{
	return !_mm256_movemask_epi8(v);
}
#else
typedef vector wide;

STEP_INLINE wide copy_32(uint8_t *to, const uint8_t *from)
{
	return both(copy_16(to, from), copy_16(to + 16, from + 16));
}

STEP_INLINE wide both_wide(wide a, wide b)
{
	return both(a, b);
}

STEP_INLINE bool is_ascii_wide(wide v)
{
	return is_ascii(v);
}
#endif

/* ---- lengths: each says whether it is all ASCII ----------------------------------------------- */

/* Sums of offsets come first, so that they are part of an address. */

STEP_INLINE bool copy_to_7(uint8_t *to, const uint8_t *from, size_t len)
{
	uint8_t seen = 0;

	for (; len; len--)
		seen |= *to++ = *from++;
	return seen < 0x80;
}

STEP_INLINE bool copy_8_to_16(uint8_t *at, size_t skip, const uint8_t *from, size_t len)
{
	uint64_t a, b;

	memcpy(&a, from, sizeof a);
	memcpy(&b, from + (len - 8), sizeof b);
	memcpy(at + skip, &a, sizeof a);
	memcpy(at + (skip + len - 8), &b, sizeof b);
	return !((a | b) & TOP_BITS);
}

STEP_INLINE bool copy_16_to_32(uint8_t *at, size_t skip, const uint8_t *from, size_t len)
{
	vector a = copy_16(at + skip, from);

	return is_ascii(both(a, copy_16(at + (skip + len - 16), from + (len - 16))));
}

STEP_INLINE bool copy_32_to_64(uint8_t *at, size_t skip, const uint8_t *from, size_t len)
{
	wide a = copy_32(at + skip, from);

	return is_ascii_wide(both_wide(a, copy_32(at + (skip + len - 32), from + (len - 32))));
}

STEP_INLINE wide copy_64(uint8_t *to, const uint8_t *from)
{
	return both_wide(copy_32(to, from), copy_32(to + 32, from + 32));
}

STEP_INLINE bool copy_from_64(uint8_t *to, const uint8_t *from, size_t len)
{
	const uint8_t *last = from + len - 64;
	wide seen = copy_64(to + len - 64, last);

	for (; from < last; from += 64, to += 64)
		seen = both_wide(seen, copy_64(to, from));
	return is_ascii_wide(seen);
}

#endif
