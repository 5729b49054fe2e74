/* SPDX-License-Identifier: MIT */
/* The same work by hand: no checks, no types, no versions, nothing that can be told wrong. What no
 * codec can go below. */
#ifndef BENCH_CODEC_FLOOR_H
#define BENCH_CODEC_FLOOR_H

#include <stddef.h>
#include <stdint.h>

/* A v4 EXECUTE of (uuid, int, text or, when that is NULL, bigint, timestamp) into `to`. @return its
 * length */
size_t bench_floor_execute(uint8_t *to, uint16_t stream, const uint8_t *uuid, uint32_t number,
			   const char *text, size_t text_len, uint64_t when);
/* A v4 BATCH of `rows` rows of (text, int, text, bigint). */
size_t bench_floor_batch(uint8_t *to, uint16_t stream, uint32_t rows, uint64_t number);
/* Sums what the typed readers' cases sum. */
int64_t bench_floor_ten(const uint8_t *rows, uint32_t count);
int64_t bench_floor_page(const uint8_t *rows, uint32_t count);
/* zlib's, behind the four bytes that stand in front. */
uint32_t bench_floor_crc32(const uint8_t *data, size_t len);

#endif
