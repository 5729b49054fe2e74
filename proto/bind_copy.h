/* SPDX-License-Identifier: MIT */
/* Texts and blobs, copied and looked at on the way, inline. Copies overlap at a text's end, so that
 * none goes beyond it; what was seen comes together in one vector, whose bytes have the top bit where
 * any byte had it that is not ASCII. */
#ifndef PROTO_BIND_COPY_H
#define PROTO_BIND_COPY_H

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

CD_INLINE cd_vector cd_vector_or(cd_vector a, cd_vector b)
{
	return _mm_or_si128(a, b);
}

CD_INLINE uint64_t cd_vector_tops(cd_vector v)
{
	return (unsigned)_mm_movemask_epi8(v);
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

CD_INLINE cd_vector cd_vector_or(cd_vector a, cd_vector b)
{
	return (cd_vector){ { a.half[0] | b.half[0], a.half[1] | b.half[1] } };
}

CD_INLINE uint64_t cd_vector_tops(cd_vector v)
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

CD_INLINE uint64_t cd_copy_8(uint8_t *to, const uint8_t *from)
{
	uint64_t v;

	memcpy(&v, from, sizeof v);
	memcpy(to, &v, sizeof v);
	return v;
}

CD_INLINE uint32_t cd_copy_4(uint8_t *to, const uint8_t *from)
{
	uint32_t v;

	memcpy(&v, from, sizeof v);
	memcpy(to, &v, sizeof v);
	return v;
}

/* @return not 0: some of it is not ASCII, as for all of these */
CD_INLINE uint64_t cd_copy_short(uint8_t *to, const uint8_t *from, size_t len)
{
	uint64_t seen = 0;

	if (len >= 4)
		seen = cd_copy_4(to, from) | cd_copy_4(to + len - 4, from + len - 4);
	else
		for (; len; len--)
			seen |= *to++ = *from++;
	return seen & UINT64_C(0x8080808080808080);
}

CD_INLINE uint64_t cd_copy_two_8(uint8_t *to, const uint8_t *from, size_t len)
{
	return (cd_copy_8(to, from) | cd_copy_8(to + len - 8, from + len - 8)) &
	       UINT64_C(0x8080808080808080);
}

CD_INLINE uint64_t cd_copy_two_16(uint8_t *to, const uint8_t *from, size_t len)
{
	return cd_vector_tops(
		cd_vector_or(cd_copy_16(to, from), cd_copy_16(to + len - 16, from + len - 16)));
}

CD_INLINE uint64_t cd_copy_two_32(uint8_t *to, const uint8_t *from, size_t len)
{
	return cd_vector_tops(
		cd_vector_or(cd_copy_32(to, from), cd_copy_32(to + len - 32, from + len - 32)));
}

/* 64 or more. */
CD_INLINE uint64_t cd_copy_long(uint8_t *to, const uint8_t *from, size_t len)
{
	const uint8_t *last = from + len - 64;
	cd_vector seen = cd_copy_64(to + len - 64, last);

	for (; from < last; from += 64, to += 64)
		seen = cd_vector_or(seen, cd_copy_64(to, from));
	return cd_vector_tops(seen);
}

CD_INLINE uint64_t cd_copy_text(uint8_t *to, const uint8_t *from, size_t len)
{
	size_t beyond = len - 8; /* few bytes are very many: one comparison for each step */

	if (beyond <= 16 - 8)
		return cd_copy_two_8(to, from, len);
	if (beyond <= 32 - 8)
		return cd_copy_two_16(to, from, len);
	if (beyond <= 64 - 8)
		return cd_copy_two_32(to, from, len);
	return len < 8 ? cd_copy_short(to, from, len) : cd_copy_long(to, from, len);
}

#endif
