/* SPDX-License-Identifier: MIT */
/* The floor: pointers moved over bytes whose shape is known. */
#include "bench/codec_floor.h"

#include <string.h>
#include <zlib.h>

static uint32_t get_32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, 4);
	return __builtin_bswap32(v);
}

static uint64_t get_64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, 8);
	return __builtin_bswap64(v);
}

static uint8_t *put_16(uint8_t *at, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(at, &v, 2);
	return at + 2;
}

static uint8_t *put_32(uint8_t *at, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(at, &v, 4);
	return at + 4;
}

static uint8_t *put_64(uint8_t *at, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(at, &v, 8);
	return at + 8;
}

size_t bench_floor_execute(uint8_t *to, uint16_t stream, const uint8_t *uuid, uint32_t number,
			   const char *text, size_t text_len, uint64_t when)
{
	static const uint8_t head[] = "\4\0\0\0\x0A\0\0\0\0" /* header */
				      "\0\x10"
				      "0123456789abcdef"
				      "\0\1\3\0\4"; /* ONE, values and skip_metadata, 4 */
	uint8_t *at = to + sizeof head - 1;

	memcpy(to, head, sizeof head - 1);
	put_16(to + 2, stream);
	at = put_32(at, 16);
	memcpy(at, uuid, 16);
	at = put_32(at + 16, 4);
	at = put_32(at, number);
	if (text) {
		at = put_32(at, (uint32_t)text_len);
		memcpy(at, text, text_len);
		at += text_len;
	} else {
		at = put_32(at, 8);
		at = put_64(at, when);
	}
	at = put_32(at, 8);
	at = put_64(at, when);
	put_32(to + 5, (uint32_t)(at - to) - 9);
	return (size_t)(at - to);
}

static uint8_t *put_bytes(uint8_t *at, const char *bytes, uint32_t len)
{
	at = put_32(at, len);
	memcpy(at, bytes, len);
	return at + len;
}

size_t bench_floor_batch(uint8_t *to, uint16_t stream, uint32_t rows, uint64_t number)
{
	static const uint8_t head[] = "\4\0\0\0\x0D\0\0\0\0\1"; /* header, unlogged */
	static const uint8_t item[] = "\1\0\x10"
				      "0123456789abcdef"
				      "\0\4";
	uint8_t *at = to + sizeof head - 1;

	memcpy(to, head, sizeof head - 1);
	put_16(to + 2, stream);
	at = put_16(at, (uint16_t)rows);
	for (uint32_t i = 0; i < rows; i++) {
		memcpy(at, item, sizeof item - 1);
		at += sizeof item - 1;
		at = put_bytes(at, "partition-0", 11);
		at = put_32(at, 4);
		at = put_32(at, i);
		at = put_bytes(at, "0123456789012345678901234567890123456789", 40);
		at = put_32(at, 8);
		at = put_64(at, number);
	}
	at = put_16(at, 1); /* ONE */
	*at++ = 0;
	put_32(to + 5, (uint32_t)(at - to) - 9);
	return (size_t)(at - to);
}

static double real(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

int64_t bench_floor_ten(const uint8_t *at, uint32_t count)
{
	int64_t sum = 0;

	for (; count; count--) {
		sum += at[19];
		at += 20;
		sum += get_32(at);
		at += 4 + get_32(at);
		sum += (int32_t)get_32(at + 4) + (int64_t)get_64(at + 12) + at[24];
		sum += (int64_t)real(get_64(at + 29)) + (int64_t)get_64(at + 41) % 1000;
		at += 49;
		sum += get_32(at);
		at += 4 + get_32(at);
		sum += at[7];
		const uint8_t *tag = at + 16;
		for (uint32_t tags = get_32(at + 12); tags; tags--) {
			sum += get_32(tag);
			tag += 4 + get_32(tag);
		}
		at = tag;
	}
	return sum;
}

int64_t bench_floor_page(const uint8_t *at, uint32_t count)
{
	int64_t sum = 0;

	for (; count; count--) {
		sum += get_32(at);
		at += 4 + get_32(at);
		sum += (int32_t)get_32(at + 4);
		at += 8;
		sum += get_32(at);
		at += 4 + get_32(at);
		sum += (int64_t)get_64(at + 4) + (int64_t)real(get_64(at + 16));
		at += 24;
	}
	return sum;
}

uint32_t bench_floor_crc32(const uint8_t *data, size_t len)
{
	uLong crc = crc32(0, (const Bytef *)"\xfa\x2d\x55\xca", 4);

	return (uint32_t)crc32(crc, data, (uInt)len);
}
