/* SPDX-License-Identifier: MIT */
/* Fitting, comparing and copying values. */
#include "orm/value/datum.h"

#include <string.h>

#include "base/error.h"
#include "base/fields.h"

#define DEEPEST 32 /* nesting of collections; proto refuses more */
#define TAG(name) (UINT32_C(1) << CQL_TAG_##name)
#define TAG_OF(v) (UINT32_C(1) << (v).is.tag)
#define WHOLE (TAG(INT) | TAG(UINT) | TAG(VARINT))
#define NANOSECONDS_PER_DAY INT64_C(86400000000000)

/* ---- fits ------------------------------------------------------------------------------------ */

/* The same as the encoder takes, but known before anything is prepared. */
static const struct fit {
	enum cql_kind kind;
	uint32_t tags;    /* what C values it takes */
	int64_t min, max; /* of an integer */
} fit_rows[] = {
	{ CQL_KIND_ASCII, TAG(TEXT), 0, 0 },
	{ CQL_KIND_TEXT, TAG(TEXT), 0, 0 },
	{ CQL_KIND_BLOB, TAG(BLOB), 0, 0 },
	{ CQL_KIND_CUSTOM, TAG(BLOB), 0, 0 },
	{ CQL_KIND_BOOLEAN, TAG(BOOL) | TAG(INT), 0, 1 },
	{ CQL_KIND_TINYINT, WHOLE, INT8_MIN, INT8_MAX },
	{ CQL_KIND_SMALLINT, WHOLE, INT16_MIN, INT16_MAX },
	{ CQL_KIND_INT, WHOLE, INT32_MIN, INT32_MAX },
	{ CQL_KIND_BIGINT, WHOLE, INT64_MIN, INT64_MAX },
	{ CQL_KIND_COUNTER, WHOLE, INT64_MIN, INT64_MAX },
	{ CQL_KIND_VARINT, WHOLE, INT64_MIN, INT64_MAX },
	{ CQL_KIND_DECIMAL, TAG(DECIMAL) | TAG(INT) | TAG(UINT), INT64_MIN, INT64_MAX },
	{ CQL_KIND_FLOAT, TAG(FLOAT) | TAG(DOUBLE) | TAG(INT), -(1 << 24), 1 << 24 },
	{ CQL_KIND_DOUBLE, TAG(FLOAT) | TAG(DOUBLE) | TAG(INT), -(INT64_C(1) << 53),
	  INT64_C(1) << 53 },
	{ CQL_KIND_UUID, TAG(UUID), 0, 0 },
	{ CQL_KIND_TIMEUUID, TAG(UUID), 0, 0 },
	{ CQL_KIND_INET, TAG(INET), 0, 0 },
	{ CQL_KIND_DATE, TAG(DATE), 0, 0 },
	{ CQL_KIND_TIME, TAG(TIME), 0, 0 },
	{ CQL_KIND_TIMESTAMP, TAG(TIMESTAMP) | WHOLE, INT64_MIN, INT64_MAX },
	{ CQL_KIND_DURATION, TAG(DURATION), 0, 0 },
	{ CQL_KIND_LIST, TAG(LIST) | TAG(SET), 0, 0 },
	{ CQL_KIND_VECTOR, TAG(VECTOR) | TAG(LIST) | TAG(FLOATS), 0, 0 },
	{ CQL_KIND_TUPLE, TAG(TUPLE), 0, 0 },
	{ CQL_KIND_UDT, TAG(UDT) | TAG(FIELDS), 0, 0 },
	{ CQL_KIND_SET, TAG(SET) | TAG(LIST), 0, 0 },
	{ CQL_KIND_MAP, TAG(MAP), 0, 0 },
};

/* What a value is, for messages. */
static const char tag_names[][12] = {
	[CQL_TAG_NULL] = "null",           [CQL_TAG_UNSET] = "unset",
	[CQL_TAG_BOOL] = "a boolean",      [CQL_TAG_INT] = "an integer",
	[CQL_TAG_UINT] = "an integer",     [CQL_TAG_FLOAT] = "a float",
	[CQL_TAG_DOUBLE] = "a double",     [CQL_TAG_TEXT] = "a text",
	[CQL_TAG_BLOB] = "a blob",         [CQL_TAG_UUID] = "a uuid",
	[CQL_TAG_INET] = "an inet",        [CQL_TAG_DATE] = "a date",
	[CQL_TAG_TIME] = "a time",         [CQL_TAG_TIMESTAMP] = "a timestamp",
	[CQL_TAG_DURATION] = "a duration", [CQL_TAG_VARINT] = "a varint",
	[CQL_TAG_DECIMAL] = "a decimal",   [CQL_TAG_LIST] = "a list",
	[CQL_TAG_SET] = "a set",           [CQL_TAG_MAP] = "a map",
	[CQL_TAG_TUPLE] = "a tuple",       [CQL_TAG_UDT] = "a UDT value",
	[CQL_TAG_VECTOR] = "a vector",     [CQL_TAG_FLOATS] = "floats",
	[CQL_TAG_FIELDS] = "a struct",     [CQL_TAG_EMPTY] = "empty",
	[CQL_TAG_ENCODED] = "raw bytes",
};

static const char *tag_name(cql_value v)
{
	return v.is.tag < sizeof(tag_names) / sizeof(tag_names[0]) ? tag_names[v.is.tag]
								   : "no value";
}

static const struct fit *fit_of(enum cql_kind kind)
{
	for (size_t i = 0; i < sizeof(fit_rows) / sizeof(fit_rows[0]); i++) {
		if (fit_rows[i].kind == kind)
			return &fit_rows[i];
	}
	return NULL;
}

static bool fits_integer(cql_value v, const struct fit *fit, coodie_error *err)
{
	char shown[32];
	int64_t small;

	if (v.is.tag == CQL_TAG_VARINT) {
		if (fit->kind == CQL_KIND_VARINT)
			return true;
		if (!cql_to_int64(v, &small, NULL))
			return cd_fail(err, COODIE_ERR_RANGE,
				       "a varint of %zu bytes does not fit %s", v.as.varint.len,
				       cql_kind_name(fit->kind));
		v = cql_from_llong(small);
	}
	if (v.is.tag == CQL_TAG_UINT && v.as.unsigned_integer <= INT64_MAX)
		v = cql_from_llong((long long)v.as.unsigned_integer);
	if (v.is.tag == CQL_TAG_UINT ? fit->kind == CQL_KIND_VARINT || fit->kind == CQL_KIND_DECIMAL
				     : v.as.integer >= fit->min && v.as.integer <= fit->max)
		return true;
	cql_value_format(v, shown, sizeof(shown));
	return cd_fail(err, COODIE_ERR_RANGE, "%s does not fit %s", shown,
		       cql_kind_name(fit->kind));
}

static bool fits_ascii(cql_text text, coodie_error *err)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] > 127)
			return cd_fail(err, COODIE_ERR_TYPE,
				       "byte %zu of an ascii text is 0x%02x; use a text column", i,
				       (unsigned char)text.data[i]);
	}
	return true;
}

static bool fits_duration(cql_duration d, coodie_error *err)
{
	if ((d.months >= 0 && d.days >= 0 && d.nanoseconds >= 0) ||
	    (d.months <= 0 && d.days <= 0 && d.nanoseconds <= 0))
		return true;
	return cd_fail(err, COODIE_ERR_RANGE,
		       "the parts of a duration must all be >= 0 or all <= 0");
}

/* What a type says beyond the tag. */
static bool fits_scalar(cql_value v, const struct fit *fit, coodie_error *err)
{
	switch (fit->kind) {
	case CQL_KIND_ASCII:
		return fits_ascii(v.as.text, err);
	case CQL_KIND_TIME:
		if (v.as.time.nanoseconds >= 0 && v.as.time.nanoseconds < NANOSECONDS_PER_DAY)
			return true;
		return cd_fail(err, COODIE_ERR_RANGE,
			       "a time of %lld nanoseconds is not within a day",
			       (long long)v.as.time.nanoseconds);
	case CQL_KIND_DURATION:
		return fits_duration(v.as.duration, err);
	case CQL_KIND_TIMEUUID:
		if (v.as.uuid.bytes[6] >> 4 == 1)
			return true;
		return cd_fail(err, COODIE_ERR_RANGE,
			       "a timeuuid is a uuid of version 1, this one has version %u",
			       v.as.uuid.bytes[6] >> 4);
	case CQL_KIND_INET:
		if (v.as.inet.length == 4 || v.as.inet.length == 16)
			return true;
		return cd_fail(err, COODIE_ERR_RANGE, "an inet has 4 or 16 bytes, not %u",
			       v.as.inet.length);
	default:
		if (TAG_OF(v) & WHOLE)
			return fits_integer(v, fit, err);
		return true;
	}
}

static bool fits(cql_value v, const cql_type *type, unsigned depth, coodie_error *err);

static bool fits_item(cql_value item, const cql_type *type, unsigned depth, coodie_error *err)
{
	if (item.is.tag == CQL_TAG_NULL || item.is.tag == CQL_TAG_UNSET)
		return cd_fail(err, COODIE_ERR_TYPE, "%s inside a collection, which cannot hold it",
			       tag_name(item));
	return fits(item, type, depth, err);
}

static bool fits_seq(cql_value v, const cql_type *type, unsigned depth, coodie_error *err)
{
	cql_iter it;
	cql_value key, item;

	if (v.is.tag != CQL_TAG_MAP) {
		it = cql_list_iter((cql_list){ v.as.seq });
		while (cql_iter_next(&it, &item)) {
			if (!fits_item(item, cql_type_at(type, 0), depth, err))
				return false;
		}
	} else {
		it = cql_map_iter((cql_map){ v.as.seq });
		while (cql_iter_next_pair(&it, &key, &item)) {
			if (!fits_item(key, cql_type_at(type, 0), depth, err) ||
			    !fits_item(item, cql_type_at(type, 1), depth, err))
				return false;
		}
	}
	return !it.failed || cd_fail(err, COODIE_ERR_PROTOCOL, "%s is broken", tag_name(v));
}

static bool is_missing(cql_value v)
{
	return v.is.tag == CQL_TAG_NULL || v.is.tag == CQL_TAG_UNSET;
}

/* The place of a field in a type; the number of fields when it has none of that name. */
static size_t place_of(const cql_type *type, const char *name, size_t likely)
{
	size_t count = cql_type_count(type), i = 0;

	if (likely < count && !strcmp(cql_type_field(type, likely), name))
		return likely;
	while (i < count && strcmp(cql_type_field(type, i), name) != 0)
		i++;
	return i;
}

/* Fields by name. Those of a user type that is known by name only are checked where it is
 * encoded. */
static bool fits_fields(const cql_fields *f, const cql_type *type, unsigned depth,
			coodie_error *err)
{
	cql_field field;

	for (size_t i = 0, at; cql_type_count(type); i++) {
		if (!f->field(f->type, f->object, i, &field, err))
			return false;
		if (!field.name)
			return true;
		if (is_missing(field.value))
			continue;
		at = place_of(type, field.name, i);
		if (at == cql_type_count(type))
			return cd_fail(err, COODIE_ERR_TYPE, "the user type %s has no field %s",
				       cql_type_name(type), field.name);
		if (!fits(field.value, cql_type_at(type, at), depth, err)) {
			if (err)
				cd_error_prefix(err, "field %s", field.name);
			return false;
		}
	}
	return true;
}

/* Parts of a tuple or UDT may be null, but not unset. Which field a place of a user type means only
 * the cluster knows: those are checked where they are encoded. */
static bool fits_parts(cql_value v, const cql_type *type, unsigned depth, coodie_error *err)
{
	cql_iter it = cql_tuple_iter((cql_tuple){ v.as.seq });
	cql_value part;

	if (cql_type_kind(type) == CQL_KIND_UDT)
		return true;
	if (v.as.seq.count > cql_type_count(type))
		return cd_fail(err, COODIE_ERR_RANGE, "%s of %u parts, the type has %zu",
			       tag_name(v), (unsigned)v.as.seq.count, cql_type_count(type));
	for (size_t i = 0; cql_iter_next(&it, &part); i++) {
		if (part.is.tag == CQL_TAG_UNSET)
			return cd_fail(err, COODIE_ERR_TYPE, "unset inside %s; use null",
				       tag_name(v));
		if (!fits(part, cql_type_at(type, i), depth, err))
			return false;
	}
	return !it.failed || cd_fail(err, COODIE_ERR_PROTOCOL, "%s is broken", tag_name(v));
}

static bool fits_vector(cql_value v, const cql_type *type, unsigned depth, coodie_error *err)
{
	size_t count = v.is.tag == CQL_TAG_FLOATS ? v.as.floats.len : v.as.seq.count;

	if (count != cql_type_dimension(type))
		return cd_fail(err, COODIE_ERR_RANGE, "a vector of %zu elements, the type has %u",
			       count, (unsigned)cql_type_dimension(type));
	if (v.is.tag != CQL_TAG_FLOATS)
		return fits_seq(v, type, depth, err);
	return cql_type_kind(cql_type_at(type, 0)) == CQL_KIND_FLOAT ||
	       cd_fail(err, COODIE_ERR_TYPE, "floats were given for a vector of another type");
}

static bool is_collection(cql_value v)
{
	return v.is.tag == CQL_TAG_LIST || v.is.tag == CQL_TAG_SET || v.is.tag == CQL_TAG_MAP;
}

static bool is_seq(cql_value v)
{
	return v.is.tag >= CQL_TAG_LIST && v.is.tag <= CQL_TAG_VECTOR;
}

static bool fits(cql_value v, const cql_type *type, unsigned depth, coodie_error *err)
{
	const struct fit *fit;
	char want[80];

	if (v.is.tag == CQL_TAG_NULL || v.is.tag == CQL_TAG_UNSET || v.is.tag == CQL_TAG_EMPTY ||
	    v.is.tag == CQL_TAG_ENCODED)
		return true;
	if (depth > DEEPEST)
		return cd_fail(err, COODIE_ERR_LIMIT, "collections nested deeper than %d", DEEPEST);
	fit = type ? fit_of(cql_type_kind(type)) : NULL;
	if (!fit)
		return cd_fail(err, COODIE_ERR_UNSUPPORTED,
			       "values of this type are not supported yet");
	if (v.is.tag > CQL_TAG_ENCODED || !(fit->tags >> v.is.tag & 1)) {
		cql_type_format(type, want, sizeof(want));
		return cd_fail(err, COODIE_ERR_TYPE, "%s was given for %s", tag_name(v), want);
	}
	if (v.is.tag == CQL_TAG_FIELDS)
		return fits_fields(&v.as.fields, type, depth + 1, err);
	if (fit->kind == CQL_KIND_TUPLE || fit->kind == CQL_KIND_UDT)
		return fits_parts(v, type, depth + 1, err);
	if (fit->kind == CQL_KIND_VECTOR)
		return fits_vector(v, type, depth + 1, err);
	return is_seq(v) ? fits_seq(v, type, depth + 1, err) : fits_scalar(v, fit, err);
}

bool cd_datum_fits(cql_value v, const cql_type *type, coodie_error *err)
{
	return fits(v, type, 0, err);
}

bool cd_datum_needs_check(enum cql_kind kind)
{
	static const enum cql_kind kinds[] = { CQL_KIND_ASCII,    CQL_KIND_TIME, CQL_KIND_DURATION,
					       CQL_KIND_TIMEUUID, CQL_KIND_INET, CQL_KIND_LIST,
					       CQL_KIND_SET,      CQL_KIND_MAP,  CQL_KIND_VECTOR,
					       CQL_KIND_TUPLE,    CQL_KIND_UDT };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i] == kind)
			return true;
	}
	return false;
}

/* ---- same ------------------------------------------------------------------------------------ */

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

static int order_values(const cql_value *a, const cql_value *b);

/* In the order they come: what is written differs when the order does, except at the top of a
 * set or map. */
static int order_seqs(const cql_value *a, const cql_value *b)
{
	bool is_map = a->is.tag == CQL_TAG_MAP;
	cql_iter x = is_map ? cql_map_iter((cql_map){ a->as.seq })
			    : cql_list_iter((cql_list){ a->as.seq });
	cql_iter y = is_map ? cql_map_iter((cql_map){ b->as.seq })
			    : cql_list_iter((cql_list){ b->as.seq });
	int order = order_numbers(a->as.seq.count, b->as.seq.count);
	cql_value xk = cql_null(), yk = cql_null(), xv, yv;

	while (!order) {
		bool more = is_map ? cql_iter_next_pair(&x, &xk, &xv) : cql_iter_next(&x, &xv);

		if (!more || !(is_map ? cql_iter_next_pair(&y, &yk, &yv) : cql_iter_next(&y, &yv)))
			break;
		order = order_values(&xk, &yk);
		if (!order)
			order = order_values(&xv, &yv);
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
	return order_values(&field.value, was);
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
		if (!is_missing(field.value) &&
		    place_of(type, field.name, i) == cql_type_count(type))
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
		order = order_values(&x.value, &y.value);
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

		order = cql_iter_next(&it, &item) ? order_values(&mine, &item) : 1;
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
static int order_values(const cql_value *left, const cql_value *right)
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

/* An item of a set (its second value null) or a pair of a map. */
struct item {
	cql_value key, value;
};

static int order_items(const struct item *a, const struct item *b)
{
	int order = order_values(&a->key, &b->key);

	return order ? order : order_values(&a->value, &b->value);
}

static void sift_down(struct item *items, size_t at, size_t count)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		struct item swap = items[at];

		if (child + 1 < count && order_items(&items[child], &items[child + 1]) < 0)
			child++;
		if (order_items(&items[at], &items[child]) >= 0)
			return;
		items[at] = items[child];
		items[child] = swap;
	}
}

/* A heap sort: qsort() may take memory of its own. */
static void sort_items(struct item *items, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(items, i, count);
	for (size_t i = count; i-- > 1;) {
		struct item swap = items[0];

		items[0] = items[i];
		items[i] = swap;
		sift_down(items, 0, i);
	}
}

static struct item *sorted_items(cql_value v, struct cd_arena *scratch)
{
	struct item *items = cd_arena_take_array(scratch, (size_t)v.as.seq.count + 1,
						 sizeof(*items));
	cql_iter it = v.is.tag == CQL_TAG_MAP ? cql_map_iter((cql_map){ v.as.seq })
					      : cql_set_iter((cql_set){ v.as.seq });
	size_t i = 0;

	if (!items)
		return NULL;
	while (i < v.as.seq.count &&
	       (v.is.tag == CQL_TAG_MAP ? cql_iter_next_pair(&it, &items[i].key, &items[i].value)
					: cql_iter_next(&it, &items[i].key)))
		i++;
	sort_items(items, i);
	return i == v.as.seq.count ? items : NULL;
}

static bool same_unordered(cql_value a, cql_value b, struct cd_arena *scratch)
{
	struct item *x, *y;

	if (a.as.seq.count != b.as.seq.count)
		return false;
	x = sorted_items(a, scratch);
	y = x ? sorted_items(b, scratch) : NULL;
	for (size_t i = 0; y && i < a.as.seq.count; i++) {
		if (order_items(&x[i], &y[i]))
			return false;
	}
	return y != NULL;
}

bool cd_datum_same(cql_value a, cql_value b, struct cd_arena *scratch)
{
	if (is_seq(a) && a.is.tag == b.is.tag && a.as.seq.items == b.as.seq.items &&
	    a.as.seq.count == b.as.seq.count && a.as.seq.type && b.as.seq.type)
		return true; /* the very bytes that were loaded */
	if (order_values(&a, &b) == 0)
		return true;
	return a.is.tag == b.is.tag && (a.is.tag == CQL_TAG_SET || a.is.tag == CQL_TAG_MAP) &&
	       same_unordered(a, b, scratch);
}

bool cd_datum_is_empty(cql_value v)
{
	return v.is.tag == CQL_TAG_NULL || v.is.tag == CQL_TAG_UNSET ||
	       (is_collection(v) && v.as.seq.count == 0);
}

/* ---- copy ------------------------------------------------------------------------------------ */

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

	if (depth > DEEPEST)
		return cd_fail(err, COODIE_ERR_LIMIT, "collections nested deeper than %d", DEEPEST);
	if (is_seq(v))
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

/* ---- what differs ---------------------------------------------------------------------------- */

/* The items or pairs that one has and the other has not, or has with another value. */
static void take_missing(const struct item *x, size_t x_count, const struct item *y, size_t y_count,
			 bool keys_only, struct item *out, size_t *count)
{
	size_t j = 0;

	for (size_t i = 0; i < x_count; i++) {
		bool found;

		while (j < y_count && order_values(&y[j].key, &x[i].key) < 0)
			j++;
		found = j < y_count && order_values(&y[j].key, &x[i].key) == 0 &&
			(keys_only || order_values(&y[j].value, &x[i].value) == 0);
		if (!found)
			out[(*count)++] = x[i];
	}
}

/* Items as a set, or pairs as a map. */
static bool make_seq(struct cd_arena *a, const struct item *items, size_t count, bool pairs,
		     cql_value *out)
{
	cql_value *values = cd_arena_take_array(a, 2 * count + 1, sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; values && i < count; i++) {
		values[n++] = items[i].key;
		if (pairs)
			values[n++] = items[i].value;
	}
	*out = pairs ? cql_from_map((cql_map){ { .items = values, .count = (uint32_t)count } })
		     : cql_from_set((cql_set){ { .items = values, .count = (uint32_t)count } });
	return values != NULL;
}

bool cd_datum_delta(cql_value was, cql_value now, struct cd_arena *a, cql_value *added,
		    cql_value *removed)
{
	struct item *x = sorted_items(was, a), *y = sorted_items(now, a);
	size_t most = (size_t)was.as.seq.count + now.as.seq.count, count = 0;
	struct item *out = cd_arena_take_array(a, most + 1, sizeof(*out));
	bool is_map = now.is.tag == CQL_TAG_MAP;

	if (!x || !y || !out)
		return false;
	take_missing(y, now.as.seq.count, x, was.as.seq.count, false, out, &count);
	if (!make_seq(a, out, count, is_map, added))
		return false;
	count = 0;
	take_missing(x, was.as.seq.count, y, now.as.seq.count, true, out, &count);
	return make_seq(a, out, count, false, removed);
}

static cql_value *list_items(cql_value v, struct cd_arena *a)
{
	cql_value *items = cd_arena_take_array(a, (size_t)v.as.seq.count + 1, sizeof(*items));
	cql_iter it = cql_list_iter((cql_list){ v.as.seq });
	size_t i = 0;

	while (items && i < v.as.seq.count && cql_iter_next(&it, &items[i]))
		i++;
	return i == v.as.seq.count ? items : NULL;
}

static bool same_run(const cql_value *x, const cql_value *y, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (order_values(&x[i], &y[i]))
			return false;
	}
	return true;
}

bool cd_datum_grown(cql_value was, cql_value now, struct cd_arena *a, cql_value *before,
		    cql_value *after)
{
	uint32_t old = was.as.seq.count, all = now.as.seq.count;
	const cql_value *x = list_items(was, a), *y = list_items(now, a);

	for (uint32_t at = 0; x && y && at + old <= all; at++) {
		if (!same_run(x, y + at, old))
			continue;
		*before = cql_from_list((cql_list){ { .items = y, .count = at } });
		*after = cql_from_list(
			(cql_list){ { .items = y + at + old, .count = all - at - old } });
		return true;
	}
	return false;
}
