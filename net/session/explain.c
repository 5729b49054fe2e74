/* SPDX-License-Identifier: MIT */
/* Where requests would go, asked and not sent. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "net/engine/engine_impl.h"
#include "net/session/route.h"
#include "net/session/session.h"

/* ---- one request ------------------------------------------------------------------------------ */

static coodie_target target_of(const struct cd_engine *e, const struct cd_replicas *replicas,
			       uint32_t slot)
{
	coodie_target t = { .host = e->hosts.views[slot], .shard = -1 };

	for (uint32_t i = 0; i < replicas->count && !t.is_replica; i++)
		if (replicas->slots[i] == slot) {
			t.is_replica = true;
			t.shard = replicas->shards[i] == CD_ANY_SHARD ? -1 : replicas->shards[i];
		}
	return t;
}

static coodie_route *explain(struct cd_engine *e, struct cd_request *r, coodie_error *err)
{
	struct cd_replicas replicas;
	size_t count = cd_engine_plan(e, r, &replicas);
	coodie_target *targets = cd_alloc_array(e->allocator, count + 1, sizeof *targets);
	const bool is_murmur3 = replicas.has_token && e->control.topology &&
				e->control.topology->partitioner == CD_PARTITIONER_MURMUR3;

	if (!targets)
		return cd_no_memory(err, "a route"), NULL;
	for (size_t i = 0; i < count; i++)
		targets[i] = target_of(e, &replicas, e->order[i]);
	coodie_route *route = cd_route_new(e->allocator, is_murmur3 ? &replicas.token.high : NULL,
					   targets, count, err);
	cd_release(e->allocator, targets);
	return route;
}

/* What is asked of an engine. */
struct question {
	void (*answer)(struct cd_engine *e, struct cd_request *r, struct question *q);
	coodie_prepared *prepared;
	const coodie_request *request;
	cql_args args;         /* of a route */
	const cql_args *items; /* of groups: */
	uint32_t count;
	size_t most;
	coodie_route *route;
	coodie_groups *groups;
	coodie_error *err;
};

/* A request as it would be sent by this engine; the statement may be another one's. */
static struct cd_request *draft(struct cd_engine *e, const struct question *q,
				struct coodie_prepared *look)
{
	bool is_own = q->prepared->engine == e;

	if (!is_own)
		cd_prepared_look(look, q->prepared);
	return cd_engine_draft(e, is_own ? q->prepared : look, q->request, q->err);
}

static void consider(void *engine, void *user)
{
	struct question *q = user;
	struct coodie_prepared look;
	struct cd_request *r = draft(engine, q, &look);

	if (!r)
		return;
	q->answer(engine, r, q);
	cd_engine_drop(engine, r);
}

static void find_route(struct cd_engine *e, struct cd_request *r, struct question *q)
{
	if (cd_request_encode(r, q->args.values, q->args.count, q->err))
		q->route = explain(e, r, q->err);
}

coodie_route *coodie_route_prepared(coodie_session *s, coodie_prepared *p, cql_args args,
				    const coodie_request *r, coodie_error *err)
{
	coodie_request request = { 0 };
	struct question q = {
		.answer = find_route, .prepared = p, .request = &request, .args = args, .err = err
	};

	cd_clear(err);
	if (!p)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "route: no prepared statement was given");
	if (r && !cd_take_struct(&request, sizeof request, r, "coodie_request", err))
		return NULL;
	if (args.count && !args.values)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "route: %zu binds, but their array is NULL", args.count);
	cd_session_ask(s, "route", consider, &q, err);
	return q.route;
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* Of the replicas the first that is near, as a balancer would have it; else the first. */
static uint32_t nearest(const struct cd_engine *e, const struct cd_replicas *r)
{
	for (uint32_t i = 0; i < r->count; i++) {
		const struct cd_host *h = cd_host_at(&e->hosts, r->slots[i]);
		if (h && h->view->distance == COODIE_DISTANCE_LOCAL)
			return i;
	}
	return 0;
}

static const coodie_host *host_of(void *user, uint32_t slot)
{
	const struct cd_engine *e = user;
	const struct cd_host *h = cd_host_at(&e->hosts, slot);

	return h ? h->view : NULL;
}

/* Puts other values in the place of those that are there. */
static bool encode_again(struct cd_request *r, cql_args args, coodie_error *err)
{
	cd_buffer_truncate(&r->kept, r->values.at);
	r->encoded = false;
	return cd_request_encode(r, args.values, args.count, err);
}

static bool find_items(struct cd_engine *e, struct cd_request *r, const cql_args *items,
		       uint32_t count, struct cd_group_item *out, coodie_error *err)
{
	struct cd_replicas replicas;

	for (uint32_t i = 0; i < count; i++) {
		if (!encode_again(r, items[i], err)) {
			cd_error_prefix(err, "item %u", (unsigned)i);
			return false;
		}
		cd_engine_route(e, r, &replicas);
		out[i] = cd_group_item_of(&replicas, nearest(e, &replicas));
	}
	return true;
}

static void find_groups(struct cd_engine *e, struct cd_request *r, struct question *q)
{
	struct cd_group_item *found = cd_alloc_array(e->allocator, q->count + 1u, sizeof *found);

	if (!found)
		cd_no_memory(q->err, "groups");
	else if (find_items(e, r, q->items, q->count, found, q->err))
		q->groups = cd_groups_new(e->allocator, found, q->count, q->most, host_of, e,
					  q->err);
	cd_release(e->allocator, found);
}

coodie_groups *coodie_group_prepared(coodie_session *s, coodie_prepared *p, const cql_args *items,
				     size_t count, size_t most, coodie_error *err)
{
	const coodie_request none = { .size = sizeof none };
	struct question q = { .answer = find_groups,
			      .prepared = p,
			      .request = &none,
			      .items = items,
			      .count = (uint32_t)count,
			      .most = most,
			      .err = err };

	cd_clear(err);
	if (!p || (count && !items) || count >= UINT32_MAX)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "group: no prepared statement, or no items were given");
	for (size_t i = 0; i < count; i++)
		if (items[i].count && !items[i].values)
			return cd_fail_null(
				err, COODIE_ERR_INVALID,
				"group: item %zu has %zu binds, but their array is NULL", i + 1,
				items[i].count);
	cd_session_ask(s, "group", consider, &q, err);
	return q.groups;
}
