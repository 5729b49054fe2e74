/* SPDX-License-Identifier: MIT */
/* A loop of one's own under a session: epoll for descriptors, a timerfd for each timer, and hooks
 * before sleeping. All that coodie asks of a loop is here, and fits in a page or two.
 *
 * usage: loop_epoll [ADDRESS] */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <coodie.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };

struct loop {
	int fd;
	struct epoll_event ready[BATCH]; /* of this turn, from `at` on not yet told */
	int at, count;
	coodie_watch *hooks; /* those before sleeping */
	size_t watches;      /* of every kind: 0 when nobody uses the loop */
	uint64_t turns;
};

/* The type behind coodie's handles: a descriptor, a timer or a hook. */
struct coodie_watch {
	int fd;              /* of a timer its own; -1: a hook */
	int events;          /* that are watched */
	bool armed;          /* of a hook */
	coodie_io_fn *on_io; /* NULL: a timer or a hook */
	coodie_timer_fn *on_time;
	void *user;
	coodie_watch *next; /* among the hooks */
	uint64_t turn;      /* in which a hook ran last */
};

static coodie_watch *new_watch(struct loop *l, int fd, coodie_io_fn *on_io,
			       coodie_timer_fn *on_time, void *user)
{
	coodie_watch *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->fd = fd;
	w->on_io = on_io;
	w->on_time = on_time;
	w->user = user;
	l->watches++;
	return w;
}

/* A callback may free a watch whose event is in the same batch: it must not be told any more. */
static void free_watch(struct loop *l, coodie_watch *w)
{
	for (int i = l->at; i < l->count; i++)
		if (l->ready[i].data.ptr == w)
			l->ready[i].data.ptr = NULL;
	l->watches--;
	free(w);
}

/* ---- descriptors ---------------------------------------------------------------------------- */

/* One that is watched for nothing is taken out: epoll would still report its hang-up. */
static bool watch_fd(struct loop *l, coodie_watch *w, int events)
{
	struct epoll_event e = { .data.ptr = w };
	int change = !w->events ? EPOLL_CTL_ADD : events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;

	e.events = (events & COODIE_IO_READ ? EPOLLIN : 0u) |
		   (events & COODIE_IO_WRITE ? EPOLLOUT : 0u);
	if (events == w->events)
		return true;
	w->events = events;
	return epoll_ctl(l->fd, change, w->fd, &e) == 0;
}

static void io_set(void *loop, coodie_watch *w, int events)
{
	watch_fd(loop, w, events);
}

static void io_free(void *loop, coodie_watch *w)
{
	if (!w)
		return;
	watch_fd(loop, w, 0);
	free_watch(loop, w);
}

static coodie_watch *io_new(void *loop, int fd, int events, coodie_io_fn *fn, void *user)
{
	coodie_watch *w = new_watch(loop, fd, fn, NULL, user);

	if (w && !watch_fd(loop, w, events)) {
		w->events = 0;
		io_free(loop, w);
		return NULL;
	}
	return w;
}

/* ---- timers --------------------------------------------------------------------------------- */

static void timer_free(void *loop, coodie_watch *w)
{
	if (!w)
		return;
	close(w->fd); /* takes it out of the epoll as well */
	free_watch(loop, w);
}

static coodie_watch *timer_new(void *loop, coodie_timer_fn *fn, void *user)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	coodie_watch *w = fd < 0 ? NULL : new_watch(loop, fd, NULL, fn, user);

	if (!w && fd >= 0)
		close(fd);
	if (w && !watch_fd(loop, w, COODIE_IO_READ)) {
		timer_free(loop, w);
		return NULL;
	}
	return w;
}

static void timer_set(void *loop, coodie_watch *w, uint64_t delay_us)
{
	struct itimerspec at = { 0 };

	(void)loop;
	at.it_value.tv_sec = (time_t)(delay_us / 1000000);
	at.it_value.tv_nsec = delay_us ? (long)(delay_us % 1000000 * 1000)
				       : 1; /* 0 would stop it */
	timerfd_settime(w->fd, 0, &at, NULL);
}

static void timer_stop(void *loop, coodie_watch *w)
{
	const struct itimerspec never = { 0 };

	(void)loop;
	timerfd_settime(w->fd, 0, &never, NULL);
}

/* ---- hooks before sleeping ------------------------------------------------------------------ */

static coodie_watch *turn_new(void *loop, coodie_timer_fn *fn, void *user)
{
	struct loop *l = loop;
	coodie_watch *w = new_watch(l, -1, NULL, fn, user);

	if (w) {
		w->next = l->hooks;
		l->hooks = w;
	}
	return w;
}

static void turn_set(void *loop, coodie_watch *w, bool armed)
{
	(void)loop;
	w->armed = armed;
}

static void turn_free(void *loop, coodie_watch *w)
{
	coodie_watch **at = &((struct loop *)loop)->hooks;

	if (!w)
		return;
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	free_watch(loop, w);
}

static coodie_watch *armed_hook(const struct loop *l, bool not_run)
{
	coodie_watch *w = l->hooks;

	while (w && !(w->armed && !(not_run && w->turn == l->turns)))
		w = w->next;
	return w;
}

/* Each once. One may free any other, so that the list is begun anew after each. */
static void run_hooks(struct loop *l)
{
	l->turns++;
	for (coodie_watch *w; (w = armed_hook(l, true));) {
		w->turn = l->turns;
		w->on_time(w->user);
	}
}

/* ---- turns ---------------------------------------------------------------------------------- */

static uint64_t now_us(void *loop)
{
	struct timespec now;

	(void)loop;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void tell(const struct epoll_event *e)
{
	coodie_watch *w = e->data.ptr;
	int events = 0;
	uint64_t times;

	if (!w)
		return;
	if (!w->on_io) { /* a timer; one that was moved just now has nothing to be read */
		if (read(w->fd, &times, sizeof times) == sizeof times)
			w->on_time(w->user);
		return;
	}
	if (e->events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		events |= w->events & COODIE_IO_READ;
	if (e->events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
		events |= w->events & COODIE_IO_WRITE;
	if (events)
		w->on_io(events, w->user);
}

/* `sleep` false: only what is ready. */
static void turn(struct loop *l, bool sleep)
{
	struct epoll_event e;

	run_hooks(l);
	l->at = 0;
	/* A hook may have been the end of the last session: nothing would wake us any more. */
	sleep = sleep && l->watches && !armed_hook(l, false);
	l->count = epoll_wait(l->fd, l->ready, BATCH, sleep ? -1 : 0);
	while (l->at < l->count) {
		e = l->ready[l->at++];
		tell(&e);
	}
	l->at = l->count = 0;
}

static void run_once(void *loop)
{
	turn(loop, true);
}

static const coodie_loop_vtable epoll_vtable = {
	.size = sizeof epoll_vtable,
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

static bool loop_open(struct loop *l, coodie_loop *out)
{
	*l = (struct loop){ .fd = epoll_create1(EPOLL_CLOEXEC) };
	*out = (coodie_loop){ .vtable = &epoll_vtable, .state = l };
	return l->fd >= 0;
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
	coodie_session_free(q->session); /* takes its watches out of the loop */
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
	struct loop l;
	struct query q = { .failed = false };
	coodie_loop loop;
	coodie_error err;

	if (!loop_open(&l, &loop)) {
		perror("epoll");
		return 1;
	}
	if (!start(&q, &loop, argc > 1 ? argv[1] : "127.0.0.1:9042", &err)) {
		fprintf(stderr, "%s\n", err.message);
		coodie_session_free(q.session);
		q.failed = true;
	}
	while (l.watches)
		turn(&l, true);
	close(l.fd);
	return q.failed;
}
