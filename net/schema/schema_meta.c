/* SPDX-License-Identifier: MIT */
/* What users ask of keyspaces, tables, functions: nothing here allocates, or fails. */
#include <string.h>

#include "net/schema/snapshot.h"

/* ---- keyspaces ------------------------------------------------------------------------------- */

size_t coodie_metadata_keyspace_count(const coodie_metadata *md)
{
	return md && md->schema ? md->schema->keyspace_count : 0;
}

const coodie_keyspace_meta *coodie_metadata_keyspace_at(const coodie_metadata *md, size_t i)
{
	return i < coodie_metadata_keyspace_count(md) ? md->schema->keyspaces[i] : NULL;
}

const coodie_keyspace_meta *coodie_metadata_keyspace(const coodie_metadata *md, const char *name)
{
	return md ? cd_schema_keyspace(md->schema, name) : NULL;
}

const char *coodie_keyspace_meta_name(const coodie_keyspace_meta *ks)
{
	return ks ? ks->name : NULL;
}

bool coodie_keyspace_meta_is_virtual(const coodie_keyspace_meta *ks)
{
	return ks && ks->is_virtual;
}

bool coodie_keyspace_meta_is_durable(const coodie_keyspace_meta *ks)
{
	return ks && ks->durable_writes;
}

bool coodie_keyspace_meta_has_tablets(const coodie_keyspace_meta *ks)
{
	return ks && ks->has_tablets;
}

size_t coodie_keyspace_meta_replication_count(const coodie_keyspace_meta *ks)
{
	return ks ? ks->replication_count : 0;
}

bool coodie_keyspace_meta_replication_at(const coodie_keyspace_meta *ks, size_t i, const char **key,
					 const char **value)
{
	if (i >= coodie_keyspace_meta_replication_count(ks))
		return false;
	if (key)
		*key = ks->replication[2 * i];
	if (value)
		*value = ks->replication[2 * i + 1];
	return true;
}

const char *coodie_keyspace_meta_replication(const coodie_keyspace_meta *ks, const char *key)
{
	const char *name, *value;

	for (size_t i = 0; key && coodie_keyspace_meta_replication_at(ks, i, &name, &value); i++)
		if (strcmp(name, key) == 0)
			return value;
	return NULL;
}

const coodie_meta_row *coodie_keyspace_meta_row(const coodie_keyspace_meta *ks)
{
	return ks ? ks->row : NULL;
}

/* ---- what is in a keyspace ------------------------------------------------------------------- */

/* Where a name is in an array of structs that are sorted by the name they begin with, or that lies
 * `offset` bytes behind their beginning: of several, the first. NULL: none. */
static const void *find(const void *array, size_t count, size_t size, size_t offset,
			const char *name)
{
	const char *base = array, *found;
	size_t low = 0, high = name ? count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		memcpy(&found, base + middle * size + offset, sizeof found);
		if (strcmp(name, found) <= 0)
			high = middle;
		else
			low = middle + 1;
	}
	if (!name || low == count)
		return NULL;
	memcpy(&found, base + low * size + offset, sizeof found);
	return strcmp(name, found) == 0 ? base + low * size : NULL;
}

#define FIND(array, count, type, member, name) \
	((const type *)find((array), (count), sizeof(type), offsetof(type, member), (name)))

size_t coodie_keyspace_meta_table_count(const coodie_keyspace_meta *ks)
{
	return ks ? ks->table_count : 0;
}

const coodie_table_meta *coodie_keyspace_meta_table_at(const coodie_keyspace_meta *ks, size_t i)
{
	return i < coodie_keyspace_meta_table_count(ks) ? &ks->tables[i] : NULL;
}

const coodie_table_meta *coodie_keyspace_meta_table(const coodie_keyspace_meta *ks,
						    const char *name)
{
	return ks ? FIND(ks->tables, ks->table_count, coodie_table_meta, name, name) : NULL;
}

size_t coodie_keyspace_meta_type_count(const coodie_keyspace_meta *ks)
{
	return ks ? ks->type_count : 0;
}

const cql_type *coodie_keyspace_meta_type_at(const coodie_keyspace_meta *ks, size_t i)
{
	return i < coodie_keyspace_meta_type_count(ks) ? ks->ordered_types[i]->type : NULL;
}

const cql_type *coodie_keyspace_meta_type(const coodie_keyspace_meta *ks, const char *name)
{
	const struct cd_schema_type *t = ks && name ? cd_schema_type_find(ks, name) : NULL;

	return t ? t->type : NULL;
}

size_t coodie_keyspace_meta_function_count(const coodie_keyspace_meta *ks)
{
	return ks ? ks->function_count : 0;
}

const coodie_function_meta *coodie_keyspace_meta_function_at(const coodie_keyspace_meta *ks,
							     size_t i)
{
	return i < coodie_keyspace_meta_function_count(ks) ? &ks->functions[i] : NULL;
}

size_t coodie_keyspace_meta_aggregate_count(const coodie_keyspace_meta *ks)
{
	return ks ? ks->aggregate_count : 0;
}

const coodie_function_meta *coodie_keyspace_meta_aggregate_at(const coodie_keyspace_meta *ks,
							      size_t i)
{
	return i < coodie_keyspace_meta_aggregate_count(ks) ? &ks->aggregates[i] : NULL;
}

/* The next character of a list of types, without the blanks, which mean nothing in it; `end` stands
 * for the end. */
static char next_char(const char **at, char end)
{
	while (**at == ' ' || **at == '\t')
		++*at;
	return **at == end || !**at ? '\0' : *(*at)++;
}

static bool same_arguments(const coodie_function_meta *fn, const char *arguments)
{
	const char *a = fn->signature + strlen(fn->name) + 1;
	char x, y;

	do {
		x = next_char(&a, ')');
		y = next_char(&arguments, '\0');
	} while (x == y && x);
	return x == y;
}

static const coodie_function_meta *find_function(const coodie_function_meta *list, uint32_t count,
						 const char *name, const char *arguments)
{
	const coodie_function_meta *fn = FIND(list, count, coodie_function_meta, name, name);

	for (; fn && arguments && !same_arguments(fn, arguments); fn++)
		if (fn + 1 == list + count || strcmp(fn[1].name, name) != 0)
			return NULL;
	return fn;
}

const coodie_function_meta *coodie_keyspace_meta_function(const coodie_keyspace_meta *ks,
							  const char *name, const char *arguments)
{
	return ks ? find_function(ks->functions, ks->function_count, name, arguments) : NULL;
}

const coodie_function_meta *coodie_keyspace_meta_aggregate(const coodie_keyspace_meta *ks,
							   const char *name, const char *arguments)
{
	return ks ? find_function(ks->aggregates, ks->aggregate_count, name, arguments) : NULL;
}

/* ---- tables ---------------------------------------------------------------------------------- */

const char *coodie_table_meta_name(const coodie_table_meta *t)
{
	return t ? t->name : NULL;
}

const coodie_keyspace_meta *coodie_table_meta_keyspace(const coodie_table_meta *t)
{
	return t ? t->keyspace : NULL;
}

const char *coodie_table_meta_base(const coodie_table_meta *t)
{
	return t ? t->base : NULL;
}

size_t coodie_table_meta_column_count(const coodie_table_meta *t)
{
	return t ? t->column_count : 0;
}

const coodie_column_meta *coodie_table_meta_column_at(const coodie_table_meta *t, size_t i)
{
	return i < coodie_table_meta_column_count(t) ? &t->columns[i]->is : NULL;
}

const coodie_column_meta *coodie_table_meta_column(const coodie_table_meta *t, const char *name)
{
	const struct cd_schema_column *c = t ? FIND(t->by_name, t->column_count,
						    struct cd_schema_column, is.name, name)
					     : NULL;

	return c ? &c->is : NULL;
}

size_t coodie_table_meta_partition_key_count(const coodie_table_meta *t)
{
	return t ? t->partition_key_count : 0;
}

size_t coodie_table_meta_clustering_count(const coodie_table_meta *t)
{
	return t ? t->clustering_count : 0;
}

size_t coodie_table_meta_index_count(const coodie_table_meta *t)
{
	return t ? t->index_count : 0;
}

const coodie_index_meta *coodie_table_meta_index_at(const coodie_table_meta *t, size_t i)
{
	return i < coodie_table_meta_index_count(t) ? &t->indexes[i].is : NULL;
}

const coodie_index_meta *coodie_table_meta_index(const coodie_table_meta *t, const char *name)
{
	const struct cd_schema_index *index = t ? FIND(t->indexes, t->index_count,
						       struct cd_schema_index, is.name, name)
						: NULL;

	return index ? &index->is : NULL;
}

size_t coodie_table_meta_view_count(const coodie_table_meta *t)
{
	return t ? t->view_count : 0;
}

const coodie_table_meta *coodie_table_meta_view_at(const coodie_table_meta *t, size_t i)
{
	return i < coodie_table_meta_view_count(t) ? t->views[i] : NULL;
}

const coodie_meta_row *coodie_table_meta_row(const coodie_table_meta *t)
{
	return t ? t->row : NULL;
}

const coodie_meta_row *coodie_column_meta_row(const coodie_column_meta *column)
{
	return column ? ((const struct cd_schema_column *)(const void *)column)->row : NULL;
}

const coodie_meta_row *coodie_index_meta_row(const coodie_index_meta *index)
{
	return index ? ((const struct cd_schema_index *)(const void *)index)->row : NULL;
}

/* ---- functions ------------------------------------------------------------------------------- */

/* X(function, C type, member) */
#define MEMBERS \
	X(coodie_function_meta_name, const char *, name) \
	X(coodie_function_meta_signature, const char *, signature) \
	X(coodie_function_meta_return_type, const cql_type *, return_type) \
	X(coodie_function_meta_language, const char *, language) \
	X(coodie_function_meta_body, const char *, body) \
	X(coodie_function_meta_state_type, const cql_type *, state_type) \
	X(coodie_function_meta_state_function, const char *, state_function) \
	X(coodie_function_meta_final_function, const char *, final_function) \
	X(coodie_function_meta_initial, const char *, initial) \
	X(coodie_function_meta_row, const coodie_meta_row *, row)

#define X(function, c_type, member) \
	c_type function(const coodie_function_meta *fn) \
	{ \
		return fn ? fn->member : NULL; \
	}
MEMBERS
#undef X

bool coodie_function_meta_is_aggregate(const coodie_function_meta *fn)
{
	return fn && fn->is_aggregate;
}

bool coodie_function_meta_is_called_on_null(const coodie_function_meta *fn)
{
	return fn && fn->called_on_null;
}

size_t coodie_function_meta_argument_count(const coodie_function_meta *fn)
{
	return fn ? fn->argument_count : 0;
}

const cql_type *coodie_function_meta_argument_type(const coodie_function_meta *fn, size_t i)
{
	return i < coodie_function_meta_argument_count(fn) ? fn->argument_types[i] : NULL;
}

const char *coodie_function_meta_argument_name(const coodie_function_meta *fn, size_t i)
{
	return i < coodie_function_meta_argument_count(fn) && fn->argument_names
		       ? fn->argument_names[i]
		       : NULL;
}
