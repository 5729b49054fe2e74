/* SPDX-License-Identifier: MIT */
/* What the connections of a session share: the SSL_CTX and what is verified. */
#ifndef BASE_TLS_CONTEXT_H
#define BASE_TLS_CONTEXT_H

#include <openssl/ssl.h>
#include <stdatomic.h>

#include "base/tls.h"

struct cd_tls_context {
	atomic_uint references; /* the loops of a session share one context */
	SSL_CTX *ssl;
	BIO_METHOD *wire; /* reads what was fed, writes to the engine's buffer */
	enum coodie_tls_verify verify;
	bool is_server;
	char *server_name; /* overrides the contact point; or NULL */
};

/* A server's, of a certificate made in memory; both are still the caller's. Asks clients for none. */
struct cd_tls_context *cd_tls_context_new_server_of(X509 *certificate, EVP_PKEY *key,
						    coodie_error *err);

#endif
