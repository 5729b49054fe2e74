/* SPDX-License-Identifier: MIT */
/* Schemas and keyspaces: counted, found by name, given back. */
#include "net/schema/schema.h"

#include <string.h>

#include "base/alloc.h"

struct cd_schema *cd_schema_ref(struct cd_schema *s)
{
	if (s)
		atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

void cd_schema_free(struct cd_schema *s)
{
	if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_allocator a = s->allocator;
	for (uint32_t i = 0; i < s->keyspace_count; i++)
		cd_schema_keyspace_free(s->keyspaces[i]);
	cd_release(&a, s);
}

const coodie_keyspace_meta *cd_schema_keyspace(const struct cd_schema *s, const char *name)
{
	uint32_t low = 0, high = s ? s->keyspace_count : 0;

	while (name && low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, s->keyspaces[middle]->name);

		if (order == 0)
			return s->keyspaces[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void cd_schema_keyspace_free(coodie_keyspace_meta *ks)
{
	if (!ks || atomic_fetch_sub_explicit(&ks->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_allocator a = ks->allocator;
	for (struct cd_schema_held *h = ks->held; h; h = h->next)
		cd_metadata_free(h->metadata);
	cd_arena_deinit(&ks->arena);
	cd_release(&a, ks);
}
