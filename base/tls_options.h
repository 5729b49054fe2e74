/* SPDX-License-Identifier: MIT */
/* The fields of a user's coodie_tls, read by the context that is made from it. */
#ifndef BASE_TLS_OPTIONS_H
#define BASE_TLS_OPTIONS_H

#include <coodie/tls.h>
#include <openssl/x509.h>

struct coodie_tls {
	STACK_OF(X509) * authorities; /* NULL: the system's */
	X509 *certificate;            /* ours; NULL: none */
	STACK_OF(X509) * chain;       /* what follows it */
	EVP_PKEY *key;
	char *server_name; /* NULL: the contact point */
	enum coodie_tls_verify verify;
	enum coodie_tls_version lowest, highest;
};

#endif
