/* SPDX-License-Identifier: MIT */
/* A round asked again: what a server answers otherwise the second time is no measure for another. */
#ifndef TESTS_RANDOM_AGAIN_H
#define TESTS_RANDOM_AGAIN_H

#include "tests/random_round.h"
#include "tests/replay.h"

/* Asks a round's statements again, as far as `at`, in a keyspace made anew: `r` says where, and nobody else
 * may use its keyspace. Returns whether the last of them is answered otherwise than `first`, what the
 * same server said the first time; `*second`, freed with free(), is what it says now. NULL there, and
 * false: it could not be asked; r->reason. */
bool random_again_differs(struct replay *r, const char *keyspace, const struct random_round *round,
			  unsigned at, char *first, char **second);

#endif
