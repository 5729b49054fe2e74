/* SPDX-License-Identifier: MIT */
/* Throw-away certificates: an authority, and a server signed by it. */
#ifndef NODE_CERTIFICATE_H
#define NODE_CERTIFICATE_H

#include "base/tls.h"

/* A server's context for "localhost" and these `count` addresses in numbers. `*ca_pem` is the
 * authority's PEM, the caller's to cd_release(). NULL: COODIE_ERR_TLS, COODIE_ERR_NO_MEMORY. */
struct cd_tls_context *nd_certificate_new(const char *const *hosts, uint32_t count,
					  const coodie_allocator *a, char **ca_pem,
					  coodie_error *err);

#endif
