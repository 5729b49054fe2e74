/* SPDX-License-Identifier: MIT */
/* The inside of the native engine, shared by its files: engine.c (life, turns), engine_submit.c (in),
 * engine_send.c (to the wire), engine_choose.c (which one), engine_retry.c (once more), engine_answer.c (out), engine_prepare.c (statements); beside it the
 * connections: wire, host, pool, control. */
#ifndef NET_ENGINE_IMPL_H
#define NET_ENGINE_IMPL_H

#include <coodie/metrics.h>

#include "base/hot.h"
#include "base/random.h"
#include "net/engine/attempt.h"
#include "net/engine/control.h"
#include "net/engine/control_agreement.h"
#include "net/engine/engine.h"
#include "net/engine/events.h"
#include "net/engine/extras.h"
#include "net/engine/fellows.h"
#include "net/engine/host.h"
#include "net/engine/prepared.h"
#include "net/engine/request.h"
#include "net/engine/tally.h"
#include "net/metrics/log.h"
#include "net/policy/policies.h"
#include "net/policy/profile_view.h"
#include "net/ring/router.h"

/* Whose a deadline is. */
enum cd_deadline_kind {
	CD_DEADLINE_REQUEST = 0,
	CD_DEADLINE_RETRY,   /* of a request: it is sent again, or once more */
	CD_DEADLINE_WIRE,    /* it opens or drains */
	CD_DEADLINE_HOST,    /* its pool is looked at */
	CD_DEADLINE_CONTROL, /* the next round, or what a burst of events asked for */
	CD_DEADLINE_ROUND,   /* the next target of the round */
	CD_DEADLINE_PULSE,   /* heartbeats */
	CD_DEADLINE_SCHEMA,  /* it is read */
	CD_DEADLINE_AGREE,   /* whether nodes do is looked at */
	CD_DEADLINE_AGREE_LATE,
	CD_DEADLINE_TRACE, /* it is looked for again */
	CD_DEADLINES
};

/* A statement that was prepared by another loop's engine, and the same one here. */
struct cd_twin {
	struct coodie_prepared *theirs, *ours; /* references */
};

enum { CD_TWINS = 64 };

/* What a request without options of its own has. */
struct cd_usual {
	uint64_t generation; /* of the engine, when it was looked at */
	cql_params params;
	uint32_t timeout_ms;
	bool idempotent;
	bool express; /* requests may go by net/engine/engine_express.c */
};

struct cd_engine {
	struct coodie_options *options;
	const coodie_allocator *allocator; /* the options' */
	const struct cd_budget *memory;    /* behind it; NULL: without a budget */
	coodie_loop loop;
	bool private_loop;
	uint32_t loop_index, loop_count;
	const struct cd_fellows *fellows; /* on the other loops; NULL: there are none */
	bool follows;                     /* another of them reads topology and schema */
	uint64_t alias;                   /* of the next request */
	void *context;                /* likewise, of the tracing hook that its crew has called */
	coodie_outgoing_fn *outgoing; /* the hook; NULL: none, or its crew calls it */
	bool adorns;                  /* one of both may be there */
	struct cd_twin *twins;        /* by the address of another loop's statement; NULL: none */
	void (*turned)(void *user);
	void *turned_user;
	coodie_watch *timer, *turn;
	bool turn_armed;
	uint64_t timer_at; /* when the timer fires; UINT64_MAX: it does not run */
	struct cd_wheel wheel;

	/* decisions */
	struct cd_policies *policies;    /* the session's */
	struct cd_profile_view profiles; /* as this loop sees them */
	struct cd_random chance;         /* the same again in a simulation */
	struct cd_retry_budget budget;
	uint32_t turns;  /* of the choice among hosts */
	uint32_t *order; /* of hosts, being tried; `order_room` of them */
	uint32_t order_room;
	bool hosts_stale;     /* balancers are to hear of the hosts */
	bool distances_stale; /* pools are to hear of the balancers */
	bool complained;      /* of a datacenter that no host is in */
	bool listens;         /* somebody wants to hear of each answer */
	bool speculates;      /* a profile may send twice */
	uint64_t generation;  /* of hosts, ring, profiles and options */
	struct cd_usual usual;

	/* connections */
	struct cd_wire *wires; /* all that are open */
	struct cd_wire *dead;  /* to be freed */
	struct cd_wire *last;  /* lost, but what it was told (SUPPORTED) may still be read */
	uint64_t opened;       /* how many there ever were */
	uint8_t version;       /* to be tried */
	char *keyspace;        /* to be used on every connection; NULL: none */
	struct cd_hosts hosts;
	struct cd_control control;
	coodie_metadata *snapshot; /* the newest; NULL: nothing is known yet */
	struct cd_agreement *agreements;
	struct cd_resolver resolver;
	struct cd_deadline pulse;
	struct cd_events events;
	struct cd_log_limits said; /* what is no host's */

	/* requests */
	struct cd_request_pool pool;
	struct cd_router router;
	struct cd_slab attempts;    /* beyond a request's first */
	struct cd_requests waiting; /* for a connection or a slot on one */
	struct cd_requests delayed; /* until they are tried again */
	struct cd_requests done;    /* callbacks for the next turn */
	struct cd_requests closers;
	struct cd_requests parked; /* for what the engine does meanwhile */
	struct cd_prepared_cache prepared;
	uint32_t live; /* requests that are not given back */
	uint32_t own;  /* those of them that are the engine's */
	uint32_t held; /* those that wait for a PREPARE */
	uint32_t in_flight;
	uint64_t overloaded_us;         /* when a server last said that it is; 0: never */
	struct cd_result_pool *results; /* memory of small ones; NULL: none was left for that */
	coodie_result *void_result;     /* shared by all that say nothing more */
	coodie_error ok;
	coodie_session_stats stats;
	struct cd_tally tally;
	char session_id[CQL_UUID_TEXT_SIZE]; /* what SESSION_ID of STARTUP says */
	uint64_t entered_us;                 /* when the loop called, the last time */

	bool closing, closed; /* by coodie_session_close() */
	bool freed;           /* by coodie_session_free(): only callbacks are left */
	bool running;         /* coodie_session_run() is on the stack */
	unsigned inside;      /* callbacks of the loop on the stack */
	void (*gone)(void *user);
	void *gone_user;
};

/* ---- engine.c: life -------------------------------------------------------------------------- */

/* All is over: nothing of it is left. */
void cd_engine_destroy(struct cd_engine *e);
/* Ends every connection and everything in flight with `err`. */
void cd_engine_close_wires(struct cd_engine *e, const coodie_error *err);

/* ---- engine_run.c: who waits ------------------------------------------------------------------ */

bool cd_engine_run(void *driver, const bool *until, coodie_error *err);

/* ---- engine_turn.c: turns -------------------------------------------------------------------- */

/* The loop's hooks: a turn that was asked for, and the first deadline. */
void cd_engine_on_turn(void *engine);
void cd_engine_on_timer(void *engine);
/* Around every callback of the loop. The engine may be gone after leave. */
void cd_engine_enter(struct cd_engine *e);
void cd_engine_leave(struct cd_engine *e);
uint64_t cd_engine_now(const struct cd_engine *e);
/* Makes the loop come by once more before it sleeps. */
void cd_engine_set_turn(struct cd_engine *e);
static inline void cd_engine_arm(struct cd_engine *e)
{
	if (!e->turn_armed)
		cd_engine_set_turn(e);
}
void cd_engine_add_deadline(struct cd_engine *e, struct cd_deadline *d, uint32_t ms);
/* Sets the timer if something on the wheel passes before it. */
void cd_engine_mind_wheel(struct cd_engine *e);
/* What requests are decided by has changed. */
static inline void cd_engine_changed(struct cd_engine *e)
{
	e->generation++;
}

/* The time, as it was when this turn of the loop began. */
CD_HOT uint64_t cd_engine_moment(struct cd_engine *e)
{
	if (!e->inside && !e->turn_armed)
		e->entered_us = cd_engine_now(e);
	return e->entered_us;
}

/* Lets a request end at its time: those of the usual one do so in the order they came in. */
CD_HOT void cd_engine_bound(struct cd_engine *e, struct cd_request *r)
{
	if (r->timeout_ms != e->usual.timeout_ms) {
		cd_engine_add_deadline(e, &r->deadline, r->timeout_ms);
		return;
	}
	cd_wheel_queue(&e->wheel, &r->deadline,
		       cd_engine_moment(e) + r->timeout_ms * UINT64_C(1000));
	/* A timer that fires less than a tick after it is in time. */
	if (r->deadline.at_us + CD_WHEEL_TICK_US <= e->timer_at)
		cd_engine_mind_wheel(e);
}
/* A number below `below`. */
uint32_t cd_engine_draw(struct cd_engine *e, uint32_t below);
/* What follows every event: requests are sent, connections made, closing goes on. */
void cd_engine_settle(struct cd_engine *e);

/* ---- engine_deadline.c ------------------------------------------------------------------------ */

/* Does what the deadline was for. */
void cd_engine_due(struct cd_engine *e, struct cd_deadline *d);

/* ---- engine_end.c: the end of requests -------------------------------------------------------- */

/* Takes a request from wherever it is: a list, the wheel, the wires (where its ids stay orphans). */
void cd_engine_detach(struct cd_engine *e, struct cd_request *r);
/* Ends a detached request on the next turn. */
void cd_engine_finish(struct cd_engine *e, struct cd_request *r);
void cd_engine_fail(struct cd_engine *e, struct cd_request *r, const coodie_error *err);
/* Ends it now: only from the loop. */
void cd_engine_call(struct cd_engine *e, struct cd_request *r);
/* Gives one back that nobody is told of. */
void cd_engine_drop(struct cd_engine *e, struct cd_request *r);
/* Ends it while it is somewhere, and looks after the connection that owes it an answer. */
void cd_engine_give_up(struct cd_engine *e, struct cd_request *r, const coodie_error *err);
/* Whether there was such a request to cancel. */
bool cd_engine_cancel(void *driver, uint64_t id);
/* Runs the callbacks that are due. */
void cd_engine_deliver(struct cd_engine *e);

/* ---- engine_count.c: numbers ------------------------------------------------------------------ */

/* A user's request is over: how, and how long it took. */
void cd_engine_count_end(struct cd_engine *e, const struct cd_request *r);

/* The same for one that has a result. */
static inline void cd_engine_count_result(struct cd_engine *e, const struct cd_request *r)
{
	if (!r->plain) {
		cd_engine_count_end(e, r);
		return;
	}
	cd_counters_count(&e->tally.own, CD_METRIC_COMPLETED);
	cd_tally_took(r->counters, CD_HISTOGRAM_PLAIN, r->began_us, e->entered_us);
}

/* How long an attempt took that was answered. */
static inline void cd_engine_count_answer(struct cd_engine *e, const struct cd_attempt *a)
{
	a->request->plain = false;
	cd_tally_took(a->request->counters, COODIE_HISTOGRAM_SERVER, a->sent_us, e->entered_us);
}
/* An attempt that is not the first of its request. */
void cd_engine_count_repeat(struct cd_request *r, struct cd_attempt *a);
/* It begins to wait. */
void cd_engine_waits(struct cd_engine *e, struct cd_request *r);
/* It has waited for a slot on a connection, and got one. */
void cd_engine_count_waited(struct cd_request *r);
/* Gauges, and what others count. */
void cd_engine_count_gauges(struct cd_engine *e);
/* Whether it is among the hosts, or a connection is counted there: a cd_tally_used_fn. */
bool cd_engine_counts_host(const void *user, const struct cd_tally_host *host);

/* ---- engine_express.c: the short way of most requests ---------------------------------------- */

/* Sends a batch. False: nothing was done, and it takes the long way. */
bool cd_express_submit_batch(struct cd_engine *e, const coodie_statement *batch,
			     coodie_done_fn *done, void *user);
/* Ends the request that this is the answer to. False: nothing was done, and it takes the long way. */
bool cd_express_answer(struct cd_engine *e, struct cd_wire *w, const cql_envelope *answer);

/* ---- engine_submit.c: what callers, and the engine itself, ask for --------------------------- */

/* Of a request with such a profile: its own, else the profile's, else the options'. */
void cd_engine_set_params(const struct cd_engine *e, const struct cd_profile *p,
			  const coodie_request *o, cql_params *out);
/* The long way of cd_engine_execute(). */
bool cd_engine_execute_any(struct cd_engine *e, coodie_prepared *p, cql_args args,
			   const coodie_request *r, coodie_done_fn *done, void *user,
			   coodie_error *err);
bool cd_engine_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
		      coodie_error *err);
/* Gives a request the id that it is known by outside. */
static inline void cd_engine_name(struct cd_engine *e, struct cd_request *r)
{
	cd_request_name(&e->pool, r, e->alias);
	e->alias = 0;
}
/* An empty request of a user who waits for what the engine does; the caller puts it into a list. */
struct cd_request *cd_engine_begin_wait(struct cd_engine *e, uint32_t timeout_ms,
					coodie_status_fn *done, void *user, coodie_error *err);
/* Such a one, taken out of `parked`: the caller ends it. NULL: it has ended already, and was told. */
struct cd_request *cd_engine_unpark(struct cd_engine *e, uint64_t id);
/* An empty request of a caller's. */
struct cd_request *cd_engine_begin(struct cd_engine *e, enum cd_request_kind kind,
				   coodie_error *err);
/* An empty request of the engine's own. */
struct cd_request *cd_engine_begin_own(struct cd_engine *e, enum cd_request_kind kind,
				       coodie_error *err);
/* A request that is not going to be sent: to see where it would go. Its values are still to be encoded;
 * cd_engine_drop() ends it. */
struct cd_request *cd_engine_draft(struct cd_engine *e, coodie_prepared *p, const coodie_request *o,
				   coodie_error *err);
/* The engine's own question, on this connection: one page. */
bool cd_engine_ask(struct cd_engine *e, struct cd_wire *w, const char *cql, cql_blob paging_state,
		   coodie_done_fn *done, void *user, coodie_error *err);
/* The same with a value for its marker, which outlives the request; all of it in one page. */
bool cd_engine_ask_whole(struct cd_engine *e, struct cd_wire *w, const char *cql,
			 const cql_bound *value, coodie_done_fn *done, void *user,
			 coodie_error *err);
/* The same without a text: REGISTER, OPTIONS. */
bool cd_engine_tell(struct cd_engine *e, struct cd_wire *w, enum cd_request_kind kind,
		    coodie_done_fn *done, void *user, coodie_error *err);

/* One of the cache, in that keyspace or the session's; borrowed. */
struct coodie_prepared *cd_engine_find_prepared(struct cd_engine *e, const char *cql,
						const char *keyspace, coodie_error *err);

/* A statement of another loop's engine is this one's by another name; borrowed. */
struct coodie_prepared *cd_engine_own_prepared(struct cd_engine *e, struct coodie_prepared *p,
					       coodie_error *err);
/* Where the name of a statement stands, or another's, in e->twins. */
static inline struct cd_twin *cd_engine_twin(const struct cd_engine *e,
					     const struct coodie_prepared *p)
{
	return &e->twins[((uintptr_t)p >> 6) % CD_TWINS];
}

/* ---- engine_batch.c -------------------------------------------------------------------------- */

enum cd_batch_state { CD_BATCH_READY, CD_BATCH_WAITS, CD_BATCH_FAILED };

/* Whether it has an array, of a length and a kind that there are. */
bool cd_batch_check(const coodie_statement *st, coodie_error *err);
/* The i-th of its statements, whose structs are as long as their caller knows them; maybe in `own`.
 * NULL: it makes no sense. */
const coodie_statement *cd_batch_child(const coodie_statement *batch, size_t i,
				       coodie_statement *own, coodie_error *err);
/* Says which statement an error is about. @return false */
bool cd_batch_blame(size_t i, coodie_error *err);
/* Takes the statements of a batch: encoded when all of them are known, otherwise copied. */
bool cd_batch_take(struct cd_engine *e, struct cd_request *r, const coodie_statement *st,
		   coodie_error *err);
/* The same when all of them are for one prepared statement, which is known, and have usual values. False:
 * they are not, or there is no room yet, and nothing is said of it. */
bool cd_batch_take_alike(struct cd_request *r, const coodie_statement *batch, uint8_t version);
/* What stands around the statements, where they are encoded: `r` has all of its options. */
bool cd_batch_end_whole(struct cd_request *r, coodie_error *err);
/* Lets it wait for the next of its statements that no server knows, or encodes what was waited for.
 */
enum cd_batch_state cd_batch_make_ready(struct cd_engine *e, struct cd_request *r,
					coodie_error *err);
/* Writes it. COODIE_ERR_CONFLICT: an id that has changed does not fit. */
bool cd_batch_send(struct cd_conn *c, struct cd_request *r, uint8_t flags, int16_t stream,
		   coodie_error *err);
/* Its first statement that has a partition key, with its values. NULL: none has. */
struct cd_routing *cd_batch_routing(const struct cd_request *r, struct cd_span *values);
/* An UNPREPARED: the statement it is about becomes r->prepared, `load` which PREPARE's answer it was
 * sent with. False: none of them, or the connection was told already. */
bool cd_batch_forgotten(struct cd_engine *e, struct cd_request *r, const struct cd_wire *w,
			const cql_envelope *answer, uint32_t *load);

/* ---- engine_send.c: requests to the wire ----------------------------------------------------- */

/* Sends it, or lets it wait. False: neither, and it is still the caller's. */
bool cd_engine_send(struct cd_engine *e, struct cd_request *r, coodie_error *err);
/* Writes it to this connection. */
bool cd_engine_put(struct cd_engine *e, struct cd_wire *w, struct cd_request *r, coodie_error *err);
/* Sends what can be sent of those that wait. */
void cd_engine_pump(struct cd_engine *e);
/* Whether connecting is done: with pool_opening `first`, when all pools are open. */
bool cd_engine_is_connected(const struct cd_engine *e);
/* Whether a new request would be sent at once. */
bool cd_engine_has_room(const struct cd_engine *e);
/* An attempt is over: its stream id is free, or an orphan. */
void cd_engine_land(struct cd_engine *e, struct cd_attempt *a);

/* An attempt has been written to a connection. */
CD_HOT void cd_attempt_departs(struct cd_engine *e, struct cd_wire *w, struct cd_attempt *a,
			       uint64_t now_us)
{
	struct cd_request *r = a->request;

	a->wire = w;
	a->next = r->flying;
	a->sent_us = now_us;
	a->sent_at = w->link.bytes_sent;
	r->flying = a;
	r->counters = w->tally.counters;
	cd_counters_count(r->counters, CD_METRIC_ATTEMPTS);
	if (w->host) {
		w->host->view->in_flight++;
		r->tried[r->attempts % CD_TRIED] = (uint16_t)w->host->slot;
	}
	r->attempts++;
	e->in_flight++;
	cd_engine_arm(e);
}

/* One of those that its request forgets is over. */
CD_HOT void cd_attempt_lands(struct cd_engine *e, struct cd_attempt *a)
{
	e->in_flight--;
	if (a->wire->host)
		a->wire->host->view->in_flight--;
	a->wire = NULL;
	cd_metadata_free(a->metadata);
	a->metadata = NULL;
}

/* ---- engine_choose.c: which host, which connection ------------------------------------------- */

/* The connection for the next attempt. NULL: none now, and `err` has the code COODIE_OK when that
 * may change. */
struct cd_wire *cd_engine_choose(struct cd_engine *e, struct cd_request *r, coodie_error *err);
/* The whole plan of a request that is not sent: so many slots in e->order. */
size_t cd_engine_plan(struct cd_engine *e, struct cd_request *r, struct cd_replicas *replicas);
/* The connection for one more attempt while others fly: of a host that none went to. NULL: none. */
struct cd_wire *cd_engine_choose_other(struct cd_engine *e, struct cd_request *r);
/* What policies see of a request; `replicas` NULL: nothing is known of its token. */
void cd_engine_intent(const struct cd_engine *e, const struct cd_request *r,
		      const struct cd_replicas *replicas, coodie_intent *out);

/* ---- engine_policy.c: policies hear of hosts and profiles ------------------------------------- */

bool cd_engine_policies_init(struct cd_engine *e, coodie_error *err);
void cd_engine_policies_deinit(struct cd_engine *e);
/* Hosts came, went, moved, or are up or down: balancers hear of it before they are asked again. */
void cd_engine_hosts_changed(struct cd_engine *e);
/* Of the first node that was connected to: the local one where none was named. */
void cd_engine_infer_datacenter(struct cd_engine *e, const char *datacenter);
/* Lets balancers hear of hosts and profiles that have changed. */
void cd_engine_refresh(struct cd_engine *e);
/* Opens and closes pools as the balancers want. */
void cd_engine_follow_distances(struct cd_engine *e);
/* Gives a write its time, unless that is the server's to do. */
void cd_engine_stamp(struct cd_engine *e, struct cd_request *r);
/* The profile of a request, its balancer, its latencies. */
static inline struct cd_profile_use *cd_engine_profile(struct cd_engine *e,
						       const struct cd_request *r)
{
	return cd_profile_view_at(&e->profiles, r->profile);
}

/* ---- engine_route.c -------------------------------------------------------------------------- */

/* Who keeps what, from now on; a reference is taken. False: out of memory, and all is as before. */
bool cd_engine_set_map(struct cd_engine *e, struct cd_token_map *map, coodie_error *err);
/* Where a request may go best. */
void cd_engine_route(struct cd_engine *e, struct cd_request *r, struct cd_replicas *out);
/* Takes note of the tablet that an answer tells of. */
void cd_engine_learn(struct cd_engine *e, const struct cd_wire *w, struct cd_request *r,
		     const cql_envelope *answer);

/* ---- pulse.c --------------------------------------------------------------------------------- */

void cd_pulse_start(struct cd_engine *e);
void cd_pulse(struct cd_engine *e);
/* A request has timed out on it. */
void cd_pulse_doubt(struct cd_wire *w);

/* ---- engine_prepare.c ------------------------------------------------------------------------ */

/* Lets a request wait until its statement is prepared (again), on `w`, or, with NULL, anywhere. */
bool cd_engine_await_prepare(struct cd_engine *e, struct cd_request *r, struct cd_wire *w,
			     coodie_error *err);
/* A waiter goes away; the PREPARE too, when nobody else waits. */
void cd_engine_leave_prepare(struct cd_engine *e, struct cd_request *r);
/* The answer to a PREPARE. False: the peer broke the protocol. */
bool cd_engine_loaded(struct cd_engine *e, struct cd_wire *w, struct cd_request *load,
		      const cql_envelope *answer, coodie_error *err);
/* The PREPARE came to nothing: so does everything that waits for it. */
void cd_engine_load_failed(struct cd_engine *e, struct cd_request *load, const coodie_error *err);
/* The server has forgotten the statement: it is told again, and the request sent again, once on a
 * connection. False: that has been done. */
bool cd_engine_unprepared(struct cd_engine *e, struct cd_wire *w, struct cd_request *r,
			  uint32_t load);

/* ---- engine_retry.c: what follows an attempt ------------------------------------------------- */

/* An attempt came to nothing: the request is tried again, or fails. */
void cd_engine_attempt_failed(struct cd_engine *e, struct cd_attempt *a, const coodie_error *err);
/* Who wants to know learns how an attempt went; `err` NULL: well. */
void cd_engine_note(struct cd_engine *e, const struct cd_attempt *a, const coodie_error *err);
/* Adds to an error how many attempts there were, and to how many nodes. */
void cd_engine_tell_tries(const struct cd_request *r, coodie_error *err);
/* It was sent: maybe it is to be sent once more when no answer comes. */
void cd_engine_await_speculation(struct cd_engine *e, struct cd_request *r);
/* Its second deadline has come. */
void cd_engine_retry_due(struct cd_engine *e, struct cd_request *r);

/* ---- engine_answer.c: answers to requests ---------------------------------------------------- */

/* False: the peer broke the protocol. */
bool cd_engine_answer(struct cd_engine *e, struct cd_wire *w, const cql_envelope *answer,
		      coodie_error *err);

#endif
