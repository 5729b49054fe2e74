/* SPDX-License-Identifier: MIT */
/**
 * @file policy.h
 * Where a request goes, when it is tried again, when it is sent twice, and what time it bears:
 * small tables to replace, and profiles to name them.
 *
 * **Threads.** A policy of one's own is one object (its `state`) for everything that was given the
 * same options or profile. Its functions run on the loop thread that sends the request, must not
 * block, and must not call the session. With `loops` of 2 and more they run on several threads at
 * the same time: coodie_intent.loop says on which, so that a state can be an array with one entry
 * per loop and needs no lock. With fewer loops, and on a session of the caller's loop, there is one
 * thread and `loop` is 0. `free` runs once, on the thread that lets the object go last.
 *
 * **Replay.** What a policy decides by chance it takes from coodie_intent.random, and its order of
 * rotation from coodie_intent.turn: then a simulation plays again as it was.
 *
 * Serves S7, S8, S9, S11, L1 to L8, L10, R1 to R5, X1 to X3, E1 to E4, N10, N11, U10, U35.
 */
#ifndef COODIE_POLICY_H
#define COODIE_POLICY_H

#include <coodie/error.h>
#include <coodie/host.h>
#include <coodie/options.h>

COODIE_BEGIN

/** What a policy knows about a request; valid during the call. */
typedef struct coodie_intent {
	size_t size; /**< sizeof(coodie_intent), set by the library */
	/** Of a prepared statement with markers, and of a batch by its first one with a key; else
	 * NULL: not known. */
	const char *keyspace, *table;
	cql_consistency consistency, serial_consistency; /**< as they are sent */
	bool has_token;
	bool is_lwt; /**< a conditional write, or a read at a serial consistency (S8) */
	bool is_idempotent, is_read, is_batch;
	bool has_leader; /**< the first of the replicas leads the tablet (S11, L10) */
	int64_t token;   /**< with has_token: of the first statement of a batch that has one */
	uint32_t loop;   /**< the number of the loop that asks, from 0 */
	uint32_t turn;   /**< one more with each request of the loop that has no token */
	uint64_t random; /**< bits to choose by: others with each request */
} coodie_intent;

/* ---- load balancing ---------------------------------------------------------------------- */

/** Orders nodes: a balancer of one's own (L8). */
typedef struct coodie_balancer {
	size_t size; /**< sizeof(coodie_balancer), set by the caller */
	/**
	 * Writes the order in which to try: indexes into `hosts`. Those that are empty (their `size`
	 * is 0), ignored, or named before are passed over; a request whose order names none fails.
	 * @param replicas  indexes of the token's replicas, primary (or leader) first
	 * @param order     has room for `host_count`
	 * @return how many were written
	 */
	size_t (*plan)(void *state, const coodie_intent *intent, const coodie_host *hosts,
		       size_t host_count, const uint32_t *replicas, size_t replica_count,
		       uint32_t *order);
	/** How near a node is: asked whenever the nodes, or which of them are up, have changed. NULL:
	 * all are local (N11). */
	enum coodie_distance (*distance)(void *state, const coodie_host *host);
	/** Told the outcome of each attempt; `err` is NULL for an answer without error. NULL when of
	 * no interest. */
	void (*answered)(void *state, const coodie_intent *intent, const coodie_host *host,
			 uint64_t latency_us, const coodie_error *err);
	void (*free)(void *state); /**< may be NULL */
} coodie_balancer;

/**
 * The shipped balancer. All zero: token-aware, in the datacenter of the first node connected to,
 * and of two equally good nodes the one with fewer requests in flight. Written as
 * COODIE_BALANCING(.local_datacenter = "dc1").
 */
typedef struct coodie_balancing {
	size_t size;
	const char *local_datacenter; /**< NULL: that of the first node connected to (N10) */
	const char *local_rack;       /**< NULL: no preference; needs local_datacenter (L2) */
	uint32_t remote_hosts;        /**< of each other datacenter, after the local ones; 0 (L1) */
	bool remote_for_local;        /**< also for LOCAL_ONE, LOCAL_QUORUM and LOCAL_SERIAL */
	bool not_datacenter_aware;    /**< every node is local: plain round robin (L1) */
	bool not_token_aware;         /**< replicas are not preferred (L3) */
	bool not_shuffled;            /**< replicas in the order of the ring; nodes by turns */
	bool not_load_aware;          /**< does not look at requests in flight (L6) */
	/** Leaves slow nodes for last (L5). Best left off: requests in flight tell of a slow node
	 * earlier (U35). */
	bool latency_aware;
	double latency_exclusion;      /**< slower than the fastest by this factor; 0: 2.0 */
	uint32_t latency_scale_ms;     /**< how long a measure weighs; 0: 100 */
	uint32_t latency_retry_ms;     /**< when a slow one is tried again; 0: 10000 */
	uint32_t latency_update_ms;    /**< how often the fastest is looked for; 0: 100 */
	uint32_t latency_min_measured; /**< answers before a node is judged; 0: 50 */
	/** Addresses and networks: "10.0.0.1, 10.1.0.0/16, 2001:db8::/32" (L7). A node that is denied,
	 * or not in a list of allowed ones, is never connected to. */
	const char *allow, *deny;
	const char *allow_datacenters, *deny_datacenters; /**< "dc1, dc2" */
} coodie_balancing;

#ifndef __cplusplus
#define COODIE_BALANCING(...) \
	(&(const coodie_balancing){ .size = sizeof(coodie_balancing), __VA_ARGS__ })
#endif

/* ---- retries ----------------------------------------------------------------------------- */

enum coodie_retry_answer {
	COODIE_RETRY_RETURN = 0, /**< report the error */
	COODIE_RETRY_SAME,       /**< the same node */
	COODIE_RETRY_NEXT,       /**< the next of the plan; of an LWT request the same, while it
			       answers (R4) */
	COODIE_RETRY_IGNORE      /**< report success without rows (writes only) */
};

/** What to do; filled by a retry policy. */
typedef struct coodie_retry_decision {
	size_t size; /**< sizeof(coodie_retry_decision), set by the library */
	enum coodie_retry_answer answer;
	cql_consistency consistency; /**< UNSET: as before; never changed for serial ones (S8) */
	uint32_t delay_ms;           /**< before the attempt; jitter is added (R3) */
} coodie_retry_decision;

/**
 * Decides about failed attempts: a retry policy of one's own (R5). Not asked when a request that is
 * not idempotent may have been executed (R2), when the server's rate limit was hit (S9), nor when
 * the deadline or the retry budget is used up.
 */
typedef struct coodie_retry {
	size_t size; /**< sizeof(coodie_retry), set by the caller */
	/** @param attempt  how many attempts failed, this one included: 1 and more
	 *  @param out      filled with COODIE_RETRY_RETURN before the call */
	void (*decide)(void *state, const coodie_intent *intent, const coodie_host *host,
		       const coodie_error *err, uint32_t attempt, coodie_retry_decision *out);
	void (*free)(void *state); /**< may be NULL */
} coodie_retry;

/** The shipped ones (R1). */
enum coodie_retry_kind {
	COODIE_RETRY_UNSET =
		0, /**< as the profile "default" has it, where it is COODIE_RETRY_DEFAULT */
	COODIE_RETRY_DEFAULT,
	COODIE_RETRY_FALLTHROUGH, /**< never */
	COODIE_RETRY_DOWNGRADING  /**< may answer at a lower consistency; says so as a warning */
};

/* ---- profiles ---------------------------------------------------------------------------- */

/**
 * How a kind of request is run (E1); a zero takes what the profile "default" has, and there what
 * the session's options say. Written as COODIE_PROFILE(.timeout_ms = 50, .speculative_delay_ms = 10).
 * Everything is copied; a state that is taken is freed with the last session, options or request
 * that uses it, and not taken when the call fails.
 */
typedef struct coodie_profile_options {
	size_t size;
	cql_consistency consistency, serial_consistency;
	uint32_t timeout_ms;
	bool idempotent;                   /**< every statement that uses this profile is */
	const coodie_balancing *balancing; /**< a shipped balancer, or ... */
	const coodie_balancer *balancer;   /**< ... one of your own, with its state */
	void *take_balancer_state;
	enum coodie_retry_kind retry_kind; /**< a shipped retry policy, or ... */
	const coodie_retry *retry;         /**< ... one of your own, with its state */
	void *take_retry_state;
	bool log_retries;              /**< a line at INFO for each decision (R1) */
	bool not_speculative;          /**< never, whatever "default" says (X1) */
	uint32_t speculative_delay_ms; /**< sends once more after this; 0: never (X1) */
	double speculative_percentile; /**< or after this percentile of latencies, say 99.0; the
					  delay then is what is used until enough is known (X2) */
	uint32_t speculative_max;      /**< attempts beyond the first; 0: 1 */
} coodie_profile_options;

#ifndef __cplusplus
#define COODIE_PROFILE(...) \
	(&(const coodie_profile_options){ .size = sizeof(coodie_profile_options), __VA_ARGS__ })
#endif

/** Sets a profile; "default" is that of requests that name none. Sessions made from these options
 * later have it, and share its policies.
 * @param name  1 to 255 bytes
 * @param err   COODIE_ERR_INVALID (a number, list or policy that makes no sense),
 * COODIE_ERR_NO_MEMORY; then nothing was set or taken */
COODIE_API bool coodie_options_set_profile(coodie_options *o, const char *name,
					   const coodie_profile_options *profile,
					   coodie_error *err);

/* ---- timestamps -------------------------------------------------------------------------- */

enum coodie_timestamps {
	COODIE_TIMESTAMPS_SERVER = 0,
	COODIE_TIMESTAMPS_MONOTONIC, /**< made here, never twice by one session */
	COODIE_TIMESTAMPS_CUSTOM     /**< made by a function of yours */
};

/** Who gives writes their time (E4). Written as
 * COODIE_TIMESTAMPING(.kind = COODIE_TIMESTAMPS_MONOTONIC). */
typedef struct coodie_timestamping {
	size_t size;
	enum coodie_timestamps kind;
	/** Of COODIE_TIMESTAMPS_CUSTOM: microseconds since 1970; any loop's thread. */
	int64_t (*fn)(void *user);
	void *user;
	/** Of COODIE_TIMESTAMPS_MONOTONIC: how far it may run ahead of the clock before a warning is
	 * logged, and how often; 0: 1 second each. UINT32_MAX: never. */
	uint32_t drift_warning_us, drift_interval_ms;
} coodie_timestamping;

#ifndef __cplusplus
#define COODIE_TIMESTAMPING(...) \
	(&(const coodie_timestamping){ .size = sizeof(coodie_timestamping), __VA_ARGS__ })
#endif

/** Sets who gives writes their time; also those of tracked saves. NULL: the server. */
COODIE_API bool coodie_options_set_timestamps(coodie_options *o, const coodie_timestamping *t,
					      coodie_error *err);

COODIE_END

#endif
