/* SPDX-License-Identifier: MIT */
/* The statements of a schema, written. */
#ifndef ORM_SCHEMA_STATEMENT_H
#define ORM_SCHEMA_STATEMENT_H

#include "orm/schema/schema.h"

/* Each appends one statement. CREATE says IF NOT EXISTS, DROP says IF EXISTS. */
void cd_put_create_keyspace(struct cd_buffer *b, const char *name, const struct cd_options *options);
void cd_put_drop_keyspace(struct cd_buffer *b, const char *name);
void cd_put_create_type(struct cd_buffer *b, const coodie_schema *s, const struct cd_udt *t);
void cd_put_add_field(struct cd_buffer *b, const coodie_schema *s, const struct cd_udt *t,
		      const struct cd_member *field);
void cd_put_create_table(struct cd_buffer *b, const coodie_schema *s, const struct cd_table *t);
void cd_put_add_column(struct cd_buffer *b, const coodie_schema *s, const struct cd_table *t,
		       const struct cd_member *column);
void cd_put_drop_column(struct cd_buffer *b, const coodie_schema *s, const struct cd_table *t,
			const struct cd_member *column);
/* Of a table or a view; of the keyspace where that is NULL. */
void cd_put_alter(struct cd_buffer *b, const coodie_schema *s, const struct cd_table *t,
		  const struct cd_options *options);
/* `class_name` NULL: its own. */
void cd_put_create_index(struct cd_buffer *b, const coodie_schema *s, const struct cd_table *t,
			 const struct cd_index *i, const char *class_name);
/* DROP of a "TABLE", "MATERIALIZED VIEW", "TYPE", "INDEX" of this name. */
void cd_put_drop(struct cd_buffer *b, const coodie_schema *s, const char *what, const char *name);

/* The column's name, inside KEYS() and the like. */
void cd_put_target(struct cd_buffer *b, const struct cd_index *i);
/* What ScyllaDB calls the class of vectors. */
#define CD_INDEX_SCYLLA_VECTOR "vector_index"

#endif
