/* SPDX-License-Identifier: MIT */
/* Raw snappy blocks: a length, then literals and copies of what was unpacked before. */
#include "proto/snappy.h"

#include "base/error.h"

/* Three bytes can stand for 64, and no tag for more. */
enum { MOST_EXPANSION = 22, LONGEST_VARINT = 5 };

/* The two low bits of a tag. */
enum { LITERAL, COPY_1, COPY_2, COPY_4 };

struct unpacker {
	struct cd_reader r;
	uint8_t *at, *start, *end; /* where the next byte goes */
};

static uint32_t read_le(struct cd_reader *r, unsigned bytes)
{
	const uint8_t *at = cd_reader_take(r, bytes);
	uint32_t v = 0;

	for (unsigned i = bytes; at && i > 0; i--)
		v = v << 8 | at[i - 1];
	return v;
}

/* Seven bits in each byte, the lowest first; the top bit says that more follow. */
static uint32_t read_length(struct cd_reader *r)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < LONGEST_VARINT; i++) {
		uint8_t byte = cd_reader_u8(r);
		v |= (uint64_t)(byte & 0x7F) << 7 * i;
		if (!(byte & 0x80)) {
			r->failed |= v > UINT32_MAX;
			return (uint32_t)v;
		}
	}
	r->failed = true;
	return 0;
}

/* Up to 60 bytes are counted in the tag itself, more in one to four bytes behind it. */
static bool literal(struct unpacker *u, unsigned tag)
{
	unsigned counted = tag >> 2;
	uint64_t len = counted < 60 ? counted : read_le(&u->r, counted - 59);
	const uint8_t *from = ++len <= SIZE_MAX ? cd_reader_take(&u->r, (size_t)len) : NULL;

	if (!from || len > (size_t)(u->end - u->at))
		return false;
	memcpy(u->at, from, (size_t)len);
	u->at += len;
	return true;
}

/* A copy may overlap what it writes: byte by byte. */
static bool copy(struct unpacker *u, unsigned tag)
{
	bool is_short = (tag & 3) == COPY_1;
	size_t len = is_short ? (tag >> 2 & 7) + 4 : (tag >> 2) + 1;
	size_t offset = is_short ? (tag >> 5) << 8 | cd_reader_u8(&u->r)
				 : read_le(&u->r, (tag & 3) == COPY_2 ? 2 : 4);

	if (u->r.failed || offset == 0 || offset > (size_t)(u->at - u->start) ||
	    len > (size_t)(u->end - u->at))
		return false;
	for (; len; len--, u->at++)
		*u->at = *(u->at - offset);
	return true;
}

static bool unpack(struct unpacker *u)
{
	while (cd_reader_left(&u->r)) {
		unsigned tag = cd_reader_u8(&u->r);
		if (!((tag & 3) == LITERAL ? literal : copy)(u, tag))
			return false;
	}
	return u->at == u->end;
}

bool cd_snappy_unpack(struct cd_buffer *out, struct cd_span block, size_t max, coodie_error *err)
{
	struct unpacker u = { .r = cd_reader_over(block.at, block.len) };
	uint32_t size = read_length(&u.r);

	if (u.r.failed || size > max || size / MOST_EXPANSION > block.len)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "snappy: %zu bytes claim to unpack to %u (limit %zu)", block.len,
			       (unsigned)size, max);
	u.start = cd_buffer_grow(out, size ? size : 1);
	if (!u.start)
		return cd_no_memory(err, "an unpacked message");
	u.at = u.start;
	u.end = u.start + size;
	out->len -= size == 0;
	if (unpack(&u))
		return true;
	out->len -= size;
	return cd_fail(err, COODIE_ERR_PROTOCOL,
		       "snappy: a block of %zu bytes does not unpack to the %u it claims",
		       block.len, (unsigned)size);
}
