/* SPDX-License-Identifier: MIT */
/* Whom to ask about names, and how: resolv.conf(5). */
#ifndef NET_RESOLV_CONF_H
#define NET_RESOLV_CONF_H

#include "base/address.h"
#include "net/dns/dns.h"

enum { CD_DNS_SERVERS = 3, CD_DNS_SEARCHES = 6, CD_DNS_PORT = 53 };

struct cd_resolv_conf {
	struct cd_address servers[CD_DNS_SERVERS];
	size_t server_count; /* 1 or more */
	char search[CD_DNS_SEARCHES][CD_DNS_NAME_SIZE];
	size_t search_count;
	unsigned ndots;      /* a name with so many dots is tried as it is first; 1 */
	uint32_t timeout_ms; /* of one try; 5000 */
	unsigned attempts;   /* rounds through the servers; 2 */
	bool rotate;         /* begins with any server */
	bool tcp;            /* asks by TCP at once (use-vc) */
};

/* Reads `path` (NULL: the system's). What is not understood is passed over, and without a file or a
 * server in it this machine is asked. `port`: the servers', 0: CD_DNS_PORT. */
void cd_resolv_conf_read(const char *path, uint16_t port, struct cd_resolv_conf *out);
/* The i-th name to ask for where `name` was given: with and without the domains of the search list.
 * A name that ends in a dot is complete. False: there is no i-th. */
bool cd_resolv_conf_candidate(const struct cd_resolv_conf *conf, const char *name, size_t i,
			      char out[CD_DNS_NAME_SIZE]);

#endif
