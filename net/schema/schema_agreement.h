/* SPDX-License-Identifier: MIT */
/* Whether all nodes that are up have the same schema (M11), and when to ask again (U25). No I/O. */
#ifndef NET_SCHEMA_AGREEMENT_H
#define NET_SCHEMA_AGREEMENT_H

#include <coodie/result.h>
#include <coodie/value.h>

/* Asked together, without paging; the second of the server that answered the first. */
#define CD_SCHEMA_AGREEMENT_LOCAL "SELECT host_id, schema_version FROM system.local"
#define CD_SCHEMA_AGREEMENT_PEERS "SELECT host_id, schema_version FROM system.peers"

enum { CD_SCHEMA_AGREEMENT_SHOWN = 4 };

struct cd_schema_agreement {
	bool agreed;
	cql_uuid version;          /* of the node that was asked */
	uint32_t hosts, differing; /* that are up, and those of them with another version */
	cql_uuid others[CD_SCHEMA_AGREEMENT_SHOWN]; /* host ids of the first that differ */
};

/* Whether a node counts: one that is down cannot agree. */
typedef bool cd_schema_is_up_fn(const cql_uuid *host_id, void *user);

/* Peers that have no host id or no schema version are about to join or leave: they do not count.
 * @param is_up  NULL: every one is
 * @return false, with COODIE_ERR_PROTOCOL: not these tables, or no version of the node itself */
bool cd_schema_agreement_read(struct cd_schema_agreement *out, coodie_result *local,
			      coodie_result *peers, cd_schema_is_up_fn *is_up, void *user,
			      coodie_error *err);

/* How long to wait before the n-th time of asking, n from 0: at once, 10 ms, doubling to 200. */
uint32_t cd_schema_agreement_wait_ms(uint32_t n);

#endif
