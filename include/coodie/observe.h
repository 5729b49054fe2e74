/* SPDX-License-Identifier: MIT */
/**
 * @file observe.h
 * What a session says about itself: numbers, and their text for Prometheus. The types are in
 * metrics.h.
 */
#ifndef COODIE_OBSERVE_H
#define COODIE_OBSERVE_H

#include <coodie/metrics.h>
#include <coodie/session.h>

COODIE_BEGIN

/**
 * Fills `out` (its `size` is set by the caller). Gauges are those of the last turn of the loop. Any
 * thread may call, while the session is not being freed.
 * @param scope  NULL: the session
 * @param err    COODIE_ERR_INVALID: no such host, or shard of it; COODIE_ERR_UNSUPPORTED: the session
 * was made from a driver
 */
COODIE_API bool coodie_session_metrics(const coodie_session *s, const coodie_scope *scope,
				       coodie_metrics *out, coodie_error *err);
/** The same for durations. */
COODIE_API bool coodie_session_histogram(const coodie_session *s, const coodie_scope *scope,
					 enum coodie_histogram_kind kind, coodie_histogram *out,
					 coodie_error *err);
/** Writes all of it as OpenMetrics text, as snprintf() does: @return its length, whatever `size` is.
 * 0: the session has no numbers. Takes no lock (O5); any thread. */
COODIE_API size_t coodie_session_metrics_text(const coodie_session *s, char *out, size_t size);
/** Writes hosts, pools, connections and their streams as text for people, as snprintf() does (O10): its
 * form may change. On the thread of the session; with loops of its own any thread, and on one of those
 * only what that one has. */
COODIE_API size_t coodie_session_dump(const coodie_session *s, char *out, size_t size);

/**
 * Calls `fn` for the last events of each connection, 256 at most, oldest first: states it entered, and
 * frames with their opcode, stream and length, never with what is in them. On the thread of the session;
 * with loops of its own any thread, where `fn` runs on each loop in turn. Must not submit, block or
 * free.
 * @param err  COODIE_ERR_INVALID; COODIE_ERR_UNSUPPORTED: the option `wire_ring` is off, or the session
 * was made from a driver
 */
COODIE_API bool coodie_session_wire(const coodie_session *s, coodie_wire_fn *fn, void *user,
				    coodie_error *err);

COODIE_END

#endif
