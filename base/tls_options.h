/* SPDX-License-Identifier: MIT */
/* The fields of a user's coodie_tls, read by the context that is made from it. */
#ifndef BASE_TLS_OPTIONS_H
#define BASE_TLS_OPTIONS_H

#include <coodie/tls.h>

#include "base/openssl.h"

struct coodie_tls {
	STACK_OF(X509) * authorities; /* NULL: the system's */
	STACK_OF(X509_CRL) * crls;    /* NULL: none */
	X509 *certificate;            /* ours; NULL: none */
	STACK_OF(X509) * chain;       /* what follows it */
	EVP_PKEY *key;
	char *server_name;      /* NULL: the contact point */
	char *ciphers, *suites; /* NULL: OpenSSL's */
	char *key_log_path;
	coodie_tls_key_log_fn *key_log;
	void *key_log_user;
	SSL_CTX *context; /* the caller's; NULL: ours */
	enum coodie_tls_verify verify;
	enum coodie_tls_chain build;
	enum coodie_tls_version lowest, highest;
	bool limits_versions;
	uint32_t tickets; /* per node */
};

/* Whether the options contradict themselves. */
bool cd_tls_options_check(const struct coodie_tls *o, coodie_error *err);

#endif
