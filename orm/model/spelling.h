/* SPDX-License-Identifier: MIT */
/* One spelling for each CQL type, so that a model's text and the server's can be compared. */
#ifndef ORM_MODEL_SPELLING_H
#define ORM_MODEL_SPELLING_H

#include "base/buffer.h"

/* What a word of a type that is no collection becomes: appends to `out`, or returns false to leave
 * it as it is. */
typedef bool cd_word_fn(struct cd_buffer *out, const char *word, const void *user);
/* Appends the canonical spelling of a type that cql_type_parse() accepted: lower case,
 * "list<map<text, int>>" spacing, varchar as text, no frozen where it says nothing (around tuples
 * and vectors, inside another frozen). Each word is handed to `fn` first, unless that is NULL. */
void cd_spelling_append_words(struct cd_buffer *out, const char *type, cd_word_fn *fn,
			      const void *user);
/* Whether a column of this canonical spelling is stored cell by cell: a list, set or map that is
 * not frozen. */
bool cd_spelling_multicell(const char *canonical);
/* The first collection or user type inside another one that is not frozen ("list<int>" in
 * "set<list<int>>"), and its length; NULL when there is none. */
const char *cd_spelling_unfrozen(const char *canonical, size_t *len);

/* Whether CQL has a type of its own of this name ("int"). */
bool cd_spelling_is_own(const char *word);
/* Appends the name of a user type, as CQL has it in a model or stored: in quotes also where it is a
 * word that CQL has for types of its own ("int"), or does not take for one. */
void cd_spelling_append_name(struct cd_buffer *out, const char *name);

#endif
