/* SPDX-License-Identifier: MIT */
/**
 * @file policy.h
 * Where a request goes, when it is tried again, and when it is sent twice: small tables to replace,
 * profiles to name them, and a call that explains.
 *
 * Functions of a policy run on the loop's thread that sends the request, must not block, and must
 * not call the session. Serves S7, S8, S9, S11, L1 to L11, R1 to R5, X1 to X3, E1 to E4, Q4, Q10,
 * CN-14, CN-24, LW-13, MD-19, MD-21, N10, N11, U10, U18, U35.
 *
 * Adds to coodie_request:
 *
 *     const char *profile;    name of an execution profile; NULL: "default"
 *     const cql_inet *node;   sends to this node only (L9)
 *     int32_t shard;          of that node, plus one; 0: any
 *     const cql_args *key;    partition key for routing, where the binds do not tell (MD-19)
 *     const coodie_payload *payload;  custom payload, v4 section 2.2 (P17)
 *     size_t payload_count;
 *
 * Adds to coodie_read and coodie_write, and to a query by coodie_profile(): `profile`.
 */
#ifndef COODIE_POLICY_H
#define COODIE_POLICY_H

#include <coodie/query.h>

COODIE_BEGIN

/** A node as a policy sees it; valid during the call. Numbers are of this moment. */
typedef struct coodie_node {
	size_t size;
	cql_uuid host_id;
	cql_inet address;
	uint16_t port;
	const char *datacenter, *rack;
	bool is_up, is_local; /**< `is_local`: in the local datacenter */
	uint32_t in_flight;
	uint32_t connections;
	uint64_t latency_us; /**< moving average of answers; 0: none yet */
	uint32_t shard_count; /**< 0: not sharded */
} coodie_node;

/** What a policy knows about a request; valid during the call. */
typedef struct coodie_intent {
	size_t size;
	const char *keyspace, *table; /**< NULL when not known */
	cql_consistency consistency;
	bool has_token, is_lwt, is_idempotent, is_read, is_batch;
	int64_t token;
} coodie_intent;

/* ---- load balancing ---------------------------------------------------------------------- */

/** Orders nodes. One object per session; its state is `policy`. */
typedef struct coodie_balancer {
	size_t size;
	/**
	 * Writes the order in which to try: indexes into `nodes`.
	 * @param replicas  indexes of the token's replicas, primary first
	 * @return how many were written, at most node_count
	 */
	size_t (*plan)(void *policy, const coodie_intent *intent, const coodie_node *nodes,
		       size_t node_count, const uint32_t *replicas, size_t replica_count,
		       uint32_t *order);
	/** May connections be made to this node at all? NULL: to every one (N11). */
	bool (*accept)(void *policy, const coodie_node *node);
	/** Told the outcome of each request; NULL when of no interest. */
	void (*answered)(void *policy, const coodie_node *node, uint64_t latency_us,
			 const coodie_error *err);
	void (*free)(void *policy);
} coodie_balancer;

/** The shipped one; written as COODIE_BALANCING(.local_datacenter = "dc1"). */
typedef struct coodie_balancing {
	size_t size;
	const char *local_datacenter; /**< NULL: that of the first node connected to (N10) */
	const char *local_rack;       /**< NULL: no preference (L2) */
	uint32_t remote_nodes;        /**< per remote datacenter, after the local ones; 0 (L1) */
	bool remote_for_local;        /**< also at LOCAL_ONE and LOCAL_QUORUM */
	bool not_token_aware, not_shuffled; /**< (L3) */
	bool latency_aware;                 /**< (L5) with the five numbers of its paper: */
	double latency_exclusion;           /**< 0: 2.0 */
	uint32_t latency_scale_ms, latency_retry_ms, latency_update_ms; /**< 0: 100, 10000, 100 */
	uint32_t latency_min_measured;                                  /**< 0: 50 */
	const char *allow, *deny; /**< addresses and networks: "10.0.0.1, 10.1.0.0/16" (L7) */
	const char *allow_datacenters, *deny_datacenters;
} coodie_balancing;

#ifndef __cplusplus
#define COODIE_BALANCING(...)                                                                 \
	(&(const coodie_balancing){ .size = sizeof(coodie_balancing), __VA_ARGS__ })
#endif

/* ---- retries ----------------------------------------------------------------------------- */

enum coodie_retry_answer {
	COODIE_RETRY_RETURN = 0, /**< report the error */
	COODIE_RETRY_SAME,       /**< the same node */
	COODIE_RETRY_NEXT,       /**< the next of the plan */
	COODIE_RETRY_IGNORE      /**< report success without rows (writes only) */
};

/** What to do; filled by a retry policy. */
typedef struct coodie_retry_decision {
	size_t size;
	enum coodie_retry_answer answer;
	cql_consistency consistency; /**< UNSET: as before; never changed for serial ones (S8) */
	uint32_t delay_ms;           /**< before the attempt; jitter is added (R3) */
} coodie_retry_decision;

/**
 * Decides about failed attempts. Not asked when a request that is not idempotent may have been
 * executed (R2), nor when the deadline or the retry budget is used up.
 */
typedef struct coodie_retry {
	size_t size;
	void (*decide)(void *policy, const coodie_intent *intent, const coodie_error *err,
		       uint32_t attempt, coodie_retry_decision *out);
	void (*free)(void *policy);
} coodie_retry;

/** The shipped ones (R1). LWT requests stay with their node (R4). */
enum coodie_retry_kind {
	COODIE_RETRY_DEFAULT = 0,
	COODIE_RETRY_FALLTHROUGH, /**< never */
	COODIE_RETRY_DOWNGRADING  /**< may answer at a lower consistency; says so as a warning */
};

/* ---- profiles ---------------------------------------------------------------------------- */

/**
 * How a kind of request is run; a zero takes the session's default. Written as
 * COODIE_PROFILE(.timeout_ms = 50, .speculative_delay_ms = 10).
 */
typedef struct coodie_profile_options {
	size_t size;
	cql_consistency consistency, serial_consistency;
	uint32_t timeout_ms;
	bool idempotent;                   /**< of every statement that uses it */
	const coodie_balancing *balancing; /**< a shipped balancer, or ... */
	const coodie_balancer *balancer;   /**< ... one of your own, with its state */
	void *take_balancer_state;
	enum coodie_retry_kind retry_kind; /**< a shipped retry policy, or ... */
	const coodie_retry *retry;         /**< ... one of your own, with its state */
	void *take_retry_state;
	bool log_retries;
	uint32_t speculative_delay_ms;  /**< sends once more after this; 0: never (X1) */
	double speculative_percentile;  /**< or after this percentile of latencies, say 99.0 (X2) */
	uint32_t speculative_max;       /**< attempts beyond the first; 0: 1 */
} coodie_profile_options;

#ifndef __cplusplus
#define COODIE_PROFILE(...)                                                                   \
	(&(const coodie_profile_options){ .size = sizeof(coodie_profile_options), __VA_ARGS__ })
#endif

/** Sets a profile; "default" is that of requests that name none. */
COODIE_API bool coodie_options_set_profile(coodie_options *o, const char *name,
					   const coodie_profile_options *profile,
					   coodie_error *err);
/** Replaces a profile for all requests from now on (E2). */
COODIE_API bool coodie_session_set_profile(coodie_session *s, const char *name,
					   const coodie_profile_options *profile,
					   coodie_error *err);
/** The profile of a query. */
COODIE_API void coodie_profile(coodie_query *q, const char *name);

/** One entry of a custom payload (P17); also as received, borrowed from the result. */
typedef struct coodie_payload {
	const char *key;
	cql_blob value;
} coodie_payload;
COODIE_API size_t coodie_result_payload_count(const coodie_result *r);
COODIE_API bool coodie_result_payload_at(const coodie_result *r, size_t i, coodie_payload *out);

/* ---- timestamps and preparing ------------------------------------------------------------ */

enum coodie_timestamps {
	COODIE_TIMESTAMPS_SERVER = 0,
	COODIE_TIMESTAMPS_MONOTONIC, /**< made here, never twice, also for tracked saves (E4) */
	COODIE_TIMESTAMPS_CUSTOM
};
/** @param fn  of COODIE_TIMESTAMPS_CUSTOM: microseconds since 1970; any loop thread */
COODIE_API bool coodie_options_set_timestamps(coodie_options *o, enum coodie_timestamps kind,
					      int64_t (*fn)(void *user), void *user,
					      coodie_error *err);
/** Prepares on every node at once, and again on a node that comes up (Q4). */
COODIE_API void coodie_options_set_prepare_on_all(coodie_options *o, bool on_all, bool on_up);

/* ---- explaining -------------------------------------------------------------------------- */

/** One step of a plan. */
typedef struct coodie_target {
	coodie_node node;
	int32_t shard; /**< -1: not sharded, or no token */
	bool is_replica;
} coodie_target;

/** Where a statement would go; a value (L11). */
typedef struct coodie_route coodie_route;

/**
 * Explains a prepared statement with its binds. No request is made.
 * @return freed with coodie_route_free(); NULL on error
 */
COODIE_API coodie_route *coodie_route_prepared(coodie_session *s, coodie_prepared *p,
					       cql_args args, const coodie_request *r,
					       coodie_error *err);
/** Explains a partition of a model. @param keys  every column of the partition key */
COODIE_API coodie_route *coodie_route_model(coodie_session *s, const coodie_model *m,
					    cql_args keys, coodie_error *err);
COODIE_API void coodie_route_free(coodie_route *route);
/** @return false when the statement has no token */
COODIE_API bool coodie_route_token(const coodie_route *route, int64_t *token);
COODIE_API size_t coodie_route_count(const coodie_route *route);
/** The i-th to be tried, borrowed; NULL past the end. */
COODIE_API const coodie_target *coodie_route_at(const coodie_route *route, size_t i);

COODIE_END

#endif
