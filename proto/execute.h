/* SPDX-License-Identifier: MIT */
/* The inside of a cql_execute, for those who write it otherwise: a BATCH. */
#ifndef PROTO_EXECUTE_H
#define PROTO_EXECUTE_H

#include <coodie/execute.h>

#include "base/arena.h"
#include "proto/bind.h"

enum { CD_CHUNK_ROUND = 32 };

/* Bytes that are copied whole rounds at a time: there is room behind them for that. */
struct cd_chunk {
	uint8_t *at;
	size_t len, rounded;
};

struct cql_execute {
	coodie_allocator allocator;
	struct cd_arena arena;
	struct cd_chunk head, tail;
	struct cd_chunk item;              /* in a BATCH: what stands before the values */
	uint8_t item_head[CD_CHUNK_ROUND]; /* its first bytes, mostly all */
	size_t room;                       /* for head and tail, and all values of fixed size */
	size_t item_room;
	ptrdiff_t timestamp; /* where it stands in the tail */
	size_t level;        /* where the consistency stands in the head */
	struct cd_markers markers;
	const char **names; /* of the markers, for messages */
	uint8_t version;
	uint8_t plain_version; /* of outboxes to which it is simply appended; UINT8_MAX: none */
};

/* Copies one byte or more. */
static inline void cd_chunk_copy(uint8_t *to, const struct cd_chunk *c)
{
	memcpy(to, c->at, CD_CHUNK_ROUND);
	for (size_t i = CD_CHUNK_ROUND; i < c->len; i += CD_CHUNK_ROUND)
		memcpy(to + i, c->at + i, CD_CHUNK_ROUND);
}

/* What a template is made of. */
struct cd_execute_parts {
	cql_blob id, metadata_id;
	const struct cd_markers *markers; /* borrowed by the template */
	const cql_params *params;         /* that can be sent */
	unsigned version;
	const cql_terms *terms; /* NULL: defaults */
};

/* One without names for its markers. NULL: out of memory. */
cql_execute *cd_execute_new(const struct cd_execute_parts *parts, const coodie_allocator *a);

/* One execution. */
struct cd_execution {
	cql_consistency consistency; /* UNSET: the template's */
	int64_t timestamp_us;        /* where the parameters have one */
	const cql_value *values;     /* as many as there are markers */
};

/* Appends the whole envelope, on stream 0 and without flags, to bytes that are kept and sent by
 * cd_outbox_put(), maybe more than once. Its values are what is between the template's head and
 * tail. On failure the buffer is as before, and `*where` says which value it was; whether there was
 * memory is asked at the end: kept->failed. */
bool cd_execute_put(struct cd_buffer *kept, const cql_execute *e, const struct cd_execution *x,
		    uint16_t *where, coodie_error *err);

bool cd_execute_check_count(const cql_execute *e, size_t count, coodie_error *err);
/* Says which value an error is about. */
void cd_execute_blame(const cql_execute *e, uint16_t i, coodie_error *err);

#endif
