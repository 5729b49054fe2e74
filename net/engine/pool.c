/* SPDX-License-Identifier: MIT */
/* Pools: the first connection of a host goes to its usual port and tells how many shards there are;
 * the others follow, to the shard-aware port where that works, else to wherever the server puts
 * them, with spare ones kept until every shard has its own. */
#include "net/engine/pool.h"

#include <inttypes.h>
#include <string.h>

#include <coodie/token.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/control.h"
#include "net/engine/engine_impl.h"
#include "net/engine/spread.h"
#include "net/ring/sharding.h"

enum { PORT_TRIES = 32 };

/* ---- choosing ------------------------------------------------------------------------------- */

static struct cd_wire *least_busy(const struct cd_shard *s, struct cd_wire *best)
{
	for (uint32_t i = 0; i < s->count; i++) {
		struct cd_wire *w = s->wires[i];
		if (cd_wire_has_room(w) &&
		    (!best || w->link.conn.streams.taken < best->link.conn.streams.taken))
			best = w;
	}
	return best;
}

/* Until a pool has what it wants, others may carry requests, too. */
static struct cd_wire *spare_one(const struct cd_host *h)
{
	struct cd_wire *w = h->spare ? h->engine->wires : NULL;

	while (w && !(w->host == h && w->spare && cd_wire_has_room(w)))
		w = w->next;
	return w;
}

struct cd_wire *cd_pool_pick(const struct cd_host *h, int32_t shard)
{
	uint32_t first = shard >= 0 && (uint32_t)shard < h->shard_count ? (uint32_t)shard : 0;
	struct cd_wire *best = NULL;

	if (shard >= 0)
		best = least_busy(&h->shards[first], NULL);
	/* of any: the least busy of all; else what is not the shard's, as soon as there is one */
	for (uint32_t i = 0; (shard < 0 || !best) && i < h->shard_count; i++)
		best = least_busy(&h->shards[i], best);
	return best ? best : spare_one(h);
}

/* ---- how many ------------------------------------------------------------------------------- */

static uint32_t wanted_per_shard(const struct cd_host *h)
{
	const struct coodie_options *o = h->engine->options;

	return h->nr_shards ? o->connections_per_shard : o->connections_per_host;
}

static uint32_t missing_in(const struct cd_host *h, uint32_t shard)
{
	const struct cd_shard *s = &h->shards[shard];
	uint32_t wanted = wanted_per_shard(h);

	return s->count + s->opening < wanted ? wanted - s->count - s->opening : 0;
}

static uint32_t missing(const struct cd_host *h)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < h->shard_count; i++)
		n += missing_in(h, i);
	return n;
}

/* A connection stands, be it one of a shard that has enough. */
static bool lives(const struct cd_host *h)
{
	return h->up || h->spare;
}

static void refresh_view(struct cd_host *h)
{
	bool was_up = h->view->is_up;

	h->view->connections = h->up;
	h->view->is_up = lives(h) || !h->backoff.failures || !h->convicted;
	if (h->view->is_up != was_up)
		cd_engine_hosts_changed(h->engine);
}

/* ---- opening -------------------------------------------------------------------------------- */

static void come_back(struct cd_host *h, uint32_t ms)
{
	cd_wheel_remove(&h->engine->wheel, &h->retry);
	cd_engine_add_deadline(h->engine, &h->retry, ms ? ms : 1);
}

/* Longer with every failure. */
static void pause_after(struct cd_host *h, struct cd_backoff *failed)
{
	struct cd_engine *e = h->engine;
	uint64_t pause_us = cd_backoff_next_us(failed, e->options->reconnect_min_ms,
					       e->options->reconnect_max_ms,
					       cd_random_next(&e->chance));

	h->paused_until = cd_engine_now(e) + pause_us;
	come_back(h, (uint32_t)(pause_us / 1000));
}

static void back_off(struct cd_host *h)
{
	pause_after(h, &h->backoff);
}

static void opened(struct cd_host *h, bool is_open)
{
	struct cd_engine *e = h->engine;

	cd_pacer_opened(&h->pacer, is_open, h->shard_count * wanted_per_shard(h), cd_engine_now(e),
			cd_random_next(&e->chance));
}

/* Whether it counts as down from now on. */
static bool convicts(const struct cd_host *h, const coodie_error *why)
{
	const struct coodie_options *o = h->engine->options;

	return !o->conviction ||
	       o->conviction(h->view, why, h->backoff.failures, o->conviction_user);
}

static void open_failed(struct cd_host *h, bool advanced, const coodie_error *why)
{
	struct cd_engine *e = h->engine;

	cd_log_limited(e->options, &h->said, cd_log_kind_of(why->code, CD_LOG_CONNECT),
		       cd_engine_now(e), COODIE_LOG_WARN, "%s", why->message);
	if (advanced) { /* the usual port may work all the same */
		h->plain_until = cd_engine_now(e) +
				 (uint64_t)e->options->wrong_shard_pause_ms * 1000;
		h->plain_only = true;
		come_back(h, e->options->reconnect_min_ms);
		return;
	}
	if (e->options->client_routes && !e->follows)
		cd_control_want_routes(e);
	back_off(h);
	h->named &= lives(h); /* it may be called otherwise now */
	h->convicted = !lives(h) && convicts(h, why);
	refresh_view(h);
}

static uint16_t source_port(struct cd_host *h, uint32_t shard)
{
	const struct coodie_options *o = h->engine->options;
	uint16_t first = (uint16_t)o->local_port_min, last = (uint16_t)o->local_port_max;
	uint16_t from = h->next_port;

	if (from < first || from > last)
		from = (uint16_t)(first + cd_engine_draw(h->engine, last - first + 1u));
	uint16_t port = cql_port_of_shard(shard, h->nr_shards, first, last, from);
	h->next_port = (uint16_t)(port + 1);
	return port;
}

/* Whether every shard has a source port. */
static bool has_ports(const struct cd_host *h)
{
	const struct coodie_options *o = h->engine->options;

	return o->local_port_min <= o->local_port_max &&
	       o->local_port_max - o->local_port_min >= h->nr_shards - 1;
}

static bool may_advance(struct cd_host *h)
{
	if (h->plain_only && cd_engine_now(h->engine) >= h->plain_until)
		h->plain_only = false;
	return lives(h) && h->nr_shards && h->shard_port && h->engine->options->shard_aware &&
	       !h->plain_only && has_ports(h);
}

/* How long to wait before the next connection may be opened, in microseconds. */
static uint64_t pace(struct cd_host *h)
{
	struct cd_engine *e = h->engine;
	const struct coodie_options *o = e->options;
	struct cd_pacer *p = &e->policies->pacer;
	/* until the first one has told how many shards there are, and whether the host lives */
	uint32_t most = lives(h) ? o->opening_per_host : 1;

	cd_pacer_set(p, o->opening_per_second); /* it may have been tuned */
	return cd_pacer_ask(p, &h->pacer, most, cd_engine_now(e));
}

/* To the shard-aware port, from one that leads to the shard; of those another program may have
 * some. */
static struct cd_wire *open_advanced(struct cd_host *h, struct cd_dial *d, uint32_t shard,
				     coodie_error *err)
{
	struct cd_wire *w = NULL;
	bool taken = true;

	d->shard = (int32_t)shard;
	d->port_taken = &taken;
	cd_address_set_port(&d->address, h->shard_port);
	for (int i = 0; !w && taken && i < PORT_TRIES; i++) {
		taken = false;
		d->source_port = source_port(h, shard);
		w = cd_wire_open(h->engine, d, err);
	}
	return w;
}

/* False: nothing more for now. */
static bool open_one(struct cd_host *h, uint32_t shard)
{
	struct cd_engine *e = h->engine;
	struct cd_dial d = { .host = h, .address = h->address, .name = h->name, .shard = -1 };
	coodie_error err;

	struct cd_wire *w = may_advance(h) ? open_advanced(h, &d, shard, &err)
					   : cd_wire_open(e, &d, &err);
	if (!w) {
		opened(h, false);
		open_failed(h, d.source_port != 0, &err);
		return false;
	}
	h->shards[shard].opening++;
	h->opening++;
	e->hosts.opening++;
	w->place = shard;
	return true;
}

static bool is_wanted(const struct cd_host *h)
{
	const struct cd_engine *e = h->engine;

	return !h->leaving && !e->freed && !e->closed &&
	       (h->asked || e->options->pool_opening != COODIE_POOL_LAZY) &&
	       h->view->distance != COODIE_DISTANCE_IGNORED;
}

void cd_pool_fill(struct cd_host *h)
{
	if (!is_wanted(h) || h->retry.link)
		return;
	for (uint32_t i = 0; i < h->shard_count; i++)
		for (uint32_t n = missing_in(h, i); n; n--) {
			uint64_t wait_us = pace(h);
			if (wait_us == CD_PACER_LATER)
				return; /* comes by when one of them has ended */
			if (wait_us) {
				come_back(h, (uint32_t)(wait_us / 1000) + 1);
				return;
			}
			if (!open_one(h, i))
				return;
		}
}

void cd_pool_want(struct cd_host *h)
{
	if (h->asked)
		return;
	h->asked = true;
	cd_pool_fill(h);
}

bool cd_pool_is_open(const struct cd_host *h)
{
	return !is_wanted(h) || h->backoff.failures || (!missing(h) && !h->opening);
}

void cd_pool_hurry(struct cd_host *h)
{
	cd_backoff_reset(&h->backoff);
	cd_backoff_reset(&h->deaths);
	cd_wheel_remove(&h->engine->wheel, &h->retry);
}

/* ---- connections that are up ---------------------------------------------------------------- */

static void not_opening(struct cd_host *h, const struct cd_wire *w, bool is_open)
{
	opened(h, is_open);
	if (w->place < h->shard_count && h->shards[w->place].opening)
		h->shards[w->place].opening--;
	h->opening--;
	h->engine->hosts.opening--;
}

static bool put(struct cd_host *h, uint32_t shard, struct cd_wire *w)
{
	struct cd_shard *s = &h->shards[shard];

	if (s->count == s->room) {
		uint32_t room = s->room ? s->room * 2 : 1;
		void *wires = cd_resize(h->engine->allocator, s->wires, room * sizeof(void *));
		if (!wires)
			return false;
		s->wires = wires;
		s->room = room;
	}
	s->wires[s->count++] = w;
	w->place = shard;
	w->placed = true;
	h->up++;
	return true;
}

static void unput(struct cd_host *h, struct cd_wire *w)
{
	struct cd_shard *s = &h->shards[w->place];
	uint32_t i = 0;

	while (i < s->count && s->wires[i] != w)
		i++;
	if (i == s->count)
		return;
	s->wires[i] = s->wires[--s->count];
	w->placed = false;
	h->up--;
}

/* The number of shards has changed, or is known now: every connection finds its place again. */
static bool reshape(struct cd_host *h, uint32_t nr_shards)
{
	struct cd_engine *e = h->engine;
	uint32_t count = nr_shards ? nr_shards : 1;
	struct cd_shard *shards = cd_alloc_array(e->allocator, count, sizeof *shards);

	if (!shards)
		return false;
	for (uint32_t i = 0; i < h->shard_count; i++)
		cd_release(e->allocator, h->shards[i].wires);
	cd_release(e->allocator, h->shards);
	h->shards = shards;
	h->shard_count = count;
	h->nr_shards = nr_shards;
	h->view->shard_count = nr_shards;
	h->up = 0;
	for (struct cd_wire *w = e->wires; w; w = w->next) {
		if (w->host != h || w->state != CD_WIRE_UP || !w->placed)
			continue;
		w->placed = false;
		w->spare = w->shard < 0 || (uint32_t)w->shard >= count ||
			   !put(h, (uint32_t)w->shard, w);
		h->spare += w->spare;
	}
	return true;
}

/* False: out of memory. */
static bool learn_sharding(struct cd_host *h, struct cd_wire *w)
{
	const struct cd_conn *c = &w->link.conn;
	struct cd_engine *e = h->engine;
	struct cd_sharding_offer offer;

	cd_sharding_read(c->supported, c->supported_count, &offer);
	h->ignore_msb = offer.ignore_msb;
	h->shard_port = e->options->client_routes
				? 0 /* a route has one port, and it is the plain one */
			: e->options->tls_context ? offer.tls_port
						  : offer.port;
	w->shard = offer.count ? (int32_t)offer.shard : -1;
	if (offer.count != h->nr_shards && !reshape(h, offer.count))
		return false;
	if (cd_router_set_sharding(&e->router, h->slot, offer.count, offer.ignore_msb))
		cd_engine_changed(e);
	return true;
}

/* A host whose shards there was no memory for is tried again a little later. */
static void turn_away(struct cd_host *h, struct cd_wire *w)
{
	back_off(h);
	cd_wire_retire(w);
	cd_wire_end_if_drained(w);
}

static void wrong_shard(struct cd_host *h, const struct cd_wire *w)
{
	struct cd_engine *e = h->engine;

	cd_counters_count(w->tally.counters, CD_METRIC_WRONG_SHARD);
	if (!h->plain_only)
		cd_log(e->options, COODIE_LOG_WARN,
		       "%s: asked for shard %" PRId32 ", got %" PRId32
		       ": an address is translated on the way (NAT); the usual port is used instead",
		       w->link.address.text, w->wanted, w->shard);
	h->plain_only = true;
	h->plain_until = cd_engine_now(e) + (uint64_t)e->options->wrong_shard_pause_ms * 1000;
}

/* Spare ones are of use only while some shard has none: the server deals connections in turn. */
static void drop_spares(struct cd_host *h)
{
	struct cd_engine *e = h->engine;

	for (struct cd_wire *w = e->wires, *next; w && h->spare; w = next) {
		next = w->next;
		if (w->host != h || w->state != CD_WIRE_UP || w->placed)
			continue;
		cd_wire_retire(w);
		cd_wire_end_if_drained(w);
	}
}

static void place(struct cd_host *h, struct cd_wire *w)
{
	const struct coodie_options *o = h->engine->options;
	uint32_t shard = h->nr_shards && w->shard >= 0 ? (uint32_t)w->shard % h->nr_shards : 0;
	bool wanted = h->shards[shard].count < wanted_per_shard(h);

	if (wanted && put(h, shard, w))
		return;
	w->place = shard;
	if (!wanted && h->nr_shards && missing(h) &&
	    h->spare < (uint64_t)o->ballast_per_shard * h->nr_shards) {
		w->spare = true;
		h->spare++;
		return;
	}
	cd_wire_retire(w);
	cd_wire_end_if_drained(w);
}

void cd_pool_resize(struct cd_host *h)
{
	for (uint32_t i = 0; i < h->shard_count; i++) {
		const struct cd_shard *s = &h->shards[i];
		uint32_t wanted = wanted_per_shard(h);
		while (s->count > wanted) {
			struct cd_wire *w = s->wires[s->count - 1];
			cd_wire_retire(w);
			cd_wire_end_if_drained(w);
		}
	}
	cd_pool_fill(h);
}

bool cd_pool_is_stranger(const struct cd_host *h, const struct cd_wire *w)
{
	static const cql_uuid unknown;
	const struct cd_conn *c = &w->link.conn;
	const cql_uuid *own = &h->view->host_id;
	struct cd_sharding_offer offer;

	cd_sharding_read(c->supported, c->supported_count, &offer);
	return offer.has_host_id && memcmp(own, &unknown, sizeof unknown) != 0 &&
	       memcmp(own, &offer.host_id, sizeof unknown) != 0;
}

/* It is not connected to again before a pause has passed; the cluster may say where it is now. */
static void refuse_stranger(struct cd_host *h, struct cd_wire *w)
{
	char id[CQL_UUID_TEXT_SIZE];
	coodie_error err;

	cd_fail(&err, COODIE_ERR_CONNECT,
		"%s: another host than %s answers there: it has moved, or its address is translated "
		"wrongly",
		w->link.address.text, cql_uuid_format(h->view->host_id, id));
	open_failed(h, false, &err);
	cd_control_want_topology(h->engine);
	cd_wire_retire(w);
	cd_wire_end_if_drained(w);
}

void cd_pool_take(struct cd_host *h, struct cd_wire *w)
{
	not_opening(h, w, true);
	if (cd_pool_is_stranger(h, w))
		refuse_stranger(h, w);
	else
		cd_pool_adopt(h, w);
}

void cd_pool_adopt(struct cd_host *h, struct cd_wire *w)
{
	struct cd_engine *e = h->engine;

	if (!w->host) { /* what is in flight on it lands as the host's, whose pause it ends */
		h->view->in_flight += cd_conn_in_flight(&w->link.conn);
		cd_wheel_remove(&e->wheel, &h->retry);
		if (w->called && h->by_number)
			cd_host_named(h, w->called);
	}
	w->host = h;
	h->asked = true;
	cd_backoff_reset(&h->backoff);
	if (!learn_sharding(h, w)) {
		turn_away(h, w);
		return;
	}
	cd_tally_move(w, cd_tally_of(&e->tally, h->view, w->shard, e->entered_us));
	if (w->advanced && w->wanted != w->shard)
		wrong_shard(h, w);
	const bool was_up = h->up;
	place(h, w);
	refresh_view(h);
	if (!was_up && h->up)
		cd_log_settle(e->options, &h->said);
	if (!was_up && h->up && e->options->prepare_on_up)
		cd_spread_all(e, w);
	cd_pool_fill(h);
	if (h->spare && !missing(h) && !h->opening)
		drop_spares(h);
}

void cd_pool_drop(struct cd_host *h, struct cd_wire *w)
{
	if (w->state != CD_WIRE_OPENING)
		cd_pacer_closed(&h->pacer);
	if (w->state == CD_WIRE_OPENING)
		not_opening(h, w, false);
	else if (w->placed)
		unput(h, w);
	else if (w->spare)
		h->spare--;
	w->spare = false;
	refresh_view(h);
}

/* Whether it stood longer than any pause is. */
static bool has_lived(const struct cd_wire *w)
{
	const struct cd_engine *e = w->engine;

	return cd_engine_now(e) - w->up_us >= (uint64_t)e->options->reconnect_max_ms * 1000;
}

void cd_pool_lost(struct cd_host *h, const struct cd_wire *w)
{
	if (!is_wanted(h))
		return;
	if (has_lived(w)) {
		cd_backoff_reset(&h->deaths);
	} else if (cd_engine_now(h->engine) >=
		   h->paused_until) { /* together they are one failure */
		pause_after(h, &h->deaths);
		h->backoff = h->deaths;
		refresh_view(h);
	}
	cd_pool_fill(h);
}

void cd_pool_failed(struct cd_host *h, const struct cd_wire *w, const coodie_error *why)
{
	struct cd_engine *e = h->engine;
	uint8_t lower = w->link.conn.lower_version;

	not_opening(h, w, false);
	if (h->leaving || e->freed)
		return;
	if (why->code == COODIE_ERR_VERSION && lower && lower < e->version) {
		cd_log(e->options, COODIE_LOG_INFO, "%s; a new connection with it", why->message);
		e->version = lower;
		cd_pool_fill(h);
		return;
	}
	open_failed(h, w->advanced, why);
}
