/* SPDX-License-Identifier: MIT */
/* Token maps: what is still true of the last one is shared, the rest is made anew. */
#include "net/ring/token_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

/* ---- placements ------------------------------------------------------------------------------ */

static struct cd_placement *find_placement(struct cd_placement *const *list, uint32_t count,
					   const struct cd_replication *r)
{
	for (uint32_t i = 0; i < count; i++)
		if (cd_replication_same(&list[i]->replication, r))
			return list[i];
	return NULL;
}

/* A placement for a replication: the map's, the last one's, or a new one. False: out of memory. */
static bool take_placement(struct cd_token_map *m, const struct cd_token_map *previous,
			   const struct cd_token_map_source *from, const struct cd_placement **out)
{
	struct cd_replication r;
	struct cd_placement *p;
	struct cd_arena scratch;
	bool ok;

	cd_arena_init(&scratch, &m->allocator, 0);
	ok = cd_replication_parse(from->replication, from->pair_count, &scratch, &r);
	p = ok ? find_placement(m->placements, m->placement_count, &r) : NULL;
	if (ok && !p && m->placement_count < CD_TOKEN_MAP_PLACEMENTS) {
		if (previous && previous->ring == m->ring)
			p = cd_placement_ref(find_placement(previous->placements,
							    previous->placement_count, &r));
		if (!p)
			p = cd_placement_new(&m->allocator, m->topology, m->ring, from->replication,
					     from->pair_count);
		ok = p != NULL;
		if (p)
			m->placements[m->placement_count++] = p;
	}
	cd_arena_deinit(&scratch);
	*out = p;
	return ok;
}

/* ---- keyspaces ------------------------------------------------------------------------------- */

static int compare_texts(cql_text a, cql_text b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int compare_names(const void *a, const void *b)
{
	const struct cd_token_map_keyspace *x = a, *y = b;

	return compare_texts(x->name, y->name);
}

static bool add_keyspaces(struct cd_token_map *m, const struct cd_token_map *previous,
			  const struct cd_token_map_source *from, uint32_t count)
{
	uint32_t most = count < CD_TOKEN_MAP_PLACEMENTS ? count : CD_TOKEN_MAP_PLACEMENTS;
	struct cd_token_map_keyspace *list = cd_arena_take_array(&m->arena, count, sizeof *list);

	m->placements = cd_arena_take_array(&m->arena, most, sizeof(void *));
	if (!list || !m->placements)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		list[i].uses_tablets = from[i].uses_tablets;
		list[i].name = cql_text_of(
			cd_arena_strndup(&m->arena, from[i].name, strlen(from[i].name)));
		if (!list[i].name.data ||
		    (!from[i].uses_tablets &&
		     !take_placement(m, previous, &from[i], &list[i].placement)))
			return false;
	}
	qsort(list, count, sizeof *list, compare_names);
	m->keyspaces = list;
	m->keyspace_count = count;
	return true;
}

/* ---- maps ------------------------------------------------------------------------------------ */

/* Whether the last ring, and who is where, is still true. */
static bool is_same_ring(const struct cd_token_map *previous, const struct cd_topology *t)
{
	const struct cd_topology *was = previous ? previous->topology : NULL;

	return was && (was == t || (cd_topology_same_slots(was, t) &&
				    !(cd_topology_compare(was, t, NULL, NULL) & CD_TOPOLOGY_RING)));
}

static bool take_ring(struct cd_token_map *m, const struct cd_token_map *previous,
		      coodie_error *err)
{
	coodie_error why = { 0 };

	if (is_same_ring(previous, m->topology)) {
		if (previous->ring)
			m->ring = cd_token_ring_ref(previous->ring);
		return true;
	}
	m->ring = cd_token_ring_new(&m->allocator, m->topology, &why);
	cd_error_copy(err, &why);
	return m->ring || why.code == COODIE_OK;
}

struct cd_token_map *cd_token_map_new(const coodie_allocator *a,
				      const struct cd_token_map *previous,
				      struct cd_topology *topology,
				      const struct cd_token_map_source *keyspaces, uint32_t count,
				      coodie_error *err)
{
	struct cd_token_map *m = cd_alloc_zero(a, sizeof *m);

	cd_clear(err);
	if (m) {
		atomic_init(&m->refs, 1);
		m->allocator = a ? *a : cd_malloc_allocator;
		cd_arena_init(&m->arena, &m->allocator, 0);
		m->version = previous ? previous->version + 1 : 1;
		m->topology = cd_topology_ref(topology);
		if (take_ring(m, previous, err) && add_keyspaces(m, previous, keyspaces, count))
			return m;
	}
	cd_no_memory(err, "a token map");
	cd_token_map_free(m);
	return NULL;
}

struct cd_token_map *cd_token_map_ref(struct cd_token_map *m)
{
	if (m)
		atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void cd_token_map_free(struct cd_token_map *m)
{
	if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_allocator a = m->allocator;
	for (uint32_t i = 0; i < m->placement_count; i++)
		cd_placement_free(m->placements[i]);
	cd_token_ring_free(m->ring);
	cd_topology_free(m->topology);
	cd_arena_deinit(&m->arena);
	cd_release(&a, m);
}

uint32_t cd_token_map_keyspace(const struct cd_token_map *m, cql_text name)
{
	uint32_t low = 0, high = m->keyspace_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_texts(m->keyspaces[middle].name, name);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return CD_TOKEN_MAP_NOBODY;
}
