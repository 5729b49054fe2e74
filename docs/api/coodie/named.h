/* SPDX-License-Identifier: MIT */
/**
 * @file named.h
 * Binds by the name of their marker: `WHERE id = :id`, or the column's name for a plain `?`.
 *
 *     coodie_named binds[] = { { "id", cql(u.id) }, { "age", cql(18) } };
 *     coodie_session_execute_named(s, p, binds, 2, NULL, &err);
 *
 * A name without quotes is compared without case, one in quotes as it is. A name that stands for
 * several markers fills all of them; a marker that nobody names is unset. Serves Q1, Q2, Q3.
 */
#ifndef COODIE_NAMED_H
#define COODIE_NAMED_H

#include <coodie/session.h>

COODIE_BEGIN

/** One bind; copied or encoded before the call returns. */
typedef struct coodie_named {
	const char *name;
	cql_value value;
} coodie_named;

/** @param err  COODIE_ERR_INVALID: a name that no marker has, or given twice */
COODIE_API coodie_result *coodie_session_query_named(coodie_session *s, const char *cql,
						     const coodie_named *binds, size_t count,
						     const coodie_request *r, coodie_error *err);
COODIE_API bool coodie_session_query_named_async(coodie_session *s, const char *cql,
						 const coodie_named *binds, size_t count,
						 const coodie_request *r, coodie_done_fn *done,
						 void *user, coodie_error *err);
COODIE_API coodie_result *coodie_session_execute_named(coodie_session *s, coodie_prepared *p,
						       const coodie_named *binds, size_t count,
						       const coodie_request *r,
						       coodie_error *err);
COODIE_API bool coodie_session_execute_named_async(coodie_session *s, coodie_prepared *p,
						   const coodie_named *binds, size_t count,
						   const coodie_request *r, coodie_done_fn *done,
						   void *user, coodie_error *err);

/** The indexes of the partition key's columns among the markers, in key order; borrowed. */
COODIE_API const uint16_t *coodie_prepared_key(const coodie_prepared *p, size_t *count);
/** The columns a statement will answer with; 0 and NULL for a write. */
COODIE_API size_t coodie_prepared_column_count(const coodie_prepared *p);
COODIE_API const char *coodie_prepared_column_name(const coodie_prepared *p, size_t i);
COODIE_API const cql_type *coodie_prepared_column_type(const coodie_prepared *p, size_t i);

COODIE_END

#endif
