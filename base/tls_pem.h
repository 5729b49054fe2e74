/* SPDX-License-Identifier: MIT */
/* Certificates, keys and CRLs out of PEM text. Messages name where the text is from. */
#ifndef BASE_TLS_PEM_H
#define BASE_TLS_PEM_H

#include <coodie/error.h>

#include "base/openssl.h"

/* Where text is from: a file, or memory. */
struct cd_tls_source {
	const char *name; /* in messages: a path, or "the certificate's text" */
	const char *text; /* NULL: read the file `name` */
	size_t len;
	const char *what; /* "certificate": what cannot be read */
};

/* At least one; NULL: `err` says why. Freed with sk_X509_pop_free(). */
STACK_OF(X509) * cd_tls_read_certificates(const struct cd_tls_source *from, coodie_error *err);
STACK_OF(X509_CRL) * cd_tls_read_crls(const struct cd_tls_source *from, coodie_error *err);
/* `passphrase` may be NULL. */
EVP_PKEY *cd_tls_read_key(const struct cd_tls_source *from, const char *passphrase,
			  coodie_error *err);

#endif
