/* SPDX-License-Identifier: MIT */
/* Open addressing: a partition lies at its hash's slot or behind it, without a gap between them. */
#include "node/store/slots.h"

#include <string.h>

#include "base/alloc.h"

enum { FIRST_SIZE = 16 };

static size_t next_slot(const struct nd_slots *s, size_t at)
{
	return (at + 1) & (s->size - 1);
}

/* How far behind `from` a slot is. */
static size_t distance(const struct nd_slots *s, size_t from, size_t to)
{
	return (to - from) & (s->size - 1);
}

void nd_slots_add(struct nd_slots *s, uint64_t hash, struct nd_partition *p)
{
	size_t at = hash & (s->size - 1);

	while (s->at[at].partition)
		at = next_slot(s, at);
	s->at[at] = (struct nd_slot){ hash, p };
	s->count++;
}

/* Without memory more of them get filled instead. */
bool nd_slots_reserve(struct nd_slots *s, const coodie_allocator *a)
{
	struct nd_slots grown = { .size = s->size ? s->size * 2 : FIRST_SIZE };

	if (s->count < s->size - s->size / 8)
		return true;
	grown.at = cd_alloc_array(a, grown.size, sizeof *grown.at);
	if (!grown.at)
		return s->count + 1 < s->size;
	for (size_t i = 0; i < s->size; i++)
		if (s->at[i].partition)
			nd_slots_add(&grown, s->at[i].hash, s->at[i].partition);
	cd_release(a, s->at);
	*s = grown;
	return true;
}

/* Those behind it move up, unless that would take them before the slot of their hash. */
void nd_slots_remove(struct nd_slots *s, uint64_t hash, const struct nd_partition *p)
{
	size_t gap = hash & (s->size - 1);

	while (s->at[gap].partition != p)
		gap = next_slot(s, gap);
	for (size_t at = next_slot(s, gap); s->at[at].partition; at = next_slot(s, at)) {
		size_t own = s->at[at].hash & (s->size - 1);
		if (distance(s, own, at) < distance(s, gap, at))
			continue;
		s->at[gap] = s->at[at];
		gap = at;
	}
	s->at[gap].partition = NULL;
	s->count--;
}

void nd_slots_clear(struct nd_slots *s)
{
	if (s->size)
		memset(s->at, 0, s->size * sizeof *s->at);
	s->count = 0;
}
