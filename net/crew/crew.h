/* SPDX-License-Identifier: MIT */
/* Threads that run loops, each with an engine and connections of its own: requests come from any
 * thread, one of the loops takes each, and its callback runs there. The first loop reads topology
 * and schema for all of them. */
#ifndef NET_CREW_H
#define NET_CREW_H

#include <coodie/driver.h>
#include <coodie/metadata.h>

#include "net/crew/homes.h"
#include "net/crew/parcel.h"
#include "net/engine/engine.h"

struct cd_crew;

/* Makes o->loops threads; they connect with their first request. `gone` runs once, as the last thing,
 * when all of them have ended after free(). */
struct cd_crew *cd_crew_new(const coodie_options *o, struct cd_policies *policies,
			    void (*gone)(void *user), void *user, coodie_error *err);

/* The table of a coodie_session. run() waits for `*until`, which callbacks of the library set;
 * free() ends the threads, and waits for that unless it is called on one of them. */
extern const coodie_driver cd_crew_driver;
/* The options that all loops were made with; those that can be tuned may be older. */
const struct coodie_options *cd_crew_options(const struct cd_crew *c);

/* Of those of its threads whose requests need nothing but their loop's engine, as long as they have no id. */
struct cd_homes *cd_crew_homes(struct cd_crew *c);

/* ---- requests: any thread ---------------------------------------------------------------------- */

bool cd_crew_close(struct cd_crew *c, coodie_status_fn *done, void *user, coodie_error *err);
bool cd_crew_prepare(struct cd_crew *c, const char *cql, coodie_prepared_fn *done, void *user,
		     coodie_error *err);
bool cd_crew_execute(struct cd_crew *c, coodie_prepared *p, cql_args args, const coodie_request *r,
		     coodie_done_fn *done, void *user, coodie_error *err);

/* What ends with a status. */
struct cd_start {
	const char *what;
	cd_start_fn *fn;
	const void *args; /* copied: `len` bytes */
	size_t len;
	bool anywhere; /* on the loop that takes the next request; else on the one that leads */
};

bool cd_crew_start(struct cd_crew *c, const struct cd_start *start, coodie_status_fn *done,
		   void *user, coodie_error *err);

/* ---- questions: they wait for the loop --------------------------------------------------------- */

/* Whether a blocking call is legal: not on one of the loops. */
bool cd_crew_may_block(const struct cd_crew *c, coodie_error *err);
/* Runs a function on the loop that leads (the caller's, on a loop). False: it did not run. */
bool cd_crew_ask(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user,
		 coodie_error *err);
/* The same on each of them, until `*ok` is false; on a loop that has fellows it is refused. */
bool cd_crew_tune(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user,
		  const bool *ok, coodie_error *err);
/* Calls `fn` on each of the loops, one after the other; on one of them only there. A loop that cannot
 * be asked is passed over. */
void cd_crew_each(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user);
bool cd_crew_info(struct cd_crew *c, coodie_connection_info *info, coodie_error *err);
/* A text that lives as long as the session; NULL: there is none. */
const char *cd_crew_supported(struct cd_crew *c, const char *key, size_t i);
void cd_crew_stats(struct cd_crew *c, coodie_session_stats *stats);

/* ---- what can be had without them: any thread -------------------------------------------------- */

/* The engine of the i-th loop, to be read where any thread may; NULL: there are no more. */
const struct cd_engine *cd_crew_engine(const struct cd_crew *c, uint32_t i);
/* A reference to the newest snapshot; NULL: there is none yet. */
coodie_metadata *cd_crew_snapshot(struct cd_crew *c);
/* Runs a function on the i-th loop, sometime, with NULL when its engine is gone. False: out of memory. */
bool cd_crew_pass(struct cd_crew *c, uint32_t i, void (*fn)(struct cd_engine *e, void *user),
		  void *user);
/* Runs a function on all loops but the caller's, sometime; `data` is copied. False: some of them could
 * not be told. */
bool cd_crew_tell(struct cd_crew *c, cd_news_fn *fn, const void *data, size_t len);

#endif
