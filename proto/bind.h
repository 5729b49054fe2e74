/* SPDX-License-Identifier: MIT */
/* The values of a prepared statement's markers to [value]s, the fast way: what each marker takes
 * is decided once, when the statement is prepared. */
#ifndef PROTO_BIND_H
#define PROTO_BIND_H

#include <coodie/value.h>

#include "base/arena.h"
#include "base/buffer.h"

/* One marker: how a C value of each tag is written to it, whatever byte a tag is. Zero: the long way,
 * cd_value_encode(). */
struct cd_marker {
	const cql_type *type;
	const uint8_t *forms; /* static, UINT8_MAX + 1 of them */
};

struct cd_markers {
	const struct cd_marker *at, *end;
	uint16_t count;
	size_t room; /* bytes they take at most when all values are usual ones */
};

/* `types` are borrowed, the markers are the arena's. False: out of memory. */
bool cd_markers_init(struct cd_markers *m, const cql_type *const *types, uint16_t count,
		     struct cd_arena *a);

/* Appends m->count values. On failure the buffer is as before, and `*where` (may be NULL) says which
 * value it was; errors are those of cd_value_encode(). */
bool cd_bind_values(struct cd_buffer *out, const struct cd_markers *m, const cql_value *values,
		    uint16_t *where, coodie_error *err);

#endif
