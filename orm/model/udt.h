/* SPDX-License-Identifier: MIT */
/* User types: structs with tables of fields, inside columns. Tables are constants and are read as
 * they stand; only the type of a column that uses them is resolved. */
#ifndef ORM_MODEL_UDT_H
#define ORM_MODEL_UDT_H

#include <coodie/udt.h>

#include "base/buffer.h"
#include "orm/model/model.h"

/* The i-th field; one of an older program is completed in `room`. */
const coodie_column *cd_udt_field(const coodie_udt *u, size_t i, coodie_column *room);
/* Its name in the type. */
const char *cd_udt_field_name(const coodie_column *field);

/* Checks a type's table and those of all it is made of: members against types, names, no type
 * inside itself (UD-06). COODIE_ERR_MODEL. */
bool cd_udt_check(const coodie_udt *u, const coodie_allocator *a, coodie_error *err);

/* Appends "frozen<address>": the type of a column that says none. */
void cd_udt_frozen(struct cd_buffer *out, const coodie_udt *u);
/* Appends the canonical type of a field, or of a column that has not been resolved: for DDL. */
void cd_udt_spelling(struct cd_buffer *out, const coodie_column *def);
/* Appends a column's type with the fields of its user types: "list<udt<address, street:text>>". */
void cd_udt_expand(struct cd_buffer *out, const coodie_column *def);

/* The types of a model's columns, or of one type with itself last: those that others are made of
 * first, each once (UD-06, UD-07, UD-20). NULL when out of memory. */
const coodie_udt *const *cd_udt_of_model(struct cd_arena *a, const struct cd_model *m,
					 uint32_t *count);
const coodie_udt *const *cd_udt_of_type(struct cd_arena *a, const coodie_udt *u, uint32_t *count);

/* Reads the fields of a struct for a cql_fields whose type is a coodie_udt. */
cql_field_fn cd_udt_read;
/* Whether each field is null, or a plain scalar that is zero; between them may be anything. */
bool cd_udt_is_zero(const coodie_udt *u, const void *object);
/* A struct in place: unset when each of its fields is null. */
bool cd_udt_get(const coodie_udt *u, const void *object, cql_value *out, coodie_error *err);
/* Writes all fields of a struct; what the value does not have becomes zero. Texts and optional
 * fields are put into `a`; NULL: COODIE_ERR_INVALID for structs with any. */
bool cd_udt_set(const coodie_udt *u, void *object, cql_value v, struct cd_arena *a,
		coodie_error *err);

#endif
