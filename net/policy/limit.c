/* SPDX-License-Identifier: MIT */
/* Additive increase, multiplicative decrease. */
#include "net/policy/limit.h"

enum {
	LEAST = 4,         /* a host that may be asked nothing can never show that it is well */
	PAUSE_US = 100000, /* between two cuts: what was in flight says the same once more */
	SLOW_FACTOR = 3,   /* recent against usual latency */
	SLOW_US = 2000,    /* differences below this mean nothing */
	ONE = 1024,        /* of averages */
	RECENT = 16,       /* answers that make an average */
	USUAL = 4096
};

static uint32_t least(const struct cd_limit *l)
{
	return l->max < LEAST ? l->max : LEAST;
}

void cd_limit_set(struct cd_limit *l, uint32_t max)
{
	if (l->max == 0 || l->now > max)
		l->now = max;
	l->max = max;
	if (l->now < least(l))
		l->now = least(l);
}

static void cut(struct cd_limit *l, uint64_t now_us)
{
	if (l->max == 0 || now_us < l->cut_us)
		return;
	l->now -= l->now / 4 + (l->now % 4 > 0);
	if (l->now < least(l))
		l->now = least(l);
	l->answers = 0;
	l->cut_us = now_us + PAUSE_US + l->recent_us / ONE;
}

void cd_limit_overloaded(struct cd_limit *l, uint64_t now_us)
{
	cut(l, now_us);
}

static uint64_t average(uint64_t was, uint64_t sample, uint64_t weight)
{
	return was == 0 ? sample : was - was / weight + sample / weight;
}

/* Latencies above what anybody waits for are all the same, and multiply without overflow. */
static void measure(struct cd_limit *l, uint64_t latency_us)
{
	enum { LONGEST_US = 600000000 };
	uint64_t sample = (latency_us < LONGEST_US ? latency_us : LONGEST_US) * ONE + 1;

	l->recent_us = average(l->recent_us, sample, RECENT);
	/* Good times are believed at once, bad ones become usual slowly. */
	l->usual_us = l->recent_us < l->usual_us ? l->recent_us
						 : average(l->usual_us, l->recent_us, USUAL);
}

void cd_limit_answered(struct cd_limit *l, uint32_t in_flight, uint64_t latency_us, uint64_t now_us)
{
	if (l->max == 0)
		return;
	measure(l, latency_us);
	if (in_flight < l->now / 2) /* nothing is learnt about a limit that is far away */
		return;
	if (l->recent_us > l->usual_us * SLOW_FACTOR &&
	    l->recent_us - l->usual_us > (uint64_t)SLOW_US * ONE) {
		cut(l, now_us);
	} else if (++l->answers >= l->now) {
		l->answers = 0;
		l->now += l->now < l->max;
	}
}
