/* SPDX-License-Identifier: MIT */
/* An order of values: any will do that is total and knows equal bits from unequal ones. */
#include <string.h>

#include "base/fields.h"
#include "orm/value/items.h"

static int order_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int order_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
	size_t len = a_len < b_len ? a_len : b_len;
	int order = len ? memcmp(a, b, len) : 0;

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static bool next_item(cql_iter *it, bool is_map, cql_value *key, cql_value *value)
{
	*key = *value = cql_null();
	return is_map ? cql_iter_next_pair(it, key, value) : cql_iter_next(it, value);
}

/* In the order they come: what is written differs when the order does, except at the top of a
 * set or map. Parts of a tuple and fields that are not there are null. */
static int order_seqs(const cql_value *a, const cql_value *b)
{
	bool is_map = a->is.tag == CQL_TAG_MAP,
	     ends_early = a->is.tag == CQL_TAG_TUPLE || a->is.tag == CQL_TAG_UDT;
	cql_iter x = is_map ? cql_map_iter((cql_map){ a->as.seq })
			    : cql_list_iter((cql_list){ a->as.seq });
	cql_iter y = is_map ? cql_map_iter((cql_map){ b->as.seq })
			    : cql_list_iter((cql_list){ b->as.seq });
	int order = ends_early ? 0 : order_numbers(a->as.seq.count, b->as.seq.count);
	cql_value xk, xv, yk, yv;

	while (!order) {
		bool more = next_item(&x, is_map, &xk, &xv);

		if (!next_item(&y, is_map, &yk, &yv) && !more)
			break;
		order = cd_datum_order(&xk, &yk);
		if (!order)
			order = cd_datum_order(&xv, &yv);
	}
	return order;
}

static int order_durations(cql_duration a, cql_duration b)
{
	if (a.months != b.months)
		return order_numbers(a.months, b.months);
	return a.days != b.days ? order_numbers(a.days, b.days)
				: order_numbers(a.nanoseconds, b.nanoseconds);
}

/* ---- user types, by name ---- */

/* A field's value; null where nobody tells it. */
static bool field_of(const cql_fields *f, const char *name, size_t likely, cql_field *out)
{
	if (!cd_fields_find(f, name, likely, out, NULL))
		return false;
	if (!out->name || out->value.is.tag == CQL_TAG_UNSET)
		out->value = cql_null();
	return true;
}

/* A struct and a value from the cluster: null is what a field that cannot be null reads as zero,
 * and of fields it does not have a struct says nothing. */
static int order_field(const cql_fields *f, const char *name, size_t likely, const cql_value *was)
{
	cql_field field;

	if (!field_of(f, name, likely, &field))
		return 1;
	if (!field.name || (was->is.tag == CQL_TAG_NULL && field.is_zero))
		return 0;
	return cd_datum_order(&field.value, was);
}

/* Whether a struct tells a field that the type does not have. */
static bool tells_more(const cql_fields *f, const cql_type *type)
{
	cql_field field;

	for (size_t i = 0;; i++) {
		if (!f->field(f->type, f->object, i, &field, NULL))
			return true;
		if (!field.name)
			return false;
		if (!cd_datum_is_missing(field.value) &&
		    cd_datum_place(type, field.name, i) == cql_type_count(type))
			return true;
	}
}

static int order_struct(const cql_fields *f, const cql_seq *there)
{
	cql_iter it = cql_udt_iter((cql_udt){ *there });
	size_t count = there->type ? cql_type_count(there->type) : 0;
	int order = 0;

	for (size_t i = 0; !order && i < count; i++) {
		cql_value was = cql_null();

		cql_iter_next(&it, &was);
		order = order_field(f, cql_type_field(there->type, i), i, &was);
	}
	if (order || it.failed)
		return order ? order : 1;
	return !there->type || tells_more(f, there->type);
}

static int order_structs(const cql_fields *a, const cql_fields *b)
{
	cql_field x, y;
	int order = 0;

	for (size_t i = 0; !order; i++) {
		if (!a->field(a->type, a->object, i, &x, NULL))
			return 1;
		if (!x.name)
			break;
		if (!field_of(b, x.name, i, &y))
			return 1;
		if (x.value.is.tag == CQL_TAG_UNSET)
			x.value = cql_null();
		order = cd_datum_order(&x.value, &y.value);
	}
	return order;
}

/* An array of floats and a vector from the cluster. */
static int order_floats(const cql_floats *f, const cql_seq *there)
{
	cql_iter it = cql_vector_iter((cql_vector){ *there });
	int order = order_numbers((int64_t)f->len, there->count);
	cql_value item;

	for (size_t i = 0; !order && i < f->len; i++) {
		cql_value mine = cql_from_float(f->data[i]);

		order = cql_iter_next(&it, &item) ? cd_datum_order(&mine, &item) : 1;
	}
	return order;
}

/* The same thing in two forms; false: they are not. */
static bool order_forms(const cql_value *a, const cql_value *b, int *order)
{
	if (a->is.tag == CQL_TAG_FIELDS && b->is.tag == CQL_TAG_UDT)
		*order = order_struct(&a->as.fields, &b->as.seq);
	else if (a->is.tag == CQL_TAG_FLOATS && b->is.tag == CQL_TAG_VECTOR)
		*order = order_floats(&a->as.floats, &b->as.seq);
	else
		return false;
	return true;
}

/* One form for each integer, so that a varint and a C integer compare. */
static cql_value plain_integer(cql_value v)
{
	int64_t small;

	if (v.is.tag == CQL_TAG_VARINT && cql_to_int64(v, &small, NULL))
		return cql_from_llong(small);
	if (v.is.tag == CQL_TAG_UINT && v.as.unsigned_integer <= INT64_MAX)
		return cql_from_llong((long long)v.as.unsigned_integer);
	return v;
}

/* Any order will do that is total and knows equal bits from unequal ones. */
int cd_datum_order(const cql_value *left, const cql_value *right)
{
	cql_value a = plain_integer(*left), b = plain_integer(*right);
	int order;

	if (a.is.tag != b.is.tag) {
		if (order_forms(&a, &b, &order))
			return order;
		return order_forms(&b, &a, &order) ? -order : order_numbers(a.is.tag, b.is.tag);
	}
	switch ((enum cql_tag)a.is.tag) {
	case CQL_TAG_NULL:
	case CQL_TAG_UNSET:
	case CQL_TAG_EMPTY:
		return 0;
	case CQL_TAG_BOOL:
		return order_numbers(a.as.boolean, b.as.boolean);
	case CQL_TAG_INT:
		return order_numbers(a.as.integer, b.as.integer);
	case CQL_TAG_UINT:
		return (a.as.unsigned_integer > b.as.unsigned_integer) -
		       (a.as.unsigned_integer < b.as.unsigned_integer);
	case CQL_TAG_FLOAT:
		return memcmp(&a.as.single, &b.as.single, sizeof(float));
	case CQL_TAG_DOUBLE:
		return memcmp(&a.as.real, &b.as.real, sizeof(double));
	case CQL_TAG_TEXT:
		return order_bytes(a.as.text.data, a.as.text.len, b.as.text.data, b.as.text.len);
	case CQL_TAG_BLOB:
	case CQL_TAG_ENCODED:
		return order_bytes(a.as.blob.data, a.as.blob.len, b.as.blob.data, b.as.blob.len);
	case CQL_TAG_VARINT:
		return order_bytes(a.as.varint.data, a.as.varint.len, b.as.varint.data,
				   b.as.varint.len);
	case CQL_TAG_UUID:
		return memcmp(a.as.uuid.bytes, b.as.uuid.bytes, sizeof(a.as.uuid.bytes));
	case CQL_TAG_INET:
		return order_bytes(a.as.inet.address, a.as.inet.length, b.as.inet.address,
				   b.as.inet.length);
	case CQL_TAG_DATE:
		return order_numbers(a.as.date.days, b.as.date.days);
	case CQL_TAG_TIME:
		return order_numbers(a.as.time.nanoseconds, b.as.time.nanoseconds);
	case CQL_TAG_TIMESTAMP:
		return order_numbers(a.as.timestamp.milliseconds, b.as.timestamp.milliseconds);
	case CQL_TAG_DURATION:
		return order_durations(a.as.duration, b.as.duration);
	case CQL_TAG_DECIMAL:
		if (a.as.decimal.scale != b.as.decimal.scale)
			return order_numbers(a.as.decimal.scale, b.as.decimal.scale);
		return order_bytes(a.as.decimal.unscaled.data, a.as.decimal.unscaled.len,
				   b.as.decimal.unscaled.data, b.as.decimal.unscaled.len);
	case CQL_TAG_LIST:
	case CQL_TAG_SET:
	case CQL_TAG_MAP:
	case CQL_TAG_TUPLE:
	case CQL_TAG_UDT:
	case CQL_TAG_VECTOR:
		return order_seqs(&a, &b);
	case CQL_TAG_FIELDS:
		return order_structs(&a.as.fields, &b.as.fields);
	case CQL_TAG_FLOATS:
		return order_bytes(a.as.floats.data, a.as.floats.len * sizeof(float),
				   b.as.floats.data, b.as.floats.len * sizeof(float));
	}
	return 0;
}
