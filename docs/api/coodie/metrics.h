/* SPDX-License-Identifier: MIT */
/**
 * @file metrics.h
 * Counters, histograms, their text for Prometheus, the history of a request, and the ring of the
 * last frames of a connection.
 *
 * Counters are written by one loop each and read by any thread without a lock. Serves O1 to O10,
 * S18, X3, LG-01 to LG-04, U9, U22.
 */
#ifndef COODIE_METRICS_H
#define COODIE_METRICS_H

#include <coodie/metadata.h>

COODIE_BEGIN

/** What a number is about. */
typedef struct coodie_scope {
	size_t size;
	const cql_uuid *host_id; /**< NULL: all hosts */
	int32_t shard;           /**< of that host, plus one; 0: all shards */
} coodie_scope;

/** Counters since the session was made. */
typedef struct coodie_metrics {
	size_t size; /**< sizeof(coodie_metrics), set by the caller */
	uint64_t requests, responses, errors, timeouts, cancelled, overloaded;
	uint64_t retries, speculations, speculations_won; /**< (O3, X3) */
	uint64_t prepared, reprepared, prepared_evicted;
	uint64_t bytes_sent, bytes_received, bytes_before_compression; /**< (P11) */
	uint64_t connects, connect_failures, connects_lost, tls_resumed, tls_full; /**< (T8) */
	uint64_t wrong_shard, wrong_tablet; /**< answered by another than asked (S4, U19) */
	uint32_t connections, in_flight, waiting, orphans;
	double rate_1m, rate_5m, rate_15m; /**< responses per second (O1) */
} coodie_metrics;

/** @param scope  NULL: the session */
COODIE_API bool coodie_session_metrics(const coodie_session *s, const coodie_scope *scope,
				       coodie_metrics *out, coodie_error *err);

enum coodie_histogram_kind {
	COODIE_HISTOGRAM_REQUEST = 1, /**< from submission to callback */
	COODIE_HISTOGRAM_SERVER,      /**< from the last byte sent to the first received */
	COODIE_HISTOGRAM_QUEUE,       /**< waiting for a slot (O4) */
	COODIE_HISTOGRAM_SPECULATIVE
};

/** A histogram, microseconds; relative error below 1 %. */
typedef struct coodie_histogram {
	size_t size;
	uint64_t count, min, max;
	double mean, stddev;
	uint64_t p50, p75, p95, p98, p99, p999;
} coodie_histogram;

COODIE_API bool coodie_session_histogram(const coodie_session *s, const coodie_scope *scope,
					 enum coodie_histogram_kind kind, coodie_histogram *out,
					 coodie_error *err);
/** How often percentiles forget the past; 0 (default): never (O2). */
COODIE_API void coodie_options_set_histogram_window_ms(coodie_options *o, uint32_t ms);

/** Writes all of it as OpenMetrics text, as snprintf() does; takes no lock (O5). */
COODIE_API size_t coodie_session_metrics_text(const coodie_session *s, char *out, size_t size);
/** Writes pools, connections and their streams as text for people, as snprintf() does (O10). */
COODIE_API size_t coodie_session_dump(const coodie_session *s, char *out, size_t size);

/** One attempt of a request (O6, O7); valid during the call. */
typedef struct coodie_attempt {
	size_t size;
	uint64_t request; /**< the id of coodie_request.id */
	const char *cql;
	const coodie_host *node;
	int32_t shard;
	uint32_t number;
	bool is_speculative;
	uint64_t queued_us, server_us;
	const coodie_error *err; /**< code COODIE_OK when it was answered */
} coodie_attempt;

/** Called for each attempt on a loop's thread; NULL costs nothing. */
typedef void coodie_attempt_fn(const coodie_attempt *attempt, void *user);
COODIE_API void coodie_options_set_attempts(coodie_options *o, coodie_attempt_fn *fn, void *user);
/** The node that answered; false for a result made by hand (O7). */
COODIE_API bool coodie_result_node(const coodie_result *r, cql_inet *address, uint16_t *port);

/** One event of the ring of a connection: a state change or a frame. */
typedef struct coodie_wire_event {
	size_t size;
	uint64_t at_us;
	bool is_frame, is_sent;
	uint8_t opcode;
	int16_t stream;
	uint32_t body_len;
	const char *state; /**< the state entered, of a state change */
} coodie_wire_event;

/** Called for the last 256 events of each connection, oldest first. @return false to stop */
typedef bool coodie_wire_fn(size_t connection, const coodie_wire_event *event, void *user);
COODIE_API bool coodie_session_wire(const coodie_session *s, coodie_wire_fn *fn, void *user,
				    coodie_error *err);

COODIE_END

#endif
