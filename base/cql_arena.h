/* SPDX-License-Identifier: MIT */
/* The arena that users hold: base's, with its allocator beside it. */
#ifndef BASE_CQL_ARENA_H
#define BASE_CQL_ARENA_H

#include <coodie/arena.h>

#include "base/arena.h"

struct cql_arena {
	coodie_allocator allocator;
	struct cd_arena arena;
};

#endif
