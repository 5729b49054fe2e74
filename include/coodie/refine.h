/* SPDX-License-Identifier: MIT */
/**
 * @file refine.h
 * Queries made in steps: more conditions, copies, other places, all options at once.
 *
 *     coodie_query *q = coodie_find(s, &user_model, "country = ?", CQL_ARGS(cql("se")));
 *     if (adults)
 *         coodie_where(q, "age >= ?", CQL_ARGS(cql(18)));
 *
 * Serves QS-01, QS-02, QS-08, QS-10, QS-37 to QS-43, QS-46, QS-49, LC-24, LC-25, MD-06, CN-27.
 */
#ifndef COODIE_REFINE_H
#define COODIE_REFINE_H

#include <coodie/query.h>

COODIE_BEGIN

/** Adds conditions, joined to those before by AND; the same member may be named again. */
COODIE_API void coodie_where(coodie_query *q, const char *where, cql_args args);
/** A second query, as this one is now; each goes its own way. Freed with coodie_query_free() */
COODIE_API coodie_query *coodie_query_dup(const coodie_query *q);
/** Equal when both would send the same statement with the same binds. */
COODIE_API bool coodie_query_equal(const coodie_query *a, const coodie_query *b);
/** Reads from another keyspace or another session of the registry; NULL leaves it as it is. */
COODIE_API void coodie_using(coodie_query *q, const char *keyspace, const char *connection);
/**
 * Sets everything a request can say. Copied but for `id`, which must live until the terminal has
 * returned: it is filled by `_async` ones.
 */
COODIE_API void coodie_query_request(coodie_query *q, const coodie_request *r);

/** Is there any row? Reads the key of one (QS-08). */
COODIE_API bool coodie_exists(coodie_query *q, bool *exists, coodie_error *err);
typedef void coodie_exists_fn(bool exists, const coodie_error *err, void *user);
COODIE_API bool coodie_exists_async(coodie_query *q, coodie_exists_fn *done, void *user,
				    coodie_error *err);

/** The i-th row, borrowed from the rows as by coodie_next(), which it does not move; NULL past
 * the end, with code COODIE_OK (QS-10). */
COODIE_API void *coodie_rows_at(coodie_rows *rows, size_t i, coodie_error *err);
/** Begins again: coodie_next() gives the first row, the same object as before. */
COODIE_API void coodie_rows_rewind(coodie_rows *rows);

COODIE_END

#endif
