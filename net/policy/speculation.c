/* SPDX-License-Identifier: MIT */
/* Delays of speculative attempts, and the histogram they come from. */
#include "net/policy/speculation.h"

#include "base/error.h"

enum {
	PARTS_BITS = 3,    /* buckets for each doubling: 8 */
	FORGET_AT = 16384, /* latencies; then all counts are halved */
	ENOUGH = 100,      /* latencies to judge by */
	EVERY = 64,        /* new ones before the percentile is computed again */
	LEAST_DELAY_US = 1000
};

bool cd_speculation_check(struct cd_speculation *out, const coodie_profile_options *p,
			  coodie_error *err)
{
	struct cd_speculation s = { .delay_ms = p->speculative_delay_ms,
				    .percentile = p->speculative_percentile,
				    .max = p->speculative_max ? p->speculative_max : 1 };

	if (!(s.percentile >= 0 && s.percentile < 100)) /* nor NaN */
		return cd_fail(err, COODIE_ERR_INVALID,
			       "speculative_percentile %g: expected above 0 and below 100, such as "
			       "99.0",
			       s.percentile);
	if (p->not_speculative && (s.delay_ms || s.percentile > 0))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "not_speculative, and yet a delay or a percentile");
	if (s.delay_ms == 0 && !(s.percentile > 0)) {
		if (p->speculative_max)
			return cd_fail(err, COODIE_ERR_INVALID,
				       "speculative_max without speculative_delay_ms or "
				       "speculative_percentile");
		s.max = 0;
	}
	*out = s;
	return true;
}

bool cd_speculation_suits(const struct cd_speculation *s, const coodie_intent *intent)
{
	return s->max > 0 && !intent->is_lwt && (intent->is_idempotent || intent->is_read);
}

uint64_t cd_speculation_delay_us(const struct cd_speculation *s, const struct cd_latencies *l,
				 uint32_t attempts)
{
	if (attempts > s->max)
		return 0;
	if (s->percentile > 0 && l->delay_us)
		return l->delay_us;
	return (uint64_t)s->delay_ms * 1000;
}

/* ---- latencies ------------------------------------------------------------------------------ */

/* Numbers below 8 have buckets of their own; of others the highest four bits count. */
static uint32_t bucket_of(uint64_t us)
{
	if (us >> (CD_LATENCY_BUCKETS >> PARTS_BITS))
		return CD_LATENCY_BUCKETS - 1;
	if (us < 1u << PARTS_BITS)
		return (uint32_t)us;
	uint32_t highest = 31 - (uint32_t)__builtin_clz((uint32_t)us);
	uint32_t shift = highest - PARTS_BITS;
	return (shift << PARTS_BITS) + (uint32_t)(us >> shift);
}

/* The greatest number of a bucket. */
static uint64_t top_of(uint32_t bucket)
{
	uint32_t parts = 1u << PARTS_BITS, shift = bucket >> PARTS_BITS;

	if (bucket < parts)
		return bucket;
	return ((uint64_t)(bucket % parts + parts + 1) << (shift - 1)) - 1;
}

uint64_t cd_latencies_percentile(const struct cd_latencies *l, double percentile)
{
	double want = (double)l->total * percentile / 100, seen = 0;

	if (l->total == 0)
		return 0;
	for (uint32_t i = 0; i < CD_LATENCY_BUCKETS; i++) {
		seen += l->buckets[i];
		if (seen > 0 && seen >= want)
			return top_of(i);
	}
	return top_of(CD_LATENCY_BUCKETS - 1);
}

static void halve(struct cd_latencies *l)
{
	l->total = 0;
	for (uint32_t i = 0; i < CD_LATENCY_BUCKETS; i++)
		l->total += l->buckets[i] /= 2;
}

void cd_latencies_add(struct cd_latencies *l, uint64_t latency_us, double percentile)
{
	l->buckets[bucket_of(latency_us)]++;
	if (++l->total >= FORGET_AT)
		halve(l);
	if (l->total < ENOUGH || (++l->fresh < EVERY && l->delay_us))
		return;
	l->fresh = 0;
	uint64_t delay_us = cd_latencies_percentile(l, percentile);
	l->delay_us = delay_us > LEAST_DELAY_US ? delay_us : LEAST_DELAY_US;
}
