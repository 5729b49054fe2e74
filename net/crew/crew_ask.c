/* SPDX-License-Identifier: MIT */
/* Questions to the loops: a function runs on one of them, or on each, and the caller waits for it. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/crew/crew_impl.h"
#include "net/engine/engine_impl.h"
#include "net/engine/engine_tune.h"

/* A function on a loop, waited for. */
struct call {
	void (*fn)(void *engine, void *user);
	void *user;
	bool ran; /* there was an engine */
	bool done;
};

static void on_call(struct cd_engine *e, void *user)
{
	struct call *call = user;

	if (e && !e->freed) {
		call->fn(e, call->user);
		call->ran = true;
	}
	__atomic_store_n(&call->done, true, __ATOMIC_RELEASE);
}

static bool call_on(struct cd_crew *c, struct cd_worker *w, void (*fn)(void *engine, void *user),
		    void *user, coodie_error *err)
{
	struct call call = { fn, user, false, false };
	struct cd_worker *me = cd_crew_myself(c);

	if (me && me != w)
		return cd_fail(err, COODIE_ERR_WOULD_BLOCK, "another loop would have to be asked");
	if (me)
		on_call(w->engine, &call);
	else if (!cd_crew_pass(c, w->index, on_call, &call))
		return cd_no_memory(err, "a question to a loop");
	else
		cd_crew_run(c, &call.done, err);
	return call.ran || cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
}

bool cd_crew_ask(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user,
		 coodie_error *err)
{
	struct cd_worker *me = cd_crew_myself(c);

	return call_on(c, me ? me : cd_crew_leader(c), fn, user, err);
}

void cd_crew_each(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user)
{
	const struct cd_worker *me = cd_crew_myself(c);

	for (uint32_t n = 0; n < c->count; n++)
		if (!me || me->index == n)
			call_on(c, &c->workers[n], fn, user, NULL);
}

/* ---- options ----------------------------------------------------------------------------------- */

static void read_max_waiting(void *engine, void *user)
{
	*(uint32_t *)user = cd_engine_options(engine)->max_waiting;
}

bool cd_crew_tune(struct cd_crew *c, void (*fn)(void *engine, void *user), void *user,
		  const bool *ok, coodie_error *err)
{
	uint32_t max_waiting = 0;

	if (cd_crew_myself(c) && c->count > 1)
		return cd_fail(err, COODIE_ERR_WOULD_BLOCK,
			       "the other loops would have to be asked");
	for (uint32_t n = 0; n < c->count; n++)
		if (!call_on(c, &c->workers[n], fn, user, err) || !*ok)
			return false;
	if (call_on(c, cd_crew_leader(c), read_max_waiting, &max_waiting, NULL))
		atomic_store_explicit(&c->max_waiting, max_waiting, memory_order_relaxed);
	return true;
}

/* ---- what is known of connections -------------------------------------------------------------- */

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
	struct cd_worker *me = cd_crew_myself(c);

	for (uint32_t n = 0; n < c->count && !i.ok; n++)
		if (!call_on(c, me ? me : &c->workers[n], get_info, &i, err))
			return false;
	if (i.ok) /* a loop that was asked before may have had no connection */
		cd_clear(err);
	return i.ok;
}

/* What a server says of itself, and what was made of it. */
struct supported {
	struct cd_crew *crew;
	const char *key;
	size_t i;
	const char *text; /* kept; NULL: nothing, or no memory */
};

/* The same text as before where it was handed out already. */
static const char *keep(struct cd_crew *c, const char *text)
{
	size_t size = strlen(text) + 1;
	struct cd_saying *s;

	pthread_mutex_lock(&c->board);
	for (s = c->said; s && strcmp(s->text, text) != 0;)
		s = s->next;
	if (!s && (s = cd_alloc(&c->allocator, sizeof *s + size))) {
		memcpy(s->text, text, size);
		s->next = c->said;
		c->said = s;
	}
	pthread_mutex_unlock(&c->board);
	return s ? s->text : NULL;
}

static void get_supported(void *engine, void *user)
{
	struct supported *s = user;
	const char *text = cd_engine_supported(engine, s->key, s->i);

	if (text)
		s->text = keep(s->crew, text);
}

const char *cd_crew_supported(struct cd_crew *c, const char *key, size_t i)
{
	struct supported s = { .crew = c, .key = key, .i = i };

	cd_crew_ask(c, get_supported, &s, NULL);
	return s.text;
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
