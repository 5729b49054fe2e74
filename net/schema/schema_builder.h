/* SPDX-License-Identifier: MIT */
/* Makes a schema out of the rows of system_schema, page by page and keyspace by keyspace, so that a
 * large one does not hold up a loop (U13). No I/O. */
#ifndef NET_SCHEMA_BUILDER_H
#define NET_SCHEMA_BUILDER_H

#include "net/schema/schema.h"

enum { CD_SCHEMA_MAX_ROWS = 16 << 20 }; /* more are no schema but an attack */

struct cd_schema_builder;

/* @param previous  what is narrowed by the scope, and shared where nothing has changed; NULL: none
 * @param scope     copied. One that is narrower than a keyspace needs that keyspace in `previous` */
struct cd_schema_builder *cd_schema_builder_new(const coodie_allocator *a,
						struct cd_schema *previous,
						const struct cd_schema_scope *scope,
						coodie_error *err);
void cd_schema_builder_free(struct cd_schema_builder *b); /* NULL is fine */
/* Its copy of the scope, which lives as long. */
const struct cd_schema_scope *cd_schema_builder_scope(const struct cd_schema_builder *b);
/* Adds a page of the statement of that name; the order of statements and pages is free. The page
 * stays the caller's. COODIE_ERR_PROTOCOL: no rows, or no names in them; COODIE_ERR_LIMIT. */
bool cd_schema_builder_feed(struct cd_schema_builder *b, enum cd_schema_rows rows,
			    coodie_result *page, coodie_error *err);
/* Builds one keyspace. *out is NULL as long as there is more to do; then the schema, with one
 * reference. After a failure the builder may only be freed. */
bool cd_schema_builder_step(struct cd_schema_builder *b, struct cd_schema **out, coodie_error *err);

#endif
