/* SPDX-License-Identifier: MIT */
/* coodie/rows.h over rows of any bytes: with room behind them and without, the same is read, and not a
 * byte too many. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

struct seen {
	uint64_t sum; /* of what was read */
	uint32_t rows;
	bool failed;
};

/* A value by the reader of its kind. */
static uint64_t read_value(cql_row_reader *r, enum cql_kind kind)
{
	cql_uuid uuid;
	cql_inet inet;
	cql_items items;
	cql_blob blob;
	int32_t number;
	int64_t large;
	bool flag;
	uint64_t sum = 0;

	switch (kind) {
	case CQL_KIND_INT:
		return cql_row_int32(r, &number) ? (uint32_t)number : 1;
	case CQL_KIND_BIGINT:
		return cql_row_int64(r, &large) ? (uint64_t)large : 2;
	case CQL_KIND_BOOLEAN:
		return cql_row_bool(r, &flag) ? flag : 3;
	case CQL_KIND_UUID:
		return cql_row_uuid(r, &uuid) ? uuid.bytes[15] : 4;
	case CQL_KIND_INET:
		return cql_row_inet(r, &inet) ? inet.length : 5;
	case CQL_KIND_LIST:
		for (cql_row_items(r, &items); items.left && cql_item_blob(&items, &blob);
		     items.left--)
			sum += blob.len;
		return sum;
	default:
		return cql_row_blob(r, &blob) ? blob.len : 6;
	}
}

static struct seen read_rows(const cql_result *result, const enum cql_kind *kinds, cql_arena *arena)
{
	uint32_t columns = result->metadata.column_count;
	struct seen seen = { 0 };
	cql_row_reader r;
	coodie_error err;

	FUZZ_CHECK_OK(cql_row_reader_init(&r, result, kinds, columns, arena, &err), &err);
	while (cql_row_next(&r)) {
		for (uint32_t i = 0; i < columns; i++)
			seen.sum += read_value(&r, kinds[i]);
		seen.rows += !cql_row_failed(&r);
	}
	seen.failed = cql_row_failed(&r);
	return seen;
}

/* The first `len` bytes of the rows, both ways. */
static void check_cut(const cql_result *whole, size_t len, const enum cql_kind *kinds)
{
	cql_result cut = *whole;
	uint32_t spare = cut.metadata.column_count * CQL_ROWS_SPARE;
	cql_arena *arena = cql_arena_new(NULL, NULL);
	uint8_t *bytes = fuzz_copy((cql_blob){ whole->rows.data, len });
	uint8_t *spared = malloc(len + spare);

	if (!arena || !spared)
		exit(EXIT_FAILURE);
	if (len)
		memcpy(spared, bytes, len);
	memset(spared + len, CQL_ROWS_NO_LENGTH, spare);
	spared[len] = 0;
	cut.rows = (cql_blob){ bytes, len };
	struct seen plain = read_rows(&cut, kinds, arena);
	cut.rows.data = spared;
	cut.spare = spare;
	struct seen roomy = read_rows(&cut, kinds, NULL);
	FUZZ_CHECK(plain.failed == roomy.failed);
	FUZZ_CHECK(plain.rows == roomy.rows);
	FUZZ_CHECK(plain.failed || plain.sum == roomy.sum);
	free(spared);
	free(bytes);
	cql_arena_free(arena);
}

void fuzz_rows(const cql_result *result)
{
	uint32_t columns = result->metadata.column_count;
	const cql_column_spec *at = result->metadata.columns;
	enum cql_kind *kinds;

	if (!at || !columns || columns > UINT16_MAX)
		return;
	kinds = malloc(columns * sizeof *kinds);
	if (!kinds)
		exit(EXIT_FAILURE);
	for (uint32_t i = 0; i < columns; i++)
		kinds[i] = cql_type_kind(at[i].type);
	check_cut(result, result->rows.len, kinds);
	check_cut(result, result->rows.len * 2 / 3, kinds);
	free(kinds);
}
