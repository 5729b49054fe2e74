/* SPDX-License-Identifier: MIT */
/* The steps of bind_step.h, for one sort of CPU: included once for each, with STEP_TARGET, the functions'
 * attribute, STEP_SET, the name of the set, and maybe STEP_AVX2. */
#include "proto/bind_copy.h"
#include "proto/bind_step.h"

/* ---- values: each gives where the next one goes; NULL: it is not as usual ---------------------- */

/* Not cd_put_be32(): the compiler makes several stores of that. */
STEP_INLINE void put_32(uint8_t *at, uint32_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	memcpy(at, &v, sizeof v);
}

STEP_INLINE void put_64(uint8_t *at, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(at, &v, sizeof v);
}

STEP_INLINE uint8_t *put_1(uint8_t *at, const cql_value *v)
{
	put_32(at, 1);
	at[CD_STEP_LENGTH] = v->as.boolean;
	return at + CD_STEP_LENGTH + 1;
}

STEP_INLINE uint8_t *put_4(uint8_t *at, uint32_t bits)
{
	put_32(at, 4);
	put_32(at + CD_STEP_LENGTH, bits);
	return at + CD_STEP_LENGTH + 4;
}

STEP_INLINE uint8_t *put_int(uint8_t *at, const cql_value *v)
{
	int64_t n = v->as.integer;

	return n == (int32_t)n ? put_4(at, (uint32_t)n) : NULL;
}

STEP_INLINE uint8_t *put_float(uint8_t *at, const cql_value *v)
{
	uint32_t bits;

	memcpy(&bits, &v->as.single, sizeof bits);
	return put_4(at, bits);
}

/* An integer, a double, or milliseconds: eight bytes that lie there. */
STEP_INLINE uint8_t *put_8(uint8_t *at, const cql_value *v)
{
	put_32(at, 8);
	put_64(at + CD_STEP_LENGTH, v->as.unsigned_integer);
	return at + CD_STEP_LENGTH + 8;
}

STEP_INLINE uint8_t *put_16(uint8_t *at, const cql_value *v)
{
	put_32(at, 16);
	memcpy(at + CD_STEP_LENGTH, v->as.uuid.bytes, 16);
	return at + CD_STEP_LENGTH + 16;
}

STEP_INLINE uint8_t *put_timeuuid(uint8_t *at, const cql_value *v)
{
	return v->as.uuid.bytes[6] >> 4 == 1 ? put_16(at, v) : NULL;
}

/* Of eight bytes or more that are somewhere. Its length is written before it is known to be as usual: what
 * is not is written again. */
STEP_INLINE uint8_t *put_text(uint8_t *at, const cql_value *v)
{
	const uint8_t *from = (const uint8_t *)v->as.text.data;
	size_t len = v->as.text.len, more = len - 8; /* of less than 8: very many */
	uint8_t *end = at + (CD_STEP_LENGTH + len);

	if (!from)
		return NULL;
	put_32(at, (uint32_t)len);
	if (more <= 16 - 8)
		return copy_8_to_16(at, CD_STEP_LENGTH, from, len) ? end : NULL;
	if (more <= 32 - 8)
		return copy_16_to_32(at, CD_STEP_LENGTH, from, len) ? end : NULL;
	if (more <= 64 - 8)
		return copy_32_to_64(at, CD_STEP_LENGTH, from, len) ? end : NULL;
	if (more <= CD_STEP_LONGEST - 8)
		return copy_from_64(at + CD_STEP_LENGTH, from, len) ? end : NULL;
	return NULL;
}

STEP_INLINE uint8_t *put_blob(uint8_t *at, const cql_value *v)
{
	const uint8_t *from = v->as.blob.data;
	size_t len = v->as.blob.len, more = len - 8;

	if (!from)
		return NULL;
	put_32(at, (uint32_t)len);
	if (more <= 16 - 8)
		copy_8_to_16(at, CD_STEP_LENGTH, from, len);
	else if (more <= 64 - 8)
		len <= 32 ? copy_16_to_32(at, CD_STEP_LENGTH, from, len)
			  : copy_32_to_64(at, CD_STEP_LENGTH, from, len);
	else if (more <= CD_STEP_LONGEST - 8)
		copy_from_64(at + CD_STEP_LENGTH, from, len);
	else
		return NULL;
	return at + (CD_STEP_LENGTH + len);
}

/* ---- steps ------------------------------------------------------------------------------------ */

/* X(kind, the tag it usually gets, how that is written, and what is tried when it is not) */
#define KINDS \
	X(BOOLEAN, BOOL, put_1, cd_step_other) \
	X(INT, INT, put_int, cd_step_other) \
	X(BIGINT, INT, put_8, cd_step_other) \
	X(COUNTER, INT, put_8, cd_step_other) \
	X(FLOAT, FLOAT, put_float, cd_step_other) \
	X(DOUBLE, DOUBLE, put_8, cd_step_other) \
	X(TIMESTAMP, TIMESTAMP, put_8, cd_step_other) \
	X(UUID, UUID, put_16, cd_step_other) \
	X(TIMEUUID, UUID, put_timeuuid, cd_step_other) \
	X(BLOB, BLOB, put_blob, cd_step_other_blob) \
	X(TEXT, TEXT, put_text, cd_step_other_text) \
	X(ASCII, TEXT, put_text, cd_step_other_text)

#define X(kind, tag_name, how, otherwise) \
	STEP_INLINE uint8_t *put_##kind(uint8_t *at, const cql_value *v) \
	{ \
		return v->is.tag == CQL_TAG_##tag_name ? how(at, v) : NULL; \
	} \
	STEP_INLINE uint8_t *other_##kind(uint8_t *at, const cql_value *v, \
					  const struct cd_step *step) \
	{ \
		return otherwise(at, v, step); \
	} \
	STEP_TARGET static uint8_t *kind##_step(uint8_t *at, const cql_value *v, \
						const struct cd_step *step) \
	{ \
		uint8_t *end = put_##kind(at, v); \
\
		return end ? step[1].put(end, v + 1, step + 1) : other_##kind(at, v, step); \
	}
KINDS
#undef X

/* Two that often stand next to each other: half of the jumps. Should the first one be null, the step of
 * the second goes on. */
#define PAIRS_WITH(X, first) \
	X(first, INT) \
	X(first, BIGINT) \
	X(first, DOUBLE) \
	X(first, TIMESTAMP) \
	X(first, UUID) \
	X(first, TEXT)
#define PAIRS(X) \
	PAIRS_WITH(X, INT) \
	PAIRS_WITH(X, BIGINT) \
	PAIRS_WITH(X, DOUBLE) PAIRS_WITH(X, TIMESTAMP) PAIRS_WITH(X, UUID) PAIRS_WITH(X, TEXT)

/* The address of what follows is taken before its arguments are set, or they are set twice. */
#define PAIR(first, second, name, go_on) \
	STEP_TARGET static uint8_t *name(uint8_t *at, const cql_value *v, \
					 const struct cd_step *step) \
	{ \
		uint8_t *middle = put_##first(at, v); \
\
		if (!middle) \
			return other_##first(at, v, step); \
		cd_step_fn *after = step[2].put; \
		uint8_t *end = put_##second(middle, v + 1); \
		(void)after; /* the last one has no use for it */ \
		return end ? go_on : other_##second(middle, v + 1, step + 1); \
	}
#define STEPS(first, second) \
	PAIR(first, second, first##_##second##_step, after(end, v + 2, step + 2)) \
	PAIR(first, second, first##_##second##_last, end)
PAIRS(STEPS)

const struct cd_step_set STEP_SET = {
	.singles = {
#define X(kind, tag_name, how, otherwise) [CQL_KIND_##kind] = kind##_step,
		KINDS
#undef X
	},
	.pairs = {
#define ROW(first, second) \
	[CQL_KIND_## \
		first][CQL_KIND_##second] = { first##_##second##_step, first##_##second##_last },
		PAIRS(ROW)
#undef ROW
	},
};
