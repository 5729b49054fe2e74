/* SPDX-License-Identifier: MIT */
/* The stream table: a LIFO of free ids, so that the ids in use stay few and close together. */
#include "net/engine/streams.h"

#include "base/alloc.h"

enum { FIRST_SIZE = 128 };

const char cd_streams_nobody;

void cd_streams_init(struct cd_streams *s, const coodie_allocator *a, uint32_t max)
{
	*s = (struct cd_streams){ .allocator = a,
				  .max = max < CD_STREAMS_MAX ? max : CD_STREAMS_MAX };
}

void cd_streams_deinit(struct cd_streams *s)
{
	cd_release(s->allocator, s->owners);
	cd_release(s->allocator, s->free);
	s->owners = NULL;
	s->free = NULL;
	s->free_count = s->size = s->taken = s->orphans = 0;
}

static bool grow(struct cd_streams *s)
{
	uint32_t size = s->size ? s->size * 2 : FIRST_SIZE;

	if (size > s->max)
		size = s->max;
	if (size <= s->size) /* less where the limit was lowered: ids that are out stay out */
		return false;
	void **owners = cd_resize(s->allocator, s->owners, size * sizeof *owners);
	if (!owners)
		return false;
	s->owners = owners;
	int16_t *ids = cd_resize(s->allocator, s->free, size * sizeof *ids);
	if (!ids)
		return false;
	s->free = ids;
	/* Only called when none is free; the lowest of the new ids goes first. */
	for (uint32_t id = size; id-- > s->size;) {
		owners[id] = NULL;
		ids[s->free_count++] = (int16_t)id;
	}
	s->size = size;
	return true;
}

bool cd_streams_ready(struct cd_streams *s)
{
	return s->free_count || grow(s);
}

void cd_streams_orphan(struct cd_streams *s, int32_t id)
{
	if (!cd_streams_owner(s, id))
		return;
	s->owners[id] = (void *)(uintptr_t)&cd_streams_nobody;
	s->orphans++;
}

bool cd_streams_give(struct cd_streams *s, int32_t id, void **owner)
{
	*owner = NULL;
	if ((uint32_t)id >= s->size || !s->owners[id])
		return false;
	if (s->owners[id] == &cd_streams_nobody)
		s->orphans--;
	else
		*owner = s->owners[id];
	cd_streams_end(s, id);
	return true;
}
