/* SPDX-License-Identifier: MIT */
/**
 * @file token.h
 * Partition keys to tokens, tokens to ScyllaDB's shards.
 *
 * Serves S1 to S3, S7.
 */
#ifndef COODIE_TOKEN_H
#define COODIE_TOKEN_H

#include <coodie/arena.h>
#include <coodie/value.h>

COODIE_BEGIN

/**
 * Joins the encoded columns of a partition key: one column is its own bytes, not copied; of several,
 * each has a [short] length in front and a zero byte behind, and the arena holds them.
 * @param err  COODIE_ERR_INVALID: none, or one that is null; COODIE_ERR_RANGE: one of more than
 *             65,535 bytes
 */
COODIE_API bool cql_routing_key(const cql_blob *columns, size_t count, cql_arena *arena,
				cql_blob *out, coodie_error *err);

/** The token of a routing key under Murmur3Partitioner. An empty key has the least token. */
COODIE_API int64_t cql_murmur3_token(const void *key, size_t len);

/** Length of a RandomPartitioner token's digits, with its sign and NUL. */
#define CQL_RANDOM_TOKEN_SIZE 41
/**
 * The token of a routing key under RandomPartitioner, in decimal digits: "-1" for an empty key.
 * @return `out`; NULL, with `out` untouched, where OpenSSL refuses MD5 or is missing
 */
COODIE_API char *cql_random_token(const void *key, size_t len, char out[CQL_RANDOM_TOKEN_SIZE]);

/** ScyllaDB's shard of a token (biased-token-round-robin). @param shard_count  1 or more */
COODIE_API uint32_t cql_shard_of_token(int64_t token, uint32_t shard_count, unsigned ignore_msb);
/** The shard that a connection from this source port to the shard-aware port gets. */
COODIE_API uint32_t cql_shard_of_port(uint16_t source_port, uint32_t shard_count);
/**
 * The first port of a range, from `from` on and then from its beginning, that leads to a shard.
 * @return 0 when the range has none
 */
COODIE_API uint16_t cql_port_of_shard(uint32_t shard, uint32_t shard_count, uint16_t first,
				      uint16_t last, uint16_t from);

COODIE_END

#endif
