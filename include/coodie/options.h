/* SPDX-License-Identifier: MIT */
/**
 * @file options.h
 * What a session is told: by setters, by name, in a connection string or in a file.
 *
 * All of them write the same options, and what is written later wins. Names, defaults and bounds
 * are those of docs/options.md. Options belong to the caller, are copied by the session, and are
 * not thread-safe. A call with NULL options fails, or does nothing when it cannot fail; a setter
 * that cannot fail takes the nearest bound for what is out of bounds.
 *
 * Serves G1, G2, G4, P4, P11, P13 to P16, S2 to S5, C1 to C13, C19 to C22, N2, N5, N10 to N12, N14,
 * N18, N19, L7, O2, M8, Q4, U28.
 */
#ifndef COODIE_OPTIONS_H
#define COODIE_OPTIONS_H

#include <coodie/alloc.h>
#include <coodie/tls.h>
#include <coodie/transport.h>
#include <coodie/type.h>
#include <coodie/value.h>

COODIE_BEGIN

typedef struct coodie_options coodie_options;

enum coodie_compression {
	COODIE_COMPRESSION_NONE = 0, /**< default */
	COODIE_COMPRESSION_LZ4 /**< used when the server offers it, left out when it does not */
};

enum coodie_log_level { COODIE_LOG_ERROR = 1, COODIE_LOG_WARN, COODIE_LOG_INFO, COODIE_LOG_DEBUG };

/** One line for a log, without a newline; called on the session's thread; must not call back into
 * the session. */
typedef void coodie_log_fn(enum coodie_log_level level, const char *message, void *user);

COODIE_API coodie_options *coodie_options_new(coodie_error *err);
/** Frees options and wipes the secrets; NULL is fine. */
COODIE_API void coodie_options_free(coodie_options *o);

/* ---- by name ----------------------------------------------------------------------------- */

/**
 * Sets one option from text.
 * @param name   as in docs/options.md: "request_timeout_ms"
 * @param value  "500", "2s" and "1m" for times, "64k", "16M" and "1G" for sizes, "on" and "off";
 * NULL takes a text away and sets anything else to its default
 * @param err    COODIE_ERR_INVALID or COODIE_ERR_LIMIT: the name, what was given, what is legal, and
 * the nearest name to one that is not there; COODIE_ERR_UNSUPPORTED: what does not exist here, and
 * what does. Never with a secret
 */
COODIE_API bool coodie_options_set(coodie_options *o, const char *name, const char *value,
				   coodie_error *err);
/**
 * Writes an option as coodie_options_set() takes it, as snprintf() does; a secret as "***", what is
 * not set as "".
 * @return the length it needs; 0 with `err` when there is no such option
 */
COODIE_API size_t coodie_options_get(const coodie_options *o, const char *name, char *out,
				     size_t size, coodie_error *err);

/**
 * Sets all that a connection string says, or nothing:
 * `cassandra://user:password@10.0.0.1:9042,[::1]/shop?consistency=QUORUM&tls=full`. The scheme may
 * be cql:// as well; with cassandra+srv:// and cql+srv:// the host is one name, whose SRV records in
 * DNS are the nodes (N16). Anything may be written %XX; `@`, `:`, `/`, `?` and `#` in a user or
 * password have to be. Only the hosts are needed; every option is given at most once. The hosts take
 * the place of the contact points there are.
 * @param err  COODIE_ERR_INVALID and the others of coodie_options_set(), with the position
 */
COODIE_API bool coodie_options_set_uri(coodie_options *o, const char *uri, coodie_error *err);
/**
 * Sets all that a file says, or nothing. A line is `name = value`, with the names and values of
 * coodie_options_set(), or begins with `#` or `;` and is a comment. After a line `[profile NAME]`
 * come the options of that execution profile (policy.h): those of requests, routing, retries and
 * speculation. An option is given at most once. Read at once; at most 1 MiB.
 * @param err  COODIE_ERR_INVALID and the others of coodie_options_set(), with the path and the line
 */
COODIE_API bool coodie_options_load_file(coodie_options *o, const char *path, coodie_error *err);

/* ---- the cluster, and who we are --------------------------------------------------------- */

/**
 * Adds a node to start from; tried in the order they were added.
 * @param host  "10.0.0.1", "10.0.0.1:9042", "[::1]:9042", "node.example", "node.example:9042";
 * "srv:node.example" for what DNS has as service `_cql._tcp` of that name (resolve.h);
 * "unix:/run/cql.sock" or "/run/cql.sock" for a socket of this machine. At most 64 of them. Without
 * a port it has that of the option `port`, 9042
 * @param err   COODIE_ERR_INVALID with what is wrong about `host`; COODIE_ERR_LIMIT
 */
COODIE_API bool coodie_options_add_contact_point(coodie_options *o, const char *host,
						 coodie_error *err);
/** Keyspace for names without one; NULL for none (default). As in CQL, case counts only in double
 * quotes: Shop is shop, "Shop" is not. */
COODIE_API bool coodie_options_set_keyspace(coodie_options *o, const char *keyspace,
					    coodie_error *err);
/** Connects to the contact points and to nobody else (N18); default false. */
COODIE_API void coodie_options_set_single_node(coodie_options *o, bool on);
/** Answers PasswordAuthenticator and everything that speaks SASL PLAIN. Never sent to a peer that
 * did not ask. */
COODIE_API bool coodie_options_set_credentials(coodie_options *o, const char *user,
					       const char *password, coodie_error *err);
/** Turns TLS on. `tls` is copied; NULL turns it off (default). */
COODIE_API bool coodie_options_set_tls(coodie_options *o, const coodie_tls *tls, coodie_error *err);
/* ---- the protocol ------------------------------------------------------------------------- */

/** Pins the protocol version, 4 or 5; 0 (default) tries 5, then 4. COODIE_ERR_UNSUPPORTED: 3, 6. */
COODIE_API bool coodie_options_set_protocol_version(coodie_options *o, unsigned version,
						    coodie_error *err);
COODIE_API void coodie_options_set_compression(coodie_options *o,
					       enum coodie_compression compression);
/** Largest response accepted, bytes, default 256 MiB. */
COODIE_API void coodie_options_set_max_response(coodie_options *o, uint32_t bytes);
/** Shown by the server (system_views.clients). */
COODIE_API bool coodie_options_set_application(coodie_options *o, const char *name,
					       const char *version, coodie_error *err);
/**
 * Adds an option to every STARTUP, at most 16; the same key again replaces it, a NULL value takes it
 * away.
 * @param err  COODIE_ERR_INVALID: empty, or one that is not for the caller (CQL_VERSION,
 * COMPRESSION, DRIVER_NAME, DRIVER_VERSION)
 */
COODIE_API bool coodie_options_set_startup(coodie_options *o, const char *key, const char *value,
					   coodie_error *err);

/* ---- threads, pools and sockets ------------------------------------------------------------ */

/**
 * Owned loop threads: 0 (default) is a private loop inside blocking calls; up to 256 threads, each
 * with its own connections to every node and shard, take requests from any thread (H3). Callbacks run
 * on a loop's thread; docs/threads.md has all calls.
 */
COODIE_API bool coodie_options_set_loops(coodie_options *o, unsigned loops, coodie_error *err);
/** Called on a loop's thread. */
typedef void coodie_loop_fn(unsigned loop, void *user);
/** Told on each loop thread when it begins and before it ends: names, CPU sets. Either may be
 * NULL. */
COODIE_API void coodie_options_set_loop_hooks(coodie_options *o, coodie_loop_fn *begin,
					      coodie_loop_fn *end, void *user);

/** When pools are opened (C4). */
enum coodie_pool_opening {
	COODIE_POOL_BACKGROUND = 0, /**< usable at the first connection; the others follow */
	COODIE_POOL_LAZY, /**< a host's at its first request, which goes elsewhere or waits */
	COODIE_POOL_FIRST /**< connecting waits for all of them, or for why they fail */
};
COODIE_API void coodie_options_set_pool_opening(coodie_options *o, enum coodie_pool_opening when);
/** Uses the shard-aware ports where a server has them (S2, T13); default true. */
COODIE_API void coodie_options_set_shard_aware(coodie_options *o, bool on);
/** Local address of connections (C12), a number; NULL: the system's choice. */
COODIE_API bool coodie_options_set_local_address(coodie_options *o, const char *address,
						 coodie_error *err);
/** Source ports of connections to the shard-aware port; 49152 to 65535, from 1024 (S3). */
COODIE_API bool coodie_options_set_local_ports(coodie_options *o, uint16_t lowest, uint16_t highest,
					       coodie_error *err);
/** TCP_NODELAY (default true) and keepalive after so long idle (seconds, default 60; 0: off)
 * (C10). */
COODIE_API void coodie_options_set_tcp(coodie_options *o, bool no_delay, uint32_t keepalive_s);
/** Bounds one attempt from connect() to READY, TLS and authentication included; milliseconds,
 * default 5000; 0: nothing does. */
COODIE_API void coodie_options_set_connect_timeout_ms(coodie_options *o, uint32_t ms);
/** Requests on the wire per connection, 1 to 32768, default 2048; more wait in the session's queue.
 */
COODIE_API bool coodie_options_set_max_in_flight(coodie_options *o, uint32_t requests,
						 coodie_error *err);
/** Requests that may wait for a connection or a slot, default 65536; one more fails with
 * COODIE_ERR_OVERLOAD. */
COODIE_API void coodie_options_set_max_waiting(coodie_options *o, uint32_t requests);

/** `tune` takes 0 for what stays as it is; this is the 0 of a value that can be off, or without
 * bounds. */
#define COODIE_TUNE_OFF UINT32_MAX

/**
 * Sizes and times that can be changed while a session runs, with the bounds of docs/options.md.
 * Written as COODIE_TUNE(.heartbeat_ms = 5000).
 */
typedef struct coodie_tune {
	size_t size; /**< filled by COODIE_TUNE */
	uint32_t resolve_timeout_ms;
	uint32_t compress_min;          /**< bytes below which a body goes as it is */
	uint32_t connections_per_host;  /**< where a node has no shards (C1) */
	uint32_t connections_per_shard; /**< where it has (C2) */
	uint32_t wrong_shard_pause_ms;  /**< on the plain port after a wrong shard (S4) */
	uint32_t ballast_per_shard;     /**< plain port: spare connections kept (S5) */
	uint32_t opening_per_host;      /**< connections being opened at once (C7) */
	uint32_t opening_per_second;    /**< of the whole session (C7, U11) */
	uint32_t reconnect_min_ms, reconnect_max_ms; /**< doubled, with jitter (C5) */
	uint32_t connect_timeout_ms;                 /**< to READY (C8) */
	uint32_t heartbeat_ms;                       /**< OPTIONS on an idle connection (C9) */
	uint32_t idle_kill_ms;         /**< without any byte, after a heartbeat (C9) */
	uint32_t drain_ms;             /**< for missing replies when a connection is given up for another */
	uint32_t tcp_user_timeout_ms;  /**< of new connections, on Linux (C11) */
	uint32_t max_in_flight;        /**< per connection (C19) */
	uint32_t max_in_flight_host;   /**< upper end of the adaptive limit per host (C21) */
	uint32_t max_waiting;          /**< requests without a slot (C20) */
	uint32_t max_orphans;          /**< timed-out streams of a connection to replace (C17) */
	uint64_t memory_budget;        /**< bytes held by the session; UINT64_MAX: no bound (G4) */
	uint32_t request_timeout_ms;   /**< (C22) */
	uint32_t retry_budget_percent; /**< retries and speculations against requests (R3) */
} coodie_tune;

#ifndef __cplusplus
#define COODIE_TUNE(...) (&(const coodie_tune){ .size = sizeof(coodie_tune), __VA_ARGS__ })
#endif

/** Sets all that `tune` names, or nothing. @param err  COODIE_ERR_INVALID: out of bounds */
COODIE_API bool coodie_options_tune(coodie_options *o, const coodie_tune *tune, coodie_error *err);

/* ---- requests ------------------------------------------------------------------------------ */

/** Bounds a request from submission to callback; milliseconds, default 12000; 0: nothing does. */
COODIE_API void coodie_options_set_request_timeout_ms(coodie_options *o, uint32_t ms);
/** Default consistency, LOCAL_ONE when not set. */
COODIE_API void coodie_options_set_consistency(coodie_options *o, cql_consistency consistency);
/** Default serial consistency: SERIAL or LOCAL_SERIAL; not sent when not set. */
COODIE_API bool coodie_options_set_serial_consistency(coodie_options *o,
						      cql_consistency consistency,
						      coodie_error *err);
/** Rows per page, default 5000; 0: all of them in one. */
COODIE_API void coodie_options_set_page_rows(coodie_options *o, uint32_t rows);
/** Distinct prepared statements kept, default 1024; the least recently used is forgotten. */
COODIE_API void coodie_options_set_max_prepared(coodie_options *o, uint32_t statements);
/** Prepares on every node at once (default true), and again on a node that comes up (default
 * false) (Q4). */
COODIE_API void coodie_options_set_prepare_on_all(coodie_options *o, bool on_all, bool on_up);

/* ---- metadata ------------------------------------------------------------------------------ */

/** Reads schema metadata (default true), of these keyspaces: "a, b", NULL for all (M8, U14). */
COODIE_API bool coodie_options_set_schema_metadata(coodie_options *o, bool on,
						   const char *keyspaces, coodie_error *err);
/** Reads all again every so often; 0 (default): only what an event says (N5, U13). */
COODIE_API void coodie_options_set_refresh_s(coodie_options *o, uint32_t seconds);
/** How often percentiles of latencies forget the past, at least 1000; 0 (default): never (O2). */
COODIE_API void coodie_options_set_histogram_window_ms(coodie_options *o, uint32_t ms);

/* ---- what the session runs on --------------------------------------------------------------- */

/** Takes all memory of the session from `a`, which is copied. */
COODIE_API void coodie_options_set_allocator(coodie_options *o, const coodie_allocator *a);
/** Carries bytes by something else than the system's sockets (transport.h); copied; NULL: sockets
 * (default). For sessions on the loop that goes with it: coodie_session_attach(). */
COODIE_API void coodie_options_set_transport(coodie_options *o, const coodie_transport *transport);
/** Gives lines at `level` or above to `fn`; NULL: nobody is told (default). */
COODIE_API void coodie_options_set_log(coodie_options *o, enum coodie_log_level level,
				       coodie_log_fn *fn, void *user);

COODIE_END

#endif
