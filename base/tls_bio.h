/* SPDX-License-Identifier: MIT */
/* The BIO between OpenSSL and memory: it reads the bytes being fed, in place, and writes to a
 * buffer. */
#ifndef BASE_TLS_BIO_H
#define BASE_TLS_BIO_H

#include "base/buffer.h"
#include "base/openssl.h"
#include "base/reader.h"

/* The data of such a BIO. */
struct cd_tls_wire {
	struct cd_reader in; /* empty between calls */
	struct cd_buffer out;
};

/* One per context: OpenSSL wants methods made at run time. NULL when out of memory. */
BIO_METHOD *cd_tls_bio_method(void);

#endif
