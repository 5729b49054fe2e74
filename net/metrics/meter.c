/* SPDX-License-Identifier: MIT */
/* Moving averages, ticked late: the ticks that nobody made are made up for at once. */
#include "net/metrics/meter.h"

/* What is left of a rate after five seconds: e^(-5 s / 1, 5, 15 min). */
static const double left[CD_METER_RATES] = { 0.92004441462932329, 0.98347145382161748,
					     0.99445984800489672 };

/* A meter as plain numbers. */
struct state {
	bool began;
	uint64_t ticked_us, counted;
	double rates[CD_METER_RATES];
};

void cd_meter_init(struct cd_meter *m, uint64_t now_us)
{
	*m = (struct cd_meter){ .began = false };
	atomic_store_explicit(&m->ticked_us, now_us, memory_order_relaxed);
}

static double power(double base, uint64_t n)
{
	double x = 1;

	for (; n; n >>= 1, base *= base)
		if (n & 1)
			x *= base;
	return x;
}

/* All was counted in the first tick after the last one, and nothing in the others. */
static void advance(struct state *s, uint64_t count, uint64_t now_us)
{
	uint64_t ticks = now_us > s->ticked_us ? (now_us - s->ticked_us) / CD_METER_TICK_US : 0;
	double rate = (double)(count - s->counted) * 1e6 / CD_METER_TICK_US;

	if (!ticks)
		return;
	for (size_t i = 0; i < CD_METER_RATES; i++) {
		s->rates[i] = s->began ? rate + (s->rates[i] - rate) * left[i] : rate;
		s->rates[i] *= power(left[i], ticks - 1);
	}
	s->began = true;
	s->counted = count;
	s->ticked_us += ticks * CD_METER_TICK_US;
}

static void look(struct state *s, const struct cd_meter *m)
{
	s->began = atomic_load_explicit(&m->began, memory_order_acquire);
	s->ticked_us = atomic_load_explicit(&m->ticked_us, memory_order_acquire);
	s->counted = atomic_load_explicit(&m->counted, memory_order_acquire);
	for (size_t i = 0; i < CD_METER_RATES; i++)
		s->rates[i] = atomic_load_explicit(&m->rates[i], memory_order_acquire);
}

static void keep(struct cd_meter *m, const struct state *s)
{
	cd_sequence_begin(&m->turn);
	atomic_store_explicit(&m->began, s->began, memory_order_release);
	atomic_store_explicit(&m->ticked_us, s->ticked_us, memory_order_release);
	atomic_store_explicit(&m->counted, s->counted, memory_order_release);
	for (size_t i = 0; i < CD_METER_RATES; i++)
		atomic_store_explicit(&m->rates[i], s->rates[i], memory_order_release);
	cd_sequence_end(&m->turn);
}

void cd_meter_turn(struct cd_meter *m, uint64_t count, uint64_t now_us)
{
	struct state s;

	look(&s, m);
	advance(&s, count, now_us);
	keep(m, &s);
}

/* What was counted since the last tick stays to be counted at the next one. */
void cd_meter_move(struct cd_meter *to, uint64_t to_count, struct cd_meter *from,
		   uint64_t from_count, uint64_t now_us)
{
	struct state sum, part;

	look(&sum, to);
	look(&part, from);
	advance(&sum, to_count, now_us);
	advance(&part, from_count, now_us);
	sum.began |= part.began;
	sum.counted += part.counted;
	for (size_t i = 0; i < CD_METER_RATES; i++)
		sum.rates[i] += part.rates[i];
	keep(to, &sum);
	keep(from, &(struct state){ .ticked_us = now_us });
}

void cd_meter_add(double rates[CD_METER_RATES], const struct cd_meter *m, uint64_t count,
		  uint64_t now_us)
{
	struct state s;
	uint32_t seen;
	int round = 0;

	do {
		seen = cd_sequence_look(&m->turn);
		look(&s, m);
	} while (!cd_sequence_held(&m->turn, seen) && ++round < CD_SEQUENCE_ROUNDS);
	if (count < s.counted) /* it was read before the last tick */
		count = s.counted;
	advance(&s, count, now_us);
	for (size_t i = 0; i < CD_METER_RATES; i++)
		rates[i] += s.rates[i];
}
