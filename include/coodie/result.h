/* SPDX-License-Identifier: MIT */
/**
 * @file result.h
 * What the server answered: rows read through a cursor, lazily, where they lie in the response.
 *
 * A result is one block of bytes and its metadata; everything borrowed from it (names, types,
 * texts, blobs, collections) lives until coodie_result_free(). It may be freed after its session.
 * Any thread may read it, not two at once.
 */
#ifndef COODIE_RESULT_H
#define COODIE_RESULT_H

#include <coodie/value.h>

COODIE_BEGIN

typedef struct coodie_result coodie_result;

/** The five kinds of RESULT (v4 section 4.2.5). */
enum coodie_result_kind {
	COODIE_RESULT_VOID = 1,
	COODIE_RESULT_ROWS,
	COODIE_RESULT_SET_KEYSPACE,
	COODIE_RESULT_PREPARED,
	COODIE_RESULT_SCHEMA_CHANGE
};

/** Frees the block, its rows, names and warnings in one call; NULL is fine. */
COODIE_API void coodie_result_free(coodie_result *r);

/* What a result says. Of NULL, which a request that failed has: void, with nothing in it. */

COODIE_API enum coodie_result_kind coodie_result_kind(const coodie_result *r);
/** @return rows of this page; 0 for other kinds */
COODIE_API size_t coodie_result_row_count(const coodie_result *r);
COODIE_API size_t coodie_result_column_count(const coodie_result *r);
/** @return borrowed; NULL past the end */
COODIE_API const char *coodie_result_column_name(const coodie_result *r, size_t i);
COODIE_API const cql_type *coodie_result_column_type(const coodie_result *r, size_t i);
/** Finds a column by its exact name. @return false when there is none */
COODIE_API bool coodie_result_column_index(const coodie_result *r, const char *name, size_t *i);

/** @return whether more pages follow; an empty page may have one */
COODIE_API bool coodie_result_has_more(const coodie_result *r);
/** @return opaque bytes, borrowed; `data` NULL on the last page. Bound to the statement and the
 * protocol version. */
COODIE_API cql_blob coodie_result_paging_state(const coodie_result *r);

/**
 * Was a lightweight transaction applied? Reads the first column named "[applied]"; a result without
 * one counts as applied.
 */
COODIE_API bool coodie_result_applied(const coodie_result *r);

COODIE_API size_t coodie_result_warning_count(const coodie_result *r);
/** @return the i-th warning, borrowed, NUL-terminated; NULL past the end. The server's; behind them,
 * when the retry policy lowered the consistency, our own that says so (R1) */
COODIE_API const char *coodie_result_warning(const coodie_result *r, size_t i);
/** An entry of a custom payload, a [bytes map]: views. `value.data` NULL: null. */
typedef struct cql_payload {
	cql_text key;
	cql_blob value;
} cql_payload;

/** Entries of the custom payload that came with it (P17, v4 section 2.2). */
COODIE_API size_t coodie_result_payload_count(const coodie_result *r);
/** @param out  borrowed from the result; its key is not terminated. @return false past the end */
COODIE_API bool coodie_result_payload_at(const coodie_result *r, size_t i, cql_payload *out);

/**
 * The node that answered (O7), as it is connected to.
 * @param address  may be NULL
 * @param port     likewise
 * @return false for a result made by hand, and where it is no address (`unix:/path`)
 */
COODIE_API bool coodie_result_node(const coodie_result *r, cql_inet *address, uint16_t *port);

/** An attempt that came before the answer. */
typedef struct coodie_tried {
	cql_inet address; /**< of the node; `length` 0: a path */
	uint16_t port;
	enum coodie_errc code; /**< what became of it; CANCELLED: it had no answer yet */
	int32_t server_code;   /**< as in coodie_error */
} coodie_tried;

/** How many there were (O7), 64 at most; 0 for most results. coodie_options_set_attempts() tells
 * all, of requests that fail too. */
COODIE_API size_t coodie_result_tried_count(const coodie_result *r);
/** @return false past the end */
COODIE_API bool coodie_result_tried(const coodie_result *r, size_t i, coodie_tried *out);

/** @return false when no trace was asked for */
COODIE_API bool coodie_result_tracing_id(const coodie_result *r, cql_uuid *id);

/** Of a statement that changed the schema: did all nodes that are up have the same schema before
 * `schema_wait_ms` were over? @return true for everything else */
COODIE_API bool coodie_result_schema_agreed(const coodie_result *r);

/** One encoded column of the current row: borrowed bytes. `data` NULL: null. */
typedef struct coodie_cell {
	const uint8_t *data;
	size_t len;
} coodie_cell;

/**
 * A position in the rows of a result. Starts before the first row. Columns can be had by index or passed
 * over; who reads all of them in order reads faster with coodie_result_read() (coodie/rows.h).
 * By value, and without memory of its own: there is nothing to free. Its fields are its functions'
 * business.
 *
 *     coodie_cursor c = coodie_result_cursor(res);
 *     while (coodie_cursor_next(&c))
 *         if (!coodie_cursor_text(&c, 0, &name, &err)) ...
 */
typedef struct coodie_cursor {
	const coodie_result *result;
	const uint8_t *at, *end;
	coodie_cell *cells; /**< of the current row, column_count of them */
	uint32_t left;      /**< rows not yet read */
	bool failed; /**< the rows are broken on the wire: coodie_cursor_next() has returned false
			early */
} coodie_cursor;

/** A cursor over all rows. A result has room for one cursor at a time; a second call starts that
 * one again. Of NULL, a result that failed: over no rows. */
COODIE_API coodie_cursor coodie_result_cursor(coodie_result *r);
/** Moves to the next row. @return false after the last */
COODIE_API bool coodie_cursor_next(coodie_cursor *c);

/** @return the i-th column's bytes */
COODIE_API coodie_cell coodie_cursor_cell(const coodie_cursor *c, size_t i);
/** Whether there is nothing to read, as cql_is_null() of its value says: null, or an empty value. */
COODIE_API bool coodie_cursor_is_null(const coodie_cursor *c, size_t i);
/** Decodes the i-th column into a view; null gives CQL_TAG_NULL. */
COODIE_API bool coodie_cursor_value(const coodie_cursor *c, size_t i, cql_value *out,
				    coodie_error *err);

/** Decodes a cell as a value of a type, into a view; a null one gives CQL_TAG_NULL. COODIE_ERR_PROTOCOL: bytes that are none. */
COODIE_API bool coodie_cell_value(coodie_cell cell, const cql_type *type, cql_value *out,
				  coodie_error *err);

/**
 * Typed getters: checked as cql_to_*() checks, `out` as it was on failure. Texts, blobs and
 * collections are views into the result.
 * @param err  COODIE_ERR_TYPE, COODIE_ERR_RANGE, with the column's name; COODIE_ERR_INVALID: no such
 * column
 */
COODIE_API bool coodie_cursor_bool(const coodie_cursor *c, size_t i, bool *out, coodie_error *err);
COODIE_API bool coodie_cursor_int8(const coodie_cursor *c, size_t i, int8_t *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_int16(const coodie_cursor *c, size_t i, int16_t *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_int32(const coodie_cursor *c, size_t i, int32_t *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_int64(const coodie_cursor *c, size_t i, int64_t *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_float(const coodie_cursor *c, size_t i, float *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_double(const coodie_cursor *c, size_t i, double *out,
				     coodie_error *err);
COODIE_API bool coodie_cursor_text(const coodie_cursor *c, size_t i, cql_text *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_blob(const coodie_cursor *c, size_t i, cql_blob *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_uuid(const coodie_cursor *c, size_t i, cql_uuid *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_inet(const coodie_cursor *c, size_t i, cql_inet *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_date(const coodie_cursor *c, size_t i, cql_date *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_time(const coodie_cursor *c, size_t i, cql_time *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_timestamp(const coodie_cursor *c, size_t i, cql_timestamp *out,
					coodie_error *err);
COODIE_API bool coodie_cursor_duration(const coodie_cursor *c, size_t i, cql_duration *out,
				       coodie_error *err);
COODIE_API bool coodie_cursor_varint(const coodie_cursor *c, size_t i, cql_varint *out,
				     coodie_error *err);
COODIE_API bool coodie_cursor_decimal(const coodie_cursor *c, size_t i, cql_decimal *out,
				      coodie_error *err);
COODIE_API bool coodie_cursor_list(const coodie_cursor *c, size_t i, cql_list *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_set(const coodie_cursor *c, size_t i, cql_set *out,
				  coodie_error *err);
COODIE_API bool coodie_cursor_map(const coodie_cursor *c, size_t i, cql_map *out,
				  coodie_error *err);
COODIE_API bool coodie_cursor_tuple(const coodie_cursor *c, size_t i, cql_tuple *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_udt(const coodie_cursor *c, size_t i, cql_udt *out,
				  coodie_error *err);
COODIE_API bool coodie_cursor_vector(const coodie_cursor *c, size_t i, cql_vector *out,
				     coodie_error *err);

COODIE_END

#endif
