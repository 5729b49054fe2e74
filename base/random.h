/* SPDX-License-Identifier: MIT */
/* Numbers to choose by, not to keep secrets with: 64 bits of state, a few instructions each, the
 * same again from the same seed. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct cd_random {
	uint64_t state; /* any seed will do */
};

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): splitmix64. */
static inline uint64_t cd_random_next(struct cd_random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Of 0 to below - 1, by 32 bits of chance. */
static inline uint32_t cd_random_pick(uint32_t bits, uint32_t below)
{
	return (uint32_t)((uint64_t)bits * below >> 32);
}

#endif
