/* SPDX-License-Identifier: MIT */
/* The nodes of a snapshot, and who keeps a token. */
#include <string.h>

#include "base/address.h"
#include "base/alloc.h"
#include "net/schema/snapshot.h"

static coodie_host show(const struct cd_topology_host *from)
{
	coodie_host h = { .size = sizeof h,
			  .host_id = from->host_id,
			  .datacenter = from->datacenter,
			  .rack = from->rack,
			  .release = from->release,
			  .is_up = true };
	struct cd_address address;

	if (cd_address_from_inet(&from->address, from->port, &address) &&
	    strlen(address.text) < sizeof h.address)
		memcpy(h.address, address.text, strlen(address.text) + 1);
	return h;
}

bool cd_snapshot_show_nodes(coodie_metadata *md)
{
	const struct cd_topology *t = md->topology;

	if (!t)
		return true;
	md->nodes = cd_alloc_array(&md->allocator, t->host_count, sizeof *md->nodes);
	for (uint32_t i = 0; md->nodes && i < t->host_count; i++)
		md->nodes[i] = show(&t->hosts[i]);
	return md->nodes;
}

static const struct cd_topology *topology_of(const coodie_metadata *md)
{
	return md ? md->topology : NULL;
}

const char *coodie_metadata_cluster_name(const coodie_metadata *md)
{
	const struct cd_topology *t = topology_of(md);

	return t ? t->cluster_name : "";
}

const char *coodie_metadata_partitioner(const coodie_metadata *md)
{
	const struct cd_topology *t = topology_of(md);

	return t ? t->partitioner_name : "";
}

bool coodie_metadata_is_scylla(const coodie_metadata *md)
{
	const struct cd_topology *t = topology_of(md);

	return t && t->is_scylla;
}

size_t coodie_metadata_node_count(const coodie_metadata *md)
{
	const struct cd_topology *t = topology_of(md);

	return t ? t->host_count : 0;
}

const coodie_host *coodie_metadata_node_at(const coodie_metadata *md, size_t i)
{
	return i < coodie_metadata_node_count(md) ? &md->nodes[i] : NULL;
}

/* Hosts stand in the order of their slots. */
static size_t index_of(const struct cd_topology *t, uint16_t slot)
{
	size_t low = 0, high = t->host_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (t->hosts[middle].slot < slot)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t coodie_metadata_replicas(const coodie_metadata *md, const char *keyspace, int64_t token,
				size_t *nodes, size_t max)
{
	const struct cd_token_map *map = md ? md->map : NULL;
	uint32_t count;

	if (!map || !keyspace || !map->ring || map->ring->partitioner != CD_PARTITIONER_MURMUR3)
		return 0;
	const uint16_t *slots = cd_token_map_replicas(
		map, cd_token_map_keyspace(map, cql_text_of(keyspace)),
		(struct cd_token){ token, 0 }, &count);
	for (uint32_t i = 0; i < count && i < max; i++)
		nodes[i] = index_of(map->topology, slots[i]);
	return count;
}
