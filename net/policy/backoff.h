/* SPDX-License-Identifier: MIT */
/* How long to wait before the next attempt to connect to a host: doubled with each failure. */
#ifndef NET_BACKOFF_H
#define NET_BACKOFF_H

#include <stdint.h>

/* Zeroed: nothing failed yet. */
struct cd_backoff {
	uint32_t failures; /* in a row */
};

/* One more failure. Microseconds, 15 % more or less by chance; with `min_ms` and `max_ms` alike the
 * delay is constant. 0 for min_ms counts as 1. */
uint64_t cd_backoff_next_us(struct cd_backoff *b, uint32_t min_ms, uint32_t max_ms,
			    uint64_t random);
/* Any sign of life (C6, U27): a connection, an UP event. The next failure waits min_ms again. */
static inline void cd_backoff_reset(struct cd_backoff *b)
{
	b->failures = 0;
}

#endif
