/* SPDX-License-Identifier: MIT */
/**
 * @file query.h
 * Queries over a model: conditions are CQL fragments with typed binds, checked against the model
 * before any I/O.
 *
 *     coodie_query *q = coodie_find(s, &user_model, "email = ? AND age > ?",
 *                                   CQL_ARGS(cql("ada@example.org"), cql(18)));
 *     coodie_limit(q, 10);
 *     coodie_rows *rows = coodie_all(q, &err);
 *     for (user *x; (x = coodie_next(rows, &err)); )
 *         printf("%s\n", x->email);
 *     coodie_rows_free(rows);
 *     coodie_query_free(q);
 *
 * Builders copy what they are given. An error made while building is kept and reported by each call
 * that runs the query: nothing mends it, such a query is only good for coodie_query_free(). Builders and
 * terminals accept a NULL query (out of memory, reported by the terminal). One thread at a time.
 */
#ifndef COODIE_QUERY_H
#define COODIE_QUERY_H

#include <coodie/model.h>

COODIE_BEGIN

typedef struct coodie_query coodie_query;
typedef struct coodie_rows coodie_rows;

/**
 * Begins a query.
 * @param where  conditions joined by AND: `name op ?` with = < <= > >= IN, CONTAINS, CONTAINS KEY,
 * LIKE; `token(a, b) > ?`; `(a, b) > (?, ?)`. Names are members of the model, or its columns in
 * quotes. NULL or "" for every row. A literal is refused: bind it.
 * @param args   one for each `?`; an IN takes one list
 * @return never fails visibly: see above. Freed with coodie_query_free()
 */
COODIE_API coodie_query *coodie_find(coodie_session *s, const coodie_model *m, const char *where,
				     cql_args args);
COODIE_API void coodie_query_free(coodie_query *q);

/** At most `rows` rows; 0 is refused. */
COODIE_API void coodie_limit(coodie_query *q, uint32_t rows);
/** At most `rows` rows of each partition. */
COODIE_API void coodie_per_partition_limit(coodie_query *q, uint32_t rows);
/** Orders by clustering columns: "created_at DESC", "a, b DESC". */
COODIE_API void coodie_order_by(coodie_query *q, const char *columns);
/** Reads only these members ("id, email") and the primary key; the others stay zero and are never
 * written by a save. */
COODIE_API void coodie_only(coodie_query *q, const char *members);
/** Reads all but these members; the primary key cannot be left out. */
COODIE_API void coodie_defer(coodie_query *q, const char *members);
COODIE_API void coodie_allow_filtering(coodie_query *q);
/** Rows per page. */
COODIE_API void coodie_page_rows(coodie_query *q, uint32_t rows);
COODIE_API void coodie_consistency(coodie_query *q, cql_consistency consistency);
COODIE_API void coodie_timeout_ms(coodie_query *q, uint32_t ms);

/**
 * Writes the CQL the query would send, as snprintf() does: for a log.
 * @return the length it needs; 0 with `err` when the query is wrong
 */
COODIE_API size_t coodie_query_cql(coodie_query *q, char *out, size_t size, coodie_error *err);

/* ---- terminals ------------------------------------------------------------------------------ */

/** Reads every row, page after page. @return freed with coodie_rows_free(); NULL on error */
COODIE_API coodie_rows *coodie_all(coodie_query *q, coodie_error *err);
/** The next row as a tracked object, owned by the rows; NULL with code COODIE_OK at the end. NULL
 * rows: NULL. */
COODIE_API void *coodie_next(coodie_rows *rows, coodie_error *err);
/** The i-th row, borrowed as by coodie_next(), which it does not move; NULL past the end, code
 * COODIE_OK (QS-10). Costs a step for each page before it. */
COODIE_API void *coodie_rows_at(const coodie_rows *rows, size_t i, coodie_error *err);
/** coodie_next() begins at the first row again (QS-10). The objects are those that they were, with
 * what was changed in them. */
COODIE_API void coodie_rows_rewind(coodie_rows *rows);
/** @return how many rows there are */
COODIE_API size_t coodie_rows_count(const coodie_rows *rows);
/** Frees every object, text and collection in one call; NULL is fine. */
COODIE_API void coodie_rows_free(coodie_rows *rows);

/** The first row. @return a tracked object (coodie_object_free()); NULL with code COODIE_OK when
 * there is none */
COODIE_API void *coodie_first(coodie_query *q, coodie_error *err);
/** The only row. NULL with COODIE_ERR_NOT_FOUND for none, COODIE_ERR_MULTIPLE_FOUND for more. */
COODIE_API void *coodie_one(coodie_query *q, coodie_error *err);
/** SELECT COUNT(*) of what the conditions say, whatever limit there is; coodie_distinct() and
 * coodie_group_by() are refused. @return whether `count` was set */
COODIE_API bool coodie_count(coodie_query *q, uint64_t *count, coodie_error *err);

typedef void coodie_rows_fn(coodie_rows *take_rows, const coodie_error *err, void *user);
typedef void coodie_count_fn(uint64_t count, const coodie_error *err, void *user);

/** The twins; the query may be freed at once, the call holds what it needs. */
COODIE_API bool coodie_all_async(coodie_query *q, coodie_rows_fn *done, void *user,
				 coodie_error *err);
COODIE_API bool coodie_first_async(coodie_query *q, coodie_object_fn *done, void *user,
				   coodie_error *err);
COODIE_API bool coodie_one_async(coodie_query *q, coodie_object_fn *done, void *user,
				 coodie_error *err);
COODIE_API bool coodie_count_async(coodie_query *q, coodie_count_fn *done, void *user,
				   coodie_error *err);

COODIE_END

#endif
