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
 * Adding copies what is given, and never fails visibly: an error made while adding is
 * kept, and coodie_batch_run() reports it and sends nothing. A batch that was not run sends
 * nothing; an empty one is no request and succeeds (BA-07). All calls accept a NULL batch (out of
 * memory, reported by the run).
 *
 * It travels as prepared statements and their binds, never as one text: batches of any shape prepare
 * nothing new (BA-02). Its statements share one timestamp, but for those that were given one of their
 * own: their order means nothing (BA-16). One thread at a time. Serves BA-01 to BA-17, CT-08, Q5, Q9, Q10, L3.
 */
#ifndef COODIE_BATCH_H
#define COODIE_BATCH_H

#include <coodie/update.h>

COODIE_BEGIN

/** Options of a batch; written as COODIE_BATCH(.kind = COODIE_BATCH_UNLOGGED). What is zero is as the
 * models of the statements have it: the first that says something. */
typedef struct coodie_batch_options {
	size_t size;
	enum coodie_batch_kind kind; /**< (BA-01) */
	int64_t timestamp_us;        /**< microseconds since 1970; 0: the server's clock (BA-03) */
	cql_consistency consistency; /**< (BA-11) */
	cql_consistency serial_consistency;
	uint32_t timeout_ms;
	uint32_t warn_bytes; /**< binds beyond this are told the session's log; 0: 5,120, as the
				servers (batch_size_warn_threshold) */
	bool must_apply;     /**< of run_if: not applied is COODIE_ERR_NOT_APPLIED */
	bool idempotent;     /**< may be sent twice, whatever is in it */
	bool run_on_error;   /**< of a scope: sends what was added also when its body failed (BA-05) */
	const char *connection; /**< of a registry; NULL: that of the first statement (BA-12) */
	const char *profile;    /**< as in coodie_request */
	uint64_t *id;           /**< out, `_async` only: for coodie_session_cancel() */
} coodie_batch_options;

#ifndef __cplusplus
#define COODIE_BATCH(...) \
	(&(const coodie_batch_options){ .size = sizeof(coodie_batch_options), __VA_ARGS__ })
#endif

typedef struct coodie_batch coodie_batch;

/** Begins a batch. @param options  COODIE_BATCH(...) or NULL. Freed with coodie_batch_free() */
COODIE_API coodie_batch *coodie_batch_new(coodie_session *s, const coodie_batch_options *options);
/** Ends a batch; what was not run is not sent, what is under way goes on. NULL is fine. */
COODIE_API void coodie_batch_free(coodie_batch *b);
/** Empties a batch and forgets its error, for the next use (BA-08). Nothing while it is under way. */
COODIE_API void coodie_batch_clear(coodie_batch *b);
/** @return statements added so far; one that has nothing to write is none */
COODIE_API size_t coodie_batch_count(const coodie_batch *b);

/* ---- additions: the batch forms of calls of the same name -------------------------------- */

/* Of coodie_write they take ttl (BA-13), timestamp_us, full and idempotent; the rest is the batch's. A
 * timestamp_us of a statement wins over the batch's; a batch of counters, or with a condition, has
 * neither. */

/** A tracked object must live, unchanged, until the batch was run or freed. */
COODIE_API void coodie_batch_save(coodie_batch *b, const coodie_model *m, void *object, const coodie_write *w);
/** INSERT ... IF NOT EXISTS. */
COODIE_API void coodie_batch_insert(coodie_batch *b, const coodie_model *m, void *object, const coodie_write *w);
COODIE_API void coodie_batch_save_if(coodie_batch *b, const coodie_model *m, void *object, const char *condition, cql_args args, const coodie_write *w);
COODIE_API void coodie_batch_update(coodie_batch *b, const coodie_model *m, void *object, const char *set, cql_args args, const coodie_write *w);
COODIE_API void coodie_batch_delete(coodie_batch *b, const coodie_model *m, const void *object, const coodie_write *w);
COODIE_API void coodie_batch_delete_columns(coodie_batch *b, const coodie_model *m, void *object, const char *columns, cql_args args, const coodie_write *w);
/** Counters: see coodie_increment(); the batch must be COODIE_BATCH_COUNTER (CT-08). */
COODIE_API void coodie_batch_increment(coodie_batch *b, const coodie_model *m, void *object, const char *members, cql_args by);
/** A condition of the query, by coodie_if(), is one of the batch. */
COODIE_API void coodie_batch_query_update(coodie_batch *b, coodie_query *q, const char *set, cql_args args, const coodie_write *w);
COODIE_API void coodie_batch_query_delete(coodie_batch *b, coodie_query *q, const coodie_write *w);
/** Any CQL write. With binds it is prepared when the batch runs (BA-06). */
COODIE_API void coodie_batch_cql(coodie_batch *b, const char *cql, cql_args args);
/** A prepared write, which must live until the batch was run or cleared. */
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
/** Until the callback nothing can be added; the batch may be freed. */
COODIE_API bool coodie_batch_run_async(coodie_batch *b, coodie_status_fn *done, void *user, coodie_error *err);

/**
 * The same with its outcome, for batches with conditions: one partition only (BA-15). All rows that
 * were in the way can be had, as objects of the model of its first condition (BA-09).
 * @param err  COODIE_ERR_QUERY when no statement of a model has a condition
 */
COODIE_API coodie_lwt *coodie_batch_run_if(coodie_batch *b, coodie_error *err);
COODIE_API bool coodie_batch_run_if_async(coodie_batch *b, coodie_lwt_fn *done, void *user, coodie_error *err);

/** Fills a batch; @return false (with `err` filled) to send nothing. */
typedef bool coodie_batch_fn(coodie_batch *b, void *user, coodie_error *err);

/**
 * A scope: makes a batch, calls `body`, and sends it only when that returned true (BA-04).
 * @return false with what `body` or the batch reported; COODIE_ERR_CANCELLED when `body` gave no reason
 */
COODIE_API bool coodie_batch_scope(coodie_session *s, const coodie_batch_options *options, coodie_batch_fn *body, void *user, coodie_error *err);
/** `body` is called before it returns; `done`, if it returned true, when the batch was answered. */
COODIE_API bool coodie_batch_scope_async(coodie_session *s, const coodie_batch_options *options, coodie_batch_fn *body, void *user, coodie_status_fn *done, void *done_user, coodie_error *err);

COODIE_END

#endif
