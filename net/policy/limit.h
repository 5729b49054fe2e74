/* SPDX-License-Identifier: MIT */
/* How many requests may be in flight to a host: cut by a part when it says that it is overloaded,
 * or when its answers take much longer than they used to; one more for each round of good answers
 * (C21, U10). */
#ifndef NET_LIMIT_H
#define NET_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* One per host and loop. Zeroed: no limit. */
struct cd_limit {
	uint32_t max;                 /* upper end; 0: no limit */
	uint32_t now;                 /* the limit */
	uint32_t answers;             /* good ones since it was last raised */
	uint64_t cut_us;              /* when it may be cut again */
	uint64_t recent_us, usual_us; /* averages of latencies, times 1024; 0: none yet */
};

/* Sets the upper end; 0: none. Averages stay. */
void cd_limit_set(struct cd_limit *l, uint32_t max);
/* Whether one more may be sent. */
static inline bool cd_limit_allows(const struct cd_limit *l, uint32_t in_flight)
{
	return l->max == 0 || in_flight < l->now;
}
/* An answer; `in_flight` counts it. */
void cd_limit_answered(struct cd_limit *l, uint32_t in_flight, uint64_t latency_us,
		       uint64_t now_us);
/* OVERLOADED, the rate limit, or a request that timed out. */
void cd_limit_overloaded(struct cd_limit *l, uint64_t now_us);

#endif
