/* SPDX-License-Identifier: MIT */
/* Exponential delays with jitter. */
#include "net/policy/backoff.h"

uint64_t cd_backoff_next_us(struct cd_backoff *b, uint32_t min_ms, uint32_t max_ms, uint64_t random)
{
	uint64_t min_us = (min_ms ? min_ms : 1) * UINT64_C(1000), max_us = max_ms * UINT64_C(1000);
	uint64_t delay_us = b->failures < 32 ? min_us << b->failures : UINT64_MAX;

	if (b->failures < UINT32_MAX)
		b->failures++;
	if (delay_us > max_us)
		delay_us = max_us > min_us ? max_us : min_us;
	/* 85 % to 115 %: 20 bits of chance; delays are below 2^42 */
	return delay_us * 85 / 100 + (delay_us * 30 / 100 * (random >> 44) >> 20);
}
