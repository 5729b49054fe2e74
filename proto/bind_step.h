/* SPDX-License-Identifier: MIT */
/* The usual values of a statement, as a chain of steps: each writes the value of one marker, or of
 * two, and goes on with the next. */
#ifndef PROTO_BIND_STEP_H
#define PROTO_BIND_STEP_H

#include <coodie/value.h>

struct cd_step;

/* Writes `v` to `at`, where there is room for the longest, and then all that follow. @return behind the
 * last; NULL: one of them takes the long way */
typedef uint8_t *cd_step_fn(uint8_t *at, const cql_value *v, const struct cd_step *step);

struct cd_step {
	cd_step_fn *put;
};

/* Fills in `count` steps and one more. */
void cd_step_fill(struct cd_step *steps, const cql_type *const *types, uint16_t count);
/* The bytes that a value takes at most which is written by a step. */
size_t cd_step_room(enum cql_kind kind);

#endif
