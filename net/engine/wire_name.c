/* SPDX-License-Identifier: MIT */
/* Names of wires: asked for, and taken. */
#include "net/engine/wire_name.h"

#include <string.h>

#include "net/engine/engine_impl.h"

bool cd_wire_name_wanted(const struct cd_engine *e, const struct cd_dial *d)
{
	const struct cd_host *h = d->host;
	cql_inet number;

	if (!e->options->resolve_names || !d->name)
		return false;
	return h ? h->by_number && !h->named : cql_inet_parse(d->name, &number, NULL);
}

static void on_named(void *user, const char *name, const coodie_error *why)
{
	struct cd_wire *w = user;
	struct cd_engine *e = w->engine;
	char number[CQL_INET_TEXT_SIZE];
	coodie_error err;

	cd_engine_enter(e);
	if (!name)
		cd_log(e->options, COODIE_LOG_WARN, "%s; it goes by its address", why->message);
	else
		w->called = cd_arena_strndup(&w->link.conn.arena, name, strlen(name));
	if (w->host)
		cd_host_named(w->host, name);
	cql_inet_format(cd_address_inet(&w->link.address), number);
	if (!cd_wire_connect(w, name ? name : number, &err))
		cd_wire_lose(w, &err);
	cd_engine_deliver(e);
	cd_engine_settle(e);
	cd_engine_leave(e);
}

bool cd_wire_name_ask(struct cd_wire *w, coodie_error *err)
{
	struct cd_engine *e = w->engine;
	const cql_inet inet = cd_address_inet(&w->link.address);

	return cd_resolver_name(&e->resolver, &w->naming, &inet, e->options->resolve_timeout_ms,
				on_named, w, err);
}
