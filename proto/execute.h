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
	struct cd_chunk item; /* in a BATCH: what stands before the values */
	size_t room;          /* for head and tail, and all values of fixed size */
	size_t item_room;
	ptrdiff_t timestamp; /* where it stands in the tail */
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

bool cd_execute_check_count(const cql_execute *e, size_t count, coodie_error *err);
/* Says which value an error is about. */
void cd_execute_blame(const cql_execute *e, uint16_t i, coodie_error *err);

#endif
