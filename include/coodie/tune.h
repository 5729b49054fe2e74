/* SPDX-License-Identifier: MIT */
/**
 * @file tune.h
 * What of a session can be changed while it runs, and how much it is asked for at the moment.
 *
 * On a session with threads of its own (`loops`) these calls ask every loop, and wait for it: any
 * thread may make them but the loops themselves (COODIE_ERR_WOULD_BLOCK; the calls without `err` see
 * that loop alone). Otherwise they belong to the session's thread.
 *
 * Serves C1 to C3, C7 to C9, C11, C17, C19 to C22, G2, U9, U10.
 */
#ifndef COODIE_TUNE_H
#define COODIE_TUNE_H

#include <coodie/session.h>

COODIE_BEGIN

/**
 * Changes all that `tune` names, or nothing. Takes effect at once: connections that are missing are
 * opened, those too many end with their last answer. Timeouts are those of requests to come.
 * @param tune  COODIE_TUNE(...)
 * @param err   COODIE_ERR_INVALID: out of bounds
 */
COODIE_API bool coodie_session_tune(coodie_session *s, const coodie_tune *tune, coodie_error *err);
/** The same for one option that docs/options.md calls live, from text. */
COODIE_API bool coodie_session_tune_by_name(coodie_session *s, const char *name, const char *value,
					    coodie_error *err);
/** The values in force; COODIE_TUNE_OFF for what is off. `out->size` is set by the caller. */
COODIE_API void coodie_session_tuning(const coodie_session *s, coodie_tune *out);

/** Where a session stands: for deciding what to accept (C21, U9). */
typedef struct coodie_load {
	size_t size;        /**< sizeof(coodie_load), set by the caller */
	uint32_t in_flight; /**< requests on the wire */
	uint32_t waiting;   /**< for a connection, for room on one, for a PREPARE */
	uint32_t limit;     /**< how many may be on the wire, on the connections there are */
	bool overloaded;    /**< a server said so within the last second */
} coodie_load;

COODIE_API void coodie_session_load(const coodie_session *s, coodie_load *out);
/**
 * Waits until a request would be sent at once instead of waiting: connects if need be. With several
 * loops, on the one that takes the next request.
 */
COODIE_API bool coodie_session_ready_async(coodie_session *s, coodie_status_fn *done, void *user,
					   coodie_error *err);

COODIE_END

#endif
