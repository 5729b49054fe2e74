/* SPDX-License-Identifier: MIT */
/* Wires: how one is opened, what its link reports, and how it ends. */
#include "net/engine/wire.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/control.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"
#include "net/engine/wire_name.h"
#include "net/engine/wire_watch.h"
#include "net/options/driver_config.h"

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
	coodie_result_free(w->void_result);
	cd_wire_ring_free(w->ring, e->allocator);
	cd_release(e->allocator, w);
}

static void bury_list(struct cd_engine *e, struct cd_wire **list)
{
	while (*list) {
		struct cd_wire *w = *list;
		*list = w->next;
		free_wire(e, w);
	}
}

void cd_wires_bury(struct cd_engine *e)
{
	bury_list(e, &e->dead);
	if (e->freed)
		bury_list(e, &e->last);
}

/* Its memory goes when nothing of it is on the stack. */
static void mourn(struct cd_engine *e, struct cd_wire *w)
{
	w->next = e->dead;
	e->dead = w;
}

/* What the server said of itself stays readable until another connection stands (NULL). */
static void keep_last(struct cd_engine *e, struct cd_wire *w)
{
	if (e->last)
		mourn(e, e->last);
	if (w)
		w->next = NULL;
	e->last = w;
}

/* Gives back its place: nobody chooses it any more. */
static void leave(struct cd_wire *w, enum cd_wire_state state)
{
	enum cd_wire_state was = w->state;

	w->state = state;
	if (w->ring)
		cd_wire_watch_phase(w);
	cd_tally_look(w);
	if (was != CD_WIRE_UP)
		return;
	w->engine->hosts.up--;
	if (w->host)
		cd_pool_drop(w->host, w);
}

void cd_wire_close(struct cd_wire *w)
{
	struct cd_engine *e = w->engine;
	bool was_up = w->state == CD_WIRE_UP || w->state == CD_WIRE_DRAINING;

	if (w->state == CD_WIRE_CLOSED)
		return;
	leave(w, CD_WIRE_CLOSED);
	cd_wheel_remove(&e->wheel, &w->deadline);
	cd_lookup_cancel(&w->naming);
	cd_link_close(&w->link);
	cd_tally_look(w);
	e->stats.bytes_sent += w->link.bytes_sent;
	e->stats.bytes_received += w->link.bytes_received;
	unlink_wire(e, w);
	if (was_up && !e->hosts.up)
		keep_last(e, w);
	else
		mourn(e, w);
}

/* Everything that was in flight on a connection that is closed now. */
static void fail_attempts(struct cd_wire *w, const coodie_error *why)
{
	struct cd_engine *e = w->engine;
	const struct cd_streams *s = &w->link.conn.streams;

	for (uint32_t id = s->size; id-- > 0;) {
		struct cd_attempt *a = cd_streams_owner(s, (int32_t)id);
		if (!a)
			continue;
		s->owners[id] = NULL;
		a->stream = -1;
		cd_engine_attempt_failed(e, a, why);
	}
}

/* Says whose failure it was, where the message does not yet. */
static void name_address(const struct cd_wire *w, coodie_error *err)
{
	if (!strstr(err->message, w->link.address.text))
		cd_error_prefix(err, "%s", w->link.address.text);
}

void cd_wire_lose(struct cd_wire *w, coodie_error *err)
{
	struct cd_engine *e = w->engine;
	bool opening = w->state == CD_WIRE_OPENING, stood = w->state == CD_WIRE_UP;

	if (w->state == CD_WIRE_CLOSED)
		return;
	name_address(w, err);
	if (!e->freed && !e->closed)
		cd_counters_count(w->tally.counters,
				  opening ? CD_METRIC_CONNECT_FAILURES : CD_METRIC_CONNECTS_LOST);
	cd_wire_close(w);
	if (!opening && !e->freed)
		cd_log_limited(e->options, w->host ? &w->host->said : &e->said,
			       cd_log_kind_of(err->code, CD_LOG_LOST), cd_engine_now(e),
			       COODIE_LOG_WARN, "%s", err->message);
	if (e->control.wire == w)
		cd_control_lost(e);
	fail_attempts(w, err);
	if (opening && w->of_round)
		cd_control_dial_failed(e, w, err);
	else if (opening && w->host)
		cd_pool_failed(w->host, w, err);
	else if (stood && w->host && !e->freed)
		cd_pool_lost(w->host, w);
	cd_engine_arm(e);
}

void cd_wire_retire(struct cd_wire *w)
{
	struct cd_engine *e = w->engine;

	if (w->state != CD_WIRE_UP)
		return;
	leave(w, CD_WIRE_DRAINING);
	if (e->options->drain_ms)
		cd_engine_add_deadline(e, &w->deadline, e->options->drain_ms);
	if (e->control.wire == w)
		cd_control_lost(e);
	if (w->host)
		cd_pool_fill(w->host);
	cd_engine_arm(e);
}

void cd_wire_end_if_drained(struct cd_wire *w)
{
	if (w->state == CD_WIRE_DRAINING && !cd_conn_in_flight(&w->link.conn))
		cd_wire_close(w);
}

void cd_wire_late(struct cd_wire *w)
{
	struct cd_engine *e = w->engine;
	coodie_error err;

	if (w->state == CD_WIRE_DRAINING)
		cd_fail(&err, COODIE_ERR_CLOSED,
			"replies are missing %" PRIu32
			" ms after the connection was given up for another",
			e->options->drain_ms);
	else
		cd_link_late(&w->link, e->options->connect_timeout_ms, &err);
	cd_wire_lose(w, &err);
}

/* ---- what its link reports ------------------------------------------------------------------ */

int32_t cd_wire_supported(const struct cd_wire *w, const char *key)
{
	const char *text = cd_conn_supported(&w->link.conn, key, 0);
	char *end = NULL;
	long n = text ? strtol(text, &end, 10) : -1;

	return text && *text && !*end && n >= 0 && n <= INT32_MAX ? (int32_t)n : -1;
}

static void on_up(struct cd_wire *w)
{
	struct cd_engine *e = w->engine;
	const struct cd_conn *c = &w->link.conn;

	cd_wheel_remove(&e->wheel, &w->deadline);
	w->state = CD_WIRE_UP;
	if (!c->extensions.terms.metadata_id && !c->extensions.terms.tablets_v2)
		w->takes_whole = c->version;
	if (w->ring)
		cd_wire_watch_phase(w);
	w->shard = cd_wire_supported(w, "SCYLLA_SHARD");
	w->up_us = w->heard_us = cd_engine_now(e);
	cd_pulse_start(e);
	e->hosts.up++;
	e->stats.connects++;
	cd_tally_stood(w);
	keep_last(e, NULL);
	cd_log(e->options, COODIE_LOG_INFO, "%s: connected, protocol version %u%s%s",
	       w->link.address.text, c->version, c->lz4 ? ", lz4" : "", w->link.tls ? ", TLS" : "");
	if (w->of_round)
		cd_control_dialed(e, w);
	else if (w->host)
		cd_pool_take(w->host, w);
	if (w->state == CD_WIRE_UP && !e->control.wire)
		cd_control_take(e, w);
	else if (w->state == CD_WIRE_UP && !w->host) /* a host's own was faster: nobody needs it */
		cd_wire_close(w);
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
static bool flush_handshake(struct cd_wire *w)
{
	coodie_error err;

	if (w->state != CD_WIRE_OPENING || cd_link_flush(&w->link, &err))
		return true;
	cd_wire_lose(w, &err);
	return false;
}

static void broken(struct cd_wire *w, coodie_error *err)
{
	if (err->code == COODIE_ERR_LIMIT) { /* proto/ does not know where its limits come from */
		coodie_error was = *err;
		cd_fail(err, COODIE_ERR_LIMIT,
			"%.120s (coodie_options_set_max_response(), or smaller pages)",
			was.message);
	}
	if (w->ring)
		cd_wire_watch_broken(w, err);
	cd_wire_lose(w, err);
}

/* Answers that go the short way are over when this comes back. */
static enum cd_conn_event next_event(struct cd_wire *w, cql_envelope *out, coodie_error *err)
{
	struct cd_conn *c = &w->link.conn;

	while (w->state == CD_WIRE_UP && cd_inbox_usual(&c->in, out))
		if (!cd_express_answer(w->engine, w, out))
			return cd_conn_take(c, out, err);
	return w->state == CD_WIRE_CLOSED ? CD_CONN_MORE : cd_conn_next(c, out, err);
}

static bool on_moved(void *user)
{
	struct cd_wire *w = user;
	struct cd_engine *e = w->engine;
	cql_envelope envelope;
	coodie_error err;

	wake(w);
	cd_tally_tick(w->tally.counters, e->entered_us);
	for (;;) {
		enum cd_conn_event event = next_event(w, &envelope, &err);
		if (event == CD_CONN_MORE)
			break;
		if (w->ring && (event == CD_CONN_ANSWER || event == CD_CONN_EVENT))
			cd_wire_watch_received(w, &envelope);
		if (event == CD_CONN_UP)
			on_up(w);
		else if (event == CD_CONN_EVENT)
			cd_control_event(e, w, &envelope);
		else if (event == CD_CONN_BROKEN || !cd_engine_answer(e, w, &envelope, &err))
			broken(w, &err);
		if (w->state == CD_WIRE_CLOSED)
			return false;
	}
	cd_wire_end_if_drained(w);
	return w->state != CD_WIRE_CLOSED && flush_handshake(w);
}

static void on_lost(const coodie_error *why, void *user)
{
	struct cd_wire *w = user;
	coodie_error err = *why;

	wake(w);
	cd_wire_lose(w, &err);
}

static void on_done(void *user)
{
	struct cd_wire *w = user;
	struct cd_engine *e = w->engine;

	if (w->ring)
		cd_wire_watch_phase(w);
	if (!w->inside && !e->waiting.count) /* only bytes went out, and nobody waited for that */
		return;
	wake(w);
	w->inside = false;
	if (w->state != CD_WIRE_CLOSED)
		cd_tally_look(w);
	cd_engine_deliver(e);
	cd_engine_settle(e);
	cd_engine_leave(e);
}

void cd_wires_flush(struct cd_engine *e)
{
	coodie_error err;

	for (struct cd_wire *w = e->wires, *next; w; w = next) {
		uint64_t sent = w->link.bytes_sent;
		next = w->next;
		if (w->state != CD_WIRE_OPENING && !cd_link_flush(&w->link, &err))
			cd_wire_lose(w, &err);
		else if (w->link.bytes_sent != sent)
			cd_tally_look(w);
	}
}

/* ---- making one ----------------------------------------------------------------------------- */

/* What the first connection says of the session's configuration; without memory nothing. */
static const char *driver_config(struct cd_engine *e, struct cd_conn *c)
{
	const struct cd_profile *p = cd_profile_view_at(&e->profiles, 0)->profile;
	const struct cd_driver_config more = {
		.datacenter = e->profiles.datacenter,
		.own_balancer = p->balancer && p->balancer->custom.plan,
		.own_retry = p->retry && p->retry->custom.decide,
	};
	struct cd_buffer text;
	const char *copy = NULL;
	coodie_error err;

	cd_buffer_init(&text, e->allocator, 0);
	if (cd_driver_config_write(&text, e->options, &more, &err))
		copy = cd_arena_strndup(&c->arena, (const char *)text.data, text.len);
	cd_buffer_deinit(&text);
	return copy;
}

static void introduce(struct cd_engine *e, const struct cd_wire *w, struct cd_conn *c)
{
	c->session_id = e->session_id;
	if (w->of_round && e->options->driver_config)
		c->driver_config = driver_config(e, c);
}

/* What its answers say of where they come from. */
static bool name_place(struct cd_wire *w, coodie_error *err)
{
	const struct cd_address *a = &w->link.address;

	w->origin.address = cd_address_inet(a);
	w->origin.port = w->origin.address.length ? cd_address_port(a) : 0;
	w->void_result = cd_result_new_void(w->engine->allocator, err);
	if (w->void_result)
		cd_result_place(w->void_result, &w->origin);
	return w->void_result;
}

bool cd_wire_connect(struct cd_wire *w, const char *name, coodie_error *err)
{
	struct cd_engine *e = w->engine;

	if (!cd_link_open(&w->link, e->options->tls_context, name, err))
		return false;
	if (e->options->connect_timeout_ms)
		cd_engine_add_deadline(e, &w->deadline, e->options->connect_timeout_ms);
	return true;
}

struct cd_wire *cd_wire_open(struct cd_engine *e, const struct cd_dial *d, coodie_error *err)
{
	const struct coodie_options *o = e->options;
	struct cd_wire *w = cd_alloc_zero(e->allocator, sizeof *w);

	if (!w)
		return cd_no_memory(err, "a connection"), NULL;
	w->engine = e;
	w->number = ++e->opened;
	w->host = d->host;
	w->wanted = d->shard;
	w->shard = -1;
	w->of_round = d->of_round;
	w->point = d->point;
	w->advanced = d->source_port != 0;
	w->deadline.kind = CD_DEADLINE_WIRE;
	w->tally.counters = cd_tally_of(&e->tally, d->host ? d->host->view : NULL, d->shard,
					cd_engine_now(e));
	w->link.address = d->address;
	w->link.source_port = d->source_port;
	cd_conn_init(&w->link.conn, o, e->keyspace, e->version);
	introduce(e, w, &w->link.conn);
	const struct cd_link_owner owner = { on_moved, on_lost, on_done, w };
	w->ring = o->wire_ring ? cd_wire_ring_new(e->allocator) : NULL;
	cd_link_init(&w->link, &e->loop, &owner);
	if (!name_place(w, err) ||
	    !(cd_wire_name_wanted(e, d) ? cd_wire_name_ask(w, err)
					: cd_wire_connect(w, d->name, err))) {
		name_address(w, err);
		if (d->port_taken)
			*d->port_taken = w->link.port_taken;
		cd_counters_count(w->tally.counters, CD_METRIC_CONNECT_FAILURES);
		free_wire(e, w);
		return NULL;
	}
	w->next = e->wires;
	e->wires = w;
	if (w->ring)
		cd_wire_watch_phase(w);
	return w;
}
