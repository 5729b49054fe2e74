/* SPDX-License-Identifier: MIT */
/* The inside of the native engine, shared by its files: engine.c (life, hooks), engine_submit.c
 * (in), engine_answer.c (out), engine_dial.c (connections). A pool per node will stand where `wire`
 * is. */
#ifndef NET_ENGINE_IMPL_H
#define NET_ENGINE_IMPL_H

#include "net/engine.h"
#include "net/link.h"
#include "net/log.h"
#include "net/prepared.h"
#include "net/request.h"

/* One connection of the engine. */
struct cd_wire {
	struct cd_engine *engine;
	struct cd_link link;
	struct cd_wire *next; /* among the engine's, or the dead */
	uint64_t number;      /* no other of the engine's has it */
	bool up;              /* READY has been reached */
	bool closed;          /* its memory goes when nothing of it is on the stack */
	bool draining;        /* takes no new requests, and ends with its last answer */
	bool inside;          /* one of its callbacks has entered the engine */
};

struct cd_engine {
	struct coodie_options *options;
	const coodie_allocator *allocator; /* the options' */
	coodie_loop loop;
	bool private_loop;
	coodie_watch *timer, *turn;
	bool turn_armed;
	uint64_t timer_at; /* when the timer fires; UINT64_MAX: it does not run */
	struct cd_wheel wheel;

	/* connections */
	struct cd_wire *wire;  /* being made, or in use; NULL: none */
	struct cd_wire *wires; /* all that are open */
	struct cd_wire *dead;  /* to be freed */
	struct cd_wire *last;  /* lost, but what it was told (SUPPORTED) may still be read */
	uint64_t opened;       /* how many there ever were */
	uint8_t version;       /* to be tried */
	char *keyspace;        /* to be used on every connection; NULL: none */
	size_t point, tried;   /* contact points: the next one, and how many failed in this round */
	struct cd_deadline attempt;
	coodie_error reasons; /* why they failed */
	char address[CD_ADDRESS_TEXT];

	/* requests */
	struct cd_request_pool pool;
	struct cd_requests waiting; /* for a connection or a slot on one */
	struct cd_requests done;    /* callbacks for the next turn */
	struct cd_requests closers;
	struct cd_prepared_cache prepared;
	uint32_t live; /* requests that are not given back */
	uint32_t held; /* those that wait for a PREPARE */
	uint32_t in_flight;
	coodie_result *void_result; /* shared by all that say nothing more */
	coodie_error ok;
	coodie_session_stats stats;

	bool closing, closed; /* by coodie_session_close() */
	bool freed;           /* by coodie_session_free(): only callbacks are left */
	bool running;         /* coodie_session_run() is on the stack */
	unsigned inside;      /* callbacks of the loop on the stack */
	void (*gone)(void *user);
	void *gone_user;
};

/* ---- engine.c: turns, the end of requests --------------------------------------------------- */

/* Around every callback of the loop. The engine may be gone after leave. */
void cd_engine_enter(struct cd_engine *e);
void cd_engine_leave(struct cd_engine *e);
uint64_t cd_engine_now(const struct cd_engine *e);
/* Makes the loop come by once more before it sleeps. */
void cd_engine_arm(struct cd_engine *e);
void cd_engine_add_deadline(struct cd_engine *e, struct cd_deadline *d, uint32_t ms);
/* Runs the callbacks that are due. */
void cd_engine_deliver(struct cd_engine *e);
/* What follows every event: requests are sent, connections made, closing goes on. */
void cd_engine_settle(struct cd_engine *e);

/* Takes a request from wherever it is: a list, the wheel, the wire (where its id stays an orphan).
 */
void cd_engine_detach(struct cd_engine *e, struct cd_request *r);
/* Ends a detached request on the next turn. */
void cd_engine_finish(struct cd_engine *e, struct cd_request *r);
void cd_engine_fail(struct cd_engine *e, struct cd_request *r, const coodie_error *err);
/* Ends it now: only from the loop. */
void cd_engine_call(struct cd_engine *e, struct cd_request *r);
/* Gives one back that nobody is told of. */
void cd_engine_drop(struct cd_engine *e, struct cd_request *r);

/* ---- engine_submit.c: requests to the wire -------------------------------------------------- */

bool cd_engine_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
		      coodie_error *err);
/* Sends what can be sent of those that wait. */
void cd_engine_pump(struct cd_engine *e);
/* Sends it, or lets it wait. False: neither, and it is still the caller's. */
bool cd_engine_send(struct cd_engine *e, struct cd_request *r, coodie_error *err);
/* Lets a request wait until its statement is (again) prepared. */
bool cd_engine_await_prepare(struct cd_engine *e, struct cd_request *r, coodie_error *err);

/* ---- engine_answer.c: answers to requests --------------------------------------------------- */

/* False: the peer broke the protocol. */
bool cd_engine_answer(struct cd_engine *e, struct cd_wire *w, const cql_envelope *answer,
		      coodie_error *err);
/* The PREPARE came to nothing: so does everything that waits for it. */
void cd_engine_load_failed(struct cd_engine *e, struct cd_request *load, const coodie_error *err);

/* ---- engine_dial.c: connections ------------------------------------------------------------- */

/* Makes a connection when one is wanted and there is none. */
void cd_engine_dial(struct cd_engine *e);
/* The attempt took too long. */
void cd_engine_dial_late(struct cd_engine *e);
void cd_engine_flush(struct cd_engine *e);
/* Ends a connection; what is in flight on it is the caller's. */
void cd_engine_close_wire(struct cd_engine *e, struct cd_wire *w);
/* Ends every connection and everything in flight with `err`. */
void cd_engine_close_wires(struct cd_engine *e, const coodie_error *err);
/* Lets it end with its last answer; the next request makes another one. */
void cd_engine_retire(struct cd_engine *e, struct cd_wire *w);
void cd_engine_end_if_drained(struct cd_engine *e, struct cd_wire *w);
/* Frees the memory of connections that are closed. */
void cd_engine_bury(struct cd_engine *e);

#endif
