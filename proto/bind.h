/* SPDX-License-Identifier: MIT */
/* The values of a prepared statement's markers to [value]s, the fast way: what each marker takes
 * is decided once, when the statement is prepared. */
#ifndef PROTO_BIND_H
#define PROTO_BIND_H

#include <coodie/value.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "proto/bind_step.h"

struct cd_markers {
	const cql_type *const *types;
	const struct cd_step *steps; /* of usual values */
	cd_step_fn *first;           /* of the steps: what is called */
	uint16_t count;
	size_t room; /* bytes they take at most when all values are usual ones */
};

/* `types` and what they point to are borrowed, the steps are the arena's. False: out of memory. */
bool cd_markers_init(struct cd_markers *m, const cql_type *const *types, uint16_t count,
		     struct cd_arena *a);

/* Appends m->count values. On failure the buffer is as before, and `*where` (may be NULL) says which
 * value it was; errors are those of cd_value_encode(). */
bool cd_bind_values(struct cd_buffer *out, const struct cd_markers *m, const cql_value *values,
		    uint16_t *where, coodie_error *err);

/* Writes usual values to `at`, where there is m->room. @return behind the last; NULL: one of them is not
 * usual, and it is to be done again by cd_bind_values() */
static inline uint8_t *cd_bind_usual(uint8_t *at, const struct cd_markers *m,
				     const cql_value *values)
{
	return m->first(at, values, m->steps);
}

#endif
