/* SPDX-License-Identifier: MIT */
/* A round: the known hosts and then the contact points are tried in turn until one of them stands;
 * when none does, those who wait are told why. */
#include <inttypes.h>
#include <string.h>

#include "base/endpoint.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"

/* With one attempt on its way for so long the next one begins (RFC 8305 section 5). */
enum { RACE_MS = 250, DIALS_MOST = 4 };
/* For so long who follows waits for who leads. */
enum { PATIENCE_MS = 2000 };

/* ---- targets -------------------------------------------------------------------------------- */

static size_t targets(const struct cd_engine *e)
{
	return e->hosts.count + e->options->point_count;
}

static bool is_target(const struct cd_host *h)
{
	return h && h->view->distance != COODIE_DISTANCE_IGNORED;
}

static bool host_target(struct cd_engine *e, struct cd_dial *d)
{
	struct cd_control *c = &e->control;

	if (e->options->single_node)
		return false;
	for (; c->slot < e->hosts.room; c->slot++) {
		const struct cd_host *h = e->hosts.at[c->slot];
		if (!is_target(h))
			continue;
		d->address = h->address;
		d->name = h->name;
		return true;
	}
	return false;
}

/* Whether it is where the host is, and, with TLS, of the name that the host should have. */
static bool is_same(const struct cd_host *h, const struct cd_dial *d)
{
	return strcmp(h->address.text, d->address.text) == 0 &&
	       (!h->engine->options->tls_context || (d->name && strcmp(h->name, d->name) == 0));
}

/* One of the hosts that the round has tried already. */
static bool is_known(const struct cd_engine *e, const struct cd_dial *d)
{
	for (uint32_t i = 0; i < e->hosts.room && !e->options->single_node; i++)
		if (is_target(e->hosts.at[i]) && is_same(e->hosts.at[i], d))
			return true;
	return false;
}

/* The next one: a known host, or an address of a contact point. */
static enum cd_points_next next_target(struct cd_engine *e, struct cd_dial *d, coodie_error *err)
{
	enum cd_points_next next = CD_POINTS_READY;

	cd_clear(err);
	*d = (struct cd_dial){ .shard = -1, .of_round = true };
	if (host_target(e, d))
		return next;
	while ((next = cd_points_next(e, d, err)) == CD_POINTS_READY && is_known(e, d))
		cd_points_pass(e);
	return next;
}

static void pass_target(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	if (c->slot < e->hosts.room && !e->options->single_node)
		c->slot++;
	else
		cd_points_pass(e);
}

static void begin_round(struct cd_engine *e)
{
	e->control.slot = 0;
	e->control.failed = 0;
	cd_points_reset(e);
}

/* ---- failures ------------------------------------------------------------------------------- */

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
	struct cd_control *c = &e->control;
	size_t share = (COODIE_ERROR_MESSAGE_SIZE - sizeof start) / targets(e);
	char text[COODIE_ERROR_MESSAGE_SIZE];
	size_t len = 0;

	if (!c->backoff.failures) /* each contact point has its word, once */
		cd_log(e->options, COODIE_LOG_WARN, "%s", why->message);
	else
		cd_log_limited(e->options, &e->said, cd_log_kind_of(why->code, CD_LOG_CONNECT),
			       cd_engine_now(e), COODIE_LOG_WARN, "%s", why->message);
	if (targets(e) > 1) {
		len = append(text, len, c->failed ? c->reasons.message : start, sizeof text);
		if (c->failed)
			len = append(text, len, "; ", 2);
		append(text, len, why->message, share > 40 ? share - 2 : 38);
	}
	c->reasons = *why; /* the code and the details of the last one */
	if (targets(e) > 1)
		memcpy(c->reasons.message, text, sizeof text);
	c->failed++;
}

void cd_control_pause(struct cd_engine *e)
{
	struct cd_control *c = &e->control;
	uint64_t pause_us = cd_backoff_next_us(&c->backoff, e->options->reconnect_min_ms,
					       e->options->reconnect_max_ms,
					       cd_random_next(&e->chance));

	if (c->was_up && !c->again.link)
		cd_engine_add_deadline(e, &c->again, (uint32_t)(pause_us / 1000) + 1);
}

void cd_control_hopeless(struct cd_engine *e, const coodie_error *why)
{
	struct cd_requests all = { 0 };

	e->control.impatient = false;
	cd_requests_move(&all, &e->waiting);
	cd_control_schema_end(e, why);
	for (struct cd_request *r; (r = cd_requests_pop(&all));)
		cd_engine_fail(e, r, why);
}

static void end_round(struct cd_engine *e)
{
	struct cd_control *c = &e->control;
	coodie_error why = c->reasons;

	c->points.first += e->options->point_count > 1;
	begin_round(e);
	c->want_round = false;
	cd_control_pause(e);
	if (e->hosts.opening)
		return; /* one of the pools may still get through */
	cd_fellows_tell_hopeless(e, &why);
	cd_control_hopeless(e, &why);
}

/* ---- the round ------------------------------------------------------------------------------ */

const struct cd_wire *cd_control_dialing(const struct cd_engine *e)
{
	const struct cd_wire *w = e->control.dials ? e->wires : NULL;

	while (w && !(w->of_round && w->state == CD_WIRE_OPENING))
		w = w->next;
	return w;
}

/* To the next target, which has had its turn then. */
static bool open_dial(struct cd_engine *e, const struct cd_dial *d, coodie_error *err)
{
	struct cd_control *c = &e->control;

	if (!cd_wire_open(e, d, err))
		return false;
	c->dials++;
	c->hurry = false;
	cd_wheel_remove(&e->wheel, &c->next);
	cd_engine_add_deadline(e, &c->next, RACE_MS);
	return true;
}

static void dial(struct cd_engine *e)
{
	enum cd_points_next next;
	struct cd_dial d;
	coodie_error err;

	while ((next = next_target(e, &d, &err)) != CD_POINTS_NONE) {
		if (next == CD_POINTS_WAIT)
			return;
		bool open = next == CD_POINTS_READY && open_dial(e, &d, &err);
		pass_target(e);
		if (open)
			return;
		note_failure(e, &err);
	}
	e->control.hurry = false;
	if (!e->control.dials)
		end_round(e);
}

/* Pools that are trying come first; but hosts that never answer must not keep the session from its
 * contact points. */
static bool pools_first(struct cd_engine *e)
{
	struct cd_control *c = &e->control;
	uint32_t ms = e->options->connect_timeout_ms;

	ms = ms ? ms : e->options->reconnect_max_ms;
	if (!e->hosts.opening || cd_engine_now(e) - c->lost_us >= (uint64_t)ms * 1000)
		return false;
	if (c->was_up && !c->again.link && !e->closing) {
		c->want_round = true;
		cd_engine_add_deadline(e, &c->again, ms);
	}
	return true;
}

/* Who follows needs a contact point that is no node's address only until a pool has a connection. */
static void leave_contact_point(struct cd_engine *e)
{
	struct cd_wire *old = e->control.wire;

	for (struct cd_wire *w = e->wires; w; w = w->next)
		if (w->state == CD_WIRE_UP && w->host) {
			cd_wire_retire(old);
			cd_wire_end_if_drained(old);
			return;
		}
}

/* Without nodes to connect to, who follows lets who leads find them. */
static bool leader_first(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	if (!e->follows || e->snapshot || c->impatient)
		return false;
	if (!c->again.link) {
		cd_fellows_call(e);
		cd_engine_add_deadline(e, &c->again, PATIENCE_MS);
	}
	return true;
}

static bool is_wanted(const struct cd_engine *e)
{
	const struct cd_control *c = &e->control;

	return e->waiting.count || c->want_round || (c->was_up && !c->again.link && !e->closing);
}

void cd_control_settle(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	if (e->follows && c->wire && !c->wire->host)
		leave_contact_point(e);
	if (c->wire || e->closed || e->hosts.up || pools_first(e))
		return;
	if (c->dials && (!c->hurry || c->dials >= DIALS_MOST))
		return;
	if (is_wanted(e) && !leader_first(e))
		dial(e);
	else if (!is_wanted(e) && !c->dials)
		begin_round(e); /* nobody waits for the end of the one that was on */
}

void cd_control_next(struct cd_engine *e)
{
	e->control.hurry = e->control.dials != 0;
}

void cd_control_looked_up(struct cd_engine *e, const coodie_error *why)
{
	cd_engine_enter(e);
	if (e->hosts.up) { /* meanwhile a pool got through: addresses are not kept for the next time */
		begin_round(e);
	} else {
		e->control.hurry = true; /* its turn had come */
		if (why) {
			pass_target(e);
			note_failure(e, why);
		}
	}
	cd_engine_deliver(e);
	cd_engine_settle(e);
	cd_engine_leave(e);
}

/* Those that were slower. */
static void close_dials(struct cd_engine *e)
{
	for (struct cd_wire *w = e->wires, *next; w; w = next) {
		next = w->next;
		if (w->of_round && w->state == CD_WIRE_OPENING)
			cd_wire_close(w);
	}
	e->control.dials = 0;
	e->control.hurry = false;
	cd_wheel_remove(&e->wheel, &e->control.next);
}

void cd_control_overtaken(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	c->impatient = c->want_round = false;
	c->lost_us = cd_engine_now(e); /* pools have their time from now on */
	if (!c->want_topology)
		cd_wheel_remove(&e->wheel, &c->again);
	if (!e->hosts.opening)
		return;
	close_dials(e);
	begin_round(e);
}

void cd_control_dialed(struct cd_engine *e, struct cd_wire *w)
{
	w->of_round = false;
	close_dials(e);
	begin_round(e);
	for (uint32_t i = 0; i < e->hosts.room; i++) {
		struct cd_host *h = e->hosts.at[i];
		if (h && strcmp(h->address.text, w->link.address.text) == 0 &&
		    !cd_pool_is_stranger(h, w)) {
			cd_pool_adopt(h, w);
			return;
		}
	}
}

/* What it was dialed by. NULL: a host's, which has gone. */
static const char *name_of(const struct cd_engine *e, const struct cd_wire *w)
{
	if (w->point)
		return cd_endpoint_name(e->options->points[w->point - 1].host);
	for (uint32_t i = 0; i < e->hosts.room; i++)
		if (e->hosts.at[i] &&
		    strcmp(e->hosts.at[i]->address.text, w->link.address.text) == 0)
			return e->hosts.at[i]->name;
	return NULL;
}

/* The same target, with the version that it speaks. */
static bool dial_again(struct cd_engine *e, const struct cd_wire *w)
{
	const struct cd_dial d = { .address = w->link.address,
				   .name = name_of(e, w),
				   .shard = -1,
				   .of_round = true,
				   .point = w->point };
	coodie_error err;

	if (open_dial(e, &d, &err))
		return true;
	note_failure(e, &err);
	return false;
}

void cd_control_dial_failed(struct cd_engine *e, struct cd_wire *w, const coodie_error *why)
{
	struct cd_control *c = &e->control;
	uint8_t lower = w->link.conn.lower_version;

	c->dials--;
	if (e->freed || e->closed)
		return;
	if (why->code == COODIE_ERR_VERSION && lower && lower < w->link.conn.version) {
		cd_log(e->options, COODIE_LOG_INFO, "%s; a new connection with it", why->message);
		if (lower < e->version)
			e->version = lower; /* for this session, from now on */
		if (dial_again(e, w))
			return;
	} else {
		note_failure(e, why);
	}
	c->hurry = true;
}
