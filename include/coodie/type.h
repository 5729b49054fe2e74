/* SPDX-License-Identifier: MIT */
/**
 * @file type.h
 * CQL types and consistency levels.
 *
 * A `cql_type` is immutable. Types that come with a result live as long as the result; types made
 * here are freed here. Any thread may read one.
 */
#ifndef COODIE_TYPE_H
#define COODIE_TYPE_H

#include <coodie/error.h>

COODIE_BEGIN

/** What a type is; one row of types.def each. The value is the [option] id (v4 section 4.2.5.2). */
enum cql_kind {
#define X(name, id, cql, class_name, size) CQL_KIND_##name = (id),
#include <coodie/types.def>
#undef X
	CQL_KIND_VARCHAR = CQL_KIND_TEXT
};

typedef struct cql_type cql_type;

/**
 * Parses a type: in CQL spelling (`map<text, frozen<list<int>>>`, `vector<float, 3>`,
 * `'a.b.CustomClass'`), or a class name as servers print it
 * (`org.apache.cassandra.db.marshal.ListType(...)`). A user type is known by name only, `address`
 * or `shop.address`; with its fields it is spelled `udt<shop.address, street:text, zip:int>`, where
 * names are kept as they are, quoted or not.
 * @param text  NUL-terminated; CQL in any case, names are kept as they are when they are quoted
 * @return owned by the caller, freed with cql_type_free(); NULL with COODIE_ERR_TYPE and the
 * position in `err`
 */
COODIE_API cql_type *cql_type_parse(const char *text, coodie_error *err);
/** Frees a type that cql_type_parse() made; NULL is fine. Never call it on a type borrowed from a
 * result. */
COODIE_API void cql_type_free(cql_type *type);

COODIE_API enum cql_kind cql_type_kind(const cql_type *type);
/** @return how many types this one is made of: 1 for list, set and vector, 2 for map, the fields of
 * a tuple or UDT */
COODIE_API size_t cql_type_count(const cql_type *type);
/** @return the i-th inner type, borrowed; NULL past the end */
COODIE_API const cql_type *cql_type_at(const cql_type *type, size_t i);
/** @return the UDT's i-th field name, borrowed; NULL when it is not a UDT or past the end */
COODIE_API const char *cql_type_field(const cql_type *type, size_t i);
/** @return elements of a vector; 0 for other types */
COODIE_API uint32_t cql_type_dimension(const cql_type *type);
/** @return the keyspace of a user type, borrowed; NULL when not known, or for other types */
COODIE_API const char *cql_type_keyspace(const cql_type *type);
/** @return the name of a user type, or the class of a custom one, borrowed; NULL for others */
COODIE_API const char *cql_type_name(const cql_type *type);
/** @return whether the type was said to be frozen, which a result does not say; a tuple always is */
COODIE_API bool cql_type_is_frozen(const cql_type *type);
/** Whether values of one type are values of the other: names count, frozen does not. */
COODIE_API bool cql_type_equal(const cql_type *a, const cql_type *b);
/** A copy that outlives the result it came with; freed with cql_type_free(). */
COODIE_API cql_type *cql_type_dup(const cql_type *type, coodie_error *err);
/** Writes the CQL spelling as snprintf() does: always terminated when size > 0. @return the length
 * it needs */
COODIE_API size_t cql_type_format(const cql_type *type, char *out, size_t size);

/** @return the CQL name of a kind ("bigint"), static; "unknown" for a number outside the table */
COODIE_API const char *cql_kind_name(enum cql_kind kind);

/** A consistency level. 0 means "not said": the default of whoever is asked next. Others are the
 * wire value plus one. */
typedef enum cql_consistency {
	CQL_CONSISTENCY_UNSET = 0,
#define X(name, wire) CQL_CONSISTENCY_##name = (wire) + 1,
#include <coodie/consistencies.def>
#undef X
} cql_consistency;

/** @return "LOCAL_QUORUM" and so on, static; "UNKNOWN" for a number outside the table */
COODIE_API const char *cql_consistency_name(cql_consistency consistency);
/** Reads a name in any case. @return CQL_CONSISTENCY_UNSET when there is no such level */
COODIE_API cql_consistency cql_consistency_parse(const char *name);

COODIE_END

#endif
