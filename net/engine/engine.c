/* SPDX-License-Identifier: MIT */
/* The native engine: its life, its hooks in the loop, and how requests end. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/error.h"
#include "base/loop_ev.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"
#include "net/engine/trace.h"

enum {
	ATTEMPTS_PER_BLOCK = 32,
	/* The loop was kept waiting for longer: what was made meanwhile begins now. */
	PATIENCE_US = 10000
};

/* ---- turns ---------------------------------------------------------------------------------- */

static void destroy(struct cd_engine *e)
{
	struct coodie_options *options = e->options;
	void (*gone)(void *) = e->gone;
	void *user = e->gone_user;

	cd_wires_bury(e);
	if (e->timer)
		e->loop.vtable->timer_free(e->loop.state, e->timer);
	if (e->turn)
		e->loop.vtable->turn_free(e->loop.state, e->turn);
	cd_engine_policies_deinit(e);
	cd_events_deinit(e);
	cd_hosts_deinit(e);
	cd_tally_deinit(&e->tally);
	cd_agreements_deinit(e);
	cd_control_deinit(e);
	cd_request_pool_deinit(&e->pool);
	cd_slab_deinit(&e->attempts);
	cd_router_deinit(&e->router);
	for (uint32_t i = 0; e->twins && i < CD_TWINS; i++) {
		coodie_prepared_free(e->twins[i].theirs);
		coodie_prepared_free(e->twins[i].ours);
	}
	cd_release(e->allocator, e->twins);
	cd_prepared_cache_deinit(&e->prepared);
	coodie_result_free(e->void_result);
	cd_result_pool_end(e->results);
	cd_release(e->allocator, e->keyspace);
	if (e->private_loop)
		cd_loop_ev_free(&e->loop);
	cd_release(e->allocator, e);
	cd_options_free(options);
	if (gone)
		gone(user);
}

void cd_engine_enter(struct cd_engine *e)
{
	if (e->inside++)
		return;
	uint64_t was_us = e->entered_us, usual_us = e->usual.timeout_ms * UINT64_C(1000);
	e->entered_us = cd_engine_now(e);
	if (e->turn_armed && e->entered_us - was_us > PATIENCE_US)
		cd_wheel_postpone(&e->wheel, was_us + usual_us, e->entered_us - was_us);
	cd_tally_tick(&e->tally.own, e->entered_us);
}

void cd_engine_leave(struct cd_engine *e)
{
	if (--e->inside)
		return;
	if (e->turned)
		e->turned(e->turned_user);
	if (e->freed && !e->running && !e->done.count)
		destroy(e);
	else if (e->dead)
		cd_wires_bury(e);
}

uint32_t cd_engine_draw(struct cd_engine *e, uint32_t below)
{
	return cd_random_pick((uint32_t)cd_random_next(&e->chance), below);
}

uint64_t cd_engine_now(const struct cd_engine *e)
{
	return e->loop.vtable->now_us(e->loop.state);
}

void cd_engine_set_turn(struct cd_engine *e)
{
	e->turn_armed = true;
	e->loop.vtable->turn_set(e->loop.state, e->turn, true);
}

static void set_timer(struct cd_engine *e, uint64_t at_us, uint64_t now_us)
{
	e->timer_at = at_us;
	e->loop.vtable->timer_set(e->loop.state, e->timer, at_us > now_us ? at_us - now_us : 0);
}

void cd_engine_add_deadline(struct cd_engine *e, struct cd_deadline *d, uint32_t ms)
{
	uint64_t now = cd_engine_now(e);

	cd_wheel_add(&e->wheel, d, now + (uint64_t)ms * 1000);
	if (d->at_us < e->timer_at)
		set_timer(e, d->at_us, now);
}

void cd_engine_mind_wheel(struct cd_engine *e)
{
	uint64_t next = cd_wheel_next_us(&e->wheel);

	if (next < e->timer_at)
		set_timer(e, next, cd_engine_now(e));
}

/* Ends every connection and everything in flight with `err`. */
static void close_wires(struct cd_engine *e, const coodie_error *err)
{
	cd_wheel_remove(&e->wheel, &e->control.again);
	cd_control_schema_end(e, err);
	cd_wheel_remove(&e->wheel, &e->control.next);
	cd_agreements_end(e);
	cd_wheel_remove(&e->wheel, &e->pulse);
	cd_points_reset(e);
	while (e->wires) {
		coodie_error why = *err;
		cd_wire_lose(e->wires, &why);
	}
}

void cd_engine_settle(struct cd_engine *e)
{
	if (e->freed)
		return;
	if (e->hosts_stale)
		cd_engine_refresh(e);
	if (e->distances_stale)
		cd_engine_follow_distances(e);
	if (e->waiting.count)
		cd_engine_pump(e);
	cd_engine_count_gauges(e);
	cd_control_settle(e);
	cd_control_schema_settle(e);
	if (e->events.due)
		cd_events_tell(e);
	if (e->closing && e->live == e->closers.count + e->own && !e->done.count) {
		coodie_error err;
		cd_fail(&err, COODIE_ERR_CLOSED, "the session is closed");
		e->closed = true;
		close_wires(e, &err);
		for (struct cd_request *r; (r = cd_requests_pop(&e->closers));)
			cd_engine_finish(e, r);
	}
}

static void on_turn(void *user)
{
	struct cd_engine *e = user;

	cd_engine_enter(e);
	e->turn_armed = false;
	e->loop.vtable->turn_set(e->loop.state, e->turn, false);
	/* A callback may be what the loop's owner waits for, in coodie_session_run() or turn by turn
	 * on a loop of its own: the loop must not sleep now. */
	if (e->done.count)
		cd_engine_arm(e);
	cd_engine_deliver(e);
	cd_engine_settle(e);
	cd_wires_flush(e);
	cd_engine_leave(e);
}

/* ---- deadlines ------------------------------------------------------------------------------ */

static void describe_late(const struct cd_engine *e, const struct cd_request *r, coodie_error *err)
{
	const struct cd_wire *dial = cd_control_dialing(e);
	const char *name = cd_points_looking_up(e);

	if (r->flying)
		cd_fail(err, COODIE_ERR_TIMEOUT, "no answer from %s within %" PRIu32 " ms",
			r->flying->wire->link.address.text, r->timeout_ms);
	else if (!e->hosts.up && dial)
		cd_fail(err, COODIE_ERR_TIMEOUT,
			"no connection to %s within %" PRIu32 " ms (it waits for the answer to %s)",
			dial->link.address.text, r->timeout_ms, cd_link_phase(&dial->link));
	else if (!e->hosts.up && name)
		cd_fail(err, COODIE_ERR_TIMEOUT,
			"no connection within %" PRIu32 " ms: %s is being looked up", r->timeout_ms,
			name);
	else if (r->kind == CD_REQUEST_WAIT)
		cd_fail(err, COODIE_ERR_TIMEOUT, "not done within %" PRIu32 " ms", r->timeout_ms);
	else
		cd_fail(err, COODIE_ERR_TIMEOUT,
			"not sent within %" PRIu32 " ms: %" PRIu32
			" requests were in flight, %" PRIu32 " waited",
			r->timeout_ms, e->in_flight, e->waiting.count + e->held);
}

/* A request is given up: a connection that too many answers are missing from is replaced, one that
 * drains has maybe come to its end. */
static void give_up(struct cd_engine *e, struct cd_request *r, const coodie_error *err)
{
	struct cd_wire *w = r->flying ? r->flying->wire : NULL;

	cd_engine_detach(e, r);
	cd_engine_fail(e, r, err);
	if (!w)
		return;
	if (w->state == CD_WIRE_UP && cd_conn_worn_out(&w->link.conn)) {
		cd_log(e->options, COODIE_LOG_WARN,
		       "%s: too many answers are missing; it is replaced", w->link.address.text);
		cd_wire_retire(w);
	}
	cd_wire_end_if_drained(w);
}

#define OF(type, member, d) ((type *)(void *)((char *)(d)-offsetof(type, member)))

static void request_late(struct cd_engine *e, struct cd_deadline *d)
{
	struct cd_request *r = OF(struct cd_request, deadline, d);
	coodie_error err;

	describe_late(e, r, &err);
	cd_engine_tell_tries(r, &err);
	for (struct cd_attempt *a = r->flying; a; a = a->next)
		cd_engine_note(e, a, &err);
	cd_attempts_end(e, r, &err);
	e->stats.timeouts++;
	for (const struct cd_attempt *a = r->flying; a; a = a->next)
		cd_counters_count(a->wire->tally.counters, CD_METRIC_ATTEMPT_TIMEOUTS);
	struct cd_wire *w = r->flying ? r->flying->wire : NULL;
	give_up(e, r, &err);
	if (w)
		cd_pulse_doubt(w);
}

static void retry_due(struct cd_engine *e, struct cd_deadline *d)
{
	cd_engine_retry_due(e, OF(struct cd_request, retry, d));
}

static void wire_late(struct cd_engine *e, struct cd_deadline *d)
{
	(void)e;
	cd_wire_late(OF(struct cd_wire, deadline, d));
}

static void host_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)e;
	cd_pool_fill(OF(struct cd_host, retry, d));
}

static void control_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)d;
	cd_control_due(e);
}

static void schema_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)d;
	cd_control_schema_due(e);
}

static void round_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)d;
	cd_control_next(e);
}

static void pulse_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)d;
	cd_pulse(e);
}

static void (*const due[CD_DEADLINES])(struct cd_engine *e, struct cd_deadline *d) = {
	[CD_DEADLINE_REQUEST] = request_late,
	[CD_DEADLINE_WIRE] = wire_late,
	[CD_DEADLINE_HOST] = host_due,
	[CD_DEADLINE_CONTROL] = control_due,
	[CD_DEADLINE_ROUND] = round_due,
	[CD_DEADLINE_PULSE] = pulse_due,
	[CD_DEADLINE_SCHEMA] = schema_due,
	[CD_DEADLINE_RETRY] = retry_due,
	[CD_DEADLINE_AGREE] = cd_agreement_again,
	[CD_DEADLINE_AGREE_LATE] = cd_agreement_late,
	[CD_DEADLINE_TRACE] = cd_trace_again,
};

static void on_timer(void *user)
{
	struct cd_engine *e = user;
	struct cd_deadline *d;

	uint64_t now = cd_engine_now(e);

	cd_engine_enter(e);
	e->timer_at = UINT64_MAX;
	while ((d = cd_wheel_expired(&e->wheel, now)))
		due[d->kind](e, d);
	cd_engine_mind_wheel(e);
	cd_engine_deliver(e);
	cd_engine_settle(e);
	cd_engine_leave(e);
}

/* ---- the end of a request ------------------------------------------------------------------- */

static void remove_deadlines(struct cd_engine *e, struct cd_request *r)
{
	cd_wheel_remove(&e->wheel, &r->deadline);
	if (r->retry.link)
		cd_wheel_remove(&e->wheel, &r->retry);
}

void cd_engine_detach(struct cd_engine *e, struct cd_request *r)
{
	while (r->flying) {
		struct cd_attempt *a = r->flying;
		cd_streams_orphan(&a->wire->link.conn.streams, a->stream);
		cd_engine_land(e, a);
	}
	if (r->in && r->in != &e->waiting && r->in != &e->delayed && r->prepared)
		cd_engine_leave_prepare(e, r);
	else
		cd_requests_remove(r);
	remove_deadlines(e, r);
}

void cd_engine_drop(struct cd_engine *e, struct cd_request *r)
{
	remove_deadlines(e, r);
	e->live--;
	e->own -= r->own;
	cd_request_give(&e->pool, r);
}

void cd_engine_finish(struct cd_engine *e, struct cd_request *r)
{
	remove_deadlines(e, r);
	cd_requests_push(&e->done, r);
	cd_engine_arm(e);
}

void cd_engine_fail(struct cd_engine *e, struct cd_request *r, const coodie_error *err)
{
	if (r->kind == CD_REQUEST_LOAD) {
		cd_engine_load_failed(e, r, err);
		return;
	}
	e->stats.errors += !r->own;
	coodie_result_free(r->result); /* it had one, and waited for more */
	r->result = NULL;
	r->failed = true;
	r->error = *err;
	cd_engine_finish(e, r);
}

typedef void call_fn(const struct cd_request *r, const coodie_error *err);

static void call_result(const struct cd_request *r, const coodie_error *err)
{
	r->done.result(r->result, err, r->user);
}

static void call_prepared(const struct cd_request *r, const coodie_error *err)
{
	r->done.prepared(err->code == COODIE_OK ? r->prepared : NULL, err, r->user);
}

static void call_status(const struct cd_request *r, const coodie_error *err)
{
	r->done.status(err, r->user);
}

static call_fn *const calls[] = {
	[CD_REQUEST_VOID] = call_result,    [CD_REQUEST_QUERY] = call_result,
	[CD_REQUEST_EXECUTE] = call_result, [CD_REQUEST_PREPARE] = call_prepared,
	[CD_REQUEST_CONNECT] = call_status, [CD_REQUEST_CLOSE] = call_status,
	[CD_REQUEST_READY] = call_status,   [CD_REQUEST_REGISTER] = call_result,
	[CD_REQUEST_OPTIONS] = call_result, [CD_REQUEST_WAIT] = call_status,
	[CD_REQUEST_BATCH] = call_result,   [CD_REQUEST_TELL] = call_result,
};

/* The request is given back first: whatever the callback does, it is over. */
static void call_failed(struct cd_engine *e, struct cd_request *r)
{
	struct cd_request over = { .kind = r->kind, .done = r->done, .user = r->user };
	coodie_error err = r->error;

	cd_engine_count_end(e, r);
	cd_engine_drop(e, r);
	calls[over.kind](&over, &err);
}

void cd_engine_call(struct cd_engine *e, struct cd_request *r)
{
	enum cd_request_kind kind = r->kind;
	coodie_done_fn *result_fn = r->done.result;
	coodie_result *result = r->result;
	void *user = r->user;

	if (r->failed) {
		call_failed(e, r);
	} else if (kind == CD_REQUEST_EXECUTE || kind == CD_REQUEST_QUERY ||
		   kind == CD_REQUEST_BATCH) {
		cd_engine_count_result(e, r);
		cd_engine_drop(e, r);
		result_fn(result, &e->ok, user);
	} else {
		struct cd_request over = {
			.done = r->done, .user = user, .result = result, .prepared = r->prepared
		};
		if (kind == CD_REQUEST_PREPARE)
			cd_prepared_ref(r->prepared);
		cd_engine_count_end(e, r);
		cd_engine_drop(e, r);
		calls[kind](&over, &e->ok);
	}
}

void cd_engine_deliver(struct cd_engine *e)
{
	uint32_t due = e->done.count; /* what is added meanwhile is for the next turn */

	for (struct cd_request *r; due && (r = cd_requests_pop(&e->done)); due--)
		cd_engine_call(e, r);
	if (e->done.count)
		cd_engine_arm(e);
}

/* ---- life ----------------------------------------------------------------------------------- */

static bool make_watches(struct cd_engine *e, coodie_error *err)
{
	e->timer = e->loop.vtable->timer_new(e->loop.state, on_timer, e);
	e->turn = e->timer ? e->loop.vtable->turn_new(e->loop.state, on_turn, e) : NULL;
	return e->turn || cd_no_memory(err, "the hooks of a session");
}

static bool set_up(struct cd_engine *e, const coodie_loop *loop, coodie_error *err)
{
	const struct coodie_options *o = e->options;

	if (loop)
		e->loop = *loop;
	else if (!cd_loop_ev_new(&e->loop, err))
		return false;
	e->private_loop = !loop;
	if (!make_watches(e, err))
		return false;
	e->results = cd_result_pool_new(e->allocator); /* goes without, too */
	e->void_result = cd_result_new_void(e->allocator, err);
	if (!e->void_result)
		return false;
	if (o->keyspace &&
	    !(e->keyspace = cd_strndup(e->allocator, o->keyspace, strlen(o->keyspace))))
		return cd_no_memory(err, "a session");
	const struct cd_resolver_options resolver = { .fn = o->resolver,
						      .fn_user = o->resolver_user };
	cd_resolver_init(&e->resolver, &e->loop, e->allocator, &resolver);
	e->entered_us = cd_engine_now(e);
	cd_wheel_init(&e->wheel, e->entered_us);
	cd_tally_init(&e->tally, e->allocator, o->histogram_window_ms * UINT64_C(1000),
		      e->entered_us);
	if (!cd_engine_policies_init(e, err))
		return false;
	if (o->randomize_contact_points)
		cd_points_shuffle(e);
	return true;
}

/* Over a transport of the caller's everything is to happen again as it did, to the byte. */
static void name_session(struct cd_engine *e)
{
	cql_uuid id = { { 0 } };

	if (!e->options->transport.vtable)
		id = cql_uuid_random();
	cql_uuid_format(id, e->session_id);
}

struct cd_engine *cd_engine_new(const coodie_options *o, const coodie_loop *loop,
				struct cd_policies *policies, coodie_error *err)
{
	struct coodie_options *options = NULL;

	if (o->transport.vtable && !loop)
		cd_fail(err, COODIE_ERR_INVALID,
			"a transport needs the loop that goes with it: coodie_session_attach()");
	else
		options = cd_options_copy(o, err);
	if (!options)
		return NULL;
	struct cd_engine *e = cd_alloc_zero(&options->allocator, sizeof *e);
	if (!e) {
		cd_options_free(options);
		cd_no_memory(err, "a session");
		return NULL;
	}
	e->options = options;
	e->policies = policies;
	e->allocator = &options->allocator;
	e->memory = cd_budget_of(e->allocator);
	e->timer_at = UINT64_MAX;
	e->generation = 1;
	e->loop_count = 1;
	e->outgoing = options->outgoing;
	e->adorns = options->outgoing != NULL;
	e->control.again.kind = CD_DEADLINE_CONTROL;
	e->control.next.kind = CD_DEADLINE_ROUND;
	e->pulse.kind = CD_DEADLINE_PULSE;
	e->version = (uint8_t)(options->protocol_version ? options->protocol_version
							 : CD_VERSION_MAX);
	name_session(e);
	cd_clear(&e->ok);
	cd_request_pool_init(&e->pool, e->allocator);
	cd_slab_init(&e->attempts, e->allocator, sizeof(struct cd_attempt), ATTEMPTS_PER_BLOCK);
	cd_router_init(&e->router, e->allocator, CD_TABLETS_MOST);
	cd_prepared_cache_init(&e->prepared, e->allocator, options->max_prepared);
	if (cd_control_schema_init(e, err) && set_up(e, loop, err))
		return e;
	destroy(e);
	return NULL;
}

void cd_engine_deal(struct cd_engine *e, uint32_t index, uint32_t count, void (*turned)(void *user),
		    void *user)
{
	e->loop_index = index;
	e->loop_count = count;
	e->outgoing = NULL;
	e->chance.state += index;
	e->turned = turned;
	e->turned_user = user;
}

void cd_engine_join(struct cd_engine *e, const struct cd_fellows *fellows,
		    const struct cd_engine *leader)
{
	e->fellows = fellows;
	e->follows = e != leader && !e->options->single_node;
	if (e != leader)
		memcpy(e->session_id, leader->session_id, sizeof e->session_id);
}

void cd_engine_on_gone(struct cd_engine *e, void (*gone)(void *user), void *user)
{
	e->gone = gone;
	e->gone_user = user;
}

static void fail_all(struct cd_engine *e, const coodie_error *err)
{
	close_wires(e, err);
	for (struct cd_request *r; (r = cd_requests_pop(&e->waiting));)
		cd_engine_fail(e, r, err);
	for (struct cd_request *r; (r = cd_requests_pop(&e->delayed));)
		cd_engine_fail(e, r, err);
	for (struct cd_request *r; (r = cd_requests_pop(&e->parked));)
		cd_engine_fail(e, r, err);
	for (struct cd_request *r; (r = cd_requests_pop(&e->closers));)
		cd_engine_fail(e, r, err);
}

bool cd_engine_mute(struct cd_engine *e)
{
	for (struct cd_wire *w = e->wires; w && e->private_loop; w = w->next)
		w->link.reset = true;
	return e->private_loop;
}

static void engine_free(void *driver)
{
	struct cd_engine *e = driver;
	coodie_error err;

	if (e->freed)
		return;
	cd_fail(&err, COODIE_ERR_CLOSED, "the session was freed");
	e->freed = true;
	cd_engine_changed(e);
	fail_all(e, &err);
	e->inside++; /* callbacks below must not end the engine under us */
	while (e->private_loop && e->done.count)
		cd_engine_deliver(e);
	cd_engine_leave(e);
}

bool cd_engine_may_block(const struct cd_engine *e, coodie_error *err)
{
	if (e->freed)
		return cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
	if (!e->private_loop)
		return cd_fail(err, COODIE_ERR_WOULD_BLOCK,
			       "the session is attached to a loop: use the _async call");
	if (e->running || e->inside)
		return cd_fail(
			err, COODIE_ERR_WOULD_BLOCK,
			"blocking calls cannot be made inside a callback: use the _async call");
	return true;
}

/* Turns a private loop until one of both is set, or the engine is freed. */
static bool turn_until(struct cd_engine *e, const bool *until, const bool *over, coodie_error *err)
{
	bool ok = true;

	e->running = true;
	while (ok && !*over && !e->freed && (until ? !*until : e->live != e->own))
		if (e->live == e->own)
			ok = cd_fail(err, COODIE_ERR_CLOSED,
				     "nothing is in flight that could end the wait");
		else
			e->loop.vtable->run_once(e->loop.state);
	e->running = false;
	return ok;
}

/* The engine may have been freed meanwhile: it is gone then. */
static bool after_turns(struct cd_engine *e, const bool *until, bool ok, coodie_error *err)
{
	if (!e->freed)
		return ok;
	destroy(e);
	return (until && *until) || cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
}

static bool engine_run(void *driver, const bool *until, coodie_error *err)
{
	static const bool never = false;

	return cd_engine_may_block(driver, err) &&
	       after_turns(driver, until, turn_until(driver, until, &never, err), err);
}

static void on_over(void *user)
{
	*(bool *)user = true;
}

bool cd_engine_run_for(struct cd_engine *e, const bool *until, uint32_t ms, coodie_error *err)
{
	bool over = false;

	if (!cd_engine_may_block(e, err))
		return false;
	coodie_watch *timer = e->loop.vtable->timer_new(e->loop.state, on_over, &over);
	if (!timer)
		return cd_no_memory(err, "a timer");
	e->loop.vtable->timer_set(e->loop.state, timer, (uint64_t)ms * 1000);
	bool ok = turn_until(e, until, &over, err);
	e->loop.vtable->timer_free(e->loop.state, timer);
	return after_turns(e, until, ok, err);
}

static bool cancel(struct cd_engine *e, struct cd_request *r)
{
	coodie_error err;

	if (!r || r->own || r->in == &e->done || r->in == &e->closers)
		return false;
	cd_fail(&err, COODIE_ERR_CANCELLED, "the request was cancelled%s",
		r->flying ? "; the server may still do it" : "");
	cd_attempts_end(e, r, &err);
	give_up(e, r, &err);
	return true;
}

static bool engine_cancel(void *driver, uint64_t id)
{
	struct cd_engine *e = driver;

	return cancel(e, cd_request_find(&e->pool, id));
}

void cd_engine_cancel_alias(struct cd_engine *e, uint64_t alias)
{
	cancel(e, cd_request_find_alias(&e->pool, alias));
}

const coodie_driver cd_engine_driver = {
	.size = sizeof cd_engine_driver,
	.submit = cd_engine_submit,
	.run = engine_run,
	.cancel = engine_cancel,
	.free = engine_free,
};

/* ---- what it knows -------------------------------------------------------------------------- */

/* The connection that speaks for the session. */
static struct cd_wire *first_up(const struct cd_engine *e)
{
	if (e->control.wire)
		return e->control.wire;
	for (struct cd_wire *w = e->wires; w; w = w->next)
		if (w->state == CD_WIRE_UP)
			return w;
	return NULL;
}

const char *cd_engine_supported(const struct cd_engine *e, const char *key, size_t i)
{
	const struct cd_wire *up = first_up(e), *w = up ? up : e->last;

	return w ? cd_conn_supported(&w->link.conn, key, i) : NULL;
}

static void put_text(char *to, size_t size, const char *from)
{
	size_t len = strlen(from) < size ? strlen(from) : size - 1;

	memcpy(to, from, len);
	to[len] = '\0';
}

bool cd_engine_info(const struct cd_engine *e, coodie_connection_info *info, coodie_error *err)
{
	const struct cd_wire *w = first_up(e);

	if (!w)
		return cd_fail(err, COODIE_ERR_CLOSED, "the session is not connected");
	*info = (coodie_connection_info){
		.size = sizeof *info,
		.protocol_version = w->link.conn.version,
		.shard = cd_wire_supported(w, "SCYLLA_SHARD"),
		.shard_count = cd_wire_supported(w, "SCYLLA_NR_SHARDS"),
	};
	put_text(info->address, sizeof info->address, w->link.address.text);
	put_text(info->compression, sizeof info->compression, w->link.conn.lz4 ? "lz4" : "none");
	if (w->link.tls) {
		put_text(info->tls_version, sizeof info->tls_version, cd_tls_version(w->link.tls));
		put_text(info->tls_cipher, sizeof info->tls_cipher, cd_tls_cipher(w->link.tls));
	}
	return true;
}

void cd_engine_stats(const struct cd_engine *e, coodie_session_stats *stats)
{
	*stats = e->stats;
	const struct cd_tally *own = &e->tally;
	const struct cd_tallies tallies = { &own, 1 };
	const struct cd_metric_source source = { .each = cd_tally_each, .owner = &tallies };
	coodie_metrics m = { .size = sizeof m };

	stats->size = sizeof *stats;
	if (cd_metric_sum(&source, NULL, &m, NULL)) {
		stats->requests = m.attempts;
		stats->responses = m.responses;
	}
	for (const struct cd_wire *w = e->wires; w; w = w->next) {
		stats->bytes_sent += w->link.bytes_sent;
		stats->bytes_received += w->link.bytes_received;
	}
	stats->in_flight = e->in_flight;
	stats->waiting = e->waiting.count + e->held;
}
