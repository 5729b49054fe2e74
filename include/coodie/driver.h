/* SPDX-License-Identifier: MIT */
/**
 * @file driver.h
 * The seam between the mapper and what carries its statements: the table a driver fills in, named
 * sessions, and data a layer keeps with a session. The native engine is one driver; a recording
 * mock is another.
 */
#ifndef COODIE_DRIVER_H
#define COODIE_DRIVER_H

#include <coodie/session.h>

COODIE_BEGIN

/** What a driver does. `size` is sizeof(coodie_driver). The contracts are those of the session
 * calls of like name. */
typedef struct coodie_driver {
	size_t size;
	bool (*submit)(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
		       coodie_error *err);
	/** coodie_session_run(): turns until `*until`; a mock that answered at once delivers its
	 * callbacks here. */
	bool (*run)(void *driver, const bool *until, coodie_error *err);
	bool (*cancel)(void *driver, uint64_t id);
	void (*free)(void *driver);
	const coodie_allocator *allocator; /**< of the session, copied; NULL: malloc */
	const char *keyspace; /**< what coodie_session_keyspace() answers, copied; NULL: none */
	/** coodie_session_log(); NULL: nobody listens. */
	void (*log)(void *driver, enum coodie_log_level level, const char *message);
	/** coodie_session_after(); NULL: time is not waited for, the callback runs on the next turn. */
	bool (*after)(void *driver, uint32_t ms, coodie_status_fn *done, void *user,
		      coodie_error *err);
} coodie_driver;

/**
 * Makes a session over a driver. @param driver  its state; given to `table->free` by
 * coodie_session_free()
 * @return freed with coodie_session_free(); calls that need the engine (info, prepare) answer
 * COODIE_ERR_UNSUPPORTED
 */
COODIE_API coodie_session *coodie_session_from_driver(const coodie_driver *table, void *driver,
						      coodie_error *err);

/** Submits through whatever driver `s` has: what the mapper calls. */
COODIE_API bool coodie_session_submit(coodie_session *s, const coodie_statement *st,
				      coodie_done_fn *done, void *user, coodie_error *err);

/** Says a line to the log of the session's options, as the session itself does, on the caller's thread. */
COODIE_API void coodie_session_log(coodie_session *s, enum coodie_log_level level, const char *message);

/**
 * Calls `done` so many milliseconds from now, on a later turn of a loop of the session: with code
 * COODIE_OK, or COODIE_ERR_CLOSED when the session ends before. What slows itself down waits so.
 * @param ms  0: on the next turn
 */
COODIE_API bool coodie_session_after(coodie_session *s, uint32_t ms, coodie_status_fn *done, void *user, coodie_error *err);

/**
 * Makes a registry: a session that stands for several, by name. Any thread may look names up, and
 * may add and take away others than those that are in use. coodie_session_run() of it turns the private
 * loops of all its members, so that callbacks come whichever session a model goes to; members on a loop
 * of the program's are turned by that one.
 */
COODIE_API coodie_session *coodie_session_new_registry(coodie_error *err);
/**
 * Adds a session, which the registry then owns and frees. The first one is the default (CN-05, CN-06).
 * @param err  COODIE_ERR_INVALID: `registry` is none, the name is taken, or `take_session` is
 * itself a registry
 */
COODIE_API bool coodie_session_register(coodie_session *registry, const char *name, coodie_session *take_session, coodie_error *err);
/**
 * Adds a session by the options it is made of when it is first asked for, once, whoever asks; it
 * connects with its first request, and the request after one that found no node tries again (CN-09
 * to CN-11). `o` is copied. The lines of its log begin with the name (CN-26).
 */
COODIE_API bool coodie_session_register_options(coodie_session *registry, const char *name, const coodie_options *o, coodie_error *err);
/** Whom NULL means from now on (CN-08). COODIE_ERR_INVALID and the known names for one that is not
 * there. */
COODIE_API bool coodie_session_set_default(coodie_session *registry, const char *name, coodie_error *err);
/** Takes a session away and frees it, as coodie_session_free() does; there is no default then, if it
 * was that (CN-08). Nobody may be using it. COODIE_ERR_INVALID and the known names for one that is
 * not there. */
COODIE_API bool coodie_session_unregister(coodie_session *registry, const char *name, coodie_error *err);
/**
 * The session a model's connection name means: `s` itself when it is no registry, else the one of
 * that name, or the default for NULL. Borrowed. NULL with COODIE_ERR_INVALID and the known names
 * for one that is not there (CN-07), or with what its options were refused for. Any thread.
 */
COODIE_API coodie_session *coodie_session_named(coodie_session *s, const char *name,
						coodie_error *err);

/** Data of a layer above, kept with the session under the address of a key, freed with it. NULL
 * when there is none. Any thread, as for the next. */
COODIE_API void *coodie_session_data(const coodie_session *s, const void *key);
/**
 * Keeps data under a key, for as long as the session lives; where some is kept already, `take_data`
 * is freed instead. What is kept last goes first, as it may lean on the others.
 * @return what is kept now, borrowed; NULL with COODIE_ERR_NO_MEMORY: `take_data` is freed too
 */
COODIE_API void *coodie_session_keep(coodie_session *s, const void *key, void *take_data,
				     void (*free_data)(void *), coodie_error *err);
/** The allocator of the session. */
COODIE_API const coodie_allocator *coodie_session_allocator(const coodie_session *s);
/** The keyspace of the options; NULL when none was set. */
COODIE_API const char *coodie_session_keyspace(const coodie_session *s);
/** Whether the option `allow_schema_management` is off (SM-25); the command takes it from COODIE_ALLOW_SCHEMA_MANAGEMENT. */
COODIE_API bool coodie_session_guards_schema(const coodie_session *s);

/** A column of a result made by hand. */
typedef struct coodie_column_spec {
	const char *name;
	const char *type; /**< CQL spelling */
} coodie_column_spec;

/**
 * Makes a rows result out of values, for drivers that do not come from the wire. Everything is
 * encoded and copied.
 * @param values  row after row, column_count each
 */
COODIE_API coodie_result *coodie_result_new_rows(const coodie_column_spec *columns,
						 size_t column_count, const cql_value *values,
						 size_t row_count, coodie_error *err);
/** Makes a void result. */
COODIE_API coodie_result *coodie_result_new_void(coodie_error *err);

/**
 * Gives up the result's block to be written to: what lets the mapper terminate texts in place.
 * Afterwards only cells that were read before the call may be used. @return the end of the block,
 * one writable byte past the last cell
 */
COODIE_API uint8_t *coodie_result_own_block(coodie_result *r);

COODIE_END

#endif
