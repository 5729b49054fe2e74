/* SPDX-License-Identifier: MIT */
/* SELECTs over system_schema and system_virtual_schema, as narrow as a change allows. */
#include "net/schema_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct cd_schema_rows_info cd_schema_rows_infos[CD_SCHEMA_ROWS] = {
#define X(name, ks, table, key, second, target, server, optional) \
	[CD_SCHEMA_##name] = { \
		ks, table, key, second, CD_SCHEMA_##target, CD_SCHEMA_##server, optional \
	},
#include "net/schema_rows.def"
#undef X
};

bool cd_schema_rows_wanted(enum cd_schema_rows rows, const struct cd_schema_scope *scope,
			   bool is_scylla)
{
	const struct cd_schema_rows_info *info = &cd_schema_rows_infos[rows];

	if (info->server != CD_SCHEMA_ANY && (info->server == CD_SCHEMA_SCYLLA) != is_scylla)
		return false;
	if (scope->target == CD_SCHEMA_ALL)
		return true;
	return scope->target == CD_SCHEMA_KEYSPACE ? info->target != CD_SCHEMA_ALL
						   : info->target == scope->target;
}

static void put(struct cd_buffer *b, const char *text)
{
	cd_buffer_bytes(b, text, strlen(text));
}

static void put_literal(struct cd_buffer *b, const char *text)
{
	cd_buffer_u8(b, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			cd_buffer_u8(b, '\'');
		cd_buffer_u8(b, (uint8_t)*text);
	}
	cd_buffer_u8(b, '\'');
}

static void put_keyspaces(struct cd_buffer *b, const struct cd_schema_scope *scope)
{
	bool one = scope->keyspace_count == 1;

	put(b, " WHERE keyspace_name ");
	put(b, one ? "= " : "IN (");
	for (uint32_t i = 0; i < scope->keyspace_count; i++) {
		put(b, i ? ", " : "");
		put_literal(b, scope->keyspaces[i]);
	}
	put(b, one ? "" : ")");
}

bool cd_schema_rows_statement(enum cd_schema_rows rows, const struct cd_schema_scope *scope,
			      bool is_scylla, uint32_t timeout_ms, struct cd_buffer *out)
{
	const struct cd_schema_rows_info *info = &cd_schema_rows_infos[rows];
	char timeout[48];

	put(out, "SELECT * FROM ");
	put(out, info->keyspace);
	put(out, ".");
	put(out, info->table);
	if (scope->keyspace_count)
		put_keyspaces(out, scope);
	if (scope->target > CD_SCHEMA_KEYSPACE) {
		put(out, " AND ");
		put(out, info->key);
		put(out, " = ");
		put_literal(out, scope->name);
	}
	if (is_scylla && timeout_ms) {
		snprintf(timeout, sizeof timeout, " USING TIMEOUT %" PRIu32 "ms", timeout_ms);
		put(out, timeout);
	}
	return !out->failed;
}
