/* SPDX-License-Identifier: MIT */
/* A check for each kind of type; sizes that are fixed come first, from a table. */
#include "node/value/check.h"

#include <inttypes.h>

#include "node/value/custom.h"
#include "node/value/hex.h"
#include "proto/notation.h"
#include "proto/type.h"
#include "proto/value_composite.h"

/* ---- sizes ------------------------------------------------------------------------------------- */

enum { KINDS = 64 }; /* all but vectors, which are beyond */

/* Kinds that are right when their size is. */
static const struct {
	uint8_t size;
	bool or_none;
	char wanted[40];
} sizes[KINDS] = {
	[CQL_KIND_BIGINT] = { 8, true, "Expected 8 or 0 byte long" },
	[CQL_KIND_BOOLEAN] = { 1, true, "Expected 1 or 0 byte value" },
	[CQL_KIND_COUNTER] = { 8, true, "Expected 8 or 0 byte long" },
	[CQL_KIND_DATE] = { 4, false, "Expected 4 byte long for date" },
	[CQL_KIND_DOUBLE] = { 8, true, "Expected 8 or 0 byte value for a double" },
	[CQL_KIND_FLOAT] = { 4, true, "Expected 4 or 0 byte value for a float" },
	[CQL_KIND_INT] = { 4, true, "Expected 4 or 0 byte int" },
	[CQL_KIND_SMALLINT] = { 2, false, "Expected 2 bytes for a smallint" },
	[CQL_KIND_TIME] = { 8, false, "Expected 8 byte long for time" },
	[CQL_KIND_TIMESTAMP] = { 8, true, "Expected 8 or 0 byte long for date" },
	[CQL_KIND_TINYINT] = { 1, false, "Expected 1 byte for a tinyint" },
	[CQL_KIND_UUID] = { 16, true, "UUID should be 16 or 0 bytes" },
};

static bool wrong_size(enum cql_kind kind, size_t len, struct nd_problem *p)
{
	return nd_refuse(p, ND_INVALID, "%s (%zu)", sizes[kind].wanted, len);
}

/* ---- one by one ----------------------------------------------------------------------------------- */

typedef bool check_fn(const cql_type *type, cql_blob v, struct nd_problem *p);

/* Bytes of a character from its first one and its second; 0: none begins so. */
static size_t character_len(const uint8_t *at, size_t left)
{
	uint8_t a = at[0], b = left > 1 ? at[1] : 0;

	if (a < 0x80)
		return 1;
	if ((b & 0xc0) != 0x80 || a > 0xf7)
		return 0;
	if (a < 0xe0)
		return a >= 0xc2 || (a == 0xc0 && b == 0x80) ? 2 : 0; /* Java's NUL is legal */
	if (a < 0xf0)
		return a > 0xe0 || b >= 0xa0 ? 3 : 0;
	return a > 0xf0 || b >= 0x90 ? 4 : 0;
}

/* How much of a text is ASCII, eight bytes at a time: most texts are from end to end. */
static size_t ascii_len(cql_blob v)
{
	size_t i = 0;
	uint64_t word;

	for (; v.len - i >= sizeof word; i += sizeof word) {
		memcpy(&word, v.data + i, sizeof word);
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < v.len && !(v.data[i] & 0x80))
		i++;
	return i;
}

static bool check_text(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	(void)type;
	for (size_t i = ascii_len(v); i < v.len;) {
		size_t n = character_len(v.data + i, v.len - i);
		bool ok = n && n <= v.len - i;
		for (size_t j = 2; ok && j < n; j++)
			ok = (v.data[i + j] & 0xc0) == 0x80;
		if (!ok)
			return nd_refuse(p, ND_INVALID, "String didn't validate.");
		i += n;
	}
	return true;
}

static bool check_ascii(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	(void)type;
	size_t i = ascii_len(v);

	return i == v.len || nd_refuse(p, ND_INVALID, "Invalid byte for ascii: %d",
				       (int)v.data[i] - 256);
}

static bool check_timeuuid(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	(void)type;
	if (v.len != 16 && v.len != 0)
		return wrong_size(CQL_KIND_UUID, v.len, p);
	/* which digit is told is Cassandra's choice */
	return !v.len || v.data[6] >> 4 == 1 ||
	       nd_refuse(p, ND_INVALID, "Invalid version for TimeUUID type: 0x%x", v.data[0] >> 4);
}

static bool check_inet(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	char hex[65];

	(void)type;
	if (v.len == 0 || v.len == 4 || v.len == 16)
		return true;
	nd_hex(hex, v.data, v.len < 32 ? v.len : 32);
	return nd_refuse(p, ND_INVALID, "Expected 4 or 16 byte inetaddress; got %s", hex);
}

static bool check_decimal(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	(void)type;
	return v.len == 0 || v.len >= 4 ||
	       nd_refuse(p, ND_INVALID, "Expected 0 or at least 4 bytes (%zu)", v.len);
}

static bool check_duration(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	struct cd_reader r = cd_reader_over(v.data, v.len);
	int64_t months, days, nanoseconds;

	(void)type;
	if (v.len < 3)
		return nd_refuse(p, ND_INVALID, "Expected at least 3 bytes for a duration (%zu)",
				 v.len);
	months = cd_read_vint(&r);
	days = cd_read_vint(&r);
	nanoseconds = cd_read_vint(&r);
	if (r.failed)
		return nd_refuse(p, ND_INVALID, "Not enough bytes to read a duration");
	if (months != (int32_t)months)
		return nd_refuse(p, ND_INVALID,
				 "The duration months must be a 32 bits integer but was: %" PRId64,
				 months);
	if (days != (int32_t)days)
		return nd_refuse(p, ND_INVALID,
				 "The duration days must be a 32 bits integer but was: %" PRId64,
				 days);
	if ((months < 0 || days < 0 || nanoseconds < 0) &&
	    (months > 0 || days > 0 || nanoseconds > 0))
		return nd_refuse(
			p, ND_INVALID,
			"The duration months, days and nanoseconds must be all of the same "
			"sign (%" PRId64 ", %" PRId64 ", %" PRId64 ")",
			months, days, nanoseconds);
	return true;
}

/* Anything goes. */
static bool check_nothing(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	(void)type;
	(void)v;
	(void)p;
	return true;
}

/* ---- values made of values -------------------------------------------------------------------------- */

static const char *collection_name(const cql_type *type)
{
	return type->kind == CQL_KIND_LIST ? "list" : type->kind == CQL_KIND_SET ? "set" : "map";
}

static bool check_items(const cql_type *type, cql_blob v, bool nulls, struct nd_problem *p)
{
	struct cd_reader r = cd_reader_over(v.data, v.len);
	int32_t count = (int32_t)cd_reader_be32(&r);

	for (int64_t i = 0; i < (int64_t)count * type->count && !r.failed; i++) {
		struct cd_span item = cd_read_bytes(&r);
		if (r.failed)
			break;
		if (!item.at && nulls)
			continue;
		if (!item.at)
			return nd_refuse(p, ND_INVALID, "Null value read when not allowed");
		if (!nd_check_value(type->inner[i % type->count], (cql_blob){ item.at, item.len },
				    p))
			return false;
	}
	if (r.failed)
		return nd_refuse(p, ND_INVALID, "Not enough bytes to read a %s",
				 collection_name(type));
	return !cd_reader_left(&r) ||
	       nd_refuse(p, ND_INVALID, "Unexpected extraneous bytes after %s value",
			 collection_name(type));
}

static bool check_collection(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	return check_items(type, v, false, p);
}

bool nd_check_in(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	return check_items(type, v, true, p);
}

static bool cut_short(const cql_type *type, uint32_t i, bool in_size, struct nd_problem *p)
{
	bool udt = type->kind == CQL_KIND_UDT;

	return nd_refuse(p, ND_INVALID, "Not enough bytes to read %s%" PRIu32 "th %s%s",
			 in_size ? "size of " : "", i, udt ? "field " : "component",
			 udt ? type->of.udt->fields[i] : "");
}

/* Says which field it was. */
static bool in_field(const cql_type *type, uint32_t i, struct nd_problem *p)
{
	cql_text was = p->error.message;

	if (type->kind != CQL_KIND_UDT || p->error.code != ND_INVALID)
		return false;
	p->happened = false;
	return nd_refuse(p, ND_INVALID, "Failure validating the %" PRIu32 "th field %s; %.*s", i,
			 type->of.udt->fields[i], (int)was.len, was.data);
}

static bool check_tuple(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	struct cd_reader r = cd_reader_over(v.data, v.len);

	for (uint32_t i = 0; i < type->count; i++) {
		struct cd_span item;
		if (!cd_reader_left(&r))
			return true; /* the rest is null */
		if (cd_reader_left(&r) < 4)
			return cut_short(type, i, true, p);
		item = cd_read_bytes(&r);
		if (r.failed)
			return cut_short(type, i, false, p);
		if (item.at && !nd_check_value(type->inner[i], (cql_blob){ item.at, item.len }, p))
			return in_field(type, i, p);
	}
	return !cd_reader_left(&r) ||
	       nd_refuse(p, ND_INVALID, "Invalid remaining data after end of %s value",
			 type->kind == CQL_KIND_UDT ? "UDT" : "tuple");
}

static bool check_vector(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	struct cd_reader r = cd_reader_over(v.data, v.len);
	char name[128];

	if (!v.len)
		return nd_refuse(p, ND_INVALID, "Invalid empty vector value");
	for (uint32_t i = 0; i < type->of.dimension && !r.failed; i++) {
		struct cd_span item = cd_read_item(&r, type);
		if (!r.failed &&
		    !nd_check_value(type->inner[0], (cql_blob){ item.at, item.len }, p))
			return false;
	}
	if (!r.failed && !cd_reader_left(&r))
		return true;
	cql_type_format(type, name, sizeof name);
	if (r.failed)
		return nd_refuse(p, ND_INVALID, "Not enough bytes to read a %s", name);
	return nd_refuse(p, ND_INVALID, "Unexpected %zu extraneous bytes after %s value",
			 cd_reader_left(&r), name);
}

/* ---- all of them ------------------------------------------------------------------------------------ */

static check_fn *const checks[KINDS] = {
	[CQL_KIND_CUSTOM] = nd_custom_check,  [CQL_KIND_ASCII] = check_ascii,
	[CQL_KIND_BLOB] = check_nothing,      [CQL_KIND_DECIMAL] = check_decimal,
	[CQL_KIND_TEXT] = check_text,         [CQL_KIND_VARINT] = check_nothing,
	[CQL_KIND_TIMEUUID] = check_timeuuid, [CQL_KIND_INET] = check_inet,
	[CQL_KIND_DURATION] = check_duration, [CQL_KIND_LIST] = check_collection,
	[CQL_KIND_MAP] = check_collection,    [CQL_KIND_SET] = check_collection,
	[CQL_KIND_UDT] = check_tuple,         [CQL_KIND_TUPLE] = check_tuple,
};

size_t nd_check_size(const cql_type *type)
{
	return (size_t)type->kind < KINDS ? sizes[type->kind].size : 0;
}

/* Recursion is bounded by the type's depth. */
bool nd_check_value(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	size_t kind = (size_t)type->kind;

	if (kind >= KINDS)
		return check_vector(type, v, p);
	if (sizes[kind].size)
		return v.len == sizes[kind].size || (v.len == 0 && sizes[kind].or_none) ||
		       wrong_size(type->kind, v.len, p);
	return checks[kind](type, v, p);
}
