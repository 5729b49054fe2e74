/* SPDX-License-Identifier: MIT */
/* Values as JSON: to_json() and SELECT JSON. */
#ifndef NODE_JSON_PRINT_H
#define NODE_JSON_PRINT_H

#include "node/server/request.h"

/* Appends a text in double quotes, with what has to be escaped escaped. */
void nd_json_text(struct cd_buffer *out, const char *text, size_t len);
/* Appends the name of a column or field: one that has capitals is quoted once more. */
void nd_json_name(struct cd_buffer *out, const char *name);
/* Appends a value. `a` holds what is needed meanwhile. */
bool nd_json_value(struct cd_buffer *out, const cql_type *type, struct nd_value value,
		   struct cd_arena *a, struct nd_problem *p);

#endif
