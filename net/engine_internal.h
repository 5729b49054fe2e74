/* SPDX-License-Identifier: MIT */
/* The engine from the inside, for the files that make it: engine.c (life and loop), connect.c (contact points and the one
 * connection), submit.c (requests in), answer.c (responses out).
 *
 * No user code runs but in deliver(), the last thing in any callback of the loop: whatever the user does there (submit,
 * cancel, free) finds the engine in one piece. */
#ifndef NET_ENGINE_INTERNAL_H
#define NET_ENGINE_INTERNAL_H

#include "net/engine.h"
#include "net/link.h"
#include "net/prepared.h"
#include "net/request.h"
#include "net/wheel.h"

enum cd_engine_state { CD_ENGINE_IDLE, CD_ENGINE_CONNECTING, CD_ENGINE_READY };

struct cd_engine {
	coodie_options *options;
	coodie_allocator allocator; /* a copy of options->allocator, at an address that stays */
	coodie_loop loop;
	bool private_loop;
	coodie_watch *turn, *timer;
	uint64_t timer_at_us;       /* when the timer fires; UINT64_MAX: it does not run */
	struct cd_wheel wheel;

	/* the connection */
	enum cd_engine_state state;
	struct cd_link link;        /* open unless IDLE */
	bool link_open;
	bool draining;              /* worn out: nothing more is sent on it */
	uint32_t point;             /* contact point to try next, or in use */
	uint32_t points_tried;      /* in a row, without success */
	uint8_t version;            /* the highest still worth trying */
	struct cd_tls_context *tls;
	char *keyspace;             /* as USE last set it; from the allocator; NULL: none */
	struct cd_deadline connect_deadline;
	coodie_error connect_error; /* of the contact points tried so far */

	/* requests */
	struct cd_request_pool pool;
	struct cd_prepared_cache cache;
	struct cd_requests waiting;   /* for a connection or a stream */
	struct cd_requests on_wire;
	struct cd_requests completed; /* callbacks that are due on a later turn */
	struct cd_requests delivering;
	struct cd_requests closers;   /* wait for the end of all others */
	uint32_t open;                /* of users, closers apart: not completed yet */
	uint32_t live;                /* of users: callback not run yet */

	bool closing;     /* nothing new is taken */
	bool dying;       /* freed: waits for the stack to unwind, or for its last turn */
	bool in_callback;
	unsigned holds;   /* of the stack: cd_engine_run() */
	coodie_session_stats stats;
};

/* ---- engine.c ---------------------------------------------------------------------------------- */

uint64_t cd_engine_now(const struct cd_engine *e);
/* The turn hook runs once more. */
void cd_engine_wake(struct cd_engine *e);
void cd_engine_set_deadline(struct cd_engine *e, struct cd_deadline *d, uint64_t at_us);
/* Runs the callbacks that are due. The engine may be going to its end afterwards: last call of a loop's callback. */
void cd_engine_deliver(struct cd_engine *e);
/* A line for the log, if anyone wants it. */
void cd_engine_log(const struct cd_engine *e, enum coodie_log_level level, const char *format, ...) COODIE_PRINTF(3, 4);

/* ---- connect.c --------------------------------------------------------------------------------- */

/* Starts connecting when somebody waits and nothing is under way; sends what was queued. Called by the turn hook. */
void cd_engine_tend(struct cd_engine *e);
/* Ends the connection; requests on it fail with `why`. */
void cd_engine_disconnect(struct cd_engine *e, const coodie_error *why);
void cd_engine_connect_late(struct cd_engine *e);
/* Requests may be sent: connected, and not worn out. */
bool cd_engine_ready(const struct cd_engine *e);

/* ---- submit.c ---------------------------------------------------------------------------------- */

/* Sends a request, or puts it where it waits for what it needs. */
void cd_engine_dispatch(struct cd_engine *e, struct cd_request *r);
/* Sends what waits, while there are streams. */
void cd_engine_pump(struct cd_engine *e);

/* ---- answer.c ---------------------------------------------------------------------------------- */

/* An answer has come. False: the peer broke the protocol, `err` says how. */
bool cd_engine_answer(struct cd_engine *e, const struct cd_envelope *envelope, coodie_error *err);
/* A request is over: its callback will run with r->result, or with `why`, on a later turn. */
void cd_engine_complete(struct cd_engine *e, struct cd_request *r);
void cd_engine_fail(struct cd_engine *e, struct cd_request *r, const coodie_error *why);
/* Takes a request off whatever it waits for: its stream becomes an orphan, a PREPARE nobody waits for is given up. */
void cd_engine_detach(struct cd_engine *e, struct cd_request *r);

#endif
