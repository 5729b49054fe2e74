/* SPDX-License-Identifier: MIT */
/**
 * @file batched.h
 * What a batch cannot be given yet: conditions, assignments, counters. They stand in batch.h when the verbs of the
 * same name are there. Serves BA-06, BA-09, BA-15, CT-08.
 */
#ifndef COODIE_BATCHED_H
#define COODIE_BATCHED_H

#include <coodie/batch.h>
#include <coodie/update.h>

COODIE_BEGIN

/** INSERT ... IF NOT EXISTS. */
COODIE_API void coodie_batch_insert(coodie_batch *b, const coodie_model *m, void *object,
				    const coodie_write *w);
COODIE_API void coodie_batch_save_if(coodie_batch *b, const coodie_model *m, void *object,
				     const char *condition, cql_args args, const coodie_write *w);
COODIE_API void coodie_batch_update(coodie_batch *b, const coodie_model *m, void *object,
				    const char *set, cql_args args, const coodie_write *w);
COODIE_API void coodie_batch_delete_columns(coodie_batch *b, const coodie_model *m, void *object,
					    const char *columns, cql_args args,
					    const coodie_write *w);
/** Counters: see coodie_increment(); the batch must be COODIE_BATCH_COUNTER. */
COODIE_API void coodie_batch_increment(coodie_batch *b, const coodie_model *m, void *object,
				       const char *members, cql_args by);
COODIE_API void coodie_batch_query_update(coodie_batch *b, coodie_query *q, const char *set,
					  cql_args args, const coodie_write *w);
COODIE_API void coodie_batch_query_delete(coodie_batch *b, coodie_query *q,
					  const coodie_write *w);
/** The same with its outcome, for batches with conditions: one partition only (BA-15). */
COODIE_API coodie_lwt *coodie_batch_run_if(coodie_batch *b, coodie_error *err);
COODIE_API bool coodie_batch_run_if_async(coodie_batch *b, coodie_lwt_fn *done, void *user,
					  coodie_error *err);

COODIE_END

#endif
