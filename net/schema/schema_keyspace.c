/* SPDX-License-Identifier: MIT */
/* A keyspace out of its rows: its own fields, and what its parts share. */
#include <string.h>

#include "base/error.h"
#include "net/schema/schema_sort.h"

bool cd_schema_no_memory(coodie_error *err)
{
	return cd_no_memory(err, "the schema");
}

const char *cd_schema_copy(coodie_keyspace_meta *ks, cql_text text)
{
	return text.len ? cd_arena_strndup(&ks->arena, text.data, text.len) : "";
}

bool cd_schema_copy_some(coodie_keyspace_meta *ks, cql_text text, const char **out)
{
	*out = text.data ? cd_schema_copy(ks, text) : NULL;
	return !text.data || *out;
}

uint32_t cd_schema_count(const struct cd_schema_row *rows)
{
	uint32_t count = 0;

	for (; rows; rows = rows->next)
		count++;
	return count;
}

/* Puts a pair where it belongs by its key; options are few. */
static void insert_pair(const char **pairs, uint32_t count, const char *key, const char *value)
{
	uint32_t at = count;

	for (; at && strcmp(pairs[2 * at - 2], key) > 0; at--) {
		pairs[2 * at] = pairs[2 * at - 2];
		pairs[2 * at + 1] = pairs[2 * at - 1];
	}
	pairs[2 * at] = key;
	pairs[2 * at + 1] = value;
}

enum { REPLICATION_OPTIONS = 4096 }; /* a datacenter each */

static bool read_replication(coodie_keyspace_meta *ks)
{
	struct cd_schema_texts map;
	cql_text key, value;
	const char **pairs;

	cd_schema_map(ks->row, "replication", &map);
	if (map.count > REPLICATION_OPTIONS)
		return true;
	pairs = cd_arena_take_array(&ks->arena, 2 * ((size_t)map.count + 1), sizeof(*pairs));
	if (!pairs)
		return false;
	while (cd_schema_map_next(&map, &key, &value)) {
		const char *k = cd_schema_copy(ks, key), *v = cd_schema_copy(ks, value);

		if (!k || !v)
			return false;
		if (key.data && value.data)
			insert_pair(pairs, ks->replication_count++, k, v);
	}
	ks->replication = pairs;
	return true;
}

static void read_tablets(coodie_keyspace_meta *ks)
{
	const struct cd_schema_row *row = ks->rows[CD_SCHEMA_SCYLLA_KEYSPACES];

	ks->has_tablets = row && !cql_is_null(cd_schema_value(&row->row, "initial_tablets"));
}

bool cd_schema_keyspace_build(coodie_keyspace_meta *ks, coodie_error *err)
{
	if (!ks->rows[CD_SCHEMA_KEYSPACES])
		return true; /* it is not shown */
	ks->row = &ks->rows[CD_SCHEMA_KEYSPACES]->row;
	ks->durable_writes = cd_schema_bool(ks->row, "durable_writes", true);
	read_tablets(ks);
	return (read_replication(ks) || cd_schema_no_memory(err)) &&
	       cd_schema_types_build(ks, err) && cd_schema_tables_build(ks, err) &&
	       cd_schema_functions_build(ks, err);
}
