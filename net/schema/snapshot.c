/* SPDX-License-Identifier: MIT */
/* Snapshots: topology and schema, counted themselves, and who keeps which token of both. */
#include "net/schema/snapshot.h"

#include "base/alloc.h"
#include "base/error.h"

static bool make_map(coodie_metadata *md, const coodie_metadata *previous, coodie_error *err)
{
	uint32_t count = md->schema ? md->schema->keyspace_count : 0;
	struct cd_token_map_source *sources;

	if (!md->topology)
		return true;
	sources = cd_alloc_array(&md->allocator, (size_t)count + 1, sizeof *sources);
	if (!sources)
		return cd_no_memory(err, "a token map");
	for (uint32_t i = 0; i < count; i++) {
		const coodie_keyspace_meta *ks = md->schema->keyspaces[i];

		sources[i] = (struct cd_token_map_source){ ks->name, ks->replication,
							   ks->replication_count, ks->has_tablets };
	}
	md->map = cd_token_map_new(&md->allocator, previous ? previous->map : NULL, md->topology,
				   sources, count, err);
	cd_release(&md->allocator, sources);
	return md->map != NULL;
}

coodie_metadata *cd_snapshot_new(const coodie_allocator *a, const coodie_metadata *previous,
				 struct cd_topology *topology, struct cd_schema *schema,
				 coodie_error *err)
{
	coodie_metadata *md = cd_alloc_zero(a, sizeof *md);

	if (!md) {
		cd_no_memory(err, "a snapshot of the metadata");
		return NULL;
	}
	atomic_init(&md->refs, 1);
	md->allocator = a ? *a : cd_malloc_allocator;
	md->version = previous ? previous->version + 1 : 1;
	md->topology = cd_topology_ref(topology);
	md->schema = cd_schema_ref(schema);
	if (!cd_snapshot_show_nodes(md))
		cd_no_memory(err, "the nodes of a snapshot");
	else if (make_map(md, previous, err))
		return md;
	coodie_metadata_free(md);
	return NULL;
}

coodie_metadata *cd_snapshot_ref(coodie_metadata *md)
{
	if (md)
		atomic_fetch_add_explicit(&md->refs, 1, memory_order_relaxed);
	return md;
}

void coodie_metadata_free(coodie_metadata *md)
{
	if (!md || atomic_fetch_sub_explicit(&md->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_allocator a = md->allocator;
	cd_token_map_free(md->map);
	cd_release(&a, md->nodes);
	cd_schema_free(md->schema);
	cd_topology_free(md->topology);
	cd_routes_free(md->routes);
	cd_release(&a, md);
}

uint64_t coodie_metadata_version(const coodie_metadata *md)
{
	return md ? md->version : 0;
}
