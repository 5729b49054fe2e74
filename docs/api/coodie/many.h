/* SPDX-License-Identifier: MIT */
/**
 * @file many.h
 * Many objects with bounded concurrency. Serves Q10.
 */
#ifndef COODIE_MANY_H
#define COODIE_MANY_H

#include <coodie/model.h>

COODIE_BEGIN

/* ---- many objects ------------------------------------------------------------------------ */

/** Options of coodie_save_many(); written as COODIE_MANY(.in_flight = 256). */
typedef struct coodie_many {
	size_t size;
	uint32_t in_flight;   /**< requests at once; 0: 128 */
	uint32_t batch_rows;  /**< of one partition, in one unlogged batch; 0 or 1: no batches */
	uint32_t batch_bytes; /**< largest such batch; 0: 5,000 (the server warns beyond) */
	bool go_on;           /**< after a failure: tries the rest, reports the first */
} coodie_many;

#ifndef __cplusplus
#define COODIE_MANY(...) (&(const coodie_many){ .size = sizeof(coodie_many), __VA_ARGS__ })
#endif

/**
 * Saves an array of objects with bounded concurrency, each to its own replica and shard (Q10).
 * @param objects  `count` pointers
 * @param saved    how many were written; may be NULL
 */
COODIE_API bool coodie_save_many(coodie_session *s, const coodie_model *m, void *const *objects,
				 size_t count, const coodie_many *options, const coodie_write *w,
				 size_t *saved, coodie_error *err);
COODIE_API bool coodie_save_many_async(coodie_session *s, const coodie_model *m,
				       void *const *objects, size_t count,
				       const coodie_many *options, const coodie_write *w,
				       coodie_status_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
