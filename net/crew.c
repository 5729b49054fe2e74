/* SPDX-License-Identifier: MIT */
/* The crew: its threads, what they take from their mailboxes, and how callers wait. */
#include "net/crew.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/loop_ev.h"
#include "net/engine_impl.h"
#include "net/engine_tune.h"
#include "net/parcel.h"

struct worker {
	struct cd_crew *crew;
	uint32_t index;
	pthread_t thread;
	bool started;
	coodie_loop loop;
	struct cd_engine *engine; /* NULL: it has freed itself */
	struct cd_mailbox mailbox;
	_Atomic uint32_t waiting; /* parcels that were sent and not yet taken */
};

struct cd_crew {
	coodie_allocator allocator;
	uint32_t count, max_waiting;
	struct worker *workers;
	pthread_key_t key; /* the worker that a thread is */
	bool has_key;
	coodie_loop_fn *loop_begin, *loop_end;
	void *loop_user;
	coodie_outgoing_fn *outgoing; /* NULL: none */
	void *outgoing_user;
	struct cd_parcels parcels;
	_Atomic uint32_t next; /* worker to take the next request from outside */
	_Atomic uint64_t ids;
	_Atomic uint32_t alive; /* threads, and who made them */
	_Atomic uint32_t closing;
	atomic_bool closed;
	/* who waits in run() */
	_Atomic uint32_t waiters;
	pthread_mutex_t mutex;
	pthread_cond_t told;
	void (*gone)(void *user);
	void *gone_user;
};

/* ---- life ----------------------------------------------------------------------------------- */

static void destroy(struct cd_crew *c)
{
	coodie_allocator a = c->allocator;
	void (*gone)(void *) = c->gone;
	void *user = c->gone_user;

	for (uint32_t i = 0; i < c->count; i++) {
		cd_mailbox_deinit(&c->workers[i].mailbox);
		if (c->workers[i].loop.state)
			cd_loop_ev_free(&c->workers[i].loop);
	}
	cd_parcels_deinit(&c->parcels);
	if (c->has_key)
		pthread_key_delete(c->key);
	pthread_mutex_destroy(&c->mutex);
	pthread_cond_destroy(&c->told);
	cd_release(&a, c->workers);
	cd_release(&a, c);
	if (gone)
		gone(user);
}

static void let_go(struct cd_crew *c)
{
	if (atomic_fetch_sub(&c->alive, 1) == 1)
		destroy(c);
}

static struct worker *myself(const struct cd_crew *c)
{
	return pthread_getspecific(c->key);
}

/* ---- what a loop takes ---------------------------------------------------------------------- */

static void refuse(const struct cd_parcel *p, const coodie_error *err)
{
	if (p->kind == CD_PARCEL_PREPARE)
		p->done.prepared(NULL, err, p->user);
	else if (p->kind == CD_PARCEL_CONNECT || p->kind == CD_PARCEL_CLOSE)
		p->done.status(err, p->user);
	else
		p->done.result(NULL, err, p->user);
}

static bool take_statement(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_submit(w->engine, &p->statement, p->done.result, p->user, err);
}

static bool take_execute(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_execute(w->engine, p->prepared, p->statement.args, &p->request,
				 p->done.result, p->user, err);
}

static bool take_prepare(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_prepare(w->engine, p->statement.cql, &p->request, p->done.prepared,
				 p->user, err);
}

static bool take_connect(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_connect(w->engine, p->done.status, p->user, err);
}

static bool take_ready(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_ready(w->engine, p->done.status, p->user, err);
}

static bool take_close(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_close(w->engine, p->done.status, p->user, err);
}

static bool take_cancel(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	(void)err;
	cd_engine_cancel_alias(w->engine, p->id);
	return true;
}

static bool take_call(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	(void)err;
	p->done.call(w->engine, p->user);
	return true;
}

static bool take_stop(struct worker *w, struct cd_parcel *p, coodie_error *err)
{
	(void)p;
	(void)err;
	cd_engine_driver.free(w->engine);
	return true;
}

static bool (*const take[])(struct worker *w, struct cd_parcel *p, coodie_error *err) = {
	[CD_PARCEL_STATEMENT] = take_statement, [CD_PARCEL_EXECUTE] = take_execute,
	[CD_PARCEL_PREPARE] = take_prepare,     [CD_PARCEL_CONNECT] = take_connect,
	[CD_PARCEL_CLOSE] = take_close,         [CD_PARCEL_CANCEL] = take_cancel,
	[CD_PARCEL_CALL] = take_call,           [CD_PARCEL_STOP] = take_stop,
	[CD_PARCEL_READY] = take_ready,
};

static void open_parcel(struct worker *w, struct cd_parcel *p)
{
	bool is_request = p->kind <= CD_PARCEL_CLOSE;
	coodie_error err;

	if (w->engine) {
		w->engine->alias = p->id;
		w->engine->context = p->context;
		if (!take[p->kind](w, p, &err) && is_request)
			refuse(p, &err);
	} else if (is_request) {
		cd_fail(&err, COODIE_ERR_CLOSED, "the session was freed");
		refuse(p, &err);
	}
	cd_parcel_give(&w->crew->parcels, p);
}

static void on_mail(void *user)
{
	struct worker *w = user;
	struct cd_letter *at = cd_mailbox_take(&w->mailbox), *next;
	uint32_t count = 0;

	if (w->engine)
		cd_engine_enter(w->engine);
	struct cd_engine *entered = w->engine;
	for (; at; at = next, count++) {
		next = at->next;
		open_parcel(w, (struct cd_parcel *)(void *)at);
	}
	atomic_fetch_sub_explicit(&w->waiting, count, memory_order_relaxed);
	if (entered)
		cd_engine_leave(entered);
}

/* ---- a thread ------------------------------------------------------------------------------- */

static void on_engine_gone(void *user)
{
	struct worker *w = user;

	w->engine = NULL;
	cd_mailbox_wake(&w->mailbox); /* it may be about to sleep */
}

/* Callbacks have run: somebody may wait for what they left behind. */
static void on_turned(void *user)
{
	struct cd_crew *c = user;

	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(&c->waiters, memory_order_relaxed))
		return;
	pthread_mutex_lock(&c->mutex);
	pthread_cond_broadcast(&c->told);
	pthread_mutex_unlock(&c->mutex);
}

static void *run_worker(void *user)
{
	struct worker *w = user;
	struct cd_crew *c = w->crew;

	pthread_setspecific(c->key, w);
	if (c->loop_begin)
		c->loop_begin(w->index, c->loop_user);
	while (w->engine)
		w->loop.vtable->run_once(w->loop.state);
	on_mail(w); /* who came too late is told */
	on_turned(c);
	if (c->loop_end)
		c->loop_end(w->index, c->loop_user);
	let_go(c);
	return NULL;
}

static bool make_worker(struct worker *w, const coodie_options *o, struct cd_policies *policies,
			coodie_error *err)
{
	if (!cd_loop_ev_new(&w->loop, err))
		return false;
	if (!cd_mailbox_init(&w->mailbox, &w->loop, on_mail, w, err))
		return false;
	w->engine = cd_engine_new(o, &w->loop, policies, err);
	if (!w->engine)
		return false;
	cd_engine_deal(w->engine, w->index, w->crew->count, on_turned, w->crew);
	if (w->index)
		cd_engine_share_id(w->engine, w->crew->workers->engine);
	cd_engine_on_gone(w->engine, on_engine_gone, w);
	return true;
}

static bool start_worker(struct worker *w, coodie_error *err)
{
	int number;

	atomic_fetch_add(&w->crew->alive, 1);
	number = pthread_create(&w->thread, NULL, run_worker, w);
	w->started = number == 0;
	if (w->started)
		return true;
	atomic_fetch_sub(&w->crew->alive, 1);
	return cd_fail(err, COODIE_ERR_LIMIT, "no thread for a loop: %s", strerror(number));
}

/* Threads of a library take no signals. */
static bool start_workers(struct cd_crew *c, coodie_error *err)
{
	sigset_t all, before;
	bool ok = true;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (uint32_t i = 0; ok && i < c->count; i++)
		ok = start_worker(&c->workers[i], err);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

static void post(struct worker *w, struct cd_parcel *p)
{
	atomic_fetch_add_explicit(&w->waiting, 1, memory_order_relaxed);
	cd_mailbox_send(&w->mailbox, &p->letter);
}

/* Ends the threads. Those that never ran have an engine that must go all the same. */
static void stop(struct cd_crew *c, bool wait)
{
	for (uint32_t i = 0; i < c->count; i++) {
		struct worker *w = &c->workers[i];
		struct cd_parcel *p = w->started ? cd_parcel_take(&c->parcels, CD_PARCEL_STOP)
						 : NULL;
		if (p)
			post(w, p);
		else if (w->engine)
			cd_engine_driver.free(w->engine);
	}
	for (uint32_t i = 0; i < c->count; i++)
		if (c->workers[i].started && wait)
			pthread_join(c->workers[i].thread, NULL);
		else if (c->workers[i].started)
			pthread_detach(c->workers[i].thread);
	let_go(c);
}

struct cd_crew *cd_crew_new(const coodie_options *o, struct cd_policies *policies,
			    void (*gone)(void *user), void *user, coodie_error *err)
{
	struct cd_crew *c = cd_alloc_zero(&o->allocator, sizeof *c);
	bool ok = true;

	if (!c)
		return cd_no_memory(err, "a session"), NULL;
	c->allocator = o->allocator;
	c->max_waiting = o->max_waiting;
	c->loop_begin = o->loop_begin;
	c->loop_end = o->loop_end;
	c->loop_user = o->loop_user;
	c->outgoing = o->outgoing;
	c->outgoing_user = o->outgoing_user;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->told, NULL);
	cd_parcels_init(&c->parcels, &c->allocator);
	atomic_init(&c->alive, 1);
	c->workers = cd_alloc_array(&c->allocator, o->loops, sizeof *c->workers);
	c->count = c->workers ? o->loops : 0;
	c->has_key = pthread_key_create(&c->key, NULL) == 0;
	if (!c->workers || !c->has_key)
		ok = cd_no_memory(err, "the threads of a session");
	for (uint32_t i = 0; i < c->count; i++) {
		c->workers[i].crew = c;
		c->workers[i].index = i;
		c->workers[i].mailbox.fd = -1;
	}
	for (uint32_t i = 0; ok && i < c->count; i++)
		ok = make_worker(&c->workers[i], o, policies, err);
	if (ok && start_workers(c, err)) {
		c->gone = gone;
		c->gone_user = user;
		return c;
	}
	stop(c, true);
	return NULL;
}

static void crew_free(void *driver)
{
	struct cd_crew *c = driver;

	atomic_store(&c->closed, true);
	stop(c, !myself(c));
}

/* ---- requests ------------------------------------------------------------------------------- */

/* Everything is copied, and the tracing hook has its say. */
static bool pack(struct cd_crew *c, struct cd_parcel *p, const coodie_statement *st,
		 const coodie_prepared *of, coodie_error *err)
{
	if (!cd_parcel_pack(p, st, err))
		return false;
	return !c->outgoing ||
	       cd_parcel_adorn(p, of ? of->cql : st->cql, c->outgoing, c->outgoing_user, err);
}

/* A request made on a loop stays there; others go round. */
static struct worker *choose(struct cd_crew *c)
{
	struct worker *w = myself(c);

	return w ? w
		 : &c->workers[atomic_fetch_add_explicit(&c->next, 1, memory_order_relaxed) %
			       c->count];
}

static struct cd_parcel *begin(struct cd_crew *c, struct worker *w, enum cd_parcel_kind kind,
			       coodie_error *err)
{
	if (atomic_load_explicit(&c->closed, memory_order_relaxed))
		return cd_fail_null(err, COODIE_ERR_CLOSED, "the session is closed");
	uint32_t most = __atomic_load_n(&c->max_waiting, __ATOMIC_RELAXED);
	if (atomic_load_explicit(&w->waiting, memory_order_relaxed) > most)
		return cd_fail_null(err, COODIE_ERR_OVERLOAD,
				    "more than %u requests wait for a loop already: slow down, or "
				    "coodie_options_set_max_waiting()",
				    (unsigned)most);
	struct cd_parcel *p = cd_parcel_take(&c->parcels, kind);
	if (!p)
		cd_no_memory(err, "a request");
	return p;
}

static void give_id(struct cd_crew *c, struct cd_parcel *p, const struct worker *w, uint64_t *id)
{
	if (!id)
		return;
	p->id = (atomic_fetch_add_explicit(&c->ids, 1, memory_order_relaxed) + 1) * c->count +
		w->index;
	*id = p->id;
}

static bool crew_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
			coodie_error *err)
{
	struct cd_crew *c = driver;
	struct worker *w = choose(c);
	struct cd_parcel *p = begin(c, w, CD_PARCEL_STATEMENT, err);

	if (!p)
		return false;
	if (!pack(c, p, st, st->prepared, err)) {
		cd_parcel_give(&c->parcels, p);
		return false;
	}
	p->done.result = done;
	p->user = user;
	give_id(c, p, w, st->request->id);
	post(w, p);
	return true;
}

/* The values are tried against the markers here, so that a wrong one is refused at once. */
static bool check_values(struct cd_parcel *p, const coodie_prepared *known, coodie_error *err)
{
	struct cd_request trial = { .prepared = (coodie_prepared *)known };

	cd_buffer_init(&trial.kept, p->arena.allocator, 0);
	bool ok = cd_request_encode(&trial, p->statement.args.values, p->statement.args.count, err);
	cd_buffer_deinit(&trial.kept);
	return ok;
}

bool cd_crew_execute(struct cd_crew *c, coodie_prepared *prepared, cql_args args,
		     const coodie_request *r, coodie_done_fn *done, void *user, coodie_error *err)
{
	const coodie_statement st = { .size = sizeof st, .args = args, .request = r };
	struct worker *w = choose(c);
	struct cd_parcel *p = begin(c, w, CD_PARCEL_EXECUTE, err);

	if (!p)
		return false;
	if (!pack(c, p, &st, prepared, err) || !check_values(p, prepared, err)) {
		cd_parcel_give(&c->parcels, p);
		return false;
	}
	p->prepared = cd_prepared_ref(prepared);
	p->done.result = done;
	p->user = user;
	give_id(c, p, w, r->id);
	post(w, p);
	return true;
}

bool cd_crew_prepare(struct cd_crew *c, const char *cql, coodie_prepared_fn *done, void *user,
		     coodie_error *err)
{
	static const coodie_request plain = { .size = sizeof plain };
	const coodie_statement st = { .size = sizeof st, .cql = cql, .request = &plain };
	struct worker *w = choose(c);
	struct cd_parcel *p = begin(c, w, CD_PARCEL_PREPARE, err);

	if (!p)
		return false;
	if (!pack(c, p, &st, NULL, err)) {
		cd_parcel_give(&c->parcels, p);
		return false;
	}
	p->done.prepared = done;
	p->user = user;
	post(w, p);
	return true;
}

/* To the loop that takes the next request. */
static bool post_status(struct cd_crew *c, enum cd_parcel_kind kind, coodie_status_fn *done,
			void *user, coodie_error *err)
{
	struct worker *w = choose(c);
	struct cd_parcel *p = begin(c, w, kind, err);

	if (!p)
		return false;
	p->done.status = done;
	p->user = user;
	post(w, p);
	return true;
}

bool cd_crew_connect(struct cd_crew *c, coodie_status_fn *done, void *user, coodie_error *err)
{
	return post_status(c, CD_PARCEL_CONNECT, done, user, err);
}

bool cd_crew_ready(struct cd_crew *c, coodie_status_fn *done, void *user, coodie_error *err)
{
	return post_status(c, CD_PARCEL_READY, done, user, err);
}

static bool crew_cancel(void *driver, uint64_t id)
{
	struct cd_crew *c = driver;
	struct worker *w = &c->workers[id % c->count];
	struct cd_parcel *p = begin(c, w, CD_PARCEL_CANCEL, NULL);

	if (!p)
		return false;
	p->id = id;
	post(w, p);
	return true;
}

/* ---- closing -------------------------------------------------------------------------------- */

/* One close of all loops. */
struct close {
	coodie_allocator allocator;
	_Atomic uint32_t left;
	coodie_status_fn *done;
	void *user;
};

static void on_closed(const coodie_error *err, void *user)
{
	struct close *all = user;
	coodie_allocator a = all->allocator;

	if (atomic_fetch_sub(&all->left, 1) != 1)
		return;
	all->done(err, all->user);
	cd_release(&a, all);
}

bool cd_crew_close(struct cd_crew *c, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct close *all = cd_alloc_zero(&c->allocator, sizeof *all);
	struct cd_parcel **parcels = cd_alloc_array(&c->allocator, c->count, sizeof *parcels);
	uint32_t n = 0;

	while (all && parcels && n < c->count &&
	       (parcels[n] = cd_parcel_take(&c->parcels, CD_PARCEL_CLOSE)))
		n++;
	if (n < c->count) {
		while (n > 0)
			cd_parcel_give(&c->parcels, parcels[--n]);
		cd_release(&c->allocator, parcels);
		cd_release(&c->allocator, all);
		return cd_no_memory(err, "closing a session");
	}
	*all = (struct close){ .allocator = c->allocator, .done = done, .user = user };
	atomic_store(&all->left, c->count);
	atomic_store(&c->closed, true);
	for (uint32_t i = 0; i < c->count; i++) {
		parcels[i]->done.status = on_closed;
		parcels[i]->user = all;
		post(&c->workers[i], parcels[i]);
	}
	cd_release(&c->allocator, parcels);
	return true;
}

/* ---- waiting -------------------------------------------------------------------------------- */

bool cd_crew_may_block(const struct cd_crew *c, coodie_error *err)
{
	return !myself(c) ||
	       cd_fail(err, COODIE_ERR_WOULD_BLOCK,
		       "blocking calls cannot be made inside a callback: use the _async call");
}

static bool is_set(const bool *until)
{
	return __atomic_load_n(until, __ATOMIC_ACQUIRE);
}

static bool crew_run(void *driver, const bool *until, coodie_error *err)
{
	struct cd_crew *c = driver;

	if (!cd_crew_may_block(c, err))
		return false;
	if (!until)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the session's loops run by themselves: there is nothing to turn");
	pthread_mutex_lock(&c->mutex);
	atomic_fetch_add(&c->waiters, 1);
	while (!is_set(until))
		pthread_cond_wait(&c->told, &c->mutex);
	atomic_fetch_sub(&c->waiters, 1);
	pthread_mutex_unlock(&c->mutex);
	return true;
}

/* A function on a loop, waited for. */
struct call {
	void (*fn)(void *engine, void *user);
	void *user;
	bool done;
};

static void on_call(void *engine, void *user)
{
	struct call *call = user;

	call->fn(engine, call->user);
	__atomic_store_n(&call->done, true, __ATOMIC_RELEASE);
}

static bool call_on(struct cd_crew *c, struct worker *w, void (*fn)(void *engine, void *user),
		    void *user, coodie_error *err)
{
	struct call call = { fn, user, false };
	struct worker *me = myself(c);

	if (me && me != w)
		return cd_fail(err, COODIE_ERR_WOULD_BLOCK, "another loop would have to be asked");
	if (me) {
		fn(w->engine, user);
		return true;
	}
	struct cd_parcel *p = begin(c, w, CD_PARCEL_CALL, err);
	if (!p)
		return false;
	p->done.call = on_call;
	p->user = &call;
	post(w, p);
	return crew_run(c, &call.done, err);
}

bool cd_crew_ask(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user,
		 coodie_error *err)
{
	struct worker *me = myself(c);

	return call_on(c, me ? me : c->workers, fn, user, err);
}

static void read_max_waiting(void *engine, void *user)
{
	*(uint32_t *)user = cd_engine_options(engine)->max_waiting;
}

bool cd_crew_tune(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user,
		  const bool *ok, coodie_error *err)
{
	if (myself(c) && c->count > 1)
		return cd_fail(err, COODIE_ERR_WOULD_BLOCK,
			       "the other loops would have to be asked");
	for (uint32_t n = 0; n < c->count; n++)
		if (!call_on(c, &c->workers[n], fn, user, err) || !*ok)
			return false;
	uint32_t max_waiting = 0;
	call_on(c, c->workers, read_max_waiting, &max_waiting, NULL);
	__atomic_store_n(&c->max_waiting, max_waiting, __ATOMIC_RELAXED);
	return true;
}

struct info {
	coodie_connection_info *out;
	coodie_error *err;
	bool ok;
};

static void get_info(void *engine, void *user)
{
	struct info *i = user;

	i->ok = cd_engine_info(engine, i->out, i->err);
}

bool cd_crew_info(struct cd_crew *c, coodie_connection_info *info, coodie_error *err)
{
	struct info i = { info, err, false };
	struct worker *me = myself(c);

	for (uint32_t n = 0; n < c->count && !i.ok; n++)
		if (!call_on(c, me ? me : &c->workers[n], get_info, &i, err))
			return false;
	return i.ok;
}

void cd_crew_each(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user)
{
	struct worker *me = myself(c);

	for (uint32_t n = 0; n < c->count; n++)
		if (!me || me->index == n)
			call_on(c, &c->workers[n], fn, user, NULL);
}

static void add_stats(void *engine, void *user)
{
	coodie_session_stats *sum = user, one = { .size = sizeof one };

	cd_engine_stats(engine, &one);
	sum->requests += one.requests;
	sum->responses += one.responses;
	sum->errors += one.errors;
	sum->timeouts += one.timeouts;
	sum->connects += one.connects;
	sum->bytes_sent += one.bytes_sent;
	sum->bytes_received += one.bytes_received;
	sum->in_flight += one.in_flight;
	sum->waiting += one.waiting;
}

void cd_crew_stats(struct cd_crew *c, coodie_session_stats *stats)
{
	*stats = (coodie_session_stats){ .size = sizeof *stats };
	cd_crew_each(c, add_stats, stats);
}

const struct cd_engine *cd_crew_engine(const struct cd_crew *c, uint32_t i)
{
	return i < c->count ? c->workers[i].engine : NULL;
}

const coodie_driver cd_crew_driver = {
	.size = sizeof cd_crew_driver,
	.submit = crew_submit,
	.run = crew_run,
	.cancel = crew_cancel,
	.free = crew_free,
};
