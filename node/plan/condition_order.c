/* SPDX-License-Identifier: MIT */
/* The order in which conditions are asked, which decides whose mistake is told: that of a HashMap whose
 * keys are a column's name and the key of an element. */
#include <string.h>

#include "node/plan/condition.h"
#include "node/value/java_set.h"

enum { BUCKETS = 16 };

static bool bucket_of(const struct nd_condition *c, struct nd_request *x, uint32_t *out)
{
	const char *name = c->column->name;
	uint32_t hash = 31 * (31 + nd_java_buffer_hash((const uint8_t *)name, strlen(name)));
	struct nd_value key;

	if (c->key) {
		if (!nd_term_value(c->key, x, &key))
			return false;
		if (key.presence == ND_VALUE)
			hash += nd_java_buffer_hash(key.data, key.len);
	}
	*out = nd_java_bucket(hash, BUCKETS);
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
