/* SPDX-License-Identifier: MIT */
/* Making cql_values out of C values. */
#include <coodie/value.h>

#include <string.h>

#define MAKE(tag_name, field, v) \
	((cql_value){ .is = { CQL_TAG_##tag_name }, .as = { .field = (v) } })

cql_value cql_null(void)
{
	return (cql_value){ .is = { CQL_TAG_NULL } };
}

cql_value cql_unset(void)
{
	return (cql_value){ .is = { CQL_TAG_UNSET } };
}

/* Plain constructors: X(function, C type, tag, field) */
#define CONSTRUCTORS \
	X(cql_from_bool, bool, BOOL, boolean) \
	X(cql_from_int, int, INT, integer) \
	X(cql_from_long, long, INT, integer) \
	X(cql_from_llong, long long, INT, integer) \
	X(cql_from_uint, unsigned, UINT, unsigned_integer) \
	X(cql_from_ulong, unsigned long, UINT, unsigned_integer) \
	X(cql_from_ullong, unsigned long long, UINT, unsigned_integer) \
	X(cql_from_float, float, FLOAT, single) \
	X(cql_from_double, double, DOUBLE, real) \
	X(cql_from_uuid, cql_uuid, UUID, uuid) \
	X(cql_from_date, cql_date, DATE, date) \
	X(cql_from_time, cql_time, TIME, time) \
	X(cql_from_timestamp, cql_timestamp, TIMESTAMP, timestamp) \
	X(cql_from_duration, cql_duration, DURATION, duration)

#define X(function, c_type, tag_name, field) \
	cql_value function(c_type v) \
	{ \
		return MAKE(tag_name, field, v); \
	}
CONSTRUCTORS
#undef X

/* Constructors of what is null without data: X(function, C type, tag, field) */
#define VIEWS \
	X(cql_from_text, cql_text, TEXT, text) \
	X(cql_from_blob, cql_blob, BLOB, blob) \
	X(cql_from_varint, cql_varint, VARINT, varint) \
	X(cql_from_floats, cql_floats, FLOATS, floats)

#define X(function, c_type, tag_name, field) \
	cql_value function(c_type v) \
	{ \
		return v.data ? MAKE(tag_name, field, v) : cql_null(); \
	}
VIEWS
#undef X

cql_value cql_from_str(const char *v)
{
	return cql_from_text(cql_text_of(v));
}

cql_value cql_from_decimal(cql_decimal v)
{
	return v.unscaled.data ? MAKE(DECIMAL, decimal, v) : cql_null();
}

cql_value cql_from_inet(cql_inet v)
{
	return v.length ? MAKE(INET, inet, v) : cql_null();
}

cql_value cql_from_list(cql_list v)
{
	return MAKE(LIST, seq, v.seq);
}

cql_value cql_from_set(cql_set v)
{
	return MAKE(SET, seq, v.seq);
}

cql_value cql_from_map(cql_map v)
{
	return MAKE(MAP, seq, v.seq);
}

/* Constructors of what is null without items: X(function, C type, tag) */
#define COMPOSITES \
	X(cql_from_tuple, cql_tuple, TUPLE) \
	X(cql_from_udt, cql_udt, UDT) \
	X(cql_from_vector, cql_vector, VECTOR)

#define X(function, c_type, tag_name) \
	cql_value function(c_type v) \
	{ \
		return v.seq.items ? MAKE(tag_name, seq, v.seq) : cql_null(); \
	}
COMPOSITES
#undef X

cql_value cql_from_value(cql_value v)
{
	return v;
}

cql_value cql_from_encoded(const void *data, size_t len)
{
	return data ? MAKE(ENCODED, blob, cql_blob_of(data, len)) : cql_null();
}

static cql_seq seq_of(const cql_value *items, size_t count)
{
	/* a count beyond 32 bits cannot be sent: it is kept at the limit, which the encoder refuses
	 */
	return (cql_seq){ .items = items,
			  .count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count };
}

cql_list cql_list_of(const cql_value *items, size_t count)
{
	return (cql_list){ seq_of(items, count) };
}

cql_set cql_set_of(const cql_value *items, size_t count)
{
	return (cql_set){ seq_of(items, count) };
}

cql_map cql_map_of(const cql_value *pairs, size_t count)
{
	return (cql_map){ seq_of(pairs, count) };
}

cql_tuple cql_tuple_of(const cql_value *parts, size_t count)
{
	return (cql_tuple){ seq_of(parts, count) };
}

cql_udt cql_udt_of(const cql_value *fields, size_t count)
{
	return (cql_udt){ seq_of(fields, count) };
}

cql_vector cql_vector_of(const cql_value *items, size_t count)
{
	return (cql_vector){ seq_of(items, count) };
}

cql_floats cql_floats_of(const float *data, size_t len)
{
	return (cql_floats){ data, len };
}

cql_text cql_text_of(const char *text)
{
	return (cql_text){ text, text ? strlen(text) : 0 };
}

cql_blob cql_blob_of(const void *data, size_t len)
{
	return (cql_blob){ data, len };
}

cql_args cql_args_of(const cql_value *values, size_t count)
{
	return (cql_args){ count, values };
}

bool cql_is_null(cql_value v)
{
	return v.is.tag == CQL_TAG_NULL || v.is.tag == CQL_TAG_EMPTY;
}

bool cql_is_empty(cql_value v)
{
	return v.is.tag == CQL_TAG_EMPTY;
}
