/* SPDX-License-Identifier: MIT */
/* Fields of a row of system_schema, by name: what is missing, null or of another type is nothing. */
#include <string.h>

#include "net/schema/schema.h"
#include "proto/notation.h"
#include "proto/value.h"

/* The i-th cell; false: the row ends before it. */
static bool cell_at(const coodie_meta_row *row, size_t i, struct cd_span *out)
{
	struct cd_reader r = cd_reader_over(row->cells, row->len);

	for (size_t n = 0; n <= i; n++)
		*out = cd_read_bytes(&r);
	return !r.failed;
}

size_t coodie_meta_row_count(const coodie_meta_row *row)
{
	return row ? row->columns->count : 0;
}

bool coodie_meta_row_at(const coodie_meta_row *row, size_t i, coodie_meta_field *out)
{
	coodie_meta_field field = { .size = sizeof field };
	struct cd_span cell;

	if (!out || i >= coodie_meta_row_count(row) || !cell_at(row, i, &cell))
		return false;
	field.name = row->columns->at[i].name.data;
	field.type = row->columns->at[i].type;
	if (!cd_value_decode(field.type, cell, &field.value, NULL))
		return false;
	*out = field;
	return true;
}

bool coodie_meta_row_find(const coodie_meta_row *row, const char *name, coodie_meta_field *out)
{
	for (size_t i = 0; name && i < coodie_meta_row_count(row); i++)
		if (strcmp(row->columns->at[i].name.data, name) == 0)
			return coodie_meta_row_at(row, i, out);
	return false;
}

cql_value cd_schema_value(const coodie_meta_row *row, const char *name)
{
	coodie_meta_field field;

	return coodie_meta_row_find(row, name, &field) ? field.value : cql_null();
}

/* A text without zero bytes, so that it can be terminated. */
static cql_text plain(cql_value v)
{
	cql_text text = { NULL, 0 };

	if (!cql_to_text(v, &text, NULL) || memchr(text.data, '\0', text.len))
		return (cql_text){ NULL, 0 };
	return text;
}

cql_text cd_schema_text(const coodie_meta_row *row, const char *name)
{
	return plain(cd_schema_value(row, name));
}

int32_t cd_schema_int(const coodie_meta_row *row, const char *name, int32_t otherwise)
{
	int32_t n = otherwise;

	cql_to_int32(cd_schema_value(row, name), &n, NULL);
	return n;
}

bool cd_schema_bool(const coodie_meta_row *row, const char *name, bool otherwise)
{
	bool b = otherwise;

	cql_to_bool(cd_schema_value(row, name), &b, NULL);
	return b;
}

bool cd_schema_list(const coodie_meta_row *row, const char *name, struct cd_schema_texts *out)
{
	cql_list list;
	cql_value item;

	*out = (struct cd_schema_texts){ 0 };
	if (!cql_to_list(cd_schema_value(row, name), &list, NULL))
		return false;
	out->it = cql_list_iter(list);
	for (cql_iter it = out->it; cql_iter_next(&it, &item);)
		out->count++;
	return true;
}

bool cd_schema_list_next(struct cd_schema_texts *t, cql_text *out)
{
	cql_value item;

	if (!cql_iter_next(&t->it, &item))
		return false;
	*out = plain(item);
	return true;
}

bool cd_schema_map(const coodie_meta_row *row, const char *name, struct cd_schema_texts *out)
{
	cql_map map;
	cql_value key, value;

	*out = (struct cd_schema_texts){ 0 };
	if (!cql_to_map(cd_schema_value(row, name), &map, NULL))
		return false;
	out->it = cql_map_iter(map);
	for (cql_iter it = out->it; cql_iter_next_pair(&it, &key, &value);)
		out->count++;
	return true;
}

bool cd_schema_map_next(struct cd_schema_texts *t, cql_text *key, cql_text *value)
{
	cql_value k, v;

	if (!cql_iter_next_pair(&t->it, &k, &v))
		return false;
	*key = plain(k);
	*value = plain(v);
	return true;
}

cql_text cd_schema_map_text(const coodie_meta_row *row, const char *name, const char *key)
{
	struct cd_schema_texts map;
	cql_text k, v;

	cd_schema_map(row, name, &map);
	while (cd_schema_map_next(&map, &k, &v))
		if (k.data && k.len == strlen(key) && memcmp(k.data, key, k.len) == 0)
			return v;
	return (cql_text){ NULL, 0 };
}

cql_text cd_schema_unfrozen(cql_text type)
{
	static const char frozen[] = "frozen<";
	const size_t len = sizeof frozen - 1;

	if (type.len > len && memcmp(type.data, frozen, len) == 0 && type.data[type.len - 1] == '>')
		type = (cql_text){ type.data + len, type.len - len - 1 };
	return type;
}
