/* SPDX-License-Identifier: MIT */
/**
 * @file lwt.h
 * Lightweight transactions: writes with a condition, and what was there when it did not hold.
 *
 *     coodie_lwt *lwt = coodie_insert(s, &user_model, &u, NULL, &err);
 *     if (!lwt)
 *         ...                                      failed: err says why, nothing is known
 *     else if (!coodie_lwt_applied(lwt))
 *         printf("taken by %s\n", ((const user *)coodie_lwt_existing(lwt))->email);
 *     coodie_lwt_free(lwt);
 *
 * Not applied is an outcome, not an error; COODIE_WRITE(.must_apply = true) makes it one:
 * COODIE_ERR_NOT_APPLIED, whose message shows some of what was there. An object counts as saved only when its write was applied (LC-10).
 *
 * A condition is a fragment with typed binds, checked as those of coodie_find():
 * `name op ?` with = != < <= > >=, `name IN ?` with one list, CONTAINS [KEY] (Cassandra 5), a part
 * `m[?]`, `l[?]` or `u.f` in place of a name; joined by AND; or the word EXISTS. Null may be bound
 * beside = and != (LW-07).
 * Refused before any I/O: a counter model (CT-09), a `timestamp_us` (LW-10), EXISTS beside another
 * condition (LW-15). Serves LW-01 to LW-15, LC-07, OP-04, OP-14, OP-15, R4, S7, S8.
 */
#ifndef COODIE_LWT_H
#define COODIE_LWT_H

#include <coodie/query.h>

COODIE_BEGIN

/** The outcome of a conditional write; owns its result and the existing object. One reader. */
typedef struct coodie_lwt coodie_lwt;

/** Frees the outcome with the object coodie_lwt_existing() gave; NULL is fine. */
COODIE_API void coodie_lwt_free(coodie_lwt *lwt);
COODIE_API bool coodie_lwt_applied(const coodie_lwt *lwt);
/**
 * The row that was in the way, as a tracked object with those members that the server sent: all for
 * coodie_insert(), those of the condition otherwise (LW-04), and the primary key, where the write
 * named one row. NULL when it was applied, when there was no row at all, and when the row says that it
 * is another struct's (coodie/polymorphism.h): give the base's model for that, or read
 * coodie_lwt_result(). Borrowed; coodie_dup()
 * keeps it.
 */
COODIE_API void *coodie_lwt_existing(const coodie_lwt *lwt);
/** How many rows the server answered with: more than one for a batch (BA-09). */
COODIE_API size_t coodie_lwt_count(const coodie_lwt *lwt);
/** The i-th of them, as coodie_lwt_existing(). */
COODIE_API void *coodie_lwt_existing_at(const coodie_lwt *lwt, size_t i);
/** The answer itself, borrowed. */
COODIE_API const coodie_result *coodie_lwt_result(const coodie_lwt *lwt);

/** Called once: `take_lwt` is the callee's (coodie_lwt_free); NULL on failure. */
typedef void coodie_lwt_fn(coodie_lwt *take_lwt, const coodie_error *err, void *user);

/** INSERT ... IF NOT EXISTS. A loaded object is refused: it exists (LW-11). */
COODIE_API coodie_lwt *coodie_insert(coodie_session *s, const coodie_model *m, void *object,
				     const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_insert_async(coodie_session *s, const coodie_model *m, void *object,
				    const coodie_write *w, coodie_lwt_fn *done, void *user,
				    coodie_error *err);

/**
 * Saves as coodie_save() does, always as an UPDATE, where a condition holds; also when nothing has
 * changed: the condition is asked all the same.
 * @param condition  "version = ?", "EXISTS"
 */
COODIE_API coodie_lwt *coodie_save_if(coodie_session *s, const coodie_model *m, void *object,
				      const char *condition, cql_args args, const coodie_write *w,
				      coodie_error *err);
COODIE_API bool coodie_save_if_async(coodie_session *s, const coodie_model *m, void *object,
				     const char *condition, cql_args args, const coodie_write *w,
				     coodie_lwt_fn *done, void *user, coodie_error *err);

/** Deletes an object's row where a condition holds. */
COODIE_API coodie_lwt *coodie_delete_if(coodie_session *s, const coodie_model *m,
					const void *object, const char *condition, cql_args args,
					const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_delete_if_async(coodie_session *s, const coodie_model *m, const void *object,
				       const char *condition, cql_args args, const coodie_write *w,
				       coodie_lwt_fn *done, void *user, coodie_error *err);

/**
 * Puts a condition on the write a query will make: coodie_query_update_if(),
 * coodie_query_delete_if() and their batch forms. Replaces an earlier one. A query with a
 * condition cannot be read from.
 */
COODIE_API void coodie_if(coodie_query *q, const char *condition, cql_args args);

COODIE_END

#endif
