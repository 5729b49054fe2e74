/* SPDX-License-Identifier: MIT */
/**
 * @file aggregate.h
 * Selecting other things than objects: aggregates, groups, casts, write times, JSON, tokens.
 *
 *     coodie_group_by(q, "country");
 *     coodie_result *r = coodie_select(q, "country, count(*), sum(price)", &err);
 *
 * Serves QS-07, QS-18, QS-20 to QS-28, QS-47, LC-08, OP-11, OP-12, MG-15.
 */
#ifndef COODIE_AGGREGATE_H
#define COODIE_AGGREGATE_H

#include <coodie/query.h>

COODIE_BEGIN

/**
 * Runs the query with a list of its own: members; `count(*)`; `sum(m)`, `avg`, `min`, `max` and
 * any other `fn(m)`; `cast(m as type)`; `token(a, b)`; `writetime(m)`; `ttl(m)`; each with or
 * without `as name`. Members are checked, functions are the server's business. Conditions, order,
 * limits and grouping of the query hold; only() and defer() are refused.
 * @return the first page, freed with coodie_result_free(); NULL on error
 */
COODIE_API coodie_result *coodie_select(coodie_query *q, const char *list, coodie_error *err);
COODIE_API bool coodie_select_async(coodie_query *q, const char *list, coodie_done_fn *done,
				    void *user, coodie_error *err);
/**
 * The first column of the first row of coodie_select(), for one number.
 * @param is_null  set when the server answered null (no rows for max()); may be NULL, then null is
 *                 COODIE_ERR_NOT_FOUND
 */
COODIE_API bool coodie_select_int64(coodie_query *q, const char *expression, int64_t *out,
				    bool *is_null, coodie_error *err);
COODIE_API bool coodie_select_double(coodie_query *q, const char *expression, double *out,
				     bool *is_null, coodie_error *err);

/** GROUP BY: the partition key, then clustering columns, in their order. For coodie_select(). */
COODIE_API void coodie_group_by(coodie_query *q, const char *members);
/** SELECT DISTINCT: the partition key and static columns; sets only() to them (QS-20). */
COODIE_API void coodie_distinct(coodie_query *q);

/* ---- JSON -------------------------------------------------------------------------------- */

/** SELECT JSON: a result of one text column. only() and defer() hold (QS-26). */
COODIE_API coodie_result *coodie_json(coodie_query *q, coodie_error *err);
COODIE_API bool coodie_json_async(coodie_query *q, coodie_done_fn *done, void *user,
				  coodie_error *err);
/**
 * INSERT ... JSON ?. Members the text does not name are left as they are (DEFAULT UNSET).
 * @param json  UTF-8, need not be terminated
 */
COODIE_API bool coodie_save_json(coodie_session *s, const coodie_model *m, cql_text json,
				 const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_save_json_async(coodie_session *s, const coodie_model *m, cql_text json,
				       const coodie_write *w, coodie_status_fn *done, void *user,
				       coodie_error *err);

/* ---- tokens ------------------------------------------------------------------------------ */

/** Only partitions with `after < token <= up_to` (Murmur3: the whole int64 range). */
COODIE_API void coodie_token_range(coodie_query *q, int64_t after, int64_t up_to);
/** The token of a partition key. No I/O. @param keys  every column of the partition key */
COODIE_API bool coodie_token(coodie_session *s, const coodie_model *m, cql_args keys,
			     int64_t *token, coodie_error *err);

COODIE_END

#endif
