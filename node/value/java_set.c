/* SPDX-License-Identifier: MIT */
/* A HashSet goes through its buckets in turn, and through each as it was filled. */
#include "node/value/java_set.h"

#include <stdint.h>

static uint32_t bucket_of(const char *text, uint32_t buckets)
{
	uint32_t hash = 0;

	while (*text)
		hash = 31 * hash + (unsigned char)*text++;
	return (hash ^ hash >> 16) & (buckets - 1);
}

void nd_java_set_order(const char **texts, size_t count)
{
	uint32_t buckets = 16;

	while (count > buckets / 4 * 3)
		buckets *= 2;
	for (size_t i = 1; i < count; i++) { /* they are few */
		const char *text = texts[i];
		uint32_t bucket = bucket_of(text, buckets);
		size_t at = i;

		for (; at > 0 && bucket_of(texts[at - 1], buckets) > bucket; at--)
			texts[at] = texts[at - 1];
		texts[at] = text;
	}
}
