/* SPDX-License-Identifier: MIT */
/* Threads that run loops, each with an engine of its own: requests come from any thread, one of the
 * loops takes each, and its callback runs there. Shards are dealt to the loops; hosts without shards
 * are connected to by each of them. */
#ifndef NET_CREW_H
#define NET_CREW_H

#include <coodie/driver.h>

#include "net/engine.h"

struct cd_crew;

/* Makes o->loops threads; they connect with their first request. `gone` runs once, as the last thing,
 * when all of them have ended after free(). */
struct cd_crew *cd_crew_new(const coodie_options *o, struct cd_policies *policies,
			    void (*gone)(void *user), void *user, coodie_error *err);

/* The table of a coodie_session. run() waits for `*until`, which callbacks of the library set;
 * free() ends the threads, and waits for that unless it is called on one of them. */
extern const coodie_driver cd_crew_driver;

bool cd_crew_connect(struct cd_crew *c, coodie_status_fn *done, void *user, coodie_error *err);
bool cd_crew_close(struct cd_crew *c, coodie_status_fn *done, void *user, coodie_error *err);
bool cd_crew_prepare(struct cd_crew *c, const char *cql, coodie_prepared_fn *done, void *user,
		     coodie_error *err);
bool cd_crew_execute(struct cd_crew *c, coodie_prepared *p, cql_args args, const coodie_request *r,
		     coodie_done_fn *done, void *user, coodie_error *err);
bool cd_crew_ready(struct cd_crew *c, coodie_status_fn *done, void *user, coodie_error *err);
/* Runs a function on one loop (the caller's, on a loop), and waits for it. */
bool cd_crew_ask(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user,
		 coodie_error *err);
/* The same on each of them, until `*ok` is false; on a loop that has fellows it is refused. */
bool cd_crew_tune(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user,
		  const bool *ok, coodie_error *err);
bool cd_crew_info(struct cd_crew *c, coodie_connection_info *info, coodie_error *err);
void cd_crew_stats(struct cd_crew *c, coodie_session_stats *stats);
/* Calls `fn` on each of the loops, one after the other, and waits for it; on one of them only there.
 * A loop that cannot be asked is passed over. */
void cd_crew_each(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user);
/* The engine of the i-th loop, to be read where any thread may; NULL: there are no more. */
const struct cd_engine *cd_crew_engine(const struct cd_crew *c, uint32_t i);
/* Whether a blocking call is legal: not on one of the loops. */
bool cd_crew_may_block(const struct cd_crew *c, coodie_error *err);

#endif
