/* SPDX-License-Identifier: MIT */
/* The inside of a result, shared by its files: result.c (any of them), usual.c (the usual rows),
 * result_hand.c (made by hand), result_read.c (what it says). */
#ifndef NET_RESULT_IMPL_H
#define NET_RESULT_IMPL_H

#include <stdalign.h>
#include <stddef.h>

#include <coodie/rows.h>

#include "net/result/result.h"

/* One allocation: this, the cells of a row, the payload, the warnings, the block and its spare bytes,
 * the warnings' texts. Only a history is another one, which few results have. */
struct coodie_result {
	atomic_uint refs; /* a void result is shared by many */
	coodie_allocator allocator;
	enum coodie_result_kind kind;
	uint32_t column_count, row_count;
	struct cd_metadata *metadata;
	cql_blob rows, paging_state; /* in the block */
	cql_text keyspace;           /* likewise */
	uint8_t *block_end;
	coodie_cell *cells;
	const char **warnings;
	uint16_t warning_count;
	bool traced;
	bool disagreed;
	cql_uuid tracing_id;
	cql_payload *payload; /* in the allocation; what it points to is in the block */
	uint16_t payload_count;
	struct cd_place place;
	struct cd_history *history;  /* NULL: answered at once */
	struct cd_result_pool *pool; /* its memory is a block of that; NULL: of its own */
	uint32_t spare;              /* bytes behind the block: coodie/message.h */
};

/* Where the cells begin. */
#define CD_RESULT_HEAD \
	((sizeof(coodie_result) + alignof(max_align_t) - 1) / alignof(max_align_t) * \
	 alignof(max_align_t))

/* Of rows with so many columns: for more nobody has a reader. */
static inline uint32_t cd_result_spare(size_t columns)
{
	return columns <= UINT16_MAX ? (uint32_t)columns * CQL_ROWS_SPARE : 0;
}

/* Ends the block: a 0, for who terminates texts there, and bytes that are no length. */
static inline void cd_result_end_block(coodie_result *r, uint8_t *end, uint32_t spare)
{
	r->block_end = end;
	r->spare = spare;
	*end = 0;
	memset(end + 1, CQL_ROWS_NO_LENGTH, spare);
}

/* As cd_result_new_usual() for rows that were opened; a reference to the columns is taken. NULL: out of
 * memory. */
coodie_result *cd_result_keep_usual(const coodie_allocator *a, const cql_envelope *e,
				    const cql_result *rows, struct cd_metadata *columns);

/* How much of everything there is. */
struct cd_result_sizes {
	size_t columns, block;
	uint32_t spare; /* behind the block */
	uint16_t warnings, payload;
	size_t texts; /* bytes of the warnings' */
};

/* An empty result with room for that. Its block starts at r->rows.data; in front of it stand the cells
 * and lists, behind it spare bytes and the texts. */
coodie_result *cd_result_make(const coodie_allocator *a, const struct cd_result_sizes *s,
			      coodie_error *err);

#endif
