/* SPDX-License-Identifier: MIT */
/* Murmur3Partitioner's hash: the first half of MurmurHash3 x64 128 with seed 0, as Cassandra has it. */
#include <string.h>

#include <coodie/token.h>

#include "proto/murmur3.h"

#define C1 UINT64_C(0x87c37b91114253d5)
#define C2 UINT64_C(0x4cf5ad432745937f)

static uint64_t rotated(uint64_t k, unsigned by)
{
	return k << by | k >> (64 - by);
}

static uint64_t little64(const uint8_t *at)
{
	uint64_t k;

	memcpy(&k, at, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	k = __builtin_bswap64(k);
#endif
	return k;
}

static uint64_t little32(const uint8_t *at)
{
	uint32_t k;

	memcpy(&k, at, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	k = __builtin_bswap32(k);
#endif
	return k;
}

/* One to eight bytes, by loads that overlap. */
static uint64_t little(const uint8_t *at, size_t len)
{
	if (len == 8)
		return little64(at);
	if (len >= 4)
		return little32(at) | little32(at + len - 4) << 8 * (len - 4);
	return at[0] | (uint64_t)at[len / 2] << 8 * (len / 2) |
	       (uint64_t)at[len - 1] << 8 * (len - 1);
}

/* Bytes of the tail count as signed: Cassandra's Java widened them so, and tokens stayed. Each
 * negative one turns all the bits above it; a byte is turned when an odd number below it is. */
static uint64_t little_signed(const uint8_t *at, size_t len)
{
	uint64_t k = little(at, len), odd = k >> 7 & UINT64_C(0x0101010101010101);

	odd ^= odd << 8;
	odd ^= odd << 16;
	odd ^= odd << 32;
	return k ^ (odd << 8) * 0xFF;
}

static uint64_t mixed1(uint64_t k)
{
	return rotated(k * C1, 31) * C2;
}

static uint64_t mixed2(uint64_t k)
{
	return rotated(k * C2, 33) * C1;
}

static uint64_t finished(uint64_t k)
{
	k = (k ^ k >> 33) * UINT64_C(0xff51afd7ed558ccd);
	k = (k ^ k >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return k ^ k >> 33;
}

static inline void add_blocks(struct cd_murmur3 *m, const uint8_t *at, size_t len)
{
	uint64_t h1 = m->h1, h2 = m->h2;

	for (size_t left = len; left >= 16; left -= 16, at += 16) {
		h1 = (rotated(h1 ^ mixed1(little64(at)), 27) + h2) * 5 + 0x52dce729;
		h2 = (rotated(h2 ^ mixed2(little64(at + 8)), 31) + h1) * 5 + 0x38495ab5;
	}
	m->h1 = h1;
	m->h2 = h2;
	m->len += len;
}

/* m->len counts the tail. */
static inline int64_t end(const struct cd_murmur3 *m, const uint8_t *tail, size_t left)
{
	uint64_t h1 = m->h1, h2 = m->h2;

	if (left > 8)
		h2 ^= mixed2(little_signed(tail + 8, left - 8));
	if (left)
		h1 ^= mixed1(little_signed(tail, left < 8 ? left : 8));
	h1 ^= m->len;
	h2 ^= m->len;
	h1 += h2;
	h2 += h1;
	h1 = finished(h1) + finished(h2);
	/* the least token marks the beginning of the ring: no key has it */
	return h1 == (uint64_t)INT64_MIN ? INT64_MAX : (int64_t)h1;
}

int64_t cql_murmur3_token(const void *key, size_t len)
{
	struct cd_murmur3 m = { 0, 0, 0 };
	const uint8_t *at = key;

	if (len == 0)
		return INT64_MIN;
	add_blocks(&m, at, len);
	return end(&m, at + (len & ~(size_t)15), len & 15);
}

void cd_murmur3_blocks(struct cd_murmur3 *m, const uint8_t *at, size_t len)
{
	add_blocks(m, at, len);
}

int64_t cd_murmur3_finish(const struct cd_murmur3 *m, const uint8_t *tail, size_t len)
{
	struct cd_murmur3 all = *m;

	all.len += len;
	return all.len ? end(&all, tail, len) : INT64_MIN;
}
