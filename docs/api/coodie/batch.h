/* SPDX-License-Identifier: MIT */
/**
 * @file batch.h
 * Several writes in one request (v4 section 4.1.7), of any models of one cluster.
 *
 *     coodie_batch *b = coodie_batch_new(s, NULL);
 *     coodie_batch_save(b, &user_model, &u, NULL);
 *     coodie_batch_delete(b, &session_model, &old, NULL);
 *     if (!coodie_batch_run(b, &err)) ...
 *     coodie_batch_free(b);
 *
 * Adding copies or encodes what is given, and never fails visibly: an error made while adding is
 * kept, and coodie_batch_run() reports it and sends nothing. A batch that was not run sends
 * nothing; an empty one is no request and succeeds (BA-07). All additions accept a NULL batch.
 *
 * Statements of a batch share one timestamp unless they have their own: their order means
 * nothing (BA-16). One thread at a time. Serves BA-01 to BA-17, CT-08, Q5, Q9, Q10, L3.
 */
#ifndef COODIE_BATCH_H
#define COODIE_BATCH_H

#include <coodie/update.h>

COODIE_BEGIN

/** Options of a batch; written as COODIE_BATCH(.kind = COODIE_BATCH_UNLOGGED). */
typedef struct coodie_batch_options {
	size_t size;
	enum coodie_batch_kind kind;
	int64_t timestamp_us; /**< of every statement without its own; 0: none */
	cql_consistency consistency;
	cql_consistency serial_consistency;
	uint32_t timeout_ms;
	bool idempotent;
	bool must_apply;        /**< as in coodie_write */
	const char *connection; /**< of a registry; NULL: that of the first statement (BA-12) */
	const char *profile;    /**< as in coodie_request */
	uint64_t *id;           /**< out, `_async` only: for coodie_session_cancel() */
} coodie_batch_options;

#ifndef __cplusplus
#define COODIE_BATCH(...)                                                                     \
	(&(const coodie_batch_options){ .size = sizeof(coodie_batch_options), __VA_ARGS__ })
#endif

typedef struct coodie_batch coodie_batch;

/** Begins a batch. @param options  COODIE_BATCH(...) or NULL. Freed with coodie_batch_free() */
COODIE_API coodie_batch *coodie_batch_new(coodie_session *s, const coodie_batch_options *options);
/** Ends a batch; what was not run is not sent. NULL is fine. */
COODIE_API void coodie_batch_free(coodie_batch *b);
/** Empties a batch and forgets its error, for the next use (BA-08). */
COODIE_API void coodie_batch_clear(coodie_batch *b);
/** @return statements added so far */
COODIE_API size_t coodie_batch_count(const coodie_batch *b);

/* ---- additions: the batch forms of calls of the same name -------------------------------- */

/** A tracked object must live, unchanged, until the batch was run or freed. */
COODIE_API void coodie_batch_save(coodie_batch *b, const coodie_model *m, void *object,
				  const coodie_write *w);
/** INSERT ... IF NOT EXISTS. */
COODIE_API void coodie_batch_insert(coodie_batch *b, const coodie_model *m, void *object,
				    const coodie_write *w);
COODIE_API void coodie_batch_save_if(coodie_batch *b, const coodie_model *m, void *object,
				     const char *condition, cql_args args, const coodie_write *w);
COODIE_API void coodie_batch_update(coodie_batch *b, const coodie_model *m, void *object,
				    const char *set, cql_args args, const coodie_write *w);
COODIE_API void coodie_batch_delete(coodie_batch *b, const coodie_model *m, const void *object,
				    const coodie_write *w);
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
/** Any CQL write. With binds it is prepared when the batch runs. */
COODIE_API void coodie_batch_cql(coodie_batch *b, const char *cql, cql_args args);
/** A prepared write; the batch holds a reference of its own. */
COODIE_API void coodie_batch_execute(coodie_batch *b, coodie_prepared *p, cql_args args);

/** Called after the batch was applied, in the order they were added; kept by clear (BA-10). */
COODIE_API void coodie_batch_on_applied(coodie_batch *b, void (*fn)(void *user), void *user);

/* ---- running ----------------------------------------------------------------------------- */

/**
 * Sends the batch and empties it when it succeeded; on failure it is as before. Objects count as
 * saved when the server applied it.
 * @param err  what was kept while adding; COODIE_ERR_NOT_APPLIED when a condition did not hold
 */
COODIE_API bool coodie_batch_run(coodie_batch *b, coodie_error *err);
COODIE_API bool coodie_batch_run_async(coodie_batch *b, coodie_status_fn *done, void *user,
				       coodie_error *err);
/** The same with its outcome, for batches with conditions: one partition only (BA-15). */
COODIE_API coodie_lwt *coodie_batch_run_if(coodie_batch *b, coodie_error *err);
COODIE_API bool coodie_batch_run_if_async(coodie_batch *b, coodie_lwt_fn *done, void *user,
					  coodie_error *err);

/** Fills a batch; @return false (with `err` filled) to send nothing. */
typedef bool coodie_batch_fn(coodie_batch *b, void *user, coodie_error *err);

/**
 * A scope: makes a batch, calls `body`, and sends it only when that returned true (BA-04).
 * @return false with what `body` or the batch reported
 */
COODIE_API bool coodie_batch_scope(coodie_session *s, const coodie_batch_options *options,
				   coodie_batch_fn *body, void *user, coodie_error *err);

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
