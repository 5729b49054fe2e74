/* SPDX-License-Identifier: MIT */
/* The ring of tokens cut into even spans: all of int64, as Murmur3Partitioner has it. */
#ifndef MIGRATE_RING_H
#define MIGRATE_RING_H

#include <stdint.h>

enum { MG_MOST_RANGES = 1 << 16 };

/* Both ends are in it. */
struct mg_span {
	int64_t first, last;
};

/* The i-th of so many, 1 to MG_MOST_RANGES: they follow each other without a gap, from the least token to
 * the greatest. */
struct mg_span mg_ring_span(uint32_t ranges, uint32_t i);
/* How much of a span lies before a token of it, 0 to 1. */
double mg_span_part(struct mg_span span, int64_t token);

#endif
