/* SPDX-License-Identifier: MIT */
/* Options of SUPPORTED to numbers. */
#include "net/ring/sharding.h"

#include <string.h>

static bool is_text(cql_text text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

/* The first value of a key; `data` NULL: there is none. */
static cql_text find(const cql_option *options, uint16_t count, const char *key)
{
	for (uint16_t i = 0; i < count; i++)
		if (options[i].value_count && is_text(options[i].key, key))
			return options[i].values[0];
	return (cql_text){ NULL, 0 };
}

/* Digits and nothing else. */
static bool read_number(cql_text text, uint32_t most, uint32_t *out)
{
	uint32_t n = 0;

	if (!text.len || text.len > 9)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(text.data[i] - '0');
	}
	if (n > most)
		return false;
	*out = n;
	return true;
}

static uint16_t read_port(cql_text text)
{
	uint32_t port = 0;

	return read_number(text, UINT16_MAX, &port) ? (uint16_t)port : 0;
}

static bool read_host_id(cql_text text, cql_uuid *out)
{
	char copy[CQL_UUID_TEXT_SIZE];

	if (text.len != sizeof copy - 1)
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return cql_uuid_parse(copy, out, NULL);
}

void cd_sharding_read(const cql_option *options, uint16_t count, struct cd_sharding_offer *out)
{
	static const char prefix[] = "SCYLLA_";
	struct cd_sharding_offer o = { .count = 0 };
	uint32_t shards, shard, ignore_msb;

#define VALUE(key) find(options, count, "SCYLLA_" key)
	for (uint16_t i = 0; i < count; i++)
		o.is_scylla |= options[i].key.len >= sizeof prefix - 1 &&
			       memcmp(options[i].key.data, prefix, sizeof prefix - 1) == 0;
	if (is_text(VALUE("SHARDING_ALGORITHM"), "biased-token-round-robin") &&
	    read_number(VALUE("NR_SHARDS"), UINT16_MAX - 1, &shards) &&
	    read_number(VALUE("SHARD"), UINT16_MAX, &shard) && shard < shards &&
	    read_number(VALUE("SHARDING_IGNORE_MSB"), 63, &ignore_msb)) {
		o.count = shards;
		o.shard = shard;
		o.ignore_msb = (uint8_t)ignore_msb;
		o.port = read_port(VALUE("SHARD_AWARE_PORT"));
		o.tls_port = read_port(VALUE("SHARD_AWARE_PORT_SSL"));
	}
	o.has_host_id = read_host_id(VALUE("HOST_ID"), &o.host_id);
#undef VALUE
	*out = o;
}
