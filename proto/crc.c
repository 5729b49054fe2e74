/* SPDX-License-Identifier: MIT */
/* CRC24 by nibbles, CRC-32 by zlib. */
#include "proto/crc.h"

#include <zlib.h>

enum { CRC24_INIT = 0x875060 };

/* crc32() of the four bytes that stand in front of every payload: fa 2d 55 ca. */
#define CRC32_SEEDED 0x44777ED3UL

/* The remainders of the top nibble's 16 values, for the polynomial 0x1974F0B (v5 section 2.2). */
static const uint32_t remainders[16] = {
	0x000000, 0x974F0B, 0xB9D11D, 0x2E9E16, 0xE4ED31, 0x73A23A, 0x5D3C2C, 0xCA7327,
	0x5E9569, 0xC9DA62, 0xE74474, 0x700B7F, 0xBA7858, 0x2D3753, 0x03A945, 0x94E64E,
};

static uint32_t shift_nibble(uint32_t crc)
{
	return (crc << 4 & 0xFFFFFF) ^ remainders[crc >> 20];
}

uint32_t cd_crc24(const uint8_t *data, size_t len)
{
	uint32_t crc = CRC24_INIT;

	for (size_t i = 0; i < len; i++)
		crc = shift_nibble(shift_nibble(crc ^ (uint32_t)data[i] << 16));
	return crc;
}

uint32_t cd_crc32(const void *data, size_t len)
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
