/* SPDX-License-Identifier: MIT */
/* How many a second: averages over 1, 5 and 15 minutes in which the past fades, made of a counter.
 * One loop ticks, any thread reads; nobody has to tick while nothing happens. */
#ifndef NET_METER_H
#define NET_METER_H

#include <stddef.h>

#include "base/sequence.h"

enum { CD_METER_RATES = 3, CD_METER_TICK_US = 5000000 };

struct cd_meter {
	struct cd_sequence turn;
	_Atomic bool began;
	_Atomic uint64_t ticked_us, counted; /* the last tick, and the counter then */
	_Atomic double rates[CD_METER_RATES];
};

void cd_meter_init(struct cd_meter *m, uint64_t now_us);
void cd_meter_turn(struct cd_meter *m, uint64_t count, uint64_t now_us);

/* To be called before something is counted, so that what was counted since the last tick belongs to
 * the five seconds after it. */
static inline void cd_meter_tick(struct cd_meter *m, uint64_t count, uint64_t now_us)
{
	if (now_us - atomic_load_explicit(&m->ticked_us, memory_order_relaxed) >= CD_METER_TICK_US)
		cd_meter_turn(m, count, now_us);
}

/* What another one has becomes this one's, as its counter does; that one begins anew. Nobody may be
 * reading. */
void cd_meter_move(struct cd_meter *to, uint64_t to_count, struct cd_meter *from,
		   uint64_t from_count, uint64_t now_us);

/* Adds the rates of now: of 1, 5 and 15 minutes. */
void cd_meter_add(double rates[CD_METER_RATES], const struct cd_meter *m, uint64_t count,
		  uint64_t now_us);

#endif
