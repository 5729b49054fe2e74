/* SPDX-License-Identifier: MIT */
/* Reading C values out of cql_values, with the kind and the range checked. */
#include <inttypes.h>

#include "base/error.h"
#include "proto/value.h"

const char *cd_tag_name(uint8_t tag)
{
	static const char *const names[] = {
		[CQL_TAG_NULL] = "null",
		[CQL_TAG_UNSET] = "unset",
		[CQL_TAG_BOOL] = "a boolean",
		[CQL_TAG_INT] = "an integer",
		[CQL_TAG_UINT] = "an unsigned integer",
		[CQL_TAG_FLOAT] = "a float",
		[CQL_TAG_DOUBLE] = "a double",
		[CQL_TAG_TEXT] = "a text",
		[CQL_TAG_BLOB] = "a blob",
		[CQL_TAG_UUID] = "a uuid",
		[CQL_TAG_INET] = "an inet",
		[CQL_TAG_DATE] = "a date",
		[CQL_TAG_TIME] = "a time",
		[CQL_TAG_TIMESTAMP] = "a timestamp",
		[CQL_TAG_DURATION] = "a duration",
		[CQL_TAG_VARINT] = "a varint",
		[CQL_TAG_DECIMAL] = "a decimal",
		[CQL_TAG_LIST] = "a list",
		[CQL_TAG_SET] = "a set",
		[CQL_TAG_MAP] = "a map",
		[CQL_TAG_TUPLE] = "a tuple",
		[CQL_TAG_UDT] = "a user type value",
		[CQL_TAG_VECTOR] = "a vector",
		[CQL_TAG_FLOATS] = "an array of floats",
		[CQL_TAG_FIELDS] = "a struct",
		[CQL_TAG_EMPTY] = "an empty value",
		[CQL_TAG_ENCODED] = "encoded bytes",
	};

	return tag < sizeof names / sizeof names[0] ? names[tag] : "a broken value";
}

static bool wrong(cql_value v, const char *wanted, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_TYPE, "the value is %s, not %s", cd_tag_name(v.is.tag),
		       wanted);
}

/* Any integer as int64_t: of a C integer, or of a varint that fits. */
static bool integer_of(cql_value v, int64_t *out)
{
	if (v.is.tag == CQL_TAG_INT) {
		*out = v.as.integer;
		return true;
	}
	if (v.is.tag == CQL_TAG_UINT) {
		*out = (int64_t)v.as.unsigned_integer;
		return v.as.unsigned_integer <= INT64_MAX;
	}
	return v.is.tag == CQL_TAG_VARINT && cd_varint_to_int64(v.as.varint, out);
}

static bool is_integer(cql_value v)
{
	return v.is.tag == CQL_TAG_INT || v.is.tag == CQL_TAG_UINT || v.is.tag == CQL_TAG_VARINT;
}

static bool read_integer(cql_value v, unsigned bits, int64_t *out, coodie_error *err)
{
	int64_t n, highest = (int64_t)(UINT64_MAX >> (65 - bits));

	if (!is_integer(v))
		return wrong(v, "an integer", err);
	if (!integer_of(v, &n))
		return cd_fail(err, COODIE_ERR_RANGE, "the value does not fit %u bits", bits);
	if (n > highest || n < -highest - 1)
		return cd_fail(err, COODIE_ERR_RANGE, "the value %" PRId64 " does not fit %u bits",
			       n, bits);
	*out = n;
	return true;
}

/* X(function, C type, bits) */
#define INTEGERS \
	X(cql_to_int8, int8_t, 8) \
	X(cql_to_int16, int16_t, 16) \
	X(cql_to_int32, int32_t, 32) \
	X(cql_to_int64, int64_t, 64)

#define X(function, c_type, bits) \
	bool function(cql_value v, c_type *out, coodie_error *err) \
	{ \
		int64_t n; \
\
		cd_clear(err); \
		if (!read_integer(v, bits, &n, err)) \
			return false; \
		*out = (c_type)n; \
		return true; \
	}
INTEGERS
#undef X

/* X(function, C type, tag, field) */
#define PLAIN \
	X(cql_to_bool, bool, BOOL, boolean) \
	X(cql_to_float, float, FLOAT, single) \
	X(cql_to_text, cql_text, TEXT, text) \
	X(cql_to_blob, cql_blob, BLOB, blob) \
	X(cql_to_uuid, cql_uuid, UUID, uuid) \
	X(cql_to_inet, cql_inet, INET, inet) \
	X(cql_to_date, cql_date, DATE, date) \
	X(cql_to_time, cql_time, TIME, time) \
	X(cql_to_timestamp, cql_timestamp, TIMESTAMP, timestamp) \
	X(cql_to_duration, cql_duration, DURATION, duration) \
	X(cql_to_varint, cql_varint, VARINT, varint) \
	X(cql_to_decimal, cql_decimal, DECIMAL, decimal) \
	X(cql_to_list, cql_list, LIST, seq) \
	X(cql_to_set, cql_set, SET, seq) \
	X(cql_to_map, cql_map, MAP, seq) \
	X(cql_to_tuple, cql_tuple, TUPLE, seq) \
	X(cql_to_udt, cql_udt, UDT, seq) \
	X(cql_to_vector, cql_vector, VECTOR, seq)

#define X(function, c_type, tag_name, field) \
	bool function(cql_value v, c_type *out, coodie_error *err) \
	{ \
		cd_clear(err); \
		if (v.is.tag != CQL_TAG_##tag_name) \
			return wrong(v, cd_tag_name(CQL_TAG_##tag_name), err); \
		memcpy(out, &v.as.field, sizeof *out); \
		return true; \
	}
PLAIN
#undef X

bool cql_to_double(cql_value v, double *out, coodie_error *err)
{
	cd_clear(err);
	if (v.is.tag == CQL_TAG_FLOAT)
		*out = (double)v.as.single;
	else if (v.is.tag == CQL_TAG_DOUBLE)
		*out = v.as.real;
	else
		return wrong(v, "a double", err);
	return true;
}

static bool copy_floats(cql_value v, float *out, coodie_error *err)
{
	cql_iter it = cql_vector_iter((cql_vector){ v.as.seq });
	cql_value item;

	for (uint32_t i = 0; cql_iter_next(&it, &item); i++)
		if (!cql_to_float(item, &out[i], err)) {
			cd_error_prefix(err, "item %" PRIu32, i + 1);
			return false;
		}
	return !it.failed || cd_fail(err, COODIE_ERR_PROTOCOL, "the vector is broken");
}

bool cql_to_floats(cql_value v, float *out, size_t len, coodie_error *err)
{
	bool plain = v.is.tag == CQL_TAG_FLOATS;
	const cql_type *type = v.is.tag == CQL_TAG_VECTOR ? v.as.seq.type : NULL;

	cd_clear(err);
	if (!plain && v.is.tag != CQL_TAG_VECTOR)
		return wrong(v, "a vector", err);
	if (type && type->inner[0]->kind != CQL_KIND_FLOAT)
		return cd_fail(err, COODIE_ERR_TYPE, "the value is a vector of %s, not of float",
			       cql_kind_name(type->inner[0]->kind));
	size_t has = plain ? v.as.floats.len : v.as.seq.count;
	if (has != len)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "a vector of %zu elements, there is room for %zu", has, len);
	if (plain)
		memcpy(out, v.as.floats.data, len * sizeof *out);
	return plain || copy_floats(v, out, err);
}
