/* SPDX-License-Identifier: MIT */
/* Chance from a seed: the same seed throws the same. */
#ifndef TESTS_RANDOM_DICE_H
#define TESTS_RANDOM_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* A number below `below`, which is not 0. */
uint32_t dice_below(struct dice *d, uint32_t below);
bool dice_chance(struct dice *d, unsigned percent);
/* The same, but small ones are far more likely. */
uint32_t dice_small(struct dice *d, uint32_t below);

#endif
