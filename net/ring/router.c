/* SPDX-License-Identifier: MIT */
/* Requests to replicas: tablets where a keyspace has them, else the ring. */
#include "net/ring/router.h"

#include <string.h>

#include <coodie/token.h>

#include "base/alloc.h"
#include "base/error.h"

void cd_router_init(struct cd_router *r, const coodie_allocator *a, uint32_t most_tablets)
{
	*r = (struct cd_router){ .allocator = a };
	cd_tablets_init(&r->tablets, a, most_tablets);
}

void cd_router_deinit(struct cd_router *r)
{
	cd_tablets_deinit(&r->tablets);
	cd_release(r->allocator, r->sharding);
	cd_token_map_free(r->map);
	cd_router_init(r, r->allocator, r->tablets.most);
}

/* ---- what is known of hosts ------------------------------------------------------------------ */

static bool make_room(struct cd_router *r, uint32_t room)
{
	if (room <= r->room)
		return true;
	struct cd_sharding *wider = cd_resize(r->allocator, r->sharding, room * sizeof *wider);
	if (!wider)
		return false;
	memset(wider + r->room, 0, (room - r->room) * sizeof *wider);
	r->sharding = wider;
	r->room = room;
	return true;
}

static bool is_same_host(const struct cd_topology_host *a, const struct cd_topology_host *b)
{
	return a && b && memcmp(&a->host_id, &b->host_id, sizeof a->host_id) == 0;
}

bool cd_router_set_map(struct cd_router *r, struct cd_token_map *map, coodie_error *err)
{
	const struct cd_topology *now = map->topology, *was = r->map ? r->map->topology : NULL;

	if (!make_room(r, now->slot_count))
		return cd_no_memory(err, "the shards of hosts");
	for (uint32_t slot = 0; slot < r->room; slot++)
		if (!was || !is_same_host(cd_topology_at(was, slot), cd_topology_at(now, slot)))
			r->sharding[slot] = (struct cd_sharding){ 0, 0 };
	cd_tablets_set_topology(&r->tablets, map->topology);
	cd_token_map_ref(map);
	cd_token_map_free(r->map);
	r->map = map;
	return true;
}

bool cd_router_set_sharding(struct cd_router *r, uint32_t slot, uint32_t count, unsigned ignore_msb)
{
	struct cd_sharding *at = slot < r->room ? &r->sharding[slot] : NULL, now = { 0, 0 };

	if (count && count < CD_ANY_SHARD && ignore_msb < 64)
		now = (struct cd_sharding){ (uint16_t)count, (uint8_t)ignore_msb };
	if (!at || (at->count == now.count && at->ignore_msb == now.ignore_msb))
		return false;
	*at = now;
	return true;
}

/* ---- replicas -------------------------------------------------------------------------------- */

/* By names: once per statement and map. */
static void look_up(struct cd_router *r, struct cd_routing *routing)
{
	uint32_t handle = cd_token_map_keyspace(r->map, routing->keyspace);

	routing->keyspace_handle = handle;
	routing->version = r->map->version;
	if (handle != CD_TOKEN_MAP_NOBODY && !r->map->keyspaces[handle].uses_tablets)
		routing->tablets_table = CD_TABLETS_NO_TABLE;
	else
		routing->tablets_table = cd_tablets_table(&r->tablets, routing->keyspace,
							  routing->table);
}

static void find_tablet(struct cd_router *r, uint32_t table, int64_t token, struct cd_replicas *out)
{
	const struct cd_tablet_replica *at;
	const struct cd_tablet *tablet = cd_tablets_find(&r->tablets, table, token, &at);

	out->block = cd_tablets_block(&r->tablets, tablet);
	if (!tablet)
		return;
	out->has_leader = tablet->has_version && at[0].slot < CD_TABLETS_STRANGER;
	for (uint32_t i = 0; i < tablet->count; i++) {
		if (at[i].slot >= CD_TABLETS_STRANGER)
			continue;
		uint16_t shards = r->sharding[at[i].slot].count;
		bool is_gone = shards && at[i].shard >= shards; /* it had more of them before */
		out->slots[out->count] = at[i].slot;
		out->shards[out->count++] = is_gone ? CD_ANY_SHARD : at[i].shard;
	}
}

static void find_in_ring(const struct cd_router *r, uint32_t keyspace, struct cd_token token,
			 struct cd_replicas *out)
{
	uint32_t count;
	const uint16_t *slots = cd_token_map_replicas(r->map, keyspace, token, &count);

	if (count > CD_REPLICAS_MOST)
		count = CD_REPLICAS_MOST;
	out->count = count;
	for (uint32_t i = 0; i < count; i++) {
		const struct cd_sharding *s = &r->sharding[slots[i]];
		out->slots[i] = slots[i];
		out->shards[i] = s->count ? (uint16_t)cql_shard_of_token(token.high, s->count,
									 s->ignore_msb)
					  : CD_ANY_SHARD;
	}
}

void cd_router_find(struct cd_router *r, struct cd_routing *routing, struct cd_token token,
		    struct cd_replicas *out)
{
	out->count = 0;
	out->has_token = true;
	out->has_leader = false;
	out->block = 0;
	out->token = token;
	if (!r->map)
		return;
	if (routing->version != r->map->version)
		look_up(r, routing);
	if (routing->tablets_table != CD_TABLETS_NO_TABLE)
		find_tablet(r, routing->tablets_table, token.high, out);
	if (!out->count)
		find_in_ring(r, routing->keyspace_handle, token, out);
}

void cd_router_route(struct cd_router *r, struct cd_routing *routing, const void *values,
		     size_t len, struct cd_replicas *out)
{
	struct cd_token token;

	if (r->map &&
	    cd_routing_token(routing, r->map->topology->partitioner, values, len, &token)) {
		cd_router_find(r, routing, token, out);
		return;
	}
	out->count = 0;
	out->has_token = false;
	out->has_leader = false;
	out->block = 0;
}

bool cd_router_everywhere(struct cd_router *r, struct cd_routing *routing, struct cd_replicas *out)
{
	if (!r->map || !routing->part_count)
		return false;
	if (routing->version != r->map->version)
		look_up(r, routing);
	if (routing->tablets_table != CD_TABLETS_NO_TABLE ||
	    !cd_token_map_is_everywhere(r->map, routing->keyspace_handle))
		return false;
	*out = (struct cd_replicas){ .count = 0 };
	find_in_ring(r, routing->keyspace_handle, out->token, out);
	for (uint32_t i = 0; i < out->count; i++)
		if (out->shards[i] != CD_ANY_SHARD)
			return false;
	return true;
}

bool cd_router_learn(struct cd_router *r, struct cd_routing *routing, const cql_tablet *tablet,
		     coodie_error *err)
{
	if (!routing->part_count)
		return true;
	uint32_t table = cd_tablets_table(&r->tablets, routing->keyspace, routing->table);
	if (table == CD_TABLETS_NO_TABLE)
		return cd_no_memory(err, "a table's tablets");
	routing->tablets_table = table;
	return cd_tablets_learn(&r->tablets, table, tablet, err);
}
