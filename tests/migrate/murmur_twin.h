/* SPDX-License-Identifier: MIT */
/* Partition keys that share a token. */
#ifndef TESTS_MIGRATE_MURMUR_TWIN_H
#define TESTS_MIGRATE_MURMUR_TWIN_H

#include <stdint.h>

/* A key of 16 bytes whose Murmur3 token is this one; each `which` makes another key. */
void murmur_twin(int64_t token, uint64_t which, uint8_t out[16]);

#endif
