/* SPDX-License-Identifier: MIT */
/**
 * @file view.h
 * Materialized views: models that are read only.
 *
 *     static const coodie_model by_email_model =
 *         COODIE_MODEL(by_email, by_email_columns, "users_by_email",
 *                      .view = COODIE_VIEW(&user_model));
 *
 * The keys and their order come from the column table (MV-05). The view is in its base's keyspace.
 * Every write of a view, coodie_sync_table(), coodie_drop_table() and coodie_truncate() are refused
 * with COODIE_ERR_MODEL (MV-07); queries work as on a table, some time after the base was written
 * (MV-08). Serves MV-01 to MV-10, MD-11.
 */
#ifndef COODIE_VIEW_H
#define COODIE_VIEW_H

#include <coodie/schema.h>

COODIE_BEGIN

/** What a view is made of. Made by COODIE_VIEW; constant. */
typedef struct coodie_view {
	size_t size;
	const coodie_model *base;
	/* yours */
	const char *where;   /**< CQL; NULL: every key column IS NOT NULL (MV-04, MV-10) */
	const char *options; /**< CQL after WITH, besides the clustering order; NULL (MV-09) */
	bool all_columns;    /**< SELECT *: all of the base, not only those of the struct (MV-03) */
} coodie_view;

#ifndef __cplusplus
/** `.view = COODIE_VIEW(&base_model, .where = ...)`, at file scope. */
#define COODIE_VIEW(...) (&(const coodie_view){ .size = sizeof(coodie_view), .base = __VA_ARGS__ })
#endif

/**
 * CREATE MATERIALIZED VIEW where it is missing. One that exists is compared: its options are altered; the
 * rest cannot be changed, so a difference is COODIE_ERR_CONFLICT with what differs, or with `allow_destructive`
 * the view is dropped and made again. Its conditions may be in any order, and need not be written as the
 * server says them. The base's table must be there.
 * @param err  COODIE_ERR_MODEL: the model is no view, or none of its base: each column is one of
 * the base's, of the same type, and the key is the base's with at most one column more
 */
COODIE_API bool coodie_sync_view(coodie_session *s, const coodie_model *view,
				 const coodie_sync *options, coodie_error *err);
COODIE_API bool coodie_sync_view_async(coodie_session *s, const coodie_model *view,
				       const coodie_sync *options, coodie_status_fn *done,
				       void *user, coodie_error *err);
/** DROP MATERIALIZED VIEW IF EXISTS (MV-06). */
COODIE_API bool coodie_drop_view(coodie_session *s, const coodie_model *view, coodie_error *err);
COODIE_API bool coodie_drop_view_async(coodie_session *s, const coodie_model *view,
				       coodie_status_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
