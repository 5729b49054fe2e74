/* SPDX-License-Identifier: MIT */
/**
 * @file attempts.h
 * What a session says about itself beside its numbers (include/coodie/observe.h): the history of requests,
 * and the last frames of its connections. The types are in metrics.h.
 */
#ifndef COODIE_ATTEMPTS_H
#define COODIE_ATTEMPTS_H

#include <coodie/metrics.h>
#include <coodie/session.h>

COODIE_BEGIN

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
