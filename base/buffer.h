/* SPDX-License-Identifier: MIT */
/* A growable run of bytes with a maximum, written big endian at its end. A failed buffer stays
 * failed: an encoder is straight lines with one check at its end. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <string.h>

#include <coodie/alloc.h>

struct cd_buffer {
	uint8_t *data;
	size_t len, cap;
	size_t max; /* bytes; 0 means no maximum but SIZE_MAX / 2 */
	const coodie_allocator *allocator;
	bool failed;   /* nothing is written any more */
	bool too_long; /* it failed because of `max`, not of memory */
};

void cd_buffer_init(struct cd_buffer *b, const coodie_allocator *allocator, size_t max);
void cd_buffer_deinit(struct cd_buffer *b);
/* Gives back the memory that its bytes do not need. */
void cd_buffer_fit(struct cd_buffer *b);
/* len = 0, failure forgotten, memory kept. */
void cd_buffer_clear(struct cd_buffer *b);
/* Makes room for `n` more bytes (amortised doubling); false sets `failed`. */
bool cd_buffer_reserve(struct cd_buffer *b, size_t n);
/* Drops the first `n` bytes, moving the rest down. */
void cd_buffer_consume(struct cd_buffer *b, size_t n);
/* Cuts back to `len` bytes (<= b->len) and forgets a failure: undoes a half-written message. */
void cd_buffer_truncate(struct cd_buffer *b, size_t len);

/* The grown tail of `n` bytes to be written by the caller; NULL when failed. */
static inline uint8_t *cd_buffer_grow(struct cd_buffer *b, size_t n)
{
	if (b->failed || ((b->cap - b->len) < n && !cd_buffer_reserve(b, n)))
		return NULL;
	b->len += n;
	return b->data + b->len - n;
}

static inline void cd_put_be16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static inline void cd_put_be32(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

static inline void cd_put_be64(uint8_t *at, uint64_t v)
{
	cd_put_be32(at, (uint32_t)(v >> 32));
	cd_put_be32(at + 4, (uint32_t)v);
}

static inline void cd_buffer_u8(struct cd_buffer *b, uint8_t v)
{
	uint8_t *at = cd_buffer_grow(b, 1);
	if (at)
		*at = v;
}

static inline void cd_buffer_be16(struct cd_buffer *b, uint16_t v)
{
	uint8_t *at = cd_buffer_grow(b, 2);
	if (at)
		cd_put_be16(at, v);
}

static inline void cd_buffer_be32(struct cd_buffer *b, uint32_t v)
{
	uint8_t *at = cd_buffer_grow(b, 4);
	if (at)
		cd_put_be32(at, v);
}

static inline void cd_buffer_be64(struct cd_buffer *b, uint64_t v)
{
	uint8_t *at = cd_buffer_grow(b, 8);
	if (at)
		cd_put_be64(at, v);
}

static inline void cd_buffer_bytes(struct cd_buffer *b, const void *data, size_t len)
{
	uint8_t *at = len ? cd_buffer_grow(b, len) : NULL;
	if (at)
		memcpy(at, data, len);
}

/* A text without its NUL. */
void cd_buffer_text(struct cd_buffer *b, const char *text);

/* Writes over four bytes that are there already (a length known only afterwards). */
static inline void cd_buffer_patch_be32(struct cd_buffer *b, size_t offset, uint32_t v)
{
	if (!b->failed)
		cd_put_be32(b->data + offset, v);
}

#endif
