/* SPDX-License-Identifier: MIT */
/* Values between cql_value and the JSON of the vectors; nothing of a value is lost either way. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/wire_memory.h"

/* ---- from JSON ------------------------------------------------------------------------------ */

static bool mismatch(const cql_type *type, const char *wanted, coodie_error *err)
{
	return wire_refuse(err, COODIE_ERR_TYPE, "a value of the type %s is written as %s",
			   cql_kind_name(cql_type_kind(type)), wanted);
}

static bool read_text(struct wire_memory *m, const cql_type *type, const struct json *j,
		      cql_value *out, coodie_error *err)
{
	(void)m;
	if (j->kind != JSON_STRING)
		return mismatch(type, "a string", err);
	*out = cql_from_text((cql_text){ j->text, j->len });
	return true;
}

static bool read_hex(struct wire_memory *m, const cql_type *type, const struct json *j,
		     cql_value *out, coodie_error *err)
{
	cql_blob blob;

	if (!json_to_hex(&m->pool, j, &blob.data, &blob.len))
		return mismatch(type, "hexadecimal digits", err);
	*out = cql_from_blob(blob);
	return true;
}

static bool read_integer(struct wire_memory *m, const cql_type *type, const struct json *j,
			 cql_value *out, coodie_error *err)
{
	int64_t n;

	(void)m;
	if (j->kind != JSON_STRING || !json_to_int(j, &n))
		return mismatch(type, "decimal digits in quotes", err);
	switch ((int)cql_type_kind(type)) {
	case CQL_KIND_TIMESTAMP:
		*out = cql_from_timestamp((cql_timestamp){ n });
		return true;
	case CQL_KIND_TIME:
		*out = cql_from_time((cql_time){ n });
		return true;
	case CQL_KIND_DATE:
		if (n < INT32_MIN || n > INT32_MAX)
			return wire_refuse(err, COODIE_ERR_RANGE, "%s is no date", j->text);
		*out = cql_from_date((cql_date){ (int32_t)n });
		return true;
	default:
		*out = cql_from_llong(n);
		return true;
	}
}

static bool read_real(struct wire_memory *m, const cql_type *type, const struct json *j,
		      cql_value *out, coodie_error *err)
{
	bool single = cql_type_kind(type) == CQL_KIND_FLOAT;
	char *end;

	(void)m;
	if (j->kind != JSON_STRING || !j->len)
		return mismatch(type, "a number in quotes", err);
	*out = single ? cql_from_float(strtof(j->text, &end))
		      : cql_from_double(strtod(j->text, &end));
	return end == j->text + j->len || mismatch(type, "a number in quotes", err);
}

static bool read_boolean(struct wire_memory *m, const cql_type *type, const struct json *j,
			 cql_value *out, coodie_error *err)
{
	(void)m;
	if (j->kind != JSON_TRUE && j->kind != JSON_FALSE)
		return mismatch(type, "true or false", err);
	*out = cql_from_bool(j->kind == JSON_TRUE);
	return true;
}

static bool read_uuid(struct wire_memory *m, const cql_type *type, const struct json *j,
		      cql_value *out, coodie_error *err)
{
	cql_uuid uuid;

	(void)m;
	if (j->kind != JSON_STRING)
		return mismatch(type, "a string", err);
	if (!cql_uuid_parse(j->text, &uuid, err))
		return false;
	*out = cql_from_uuid(uuid);
	return true;
}

static bool read_inet(struct wire_memory *m, const cql_type *type, const struct json *j,
		      cql_value *out, coodie_error *err)
{
	cql_inet inet;

	(void)m;
	if (j->kind != JSON_STRING)
		return mismatch(type, "a string", err);
	if (!cql_inet_parse(j->text, &inet, err))
		return false;
	*out = cql_from_inet(inet);
	return true;
}

static bool read_varint(struct wire_memory *m, const cql_type *type, const struct json *j,
			cql_value *out, coodie_error *err)
{
	cql_varint varint;

	if (!json_is(j, JSON_STRING))
		return mismatch(type, "decimal digits in quotes", err);
	if (!cql_varint_parse(j->text, m->arena, &varint, err))
		return false;
	*out = cql_from_varint(varint);
	return true;
}

static bool read_decimal(struct wire_memory *m, const cql_type *type, const struct json *j,
			 cql_value *out, coodie_error *err)
{
	const struct json *digits = json_get(j, "unscaled");
	cql_decimal decimal;
	int64_t scale;

	if (!json_is(digits, JSON_STRING) || !json_to_int(json_get(j, "scale"), &scale) ||
	    scale < INT32_MIN || scale > INT32_MAX)
		return mismatch(type, "{\"unscaled\": digits, \"scale\": number}", err);
	decimal.scale = (int32_t)scale;
	if (!cql_varint_parse(digits->text, m->arena, &decimal.unscaled, err))
		return false;
	*out = cql_from_decimal(decimal);
	return true;
}

static bool read_duration(struct wire_memory *m, const cql_type *type, const struct json *j,
			  cql_value *out, coodie_error *err)
{
	int64_t months, days, nanoseconds;

	(void)m;
	if (!json_to_int(json_get(j, "months"), &months) ||
	    !json_to_int(json_get(j, "days"), &days) ||
	    !json_to_int(json_get(j, "nanoseconds"), &nanoseconds) || months != (int32_t)months ||
	    days != (int32_t)days)
		return mismatch(type, "{\"months\", \"days\", \"nanoseconds\"}", err);
	*out = cql_from_duration((cql_duration){ (int32_t)months, (int32_t)days, nanoseconds });
	return true;
}

static bool read_items(struct wire_memory *m, const cql_type *type, const struct json *j,
		       cql_value *out, coodie_error *err)
{
	bool parts = cql_type_kind(type) == CQL_KIND_TUPLE || cql_type_kind(type) == CQL_KIND_UDT;
	const struct json *item = j->first;
	cql_value *items;

	if (j->kind != JSON_ARRAY || (parts && j->len > cql_type_count(type)))
		return mismatch(type, "an array of its items", err);
	items = pool_get(&m->pool, j->len + 1, sizeof *items);
	for (size_t i = 0; item; item = item->next, i++)
		if (!wire_value_read(m, cql_type_at(type, parts ? i : 0), item, &items[i], err))
			return false;
	switch ((int)cql_type_kind(type)) {
	case CQL_KIND_LIST:
		*out = cql_from_list(cql_list_of(items, j->len));
		return true;
	case CQL_KIND_SET:
		*out = cql_from_set(cql_set_of(items, j->len));
		return true;
	case CQL_KIND_TUPLE:
		*out = cql_from_tuple(cql_tuple_of(items, j->len));
		return true;
	case CQL_KIND_UDT:
		*out = cql_from_udt(cql_udt_of(items, j->len));
		return true;
	default:
		*out = cql_from_vector(cql_vector_of(items, j->len));
		return true;
	}
}

static bool read_map(struct wire_memory *m, const cql_type *type, const struct json *j,
		     cql_value *out, coodie_error *err)
{
	const struct json *pair = j->first;
	cql_value *items;

	if (j->kind != JSON_ARRAY)
		return mismatch(type, "an array of pairs", err);
	items = pool_get(&m->pool, j->len + 1, 2 * sizeof *items);
	for (size_t i = 0; pair; pair = pair->next, i += 2) {
		if (pair->kind != JSON_ARRAY || pair->len != 2)
			return mismatch(type, "an array of pairs", err);
		if (!wire_value_read(m, cql_type_at(type, 0), pair->first, &items[i], err) ||
		    !wire_value_read(m, cql_type_at(type, 1), pair->last, &items[i + 1], err))
			return false;
	}
	*out = cql_from_map(cql_map_of(items, j->len));
	return true;
}

typedef bool read_fn(struct wire_memory *m, const cql_type *type, const struct json *j,
		     cql_value *out, coodie_error *err);

static const struct {
	enum cql_kind kind;
	read_fn *read;
	bool may_be_no_bytes; /* {"empty": true} is a value like any other */
} readers[] = {
	{ CQL_KIND_CUSTOM, read_hex, true },         { CQL_KIND_BLOB, read_hex, true },
	{ CQL_KIND_ASCII, read_text, true },         { CQL_KIND_TEXT, read_text, true },
	{ CQL_KIND_BIGINT, read_integer, false },    { CQL_KIND_COUNTER, read_integer, false },
	{ CQL_KIND_INT, read_integer, false },       { CQL_KIND_SMALLINT, read_integer, false },
	{ CQL_KIND_TINYINT, read_integer, false },   { CQL_KIND_TIMESTAMP, read_integer, false },
	{ CQL_KIND_DATE, read_integer, false },      { CQL_KIND_TIME, read_integer, false },
	{ CQL_KIND_BOOLEAN, read_boolean, false },   { CQL_KIND_FLOAT, read_real, false },
	{ CQL_KIND_DOUBLE, read_real, false },       { CQL_KIND_UUID, read_uuid, false },
	{ CQL_KIND_TIMEUUID, read_uuid, false },     { CQL_KIND_INET, read_inet, false },
	{ CQL_KIND_VARINT, read_varint, false },     { CQL_KIND_DECIMAL, read_decimal, false },
	{ CQL_KIND_DURATION, read_duration, false }, { CQL_KIND_LIST, read_items, false },
	{ CQL_KIND_SET, read_items, false },         { CQL_KIND_TUPLE, read_items, false },
	{ CQL_KIND_UDT, read_items, false },         { CQL_KIND_VECTOR, read_items, false },
	{ CQL_KIND_MAP, read_map, false },
};

bool wire_value_read(struct wire_memory *m, const cql_type *type, const struct json *j,
		     cql_value *out, coodie_error *err)
{
	size_t i = 0;

	while (i < sizeof readers / sizeof readers[0] && readers[i].kind != cql_type_kind(type))
		i++;
	if (i == sizeof readers / sizeof readers[0])
		return wire_refuse(err, COODIE_ERR_TYPE, "an unknown type");
	if (j->kind == JSON_NULL) {
		*out = cql_null();
	} else if (json_is(json_get(j, "empty"), JSON_TRUE)) {
		*out = (cql_value){ .is.tag = CQL_TAG_EMPTY };
		if (readers[i].may_be_no_bytes)
			*out = readers[i].read == read_hex
				       ? cql_from_blob((cql_blob){ (const uint8_t *)"", 0 })
				       : cql_from_str("");
	} else {
		return readers[i].read(m, type, j, out, err);
	}
	return true;
}

/* ---- to JSON -------------------------------------------------------------------------------- */

static struct json *digits(struct pool *pool, int64_t n)
{
	struct json *j = json_int(pool, n);

	j->kind = JSON_STRING;
	return j;
}

static struct json *string(struct pool *pool, const char *text)
{
	return json_text(pool, text, strlen(text));
}

static struct json *varint(struct pool *pool, cql_varint v)
{
	size_t len = cql_varint_format(v, NULL, 0);
	char *text = pool_get(pool, len + 1, 1);

	cql_varint_format(v, text, len + 1);
	return json_text(pool, text, len);
}

/* The shortest digits that read back as the same number. */
static struct json *real(struct pool *pool, double v, bool single)
{
	char text[40];

	for (int precision = single ? 6 : 15;; precision++) {
		snprintf(text, sizeof text, "%.*g", precision, v);
		if (v != v || precision >= 17)
			break;
		if (single ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v)
			break;
	}
	return string(pool, v != v ? "nan" : text);
}

static struct json *duration(struct pool *pool, cql_duration d)
{
	struct json *j = json_new(pool, JSON_OBJECT);

	json_put(j, "months", digits(pool, d.months));
	json_put(j, "days", digits(pool, d.days));
	json_put(j, "nanoseconds", digits(pool, d.nanoseconds));
	return j;
}

static struct json *decimal(struct pool *pool, cql_decimal d)
{
	struct json *j = json_new(pool, JSON_OBJECT);

	json_put(j, "unscaled", varint(pool, d.unscaled));
	json_put(j, "scale", json_int(pool, d.scale));
	return j;
}

static struct json *empty(struct pool *pool)
{
	struct json *j = json_new(pool, JSON_OBJECT);

	json_put(j, "empty", json_new(pool, JSON_TRUE));
	return j;
}

static cql_iter iterator(cql_value v)
{
	switch (v.is.tag) {
	case CQL_TAG_LIST:
		return cql_list_iter((cql_list){ v.as.seq });
	case CQL_TAG_SET:
		return cql_set_iter((cql_set){ v.as.seq });
	case CQL_TAG_MAP:
		return cql_map_iter((cql_map){ v.as.seq });
	case CQL_TAG_TUPLE:
		return cql_tuple_iter((cql_tuple){ v.as.seq });
	case CQL_TAG_UDT:
		return cql_udt_iter((cql_udt){ v.as.seq });
	default:
		return cql_vector_iter((cql_vector){ v.as.seq });
	}
}

static struct json *sequence(struct pool *pool, const cql_type *type, cql_value v)
{
	struct json *j = json_new(pool, JSON_ARRAY);
	bool parts = v.is.tag == CQL_TAG_TUPLE || v.is.tag == CQL_TAG_UDT;
	cql_iter it = iterator(v);
	cql_value item, value;

	if (v.is.tag == CQL_TAG_MAP) {
		while (cql_iter_next_pair(&it, &item, &value)) {
			struct json *pair = json_add(j, json_new(pool, JSON_ARRAY));
			json_add(pair, wire_value_json(pool, cql_type_at(type, 0), item));
			json_add(pair, wire_value_json(pool, cql_type_at(type, 1), value));
		}
		return j;
	}
	while (cql_iter_next(&it, &item))
		json_add(j, wire_value_json(pool, cql_type_at(type, parts ? j->len : 0), item));
	while (parts && j->len < cql_type_count(type))
		json_add(j, json_new(pool, JSON_NULL));
	return j;
}

static struct json *floats(struct pool *pool, cql_floats v)
{
	struct json *j = json_new(pool, JSON_ARRAY);

	for (size_t i = 0; i < v.len; i++)
		json_add(j, real(pool, (double)v.data[i], true));
	return j;
}

struct json *wire_value_json(struct pool *pool, const cql_type *type, cql_value v)
{
	char text[CQL_INET_TEXT_SIZE > CQL_UUID_TEXT_SIZE ? CQL_INET_TEXT_SIZE
							  : CQL_UUID_TEXT_SIZE];

	switch (v.is.tag) {
	case CQL_TAG_BOOL:
		return json_bool(pool, v.as.boolean);
	case CQL_TAG_INT:
		return digits(pool, v.as.integer);
	case CQL_TAG_FLOAT:
		return real(pool, (double)v.as.single, true);
	case CQL_TAG_DOUBLE:
		return real(pool, v.as.real, false);
	case CQL_TAG_TEXT:
		return v.as.text.len ? json_text(pool, v.as.text.data, v.as.text.len)
				     : string(pool, "");
	case CQL_TAG_BLOB:
		return json_hex(pool, v.as.blob.data, v.as.blob.len);
	case CQL_TAG_UUID:
		return string(pool, cql_uuid_format(v.as.uuid, text));
	case CQL_TAG_INET:
		return string(pool, cql_inet_format(v.as.inet, text));
	case CQL_TAG_DATE:
		return digits(pool, v.as.date.days);
	case CQL_TAG_TIME:
		return digits(pool, v.as.time.nanoseconds);
	case CQL_TAG_TIMESTAMP:
		return digits(pool, v.as.timestamp.milliseconds);
	case CQL_TAG_DURATION:
		return duration(pool, v.as.duration);
	case CQL_TAG_VARINT:
		return varint(pool, v.as.varint);
	case CQL_TAG_DECIMAL:
		return decimal(pool, v.as.decimal);
	case CQL_TAG_FLOATS:
		return floats(pool, v.as.floats);
	case CQL_TAG_EMPTY:
		return empty(pool);
	case CQL_TAG_NULL:
		return json_new(pool, JSON_NULL);
	default:
		return sequence(pool, type, v);
	}
}

char *wire_value_literal(struct pool *pool, const cql_type *type, cql_value value)
{
	size_t len = cql_literal_format(type, value, NULL, 0);
	char *text = pool_get(pool, len + 1, 1);

	cql_literal_format(type, value, text, len + 1);
	return text;
}
