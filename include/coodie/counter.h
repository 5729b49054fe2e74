/* SPDX-License-Identifier: MIT */
/**
 * @file counter.h
 * Counters: columns of type "counter" that are only ever added to.
 *
 *     COODIE_COLUMN(page_hits, views, "counter"),        the member is an int64_t
 *
 *     coodie_increment(s, &hits_model, &hits, "views, likes", CQL_ARGS(cql(1), cql(-1)), NULL,
 *                      &err);
 *
 * A model with a counter has counters and keys only, and no counter is a key (CT-02, MD-22,
 * MD-23): checked at first use. coodie_save(), coodie_insert(), coodie_save_json(), a TTL, a
 * timestamp and a condition are refused on such a model with the call to use (CT-05, 09, 10).
 * Serves CT-01 to CT-12, TY-18.
 */
#ifndef COODIE_COUNTER_H
#define COODIE_COUNTER_H

#include <coodie/model.h>

COODIE_BEGIN

/**
 * Adds to counters of the row of an object: `views = views + ?`. The object in memory stays as it
 * is: only a read tells what others added. Never sent twice by the library (not idempotent).
 * @param members  "views", or several: "views, likes"; none is refused (CT-03)
 * @param by       one integer for each member, negative to subtract
 * @param w        no ttl, no timestamp_us (CT-10)
 */
COODIE_API bool coodie_increment(coodie_session *s, const coodie_model *m, const void *object,
				 const char *members, cql_args by, const coodie_write *w,
				 coodie_error *err);
COODIE_API bool coodie_increment_async(coodie_session *s, const coodie_model *m, const void *object,
				       const char *members, cql_args by, const coodie_write *w,
				       coodie_status_fn *done, void *user, coodie_error *err);
/** Subtracts: coodie_increment() of the negated values. */
COODIE_API bool coodie_decrement(coodie_session *s, const coodie_model *m, const void *object,
				 const char *members, cql_args by, const coodie_write *w,
				 coodie_error *err);
COODIE_API bool coodie_decrement_async(coodie_session *s, const coodie_model *m, const void *object,
				       const char *members, cql_args by, const coodie_write *w,
				       coodie_status_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
