/* SPDX-License-Identifier: MIT */
/* RESULT bodies (v4 section 4.2.5): metadata once, rows lazily. */
#ifndef PROTO_RESULT_H
#define PROTO_RESULT_H

#include "proto/message_fn.h"

/* The rows are not walked: only their number is checked against the bytes there are. */
cd_read_fn cd_read_result;
cd_write_fn cd_write_result;

/* Walks the rows of a message that was read, so that cql_rows_next() cannot fail on them, and cuts
 * off what is behind them. */
bool cd_result_walk(cql_result *r, coodie_error *err);

/* The columns of a statement as they stood on the wire. */
struct cd_known_columns {
	cql_blob head;  /* what a last page begins with that repeats them */
	cql_blob bytes; /* they themselves, at its end; `data` NULL: only their number is known */
	uint32_t count;
	bool one_table;
};

/* Those of rows that PREPARED announced in `body`, which must have been read, and its texts not been
 * moved. False: out of memory. */
bool cd_result_know(struct cd_known_columns *known, const cql_metadata *m, cql_blob body,
		    struct cd_arena *a);
/* The short way into rows: where their columns are left out, or are byte for byte those that are
 * known, only `metadata.paging_state`, `row_count` and `rows` are still to be read. Rows are not
 * walked. False: it is something else, and is read as any message is. */
bool cd_result_open(const cql_envelope *e, const struct cd_known_columns *known, cql_result *out);

/* The next row: `count` cells, borrowed; `data` NULL: null. False: the rows are cut short, and the
 * cells mean nothing. The hottest loop of reading, hence by hand: two comparisons for each cell. */
static inline bool cd_row_next(struct cd_reader *r, uint32_t count, coodie_cell *cells)
{
	const uint8_t *at = r->at, *end = r->end;

	if (r->failed)
		return false;
	for (coodie_cell *cell = cells, *last = cells + count; cell < last; cell++) {
		if (end - at < 4)
			goto cut;
		int32_t len = (int32_t)cd_get_be32(at);
		at += 4;
		*cell = (coodie_cell){ NULL, 0 };
		if (len < 0) /* any negative length is null (v4 section 3, [bytes]) */
			continue;
		if (end - at < len)
			goto cut;
		*cell = (coodie_cell){ at, (size_t)len };
		at += len;
	}
	r->at = at;
	return true;
cut:
	r->failed = true;
	return false;
}

#endif
