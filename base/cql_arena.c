/* SPDX-License-Identifier: MIT */
/* Arenas as objects of their own. */
#include "base/cql_arena.h"

#include "base/alloc.h"
#include "base/error.h"

cql_arena *cql_arena_new(const coodie_allocator *allocator, coodie_error *err)
{
	cql_arena *a = cd_alloc(allocator, sizeof *a);

	cd_clear(err);
	if (!a) {
		cd_no_memory(err, "an arena");
		return NULL;
	}
	a->allocator = allocator ? *allocator : cd_malloc_allocator;
	cd_arena_init(&a->arena, &a->allocator, 0);
	return a;
}

void cql_arena_free(cql_arena *arena)
{
	if (!arena)
		return;
	coodie_allocator allocator = arena->allocator;
	cd_arena_deinit(&arena->arena);
	cd_release(&allocator, arena);
}

void cql_arena_reset(cql_arena *arena)
{
	cd_arena_reset(&arena->arena);
}
