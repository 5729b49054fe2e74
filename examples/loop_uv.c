/* SPDX-License-Identifier: MIT */
/* A session on libuv's loop: polls, timers, and a prepare handle with an idle one for the hook before
 * sleeping. Built where configure finds libuv; coodie itself does not need it.
 *
 * usage: loop_uv [ADDRESS] */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* uv.h wants more than C11 has */
#endif
#include <coodie.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

/* The type behind coodie's handles. */
struct coodie_watch {
	union {
		uv_handle_t any;
		uv_poll_t poll;
		uv_timer_t timer;
		uv_prepare_t hook;
	} of;
	uv_idle_t awake; /* of a hook: while it runs, the loop does not sleep */
	int open;        /* handles; the memory is libuv's until they are closed */
	coodie_io_fn *on_io;
	coodie_timer_fn *on_time;
	void *user;
};

static coodie_watch *new_watch(coodie_io_fn *on_io, coodie_timer_fn *on_time, void *user)
{
	coodie_watch *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->of.any.data = w->awake.data = w;
	w->open = 1;
	w->on_io = on_io;
	w->on_time = on_time;
	w->user = user;
	return w;
}

static void closed(uv_handle_t *handle)
{
	coodie_watch *w = handle->data;

	if (--w->open == 0)
		free(w);
}

/* Of a descriptor, a timer and a hook alike: no callback comes any more. */
static void watch_free(void *loop, coodie_watch *w)
{
	(void)loop;
	if (!w)
		return;
	if (w->open == 2)
		uv_close((uv_handle_t *)&w->awake, closed);
	uv_close(&w->of.any, closed);
}

/* ---- descriptors ---------------------------------------------------------------------------- */

static void on_poll(uv_poll_t *poll, int status, int events)
{
	coodie_watch *w = poll->data;

	if (status < 0) /* whoever reads or writes finds out what it is */
		events = UV_READABLE | UV_WRITABLE;
	w->on_io((events & UV_READABLE ? COODIE_IO_READ : 0) |
			 (events & UV_WRITABLE ? COODIE_IO_WRITE : 0),
		 w->user);
}

static void io_set(void *loop, coodie_watch *w, int events)
{
	(void)loop;
	if (events)
		uv_poll_start(&w->of.poll,
			      (events & COODIE_IO_READ ? UV_READABLE : 0) |
				      (events & COODIE_IO_WRITE ? UV_WRITABLE : 0),
			      on_poll);
	else
		uv_poll_stop(&w->of.poll);
}

static coodie_watch *io_new(void *loop, int fd, int events, coodie_io_fn *fn, void *user)
{
	coodie_watch *w = new_watch(fn, NULL, user);

	if (!w || uv_poll_init(loop, &w->of.poll, fd)) {
		free(w);
		return NULL;
	}
	w->of.any.data = w;
	io_set(loop, w, events);
	return w;
}

/* ---- timers --------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
	coodie_watch *w = timer->data;

	w->on_time(w->user);
}

static coodie_watch *timer_new(void *loop, coodie_timer_fn *fn, void *user)
{
	coodie_watch *w = new_watch(NULL, fn, user);

	if (w) {
		uv_timer_init(loop, &w->of.timer);
		w->of.any.data = w;
	}
	return w;
}

/* libuv counts milliseconds from the beginning of the turn. */
static void timer_set(void *loop, coodie_watch *w, uint64_t delay_us)
{
	uv_update_time(loop);
	uv_timer_start(&w->of.timer, on_timer, (delay_us + 999) / 1000, 0);
}

static void timer_stop(void *loop, coodie_watch *w)
{
	(void)loop;
	uv_timer_stop(&w->of.timer);
}

/* ---- hooks before sleeping ------------------------------------------------------------------ */

static void on_hook(uv_prepare_t *hook)
{
	coodie_watch *w = hook->data;

	w->on_time(w->user);
}

static void stay_awake(uv_idle_t *awake)
{
	(void)awake;
}

static coodie_watch *turn_new(void *loop, coodie_timer_fn *fn, void *user)
{
	coodie_watch *w = new_watch(NULL, fn, user);

	if (!w)
		return NULL;
	uv_prepare_init(loop, &w->of.hook);
	uv_idle_init(loop, &w->awake);
	w->of.any.data = w->awake.data = w;
	w->open = 2;
	return w;
}

static void turn_set(void *loop, coodie_watch *w, bool armed)
{
	(void)loop;
	if (armed) {
		uv_prepare_start(&w->of.hook, on_hook);
		uv_idle_start(&w->awake, stay_awake);
	} else {
		uv_prepare_stop(&w->of.hook);
		uv_idle_stop(&w->awake);
	}
}

/* ---- the table ------------------------------------------------------------------------------ */

static uint64_t now_us(void *loop)
{
	(void)loop;
	return uv_hrtime() / 1000;
}

static void run_once(void *loop)
{
	uv_run(loop, UV_RUN_ONCE);
}

static const coodie_loop_vtable uv_vtable = {
	.size = sizeof uv_vtable,
	.io_new = io_new,
	.io_set = io_set,
	.io_free = watch_free,
	.timer_new = timer_new,
	.timer_set = timer_set,
	.timer_stop = timer_stop,
	.timer_free = watch_free,
	.turn_new = turn_new,
	.turn_set = turn_set,
	.turn_free = watch_free,
	.now_us = now_us,
	.run_once = run_once,
};

static coodie_loop loop_of(uv_loop_t *uv)
{
	return (coodie_loop){ .vtable = &uv_vtable, .state = uv };
}

/* ---- a session on it ------------------------------------------------------------------------ */

struct query {
	coodie_session *session;
	bool failed;
};

static void on_version(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct query *q = user;
	cql_text version;

	q->failed = true;
	if (!take_res) {
		fprintf(stderr, "%s\n", err->message);
	} else {
		coodie_cursor c = coodie_result_cursor(take_res);

		if (coodie_cursor_next(&c) && coodie_cursor_text(&c, 0, &version, NULL)) {
			printf("%.*s\n", (int)version.len, version.data);
			q->failed = false;
		}
	}
	coodie_result_free(take_res);
	coodie_session_free(q->session); /* takes its handles out of the loop */
}

static bool start(struct query *q, const coodie_loop *loop, const char *address, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);

	if (o && coodie_options_add_contact_point(o, address, err))
		q->session = coodie_session_attach(o, loop, err);
	coodie_options_free(o);
	return q->session &&
	       coodie_session_query_async(q->session, "SELECT release_version FROM system.local",
					  CQL_ARGS(), NULL, on_version, q, err);
}

int main(int argc, char **argv)
{
	struct query q = { .failed = false };
	coodie_error err;
	uv_loop_t uv;

	if (uv_loop_init(&uv)) {
		fprintf(stderr, "no event loop\n");
		return 1;
	}
	coodie_loop loop = loop_of(&uv);
	if (!start(&q, &loop, argc > 1 ? argv[1] : "127.0.0.1:9042", &err)) {
		fprintf(stderr, "%s\n", err.message);
		coodie_session_free(q.session);
		q.failed = true;
	}
	uv_run(&uv, UV_RUN_DEFAULT); /* comes back when nothing is left in it */
	return q.failed || uv_loop_close(&uv);
}
