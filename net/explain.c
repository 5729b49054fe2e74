/* SPDX-License-Identifier: MIT */
/* Where requests would go, asked and not sent. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "net/engine_impl.h"
#include "net/route.h"
#include "net/session.h"

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

coodie_route *coodie_route_prepared(coodie_session *s, coodie_prepared *p, cql_args args,
				    const coodie_request *r, coodie_error *err)
{
	coodie_request request = { 0 };
	coodie_route *route = NULL;

	cd_clear(err);
	if (!p)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "route: no prepared statement was given");
	if (r && !cd_take_struct(&request, sizeof request, r, "coodie_request", err))
		return NULL;
	struct cd_engine *e = cd_session_engine(s, "route", err);
	struct cd_request *draft = e ? cd_engine_draft(e, p, &request, err) : NULL;
	if (!draft)
		return NULL;
	if (cd_request_encode(draft, args.values, args.count, err))
		route = explain(e, draft, err);
	cd_engine_drop(e, draft);
	return route;
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

coodie_groups *coodie_group_prepared(coodie_session *s, coodie_prepared *p, const cql_args *items,
				     size_t count, size_t most, coodie_error *err)
{
	const coodie_request none = { .size = sizeof none };
	coodie_groups *groups = NULL;

	cd_clear(err);
	if (!p || (count && !items) || count > UINT32_MAX)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "group: no prepared statement, or no items were given");
	struct cd_engine *e = cd_session_engine(s, "group", err);
	struct cd_request *r = e ? cd_engine_draft(e, p, &none, err) : NULL;
	if (!r)
		return NULL;
	struct cd_group_item *found = cd_alloc_array(e->allocator, count + 1, sizeof *found);
	if (!found)
		cd_no_memory(err, "groups");
	else if (find_items(e, r, items, (uint32_t)count, found, err))
		groups = cd_groups_new(e->allocator, found, (uint32_t)count, most, host_of, e, err);
	cd_release(e->allocator, found);
	cd_engine_drop(e, r);
	return groups;
}
