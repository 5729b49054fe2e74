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
 * A value is written field by field under its name, in the order the type has in the cluster,
 * whatever the order of the struct's table. A field that is NULL is null, as is one of the type that
 * the struct does not have; a value that was written before the type had a field reads as null there
 * (a plain scalar as zero). A value for a field the type does not have is refused:
 * ALTER TYPE ADD it first. The whole value is written, also when one field changed.
 *
 * A struct in place is not set when each of its fields is NULL: one with plain scalars in it always
 * is; make the member a pointer where it may be null.
 *
 * Fields have a member, a type, `.db_name`, `.required`, `.min_length`, `.max_length`, `.validate`,
 * `.udt`, `.key_udt`; the rest is for columns. Inside a collection or another type a user type is frozen:
 * "list<frozen<address>>".
 *
 * Serves UD-01 to UD-21, TY-22, TY-23, TY-29, Q17.
 */
#ifndef COODIE_UDT_H
#define COODIE_UDT_H

#include <coodie/arena.h>
#include <coodie/model.h>

COODIE_BEGIN

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

#ifndef __cplusplus
/** A user type: `COODIE_TYPE(struct, fields, "name", .keyspace = ...)`. No coodie_row in it. */
#define COODIE_TYPE(T, fields_table, ...) \
	{ \
		.size = sizeof(coodie_udt), .column_stride = sizeof(coodie_column), \
		.fields = (fields_table), \
		.field_count = sizeof(fields_table) / sizeof((fields_table)[0]), \
		.object_size = sizeof(T), .object_name = #T, .name = __VA_ARGS__ \
	}

/**
 * A column whose member is a struct (`U`), or a pointer to one (optional: NULL is null).
 * `COODIE_UDT(struct, member, U, &type, .option = ...)`. The column is frozen<type>; `.type = "address"`
 * makes it one that is not (UD-21).
 */
#define COODIE_UDT(T, m, U, ...) \
	{ \
		.name = #m, .offset = offsetof(T, m), .size = sizeof(((T *)0)->m),            \
		.member = _Generic(&((T *)0)->m, U *: COODIE_MEMBER_UDT,                      \
				   U **: COODIE_MEMBER_UDT + COODIE_MEMBER_OPTIONAL),         \
		.udt = __VA_ARGS__ \
	}
#endif

/**
 * A struct as a bind or a list item: `cql_from_object(&address_type, &home)`. A view: the struct
 * is read when the statement is encoded, before the call it is passed to returns. NULL is null.
 */
COODIE_API cql_value cql_from_object(const coodie_udt *type, const void *object);
/**
 * Reads a user type value, an item of a collection say, into a struct of the caller's. Views and
 * collections are borrowed from where the value came from. `const char *` fields and pointers are
 * given memory of `arena`, texts with a NUL behind them.
 * @param object  zeroed first, and on failure
 * @param arena   may be NULL for a struct without such fields
 * @param err     COODIE_ERR_TYPE, COODIE_ERR_RANGE: which field, what was there, what fits;
 *                COODIE_ERR_INVALID: the arena is NULL and was needed
 */
COODIE_API bool cql_to_object(cql_value v, const coodie_udt *type, void *object, cql_arena *arena,
			      coodie_error *err);

COODIE_END

#endif
