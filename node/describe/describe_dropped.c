/* SPDX-License-Identifier: MIT */
/* The order of dropped columns: Cassandra keeps them in a hash table of Java's, whose places are
 * visited one after the other. */
#include "node/describe/describe_text.h"

/* As Java counts a ByteBuffer's bytes, and spreads what it gets. */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 1;

	for (size_t i = strlen(name); i-- > 0;)
		hash = 31U * hash + (uint32_t)(int32_t)(signed char)name[i];
	return hash ^ hash >> 16;
}

/* Of a table that was made for so many at once. */
static uint32_t places_of(uint32_t count)
{
	uint32_t wanted = count * 4 / 3 + 1, places = 1;

	while (places < wanted)
		places *= 2;
	return places;
}

const struct nd_dropped_column *nd_describe_next_dropped(const struct nd_table *t,
							 const struct nd_dropped_column *last)
{
	uint32_t mask = places_of(t->dropped_count) - 1;
	uint32_t behind = last ? hash_of(last->name) & mask : 0;
	const struct nd_dropped_column *next = NULL;

	for (uint32_t i = 0; i < t->dropped_count; i++) {
		const struct nd_dropped_column *c = &t->dropped[i];
		uint32_t place = hash_of(c->name) & mask;

		/* those of one place have the order they came in */
		if (last && (place < behind || (place == behind && c <= last)))
			continue;
		if (!next || place < (hash_of(next->name) & mask))
			next = c;
	}
	return next;
}
