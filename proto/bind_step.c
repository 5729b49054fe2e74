/* SPDX-License-Identifier: MIT */
/* Chains of steps, and the steps for any CPU. */
#define STEP_TARGET
#define STEP_SET cd_steps_plain
#include "proto/bind_steps.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

#include "proto/type.h"

#define RARE __attribute__((noinline, cold))

/* ---- what is not as usual --------------------------------------------------------------------- */

RARE uint8_t *cd_step_other(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	if (v->is.tag != CQL_TAG_NULL && v->is.tag != CQL_TAG_UNSET)
		return NULL;
	put_32(at, v->is.tag == CQL_TAG_NULL ? UINT32_MAX : UINT32_MAX - 1);
	return step[1].put(at + CD_STEP_LENGTH, v + 1, step + 1);
}

RARE uint8_t *cd_step_other_text(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	const cql_text *text = &v->as.text;

	if (v->is.tag != CQL_TAG_TEXT || !text->data || text->len >= 8 ||
	    !copy_to_7(at + CD_STEP_LENGTH, (const uint8_t *)text->data, text->len))
		return cd_step_other(at, v, step);
	put_32(at, (uint32_t)text->len);
	return step[1].put(at + CD_STEP_LENGTH + text->len, v + 1, step + 1);
}

RARE uint8_t *cd_step_other_blob(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	const cql_blob *blob = &v->as.blob;

	if (v->is.tag != CQL_TAG_BLOB || !blob->data || blob->len >= 8)
		return cd_step_other(at, v, step);
	copy_to_7(at + CD_STEP_LENGTH, blob->data, blob->len);
	put_32(at, (uint32_t)blob->len);
	return step[1].put(at + CD_STEP_LENGTH + blob->len, v + 1, step + 1);
}

/* ---- a chain of them -------------------------------------------------------------------------- */

/* Without optimisation each step is a frame on the stack. */
enum { MOST_STEPS = 256 };

static uint8_t *done(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	(void)v;
	(void)step;
	return at;
}

RARE static uint8_t *long_way(uint8_t *at, const cql_value *v, const struct cd_step *step)
{
	(void)at;
	(void)v;
	(void)step;
	return NULL;
}

#if defined(__x86_64__) && defined(__GNUC__)
/* Not every compiler's __builtin_cpu_supports() knows of it. */
static bool has_movbe(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_MOVBE);
}
#endif

const struct cd_step_set *cd_step_best_set(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	if (__builtin_cpu_supports("avx2") && has_movbe())
		return &cd_steps_avx2;
#endif
	return &cd_steps_plain;
}

/* The step of the first of so many: 1 or more. */
static cd_step_fn *step_of(const struct cd_step_set *set, const cql_type *const *types,
			   uint16_t count)
{
	size_t first = types[0]->kind, second = count > 1 ? types[1]->kind : CD_STEP_KINDS;
	cd_step_fn *put = NULL;

	if (first < CD_STEP_KINDS && second < CD_STEP_KINDS)
		put = set->pairs[first][second][count == 2];
	if (!put && first < CD_STEP_KINDS)
		put = set->singles[first];
	return put ? put : cd_step_other;
}

void cd_step_fill(struct cd_step *steps, const struct cd_step_set *set,
		  const cql_type *const *types, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		steps[i].put = step_of(set, types + i, (uint16_t)(count - i));
	steps[count].put = done;
	if (count > MOST_STEPS)
		steps[0].put = long_way;
}

size_t cd_step_room(enum cql_kind kind)
{
	bool is_long = kind == CQL_KIND_TEXT || kind == CQL_KIND_ASCII || kind == CQL_KIND_BLOB;

	return CD_STEP_LENGTH + (is_long ? CD_STEP_LONGEST : CD_STEP_FIXED);
}
