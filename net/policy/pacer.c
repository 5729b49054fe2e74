/* SPDX-License-Identifier: MIT */
/* A token bucket in one number: the time at which it would be full. */
#include "net/policy/pacer.h"

enum {
	SECOND_US = 1000000,
	SPREAD_US = 20000,     /* of chance, for each connection that is open */
	MOST_FILL_US = 2000000 /* at most, until a host has all it is to have */
};

void cd_pacer_init(struct cd_pacer *p, uint32_t per_second)
{
	atomic_init(&p->due_us, 0);
	atomic_init(&p->per_second, per_second);
}

void cd_pacer_set(struct cd_pacer *p, uint32_t per_second)
{
	atomic_store_explicit(&p->per_second, per_second, memory_order_relaxed);
}

/* Takes a token; else how long until there is one. */
static uint64_t take(struct cd_pacer *p, uint64_t now_us)
{
	uint32_t rate = atomic_load_explicit(&p->per_second, memory_order_relaxed);
	uint64_t due = atomic_load_explicit(&p->due_us, memory_order_relaxed), next;

	if (rate == 0)
		return 0;
	/* half a second's worth at once, one at least */
	uint64_t each_us = SECOND_US / rate, room_us = SECOND_US / 2;
	do {
		next = (due > now_us ? due : now_us) + each_us;
		if (next - now_us > room_us && next - now_us > each_us)
			return next - now_us - (room_us > each_us ? room_us : each_us);
	} while (!atomic_compare_exchange_weak_explicit(
		&p->due_us, &due, next, memory_order_relaxed, memory_order_relaxed));
	return 0;
}

uint64_t cd_pacer_ask(struct cd_pacer *p, struct cd_pacer_host *h, uint32_t at_once,
		      uint64_t now_us)
{
	if (at_once && h->opening >= at_once)
		return CD_PACER_LATER;
	if (h->ready_us > now_us)
		return h->ready_us - now_us;
	uint64_t wait_us = take(p, now_us);
	if (wait_us == 0)
		h->opening++;
	return wait_us;
}

/* The longest pause: nodes with many shards are built for many connections, each of which has the same
 * part of the time. */
static uint64_t longest_us(const struct cd_pacer_host *h, uint32_t wanted)
{
	uint64_t patience_us = (uint64_t)h->open * SPREAD_US, part_us = MOST_FILL_US / wanted;

	return patience_us < part_us ? patience_us : part_us;
}

void cd_pacer_opened(struct cd_pacer_host *h, bool open, uint32_t wanted, uint64_t now_us,
		     uint64_t random)
{
	if (h->opening > 0)
		h->opening--;
	h->open += open;
	h->ready_us = now_us + (longest_us(h, wanted) * (random >> 32) >> 32);
}

void cd_pacer_closed(struct cd_pacer_host *h)
{
	if (h->open > 0)
		h->open--;
}
