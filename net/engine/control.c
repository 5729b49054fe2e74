/* SPDX-License-Identifier: MIT */
/* The control role: who has it, and what it asks. */
#include "net/engine/control.h"

#include <string.h>

#include "base/error.h"
#include "net/engine/cluster.h"
#include "net/engine/engine_impl.h"

enum { DEBOUNCE_MS = 200 };

void cd_control_deinit(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	cd_control_schema_deinit(e);
	cd_control_routes_deinit(e);
	coodie_result_free(c->local);
	coodie_result_free(c->peers);
	cd_topology_free(c->topology);
	c->local = c->peers = NULL;
	c->topology = NULL;
}

/* Then at the latest. */
static void come_back(struct cd_engine *e, uint32_t ms)
{
	struct cd_deadline *again = &e->control.again;

	if (again->link && again->at_us <= cd_engine_now(e) + ms * UINT64_C(1000))
		return;
	cd_wheel_remove(&e->wheel, again);
	cd_engine_add_deadline(e, again, ms);
}

/* ---- the topology --------------------------------------------------------------------------- */

bool cd_control_is_scylla(const struct cd_wire *w)
{
	return cd_conn_supported(&w->link.conn, "SCYLLA_SHARDING_ALGORITHM", 0) != NULL;
}

static void ask_all(struct cd_engine *e);

/* That of hosts which name none. */
static uint16_t port_of(const struct cd_engine *e, const struct cd_address *a)
{
	return cd_address_is_path(a) ? (uint16_t)e->options->port : cd_address_port(a);
}

static struct cd_topology *make_topology(struct cd_engine *e, coodie_error *err)
{
	struct cd_control *c = &e->control;
	const struct cd_topology_source source = {
		.local = c->local,
		.peers = c->peers,
		.is_scylla = cd_control_is_scylla(c->wire),
		.address = cd_address_inet(&c->wire->link.address),
		.port = port_of(e, &c->wire->link.address),
	};

	return cd_topology_new(e->allocator, c->topology, &source, err);
}

/* What could not be read is asked for again, later and later. */
static void ask_later(struct cd_engine *e, bool *wanted)
{
	const struct coodie_options *o = e->options;
	struct cd_control *c = &e->control;
	uint32_t shift = c->misses < 16 ? c->misses : 16;
	uint64_t ms = (uint64_t)o->reconnect_min_ms << shift;

	c->misses++;
	*wanted = true;
	come_back(e, (uint32_t)(ms < o->reconnect_max_ms ? ms : o->reconnect_max_ms));
}

/* A question was asked, and since then not a byte has come. */
static bool is_silent(const struct cd_control *c)
{
	return c->timed_out && c->wire->link.bytes_received == c->asked_at_bytes;
}

static void give_up_silent(struct cd_engine *e)
{
	coodie_error err;

	cd_fail(&err, COODIE_ERR_CLOSED, "no answer to questions about the cluster");
	cd_wire_lose(e->control.wire, &err);
}

/* A list of peers that could not be read does not mean that there are none. */
static void learn(struct cd_engine *e)
{
	struct cd_control *c = &e->control;
	uint64_t number = c->asked_on;
	struct cd_topology *t = NULL;
	coodie_error err;

	if (c->local && (c->peers || !c->topology))
		t = make_topology(e, &err);
	else
		cd_fail(&err, COODIE_ERR_PROTOCOL, "system.%s could not be read",
			c->local ? "peers" : "local");
	bool whole = t && c->peers && c->registered;
	const bool routed = cd_control_routes_take(e);
	if (t) {
		whole = cd_cluster_apply(e, t) && whole;
	} else {
		cd_log(e->options, COODIE_LOG_WARN, "%s: %s: the other nodes are not known",
		       c->wire->link.address.text, err.message);
		if (!c->topology)
			cd_cluster_alone(e, c->wire);
	}
	if (!c->wire || c->wire->number != number) /* who has the role now is asked */
		return;
	if (whole) {
		cd_backoff_reset(&c->backoff);
		c->proven = true;
	}
	if (whole && routed)
		c->misses = 0;
	else
		ask_later(e, whole ? &c->want_routes : &c->want_topology);
	cd_control_schema_begin(e);
}

/* Hosts are still the same ones, maybe at other places. */
static void learn_routes(struct cd_engine *e)
{
	struct cd_control *c = &e->control;
	const struct cd_routes *before = c->routes.known;

	if (cd_control_routes_take(e))
		c->misses = 0;
	else
		ask_later(e, &c->want_routes);
	if (c->routes.known != before && c->topology &&
	    !cd_cluster_apply(e, cd_topology_ref(c->topology)))
		ask_later(e, &c->want_topology);
}

/* All questions are answered, or came to nothing. */
static void evaluate(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	if (!c->wire)
		return;
	if (c->wire->number != c->asked_on)
		ask_all(e);
	else if (is_silent(c))
		give_up_silent(e);
	else if (c->only_routes)
		learn_routes(e);
	else
		learn(e);
}

void cd_control_answered(struct cd_engine *e, const coodie_error *err)
{
	struct cd_control *c = &e->control;

	c->timed_out |= err->code == COODIE_ERR_TIMEOUT; /* it says something of its connection */
	if (--c->asked)
		return;
	if (!e->freed)
		evaluate(e);
	if (c->asked) /* it asked again */
		return;
	coodie_result_free(c->local);
	coodie_result_free(c->peers);
	c->local = c->peers = NULL;
}

static void on_registered(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_engine *e = user;
	struct cd_control *c = &e->control;

	coodie_result_free(take_res);
	c->registered = err->code == COODIE_OK && c->wire && c->wire->number == c->asked_on;
	if (err->code != COODIE_OK && err->code != COODIE_ERR_CLOSED)
		cd_log(e->options, COODIE_LOG_WARN, "no events of the cluster: %s", err->message);
	cd_control_answered(e, err);
}

static void on_local(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_engine *e = user;

	e->control.local = take_res;
	cd_control_answered(e, err);
}

static void ask(struct cd_engine *e, enum cd_topology_question question, coodie_done_fn *done)
{
	struct cd_control *c = &e->control;
	const char *cql = cd_topology_statement(question, cd_control_is_scylla(c->wire));
	const cql_blob from_the_start = { NULL, 0 };
	coodie_error err;

	if (cd_engine_ask(e, c->wire, cql, from_the_start, done, e, &err))
		c->asked++;
	else
		cd_log(e->options, COODIE_LOG_WARN, "%s", err.message);
}

/* For what it says, not because the server could not answer just now (v4 section 9). */
bool cd_control_is_refused(const coodie_error *err)
{
	return err->code == COODIE_ERR_SERVER && err->server_code >= 0x2000;
}

static void on_peers(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_engine *e = user;
	struct cd_control *c = &e->control;

	c->peers = take_res;
	if (cd_control_is_refused(err) && !c->no_peers_v2 && c->wire &&
	    c->wire->number == c->asked_on) {
		c->no_peers_v2 = true; /* before Cassandra 4, and ScyllaDB */
		ask(e, CD_TOPOLOGY_PEERS, on_peers);
	}
	cd_control_answered(e, err);
}

/* A read of the connection that has the role begins. */
static void begin_read(struct cd_control *c)
{
	c->want_topology = c->want_routes = c->timed_out = false;
	c->registered &= c->asked_on == c->wire->number;
	c->asked_on = c->wire->number;
	c->asked_at_bytes = c->wire->link.bytes_received;
}

static void ask_routes(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	begin_read(c);
	c->only_routes = true;
	cd_control_routes_ask(e);
	if (!c->asked)
		ask_later(e, &c->want_routes);
}

static void ask_all(struct cd_engine *e)
{
	struct cd_control *c = &e->control;
	coodie_error err;

	coodie_result_free(c->local);
	coodie_result_free(c->peers);
	c->local = c->peers = NULL;
	begin_read(c);
	c->only_routes = false;
	if (!c->registered &&
	    cd_engine_tell(e, c->wire, CD_REQUEST_REGISTER, on_registered, e, &err))
		c->asked++;
	if (cd_control_is_scylla(c->wire))
		c->no_peers_v2 = true;
	ask(e, CD_TOPOLOGY_LOCAL, on_local);
	ask(e, c->no_peers_v2 ? CD_TOPOLOGY_PEERS : CD_TOPOLOGY_PEERS_V2, on_peers);
	cd_control_routes_ask(e);
	if (!c->asked)
		ask_later(e, &c->want_topology);
}

/* ---- who has the role ----------------------------------------------------------------------- */

void cd_control_take(struct cd_engine *e, struct cd_wire *w)
{
	struct cd_control *c = &e->control;

	c->wire = w;
	c->was_up = true;
	c->want_round = false;
	c->proven = e->options->single_node || e->follows;
	if (c->proven) { /* it is asked nothing */
		cd_backoff_reset(&c->backoff);
		if (e->follows)
			cd_fellows_call(e);
		else
			cd_cluster_alone(e, w);
		return;
	}
	cd_control_schema_missed(e);
	if (!c->asked) /* else when those that are under way have ended */
		ask_all(e);
}

void cd_control_lost(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	c->wire = NULL;
	c->points.first++;
	c->lost_us = cd_engine_now(e);
	if (e->freed || e->closed)
		return;
	if (!c->proven) /* one that does not get far is not made again and again without a pause */
		cd_control_pause(e);
	for (struct cd_wire *w = e->wires; w && !c->wire; w = w->next)
		if (w->state == CD_WIRE_UP && w->host)
			cd_control_take(e, w);
	cd_engine_arm(e);
}

/* ---- events --------------------------------------------------------------------------------- */

void cd_control_want_topology(struct cd_engine *e)
{
	if (e->follows)
		return;
	e->control.want_topology = true;
	come_back(e, DEBOUNCE_MS);
}

void cd_control_want_routes(struct cd_engine *e)
{
	e->control.want_routes = true;
	come_back(e, DEBOUNCE_MS);
}

static bool says(cql_text text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

static void on_topology_change(struct cd_engine *e, const cql_event *event)
{
	(void)event;
	cd_control_want_topology(e);
}

/* DOWN is a rumour: connections that live are believed more. */
static void on_status_change(struct cd_engine *e, const cql_event *event)
{
	if (!says(event->change, "UP"))
		return;
	cd_fellows_tell_up(e, &event->address, (uint16_t)event->port);
	if (!cd_cluster_is_up(e, &event->address, (uint16_t)event->port))
		cd_control_want_topology(e);
}

static void on_schema_change(struct cd_engine *e, const cql_event *event)
{
	cd_prepared_cache_flush(&e->prepared);
	cd_events_schema(e, &event->schema);
	cd_control_schema_changed(e, &event->schema);
	cd_fellows_tell_change(e, &event->schema);
}

static void on_routes_change(struct cd_engine *e, const cql_event *event)
{
	if (cd_control_routes_concern(e, event))
		cd_control_want_routes(e);
}

static void (*const on_event[])(struct cd_engine *e, const cql_event *event) = {
	[CQL_EVENT_TOPOLOGY_CHANGE] = on_topology_change,
	[CQL_EVENT_STATUS_CHANGE] = on_status_change,
	[CQL_EVENT_SCHEMA_CHANGE] = on_schema_change,
	[CQL_EVENT_CLIENT_ROUTES_CHANGE] = on_routes_change,
};

void cd_control_event(struct cd_engine *e, struct cd_wire *w, const cql_envelope *envelope)
{
	struct cd_arena arena;
	coodie_error err;
	cql_message m;

	if (e->control.wire != w)
		return;
	cd_arena_init(&arena, e->allocator, 0);
	if (!cd_message_read(envelope, NULL, &arena, &m, &err))
		cd_log(e->options, COODIE_LOG_WARN, "%s: an event cannot be read: %s",
		       w->link.address.text, err.message);
	else if (on_event[m.as.event.kind])
		on_event[m.as.event.kind](e, &m.as.event);
	cd_arena_deinit(&arena);
}

/* ---- all of it ------------------------------------------------------------------------------ */

void cd_control_refresh(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	cd_control_schema_missed(e);
	if (!c->wire) { /* who takes the role reads it; without anybody, a round is due */
		c->want_round = true;
	} else if (c->asked) {
		cd_control_want_topology(e);
	} else {
		ask_all(e);
		if (!c->asked) /* nothing could be asked */
			cd_control_schema_begin(e);
	}
}

/* ---- time ----------------------------------------------------------------------------------- */

void cd_control_due(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	c->impatient = e->follows && !e->snapshot;
	c->want_round = !c->impatient;
	if (c->want_topology && e->follows)
		cd_fellows_follow_again(e);
	else if (c->want_topology && c->wire && !c->asked)
		ask_all(e);
	else if (c->want_routes && c->wire && !c->asked)
		ask_routes(e);
	else if (c->want_topology ||
		 (c->want_routes && c->wire)) /* without one, it is read anyway */
		come_back(e, DEBOUNCE_MS);
}
