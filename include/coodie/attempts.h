/* SPDX-License-Identifier: MIT */
/**
 * @file attempts.h
 * Hooks on requests: what tracing adds to each as it leaves, and every attempt as it ends. The types
 * are in metrics.h; the numbers of a session are in observe.h.
 */
#ifndef COODIE_ATTEMPTS_H
#define COODIE_ATTEMPTS_H

#include <coodie/metrics.h>
#include <coodie/options.h>

COODIE_BEGIN

/**
 * Tells of each attempt of a request when it is over (O6): answered, failed, timed out, or given up.
 * Called on the thread of the loop that made it; with loops of the session's own, on many at once.
 * Requests of the session itself are not told. NULL (default) costs nothing.
 */
COODIE_API void coodie_options_set_attempts(coodie_options *o, coodie_attempt_fn *fn, void *user);
/**
 * Lets tracing add to the custom payload of each request (O5), inside the call that submits it and
 * on its thread. NULL (default) costs nothing.
 */
COODIE_API void coodie_options_set_outgoing(coodie_options *o, coodie_outgoing_fn *fn, void *user);

COODIE_END

#endif
