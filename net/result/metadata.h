/* SPDX-License-Identifier: MIT */
/* Column metadata: shared by a prepared statement and its results, on any thread. */
#ifndef NET_METADATA_H
#define NET_METADATA_H

#include <stdatomic.h>

#include "base/arena.h"
#include "proto/message.h"
#include "proto/result.h"

/* Columns whose texts are terminated. */
struct cd_columns {
	const cql_column_spec *at; /* NULL: only their number is known */
	uint32_t count;
	const enum cql_kind *kinds; /* of all of them in a row; NULL where `at` is */
};

/* Fills in `kinds`. False: out of memory. */
bool cd_columns_set_kinds(struct cd_columns *c, struct cd_arena *a);

/* Makes the columns of a message that was read into this arena independent of its body, in place. */
bool cd_columns_own(struct cd_columns *out, const cql_column_spec *columns, uint32_t count,
		    struct cd_arena *a);

/* Column metadata shared by a prepared statement and its results. */
struct cd_metadata {
	atomic_uint refs;
	coodie_allocator allocator;
	struct cd_arena arena; /* names and types */
	struct cd_columns columns;
	struct cd_known_columns known; /* as they stood on the wire, in the arena */
};

/* With one reference and an empty arena. */
struct cd_metadata *cd_metadata_new(const coodie_allocator *a);
/* Those of a message, whose arena is taken over; NULL: out of memory. */
struct cd_metadata *cd_metadata_adopt(const coodie_allocator *a, struct cd_arena *take_arena,
				      const cql_metadata *from);
static inline struct cd_metadata *cd_metadata_ref(struct cd_metadata *m) /* NULL is fine */
{
	if (m)
		atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}
/* The last reference is gone. */
void cd_metadata_end(struct cd_metadata *m);
static inline void
cd_metadata_free(struct cd_metadata *m) /* gives a reference back; NULL is fine */
{
	if (m && atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1)
		cd_metadata_end(m);
}

#endif
