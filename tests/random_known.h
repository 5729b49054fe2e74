/* SPDX-License-Identifier: MIT */
/* Differences that are explained: tests/cql/random.known.
 *
 * An entry is three lines: `want` and a pattern of fnmatch() for the whole answer that is right, `got`
 * and one for the node's, and indented, the reason. Empty lines, and those that begin with #, are left
 * out. `both` and one pattern instead of two: both answers are like that, and of the same characters in
 * another order. */
#ifndef TESTS_RANDOM_KNOWN_H
#define TESTS_RANDOM_KNOWN_H

#include <stdbool.h>

#include "base/arena.h"

struct random_known {
	struct random_known *next;
	const char *want, *got, *reason;
	bool is_shuffled;
	unsigned count; /* how often it was met */
};

/* The list of a file, in the arena. False: it cannot be read, or is wrong; `reason` says why. */
bool random_known_read(const char *path, struct cd_arena *a, struct random_known **out,
		       char reason[300]);
/* The first entry that explains both answers; NULL: none. */
struct random_known *random_known_find(struct random_known *list, const char *want,
				       const char *got);

#endif
