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

/* Gives what was shown as snprintf() does; @return the length it needs. A control character is escaped, as \n
 * or \x1b: one line of a log stays one line, and a terminal obeys nobody. `lines`: but for a newline. */
size_t cd_show_give(const struct cd_buffer *b, bool lines, char *out, size_t size);

#endif
