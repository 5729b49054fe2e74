/* SPDX-License-Identifier: MIT */
/* Named sessions: a session that stands for several, and owns them. Names are looked up without a lock,
 * from any thread; who adds, takes away or makes one holds it. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/options/options.h"
#include "net/session/session.h"

/* One that was taken away stays in the list, without a session: somebody may be looking at it. */
struct cd_member {
	_Atomic(struct cd_member *) next;
	_Atomic(coodie_session *) session; /* NULL: not made yet, or taken away */
	coodie_options *options; /* what it is made of when it is asked for; NULL: it was given */
	coodie_log_fn *log;      /* of the options */
	void *log_user;
	atomic_bool gone;
	char name[];
};

struct cd_registry {
	pthread_mutex_t lock;
	_Atomic(struct cd_member *) first;
	_Atomic(struct cd_member *) by_default; /* NULL: none */
	atomic_size_t
		alive; /* sessions that still have callbacks to run; one for the registry itself */
};

coodie_session *coodie_session_new_registry(coodie_error *err)
{
	struct cd_registry *r;

	cd_clear(err);
	coodie_session *s = cd_session_new(NULL, NULL, err);
	if (!s)
		return NULL;
	r = cd_alloc_zero(&s->allocator, sizeof *r);
	if (!r) {
		cd_session_destroy(s);
		cd_no_memory(err, "a registry");
		return NULL;
	}
	pthread_mutex_init(&r->lock, NULL);
	atomic_init(&r->alive, 1);
	s->members = r;
	return s;
}

/* ---- looking -------------------------------------------------------------------------------------- */

static struct cd_member *after(_Atomic(struct cd_member *) *at)
{
	return atomic_load_explicit(at, memory_order_acquire);
}

static bool is_there(const struct cd_member *m)
{
	return !atomic_load_explicit(&m->gone, memory_order_acquire);
}

static struct cd_member *find(struct cd_registry *r, const char *name)
{
	for (struct cd_member *m = after(&r->first); m; m = after(&m->next))
		if (is_there(m) && strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

/* "a, b, c", as many as fit. */
static void list_names(struct cd_registry *r, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (struct cd_member *m = after(&r->first); m && len < size; m = after(&m->next)) {
		int n = is_there(m)
				? snprintf(out + len, size - len, "%s%s", len ? ", " : "", m->name)
				: 0;
		len += n > 0 ? (size_t)n : 0;
	}
}

static bool unknown(struct cd_registry *r, const char *name, coodie_error *err)
{
	char names[128];

	list_names(r, names, sizeof names);
	if (!*names)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the registry has no session: coodie_session_register()");
	if (!name)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the registry has no default session: coodie_session_set_default(); "
			       "there are: %s",
			       names);
	return cd_fail(err, COODIE_ERR_INVALID, "no session is named \"%s\"; there are: %s", name,
		       names);
}

/* ---- sessions that are made when they are asked for ------------------------------------------------ */

/* Which of several it was (CN-26): the name goes before the line. */
static void log_with_name(enum coodie_log_level level, const char *message, void *user)
{
	const struct cd_member *m = user;
	char line[512];

	snprintf(line, sizeof line, "%s: %s", m->name, message);
	m->log(level, line, m->log_user);
}

/* The registry lives until the session has ended. */
static void belong(coodie_session *registry, coodie_session *s)
{
	s->registry = registry;
	atomic_fetch_add_explicit(&registry->members->alive, 1, memory_order_relaxed);
}

/* Under the lock. One that could not be made is tried again the next time (CN-11). */
static coodie_session *make_session(coodie_session *registry, struct cd_member *m,
				    coodie_error *err)
{
	coodie_session *s = atomic_load_explicit(&m->session, memory_order_relaxed);

	if (s)
		return s;
	if (!is_there(m)) {
		unknown(registry->members, m->name, err);
		return NULL;
	}
	s = coodie_session_new(m->options, err);
	if (!s) {
		cd_error_prefix(err, "session %s", m->name);
		return NULL;
	}
	belong(registry, s);
	atomic_store_explicit(&m->session, s, memory_order_release);
	return s;
}

static coodie_session *session_of(coodie_session *registry, struct cd_member *m, coodie_error *err)
{
	coodie_session *s = atomic_load_explicit(&m->session, memory_order_acquire);

	if (s)
		return s;
	pthread_mutex_lock(&registry->members->lock);
	s = make_session(registry, m, err);
	pthread_mutex_unlock(&registry->members->lock);
	return s;
}

coodie_session *coodie_session_named(coodie_session *s, const char *name, coodie_error *err)
{
	struct cd_member *m;

	cd_clear(err);
	if (!s)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the session is NULL");
	if (!s->members)
		return s;
	m = name ? find(s->members, name)
		 : atomic_load_explicit(&s->members->by_default, memory_order_acquire);
	if (m)
		return session_of(s, m, err);
	unknown(s->members, name, err);
	return NULL;
}

coodie_session *cd_session_carrier(const coodie_session *s, coodie_error *err)
{
	coodie_session *session = (coodie_session *)(uintptr_t)
		s; /* the caller's care, like strchr() */

	if (!s)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the session is NULL");
	return s->members ? coodie_session_named(session, NULL, err) : session;
}

/* ---- who is there ----------------------------------------------------------------------------------- */

static bool check_registry(const coodie_session *registry, const char *name, coodie_error *err)
{
	cd_clear(err);
	if (!registry || !registry->members)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the session is no registry: only that of "
			       "coodie_session_new_registry() has members");
	return (name && *name) ||
	       cd_fail(err, COODIE_ERR_INVALID, "a registered session needs a name");
}

static void member_free(const coodie_allocator *a, struct cd_member *m)
{
	if (m->options)
		cd_options_free(m->options);
	cd_release(a, m);
}

static struct cd_member *member_new(coodie_session *registry, const char *name, coodie_error *err)
{
	size_t len = strlen(name) + 1;
	struct cd_member *m = cd_alloc_zero(&registry->allocator, sizeof *m + len);

	if (m)
		memcpy(m->name, name, len);
	else
		cd_no_memory(err, "a named session");
	return m;
}

/* The first one is the default. */
static bool add(coodie_session *registry, struct cd_member *m, coodie_error *err)
{
	struct cd_registry *r = registry->members;
	_Atomic(struct cd_member *) *last = &r->first;
	bool free_name, first = true;

	pthread_mutex_lock(&r->lock);
	free_name = !find(r, m->name);
	for (struct cd_member *at; free_name && (at = after(last)); last = &at->next)
		first = first && !is_there(at);
	if (free_name)
		atomic_store_explicit(last, m, memory_order_release);
	if (free_name && first)
		atomic_store_explicit(&r->by_default, m, memory_order_release);
	pthread_mutex_unlock(&r->lock);
	return free_name ||
	       cd_fail(err, COODIE_ERR_INVALID, "there is a session named \"%s\" already", m->name);
}

bool coodie_session_register(coodie_session *registry, const char *name,
			     coodie_session *take_session, coodie_error *err)
{
	struct cd_member *m;

	if (!check_registry(registry, name, err))
		return false;
	if (!take_session || take_session->members || take_session->registry)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "\"%s\" is NULL, a registry itself, or registered already", name);
	m = member_new(registry, name, err);
	if (!m)
		return false;
	atomic_init(&m->session, take_session);
	belong(registry, take_session);
	if (add(registry, m, err))
		return true;
	take_session->registry = NULL;
	atomic_fetch_sub_explicit(&registry->members->alive, 1, memory_order_relaxed);
	member_free(&registry->allocator, m);
	return false;
}

bool coodie_session_register_options(coodie_session *registry, const char *name,
				     const coodie_options *o, coodie_error *err)
{
	struct cd_member *m;

	if (!check_registry(registry, name, err))
		return false;
	if (!o || o->point_count == 0)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "session %s: no contact point: coodie_options_add_contact_point()",
			       name);
	m = member_new(registry, name, err);
	if (!m)
		return false;
	m->options = cd_options_copy(o, err);
	if (m->options && m->options->log) {
		m->log = m->options->log;
		m->log_user = m->options->log_user;
		m->options->log = log_with_name;
		m->options->log_user = m;
	}
	if (m->options && add(registry, m, err))
		return true;
	member_free(&registry->allocator, m);
	return false;
}

bool coodie_session_set_default(coodie_session *registry, const char *name, coodie_error *err)
{
	struct cd_registry *r;
	struct cd_member *m;

	if (!check_registry(registry, name, err))
		return false;
	r = registry->members;
	pthread_mutex_lock(&r->lock);
	m = find(r, name);
	if (m)
		atomic_store_explicit(&r->by_default, m, memory_order_release);
	pthread_mutex_unlock(&r->lock);
	return m || unknown(r, name, err);
}

bool coodie_session_unregister(coodie_session *registry, const char *name, coodie_error *err)
{
	struct cd_registry *r;
	struct cd_member *m, *by_default;
	coodie_session *s = NULL;

	if (!check_registry(registry, name, err))
		return false;
	r = registry->members;
	pthread_mutex_lock(&r->lock);
	m = find(r, name);
	if (m) {
		by_default = m;
		atomic_store_explicit(&m->gone, true, memory_order_release);
		atomic_compare_exchange_strong(&r->by_default, &by_default, NULL);
		s = atomic_exchange(&m->session, NULL);
	}
	pthread_mutex_unlock(&r->lock);
	coodie_session_free(s);
	return m || unknown(r, name, err);
}

/* ---- turning ---------------------------------------------------------------------------------------- */

enum {
	SHARED_MS = 1, /* a turn of a loop while another one is busy too */
	ALONE_MS = 20  /* a callback may make another one busy */
};

static bool is_set(const bool *until)
{
	return until && __atomic_load_n(until, __ATOMIC_ACQUIRE);
}

static struct cd_engine *engine_of(struct cd_member *m)
{
	const coodie_session *s = atomic_load_explicit(&m->session, memory_order_acquire);

	return s ? s->engine : NULL;
}

/* Not inside a callback of any of them, as that would wait for itself. */
static bool may_turn(struct cd_registry *r, const coodie_session *by_default, coodie_error *err)
{
	if (by_default->engine && !cd_engine_may_block(by_default->engine, err))
		return false;
	for (struct cd_member *m = after(&r->first); m; m = after(&m->next)) {
		const struct cd_engine *e = engine_of(m);
		if (e && cd_engine_is_private(e) && !cd_engine_may_block(e, err))
			return false;
	}
	return true;
}

static unsigned count_busy(struct cd_registry *r)
{
	unsigned busy = 0;

	for (struct cd_member *m = after(&r->first); m; m = after(&m->next)) {
		const struct cd_engine *e = engine_of(m);
		busy += e && cd_engine_is_busy(e);
	}
	return busy;
}

/* Each that is busy, for a moment. False: out of memory. */
static bool turn_each(struct cd_registry *r, const bool *until, uint32_t ms, coodie_error *err)
{
	for (struct cd_member *m = after(&r->first); m && !is_set(until); m = after(&m->next)) {
		struct cd_engine *e = engine_of(m);
		coodie_error why;
		cd_clear(&why);
		if (!e || !cd_engine_is_busy(e) || cd_engine_run_for(e, until, ms, &why) ||
		    why.code != COODIE_ERR_NO_MEMORY) /* otherwise it has nothing more to do */
			continue;
		cd_error_copy(err, &why);
		return false;
	}
	return true;
}

/* Drivers of others deliver what they have. */
static void run_drivers(struct cd_registry *r, const bool *until)
{
	for (struct cd_member *m = after(&r->first); m && !is_set(until); m = after(&m->next)) {
		const coodie_session *s =
			atomic_load_explicit(&m->session, memory_order_acquire);
		if (s && !s->engine && !s->crew)
			s->driver.run(s->state, until, NULL);
	}
}

static bool turn_all(struct cd_registry *r, const bool *until, coodie_error *err)
{
	unsigned busy;

	do {
		while (!is_set(until) && (busy = count_busy(r)))
			if (!turn_each(r, until, busy > 1 ? SHARED_MS : ALONE_MS, err))
				return false;
		run_drivers(r, until);
	} while (!is_set(until) && count_busy(r));
	return true;
}

/* The default has the last word: whether there was anything to wait for. It may be gone by then, as the
 * registry itself may. */
bool cd_registry_run(coodie_session *registry, const bool *until, coodie_error *err)
{
	struct cd_registry *r = registry->members;
	coodie_session *s = cd_session_carrier(registry, err);

	if (!s || !may_turn(r, s, err))
		return false;
	if (is_set(until))
		return coodie_session_run(s, until, err);
	atomic_fetch_add_explicit(&r->alive, 1, memory_order_relaxed);
	bool ok = turn_all(r, until, err);
	if (ok && !is_set(until)) {
		s = cd_session_carrier(registry, NULL);
		ok = s ? coodie_session_run(s, until, err)
		       : cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
	}
	cd_registry_drop(registry);
	return ok;
}

/* ---- its end ------------------------------------------------------------------------------------------ */

static void destroy(coodie_session *registry)
{
	struct cd_registry *r = registry->members;

	for (struct cd_member *m = after(&r->first), *next; m; m = next) {
		next = after(&m->next);
		member_free(&registry->allocator, m);
	}
	pthread_mutex_destroy(&r->lock);
	cd_release(&registry->allocator, r);
	registry->members = NULL;
	cd_session_destroy(registry);
}

void cd_registry_drop(coodie_session *registry)
{
	if (atomic_fetch_sub_explicit(&registry->members->alive, 1, memory_order_acq_rel) == 1)
		destroy(registry);
}

void cd_registry_end(coodie_session *registry)
{
	struct cd_registry *r = registry->members;

	atomic_store_explicit(&r->by_default, NULL, memory_order_release);
	for (struct cd_member *m = after(&r->first); m; m = after(&m->next)) {
		atomic_store_explicit(&m->gone, true, memory_order_release);
		coodie_session_free(atomic_exchange(&m->session, NULL));
	}
	cd_registry_drop(registry);
}
