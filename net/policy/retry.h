/* SPDX-License-Identifier: MIT */
/* Whether a failed attempt is made again, and where. What is safe is decided here, before any
 * policy is asked: idempotence (R2), the deadline, the budget (R3), the rate limit (S9). */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <coodie/alloc.h>
#include <coodie/policy.h>

#include "net/policy/retry_budget.h"

/* A policy of a session; constant but for the state of a custom one. */
struct cd_retry_policy {
	coodie_allocator allocator;
	enum coodie_retry_kind kind;
	coodie_retry custom; /* `decide` NULL: a shipped one */
	void *state;
};

/* A shipped one, or with `custom` one of the user's own; the state is taken unless it fails. */
struct cd_retry_policy *cd_retry_policy_new(enum coodie_retry_kind kind, const coodie_retry *custom,
					    void *take_state, const coodie_allocator *a,
					    coodie_error *err);
/* NULL is fine. */
void cd_retry_policy_free(struct cd_retry_policy *p);

/* A failed attempt. */
struct cd_retry_case {
	const coodie_intent *intent; /* its consistency is the one of this attempt */
	const coodie_host *host;     /* NULL: none was reached */
	const coodie_error *err;
	uint32_t attempt; /* how many failed, this one included */
	bool sent;        /* a byte of it may have reached the host */
	uint64_t now_us, deadline_us;
	uint64_t random;
};

struct cd_retry_verdict {
	enum coodie_retry_answer answer;
	cql_consistency consistency; /* UNSET: as before */
	uint64_t delay_us;           /* before the attempt, jitter included */
	const char *why;             /* static; for a log */
};

/* `budget` NULL: no limit. It is charged for an attempt that was sent and is made again. */
void cd_retry_decide(const struct cd_retry_policy *p, struct cd_retry_budget *budget,
		     const struct cd_retry_case *c, struct cd_retry_verdict *out);
/* Whether the server may have done what the attempt asked for (R2). */
bool cd_retry_maybe_executed(const struct cd_retry_case *c);
/* A line for the log, or, with a lower consistency, for the warnings of the result: "attempt 1 on
 * 10.0.0.1:9042: Read_timeout: the next node in 12 ms (...)". */
void cd_retry_describe(const struct cd_retry_case *c, const struct cd_retry_verdict *v, char *out,
		       size_t size);

#endif
