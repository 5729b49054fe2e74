/* SPDX-License-Identifier: MIT */
/* Who waits: turns of a private loop until something has come about. */
#include "base/error.h"
#include "net/engine/engine_impl.h"

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

bool cd_engine_is_private(const struct cd_engine *e)
{
	return e->private_loop && !e->freed;
}

bool cd_engine_is_busy(const struct cd_engine *e)
{
	return cd_engine_is_private(e) && e->live != e->own;
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
	cd_engine_destroy(e);
	return (until && *until) || cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
}

bool cd_engine_run(void *driver, const bool *until, coodie_error *err)
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
