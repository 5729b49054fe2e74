/* SPDX-License-Identifier: MIT */
/* ScyllaDB's shards: of a token, of a source port. */
#include <coodie/token.h>

uint32_t cql_shard_of_token(int64_t token, uint32_t shard_count, unsigned ignore_msb)
{
	uint64_t biased = (uint64_t)token ^ UINT64_C(1) << 63;

	biased = ignore_msb < 64 ? biased << ignore_msb : 0;
	/* the upper half of a product of 64 by 32 bits */
	uint64_t low = (biased & UINT32_MAX) * shard_count >> 32;
	return (uint32_t)(((biased >> 32) * shard_count + low) >> 32);
}

uint32_t cql_shard_of_port(uint16_t source_port, uint32_t shard_count)
{
	return shard_count ? source_port % shard_count : 0;
}

/* The first port from `at` to `last` whose remainder is the shard; 0: none. */
static uint16_t port_from(uint32_t at, uint32_t last, uint32_t shard, uint32_t shard_count)
{
	uint32_t rest = at % shard_count;
	uint32_t ahead = shard >= rest ? shard - rest : shard_count - rest + shard;

	return at <= last && ahead <= last - at ? (uint16_t)(at + ahead) : 0;
}

uint16_t cql_port_of_shard(uint32_t shard, uint32_t shard_count, uint16_t first, uint16_t last,
			   uint16_t from)
{
	uint16_t port = 0;

	if (shard >= shard_count || first == 0 || first > last)
		return 0;
	if (from > first && from <= last)
		port = port_from(from, last, shard, shard_count);
	return port ? port : port_from(first, last, shard, shard_count);
}
