/* SPDX-License-Identifier: MIT */
/* One loop of `coodie load`: a thread with a session on a libev loop, which keeps requests in flight. */
#include <ev.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <coodie/libev.h>

#include "tools/load.h"

enum { BINDS = 64, TEXT_SIZE = 24 };

/* Timers come up to a millisecond late; what is later than this was kept waiting by requests. */
static const uint64_t LATE_NS = 2000000;
/* After a request that could not even be submitted. */
static const uint64_t PAUSE_NS = 10000000;

/* A place for one request in flight. */
struct slot {
	struct load_worker *worker;
	struct slot *next; /* free ones */
	uint64_t from_ns;
	enum load_kind kind;
};

struct load_worker {
	const struct load *load;
	uint32_t concurrency, requests;
	pthread_t thread;
	struct ev_loop *ev;
	ev_timer tick;
	coodie_session *session;
	coodie_prepared *prepared[LOAD_KINDS];
	uint32_t preparing; /* statements that are still to come */
	struct slot *slots, *free;
	uint32_t in_flight;
	uint64_t began_ns, ended_ns, paused_until_ns, random;
	double interval_ns; /* between requests; 0: as fast as answers come */
	uint8_t *value;
	coodie_error failure; /* it could not begin */
	bool running, over;
	atomic_bool done;
	struct load_stats stats;
};

uint64_t load_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* xorshift64*: which key, and whether to read or to write. */
static uint64_t next_random(struct load_worker *w)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return w->random * UINT64_C(2685821657736338717);
}

static void count_error(struct load_worker *w, enum coodie_errc code)
{
	size_t e = (unsigned)code < LOAD_ERRORS ? (unsigned)code : LOAD_ERRORS - 1;

	atomic_fetch_add_explicit(&w->stats.errors[e], 1, memory_order_relaxed);
}

/* ---- values --------------------------------------------------------------------------------- */

/* A value for a marker, made of a key. Markers of other types get null, which the server refuses
 * where it must. */
static cql_value make_value(struct load_worker *w, const cql_type *type, uint64_t key,
			    char text[TEXT_SIZE])
{
	cql_uuid uuid = { { 0 } };

	switch (cql_type_kind(type)) {
	case CQL_KIND_BIGINT:
		return cql_from_llong((long long)key);
	case CQL_KIND_INT:
		return cql_from_int((int)(key & 0x7fffffff));
	case CQL_KIND_TEXT:
	case CQL_KIND_ASCII:
		snprintf(text, TEXT_SIZE, "key%llu", (unsigned long long)key);
		return cql_from_str(text);
	case CQL_KIND_BLOB:
		return cql_from_blob((cql_blob){ .data = w->value, .len = w->load->value_size });
	case CQL_KIND_DOUBLE:
		return cql_from_double((double)key);
	case CQL_KIND_UUID:
		memcpy(uuid.bytes, &key, sizeof key);
		uuid.bytes[6] = 0x40;
		uuid.bytes[8] = 0x80;
		return cql_from_uuid(uuid);
	default:
		return cql_null();
	}
}

static bool execute(struct load_worker *w, struct slot *slot, coodie_done_fn *done,
		    coodie_error *err)
{
	coodie_prepared *p = w->prepared[slot->kind];
	size_t count = coodie_prepared_bind_count(p);
	uint64_t key = next_random(w) % w->load->keys;
	cql_value values[BINDS];
	char texts[BINDS][TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		values[i] = make_value(w, coodie_prepared_bind_type(p, i), key, texts[i]);
	return coodie_session_execute_async(w->session, p, cql_args_of(values, count),
					    COODIE_REQUEST(.idempotent = slot->kind == LOAD_READ),
					    done, slot, err);
}

/* ---- requests ------------------------------------------------------------------------------- */

static void pump(struct load_worker *w);

static void answered(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct slot *slot = user;
	struct load_worker *w = slot->worker;

	if (take_res)
		load_histogram_record(&w->stats.latency[slot->kind],
				      (load_now_ns() - slot->from_ns) / 1000);
	else
		count_error(w, err->code);
	coodie_result_free(take_res);
	slot->next = w->free;
	w->free = slot;
	w->in_flight--;
	pump(w);
}

static void submit(struct load_worker *w, uint64_t from_ns, uint64_t now_ns)
{
	struct slot *slot = w->free;
	coodie_error err = { 0 };

	slot->from_ns = from_ns;
	slot->kind = w->load->own || next_random(w) % 100 < w->load->read_ratio ? LOAD_READ
										: LOAD_WRITE;
	atomic_fetch_add_explicit(&w->stats.submitted, 1, memory_order_relaxed);
	if (!execute(w, slot, answered, &err)) {
		count_error(w, err.code);
		w->paused_until_ns = now_ns + PAUSE_NS;
		return;
	}
	w->free = slot->next;
	w->in_flight++;
}

static bool all_sent(const struct load_worker *w, uint64_t now_ns)
{
	uint64_t sent = atomic_load_explicit(&w->stats.submitted, memory_order_relaxed);

	return (w->requests && sent >= w->requests) ||
	       (w->load->duration_s &&
		now_ns - w->began_ns >= (uint64_t)w->load->duration_s * 1000000000) ||
	       atomic_load(&w->load->stop);
}

static void end(struct load_worker *w)
{
	if (w->over)
		return;
	w->over = true;
	w->ended_ns = load_now_ns();
	ev_timer_stop(w->ev, &w->tick);
	coodie_session_free(w->session);
}

/* When the next request is due by --rate. Its latency counts from then when it had to wait for others:
 * a slow server must not look fast because it was asked less (coordinated omission). */
static uint64_t due_at(const struct load_worker *w)
{
	uint64_t sent = atomic_load_explicit(&w->stats.submitted, memory_order_relaxed);

	return w->began_ns + (uint64_t)(w->interval_ns * (double)sent);
}

static void pump(struct load_worker *w)
{
	uint64_t now = load_now_ns(), due;

	if (!w->running || w->over)
		return;
	while (w->free && now >= w->paused_until_ns && !all_sent(w, now)) {
		due = w->interval_ns > 0 ? due_at(w) : now;
		if (due > now)
			break;
		submit(w, now - due > LATE_NS ? due : now, now);
	}
	if (!w->in_flight && all_sent(w, now))
		end(w);
}

static void on_tick(struct ev_loop *ev, ev_timer *tick, int events)
{
	struct load_worker *w = tick->data;
	(void)ev;
	(void)events;

	if (!w->running && atomic_load(&w->load->stop))
		end(w);
	pump(w);
}

/* ---- its life ------------------------------------------------------------------------------- */

static void fail(struct load_worker *w, const coodie_error *err)
{
	w->failure = *err;
	end(w);
}

static void prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	struct load_worker *w = user;
	enum load_kind kind = w->prepared[LOAD_READ] ? LOAD_WRITE : LOAD_READ;
	coodie_error wrong = { .code = COODIE_ERR_INVALID, .server_code = -1 };

	if (!take_prepared) {
		if (!w->over)
			fail(w, err);
		return;
	}
	w->prepared[kind] = take_prepared;
	if (coodie_prepared_bind_count(take_prepared) > BINDS) {
		snprintf(wrong.message, sizeof wrong.message, "more than %d markers", BINDS);
		fail(w, &wrong);
	} else if (kind == LOAD_READ && !w->load->own) {
		if (!coodie_session_prepare_async(w->session, w->load->cql[LOAD_WRITE], prepared, w,
						  &wrong))
			fail(w, &wrong);
	} else {
		w->began_ns = load_now_ns();
		w->running = true;
		pump(w);
	}
}

static void *run(void *user)
{
	struct load_worker *w = user;
	double interval = w->interval_ns > 0 ? 0.001 : 0.01;
	coodie_error err = { 0 };

	ev_timer_init(&w->tick, on_tick, interval, interval);
	w->tick.data = w;
	ev_timer_start(w->ev, &w->tick);
	if (!coodie_session_prepare_async(w->session, w->load->cql[LOAD_READ], prepared, w, &err))
		fail(w, &err);
	ev_run(w->ev, 0); /* until nothing of the session is left */
	atomic_store(&w->done, true);
	return NULL;
}

static bool out_of_memory(coodie_error *err)
{
	*err = (coodie_error){ .code = COODIE_ERR_NO_MEMORY, .server_code = -1 };
	snprintf(err->message, sizeof err->message, "no memory, or no thread, for a loop");
	return false;
}

static bool make(struct load_worker *w, uint32_t index, coodie_error *err)
{
	const struct load *l = w->load;
	coodie_loop loop;

	w->random = UINT64_C(0x9e3779b97f4a7c15) * (index + 1);
	w->interval_ns = l->rate ? 1e9 * l->loops / l->rate : 0;
	w->slots = calloc(w->concurrency, sizeof *w->slots);
	w->value = malloc(l->value_size ? l->value_size : 1);
	w->ev = ev_loop_new(EVFLAG_NOENV);
	if (!w->slots || !w->value || !w->ev)
		return out_of_memory(err);
	for (uint32_t i = 0; i < l->value_size; i++)
		w->value[i] = (uint8_t)next_random(w);
	for (uint32_t i = 0; i < w->concurrency; i++) {
		w->slots[i].worker = w;
		w->slots[i].next = w->free;
		w->free = &w->slots[i];
	}
	loop = coodie_loop_libev(w->ev);
	w->session = connect_attach(&l->connect, l->where, &loop, err);
	return w->session != NULL;
}

struct load_worker *load_worker_start(const struct load *l, uint32_t index, uint32_t concurrency,
				      uint32_t requests, coodie_error *err)
{
	struct load_worker *w = calloc(1, sizeof *w);

	if (!w) {
		out_of_memory(err);
		return NULL;
	}
	w->load = l;
	w->concurrency = concurrency;
	w->requests = requests;
	if (!make(w, index, err)) {
		load_worker_free(w);
		return NULL;
	}
	if (pthread_create(&w->thread, NULL, run, w)) {
		coodie_session_free(w->session);
		ev_run(w->ev, 0);
		load_worker_free(w);
		out_of_memory(err);
		return NULL;
	}
	return w;
}

bool load_worker_done(const struct load_worker *w)
{
	return atomic_load(&w->done);
}

const struct load_stats *load_worker_stats(const struct load_worker *w)
{
	return &w->stats;
}

bool load_worker_join(struct load_worker *w, uint64_t *began_ns, uint64_t *ended_ns,
		      coodie_error *err)
{
	pthread_join(w->thread, NULL);
	*began_ns = w->began_ns;
	*ended_ns = w->ended_ns;
	*err = w->failure;
	return w->failure.code == COODIE_OK;
}

void load_worker_free(struct load_worker *w)
{
	if (!w)
		return;
	for (int kind = 0; kind < LOAD_KINDS; kind++)
		coodie_prepared_free(w->prepared[kind]);
	if (w->ev)
		ev_loop_destroy(w->ev);
	free(w->slots);
	free(w->value);
	free(w);
}
