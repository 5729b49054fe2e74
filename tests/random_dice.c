/* SPDX-License-Identifier: MIT */
/* splitmix64. */
#include "tests/random_dice.h"

static uint64_t next(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint32_t dice_below(struct dice *d, uint32_t below)
{
	return (uint32_t)((next(d) >> 32) * below >> 32);
}

bool dice_chance(struct dice *d, unsigned percent)
{
	return dice_below(d, 100) < percent;
}

uint32_t dice_small(struct dice *d, uint32_t below)
{
	uint32_t few = below < 3 ? below : 3;

	return dice_below(d, dice_chance(d, 70) ? few : below);
}
