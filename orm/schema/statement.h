/* SPDX-License-Identifier: MIT */
/* The statements of a schema, written. */
#ifndef ORM_SCHEMA_STATEMENT_H
#define ORM_SCHEMA_STATEMENT_H

#include "orm/schema/schema.h"

void cd_put_create_keyspace(struct cd_buffer *b, const char *name,
			    const struct cd_options *options);
void cd_put_drop_keyspace(struct cd_buffer *b, const char *name);
/* A view's conditions; where nothing is said, that each column of its key is not null. */
void cd_put_where(struct cd_buffer *b, const struct cd_table *view);

/* Each appends one statement about something of a schema, and a part of it. CREATE says IF NOT EXISTS, DROP
 * says IF EXISTS. */
typedef void cd_put_fn(struct cd_buffer *b, const coodie_schema *s, const void *of,
		       const void *part);

cd_put_fn cd_put_create_type,  /* cd_udt */
	cd_put_add_field,      /* cd_udt, cd_member */
	cd_put_create_table,   /* cd_table, or a view */
	cd_put_add_column,     /* cd_table, cd_member */
	cd_put_drop_column,    /* cd_table, cd_member */
	cd_put_alter,          /* cd_table, a view, or NULL: the keyspace; cd_options */
	cd_put_create_index,   /* cd_table, cd_index */
	cd_put_scylla_index,   /* the same, of the class that ScyllaDB has for vectors */
	cd_put_target,         /* NULL, cd_index: the column, inside KEYS() and the like */
	cd_put_drop;           /* "TABLE", "MATERIALIZED VIEW", "TYPE", "INDEX"; its name */

#endif
