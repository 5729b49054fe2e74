/* SPDX-License-Identifier: MIT */
/* A bucket that every request fills a little, that leaks a tenth each second, and that never stays
 * empty for long. */
#include "net/policy/retry_budget.h"

enum {
	ATTEMPT = 100,
	RESERVE = 100 * ATTEMPT,   /* to begin with */
	PER_SECOND = 10 * ATTEMPT, /* whatever the requests, up to the reserve */
	SECOND_US = 1000000,
	FORGOTTEN = 200 /* seconds after which nothing is left of any balance */
};

void cd_retry_budget_init(struct cd_retry_budget *b, uint32_t percent, uint64_t now_us)
{
	*b = (struct cd_retry_budget){ RESERVE, percent, now_us + SECOND_US };
}

void cd_retry_budget_pass(struct cd_retry_budget *b, uint64_t now_us)
{
	uint64_t seconds = now_us >= b->next_us ? (now_us - b->next_us) / SECOND_US + 1 : 0;

	b->next_us += seconds * SECOND_US;
	for (uint64_t i = 0; i < seconds && i < FORGOTTEN; i++) {
		if (b->balance > RESERVE)
			b->balance -= (b->balance - RESERVE + 9) / 10;
		else
			b->balance = b->balance + PER_SECOND < RESERVE ? b->balance + PER_SECOND
								       : RESERVE;
	}
}

bool cd_retry_budget_take(struct cd_retry_budget *b, uint64_t now_us)
{
	cd_retry_budget_pass(b, now_us);
	if (b->balance < ATTEMPT)
		return false;
	b->balance -= ATTEMPT;
	return true;
}
