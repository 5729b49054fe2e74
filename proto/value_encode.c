/* SPDX-License-Identifier: MIT */
/* C values to bytes: one writer for each CQL type, found once by the type's kind. */
#include <inttypes.h>
#include <math.h>

#include "base/error.h"
#include "proto/notation.h"
#include "proto/value.h"
#include "proto/value_composite.h"

#define NANOS_PER_DAY INT64_C(86400000000000)

typedef bool encode_fn(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		       coodie_error *err);

bool cd_value_wrong(const cql_type *type, const cql_value *v, coodie_error *err)
{
	char name[64];

	cql_type_format(type, name, sizeof name);
	return cd_fail(err, COODIE_ERR_TYPE, "%s does not fit the type %s", cd_tag_name(v->is.tag),
		       name);
}

/* ---- integers ------------------------------------------------------------------------------- */

static bool integer_of(const cql_value *v, int64_t *out, bool *fits)
{
	*fits = true;
	if (v->is.tag == CQL_TAG_INT)
		*out = v->as.integer;
	else if (v->is.tag == CQL_TAG_UINT) {
		*fits = v->as.unsigned_integer <= INT64_MAX;
		*out = *fits ? (int64_t)v->as.unsigned_integer : INT64_MAX;
	} else if (v->is.tag == CQL_TAG_VARINT)
		*fits = cd_varint_to_int64(v->as.varint, out);
	else
		return false;
	return true;
}

static bool encode_integer(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			   unsigned bytes, coodie_error *err)
{
	int64_t n = 0, highest = (int64_t)(UINT64_MAX >> (65 - 8 * bytes));
	bool fits;

	if (!integer_of(v, &n, &fits))
		return cd_value_wrong(type, v, err);
	if (!fits || n > highest || n < -highest - 1)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "%s%" PRId64 " is out of range for %s (%" PRId64 " to %" PRId64 ")",
			       fits ? "" : "more than ", n, cql_kind_name(type->kind), -highest - 1,
			       highest);
	uint8_t *at = cd_buffer_grow(out, 4 + bytes);
	if (!at)
		return true;
	cd_put_be32(at, bytes);
	for (unsigned i = bytes; i > 0; i--, n >>= 8)
		at[3 + i] = (uint8_t)n;
	return true;
}

static bool encode_tinyint(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			   coodie_error *err)
{
	return encode_integer(out, type, v, 1, err);
}

static bool encode_smallint(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			    coodie_error *err)
{
	return encode_integer(out, type, v, 2, err);
}

static bool encode_int(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		       coodie_error *err)
{
	if (v->is.tag != CQL_TAG_INT || v->as.integer != (int32_t)v->as.integer)
		return encode_integer(out, type, v, 4, err);
	uint8_t *at = cd_buffer_grow(out, 8);
	if (at) {
		cd_put_be32(at, 4);
		cd_put_be32(at + 4, (uint32_t)v->as.integer);
	}
	return true;
}

static bool encode_8(struct cd_buffer *out, uint64_t bits)
{
	uint8_t *at = cd_buffer_grow(out, 12);

	if (at) {
		cd_put_be32(at, 8);
		cd_put_be64(at + 4, bits);
	}
	return true;
}

static bool encode_bigint(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			  coodie_error *err)
{
	return v->is.tag == CQL_TAG_INT ? encode_8(out, (uint64_t)v->as.integer)
					: encode_integer(out, type, v, 8, err);
}

static bool encode_boolean(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			   coodie_error *err)
{
	bool b;

	if (v->is.tag == CQL_TAG_BOOL) {
		b = v->as.boolean;
	} else if (v->is.tag == CQL_TAG_INT) { /* a comparison in C yields int */
		if (v->as.integer != 0 && v->as.integer != 1)
			return cd_fail(err, COODIE_ERR_RANGE,
				       "%" PRId64 " is out of range for boolean (0 or 1)",
				       v->as.integer);
		b = v->as.integer != 0;
	} else {
		return cd_value_wrong(type, v, err);
	}
	cd_buffer_be32(out, 1);
	cd_buffer_u8(out, b);
	return true;
}

/* The shortest two's complement: no byte that only repeats the sign. */
static struct cd_span shortest(const uint8_t *at, size_t len)
{
	while (len > 1 &&
	       ((at[0] == 0x00 && !(at[1] & 0x80)) || (at[0] == 0xFF && (at[1] & 0x80)))) {
		at++;
		len--;
	}
	return (struct cd_span){ at, len };
}

static struct cd_span varint_bytes(const cql_value *v, uint8_t scratch[9])
{
	if (v->is.tag == CQL_TAG_VARINT)
		return shortest(v->as.varint.data, v->as.varint.len);
	scratch[0] = v->is.tag == CQL_TAG_INT && v->as.integer < 0 ? 0xFF : 0;
	cd_put_be64(scratch + 1, v->as.unsigned_integer);
	return shortest(scratch, 9);
}

static bool encode_varint(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			  coodie_error *err)
{
	uint8_t scratch[9];

	if (v->is.tag != CQL_TAG_INT && v->is.tag != CQL_TAG_UINT && v->is.tag != CQL_TAG_VARINT)
		return cd_value_wrong(type, v, err);
	struct cd_span bytes = varint_bytes(v, scratch);
	if (bytes.len == 0)
		return cd_fail(err, COODIE_ERR_RANGE, "a varint has at least one byte");
	cd_write_bytes(out, bytes.at, bytes.len);
	return true;
}

static bool encode_decimal(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			   coodie_error *err)
{
	uint8_t scratch[9];
	bool whole = v->is.tag == CQL_TAG_INT || v->is.tag == CQL_TAG_UINT;

	if (!whole && v->is.tag != CQL_TAG_DECIMAL)
		return cd_value_wrong(type, v, err);
	struct cd_span bytes = whole ? varint_bytes(v, scratch)
				     : shortest(v->as.decimal.unscaled.data,
						v->as.decimal.unscaled.len);
	if (bytes.len == 0)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "a decimal's unscaled part has at least one byte");
	cd_buffer_be32(out, (uint32_t)bytes.len + 4);
	cd_buffer_be32(out, whole ? 0 : (uint32_t)v->as.decimal.scale);
	cd_buffer_bytes(out, bytes.at, bytes.len);
	return true;
}

/* ---- floating point ------------------------------------------------------------------------- */

/* An integer is taken where the type holds it exactly. */
static bool real_of(const cql_value *v, int64_t exact, double *out)
{
	if (v->is.tag == CQL_TAG_DOUBLE)
		*out = v->as.real;
	else if (v->is.tag == CQL_TAG_FLOAT)
		*out = (double)v->as.single;
	else if (v->is.tag == CQL_TAG_INT && v->as.integer >= -exact && v->as.integer <= exact)
		*out = (double)v->as.integer;
	else if (v->is.tag == CQL_TAG_UINT && v->as.unsigned_integer <= (uint64_t)exact)
		*out = (double)v->as.unsigned_integer;
	else
		return false;
	return true;
}

static bool encode_double(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			  coodie_error *err)
{
	double d;
	uint64_t bits;

	if (!real_of(v, INT64_C(1) << 53, &d))
		return cd_value_wrong(type, v, err);
	memcpy(&bits, &d, sizeof bits);
	return encode_8(out, isnan(d) ? UINT64_C(0x7FF8000000000000) : bits);
}

static bool encode_float(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			 coodie_error *err)
{
	double d;
	uint32_t bits;

	if (!real_of(v, INT64_C(1) << 24, &d))
		return cd_value_wrong(type, v, err);
	float f = (float)d; /* a double is rounded, as in C */
	if (isinf(f) && !isinf(d))
		return cd_fail(err, COODIE_ERR_RANGE, "%g is out of range for float", d);
	memcpy(&bits, &f, sizeof bits);
	cd_buffer_be32(out, 4);
	cd_buffer_be32(out, isnan(f) ? 0x7FC00000 : bits);
	return true;
}

/* ---- texts and bytes ------------------------------------------------------------------------ */

/* The bits that are clear in eight bytes of ASCII. */
#define ASCII_EIGHT UINT64_C(0x8080808080808080)

bool cd_utf8_valid(const char *text, size_t len)
{
	const uint8_t *at = (const uint8_t *)text, *end = at + len;

	while (at < end) {
		uint64_t eight;
		if (end - at >= 8 && (memcpy(&eight, at, 8), !(eight & ASCII_EIGHT))) {
			at += 8;
			continue;
		}
		unsigned c = *at, more = c < 0x80   ? 0
					 : c < 0xC2 ? 9
					 : c < 0xE0 ? 1
					 : c < 0xF0 ? 2
					 : c < 0xF5 ? 3
						    : 9;
		if (more == 9 || (size_t)(end - at) <= more)
			return false;
		uint32_t code = more ? c & (0x3Fu >> more) : c;
		for (unsigned i = 1; i <= more; i++) {
			if ((at[i] & 0xC0) != 0x80)
				return false;
			code = code << 6 | (at[i] & 0x3Fu);
		}
		if ((more == 2 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) ||
		    (more == 3 && (code < 0x10000 || code > 0x10FFFF)))
			return false;
		at += more + 1;
	}
	return true;
}

static bool encode_text(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			coodie_error *err)
{
	if (v->is.tag != CQL_TAG_TEXT)
		return cd_value_wrong(type, v, err);
	if (!cd_utf8_valid(v->as.text.data, v->as.text.len))
		return cd_fail(err, COODIE_ERR_RANGE,
			       "the text is not valid UTF-8; bind bytes to a blob");
	cd_write_bytes(out, v->as.text.data, v->as.text.len);
	return true;
}

static bool encode_ascii(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			 coodie_error *err)
{
	if (v->is.tag != CQL_TAG_TEXT)
		return cd_value_wrong(type, v, err);
	for (size_t i = 0; i < v->as.text.len; i++)
		if ((unsigned char)v->as.text.data[i] >= 0x80)
			return cd_fail(
				err, COODIE_ERR_RANGE,
				"byte %zu of the text is 0x%02x, which ascii (0x00 to 0x7f) cannot hold",
				i, (unsigned char)v->as.text.data[i]);
	cd_write_bytes(out, v->as.text.data, v->as.text.len);
	return true;
}

static bool encode_blob(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			coodie_error *err)
{
	if (v->is.tag != CQL_TAG_BLOB)
		return cd_value_wrong(type, v, err);
	cd_write_bytes(out, v->as.blob.data, v->as.blob.len);
	return true;
}

/* ---- identifiers, addresses, times ---------------------------------------------------------- */

static bool encode_uuid(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			coodie_error *err)
{
	if (v->is.tag != CQL_TAG_UUID)
		return cd_value_wrong(type, v, err);
	if (type->kind == CQL_KIND_TIMEUUID && v->as.uuid.bytes[6] >> 4 != 1)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "a timeuuid is a version 1 uuid, this one is of version %d",
			       v->as.uuid.bytes[6] >> 4);
	cd_write_bytes(out, v->as.uuid.bytes, 16);
	return true;
}

static bool encode_inet(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			coodie_error *err)
{
	if (v->is.tag != CQL_TAG_INET)
		return cd_value_wrong(type, v, err);
	if (v->as.inet.length != 4 && v->as.inet.length != 16)
		return cd_fail(err, COODIE_ERR_RANGE, "an inet has 4 or 16 bytes, this one %d",
			       v->as.inet.length);
	cd_write_bytes(out, v->as.inet.address, v->as.inet.length);
	return true;
}

static bool encode_date(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			coodie_error *err)
{
	if (v->is.tag != CQL_TAG_DATE)
		return cd_value_wrong(type, v, err);
	cd_buffer_be32(out, 4);
	cd_buffer_be32(out, (uint32_t)v->as.date.days ^ 0x80000000u);
	return true;
}

static bool encode_time(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			coodie_error *err)
{
	int64_t n = v->as.time.nanoseconds;

	if (v->is.tag != CQL_TAG_TIME)
		return cd_value_wrong(type, v, err);
	if (n < 0 || n >= NANOS_PER_DAY)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "%" PRId64
			       " is out of range for time (0 to 86399999999999 nanoseconds)",
			       n);
	return encode_8(out, (uint64_t)n);
}

static bool encode_timestamp(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			     coodie_error *err)
{
	if (v->is.tag == CQL_TAG_TIMESTAMP)
		return encode_8(out, (uint64_t)v->as.timestamp.milliseconds);
	return encode_bigint(out, type, v, err);
}

static bool encode_duration(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			    coodie_error *err)
{
	const cql_duration *d = &v->as.duration;

	if (v->is.tag != CQL_TAG_DURATION)
		return cd_value_wrong(type, v, err);
	if ((d->months < 0 || d->days < 0 || d->nanoseconds < 0) &&
	    (d->months > 0 || d->days > 0 || d->nanoseconds > 0))
		return cd_fail(err, COODIE_ERR_RANGE,
			       "the parts of a duration are all >= 0 or all <= 0");
	size_t start = out->len;
	cd_buffer_be32(out, 0);
	cd_write_vint(out, d->months);
	cd_write_vint(out, d->days);
	cd_write_vint(out, d->nanoseconds);
	cd_buffer_patch_be32(out, start, (uint32_t)(out->len - start - 4));
	return true;
}

/* ---- what needs no type, and what has none --------------------------------------------------- */

static bool encode_raw(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		       coodie_error *err)
{
	if (v->is.tag <= CQL_TAG_UNSET)
		cd_buffer_be32(out, v->is.tag == CQL_TAG_NULL ? UINT32_MAX : UINT32_MAX - 1);
	else if (v->is.tag == CQL_TAG_ENCODED)
		cd_write_bytes(out, v->as.blob.data, v->as.blob.len);
	else if (v->is.tag == CQL_TAG_EMPTY && cd_value_has_empty(type->kind))
		cd_buffer_be32(out, 0);
	else
		return cd_value_wrong(type, v, err);
	return true;
}

/* A kind that is not known. */
static bool encode_nothing(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			   coodie_error *err)
{
	(void)out;
	return cd_value_wrong(type, v, err);
}

static encode_fn *encoder_of(enum cql_kind kind)
{
	static encode_fn *const encoders[] = {
		[CQL_KIND_CUSTOM] = encode_blob,         [CQL_KIND_ASCII] = encode_ascii,
		[CQL_KIND_BIGINT] = encode_bigint,       [CQL_KIND_BLOB] = encode_blob,
		[CQL_KIND_BOOLEAN] = encode_boolean,     [CQL_KIND_COUNTER] = encode_bigint,
		[CQL_KIND_DECIMAL] = encode_decimal,     [CQL_KIND_DOUBLE] = encode_double,
		[CQL_KIND_FLOAT] = encode_float,         [CQL_KIND_INT] = encode_int,
		[CQL_KIND_TIMESTAMP] = encode_timestamp, [CQL_KIND_UUID] = encode_uuid,
		[CQL_KIND_TEXT] = encode_text,           [CQL_KIND_VARINT] = encode_varint,
		[CQL_KIND_TIMEUUID] = encode_uuid,       [CQL_KIND_INET] = encode_inet,
		[CQL_KIND_DATE] = encode_date,           [CQL_KIND_TIME] = encode_time,
		[CQL_KIND_SMALLINT] = encode_smallint,   [CQL_KIND_TINYINT] = encode_tinyint,
		[CQL_KIND_DURATION] = encode_duration,   [CQL_KIND_LIST] = cd_encode_collection,
		[CQL_KIND_MAP] = cd_encode_collection,   [CQL_KIND_SET] = cd_encode_collection,
		[CQL_KIND_UDT] = cd_encode_tuple,        [CQL_KIND_TUPLE] = cd_encode_tuple,
	};

	if ((size_t)kind < sizeof encoders / sizeof encoders[0] && encoders[kind])
		return encoders[kind];
	return kind == CQL_KIND_VECTOR ? cd_encode_vector : encode_nothing;
}

/* As it was before, and why. */
static bool undo(struct cd_buffer *out, size_t start, bool encoded, coodie_error *err)
{
	if (encoded && out->too_long)
		cd_fail(err, COODIE_ERR_LIMIT, "the message is longer than %zu bytes",
			out->max ? out->max : (size_t)INT32_MAX);
	else if (encoded)
		cd_no_memory(err, "a message");
	cd_buffer_truncate(out, start);
	return false;
}

/* A view of so many bytes, or floats, that are nowhere: made by hand, as constructors make null of it. */
static bool is_nowhere(const cql_value *v, size_t *len)
{
	const void *data = v; /* of all others */

	*len = 0;
#define X(tag_name, view) \
	case CQL_TAG_##tag_name: \
		data = v->as.view.data; \
		*len = v->as.view.len; \
		break;
	switch (v->is.tag) {
		X(TEXT, text)
		X(BLOB, blob)
		X(ENCODED, blob)
		X(VARINT, varint)
		X(DECIMAL, decimal.unscaled)
		X(FLOATS, floats)
	}
#undef X
	return !data && *len;
}

bool cd_value_encode(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		     coodie_error *err)
{
	size_t start = out->len;
	bool has_kind = v->is.tag > CQL_TAG_UNSET && v->is.tag < CQL_TAG_EMPTY;
	encode_fn *encode = has_kind ? encoder_of(type->kind) : encode_raw;
	size_t len;
	bool ok = is_nowhere(v, &len)
			  ? cd_fail(err, COODIE_ERR_INVALID,
				    "a value whose `data` is NULL, with a length of %zu; null is "
				    "cql_null()",
				    len)
			  : encode(out, type, v, err);

	return (ok && !out->failed) || undo(out, start, ok, err);
}
