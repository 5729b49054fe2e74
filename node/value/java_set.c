/* SPDX-License-Identifier: MIT */
/* A HashSet goes through its buckets in turn, and through each as it was filled. */
#include "node/value/java_set.h"

#include <string.h>

typedef uint32_t hash_fn(const char *text);

static uint32_t hash_of_string(const char *text)
{
	uint32_t hash = 0;

	while (*text)
		hash = 31 * hash + (unsigned char)*text++;
	return hash;
}

uint32_t nd_java_buffer_hash(const uint8_t *data, size_t len)
{
	uint32_t hash = 1;

	while (len-- > 0)
		hash = 31 * hash + data[len] - 2 * (data[len] & 0x80U); /* Java's have a sign */
	return hash;
}

static uint32_t hash_of_buffer(const char *text)
{
	return nd_java_buffer_hash((const uint8_t *)text, strlen(text));
}

uint32_t nd_java_bucket(uint32_t hash, uint32_t buckets)
{
	return (hash ^ hash >> 16) & (buckets - 1);
}

static uint32_t bucket_of(hash_fn *hash_of, const char *text, uint32_t buckets)
{
	return nd_java_bucket(hash_of(text), buckets);
}

static uint32_t buckets_for(size_t count)
{
	uint32_t buckets = 16;

	while (count > buckets / 4 * 3)
		buckets *= 2;
	return buckets;
}

uint32_t nd_java_bucket_of(const char *text, size_t count)
{
	return bucket_of(hash_of_string, text, buckets_for(count));
}

static void order(const char **texts, size_t count, hash_fn *hash_of)
{
	uint32_t buckets = buckets_for(count);

	for (size_t i = 1; i < count; i++) { /* they are few */
		const char *text = texts[i];
		uint32_t bucket = bucket_of(hash_of, text, buckets);
		size_t at = i;

		for (; at > 0 && bucket_of(hash_of, texts[at - 1], buckets) > bucket; at--)
			texts[at] = texts[at - 1];
		texts[at] = text;
	}
}

void nd_java_set_order(const char **texts, size_t count)
{
	order(texts, count, hash_of_string);
}

void nd_java_buffer_order(const char **texts, size_t count)
{
	order(texts, count, hash_of_buffer);
}
