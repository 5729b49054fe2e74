/* SPDX-License-Identifier: MIT */
/* The cluster, asked from a loop that also watches the terminal. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <coodie/cluster.h>
#include <coodie/libev.h>

#include "tools/shell/cluster.h"

static void on_interrupt(struct ev_loop *ev, ev_signal *w, int events)
{
	struct cluster *c = w->data;
	(void)ev;
	(void)events;

	c->interrupted = true;
}

static void on_resize(struct ev_loop *ev, ev_signal *w, int events)
{
	struct cluster *c = w->data;
	(void)ev;
	(void)events;

	c->resized = true;
}

static void on_go_on(struct ev_loop *ev, ev_signal *w, int events)
{
	struct cluster *c = w->data;
	(void)ev;
	(void)events;

	c->continued = true;
}

static void on_end(struct ev_loop *ev, ev_signal *w, int events)
{
	struct cluster *c = w->data;
	(void)ev;
	(void)events;

	c->ended = c->interrupted = true;
	c->signal = w->signum;
}

static void on_input(struct ev_loop *ev, ev_io *w, int events)
{
	struct cluster *c = w->data;
	(void)ev;
	(void)events;

	c->readable = true;
}

static void watch(struct cluster *c, ev_signal *w, void (*fn)(struct ev_loop *, ev_signal *, int),
		  int number)
{
	ev_signal_init(w, fn, number);
	w->data = c;
	ev_signal_start(c->ev, w);
}

/* Not what is ignored: by nohup, or in the background. */
static void watch_end(struct cluster *c, ev_signal *w, int number)
{
	struct sigaction was;

	if (sigaction(number, NULL, &was) == 0 && was.sa_handler != SIG_IGN)
		watch(c, w, on_end, number);
}

void cluster_begin_work(struct cluster *c)
{
	if (c->interactive)
		return;
	watch_end(c, &c->interrupt, SIGINT);
	watch_end(c, &c->terminate, SIGTERM);
	watch_end(c, &c->hangup, SIGHUP);
}

void cluster_end_work(struct cluster *c)
{
	if (c->interactive)
		return;
	cluster_poll(c); /* one that has just come */
	ev_signal_stop(c->ev, &c->interrupt);
	ev_signal_stop(c->ev, &c->terminate);
	ev_signal_stop(c->ev, &c->hangup);
}

bool cluster_open(struct cluster *c, bool interactive, coodie_error *err)
{
	*c = (struct cluster){ .ev = ev_loop_new(EVFLAG_NOENV), .interactive = interactive };
	if (!c->ev) {
		*err = (coodie_error){ .code = COODIE_ERR_NO_MEMORY, .server_code = -1 };
		snprintf(err->message, sizeof err->message, "no memory for a loop");
		return false;
	}
	ev_io_init(&c->input, on_input, STDIN_FILENO, EV_READ);
	c->input.data = c;
	if (interactive) {
		watch(c, &c->interrupt, on_interrupt, SIGINT);
		watch(c, &c->resize, on_resize, SIGWINCH);
		watch(c, &c->go_on, on_go_on, SIGCONT);
		watch(c, &c->terminate, on_end, SIGTERM);
		watch(c, &c->hangup, on_end, SIGHUP);
	}
	return true;
}

void cluster_poll(struct cluster *c)
{
	ev_run(c->ev, EVRUN_NOWAIT);
}

static void end_session(struct cluster *c)
{
	coodie_session_free(c->session);
	c->session = NULL;
	cluster_poll(c);
}

void cluster_close(struct cluster *c)
{
	if (!c->ev)
		return;
	end_session(c);
	ev_loop_destroy(c->ev);
	c->ev = NULL;
}

void cluster_wait(struct cluster *c, const bool *done, cluster_give_up_fn *give_up, void *user)
{
	bool gave_up = false;

	while (!*done) {
		if (c->interrupted && !gave_up) {
			gave_up = true;
			give_up(user);
			continue;
		}
		ev_run(c->ev, EVRUN_ONCE);
	}
}

void cluster_wait_input(struct cluster *c)
{
	c->readable = false;
	c->interrupted = c->ended;
	ev_io_start(c->ev, &c->input);
	while (!c->readable && !c->interrupted && !c->resized && !c->continued && !c->ended)
		ev_run(c->ev, EVRUN_ONCE);
	ev_io_stop(c->ev, &c->input);
}

/* ---- calls that wait ------------------------------------------------------------------------------ */

/* What a callback brought. */
struct answer {
	struct cluster *cluster;
	coodie_pager **pager;
	coodie_session *connecting;
	uint64_t id;
	coodie_result *result, *events;
	coodie_prepared *prepared;
	coodie_error err;
	bool done;
};

static void cancelled(coodie_error *err)
{
	*err = (coodie_error){ .code = COODIE_ERR_CANCELLED, .server_code = -1 };
	snprintf(err->message, sizeof err->message,
		 "cancelled; the server may finish it all the same");
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct answer *a = user;

	a->result = take_res;
	a->err = *err;
	if (a->err.code == COODIE_ERR_CANCELLED)
		cancelled(&a->err);
	a->done = true;
}

static void give_up_request(void *user)
{
	struct answer *a = user;

	coodie_session_cancel(a->cluster->session, a->id);
}

static void give_up_pager(void *user)
{
	struct answer *a = user;

	coodie_pager_free(*a->pager);
	*a->pager = NULL;
}

static void give_up_connecting(void *user)
{
	struct answer *a = user;

	coodie_session_free(a->connecting);
	a->connecting = NULL;
}

/* What cannot be cancelled is waited for: it has a deadline. */
static void give_up_nothing(void *user)
{
	(void)user;
}

static void on_status(const coodie_error *err, void *user)
{
	struct answer *a = user;

	a->err = *err;
	a->done = true;
}

bool cluster_connect(struct cluster *c, const coodie_options *o, coodie_error *err)
{
	coodie_loop loop = coodie_loop_libev(c->ev);
	struct answer a = { .cluster = c, .connecting = coodie_session_attach(o, &loop, err) };

	if (!a.connecting)
		return false;
	if (!coodie_session_connect_async(a.connecting, on_status, &a, err)) {
		coodie_session_free(a.connecting);
		return false;
	}
	cluster_wait(c, &a.done, give_up_connecting, &a);
	if (!a.connecting)
		cancelled(&a.err);
	if (a.err.code != COODIE_OK) {
		coodie_session_free(a.connecting);
		cluster_poll(c);
		*err = a.err;
		return false;
	}
	end_session(c);
	c->session = a.connecting;
	return true;
}

void cluster_learn(struct cluster *c)
{
	struct answer a = { .cluster = c };

	if (coodie_session_refresh_async(c->session, on_status, &a, NULL))
		cluster_wait(c, &a.done, give_up_nothing, NULL);
}

coodie_result *cluster_query(struct cluster *c, const char *cql, const coodie_request *r,
			     coodie_error *err)
{
	struct answer a = { .cluster = c };
	coodie_request request = r ? *r : (coodie_request){ .size = sizeof request };

	request.id = &a.id;
	if (!coodie_session_query_async(c->session, cql, (cql_args){ 0, NULL }, &request, on_result,
					&a, err))
		return NULL;
	cluster_wait(c, &a.done, give_up_request, &a);
	*err = a.err;
	return a.result;
}

static void on_prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	struct answer *a = user;

	a->prepared = take_prepared;
	a->err = *err;
	a->done = true;
}

coodie_prepared *cluster_prepare(struct cluster *c, const char *cql, coodie_error *err)
{
	struct answer a = { .cluster = c };

	if (!coodie_session_prepare_async(c->session, cql, on_prepared, &a, err))
		return NULL;
	cluster_wait(c, &a.done, give_up_nothing, NULL);
	*err = a.err;
	return a.prepared;
}

coodie_result *cluster_page(struct cluster *c, coodie_pager **pager, coodie_error *err)
{
	struct answer a = { .cluster = c, .pager = pager };

	if (!coodie_pager_next_async(*pager, on_result, &a, err))
		return NULL;
	cluster_wait(c, &a.done, give_up_pager, &a);
	*err = a.err;
	return a.result;
}

static void on_trace(coodie_result *take_session, coodie_result *take_events,
		     const coodie_error *err, void *user)
{
	struct answer *a = user;

	a->result = take_session;
	a->events = take_events;
	a->err = *err;
	a->done = true;
}

bool cluster_trace(struct cluster *c, cql_uuid id, coodie_result **session, coodie_result **events,
		   coodie_error *err)
{
	struct answer a = { .cluster = c };

	if (!coodie_session_trace_async(c->session, id, 0, on_trace, &a, err))
		return false;
	cluster_wait(c, &a.done, give_up_nothing, NULL);
	*session = a.result;
	*events = a.events;
	*err = a.err;
	return a.err.code == COODIE_OK;
}
