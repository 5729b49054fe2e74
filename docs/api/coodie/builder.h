/* SPDX-License-Identifier: MIT */
/**
 * @file builder.h
 * Models made at run time, and tables without a struct: for bindings, C++, shells.
 *
 * Serves MD-02, MD-18, MD-25 to MD-32, MD-36, MD-37, LC-19, H5, Q15.
 */
#ifndef COODIE_BUILDER_H
#define COODIE_BUILDER_H

#include <coodie/query.h>

COODIE_BEGIN

/* ---- building a model -------------------------------------------------------------------- */

/**
 * Collects a model. Adding copies what it is given and never fails visibly: what is wrong is
 * reported by coodie_model_builder_build(). One thread.
 */
typedef struct coodie_model_builder coodie_model_builder;

/**
 * @param object_size  sizeof the struct, whose first member is a coodie_row; 0 lays a struct out:
 *                     its members are then reached by coodie_object_value()
 */
COODIE_API coodie_model_builder *coodie_model_builder_new(const char *object_name,
							  size_t object_size, const char *table);
/** Frees a builder, built or not; NULL is fine. */
COODIE_API void coodie_model_builder_free(coodie_model_builder *b);
/**
 * Adds a column. @param column  `name` and `type` at least; with a struct also `offset`, `size` and
 * `member`. Copied, with the texts in it.
 */
COODIE_API void coodie_model_builder_column(coodie_model_builder *b, const coodie_column *column);
/** Takes the fields marked "yours" of a coodie_model. Copied, with the texts in it. */
COODIE_API void coodie_model_builder_options(coodie_model_builder *b, const coodie_model *options);
/**
 * Makes the model; the builder can go on to make another.
 * @return freed with coodie_model_free() after every session that used it; NULL with
 *         COODIE_ERR_MODEL
 */
COODIE_API coodie_model *coodie_model_builder_build(coodie_model_builder *b, coodie_error *err);
/** Frees a model that was built or read; NULL is fine. Never one of COODIE_MODEL. */
COODIE_API void coodie_model_free(coodie_model *m);

/**
 * Reads a table's or a view's columns from the cluster as a model without a struct (MD-37).
 * @param keyspace  NULL: the session's
 * @return freed with coodie_model_free(); NULL with COODIE_ERR_NOT_FOUND
 */
COODIE_API coodie_model *coodie_model_read(coodie_session *s, const char *keyspace,
					   const char *table, coodie_error *err);

/** Called once: `take_model` is the callee's. */
typedef void coodie_model_fn(coodie_model *take_model, const coodie_error *err, void *user);
COODIE_API bool coodie_model_read_async(coodie_session *s, const char *keyspace,
					const char *table, coodie_model_fn *done, void *user,
					coodie_error *err);

/* ---- looking at a model ------------------------------------------------------------------ */

/** @return columns of a model as resolved, those of embedded structs included */
COODIE_API size_t coodie_model_column_count(coodie_session *s, const coodie_model *m);
/** The i-th, borrowed from the session; NULL past the end. Offsets are those of the object. */
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
