/* SPDX-License-Identifier: MIT */
/* Sessions: made over the native engine, and ended when the last callback has run. */
#include "net/session/session.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/error.h"
#include "base/keyspace.h"
#include "base/sized.h"
#include "net/policy/policies.h"

struct cd_session_data {
	struct cd_session_data *next; /* older */
	const void *key;
	void *data;
	void (*free_data)(void *);
};

/* ---- the struct ----------------------------------------------------------------------------- */

coodie_session *cd_session_new(const coodie_allocator *a, const char *keyspace, coodie_error *err)
{
	coodie_session *s = cd_alloc_zero(a, sizeof *s);

	if (!s) {
		cd_no_memory(err, "a session");
		return NULL;
	}
	s->allocator = a ? *a : cd_malloc_allocator;
	s->pid = (long)getpid();
	if (keyspace && !(s->keyspace = cd_strndup(a, keyspace, strlen(keyspace)))) {
		cd_release(a, s);
		cd_no_memory(err, "a session");
		return NULL;
	}
	return s;
}

/* What was set last may lean on what was set before it. */
static void free_data(coodie_session *s)
{
	struct cd_session_data *d, *older;

	for (d = atomic_load_explicit(&s->data, memory_order_acquire); d; d = older) {
		older = d->next;
		if (d->free_data)
			d->free_data(d->data);
		cd_release(&s->allocator, d);
	}
}

void cd_session_destroy(coodie_session *s)
{
	coodie_allocator a = s->allocator;
	coodie_session *registry = s->registry;

	free_data(s);
	cd_policies_free(s->policies);
	struct cd_budget *budget = s->budget;
	cd_release(&a, s->keyspace);
	cd_release(&a, s);
	cd_budget_drop(budget);
	if (registry)
		cd_registry_drop(registry);
}

static void on_gone(void *user)
{
	cd_session_destroy(user);
}

static coodie_session *over_crew(coodie_session *s, const coodie_options *o, coodie_error *err)
{
	s->crew = cd_crew_new(o, s->policies, on_gone, s, err);
	if (!s->crew) {
		cd_session_destroy(s);
		return NULL;
	}
	s->driver = cd_crew_driver;
	s->state = s->crew;
	s->homes = cd_crew_homes(s->crew);
	return s;
}

static coodie_session *over_engine(const coodie_options *o, const coodie_loop *loop,
				   coodie_error *err)
{
	cd_clear(err);
	if (!o || o->point_count == 0)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "no contact point: coodie_options_add_contact_point()");
	char keyspace[CD_KEYSPACE_SIZE + 2];
	if (o->keyspace)
		cd_keyspace_write(o->keyspace, keyspace);
	coodie_session *s = cd_session_new(&o->allocator, o->keyspace ? keyspace : NULL, err);
	if (!s)
		return NULL;
	s->guards_schema = !o->allow_schema_management;
	s->policies = cd_policies_new(o, err);
	if (s->policies && o->loops && !loop)
		return over_crew(s, o, err);
	s->engine = s->policies ? cd_engine_new(o, loop, s->policies, err) : NULL;
	if (!s->engine) {
		cd_session_destroy(s);
		return NULL;
	}
	s->driver = cd_engine_driver;
	s->state = s->engine;
	cd_engine_on_gone(s->engine, on_gone, s);
	return s;
}

/* With a budget everything is taken through an allocator that counts. */
static coodie_session *make_session(const coodie_options *o, const coodie_loop *loop,
				    coodie_error *err)
{
	if (!o || !o->memory_budget)
		return over_engine(o, loop, err);
	coodie_options counted = *o;
	struct cd_budget *budget = cd_budget_new(&o->allocator, &counted.allocator);
	if (!budget)
		return cd_no_memory(err, "a session"), NULL;
	coodie_session *s = over_engine(&counted, loop, err);
	if (s)
		s->budget = budget;
	else
		cd_budget_drop(budget);
	return s;
}

coodie_session *coodie_session_new(const coodie_options *o, coodie_error *err)
{
	return make_session(o, NULL, err);
}

coodie_session *coodie_session_attach(const coodie_options *o, const coodie_loop *loop,
				      coodie_error *err)
{
	if (!loop || !loop->vtable || !loop->vtable->io_new || !loop->vtable->timer_new ||
	    !loop->vtable->turn_new || !loop->vtable->now_us)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "the loop's table is not filled in (coodie/loop.h)");
	return make_session(o, loop, err);
}

/* After fork() loop threads are there only in the parent, and what an attached loop waits with may be
 * shared with it: nothing is touched then. A private loop's connections end without a word. */
static bool is_parents(const coodie_session *s)
{
	return s->pid != (long)getpid() && (s->crew || (s->engine && !cd_engine_mute(s->engine)));
}

void coodie_session_free(coodie_session *s)
{
	if (!s || is_parents(s))
		return;
	if (s->members) {
		cd_registry_end(s);
		return;
	}
	bool ours = s->engine ||
		    s->crew; /* on_gone() ends the session, maybe before free() returns */
	if (s->driver.free)
		s->driver.free(s->state);
	if (!ours)
		cd_session_destroy(s);
}

/* ---- what is kept with it ------------------------------------------------------------------- */

/* Among `newest` and those added before it. */
static struct cd_session_data *find_data(struct cd_session_data *newest, const void *key)
{
	while (newest && newest->key != key)
		newest = newest->next;
	return newest;
}

void *coodie_session_data(const coodie_session *s, const void *key)
{
	const struct cd_session_data *d = find_data(
		atomic_load_explicit(&s->data, memory_order_acquire), key);

	return d ? d->data : NULL;
}

static void *drop_data(void *data, void (*free_data)(void *), void *instead)
{
	if (free_data && data != instead)
		free_data(data);
	return instead;
}

void *coodie_session_keep(coodie_session *s, const void *key, void *take_data,
			  void (*free_data)(void *), coodie_error *err)
{
	struct cd_session_data *d = cd_alloc(&s->allocator, sizeof *d), *known;

	cd_clear(err);
	if (!d) {
		cd_no_memory(err, "data of a session");
		return drop_data(take_data, free_data, NULL);
	}
	*d = (struct cd_session_data){ .key = key, .data = take_data, .free_data = free_data };
	d->next = atomic_load_explicit(&s->data, memory_order_acquire);
	do {
		known = find_data(d->next, key);
		if (known) {
			cd_release(&s->allocator, d);
			return drop_data(take_data, free_data, known->data);
		}
	} while (!atomic_compare_exchange_weak_explicit(&s->data, &d->next, d, memory_order_acq_rel,
							memory_order_acquire));
	return take_data;
}

const coodie_allocator *coodie_session_allocator(const coodie_session *s)
{
	return &s->allocator;
}

const char *coodie_session_keyspace(const coodie_session *s)
{
	return s->keyspace;
}

bool coodie_session_guards_schema(const coodie_session *s)
{
	return s->guards_schema;
}

/* ---- calls that go straight to the engine --------------------------------------------------- */

struct cd_crew *cd_session_crew(const coodie_session *s)
{
	s = cd_session_carrier(s, NULL);
	return s ? s->crew : NULL;
}

struct cd_engine *cd_session_engine(const coodie_session *s, const char *what, coodie_error *err)
{
	s = cd_session_carrier(s, err);
	if (!s)
		return NULL;
	if (!s->engine)
		return cd_fail_null(err, COODIE_ERR_UNSUPPORTED,
				    "%s: this session was made from a driver, not for a cluster",
				    what);
	return s->engine;
}

/* Whether there is a callback: without one nobody could be told. */
static bool has_callback(bool done, const char *what, coodie_error *err)
{
	return done || cd_fail(err, COODIE_ERR_INVALID, "%s: no callback was given", what);
}

bool cd_session_start(coodie_session *s, const struct cd_start *start, coodie_status_fn *done,
		      void *user, coodie_error *err)
{
	struct cd_crew *crew = cd_session_crew(s);

	if (crew)
		return cd_crew_start(crew, start, done, user, err);
	struct cd_engine *e = cd_session_engine(s, start->what, err);
	return e && start->fn(e, start->args, done, user, err);
}

bool cd_session_ask(const coodie_session *s, const char *what, void (*fn)(void *engine, void *user),
		    void *user, coodie_error *err)
{
	struct cd_crew *crew = cd_session_crew(s);

	if (crew)
		return cd_crew_ask(crew, fn, user, err);
	struct cd_engine *e = cd_session_engine(s, what, err);
	if (e)
		fn(e, user);
	return e;
}

bool cd_session_each(const coodie_session *s, const char *what,
		     void (*fn)(void *engine, void *user), void *user, coodie_error *err)
{
	struct cd_crew *crew = cd_session_crew(s);

	if (!crew)
		return cd_session_ask(s, what, fn, user, err);
	cd_crew_each(crew, fn, user);
	return true;
}

static bool start_connect(struct cd_engine *e, const void *args, coodie_status_fn *done, void *user,
			  coodie_error *err)
{
	(void)args;
	return cd_engine_connect(e, done, user, err);
}

bool coodie_session_connect_async(coodie_session *s, coodie_status_fn *done, void *user,
				  coodie_error *err)
{
	static const struct cd_start start = { .what = "connect", .fn = start_connect };

	cd_clear(err);
	return has_callback(done, start.what, err) && cd_session_start(s, &start, done, user, err);
}

bool coodie_session_close_async(coodie_session *s, coodie_status_fn *done, void *user,
				coodie_error *err)
{
	cd_clear(err);
	if (!has_callback(done, "close", err))
		return false;
	struct cd_crew *crew = cd_session_crew(s);
	if (crew)
		return cd_crew_close(crew, done, user, err);
	struct cd_engine *e = cd_session_engine(s, "close", err);
	return e && cd_engine_close(e, done, user, err);
}

bool coodie_session_prepare_async(coodie_session *s, const char *cql, coodie_prepared_fn *done,
				  void *user, coodie_error *err)
{
	static const coodie_request plain = { .size = sizeof plain };

	cd_clear(err);
	if (!cql)
		return cd_fail(err, COODIE_ERR_INVALID, "prepare: no statement was given");
	if (!has_callback(done, "prepare", err))
		return false;
	struct cd_crew *crew = cd_session_crew(s);
	if (crew)
		return cd_crew_prepare(crew, cql, done, user, err);
	struct cd_engine *e = cd_session_engine(s, "prepare", err);
	return e && cd_engine_prepare(e, cql, &plain, done, user, err);
}

/* The engine that a request made here goes to as it is. NULL: it has to be looked at. */
static inline struct cd_engine *engine_here(const coodie_session *s, const coodie_request *r)
{
	return s->engine ? s->engine : s->homes && !r->id ? cd_homes_mine(s->homes) : NULL;
}

static __attribute__((noinline)) bool execute_any(coodie_session *s, coodie_prepared *p,
						  cql_args args, const coodie_request *r,
						  coodie_done_fn *done, void *user,
						  coodie_error *err)
{
	coodie_request request;

	cd_clear(err);
	if (!p)
		return cd_fail(err, COODIE_ERR_INVALID, "execute: no prepared statement was given");
	if (!has_callback(done, "execute", err))
		return false;
	if (args.count && !args.values)
		return cd_fail(err, COODIE_ERR_INVALID, "%zu binds, but their array is NULL",
			       args.count);
	if (r->size != sizeof request) {
		if (!cd_take_struct(&request, sizeof request, r, "coodie_request", err))
			return false;
		r = &request;
	}
	struct cd_crew *crew = cd_session_crew(s);
	if (crew)
		return cd_crew_execute(crew, p, args, r, done, user, err);
	struct cd_engine *e = cd_session_engine(s, "execute", err);
	return e && cd_engine_execute(e, p, args, r, done, user, err);
}

bool coodie_session_execute_async(coodie_session *s, coodie_prepared *p, cql_args args,
				  const coodie_request *r, coodie_done_fn *done, void *user,
				  coodie_error *err)
{
	struct cd_engine *e = NULL;

	r = r ? r : &cd_request_plain;
	if (s && p && done && (args.values || !args.count) && r->size == sizeof *r)
		e = engine_here(s, r);
	return e ? cd_engine_execute(e, p, args, r, done, user, err)
		 : execute_any(s, p, args, r, done, user, err);
}
