/* SPDX-License-Identifier: MIT */
/* Members of message structs by their tables, from JSON and to it. */
#include <string.h>

#include "tools/wire_field.h"

/* ---- to JSON -------------------------------------------------------------------------------- */

struct json *wire_texts_json(struct pool *pool, const cql_text *at, size_t count)
{
	struct json *array = json_new(pool, JSON_ARRAY);

	for (size_t i = 0; i < count; i++)
		json_add(array, json_text(pool, at[i].data, at[i].len));
	return array;
}

static struct json *integer_json(struct pool *pool, enum wire_field_kind kind, const void *at)
{
	switch (kind) {
	case WIRE_INT32:
		return json_int(pool, *(const int32_t *)at);
	case WIRE_UINT32:
		return *(const uint32_t *)at ? json_int(pool, *(const uint32_t *)at) : NULL;
	case WIRE_UINT16:
		return json_int(pool, *(const uint16_t *)at);
	case WIRE_UINT8:
		return json_int(pool, *(const uint8_t *)at);
	case WIRE_BIT:
		return json_int(pool, *(const bool *)at);
	case WIRE_FLAG:
		return *(const bool *)at ? json_bool(pool, true) : NULL;
	default: {
		struct json *j = json_int(pool, *(const int64_t *)at);
		j->kind = JSON_STRING;
		return j;
	}
	}
}

static struct json *consistency_json(struct pool *pool, cql_consistency c)
{
	const char *name = cql_consistency_name(c);

	return c == CQL_CONSISTENCY_UNSET ? NULL : json_text(pool, name, strlen(name));
}

static struct json *value_json(struct pool *pool, enum wire_field_kind kind, const void *at)
{
	const cql_text *text = at;
	const cql_blob *blob = at;
	const cql_texts *texts = at;
	char inet[CQL_INET_TEXT_SIZE];

	switch (kind) {
	case WIRE_TEXT:
		return text->data ? json_text(pool, text->data, text->len) : NULL;
	case WIRE_HEX:
		return blob->data ? json_hex(pool, blob->data, blob->len) : NULL;
	case WIRE_TOKEN:
		return blob->data ? json_hex(pool, blob->data, blob->len)
				  : json_new(pool, JSON_NULL);
	case WIRE_TEXTS:
		return wire_texts_json(pool, texts->at, texts->count);
	case WIRE_CONSISTENCY:
		return consistency_json(pool, *(const cql_consistency *)at);
	case WIRE_INET:
		cql_inet_format(*(const cql_inet *)at, inet);
		return json_text(pool, inet, strlen(inet));
	default:
		return integer_json(pool, kind, at);
	}
}

void wire_field_json(struct pool *pool, const struct wire_field *field, const void *from,
		     struct json *object)
{
	const char *base = from;
	struct json *j;

	if (field->has && !*(const bool *)(base + field->has))
		return;
	j = value_json(pool, field->kind, base + field->at);
	if (j)
		json_put(object, field->name, j);
}

void wire_fields_json(struct pool *pool, const struct wire_field *fields, const void *from,
		      struct json *object)
{
	for (; fields->name; fields++)
		wire_field_json(pool, fields, from, object);
}

/* ---- from JSON ------------------------------------------------------------------------------ */

bool wire_wrong(coodie_error *err, const char *name, const char *wanted)
{
	return wire_refuse(err, COODIE_ERR_INVALID, "%s: it must be %s", name, wanted);
}

bool wire_array(const struct json *object, const char *name, const struct json **out,
		coodie_error *err)
{
	*out = json_get(object, name);
	if (json_is(*out, JSON_NULL))
		*out = NULL;
	if (*out && ((*out)->kind != JSON_ARRAY || (*out)->len > UINT16_MAX))
		return wire_wrong(err, name, "an array of at most 65,535");
	return true;
}

static bool read_texts(struct wire_memory *m, const char *name, const struct json *j,
		       cql_texts *out, coodie_error *err)
{
	cql_text *at;

	if (j->kind != JSON_ARRAY || j->len > UINT16_MAX)
		return wire_wrong(err, name, "an array of strings");
	at = pool_get(&m->pool, j->len + 1, sizeof *at);
	out->at = at;
	out->count = (uint16_t)j->len;
	for (const struct json *item = j->first; item; item = item->next, at++) {
		if (item->kind != JSON_STRING)
			return wire_wrong(err, name, "an array of strings");
		*at = (cql_text){ item->text, item->len };
	}
	return true;
}

static bool read_consistency(const char *name, const struct json *j, cql_consistency *out,
			     coodie_error *err)
{
	*out = j->kind == JSON_STRING ? cql_consistency_parse(j->text) : CQL_CONSISTENCY_UNSET;
	return *out != CQL_CONSISTENCY_UNSET || wire_wrong(err, name, "a consistency level");
}

static bool read_integer(const struct wire_field *field, const struct json *j, void *to,
			 coodie_error *err)
{
	int64_t n = j->kind == JSON_TRUE;

	if (j->kind != JSON_TRUE && j->kind != JSON_FALSE && !json_to_int(j, &n))
		return wire_wrong(err, field->name, "a whole number");
	switch (field->kind) {
	case WIRE_INT32:
		*(int32_t *)to = (int32_t)n;
		return n == (int32_t)n || wire_wrong(err, field->name, "a number of 32 bits");
	case WIRE_UINT32:
		*(uint32_t *)to = (uint32_t)n;
		return n == (uint32_t)n || wire_wrong(err, field->name, "a number of 32 bits");
	case WIRE_UINT16:
		*(uint16_t *)to = (uint16_t)n;
		return n == (uint16_t)n || wire_wrong(err, field->name, "a number of 16 bits");
	case WIRE_UINT8:
		*(uint8_t *)to = (uint8_t)n;
		return n == (uint8_t)n || wire_wrong(err, field->name, "a number of 8 bits");
	case WIRE_BIT:
	case WIRE_FLAG:
		*(bool *)to = n != 0;
		return n == 0 || n == 1 || wire_wrong(err, field->name, "true or false");
	default:
		*(int64_t *)to = n;
		return true;
	}
}

static bool read_value(struct wire_memory *m, const struct wire_field *field, const struct json *j,
		       void *to, coodie_error *err)
{
	cql_blob *blob = to;

	switch (field->kind) {
	case WIRE_TEXT:
		*(cql_text *)to = (cql_text){ j->text, j->len };
		return j->kind == JSON_STRING || wire_wrong(err, field->name, "a string");
	case WIRE_HEX:
	case WIRE_TOKEN:
		return json_to_hex(&m->pool, j, &blob->data, &blob->len) ||
		       wire_wrong(err, field->name, "hexadecimal digits");
	case WIRE_TEXTS:
		return read_texts(m, field->name, j, to, err);
	case WIRE_CONSISTENCY:
		return read_consistency(field->name, j, to, err);
	case WIRE_INET:
		return (j->kind == JSON_STRING && cql_inet_parse(j->text, to, err)) ||
		       wire_wrong(err, field->name, "an address");
	default:
		return read_integer(field, j, to, err);
	}
}

bool wire_field_read(struct wire_memory *m, const struct wire_field *field,
		     const struct json *object, void *to, coodie_error *err)
{
	const struct json *j = json_get(object, field->name);
	char *base = to;

	if (!j || j->kind == JSON_NULL)
		return true;
	if (field->has)
		*(bool *)(base + field->has) = true;
	return read_value(m, field, j, base + field->at, err);
}

bool wire_fields_read(struct wire_memory *m, const struct wire_field *fields,
		      const struct json *object, void *to, coodie_error *err)
{
	for (; fields->name; fields++)
		if (!wire_field_read(m, fields, object, to, err))
			return false;
	return true;
}
