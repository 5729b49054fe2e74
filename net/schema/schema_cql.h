/* SPDX-License-Identifier: MIT */
/* Parts of statements that describe a schema. */
#ifndef NET_SCHEMA_CQL_H
#define NET_SCHEMA_CQL_H

#include "net/schema/schema.h"
#include "proto/print.h"

/* A name in quotes where it needs them; NULL is nothing. */
void cd_schema_cql_name(struct cd_print *p, const char *name);
/* keyspace.name */
void cd_schema_cql_qualified(struct cd_print *p, const coodie_keyspace_meta *ks, const char *name);
/* A text as it stands. */
void cd_schema_cql_text(struct cd_print *p, cql_text text);
/* A value as a literal that Cassandra would write. */
void cd_schema_cql_value(struct cd_print *p, const coodie_meta_field *field);

void cd_schema_cql_keyspace(struct cd_print *p, const coodie_keyspace_meta *ks);
void cd_schema_cql_type(struct cd_print *p, const coodie_keyspace_meta *ks,
			const struct cd_schema_type *type);
void cd_schema_cql_function(struct cd_print *p, const coodie_function_meta *fn);
void cd_schema_cql_index(struct cd_print *p, const struct cd_schema_index *index);
void cd_schema_cql_table(struct cd_print *p, const coodie_table_meta *t);

#endif
