/* SPDX-License-Identifier: MIT */
/* Even ranges of tokens. The tokens of Murmur3Partitioner are all of int64. */
#include "orm/many/ring.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Tokens behind the first. */
static uint64_t span_of(int64_t first)
{
	return (uint64_t)INT64_MAX - (uint64_t)first;
}

struct cd_ring cd_ring_cut(int64_t first, uint32_t ranges)
{
	uint64_t span = span_of(first);

	if (ranges > span)
		ranges = span ? (uint32_t)span : 1;
	return (struct cd_ring){ first, ranges };
}

/* The last token of the first `i` ranges: first + i * span / ranges, in parts that do not overflow. */
static int64_t end_of(const struct cd_ring *ring, uint64_t i)
{
	uint64_t span = span_of(ring->first), n = ring->ranges;

	return (int64_t)((uint64_t)ring->first + span / n * i + span % n * i / n);
}

struct cd_range cd_ring_at(const struct cd_ring *ring, uint32_t i)
{
	return (struct cd_range){ .first = i ? end_of(ring, i) + 1 : ring->first,
				  .last = end_of(ring, (uint64_t)i + 1) };
}

/* ---- places ---------------------------------------------------------------------------------- */

void cd_ring_write_place(char out[CD_PLACE_TEXT], uint32_t checksum, int64_t token)
{
	snprintf(out, CD_PLACE_TEXT, "1%08" PRIx32 "%016" PRIx64, checksum, (uint64_t)token);
}

bool cd_ring_read_place(const char *text, uint32_t checksum, int64_t *token)
{
	char again[CD_PLACE_TEXT];
	uint32_t theirs;
	uint64_t bits;

	if (strlen(text) != CD_PLACE_TEXT - 1 ||
	    sscanf(text, "1%8" SCNx32 "%16" SCNx64, &theirs, &bits) != 2)
		return false;
	memcpy(token, &bits, sizeof(bits));
	cd_ring_write_place(again, checksum, *token);
	return strcmp(again, text) == 0; /* blanks and signs, too, are no digits */
}

uint32_t cd_ring_checksum(const char *cql)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *cql; cql++)
		hash = (hash ^ (uint8_t)*cql) * 16777619u;
	return hash;
}
