/* SPDX-License-Identifier: MIT */
/* One spelling for each CQL type, so that a model's text and the server's can be compared. */
#ifndef ORM_MODEL_SPELLING_H
#define ORM_MODEL_SPELLING_H

#include "base/buffer.h"

/* Appends the canonical spelling of a type that cql_type_parse() accepted: lower case,
 * "list<map<text, int>>" spacing, varchar
 * as text, no frozen where it says nothing (around tuples and vectors, inside another frozen). */
void cd_spelling_append(struct cd_buffer *out, const char *type);
/* Whether a column of this canonical spelling is stored cell by cell: a list, set or map that is
 * not frozen. */
bool cd_spelling_multicell(const char *canonical);
/* The first collection inside another one that is not frozen ("list<int>" in "set<list<int>>");
 * NULL when there is none. */
const char *cd_spelling_unfrozen(const char *canonical);

#endif
