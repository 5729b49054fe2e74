/* SPDX-License-Identifier: MIT */
/* Names that this machine knows by itself: the hosts file, and localhost (RFC 6761). */
#ifndef NET_HOSTS_H
#define NET_HOSTS_H

#include "net/dns/addresses.h"
#include "net/dns/dns.h"

/* Adds every address that the file at `path` (NULL: the system's) has for `name`. The file is read
 * anew each time: it is small, and may have changed. False: out of memory. */
bool cd_hosts_find(const char *path, const char *name, uint16_t port, struct cd_addresses *out);

/* The first name that the file has for this address. False: none that can be one in DNS. */
bool cd_hosts_name(const char *path, const cql_inet *inet, char out[CD_DNS_NAME_SIZE]);

#endif
