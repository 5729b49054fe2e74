/* SPDX-License-Identifier: MIT */
/* ScyllaDB's client routes: where the clients of a private link find each host, instead of at the address
 * that the host says. Counted, and immutable once the names are looked up. The answer to
 * CD_TOPOLOGY_ROUTES; after an event CLIENT_ROUTES_CHANGE it is asked for again as a whole. */
#ifndef NET_ROUTES_H
#define NET_ROUTES_H

#include <stdatomic.h>

#include <coodie/result.h>

#include "base/arena.h"

struct cd_routes_route {
	cql_uuid host_id;
	const char *address;     /* a name or a number */
	uint16_t port, tls_port; /* 0: none */
	uint32_t rank;           /* which of the connection ids it is of */
	cql_inet inet;           /* where `address` leads; of length 0: not known (yet) */
};

struct cd_routes {
	atomic_uint refs;
	coodie_allocator allocator;
	struct cd_arena arena;
	struct cd_routes_route *at;          /* one for each host, by host ids */
	struct cd_routes_route **by_address; /* the same, by their texts */
	uint32_t count;
	uint32_t skipped; /* rows without address or ports, or of other connections */
};

/* Of several connections that lead to a host, the one that stands first in `connection_ids` is taken.
 * @return with one reference; NULL with COODIE_ERR_PROTOCOL (another table) or COODIE_ERR_NO_MEMORY */
struct cd_routes *cd_routes_new(const coodie_allocator *a, coodie_result *rows,
				const char *const *connection_ids, uint32_t id_count,
				coodie_error *err);
struct cd_routes *cd_routes_ref(struct cd_routes *r); /* NULL is fine */
void cd_routes_free(struct cd_routes *r);             /* gives a reference back; NULL is fine */

/* NULL: the host has no route, and cannot be connected to by one. */
const struct cd_routes_route *cd_routes_find(const struct cd_routes *r, const cql_uuid *host_id);

/* Whether they lead to the same places by the same names. */
bool cd_routes_same(const struct cd_routes *a, const struct cd_routes *b);

#endif
