/* SPDX-License-Identifier: MIT */
/**
 * @file named.h
 * Values by the names of their markers: `WHERE id = :id`, or the column's name for a plain `?`.
 *
 *     const coodie_named binds[] = { { "id", cql(u.id) }, { "age", cql(18) } };
 *     coodie_session_execute_named(s, p, binds, 2, NULL, &err);
 *
 * A name is read as CQL reads one: `Id` is `id`, and `"Id"`, in double quotes, is as it is. A name that
 * several markers have fills all of them. Each marker needs a value: cql_unset() for what a write is
 * to leave alone. Names and values are copied or encoded before the call returns; everything else is
 * as in coodie_session_query() and coodie_session_execute(). Serves Q2 b.
 */
#ifndef COODIE_NAMED_H
#define COODIE_NAMED_H

#include <coodie/session.h>

COODIE_BEGIN

/** One value. */
typedef struct coodie_named {
	const char *name;
	cql_value value;
} coodie_named;

/**
 * Runs a text; it is prepared first, since only the server knows its markers.
 * @param err  COODIE_ERR_INVALID: a name that no marker has, or that is given twice, a marker that none
 * is for. The asynchronous call says it through `done` where the statement was not prepared before
 */
COODIE_API coodie_result *coodie_session_query_named(coodie_session *s, const char *cql,
						     const coodie_named *binds, size_t count,
						     const coodie_request *r, coodie_error *err);
COODIE_API bool coodie_session_query_named_async(coodie_session *s, const char *cql,
						 const coodie_named *binds, size_t count,
						 const coodie_request *r, coodie_done_fn *done,
						 void *user, coodie_error *err);
/** Runs a prepared statement; errors as above, all of them at once. */
COODIE_API coodie_result *coodie_session_execute_named(coodie_session *s, coodie_prepared *p,
						       const coodie_named *binds, size_t count,
						       const coodie_request *r, coodie_error *err);
COODIE_API bool coodie_session_execute_named_async(coodie_session *s, coodie_prepared *p,
						   const coodie_named *binds, size_t count,
						   const coodie_request *r, coodie_done_fn *done,
						   void *user, coodie_error *err);

COODIE_END

#endif
