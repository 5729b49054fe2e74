/* SPDX-License-Identifier: MIT */
/**
 * @file stream.h
 * Results larger than memory: rows one after the other with the next page on its way, single pages, and
 * tokens to go on from elsewhere.
 *
 *     coodie_stream *stream = coodie_stream_new(q, NULL, &err);
 *     for (user *u; (u = coodie_stream_next(stream, &err)); )
 *         puts(u->email);                              valid until the next call
 *     coodie_stream_free(stream);
 *
 * Serves QS-09, QS-29 to QS-32, QS-46, QS-50, CN-19, Q11, Q12, Q13.
 */
#ifndef COODIE_STREAM_H
#define COODIE_STREAM_H

#include <coodie/query.h>

COODIE_BEGIN

/* ---- a stream of rows -------------------------------------------------------------------- */

/** Options of a stream; written as COODIE_STREAM(.no_prefetch = true). */
typedef struct coodie_stream_options {
	size_t size;
	uint32_t ahead;           /**< pages held before they are needed; 0: 1 */
	bool no_prefetch;         /**< asks for a page when the one before is used up */
	uint32_t rows_per_second; /**< waits between pages, to be no faster; 0: no limit (Q13) */
	uint64_t max_bytes;       /**< of rows: COODIE_ERR_LIMIT beyond this many; 0: no limit */
} coodie_stream_options;

#ifndef __cplusplus
#define COODIE_STREAM(...) \
	(&(const coodie_stream_options){ .size = sizeof(coodie_stream_options), __VA_ARGS__ })
#endif

typedef struct coodie_stream coodie_stream;

/**
 * Begins to read. No more than the page that is walked and `ahead` others are ever held. The query
 * may be freed at once; the stream is freed before the session.
 * @return freed with coodie_stream_free(), at any time; NULL on error
 */
COODIE_API coodie_stream *coodie_stream_new(coodie_query *q, const coodie_stream_options *options, coodie_error *err);
/** Ends a stream, its objects, and what it asked for. NULL is fine. */
COODIE_API void coodie_stream_free(coodie_stream *stream);

/**
 * The next row as a tracked object, owned by the stream and valid until the next call; coodie_dup()
 * keeps it. NULL with code COODIE_OK at the end. Blocks when no page is there: COODIE_ERR_WOULD_BLOCK on
 * an attached session (use coodie_stream_each_async()).
 */
COODIE_API void *coodie_stream_next(coodie_stream *stream, coodie_error *err);

/**
 * A token for the place behind the row that coodie_stream_next() gave last: for coodie_after(), in
 * another process too. Inside a page it counts the rows that were seen, so rows that are written or
 * deleted meanwhile may move it; behind the last row of a page it is exact. URL-safe text (A-Z a-z 0-9 -
 * _), borrowed until the next call.
 * @return NULL with code COODIE_OK when no row follows
 */
COODIE_API const char *coodie_stream_token(coodie_stream *stream, coodie_error *err);

/** Called for each row; valid during the call. @return false to stop: no error */
typedef bool coodie_row_fn(void *object, void *user);

/**
 * Reads all rows by callback, a page in a turn of the loop; the next page is asked for while this one
 * is walked, and no more (backpressure).
 * @param done  called once, behind the last row
 */
COODIE_API bool coodie_stream_each_async(coodie_query *q, const coodie_stream_options *options, coodie_row_fn *each, coodie_status_fn *done, void *user, coodie_error *err);

/* ---- single pages ------------------------------------------------------------------------ */

/**
 * Reads one page, of coodie_page_rows(). An empty page is not the end (Q11): rows follow as long as
 * coodie_rows_token() has a token. Behind a token of coodie_stream_token() of a place inside a page, the
 * rows that were seen are read again and left out: with a smaller coodie_page_rows() than before the
 * first pages come empty. @return freed with coodie_rows_free()
 */
COODIE_API coodie_rows *coodie_page(coodie_query *q, coodie_error *err);
COODIE_API bool coodie_page_async(coodie_query *q, coodie_rows_fn *done, void *user, coodie_error *err);
/** The token of the page behind these rows, borrowed from them; NULL when there is none. */
COODIE_API const char *coodie_rows_token(const coodie_rows *rows);

/**
 * Goes on behind a token; NULL begins at the beginning. For coodie_all(), coodie_page(), streams,
 * coodie_select() and coodie_json(). What is no token is COODIE_ERR_QUERY; a token holds a checksum of the
 * statement with its values, and the protocol version: one of another query is refused with
 * COODIE_ERR_QUERY before anything is sent. It is not secret and not signed: a service that takes
 * tokens from strangers adds its own signature.
 */
COODIE_API void coodie_after(coodie_query *q, const char *token);

/**
 * The paging state of a plain result as a token, written as by snprintf(). It does not know its
 * statement, so that only the server can tell another one's.
 * @return the length it needs; 0 when no page follows
 */
COODIE_API size_t coodie_result_token(const coodie_result *r, char *out, size_t size);
/**
 * The other way: the paging state in a token, for coodie_request.
 * @param len  in: room in `out`; out: bytes of the state, also with COODIE_ERR_RANGE: too little room
 * @param err  COODIE_ERR_QUERY: no token, or one of a place inside a page
 */
COODIE_API bool coodie_token_paging_state(const char *token, uint8_t *out, size_t *len, coodie_error *err);

/* ---- CQL of one's own -------------------------------------------------------------------- */

/**
 * Runs any SELECT and reads its rows, all pages, as objects of a model: columns are matched by their
 * name in the table, in any order; those the model does not have are skipped, members that no column
 * is for are not loaded. The whole primary key must be among them (COODIE_ERR_QUERY). What is no SELECT
 * gives no rows (QS-46).
 * @param cql   sent as it is; with values it is prepared
 * @return freed with coodie_rows_free()
 */
COODIE_API coodie_rows *coodie_raw(coodie_session *s, const coodie_model *m, const char *cql, cql_args args, coodie_error *err);
COODIE_API bool coodie_raw_async(coodie_session *s, const coodie_model *m, const char *cql, cql_args args, coodie_rows_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
