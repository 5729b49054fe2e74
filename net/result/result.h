/* SPDX-License-Identifier: MIT */
/* A result: one allocation that holds the response's body, and column metadata that may be shared
 * with others. */
#ifndef NET_RESULT_H
#define NET_RESULT_H

#include <coodie/result.h>

#include "net/result/history.h"
#include "net/result/metadata.h"
#include "net/result/result_pool.h"
#include "proto/message.h"
#include "proto/result.h"

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
