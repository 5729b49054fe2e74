/* SPDX-License-Identifier: MIT */
/**
 * @file metrics.h
 * Counters, histograms, the attempts of a request, what tracing adds to one, and the ring of the last
 * frames of a connection.
 *
 * Numbers are written by one loop each and read by any thread without a lock: each of them is right,
 * but two of them may be a request apart. Serves O1 to O7, S18, X3, P11, T8, LG-01 to LG-04, U9, U22.
 * docs/metrics.md lists them all.
 */
#ifndef COODIE_METRICS_H
#define COODIE_METRICS_H

#include <coodie/host.h>

COODIE_BEGIN

/* ---- numbers -------------------------------------------------------------------------------- */

/** What a number is about. Zeroed but for `size`: the session. */
typedef struct coodie_scope {
	size_t size;             /**< sizeof(coodie_scope) */
	const cql_uuid *host_id; /**< NULL: all hosts */
	int32_t shard;           /**< of that host, plus one; 0: all shards */
} coodie_scope;

/**
 * Counters since the session was made, and gauges of this moment. Numbers of requests, which belong
 * to no host, are 0 in the scope of a host.
 */
typedef struct coodie_metrics {
	size_t size; /**< sizeof(coodie_metrics), set by the caller */

	/* requests, as they were submitted; of the session only */
	uint64_t requests;         /**< submitted */
	uint64_t completed;        /**< ended with a result */
	uint64_t failures;         /**< ended with an error; the next three are among them */
	uint64_t timeouts;         /**< their time was over */
	uint64_t cancelled;        /**< coodie_session_cancel() */
	uint64_t overloaded;       /**< refused: too many were waiting */
	uint64_t waiting;          /**< gauge: for a connection or a slot on one */
	uint64_t prepared;         /**< statements prepared */
	uint64_t prepared_evicted; /**< forgotten for newer ones */

	/* what came of them on the wire, by host and shard */
	/** sent to a node: what was repeated, statements to prepare and the session's own questions
	 * among them */
	uint64_t attempts;
	uint64_t responses;        /**< answers */
	uint64_t errors;           /**< answers that were an ERROR */
	uint64_t attempt_timeouts; /**< given up while a node had them */
	uint64_t retries;          /**< attempts made by the retry policy */
	uint64_t speculations;     /**< attempts made while another was out (X3) */
	uint64_t speculations_won; /**< of those, whose answer came first */
	uint64_t reprepared;       /**< statements a node had forgotten */
	uint64_t wrong_shard;      /**< connections that another shard took than was asked (S4) */
	uint64_t wrong_tablet;     /**< answers that told a better replica (S8, U19) */
	uint64_t
		in_flight; /**< gauge: attempts without answer, of the session's own questions too */
	uint64_t orphans;  /**< gauge: of those, for which nobody waits any more (O4) */

	/* connections */
	uint64_t connections;      /**< gauge: that may carry requests */
	uint64_t connects;         /**< that became ready */
	uint64_t connect_failures; /**< attempts that did not */
	uint64_t connects_lost;    /**< that ended without our asking */
	uint64_t tls_full;         /**< TLS handshakes with certificates (T8) */
	uint64_t tls_resumed;      /**< TLS handshakes with a ticket (T8) */
	uint64_t bytes_sent, bytes_received;
	uint64_t bytes_before_compression; /**< of bodies that were compressed, both ways, (P11) */
	uint64_t bytes_after_compression;  /**< and what they were on the wire */

	double rate_1m, rate_5m, rate_15m; /**< responses per second, moving averages (O1) */
} coodie_metrics;

enum coodie_histogram_kind {
	COODIE_HISTOGRAM_REQUEST = 0, /**< from submission to the end of the request */
	COODIE_HISTOGRAM_SERVER,      /**< from an attempt's last byte sent to its answer */
	COODIE_HISTOGRAM_QUEUE, /**< waiting for a connection or a slot on one, of those that did (O4) */
	COODIE_HISTOGRAM_SPECULATIVE, /**< from submission to the end, of requests that were sent twice */
	COODIE_HISTOGRAM_KINDS
};

/** Durations in microseconds, each within 1 % of what it was. */
typedef struct coodie_histogram {
	size_t size; /**< sizeof(coodie_histogram), set by the caller */
	uint64_t count, min, max;
	double mean, stddev;
	uint64_t p50, p75, p95, p98, p99, p999;
} coodie_histogram;

/* ---- attempts ------------------------------------------------------------------------------- */

/** One attempt of a request at one node, when it is over (O6, O7). Valid during the call. */
typedef struct coodie_attempt {
	size_t size;
	uint64_t request;        /**< as coodie_request.id has it */
	void *context;           /**< coodie_outgoing_set_context(); NULL: none */
	const char *cql;         /**< of the statement; "" where there is none */
	const coodie_host *host; /**< NULL: a contact point that is no node's own address */
	int32_t shard;           /**< -1: not known */
	uint32_t number;         /**< from 0; retries and speculations are counted together */
	bool is_speculative;
	/** The request is over: nothing more is told about it. No attempt is the last one of a
	 * request that ends while it waits to be sent again. */
	bool is_last;
	int64_t began_us;   /**< microseconds since 1970 */
	uint64_t queued_us; /**< from submission to the wire */
	uint64_t server_us; /**< from the wire to the answer, or to the end */
	/** Code COODIE_OK: it was answered. COODIE_ERR_CANCELLED: it was given up, as another one
	 * was faster, or its request was. */
	const coodie_error *err;
} coodie_attempt;

/** Called for each attempt, on the thread of its loop. Must not submit, block or free. */
typedef void coodie_attempt_fn(const coodie_attempt *attempt, void *user);

/* ---- what tracing adds ---------------------------------------------------------------------- */

/** A request about to be accepted. Valid during the call that it is given to. */
typedef struct coodie_outgoing coodie_outgoing;

/**
 * Called once for each request, inside the call that submits it and on its thread, where a tracing
 * library has its context: the place to add a `traceparent` (O5). What it adds goes with every
 * attempt. Must not block or free; a request that it submits asks it again.
 */
typedef void coodie_outgoing_fn(coodie_outgoing *request, void *user);

/** @return the CQL of the statement, borrowed; "" where there is none */
COODIE_API const char *coodie_outgoing_cql(const coodie_outgoing *request);
/**
 * Adds an entry to the custom payload of the request (v4 section 2.2). Both are copied.
 * @param len  at most COODIE_OUTGOING_MAX, all entries together with their keys
 * @param err  COODIE_ERR_INVALID: an empty key, or too much; COODIE_ERR_NO_MEMORY. The request is sent
 * without the entry
 */
COODIE_API bool coodie_outgoing_add(coodie_outgoing *request, const char *key, const void *data,
				    size_t len, coodie_error *err);
/** Is given to each coodie_attempt of the request: the span of the caller, say. */
COODIE_API void coodie_outgoing_set_context(coodie_outgoing *request, void *context);

/** Bytes of keys and values that coodie_outgoing_add() takes for one request. */
#define COODIE_OUTGOING_MAX 16384

/* ---- the last frames of a connection -------------------------------------------------------- */

/** One event of a connection: a frame, or a state it entered. */
typedef struct coodie_wire_event {
	size_t size;
	uint64_t at_us; /**< on the clock of the loop; only differences mean something */
	bool is_frame, is_sent;
	uint8_t opcode;    /**< of a frame */
	int16_t stream;    /**< of a frame */
	uint32_t body_len; /**< of a frame, as it is in its header */
	const char *state; /**< the state entered: "STARTUP"; NULL: it is a frame */
} coodie_wire_event;

/** Called for the last 256 events of a connection, oldest first. @return false to stop */
typedef bool coodie_wire_fn(uint64_t connection, const coodie_wire_event *event, void *user);

COODIE_END

#endif
