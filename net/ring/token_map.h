/* SPDX-License-Identifier: MIT */
/* Which hosts keep a token of a keyspace: a ring and the placements of its keyspaces, of which those with
 * one replication share one. Immutable, counted; read by any thread. */
#ifndef NET_TOKEN_MAP_H
#define NET_TOKEN_MAP_H

#include "net/ring/placement.h"

/* What is to be known of a keyspace. */
struct cd_token_map_source {
	const char *name;
	const char *const *replication; /* key, value, ... as in system_schema.keyspaces */
	uint32_t pair_count;
	bool uses_tablets; /* its tables have places of their own: net/ring/tablets.h */
};

struct cd_token_map_keyspace {
	cql_text name;
	const struct cd_placement *placement; /* NULL: of tablets, or one too many */
	bool uses_tablets;
};

/* No such keyspace. */
#define CD_TOKEN_MAP_NOBODY UINT32_MAX
/* Keyspaces with yet another replication have no places. */
enum { CD_TOKEN_MAP_PLACEMENTS = 128 };

struct cd_token_map {
	atomic_uint refs;
	coodie_allocator allocator;
	struct cd_arena arena;
	uint64_t version;             /* one more with each; handles are of one version */
	struct cd_topology *topology; /* whose slots these are */
	struct cd_token_ring *ring;   /* NULL: nobody has tokens */
	const struct cd_token_map_keyspace *keyspaces; /* by their names */
	uint32_t keyspace_count;
	struct cd_placement **placements;
	uint32_t placement_count;
};

/* @param previous  parts of it that are still true are shared; NULL: none. The lists are copied.
 * @return with one reference; NULL: COODIE_ERR_NO_MEMORY */
struct cd_token_map *cd_token_map_new(const coodie_allocator *a,
				      const struct cd_token_map *previous,
				      struct cd_topology *topology,
				      const struct cd_token_map_source *keyspaces, uint32_t count,
				      coodie_error *err);
struct cd_token_map *cd_token_map_ref(struct cd_token_map *m); /* NULL is fine */
void cd_token_map_free(struct cd_token_map *m); /* gives a reference back; NULL is fine */

/* A keyspace's handle, for as long as the map's version is this one. CD_TOKEN_MAP_NOBODY: none. */
uint32_t cd_token_map_keyspace(const struct cd_token_map *m, cql_text name);

static inline const struct cd_placement *cd_token_map_placement(const struct cd_token_map *m,
								uint32_t handle)
{
	return handle < m->keyspace_count ? m->keyspaces[handle].placement : NULL;
}

/* Whether all tokens of a keyspace are kept by the same hosts. */
static inline bool cd_token_map_is_everywhere(const struct cd_token_map *m, uint32_t handle)
{
	const struct cd_placement *p = cd_token_map_placement(m, handle);

	return p && p->count && (!p->stride || p->count == m->topology->host_count);
}

/* The slots that keep a token of the cluster's partitioner, primary first. `*count` 0: nobody knows, or
 * all do. */
static inline const uint16_t *cd_token_map_replicas(const struct cd_token_map *m, uint32_t handle,
						    struct cd_token token, uint32_t *count)
{
	const struct cd_placement *p = cd_token_map_placement(m, handle);

	*count = 0;
	if (!p || !p->count)
		return NULL;
	*count = p->count;
	return cd_placement_at(p, p->stride ? cd_token_ring_find(m->ring, token) : 0);
}

#endif
