/* SPDX-License-Identifier: MIT */
/* When a request is sent once more although it may still be answered: after a delay (X1), or when
 * it takes longer than nearly all do (X2). */
#ifndef NET_SPECULATION_H
#define NET_SPECULATION_H

#include <coodie/policy.h>

enum { CD_LATENCY_BUCKETS = 256 };

/* Latencies of answers, old ones weighing less and less: buckets whose bounds grow by an eighth.
 * Zeroed: none. One per loop and profile with a percentile. */
struct cd_latencies {
	uint32_t buckets[CD_LATENCY_BUCKETS];
	uint32_t total;
	uint32_t fresh;    /* since `delay_us` was computed */
	uint64_t delay_us; /* of the percentile asked for last; 0: not enough is known */
};

struct cd_speculation {
	uint32_t max; /* attempts beyond the first; 0: never */
	uint32_t delay_ms;
	double percentile; /* 0: the delay is constant */
};

/* What a profile says; out of range: COODIE_ERR_INVALID. */
bool cd_speculation_check(struct cd_speculation *out, const coodie_profile_options *p,
			  coodie_error *err);
/* Whether a request may be on the wire twice: never one that is not idempotent (X3), nor LWT, which
 * would contend with itself. */
bool cd_speculation_suits(const struct cd_speculation *s, const coodie_intent *intent);
/* How long after the last attempt the next one is sent, when `attempts` have been; 0: no more. */
uint64_t cd_speculation_delay_us(const struct cd_speculation *s, const struct cd_latencies *l,
				 uint32_t attempts);

/* An attempt was answered. Only profiles with a percentile need it. */
void cd_latencies_add(struct cd_latencies *l, uint64_t latency_us, double percentile);
/* What so many percent of them did not exceed; 0: there is none. */
uint64_t cd_latencies_percentile(const struct cd_latencies *l, double percentile);

#endif
