/* SPDX-License-Identifier: MIT */
/* Whether a value can be written to a type: the same as the encoder takes, but known before anything is prepared. */
#include <string.h>

#include "base/error.h"
#include "base/fields.h"
#include "orm/value/datum.h"

#define TAG(name) (UINT32_C(1) << CQL_TAG_##name)
#define TAG_OF(v) (UINT32_C(1) << (v).is.tag)
#define WHOLE (TAG(INT) | TAG(UINT) | TAG(VARINT))
#define NANOSECONDS_PER_DAY INT64_C(86400000000000)

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
	if (cd_datum_is_missing(item))
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

size_t cd_datum_place(const cql_type *type, const char *name, size_t likely)
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
		if (cd_datum_is_missing(field.value))
			continue;
		at = cd_datum_place(type, field.name, i);
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

static bool fits(cql_value v, const cql_type *type, unsigned depth, coodie_error *err)
{
	const struct fit *fit;
	char want[80];

	if (cd_datum_is_missing(v) || v.is.tag == CQL_TAG_EMPTY || v.is.tag == CQL_TAG_ENCODED)
		return true;
	if (depth > CD_DEEPEST)
		return cd_fail(err, COODIE_ERR_LIMIT, "collections nested deeper than %d", CD_DEEPEST);
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
	return cd_datum_is_seq(v) ? fits_seq(v, type, depth + 1, err) : fits_scalar(v, fit, err);
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
