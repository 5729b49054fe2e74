/* SPDX-License-Identifier: MIT */
/* Values that must outlive what they point to. */
#include "base/fields.h"
#include "proto/value.h"

static bool copy_bytes(struct cd_arena *a, const void **at, size_t len)
{
	if (!*at && len) /* bytes that are nowhere: whoever encodes it says so */
		return true;
	/* not NULL for no bytes: empty is not null */
	void *copy = len ? cd_arena_copy(a, *at, len) : cd_arena_take(a, 1);

	if (copy)
		*at = copy;
	return copy != NULL;
}

static bool copy_seq(struct cd_arena *a, cql_value *out)
{
	cql_seq *seq = &out->as.seq;
	size_t count = (size_t)seq->count * (out->is.tag == CQL_TAG_MAP ? 2 : 1);

	if (!seq->items)
		return true;
	if (seq->type)
		return copy_bytes(a, &seq->items, seq->bytes);
	const cql_value *from = seq->items;
	cql_value *to = cd_arena_take_array(a, count ? count : 1, sizeof *to);
	for (size_t i = 0; to && i < count; i++)
		if (!cd_value_copy(a, &to[i], &from[i]))
			return false;
	seq->items = to;
	return to != NULL;
}

static bool copy_floats(struct cd_arena *a, cql_floats *floats)
{
	if (!floats->data && floats->len)
		return true;
	float *to = cd_arena_take_array(a, floats->len ? floats->len : 1, sizeof *to);
	if (to && floats->len)
		memcpy(to, floats->data, floats->len * sizeof *to);
	floats->data = to;
	return to != NULL;
}

static bool copy_field(struct cd_arena *a, const cql_value *in, cql_value *out, void *user)
{
	cql_value v = *in;

	(void)user;
	return cd_value_copy(a, out, &v);
}

bool cd_value_copy(struct cd_arena *a, cql_value *out, const cql_value *in)
{
	const void *at;
	bool ok = true;

	*out = *in;
	switch (in->is.tag) {
	case CQL_TAG_TEXT:
		at = in->as.text.data;
		ok = copy_bytes(a, &at, in->as.text.len);
		out->as.text.data = at;
		return ok;
	case CQL_TAG_BLOB:
	case CQL_TAG_ENCODED:
		at = in->as.blob.data;
		ok = copy_bytes(a, &at, in->as.blob.len);
		out->as.blob.data = at;
		return ok;
	case CQL_TAG_VARINT:
		at = in->as.varint.data;
		ok = copy_bytes(a, &at, in->as.varint.len);
		out->as.varint.data = at;
		return ok;
	case CQL_TAG_DECIMAL:
		at = in->as.decimal.unscaled.data;
		ok = copy_bytes(a, &at, in->as.decimal.unscaled.len);
		out->as.decimal.unscaled.data = at;
		return ok;
	case CQL_TAG_LIST:
	case CQL_TAG_SET:
	case CQL_TAG_MAP:
	case CQL_TAG_TUPLE:
	case CQL_TAG_UDT:
	case CQL_TAG_VECTOR:
		return copy_seq(a, out);
	case CQL_TAG_FLOATS:
		return copy_floats(a, &out->as.floats);
	case CQL_TAG_FIELDS:
		return cd_fields_keep(a, &out->as.fields, copy_field, NULL);
	default:
		return true;
	}
}
