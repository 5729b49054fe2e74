/* SPDX-License-Identifier: MIT */
/* Makes a round that shows a difference as small as it will be. */
#ifndef TESTS_RANDOM_SHRINK_H
#define TESTS_RANDOM_SHRINK_H

#include "tests/random_pair.h"
#include "tests/random_round.h"

/* The last of `count` statements has shown a difference. Drops statements, then tokens of theirs, as
 * long as the last one still shows one of that kind; the round is what is left. Gives up after so many
 * seconds. */
void random_shrink(struct random_pair *p, struct random_round *round, unsigned count,
		   unsigned seconds);

#endif
