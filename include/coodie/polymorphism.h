/* SPDX-License-Identifier: MIT */
/**
 * @file polymorphism.h
 * Shared columns, and several structs in one table.
 *
 * **Shared columns.** A struct without a coodie_row and with a column table of its own is embedded
 * in as many models as like; its columns join theirs, in this place, under their own names, keys
 * included:
 *
 *     typedef struct audit { cql_timestamp made_at; const char *made_by; } audit;
 *     static const coodie_column audit_columns[] = {
 *         COODIE_COLUMN(audit, made_at, "timestamp"), ... };
 *
 *     typedef struct invoice { coodie_row row; cql_uuid id; audit audit; } invoice;
 *     ... COODIE_INHERIT(invoice, audit, audit_columns),
 *
 * A row for a member of the embedded struct, written after it, takes the place of the one that is
 * inherited; a key stays a key:
 *
 *     COODIE_COLUMN(invoice, audit.made_by, "text", .index = COODIE_INDEX()),
 *
 * **One table, several structs.** A column marked `.discriminator = true` says which. Each concrete
 * model has its `.discriminator_value`; the base names them all:
 *
 *     static const coodie_model cat_model =
 *         COODIE_MODEL(cat, cat_columns, "animals", .discriminator_value = "cat");
 *     static const coodie_model animal_model =
 *         COODIE_MODEL(animal, animal_columns, "animals",
 *                      .family = COODIE_FAMILY(&cat_model, &dog_model));
 *
 * A query of the base reads the columns of the whole family and yields objects of the concrete
 * structs; coodie_object_model() says which. A row whose value nobody has (or null) becomes an
 * object of the base. Each concrete struct begins as the base's does: every column of the base is
 * one of theirs, with the same member at the same place, type and role (checked), so that what
 * the base has is read through a pointer to the base. A query of a concrete model adds `kind = ?`
 * to its conditions, so the column wants an index or a place in the key. Saving writes the model's
 * value whatever the member holds; assignments to it are refused. The value is one struct's own: it is
 * not inherited. An object is written with the model of its struct, coodie_object_model(), also when
 * the base read it.
 *
 * A write by query (coodie/update.h) of a concrete model is about one row by its whole key, and goes as
 * a lightweight transaction, `IF kind = ?`, unless `kind` is in the key: another struct's row stays as
 * it is, and none is made (COODIE_ERR_NOT_APPLIED).
 *
 * Serves PO-01 to PO-13, MD-07, MD-16, MD-17, TY-39, LC-27.
 */
#ifndef COODIE_POLYMORPHISM_H
#define COODIE_POLYMORPHISM_H

#include <coodie/model.h>

COODIE_BEGIN

/** The column table of an embedded struct. Made by COODIE_INHERIT. */
typedef struct coodie_base {
	size_t size;
	size_t column_stride;
	const coodie_column *columns;
	size_t column_count;
} coodie_base;

/** The concrete models of a table. Made by COODIE_FAMILY. */
typedef struct coodie_family {
	size_t size;
	const coodie_model *const *models;
	size_t model_count;
} coodie_family;

#ifndef __cplusplus
/** The columns of an embedded struct: `COODIE_INHERIT(struct, member, columns of the member)`. */
#define COODIE_INHERIT(T, m, base_columns) \
	{ \
		.name = #m, .offset = offsetof(T, m), .size = sizeof(((T *)0)->m), \
		.inherits = &(const coodie_base) \
		{ \
			.size = sizeof(coodie_base), .column_stride = sizeof(coodie_column), \
			.columns = (base_columns), \
			.column_count = sizeof(base_columns) / sizeof((base_columns)[0]) \
		} \
	}

/** `.family = COODIE_FAMILY(&cat_model, &dog_model)`, at file scope. */
#define COODIE_FAMILY(...) \
	(&(const coodie_family){ \
		.size = sizeof(coodie_family), \
		.models = (const coodie_model *const[]){ __VA_ARGS__ }, \
		.model_count = sizeof((const coodie_model *const[]){ __VA_ARGS__ }) / \
			       sizeof(const coodie_model *) })
#endif

/**
 * The model of a tracked object: of its concrete struct, also when the base was queried.
 * A row whose value no model of the family has becomes an object of the base (PO-07).
 * @return NULL for an object that is not tracked
 */
COODIE_API const coodie_model *coodie_object_model(const void *object);

COODIE_END

#endif
