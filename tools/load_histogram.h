/* SPDX-License-Identifier: MIT */
/* Latencies in microseconds, each within 1 % of what it was, up to more than an hour. One thread
 * records, another may read meanwhile. */
#ifndef TOOLS_LOAD_HISTOGRAM_H
#define TOOLS_LOAD_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

/* Octaves of 128 slots each: the k-th has slots of 2^k microseconds. */
enum { LOAD_OCTAVE = 128, LOAD_OCTAVES = 25, LOAD_SLOTS = LOAD_OCTAVE * LOAD_OCTAVES };

struct load_histogram {
	_Atomic uint64_t slots[LOAD_SLOTS];
};

/* A copy, to be asked. */
struct load_counts {
	uint64_t slots[LOAD_SLOTS];
	uint64_t count;
};

void load_histogram_record(struct load_histogram *h, uint64_t us);
/* Adds what is in the histogram now. */
void load_counts_add(struct load_counts *c, const struct load_histogram *h);
/* What has come since `before`, an earlier copy of the same. */
void load_counts_since(struct load_counts *out, const struct load_counts *now,
		       const struct load_counts *before);
void load_counts_join(struct load_counts *to, const struct load_counts *from);
/* The latency that `permille` of 1000 do not exceed; 0 when there are none. */
uint64_t load_counts_at(const struct load_counts *c, uint32_t permille);
double load_counts_mean(const struct load_counts *c);

#endif
