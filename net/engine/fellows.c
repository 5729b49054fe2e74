/* SPDX-License-Identifier: MIT */
/* What the engines of one session tell each other, and what they make of it. */
#include "net/engine/fellows.h"

#include <string.h>

#include "base/error.h"
#include "net/engine/cluster.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"

enum { AGAIN_MS = 200, NAMES_SIZE = 256 };

/* ---- names on their way ----------------------------------------------------------------------- */

/* Of a table, or (has_name is not set) of a keyspace. */
struct names {
	uint16_t keyspace_len, name_len;
	bool has_name;
	char text[NAMES_SIZE]; /* one behind the other */
};

/* False: they are longer than names are. */
static bool put_names(struct names *n, cql_text keyspace, cql_text name)
{
	if (keyspace.len > NAMES_SIZE || name.len > NAMES_SIZE - keyspace.len)
		return false;
	n->keyspace_len = (uint16_t)keyspace.len;
	n->name_len = (uint16_t)name.len;
	n->has_name = name.data != NULL;
	if (keyspace.len)
		memcpy(n->text, keyspace.data, keyspace.len);
	if (name.len)
		memcpy(n->text + keyspace.len, name.data, name.len);
	return true;
}

static cql_text keyspace_of(const struct names *n)
{
	return (cql_text){ n->text, n->keyspace_len };
}

static cql_text name_of(const struct names *n)
{
	return (cql_text){ n->has_name ? n->text + n->keyspace_len : NULL, n->name_len };
}

/* ---- snapshots ---------------------------------------------------------------------------------- */

void cd_fellows_publish(struct cd_engine *e)
{
	if (e->fellows)
		e->fellows->publish(e->fellows->state, e->snapshot);
}

/* Nodes there is no memory for come later. */
static void apply(struct cd_engine *e)
{
	if (cd_cluster_apply(e, cd_topology_ref(e->snapshot->topology)))
		return;
	e->control.want_topology = true;
	if (!e->control.again.link)
		cd_engine_add_deadline(e, &e->control.again, AGAIN_MS);
}

void cd_fellows_follow(struct cd_engine *e, coodie_metadata *take_md)
{
	coodie_metadata *before = e->snapshot;
	coodie_error err;

	if (!take_md || e->freed || e->closed) {
		coodie_metadata_free(take_md);
		return;
	}
	e->snapshot = take_md;
	if (take_md->map && !cd_engine_set_map(e, take_md->map, &err))
		cd_log(e->options, COODIE_LOG_ERROR, "%s", err.message);
	bool is_rerouted = cd_control_routes_follow(e, take_md->routes);
	if (take_md->topology && (is_rerouted || take_md->topology != e->control.topology))
		apply(e);
	if (!before)
		cd_control_overtaken(e);
	coodie_metadata_free(before);
	cd_engine_arm(e);
}

void cd_fellows_follow_again(struct cd_engine *e)
{
	e->control.want_topology = false;
	apply(e);
}

void cd_fellows_call(struct cd_engine *e)
{
	if (e->fellows && !e->snapshot)
		e->fellows->call(e->fellows->state);
}

void cd_fellows_lead(struct cd_engine *e)
{
	struct cd_control *c = &e->control;

	if (e->freed || e->closing)
		return;
	c->was_up = true;
	c->want_round |= !c->wire;
	cd_engine_arm(e);
}

/* ---- what goes by mail ------------------------------------------------------------------------------------- */

static void tell(struct cd_engine *e, cd_news_fn *fn, const void *data, size_t len)
{
	e->fellows->tell(e->fellows->state, fn, data, len);
}

/* It may have a way by itself. */
static void hear_hopeless(struct cd_engine *e, const void *data)
{
	if (!e->snapshot && !e->control.wire && !e->control.dials)
		cd_control_hopeless(e, data);
}

void cd_fellows_tell_hopeless(struct cd_engine *e, const coodie_error *why)
{
	if (e->fellows && !e->follows)
		tell(e, hear_hopeless, why, sizeof *why);
}

struct up {
	cql_inet address;
	uint16_t port;
};

static void hear_up(struct cd_engine *e, const void *data)
{
	const struct up *up = data;

	cd_cluster_is_up(e, &up->address, up->port);
}

void cd_fellows_tell_up(struct cd_engine *e, const cql_inet *address, uint16_t port)
{
	const struct up up = { *address, port };

	if (e->fellows)
		tell(e, hear_up, &up, sizeof up);
}

struct change {
	struct names names;
	bool forget; /* the tablets of what was dropped */
};

static void hear_change(struct cd_engine *e, const void *data)
{
	const struct change *c = data;

	cd_prepared_cache_flush(&e->prepared);
	if (c->forget)
		cd_tablets_forget(&e->router.tablets, keyspace_of(&c->names), name_of(&c->names));
}

void cd_fellows_tell_change(struct cd_engine *e, const cql_schema_change *change)
{
	struct change c = { .forget = cd_control_schema_forgets(change) };

	if (!e->fellows)
		return;
	c.forget &= put_names(&c.names, change->keyspace, change->name);
	tell(e, hear_change, &c, sizeof c);
}

/* Whoever may be up is tried, and statements are prepared again; tablets are learned again. */
void cd_fellows_missed(struct cd_engine *e)
{
	cd_prepared_cache_flush(&e->prepared);
	for (uint32_t i = 0; i < e->hosts.room; i++)
		if (e->hosts.at[i] && !e->hosts.at[i]->up) {
			cd_pool_hurry(e->hosts.at[i]);
			cd_pool_fill(e->hosts.at[i]);
		}
}

/* ---- tablets ------------------------------------------------------------------------------------- */

struct tablet {
	struct names names;
	cql_tablet tablet; /* its replicas are these */
	cql_tablet_replica replicas[CD_TABLETS_REPLICAS];
};

static void hear_tablet(struct cd_engine *e, const void *data)
{
	const struct tablet *t = data;
	cql_tablet tablet = t->tablet;
	uint32_t table = cd_tablets_table(&e->router.tablets, keyspace_of(&t->names),
					  name_of(&t->names));

	tablet.replicas = t->replicas;
	if (table != CD_TABLETS_NO_TABLE) /* else it is learned once more */
		cd_tablets_learn(&e->router.tablets, table, &tablet, NULL);
}

void cd_fellows_tell_tablet(struct cd_engine *e, const struct cd_routing *routing,
			    const cql_tablet *tablet)
{
	struct tablet t = { .tablet = *tablet };
	uint32_t count = tablet->replica_count;

	if (!e->fellows || e->loop_count < 2 || !routing->keyspace.data ||
	    !put_names(&t.names, routing->keyspace, routing->table))
		return;
	count = count < CD_TABLETS_REPLICAS ? count : CD_TABLETS_REPLICAS;
	t.tablet.replica_count = count;
	memcpy(t.replicas, tablet->replicas, count * sizeof *t.replicas);
	tell(e, hear_tablet, &t, offsetof(struct tablet, replicas) + count * sizeof *t.replicas);
}
