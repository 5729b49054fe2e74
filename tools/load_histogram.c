/* SPDX-License-Identifier: MIT */
/* The histograms of `coodie load`. */
#include "tools/load_histogram.h"

static uint32_t slot_of(uint64_t us)
{
	uint32_t octave = 0;

	while (((us + LOAD_OCTAVE) >> octave) >= 2 * LOAD_OCTAVE)
		octave++;
	if (octave >= LOAD_OCTAVES)
		return LOAD_SLOTS - 1;
	return octave * LOAD_OCTAVE + (uint32_t)((us + LOAD_OCTAVE) >> octave) - LOAD_OCTAVE;
}

static uint64_t middle(uint32_t slot)
{
	uint32_t octave = slot / LOAD_OCTAVE;
	uint64_t low = ((uint64_t)(LOAD_OCTAVE + slot % LOAD_OCTAVE) << octave) - LOAD_OCTAVE;

	return low + (((uint64_t)1 << octave) - 1) / 2;
}

void load_histogram_record(struct load_histogram *h, uint64_t us)
{
	atomic_fetch_add_explicit(&h->slots[slot_of(us)], 1, memory_order_relaxed);
}

void load_counts_add(struct load_counts *c, const struct load_histogram *h)
{
	for (uint32_t i = 0; i < LOAD_SLOTS; i++) {
		uint64_t n = atomic_load_explicit(&h->slots[i], memory_order_relaxed);
		c->slots[i] += n;
		c->count += n;
	}
}

void load_counts_since(struct load_counts *out, const struct load_counts *now,
		       const struct load_counts *before)
{
	for (uint32_t i = 0; i < LOAD_SLOTS; i++)
		out->slots[i] = now->slots[i] - before->slots[i];
	out->count = now->count - before->count;
}

void load_counts_join(struct load_counts *to, const struct load_counts *from)
{
	for (uint32_t i = 0; i < LOAD_SLOTS; i++)
		to->slots[i] += from->slots[i];
	to->count += from->count;
}

uint64_t load_counts_at(const struct load_counts *c, uint32_t permille)
{
	uint64_t rank = (c->count * permille + 999) / 1000, passed = 0;

	for (uint32_t i = 0; i < LOAD_SLOTS; i++) {
		passed += c->slots[i];
		if (passed && passed >= rank)
			return middle(i);
	}
	return 0;
}

double load_counts_mean(const struct load_counts *c)
{
	double total = 0;

	for (uint32_t i = 0; i < LOAD_SLOTS; i++)
		total += (double)c->slots[i] * (double)middle(i);
	return c->count ? total / (double)c->count : 0;
}
