/* SPDX-License-Identifier: MIT */
/* The usual values of a statement, as a chain of steps: each writes the value of one marker, or of
 * two, and goes on with the next. Calls at the end of a function are jumps, so that a row is written
 * by one run through its steps. */
#ifndef PROTO_BIND_STEP_H
#define PROTO_BIND_STEP_H

#include <coodie/type.h>
#include <coodie/value.h>

struct cd_step;

/* Writes `v` to `at`, where there is room for the longest, and then all that follow. @return behind the
 * last; NULL: one of them takes the long way */
typedef uint8_t *cd_step_fn(uint8_t *at, const cql_value *v, const struct cd_step *step);

struct cd_step {
	cd_step_fn *put;
};

struct cd_step_set;

/* For this CPU. */
const struct cd_step_set *cd_step_best_set(void);
/* Fills in `count` steps and one more. */
void cd_step_fill(struct cd_step *steps, const struct cd_step_set *set,
		  const cql_type *const *types, uint16_t count);
/* The bytes that a value takes at most which is written by a step. */
size_t cd_step_room(enum cql_kind kind);

/* ---- between the files of steps --------------------------------------------------------------- */

enum { CD_STEP_LENGTH = 4, CD_STEP_FIXED = 16, CD_STEP_LONGEST = 256 };

enum { CD_STEP_KINDS = CQL_KIND_TIMEUUID + 1 }; /* behind the last kind that has steps */

struct cd_step_set {
	cd_step_fn *singles[CD_STEP_KINDS];
	/* For one kind and another behind it: more follow, or none. */
	cd_step_fn *pairs[CD_STEP_KINDS][CD_STEP_KINDS][2];
};

extern const struct cd_step_set cd_steps_plain;
extern const struct cd_step_set cd_steps_avx2; /* only on CPUs with that and MOVBE */

/* Steps for what is not as usual: null, and what was not set. */
cd_step_fn cd_step_other;
/* The same, and the shortest texts and blobs. */
cd_step_fn cd_step_other_text;
cd_step_fn cd_step_other_blob;

#endif
