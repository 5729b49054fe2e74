/* SPDX-License-Identifier: MIT */
/* Client routes: asked for, their names looked up, and handed to hosts. */
#include "net/engine/control_routes.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/list.h"
#include "net/dns/dns.h"
#include "net/engine/engine_impl.h"
#include "net/ring/sharding.h"

/* ---- life ------------------------------------------------------------------------------------ */

static struct cd_control_routes *routes_of(struct cd_engine *e)
{
	return &e->control.routes;
}

static bool is_on(const struct cd_engine *e)
{
	return e->options->client_routes != NULL;
}

/* Into `ids`, and into `text` as list<text> has it. False: out of memory. */
static bool read_ids(struct cd_control_routes *r, const char *list)
{
	const char *at = list, *item;
	uint32_t count = 0;
	size_t len;

	while (cd_list_next(&at, &item, &len))
		count++;
	r->ids = cd_arena_take_array(&r->arena, count, sizeof *r->ids);
	cd_buffer_be32(&r->text, count);
	for (at = list; r->ids && cd_list_next(&at, &item, &len); r->id_count++) {
		r->ids[r->id_count] = cd_arena_strndup(&r->arena, item, len);
		if (!r->ids[r->id_count])
			return false;
		cd_buffer_be32(&r->text, (uint32_t)len);
		cd_buffer_bytes(&r->text, item, len);
	}
	return r->ids && !r->text.failed;
}

bool cd_control_routes_init(struct cd_engine *e, coodie_error *err)
{
	struct cd_control_routes *r = routes_of(e);

	cd_arena_init(&r->arena, e->allocator, 0);
	cd_buffer_init(&r->text, e->allocator, 0);
	for (int i = 0; i < CD_ROUTE_SEARCHES; i++)
		r->searches[i].engine = e;
	if (is_on(e) && !read_ids(r, e->options->client_routes))
		return cd_no_memory(err, "client routes");
	r->value.value = (cql_blob){ r->text.data, r->text.len };
	return true;
}

void cd_control_routes_end(struct cd_engine *e)
{
	for (int i = 0; i < CD_ROUTE_SEARCHES; i++)
		cd_lookup_cancel(&routes_of(e)->searches[i].lookup);
}

void cd_control_routes_deinit(struct cd_engine *e)
{
	struct cd_control_routes *r = routes_of(e);

	cd_routes_free(r->known);
	cd_routes_free(r->draft);
	cd_buffer_deinit(&r->text);
	cd_arena_deinit(&r->arena);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* A pool was opened where the route leads, and nobody was there. */
static bool is_unreached(const struct cd_engine *e, const cql_uuid *host_id)
{
	const struct cd_topology *t = e->control.topology;
	const struct cd_topology_host *from = t ? cd_topology_find(t, host_id) : NULL;
	const struct cd_host *h = from ? cd_host_at(&e->hosts, from->slot) : NULL;

	return h && !h->up && h->backoff.failures;
}

/* The route that the host goes by now, when it has the same name. */
static const struct cd_routes_route *known_by_name(const struct cd_engine *e,
						   const struct cd_routes_route *route)
{
	const struct cd_routes *known = e->control.routes.known;
	const struct cd_routes_route *r = known ? cd_routes_find(known, &route->host_id) : NULL;

	return r && strcmp(r->address, route->address) == 0 ? r : NULL;
}

static size_t index_of(const cql_inet *inet, const struct cd_address *at, size_t count)
{
	size_t i = 0;

	for (; i < count; i++) {
		const cql_inet other = cd_address_inet(&at[i]);
		if (other.length == inet->length &&
		    memcmp(other.address, inet->address, inet->length) == 0)
			break;
	}
	return i;
}

/* Of all that the name leads to: where the host is connected to already, unless that leads nowhere. */
static void choose(const struct cd_engine *e, struct cd_routes_route *route,
		   const struct cd_address *at, size_t count)
{
	const struct cd_routes_route *before = known_by_name(e, route);
	size_t i = before ? index_of(&before->inet, at, count) : count;

	if (count && i < count && is_unreached(e, &route->host_id))
		i++;
	if (count)
		route->inet = cd_address_inet(&at[i < count ? i : 0]);
	else if (before)
		route->inet = before->inet;
}

static void choose_all(const struct cd_route_search *s, const struct cd_address *at, size_t count)
{
	struct cd_routes *draft = routes_of(s->engine)->draft;

	for (uint32_t i = s->from; i < s->to; i++)
		choose(s->engine, draft->by_address[i], at, count);
}

/* What a table names is never taken for a path or a service. */
static bool is_name(const char *text)
{
	return cd_dns_is_name(text) && !strpbrk(text, ":/");
}

static void complain(const struct cd_engine *e, const char *name, const char *why)
{
	cd_log(e->options, COODIE_LOG_WARN, "client routes: %.100s: %s", name, why);
}

static void search(struct cd_engine *e);

static void on_found(void *user, const struct cd_address *at, size_t count, const coodie_error *err)
{
	struct cd_route_search *s = user;
	struct cd_engine *e = s->engine;

	cd_engine_enter(e);
	if (!count)
		cd_log(e->options, COODIE_LOG_WARN, "client routes: %s", err->message);
	choose_all(s, at, count);
	search(e);
	cd_engine_deliver(e);
	cd_engine_settle(e);
	cd_engine_leave(e);
}

/* Numbers are looked up at once. @return whether a look-up goes on */
static bool begin(struct cd_route_search *s)
{
	struct cd_engine *e = s->engine;
	const struct cd_routes_route *route = routes_of(e)->draft->by_address[s->from];
	const struct cd_ask ask = { .host = route->address,
				    .port = route->port ? route->port : route->tls_port,
				    .timeout_ms = e->options->resolve_timeout_ms,
				    .done = on_found,
				    .user = s };
	struct cd_address number;
	coodie_error err;

	if (cd_address_parse_host(ask.host, ask.port, &number, NULL))
		choose_all(s, &number, 1);
	else if (!is_name(ask.host))
		complain(e, ask.host, "this is neither a name nor an address");
	else if (cd_resolver_start(&e->resolver, &s->lookup, &ask, &err))
		return true;
	else
		complain(e, ask.host, err.message);
	return false;
}

/* The next name of the draft, with all routes that have it. False: there is none. */
static bool take_name(struct cd_control_routes *r, struct cd_route_search *s)
{
	const struct cd_routes *draft = r->draft;

	if (r->next == draft->count)
		return false;
	s->from = s->to = r->next;
	while (s->to < draft->count &&
	       !strcmp(draft->by_address[s->to]->address, draft->by_address[s->from]->address))
		s->to++;
	r->next = s->to;
	return true;
}

/* Keeps all searches busy; without any, the answer is complete. */
static void search(struct cd_engine *e)
{
	struct cd_control_routes *r = routes_of(e);
	bool busy = false;

	for (int i = 0; i < CD_ROUTE_SEARCHES; i++) {
		struct cd_route_search *s = &r->searches[i];
		while (!s->lookup.search && take_name(r, s) && !begin(s))
			;
		busy |= s->lookup.search != NULL;
	}
	if (!busy)
		cd_control_answered(e, &e->ok);
}

/* ---- the question ---------------------------------------------------------------------------- */

static void on_rows(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_engine *e = user;
	struct cd_control_routes *r = routes_of(e);
	coodie_error why = *err;

	r->refused = cd_control_is_refused(err);
	if (take_res && !e->freed && !e->closed)
		r->draft = cd_routes_new(e->allocator, take_res, r->ids, r->id_count, &why);
	coodie_result_free(take_res);
	if (r->draft) {
		if (r->draft->skipped)
			cd_log(e->options, COODIE_LOG_WARN,
			       "system.client_routes: %" PRIu32 " rows are of no use",
			       r->draft->skipped);
		r->next = 0;
		search(e);
		return;
	}
	if (why.code != COODIE_OK && why.code != COODIE_ERR_CLOSED)
		cd_log(e->options, COODIE_LOG_ERROR, "client routes: %s%s", why.message,
		       r->refused ? ": only ScyllaDB has them, from 2026.1 on" : "");
	cd_control_answered(e, err);
}

/* Who does not know the event says so, and is not asked again. */
static void on_registered(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_engine *e = user;

	coodie_result_free(take_res);
	if (err->code == COODIE_OK || err->code == COODIE_ERR_SERVER)
		routes_of(e)->registered_on = e->control.asked_on;
	if (err->code != COODIE_OK && err->code != COODIE_ERR_CLOSED)
		cd_log(e->options, COODIE_LOG_WARN, "no events of client routes: %s", err->message);
	cd_control_answered(e, err);
}

static bool is_scylla(const struct cd_wire *w)
{
	struct cd_sharding_offer offer;

	cd_sharding_read(w->link.conn.supported, w->link.conn.supported_count, &offer);
	return offer.is_scylla;
}

void cd_control_routes_ask(struct cd_engine *e)
{
	struct cd_control *c = &e->control;
	struct cd_control_routes *r = &c->routes;
	coodie_error err;

	cd_routes_free(r->draft);
	r->draft = NULL;
	if (!is_on(e))
		return;
	r->refused = !is_scylla(c->wire);
	if (r->refused) {
		cd_log(e->options, COODIE_LOG_ERROR, "client routes: %s is not ScyllaDB",
		       c->wire->link.address.text);
		return;
	}
	if (r->registered_on != c->wire->number &&
	    cd_engine_tell(e, c->wire, CD_REQUEST_REGISTER_ROUTES, on_registered, e, &err))
		c->asked++;
	if (cd_engine_ask_whole(e, c->wire, cd_topology_statement(CD_TOPOLOGY_ROUTES, true),
				&r->value, on_rows, e, &err))
		c->asked++;
	else
		cd_log(e->options, COODIE_LOG_WARN, "%s", err.message);
}

/* ---- what was read --------------------------------------------------------------------------- */

/* Whether each name leads somewhere. */
static bool is_whole(const struct cd_routes *routes)
{
	for (uint32_t i = 0; i < routes->count; i++)
		if (!routes->at[i].inet.length)
			return false;
	return true;
}

/* Routes that are the same stay the same ones. */
bool cd_control_routes_take(struct cd_engine *e)
{
	struct cd_control_routes *r = routes_of(e);
	struct cd_routes *draft = r->draft;

	if (!is_on(e) || !draft)
		return !is_on(e) || r->refused;
	bool whole = is_whole(draft) && r->registered_on == e->control.asked_on;
	r->draft = NULL;
	if (r->known && cd_routes_same(r->known, draft)) {
		cd_routes_free(draft);
	} else {
		cd_routes_free(r->known);
		r->known = draft;
	}
	return whole;
}

bool cd_control_routes_follow(struct cd_engine *e, struct cd_routes *routes)
{
	struct cd_control_routes *r = routes_of(e);

	if (routes == r->known)
		return false;
	cd_routes_free(r->known);
	r->known = cd_routes_ref(routes);
	return true;
}

/* Of a list without ids nobody knows. */
bool cd_control_routes_concern(const struct cd_engine *e, const cql_event *event)
{
	const struct cd_control_routes *r = &e->control.routes;
	const cql_texts *changed = &event->connection_ids;
	bool ours = changed->count == 0;

	for (uint16_t i = 0; i < changed->count && !ours; i++)
		for (uint32_t j = 0; j < r->id_count && !ours; j++)
			ours = changed->at[i].len == strlen(r->ids[j]) &&
			       memcmp(changed->at[i].data, r->ids[j], changed->at[i].len) == 0;
	return is_on(e) && ours;
}

/* ---- hosts ----------------------------------------------------------------------------------- */

/* Why a host cannot be connected to; NULL: it can. */
static const char *obstacle(const struct cd_routes_route *route, uint16_t port, bool tls)
{
	if (!route)
		return "system.client_routes has no route to it";
	if (!port)
		return tls ? "its route has no port for TLS (tls_port)"
			   : "its route has no port without TLS (port)";
	return route->inet.length ? NULL : "the name of its route leads nowhere";
}

bool cd_control_routes_find(const struct cd_engine *e, const struct cd_topology_host *t,
			    struct cd_address *out, const char **name)
{
	const struct cd_routes *known = e->control.routes.known;
	const struct cd_routes_route *route = known ? cd_routes_find(known, &t->host_id) : NULL;
	bool tls = e->options->tls_context != NULL;
	uint16_t port = !route ? 0 : tls ? route->tls_port : route->port;
	const char *why = obstacle(route, port, tls);
	char inet[CQL_INET_TEXT_SIZE], id[CQL_UUID_TEXT_SIZE];

	if (!why) {
		*name = route->address;
		return cd_address_from_inet(&route->inet, port, out);
	}
	if (!e->follows)
		cd_log(e->options, COODIE_LOG_WARN, "%s (host %s) is not connected to: %s",
		       cql_inet_format(t->address, inet), cql_uuid_format(t->host_id, id), why);
	return false;
}
