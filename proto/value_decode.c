/* SPDX-License-Identifier: MIT */
/* Bytes to C values, as views: one reader for each CQL type. */
#include <inttypes.h>

#include "base/error.h"
#include "proto/notation.h"
#include "proto/value.h"
#include "proto/value_composite.h"

typedef bool decode_fn(const cql_type *type, struct cd_span cell, cql_value *out);

static bool decode_integer(struct cd_span cell, size_t size, cql_value *out)
{
	uint64_t n = 0;

	if (cell.len != size)
		return false;
	for (size_t i = 0; i < size; i++)
		n = n << 8 | cell.at[i];
	unsigned unused = 64 - 8 * (unsigned)size;
	out->is.tag = CQL_TAG_INT;
	out->as.integer = (int64_t)(n << unused) >> unused;
	return true;
}

static bool decode_tinyint(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	return decode_integer(cell, 1, out);
}

static bool decode_smallint(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	return decode_integer(cell, 2, out);
}

static bool decode_int(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 4)
		return false;
	out->is.tag = CQL_TAG_INT;
	out->as.integer = (int32_t)cd_get_be32(cell.at);
	return true;
}

static bool decode_bigint(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 8)
		return false;
	out->is.tag = CQL_TAG_INT;
	out->as.integer = (int64_t)cd_get_be64(cell.at);
	return true;
}

static bool decode_boolean(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 1)
		return false;
	*out = cql_from_bool(cell.at[0] != 0);
	return true;
}

static bool decode_float(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 4)
		return false;
	uint32_t bits = cd_get_be32(cell.at);
	out->is.tag = CQL_TAG_FLOAT;
	memcpy(&out->as.single, &bits, sizeof bits);
	return true;
}

static bool decode_double(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 8)
		return false;
	uint64_t bits = cd_get_be64(cell.at);
	out->is.tag = CQL_TAG_DOUBLE;
	memcpy(&out->as.real, &bits, sizeof bits);
	return true;
}

static bool decode_text(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	out->is.tag = CQL_TAG_TEXT;
	out->as.text = (cql_text){ (const char *)cell.at, cell.len };
	return true;
}

static bool decode_blob(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	out->is.tag = CQL_TAG_BLOB;
	out->as.blob = (cql_blob){ cell.at, cell.len };
	return true;
}

static bool decode_uuid(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 16)
		return false;
	out->is.tag = CQL_TAG_UUID;
	memcpy(out->as.uuid.bytes, cell.at, 16);
	return true;
}

static bool decode_inet(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 4 && cell.len != 16)
		return false;
	out->is.tag = CQL_TAG_INET;
	out->as.inet.length = (uint8_t)cell.len;
	memcpy(out->as.inet.address, cell.at, cell.len);
	return true;
}

static bool decode_date(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 4)
		return false;
	*out = cql_from_date((cql_date){ (int32_t)(cd_get_be32(cell.at) ^ 0x80000000u) });
	return true;
}

static bool decode_time(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 8)
		return false;
	*out = cql_from_time((cql_time){ (int64_t)cd_get_be64(cell.at) });
	return true;
}

static bool decode_timestamp(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len != 8)
		return false;
	*out = cql_from_timestamp((cql_timestamp){ (int64_t)cd_get_be64(cell.at) });
	return true;
}

static bool decode_duration(const cql_type *type, struct cd_span cell, cql_value *out)
{
	struct cd_reader r = cd_reader_over(cell.at, cell.len);
	int64_t months = cd_read_vint(&r), days = cd_read_vint(&r), nanoseconds = cd_read_vint(&r);

	(void)type;
	if (r.failed || cd_reader_left(&r) || months != (int32_t)months || days != (int32_t)days)
		return false;
	if ((months < 0 || days < 0 || nanoseconds < 0) &&
	    (months > 0 || days > 0 || nanoseconds > 0))
		return false;
	*out = cql_from_duration((cql_duration){ (int32_t)months, (int32_t)days, nanoseconds });
	return true;
}

static bool decode_varint(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	out->is.tag = CQL_TAG_VARINT;
	out->as.varint = (cql_varint){ cell.at, cell.len };
	return cell.len > 0;
}

static bool decode_decimal(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	if (cell.len < 5)
		return false;
	out->is.tag = CQL_TAG_DECIMAL;
	out->as.decimal.scale = (int32_t)cd_get_be32(cell.at);
	out->as.decimal.unscaled = (cql_varint){ cell.at + 4, cell.len - 4 };
	return true;
}

static decode_fn *decoder_of(enum cql_kind kind)
{
	static decode_fn *const decoders[] = {
		[CQL_KIND_CUSTOM] = decode_blob,         [CQL_KIND_ASCII] = decode_text,
		[CQL_KIND_BIGINT] = decode_bigint,       [CQL_KIND_BLOB] = decode_blob,
		[CQL_KIND_BOOLEAN] = decode_boolean,     [CQL_KIND_COUNTER] = decode_bigint,
		[CQL_KIND_DECIMAL] = decode_decimal,     [CQL_KIND_DOUBLE] = decode_double,
		[CQL_KIND_FLOAT] = decode_float,         [CQL_KIND_INT] = decode_int,
		[CQL_KIND_TIMESTAMP] = decode_timestamp, [CQL_KIND_UUID] = decode_uuid,
		[CQL_KIND_TEXT] = decode_text,           [CQL_KIND_VARINT] = decode_varint,
		[CQL_KIND_TIMEUUID] = decode_uuid,       [CQL_KIND_INET] = decode_inet,
		[CQL_KIND_DATE] = decode_date,           [CQL_KIND_TIME] = decode_time,
		[CQL_KIND_SMALLINT] = decode_smallint,   [CQL_KIND_TINYINT] = decode_tinyint,
		[CQL_KIND_DURATION] = decode_duration,   [CQL_KIND_LIST] = cd_decode_collection,
		[CQL_KIND_MAP] = cd_decode_collection,   [CQL_KIND_SET] = cd_decode_collection,
		[CQL_KIND_UDT] = cd_decode_tuple,        [CQL_KIND_TUPLE] = cd_decode_tuple,
	};

	if ((size_t)kind < sizeof decoders / sizeof decoders[0] && decoders[kind])
		return decoders[kind];
	return kind == CQL_KIND_VECTOR ? cd_decode_vector : decode_blob;
}

bool cd_value_has_empty(enum cql_kind kind)
{
	switch (kind) {
	case CQL_KIND_INT:
	case CQL_KIND_BIGINT:
	case CQL_KIND_FLOAT:
	case CQL_KIND_DOUBLE:
	case CQL_KIND_BOOLEAN:
	case CQL_KIND_UUID:
	case CQL_KIND_TIMEUUID:
	case CQL_KIND_TIMESTAMP:
	case CQL_KIND_INET:
	case CQL_KIND_VARINT:
	case CQL_KIND_DECIMAL:
	case CQL_KIND_COUNTER:
		return true;
	default:
		return false;
	}
}

static bool no_value(const cql_type *type, size_t len, coodie_error *err)
{
	char name[64];

	cql_type_format(type, name, sizeof name);
	return cd_fail(err, COODIE_ERR_PROTOCOL, "%zu bytes that are no value of the type %s", len,
		       name);
}

bool cd_value_decode(const cql_type *type, struct cd_span cell, cql_value *out, coodie_error *err)
{
	cql_value v = { 0 };

	if (!cell.at)
		v.is.tag = CQL_TAG_NULL;
	else if (cell.len == 0 && cd_value_has_empty(type->kind))
		v.is.tag = CQL_TAG_EMPTY;
	else if (!decoder_of(type->kind)(type, cell, &v))
		return no_value(type, cell.len, err);
	*out = v;
	return true;
}

bool cd_varint_to_int64(cql_varint v, int64_t *out)
{
	const uint8_t *at = v.data;
	size_t len = v.len;

	if (len == 0)
		return false;
	uint8_t sign = at[0] & 0x80 ? 0xFF : 0;
	while (len > 8 && at[0] == sign) {
		at++;
		len--;
	}
	if (len > 8 || (len == 8 && v.len > 8 && (at[0] & 0x80) != (sign & 0x80)))
		return false;
	uint64_t n = sign ? UINT64_MAX : 0;
	for (size_t i = 0; i < len; i++)
		n = n << 8 | at[i];
	*out = (int64_t)n;
	return true;
}
