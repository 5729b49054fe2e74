/* SPDX-License-Identifier: MIT */
/* RESULT between cql_result and JSON. */
#include <string.h>

#include "tools/wire_field.h"
#include "tools/wire_message.h"

static const struct {
	const char *name;
	enum coodie_result_kind kind;
} kinds[] = {
	{ "void", COODIE_RESULT_VOID },
	{ "rows", COODIE_RESULT_ROWS },
	{ "set_keyspace", COODIE_RESULT_SET_KEYSPACE },
	{ "prepared", COODIE_RESULT_PREPARED },
	{ "schema_change", COODIE_RESULT_SCHEMA_CHANGE },
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct wire_field column_fields[] = {
	WIRE_FIELD(cql_column_spec, "keyspace", WIRE_TEXT, keyspace),
	WIRE_FIELD(cql_column_spec, "table", WIRE_TEXT, table),
	WIRE_FIELD(cql_column_spec, "name", WIRE_TEXT, name),
	{ NULL, WIRE_TEXT, 0, 0 },
};
static const struct wire_field metadata_fields[] = {
	WIRE_FIELD(cql_metadata, "paging_state", WIRE_HEX, paging_state),
	WIRE_FIELD(cql_metadata, "new_metadata_id", WIRE_HEX, new_metadata_id),
	{ NULL, WIRE_TEXT, 0, 0 },
};
static const struct wire_field prepared_fields[] = {
	WIRE_FIELD(cql_result, "id", WIRE_HEX, id),
	WIRE_FIELD(cql_result, "result_metadata_id", WIRE_HEX, metadata_id),
	{ NULL, WIRE_TEXT, 0, 0 },
};
static const struct wire_field keyspace_field = WIRE_FIELD(cql_result, "keyspace", WIRE_TEXT,
							   keyspace);
static const struct wire_field extra_flags_field = WIRE_FIELD(cql_markers, "extra_flags",
							      WIRE_UINT32, extra_flags);
static const struct wire_field schema_fields[] = {
	WIRE_FIELD(cql_schema_change, "change_type", WIRE_TEXT, change),
	WIRE_FIELD(cql_schema_change, "target", WIRE_TEXT, target),
	WIRE_FIELD(cql_schema_change, "keyspace", WIRE_TEXT, keyspace),
	WIRE_FIELD(cql_schema_change, "object", WIRE_TEXT, name),
	{ NULL, WIRE_TEXT, 0, 0 },
};
static const struct wire_field arguments_field = WIRE_FIELD(cql_schema_change, "arguments",
							    WIRE_TEXTS, arguments);

/* ---- to JSON -------------------------------------------------------------------------------- */

static bool is(cql_text text, const char *word)
{
	return text.len == strlen(word) && !memcmp(text.data, word, text.len);
}

void wire_schema_json(struct pool *pool, const cql_schema_change *change, struct json *body)
{
	wire_fields_json(pool, schema_fields, change, body);
	if (is(change->target, "FUNCTION") || is(change->target, "AGGREGATE"))
		wire_field_json(pool, &arguments_field, change, body);
}

static struct json *column_json(struct wire_view *view, const cql_column_spec *c)
{
	struct pool *pool = &view->memory->pool;
	const char *type = wire_type_spell(pool, c->type);
	struct json *j;

	if (view->readable) {
		const char *line = pool_printf(pool, "%.*s.%.*s.%.*s %s", (int)c->keyspace.len,
					       c->keyspace.data, (int)c->table.len, c->table.data,
					       (int)c->name.len, c->name.data, type);
		return json_text(pool, line, strlen(line));
	}
	j = json_new(pool, JSON_OBJECT);
	wire_fields_json(pool, column_fields, c, j);
	json_put(j, "type", json_text(pool, type, strlen(type)));
	return j;
}

static void columns_json(struct wire_view *view, const cql_column_spec *columns, uint32_t count,
			 struct json *object)
{
	struct json *array = json_put(object, "columns", json_new(&view->memory->pool, JSON_ARRAY));

	for (uint32_t i = 0; i < count; i++)
		json_add(array, column_json(view, &columns[i]));
}

static void metadata_json(struct wire_view *view, const char *name, const cql_metadata *metadata,
			  struct json *body)
{
	struct pool *pool = &view->memory->pool;
	struct json *j = json_put(body, name, json_new(pool, JSON_OBJECT));

	if (metadata->columns) {
		columns_json(view, metadata->columns, metadata->column_count, j);
	} else {
		json_put(j, "columns", json_new(pool, JSON_NULL));
		json_put(j, "column_count", json_int(pool, metadata->column_count));
	}
	wire_fields_json(pool, metadata_fields, metadata, j);
}

static void prepared_json(struct wire_view *view, const cql_result *result, struct json *body)
{
	struct pool *pool = &view->memory->pool;
	const cql_markers *markers = &result->markers;
	struct json *variables, *indexes;

	wire_fields_json(pool, prepared_fields, result, body);
	variables = json_put(body, "variables", json_new(pool, JSON_OBJECT));
	columns_json(view, markers->columns, markers->column_count, variables);
	indexes = json_put(variables, "pk_indexes", json_new(pool, JSON_ARRAY));
	for (uint32_t i = 0; i < markers->key_count; i++)
		json_add(indexes, json_int(pool, markers->key_indexes[i]));
	wire_field_json(pool, &extra_flags_field, markers, variables);
	metadata_json(view, "result", &result->metadata, body);
}

void wire_result_json(struct wire_view *view, const cql_result *result, struct json *body)
{
	struct pool *pool = &view->memory->pool;

	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == result->kind)
			json_put(body, "kind",
				 json_text(pool, kinds[i].name, strlen(kinds[i].name)));
	switch (result->kind) {
	case COODIE_RESULT_ROWS:
		metadata_json(view, "metadata", &result->metadata, body);
		wire_rows_json(view, result, body);
		break;
	case COODIE_RESULT_SET_KEYSPACE:
		wire_field_json(pool, &keyspace_field, result, body);
		break;
	case COODIE_RESULT_PREPARED:
		prepared_json(view, result, body);
		break;
	case COODIE_RESULT_SCHEMA_CHANGE:
		wire_schema_json(pool, &result->change, body);
		break;
	default:
		break;
	}
}

/* ---- from JSON ------------------------------------------------------------------------------ */

bool wire_schema_read(struct wire_memory *m, const struct json *body, cql_schema_change *change,
		      coodie_error *err)
{
	return wire_fields_read(m, schema_fields, body, change, err) &&
	       wire_field_read(m, &arguments_field, body, change, err);
}

static bool read_columns(struct wire_memory *m, const struct json *array,
			 const cql_column_spec **out, uint32_t *count, coodie_error *err)
{
	cql_column_spec *c = pool_get(&m->pool, array->len + 1, sizeof *c);

	*out = c;
	*count = (uint32_t)array->len;
	for (const struct json *j = array->first; j; j = j->next, c++) {
		const char *type = json_string_at(j, "type");
		if (!wire_fields_read(m, column_fields, j, c, err))
			return false;
		if (!type)
			return wire_wrong(err, "type", "a string");
		c->type = wire_type_parse(m, type, err);
		if (!c->type)
			return false;
	}
	return true;
}

static bool read_metadata(struct wire_memory *m, const struct json *j, cql_metadata *metadata,
			  coodie_error *err)
{
	const struct json *columns;
	int64_t count;

	if (!json_is(j, JSON_OBJECT))
		return wire_wrong(err, "metadata", "an object");
	if (!wire_array(j, "columns", &columns, err) ||
	    !wire_fields_read(m, metadata_fields, j, metadata, err))
		return false;
	if (columns)
		return read_columns(m, columns, &metadata->columns, &metadata->column_count, err);
	if (!json_to_int(json_get(j, "column_count"), &count) || count < 0 || count > INT32_MAX)
		return wire_wrong(err, "column_count", "a number where there are no columns");
	metadata->column_count = (uint32_t)count;
	return true;
}

static bool read_indexes(struct wire_memory *m, const struct json *variables, cql_markers *markers,
			 coodie_error *err)
{
	const struct json *array;
	uint16_t *indexes;
	int64_t n;

	if (!wire_array(variables, "pk_indexes", &array, err))
		return false;
	indexes = pool_get(&m->pool, array ? array->len + 1 : 1, sizeof *indexes);
	markers->key_indexes = indexes;
	for (const struct json *j = array ? array->first : NULL; j; j = j->next) {
		if (!json_to_int(j, &n) || n != (uint16_t)n)
			return wire_wrong(err, "pk_indexes", "an array of small numbers");
		indexes[markers->key_count++] = (uint16_t)n;
	}
	return true;
}

static bool read_prepared(struct wire_memory *m, const struct json *body, cql_result *result,
			  coodie_error *err)
{
	const struct json *variables = json_get(body, "variables"), *columns;

	if (!wire_fields_read(m, prepared_fields, body, result, err) ||
	    !wire_array(variables, "columns", &columns, err))
		return false;
	if (!columns)
		return wire_wrong(err, "variables", "an object with columns");
	return read_columns(m, columns, &result->markers.columns, &result->markers.column_count,
			    err) &&
	       read_indexes(m, variables, &result->markers, err) &&
	       wire_field_read(m, &extra_flags_field, variables, &result->markers, err) &&
	       read_metadata(m, json_get(body, "result"), &result->metadata, err);
}

static void add_int(struct bytes *out, uint32_t n)
{
	const uint8_t wire[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
				  (uint8_t)n };

	bytes_add(out, wire, sizeof wire);
}

static bool add_row(struct wire_memory *m, const struct json *row, uint32_t columns,
		    struct bytes *out, coodie_error *err)
{
	cql_blob cell;

	if (row->kind != JSON_ARRAY || row->len != columns)
		return wire_wrong(err, "rows", "arrays of as many cells as there are columns");
	for (const struct json *j = row->first; j; j = j->next) {
		if (j->kind == JSON_NULL) {
			add_int(out, UINT32_MAX);
			continue;
		}
		if (!json_to_hex(&m->pool, j, &cell.data, &cell.len))
			return wire_wrong(err, "rows", "cells of hexadecimal digits or null");
		add_int(out, (uint32_t)cell.len);
		bytes_add(out, cell.data, cell.len);
	}
	return true;
}

static bool read_rows(struct wire_memory *m, const struct json *body, cql_result *result,
		      coodie_error *err)
{
	const struct json *rows = json_get(body, "rows");
	struct bytes out = { 0 };
	uint8_t *copy;
	bool ok;

	if (!read_metadata(m, json_get(body, "metadata"), &result->metadata, err))
		return false;
	ok = json_is(rows, JSON_ARRAY) || wire_wrong(err, "rows", "an array");
	for (const struct json *row = ok ? rows->first : NULL; row && ok; row = row->next)
		ok = add_row(m, row, result->metadata.column_count, &out, err);
	copy = pool_get(&m->pool, out.len + 1, 1);
	if (out.len)
		memcpy(copy, out.at, out.len);
	result->rows = (cql_blob){ copy, out.len };
	result->row_count = ok ? (uint32_t)rows->len : 0;
	bytes_free(&out);
	return ok;
}

bool wire_result_read(struct wire_memory *m, const struct json *body, cql_result *result,
		      coodie_error *err)
{
	const char *kind = json_string_at(body, "kind");

	for (size_t i = 0; kind && i < KINDS; i++)
		if (!strcmp(kinds[i].name, kind))
			result->kind = kinds[i].kind;
	switch (result->kind) {
	case COODIE_RESULT_VOID:
		return true;
	case COODIE_RESULT_ROWS:
		return read_rows(m, body, result, err);
	case COODIE_RESULT_SET_KEYSPACE:
		return wire_field_read(m, &keyspace_field, body, result, err);
	case COODIE_RESULT_PREPARED:
		return read_prepared(m, body, result, err);
	case COODIE_RESULT_SCHEMA_CHANGE:
		return wire_schema_read(m, body, &result->change, err);
	default:
		return wire_wrong(err, "kind",
				  "void, rows, set_keyspace, prepared or schema_change");
	}
}
