/* SPDX-License-Identifier: MIT */
/* Terms: a literal where one says it all, `blob_as_int(0x)` where there is none. */
#include "node/dump/literal.h"

#include <string.h>

#include <coodie/text.h>

#include "node/describe/describe_text.h"
#include "proto/value.h"

static bool put(struct cd_buffer *out, const cql_type *type, const cql_value *v);

/* ---- values without others inside -------------------------------------------------------------- */

/* 0001-01-01 to 9999-12-31, which every reader of dates takes. */
enum { FIRST_DAY = -719162, LAST_DAY = 2932896 };
#define DAY_MS INT64_C(86400000)

static bool is_plain_day(int64_t days)
{
	return days >= FIRST_DAY && days <= LAST_DAY;
}

/* Whether a literal of it reads back as the same bytes. */
static bool is_plain(const cql_value *v)
{
	switch (v->is.tag) {
	case CQL_TAG_EMPTY:
		return false;
	case CQL_TAG_TEXT:
		return !v->as.text.len || !memchr(v->as.text.data, 0, v->as.text.len);
	case CQL_TAG_DATE:
		return is_plain_day(v->as.date.days);
	case CQL_TAG_TIMESTAMP:
		return v->as.timestamp.milliseconds >= FIRST_DAY * DAY_MS &&
		       v->as.timestamp.milliseconds < (LAST_DAY + 1) * DAY_MS;
	case CQL_TAG_DURATION: /* zero has no spelling */
		return v->as.duration.months || v->as.duration.days || v->as.duration.nanoseconds;
	default:
		return true;
	}
}

static bool put_plain(struct cd_buffer *out, const cql_type *type, const cql_value *v)
{
	size_t len = cql_literal_format(type, *v, NULL, 0);

	if (!cd_buffer_reserve(out, len + 1)) /* and its NUL */
		return false;
	cql_literal_format(type, *v, (char *)out->data + out->len, len + 1);
	out->len += len;
	return true;
}

/* blob_as_text(0x00): the bytes are those of the wire. */
static bool put_as_blob(struct cd_buffer *out, const cql_type *type, const cql_value *v)
{
	enum { LENGTH = 4 }; /* in front of a [value] */
	struct cd_buffer bytes;
	bool ok;

	cd_buffer_init(&bytes, out->allocator, 0);
	ok = cd_value_encode(&bytes, type, v, NULL);
	cd_buffer_text(out, "blob_as_");
	cd_buffer_text(out, cql_kind_name(type->kind));
	cd_buffer_u8(out, '(');
	if (ok) {
		cql_blob blob = { bytes.data + LENGTH, bytes.len - LENGTH };
		cql_value value = cql(blob);
		ok = put_plain(out, cd_type_native(CQL_KIND_BLOB), &value);
	}
	cd_buffer_u8(out, ')');
	cd_buffer_deinit(&bytes);
	return ok;
}

/* ---- values made of values --------------------------------------------------------------------- */

static bool put_items(struct cd_buffer *out, const cql_type *type, const cql_value *v)
{
	bool is_set = type->kind == CQL_KIND_SET, ok = true;
	cql_iter it = type->kind == CQL_KIND_VECTOR ? cql_vector_iter((cql_vector){ v->as.seq })
						    : cql_list_iter((cql_list){ v->as.seq });
	const char *before = "";
	cql_value item;

	cd_buffer_u8(out, is_set ? '{' : '[');
	for (; ok && cql_iter_next(&it, &item); before = ", ") {
		cd_buffer_text(out, before);
		ok = put(out, type->inner[0], &item);
	}
	cd_buffer_u8(out, is_set ? '}' : ']');
	return ok && !it.failed;
}

static bool put_pairs(struct cd_buffer *out, const cql_type *type, const cql_value *v)
{
	cql_iter it = cql_map_iter((cql_map){ v->as.seq });
	const char *before = "";
	cql_value key, value;
	bool ok = true;

	cd_buffer_u8(out, '{');
	for (; ok && cql_iter_next_pair(&it, &key, &value); before = ", ") {
		cd_buffer_text(out, before);
		ok = put(out, type->inner[0], &key);
		cd_buffer_text(out, ": ");
		ok = ok && put(out, type->inner[1], &value);
	}
	cd_buffer_u8(out, '}');
	return ok && !it.failed;
}

/* (1, null), {street: 'Main', number: null}: parts that are missing at the end are null. */
static bool put_parts(struct cd_buffer *out, const cql_type *type, const cql_value *v)
{
	bool named = type->kind == CQL_KIND_UDT, ok = true;
	cql_iter it = cql_tuple_iter((cql_tuple){ v->as.seq });
	const cql_value null = cql_null();
	cql_value part;

	cd_buffer_u8(out, named ? '{' : '(');
	for (uint32_t i = 0; ok && i < type->count; i++) {
		bool is_there = cql_iter_next(&it, &part);

		cd_buffer_text(out, i ? ", " : "");
		if (named) {
			nd_name_put(out, type->of.udt->fields[i]);
			cd_buffer_text(out, ": ");
		}
		ok = put(out, type->inner[i], is_there ? &part : &null);
	}
	cd_buffer_u8(out, named ? '}' : ')');
	return ok && !it.failed;
}

static bool put(struct cd_buffer *out, const cql_type *type, const cql_value *v)
{
	/* null, a vector of floats: one literal, whatever the type */
	bool is_whole = v->is.tag == CQL_TAG_NULL || v->is.tag == CQL_TAG_FLOATS;

	if (is_whole)
		return put_plain(out, type, v);
	switch (type->kind) {
	case CQL_KIND_LIST:
	case CQL_KIND_SET:
	case CQL_KIND_VECTOR:
		return put_items(out, type, v);
	case CQL_KIND_MAP:
		return put_pairs(out, type, v);
	case CQL_KIND_TUPLE:
	case CQL_KIND_UDT:
		return put_parts(out, type, v);
	default:
		return is_plain(v) ? put_plain(out, type, v) : put_as_blob(out, type, v);
	}
}

bool nd_dump_literal(struct cd_buffer *out, const cql_type *type, struct cd_span cell)
{
	cql_value v = cql_null();

	return (!cell.at || cd_value_decode(type, cell, &v, NULL)) && put(out, type, &v);
}
