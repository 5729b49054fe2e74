/* SPDX-License-Identifier: MIT */
/* The table of member kinds: what C type each is, which CQL types it holds, and the two ways
 * across. */
#include "orm/model/codec.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/reader.h"
#include "orm/model/model.h"
#include "orm/model/udt.h"
#include "orm/value/datum.h"

#define OPTIONAL_MASK (~(uint32_t)COODIE_MEMBER_OPTIONAL)

/* ---- scalars and views: a constructor one way, a typed reader the other ---------------------- */

/* X(NAME, C type, constructor, reader) */
#define DIRECT_MEMBERS(X) \
	X(BOOL, bool, cql_from_bool, cql_to_bool) \
	X(INT8, int8_t, cql_from_int, cql_to_int8) \
	X(INT16, int16_t, cql_from_int, cql_to_int16) \
	X(INT32, int32_t, cql_from_int, cql_to_int32) \
	X(FLOAT, float, cql_from_float, cql_to_float) \
	X(DOUBLE, double, cql_from_double, cql_to_double) \
	X(UUID, cql_uuid, cql_from_uuid, cql_to_uuid) \
	X(INET, cql_inet, cql_from_inet, cql_to_inet) \
	X(DATE, cql_date, cql_from_date, cql_to_date) \
	X(TIME, cql_time, cql_from_time, cql_to_time) \
	X(TIMESTAMP, cql_timestamp, cql_from_timestamp, cql_to_timestamp) \
	X(DURATION, cql_duration, cql_from_duration, cql_to_duration) \
	X(TEXT, cql_text, cql_from_text, cql_to_text) \
	X(VARINT, cql_varint, cql_from_varint, cql_to_varint) \
	X(DECIMAL, cql_decimal, cql_from_decimal, cql_to_decimal) \
	X(LIST, cql_list, cql_from_list, cql_to_list) \
	X(SET, cql_set, cql_from_set, cql_to_set) \
	X(MAP, cql_map, cql_from_map, cql_to_map) \
	X(TUPLE, cql_tuple, cql_from_tuple, cql_to_tuple) \
	X(UDT_VIEW, cql_udt, cql_from_udt, cql_to_udt) \
	X(VECTOR, cql_vector, cql_from_vector, cql_to_vector)

#define X(name, type, from, to) \
	static void get_##name(const void *at, cql_value *out) \
	{ \
		*out = from(*(const type *)at); \
	} \
	static bool set_##name(void *at, cql_value v, coodie_error *err) \
	{ \
		return to(v, at, err); \
	}
DIRECT_MEMBERS(X)
#undef X

static void get_LONG(const void *at, cql_value *out)
{
	*out = cql_from_long(*(const long *)at);
}

static bool set_LONG(void *at, cql_value v, coodie_error *err)
{
	int64_t wide;

	if (!cql_to_int64(v, &wide, err))
		return false;
	*(long *)at = (long)wide;
	return true;
}

static void get_LLONG(const void *at, cql_value *out)
{
	*out = cql_from_llong(*(const long long *)at);
}

static bool set_LLONG(void *at, cql_value v, coodie_error *err)
{
	int64_t wide;

	if (!cql_to_int64(v, &wide, err))
		return false;
	*(long long *)at = wide;
	return true;
}

static void get_BLOB(const void *at, cql_value *out)
{
	*out = cql_from_blob(*(const cql_blob *)at);
}

/* A custom type has no other C form than its bytes. */
static bool set_BLOB(void *at, cql_value v, coodie_error *err)
{
	if (v.is.tag == CQL_TAG_ENCODED)
		v = cql_from_blob(v.as.blob);
	return cql_to_blob(v, at, err);
}

/* ---- texts and arrays ------------------------------------------------------------------------ */

static void get_STR(const void *at, cql_value *out)
{
	*out = cql_from_str(*(const char *const *)at);
}

static bool set_STR(void *at, cql_value v, coodie_error *err)
{
	cql_text text;

	if (!cql_to_text(v, &text, err))
		return false;
	if (text.len && memchr(text.data, '\0', text.len))
		return cd_fail(
			err, COODIE_ERR_TYPE,
			"the text has a NUL in it, which a char * cannot show; make the member a "
			"cql_text");
	*(const char **)at = text.data;
	return true;
}

/* A `long` is 64 bits here or it is an int: what it holds follows. */
#if LONG_MAX > 2147483647L
#define LONG_KINDS { CQL_KIND_BIGINT, CQL_KIND_COUNTER, CQL_KIND_VARINT }, 3
#else
#define LONG_KINDS { CQL_KIND_INT }, 1
#endif

/* ROW(NAME, C type, text, nullable, { kinds }, how many) */
#define ROW(name, type, text, nullable, ...) \
	[COODIE_MEMBER_## \
		name] = { text, sizeof(type), nullable, __VA_ARGS__, get_##name, set_##name }

static const struct cd_codec codecs[] = {
	ROW(BOOL, bool, "bool", false, { CQL_KIND_BOOLEAN }, 1),
	ROW(INT8, int8_t, "int8_t", false, { CQL_KIND_TINYINT }, 1),
	ROW(INT16, int16_t, "int16_t", false, { CQL_KIND_SMALLINT }, 1),
	ROW(INT32, int32_t, "int32_t", false, { CQL_KIND_INT }, 1),
	ROW(LONG, long, "int64_t (long)", false, LONG_KINDS),
	ROW(LLONG, long long, "int64_t (long long)", false,
	    { CQL_KIND_BIGINT, CQL_KIND_COUNTER, CQL_KIND_VARINT }, 3),
	ROW(FLOAT, float, "float", false, { CQL_KIND_FLOAT }, 1),
	ROW(DOUBLE, double, "double", false, { CQL_KIND_DOUBLE }, 1),
	ROW(UUID, cql_uuid, "cql_uuid", false, { CQL_KIND_UUID, CQL_KIND_TIMEUUID }, 2),
	ROW(INET, cql_inet, "cql_inet", true, { CQL_KIND_INET }, 1),
	ROW(DATE, cql_date, "cql_date", false, { CQL_KIND_DATE }, 1),
	ROW(TIME, cql_time, "cql_time", false, { CQL_KIND_TIME }, 1),
	ROW(TIMESTAMP, cql_timestamp, "cql_timestamp", false, { CQL_KIND_TIMESTAMP }, 1),
	ROW(DURATION, cql_duration, "cql_duration", false, { CQL_KIND_DURATION }, 1),
	ROW(TEXT, cql_text, "cql_text", true, { CQL_KIND_TEXT, CQL_KIND_ASCII }, 2),
	ROW(BLOB, cql_blob, "cql_blob", true, { CQL_KIND_BLOB, CQL_KIND_CUSTOM }, 2),
	ROW(VARINT, cql_varint, "cql_varint", true, { CQL_KIND_VARINT }, 1),
	ROW(DECIMAL, cql_decimal, "cql_decimal", true, { CQL_KIND_DECIMAL }, 1),
	ROW(LIST, cql_list, "cql_list", true, { CQL_KIND_LIST }, 1),
	ROW(SET, cql_set, "cql_set", true, { CQL_KIND_SET }, 1),
	ROW(MAP, cql_map, "cql_map", true, { CQL_KIND_MAP }, 1),
	ROW(TUPLE, cql_tuple, "cql_tuple", true, { CQL_KIND_TUPLE }, 1),
	ROW(UDT_VIEW, cql_udt, "cql_udt", true, { CQL_KIND_UDT }, 1),
	ROW(VECTOR, cql_vector, "cql_vector", true, { CQL_KIND_VECTOR }, 1),
	ROW(STR, const char *, "const char *", true, { CQL_KIND_TEXT, CQL_KIND_ASCII }, 2),
	[COODIE_MEMBER_CHARS] = { "char[]",
				  0,
				  false,
				  { CQL_KIND_TEXT, CQL_KIND_ASCII },
				  2,
				  NULL,
				  NULL },
	[COODIE_MEMBER_FLOATS] = { "float[]", 0, false, { CQL_KIND_VECTOR }, 1, NULL, NULL },
	[COODIE_MEMBER_UDT] = { "a struct", 0, false, { CQL_KIND_UDT }, 1, NULL, NULL },
};

const struct cd_codec *cd_codec_of(uint32_t member)
{
	member &= OPTIONAL_MASK;
	if (member >= sizeof(codecs) / sizeof(codecs[0]) || !codecs[member].text)
		return NULL;
	return &codecs[member];
}

bool cd_codec_takes(const struct cd_codec *c, enum cql_kind kind)
{
	for (size_t i = 0; i < c->kind_count; i++) {
		if (c->kinds[i] == kind)
			return true;
	}
	return false;
}

const char *cd_codec_suggest(enum cql_kind kind, bool *points)
{
	*points = kind == CQL_KIND_BIGINT || kind == CQL_KIND_COUNTER;
	if (kind == CQL_KIND_TEXT || kind == CQL_KIND_ASCII)
		return "const char *";
	if (kind == CQL_KIND_BIGINT || kind == CQL_KIND_COUNTER)
		return "int64_t";
	if (kind == CQL_KIND_VARINT)
		return "cql_varint";
	if (kind == CQL_KIND_VECTOR)
		return "float[N] or cql_vector";
	if (kind == CQL_KIND_UDT)
		return "a struct (COODIE_UDT) or cql_udt";
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (!codecs[i].text || !cd_codec_takes(&codecs[i], kind))
			continue;
		*points = !codecs[i].nullable;
		return codecs[i].text;
	}
	return NULL;
}

/* ---- members --------------------------------------------------------------------------------- */

static uint32_t kind_of(const coodie_column *def)
{
	return def->member & OPTIONAL_MASK;
}

static bool is_optional(const coodie_column *def)
{
	return (def->member & COODIE_MEMBER_OPTIONAL) != 0;
}

static bool get_chars(const coodie_column *def, const char *at, cql_value *out, coodie_error *err)
{
	const char *end = memchr(at, '\0', def->size);

	if (!end)
		return cd_fail(err, COODIE_ERR_RANGE, "%s: char[%u] has no NUL in it", def->name,
			       (unsigned)def->size);
	*out = cql_from_text((cql_text){ at, (size_t)(end - at) });
	return true;
}

static bool set_chars(const coodie_column *def, char *at, cql_value v, coodie_error *err)
{
	cql_text text;

	if (!cql_to_text(v, &text, err))
		return false;
	if (text.len >= def->size)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "a text of %zu bytes does not fit char[%u]; make the member longer",
			       text.len, (unsigned)def->size);
	if (text.len && memchr(text.data, '\0', text.len))
		return cd_fail(
			err, COODIE_ERR_TYPE,
			"the text has a NUL in it, which a char[] cannot show; make the member a "
			"cql_text");
	memset(at, 0, def->size);
	if (text.len)
		memcpy(at, text.data, text.len);
	return true;
}

/* Floats go as the vector's wire form, big endian one after the other: no cql_value for each of
 * a thousand. */
static bool get_floats(const coodie_column *def, const char *at, struct cd_arena *a, cql_value *out,
		       coodie_error *err)
{
	uint8_t *bytes = cd_arena_take(a, def->size);

	if (!bytes)
		return cd_no_memory(err, "a vector");
	for (uint32_t i = 0; i < def->size; i += 4) {
		uint32_t bits;

		memcpy(&bits, at + i, 4);
		cd_put_be32(bytes + i, bits);
	}
	*out = cql_from_encoded(bytes, def->size);
	return true;
}

static bool set_floats(const coodie_column *def, char *at, cql_value v, coodie_error *err)
{
	if (v.is.tag != CQL_TAG_ENCODED)
		return cql_to_floats(v, (float *)(void *)at, def->size / sizeof(float), err);
	if (v.as.blob.len != def->size)
		return cd_fail(err, COODIE_ERR_TYPE, "a vector of %zu bytes does not fit float[%u]",
			       v.as.blob.len, (unsigned)def->size / 4);
	for (uint32_t i = 0; i < def->size; i += 4) {
		uint32_t bits = cd_get_be32(v.as.blob.data + i);

		memcpy(at + i, &bits, 4);
	}
	return true;
}

bool cd_row_is_zero(const coodie_column *def, const void *object)
{
	const unsigned char *at = (const unsigned char *)object + def->offset;

	if (def->member == COODIE_MEMBER_UDT)
		return cd_udt_is_zero(def->udt, at);
	for (uint32_t i = 0; i < def->size; i++) {
		if (at[i])
			return false;
	}
	return true;
}

bool cd_member_is_zero(const struct cd_column *c, const void *object)
{
	return cd_row_is_zero(&c->def, object);
}

/* What the constructors cannot see: a zeroed collection is an empty one to them, and "not set"
 * to a model. */
static bool says_nothing(const coodie_column *def, cql_value v)
{
	if (v.is.tag == CQL_TAG_NULL)
		return true;
	switch (kind_of(def)) {
	case COODIE_MEMBER_LIST:
	case COODIE_MEMBER_SET:
	case COODIE_MEMBER_MAP:
	case COODIE_MEMBER_TUPLE:
	case COODIE_MEMBER_UDT_VIEW:
	case COODIE_MEMBER_VECTOR:
		return v.as.seq.items == NULL;
	case COODIE_MEMBER_INET:
		return v.as.inet.length == 0;
	case COODIE_MEMBER_DECIMAL:
		return v.as.decimal.unscaled.data == NULL;
	default:
		return false;
	}
}

static bool leave_out(cql_value *out, coodie_error *err)
{
	if (cd_datum_is_seq(*out) && out->as.seq.count)
		return cd_fail(err, COODIE_ERR_INVALID, "%" PRIu32 " items, but their array is NULL",
			       out->as.seq.count);
	*out = cql_unset();
	return true;
}

static bool get_optional(const coodie_column *def, const struct cd_codec *codec, const char *at,
			 cql_value *out)
{
	at = *(const char *const *)(const void *)at;
	if (!at)
		*out = cql_unset();
	else if (kind_of(def) == COODIE_MEMBER_UDT)
		*out = cql_from_object(def->udt, at);
	else
		codec->get(at, out);
	return true;
}

bool cd_row_get(const coodie_column *def, const struct cd_codec *codec, const void *object,
		struct cd_arena *a, cql_value *out, coodie_error *err)
{
	const char *at = (const char *)object + def->offset;

	if (is_optional(def))
		return get_optional(def, codec, at, out);
	if (codec->get) {
		codec->get(at, out);
		return !codec->nullable || !says_nothing(def, *out) || leave_out(out, err);
	}
	switch (kind_of(def)) {
	case COODIE_MEMBER_CHARS:
		return get_chars(def, at, out, err);
	case COODIE_MEMBER_UDT:
		return cd_udt_get(def->udt, at, out, err);
	default:
		if (a)
			return get_floats(def, at, a, out, err);
		*out = cql_from_floats(
			cql_floats_of((const float *)(const void *)at, def->size / sizeof(float)));
		return true;
	}
}

bool cd_member_get(const struct cd_column *c, const void *object, struct cd_arena *a,
		   cql_value *out, coodie_error *err)
{
	return cd_row_get(&c->def, c->codec, object, a, out, err);
}

static bool set_optional(const coodie_column *def, const struct cd_codec *codec, void *at,
			 cql_value v, struct cd_arena *a, coodie_error *err)
{
	bool is_udt = kind_of(def) == COODIE_MEMBER_UDT;
	void *target;

	if (!a)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the member is a pointer, which needs an arena to point into");
	target = cd_arena_take_zero(a, is_udt ? def->udt->object_size : codec->size);
	if (!target)
		return cd_no_memory(err, "an optional member");
	if (!(is_udt ? cd_udt_set(def->udt, target, v, a, err) : codec->set(target, v, err)))
		return false;
	memcpy(at, &target, sizeof(target));
	return true;
}

bool cd_row_set(const coodie_column *def, const struct cd_codec *codec, void *object, cql_value v,
		struct cd_arena *a, coodie_error *err)
{
	char *at = (char *)object + def->offset;

	if (cql_is_null(v) || v.is.tag == CQL_TAG_UNSET) {
		memset(at, 0, def->size);
		return true;
	}
	if (is_optional(def))
		return set_optional(def, codec, at, v, a, err);
	if (codec->set) /* the first time without `err`, which costs to clear */
		return codec->set(at, v, NULL) || codec->set(at, v, err);
	switch (kind_of(def)) {
	case COODIE_MEMBER_CHARS:
		return set_chars(def, at, v, err);
	case COODIE_MEMBER_UDT:
		return cd_udt_set(def->udt, at, v, a, err);
	default:
		return set_floats(def, at, v, err);
	}
}

bool cd_member_set(const struct cd_column *c, void *object, cql_value v, struct cd_arena *a,
		   coodie_error *err)
{
	bool ok = cd_row_set(&c->def, c->codec, object, v, a, err);

	if (!ok && err)
		cd_error_prefix(err, "column %s (%s)", c->name, c->spelling);
	return ok;
}
