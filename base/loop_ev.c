/* SPDX-License-Identifier: MIT */
/* The public loop vtable on libev. */
#include "base/loop_ev.h"

#include <errno.h>
#include <ev.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/error.h"

/* One watch of any kind. The vtable has no allocator of its own: these few come from malloc, as
 * libev's do. */
struct coodie_watch {
	union {
		ev_io io;
		ev_timer timer;
		ev_prepare turn;
	} ev;
	ev_idle awake; /* of a turn hook: while it is active the loop does not sleep */
	coodie_io_fn *on_io;
	coodie_timer_fn *on_time;
	void *user;
};

/* The callbacks end with the user's function: it may free the watch. */

static void io_ready(struct ev_loop *loop, ev_io *io, int revents)
{
	coodie_watch *w = io->data;
	int events = 0;

	(void)loop;
	if (revents & (EV_READ | EV_ERROR))
		events |= COODIE_IO_READ;
	if (revents & (EV_WRITE | EV_ERROR))
		events |= COODIE_IO_WRITE;
	w->on_io(events, w->user);
}

static void timer_fired(struct ev_loop *loop, ev_timer *timer, int revents)
{
	coodie_watch *w = timer->data;

	(void)revents;
	ev_timer_stop(loop, timer); /* started with a repeat, see timer_set() */
	w->on_time(w->user);
}

static void turn_ends(struct ev_loop *loop, ev_prepare *turn, int revents)
{
	coodie_watch *w = turn->data;

	(void)loop;
	(void)revents;
	w->on_time(w->user);
}

static void stay_awake(struct ev_loop *loop, ev_idle *awake, int revents)
{
	(void)loop;
	(void)awake;
	(void)revents;
}

static int to_ev(int events)
{
	return (events & COODIE_IO_READ ? EV_READ : 0) | (events & COODIE_IO_WRITE ? EV_WRITE : 0);
}

static coodie_watch *io_new(void *loop, int fd, int events, coodie_io_fn *fn, void *user)
{
	coodie_watch *w = cd_alloc_zero(NULL, sizeof *w);

	if (!w)
		return NULL;
	w->on_io = fn;
	w->user = user;
	ev_io_init(&w->ev.io, io_ready, fd, to_ev(events));
	w->ev.io.data = w;
	if (events)
		ev_io_start(loop, &w->ev.io);
	return w;
}

static void io_set(void *loop, coodie_watch *w, int events)
{
	int wanted = to_ev(events);
	bool active = ev_is_active(&w->ev.io);

	/* libev adds flags of its own to ev_io.events, hence the mask. */
	if (active == (wanted != 0) && (w->ev.io.events & (EV_READ | EV_WRITE)) == wanted)
		return;
	ev_io_stop(loop, &w->ev.io);
	ev_io_set(&w->ev.io, w->ev.io.fd, wanted);
	if (wanted)
		ev_io_start(loop, &w->ev.io);
}

static void io_free(void *loop, coodie_watch *w)
{
	if (!w)
		return;
	ev_io_stop(loop, &w->ev.io);
	cd_release(NULL, w);
}

static coodie_watch *timer_new(void *loop, coodie_timer_fn *fn, void *user)
{
	coodie_watch *w = cd_alloc_zero(NULL, sizeof *w);

	(void)loop;
	if (!w)
		return NULL;
	w->on_time = fn;
	w->user = user;
	ev_timer_init(&w->ev.timer, timer_fired, 0., 0.);
	w->ev.timer.data = w;
	return w;
}

static void timer_set(void *loop, coodie_watch *w, uint64_t delay_us)
{
	/* libev counts from the start of the turn, or from the last turn that was run: much too
	 * early after a caller has been away from a private loop. */
	ev_now_update(loop);
	/* ev_timer_again() moves a running timer within the heap; it stops one whose repeat is
	 * 0. */
	w->ev.timer.repeat = (ev_tstamp)(delay_us ? delay_us : 1) * 1e-6;
	ev_timer_again(loop, &w->ev.timer);
}

static void timer_stop(void *loop, coodie_watch *w)
{
	ev_timer_stop(loop, &w->ev.timer);
}

static void timer_free(void *loop, coodie_watch *w)
{
	if (!w)
		return;
	ev_timer_stop(loop, &w->ev.timer);
	cd_release(NULL, w);
}

static coodie_watch *turn_new(void *loop, coodie_timer_fn *fn, void *user)
{
	coodie_watch *w = cd_alloc_zero(NULL, sizeof *w);

	(void)loop;
	if (!w)
		return NULL;
	w->on_time = fn;
	w->user = user;
	ev_prepare_init(&w->ev.turn, turn_ends);
	w->ev.turn.data = w;
	ev_idle_init(&w->awake, stay_awake);
	return w;
}

static void turn_set(void *loop, coodie_watch *w, bool armed)
{
	if (armed) {
		ev_prepare_start(loop, &w->ev.turn);
		ev_idle_start(loop, &w->awake);
	} else {
		ev_prepare_stop(loop, &w->ev.turn);
		ev_idle_stop(loop, &w->awake);
	}
}

static void turn_free(void *loop, coodie_watch *w)
{
	if (!w)
		return;
	turn_set(loop, w, false);
	cd_release(NULL, w);
}

/* Not ev_now(): that is the wall clock. */
static uint64_t now_us(void *loop)
{
	struct timespec now;

	(void)loop;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void run_once(void *loop)
{
	ev_run(loop, EVRUN_ONCE);
}

static const coodie_loop_vtable libev_vtable = {
	.size = sizeof libev_vtable,
	.io_new = io_new,
	.io_set = io_set,
	.io_free = io_free,
	.timer_new = timer_new,
	.timer_set = timer_set,
	.timer_stop = timer_stop,
	.timer_free = timer_free,
	.turn_new = turn_new,
	.turn_set = turn_set,
	.turn_free = turn_free,
	.now_us = now_us,
	.run_once = run_once,
};

coodie_loop coodie_loop_libev(struct ev_loop *loop)
{
	return (coodie_loop){ .vtable = &libev_vtable, .state = loop };
}

bool cd_loop_ev_new(coodie_loop *out, coodie_error *err)
{
	/* The environment does not choose our backend, and a library does not touch signals. */
	struct ev_loop *loop = ev_loop_new(EVFLAG_NOENV | EVFLAG_NOSIGMASK);

	if (!loop)
		return cd_fail(err, COODIE_ERR_NO_MEMORY, "libev could not make an event loop: %s",
			       strerror(errno));
	*out = coodie_loop_libev(loop);
	return true;
}

void cd_loop_ev_free(coodie_loop *loop)
{
	if (!loop->state)
		return;
	ev_loop_destroy(loop->state);
	*loop = (coodie_loop){ 0 };
}
