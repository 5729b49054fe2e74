/* SPDX-License-Identifier: MIT */
/* Values beside a column's type: do they fit, are they equal, and copies that live in an arena. */
#ifndef ORM_VALUE_DATUM_H
#define ORM_VALUE_DATUM_H

#include <string.h>

#include <coodie/value.h>

#include "base/arena.h"

#define CD_DEEPEST 32 /* nesting of collections; proto refuses more */

/* Whether its items are a cql_seq. */
static inline bool cd_datum_is_seq(cql_value v)
{
	return v.is.tag >= CQL_TAG_LIST && v.is.tag <= CQL_TAG_VECTOR;
}

/* Whether a text, which has no NUL, is a word. */
static inline bool cd_text_is(cql_text text, const char *word)
{
	return text.len == strlen(word) && !memcmp(text.data, word, text.len);
}

/* Whether it says nothing: null, or not set. */
static inline bool cd_datum_is_missing(cql_value v)
{
	return v.is.tag == CQL_TAG_NULL || v.is.tag == CQL_TAG_UNSET;
}

/* Whether a value can be written to a type, items of collections included. COODIE_ERR_TYPE or
 * COODIE_ERR_RANGE says what was given and what the type wants. Null and unset fit everything. */
bool cd_datum_fits(cql_value v, const cql_type *type, coodie_error *err);

/* The place of a field in a user type, looked for at `likely` first; the number of fields when it has none
 * of that name. */
size_t cd_datum_place(const cql_type *type, const char *name, size_t likely);

/* Whether a value of the C type that belongs to a kind may still not fit it. */
bool cd_datum_needs_check(enum cql_kind kind);

/* Whether two values are the same to the server. Sets and maps compare by content, whatever their
 * order; that takes memory from `scratch`, and without it they count as different. */
bool cd_datum_same(cql_value a, cql_value b, struct cd_arena *scratch);
/* Whether it is null, unset, or a collection without items. */
bool cd_datum_is_empty(cql_value v);

/* What to add to a set or map, and which items or keys to take out of it, so that `was` becomes
 * `now`. Both are of one kind; the outcomes are views of theirs, with arrays from `a`. False when out
 * of memory. */
bool cd_datum_delta(cql_value was, cql_value now, struct cd_arena *a, cql_value *added,
		    cql_value *removed);
/* What to put before and behind a list so that `was` becomes `now`; false when it did not just grow. */
bool cd_datum_grown(cql_value was, cql_value now, struct cd_arena *a, cql_value *before,
		    cql_value *after);

/* Copies a value with all its bytes into an arena; a text gets a NUL behind it. Collections
 * become arrays of values. */
bool cd_datum_copy(struct cd_arena *a, cql_value v, cql_value *out, coodie_error *err);
bool cd_data_copy(struct cd_arena *a, cql_args args, cql_value **out, coodie_error *err);

#endif
