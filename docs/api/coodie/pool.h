/* SPDX-License-Identifier: MIT */
/**
 * @file pool.h
 * Connections per host and shard, sockets and names, loop threads, futures, back-pressure, and what
 * of all that can be changed while a session runs.
 *
 * Serves P2, P5, P9, P11 to P16, P22, S1 to S6, S15 to S17, C1 to C26, N2, N12, N14 to N16, N18,
 * N19, G1 to G4, H1 to H4, T7, T8, T10 to T13, U1 to U5, U7 to U12, U26, U27, U30 to U34, U39, U40.
 */
#ifndef COODIE_POOL_H
#define COODIE_POOL_H

#include <coodie/query.h>

COODIE_BEGIN

/* ---- what can be changed while a session runs -------------------------------------------- */

/** Takes effect at once where something can be waited for or opened; open connections stay. */
COODIE_API bool coodie_session_tune(coodie_session *s, const coodie_tune *tune,
				    coodie_error *err);
/** The values in force. */
COODIE_API void coodie_session_tuning(const coodie_session *s, coodie_tune *out);

/* ---- back-pressure ----------------------------------------------------------------------- */

/** Where a session stands; for deciding what to accept (C21, U9). */
typedef struct coodie_load {
	size_t size;
	uint32_t in_flight, waiting, limit; /**< `limit`: what may be in flight now */
	bool overloaded;                    /**< a server said so within the last second */
} coodie_load;
COODIE_API void coodie_session_load(const coodie_session *s, coodie_load *out);
/** Runs `done` once a request would be sent at once instead of waiting. */
COODIE_API bool coodie_session_ready_async(coodie_session *s, coodie_status_fn *done, void *user,
					   coodie_error *err);

/* ---- futures ----------------------------------------------------------------------------- */

/**
 * One outcome, waited for on any thread. It is a place for a callback: give `coodie_future_result`
 * (or its like) and the future to any `_async` call.
 *
 *     coodie_future *f = coodie_future_new(s, &err);
 *     if (coodie_session_query_async(s, cql, args, NULL, coodie_future_result, f, &err) &&
 *         coodie_future_wait(f, 500, &err))
 *             res = coodie_future_take_result(f);
 *     coodie_future_free(f);
 */
typedef struct coodie_future coodie_future;

COODIE_API coodie_future *coodie_future_new(coodie_session *s, coodie_error *err);
/** Gives it up, at any time: an outcome that comes later, or was not taken, is freed. */
COODIE_API void coodie_future_free(coodie_future *f);
/**
 * Waits for the outcome, then reports it. On a private loop it turns the loop.
 * @param timeout_ms  0: looks without waiting; UINT32_MAX: no limit
 * @return whether the call succeeded; COODIE_ERR_TIMEOUT: no outcome yet, may be waited for again
 */
COODIE_API bool coodie_future_wait(coodie_future *f, uint32_t timeout_ms, coodie_error *err);
COODIE_API bool coodie_future_is_done(const coodie_future *f);
/** Runs a function when the outcome is there, at once if it is; one per future (H1). */
COODIE_API bool coodie_future_then(coodie_future *f, void (*fn)(coodie_future *f, void *user),
				   void *user, coodie_error *err);
COODIE_API coodie_result *coodie_future_take_result(coodie_future *f);
COODIE_API coodie_rows *coodie_future_take_rows(coodie_future *f);
COODIE_API void *coodie_future_take_object(coodie_future *f);
COODIE_API coodie_prepared *coodie_future_take_prepared(coodie_future *f);
COODIE_API uint64_t coodie_future_count(const coodie_future *f);

/* Callbacks to give to `_async` calls, with the future as `user`. */
COODIE_API void coodie_future_status(const coodie_error *err, void *future);
COODIE_API void coodie_future_result(coodie_result *take_res, const coodie_error *err,
				     void *future);
COODIE_API void coodie_future_rows(coodie_rows *take_rows, const coodie_error *err, void *future);
COODIE_API void coodie_future_object(void *take_object, const coodie_error *err, void *future);
COODIE_API void coodie_future_prepared(coodie_prepared *take_prepared, const coodie_error *err,
				       void *future);
COODIE_API void coodie_future_counted(uint64_t count, const coodie_error *err, void *future);

COODIE_END

#endif
