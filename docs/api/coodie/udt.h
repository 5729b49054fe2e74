/* SPDX-License-Identifier: MIT */
/**
 * @file udt.h
 * User types: a struct with a column table, as a column, an item, or a bind.
 *
 *     typedef struct address {
 *         const char *street;
 *         int32_t    *number;
 *     } address;
 *
 *     static const coodie_column address_fields[] = {
 *         COODIE_COLUMN(address, street, "text"),
 *         COODIE_COLUMN(address, number, "int"),
 *     };
 *     static const coodie_udt address_type = COODIE_TYPE(address, address_fields, "address");
 *
 *     COODIE_UDT(user, home, address, &address_type),          in the columns of user
 *     COODIE_COLUMN(user, homes, "list<frozen<address>>", .udt = &address_type),
 *
 * Serves UD-01 to UD-21, TY-22, TY-23, TY-29, Q17.
 *
 * Adds to coodie_column:
 *
 *     const struct coodie_udt *udt;      of the member, or of the items of its collection
 *     const struct coodie_udt *key_udt;  of the keys of a map
 *
 * Adds to enum coodie_member: COODIE_MEMBER_UDT, COODIE_MEMBER_TUPLE.
 */
#ifndef COODIE_UDT_H
#define COODIE_UDT_H

#include <coodie/schema.h>

COODIE_BEGIN

/* ---- user types -------------------------------------------------------------------------- */

/** A user type. Made by COODIE_TYPE; constant; must outlive every session that used it. */
typedef struct coodie_udt {
	size_t size;          /**< sizeof(coodie_udt) */
	size_t column_stride; /**< sizeof(coodie_column) */
	const coodie_column *fields;
	size_t field_count;
	size_t object_size;
	const char *object_name; /**< of the struct, for messages */
	const char *name;        /**< of the type; as coodie_model.table */
	/* yours */
	const char *keyspace; /**< NULL: that of the table that uses it (UD-04, UD-18) */
} coodie_udt;

/** Joins enum coodie_member. */
enum coodie_member_composite {
	COODIE_MEMBER_UDT = 40, /**< a struct with a coodie_udt, in place */
	COODIE_MEMBER_TUPLE,    /**< cql_tuple */
	COODIE_MEMBER_UDT_VIEW  /**< cql_udt */
};

#ifndef __cplusplus
/** A user type: `COODIE_TYPE(struct, fields, "name", .keyspace = ...)`. No coodie_row in it. */
#define COODIE_TYPE(T, fields_table, ...)                                                     \
	{                                                                                     \
		.size = sizeof(coodie_udt), .column_stride = sizeof(coodie_column),           \
		.fields = (fields_table),                                                     \
		.field_count = sizeof(fields_table) / sizeof((fields_table)[0]),              \
		.object_size = sizeof(T), .object_name = #T, .name = __VA_ARGS__              \
	}

/**
 * A column whose member is a struct (`U`), or a pointer to one (optional: NULL is null).
 * `COODIE_UDT(struct, member, U, &type, .option = ...)`. The column is frozen<type>.
 */
#define COODIE_UDT(T, m, U, ...)                                                              \
	{                                                                                     \
		.name = #m, .offset = offsetof(T, m), .size = sizeof(((T *)0)->m),            \
		.member = _Generic(&((T *)0)->m, U *: COODIE_MEMBER_UDT,                      \
				   U **: COODIE_MEMBER_UDT + COODIE_MEMBER_OPTIONAL),         \
		.udt = __VA_ARGS__                                                            \
	}

/** A tuple column: the member is a cql_tuple. */
#define COODIE_TUPLE(T, m, ...)                                                               \
	{                                                                                     \
		.name = #m, .offset = offsetof(T, m), .size = sizeof(((T *)0)->m),            \
		.member = _Generic(&((T *)0)->m, cql_tuple *: COODIE_MEMBER_TUPLE),           \
		.type = __VA_ARGS__                                                           \
	}
#endif

/**
 * A struct as a bind or a list item: `cql_from_object(&address_type, &home)`. A view: the struct
 * is read when the statement is encoded, before the call it is passed to returns.
 */
COODIE_API cql_value cql_from_object(const coodie_udt *type, const void *object);
/**
 * Reads a user type value into a struct of the caller's. Texts and collections are borrowed from
 * where the value came from, and terminated nowhere: text fields must be cql_text, or the value
 * must come from a tracked object (whose texts are terminated already).
 * @param err  COODIE_ERR_TYPE, COODIE_ERR_RANGE: which field, what was there, what fits
 */
COODIE_API bool cql_to_object(cql_value v, const coodie_udt *type, void *object,
			      coodie_error *err);

/**
 * Creates a type, and those it is made of first, or adds fields that are missing. A field that is
 * gone from the struct, or of another type, is reported by `options->each` and left (UD-05, 06).
 * coodie_sync_table() does this by itself for the types of a model (UD-07).
 */
COODIE_API bool coodie_sync_type(coodie_session *s, const coodie_udt *type,
				 const coodie_sync *options, coodie_error *err);
COODIE_API bool coodie_sync_type_async(coodie_session *s, const coodie_udt *type,
				       const coodie_sync *options, coodie_status_fn *done,
				       void *user, coodie_error *err);
/** DROP TYPE IF EXISTS (UD-08). */
COODIE_API bool coodie_drop_type(coodie_session *s, const coodie_udt *type, coodie_error *err);
COODIE_API bool coodie_drop_type_async(coodie_session *s, const coodie_udt *type,
				       coodie_status_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
