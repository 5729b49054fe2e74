/* SPDX-License-Identifier: MIT */
/* Reads and writes segment headers and trailers. */
#include "proto/segment.h"

#include "proto/crc.h"

static uint64_t get_le(const uint8_t *at, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = bytes; i > 0; i--)
		v = v << 8 | at[i - 1];
	return v;
}

static void put_le(uint8_t *at, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, v >>= 8)
		at[i] = (uint8_t)v;
}

bool cd_segment_read(const uint8_t *at, bool lz4, struct cd_segment *out)
{
	size_t bytes = cd_segment_header_size(lz4) - 3;
	uint64_t bits = get_le(at, bytes);

	if (get_le(at + bytes, 3) != cd_crc24(at, bytes))
		return false;
	out->wire_len = bits & CQL_SEGMENT_MAX;
	out->unpacked = lz4 ? bits >> 17 & CQL_SEGMENT_MAX : 0;
	out->self_contained = bits >> (lz4 ? 34 : 17) & 1;
	return true;
}

void cd_segment_write(uint8_t *at, bool lz4, const struct cd_segment *s)
{
	size_t bytes = cd_segment_header_size(lz4) - 3;
	uint64_t bits = s->wire_len | (uint64_t)s->self_contained << (lz4 ? 34 : 17);

	if (lz4)
		bits |= (uint64_t)s->unpacked << 17;
	put_le(at, bits, bytes);
	put_le(at + bytes, cd_crc24(at, bytes), 3);
}

bool cd_segment_trailer_matches(const uint8_t *trailer, const uint8_t *payload, size_t len)
{
	return get_le(trailer, CD_SEGMENT_TRAILER) == cd_crc32(payload, len);
}

void cd_segment_write_trailer(uint8_t *trailer, const uint8_t *payload, size_t len)
{
	put_le(trailer, cd_crc32(payload, len), CD_SEGMENT_TRAILER);
}
