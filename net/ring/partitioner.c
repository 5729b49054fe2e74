/* SPDX-License-Identifier: MIT */
/* Tokens: 64 bits under Murmur3Partitioner, 0 to 2^127 under RandomPartitioner. */
#include "net/ring/partitioner.h"

#include <string.h>

#include <coodie/token.h>

#include "base/md5.h"
#include "base/reader.h"

enum cd_partitioner cd_partitioner_of(const char *name)
{
	static const struct {
		const char *name;
		enum cd_partitioner partitioner;
	} known[] = {
		{ "Murmur3Partitioner", CD_PARTITIONER_MURMUR3 },
		{ "RandomPartitioner", CD_PARTITIONER_RANDOM },
		{ "CDCPartitioner", CD_PARTITIONER_CDC },
	};
	const char *dot = strrchr(name, '.');

	name = dot ? dot + 1 : name;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(name, known[i].name) == 0)
			return known[i].partitioner;
	return CD_PARTITIONER_OTHER;
}

/* ---- numbers of 128 bits --------------------------------------------------------------------- */

struct wide {
	uint64_t high, low;
};

/* Doubled; 2^127, which leaves no room for it, becomes the greatest of all. */
static struct cd_token token_of(struct wide n)
{
	uint64_t high = n.high << 1 | n.low >> 63, low = n.low << 1;

	if (n.high >> 63) {
		high = UINT64_MAX;
		low = UINT64_MAX;
	}
	return (struct cd_token){ (int64_t)(high ^ UINT64_C(1) << 63), low };
}

/* n * 10 + digit, where n has at most 39 digits. */
static struct wide with_digit(struct wide n, unsigned digit)
{
	uint64_t bottom = (n.low & UINT32_MAX) * 10 + digit;
	uint64_t top = (n.low >> 32) * 10 + (bottom >> 32);

	return (struct wide){ n.high * 10 + (top >> 32), top << 32 | (bottom & UINT32_MAX) };
}

static bool is_over(struct wide n)
{
	return n.high > UINT64_C(1) << 63 || (n.high == UINT64_C(1) << 63 && n.low);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool parse_wide(cql_text text, struct cd_token *out)
{
	struct wide n = { 0, 0 };

	if (text.len == 2 && memcmp(text.data, "-1", 2) == 0) {
		*out = token_of(n); /* in front of all keys, as 0 is: no key's hash is less */
		return true;
	}
	if (!text.len || text.len > 39)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || n.high >> 60)
			return false;
		n = with_digit(n, (unsigned)(text.data[i] - '0'));
	}
	if (is_over(n))
		return false;
	*out = token_of(n);
	return true;
}

static bool parse_long(cql_text text, struct cd_token *out)
{
	bool minus = text.len && text.data[0] == '-';
	uint64_t n = 0, most = (uint64_t)INT64_MAX + minus;

	if (text.len == minus || text.len > 20)
		return false;
	for (size_t i = minus; i < text.len; i++) {
		unsigned digit = (unsigned)text.data[i] - '0';
		if (digit > 9 || n > (most - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = (struct cd_token){ (int64_t)(minus ? 0 - n : n), 0 };
	return true;
}

bool cd_partitioner_parse(enum cd_partitioner p, cql_text text, struct cd_token *out)
{
	switch (p) {
	case CD_PARTITIONER_MURMUR3:
		return parse_long(text, out);
	case CD_PARTITIONER_RANDOM:
		return parse_wide(text, out);
	default:
		return false;
	}
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* The hash is a signed number, the token what it is without its sign. */
static bool hash_wide(const void *key, size_t len, struct cd_token *out)
{
	uint8_t hash[CD_MD5_SIZE];
	struct wide n = { 0, 0 };

	if (len) {
		if (!cd_md5(key, len, hash))
			return false;
		n = (struct wide){ cd_get_be64(hash), cd_get_be64(hash + 8) };
		if (n.high >> 63)
			n = (struct wide){ ~n.high + !n.low, 0 - n.low };
	}
	*out = token_of(n);
	return true;
}

bool cd_partitioner_token(enum cd_partitioner p, const void *key, size_t len, struct cd_token *out)
{
	switch (p) {
	case CD_PARTITIONER_MURMUR3:
		*out = (struct cd_token){ cql_murmur3_token(key, len), 0 };
		return true;
	case CD_PARTITIONER_RANDOM:
		return hash_wide(key, len, out);
	case CD_PARTITIONER_CDC:
		*out = (struct cd_token){ len < 8 ? INT64_MIN : (int64_t)cd_get_be64(key), 0 };
		return true;
	default:
		return false;
	}
}
