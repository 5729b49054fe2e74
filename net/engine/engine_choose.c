/* SPDX-License-Identifier: MIT */
/* Which host a request goes to, and by which of its connections: the balancer's first choice when
 * that one has room, else the next of its plan. */
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"

/* As the server or the text says, or as a read it is to wait for such writes (S8). */
static inline bool is_lwt(const struct cd_request *r)
{
	return r->is_lwt || (r->prepared && r->prepared->is_lwt) ||
	       (r->is_read && cd_consistency_is_serial(r->params.consistency));
}

/* The statement whose table it is about. NULL: none that is known. */
static const struct cd_routing *place_of(const struct cd_request *r)
{
	struct cd_span values;

	if (r->kind == CD_REQUEST_BATCH)
		return cd_batch_routing(r, &values);
	return r->prepared ? &r->prepared->routing : NULL;
}

void cd_engine_intent(const struct cd_engine *e, const struct cd_request *r,
		      const struct cd_replicas *replicas, coodie_intent *out)
{
	const bool has_token = replicas && replicas->has_token;
	const struct cd_routing *place = place_of(r);

	*out = (coodie_intent){
		.size = sizeof *out,
		.keyspace = place ? place->keyspace.data : NULL,
		.table = place ? place->table.data : NULL,
		.consistency = r->params.consistency,
		.serial_consistency = r->params.serial_consistency,
		.has_token = has_token,
		.is_lwt = is_lwt(r),
		.is_idempotent = r->idempotent,
		.is_read = r->is_read,
		.is_batch = r->kind == CD_REQUEST_BATCH,
		.has_leader = replicas && replicas->has_leader,
		.token = has_token ? replicas->token.high : 0,
		.loop = e->loop_index,
		.turn = r->turn,
		.random = r->random,
	};
}

/* ---- among the hosts of a plan ---------------------------------------------------------------- */

static bool was_tried(const struct cd_request *r, uint32_t slot)
{
	uint32_t n = r->attempts < CD_TRIED ? r->attempts : CD_TRIED;

	while (n-- > 0)
		if (r->tried[n] == slot)
			return true;
	return false;
}

/* The shard that keeps what is asked for; -1: any. */
static inline int32_t shard_of(const struct cd_replicas *replicas, uint32_t slot)
{
	for (uint32_t i = 0; i < replicas->count; i++)
		if (replicas->slots[i] == slot)
			return replicas->shards[i] == CD_ANY_SHARD ? -1 : replicas->shards[i];
	return -1;
}

static inline struct cd_wire *wire_of(const struct cd_engine *e, const struct cd_replicas *replicas,
				      uint32_t slot)
{
	const struct cd_host *h = cd_host_at(&e->hosts, slot);

	return h && cd_limit_allows(&h->limit, h->view->in_flight)
		       ? cd_pool_pick(h, shard_of(replicas, slot))
		       : NULL;
}

/* Whether there is a connection, or soon may be. */
static bool has_hope(const struct cd_host *h)
{
	return h && (h->up || h->opening || !h->backoff.failures);
}

/* No host of the plan has room: `err` says whether it is worth waiting. */
static struct cd_wire *none_of(const struct cd_engine *e, size_t count, coodie_error *err)
{
	struct cd_wire *control = e->control.wire;

	cd_clear(err);
	/* until the hosts are known, and their connections are there */
	if (control && !control->host && cd_wire_has_room(control))
		return control;
	if (!e->hosts.count || !e->hosts.up) /* a round begins, and its end tells */
		return NULL;
	if (e->hosts_stale && !count)
		return cd_no_memory(err, "a balancer"), NULL;
	for (size_t i = 0; i < count; i++) {
		struct cd_host *h = cd_host_at(&e->hosts, e->order[i]);
		if (!has_hope(h))
			continue;
		cd_pool_want(h);
		return NULL;
	}
	if (count == 0)
		cd_fail(err, COODIE_ERR_CONNECT,
			"none of %" PRIu32 " nodes may be asked: see local_datacenter, allow and "
			"deny, or the balancer",
			e->hosts.count);
	else
		cd_fail(err, COODIE_ERR_CONNECT, "none of %zu nodes that may be asked is connected",
			count);
	return NULL;
}

/* The first of the plan that has room; those that were tried come last. */
static struct cd_wire *choose_next(struct cd_engine *e, const struct cd_request *r,
				   const coodie_intent *intent, const struct cd_replicas *replicas,
				   coodie_error *err)
{
	struct cd_balancer *b = cd_engine_profile(e, r)->balancer;
	struct cd_wire *second_best = NULL;
	size_t n = cd_balancer_plan(b, intent, e->hosts.views, replicas->slots, replicas->count,
				    e->order, e->order_room);

	for (size_t i = 0; i < n; i++) {
		bool tried = was_tried(r, e->order[i]);
		struct cd_wire *w = tried && second_best ? NULL : wire_of(e, replicas, e->order[i]);
		if (w && !tried)
			return w;
		second_best = second_best ? second_best : w;
	}
	return second_best ? second_best : none_of(e, n, err);
}

/* ---- the node that was asked for (L9) --------------------------------------------------------- */

static struct cd_host *find_node(const struct cd_engine *e, const cql_inet *node)
{
	for (uint32_t i = 0; i < e->hosts.room; i++) {
		struct cd_host *h = e->hosts.at[i];
		if (!h)
			continue;
		const cql_inet at = cd_address_inet(&h->address);
		if (at.length == node->length && memcmp(at.address, node->address, at.length) == 0)
			return h;
	}
	return NULL;
}

static struct cd_wire *choose_node(const struct cd_engine *e, const struct cd_request *r,
				   coodie_error *err)
{
	struct cd_host *h = find_node(e, &r->node);

	cd_clear(err);
	if (h && h->up)
		return cd_pool_pick(h, r->shard);
	if (!h && (e->control.asked || (e->follows && !e->snapshot))) /* they are not known yet */
		return NULL;
	if (h && has_hope(h) && h->view->distance != COODIE_DISTANCE_IGNORED) {
		cd_pool_want(h);
		return NULL;
	}
	if (h)
		cd_fail(err, COODIE_ERR_CONNECT, "%s is not connected", h->address.text);
	else
		cd_fail(err, COODIE_ERR_INVALID, "the cluster has no node of this address");
	return NULL;
}

/* ---- one request ------------------------------------------------------------------------------ */

/* What is decided by chance is decided once. Those with a token do not take turns, which would then not
 * be even for the others; where their replicas are not known, or not there, chance spreads them. */
static inline void draw(struct cd_engine *e, struct cd_request *r, bool has_token)
{
	r->drawn = true;
	r->random = cd_random_next(&e->chance);
	r->turn = has_token ? (uint32_t)r->random : e->turns++;
}

struct cd_wire *cd_engine_choose(struct cd_engine *e, struct cd_request *r, coodie_error *err)
{
	struct cd_replicas replicas;
	coodie_intent intent;

	if (!e->hosts.up) {
		cd_clear(err);
		return NULL;
	}
	if (e->hosts_stale)
		cd_engine_refresh(e);
	if (r->has_node)
		return choose_node(e, r, err);
	cd_engine_route(e, r, &replicas);
	if (!r->drawn)
		draw(e, r, replicas.has_token);
	cd_engine_intent(e, r, &replicas, &intent);
	if (!r->attempts) {
		struct cd_balancer *b = cd_engine_profile(e, r)->balancer;
		uint32_t slot = cd_balancer_first(b, &intent, e->hosts.views, replicas.slots,
						  replicas.count);
		struct cd_wire *w = wire_of(e, &replicas, slot);
		if (w)
			return w;
		struct cd_host *h = cd_host_at(&e->hosts, slot);
		if (h)
			cd_pool_want(h);
	}
	struct cd_wire *same = r->stay ? wire_of(e, &replicas, r->stay - 1) : NULL;
	return same ? same : choose_next(e, r, &intent, &replicas, err);
}

size_t cd_engine_plan(struct cd_engine *e, struct cd_request *r, struct cd_replicas *replicas)
{
	coodie_intent intent;

	if (e->hosts_stale)
		cd_engine_refresh(e);
	cd_engine_route(e, r, replicas);
	if (!r->drawn)
		draw(e, r, replicas->has_token);
	cd_engine_intent(e, r, replicas, &intent);
	return cd_balancer_plan(cd_engine_profile(e, r)->balancer, &intent, e->hosts.views,
				replicas->slots, replicas->count, e->order, e->order_room);
}

struct cd_wire *cd_engine_choose_other(struct cd_engine *e, struct cd_request *r)
{
	struct cd_replicas replicas;
	size_t n = cd_engine_plan(e, r, &replicas);

	for (size_t i = 0; i < n; i++) {
		struct cd_wire *w = was_tried(r, e->order[i]) ? NULL
							      : wire_of(e, &replicas, e->order[i]);
		if (w)
			return w;
	}
	return NULL;
}
