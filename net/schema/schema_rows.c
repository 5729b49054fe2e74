/* SPDX-License-Identifier: MIT */
/* SELECTs over system_schema and system_virtual_schema, as narrow as a change allows. */
#include "net/schema/schema_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/identifier.h"

const struct cd_schema_rows_info cd_schema_rows_infos[CD_SCHEMA_ROWS] = {
#define X(name, ks, table, key, second, target, server, optional) \
	[CD_SCHEMA_##name] = { \
		ks, table, key, second, CD_SCHEMA_##target, CD_SCHEMA_##server, optional \
	},
#include "net/schema/schema_rows.def"
#undef X
};

/* Rows of the keyspaces themselves are read whatever the filter says. */
static bool is_filtered(enum cd_schema_rows rows)
{
	return cd_schema_rows_infos[rows].key || cd_schema_rows_infos[rows].target == CD_SCHEMA_ALL;
}

static bool is_listed(const struct cd_schema_scope *scope, cql_text keyspace)
{
	for (uint32_t i = 0; i < scope->keyspace_count; i++)
		if (strlen(scope->keyspaces[i]) == keyspace.len &&
		    memcmp(scope->keyspaces[i], keyspace.data, keyspace.len) == 0)
			return true;
	return scope->target == CD_SCHEMA_ALL;
}

bool cd_schema_rows_asked(enum cd_schema_rows rows, const struct cd_schema_scope *scope,
			  cql_text keyspace)
{
	return is_listed(scope, keyspace) &&
	       (!is_filtered(rows) || cd_schema_filter_takes(&scope->filter, keyspace));
}

bool cd_schema_rows_wanted(enum cd_schema_rows rows, const struct cd_schema_scope *scope,
			   bool is_scylla)
{
	const struct cd_schema_rows_info *info = &cd_schema_rows_infos[rows];

	if (info->server != CD_SCHEMA_ANY && (info->server == CD_SCHEMA_SCYLLA) != is_scylla)
		return false;
	if (scope->target == CD_SCHEMA_ALL)
		return !is_filtered(rows) || !scope->filter.off;
	if (scope->target != CD_SCHEMA_KEYSPACE)
		return info->target == scope->target;
	for (uint32_t i = 0; i < scope->keyspace_count; i++)
		if (cd_schema_rows_asked(rows, scope, cql_text_of(scope->keyspaces[i])))
			return info->target != CD_SCHEMA_ALL;
	return false;
}

/* The keyspaces that are asked for, by name; nothing when it is all of them. */
static void put_keyspaces(struct cd_buffer *b, enum cd_schema_rows rows,
			  const struct cd_schema_scope *scope)
{
	bool all = scope->target == CD_SCHEMA_ALL;
	const char *const *names = all ? scope->filter.names : scope->keyspaces;
	uint32_t count = all ? scope->filter.count : scope->keyspace_count, named = 0;

	if (all && !is_filtered(rows))
		return;
	for (uint32_t i = 0; i < count; i++) {
		if (!cd_schema_rows_asked(rows, scope, cql_text_of(names[i])))
			continue;
		cd_buffer_text(b, named++ ? ", " : " WHERE keyspace_name IN (");
		cd_string_append(b, names[i]);
	}
	cd_buffer_text(b, named ? ")" : "");
}

bool cd_schema_rows_statement(enum cd_schema_rows rows, const struct cd_schema_scope *scope,
			      bool is_scylla, uint32_t timeout_ms, struct cd_buffer *out)
{
	const struct cd_schema_rows_info *info = &cd_schema_rows_infos[rows];
	char timeout[48];

	cd_buffer_text(out, "SELECT * FROM ");
	cd_buffer_text(out, info->keyspace);
	cd_buffer_text(out, ".");
	cd_buffer_text(out, info->table);
	put_keyspaces(out, rows, scope);
	if (scope->target > CD_SCHEMA_KEYSPACE) {
		cd_buffer_text(out, " AND ");
		cd_buffer_text(out, info->key);
		cd_buffer_text(out, " = ");
		cd_string_append(out, scope->name);
	}
	if (is_scylla && timeout_ms) {
		snprintf(timeout, sizeof timeout, " USING TIMEOUT %" PRIu32 "ms", timeout_ms);
		cd_buffer_text(out, timeout);
	}
	return !out->failed;
}
