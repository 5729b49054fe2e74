/* SPDX-License-Identifier: MIT */
/* What SUPPORTED says of ScyllaDB's shards (S1, S2, S15). */
#ifndef NET_SHARDING_H
#define NET_SHARDING_H

#include <coodie/message.h>

/* Zeroed: not ScyllaDB, or its hosts do not tell. */
struct cd_sharding_offer {
	uint32_t count;          /* shards of the host; 0: send to any connection */
	uint32_t shard;          /* of this connection: less than count */
	uint8_t ignore_msb;      /* of cql_shard_of_token() */
	uint16_t port, tls_port; /* where the source port chooses the shard; 0: nowhere */
	bool is_scylla;          /* some key of ScyllaDB's is there */
	bool has_host_id;
	cql_uuid host_id; /* of the host, as its system.local will say */
};

/* Numbers that are none, a shard that is not there and an algorithm of another name: not sharded. */
void cd_sharding_read(const cql_option *options, uint16_t count, struct cd_sharding_offer *out);

#endif
