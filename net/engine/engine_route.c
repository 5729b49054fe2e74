/* SPDX-License-Identifier: MIT */
/* The engine's router: what it is fed with, and what it says of a request. */
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "base/cql_arena.h"

/* ---- what it knows --------------------------------------------------------------------------- */

bool cd_engine_set_map(struct cd_engine *e, struct cd_token_map *map, coodie_error *err)
{
	if (!cd_router_set_map(&e->router, map, err))
		return false;
	cd_engine_changed(e);
	/* of hosts that were connected to before there was a map */
	for (uint32_t slot = 0; slot < e->hosts.room; slot++) {
		const struct cd_host *h = cd_host_at(&e->hosts, slot);
		if (h && h->nr_shards)
			cd_router_set_sharding(&e->router, slot, h->nr_shards, h->ignore_msb);
	}
	return true;
}

/* ---- what it is asked ------------------------------------------------------------------------ */

/* The statement that decides where a request goes, with its values. NULL: none does. */
static struct cd_routing *routing_of(const struct cd_request *r, struct cd_span *values)
{
	if (r->kind == CD_REQUEST_BATCH)
		return cd_batch_routing(r, values);
	if (!r->prepared || !r->encoded)
		return NULL; /* and there need not be anything kept */
	*values = (struct cd_span){ r->kept.data + r->values.at, r->values.len };
	return &r->prepared->routing;
}

void cd_engine_route(struct cd_engine *e, struct cd_request *r, struct cd_replicas *out)
{
	struct cd_span values;
	struct cd_routing *routing = routing_of(r, &values);

	if (routing) {
		cd_router_route(&e->router, routing, values.at, values.len, out);
		r->tablet_block = out->block;
		return;
	}
	out->count = 0;
	out->has_token = false;
	out->has_leader = false;
}

/* ---- what answers tell it -------------------------------------------------------------------- */

/* What comes with a payload comes seldom: a request that went to a wrong place. */
void cd_engine_learn(struct cd_engine *e, const struct cd_wire *w, struct cd_request *r,
		     const cql_envelope *answer)
{
	const struct cd_extensions *x = &w->link.conn.extensions;
	struct cql_arena scratch;
	coodie_error err = { 0 };
	cql_tablet tablet;
	cql_message m;

	struct cd_span values;
	struct cd_routing *routing = routing_of(r, &values);

	if (!routing || !(x->tablets_v1 || x->terms.tablets_v2))
		return;
	scratch.allocator = *e->allocator;
	cd_arena_init(&scratch.arena, e->allocator, 0);
	if (cd_message_read(answer, &x->terms, &scratch.arena, &m, &err) &&
	    cql_message_tablet(&m, &scratch, &tablet, &err)) {
		cd_counters_count(w->tally.counters, CD_METRIC_WRONG_TABLET);
		cd_router_learn(&e->router, routing, &tablet, &err);
		cd_fellows_tell_tablet(e, routing, &tablet);
	}
	if (err.code != COODIE_OK)
		cd_log_limited(e->options, w->host ? &w->host->said : &e->said, CD_LOG_PROTOCOL,
			       cd_engine_now(e), COODIE_LOG_WARN, "%s: %s", w->link.address.text,
			       err.message);
	cd_arena_deinit(&scratch.arena);
}
