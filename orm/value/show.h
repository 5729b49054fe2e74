/* SPDX-License-Identifier: MIT */
/* A statement for people: its text with the binds in the places of their markers. */
#ifndef ORM_VALUE_SHOW_H
#define ORM_VALUE_SHOW_H

#include <coodie/value.h>

#include "base/buffer.h"

/* Appends a value as a CQL literal; unset is shown as the word. */
void cd_show_value(struct cd_buffer *b, cql_value v);
/* Appends a statement. A marker without a bind stays one; binds without a marker are left out. */
void cd_show_statement(struct cd_buffer *b, const char *cql, cql_args args);

#endif
