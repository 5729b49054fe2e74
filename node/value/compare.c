/* SPDX-License-Identifier: MIT */
/* Orders values by their bytes, each type in its own way. Nothing is decoded into C values, nothing
 * allocated; bytes that are no value of the type are ordered by what can be read of them. */
#include "node/value/compare.h"

#include "node/value/compare_decimal.h"
#include "node/value/custom.h"
#include "proto/value_composite.h"

typedef int compare_fn(const cql_type *type, cql_blob a, cql_blob b);

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int by_bytes(const cql_type *type, cql_blob a, cql_blob b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	(void)type;
	return order ? order : ORDER(a.len, b.len);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Two's complement numbers of the same length: only their first byte has a sign. Of a different
 * length (broken): bytes. */
static int by_signed(const cql_type *type, cql_blob a, cql_blob b)
{
	if (a.len != b.len || !a.len || !((a.data[0] ^ b.data[0]) & 0x80))
		return by_bytes(type, a, b);
	return a.data[0] & 0x80 ? -1 : 1;
}

static int by_int(const cql_type *type, cql_blob a, cql_blob b)
{
	if (a.len != 4 || b.len != 4)
		return by_bytes(type, a, b);
	return ORDER((int32_t)cd_get_be32(a.data), (int32_t)cd_get_be32(b.data));
}

static int by_long(const cql_type *type, cql_blob a, cql_blob b)
{
	if (a.len != 8 || b.len != 8)
		return by_bytes(type, a, b);
	return ORDER((int64_t)cd_get_be64(a.data), (int64_t)cd_get_be64(b.data));
}

/* Anything but zero is true. */
static int by_boolean(const cql_type *type, cql_blob a, cql_blob b)
{
	if (a.len != 1 || b.len != 1)
		return by_bytes(type, a, b);
	return (a.data[0] != 0) - (b.data[0] != 0);
}

/* Java's Double.compare(): -0.0 before 0.0, all NaN equal and behind everything. The bits of an
 * IEEE 754 number are its order, once those below zero are turned round; `sign` is their top bit. */
static int by_float_bits(uint64_t a, uint64_t b, uint64_t infinity, uint64_t sign)
{
	uint64_t nan = infinity + 1;

	a = (a & ~sign) > infinity ? nan : a;
	b = (b & ~sign) > infinity ? nan : b;
	a = a & sign ? sign - (a & ~sign) - 1 : a + sign;
	b = b & sign ? sign - (b & ~sign) - 1 : b + sign;
	return ORDER(a, b);
}

static int by_float(const cql_type *type, cql_blob a, cql_blob b)
{
	if (a.len != 4 || b.len != 4)
		return by_bytes(type, a, b);
	return by_float_bits(cd_get_be32(a.data), cd_get_be32(b.data), 0x7f800000u, 0x80000000u);
}

static int by_double(const cql_type *type, cql_blob a, cql_blob b)
{
	if (a.len != 8 || b.len != 8)
		return by_bytes(type, a, b);
	return by_float_bits(cd_get_be64(a.data), cd_get_be64(b.data), UINT64_C(0x7ff) << 52,
			     UINT64_C(1) << 63);
}

static int by_varint(const cql_type *type, cql_blob a, cql_blob b)
{
	(void)type;
	if (!a.len || !b.len)
		return ORDER(a.len, b.len);
	return nd_compare_varint(a, b);
}

static int by_decimal(const cql_type *type, cql_blob a, cql_blob b)
{
	if (a.len <= 4 || b.len <= 4) /* empty, or broken: no digits */
		return by_bytes(type, a, b);
	return nd_compare_decimal((cql_blob){ a.data + 4, a.len - 4 }, (int32_t)cd_get_be32(a.data),
				  (cql_blob){ b.data + 4, b.len - 4 },
				  (int32_t)cd_get_be32(b.data));
}

/* ---- uuids ---------------------------------------------------------------------------------- */

/* The first eight bytes of a version 1 uuid with the most significant part of its time in front. */
static uint64_t time_first(const uint8_t *uuid)
{
	uint64_t msb = cd_get_be64(uuid);

	return msb << 48 | ((msb << 16) & UINT64_C(0xffff00000000)) | msb >> 32;
}

static int by_uuid(const cql_type *type, cql_blob a, cql_blob b)
{
	unsigned version;

	if (a.len != 16 || b.len != 16)
		return by_bytes(type, a, b);
	version = a.data[6] >> 4;
	if (version != (unsigned)(b.data[6] >> 4))
		return ORDER(version, (unsigned)(b.data[6] >> 4));
	if (version == 1 && time_first(a.data) != time_first(b.data))
		return ORDER(time_first(a.data), time_first(b.data));
	return memcmp(a.data, b.data, 16);
}

/* Times first, then the other half with its bytes signed: Cassandra's history. */
static int by_timeuuid(const cql_type *type, cql_blob a, cql_blob b)
{
	const uint64_t signs = UINT64_C(0x8080808080808080);
	int64_t time_a, time_b;

	if (a.len != 16 || b.len != 16)
		return by_bytes(type, a, b);
	time_a = (int64_t)time_first(a.data);
	time_b = (int64_t)time_first(b.data);
	if (time_a != time_b)
		return ORDER(time_a, time_b);
	return ORDER(cd_get_be64(a.data + 8) ^ signs, cd_get_be64(b.data + 8) ^ signs);
}

/* ---- values made of values ------------------------------------------------------------------ */

/* One item of each; false when there are no more on either side, or the bytes are broken. */
static bool next_items(const cql_type *type, struct cd_reader *a, struct cd_reader *b,
		       struct cd_span *item_a, struct cd_span *item_b)
{
	if (!cd_reader_left(a) || !cd_reader_left(b))
		return false;
	*item_a = cd_read_item(a, type);
	*item_b = cd_read_item(b, type);
	return !a->failed && !b->failed;
}

static int compare_items(const cql_type *type, struct cd_span a, struct cd_span b)
{
	if (!a.at || !b.at) /* null before all values */
		return ORDER(!!a.at, !!b.at);
	return nd_compare(type, (cql_blob){ a.at, a.len }, (cql_blob){ b.at, b.len });
}

/* Item by item, of a map key and value in turn; then the shorter one first. */
static int by_items(const cql_type *type, cql_blob a, cql_blob b)
{
	struct cd_reader left = cd_reader_over(a.data, a.len),
			 right = cd_reader_over(b.data, b.len);
	struct cd_span item_a, item_b;
	int32_t count_a, count_b;

	if (a.len < 4 || b.len < 4)
		return by_bytes(type, a, b);
	count_a = (int32_t)cd_reader_be32(&left);
	count_b = (int32_t)cd_reader_be32(&right);
	for (uint32_t i = 0; next_items(type, &left, &right, &item_a, &item_b); i++) {
		int order = compare_items(type->inner[i % type->count], item_a, item_b);
		if (order)
			return order;
	}
	return ORDER(count_a, count_b);
}

/* Whether there is a part left that is not null: those missing at the end are. */
static bool has_more(struct cd_reader *r, const cql_type *type)
{
	while (cd_reader_left(r) && !r->failed)
		if (cd_read_item(r, type).at)
			return true;
	return false;
}

static int by_parts(const cql_type *type, cql_blob a, cql_blob b)
{
	struct cd_reader left = cd_reader_over(a.data, a.len),
			 right = cd_reader_over(b.data, b.len);
	struct cd_span item_a, item_b;

	if (!a.len || !b.len)
		return ORDER(a.len, b.len);
	for (uint32_t i = 0; i < type->count && next_items(type, &left, &right, &item_a, &item_b);
	     i++) {
		int order = compare_items(type->inner[i], item_a, item_b);
		if (order)
			return order;
	}
	return has_more(&left, type) - has_more(&right, type);
}

static int by_elements(const cql_type *type, cql_blob a, cql_blob b)
{
	struct cd_reader left = cd_reader_over(a.data, a.len),
			 right = cd_reader_over(b.data, b.len);
	struct cd_span item_a, item_b;

	while (next_items(type, &left, &right, &item_a, &item_b)) {
		int order = compare_items(type->inner[0], item_a, item_b);
		if (order)
			return order;
	}
	return ORDER(a.len, b.len);
}

/* ---- which is which ------------------------------------------------------------------------- */

/* What is not here is ordered by its bytes: text, blob, inet, date (whose zero is in the middle),
 * time (never negative), duration. A vector's number is beyond the table, and custom types are told
 * by their names. */
static compare_fn *const compare[] = {
	[CQL_KIND_BIGINT] = by_long,       [CQL_KIND_BOOLEAN] = by_boolean,
	[CQL_KIND_COUNTER] = by_long,      [CQL_KIND_DECIMAL] = by_decimal,
	[CQL_KIND_DOUBLE] = by_double,     [CQL_KIND_FLOAT] = by_float,
	[CQL_KIND_INT] = by_int,           [CQL_KIND_TIMESTAMP] = by_long,
	[CQL_KIND_UUID] = by_uuid,         [CQL_KIND_VARINT] = by_varint,
	[CQL_KIND_TIMEUUID] = by_timeuuid, [CQL_KIND_SMALLINT] = by_signed,
	[CQL_KIND_TINYINT] = by_signed,    [CQL_KIND_LIST] = by_items,
	[CQL_KIND_MAP] = by_items,         [CQL_KIND_SET] = by_items,
	[CQL_KIND_UDT] = by_parts,         [CQL_KIND_TUPLE] = by_parts,
};

int nd_compare(const cql_type *type, cql_blob a, cql_blob b)
{
	unsigned kind = (unsigned)type->kind;

	if (kind == CQL_KIND_VECTOR)
		return by_elements(type, a, b);
	if (kind == CQL_KIND_CUSTOM)
		return nd_custom_compare(type, a, b);
	if (kind >= sizeof compare / sizeof *compare || !compare[kind])
		return by_bytes(type, a, b);
	return compare[kind](type, a, b);
}
