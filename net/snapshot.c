/* SPDX-License-Identifier: MIT */
/* Snapshots: parts that are counted themselves, under one version. */
#include "net/snapshot.h"

#include "base/alloc.h"
#include "base/error.h"

coodie_metadata *cd_snapshot_new(const coodie_allocator *a, uint64_t version,
				 struct cd_schema *take_schema, coodie_error *err)
{
	coodie_metadata *md = cd_alloc_zero(a, sizeof *md);

	if (!md) {
		cd_no_memory(err, "a snapshot of the metadata");
		return NULL;
	}
	atomic_init(&md->refs, 1);
	md->allocator = a ? *a : cd_malloc_allocator;
	md->version = version;
	md->schema = take_schema;
	return md;
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
	cd_schema_free(md->schema);
	cd_release(&a, md);
}

uint64_t coodie_metadata_version(const coodie_metadata *md)
{
	return md ? md->version : 0;
}
