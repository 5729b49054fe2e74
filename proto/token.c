/* SPDX-License-Identifier: MIT */
/* Routing keys, and the tokens of RandomPartitioner. */
#include <string.h>

#include <coodie/token.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/md5.h"
#include "base/reader.h"
#include "base/cql_arena.h"

/* The bytes that the columns take when joined. */
static bool joined_size(const cql_blob *columns, size_t count, size_t *size, coodie_error *err)
{
	*size = 0;
	if (count == 0)
		return cd_fail(err, COODIE_ERR_INVALID, "a partition key without columns");
	for (size_t i = 0; i < count; i++) {
		if (!columns[i].data)
			return cd_fail(err, COODIE_ERR_INVALID,
				       "column %zu of the partition key is null: give it a value",
				       i + 1);
		if (columns[i].len > UINT16_MAX)
			return cd_fail(
				err, COODIE_ERR_RANGE,
				"column %zu of the partition key has %zu bytes, more than 65535",
				i + 1, columns[i].len);
		*size += columns[i].len + 3;
	}
	return true;
}

bool cql_routing_key(const cql_blob *columns, size_t count, cql_arena *arena, cql_blob *out,
		     coodie_error *err)
{
	size_t size;

	cd_clear(err);
	if (!joined_size(columns, count, &size, err))
		return false;
	if (count == 1) {
		*out = columns[0];
		return true;
	}
	uint8_t *key = cd_arena_take(&arena->arena, size), *at = key;
	if (!key)
		return cd_no_memory(err, "a routing key");
	for (size_t i = 0; i < count; i++) {
		size_t len = columns[i].len;
		cd_put_be16(at, (uint16_t)len);
		if (len)
			memcpy(at + 2, columns[i].data, len);
		at[2 + len] = 0;
		at += len + 3;
	}
	*out = cql_blob_of(key, size);
	return true;
}

/* A number of 128 bits, in place, divided by ten. @return the remainder */
static uint32_t divide_by_ten(uint32_t words[4])
{
	uint64_t rest = 0;

	for (int i = 0; i < 4; i++) {
		rest = rest << 32 | words[i];
		words[i] = (uint32_t)(rest / 10);
		rest %= 10;
	}
	return (uint32_t)rest;
}

/* The hash is a signed number, the token what it is without its sign. */
static void absolute(uint32_t words[4])
{
	uint64_t carry = 1;

	if (!(words[0] >> 31))
		return;
	for (int i = 3; i >= 0; i--) {
		carry += (uint32_t)~words[i];
		words[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

char *cql_random_token(const void *key, size_t len, char out[CQL_RANDOM_TOKEN_SIZE])
{
	uint8_t hash[CD_MD5_SIZE];
	uint32_t words[4];
	char digits[CQL_RANDOM_TOKEN_SIZE], *at = digits + sizeof digits - 1;

	if (len == 0) /* the least token, which no key has */
		return memcpy(out, "-1", 3);
	if (!cd_md5(key, len, hash))
		return NULL;
	for (int i = 0; i < 4; i++)
		words[i] = cd_get_be32(hash + (size_t)i * 4);
	absolute(words);
	*at = '\0';
	do {
		*--at = (char)('0' + divide_by_ten(words));
	} while (words[0] | words[1] | words[2] | words[3]);
	return memcpy(out, at, (size_t)(digits + sizeof digits - at));
}
