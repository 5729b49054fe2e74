/* SPDX-License-Identifier: MIT */
/* Texts and blobs, copied and looked at on the way, inline. Copies overlap at a text's end, so that
 * none goes beyond it; what was seen comes together in one vector, whose bytes have the top bit where
 * any byte had it that is not ASCII. */
#ifndef PROTO_BIND_COPY_H
#define PROTO_BIND_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define CD_INLINE static inline __attribute__((always_inline))

#ifdef __SSE2__
typedef __m128i cd_vector;

CD_INLINE cd_vector cd_copy_16(uint8_t *to, const uint8_t *from)
{
	cd_vector v = _mm_loadu_si128((const void *)from);

	_mm_storeu_si128((void *)to, v);
	return v;
}

CD_INLINE cd_vector cd_copy_8(uint8_t *to, const uint8_t *from)
{
	cd_vector v = _mm_loadl_epi64((const void *)from);

	_mm_storel_epi64((void *)to, v);
	return v;
}

CD_INLINE cd_vector cd_vector_or(cd_vector a, cd_vector b)
{
	return _mm_or_si128(a, b);
}

CD_INLINE bool cd_vector_has_tops(cd_vector v)
{
	return _mm_movemask_epi8(v);
}
#else
typedef struct cd_vector {
	uint64_t half[2];
} cd_vector;

CD_INLINE cd_vector cd_copy_16(uint8_t *to, const uint8_t *from)
{
	cd_vector v;

	memcpy(&v, from, sizeof v);
	memcpy(to, &v, sizeof v);
	return v;
}

CD_INLINE cd_vector cd_copy_8(uint8_t *to, const uint8_t *from)
{
	cd_vector v = { { 0, 0 } };

	memcpy(v.half, from, sizeof v.half[0]);
	memcpy(to, v.half, sizeof v.half[0]);
	return v;
}

CD_INLINE cd_vector cd_vector_or(cd_vector a, cd_vector b)
{
	return (cd_vector){ { a.half[0] | b.half[0], a.half[1] | b.half[1] } };
}

CD_INLINE bool cd_vector_has_tops(cd_vector v)
{
	return (v.half[0] | v.half[1]) & UINT64_C(0x8080808080808080);
}
#endif

CD_INLINE cd_vector cd_copy_32(uint8_t *to, const uint8_t *from)
{
	return cd_vector_or(cd_copy_16(to, from), cd_copy_16(to + 16, from + 16));
}

CD_INLINE cd_vector cd_copy_64(uint8_t *to, const uint8_t *from)
{
	return cd_vector_or(cd_copy_32(to, from), cd_copy_32(to + 32, from + 32));
}

/* Up to `end`, 64 bytes or more. */
CD_INLINE cd_vector cd_copy_long(uint8_t *to, uint8_t *to_end, const uint8_t *from,
				 const uint8_t *end)
{
	cd_vector seen = cd_copy_64(to_end - 64, end - 64);

	for (; from < end - 64; from += 64, to += 64)
		seen = cd_vector_or(seen, cd_copy_64(to, from));
	return seen;
}

enum { CD_COPY_LEAST = 8, CD_COPY_MOST = 256 };

/* So many bytes; what was seen of them. */
CD_INLINE cd_vector cd_copy_bytes(uint8_t *to, const uint8_t *from, size_t len)
{
	const uint8_t *end = from + len;
	uint8_t *to_end = to + len;

	if (len > 64)
		return cd_copy_long(to, to_end, from, end);
	if (len > 32)
		return cd_vector_or(cd_copy_32(to, from), cd_copy_32(to_end - 32, end - 32));
	if (len > 16)
		return cd_vector_or(cd_copy_16(to, from), cd_copy_16(to_end - 16, end - 16));
	return cd_vector_or(cd_copy_8(to, from), cd_copy_8(to_end - 8, end - 8));
}

/* Less. @return whether it is ASCII */
CD_INLINE bool cd_copy_few(uint8_t *to, const uint8_t *from, size_t len)
{
	uint8_t seen = 0;

	for (; len; len--)
		seen |= *to++ = *from++;
	return seen < 0x80;
}

#endif
