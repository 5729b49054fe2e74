/* SPDX-License-Identifier: MIT */
/* Addresses: "host:port" taken apart, numbers and the hosts file to socket addresses. Nothing here
 * blocks on a network. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "base/address.h"

enum { CD_HOST_SIZE = 256 };

/* Takes "host", "host:port", "[v6]", "[v6]:port" or a bare v6 address apart. */
bool cd_endpoint_parse(const char *text, uint16_t default_port, char host[CD_HOST_SIZE],
		       uint16_t *port, coodie_error *err);
/* One address of a number or of a name in the hosts file at `hosts_path` (NULL: the system's).
 * COODIE_ERR_RESOLVE. */
bool cd_resolve(const char *host, uint16_t port, const char *hosts_path, struct cd_address *out,
		coodie_error *err);

#endif
