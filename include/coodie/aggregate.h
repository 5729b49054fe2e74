/* SPDX-License-Identifier: MIT */
/**
 * @file aggregate.h
 * Selecting other things than objects: lists of values, aggregates, groups, casts, write times, JSON,
 * ranges of tokens.
 *
 *     coodie_group_by(q, "country");
 *     coodie_result *r = coodie_select(q, "country, count(*), sum(price)", &err);
 *
 * What is read comes as a plain result (coodie/result.h), a page at a time: what follows a page is read
 * with coodie_result_token() and coodie_after() of coodie/stream.h. Conditions, order and limits of the
 * query hold. Serves QS-07, QS-18, QS-20 to QS-26, QS-28, QS-47, OP-11, OP-12.
 */
#ifndef COODIE_AGGREGATE_H
#define COODIE_AGGREGATE_H

#include <coodie/query.h>

COODIE_BEGIN

/**
 * Runs the query with a list of its own: members; `count(*)`; `sum(m)`, `avg`, `min`, `max` and any other
 * `fn(m)`, also of each other; `cast(m as type)`; `token(a, b)`; `writetime(m)`; `ttl(m)`; each with or
 * without `as name`, which is the column's name in the result as it is written. Members are checked,
 * functions are the server's business. coodie_only() and coodie_defer() are refused.
 * @return the first page, freed with coodie_result_free(); NULL on error
 */
COODIE_API coodie_result *coodie_select(coodie_query *q, const char *list, coodie_error *err);
COODIE_API bool coodie_select_async(coodie_query *q, const char *list, coodie_done_fn *done, void *user, coodie_error *err);
/**
 * The first column of the first row of coodie_select(), for one number.
 * @param is_null  whether the server answered null, or nothing: `out` is then 0. May be NULL: null is
 *                 COODIE_ERR_NOT_FOUND then
 * @param err  COODIE_ERR_TYPE where it is no such number; `double` takes whole ones as well
 */
COODIE_API bool coodie_select_int64(coodie_query *q, const char *expression, int64_t *out, bool *is_null, coodie_error *err);
COODIE_API bool coodie_select_double(coodie_query *q, const char *expression, double *out, bool *is_null, coodie_error *err);
/** Called once; `number` is 0 when it is null, and on failure. */
typedef void coodie_int64_fn(int64_t number, bool is_null, const coodie_error *err, void *user);
typedef void coodie_double_fn(double number, bool is_null, const coodie_error *err, void *user);
COODIE_API bool coodie_select_int64_async(coodie_query *q, const char *expression, coodie_int64_fn *done, void *user, coodie_error *err);
COODIE_API bool coodie_select_double_async(coodie_query *q, const char *expression, coodie_double_fn *done, void *user, coodie_error *err);

/** GROUP BY: columns of the primary key in their order, the partition key whole; those that a
 * condition gives one value may be left out. For coodie_select(). */
COODIE_API void coodie_group_by(coodie_query *q, const char *members);
/**
 * SELECT DISTINCT: one row for each partition, of its key and its static members; the others are not
 * read, nor written by a save (QS-20), which updates the statics of the partition. Whatever would
 * write a row is refused: its clustering key was not read. Conditions can only be on what is read.
 */
COODIE_API void coodie_distinct(coodie_query *q);

/** SELECT JSON: a result of one text column. coodie_only() and coodie_defer() hold (QS-26). */
COODIE_API coodie_result *coodie_json(coodie_query *q, coodie_error *err);
COODIE_API bool coodie_json_async(coodie_query *q, coodie_done_fn *done, void *user, coodie_error *err);

/** Only partitions with `after < token <= up_to`, in the place of the range before (Murmur3: the whole
 * int64 range; the least number is no token). */
COODIE_API void coodie_token_range(coodie_query *q, int64_t after, int64_t up_to);
/** The token of a partition key, by Murmur3. No I/O. @param keys  every column of the partition key */
COODIE_API bool coodie_token(coodie_session *s, const coodie_model *m, cql_args keys, int64_t *token, coodie_error *err);

COODIE_END

#endif
