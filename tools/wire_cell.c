/* SPDX-License-Identifier: MIT */
/* Bound values and rows as JSON: bytes, and what they mean where the types are known. */
#include <string.h>

#include "tools/wire_message.h"

/* A value of a type with many parts can be long to show and short in bytes, since what is missing
 * at its end is shown as null. Beyond this much of a message, only bytes are shown. */
enum { WORK_MOST = 1 << 21, ROWS_MOST = 1 << 20 };

struct shape {
	const cql_type *type; /* NULL: not known */
	const char *name;     /* likewise */
	size_t name_len;
	size_t width; /* types that it is made of */
};

static size_t width(const cql_type *type)
{
	size_t n = 1;

	for (size_t i = 0; i < cql_type_count(type); i++)
		n += width(cql_type_at(type, i));
	return n;
}

static struct shape *known_shapes(struct pool *pool, const struct wire_columns *known, size_t count)
{
	struct shape *shapes = pool_get(pool, count + 1, sizeof *shapes);

	for (size_t i = 0; known && known->count == count && i < count; i++)
		shapes[i] = (struct shape){ known->at[i].type, known->at[i].name,
					    strlen(known->at[i].name), width(known->at[i].type) };
	return shapes;
}

static struct shape *metadata_shapes(struct pool *pool, const cql_metadata *metadata)
{
	struct shape *shapes = pool_get(pool, (size_t)metadata->column_count + 1, sizeof *shapes);

	for (size_t i = 0; i < metadata->column_count; i++) {
		const cql_column_spec *c = &metadata->columns[i];
		shapes[i] = (struct shape){ c->type, c->name.data, c->name.len, width(c->type) };
	}
	return shapes;
}

static bool affordable(struct wire_view *view, const struct shape *shape, size_t len)
{
	size_t cost = shape->width > 1 ? len / 4 + 1 : 1;

	if (shape->width > WORK_MOST || cost > (WORK_MOST - view->work) / shape->width)
		return false;
	view->work += cost * shape->width;
	return true;
}

static struct json *text(struct pool *pool, const char *at)
{
	return json_text(pool, at, strlen(at));
}

static struct json *bytes(struct pool *pool, cql_blob blob, bool is_unset)
{
	if (is_unset)
		return text(pool, "unset");
	return blob.data ? json_hex(pool, blob.data, blob.len) : json_new(pool, JSON_NULL);
}

/* The value; NULL where it is not known. */
static struct json *meaning(struct wire_view *view, const struct shape *shape, cql_blob blob)
{
	struct pool *pool = &view->memory->pool;
	coodie_error err;
	cql_value value;

	if (!shape->type || !affordable(view, shape, blob.len))
		return NULL;
	if (!cql_decode(shape->type, blob, &value, &err))
		return NULL;
	return view->readable ? text(pool, wire_value_literal(pool, shape->type, value))
			      : wire_value_json(pool, shape->type, value);
}

/* A value for people. */
static const char *shown(struct wire_view *view, const struct shape *shape, cql_blob blob)
{
	struct json *j = blob.data ? meaning(view, shape, blob) : NULL;

	if (j)
		return j->text;
	if (!blob.data)
		return "null";
	return pool_printf(&view->memory->pool, "0x%s",
			   json_hex(&view->memory->pool, blob.data, blob.len)->text);
}

/* ---- bound values --------------------------------------------------------------------------- */

static struct json *readable_bind(struct wire_view *view, const struct shape *shape,
				  const cql_bound *v)
{
	const char *name = v->name.data ? v->name.data : shape->name;
	size_t len = v->name.data ? v->name.len : shape->name_len;
	const char *value = v->is_unset ? "unset" : shown(view, shape, v->value);
	struct pool *pool = &view->memory->pool;

	return text(pool, name ? pool_printf(pool, "%.*s = %s", (int)len, name, value) : value);
}

static void add_meanings(struct wire_view *view, const struct shape *shapes,
			 const cql_bound *values, size_t count, struct json *object)
{
	struct json *decoded = json_new(&view->memory->pool, JSON_ARRAY), *j;

	for (size_t i = 0; i < count; i++) {
		j = values[i].is_unset ? text(&view->memory->pool, "unset")
				       : meaning(view, &shapes[i], values[i].value);
		json_add(decoded, j ? j : json_new(&view->memory->pool, JSON_NULL));
	}
	json_put(object, "decoded", decoded);
}

void wire_values_json(struct wire_view *view, const cql_bound *values, size_t count,
		      struct json *object)
{
	struct pool *pool = &view->memory->pool;
	struct json *array = json_put(object, "values", json_new(pool, JSON_ARRAY)), *names;
	struct shape *shapes = known_shapes(pool, view->markers, count);

	for (size_t i = 0; i < count; i++)
		json_add(array, view->readable ? readable_bind(view, &shapes[i], &values[i])
					       : bytes(pool, values[i].value, values[i].is_unset));
	if (view->readable)
		return;
	if (count && values[0].name.data) {
		names = json_put(object, "names", json_new(pool, JSON_ARRAY));
		for (size_t i = 0; i < count; i++)
			json_add(names, json_text(pool, values[i].name.data, values[i].name.len));
	}
	if (view->decode && count && shapes[0].type)
		add_meanings(view, shapes, values, count, object);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static struct json *readable_row(struct wire_view *view, const struct shape *shapes,
				 const coodie_cell *cells, size_t count)
{
	struct json *row = json_new(&view->memory->pool, JSON_STRING);
	struct bytes line = { 0 };

	bytes_add(&line, "(", 1);
	for (size_t i = 0; i < count; i++) {
		const char *value = shown(view, &shapes[i],
					  (cql_blob){ cells[i].data, cells[i].len });
		if (i)
			bytes_add(&line, ", ", 2);
		bytes_add(&line, value, strlen(value));
	}
	bytes_add(&line, ")", 1);
	row = json_text(&view->memory->pool, (const char *)line.at, line.len);
	bytes_free(&line);
	return row;
}

static struct json *plain_row(struct wire_view *view, const coodie_cell *cells, size_t count)
{
	struct json *row = json_new(&view->memory->pool, JSON_ARRAY);

	for (size_t i = 0; i < count; i++)
		json_add(row, bytes(&view->memory->pool, (cql_blob){ cells[i].data, cells[i].len },
				    false));
	return row;
}

static struct json *decoded_row(struct wire_view *view, const struct shape *shapes,
				const coodie_cell *cells, size_t count)
{
	struct json *row = json_new(&view->memory->pool, JSON_ARRAY), *j;

	for (size_t i = 0; i < count; i++) {
		j = meaning(view, &shapes[i], (cql_blob){ cells[i].data, cells[i].len });
		json_add(row, j ? j : json_new(&view->memory->pool, JSON_NULL));
	}
	return row;
}

void wire_rows_json(struct wire_view *view, const cql_result *result, struct json *object)
{
	const cql_metadata *metadata = &result->metadata;
	struct pool *pool = &view->memory->pool;
	uint32_t count = metadata->column_count, left = result->row_count;
	struct json *rows = json_put(object, "rows", json_new(pool, JSON_ARRAY)), *decoded = NULL;
	struct shape *shapes = metadata->columns ? metadata_shapes(pool, metadata)
						 : known_shapes(pool, view->columns, count);
	coodie_cell *cells = pool_get(pool, (size_t)count + 1, sizeof *cells);
	cql_blob rest = result->rows;
	coodie_error err;

	if (view->decode && !view->readable && count && shapes[0].type)
		decoded = json_put(object, "decoded", json_new(pool, JSON_ARRAY));
	while (left && (uint64_t)rows->len * (count + 1) < ROWS_MOST &&
	       cql_rows_next(&rest, cells, count, &err)) {
		left--;
		json_add(rows, view->readable ? readable_row(view, shapes, cells, count)
					      : plain_row(view, cells, count));
		if (decoded)
			json_add(decoded, decoded_row(view, shapes, cells, count));
	}
	if (left)
		json_put(object, "rows_left_out", json_int(pool, left));
}
