/* SPDX-License-Identifier: MIT */
/* What coodie/rows.h begins with, for results that know their columns. */
#ifndef PROTO_ROW_READER_H
#define PROTO_ROW_READER_H

#include <coodie/rows.h>

/* Whether columns can be read as these kinds; NULL: only their number is known. */
bool cd_row_check_kinds(const cql_column_spec *columns, uint32_t column_count,
			const enum cql_kind *kinds, uint32_t count, coodie_error *err);

/* Stands before rows that have bytes behind them as cql_result.spare wants them. */
static inline void cd_row_begin_spared(cql_row_reader *r, cql_blob rows, uint32_t row_count)
{
	r->at = rows.data;
	r->left = row_count;
	r->safe = rows.data + rows.len - CQL_ROW_LENGTH_; /* a row has a length or more */
	r->page = NULL;
}

#endif
