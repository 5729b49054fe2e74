/* SPDX-License-Identifier: MIT */
/* The rare cases of reading rows: nulls, and the end of a page.
 *
 * At the begin of a row `at` is not behind `safe`: all its columns, were they of the widest fixed
 * size, end before the page does. A value of its own length keeps that true for the columns behind
 * it, or comes here. The last bytes, of which it is not true, are copied, and followed by as many
 * bytes that are no length; where such bytes stand behind the page already, it is true up to its end,
 * and who is behind that has failed. */
#include "proto/row_reader.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/reader.h"
#include "base/cql_arena.h"
#include "proto/type.h"
#include "proto/value.h"

enum { LENGTH = CQL_ROW_LENGTH_, WIDEST = 16, NO_LENGTH = CQL_ROWS_NO_LENGTH };
_Static_assert(LENGTH + WIDEST == CQL_ROWS_SPARE, "a column needs room for the widest");

struct page {
	cql_row_page shown;
	const uint8_t *end; /* of what is read now */
	uint32_t row_size;  /* of a row whose values all have the widest fixed size */
	struct cd_arena *arena;
	bool is_copy; /* these are the last ones */
};

static struct page *page_of(const cql_row_reader *r)
{
	return (struct page *)(void *)r->page;
}

/* Where the bytes end that are read now. */
static const uint8_t *end_of(const cql_row_reader *r)
{
	return r->page ? page_of(r)->end : r->safe + LENGTH;
}

static bool fail(cql_row_reader *r)
{
	if (r->page)
		r->page->failed = true;
	else
		r->at = end_of(r) + 1;
	r->left = 0;
	return false;
}

/* Where the last whole cell of [from, end) ends. */
static const uint8_t *last_cell(const uint8_t *from, const uint8_t *end)
{
	while (end - from >= LENGTH) {
		int32_t len = (int32_t)cd_get_be32(from);
		if (len > end - from - LENGTH)
			break;
		from += LENGTH + (len > 0 ? len : 0);
	}
	return from;
}

/* What is left ends in bytes that are no length. */
static bool stand_at_end(cql_row_reader *r, const uint8_t *at, const uint8_t *end)
{
	page_of(r)->is_copy = true;
	page_of(r)->end = end;
	r->at = at;
	r->safe = end - 1;
	return true;
}

static bool copy_rest(cql_row_reader *r, const uint8_t *from)
{
	const uint8_t *end = last_cell(from, page_of(r)->end);
	size_t len = (size_t)(end - from);
	uint8_t *copy = cd_arena_take(page_of(r)->arena, len + page_of(r)->row_size + 1);

	if (!copy)
		return fail(r);
	if (len)
		memcpy(copy + 1, from, len);
	memset(copy + 1 + len, NO_LENGTH, page_of(r)->row_size);
	return stand_at_end(r, copy + 1, copy + 1 + len);
}

static bool is_kind(enum cql_kind wanted, enum cql_kind there)
{
	return wanted == there || wanted == CQL_KIND_BLOB ||
	       (wanted == CQL_KIND_TEXT && there == CQL_KIND_ASCII) ||
	       (wanted == CQL_KIND_BIGINT &&
		(there == CQL_KIND_COUNTER || there == CQL_KIND_TIME)) ||
	       (wanted == CQL_KIND_UUID && there == CQL_KIND_TIMEUUID);
}

bool cd_row_check_kinds(const cql_column_spec *columns, uint32_t column_count,
			const enum cql_kind *kinds, uint32_t count, coodie_error *err)
{
	if (column_count != count)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the result has %" PRIu32 " columns, %" PRIu32 " kinds were given",
			       column_count, count);
	for (uint32_t i = 0; columns && i < count; i++) {
		const cql_column_spec *c = &columns[i];
		if (kinds[i] != c->type->kind && !is_kind(kinds[i], c->type->kind))
			return cd_fail(err, COODIE_ERR_TYPE, "column %.*s is %s, not %s",
				       (int)(c->name.len < 60 ? c->name.len : 60), c->name.data,
				       cql_kind_name(cql_type_kind(c->type)),
				       cql_kind_name(kinds[i]));
	}
	return true;
}

static bool begin_page(cql_row_reader *r, const cql_result *result, uint32_t row_size,
		       struct cd_arena *arena, coodie_error *err)
{
	struct page *page = cd_arena_take_zero(arena, sizeof *page);

	if (!page)
		return cd_no_memory(err, "the rows of a result");
	page->end = result->rows.data + result->rows.len;
	page->row_size = row_size;
	page->arena = arena;
	*r = (cql_row_reader){ .at = result->rows.data,
			       .left = result->row_count,
			       .page = &page->shown };
	if (result->rows.len < row_size)
		return copy_rest(r, r->at) || cd_no_memory(err, "the rows of a result");
	r->safe = page->end - row_size;
	return true;
}

bool cql_row_begin_(cql_row_reader *r, const cql_result *result, const enum cql_kind *kinds,
		    uint32_t count, cql_arena *arena, coodie_error *err)
{
	const cql_metadata *m = &result->metadata;
	uint32_t row_size = count * (LENGTH + WIDEST);

	cd_clear(err);
	if (result->kind != COODIE_RESULT_ROWS || count == 0 || count > UINT16_MAX)
		return cd_fail(err, COODIE_ERR_INVALID, "the result has no rows to be read");
	if (!cd_row_check_kinds(m->columns, m->column_count, kinds, count, err))
		return false;
	if (result->spare < row_size)
		return begin_page(r, result, row_size, &arena->arena, err);
	cd_row_begin_spared(r, result->rows, result->row_count);
	return true;
}

bool cql_row_near_end_(cql_row_reader *r)
{
	bool is_more = r->page && !page_of(r)->is_copy && r->at < end_of(r);

	return is_more ? copy_rest(r, r->at) : fail(r);
}

/* A value of fixed size has another one: none, or it is broken. */
bool cql_row_odd_(cql_row_reader *r)
{
	if (r->at >= end_of(r) || (int32_t)cd_get_be32(r->at) > 0)
		return fail(r);
	r->at += LENGTH;
	return false;
}

bool cql_row_bytes_(cql_row_reader *r, cql_blob *out)
{
	const uint8_t *at = r->at;
	int32_t len = (int32_t)cd_get_be32(at);

	*out = (cql_blob){ NULL, 0 };
	if (at >= end_of(r))
		return fail(r);
	if (len < 0) {
		r->at += LENGTH;
		return false;
	}
	/* Without a page, whose end is to be copied, nothing that fits comes here. */
	if (!r->page || len > end_of(r) - at - LENGTH || !copy_rest(r, at + LENGTH + len))
		return fail(r);
	*out = (cql_blob){ at + LENGTH, (size_t)len };
	return true;
}

bool cql_row_value(cql_row_reader *r, const cql_type *type, cql_value *out)
{
	cql_blob bytes;

	if (!cql_row_blob(r, &bytes)) {
		*out = cql_null();
		return false;
	}
	return cd_value_decode(type, (struct cd_span){ bytes.data, bytes.len }, out, NULL) ||
	       fail(r);
}
