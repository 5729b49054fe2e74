/* SPDX-License-Identifier: MIT */
/* A deterministic loop and a network in memory. */
#include "tests/simulation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Far from the descriptors of the system, so that one given by mistake is noticed. */
#define FIRST_HANDLE (1 << 20)
#define NEVER UINT64_MAX
#define START_US INT64_C(1795248000000000) /* 2026-11-21T08:00:00Z */

/* Bytes on their way to one end of a connection. */
struct chunk {
	struct chunk *next;
	uint64_t at; /* when they are there */
	size_t len, taken;
	uint8_t bytes[];
};

enum end_kind { END_CLOSED, END_LISTENER, END_STREAM };

struct end {
	enum end_kind kind;
	char address[COODIE_ADDRESS_SIZE]; /* a listener's; of a stream the peer's */
	struct end *peer;                  /* NULL: it has closed */
	uint64_t ready_at;                 /* connecting ends */
	bool connecting, refused;
	uint64_t reset_at, eof_at; /* NEVER: not (yet) */
	struct chunk *first, **last;
	size_t under_way;
	uint64_t last_at;
	struct end *listener, *next_waiting; /* not accepted yet */
	struct end *waiting;                 /* a listener's, oldest first */
};

enum watch_kind { WATCH_IO, WATCH_TIMER, WATCH_TURN };

struct coodie_watch {
	enum watch_kind kind;
	uint32_t number;
	struct coodie_watch *next;
	bool dead, armed; /* not of an io watch: that has `events` */
	struct end *end;
	int events;
	uint64_t deadline;
	coodie_io_fn *on_io;
	coodie_timer_fn *on_time;
	void *user;
};

struct simulation {
	uint64_t random, now, trace;
	struct simulation_faults faults;
	struct end **ends; /* by handle */
	size_t end_count, end_room;
	struct coodie_watch *watches; /* newest first */
	uint32_t watch_count;         /* ever made */
	unsigned next_port;
};

/* ---- chance and memory of it ------------------------------------------------------------------- */

uint32_t simulation_draw(struct simulation *s, uint32_t below)
{
	s->random = s->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return below ? (uint32_t)(s->random >> 33) % below : 0;
}

static bool strikes(struct simulation *s, unsigned of_thousand)
{
	return of_thousand && simulation_draw(s, 1000) < of_thousand;
}

static uint64_t soon(struct simulation *s)
{
	return s->now + 1 + simulation_draw(s, (uint32_t)s->faults.delay_us + 1);
}

static void note(struct simulation *s, uint64_t what)
{
	s->trace = (s->trace ^ what ^ s->now) * UINT64_C(0x9e3779b97f4a7c15);
	s->trace ^= s->trace >> 29;
}

static void note_bytes(struct simulation *s, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		s->trace = (s->trace ^ at[i]) * UINT64_C(0x100000001b3);
	note(s, len);
}

uint64_t simulation_trace(const struct simulation *s)
{
	return s->trace;
}

int64_t simulation_clock(void *user)
{
	const struct simulation *s = user;

	return START_US + (int64_t)s->now;
}

/* ---- the network ------------------------------------------------------------------------------- */

static struct end *end_of(const struct simulation *s, int handle)
{
	size_t i = (size_t)(handle - FIRST_HANDLE);

	return handle >= FIRST_HANDLE && i < s->end_count ? s->ends[i] : NULL;
}

static int handle_of(const struct simulation *s, const struct end *e)
{
	for (size_t i = s->end_count; i-- > 0;)
		if (s->ends[i] == e)
			return FIRST_HANDLE + (int)i;
	return -EBADF;
}

static struct end *new_end(struct simulation *s, enum end_kind kind, const char *address)
{
	struct end *e = calloc(1, sizeof *e);

	if (s->end_count == s->end_room) {
		size_t room = s->end_room * 2 + 16;
		struct end **ends = realloc(s->ends, room * sizeof(struct end *));
		if (ends) {
			s->ends = ends;
			s->end_room = room;
		}
	}
	if (!e || s->end_count == s->end_room) {
		free(e);
		return NULL;
	}
	s->ends[s->end_count++] = e;
	e->kind = kind;
	snprintf(e->address, sizeof e->address, "%s", address);
	e->reset_at = e->eof_at = NEVER;
	e->last = &e->first;
	return e;
}

static void drop_chunks(struct end *e)
{
	while (e->first) {
		struct chunk *c = e->first;
		e->first = c->next;
		free(c);
	}
	e->last = &e->first;
	e->under_way = 0;
}

static struct end *find_listener(const struct simulation *s, const char *address)
{
	for (size_t i = 0; i < s->end_count; i++)
		if (s->ends[i]->kind == END_LISTENER && strcmp(s->ends[i]->address, address) == 0)
			return s->ends[i];
	return NULL;
}

static int sim_connect(void *state, const char *address)
{
	struct simulation *s = state;
	struct end *listener = find_listener(s, address), *near = new_end(s, END_STREAM, address);
	struct end *far, **last;

	if (!near)
		return -ENOMEM;
	near->connecting = true;
	near->ready_at = soon(s);
	near->refused = !listener || strikes(s, s->faults.refuse);
	note(s, near->refused);
	if (near->refused)
		return handle_of(s, near);
	far = new_end(s, END_STREAM, "127.0.0.1:50000");
	if (!far)
		return -ENOMEM;
	near->peer = far;
	far->peer = near;
	far->ready_at = near->ready_at;
	far->listener = listener;
	for (last = &listener->waiting; *last; last = &(*last)->next_waiting)
		;
	*last = far;
	return handle_of(s, near);
}

static int sim_connected(void *state, int handle)
{
	struct end *e = end_of(state, handle);

	if (!e || e->refused)
		return -ECONNREFUSED;
	e->connecting = false;
	return e->reset_at <= ((struct simulation *)state)->now ? -ECONNRESET : 0;
}

static int sim_listen(void *state, char *address)
{
	struct simulation *s = state;
	char *port = strrchr(address, ':');
	struct end *e;

	if (port && strcmp(port, ":0") == 0)
		snprintf(port, COODIE_ADDRESS_SIZE - (size_t)(port - address), ":%u",
			 ++s->next_port);
	if (find_listener(s, address))
		return -EADDRINUSE;
	e = new_end(s, END_LISTENER, address);
	return e ? handle_of(s, e) : -ENOMEM;
}

static int sim_accept(void *state, int handle, char peer[COODIE_ADDRESS_SIZE])
{
	struct simulation *s = state;
	struct end *l = end_of(s, handle), *e = l ? l->waiting : NULL;

	if (!e || e->ready_at > s->now)
		return -EAGAIN;
	l->waiting = e->next_waiting;
	e->listener = NULL;
	memcpy(peer, e->address, COODIE_ADDRESS_SIZE);
	return handle_of(s, e);
}

/* Both ends learn of it, the other one a little later. */
static void reset_both(struct simulation *s, struct end *e)
{
	drop_chunks(e);
	e->reset_at = s->now;
	if (e->peer) {
		drop_chunks(e->peer);
		e->peer->reset_at = soon(s);
	}
}

static size_t window(const struct simulation *s)
{
	return s->faults.window ? s->faults.window : 65536;
}

static int64_t sim_send(void *state, int handle, const void *data, size_t len)
{
	struct simulation *s = state;
	struct end *e = end_of(s, handle);
	size_t room;
	struct chunk *c;

	if (e->reset_at <= s->now || !e->peer)
		return e->peer ? -ECONNRESET : -EPIPE;
	if (strikes(s, s->faults.reset)) {
		reset_both(s, e);
		return -ECONNRESET;
	}
	room = e->peer->under_way < window(s) ? window(s) - e->peer->under_way : 0;
	len = len < room ? len : room;
	if (len > 1 && strikes(s, s->faults.short_send))
		len = 1 + simulation_draw(s, (uint32_t)len);
	c = len ? malloc(sizeof *c + len) : NULL;
	if (!c)
		return -EAGAIN;
	*c = (struct chunk){ .at = soon(s), .len = len };
	if (c->at < e->peer->last_at)
		c->at = e->peer->last_at;
	e->peer->last_at = c->at;
	memcpy(c->bytes, data, len);
	*e->peer->last = c;
	e->peer->last = &c->next;
	e->peer->under_way += len;
	note_bytes(s, c->bytes, len);
	return (int64_t)len;
}

static int64_t sim_receive(void *state, int handle, void *data, size_t len)
{
	struct simulation *s = state;
	struct end *e = end_of(s, handle);
	struct chunk *c = e->first;

	if (e->reset_at <= s->now)
		return -ECONNRESET;
	if (!c)
		return e->eof_at <= s->now ? 0 : -EAGAIN;
	if (c->at > s->now)
		return -EAGAIN;
	len = len < c->len - c->taken ? len : c->len - c->taken;
	if (len > 1 && strikes(s, s->faults.short_read))
		len = 1 + simulation_draw(s, (uint32_t)len);
	memcpy(data, c->bytes + c->taken, len);
	c->taken += len;
	e->under_way -= len;
	note(s, len);
	if (c->taken == c->len) {
		e->first = c->next;
		if (!e->first)
			e->last = &e->first;
		free(c);
	}
	return (int64_t)len;
}

static void sim_finish(void *state, int handle)
{
	struct simulation *s = state;
	struct end *e = end_of(s, handle);
	uint64_t at = soon(s);

	if (e->peer && e->peer->eof_at == NEVER)
		e->peer->eof_at = at < e->peer->last_at ? e->peer->last_at : at;
}

static void close_stream(struct simulation *s, struct end *e, bool reset)
{
	if (e->peer && reset)
		reset_both(s, e);
	else if (e->peer && e->peer->eof_at == NEVER)
		sim_finish(s, handle_of(s, e));
	if (e->peer)
		e->peer->peer = NULL;
	e->peer = NULL;
	drop_chunks(e);
	e->kind = END_CLOSED;
}

/* One that closes before it was accepted is still in the line. */
static void leave_line(struct end *e)
{
	struct end **at = e->listener ? &e->listener->waiting : NULL;

	while (at && *at && *at != e)
		at = &(*at)->next_waiting;
	if (at && *at)
		*at = e->next_waiting;
}

static void sim_close(void *state, int handle, bool reset)
{
	struct simulation *s = state;
	struct end *e = end_of(s, handle);

	note(s, (uint64_t)handle);
	if (e->kind == END_STREAM) {
		struct end *far = e->peer;
		close_stream(s, e, reset);
		if (far && far->listener) { /* nobody has seen it */
			leave_line(far);
			close_stream(s, far, true);
		}
		return;
	}
	while (e->waiting) {
		struct end *w = e->waiting;
		e->waiting = w->next_waiting;
		close_stream(s, w, true);
	}
	e->kind = END_CLOSED;
}

coodie_transport simulation_transport(struct simulation *s)
{
	static const coodie_transport_vtable vtable = {
		.size = sizeof vtable,
		.connect = sim_connect,
		.connected = sim_connected,
		.send = sim_send,
		.receive = sim_receive,
		.finish = sim_finish,
		.close = sim_close,
		.listen = sim_listen,
		.accept = sim_accept,
	};

	return (coodie_transport){ &vtable, s };
}

/* ---- the loop ---------------------------------------------------------------------------------- */

static struct coodie_watch *new_watch(struct simulation *s, enum watch_kind kind, void *user)
{
	struct coodie_watch *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->kind = kind;
	w->number = ++s->watch_count;
	w->user = user;
	w->next = s->watches;
	s->watches = w;
	return w;
}

static coodie_watch *io_new(void *loop, int fd, int events, coodie_io_fn *fn, void *user)
{
	struct coodie_watch *w = new_watch(loop, WATCH_IO, user);

	if (w) {
		w->end = end_of(loop, fd);
		w->events = events;
		w->on_io = fn;
	}
	return w;
}

static void io_set(void *loop, coodie_watch *w, int events)
{
	(void)loop;
	w->events = events;
}

static void watch_free(void *loop, coodie_watch *w)
{
	(void)loop;
	w->dead = true;
	w->armed = false;
	w->events = 0;
}

static coodie_watch *timer_new(void *loop, coodie_timer_fn *fn, void *user)
{
	struct coodie_watch *w = new_watch(loop, WATCH_TIMER, user);

	if (w)
		w->on_time = fn;
	return w;
}

static void timer_set(void *loop, coodie_watch *w, uint64_t delay_us)
{
	struct simulation *s = loop;

	w->armed = true;
	w->deadline = s->now + delay_us;
}

static void timer_stop(void *loop, coodie_watch *w)
{
	(void)loop;
	w->armed = false;
}

static coodie_watch *turn_new(void *loop, coodie_timer_fn *fn, void *user)
{
	struct coodie_watch *w = new_watch(loop, WATCH_TURN, user);

	if (w)
		w->on_time = fn;
	return w;
}

static void turn_set(void *loop, coodie_watch *w, bool armed)
{
	(void)loop;
	w->armed = armed;
}

static uint64_t now_us(void *loop)
{
	return ((const struct simulation *)loop)->now;
}

static void run_once(void *loop)
{
	simulation_turn(loop);
}

coodie_loop simulation_loop(struct simulation *s)
{
	static const coodie_loop_vtable vtable = {
		.size = sizeof vtable,
		.io_new = io_new,
		.io_set = io_set,
		.io_free = watch_free,
		.timer_new = timer_new,
		.timer_set = timer_set,
		.timer_stop = timer_stop,
		.timer_free = watch_free,
		.turn_new = turn_new,
		.turn_set = turn_set,
		.turn_free = watch_free,
		.now_us = now_us,
		.run_once = run_once,
	};

	return (coodie_loop){ &vtable, s };
}

/* ---- a turn ------------------------------------------------------------------------------------ */

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When an end can be read, or written: a time that has passed, to come, or NEVER. */
static uint64_t readable_at(const struct end *e)
{
	if (e->kind == END_LISTENER)
		return e->waiting ? e->waiting->ready_at : NEVER;
	if (e->kind != END_STREAM || e->connecting)
		return NEVER;
	return earliest(e->reset_at, e->first ? e->first->at : e->eof_at);
}

static uint64_t writable_at(const struct simulation *s, const struct end *e)
{
	if (e->kind != END_STREAM)
		return NEVER;
	if (e->connecting)
		return e->ready_at;
	if (!e->peer || e->peer->under_way < window(s))
		return 0;
	return e->reset_at;
}

static uint64_t due_at(const struct simulation *s, const struct coodie_watch *w)
{
	uint64_t at = NEVER;

	if (w->kind == WATCH_TIMER && w->armed)
		return w->deadline;
	if (w->kind != WATCH_IO || !w->end)
		return NEVER;
	if (w->events & COODIE_IO_READ)
		at = readable_at(w->end);
	if (w->events & COODIE_IO_WRITE)
		at = earliest(at, writable_at(s, w->end));
	return at;
}

static void fire(struct simulation *s, struct coodie_watch *w)
{
	int events = 0;

	note(s, w->number);
	if (w->kind != WATCH_IO) {
		w->armed = w->kind == WATCH_TURN && w->armed;
		w->on_time(w->user);
		return;
	}
	if (w->events & COODIE_IO_READ && readable_at(w->end) <= s->now)
		events |= COODIE_IO_READ;
	if (w->events & COODIE_IO_WRITE && writable_at(s, w->end) <= s->now)
		events |= COODIE_IO_WRITE;
	w->on_io(events, w->user);
}

static struct coodie_watch *find_watch(const struct simulation *s, uint32_t number)
{
	struct coodie_watch *w = s->watches;

	while (w && w->number != number)
		w = w->next;
	return w;
}

static bool run_hooks(struct simulation *s)
{
	uint32_t last = s->watch_count;
	bool any = false;

	for (uint32_t number = 1; number <= last; number++) {
		struct coodie_watch *w = find_watch(s, number);
		if (!w || w->kind != WATCH_TURN || !w->armed)
			continue;
		any = true;
		fire(s, w);
	}
	return any;
}

static void bury(struct simulation *s)
{
	for (struct coodie_watch **at = &s->watches; *at;) {
		struct coodie_watch *w = *at;
		if (w->dead) {
			*at = w->next;
			free(w);
		} else {
			at = &w->next;
		}
	}
}

enum { MOST_READY = 256 };

static size_t collect(const struct simulation *s, struct coodie_watch **ready)
{
	size_t count = 0;

	for (struct coodie_watch *w = s->watches; w && count < MOST_READY; w = w->next)
		if (!w->dead && due_at(s, w) <= s->now)
			ready[count++] = w;
	return count;
}

/* Some of what is ready, in any order; the rest has to wait for the next turn. */
static void dispatch(struct simulation *s, struct coodie_watch **ready, size_t count)
{
	size_t some = 1 + simulation_draw(s, (uint32_t)count);

	for (size_t i = 0; i < some; i++) {
		size_t other = i + simulation_draw(s, (uint32_t)(count - i));
		struct coodie_watch *w = ready[other];
		ready[other] = ready[i];
		if (!w->dead && due_at(s, w) <= s->now)
			fire(s, w);
	}
}

bool simulation_turn(struct simulation *s)
{
	struct coodie_watch *ready[MOST_READY];
	bool hooked = run_hooks(s);
	uint64_t next = NEVER;
	size_t count;

	bury(s);
	s->now += simulation_draw(s, 20); /* work takes time */
	count = collect(s, ready);
	if (!count && !hooked) {
		for (struct coodie_watch *w = s->watches; w; w = w->next)
			next = earliest(next, due_at(s, w));
		if (next == NEVER)
			return false;
		s->now = next;
		count = collect(s, ready);
	}
	if (count)
		dispatch(s, ready, count);
	bury(s);
	return true;
}

/* ---- beginning and end ------------------------------------------------------------------------- */

struct simulation *simulation_new(uint64_t seed)
{
	struct simulation *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	s->next_port = 40000;
	return s;
}

void simulation_set_faults(struct simulation *s, const struct simulation_faults *faults)
{
	s->faults = *faults;
}

size_t simulation_open(const struct simulation *s)
{
	size_t open = 0;

	for (size_t i = 0; i < s->end_count; i++)
		open += s->ends[i]->kind != END_CLOSED;
	for (const struct coodie_watch *w = s->watches; w; w = w->next)
		open += !w->dead;
	return open;
}

void simulation_free(struct simulation *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->end_count; i++) {
		drop_chunks(s->ends[i]);
		free(s->ends[i]);
	}
	free(s->ends);
	for (struct coodie_watch *w = s->watches, *next; w; w = next) {
		next = w->next;
		free(w);
	}
	free(s);
}
