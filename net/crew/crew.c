/* SPDX-License-Identifier: MIT */
/* The crew: its threads, from their making to their end. */
#include "net/crew/crew.h"

#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/loop_ev.h"
#include "net/crew/crew_impl.h"

/* ---- the end --------------------------------------------------------------------------------- */

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
	coodie_metadata_free(c->snapshot);
	while (c->said) {
		struct cd_saying *next = c->said->next;
		cd_release(&a, c->said);
		c->said = next;
	}
	if (c->has_key)
		pthread_key_delete(c->key);
	pthread_mutex_destroy(&c->board);
	pthread_mutex_destroy(&c->mutex);
	pthread_cond_destroy(&c->told);
	cd_release(&a, c->workers);
	cd_options_free(c->options);
	cd_release(&a, c);
	if (gone)
		gone(user);
}

static void let_go(struct cd_crew *c)
{
	if (atomic_fetch_sub(&c->alive, 1) == 1)
		destroy(c);
}

/* ---- a thread -------------------------------------------------------------------------------- */

static void on_engine_gone(void *user)
{
	struct cd_worker *w = user;

	w->engine = NULL;
	cd_homes_set(&w->crew->homes, NULL);
	cd_mailbox_wake(&w->mailbox); /* it may be about to sleep */
}

static void *run_worker(void *user)
{
	struct cd_worker *w = user;
	struct cd_crew *c = w->crew;
	const struct coodie_options *o = c->options;

	pthread_setspecific(c->key, w);
	if (!o->outgoing)
		cd_homes_set(&c->homes, w->engine);
	if (o->loop_begin)
		o->loop_begin(w->index, o->loop_user);
	while (w->engine)
		w->loop.vtable->run_once(w->loop.state);
	cd_crew_on_mail(w); /* who came too late is told */
	cd_crew_turned(c);
	if (o->loop_end)
		o->loop_end(w->index, o->loop_user);
	let_go(c);
	return NULL;
}

static bool make_worker(struct cd_worker *w, struct cd_policies *policies, coodie_error *err)
{
	struct cd_crew *c = w->crew;

	if (!cd_loop_ev_new(&w->loop, err) ||
	    !cd_mailbox_init(&w->mailbox, &w->loop, cd_crew_on_mail, w, err))
		return false;
	w->stop = cd_parcel_take(&c->parcels, CD_PARCEL_STOP);
	if (!w->stop)
		return cd_no_memory(err, "the threads of a session");
	w->engine = cd_engine_new(c->options, &w->loop, policies, err);
	if (!w->engine)
		return false;
	cd_engine_deal(w->engine, w->index, c->count, cd_crew_turned, c);
	cd_engine_join(w->engine, &c->fellows, cd_crew_leader(c)->engine);
	cd_engine_on_gone(w->engine, on_engine_gone, w);
	return true;
}

static bool start_worker(struct cd_worker *w, coodie_error *err)
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

/* ---- all of them ------------------------------------------------------------------------------ */

/* Ends the threads. Those that never ran have an engine that must go all the same. */
static void stop(struct cd_crew *c, bool wait)
{
	for (uint32_t i = 0; i < c->count; i++) {
		struct cd_worker *w = &c->workers[i];
		if (w->started) {
			cd_crew_post(w, w->stop);
			continue;
		}
		if (w->stop)
			cd_parcel_give(&c->parcels, w->stop);
		if (w->engine)
			cd_engine_driver.free(w->engine);
	}
	for (uint32_t i = 0; i < c->count; i++)
		if (c->workers[i].started && wait)
			pthread_join(c->workers[i].thread, NULL);
		else if (c->workers[i].started)
			pthread_detach(c->workers[i].thread);
	let_go(c);
}

static bool make_workers(struct cd_crew *c, const coodie_options *o, struct cd_policies *policies,
			 coodie_error *err)
{
	bool ok = true;

	c->options = cd_options_copy(o, err);
	if (!c->options)
		return false;
	c->workers = cd_alloc_array(&c->allocator, o->loops, sizeof *c->workers);
	c->count = c->workers ? o->loops : 0;
	c->has_key = pthread_key_create(&c->key, NULL) == 0;
	if (!c->workers || !c->has_key)
		return cd_no_memory(err, "the threads of a session");
	for (uint32_t i = 0; i < c->count; i++) {
		c->workers[i].crew = c;
		c->workers[i].index = i;
		c->workers[i].mailbox.fd = -1;
	}
	for (uint32_t i = 0; ok && i < c->count; i++)
		ok = make_worker(&c->workers[i], policies, err);
	return ok && start_workers(c, err);
}

struct cd_crew *cd_crew_new(const coodie_options *o, struct cd_policies *policies,
			    void (*gone)(void *user), void *user, coodie_error *err)
{
	struct cd_crew *c = cd_alloc_zero(&o->allocator, sizeof *c);

	if (!c)
		return cd_no_memory(err, "a session"), NULL;
	c->allocator = o->allocator;
	atomic_init(&c->max_waiting, o->max_waiting);
	atomic_init(&c->alive, 1);
	pthread_mutex_init(&c->board, NULL);
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->told, NULL);
	cd_parcels_init(&c->parcels, &c->allocator);
	cd_crew_befriend(c);
	if (make_workers(c, o, policies, err)) {
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
	stop(c, !cd_crew_myself(c));
}

struct cd_homes *cd_crew_homes(struct cd_crew *c)
{
	return &c->homes;
}

const struct coodie_options *cd_crew_options(const struct cd_crew *c)
{
	return c->options;
}

const coodie_driver cd_crew_driver = {
	.size = sizeof cd_crew_driver,
	.submit = cd_crew_submit,
	.run = cd_crew_run,
	.cancel = cd_crew_cancel,
	.free = crew_free,
};
