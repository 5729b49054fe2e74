/* SPDX-License-Identifier: MIT */
/* Steps: for each kind of marker one that takes the tag it usually gets, and for the most usual two
 * in a row one that takes both. Calls at the end of a function are jumps, so that a row is written
 * by one run through its steps. */
#include "proto/bind_step.h"

#include "base/buffer.h"
#include "proto/bind_copy.h"
#include "proto/type.h"

enum { LENGTH = 4, FIXED = 16 };

/* Without optimisation each step is a frame on the stack. */
enum { MOST_STEPS = 256 };

/* ---- values: each gives where the next one goes; NULL: it takes the long way ----------------- */

/* Not cd_put_be32(): the compiler makes several stores of that. */
CD_INLINE void put_32(uint8_t *at, uint32_t v)
{
#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	memcpy(at, &v, sizeof v);
}

CD_INLINE void put_64(uint8_t *at, uint64_t v)
{
#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(at, &v, sizeof v);
}

CD_INLINE uint8_t *put_1(uint8_t *at, const cql_value *v)
{
	put_32(at, 1);
	at[LENGTH] = v->as.boolean;
	return at + LENGTH + 1;
}

CD_INLINE uint8_t *put_4(uint8_t *at, uint32_t bits)
{
	put_32(at, 4);
	put_32(at + LENGTH, bits);
	return at + LENGTH + 4;
}

CD_INLINE uint8_t *put_int(uint8_t *at, const cql_value *v)
{
	int64_t n = v->as.integer;

	return n == (int32_t)n ? put_4(at, (uint32_t)n) : NULL;
}

CD_INLINE uint8_t *put_float(uint8_t *at, const cql_value *v)
{
	uint32_t bits;

	memcpy(&bits, &v->as.single, sizeof bits);
	return put_4(at, bits);
}

/* An integer, a double, or milliseconds: eight bytes that lie there. */
CD_INLINE uint8_t *put_8(uint8_t *at, const cql_value *v)
{
	put_32(at, 8);
	put_64(at + LENGTH, v->as.unsigned_integer);
	return at + LENGTH + 8;
}

CD_INLINE uint8_t *put_16(uint8_t *at, const cql_value *v)
{
	put_32(at, 16);
	memcpy(at + LENGTH, v->as.uuid.bytes, 16);
	return at + LENGTH + 16;
}

CD_INLINE uint8_t *put_timeuuid(uint8_t *at, const cql_value *v)
{
	return v->as.uuid.bytes[6] >> 4 == 1 ? put_16(at, v) : NULL;
}

/* Few bytes, which are very many when some more are taken off, and very many: one comparison. */
CD_INLINE bool is_usual_length(size_t len)
{
	return len - CD_COPY_LEAST <= CD_COPY_MOST - CD_COPY_LEAST;
}

CD_INLINE uint8_t *put_text(uint8_t *at, const cql_value *v)
{
	const uint8_t *data = (const uint8_t *)v->as.text.data;
	size_t len = v->as.text.len;

	if (!is_usual_length(len) || !data ||
	    cd_vector_has_tops(cd_copy_bytes(at + LENGTH, data, len)))
		return NULL;
	put_32(at, (uint32_t)len);
	return at + LENGTH + len;
}

CD_INLINE uint8_t *put_blob(uint8_t *at, const cql_value *v)
{
	const uint8_t *data = v->as.blob.data;
	size_t len = v->as.blob.len;

	if (!is_usual_length(len) || !data)
		return NULL;
	cd_copy_bytes(at + LENGTH, data, len);
	put_32(at, (uint32_t)len);
	return at + LENGTH + len;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static uint8_t *done(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	(void)v;
	(void)step;
	return at;
}

#define RARE static __attribute__((noinline, cold))

/* What has no step of its own: null, and what was not set. */
RARE uint8_t *other(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	if (v->is.tag != CQL_TAG_NULL && v->is.tag != CQL_TAG_UNSET)
		return NULL;
	put_32(at, v->is.tag == CQL_TAG_NULL ? UINT32_MAX : UINT32_MAX - 1);
	return step[1].put(at + LENGTH, v + 1, step + 1);
}

RARE uint8_t *other_text(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	const cql_text *text = &v->as.text;
	size_t len = text->len;

	if (v->is.tag != CQL_TAG_TEXT || !text->data || len >= CD_COPY_LEAST ||
	    !cd_copy_few(at + LENGTH, (const uint8_t *)text->data, len))
		return other(at, v, step);
	put_32(at, (uint32_t)len);
	return step[1].put(at + LENGTH + len, v + 1, step + 1);
}

RARE uint8_t *other_blob(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	const cql_blob *blob = &v->as.blob;
	size_t len = blob->len;

	if (v->is.tag != CQL_TAG_BLOB || !blob->data || len >= CD_COPY_LEAST)
		return other(at, v, step);
	cd_copy_few(at + LENGTH, blob->data, len);
	put_32(at, (uint32_t)len);
	return step[1].put(at + LENGTH + len, v + 1, step + 1);
}

RARE uint8_t *long_way(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	(void)at;
	(void)v;
	(void)step;
	return NULL;
}

/* X(kind, the tag it usually gets, how that is written, and what is tried when it is not) */
#define KINDS \
	X(BOOLEAN, BOOL, put_1, other) \
	X(INT, INT, put_int, other) \
	X(BIGINT, INT, put_8, other) \
	X(COUNTER, INT, put_8, other) \
	X(FLOAT, FLOAT, put_float, other) \
	X(DOUBLE, DOUBLE, put_8, other) \
	X(TIMESTAMP, TIMESTAMP, put_8, other) \
	X(UUID, UUID, put_16, other) \
	X(TIMEUUID, UUID, put_timeuuid, other) \
	X(BLOB, BLOB, put_blob, other_blob) \
	X(TEXT, TEXT, put_text, other_text) \
	X(ASCII, TEXT, put_text, other_text)

#define X(kind, tag_name, how, otherwise) \
	CD_INLINE uint8_t *put_##kind(uint8_t *at, const cql_value *v) \
	{ \
		return v->is.tag == CQL_TAG_##tag_name ? how(at, v) : NULL; \
	} \
	CD_INLINE uint8_t *other_##kind(uint8_t *at, const cql_value *v, \
					const struct cd_step *step) \
	{ \
		return otherwise(at, v, step); \
	} \
	static uint8_t *kind##_step(uint8_t *at, const cql_value *v, const struct cd_step *step) \
	{ \
		uint8_t *next = put_##kind(at, v); \
\
		return next ? step[1].put(next, v + 1, step + 1) : other_##kind(at, v, step); \
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

#define STEP(first, second) \
	static uint8_t *first##_##second##_step(uint8_t *at, const cql_value *v, \
						const struct cd_step *step) \
	{ \
		uint8_t *next = put_##first(at, v); \
\
		if (!next) \
			return other_##first(at, v, step); \
		uint8_t *end = put_##second(next, v + 1); \
		return end ? step[2].put(end, v + 2, step + 2) \
			   : other_##second(next, v + 1, step + 1); \
	}
PAIRS(STEP)

/* ---- a chain of them -------------------------------------------------------------------------- */

enum { KINDS_END = CQL_KIND_TIMEUUID + 1 }; /* behind the last one that is here */

static cd_step_fn *const singles[KINDS_END] = {
#define X(kind, tag_name, how, otherwise) [CQL_KIND_##kind] = kind##_step,
	KINDS
#undef X
};

static cd_step_fn *const pairs[KINDS_END][KINDS_END] = {
#define ROW(first, second) [CQL_KIND_##first][CQL_KIND_##second] = first##_##second##_step,
	PAIRS(ROW)
};

static cd_step_fn *single_of(const cql_type *type)
{
	cd_step_fn *put = (size_t)type->kind < KINDS_END ? singles[type->kind] : NULL;

	return put ? put : other;
}

static cd_step_fn *pair_of(const cql_type *first, const cql_type *second)
{
	bool is_in = (size_t)first->kind < KINDS_END && (size_t)second->kind < KINDS_END;

	return is_in ? pairs[first->kind][second->kind] : NULL;
}

void cd_step_fill(struct cd_step *steps, const cql_type *const *types, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		cd_step_fn *pair = i + 1 < count ? pair_of(types[i], types[i + 1]) : NULL;
		steps[i].put = pair ? pair : single_of(types[i]);
	}
	steps[count].put = done;
	if (count > MOST_STEPS)
		steps[0].put = long_way;
}

size_t cd_step_room(enum cql_kind kind)
{
	bool is_long = kind == CQL_KIND_TEXT || kind == CQL_KIND_ASCII || kind == CQL_KIND_BLOB;

	return LENGTH + (is_long ? CD_COPY_MOST : FIXED);
}
