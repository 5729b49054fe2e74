/* SPDX-License-Identifier: MIT */
/* Checksums of segments put right (v5 section 2.2). */
#include "fuzz/mend.h"

#include "fuzz/fuzz.h"

enum { CRC24_SIZE = 3, CRC32_SIZE = 4, LENGTH_BITS = 0x1ffff };

static void put(uint8_t *at, uint32_t n, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(n >> 8 * i);
}

void fuzz_mend(uint8_t *bytes, size_t len, bool lz4)
{
	size_t lengths = lz4 ? 5 : 3;

	while (len >= lengths + CRC24_SIZE) {
		size_t payload = (bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16) &
				 LENGTH_BITS;
		put(bytes + lengths, cql_crc24(bytes, lengths), CRC24_SIZE);
		bytes += lengths + CRC24_SIZE;
		len -= lengths + CRC24_SIZE;
		if (len < CRC32_SIZE || payload > len - CRC32_SIZE)
			return;
		put(bytes + payload, cql_crc32(bytes, payload), CRC32_SIZE);
		bytes += payload + CRC32_SIZE;
		len -= payload + CRC32_SIZE;
	}
}
