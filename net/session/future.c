/* SPDX-License-Identifier: MIT */
/* Futures: a callback's outcome behind a lock of its own, and who waits for it. */
#include <coodie/future.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/session/session.h"

struct coodie_future {
	coodie_allocator allocator;
	coodie_session *session;
	atomic_uint refs; /* the user's, and the callback's until it has run */
	pthread_mutex_t mutex;
	pthread_cond_t told;
	bool done; /* the rest is there, and changes no more but by taking */
	coodie_error err;
	coodie_result *result;
	coodie_prepared *prepared;
	coodie_future_fn *then;
	void *then_user;
};

/* ---- life ------------------------------------------------------------------------------------ */

static coodie_future *make(coodie_session *s, coodie_error *err)
{
	pthread_condattr_t attributes;

	cd_clear(err);
	s = cd_session_carrier(s, err);
	if (!s)
		return NULL;
	coodie_future *f = cd_alloc_zero(&s->allocator, sizeof *f);
	if (!f)
		return cd_no_memory(err, "a future"), NULL;
	f->allocator = s->allocator;
	f->session = s;
	atomic_init(&f->refs, 2);
	pthread_mutex_init(&f->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&f->told, &attributes);
	pthread_condattr_destroy(&attributes);
	return f;
}

static void let_go(coodie_future *f)
{
	coodie_allocator a = f->allocator;

	if (atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_result_free(f->result);
	coodie_prepared_free(f->prepared);
	pthread_cond_destroy(&f->told);
	pthread_mutex_destroy(&f->mutex);
	cd_release(&a, f);
}

void coodie_future_free(coodie_future *f)
{
	if (f)
		let_go(f);
}

/* The call was accepted, or there is no future. */
static coodie_future *given(coodie_future *f, bool accepted)
{
	if (accepted)
		return f;
	let_go(f);
	let_go(f);
	return NULL;
}

/* ---- the callback ---------------------------------------------------------------------------- */

static void tell(coodie_future *f, coodie_result *result, coodie_prepared *prepared,
		 const coodie_error *err)
{
	pthread_mutex_lock(&f->mutex);
	f->result = result;
	f->prepared = prepared;
	f->err = *err;
	__atomic_store_n(&f->done, true, __ATOMIC_RELEASE);
	coodie_future_fn *then = f->then;
	void *user = f->then_user;
	pthread_cond_broadcast(&f->told);
	pthread_mutex_unlock(&f->mutex);
	if (then)
		then(f, user);
	let_go(f);
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	tell(user, take_res, NULL, err);
}

static void on_prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	tell(user, NULL, take_prepared, err);
}

static void on_status(const coodie_error *err, void *user)
{
	tell(user, NULL, NULL, err);
}

coodie_future *coodie_future_query(coodie_session *s, const char *cql, cql_args args,
				   const coodie_request *r, coodie_error *err)
{
	coodie_future *f = make(s, err);

	return f ? given(f, coodie_session_query_async(s, cql, args, r, on_result, f, err)) : NULL;
}

coodie_future *coodie_future_execute(coodie_session *s, coodie_prepared *p, cql_args args,
				     const coodie_request *r, coodie_error *err)
{
	coodie_future *f = make(s, err);

	return f ? given(f, coodie_session_execute_async(s, p, args, r, on_result, f, err)) : NULL;
}

coodie_future *coodie_future_prepare(coodie_session *s, const char *cql, coodie_error *err)
{
	coodie_future *f = make(s, err);

	return f ? given(f, coodie_session_prepare_async(s, cql, on_prepared, f, err)) : NULL;
}

coodie_future *coodie_future_connect(coodie_session *s, coodie_error *err)
{
	coodie_future *f = make(s, err);

	return f ? given(f, coodie_session_connect_async(s, on_status, f, err)) : NULL;
}

coodie_future *coodie_future_close(coodie_session *s, coodie_error *err)
{
	coodie_future *f = make(s, err);

	return f ? given(f, coodie_session_close_async(s, on_status, f, err)) : NULL;
}

/* ---- waiting --------------------------------------------------------------------------------- */

bool coodie_future_is_done(const coodie_future *f)
{
	return f && __atomic_load_n(&f->done, __ATOMIC_ACQUIRE);
}

static struct timespec in_ms(uint32_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/* The session's threads do the work. */
static void sleep_for(coodie_future *f, uint32_t ms)
{
	struct timespec end = in_ms(ms);
	int late = 0;

	pthread_mutex_lock(&f->mutex);
	while (!f->done && !late)
		late = ms == UINT32_MAX ? pthread_cond_wait(&f->told, &f->mutex)
					: pthread_cond_timedwait(&f->told, &f->mutex, &end);
	pthread_mutex_unlock(&f->mutex);
}

static bool wait_for(coodie_future *f, uint32_t ms, coodie_error *err)
{
	coodie_session *s = f->session;

	if (s->crew && !cd_crew_may_block(s->crew, err))
		return false;
	if (s->crew)
		sleep_for(f, ms);
	else if (s->engine && ms != UINT32_MAX)
		return cd_engine_run_for(s->engine, &f->done, ms, err);
	else
		return coodie_session_run(s, &f->done, err) || coodie_future_is_done(f);
	return true;
}

bool coodie_future_wait(coodie_future *f, uint32_t timeout_ms, coodie_error *err)
{
	cd_clear(err);
	if (!f)
		return cd_fail(err, COODIE_ERR_INVALID, "the future is NULL");
	if (timeout_ms && !coodie_future_is_done(f) && !wait_for(f, timeout_ms, err))
		return false;
	if (!coodie_future_is_done(f))
		return cd_fail(err, COODIE_ERR_TIMEOUT, "no outcome yet within %u ms", timeout_ms);
	cd_error_copy(err, &f->err);
	return f->err.code == COODIE_OK;
}

bool coodie_future_then(coodie_future *f, coodie_future_fn *fn, void *user, coodie_error *err)
{
	cd_clear(err);
	if (!f || !fn)
		return cd_fail(err, COODIE_ERR_INVALID, "then: no %s was given",
			       f ? "function" : "future");
	pthread_mutex_lock(&f->mutex);
	bool taken = f->then != NULL, done = f->done;
	if (!taken) {
		f->then = fn;
		f->then_user = user;
	}
	pthread_mutex_unlock(&f->mutex);
	if (taken)
		return cd_fail(err, COODIE_ERR_INVALID, "the future has a function already");
	if (done)
		fn(f, user);
	return true;
}

/* ---- what came of it ------------------------------------------------------------------------- */

coodie_result *coodie_future_take_result(coodie_future *f)
{
	coodie_result *r = f && coodie_future_is_done(f) ? f->result : NULL;

	if (r)
		f->result = NULL;
	return r;
}

coodie_prepared *coodie_future_take_prepared(coodie_future *f)
{
	coodie_prepared *p = f && coodie_future_is_done(f) ? f->prepared : NULL;

	if (p)
		f->prepared = NULL;
	return p;
}
