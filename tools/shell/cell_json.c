/* SPDX-License-Identifier: MIT */
/* Values as JSON, in the forms of Cassandra's own SELECT JSON. */
#include <coodie/text.h>
#include <string.h>

#include "tools/shell/cell.h"

static struct json *number_or_text(struct pool *pool, const char *text, size_t len)
{
	struct json *j;
	bool digits = len && strspn(text, "+-.0123456789eE") == len;

	if (!digits)
		return json_text(pool, text, len);
	j = json_new(pool, JSON_NUMBER);
	j->text = pool_printf(pool, "%s", text);
	j->len = len;
	return j;
}

static struct json *literal(struct pool *pool, const cql_type *type, cql_value v)
{
	struct bytes text = { 0 };
	struct json *j;

	cell_add_raw(&text, type, v, cell_add_name);
	if (cell_is_number(type))
		j = number_or_text(pool, text_of(&text), text.len);
	else
		j = json_text(pool, text_of(&text), text.len);
	bytes_free(&text);
	return j;
}

static struct json *timestamp(struct pool *pool, cql_value v)
{
	char text[64];
	size_t len = cql_timestamp_format(v.as.timestamp, text, sizeof text);
	char *day_ends = strchr(text, 'T');

	if (day_ends)
		*day_ends = ' ';
	return json_text(pool, text, len);
}

static struct json *items(struct pool *pool, const cql_type *type, cql_iter it, bool same)
{
	struct json *array = json_new(pool, JSON_ARRAY);
	cql_value item;

	for (size_t i = 0; cql_iter_next(&it, &item); i++)
		json_add(array, cell_json(pool, cql_type_at(type, same ? 0 : i), item));
	return array;
}

static struct json *fields(struct pool *pool, const cql_type *type, cql_udt udt)
{
	struct json *object = json_new(pool, JSON_OBJECT);
	cql_iter it = cql_udt_iter(udt);
	cql_value item;

	for (size_t i = 0; i < cql_type_count(type); i++) {
		if (!cql_iter_next(&it, &item))
			item = cql_null();
		json_put(object, pool_printf(pool, "%s", cql_type_field(type, i)),
			 cell_json(pool, cql_type_at(type, i), item));
	}
	return object;
}

/* The keys of JSON's objects are texts. */
static struct json *pairs(struct pool *pool, const cql_type *type, cql_map map)
{
	struct json *object = json_new(pool, JSON_OBJECT);
	cql_iter it = cql_map_iter(map);
	cql_value key, value;

	while (cql_iter_next_pair(&it, &key, &value)) {
		struct bytes text = { 0 };
		cell_add_raw(&text, cql_type_at(type, 0), key, cell_add_name);
		json_put(object, pool_printf(pool, "%s", text_of(&text)),
			 cell_json(pool, cql_type_at(type, 1), value));
		bytes_free(&text);
	}
	return object;
}

struct json *cell_json(struct pool *pool, const cql_type *type, cql_value v)
{
	switch (v.is.tag) {
	case CQL_TAG_NULL:
		return json_new(pool, JSON_NULL);
	case CQL_TAG_BOOL:
		return json_bool(pool, v.as.boolean);
	case CQL_TAG_TIMESTAMP:
		return timestamp(pool, v);
	case CQL_TAG_LIST:
		return items(pool, type, cql_list_iter((cql_list){ v.as.seq }), true);
	case CQL_TAG_SET:
		return items(pool, type, cql_set_iter((cql_set){ v.as.seq }), true);
	case CQL_TAG_VECTOR:
		return items(pool, type, cql_vector_iter((cql_vector){ v.as.seq }), true);
	case CQL_TAG_TUPLE:
		return items(pool, type, cql_tuple_iter((cql_tuple){ v.as.seq }), false);
	case CQL_TAG_UDT:
		return fields(pool, type, (cql_udt){ v.as.seq });
	case CQL_TAG_MAP:
		return pairs(pool, type, (cql_map){ v.as.seq });
	default:
		return literal(pool, type, v);
	}
}
