/* SPDX-License-Identifier: MIT */
/* Copies of values with all their bytes. */
#include <string.h>

#include "base/error.h"
#include "base/fields.h"
#include "orm/value/datum.h"

static bool copy(struct cd_arena *a, cql_value v, cql_value *out, unsigned depth,
		 coodie_error *err);

/* The bytes with a NUL behind them; never NULL for an empty run. */
static const void *copy_bytes(struct cd_arena *a, const void *data, size_t len)
{
	return cd_arena_strndup(a, len ? data : "", len);
}

static const float *copy_floats(struct cd_arena *a, cql_floats floats)
{
	float *to = cd_arena_take_array(a, floats.len + 1, sizeof(*to));

	if (to && floats.len)
		memcpy(to, floats.data, floats.len * sizeof(*to));
	return to;
}

static bool copy_seq(struct cd_arena *a, cql_value v, cql_value *out, unsigned depth,
		     coodie_error *err)
{
	bool is_map = v.is.tag == CQL_TAG_MAP;
	size_t count = (size_t)v.as.seq.count * (is_map ? 2 : 1), i = 0;
	cql_value *items = cd_arena_take_array(a, count + 1, sizeof(*items)), item, value;
	cql_iter it = is_map ? cql_map_iter((cql_map){ v.as.seq })
			     : cql_list_iter((cql_list){ v.as.seq });

	if (!items)
		return cd_no_memory(err, "a copy of a collection");
	while (i < count &&
	       (is_map ? cql_iter_next_pair(&it, &item, &value) : cql_iter_next(&it, &item))) {
		if (!copy(a, item, &items[i++], depth, err) ||
		    (is_map && !copy(a, value, &items[i++], depth, err)))
			return false;
	}
	if (i != count)
		return cd_fail(err, COODIE_ERR_PROTOCOL, "a collection is broken after item %zu",
			       i);
	v.as.seq = (cql_seq){ .items = items, .count = v.as.seq.count };
	*out = v;
	return true;
}

struct copying {
	unsigned depth;
	coodie_error *err;
};

static bool copy_field(struct cd_arena *a, const cql_value *in, cql_value *out, void *user)
{
	const struct copying *c = user;

	return copy(a, *in, out, c->depth, c->err);
}

static bool copy_fields(struct cd_arena *a, cql_value *v, unsigned depth, coodie_error *err)
{
	struct copying c = { depth, err };

	return cd_fields_keep(a, &v->as.fields, copy_field, &c) ||
	       (err && err->code != COODIE_OK ? false : cd_no_memory(err, "a copy of a struct"));
}

static bool copy(struct cd_arena *a, cql_value v, cql_value *out, unsigned depth, coodie_error *err)
{
	const void *bytes = "";

	if (depth > CD_DEEPEST)
		return cd_fail(err, COODIE_ERR_LIMIT, "collections nested deeper than %d", CD_DEEPEST);
	if (cd_datum_is_seq(v))
		return copy_seq(a, v, out, depth + 1, err);
	if (v.is.tag == CQL_TAG_FIELDS) {
		if (!copy_fields(a, &v, depth + 1, err))
			return false;
	} else if (v.is.tag == CQL_TAG_TEXT)
		v.as.text.data = bytes = copy_bytes(a, v.as.text.data, v.as.text.len);
	else if (v.is.tag == CQL_TAG_BLOB || v.is.tag == CQL_TAG_ENCODED)
		v.as.blob.data = bytes = copy_bytes(a, v.as.blob.data, v.as.blob.len);
	else if (v.is.tag == CQL_TAG_VARINT)
		v.as.varint.data = bytes = copy_bytes(a, v.as.varint.data, v.as.varint.len);
	else if (v.is.tag == CQL_TAG_DECIMAL)
		v.as.decimal.unscaled.data = bytes = copy_bytes(a, v.as.decimal.unscaled.data,
								v.as.decimal.unscaled.len);
	else if (v.is.tag == CQL_TAG_FLOATS)
		v.as.floats.data = bytes = copy_floats(a, v.as.floats);
	if (!bytes)
		return cd_no_memory(err, "a copy of a value");
	*out = v;
	return true;
}

bool cd_datum_copy(struct cd_arena *a, cql_value v, cql_value *out, coodie_error *err)
{
	return copy(a, v, out, 0, err);
}

bool cd_data_copy(struct cd_arena *a, cql_args args, cql_value **out, coodie_error *err)
{
	cql_value *values = cd_arena_take_array(a, args.count + 1, sizeof(*values));

	if (!values)
		return cd_no_memory(err, "a copy of the binds");
	for (size_t i = 0; i < args.count; i++) {
		if (!cd_datum_copy(a, args.values[i], &values[i], err))
			return false;
	}
	*out = values;
	return true;
}
