/* SPDX-License-Identifier: MIT */
/**
 * @file refine.h
 * Queries made in steps: more conditions, copies, other places, all options at once.
 *
 *     coodie_query *q = coodie_find(s, &user_model, "country = ?", CQL_ARGS(cql("se")));
 *     if (adults)
 *         coodie_where(q, "age >= ?", CQL_ARGS(cql(18)));
 *
 * A query may be run as often as one likes, and built on in between: each call sends what it is then.
 * Serves QS-01, QS-02, QS-08, QS-37 to QS-41, QS-49, MD-06, CN-14, CN-27, LG-02.
 */
#ifndef COODIE_REFINE_H
#define COODIE_REFINE_H

#include <coodie/query.h>

COODIE_BEGIN

/** Adds conditions, joined to those before by AND; the same member may be named again, `b > ?` and
 * `b <= ?` for instance. What contradicts itself, as `a = ? AND a = ?`, is the server's to refuse. */
COODIE_API void coodie_where(coodie_query *q, const char *where, cql_args args);
/**
 * A second query, as this one is now, its mistake too; each goes its own way.
 * @return freed with coodie_query_free(); NULL, which every call reports, when out of memory
 */
COODIE_API coodie_query *coodie_query_dup(const coodie_query *q);
/**
 * Whether both would send the same statement with the same binds to the same session (QS-49). One with a
 * mistake is equal to none.
 */
COODIE_API bool coodie_query_equal(coodie_query *a, coodie_query *b);
/**
 * Reads from another keyspace, spelled as in CQL, or another session of the registry that the query was
 * made with; NULL leaves it as it is (QS-40, QS-41). What is read there is not written by its model,
 * which is of another place (COODIE_ERR_INVALID): copy the model, give the copy that .keyspace or
 * .connection, and write with the copy, or read with it to begin with. A session that is no registry
 * serves every connection, whatever its name.
 */
COODIE_API void coodie_using(coodie_query *q, const char *keyspace, const char *connection);
/**
 * Sets everything a request can say, in the place of what was set before (QS-37); NULL: defaults.
 * Copied but for `id`, which must live until the terminal has returned: `_async` ones fill it, with the
 * id of the request they send first. Of a read of several pages that is the first page: later ones are
 * requests of their own, which it does not cancel (a stream is ended between rows). Reads
 * count as idempotent whatever it says; `paging_state` is for the first page of coodie_all().
 */
COODIE_API void coodie_query_request(coodie_query *q, const coodie_request *r);
/** The execution profile (coodie/policy.h); NULL: "default" (CN-14). Copied. */
COODIE_API void coodie_profile(coodie_query *q, const char *name);

/**
 * The CQL the query would send with each value in the place of its `?`, as snprintf() does: for a log,
 * not to be sent (LG-02).
 * @return the length it needs; 0 with `err` when the query is wrong
 */
COODIE_API size_t coodie_query_format(coodie_query *q, char *out, size_t size, coodie_error *err);

/** Is there any row? Reads the key of one (QS-08). @return whether `exists` was set */
COODIE_API bool coodie_exists(coodie_query *q, bool *exists, coodie_error *err);
/** Called once; `exists` is false on failure. */
typedef void coodie_exists_fn(bool exists, const coodie_error *err, void *user);
COODIE_API bool coodie_exists_async(coodie_query *q, coodie_exists_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
