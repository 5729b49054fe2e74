/* SPDX-License-Identifier: MIT */
/* The wheel: a slot holds every deadline whose tick falls on it, of this round and of later ones.
 */
#include "net/wheel.h"

void cd_wheel_init(struct cd_wheel *w, uint64_t now_us)
{
	*w = (struct cd_wheel){ .now = now_us / CD_WHEEL_TICK_US };
}

void cd_wheel_add(struct cd_wheel *w, struct cd_deadline *d, uint64_t at_us)
{
	uint64_t tick = at_us / CD_WHEEL_TICK_US + (at_us % CD_WHEEL_TICK_US != 0);

	if (tick <= w->now) /* its slot has been looked at already: the next one */
		tick = w->now + 1;
	size_t slot = tick % CD_WHEEL_SLOTS;
	d->tick = tick;
	d->next = w->slots[slot];
	d->link = &w->slots[slot];
	if (d->next)
		d->next->link = &d->next;
	w->slots[slot] = d;
	w->used[slot / 64] |= UINT64_C(1) << slot % 64;
	w->count++;
}

void cd_wheel_remove(struct cd_wheel *w, struct cd_deadline *d)
{
	if (!d->link)
		return;
	*d->link = d->next;
	if (d->next)
		d->next->link = d->link;
	d->next = NULL;
	d->link = NULL;
	w->count--;
	/* The slot's bit stays until the slot is looked at: that costs less than a look now. */
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

/* The first deadline of a slot that is due at w->now. */
static struct cd_deadline *due_in(struct cd_wheel *w, size_t slot)
{
	struct cd_deadline *d = w->slots[slot];

	while (d && d->tick > w->now)
		d = d->next;
	if (d)
		cd_wheel_remove(w, d);
	else if (!w->slots[slot])
		w->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
	return d;
}

struct cd_deadline *cd_wheel_expired(struct cd_wheel *w, uint64_t now_us)
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

uint64_t cd_wheel_next_us(const struct cd_wheel *w)
{
	if (!w->count)
		return UINT64_MAX;
	return (w->now + 1 + skip_empty(w, w->now + 1, CD_WHEEL_SLOTS - 1)) * CD_WHEEL_TICK_US;
}
