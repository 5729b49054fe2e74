/* SPDX-License-Identifier: MIT */
/**
 * @file pool.h
 * Connections per host and shard, sockets and names, loop threads, futures, back-pressure, and what
 * of all that can be changed while a session runs.
 *
 * Serves P2, P5, P9, P11 to P16, P22, S1 to S6, S15 to S17, C1 to C26, N2, N12, N14 to N16, N18,
 * N19, G1 to G4, H1 to H4, T7, T8, T10 to T13, U1 to U5, U7 to U12, U26, U27, U30 to U34, U39, U40.
 */
#ifndef COODIE_POOL_H
#define COODIE_POOL_H

#include <coodie/query.h>

COODIE_BEGIN

/* ---- what can be changed while a session runs -------------------------------------------- */

/**
 * Sizes and times. A zero leaves a value as it is. Written as COODIE_TUNE(.heartbeat_ms = 5000).
 */
typedef struct coodie_tune {
	size_t size;
	uint32_t connections_per_host;  /**< where a node has no shards; 1 (C1) */
	uint32_t connections_per_shard; /**< 1 (C2) */
	uint32_t max_in_flight;         /**< per connection, 1 to 32768; 2048 (C19) */
	uint32_t max_in_flight_host;    /**< upper end of the adaptive limit per host; none (C21) */
	uint32_t max_waiting;           /**< requests without a slot; 65536 (C20) */
	uint32_t max_orphans;           /**< timed-out streams of a connection to replace; 1024 */
	uint32_t opening_per_host;      /**< connections being opened at once; 4 (C7) */
	uint32_t opening_per_second;    /**< of the whole session; 100 (C7, U11) */
	uint32_t reconnect_min_ms, reconnect_max_ms; /**< doubled, 15 % jitter; 50, 10000 */
	uint32_t connect_timeout_ms, resolve_timeout_ms; /**< 5000, 5000 (C8) */
	uint32_t request_timeout_ms;                     /**< 12000 (C22) */
	uint32_t heartbeat_ms;   /**< OPTIONS on an idle connection; 30000 (C9) */
	uint32_t idle_kill_ms;   /**< without any byte, after a heartbeat; 60000 */
	uint32_t user_timeout_ms; /**< TCP_USER_TIMEOUT; 30000; Linux only (C11) */
	uint32_t wrong_shard_pause_ms; /**< plain port after a wrong shard; 300000 (S4) */
	uint32_t ballast_per_shard;    /**< plain port: spare connections kept; 3 (S5) */
	uint32_t compress_min;         /**< bytes below which a body goes as it is; 512 (P11) */
	uint32_t drain_ms;      /**< for replies when a connection or session closes; 10000 */
	uint64_t memory_budget; /**< bytes held by the session; COODIE_ERR_LIMIT beyond (G4) */
	uint32_t retry_budget_percent; /**< retries and speculations against requests; 10 (R3) */
} coodie_tune;

#ifndef __cplusplus
#define COODIE_TUNE(...) (&(const coodie_tune){ .size = sizeof(coodie_tune), __VA_ARGS__ })
#endif

COODIE_API bool coodie_options_tune(coodie_options *o, const coodie_tune *tune,
				    coodie_error *err);
/** Takes effect at once where something can be waited for or opened; open connections stay. */
COODIE_API bool coodie_session_tune(coodie_session *s, const coodie_tune *tune,
				    coodie_error *err);
/** The values in force. */
COODIE_API void coodie_session_tuning(const coodie_session *s, coodie_tune *out);

/* ---- options ----------------------------------------------------------------------------- */

/**
 * Owned loop threads: 0 (default) is a private loop inside blocking calls; N threads, with the
 * shards dealt to them, take requests from any thread (H3). Callbacks run on a loop's thread.
 */
COODIE_API bool coodie_options_set_loops(coodie_options *o, unsigned loops, coodie_error *err);
/** Told on each loop thread when it begins and before it ends: names, CPU sets. */
COODIE_API void coodie_options_set_loop_hooks(coodie_options *o,
					      void (*begin)(unsigned loop, void *user),
					      void (*end)(unsigned loop, void *user), void *user);

/** Reads `cql://user:password@host:9042,host/keyspace?consistency=QUORUM&tls=full` (G2). */
COODIE_API bool coodie_options_set_uri(coodie_options *o, const char *uri, coodie_error *err);

/** When pools are opened (C4). */
enum coodie_pool_opening {
	COODIE_POOL_BACKGROUND = 0, /**< usable at the first connection; the others follow */
	COODIE_POOL_LAZY,           /**< a host's at its first request */
	COODIE_POOL_FIRST           /**< coodie_session_connect() waits for all of them */
};
COODIE_API void coodie_options_set_pool_opening(coodie_options *o, enum coodie_pool_opening when);

/** Local address of connections (C12); NULL: the system's choice. */
COODIE_API bool coodie_options_set_local_address(coodie_options *o, const char *address,
						 coodie_error *err);
/** Source ports of shard-aware connections; 49152 to 65535 (S3). */
COODIE_API bool coodie_options_set_local_ports(coodie_options *o, uint16_t lowest,
					       uint16_t highest, coodie_error *err);
/** Uses the shard-aware ports where a server has them (S2, T13); default true. */
COODIE_API void coodie_options_set_shard_aware(coodie_options *o, bool on);
/** Connects to the contact points and to nobody else (N18). */
COODIE_API void coodie_options_set_single_node(coodie_options *o, bool on);
/** TCP_NODELAY (true) and keepalive after seconds idle (60; 0: off) (C10). */
COODIE_API void coodie_options_set_tcp(coodie_options *o, bool no_delay, uint32_t keepalive_s);
/** Called on each new socket before connect(), for options of your own (C11). */
COODIE_API void coodie_options_set_socket_hook(coodie_options *o,
					       bool (*fn)(int fd, void *user, coodie_error *err),
					       void *user);
/** Extra STARTUP options, such as THROW_ON_OVERLOAD (P16), CLIENT_ID (P14). */
COODIE_API bool coodie_options_set_startup(coodie_options *o, const char *key, const char *value,
					   coodie_error *err);

/**
 * Answers a name with addresses: calls coodie_resolve_done() once, at once or later, on the same
 * thread. Replaces the built-in resolver (N16).
 */
typedef struct coodie_resolve coodie_resolve;
typedef void coodie_resolve_fn(coodie_resolve *take_request, const char *name, uint16_t port,
			       void *user);
COODIE_API void coodie_options_set_resolver(coodie_options *o, coodie_resolve_fn *fn, void *user);
COODIE_API void coodie_resolve_done(coodie_resolve *take_request, const cql_inet *addresses,
				    size_t count, const coodie_error *err);
/** Turns an address of the cluster into one to connect to (N12, S14); may change `port` too. */
typedef bool coodie_translate_fn(cql_inet *address, uint16_t *port, const cql_uuid *host_id,
				 void *user);
COODIE_API void coodie_options_set_translation(coodie_options *o, coodie_translate_fn *fn,
					       void *user);

/* ---- back-pressure ----------------------------------------------------------------------- */

/** Where a session stands; for deciding what to accept (C21, U9). */
typedef struct coodie_load {
	size_t size;
	uint32_t in_flight, waiting, limit; /**< `limit`: what may be in flight now */
	bool overloaded;                    /**< a server said so within the last second */
} coodie_load;
COODIE_API void coodie_session_load(const coodie_session *s, coodie_load *out);
/** Runs `done` once a request would be sent at once instead of waiting. */
COODIE_API bool coodie_session_ready_async(coodie_session *s, coodie_status_fn *done, void *user,
					   coodie_error *err);

/* ---- futures ----------------------------------------------------------------------------- */

/**
 * One outcome, waited for on any thread. It is a place for a callback: give `coodie_future_result`
 * (or its like) and the future to any `_async` call.
 *
 *     coodie_future *f = coodie_future_new(s, &err);
 *     if (coodie_session_query_async(s, cql, args, NULL, coodie_future_result, f, &err) &&
 *         coodie_future_wait(f, 500, &err))
 *             res = coodie_future_take_result(f);
 *     coodie_future_free(f);
 */
typedef struct coodie_future coodie_future;

COODIE_API coodie_future *coodie_future_new(coodie_session *s, coodie_error *err);
/** Gives it up, at any time: an outcome that comes later, or was not taken, is freed. */
COODIE_API void coodie_future_free(coodie_future *f);
/**
 * Waits for the outcome, then reports it. On a private loop it turns the loop.
 * @param timeout_ms  0: looks without waiting; UINT32_MAX: no limit
 * @return whether the call succeeded; COODIE_ERR_TIMEOUT: no outcome yet, may be waited for again
 */
COODIE_API bool coodie_future_wait(coodie_future *f, uint32_t timeout_ms, coodie_error *err);
COODIE_API bool coodie_future_is_done(const coodie_future *f);
/** Runs a function when the outcome is there, at once if it is; one per future (H1). */
COODIE_API bool coodie_future_then(coodie_future *f, void (*fn)(coodie_future *f, void *user),
				   void *user, coodie_error *err);
COODIE_API coodie_result *coodie_future_take_result(coodie_future *f);
COODIE_API coodie_rows *coodie_future_take_rows(coodie_future *f);
COODIE_API void *coodie_future_take_object(coodie_future *f);
COODIE_API coodie_prepared *coodie_future_take_prepared(coodie_future *f);
COODIE_API uint64_t coodie_future_count(const coodie_future *f);

/* Callbacks to give to `_async` calls, with the future as `user`. */
COODIE_API void coodie_future_status(const coodie_error *err, void *future);
COODIE_API void coodie_future_result(coodie_result *take_res, const coodie_error *err,
				     void *future);
COODIE_API void coodie_future_rows(coodie_rows *take_rows, const coodie_error *err, void *future);
COODIE_API void coodie_future_object(void *take_object, const coodie_error *err, void *future);
COODIE_API void coodie_future_prepared(coodie_prepared *take_prepared, const coodie_error *err,
				       void *future);
COODIE_API void coodie_future_counted(uint64_t count, const coodie_error *err, void *future);

COODIE_END

#endif
