/* SPDX-License-Identifier: MIT */
/* The stream ids of one connection: which are free, and whose the others are. */
#ifndef NET_STREAMS_H
#define NET_STREAMS_H

#include <coodie/alloc.h>

#include "base/hot.h"

enum { CD_STREAMS_MAX = 32768 };

struct cd_streams {
	const coodie_allocator *allocator;
	void **owners; /* by id; NULL: free */
	int16_t *free; /* ids that are free, the one to take next last */
	uint32_t free_count;
	uint32_t size; /* ids that exist so far */
	uint32_t max;
	uint32_t taken;   /* orphans included */
	uint32_t orphans; /* taken, but nobody waits for the answer any more */
};

/* The owner of an id whose answer nobody wants. Only its address is used. */
extern const char cd_streams_nobody;

/* Takes no memory yet. `max` is 1 to CD_STREAMS_MAX. */
void cd_streams_init(struct cd_streams *s, const coodie_allocator *a, uint32_t max);
void cd_streams_deinit(struct cd_streams *s);

/* Makes sure that the next take works; false when all are taken, or when out of memory. */
bool cd_streams_ready(struct cd_streams *s);

/* An id for `owner` (not NULL); -1 as above. */
CD_HOT int32_t cd_streams_take(struct cd_streams *s, void *owner)
{
	if (!s->free_count && !cd_streams_ready(s))
		return -1;
	int16_t id = s->free[--s->free_count];
	s->owners[id] = owner;
	s->taken++;
	return id;
}

/* The owner forgets about its answer: the id stays taken until that comes. */
void cd_streams_orphan(struct cd_streams *s, int32_t id);

/* An answer has come: the id is free again. @return whether it was taken at all; `*owner` is NULL
 * for an orphan */
bool cd_streams_give(struct cd_streams *s, int32_t id, void **owner);

/* Whose it is; NULL for a free id, an orphan, and one that does not exist. */
static inline void *cd_streams_owner(const struct cd_streams *s, int32_t id)
{
	if ((uint32_t)id >= s->size || s->owners[id] == &cd_streams_nobody)
		return NULL;
	return s->owners[id];
}

/* The same as give for an id that has an owner. */
static inline void cd_streams_end(struct cd_streams *s, int32_t id)
{
	s->owners[id] = NULL;
	s->free[s->free_count++] = (int16_t)id;
	s->taken--;
}

#endif
