/* SPDX-License-Identifier: MIT */
/**
 * @file session.h
 * A session: the way to one cluster. The three ways to run, and statements.
 *
 * **Three ways to run, one engine.** coodie_session_new() makes a private loop that turns only
 * inside blocking calls and coodie_session_run(): no thread, no lock, one thread at a time. With
 * coodie_options_set_loops() it makes threads that run loops instead: any thread may call, callbacks
 * run on those threads, and may run before the `_async` call returns; the allocator must be one for
 * many threads. coodie_session_attach() lives on the caller's loop: every call belongs to the loop's
 * thread and nothing blocks. Futures (future.h) are a layer over all three.
 *
 * **Connecting** is implicit: making a session does no I/O, the first request (or
 * coodie_session_connect()) connects.
 *
 * **The callback contract.** An `_async` call that returns false did nothing: `err` is filled and
 * the callback never runs. One that returns true runs its callback exactly once, on a later turn of
 * the loop, also after a timeout, a cancel, a lost connection and coodie_session_free(). Everything
 * passed in is copied or encoded before the call returns. A callback may call anything,
 * coodie_session_free() too, except blocking calls (COODIE_ERR_WOULD_BLOCK).
 *
 * **fork().** A session belongs to the process that made it: the child makes its own, and must not use
 * the parent's, whose sockets it has too. It may leave it alone, or free it: that never disturbs the
 * parent's connections. With a private loop its memory and the copies of its sockets are given back,
 * after callbacks with COODIE_ERR_CLOSED for what was in flight; with loop threads, which only the
 * parent has, and on an attached loop, coodie_session_free() does nothing in the child. A child that
 * calls exec() needs none of this: sockets are closed by it.
 */
#ifndef COODIE_SESSION_H
#define COODIE_SESSION_H

#include <string.h>

#include <coodie/loop.h>
#include <coodie/options.h>
#include <coodie/policy.h>
#include <coodie/result.h>
#include <coodie/value.h>

COODIE_BEGIN

/* ---- the session ---------------------------------------------------------------------------- */

typedef struct coodie_session coodie_session;

/** `err->code` is COODIE_OK on success. `err` lives only during the call. */
typedef void coodie_status_fn(const coodie_error *err, void *user);

/**
 * Makes a session with a private loop. No I/O.
 * @param err  COODIE_ERR_INVALID (no contact point, conflicting options), COODIE_ERR_NO_MEMORY
 * @return owned by the caller, freed with coodie_session_free()
 */
COODIE_API coodie_session *coodie_session_new(const coodie_options *o, coodie_error *err);
/**
 * Makes a session with a private loop from one line: "127.0.0.1:9042", or a URI with options
 * ("cassandra://10.0.0.1,10.0.0.2/shop?consistency=QUORUM"). No I/O.
 * @param where  see coodie_options_add_contact_point() and coodie_options_set_uri()
 * @param err    COODIE_ERR_INVALID: what of it is wrong; COODIE_ERR_NO_MEMORY
 * @return owned by the caller, freed with coodie_session_free()
 */
static inline coodie_session *coodie_session_open(const char *where, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);
	coodie_session *s = NULL;

	if (o && (strstr(where, "://") ? coodie_options_set_uri(o, where, err)
				       : coodie_options_add_contact_point(o, where, err)))
		s = coodie_session_new(o, err);
	coodie_options_free(o);
	return s;
}
/** Makes a session on the caller's loop, which must outlive it. No I/O. `loop` is copied. */
COODIE_API coodie_session *coodie_session_attach(const coodie_options *o, const coodie_loop *loop,
						 coodie_error *err);
/**
 * Ends a session at once: connections are closed, what is in flight fails with COODIE_ERR_CLOSED.
 * On a private loop, and with loop threads, which it ends, the callbacks have run when this call
 * returns; on an attached loop they run on its next turn, after which nothing of the session is left.
 * NULL is fine. Legal inside any callback of the session; loop threads then end after it.
 */
COODIE_API void coodie_session_free(coodie_session *s);

/** Connects now, to see errors early. Done already: succeeds. */
COODIE_API bool coodie_session_connect(coodie_session *s, coodie_error *err);
COODIE_API bool coodie_session_connect_async(coodie_session *s, coodie_status_fn *done, void *user,
					     coodie_error *err);
/**
 * Refuses new requests, waits for those in flight (each has its deadline), then closes every
 * connection. The session can only be freed afterwards.
 */
COODIE_API bool coodie_session_close(coodie_session *s, coodie_error *err);
COODIE_API bool coodie_session_close_async(coodie_session *s, coodie_status_fn *done, void *user,
					   coodie_error *err);

/**
 * Turns the private loop until `*until` is true, or, with NULL, until nothing is in flight or
 * waiting: how callbacks are driven without a loop of one's own. Of a registry (driver.h) all private
 * loops of its members are turned, whichever the callbacks are of.
 * @return false with COODIE_ERR_WOULD_BLOCK on an attached session or inside a callback; false with
 * COODIE_ERR_CLOSED when nothing is left that could make `*until` true
 */
COODIE_API bool coodie_session_run(coodie_session *s, const bool *until, coodie_error *err);

/** What one connection negotiated: plain data. */
typedef struct coodie_connection_info {
	size_t size;               /**< sizeof(coodie_connection_info), set by the caller */
	char address[64];          /**< "127.0.0.1:9042" */
	unsigned protocol_version; /**< 4 or 5 */
	char compression[16];      /**< "lz4" or "none" */
	char tls_version[16];      /**< "TLSv1.3"; "" without TLS */
	char tls_cipher[64];       /**< "" without TLS */
	int32_t shard;             /**< -1 when the server has none (not ScyllaDB) */
	int32_t shard_count;       /**< -1 likewise */
} coodie_connection_info;

/** Fills `info` (its `size` is set by the caller). COODIE_ERR_CLOSED when not connected. */
COODIE_API bool coodie_session_info(const coodie_session *s, coodie_connection_info *info,
				    coodie_error *err);
/** @return the i-th value the server's SUPPORTED has for a key ("COMPRESSION"), borrowed; NULL when
 * there is none. With loops of the session's own: of one of its nodes, for any thread, and the text lives as long as
 * the session. Otherwise it is the connection's, and lives until the session runs again. */
COODIE_API const char *coodie_session_supported(const coodie_session *s, const char *key, size_t i);

/** Numbers since the session was made. */
typedef struct coodie_session_stats {
	size_t size; /**< sizeof(coodie_session_stats), set by the caller */
	uint64_t requests, responses, errors, timeouts;
	uint64_t connects, bytes_sent, bytes_received;
	/** Now: attempts without an answer, those of the session's own questions among them (heartbeats, system
	 * tables); and requests that wait to be sent. */
	uint32_t in_flight, waiting;
} coodie_session_stats;

COODIE_API void coodie_session_get_stats(const coodie_session *s, coodie_session_stats *stats);

/**
 * Uses other certificates, authorities and TLS settings for the connections to come (T10): open ones
 * go on as they are, session tickets are forgotten. Read the files into a new coodie_tls for it:
 * when one is broken, that says so and the session keeps what it has. Sessions made of the same
 * coodie_options share their TLS, and this. Any thread.
 * @param tls  copied
 * @param err  COODIE_ERR_INVALID when the session does not use TLS, or `tls` contradicts itself
 */
COODIE_API bool coodie_session_reload_tls(coodie_session *s, const coodie_tls *tls,
					  coodie_error *err);

/**
 * Sets or replaces a profile for all requests from now on (E2). Any thread.
 * @param name  of coodie_request.profile; "default" is that of requests that name none
 * @param err   COODIE_ERR_INVALID, COODIE_ERR_NO_MEMORY: then nothing was set, and the states of
 * its policies are still the caller's
 */
COODIE_API bool coodie_session_set_profile(coodie_session *s, const char *name,
					   const coodie_profile_options *profile,
					   coodie_error *err);

/* ---- statements ----------------------------------------------------------------------------- */

/** Per request; zero: the session's default. Written as COODIE_REQUEST(.timeout_ms = 500). */
typedef struct coodie_request {
	size_t size; /**< filled by COODIE_REQUEST */
	cql_consistency consistency;
	cql_consistency serial_consistency;
	uint32_t timeout_ms;
	int32_t page_rows;     /**< rows per page; -1: no paging */
	cql_blob paging_state; /**< where to go on, from coodie_result_paging_state() */
	int64_t timestamp_us;  /**< of the write, microseconds since 1970; 0: the session's */
	bool idempotent;       /**< may be sent twice */
	bool tracing;          /**< asks for a trace; the result has its id */
	/** For this statement, as in CQL: case counts only in double quotes. Refused on v4. */
	const char *keyspace;
	int32_t now_in_seconds; /**< the server's clock for TTLs; refused on v4 */
	uint64_t *id;           /**< out: for coodie_session_cancel() */
	const char *profile;    /**< an execution profile (coodie/policy.h); NULL: "default" */
	/** Sends to this node only, whatever the balancer says (L9); fails when it is not
	 * connected. */
	const cql_inet *node;
	int32_t shard; /**< of that node, plus one; 0: any */
	/** Custom payload (v4 section 2.2): an array, copied. It goes along with a PREPARE that
	 * the request has to wait for, too (P17). */
	const cql_payload *payload;
	size_t payload_count;
} coodie_request;

#ifndef __cplusplus
#define COODIE_REQUEST(...) (&(const coodie_request){ .size = sizeof(coodie_request), __VA_ARGS__ })
#endif

/**
 * Called once with the outcome. On success `take_res` is the callee's to free and `err->code` is
 * COODIE_OK; on failure `take_res` is NULL. `err` lives only during the call.
 */
typedef void coodie_done_fn(coodie_result *take_res, const coodie_error *err, void *user);

/**
 * Runs a CQL statement. With binds it is prepared first (through the session's cache), since only
 * the server knows the types of its markers; without, it goes as it is.
 * @param args  CQL_ARGS(...)
 * @param r     COODIE_REQUEST(...) or NULL
 * @return owned by the caller, freed with coodie_result_free(); NULL on error
 */
COODIE_API coodie_result *coodie_session_query(coodie_session *s, const char *cql, cql_args args,
					       const coodie_request *r, coodie_error *err);
COODIE_API bool coodie_session_query_async(coodie_session *s, const char *cql, cql_args args,
					   const coodie_request *r, coodie_done_fn *done,
					   void *user, coodie_error *err);

/**
 * A prepared statement: reference counted, immutable, bound to its session's cluster, re-prepared
 * by itself when a node has forgotten it. Freeing it after its session is fine, using it is not.
 */
typedef struct coodie_prepared coodie_prepared;

typedef void coodie_prepared_fn(coodie_prepared *take_prepared, const coodie_error *err,
				void *user);

COODIE_API coodie_prepared *coodie_session_prepare(coodie_session *s, const char *cql,
						   coodie_error *err);
COODIE_API bool coodie_session_prepare_async(coodie_session *s, const char *cql,
					     coodie_prepared_fn *done, void *user,
					     coodie_error *err);
/** Gives a reference back; NULL is fine. Requests in flight hold their own. */
COODIE_API void coodie_prepared_free(coodie_prepared *p);
COODIE_API size_t coodie_prepared_bind_count(const coodie_prepared *p);
/** @return name and type of the i-th marker, borrowed; NULL past the end */
COODIE_API const char *coodie_prepared_bind_name(const coodie_prepared *p, size_t i);
COODIE_API const cql_type *coodie_prepared_bind_type(const coodie_prepared *p, size_t i);
COODIE_API const char *coodie_prepared_cql(const coodie_prepared *p);
/** The markers that the partition key's columns are bound to, in key order: their indexes, borrowed;
 * NULL and a count of 0 when not all of them are markers. */
COODIE_API const uint16_t *coodie_prepared_key(const coodie_prepared *p, size_t *count);
/** The columns of its rows, as they were when it was prepared first; none for a write. */
COODIE_API size_t coodie_prepared_column_count(const coodie_prepared *p);
/** @return name and type of the i-th column, borrowed; NULL past the end */
COODIE_API const char *coodie_prepared_column_name(const coodie_prepared *p, size_t i);
COODIE_API const cql_type *coodie_prepared_column_type(const coodie_prepared *p, size_t i);
/** The table it is about, as in the system tables (no quotes), borrowed; NULL for a statement that has
 * neither markers nor columns. */
COODIE_API const char *coodie_prepared_keyspace(const coodie_prepared *p);
COODIE_API const char *coodie_prepared_table(const coodie_prepared *p);

/**
 * Runs a prepared statement. The binds are checked and encoded before the call returns.
 * @param err  COODIE_ERR_TYPE, COODIE_ERR_RANGE: which marker, its type, what was given;
 * COODIE_ERR_INVALID: their number
 */
COODIE_API coodie_result *coodie_session_execute(coodie_session *s, coodie_prepared *p,
						 cql_args args, const coodie_request *r,
						 coodie_error *err);
COODIE_API bool coodie_session_execute_async(coodie_session *s, coodie_prepared *p, cql_args args,
					     const coodie_request *r, coodie_done_fn *done,
					     void *user, coodie_error *err);

/* ---- batches -------------------------------------------------------------------------------- */

enum coodie_batch_kind {
	COODIE_BATCH_LOGGED = 0, /**< default: all or nothing in the end */
	COODIE_BATCH_UNLOGGED,
	COODIE_BATCH_COUNTER /**< counters only; the others refuse them */
};

/** One statement: what a driver is given, and what a batch is made of. Borrowed for the call.
 * Written as COODIE_STATEMENT("INSERT ...", CQL_ARGS(...)) or field by field. */
typedef struct coodie_statement {
	size_t size;     /**< sizeof(coodie_statement) */
	const char *cql; /**< NULL: nothing to send; `done` runs with a void result on a later turn
			    all the same */
	cql_args args;
	const coodie_request *request; /**< of a child: not looked at */
	bool prepare;                  /**< send as EXECUTE through the cache, also without binds */
	coodie_prepared *prepared;     /**< instead of `cql`, of the same session */
	const struct coodie_statement *children; /**< of a batch: an array whose elements are `size`
						    bytes each; NULL otherwise */
	size_t child_count;                      /**< 0: no batch */
	unsigned batch_kind;                     /**< enum coodie_batch_kind */
	const char *const *names; /**< of the markers that `args` are for, one for each (named.h);
				     NULL: they are in the order of the markers. Not in a batch */
} coodie_statement;

#ifndef __cplusplus
#define COODIE_STATEMENT(text, ...) \
	{ \
		.size = sizeof(coodie_statement), .cql = (text), .args = __VA_ARGS__ \
	}
#endif

/**
 * Several writes in one request (v4 section 4.1.7), with one timestamp unless they have their own.
 * Statements with binds are prepared first, as by coodie_session_query(); so are those with
 * `prepare`. Everything is copied or encoded before the call returns. An empty batch is no request:
 * it succeeds.
 *
 *     coodie_statement both[] = { COODIE_STATEMENT("INSERT INTO t (id, n) VALUES (?, ?)",
 *                                                  CQL_ARGS(cql(1), cql(2))),
 *                                 COODIE_STATEMENT("DELETE FROM u WHERE id = 1", CQL_ARGS()) };
 *     coodie_session_batch(s, COODIE_BATCH_LOGGED, both, 2, NULL, &err);
 *
 * @param r    its paging is not looked at
 * @param err  COODIE_ERR_TYPE, COODIE_ERR_RANGE, COODIE_ERR_INVALID: which statement, which marker;
 *             COODIE_ERR_CONFLICT: the types of a statement's markers have changed on the server,
 *             by more than fields at the end of user types, which values may leave out
 * @return     a void result, or rows where a condition was asked for; freed with
 *             coodie_result_free(); NULL on error. Serves Q9, Q10.
 */
COODIE_API coodie_result *coodie_session_batch(coodie_session *s, enum coodie_batch_kind kind,
					       const coodie_statement *statements, size_t count,
					       const coodie_request *r, coodie_error *err);
COODIE_API bool coodie_session_batch_async(coodie_session *s, enum coodie_batch_kind kind,
					   const coodie_statement *statements, size_t count,
					   const coodie_request *r, coodie_done_fn *done,
					   void *user, coodie_error *err);

/**
 * Gives a request up: its callback runs with COODIE_ERR_CANCELLED on a later turn. The server may
 * still do the work.
 * @return false when there is no such request any more; with loop threads that is not known at once,
 * and false means that it could not be asked for
 */
COODIE_API bool coodie_session_cancel(coodie_session *s, uint64_t id);

COODIE_END

#endif
