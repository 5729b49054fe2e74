/* SPDX-License-Identifier: MIT */
/* Usual values to usual markers, inline. No bounds are looked at: there is room for each value at
 * its longest. */
#ifndef PROTO_BIND_RUN_H
#define PROTO_BIND_RUN_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "proto/bind.h"

#define CD_INLINE static inline __attribute__((always_inline))

enum { CD_BIND_LENGTH = 4, CD_BIND_FIXED = 16, CD_BIND_LONGEST = 256 };

enum cd_form {
	CD_FORM_LONG_WAY,
	CD_FORM_NULL,
	CD_FORM_UNSET,
	CD_FORM_1,
	CD_FORM_INT,
	CD_FORM_FLOAT,
	CD_FORM_8,
	CD_FORM_16,
	CD_FORM_TIMEUUID,
	CD_FORM_BLOB,
	CD_FORM_TEXT,
};

/* ---- texts and blobs: copied, and looked at on the way -------------------------------------- */

/* Copies overlap at a text's end, so that none goes beyond it; what was seen comes together in one
 * vector, whose bytes have the top bit where any byte had it that is not ASCII. */
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

CD_INLINE uint64_t cd_copy_short(uint8_t *to, const uint8_t *from, size_t len)
{
	uint64_t seen = 0;

	if (len >= 8)
		return cd_copy_8(to, from) | cd_copy_8(to + len - 8, from + len - 8);
	if (len >= 4)
		return cd_copy_4(to, from) | cd_copy_4(to + len - 4, from + len - 4);
	for (; len; len--)
		seen |= *to++ = *from++;
	return seen;
}

/* @return not 0: some of it is not ASCII */
CD_INLINE uint64_t cd_copy_text(uint8_t *to, const uint8_t *from, size_t len)
{
	if (len < 16)
		return cd_copy_short(to, from, len) & UINT64_C(0x8080808080808080);
	if (len < 32)
		return cd_vector_tops(cd_vector_or(cd_copy_16(to, from),
						   cd_copy_16(to + len - 16, from + len - 16)));
	if (len <= 64)
		return cd_vector_tops(cd_vector_or(cd_copy_32(to, from),
						   cd_copy_32(to + len - 32, from + len - 32)));
	const uint8_t *last = from + len - 64;
	cd_vector seen = cd_copy_64(to + len - 64, last);
	for (; from < last; from += 64, to += 64)
		seen = cd_vector_or(seen, cd_copy_64(to, from));
	return cd_vector_tops(seen);
}

/* ---- values: each gives where the next one goes; NULL: it takes the long way ----------------- */

CD_INLINE uint8_t *cd_put_null(uint8_t *at, uint32_t which)
{
	cd_put_be32(at, which);
	return at + CD_BIND_LENGTH;
}

CD_INLINE uint8_t *cd_put_1(uint8_t *at, bool value)
{
	cd_put_be32(at, 1);
	at[CD_BIND_LENGTH] = value;
	return at + CD_BIND_LENGTH + 1;
}

CD_INLINE uint8_t *cd_put_4(uint8_t *at, uint32_t bits)
{
	cd_put_be32(at, 4);
	cd_put_be32(at + CD_BIND_LENGTH, bits);
	return at + CD_BIND_LENGTH + 4;
}

CD_INLINE uint8_t *cd_put_int(uint8_t *at, int64_t n)
{
	return n == (int32_t)n ? cd_put_4(at, (uint32_t)n) : NULL;
}

CD_INLINE uint8_t *cd_put_float(uint8_t *at, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof bits);
	return cd_put_4(at, bits);
}

CD_INLINE uint8_t *cd_put_8(uint8_t *at, uint64_t bits)
{
	cd_put_be32(at, 8);
	cd_put_be64(at + CD_BIND_LENGTH, bits);
	return at + CD_BIND_LENGTH + 8;
}

CD_INLINE uint8_t *cd_put_16(uint8_t *at, const cql_uuid *uuid)
{
	cd_put_be32(at, 16);
	memcpy(at + CD_BIND_LENGTH, uuid->bytes, 16);
	return at + CD_BIND_LENGTH + 16;
}

CD_INLINE uint8_t *cd_put_timeuuid(uint8_t *at, const cql_uuid *uuid)
{
	return uuid->bytes[6] >> 4 == 1 ? cd_put_16(at, uuid) : NULL;
}

CD_INLINE uint8_t *cd_put_text(uint8_t *at, const cql_text *text)
{
	size_t len = text->len;

	if (!text->data || len > CD_BIND_LONGEST ||
	    cd_copy_text(at + CD_BIND_LENGTH, (const uint8_t *)text->data, len))
		return NULL;
	cd_put_be32(at, (uint32_t)len);
	return at + CD_BIND_LENGTH + len;
}

CD_INLINE uint8_t *cd_put_blob(uint8_t *at, const cql_blob *blob)
{
	size_t len = blob->len;

	if (!blob->data || len > CD_BIND_LONGEST)
		return NULL;
	cd_put_be32(at, (uint32_t)len);
	cd_copy_text(at + CD_BIND_LENGTH, blob->data, len);
	return at + CD_BIND_LENGTH + len;
}

CD_INLINE uint8_t *cd_put_usual(uint8_t *at, const struct cd_marker *m, const cql_value *v)
{
	switch ((enum cd_form)m->forms[v->is.tag]) {
	case CD_FORM_LONG_WAY:
		return NULL;
	case CD_FORM_NULL:
		return cd_put_null(at, UINT32_MAX);
	case CD_FORM_UNSET:
		return cd_put_null(at, UINT32_MAX - 1);
	case CD_FORM_1:
		return cd_put_1(at, v->as.boolean);
	case CD_FORM_INT:
		return cd_put_int(at, v->as.integer);
	case CD_FORM_FLOAT:
		return cd_put_float(at, v->as.single);
	case CD_FORM_8: /* an integer, a double, or milliseconds: eight bytes that lie there */
		return cd_put_8(at, v->as.unsigned_integer);
	case CD_FORM_16:
		return cd_put_16(at, &v->as.uuid);
	case CD_FORM_TIMEUUID:
		return cd_put_timeuuid(at, &v->as.uuid);
	case CD_FORM_BLOB:
		return cd_put_blob(at, &v->as.blob);
	case CD_FORM_TEXT:
		return cd_put_text(at, &v->as.text);
	}
	__builtin_unreachable();
}

/* All of them; `*v` moves on. @return behind the last; NULL: `*v` takes the long way */
CD_INLINE uint8_t *cd_put_run(uint8_t *at, const struct cd_markers *m, const cql_value **v)
{
	for (const struct cd_marker *k = m->at, *end = m->end; k < end; k++, ++*v) {
		at = cd_put_usual(at, k, *v);
		if (!at)
			return NULL;
	}
	return at;
}

#endif
