/* SPDX-License-Identifier: MIT */
/* CRC24 by nibbles; CRC32 by carry-less multiplication where the CPU has it, by zlib elsewhere. */
#include "proto/crc.h"

#include <zlib.h>

#include "proto/crc_clmul.h"

enum { CRC24_INIT = 0x875060 };

/* crc32() of the four bytes that stand in front of every payload: fa 2d 55 ca. */
#define CRC32_SEEDED 0x44777ED3UL

/* The remainders of a top byte's two nibbles, for the polynomial 0x1974F0B (v5 section 2.2). */
static const uint32_t high_nibble[16] = {
	0x000000, 0xBD2AD2, 0xED1AAF, 0x50307D, 0x4D7A55, 0xF05087, 0xA060FA, 0x1D4A28,
	0x9AF4AA, 0x27DE78, 0x77EE05, 0xCAC4D7, 0xD78EFF, 0x6AA42D, 0x3A9450, 0x87BE82,
};
static const uint32_t low_nibble[16] = {
	0x000000, 0x974F0B, 0xB9D11D, 0x2E9E16, 0xE4ED31, 0x73A23A, 0x5D3C2C, 0xCA7327,
	0x5E9569, 0xC9DA62, 0xE74474, 0x700B7F, 0xBA7858, 0x2D3753, 0x03A945, 0x94E64E,
};

uint32_t cd_crc24(const uint8_t *data, size_t len)
{
	uint32_t crc = CRC24_INIT;

	for (size_t i = 0; i < len; i++) {
		uint32_t top = crc >> 16 ^ data[i];

		crc = (crc << 8 & 0xFFFFFF) ^ high_nibble[top >> 4] ^ low_nibble[top & 15];
	}
	return crc;
}

uint32_t cd_crc32_portable(const void *data, size_t len)
{
	uLong crc = CRC32_SEEDED;

	for (const uint8_t *at = data; len;) {
		uInt part = len > (1u << 30) ? 1u << 30 : (uInt)len;
		crc = crc32(crc, at, part);
		at += part;
		len -= part;
	}
	return (uint32_t)crc;
}

uint32_t cd_crc32(const void *data, size_t len)
{
	return cd_crc32_has_clmul() ? cd_crc32_clmul(data, len) : cd_crc32_portable(data, len);
}
