/* SPDX-License-Identifier: MIT */
/* Writes bound values: at once when all are usual, by the encoders of their types when not. */
#include "proto/bind.h"

#include "base/error.h"
#include "proto/bind_run.h"
#include "proto/value.h"

#define ALWAYS [CQL_TAG_NULL] = CD_FORM_NULL, [CQL_TAG_UNSET] = CD_FORM_UNSET

/* X(kind, the tag it usually gets, how that is written) */
#define USUAL \
	X(BOOLEAN, BOOL, 1) \
	X(INT, INT, INT) \
	X(BIGINT, INT, 8) \
	X(COUNTER, INT, 8) \
	X(FLOAT, FLOAT, FLOAT) \
	X(DOUBLE, DOUBLE, 8) \
	X(TIMESTAMP, TIMESTAMP, 8) \
	X(UUID, UUID, 16) \
	X(TIMEUUID, UUID, TIMEUUID) \
	X(BLOB, BLOB, BLOB) \
	X(TEXT, TEXT, TEXT)

#define X(kind, tag, form) \
	static const uint8_t kind##_forms[UINT8_MAX + 1] = { ALWAYS, \
							     [CQL_TAG_##tag] = CD_FORM_##form };
USUAL
#undef X

static const uint8_t other_forms[UINT8_MAX + 1] = { ALWAYS };

static const uint8_t *forms_of(enum cql_kind kind)
{
	static const uint8_t *const forms[] = {
#define X(kind, tag, form) [CQL_KIND_##kind] = kind##_forms,
		USUAL
#undef X
	};

	return (size_t)kind < sizeof forms / sizeof forms[0] && forms[kind] ? forms[kind]
									    : other_forms;
}

static size_t room_of(enum cql_kind kind)
{
	bool is_long = kind == CQL_KIND_TEXT || kind == CQL_KIND_BLOB;

	return CD_BIND_LENGTH + (is_long ? CD_BIND_LONGEST : CD_BIND_FIXED);
}

bool cd_markers_init(struct cd_markers *m, const cql_type *const *types, uint16_t count,
		     struct cd_arena *a)
{
	struct cd_marker *at = cd_arena_take_array(a, count ? count : 1u, sizeof *at);

	if (!at)
		return false;
	*m = (struct cd_markers){ .at = at, .end = at + count, .count = count };
	for (uint16_t i = 0; i < count; i++) {
		at[i] = (struct cd_marker){ types[i], forms_of(types[i]->kind) };
		m->room += room_of(types[i]->kind);
	}
	return true;
}

bool cd_bind_values(struct cd_buffer *out, const struct cd_markers *m, const cql_value *values,
		    uint16_t *where, coodie_error *err)
{
	size_t start = out->len;

	if (out->cap - start >= m->room) {
		const cql_value *v = values;
		uint8_t *end = cd_put_run(out->data + start, m, &v);
		if (end) {
			out->len = (size_t)(end - out->data);
			return true;
		}
	}
	for (uint16_t i = 0; i < m->count; i++) {
		if (cd_value_encode(out, m->at[i].type, &values[i], err))
			continue;
		cd_buffer_truncate(out, start);
		if (where)
			*where = i;
		return false;
	}
	return true;
}
