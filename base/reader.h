/* SPDX-License-Identifier: MIT */
/* The one bounded reader: every byte of a peer is read through it. A failed reader stays failed
 * and yields zeros. */
#ifndef BASE_READER_H
#define BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cd_reader {
	const uint8_t *at, *end;
	bool failed;
};

/* A run of bytes somebody else owns. */
struct cd_span {
	const uint8_t *at;
	size_t len;
};

static inline struct cd_reader cd_reader_over(const void *data, size_t len)
{
	const uint8_t *at = data;
	return (struct cd_reader){ .at = at, .end = at ? at + len : at };
}

static inline size_t cd_reader_left(const struct cd_reader *r)
{
	return (size_t)(r->end - r->at);
}

/* The only function that moves the cursor. */
static inline const uint8_t *cd_reader_take(struct cd_reader *r, size_t n)
{
	if (r->failed || cd_reader_left(r) < n) {
		r->failed = true;
		return NULL;
	}
	r->at += n;
	return r->at - n;
}

static inline uint16_t cd_get_be16(const uint8_t *at)
{
	return (uint16_t)((unsigned)at[0] << 8 | at[1]);
}

static inline uint32_t cd_get_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t cd_get_be64(const uint8_t *at)
{
	return (uint64_t)cd_get_be32(at) << 32 | cd_get_be32(at + 4);
}

static inline uint8_t cd_reader_u8(struct cd_reader *r)
{
	const uint8_t *at = cd_reader_take(r, 1);
	return at ? *at : 0;
}

static inline uint16_t cd_reader_be16(struct cd_reader *r)
{
	const uint8_t *at = cd_reader_take(r, 2);
	return at ? cd_get_be16(at) : 0;
}

static inline uint32_t cd_reader_be32(struct cd_reader *r)
{
	const uint8_t *at = cd_reader_take(r, 4);
	return at ? cd_get_be32(at) : 0;
}

static inline uint64_t cd_reader_be64(struct cd_reader *r)
{
	const uint8_t *at = cd_reader_take(r, 8);
	return at ? cd_get_be64(at) : 0;
}

/* `n` bytes as a view; {NULL, 0} when failed. */
static inline struct cd_span cd_reader_span(struct cd_reader *r, size_t n)
{
	const uint8_t *at = cd_reader_take(r, n);
	return (struct cd_span){ at, at ? n : 0 };
}

#endif
