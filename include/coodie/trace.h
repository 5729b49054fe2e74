/* SPDX-License-Identifier: MIT */
/**
 * @file trace.h
 * What servers noted about a request that was made with `tracing`: a row of system_traces.sessions and
 * the rows of its events. Serves M12, M13.
 */
#ifndef COODIE_TRACE_H
#define COODIE_TRACE_H

#include <coodie/session.h>

COODIE_BEGIN

/**
 * Called once, as coodie_done_fn. On success both results are the callee's to free: the session's row
 * (session_id, client, command, coordinator, duration in microseconds, parameters, request,
 * started_at), and its events in their order (event_id, activity, source, source_elapsed in
 * microseconds, thread). On failure both are NULL.
 */
typedef void coodie_trace_fn(coodie_result *take_session, coodie_result *take_events,
			     const coodie_error *err, void *user);

/**
 * Reads a trace. Servers write it after they have answered, so it is looked for every
 * `tracing_interval_ms`, at `tracing_consistency`, until it is complete: until its session has a
 * duration.
 * @param id          from coodie_result_tracing_id()
 * @param timeout_ms  0: `tracing_wait_ms`
 * @param err         COODIE_ERR_TIMEOUT: it is not complete by then; what a look failed with
 */
COODIE_API bool coodie_session_trace_async(coodie_session *s, cql_uuid id, uint32_t timeout_ms,
					   coodie_trace_fn *done, void *user, coodie_error *err);
/** The same, blocking. @param take_session  freed by the caller, as is `take_events`; NULL on error */
COODIE_API bool coodie_session_trace(coodie_session *s, cql_uuid id, uint32_t timeout_ms,
				     coodie_result **take_session, coodie_result **take_events,
				     coodie_error *err);

COODIE_END

#endif
