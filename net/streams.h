/* SPDX-License-Identifier: MIT */
/* The stream ids of one connection: which are free, and whose the others are. */
#ifndef NET_STREAMS_H
#define NET_STREAMS_H

#include <coodie/alloc.h>

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

/* Takes no memory yet. `max` is 1 to CD_STREAMS_MAX. */
void cd_streams_init(struct cd_streams *s, const coodie_allocator *a, uint32_t max);
void cd_streams_deinit(struct cd_streams *s);

/* An id for `owner` (not NULL); -1 when all are taken, or when out of memory. */
int32_t cd_streams_take(struct cd_streams *s, void *owner);
/* Makes sure that the next take works; false as there. */
bool cd_streams_ready(struct cd_streams *s);
/* The owner forgets about its answer: the id stays taken until that comes. */
void cd_streams_orphan(struct cd_streams *s, int32_t id);
/* An answer has come: the id is free again. @return whether it was taken at all; `*owner` is NULL
 * for an orphan */
bool cd_streams_give(struct cd_streams *s, int32_t id, void **owner);
/* Whose it is; NULL for a free id, an orphan, and one that does not exist. */
void *cd_streams_owner(const struct cd_streams *s, int32_t id);

#endif
