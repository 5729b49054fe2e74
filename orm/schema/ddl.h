/* SPDX-License-Identifier: MIT */
/* The statements of the schema, written. */
#ifndef ORM_SCHEMA_DDL_H
#define ORM_SCHEMA_DDL_H

#include <coodie/schema.h>

#include "base/buffer.h"
#include "orm/model/model.h"

void cd_ddl_put(struct cd_buffer *b, const char *text);
void cd_ddl_put_number(struct cd_buffer *b, uint32_t number);
/* A CQL string: quotes inside are doubled. */
void cd_ddl_put_string(struct cd_buffer *b, const char *text);

/* CREATE TABLE IF NOT EXISTS. */
void cd_ddl_create_table(struct cd_buffer *b, const struct cd_model *m);
/* PRIMARY KEY ((...), ...), and " WITH CLUSTERING ORDER BY (...)", if there are any; what follows
 * begins with what is returned: " WITH " or " AND ". */
void cd_ddl_put_key(struct cd_buffer *b, const struct cd_model *m);
const char *cd_ddl_put_order(struct cd_buffer *b, const struct cd_model *m);
/* CREATE KEYSPACE IF NOT EXISTS. */
void cd_ddl_create_keyspace(struct cd_buffer *b, const char *name, const coodie_keyspace *options);

#endif
