/* SPDX-License-Identifier: MIT */
/* Deadlines on a hashed timing wheel: O(1) to add and to remove, whatever their number; ticks of 10
 * ms. No clock of its own: time is an argument, in microseconds. */
#ifndef NET_WHEEL_H
#define NET_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CD_WHEEL_SLOTS = 1024, CD_WHEEL_TICK_US = 10000 };

/* A deadline, inside whatever has one. Zeroed: not on a wheel. */
struct cd_deadline {
	struct cd_deadline *next, **link; /* link NULL: not on a wheel */
	uint64_t at_us;                   /* when it passes; on the wheel itself at a tick */
	uint8_t kind;                     /* whose it is: for who takes it off */
};

struct cd_wheel {
	struct cd_deadline *slots[CD_WHEEL_SLOTS];
	uint64_t used[CD_WHEEL_SLOTS / 64]; /* a bit for each slot that may hold one */
	uint64_t now;                       /* ticks up to this one have been looked at */
	size_t count;
	/* A queue beside the wheel, for those that are added in the order in which they pass: it ends
	 * in `end`, which is as late as they ever were. */
	struct cd_deadline front, end;
};

void cd_wheel_init(struct cd_wheel *w, uint64_t now_us);
/* Adds a deadline that is on no wheel. It passes at `at_us` or up to a tick later, never before. */
void cd_wheel_add(struct cd_wheel *w, struct cd_deadline *d, uint64_t at_us);
/* The same for one that passes no earlier than those before it: cheaper, and on time. Others are put on
 * the wheel. */
static inline void cd_wheel_queue(struct cd_wheel *w, struct cd_deadline *d, uint64_t at_us)
{
	if (at_us < w->end.at_us) {
		cd_wheel_add(w, d, at_us);
		return;
	}
	d->at_us = w->end.at_us = at_us;
	d->next = &w->end;
	d->link = w->end.link;
	*d->link = d;
	w->end.link = &d->next;
	w->count++;
}
/* The last of the queue, those that pass at `at_us`, pass so much later. */
void cd_wheel_postpone(struct cd_wheel *w, uint64_t at_us, uint64_t by_us);
/* Takes it off; fine when it is not on. */
static inline void cd_wheel_remove(struct cd_wheel *w, struct cd_deadline *d)
{
	if (!d->link)
		return;
	*d->link = d->next;
	if (d->next)
		d->next->link = d->link;
	d->link = NULL;
	w->count--;
	/* A slot's bit stays until the slot is looked at: that costs less than a look now. */
}
/* Takes off and returns one that has passed; NULL when there is none left. Call until NULL. */
struct cd_deadline *cd_wheel_expired(struct cd_wheel *w, uint64_t now_us);
/* When to look again: not a tick after the first deadline, and before it only where there are many.
 * UINT64_MAX when empty. */
uint64_t cd_wheel_next_us(struct cd_wheel *w);

#endif
