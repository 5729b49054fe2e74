/* SPDX-License-Identifier: MIT */
/**
 * @file many.h
 * Many objects of one model in one call: written and read by requests of their own, so many at once,
 * each to a node and shard that keeps it.
 *
 *     coodie_save_many(s, &user_model, objects, count, COODIE_MANY(.in_flight = 256), NULL, &err);
 *
 *     void *found[3];
 *     const cql_args keys[3] = { CQL_ARGS(cql(1)), CQL_ARGS(cql(2)), CQL_ARGS(cql(3)) };
 *     coodie_get_many(s, &user_model, keys, 3, NULL, NULL, found, &err);
 *     ... found[1] is NULL when there is no row 2 ...
 *     coodie_objects_free(found, 3);
 *
 * Whole tables are read with coodie/scan.h. Serves Q10.
 */
#ifndef COODIE_MANY_H
#define COODIE_MANY_H

#include <coodie/model.h>

COODIE_BEGIN

/** Options of both; written as COODIE_MANY(.in_flight = 256). */
typedef struct coodie_many {
	size_t size;
	uint32_t in_flight;   /**< requests at once; 0: 128 */
	uint32_t batch_rows;  /**< of a save: rows of one partition in one unlogged batch; 0 or 1:
				 no batches */
	uint32_t batch_bytes; /**< a batch whose binds have so many is sent; 0: 5,120 */
	bool go_on;           /**< after a failure: tries the rest, reports the first */
	size_t *done; /**< out: how many worked, written before the call returns or its callback runs;
			 may be NULL */
} coodie_many;

#ifndef __cplusplus
#define COODIE_MANY(...) (&(const coodie_many){ .size = sizeof(coodie_many), __VA_ARGS__ })
#endif

/**
 * Saves an array of objects as coodie_save() does, with bounded concurrency. After a failure no
 * more are begun, unless `go_on` says so; those that worked stay.
 * @param objects  `count` pointers
 * @param w        of each of them; `id` is refused, and with batches `tracing` is not looked at
 * @param err      "object 7 of 100: ..." and why
 */
COODIE_API bool coodie_save_many(coodie_session *s, const coodie_model *m, void *const *objects, size_t count, const coodie_many *options, const coodie_write *w, coodie_error *err);
/** The array and its objects, whosever they are, must live, unchanged, until the callback. */
COODIE_API bool coodie_save_many_async(coodie_session *s, const coodie_model *m, void *const *objects, size_t count, const coodie_many *options, const coodie_write *w, coodie_status_fn *done, void *user, coodie_error *err);

/**
 * Reads rows by their whole primary keys as coodie_get() does, with bounded concurrency. Where the
 * session knows which nodes keep them, it asks all of these nodes in turn from the start.
 * @param keys     `count` of them, each as for coodie_get(); copied
 * @param objects  out: `count` pointers in the order of the keys, NULL where there is no row; each
 *                 freed with coodie_object_free(), or all with coodie_objects_free(). After a failure
 *                 all are NULL, but with `go_on` those that were read
 */
COODIE_API bool coodie_get_many(coodie_session *s, const coodie_model *m, const cql_args *keys, size_t count, const coodie_many *options, const coodie_read *r, void **objects, coodie_error *err);
/** `objects` must live until the callback. */
COODIE_API bool coodie_get_many_async(coodie_session *s, const coodie_model *m, const cql_args *keys, size_t count, const coodie_many *options, const coodie_read *r, void **objects, coodie_status_fn *done, void *user, coodie_error *err);
/** coodie_object_free() of each; they are NULL afterwards. */
COODIE_API void coodie_objects_free(void **objects, size_t count);

COODIE_END

#endif
