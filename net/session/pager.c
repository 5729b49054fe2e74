/* SPDX-License-Identifier: MIT */
/* Pages one after the other: a request at a time, and a few pages in front of who takes them. */
#include <coodie/pager.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "net/crew/parcel.h"
#include "net/session/session.h"

enum { MOST_AHEAD = 1024, ARENA_CHUNK = 1024 };

struct coodie_pager {
	coodie_allocator allocator;
	coodie_session *session;
	atomic_uint refs;      /* the user's, and one for each callback that is to come */
	struct cd_parcel copy; /* of the statement */
	uint32_t ahead;
	bool no_prefetch;
	/* the row that was given last is in this page */
	coodie_result *page;
	coodie_cursor row;
	/* of who takes all rows */
	coodie_pager_row_fn *each;
	coodie_status_fn *each_done;
	void *each_user;

	pthread_mutex_t mutex; /* of what follows: a loop may run elsewhere */
	coodie_result **pages; /* a ring of `ahead` */
	uint32_t first, count;
	struct cd_buffer state; /* where the next page begins */
	uint64_t id;            /* of the request */
	bool asking;            /* it is under way */
	bool ended;             /* nothing more will be asked for: `err` says why */
	atomic_bool freed;      /* told with the mutex held, and seen without it between rows */
	bool told;              /* for coodie_session_run(): an answer has come */
	coodie_error err;
	coodie_done_fn *waiter; /* NULL: nobody */
	void *waiter_user;
};

/* ---- life ------------------------------------------------------------------------------------ */

static void let_go(coodie_pager *p)
{
	coodie_allocator a = p->allocator;

	if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (; p->count; p->count--)
		coodie_result_free(p->pages[p->first++ % p->ahead]);
	cd_release(&a, p->pages);
	coodie_result_free(p->page);
	coodie_prepared_free(p->copy.prepared);
	cd_arena_deinit(&p->copy.arena);
	cd_buffer_deinit(&p->state);
	pthread_mutex_destroy(&p->mutex);
	cd_release(&a, p);
}

void coodie_pager_free(coodie_pager *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->freed = true;
	const uint64_t id = p->asking ? p->id : 0;
	pthread_mutex_unlock(&p->mutex);
	if (id)
		coodie_session_cancel(p->session, id);
	let_go(p);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void on_page(coodie_result *take_res, const coodie_error *err, void *user);

/* With the mutex held, as everything here: no callback runs inside. */
static bool submit(coodie_pager *p, const coodie_statement *st, coodie_done_fn *done,
		   coodie_error *err)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	if (coodie_session_submit(p->session, st, done, p, err))
		return true;
	atomic_fetch_sub_explicit(&p->refs, 1, memory_order_relaxed); /* the user has one */
	return false;
}

static void end(coodie_pager *p, const coodie_error *err)
{
	p->ended = true;
	p->err = *err;
}

/* For the next page, unless that is under way or there is none. */
static void ask(coodie_pager *p)
{
	coodie_error err;

	if (p->asking || p->ended || p->freed)
		return;
	if (p->state.len)
		p->copy.request.paging_state = (cql_blob){ p->state.data, p->state.len };
	p->copy.request.id = &p->id;
	p->asking = submit(p, &p->copy.statement, on_page, &err);
	if (!p->asking)
		end(p, &err);
}

static void prefetch(coodie_pager *p)
{
	if (!p->no_prefetch && p->count < p->ahead)
		ask(p);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void take_in(coodie_pager *p, coodie_result *take_res, const coodie_error *err)
{
	const cql_blob state = coodie_result_paging_state(take_res);
	coodie_error none = { 0 };

	p->pages[(p->first + p->count++) % p->ahead] = take_res;
	cd_buffer_clear(&p->state);
	cd_buffer_bytes(&p->state, state.data, state.len);
	if (p->state.failed)
		cd_no_memory(&none, "the place of a page");
	if (!state.len || p->state.failed)
		end(p, state.len ? &none : err);
}

/* The first page there is, and its place for another. NULL: there is none. */
static coodie_result *take_out(coodie_pager *p)
{
	if (!p->count)
		return NULL;
	coodie_result *page = p->pages[p->first];
	p->first = (p->first + 1) % p->ahead;
	p->count--;
	prefetch(p);
	return page;
}

/* Who waits is told, if there is something to tell; the mutex is given back. */
static void tell(coodie_pager *p)
{
	coodie_done_fn *waiter = p->freed || p->count || p->ended ? p->waiter : NULL;
	void *user = p->waiter_user;
	coodie_result *page = NULL;
	coodie_error err;

	cd_clear(&err);
	if (waiter)
		p->waiter = NULL;
	if (waiter && p->freed)
		cd_fail(&err, COODIE_ERR_CANCELLED, "the pager was freed");
	else if (waiter && !(page = take_out(p)))
		err = p->err;
	pthread_mutex_unlock(&p->mutex);
	if (waiter)
		waiter(page, &err, user);
}

static void on_page(coodie_result *take_res, const coodie_error *err, void *user)
{
	coodie_pager *p = user;

	pthread_mutex_lock(&p->mutex);
	p->asking = false;
	if (p->freed)
		coodie_result_free(take_res);
	else if (err->code != COODIE_OK)
		end(p, err);
	else
		take_in(p, take_res, err);
	if (!p->waiter)
		prefetch(p);
	__atomic_store_n(&p->told, true, __ATOMIC_RELEASE);
	tell(p);
	let_go(p);
}

/* A turn later, for who is to be told what was there already. */
static void on_turn(coodie_result *take_res, const coodie_error *err, void *user)
{
	coodie_pager *p = user;

	coodie_result_free(take_res);
	pthread_mutex_lock(&p->mutex);
	if (err->code != COODIE_OK && !p->count && !p->ended)
		end(p, err);
	if (p->waiter && !p->count) /* somebody else has taken it meanwhile */
		ask(p);
	tell(p);
	let_go(p);
}

/* ---- making one ------------------------------------------------------------------------------ */

static coodie_pager *make(coodie_session *s, const coodie_pager_options *o, coodie_error *err)
{
	coodie_pager *p = cd_alloc_zero(&s->allocator, sizeof *p);

	if (!p)
		return cd_no_memory(err, "a pager"), NULL;
	p->allocator = s->allocator;
	p->session = s;
	p->ahead = o->ahead ? o->ahead : 1;
	p->no_prefetch = o->no_prefetch;
	atomic_init(&p->refs, 1);
	pthread_mutex_init(&p->mutex, NULL);
	cd_arena_init(&p->copy.arena, &p->allocator, ARENA_CHUNK);
	cd_buffer_init(&p->state, &p->allocator, 0);
	p->pages = cd_alloc_array(&p->allocator, p->ahead, sizeof *p->pages);
	if (p->pages)
		return p;
	cd_no_memory(err, "a pager");
	let_go(p);
	return NULL;
}

static bool copy(coodie_pager *p, const coodie_statement *st, coodie_error *err)
{
	coodie_request request;
	coodie_statement own;

	if (!cd_take_struct(&own, sizeof own, st, "coodie_statement", err))
		return false;
	if (own.child_count || (!own.cql && !own.prepared))
		return cd_fail(err, COODIE_ERR_INVALID, "pager: %s",
			       own.child_count ? "a batch has no pages" : "no statement was given");
	return cd_statement_adopt(&own, &request, err) && cd_parcel_pack(&p->copy, &own, err);
}

coodie_pager *coodie_pager_new(coodie_session *s, const coodie_statement *st,
			       const coodie_pager_options *options, coodie_error *err)
{
	coodie_pager_options o = { .size = sizeof o };

	cd_clear(err);
	s = cd_session_carrier(s, err);
	if (!s || (options && !cd_take_struct(&o, sizeof o, options, "coodie_pager_options", err)))
		return NULL;
	if (!st || o.ahead > MOST_AHEAD)
		return cd_fail_null(err, COODIE_ERR_INVALID, "pager: %s",
				    st ? "more than 1024 pages ahead" : "no statement was given");
	coodie_pager *p = make(s, &o, err);
	if (!p)
		return NULL;
	if (copy(p, st, err)) {
		pthread_mutex_lock(&p->mutex);
		ask(p);
		const bool refused = p->ended && !p->count && p->err.code != COODIE_OK;
		if (refused)
			cd_error_copy(err, &p->err);
		pthread_mutex_unlock(&p->mutex);
		if (!refused)
			return p;
	}
	coodie_pager_free(p);
	return NULL;
}

coodie_pager *coodie_pager_query(coodie_session *s, const char *cql, cql_args args,
				 const coodie_request *r, const coodie_pager_options *options,
				 coodie_error *err)
{
	const coodie_statement st = {
		.size = sizeof st,
		.cql = cql,
		.args = args,
		.request = r,
	};

	return coodie_pager_new(s, &st, options, err);
}

coodie_pager *coodie_pager_execute(coodie_session *s, coodie_prepared *prepared, cql_args args,
				   const coodie_request *r, const coodie_pager_options *options,
				   coodie_error *err)
{
	const coodie_statement st = {
		.size = sizeof st,
		.prepared = prepared,
		.args = args,
		.request = r,
	};

	return coodie_pager_new(s, &st, options, err);
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* With the mutex held: whether a call can be answered now. */
static bool is_ready(coodie_pager *p)
{
	if (p->count || p->ended)
		return true;
	ask(p);
	__atomic_store_n(&p->told, false, __ATOMIC_RELAXED);
	return p->ended;
}

coodie_result *coodie_pager_next(coodie_pager *p, coodie_error *err)
{
	cd_clear(err);
	if (!p)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the pager is NULL");
	pthread_mutex_lock(&p->mutex);
	while (!is_ready(p)) {
		pthread_mutex_unlock(&p->mutex);
		if (!coodie_session_run(p->session, &p->told, err) &&
		    !__atomic_load_n(&p->told, __ATOMIC_ACQUIRE))
			return NULL;
		cd_clear(err);
		pthread_mutex_lock(&p->mutex);
	}
	coodie_result *page = take_out(p);
	if (!page)
		cd_error_copy(err, &p->err);
	pthread_mutex_unlock(&p->mutex);
	return page;
}

/* With the mutex held. */
static bool may_wait(const coodie_pager *p, coodie_error *err)
{
	return !p->waiter || cd_fail(err, COODIE_ERR_INVALID,
				     "pager: the callback for the page before has not run yet");
}

bool coodie_pager_next_async(coodie_pager *p, coodie_done_fn *done, void *user, coodie_error *err)
{
	static const coodie_statement nothing = { .size = sizeof nothing };
	bool ok;

	cd_clear(err);
	if (!p || !done)
		return cd_fail(err, COODIE_ERR_INVALID, "pager: no %s was given",
			       p ? "callback" : "pager");
	pthread_mutex_lock(&p->mutex);
	ok = may_wait(p, err);
	if (ok && is_ready(p))
		ok = submit(p, &nothing, on_turn, err);
	if (ok) {
		p->waiter = done;
		p->waiter_user = user;
	}
	pthread_mutex_unlock(&p->mutex);
	return ok;
}

/* ---- rows ------------------------------------------------------------------------------------ */

const coodie_cursor *coodie_pager_row(coodie_pager *p, coodie_error *err)
{
	cd_clear(err);
	if (!p)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the pager is NULL");
	while (!p->page || !coodie_cursor_next(&p->row)) {
		if (p->page && p->row.failed)
			return cd_fail_null(err, COODIE_ERR_PROTOCOL,
					    "the rows of a page are broken");
		coodie_result *next = coodie_pager_next(p, err);
		if (!next)
			return NULL;
		coodie_result_free(p->page);
		p->page = next;
		p->row = coodie_result_cursor(next);
	}
	return &p->row;
}

/* Whether there is more to come. */
static bool walk(coodie_pager *p, coodie_result *page, coodie_error *err)
{
	coodie_cursor row = coodie_result_cursor(page);

	while (!atomic_load_explicit(&p->freed, memory_order_relaxed) && coodie_cursor_next(&row))
		if (!p->each(&row, p->each_user))
			return false;
	return !row.failed || cd_fail(err, COODIE_ERR_PROTOCOL, "the rows of a page are broken");
}

static void on_each_page(coodie_result *take_res, const coodie_error *err, void *user)
{
	coodie_pager *p = user;
	coodie_error why = *err;

	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed); /* a row may free it */
	bool more = take_res && walk(p, take_res, &why);
	coodie_result_free(take_res);
	pthread_mutex_lock(&p->mutex);
	const bool freed = p->freed;
	pthread_mutex_unlock(&p->mutex);
	if (more && freed)
		more = cd_fail(&why, COODIE_ERR_CANCELLED, "the pager was freed");
	if (!more || !coodie_pager_next_async(p, on_each_page, p, &why))
		p->each_done(&why, p->each_user);
	let_go(p);
}

bool coodie_pager_each_async(coodie_pager *p, coodie_pager_row_fn *each, coodie_status_fn *done,
			     void *user, coodie_error *err)
{
	cd_clear(err);
	if (!p || !each || !done)
		return cd_fail(err, COODIE_ERR_INVALID, "pager: no %s was given",
			       !p ? "pager" : "callback");
	pthread_mutex_lock(&p->mutex);
	const bool ok = may_wait(p, err);
	if (ok) {
		p->each = each;
		p->each_done = done;
		p->each_user = user;
	}
	pthread_mutex_unlock(&p->mutex);
	return ok && coodie_pager_next_async(p, on_each_page, p, err);
}
