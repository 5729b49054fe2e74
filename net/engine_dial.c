/* SPDX-License-Identifier: MIT */
/* Connections: one round tries the contact points in turn until one works; a lost connection is
 * replaced when the next request wants it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine_impl.h"

/* ---- the end of one ------------------------------------------------------------------------- */

static void unlink_wire(struct cd_engine *e, struct cd_wire *w)
{
	struct cd_wire **at = &e->wires;

	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
}

static void free_wire(struct cd_engine *e, struct cd_wire *w)
{
	cd_conn_deinit(&w->link.conn);
	cd_release(e->allocator, w);
}

void cd_engine_bury(struct cd_engine *e)
{
	while (e->dead) {
		struct cd_wire *w = e->dead;
		e->dead = w->next;
		free_wire(e, w);
	}
	if (e->freed && e->last) {
		free_wire(e, e->last);
		e->last = NULL;
	}
}

static void mourn(struct cd_engine *e, struct cd_wire *w)
{
	w->next = e->dead;
	e->dead = w;
}

/* What the server said of itself stays readable until another connection stands. */
static void keep_last(struct cd_engine *e, struct cd_wire *w)
{
	if (e->last)
		mourn(e, e->last);
	e->last = w;
}

void cd_engine_close_wire(struct cd_engine *e, struct cd_wire *w)
{
	bool current = w == e->wire;

	if (w->closed)
		return;
	w->closed = true;
	cd_link_close(&w->link);
	e->stats.bytes_sent += w->link.bytes_sent;
	e->stats.bytes_received += w->link.bytes_received;
	unlink_wire(e, w);
	if (current)
		e->wire = NULL;
	if (current && w->up)
		keep_last(e, w);
	else
		mourn(e, w);
}

/* Takes a request that was on a lost connection back into the queue, if it may run twice. */
static bool try_again(struct cd_engine *e, struct cd_request *r, const coodie_error *why)
{
	if (!r->idempotent || r->retried || e->freed || why->code != COODIE_ERR_CLOSED)
		return false;
	r->retried = true;
	r->resent = false; /* another node may not know its statement either */
	cd_requests_push_front(&e->waiting, r);
	cd_engine_arm(e);
	return true;
}

/* Everything that was in flight on a connection that is closed now. */
static void fail_requests(struct cd_engine *e, struct cd_wire *w, const coodie_error *why)
{
	const struct cd_streams *s = &w->link.conn.streams;

	for (uint32_t id = s->size; id-- > 0;) {
		struct cd_request *r = cd_streams_owner(s, (int32_t)id);
		if (!r)
			continue;
		s->owners[id] = NULL;
		r->stream = -1;
		r->wire = NULL;
		e->in_flight--;
		if (!try_again(e, r, why))
			cd_engine_fail(e, r, why);
	}
}

void cd_engine_close_wires(struct cd_engine *e, const coodie_error *err)
{
	cd_wheel_remove(&e->wheel, &e->attempt);
	while (e->wires) {
		struct cd_wire *w = e->wires;
		cd_engine_close_wire(e, w);
		fail_requests(e, w, err);
	}
}

void cd_engine_retire(struct cd_engine *e, struct cd_wire *w)
{
	w->draining = true;
	if (e->wire == w)
		e->wire = NULL;
	if (e->waiting.count)
		cd_engine_arm(e);
}

void cd_engine_end_if_drained(struct cd_engine *e, struct cd_wire *w)
{
	if (w->draining && !cd_conn_in_flight(&w->link.conn))
		cd_engine_close_wire(e, w);
}

/* ---- a round of attempts -------------------------------------------------------------------- */

static void next_point(struct cd_engine *e)
{
	e->point = (e->point + 1) % e->options->point_count;
}

static size_t append(char *out, size_t len, const char *text, size_t most)
{
	size_t n = strlen(text), room = COODIE_ERROR_MESSAGE_SIZE - 1 - len;
	bool cut = n > most;

	n = cut ? most : n;
	n = n < room ? n : room;
	memcpy(out + len, text, n);
	if (cut && n > 3)
		memcpy(out + len + n - 3, "...", 3);
	out[len + n] = '\0';
	return len + n;
}

/* Adds why this one failed to what is told at the end of the round, each in its share of the room.
 */
static void note_failure(struct cd_engine *e, const coodie_error *why)
{
	static const char start[] = "no contact point works: ";
	size_t points = e->options->point_count;
	size_t share = (COODIE_ERROR_MESSAGE_SIZE - sizeof start) / points;
	char text[COODIE_ERROR_MESSAGE_SIZE];
	size_t len = 0;

	cd_log(e->options, COODIE_LOG_WARN, "%s", why->message);
	if (points > 1) {
		len = append(text, len, e->tried ? e->reasons.message : start, sizeof text);
		if (e->tried)
			len = append(text, len, "; ", 2);
		append(text, len, why->message, share > 40 ? share - 2 : 38);
	}
	e->reasons = *why; /* the code and the details of the last one */
	if (points > 1)
		memcpy(e->reasons.message, text, sizeof text);
	e->tried++;
	next_point(e);
}

static void end_round(struct cd_engine *e)
{
	struct cd_requests all = { 0 };
	coodie_error why = e->reasons;

	e->tried = 0;
	cd_requests_move(&all, &e->waiting);
	for (struct cd_request *r; (r = cd_requests_pop(&all));)
		cd_engine_fail(e, r, &why);
}

/* Says whose failure it was, where the message does not yet. */
static void name_address(const struct cd_wire *w, coodie_error *err)
{
	if (!strstr(err->message, w->link.address.text))
		cd_error_prefix(err, "%s", w->link.address.text);
}

static void attempt_failed(struct cd_engine *e, struct cd_wire *w, const coodie_error *why)
{
	uint8_t lower = w->link.conn.lower_version;

	cd_wheel_remove(&e->wheel, &e->attempt);
	if (why->code == COODIE_ERR_VERSION && lower && lower < e->version) {
		cd_log(e->options, COODIE_LOG_INFO, "%s; a new connection with it", why->message);
		e->version = lower; /* for this session, from now on */
	} else {
		note_failure(e, why);
	}
	cd_engine_arm(e);
}

static void lost(struct cd_engine *e, struct cd_wire *w, coodie_error *err)
{
	bool current = w == e->wire;

	if (w->closed)
		return;
	name_address(w, err);
	cd_engine_close_wire(e, w);
	fail_requests(e, w, err);
	if (!current)
		return;
	if (!w->up) {
		attempt_failed(e, w, err);
	} else { /* what was sent on it has failed with it, so this cannot go on for ever */
		cd_log(e->options, COODIE_LOG_WARN, "%s", err->message);
		next_point(e);
	}
	if (e->waiting.count)
		cd_engine_arm(e);
	else
		e->tried = 0; /* the round is over: nobody waits for its end */
}

void cd_engine_dial_late(struct cd_engine *e)
{
	coodie_error err;

	if (!e->wire || e->wire->up)
		return;
	cd_link_late(&e->wire->link, e->options->connect_timeout_ms, &err);
	lost(e, e->wire, &err);
}

/* ---- a connection's events ------------------------------------------------------------------ */

static void on_up(struct cd_engine *e, struct cd_wire *w)
{
	cd_wheel_remove(&e->wheel, &e->attempt);
	w->up = true;
	e->tried = 0;
	if (e->last) {
		mourn(e, e->last);
		e->last = NULL;
	}
	memcpy(e->address, w->link.address.text, sizeof e->address);
	e->stats.connects++;
	cd_log(e->options, COODIE_LOG_INFO, "%s: connected, protocol version %u%s%s", e->address,
	       w->link.conn.version, w->link.conn.lz4 ? ", lz4" : "", w->link.tls ? ", TLS" : "");
	cd_engine_pump(e);
}

static void wake(struct cd_wire *w)
{
	if (w->inside)
		return;
	w->inside = true;
	cd_engine_enter(w->engine);
}

/* The handshake is sent as it goes; requests wait for the end of the turn. */
static bool flush_handshake(struct cd_engine *e, struct cd_wire *w)
{
	coodie_error err;

	if (w->up || cd_link_flush(&w->link, &err))
		return true;
	lost(e, w, &err);
	return false;
}

static void broken(struct cd_engine *e, struct cd_wire *w, coodie_error *err)
{
	if (err->code == COODIE_ERR_LIMIT) { /* proto/ does not know where its limits come from */
		coodie_error was = *err;
		cd_fail(err, COODIE_ERR_LIMIT,
			"%.120s (coodie_options_set_max_response(), or smaller pages)",
			was.message);
	}
	lost(e, w, err);
}

static bool on_moved(void *user)
{
	struct cd_wire *w = user;
	struct cd_engine *e = w->engine;
	cql_envelope envelope;
	coodie_error err;

	wake(w);
	for (;;) {
		enum cd_conn_event event = cd_conn_next(&w->link.conn, &envelope, &err);
		if (event == CD_CONN_MORE)
			break;
		if (event == CD_CONN_UP)
			on_up(e, w);
		else if (event == CD_CONN_BROKEN || !cd_engine_answer(e, w, &envelope, &err))
			broken(e, w, &err);
		if (w->closed)
			return false;
	}
	cd_engine_end_if_drained(e, w);
	return !w->closed && flush_handshake(e, w);
}

static void on_lost(const coodie_error *why, void *user)
{
	struct cd_wire *w = user;
	coodie_error err = *why;

	wake(w);
	lost(w->engine, w, &err);
}

static void on_done(void *user)
{
	struct cd_wire *w = user;
	struct cd_engine *e = w->engine;

	if (!w->inside && !e->waiting.count) /* only bytes went out, and nobody waited for that */
		return;
	wake(w);
	w->inside = false;
	cd_engine_deliver(e);
	cd_engine_settle(e);
	cd_engine_leave(e);
}

void cd_engine_flush(struct cd_engine *e)
{
	coodie_error err;

	for (struct cd_wire *w = e->wires, *next; w; w = next) {
		next = w->next;
		if (w->up && !cd_link_flush(&w->link, &err))
			lost(e, w, &err);
	}
}

/* ---- making one ----------------------------------------------------------------------------- */

static bool open_wire(struct cd_engine *e, coodie_error *err)
{
	const struct coodie_options *o = e->options;
	const struct cd_endpoint *at = &o->points[e->point];
	struct cd_wire *w = cd_alloc_zero(e->allocator, sizeof *w);

	if (!w)
		return cd_no_memory(err, "a connection");
	w->engine = e;
	w->number = ++e->opened;
	cd_conn_init(&w->link.conn, o, e->keyspace, e->version);
	if (!cd_resolve(at->host, at->port, NULL, &w->link.address, err)) {
		free_wire(e, w);
		return false;
	}
	const struct cd_link_owner owner = { on_moved, on_lost, on_done, w };
	if (!cd_link_open(&w->link, &e->loop, &owner, o->tls_context, at->host, err)) {
		name_address(w, err);
		free_wire(e, w);
		return false;
	}
	w->next = e->wires;
	e->wires = e->wire = w;
	if (o->connect_timeout_ms)
		cd_engine_add_deadline(e, &e->attempt, o->connect_timeout_ms);
	return true;
}

void cd_engine_dial(struct cd_engine *e)
{
	coodie_error err;

	if (e->wire)
		return;
	while (e->waiting.count && e->tried < e->options->point_count) {
		if (open_wire(e, &err))
			return;
		note_failure(e, &err);
	}
	if (e->waiting.count)
		end_round(e);
	e->tried = 0;
}
