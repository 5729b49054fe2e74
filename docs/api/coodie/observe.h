/* SPDX-License-Identifier: MIT */
/**
 * @file observe.h
 * What a session says about itself: numbers, their text for Prometheus, the history of requests, and
 * the last frames of its connections. The types are in metrics.h.
 */
#ifndef COODIE_OBSERVE_H
#define COODIE_OBSERVE_H

#include <coodie/metrics.h>
#include <coodie/session.h>

COODIE_BEGIN

/**
 * Any thread may call, while the session is not being freed.
 * @param scope  NULL: the session
 */
COODIE_API bool coodie_session_metrics(const coodie_session *s, const coodie_scope *scope,
				       coodie_metrics *out, coodie_error *err);
COODIE_API bool coodie_session_histogram(const coodie_session *s, const coodie_scope *scope,
					 enum coodie_histogram_kind kind, coodie_histogram *out,
					 coodie_error *err);

/** Writes all of it as OpenMetrics text, as snprintf() does; takes no lock (O5). */
COODIE_API size_t coodie_session_metrics_text(const coodie_session *s, char *out, size_t size);
/** Writes pools, connections and their streams as text for people, as snprintf() does (O10). */
COODIE_API size_t coodie_session_dump(const coodie_session *s, char *out, size_t size);

/** Tells of each attempt; NULL (default) costs nothing. */
COODIE_API void coodie_options_set_attempts(coodie_options *o, coodie_attempt_fn *fn, void *user);
/** Lets tracing add to each request; NULL (default) costs nothing. */
COODIE_API void coodie_options_set_outgoing(coodie_options *o, coodie_outgoing_fn *fn, void *user);
/** The node that answered; false for a result made by hand (O7). */
COODIE_API bool coodie_result_node(const coodie_result *r, cql_inet *address, uint16_t *port);

/** Calls `fn` for the last events of each connection. */
COODIE_API bool coodie_session_wire(const coodie_session *s, coodie_wire_fn *fn, void *user,
				    coodie_error *err);

COODIE_END

#endif
