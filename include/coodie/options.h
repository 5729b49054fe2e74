/* SPDX-License-Identifier: MIT */
/**
 * @file options.h
 * What a session is told. Owned by the caller, copied by the session, not thread-safe.
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

/* ---- the cluster, and who we are --------------------------------------------------------- */

/** Takes all memory of the session from `a`, which is copied. */
COODIE_API void coodie_options_set_allocator(coodie_options *o, const coodie_allocator *a);
/**
 * Adds a node to start from; tried in the order they were added.
 * @param host  "10.0.0.1", "10.0.0.1:9042", "[::1]:9042", "node.example", "node.example:9042".
 * Names are looked up in the hosts file; give addresses for names that only DNS knows
 * @param err   COODIE_ERR_INVALID with what is wrong about `host`
 */
COODIE_API bool coodie_options_add_contact_point(coodie_options *o, const char *host,
						 coodie_error *err);
/** Keyspace for unqualified names, quoted where needed; NULL for none (default). */
COODIE_API bool coodie_options_set_keyspace(coodie_options *o, const char *keyspace,
					    coodie_error *err);
/** Answers PasswordAuthenticator and everything that speaks SASL PLAIN. Never sent to a peer that
 * did not ask. */
COODIE_API bool coodie_options_set_credentials(coodie_options *o, const char *user,
					       const char *password, coodie_error *err);
/** Turns TLS on. `tls` is copied; NULL turns it off (default). */
COODIE_API bool coodie_options_set_tls(coodie_options *o, const coodie_tls *tls, coodie_error *err);
/** Pins the protocol version, 4 or 5; 0 (default) tries 5, then 4. */
COODIE_API bool coodie_options_set_protocol_version(coodie_options *o, unsigned version,
						    coodie_error *err);
COODIE_API void coodie_options_set_compression(coodie_options *o,
					       enum coodie_compression compression);
/** Bounds one attempt from connect() to READY, TLS and authentication included; milliseconds,
 * default 5000. */
COODIE_API void coodie_options_set_connect_timeout_ms(coodie_options *o, uint32_t ms);
/** Bounds a request from submission to callback; milliseconds, default 12000. */
COODIE_API void coodie_options_set_request_timeout_ms(coodie_options *o, uint32_t ms);
/** Requests on the wire per connection, 1 to 32768, default 2048; more wait in the session's queue.
 */
COODIE_API bool coodie_options_set_max_in_flight(coodie_options *o, uint32_t requests,
						 coodie_error *err);
/** Requests that may wait for a connection or a slot, default 65536; one more fails with
 * COODIE_ERR_OVERLOAD. */
COODIE_API void coodie_options_set_max_waiting(coodie_options *o, uint32_t requests);
/** Default consistency, LOCAL_ONE when not set. */
COODIE_API void coodie_options_set_consistency(coodie_options *o, cql_consistency consistency);
/** Default serial consistency: SERIAL or LOCAL_SERIAL; not sent when not set. */
COODIE_API bool coodie_options_set_serial_consistency(coodie_options *o,
						      cql_consistency consistency,
						      coodie_error *err);
/** Rows per page, default 5000. */
COODIE_API void coodie_options_set_page_rows(coodie_options *o, uint32_t rows);
/** Largest response accepted, bytes, default 256 MiB. */
COODIE_API void coodie_options_set_max_response(coodie_options *o, uint32_t bytes);
/** Distinct prepared statements kept, default 1024; the least recently used is forgotten. */
COODIE_API void coodie_options_set_max_prepared(coodie_options *o, uint32_t statements);
/** Shown by the server (system_views.clients). */
COODIE_API bool coodie_options_set_application(coodie_options *o, const char *name,
					       const char *version, coodie_error *err);
/** Carries bytes by something else than the system's sockets (transport.h); copied; NULL: sockets
 * (default). For sessions on the loop that goes with it: coodie_session_attach(). */
COODIE_API void coodie_options_set_transport(coodie_options *o, const coodie_transport *transport);
COODIE_API void coodie_options_set_log(coodie_options *o, enum coodie_log_level level,
				       coodie_log_fn *fn, void *user);

COODIE_END

#endif
