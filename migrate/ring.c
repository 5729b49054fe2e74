/* SPDX-License-Identifier: MIT */
/* The ring of tokens cut into even spans. */
#include "migrate/ring.h"

/* i * 2^64 / ranges tokens behind the least one, in parts that do not overflow. */
static int64_t start_of(uint32_t ranges, uint64_t i)
{
	uint64_t width = UINT64_MAX / ranges, rest = UINT64_MAX % ranges + 1;

	return (int64_t)((uint64_t)INT64_MIN + width * i + rest * i / ranges);
}

struct mg_span mg_ring_span(uint32_t ranges, uint32_t i)
{
	return (struct mg_span){
		.first = start_of(ranges, i),
		.last = i + 1 < ranges ? start_of(ranges, (uint64_t)i + 1) - 1 : INT64_MAX,
	};
}

double mg_span_part(struct mg_span span, int64_t token)
{
	double width = (double)((uint64_t)span.last - (uint64_t)span.first) + 1;

	return (double)((uint64_t)token - (uint64_t)span.first) / width;
}
