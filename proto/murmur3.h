/* SPDX-License-Identifier: MIT */
/* Murmur3Partitioner's hash of a key that comes in pieces. */
#ifndef PROTO_MURMUR3_H
#define PROTO_MURMUR3_H

#include <stddef.h>
#include <stdint.h>

enum { CD_MURMUR3_BLOCK = 16 };

/* Zeroed: nothing yet. */
struct cd_murmur3 {
	uint64_t h1, h2;
	size_t len;
};

/* More bytes: a multiple of CD_MURMUR3_BLOCK. */
void cd_murmur3_blocks(struct cd_murmur3 *m, const uint8_t *at, size_t len);
/* The token, with the last bytes: fewer than CD_MURMUR3_BLOCK. */
int64_t cd_murmur3_finish(const struct cd_murmur3 *m, const uint8_t *tail, size_t len);

#endif
