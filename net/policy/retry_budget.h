/* SPDX-License-Identifier: MIT */
/* How many attempts beyond the first a loop may send: a share of its requests of the last ten
 * seconds or so, and a few in any case. When everything fails, trying everything again would be
 * what keeps the cluster down. */
#ifndef NET_RETRY_BUDGET_H
#define NET_RETRY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hot.h"

/* One loop's. Amounts are hundredths of an attempt. */
struct cd_retry_budget {
	uint64_t balance;
	uint32_t percent; /* may be changed at any time */
	uint64_t next_us; /* when the bucket leaks next */
};

/* `percent`: attempts for each hundred requests. */
void cd_retry_budget_init(struct cd_retry_budget *b, uint32_t percent, uint64_t now_us);

/* Lets time pass. */
void cd_retry_budget_pass(struct cd_retry_budget *b, uint64_t now_us);
/* A request is sent for the first time. */
CD_HOT void cd_retry_budget_add(struct cd_retry_budget *b, uint64_t now_us)
{
	if (now_us >= b->next_us)
		cd_retry_budget_pass(b, now_us);
	b->balance += b->percent;
}

/* One more attempt; false: not now. */
bool cd_retry_budget_take(struct cd_retry_budget *b, uint64_t now_us);

#endif
