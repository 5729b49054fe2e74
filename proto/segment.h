/* SPDX-License-Identifier: MIT */
/* The header of a v5 segment (v5 section 2.2): lengths, a bit, and a CRC24, little endian. */
#ifndef PROTO_SEGMENT_H
#define PROTO_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <coodie/envelope.h>

enum {
	CD_SEGMENT_HEADER = 6,
	CD_SEGMENT_HEADER_LZ4 = 8,
	CD_SEGMENT_TRAILER = 4,
};

struct cd_segment {
	uint32_t wire_len; /* of the payload as it travels */
	uint32_t unpacked; /* LZ4: 0 when the payload is not packed */
	bool self_contained;
};

static inline size_t cd_segment_header_size(bool lz4)
{
	return lz4 ? CD_SEGMENT_HEADER_LZ4 : CD_SEGMENT_HEADER;
}

/* False: the CRC24 does not match. */
bool cd_segment_read(const uint8_t *at, bool lz4, struct cd_segment *out);
void cd_segment_write(uint8_t *at, bool lz4, const struct cd_segment *s);
/* The four bytes behind a payload. */
bool cd_segment_trailer_matches(const uint8_t *trailer, const uint8_t *payload, size_t len);
void cd_segment_write_trailer(uint8_t *trailer, const uint8_t *payload, size_t len);

#endif
