/* SPDX-License-Identifier: MIT */
/**
 * @file rows.h
 * The fastest way through a page: columns one after the other, each by a reader of its type.
 *
 *     static const enum cql_kind kinds[] = { CQL_KIND_TEXT, CQL_KIND_INT, CQL_KIND_DOUBLE };
 *     cql_row_reader r;
 *     if (!coodie_result_read(result, &r, kinds, 3, &err)) ...
 *     while (cql_row_next(&r)) {
 *         cql_row_text(&r, &name);
 *         cql_row_int32(&r, &age);
 *         if (!cql_row_double(&r, &score)) ...                  null
 *     }
 *     if (cql_row_failed(&r)) ...                                      the page was cut short
 *
 * The kinds are compared with the result's columns once, here: with those of a prepared statement in
 * one go, where they are the same. From there on a value costs about six instructions: the readers
 * are inline, and look at bounds only where a length comes from the wire. Every column of every row
 * must be read, in order; cql_row_skip() passes one over.
 *
 * A reader says false for null, and gives zero. Texts and blobs are borrowed from the result's
 * body; those of the last row or two of a message's from the arena.
 *
 * Nothing has to be trusted: rows that are cut short, or lengths that do not fit, end the walk, and
 * cql_row_failed() says so; the values of the row that it ended in mean nothing. Serves Q14, Q16.
 */
#ifndef COODIE_ROWS_H
#define COODIE_ROWS_H

#include <string.h>

#include <coodie/message.h>

COODIE_BEGIN

/**
 * The rows of a session's result as cql_rows_next() and cql_row_reader_init() take them.
 * @param out  borrowed from `r`, which lives until its rows have been read
 */
COODIE_API void coodie_result_rows(const coodie_result *r, cql_result *out);

/* What a reader of a message's rows seldom needs; in its arena, with more behind it. */
typedef struct cql_row_page {
	bool failed;
} cql_row_page;

/** A place in the rows of a result. Its fields are the inline readers' business. */
typedef struct cql_row_reader {
	const uint8_t *at;
	uint32_t left;       /* rows not begun */
	const uint8_t *safe; /* from here, one whole row of fixed values can be read */
	cql_row_page *page;  /* NULL: so up to the end, which is CQL_ROW_LENGTH_ behind `safe` */
} cql_row_reader;

enum { CQL_ROW_LENGTH_ = 4 };

/* The rare cases: a null, an odd length, the end of the page. */
COODIE_API bool cql_row_begin_(cql_row_reader *r, const cql_result *result,
			       const enum cql_kind *kinds, uint32_t count, cql_arena *arena,
			       coodie_error *err);
COODIE_API bool coodie_result_read_(const coodie_result *result, cql_row_reader *r,
				    const enum cql_kind *kinds, uint32_t count, coodie_error *err);
COODIE_API bool cql_row_near_end_(cql_row_reader *r);
COODIE_API bool cql_row_odd_(cql_row_reader *r);
COODIE_API bool cql_row_bytes_(cql_row_reader *r, cql_blob *out);

/* They are given a copy: a reader whose address nobody has stays in registers. */
static inline bool cql_row_rare_(cql_row_reader *r, bool (*rare)(cql_row_reader *))
{
	cql_row_reader copy = *r;
	bool there = rare(&copy);

	r->at = copy.at;
	r->left = copy.left;
	r->safe = copy.safe;
	return there;
}

static inline bool cql_row_rare_bytes_(cql_row_reader *r, cql_blob *out)
{
	cql_row_reader copy = *r;
	cql_blob bytes;
	bool there = cql_row_bytes_(&copy, &bytes);

	*out = bytes;
	r->at = copy.at;
	r->left = copy.left;
	r->safe = copy.safe;
	return there;
}

/**
 * Stands before the first row of a session's result, which lives until its rows have been read. Takes
 * no memory, and leaves the result alone: any number of readers may be over it, on any threads.
 * @param result  NULL, of a request that failed: COODIE_ERR_INVALID
 * @param kinds   what the columns are, in order; text reads ascii too, blob anything
 * @param err     COODIE_ERR_TYPE: which column is of another kind; COODIE_ERR_INVALID: no rows, or
 *                another number of columns
 */
static inline bool coodie_result_read(const coodie_result *result, cql_row_reader *r,
				      const enum cql_kind *kinds, uint32_t count, coodie_error *err)
{
	cql_row_reader begun;

	if (!coodie_result_read_(result, &begun, kinds, count, err))
		return false;
	*r = begun;
	return true;
}

/**
 * Stands before the first row of a message.
 * @param result  ROWS, with its metadata or without
 * @param kinds   what the columns are, in order; text reads ascii too, blob anything
 * @param arena   for the last bytes of the page
 * @param err     COODIE_ERR_TYPE: which column is of another kind; COODIE_ERR_INVALID: no rows, or
 *                another number of columns
 */
static inline bool cql_row_reader_init(cql_row_reader *r, const cql_result *result,
				       const enum cql_kind *kinds, uint32_t count, cql_arena *arena,
				       coodie_error *err)
{
	cql_row_reader begun;

	if (!cql_row_begin_(&begun, result, kinds, count, arena, err))
		return false;
	*r = begun;
	return true;
}

/** @return whether the walk ended early, because the rows are broken (or memory ran out) */
static inline bool cql_row_failed(const cql_row_reader *r)
{
	if (r->page)
		return r->page->failed;
	return (uintptr_t)r->at > (uintptr_t)r->safe + CQL_ROW_LENGTH_;
}

/** Goes on to the next row. @return false behind the last, and when the rows are broken */
static inline bool cql_row_next(cql_row_reader *r)
{
	if (r->left == 0)
		return false;
	r->left--;
	return r->at <= r->safe ? true : cql_row_rare_(r, cql_row_near_end_);
}

static inline uint32_t cql_row_32_(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t cql_row_64_(const uint8_t *at)
{
	return (uint64_t)cql_row_32_(at) << 32 | cql_row_32_(at + 4);
}

/** int */
static inline bool cql_row_int32(cql_row_reader *r, int32_t *out)
{
	const uint8_t *at = r->at;

	if (memcmp(at, "\0\0\0\4", 4) != 0) {
		*out = 0;
		return cql_row_rare_(r, cql_row_odd_);
	}
	*out = (int32_t)cql_row_32_(at + 4);
	r->at = at + 8;
	return true;
}

/** bigint, counter; also time, in nanoseconds */
static inline bool cql_row_int64(cql_row_reader *r, int64_t *out)
{
	const uint8_t *at = r->at;

	if (memcmp(at, "\0\0\0\10", 4) != 0) {
		*out = 0;
		return cql_row_rare_(r, cql_row_odd_);
	}
	*out = (int64_t)cql_row_64_(at + 4);
	r->at = at + 12;
	return true;
}

/** timestamp */
static inline bool cql_row_timestamp(cql_row_reader *r, cql_timestamp *out)
{
	return cql_row_int64(r, &out->milliseconds);
}

/** double */
static inline bool cql_row_double(cql_row_reader *r, double *out)
{
	int64_t bits;
	bool there = cql_row_int64(r, &bits);

	memcpy(out, &bits, sizeof bits);
	return there;
}

/** float */
static inline bool cql_row_float(cql_row_reader *r, float *out)
{
	int32_t bits;
	bool there = cql_row_int32(r, &bits);

	memcpy(out, &bits, sizeof bits);
	return there;
}

/** boolean */
static inline bool cql_row_bool(cql_row_reader *r, bool *out)
{
	const uint8_t *at = r->at;

	if (memcmp(at, "\0\0\0\1", 4) != 0) {
		*out = false;
		return cql_row_rare_(r, cql_row_odd_);
	}
	*out = at[4] != 0;
	r->at = at + 5;
	return true;
}

/** uuid, timeuuid */
static inline bool cql_row_uuid(cql_row_reader *r, cql_uuid *out)
{
	const uint8_t *at = r->at;

	if (memcmp(at, "\0\0\0\20", 4) != 0) {
		memset(out, 0, sizeof *out);
		return cql_row_rare_(r, cql_row_odd_);
	}
	memcpy(out->bytes, at + 4, 16);
	r->at = at + 20;
	return true;
}

/** inet */
static inline bool cql_row_inet(cql_row_reader *r, cql_inet *out)
{
	const uint8_t *at = r->at;
	const bool is_v6 = memcmp(at, "\0\0\0\20", 4) == 0;

	memset(out, 0, sizeof *out);
	if (!is_v6 && memcmp(at, "\0\0\0\4", 4) != 0)
		return cql_row_rare_(r, cql_row_odd_);
	memcpy(out->address, at + 4, is_v6 ? 16 : 4);
	out->length = is_v6 ? 16 : 4;
	r->at = at + 4 + out->length;
	return true;
}

/** The bytes of a column of any kind. */
static inline bool cql_row_blob(cql_row_reader *r, cql_blob *out)
{
	const uint8_t *at = r->at;
	uint32_t len = cql_row_32_(at);

	if ((uint64_t)(uintptr_t)at + len > (uintptr_t)r->safe)
		return cql_row_rare_bytes_(r, out);
	out->data = at + 4;
	out->len = len;
	r->at = at + 4 + len;
	return true;
}

/** text, ascii */
static inline bool cql_row_text(cql_row_reader *r, cql_text *out)
{
	cql_blob bytes;
	bool there = cql_row_blob(r, &bytes);

	out->data = (const char *)bytes.data;
	out->len = bytes.len;
	return there;
}

/** The items of a collection, as encoded: keys and values of a map in turn. */
typedef struct cql_items {
	const uint8_t *at, *end;
	uint32_t left; /**< pairs of a map, items of a list or set */
} cql_items;

/**
 * list, set, map: how many items, and where. A null collection has none.
 *
 *     for (cql_row_items(&r, &tags); tags.left; tags.left--)
 *         if (!cql_item_text(&tags, &tag)) ...                  broken: stop
 */
static inline bool cql_row_items(cql_row_reader *r, cql_items *out)
{
	cql_blob bytes;
	const bool there = cql_row_blob(r, &bytes) && bytes.len >= 4;

	out->at = there ? bytes.data + 4 : NULL;
	out->left = there ? cql_row_32_(bytes.data) : 0;
	out->end = there ? bytes.data + bytes.len : NULL;
	return there;
}

/** The next item's bytes. @return false when it is null, or when there is no more of it */
static inline bool cql_item_blob(cql_items *items, cql_blob *out)
{
	const size_t room = (size_t)(items->end - items->at);
	uint32_t len;

	out->data = NULL;
	out->len = 0;
	if (room < 4)
		return false;
	len = cql_row_32_(items->at);
	if (len > room - 4) {
		items->at += len >> 31 ? 4 : room;
		return false;
	}
	out->data = items->at + 4;
	out->len = len;
	items->at += 4 + (size_t)len;
	return true;
}

/** The next item of a collection of texts. */
static inline bool cql_item_text(cql_items *items, cql_text *out)
{
	cql_blob bytes;
	const bool there = cql_item_blob(items, &bytes);

	out->data = (const char *)bytes.data;
	out->len = bytes.len;
	return there;
}

/** Passes a column of any kind over. */
static inline bool cql_row_skip(cql_row_reader *r)
{
	cql_blob bytes;

	return cql_row_blob(r, &bytes);
}

/** A column of any kind, as a view. @param type  that of the column */
COODIE_API bool cql_row_value(cql_row_reader *r, const cql_type *type, cql_value *out);

COODIE_END

#endif
