/* SPDX-License-Identifier: MIT */
/* The usual rows: the columns are those of the statement, nothing stands in front of them but a paging
 * state, and small ones go from the loop to its user and back in a block that stays what it is. */
#include <string.h>

#include "base/alloc.h"
#include "net/result/result_impl.h"

/* Where a free block says which one is next. */
_Static_assert(offsetof(coodie_result, allocator) >= sizeof(void *), "a free block stays laid out");

/* A result of so many columns over so much memory: the block is at its end, so that all that does not
 * change with the answer is as long as the number of columns does not. Zeroed: it was none. */
static void lay_out(coodie_result *r, size_t size, uint32_t columns)
{
	uint32_t spare = cd_result_spare(columns);

	r->kind = COODIE_RESULT_ROWS;
	r->column_count = columns;
	r->cells = (void *)((uint8_t *)r + CD_RESULT_HEAD);
	cd_result_end_block(r, (uint8_t *)r + size - 1 - spare, spare);
}

/* What memory is needed for rows of so many bytes. */
static size_t size_of(uint32_t columns, size_t len)
{
	return CD_RESULT_HEAD + columns * sizeof(coodie_cell) + len + 1 + cd_result_spare(columns);
}

static coodie_result *make(const coodie_allocator *a, uint32_t columns, size_t len)
{
	size_t size = size_of(columns, len);
	coodie_result *r = cd_alloc(a, size);

	if (!r)
		return NULL;
	memset(r, 0, sizeof *r);
	r->allocator = a ? *a : cd_malloc_allocator;
	lay_out(r, size, columns);
	return r;
}

/* A block that is enough. NULL: there is none, or no pool. */
static inline coodie_result *take(struct cd_result_pool *pool, uint32_t columns, size_t len)
{
	bool fits = pool && size_of(columns, len) <= CD_RESULT_BLOCK;
	coodie_result *r = fits ? cd_result_pool_take(pool) : NULL;

	if (r && r->column_count != columns) {
		r->pool = pool;
		lay_out(r, CD_RESULT_BLOCK, columns);
	}
	return r;
}

static inline size_t length_of(const cql_envelope *e, const uint8_t *from)
{
	return (size_t)(e->body.data + e->body.len - from);
}

/* The block begins with the paging state, if there is one. */
static inline const uint8_t *begin_of(const cql_result *rows)
{
	const uint8_t *state = rows->metadata.paging_state.data;

	return state ? state : rows->rows.data;
}

static inline void fill(coodie_result *r, const cql_result *rows, const uint8_t *from, size_t len,
			struct cd_metadata *take_columns)
{
	size_t state = rows->metadata.paging_state.len;
	uint8_t *block = r->block_end - len;

	memcpy(block, from, len);
	*r->block_end = 0; /* a user may have had the block as his own */
	atomic_init(&r->refs, 1);
	r->metadata = take_columns;
	r->row_count = rows->row_count;
	r->rows = (cql_blob){ r->block_end - rows->rows.len, rows->rows.len };
	r->paging_state = (cql_blob){ rows->metadata.paging_state.data ? block : NULL, state };
}

coodie_result *cd_result_new_usual(const coodie_allocator *a, struct cd_result_pool *pool,
				   const cql_envelope *e, struct cd_metadata *take_columns,
				   const struct cd_place *place)
{
	cql_result rows;

	if (!take_columns || !cd_result_open(e, &take_columns->known, &rows))
		return NULL;
	uint32_t columns = take_columns->columns.count;
	const uint8_t *from = begin_of(&rows);
	size_t len = length_of(e, from);
	coodie_result *r = take(pool, columns, len);
	if (!r && !(r = make(a, columns, len)))
		return NULL;
	fill(r, &rows, from, len, take_columns);
	r->place = *place;
	return r;
}

coodie_result *cd_result_keep_usual(const coodie_allocator *a, const cql_envelope *e,
				    const cql_result *rows, struct cd_metadata *columns)
{
	const uint8_t *from = begin_of(rows);
	size_t len = length_of(e, from);
	coodie_result *r = make(a, columns->columns.count, len);

	if (r)
		fill(r, rows, from, len, cd_metadata_ref(columns));
	return r;
}
