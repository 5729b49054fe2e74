/* SPDX-License-Identifier: MIT */
/* Partition keys that share a token: Murmur3 (x64, 128 bits) of one block, run backwards. A token is one
 * half of the hash, the other half is free. */
#include "tests/migrate/murmur_twin.h"

static uint64_t rotate_right(uint64_t x, unsigned bits)
{
	return x >> bits | x << (64 - bits);
}

/* The number that `odd` is to be multiplied by to give 1: Newton's steps double the bits that are right. */
static uint64_t inverse(uint64_t odd)
{
	uint64_t x = odd;

	for (int i = 0; i < 6; i++)
		x *= 2 - odd * x;
	return x;
}

static uint64_t undo_shift_xor(uint64_t x)
{
	return x ^ x >> 33; /* of 64 bits: twice is nothing */
}

static uint64_t undo_mix(uint64_t x)
{
	x = undo_shift_xor(x) * inverse(0xc4ceb9fe1a85ec53);
	x = undo_shift_xor(x) * inverse(0xff51afd7ed558ccd);
	return undo_shift_xor(x);
}

static void put(uint8_t *out, uint64_t x)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(x >> 8 * i);
}

void murmur_twin(int64_t token, uint64_t which, uint8_t out[16])
{
	const uint64_t c1 = 0x87c37b91114253d5, c2 = 0x4cf5ad432745937f;
	uint64_t h1 = undo_mix((uint64_t)token - which), h2 = undo_mix(which);

	/* the end: the halves were added to each other, and the length to both */
	h2 -= h1;
	h1 -= h2;
	h1 ^= 16;
	h2 ^= 16;
	/* the block */
	h2 = rotate_right((h2 - 0x38495ab5) * inverse(5) - h1, 31);
	h1 = rotate_right((h1 - 0x52dce729) * inverse(5), 27);
	put(out, rotate_right(h1 * inverse(c2), 31) * inverse(c1));
	put(out + 8, rotate_right(h2 * inverse(c1), 33) * inverse(c2));
}
