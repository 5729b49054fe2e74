/* SPDX-License-Identifier: MIT */
/* What a session knows about its cluster at one moment: immutable, counted, held by any thread. */
#ifndef NET_SNAPSHOT_H
#define NET_SNAPSHOT_H

#include <coodie/host.h>

#include "net/ring/routes.h"
#include "net/ring/token_map.h"
#include "net/schema/schema.h"

struct coodie_metadata {
	atomic_uint refs;
	coodie_allocator allocator;
	uint64_t version;
	struct cd_topology *topology; /* NULL: not known (yet) */
	struct cd_routes *routes;     /* where its hosts are connected to; NULL: at its addresses */
	struct cd_schema *schema;     /* NULL: not read (yet), or switched off */
	struct cd_token_map *map;     /* of both; NULL: there is no topology */
	coodie_host *nodes;           /* of the topology, as users see them; texts are its own */
};

/* With one reference, and of the version behind that of `previous` (NULL: none), whose token map is
 * shared where it still holds. Takes references to the parts, which may be NULL.
 * @return NULL: out of memory */
coodie_metadata *cd_snapshot_new(const coodie_allocator *a, const coodie_metadata *previous,
				 struct cd_topology *topology, struct cd_schema *schema,
				 coodie_error *err);
/* Fills in `nodes`. False: out of memory. */
bool cd_snapshot_show_nodes(coodie_metadata *md);
coodie_metadata *cd_snapshot_ref(coodie_metadata *md); /* NULL is fine */

#endif
