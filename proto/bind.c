/* SPDX-License-Identifier: MIT */
/* Writes bound values: at once when all are usual, by the encoders of their types when not. */
#include "proto/bind.h"

#include "base/error.h"
#include "proto/bind_run.h"
#include "proto/value.h"

static const struct {
	enum cql_kind kind;
	enum cql_tag tag;
	enum cd_form form;
} usual[] = {
	{ CQL_KIND_BOOLEAN, CQL_TAG_BOOL, CD_FORM_1 },
	{ CQL_KIND_INT, CQL_TAG_INT, CD_FORM_INT },
	{ CQL_KIND_BIGINT, CQL_TAG_INT, CD_FORM_8 },
	{ CQL_KIND_COUNTER, CQL_TAG_INT, CD_FORM_8 },
	{ CQL_KIND_FLOAT, CQL_TAG_FLOAT, CD_FORM_FLOAT },
	{ CQL_KIND_DOUBLE, CQL_TAG_DOUBLE, CD_FORM_8 },
	{ CQL_KIND_TIMESTAMP, CQL_TAG_TIMESTAMP, CD_FORM_8 },
	{ CQL_KIND_UUID, CQL_TAG_UUID, CD_FORM_16 },
	{ CQL_KIND_TIMEUUID, CQL_TAG_UUID, CD_FORM_TIMEUUID },
	{ CQL_KIND_BLOB, CQL_TAG_BLOB, CD_FORM_BLOB },
	{ CQL_KIND_TEXT, CQL_TAG_TEXT, CD_FORM_TEXT },
};

static void set_forms(struct cd_marker *m, enum cql_kind kind)
{
	m->forms[CQL_TAG_NULL] = CD_FORM_NULL;
	m->forms[CQL_TAG_UNSET] = CD_FORM_UNSET;
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (usual[i].kind == kind)
			m->forms[usual[i].tag] = (uint8_t)usual[i].form;
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
		at[i].type = types[i];
		set_forms(&at[i], types[i]->kind);
		m->room += room_of(types[i]->kind);
	}
	return true;
}

uint8_t *cd_put_blob(uint8_t *at, const cql_blob *blob)
{
	if (!blob->data || blob->len > CD_BIND_LONGEST)
		return NULL;
	cd_put_be32(at, (uint32_t)blob->len);
	memcpy(at + CD_BIND_LENGTH, blob->data, blob->len);
	return at + CD_BIND_LENGTH + blob->len;
}

static uint8_t *put_all(uint8_t *at, const struct cd_markers *m, const cql_value *v)
{
	for (const struct cd_marker *k = m->at; at && k < m->end; k++, v++)
		at = cd_put_usual(at, k, v);
	return at;
}

bool cd_bind_values(struct cd_buffer *out, const struct cd_markers *m, const cql_value *values,
		    uint16_t *where, coodie_error *err)
{
	size_t start = out->len;

	if (out->cap - start >= m->room) {
		uint8_t *end = put_all(out->data + start, m, values);
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
