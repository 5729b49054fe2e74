/* SPDX-License-Identifier: MIT */
/* Contact points: "host:port" taken apart, and what kind of name they are. */
#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H

#include "base/address.h"

enum { CD_HOST_SIZE = 256 };

/* Takes "host", "host:port", "[v6]", "[v6]:port" or a bare v6 address apart. "srv:name" and
 * "unix:/path" (or "/path") are hosts as a whole, and their port is the default. */
bool cd_endpoint_parse(const char *text, uint16_t default_port, char host[CD_HOST_SIZE],
		       uint16_t *port, coodie_error *err);
/* Of a host as above: is it "srv:name"? */
bool cd_endpoint_is_service(const char *host);
/* The name a certificate should have: without "srv:"; NULL of a path, which has none. */
const char *cd_endpoint_name(const char *host);

#endif
