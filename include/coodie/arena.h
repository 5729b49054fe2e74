/* SPDX-License-Identifier: MIT */
/**
 * @file arena.h
 * Memory for what a reader builds: lists, types, values parsed from text. Given back all at once,
 * kept for the next time by a reset.
 *
 * An arena belongs to one thread at a time; two arenas share nothing.
 */
#ifndef COODIE_ARENA_H
#define COODIE_ARENA_H

#include <coodie/alloc.h>
#include <coodie/error.h>

COODIE_BEGIN

typedef struct cql_arena cql_arena;

/**
 * @param allocator  copied; NULL for malloc
 * @return freed with cql_arena_free(); NULL with COODIE_ERR_NO_MEMORY
 */
COODIE_API cql_arena *cql_arena_new(const coodie_allocator *allocator, coodie_error *err);
/** Frees the arena and all that was built in it; NULL is fine. */
COODIE_API void cql_arena_free(cql_arena *arena);
/** Forgets all that was built in it and keeps the memory, so that the next message of that size
 * allocates nothing. */
COODIE_API void cql_arena_reset(cql_arena *arena);

COODIE_END

#endif
