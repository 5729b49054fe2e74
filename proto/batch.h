/* SPDX-License-Identifier: MIT */
/* A BATCH in pieces, for those who keep its statements encoded until they are sent, and maybe sent
 * again: each is appended to a buffer, and the buffer is the middle of the message. */
#ifndef PROTO_BATCH_H
#define PROTO_BATCH_H

#include <coodie/execute.h>

#include "proto/execute.h"
#include "proto/outbox.h"

enum { CD_BATCH_TEXT, CD_BATCH_PREPARED };    /* the kind of a statement */
enum { CD_BATCH_HEAD = CQL_HEADER_SIZE + 3 }; /* header, type, and number of statements */

/* What stands before the values of a prepared statement; they must follow. */
void cd_batch_put_head(struct cd_buffer *items, cql_blob id, uint16_t value_count);
/* A prepared statement with its values, as many as it has markers; of the template only its id and
 * its markers matter. On failure the buffer is as before; `where` and `err` as for
 * cd_bind_values(). Whether there was memory is asked at the end: items->failed. */
bool cd_batch_put(struct cd_buffer *items, const cql_execute *e, const cql_value *values,
		  uint16_t *where, coodie_error *err);
/* Whether its id is of a usual length. */
static inline bool cd_batch_is_usual(const cql_execute *e)
{
	return e->item.rounded == CD_CHUNK_ROUND;
}
/* The same for such a one and usual values, to a place where there is room for `e->item_room` bytes.
 * @return behind it; NULL: it is to be done by cd_batch_put() */
static inline uint8_t *cd_batch_put_usual(uint8_t *at, const cql_execute *e,
					  const cql_value *values)
{
	memcpy(at, e->item_head, CD_CHUNK_ROUND);
	return cd_bind_usual(at + e->item.len, &e->markers, values);
}
/* A statement as it is, without values. */
void cd_batch_put_text(struct cd_buffer *items, cql_text cql);
/* Where the statement ends that begins at `at`: a prepared one, written as above. */
size_t cd_batch_next(const struct cd_buffer *items, size_t at);
/* The id of the prepared statement whose bytes begin at `at`. */
cql_blob cd_batch_id(const struct cd_buffer *items, size_t at);
/* Its values, and whatever follows them; the number of them stands before. */
struct cd_span cd_batch_values(const struct cd_buffer *items, size_t at);
/* The server has given that statement another id. @return whether it could be put into the place of
 * the old one: it has the same length, as those of one server do */
bool cd_batch_change_id(struct cd_buffer *items, size_t at, cql_blob id);

struct cd_batch {
	enum cql_batch_type type;
	uint16_t count;
	struct cd_span items; /* as many statements */
	const cql_params *params;
};

/* The message. False: nothing was written. COODIE_ERR_INVALID: a parameter that cannot be sent. */
bool cd_batch_write(struct cd_outbox *out, uint8_t flags, int16_t stream,
		    const struct cd_batch *batch, coodie_error *err);

/* The same around statements that stand in `kept` behind CD_BATCH_HEAD bytes, on stream 0. False: a
 * parameter that cannot be sent, and nothing was written. Whether there was memory is asked at the end:
 * kept->failed. */
bool cd_batch_wrap(struct cd_buffer *kept, uint8_t version, uint8_t flags,
		   const struct cd_batch *batch, coodie_error *err);

#endif
