/* SPDX-License-Identifier: MIT */
/**
 * @file builder.h
 * Models made at run time, and tables without a struct: for bindings, C++, shells.
 *
 *     coodie_model_builder *b = coodie_model_builder_new("person", 0, "people");
 *     coodie_column id = { .name = "id", .type = "int", .partition_key = 1 };
 *     coodie_column name = { .name = "name", .type = "text" };
 *
 *     coodie_model_builder_column(b, &id);
 *     coodie_model_builder_column(b, &name);
 *     coodie_model *person = coodie_model_builder_build(b, &err);
 *     coodie_model_builder_free(b);
 *
 * What is built is a model like any other: every call that takes one takes it.
 *
 * **Structs that are laid out.** Without a struct of yours (`object_size` 0) each column gets the
 * member that its CQL type asks for: an int an int32_t, a bigint or a counter an int64_t, a text or
 * an ascii a cql_text, which takes any, a blob or a custom type a cql_blob, a varint a cql_varint,
 * collections, tuples and vectors their views, a user type a cql_udt, or the struct of `.udt`. A
 * scalar or a struct is a pointer, so that null is told from zero; but not in a key or a
 * discriminator, which are never null (a clustering column beside static ones may be). A `member`
 * that is given is kept; an array needs its `size` then. Members are reached by name,
 * coodie_object_value() and coodie_object_set(); coodie_model_column_named() says where they are.
 *
 * Serves MD-02, MD-25, MD-26, MD-29, MD-36, MD-37, H5, Q15.
 */
#ifndef COODIE_BUILDER_H
#define COODIE_BUILDER_H

#include <coodie/query.h>

COODIE_BEGIN

/* ---- building a model -------------------------------------------------------------------- */

/**
 * Collects a model. Adding copies what it is given and never fails visibly: what is wrong first is
 * reported by coodie_model_builder_build(), as is a NULL builder (no memory). One thread.
 */
typedef struct coodie_model_builder coodie_model_builder;

/**
 * @param object_name  for messages; NULL: the table's name
 * @param object_size  sizeof the struct, whose first member is a coodie_row; 0 lays a struct out
 * @param table        as in COODIE_MODEL: kept as written when quoted or mixed case
 */
COODIE_API coodie_model_builder *coodie_model_builder_new(const char *object_name,
							  size_t object_size, const char *table);
/** Frees a builder, built or not; NULL is fine. */
COODIE_API void coodie_model_builder_free(coodie_model_builder *b);
/**
 * Adds columns, in their order: `name` and `type` at least; with a struct also `offset`, `size` and
 * `member`. Copied, with the texts in them; what they point to otherwise (`udt`, `key_udt`,
 * `inherits`) is borrowed, and must outlive the model. A row that inherits has the `size` of the
 * embedded struct.
 * @param stride  sizeof(coodie_column), as the caller knows it
 */
COODIE_API void coodie_model_builder_columns(coodie_model_builder *b, const coodie_column *columns,
					     size_t count, size_t stride);
/** Adds one. */
static inline void coodie_model_builder_column(coodie_model_builder *b, const coodie_column *column)
{
	coodie_model_builder_columns(b, column, 1, sizeof(coodie_column));
}
/**
 * Takes the fields marked "yours" of a coodie_model, all of them at once; of the others only `size`
 * counts. Copied, with the texts in it; `family` and `view` are borrowed.
 */
COODIE_API void coodie_model_builder_options(coodie_model_builder *b, const coodie_model *options);
/**
 * Makes the model, checked as coodie_model_check() does, without a session; the builder can go on
 * to make another.
 * @return freed with coodie_model_free(); NULL with COODIE_ERR_MODEL: the column, what is wrong, the
 *         fix
 */
COODIE_API coodie_model *coodie_model_builder_build(coodie_model_builder *b, coodie_error *err);
/**
 * Frees a model that was built or read, when no object, query or call of it is left; the sessions
 * that used it may go on, and it may outlive them. NULL is fine, and nothing happens to one of
 * COODIE_MODEL.
 */
COODIE_API void coodie_model_free(coodie_model *m);

/* ---- reading one from the cluster -------------------------------------------------------- */

/**
 * Makes a model without a struct of what the cluster says of a table or a view (MD-37): partition
 * key, clustering columns in their order, then the others by name. Every type has a member. Columns
 * with an index are `.index.external`; a view is read only (coodie/view.h). The tables of
 * system_schema are asked, through any kind of session, so that what was just made is seen; read
 * again after an ALTER. Virtual tables are not in them.
 * @param keyspace  as in CQL; NULL: the session's
 * @param table     as in COODIE_MODEL
 * @return freed with coodie_model_free(); NULL with COODIE_ERR_NOT_FOUND and the nearest name
 */
COODIE_API coodie_model *coodie_model_read(coodie_session *s, const char *keyspace,
					   const char *table, coodie_error *err);

/** Called once: `take_model` is the callee's; NULL on failure. */
typedef void coodie_model_fn(coodie_model *take_model, const coodie_error *err, void *user);
COODIE_API bool coodie_model_read_async(coodie_session *s, const char *keyspace,
					const char *table, coodie_model_fn *done, void *user,
					coodie_error *err);

/* ---- looking at a model ------------------------------------------------------------------ */

/*
 * Of any model, as the session has resolved it: the columns of embedded structs are among the
 * others (MD-36). A model that is refused has none: coodie_model_check() says why. What is given
 * lives as long as the session, and the model.
 */

/** @return 0 for a model that is refused */
COODIE_API size_t coodie_model_column_count(coodie_session *s, const coodie_model *m);
/** The i-th; NULL past the end. Offsets are those of the object. */
COODIE_API const coodie_column *coodie_model_column_at(coodie_session *s, const coodie_model *m,
						       size_t i);
/** By member name; NULL when there is none. */
COODIE_API const coodie_column *coodie_model_column_named(coodie_session *s, const coodie_model *m,
							  const char *member);
/** Writes "keyspace.table", quoted where needed, as snprintf() does (MD-25). */
COODIE_API size_t coodie_model_table(coodie_session *s, const coodie_model *m, char *out,
				     size_t size);

COODIE_END

#endif
