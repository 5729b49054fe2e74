/* SPDX-License-Identifier: MIT */
/* What a topology means for hosts and pools. */
#include "net/engine/cluster.h"

#include <string.h>

#include "base/endpoint.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"

/* The name a certificate is checked against: the address itself, without its port. */
static const char *name_of(const struct cd_address *a, char text[CD_ADDRESS_TEXT])
{
	bool v6 = a->text[0] == '[';

	if (cd_address_is_path(a)) {
		text[0] = '\0'; /* it has none */
		return text;
	}
	const char *end = strrchr(a->text, v6 ? ']' : ':');
	size_t len = end ? (size_t)(end - a->text) - v6 : strlen(a->text);

	memcpy(text, a->text + v6, len);
	text[len] = '\0';
	return text;
}

static void rename_host(struct cd_host *h, const char *name)
{
	if (!cd_host_rename(h, name))
		cd_log(h->engine->options, COODIE_LOG_ERROR,
		       "%s: no memory for its name: its certificate is checked against %s",
		       h->address.text, h->name);
}

/* A node that was reached by a name goes by that name: its certificate need not have its address. */
static const char *name_by(const struct cd_engine *e, const struct cd_wire *w,
			   const struct cd_address *a, char text[CD_ADDRESS_TEXT])
{
	const char *name = NULL;

	if (w && w->point && strcmp(w->link.address.text, a->text) == 0)
		name = cd_endpoint_name(e->options->points[w->point - 1].host);
	return name ? name : name_of(a, text);
}

/* Where it is connected to, and, of a route, by which name (else NULL). False: there is no way to it. */
static bool address_of(const struct cd_engine *e, const struct cd_topology_host *t,
		       struct cd_address *out, const char **name)
{
	const struct coodie_options *o = e->options;
	cql_inet inet = t->address;
	uint16_t port = t->port;

	*name = NULL;
	if (o->client_routes)
		return cd_control_routes_find(e, t, out, name);
	if (o->translation && !o->translation(&inet, &port, &t->host_id, o->translation_user))
		return false;
	return cd_address_from_inet(&inet, port, out);
}

/* False: out of memory. */
static bool add(struct cd_engine *e, const struct cd_topology_host *t)
{
	struct cd_address address;
	char text[CD_ADDRESS_TEXT];
	const char *name;
	coodie_error err;

	if (!address_of(e, t, &address, &name))
		return true;
	const struct cd_wire *by = t->is_local ? e->control.wire : NULL;
	if (!name)
		name = name_by(e, by, &address, text);
	if (!cd_host_add(e, t->slot, &address, name, &err)) {
		cd_log(e->options, COODIE_LOG_ERROR, "%s: %s", address.text, err.message);
		return false;
	}
	cd_log(e->options, COODIE_LOG_INFO, "%s: a node of the cluster (%s, %s)", address.text,
	       t->datacenter, t->rack);
	return true;
}

/* Those that are new, and those there was no memory for before. */
static bool add_all(struct cd_engine *e, const struct cd_topology *t)
{
	bool ok = true;

	for (uint32_t i = 0; i < t->host_count; i++)
		if (!cd_host_at(&e->hosts, t->hosts[i].slot))
			ok = add(e, &t->hosts[i]) && ok;
	return ok;
}

/* It is connected to where it is now. */
static void move(struct cd_engine *e, struct cd_host *h, const struct cd_topology_host *t)
{
	struct cd_address address;
	char text[CD_ADDRESS_TEXT];
	const char *name;

	if (!address_of(e, t, &address, &name)) {
		cd_host_remove(h); /* it may come back */
		return;
	}
	if (!name)
		name = name_of(&address, text);
	else if (!strcmp(address.text, h->address.text) && !strcmp(name, h->name))
		return; /* its route has not changed */
	cd_log(e->options, COODIE_LOG_INFO, "%s: is at %s now", h->address.text, address.text);
	rename_host(h, name);
	cd_host_move(h, &address);
}

static void on_change(const struct cd_topology_host *before, const struct cd_topology_host *after,
		      unsigned what, void *user)
{
	struct cd_engine *e = user;
	struct cd_host *h = cd_host_at(&e->hosts, (after ? after : before)->slot);

	if (!after && h) {
		cd_log(e->options, COODIE_LOG_INFO, "%s: has left the cluster", h->address.text);
		cd_host_remove(h);
	} else if (after && h && what & CD_TOPOLOGY_MOVED && !e->options->client_routes) {
		move(e, h, after); /* new ones come when all that left are gone */
	}
}

/* Those whose routes have changed. */
static void follow_routes(struct cd_engine *e, const struct cd_topology *t)
{
	for (uint32_t i = 0; e->options->client_routes && i < t->host_count; i++) {
		struct cd_host *h = cd_host_at(&e->hosts, t->hosts[i].slot);
		if (h)
			move(e, h, &t->hosts[i]);
	}
}

/* Whether others would see a difference. */
static bool is_news(const struct cd_engine *e, const struct cd_topology *before,
		    const struct cd_topology *t)
{
	return !e->snapshot || e->snapshot->routes != e->control.routes.known ||
	       cd_topology_compare(before, t, NULL, NULL);
}

/* The texts of the hosts live in the topology. */
static void show(struct cd_engine *e, const struct cd_topology *t)
{
	for (uint32_t i = 0; i < t->host_count; i++) {
		const struct cd_topology_host *from = &t->hosts[i];
		struct cd_host *h = cd_host_at(&e->hosts, from->slot);
		if (!h)
			continue;
		h->view->host_id = from->host_id;
		h->view->datacenter = from->datacenter;
		h->view->rack = from->rack;
		h->view->release = from->release;
	}
}

/* The connection that was asked belongs to the host that answered, unless it goes by another
 * address: what listens there may lead to any node. One that follows has asked nobody. */
static void adopt(struct cd_engine *e, const struct cd_topology *t)
{
	struct cd_wire *w = e->control.wire;

	for (uint32_t i = 0; i < t->host_count && w && !w->host; i++) {
		struct cd_host *h = cd_host_at(&e->hosts, t->hosts[i].slot);
		if ((t->hosts[i].is_local || e->follows) && h &&
		    strcmp(h->address.text, w->link.address.text) == 0 &&
		    !cd_pool_is_stranger(h, w))
			cd_pool_adopt(h, w);
	}
}

/* A cluster that was not known is not alone any more: the node of slot 0 has its own slot now. */
static void forget_alone(struct cd_engine *e)
{
	struct cd_host *h = cd_host_at(&e->hosts, 0);

	if (!e->control.topology && h)
		cd_host_remove(h);
}

/* Of the node that was asked; NULL: not known. */
static const char *local_datacenter(const struct cd_topology *t)
{
	for (uint32_t i = 0; i < t->host_count; i++)
		if (t->hosts[i].is_local)
			return t->hosts[i].datacenter;
	return NULL;
}

bool cd_cluster_apply(struct cd_engine *e, struct cd_topology *take_topology)
{
	struct cd_topology *before = e->control.topology;
	bool whole;

	for (uint32_t i = 0; i < take_topology->note_count && !e->follows; i++)
		cd_log(e->options, COODIE_LOG_WARN, "%s", take_topology->notes[i]);
	forget_alone(e);
	e->control.topology = take_topology;
	if (!e->follows && is_news(e, before, take_topology))
		cd_control_publish(e);
	cd_topology_compare(before, take_topology, on_change, e);
	follow_routes(e, take_topology);
	whole = add_all(e, take_topology);
	show(e, take_topology);
	cd_engine_infer_datacenter(e, local_datacenter(take_topology));
	cd_topology_free(before);
	cd_engine_hosts_changed(e);
	cd_engine_refresh(e);
	cd_engine_follow_distances(e);
	adopt(e, take_topology);
	for (uint32_t i = 0; i < e->hosts.room; i++)
		if (e->hosts.at[i])
			cd_pool_fill(e->hosts.at[i]);
	return whole;
}

void cd_cluster_alone(struct cd_engine *e, struct cd_wire *w)
{
	struct cd_host *h = cd_host_at(&e->hosts, 0);
	char text[CD_ADDRESS_TEXT];
	const char *name = name_by(e, w, &w->link.address, text);
	coodie_error err;

	if (w->host)
		return;
	if (!h) {
		h = cd_host_add(e, 0, &w->link.address, name, &err);
	} else {
		rename_host(h, name);
		cd_host_move(h, &w->link.address);
	}
	if (h)
		cd_pool_adopt(h, w);
	else
		cd_log(e->options, COODIE_LOG_ERROR, "%s", err.message);
}

bool cd_cluster_is_up(struct cd_engine *e, const cql_inet *address, uint16_t port)
{
	const struct cd_topology *t = e->control.topology;
	const struct cd_topology_host *at = t ? cd_topology_find_address(t, address, port) : NULL;
	struct cd_host *h = at ? cd_host_at(&e->hosts, at->slot) : NULL;

	if (!h)
		return false;
	if (!h->up) {
		cd_pool_hurry(h);
		cd_pool_fill(h);
	}
	return true;
}
