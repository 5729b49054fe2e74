/* SPDX-License-Identifier: MIT */
/* The order in which conditions are asked, which decides whose mistake is told: that of a HashMap whose
 * keys are a column's name and the key of an element. */
#include <string.h>

#include "node/plan/condition.h"

enum { BUCKETS = 16 };

/* What Java takes for the hash of bytes. */
static uint32_t hash_of(const uint8_t *data, size_t len)
{
	uint32_t hash = 1;

	for (size_t i = len; i > 0; i--) {
		uint32_t byte = data[i - 1];
		hash = 31 * hash + (byte < 0x80 ? byte : byte - 0x100);
	}
	return hash;
}

static bool bucket_of(const struct nd_condition *c, struct nd_request *x, uint32_t *out)
{
	const char *name = c->column->name;
	uint32_t hash = 31 * (31 + hash_of((const uint8_t *)name, strlen(name)));
	struct nd_value key;

	if (c->key) {
		if (!nd_term_value(c->key, x, &key))
			return false;
		if (key.presence == ND_VALUE)
			hash += hash_of(key.data, key.len);
	}
	*out = (hash ^ hash >> 16) % BUCKETS;
	return true;
}

/* Those of one bucket stay in the order they were written. */
bool nd_conditions_order(const struct nd_conditions *c, struct nd_request *x,
			 const struct nd_condition **out)
{
	uint32_t *buckets = cd_arena_take_array(x->arena, c->count + 1u, sizeof *buckets);

	if (!buckets)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < c->count; i++) { /* they are few */
		uint32_t bucket, at = i;

		if (!bucket_of(&c->at[i], x, &bucket))
			return false;
		for (; at > 0 && buckets[at - 1] > bucket; at--) {
			buckets[at] = buckets[at - 1];
			out[at] = out[at - 1];
		}
		buckets[at] = bucket;
		out[at] = &c->at[i];
	}
	return true;
}
