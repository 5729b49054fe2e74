/* SPDX-License-Identifier: MIT */
/* Members of objects to CQL values and back: one row for each kind of member. */
#ifndef ORM_MODEL_CODEC_H
#define ORM_MODEL_CODEC_H

#include <coodie/model.h>

#include "base/arena.h"

struct cd_column;

/* One kind of member. */
struct cd_codec {
	const char *text; /* the C type, for people */
	size_t size;      /* of the member; 0: an array, of any */
	bool nullable;    /* can say null by itself, without being a pointer to a scalar */
	enum cql_kind kinds[4];
	size_t kind_count;
	void (*get)(const void *at, cql_value *out);
	bool (*set)(void *at, cql_value v, coodie_error *err);
};

/* The row of an enum coodie_member, without COODIE_MEMBER_OPTIONAL; NULL for one that is not
 * known. */
const struct cd_codec *cd_codec_of(uint32_t member);
bool cd_codec_takes(const struct cd_codec *c, enum cql_kind kind);
/* The C type to write for a CQL type: "int32_t"; NULL when no member can hold it.
 * @param points  out: whether a pointer to it is a member too */
const char *cd_codec_suggest(enum cql_kind kind, bool *points);

/* Reads a member: CQL_TAG_UNSET when it is NULL. What has to be built is taken from `a`; texts
 * stay where they are. */
bool cd_member_get(const struct cd_column *c, const void *object, struct cd_arena *a,
		   cql_value *out, coodie_error *err);
/* Whether a member's value may be written: lengths, the user's validate(), the type's own limits, and
 * the same of structs inside. Null and unset may. rules.c */
bool cd_member_check(const struct cd_column *c, const void *object, cql_value v, coodie_error *err);
/* Writes a member; null makes it zero. An optional scalar takes its place from `a`. Texts are views
 * of the value's
 * bytes, which the caller must terminate (see cd_member_terminate()). */
bool cd_member_set(const struct cd_column *c, void *object, cql_value v, struct cd_arena *a,
		   coodie_error *err);
/* The same by a row of a table alone, which need not be a column: messages are the caller's. Without
 * an arena floats are a view. */
bool cd_row_get(const coodie_column *def, const struct cd_codec *codec, const void *object,
		struct cd_arena *a, cql_value *out, coodie_error *err);
bool cd_row_set(const coodie_column *def, const struct cd_codec *codec, void *object, cql_value v,
		struct cd_arena *a, coodie_error *err);
bool cd_row_is_zero(const coodie_column *def, const void *object);

/* Whether all bytes of the member are zero; of a struct, its fields. */
bool cd_member_is_zero(const struct cd_column *c, const void *object);

#endif
