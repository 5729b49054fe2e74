/* SPDX-License-Identifier: MIT */
/* RESULT bodies (v4 section 4.2.5): metadata once, rows lazily. */
#ifndef PROTO_RESULT_H
#define PROTO_RESULT_H

#include "proto/response.h"
#include "proto/value.h"

enum cd_result_kind {
	CD_RESULT_VOID = 1,
	CD_RESULT_ROWS,
	CD_RESULT_SET_KEYSPACE,
	CD_RESULT_PREPARED,
	CD_RESULT_SCHEMA_CHANGE
};

/* Names are terminated, everything is in the arena the reader was given. */
struct cd_column_spec {
	const char *keyspace, *table, *name;
	const cql_type *type;
};

struct cd_columns {
	struct cd_column_spec *at;
	uint32_t count;
};

/* Metadata of rows. Without `has_columns` (no-metadata) only `columns.count` is known. */
struct cd_rows_metadata {
	struct cd_columns columns;
	bool has_columns;
	struct cd_span paging_state;    /* at NULL: the last page */
	struct cd_span new_metadata_id; /* v5, metadata changed; at NULL: no */
};

/* What PREPARE's answer says. Spans are borrowed from the body. */
struct cd_prepared_result {
	struct cd_span id, metadata_id; /* metadata_id: v5 */
	uint32_t bind_flags;            /* ScyllaDB may mark lightweight transactions here */
	struct cd_columns binds;
	uint16_t *pk_indexes;
	uint16_t pk_count;
	struct cd_rows_metadata result;
};

/* A RESULT, read up to its rows: `rows` is what follows the row count. */
struct cd_result {
	enum cd_result_kind kind;
	struct cd_rows_metadata metadata; /* rows */
	uint32_t row_count;               /* rows; checked against the bytes that are left */
	struct cd_span rows;
	struct cd_span keyspace; /* set keyspace */
	struct cd_prepared_result prepared;
	struct cd_schema_change change;
};

bool cd_read_result(struct cd_reader *r, unsigned version, struct cd_arena *a, unsigned max_depth,
		    struct cd_result *out, coodie_error *err);

/* The next row: `count` cells, borrowed; at NULL: null. False: the rows are cut short, and the
 * cells mean nothing. The hottest loop of reading, hence by hand: two comparisons for each cell. */
static inline bool cd_row_next(struct cd_reader *r, uint32_t count, struct cd_span *cells)
{
	const uint8_t *at = r->at, *end = r->end;

	if (r->failed)
		return false;
	for (struct cd_span *cell = cells, *last = cells + count; cell < last; cell++) {
		if (end - at < 4)
			goto cut;
		int32_t len = (int32_t)cd_get_be32(at);
		at += 4;
		*cell = (struct cd_span){ NULL, 0 };
		if (len < 0) /* any negative length is null (v4 section 3, [bytes]) */
			continue;
		if (end - at < len)
			goto cut;
		*cell = (struct cd_span){ at, (size_t)len };
		at += len;
	}
	r->at = at;
	return true;
cut:
	r->failed = true;
	return false;
}

/* ---- as a server writes them ---------------------------------------------------------------- */

void cd_write_result_void(struct cd_buffer *b);
void cd_write_result_set_keyspace(struct cd_buffer *b, const char *keyspace);
/* Metadata and the row count; `row_count` rows of [bytes] follow. */
void cd_write_result_rows(struct cd_buffer *b, unsigned version, const struct cd_rows_metadata *m,
			  uint32_t row_count);
void cd_write_result_prepared(struct cd_buffer *b, unsigned version,
			      const struct cd_prepared_result *p);
void cd_write_result_schema_change(struct cd_buffer *b, const struct cd_schema_change *c);

#endif
