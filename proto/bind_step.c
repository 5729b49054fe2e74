/* SPDX-License-Identifier: MIT */
/* Steps: for each kind of marker one that takes the tag it usually gets, and for the most usual two
 * in a row one that takes both. Calls at the end of a function are jumps, so that a row is written
 * by one run through its steps. */
#include "proto/bind_step.h"

#include "base/buffer.h"
#include "proto/bind_copy.h"

enum { LENGTH = 4, FIXED = 16, LONGEST = 256 };

/* Without optimisation each step is a frame on the stack. */
enum { MOST_STEPS = 256 };

/* ---- values: each gives where the next one goes; NULL: it takes the long way ----------------- */

CD_INLINE uint8_t *put_null(uint8_t *at, uint32_t which)
{
	cd_put_be32(at, which);
	return at + LENGTH;
}

CD_INLINE uint8_t *put_1(uint8_t *at, const cql_value *v)
{
	cd_put_be32(at, 1);
	at[LENGTH] = v->as.boolean;
	return at + LENGTH + 1;
}

CD_INLINE uint8_t *put_4(uint8_t *at, uint32_t bits)
{
	cd_put_be32(at, 4);
	cd_put_be32(at + LENGTH, bits);
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
	cd_put_be32(at, 8);
	cd_put_be64(at + LENGTH, v->as.unsigned_integer);
	return at + LENGTH + 8;
}

CD_INLINE uint8_t *put_16(uint8_t *at, const cql_value *v)
{
	cd_put_be32(at, 16);
	memcpy(at + LENGTH, v->as.uuid.bytes, 16);
	return at + LENGTH + 16;
}

CD_INLINE uint8_t *put_timeuuid(uint8_t *at, const cql_value *v)
{
	return v->as.uuid.bytes[6] >> 4 == 1 ? put_16(at, v) : NULL;
}

CD_INLINE uint8_t *put_text(uint8_t *at, const cql_value *v)
{
	const uint8_t *data = (const uint8_t *)v->as.text.data;
	size_t len = v->as.text.len;

	if (!data || len > LONGEST || cd_copy_text(at + LENGTH, data, len))
		return NULL;
	cd_put_be32(at, (uint32_t)len);
	return at + LENGTH + len;
}

CD_INLINE uint8_t *put_blob(uint8_t *at, const cql_value *v)
{
	size_t len = v->as.blob.len;

	if (!v->as.blob.data || len > LONGEST)
		return NULL;
	cd_put_be32(at, (uint32_t)len);
	cd_copy_text(at + LENGTH, v->as.blob.data, len);
	return at + LENGTH + len;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static uint8_t *done(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	(void)v;
	(void)step;
	return at;
}

/* Of another tag than the usual one. */
static uint8_t *other(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	if (v->is.tag != CQL_TAG_NULL && v->is.tag != CQL_TAG_UNSET)
		return NULL;
	at = put_null(at, v->is.tag == CQL_TAG_NULL ? UINT32_MAX : UINT32_MAX - 1);
	return step[1].put(at, v + 1, step + 1);
}

static uint8_t *long_way(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	(void)at;
	(void)v;
	(void)step;
	return NULL;
}

/* X(kind, the tag it usually gets, how that is written) */
#define KINDS \
	X(BOOLEAN, BOOL, put_1) \
	X(INT, INT, put_int) \
	X(BIGINT, INT, put_8) \
	X(COUNTER, INT, put_8) \
	X(FLOAT, FLOAT, put_float) \
	X(DOUBLE, DOUBLE, put_8) \
	X(TIMESTAMP, TIMESTAMP, put_8) \
	X(UUID, UUID, put_16) \
	X(TIMEUUID, UUID, put_timeuuid) \
	X(BLOB, BLOB, put_blob) \
	X(TEXT, TEXT, put_text) \
	X(ASCII, TEXT, put_text)

#define X(kind, tag_name, put) \
	CD_INLINE bool is_##kind(const cql_value *v) \
	{ \
		return v->is.tag == CQL_TAG_##tag_name; \
	} \
	CD_INLINE uint8_t *put_##kind(uint8_t *at, const cql_value *v) \
	{ \
		return put(at, v); \
	} \
	static uint8_t *kind##_step(uint8_t *at, const cql_value *v, const struct cd_step *step) \
	{ \
		if (!is_##kind(v)) \
			return other(at, v, step); \
		at = put_##kind(at, v); \
		return at ? step[1].put(at, v + 1, step + 1) : NULL; \
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
	PAIRS_WITH(X, BIGINT) PAIRS_WITH(X, DOUBLE) PAIRS_WITH(X, TIMESTAMP) PAIRS_WITH(X, UUID) \
		PAIRS_WITH(X, TEXT)

#define STEP(first, second) \
	static uint8_t *first##_##second##_step(uint8_t *at, const cql_value *v, \
						const struct cd_step *step) \
	{ \
		if (!is_##first(v)) \
			return other(at, v, step); \
		at = put_##first(at, v); \
		if (!at) \
			return NULL; \
		if (!is_##second(v + 1)) \
			return other(at, v + 1, step + 1); \
		at = put_##second(at, v + 1); \
		return at ? step[2].put(at, v + 2, step + 2) : NULL; \
	}
PAIRS(STEP)

/* ---- a chain of them -------------------------------------------------------------------------- */

enum { KINDS_END = CQL_KIND_TIMEUUID + 1 }; /* behind the last one that is here */

static cd_step_fn *const singles[KINDS_END] = {
#define X(kind, tag, put) [CQL_KIND_##kind] = kind##_step,
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

	return LENGTH + (is_long ? LONGEST : FIXED);
}
