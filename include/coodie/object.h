/* SPDX-License-Identifier: MIT */
/**
 * @file object.h
 * Tracked objects, member by member: by name, what changed, what came from the server, comparing and
 * printing.
 *
 *     coodie_object_value(u, "age", &v, &err)        what the member says
 *     coodie_object_set(u, "age", cql(37), &err)     the same as u->age = ..., with a copy
 *     coodie_object_is_changed(u, "age")             would a save write it?
 *     coodie_object_raw(u, "age", &cell, &err)       the bytes that the server sent
 *
 * All of it is about objects that the library made (coodie/model.h); of a struct of your own they say
 * COODIE_ERR_INVALID, false or 0. Names are those of members. Threads: as the object, one at a time.
 *
 * **Lazy rows.** Rows are not parsed when they are first looked at but at once: a row of ten columns
 * costs less than a cursor's walk over it again. What stays unparsed are collections, which are views
 * that cql_iter reads, and everything is still there as it came, in coodie_object_raw(). Who wants
 * the bytes alone reads a result (coodie/result.h); who wants few columns asks for few
 * (coodie_only()): the other members then are not loaded, which is no error (LZ-01 to LZ-06).
 */
#ifndef COODIE_OBJECT_H
#define COODIE_OBJECT_H

#include <coodie/query.h>

COODIE_BEGIN

/* ---- members by name ------------------------------------------------------------------------ */

/**
 * Reads a member as a view, borrowed from the object; a member that is NULL gives CQL_TAG_NULL (MD-29).
 * @param err  COODIE_ERR_INVALID: no such member, with the nearest; also below
 */
COODIE_API bool coodie_object_value(const void *object, const char *member, cql_value *out,
				    coodie_error *err);
/**
 * Sets a member to a copy of a value, which lives as long as the object (and each further one beside
 * it). Null is coodie_object_clear(). The next save writes it, whether it had been read or not. The object is
 * as it was on failure (MD-29, MD-31).
 * @param err  COODIE_ERR_TYPE, COODIE_ERR_RANGE: what was given does not fit the column
 */
COODIE_API bool coodie_object_set(void *object, const char *member, cql_value value,
				  coodie_error *err);
/**
 * Makes a member null: the next save of a loaded object deletes the cell, whether it had been read or
 * not (MD-30).
 * @param err  COODIE_ERR_INVALID: the member is in the primary key, or cannot say null, as an int32_t
 *             cannot: make it a pointer
 */
COODIE_API bool coodie_object_clear(void *object, const char *member, coodie_error *err);
/** The cell as the server sent it, whatever has become of the member; `data` NULL: null. Borrowed from the
 * object. COODIE_ERR_INVALID: it was not read, or the object came from no row (LZ-06). */
COODIE_API bool coodie_object_raw(const void *object, const char *member, coodie_cell *out,
				  coodie_error *err);

/* ---- what a save would do ------------------------------------------------------------------- */

/** Is known what the row has there, because it was read or saved? False for those that
 * coodie_only() left out. */
COODIE_API bool coodie_object_is_loaded(const void *object, const char *member);
/** Would a save write the member? Of a new object: is it set? A member that has again the value that it was
 * loaded with has not changed (LC-19). */
COODIE_API bool coodie_object_is_changed(const void *object, const char *member);
/**
 * Lists the members that a save would write, in the order of the model (LC-19).
 * @param names  room for `room` of them, static texts of the model; NULL: only count
 * @return how many there are
 */
COODIE_API size_t coodie_object_changes(const void *object, const char **names, size_t room);

/* ---- two objects, and people ---------------------------------------------------------------- */

/** The same model, and equal values in every column; sets and maps in whatever order (MD-27). */
COODIE_API bool coodie_object_equal(const void *a, const void *b);
/** The same row: the same model and primary key (MD-27). */
COODIE_API bool coodie_object_same_key(const void *a, const void *b);
/**
 * The primary key by itself (MD-18): partition key columns, then clustering columns, in their order, as
 * coodie_get() takes them. Views of what the members say now; the array is the object's, and a further
 * call makes a further one.
 *
 *     if (coodie_object_key(u, &key, &err))
 *         again = coodie_get(s, &user_model, key, NULL, &err);
 */
COODIE_API bool coodie_object_key(const void *object, cql_args *out, coodie_error *err);
/** Writes "user(id: 1, email: 'a@b', age: null)" for people, as snprintf() does. @return the length it needs (MD-28) */
COODIE_API size_t coodie_object_format(const void *object, char *out, size_t size);

COODIE_END

#endif
