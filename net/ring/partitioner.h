/* SPDX-License-Identifier: MIT */
/* The tokens of a partitioner: read from texts, compared, and made of routing keys. */
#ifndef NET_PARTITIONER_H
#define NET_PARTITIONER_H

#include <coodie/value.h>

enum cd_partitioner {
	CD_PARTITIONER_MURMUR3,
	CD_PARTITIONER_RANDOM,
	CD_PARTITIONER_CDC,  /* of ScyllaDB's change logs: keys begin with the token */
	CD_PARTITIONER_OTHER /* its tokens are not read: nobody is a replica */
};

/* Compared by `high`, then `low`. Murmur3Partitioner's is `high`, and `low` is 0. RandomPartitioner's
 * is doubled, so that it fills its bits: the upper half less 2^63, and the lower half. */
struct cd_token {
	int64_t high;
	uint64_t low;
};

static inline bool cd_token_is_less(struct cd_token a, struct cd_token b)
{
	return a.high < b.high || (a.high == b.high && a.low < b.low);
}

/* By the name of its class, with or without package. */
enum cd_partitioner cd_partitioner_of(const char *name);
/* A token as system.local and system.peers write them. False: none of the partitioner's. */
bool cd_partitioner_parse(enum cd_partitioner p, cql_text text, struct cd_token *out);
/* The token of a routing key. False: the partitioner has none that are known here, or the crypto
 * library refuses MD5. */
bool cd_partitioner_token(enum cd_partitioner p, const void *key, size_t len, struct cd_token *out);

#endif
