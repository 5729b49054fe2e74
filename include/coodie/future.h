/* SPDX-License-Identifier: MIT */
/**
 * @file future.h
 * Calls whose outcome is waited for later: the third form beside callbacks and blocking calls.
 *
 *     coodie_future *f = coodie_future_query(s, cql, CQL_ARGS(), NULL, &err);
 *     ...
 *     if (coodie_future_wait(f, 500, &err))
 *             res = coodie_future_take_result(f);
 *     coodie_future_free(f);
 *
 * With loop threads of the session's own any thread may wait; on a private loop waiting turns the
 * loop. On a loop of the caller's, and inside callbacks, only looking (a timeout of 0) and
 * coodie_future_then() are of use: waiting would block (COODIE_ERR_WOULD_BLOCK). Each function may
 * be called from any thread; taking and freeing are for one of them. Serves H1, U23.
 */
#ifndef COODIE_FUTURE_H
#define COODIE_FUTURE_H

#include <coodie/session.h>

COODIE_BEGIN

typedef struct coodie_future coodie_future;

/*
 * The `_async` calls of session.h, each with a future for its callback: NULL, and `err`, when the
 * call was not accepted; otherwise freed with coodie_future_free().
 */
COODIE_API coodie_future *coodie_future_query(coodie_session *s, const char *cql, cql_args args,
					      const coodie_request *r, coodie_error *err);
COODIE_API coodie_future *coodie_future_execute(coodie_session *s, coodie_prepared *p,
						cql_args args, const coodie_request *r,
						coodie_error *err);
COODIE_API coodie_future *coodie_future_prepare(coodie_session *s, const char *cql,
						coodie_error *err);
COODIE_API coodie_future *coodie_future_connect(coodie_session *s, coodie_error *err);
COODIE_API coodie_future *coodie_future_close(coodie_session *s, coodie_error *err);

/** Gives it up, at any time: an outcome that comes later, or was not taken, is freed. NULL is fine.
 */
COODIE_API void coodie_future_free(coodie_future *f);
/**
 * Waits for the outcome, then reports it, as often as it is asked.
 * @param timeout_ms  0: looks without waiting; UINT32_MAX: no limit
 * @param err         COODIE_ERR_TIMEOUT: there is no outcome yet, it may be waited for again (look at
 *                    coodie_future_is_done(): a request can end with this code too);
 *                    COODIE_ERR_WOULD_BLOCK; otherwise the outcome's own
 * @return whether there is an outcome, and a good one
 */
COODIE_API bool coodie_future_wait(coodie_future *f, uint32_t timeout_ms, coodie_error *err);
COODIE_API bool coodie_future_is_done(const coodie_future *f);

/** Told that the outcome is there; every function here may be called, coodie_future_free() too. */
typedef void coodie_future_fn(coodie_future *f, void *user);
/**
 * Runs a function once the outcome is there: at once, on this thread, if it is, else on the thread
 * of the callback.
 * @return false with COODIE_ERR_INVALID: it has one already
 */
COODIE_API bool coodie_future_then(coodie_future *f, coodie_future_fn *fn, void *user,
				   coodie_error *err);

/** @return the caller's from now on; NULL: the outcome is none of this kind, or was taken */
COODIE_API coodie_result *coodie_future_take_result(coodie_future *f);
COODIE_API coodie_prepared *coodie_future_take_prepared(coodie_future *f);

COODIE_END

#endif
