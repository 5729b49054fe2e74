/* SPDX-License-Identifier: MIT */
/* Writes bound values: by steps when all are usual, by the encoders of their types when not. */
#include "proto/bind.h"

#include "base/error.h"
#include "proto/value.h"

bool cd_markers_init(struct cd_markers *m, const cql_type *const *types, uint16_t count,
		     struct cd_arena *a)
{
	struct cd_step *steps = cd_arena_take_array(a, count + 1u, sizeof *steps);

	if (!steps)
		return false;
	*m = (struct cd_markers){ .types = types, .steps = steps, .count = count };
	cd_step_fill(steps, cd_step_best_set(), types, count);
	m->first = steps->put;
	for (uint16_t i = 0; i < count; i++)
		m->room += cd_step_room(types[i]->kind);
	return true;
}

bool cd_bind_values(struct cd_buffer *out, const struct cd_markers *m, const cql_value *values,
		    uint16_t *where, coodie_error *err)
{
	size_t start = out->len;

	if (out->cap - start >= m->room) {
		uint8_t *end = cd_bind_usual(out->data + start, m, values);
		if (end) {
			out->len = (size_t)(end - out->data);
			return true;
		}
	}
	for (uint16_t i = 0; i < m->count; i++) {
		if (cd_value_encode(out, m->types[i], &values[i], err))
			continue;
		cd_buffer_truncate(out, start);
		if (where)
			*where = i;
		return false;
	}
	return true;
}
