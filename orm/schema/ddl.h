/* SPDX-License-Identifier: MIT */
/* The statements of the schema, written. */
#ifndef ORM_SCHEMA_DDL_H
#define ORM_SCHEMA_DDL_H

#include <coodie/schema.h>

#include "base/buffer.h"
#include "orm/model/model.h"

void cd_ddl_put_number(struct cd_buffer *b, uint32_t number);
/* A CQL string: quotes inside are doubled. */
void cd_ddl_put_string(struct cd_buffer *b, const char *text);

/* CREATE TABLE IF NOT EXISTS. */
void cd_ddl_create_table(struct cd_buffer *b, const struct cd_model *m);
/* PRIMARY KEY ((...), ...). */
void cd_ddl_put_key(struct cd_buffer *b, const struct cd_model *m);
/* " WITH " and the model's clustering order, TTL, comment and options, if there are any, and then `more`; NULL:
 * no more. */
void cd_ddl_put_options(struct cd_buffer *b, const struct cd_model *m, const char *more);
/* CREATE KEYSPACE IF NOT EXISTS. */
void cd_ddl_create_keyspace(struct cd_buffer *b, const char *name, const coodie_keyspace *options);

#endif
