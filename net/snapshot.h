/* SPDX-License-Identifier: MIT */
/* What a session knows about its cluster at one moment: immutable, counted, held by any thread. */
#ifndef NET_SNAPSHOT_H
#define NET_SNAPSHOT_H

#include "net/schema.h"

struct coodie_metadata {
	atomic_uint refs;
	coodie_allocator allocator;
	uint64_t version;
	struct cd_schema *schema; /* NULL: not read (yet), or switched off */
};

/* With one reference. @param take_schema  its reference; may be NULL; kept by the caller when this
 * fails (NULL, out of memory) */
coodie_metadata *cd_snapshot_new(const coodie_allocator *a, uint64_t version,
				 struct cd_schema *take_schema, coodie_error *err);
coodie_metadata *cd_snapshot_ref(coodie_metadata *md); /* NULL is fine */

#endif
