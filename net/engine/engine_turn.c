/* SPDX-License-Identifier: MIT */
/* Turns of the loop: what is done at the begin of one and at its end, and when the next one comes. */
#include "base/error.h"
#include "net/engine/engine_impl.h"

enum {
	/* The loop was kept waiting for longer: what was made meanwhile begins now. */
	PATIENCE_US = 10000
};

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
		cd_engine_destroy(e);
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
		cd_engine_close_wires(e, &err);
		for (struct cd_request *r; (r = cd_requests_pop(&e->closers));)
			cd_engine_finish(e, r);
	}
}

void cd_engine_on_turn(void *user)
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

void cd_engine_on_timer(void *user)
{
	struct cd_engine *e = user;
	struct cd_deadline *d;

	uint64_t now = cd_engine_now(e);

	cd_engine_enter(e);
	e->timer_at = UINT64_MAX;
	while ((d = cd_wheel_expired(&e->wheel, now)))
		cd_engine_due(e, d);
	cd_engine_mind_wheel(e);
	cd_engine_deliver(e);
	cd_engine_settle(e);
	cd_engine_leave(e);
}
