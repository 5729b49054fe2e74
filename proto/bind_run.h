/* SPDX-License-Identifier: MIT */
/* Usual values to usual markers, inline. No bounds are looked at: there is room for each value at
 * its longest. */
#ifndef PROTO_BIND_RUN_H
#define PROTO_BIND_RUN_H

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

/* ---- texts: copied, and looked at on the way ------------------------------------------------ */

typedef uint64_t cd_vector __attribute__((vector_size(16)));

CD_INLINE cd_vector cd_copy_16(uint8_t *to, const uint8_t *from)
{
	cd_vector v;

	memcpy(&v, from, sizeof v);
	memcpy(to, &v, sizeof v);
	return v;
}

CD_INLINE cd_vector cd_copy_64(uint8_t *to, const uint8_t *from)
{
	return cd_copy_16(to, from) | cd_copy_16(to + 16, from + 16) |
	       cd_copy_16(to + 32, from + 32) | cd_copy_16(to + 48, from + 48);
}

CD_INLINE uint64_t cd_copy_short(uint8_t *to, const uint8_t *from, size_t len)
{
	uint64_t seen = 0;
	uint32_t four;

	for (; len >= sizeof four; len -= sizeof four, from += sizeof four, to += sizeof four) {
		memcpy(&four, from, sizeof four);
		memcpy(to, &four, sizeof four);
		seen |= four;
	}
	for (; len; len--)
		seen |= *to++ = *from++;
	return seen;
}

/* Copies `len` bytes, the last ones twice. @return whether all of them are ASCII */
CD_INLINE bool cd_copy_text(uint8_t *to, const uint8_t *from, size_t len)
{
	const uint64_t not_ascii = UINT64_C(0x8080808080808080);
	const uint8_t *last;
	cd_vector seen;

	if (len >= 64) {
		last = from + len - 64;
		seen = cd_copy_64(to + len - 64, last);
		for (; from < last; from += 64, to += 64)
			seen |= cd_copy_64(to, from);
	} else if (len >= 16) {
		last = from + len - 16;
		seen = cd_copy_16(to + len - 16, last);
		for (; from < last; from += 16, to += 16)
			seen |= cd_copy_16(to, from);
	} else {
		return !(cd_copy_short(to, from, len) & not_ascii);
	}
	return !((seen[0] | seen[1]) & not_ascii);
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
	    !cd_copy_text(at + CD_BIND_LENGTH, (const uint8_t *)text->data, len))
		return NULL;
	cd_put_be32(at, (uint32_t)len);
	return at + CD_BIND_LENGTH + len;
}

uint8_t *cd_put_blob(uint8_t *at, const cql_blob *blob);

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

#endif
