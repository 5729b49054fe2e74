/* SPDX-License-Identifier: MIT */
/* A result: one allocation that holds the response's body, and column metadata that may be shared
 * with others. */
#ifndef NET_RESULT_H
#define NET_RESULT_H

#include <stdatomic.h>

#include <coodie/result.h>

#include "base/arena.h"
#include "net/result/history.h"
#include "net/result/result_pool.h"
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

/* Makes a result out of a RESULT envelope of kind void, rows, set keyspace or schema change; its
 * body is copied once.
 * @param shared    columns of the prepared statement: for a response without metadata
 * (skip_metadata), and for one that repeats them; a reference is taken; may be NULL
 * @param new_id    set to the new result metadata id when the response has one (v5), borrowed from
 * the result; its columns are then those of cd_result_metadata()
 * @return NULL with COODIE_ERR_PROTOCOL when the body is broken, or COODIE_ERR_NO_MEMORY */
coodie_result *cd_result_new(const coodie_allocator *a, const cql_envelope *e,
			     const cql_terms *terms, struct cd_metadata *shared, cql_blob *new_id,
			     coodie_error *err);
/* A void result that can be given out many times: cd_result_ref() for each of them. */
coodie_result *cd_result_new_void(const coodie_allocator *a, coodie_error *err);
coodie_result *cd_result_ref(coodie_result *r);
/* Whether a response says nothing but "done", so that a shared void result can stand for it. */
static inline bool cd_result_is_plain_void(const cql_envelope *e)
{
	const uint8_t extra = CQL_FLAG_TRACING | CQL_FLAG_WARNINGS | CQL_FLAG_CUSTOM_PAYLOAD;

	return e->opcode == CQL_OP_RESULT && !(e->flags & extra) && e->body.len >= 4 &&
	       cd_get_be32(e->body.data) == COODIE_RESULT_VOID;
}
/* The usual rows, whose columns are the statement's: as cd_result_new(), which is to be asked when this
 * says NULL; net/result/usual.c.
 * @param take_columns  the reference is the result's, if there is one
 * @param place         where it came from */
coodie_result *cd_result_new_usual(const coodie_allocator *a, struct cd_result_pool *pool,
				   const cql_envelope *e, struct cd_metadata *take_columns,
				   const struct cd_place *place);
/* The metadata of a rows result; borrowed. */
struct cd_metadata *cd_result_metadata(const coodie_result *r);
/* Where it came from. */
void cd_result_place(coodie_result *r, const struct cd_place *place);
/* Keeps what came before it. @return the same result, or, where others share that, one of its own;
 * without memory for it nothing is kept */
coodie_result *cd_result_remember(coodie_result *take_result, const coodie_allocator *a,
				  const struct cd_history_notes *notes);
/* Nodes did not agree on its change of the schema in time. */
void cd_result_disagree(coodie_result *r);
/* The keyspace of a set keyspace result, borrowed. */
cql_text cd_result_keyspace(const coodie_result *r);

#endif
