/* SPDX-License-Identifier: MIT */
/**
 * @file pool.h
 * Connections per host and shard, sockets and names, loop threads, back-pressure, and what
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

COODIE_END

#endif
