/* SPDX-License-Identifier: MIT */
/* OpenSSL, loaded when it is first needed: who has no TLS does not pay for it. The rest of the
 * library includes this header in place of OpenSSL's own, calls cd_openssl_load() before the first
 * call, and writes those as ever. */
#ifndef BASE_OPENSSL_H
#define BASE_OPENSSL_H

#include <stdbool.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <coodie/error.h>

/* Finds OpenSSL, once in a process. Any thread. */
bool cd_openssl_load(coodie_error *err);
/* Whether an object with these methods is of the OpenSSL that was found: a program may have brought
 * another one. */
bool cd_openssl_owns(const SSL_METHOD *method);

#ifdef CD_OPENSSL_LIBRARY /* configure: it is not linked */
/* Its functions, by their own names with `call_` before them. */
struct cd_openssl {
/* clang-format off: rows are two lines */
#define CALL(name) __typeof__(name) *call_##name;
#include "base/openssl.def"
#undef CALL
	/* clang-format on */
};

/* Filled by cd_openssl_load(), and not written to after it. */
extern struct cd_openssl cd_openssl;

/* For tests: another table, from a library of that name. */
bool cd_openssl_fill(struct cd_openssl *table, const char *library, coodie_error *err);
#endif

#endif
