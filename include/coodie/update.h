/* SPDX-License-Identifier: MIT */
/**
 * @file update.h
 * Writing some columns: assignments as CQL fragments, by object and by query.
 *
 *     coodie_update(s, &user_model, u, "tags = tags + ?, age = ?",
 *                   CQL_ARGS(cql(CQL_SET(cql("new"))), cql(37)), NULL, &err);
 *
 * An assignment is one of
 *
 *     c = ?          a plain value; null writes null, unset is left out        (CO-09)
 *     c = c + ?      set, list (append), map (merge), counter                  (CO-02, 04, 06)
 *     c = ? + c      list (prepend); the order of the argument is kept         (CO-05)
 *     c = c - ?      set, list (every occurrence), map (a set of keys), counter (CO-03)
 *     m[?] = ?       one pair of a map, one place of a list                    (CO-07, 08)
 *     u.f = ?        one field of a user type that is not frozen               (UD-21)
 *
 * joined by commas, bound in textual order (CO-21). Refused before any I/O: a column that is not
 * there, a part of the primary key (LC-12), the discriminator of a family, an operator that does not fit the type, anything but
 * `= ?` on a frozen column (CO-17), a value that does not fit, or that the rules of its column or field
 * forbid: `.required` (null), `.min_length`, `.max_length`, `.validate`, which is asked about whole
 * values, not about what is added to a collection. Nothing left to assign, for
 * instance because every argument is unset or an empty addition, sends nothing (CO-14, LC-11).
 *
 * Serves CO-01 to CO-21, LC-08 to LC-16, LC-28, QS-33 to QS-36.
 */
#ifndef COODIE_UPDATE_H
#define COODIE_UPDATE_H

#include <coodie/lwt.h>

COODIE_BEGIN

/* ---- one row ----------------------------------------------------------------------------- */

/**
 * Updates the row of an object by its primary key. A tracked object follows plain `c = ?`
 * assignments once the server has answered; others, and an untracked object, stay as they are.
 * @param set  assignments, see above
 */
COODIE_API bool coodie_update(coodie_session *s, const coodie_model *m, void *object,
			      const char *set, cql_args args, const coodie_write *w,
			      coodie_error *err);
/** A tracked object must live until the callback. */
COODIE_API bool coodie_update_async(coodie_session *s, const coodie_model *m, void *object,
				    const char *set, cql_args args, const coodie_write *w,
				    coodie_status_fn *done, void *user, coodie_error *err);
/**
 * Updates the row of an object where a condition holds. The binds of both fragments stand in
 * `args` in their order: first those of `set`.
 */
COODIE_API coodie_lwt *coodie_update_if(coodie_session *s, const coodie_model *m, void *object,
					const char *set, const char *condition, cql_args args,
					const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_update_if_async(coodie_session *s, const coodie_model *m, void *object,
				       const char *set, const char *condition, cql_args args,
				       const coodie_write *w, coodie_lwt_fn *done, void *user,
				       coodie_error *err);

/**
 * Deletes cells: "age, scores[?]". The primary key is refused, and so is an empty list, which in
 * CQL would delete the row (LC-15, LC-16).
 */
COODIE_API bool coodie_delete_columns(coodie_session *s, const coodie_model *m, void *object,
				      const char *columns, cql_args args, const coodie_write *w,
				      coodie_error *err);
COODIE_API bool coodie_delete_columns_async(coodie_session *s, const coodie_model *m, void *object,
					    const char *columns, cql_args args,
					    const coodie_write *w, coodie_status_fn *done,
					    void *user, coodie_error *err);

/* ---- the rows of a query ----------------------------------------------------------------- */

/**
 * Updates by the conditions of a query, which must name the whole primary key (or the partition
 * key, when only static columns are set). What is for reading is refused: limits, order, groups,
 * neighbours, ranges of tokens, pages, coodie_only(). A query of one struct among several in a table
 * (coodie/polymorphism.h) writes one row, on the condition that it is that struct's.
 * @return false with COODIE_ERR_NOT_APPLIED when the query has a condition and it did not hold
 */
COODIE_API bool coodie_query_update(coodie_query *q, const char *set, cql_args args,
				    const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_query_update_async(coodie_query *q, const char *set, cql_args args,
					  const coodie_write *w, coodie_status_fn *done, void *user,
					  coodie_error *err);
/** The same with its outcome; coodie_if() gave the condition. */
COODIE_API coodie_lwt *coodie_query_update_if(coodie_query *q, const char *set, cql_args args,
					      const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_query_update_if_async(coodie_query *q, const char *set, cql_args args,
					     const coodie_write *w, coodie_lwt_fn *done, void *user,
					     coodie_error *err);

/** Deletes by the conditions of a query: rows, ranges of clustering, partitions (QS-35). */
COODIE_API bool coodie_query_delete(coodie_query *q, const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_query_delete_async(coodie_query *q, const coodie_write *w,
					  coodie_status_fn *done, void *user, coodie_error *err);
COODIE_API coodie_lwt *coodie_query_delete_if(coodie_query *q, const coodie_write *w,
					      coodie_error *err);
COODIE_API bool coodie_query_delete_if_async(coodie_query *q, const coodie_write *w,
					     coodie_lwt_fn *done, void *user, coodie_error *err);

/* ---- JSON ------------------------------------------------------------------------------------ */

/**
 * INSERT ... JSON ?. Members the text does not name are left as they are (DEFAULT UNSET). The server
 * reads the text and knows its columns by their names in the table; constraints of the model are not
 * asked. Refused for counters (CT-05). Serves LC-08.
 * @param json  UTF-8, need not be terminated
 * @param w     ttl, timestamp_us, and what every write takes
 */
COODIE_API bool coodie_save_json(coodie_session *s, const coodie_model *m, cql_text json,
				 const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_save_json_async(coodie_session *s, const coodie_model *m, cql_text json,
				       const coodie_write *w, coodie_status_fn *done, void *user,
				       coodie_error *err);

COODIE_END

#endif
