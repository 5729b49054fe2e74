/* SPDX-License-Identifier: MIT */
/* The native driver: connections to one cluster on one loop. What session.c calls; everything else
 * of net/ is behind it. */
#ifndef NET_ENGINE_H
#define NET_ENGINE_H

#include <coodie/driver.h>

#include "net/options/options.h"

struct cd_engine;
struct cd_fellows;
struct cd_policies;

/* @param loop  the caller's, or NULL for a private one. `policies` outlive it. No I/O. `o` is copied. */
struct cd_engine *cd_engine_new(const coodie_options *o, const coodie_loop *loop,
				struct cd_policies *policies, coodie_error *err);

/* The table session.c puts into a coodie_session: submit, run, cancel, free. free() ends the engine
 * as coodie_session_free() says: at once on a private loop (callbacks run inside), else on the
 * loop's next turn, after which the engine frees itself. It is legal inside any callback of the
 * engine. */
extern const coodie_driver cd_engine_driver;
/* Its connections are another process's, which goes on with them: here they end without a word.
 * False: its loop is the caller's. */
bool cd_engine_mute(struct cd_engine *e);
/* Called once, as the last thing, when the engine has freed itself: what its callbacks may need
 * lives until then. */
/* It is one of several, each on a loop of its own; `turned` follows whatever ran callbacks. */
void cd_engine_deal(struct cd_engine *e, uint32_t index, uint32_t count, void (*turned)(void *user),
		    void *user);
/* It is of the same session as `leader` (maybe itself), whom it follows. */
void cd_engine_join(struct cd_engine *e, const struct cd_fellows *fellows,
		    const struct cd_engine *leader);
/* Gives the request up that was made with this alias. */
void cd_engine_cancel_alias(struct cd_engine *e, uint64_t alias);
void cd_engine_on_gone(struct cd_engine *e, void (*gone)(void *user), void *user);

bool cd_engine_connect(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err);
bool cd_engine_close(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err);
/* Of `o` only the payload is looked at. */
bool cd_engine_prepare(struct cd_engine *e, const char *cql, const coodie_request *o,
		       coodie_prepared_fn *done, void *user, coodie_error *err);
/* What a caller asks for who says nothing. */
extern const coodie_request cd_request_plain;
/* Of a statement that may be another loop's: on the short way, or else on the long one. */
bool cd_engine_execute(struct cd_engine *e, coodie_prepared *p, cql_args args,
		       const coodie_request *r, coodie_done_fn *done, void *user,
		       coodie_error *err);
bool cd_engine_info(const struct cd_engine *e, coodie_connection_info *info, coodie_error *err);
const char *cd_engine_supported(const struct cd_engine *e, const char *key, size_t i);
void cd_engine_stats(const struct cd_engine *e, coodie_session_stats *stats);
/* Turns a private loop until `*until`, or so long. False: it cannot, or nothing is in flight. */
bool cd_engine_run_for(struct cd_engine *e, const bool *until, uint32_t ms, coodie_error *err);
/* Whether it has a private loop with something in flight, or waiting. */
bool cd_engine_is_busy(const struct cd_engine *e);
/* Whether it is turned by who waits. */
bool cd_engine_is_private(const struct cd_engine *e);
/* Whether a blocking call is legal now: a private loop, and not inside a callback. */
bool cd_engine_may_block(const struct cd_engine *e, coodie_error *err);

#endif
