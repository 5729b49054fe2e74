/* SPDX-License-Identifier: MIT */
/* How far a scan has come. Tokens are spread evenly, so that the part of the ring that is done stands for
 * the part of the rows, of which nobody knows the number. */
#include "migrate/gauge.h"

enum { TELL_US = 250000, GUESS_US = 1000000, SECOND_US = 1000000 };

static const double least_part = 0.001; /* of the ring, before anything can be said of the rest */

static uint32_t tenths_of(double part)
{
	return (uint32_t)(part * 10);
}

void mg_gauge_begin(struct mg_gauge *g, double part, uint64_t now_us)
{
	*g = (struct mg_gauge){
		.begun_us = now_us, .told_us = now_us, .begun_at = part, .tenths = tenths_of(part)
	};
}

bool mg_gauge_is_late(const struct mg_gauge *g, uint64_t now_us)
{
	return now_us - g->told_us >= TELL_US;
}

bool mg_gauge_has_moved(const struct mg_gauge *g, double part)
{
	return tenths_of(part) > g->tenths;
}

void mg_gauge_told(struct mg_gauge *g, double part, uint64_t now_us)
{
	g->told_us = now_us;
	g->tenths = tenths_of(part);
}

struct mg_reading mg_gauge_read(const struct mg_gauge *g, double part, uint64_t rows,
				uint64_t now_us)
{
	uint64_t us = now_us - g->begun_us;
	struct mg_reading out = { .seconds_left = UINT32_MAX };
	double done = part - g->begun_at, left;

	if (us)
		out.rows_per_second = (uint64_t)((double)rows * SECOND_US / (double)us);
	if (part >= 1) {
		out.seconds_left = 0;
	} else if (us >= GUESS_US && done >= least_part) {
		left = (1 - part) / done * (double)us / SECOND_US;
		if (left < UINT32_MAX)
			out.seconds_left = (uint32_t)(left + 0.5);
	}
	return out;
}
