/* SPDX-License-Identifier: MIT */
/* The statements that the schema is read with. */
#ifndef NET_SCHEMA_ROWS_H
#define NET_SCHEMA_ROWS_H

#include <coodie/value.h>

#include "net/schema/schema_scope.h"

enum cd_schema_server { CD_SCHEMA_ANY, CD_SCHEMA_CASSANDRA, CD_SCHEMA_SCYLLA };

enum cd_schema_rows {
#define X(name, ks, table, key, second, target, server, optional) CD_SCHEMA_##name,
#include "net/schema/schema_rows.def"
#undef X
	CD_SCHEMA_ROWS
};

struct cd_schema_rows_info {
	const char *keyspace, *table;
	const char *key, *second; /* columns besides keyspace_name that name a row; NULL: none */
	enum cd_schema_target target;
	enum cd_schema_server server;
	bool optional; /* a server that does not know the table (0x2200) has no such rows */
};

extern const struct cd_schema_rows_info cd_schema_rows_infos[CD_SCHEMA_ROWS];

/* Whether a read of this scope asks for these rows of a keyspace. */
bool cd_schema_rows_asked(enum cd_schema_rows rows, const struct cd_schema_scope *scope,
			  cql_text keyspace);
/* Whether a read of this scope asks for these rows at all. */
bool cd_schema_rows_wanted(enum cd_schema_rows rows, const struct cd_schema_scope *scope,
			   bool is_scylla);
/* Appends the statement, to be run unprepared, paged, at the control connection's consistency (ONE).
 * @param timeout_ms  of ScyllaDB's own (S16); 0: none. Others are not told
 * @return whether there was memory for it */
bool cd_schema_rows_statement(enum cd_schema_rows rows, const struct cd_schema_scope *scope,
			      bool is_scylla, uint32_t timeout_ms, struct cd_buffer *out);

#endif
