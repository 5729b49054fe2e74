/* SPDX-License-Identifier: MIT */
/* Bytes to C values, as views: one reader for each CQL type. */
#include <inttypes.h>

#include "base/error.h"
#include "proto/notation.h"
#include "proto/value.h"

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

static bool decode_opaque(const cql_type *type, struct cd_span cell, cql_value *out)
{
	(void)type;
	*out = cql_from_encoded(cell.at, cell.len);
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

static bool decode_collection(const cql_type *type, struct cd_span cell, cql_value *out)
{
	struct cd_reader r = cd_reader_over(cell.at, cell.len);
	uint32_t count = cd_reader_be32(&r);
	size_t left = cd_reader_left(&r);

	/* each item has a length of four bytes at least */
	if (r.failed || count > INT32_MAX || (uint64_t)count * type->count * 4 > left ||
	    left > UINT32_MAX)
		return false;
	out->is.tag = type->kind == CQL_KIND_LIST  ? CQL_TAG_LIST
		      : type->kind == CQL_KIND_SET ? CQL_TAG_SET
						   : CQL_TAG_MAP;
	out->as.seq = (cql_seq){ type, r.at, count, (uint32_t)left };
	return true;
}

static decode_fn *decoder_of(enum cql_kind kind)
{
	static decode_fn *const decoders[] = {
		[CQL_KIND_CUSTOM] = decode_opaque,       [CQL_KIND_ASCII] = decode_text,
		[CQL_KIND_BIGINT] = decode_bigint,       [CQL_KIND_BLOB] = decode_blob,
		[CQL_KIND_BOOLEAN] = decode_boolean,     [CQL_KIND_COUNTER] = decode_bigint,
		[CQL_KIND_DECIMAL] = decode_decimal,     [CQL_KIND_DOUBLE] = decode_double,
		[CQL_KIND_FLOAT] = decode_float,         [CQL_KIND_INT] = decode_int,
		[CQL_KIND_TIMESTAMP] = decode_timestamp, [CQL_KIND_UUID] = decode_uuid,
		[CQL_KIND_TEXT] = decode_text,           [CQL_KIND_VARINT] = decode_varint,
		[CQL_KIND_TIMEUUID] = decode_uuid,       [CQL_KIND_INET] = decode_inet,
		[CQL_KIND_DATE] = decode_date,           [CQL_KIND_TIME] = decode_time,
		[CQL_KIND_SMALLINT] = decode_smallint,   [CQL_KIND_TINYINT] = decode_tinyint,
		[CQL_KIND_DURATION] = decode_duration,   [CQL_KIND_LIST] = decode_collection,
		[CQL_KIND_MAP] = decode_collection,      [CQL_KIND_SET] = decode_collection,
	};

	return (size_t)kind < sizeof decoders / sizeof decoders[0] && decoders[kind]
		       ? decoders[kind]
		       : decode_opaque;
}

/* Types that have an "empty" value of zero bytes, for history's sake. */
static bool has_empty(enum cql_kind kind)
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

bool cd_value_decode(const cql_type *type, struct cd_span cell, cql_value *out, coodie_error *err)
{
	cql_value v = { 0 };

	if (!cell.at || (cell.len == 0 && has_empty(type->kind))) {
		*out = v;
		return true;
	}
	if (!decoder_of(type->kind)(type, cell, &v)) {
		char name[64];
		cql_type_format(type, name, sizeof name);
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "%zu bytes that are no value of the type %s", cell.len, name);
	}
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

/* ---- walking collections -------------------------------------------------------------------- */

static cql_iter begin(const cql_seq *seq, bool is_map)
{
	return (cql_iter){
		.seq = *seq, .at = seq->items, .left = seq->items ? seq->count : 0, .is_map = is_map
	};
}

cql_iter cql_list_iter(cql_list list)
{
	return begin(&list.seq, false);
}

cql_iter cql_set_iter(cql_set set)
{
	return begin(&set.seq, false);
}

cql_iter cql_map_iter(cql_map map)
{
	return begin(&map.seq, true);
}

static bool next_encoded(cql_iter *it, uint32_t part, cql_value *item)
{
	const uint8_t *end = (const uint8_t *)it->seq.items + it->seq.bytes;
	struct cd_reader r = { .at = it->at, .end = end };
	struct cd_span cell = cd_read_bytes(&r);

	it->at = r.at;
	it->failed = r.failed || !cd_value_decode(it->seq.type->inner[part], cell, item, NULL);
	return !it->failed;
}

static bool next_item(cql_iter *it, uint32_t part, cql_value *item)
{
	if (it->seq.type)
		return next_encoded(it, part, item);
	*item = *(const cql_value *)(const void *)it->at;
	it->at += sizeof *item;
	return true;
}

/* Whether there is a next one. Bytes behind the last item are as wrong as too few of them. */
static bool more(cql_iter *it)
{
	if (it->left == 0 && it->seq.type && it->at)
		it->failed |= it->at != (const uint8_t *)it->seq.items + it->seq.bytes;
	return it->left > 0 && !it->failed;
}

bool cql_iter_next(cql_iter *it, cql_value *item)
{
	if (it->is_map || !more(it))
		return false;
	it->left--;
	return next_item(it, 0, item);
}

bool cql_iter_next_pair(cql_iter *it, cql_value *key, cql_value *value)
{
	if (!it->is_map || !more(it))
		return false;
	it->left--;
	return next_item(it, 0, key) && next_item(it, 1, value);
}

/* Every item is a value, and nothing is left over. Recursion is bounded by the type's depth. */
bool cd_value_check(const cql_type *type, struct cd_span cell, coodie_error *err)
{
	cql_value v;

	if (!cd_value_decode(type, cell, &v, err))
		return false;
	if (v.is.tag < CQL_TAG_LIST || v.is.tag > CQL_TAG_MAP)
		return true;
	struct cd_reader r = cd_reader_over(v.as.seq.items, v.as.seq.bytes);
	for (uint32_t i = 0; i < v.as.seq.count; i++)
		for (uint32_t part = 0; part < type->count; part++) {
			struct cd_span item = cd_read_bytes(&r);
			if (r.failed)
				return cd_fail(err, COODIE_ERR_PROTOCOL,
					       "a collection ends inside item %" PRIu32, i + 1);
			if (!cd_value_check(type->inner[part], item, err))
				return false;
		}
	return cd_reader_left(&r) == 0 ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "%zu bytes behind a collection's last item",
		       cd_reader_left(&r));
}
