/* SPDX-License-Identifier: MIT */
/* Certificates made in memory: authorities, those they sign, and what they revoke. A failure ends
 * the test. */
#ifndef TESTS_CERTS_H
#define TESTS_CERTS_H

#include <openssl/x509.h>

#include <stdbool.h>

struct cert {
	X509 *x;
	EVP_PKEY *key;
};

/* How one should be. */
struct cert_wish {
	const char *name;          /* its common name */
	const char *alternatives;  /* "DNS:node.test,IP:::1"; NULL: none */
	const struct cert *issuer; /* NULL: itself */
	bool is_authority;
	int days; /* it is good for, from yesterday on; 0: a year; below: it ended then */
};

struct cert cert_make(const struct cert_wish *w);
void cert_free(struct cert *c);
/* Terminated PEM text, freed with free(); the key under a passphrase unless NULL. */
char *cert_pem(const struct cert *c);
char *cert_key_pem(const struct cert *c, const char *passphrase);
/* What `issuer` has revoked: `revoked`, or nothing when NULL. */
char *cert_crl_pem(const struct cert *issuer, const struct cert *revoked, int days);
/* Puts text into a new file in the folder for temporary ones; `path` has room for 64 bytes. */
void cert_write(const char *text, char *path);

#endif
