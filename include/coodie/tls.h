/* SPDX-License-Identifier: MIT */
/**
 * @file tls.h
 * TLS options of a session: which authorities are trusted, who we are, and what is verified.
 *
 * The defaults are the safe ones: TLS 1.2 or 1.3, the peer's chain and its name (or address)
 * verified. Without a trusted authority of its own the system's are used. Not thread-safe; owned by
 * the caller until coodie_options_set_tls() copies it.
 */
#ifndef COODIE_TLS_H
#define COODIE_TLS_H

#include <coodie/error.h>

COODIE_BEGIN

typedef struct coodie_tls coodie_tls;

/** A TLS version limit. */
enum coodie_tls_version { COODIE_TLS_1_2 = 12, COODIE_TLS_1_3 = 13 };

/** What is checked of the peer; a session connects to nobody that fails. */
enum coodie_tls_verify {
	COODIE_TLS_VERIFY_FULL = 0, /**< chain and name (default) */
	COODIE_TLS_VERIFY_CHAIN,    /**< chain only: any name */
	COODIE_TLS_VERIFY_NONE      /**< nothing: encrypts, but anyone can be at the other end */
};

/** @return options with the defaults above, freed with coodie_tls_free(); NULL when out of memory
 */
COODIE_API coodie_tls *coodie_tls_new(coodie_error *err);
/** Frees options; NULL is fine. */
COODIE_API void coodie_tls_free(coodie_tls *tls);

/** Trusts the authorities in a PEM file or directory instead of the system's. Read at once. */
COODIE_API bool coodie_tls_add_ca_file(coodie_tls *tls, const char *path, coodie_error *err);
/** Trusts the authorities in PEM text. */
COODIE_API bool coodie_tls_add_ca_pem(coodie_tls *tls, const char *pem, size_t len,
				      coodie_error *err);
/**
 * Presents a client certificate (PEM, leaf first, then its chain).
 * @param key_path    the private key's PEM file
 * @param passphrase  of the key; NULL for none; not kept
 */
COODIE_API bool coodie_tls_set_certificate_file(coodie_tls *tls, const char *cert_path,
						const char *key_path, const char *passphrase,
						coodie_error *err);
/** Sets what is verified. */
COODIE_API void coodie_tls_set_verify(coodie_tls *tls, enum coodie_tls_verify verify);
/**
 * Sets the name sent as SNI and looked for in the peer's certificate, where it is not the contact
 * point itself.
 * @return false only when out of memory or when the name is longer than 255 bytes
 */
COODIE_API bool coodie_tls_set_server_name(coodie_tls *tls, const char *name, coodie_error *err);
/** Sets the lowest and highest version; highest < lowest is refused. */
COODIE_API bool coodie_tls_set_versions(coodie_tls *tls, enum coodie_tls_version lowest,
					enum coodie_tls_version highest, coodie_error *err);

COODIE_END

#endif
