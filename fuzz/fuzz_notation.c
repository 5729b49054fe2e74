/* SPDX-License-Identifier: MIT */
/* Vints, checksums, tokens, shards and time-based uuids, each against a slower way to say the same.
 *
 * Input: a byte that chooses, then bytes. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

static void vints(cql_blob in)
{
	uint8_t again[CQL_VINT_SIZE];
	uint64_t u;
	int64_t s, same;
	size_t size = cql_unsigned_vint_read(in, &u);

	FUZZ_CHECK(size <= in.len && size <= CQL_VINT_SIZE);
	for (size_t len = 0; len < size; len++)
		FUZZ_CHECK(!cql_unsigned_vint_read((cql_blob){ in.data, len }, &u));
	if (!size)
		return;
	cql_unsigned_vint_read(in, &u);
	FUZZ_CHECK(cql_vint_read(in, &s) == size);
	FUZZ_CHECK(((uint64_t)s << 1 ^ (s < 0 ? UINT64_MAX : 0)) == u);
	size_t shortest = cql_unsigned_vint_write(u, again);
	FUZZ_CHECK(shortest <= size);
	FUZZ_CHECK(shortest < size || !memcmp(again, in.data, size));
	FUZZ_CHECK(cql_vint_write(s, again) == shortest);
	FUZZ_CHECK(cql_vint_read((cql_blob){ again, shortest }, &same) == shortest && same == s);
}

static uint32_t slow_crc32(const uint8_t *data, size_t len)
{
	static const uint8_t start[] = { 0xfa, 0x2d, 0x55, 0xca };
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < sizeof start + len; i++) {
		crc ^= i < sizeof start ? start[i] : data[i - sizeof start];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static uint32_t slow_crc24(const uint8_t *data, size_t len)
{
	uint32_t crc = 0x875060;

	for (size_t i = 0; i < len; i++) {
		crc ^= (uint32_t)data[i] << 16;
		for (int bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= 0x1974f0b;
		}
	}
	return crc;
}

static void checksums(cql_blob in)
{
	size_t skip = fuzz_u8(&in) % 16; /* other alignments */

	fuzz_take(&in, skip);
	FUZZ_CHECK(cql_crc32(in.data, in.len) == slow_crc32(in.data, in.len));
	FUZZ_CHECK(cql_crc24(in.data, in.len) == slow_crc24(in.data, in.len));
}

static void tokens(cql_blob in)
{
	char random[CQL_RANDOM_TOKEN_SIZE];
	uint32_t shards = fuzz_u16(&in) + 1u;
	unsigned msb = fuzz_u8(&in) % 64;
	int64_t token = cql_murmur3_token(in.data, in.len);
	uint8_t *copy = fuzz_copy(in);

	FUZZ_CHECK(cql_murmur3_token(copy, in.len) == token);
	FUZZ_CHECK(cql_shard_of_token(token, shards, msb) < shards);
	FUZZ_CHECK(cql_random_token(in.data, in.len, random) == random);
	FUZZ_CHECK(strlen(random) < sizeof random);
	FUZZ_CHECK(strspn(random, "-0123456789") == strlen(random));
	free(copy);
}

static void ports(cql_blob in)
{
	uint32_t shards = fuzz_u16(&in) + 1u;
	uint32_t shard = fuzz_u16(&in) % shards;
	uint16_t first = fuzz_u16(&in), last = fuzz_u16(&in), from = fuzz_u16(&in);

	if (first > last || first == 0)
		return;
	uint16_t port = cql_port_of_shard(shard, shards, first, last, from);
	bool any = false;
	for (uint32_t p = first; p <= last && !any; p++)
		any = cql_shard_of_port((uint16_t)p, shards) == shard;
	FUZZ_CHECK(any == (port != 0));
	if (port)
		FUZZ_CHECK(port >= first && port <= last &&
			   cql_shard_of_port(port, shards) == shard);
}

static void routing_keys(cql_blob in)
{
	cql_blob columns[8];
	struct fuzz_budget budget;
	coodie_error err;
	cql_blob key;
	size_t count = fuzz_u8(&in) % 9, sum = 0;

	for (size_t i = 0; i < count; i++) {
		columns[i] = fuzz_take(&in, i + 1 < count ? fuzz_u16(&in) % 512u : in.len);
		sum += columns[i].len + (count > 1 ? 3 : 0);
	}
	fuzz_budget_init(&budget, sum, FUZZ_TIMES);
	cql_arena *arena = fuzz_arena(&budget);
	if (cql_routing_key(columns, count, arena, &key, &err)) {
		FUZZ_CHECK(key.len == sum);
		for (size_t i = 0, at = 0; count > 1 && i < count; i++, at++) {
			FUZZ_CHECK(((size_t)key.data[at] << 8 | key.data[at + 1]) ==
				   columns[i].len);
			at += 2 + columns[i].len;
			FUZZ_CHECK(key.data[at] == 0);
		}
	}
	cql_arena_free(arena);
	fuzz_budget_end(&budget);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* The last whole millisecond of timeuuids, in the year 5236: their bounds end with it. */
#define LAST_MS ((INT64_C(0xfffffffffffffff) - 9999 - INT64_C(0x01b21dd213814000)) / 10000)

static void timeuuids(cql_blob in)
{
	cql_timestamp when = { (int64_t)fuzz_u64(&in) >> 16 }, t;
	cql_uuid a = { { 0 } }, b = { { 0 } }, least = cql_timeuuid_min(when),
		 most = cql_timeuuid_max(when);
	cql_blob first = fuzz_take(&in, 16), second = fuzz_take(&in, 16);
	coodie_error err;

	if (first.len)
		memcpy(a.bytes, first.data, first.len);
	if (second.len)
		memcpy(b.bytes, second.data, second.len);
	FUZZ_CHECK(sign(cql_timeuuid_compare(a, b)) == -sign(cql_timeuuid_compare(b, a)));
	FUZZ_CHECK(cql_timeuuid_compare(least, most) < 0);
	FUZZ_CHECK(cql_uuid_version(least) == 1 && cql_uuid_version(most) == 1);
	if (cql_uuid_timestamp(a, &t, &err)) {
		FUZZ_CHECK(cql_uuid_version(a) == 1);
		FUZZ_CHECK(cql_timeuuid_compare(cql_timeuuid_min(t), a) <= 0);
		FUZZ_CHECK(cql_timeuuid_compare(a, cql_timeuuid_max(t)) <= 0 ||
			   t.milliseconds > LAST_MS);
	} else {
		FUZZ_CHECK(err.code == COODIE_ERR_TYPE && cql_uuid_version(a) != 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const what[])(cql_blob in) = {
		vints, checksums, tokens, ports, routing_keys, timeuuids,
	};
	cql_blob in = { data, size };
	uint8_t choice = fuzz_u8(&in) % (sizeof what / sizeof *what);

	what[choice](in);
	return 0;
}
