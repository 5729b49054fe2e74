/* SPDX-License-Identifier: MIT */
/* The wheel: a slot holds every deadline whose tick falls on it, of this round and of later ones.
 */
#include "net/engine/wheel.h"

enum { MOST_LOOKS = 64 };

/* The ticks that end at this time or later. */
static uint64_t ticks_up(uint64_t us)
{
	return us / CD_WHEEL_TICK_US + (us % CD_WHEEL_TICK_US != 0);
}

void cd_wheel_init(struct cd_wheel *w, uint64_t now_us)
{
	*w = (struct cd_wheel){ .now = now_us / CD_WHEEL_TICK_US };
	w->front.next = &w->end;
	w->end.link = &w->front.next;
}

void cd_wheel_add(struct cd_wheel *w, struct cd_deadline *d, uint64_t at_us)
{
	uint64_t tick = ticks_up(at_us);

	if (tick <= w->now) /* its slot has been looked at already: the next one */
		tick = w->now + 1;
	size_t slot = tick % CD_WHEEL_SLOTS;
	d->at_us = tick * CD_WHEEL_TICK_US;
	d->next = w->slots[slot];
	d->link = &w->slots[slot];
	if (d->next)
		d->next->link = &d->next;
	w->slots[slot] = d;
	w->used[slot / 64] |= UINT64_C(1) << slot % 64;
	w->count++;
}

/* `next` is what a deadline begins with. */
static struct cd_deadline *before(const struct cd_deadline *d)
{
	return (struct cd_deadline *)(void *)d->link;
}

void cd_wheel_postpone(struct cd_wheel *w, uint64_t at_us, uint64_t by_us)
{
	struct cd_deadline *d = &w->end;

	for (; d != &w->front && d->at_us == at_us; d = before(d))
		d->at_us += by_us;
}

/* Slots from the one of `from` on, up to `most` of them, to the first that may hold something. */
static uint64_t skip_empty(const struct cd_wheel *w, uint64_t from, uint64_t most)
{
	uint64_t skipped = 0;

	while (skipped < most) {
		size_t slot = (from + skipped) % CD_WHEEL_SLOTS;
		uint64_t bits = w->used[slot / 64] >> slot % 64;
		if (bits & 1)
			return skipped;
		skipped += bits ? 1 : 64 - slot % 64;
	}
	return most;
}

/* Whoever finds a slot empty says so. */
static void forget(struct cd_wheel *w, size_t slot)
{
	w->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
}

/* The first deadline of a slot that is due at w->now. */
static struct cd_deadline *due_in(struct cd_wheel *w, size_t slot)
{
	struct cd_deadline *d = w->slots[slot];

	while (d && d->at_us > w->now * CD_WHEEL_TICK_US)
		d = d->next;
	if (d)
		cd_wheel_remove(w, d);
	else if (!w->slots[slot])
		forget(w, slot);
	return d;
}

static struct cd_deadline *expired_on_wheel(struct cd_wheel *w, uint64_t now_us)
{
	uint64_t now = now_us / CD_WHEEL_TICK_US;

	while (w->now < now) {
		/* One round sees every slot; after it only the time is left to move on. */
		uint64_t behind = now - w->now;
		if (!w->count || behind > CD_WHEEL_SLOTS) {
			struct cd_deadline *d = NULL;
			uint64_t was = w->now;
			w->now = now;
			for (size_t slot = 0; w->count && slot < CD_WHEEL_SLOTS && !d; slot++)
				d = due_in(w, slot);
			if (d) { /* come back here for the others */
				w->now = was;
				return d;
			}
			return NULL;
		}
		w->now += skip_empty(w, w->now + 1, behind - 1) + 1;
		struct cd_deadline *d = due_in(w, w->now % CD_WHEEL_SLOTS);
		if (d) {
			w->now--; /* the slot may hold more */
			return d;
		}
	}
	return NULL;
}

struct cd_deadline *cd_wheel_expired(struct cd_wheel *w, uint64_t now_us)
{
	struct cd_deadline *d = w->front.next;

	if (d == &w->end || d->at_us > now_us)
		return expired_on_wheel(w, now_us);
	cd_wheel_remove(w, d);
	return d;
}

static uint64_t next_of_queue(const struct cd_wheel *w)
{
	const struct cd_deadline *first = w->front.next;

	return first == &w->end ? UINT64_MAX : ticks_up(first->at_us) * CD_WHEEL_TICK_US;
}

/* The first of a slot in this round, or else of all rounds. Who has looked at many answers with the
 * slot's own time: to look again then costs less. */
static uint64_t next_in(const struct cd_deadline *d, uint64_t slot_us, int *looks)
{
	uint64_t first = UINT64_MAX;

	for (; d; d = d->next) {
		if (d->at_us <= slot_us || (*looks)-- == 0)
			return slot_us;
		if (d->at_us < first)
			first = d->at_us;
	}
	return first;
}

/* Slots from now on, so that who sleeps is not woken by each round of a later deadline. */
static uint64_t next_on_wheel(struct cd_wheel *w)
{
	uint64_t first = UINT64_MAX, round = w->now + CD_WHEEL_SLOTS;
	int looks = MOST_LOOKS;

	for (uint64_t tick = w->now + 1; w->count && tick <= round; tick++) {
		tick += skip_empty(w, tick, round - tick + 1);
		if (tick > round)
			break;
		uint64_t slot_us = tick * CD_WHEEL_TICK_US;
		size_t slot = tick % CD_WHEEL_SLOTS;
		if (!w->slots[slot])
			forget(w, slot);
		uint64_t next = next_in(w->slots[slot], slot_us, &looks);
		if (next == slot_us)
			return slot_us;
		if (next < first)
			first = next;
	}
	return first;
}

uint64_t cd_wheel_next_us(struct cd_wheel *w)
{
	uint64_t queued = next_of_queue(w), turned = next_on_wheel(w);

	return queued < turned ? queued : turned;
}
