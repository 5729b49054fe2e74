/* SPDX-License-Identifier: MIT */
/* Memory given back all at once: chunks that grow, a bump pointer, no free of single pieces. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <coodie/alloc.h>

struct cd_arena_chunk;

struct cd_arena {
	const coodie_allocator *allocator; /* NULL: malloc */
	struct cd_arena_chunk *chunks;     /* newest first */
	unsigned char *at, *end;           /* free bytes of the newest chunk */
	size_t next_chunk;                 /* size of the next chunk in bytes */
	size_t largest_chunk;              /* that it doubles to; 0: 64 KiB */
};

/* `first_chunk` bytes are taken at the first cd_arena_take(), not before; 0 means 1 KiB. Chunks
 * double up to `largest_chunk`. */
void cd_arena_init(struct cd_arena *a, const coodie_allocator *allocator, size_t first_chunk);
/* Gives everything back. Of a zeroed struct: fine. The arena can be used again. */
void cd_arena_deinit(struct cd_arena *a);
/* Forgets everything taken but keeps the newest chunk, for reuse without allocation. */
void cd_arena_reset(struct cd_arena *a);

/* `size` bytes aligned for any type, not zeroed; NULL when out of memory or when the size
 * overflows. */
void *cd_arena_take(struct cd_arena *a, size_t size);
void *cd_arena_take_zero(struct cd_arena *a, size_t size);
/* count * size, overflow-checked, zeroed. */
void *cd_arena_take_array(struct cd_arena *a, size_t count, size_t size);
/* Unaligned copies. */
void *cd_arena_copy(struct cd_arena *a, const void *data, size_t len);
char *cd_arena_strndup(struct cd_arena *a, const char *text, size_t len);
/* Makes *text a copy of itself; NULL stays NULL. False when out of memory: *text is NULL then. */
bool cd_arena_keep(struct cd_arena *a, const char **text);

#endif
