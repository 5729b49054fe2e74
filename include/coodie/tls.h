/* SPDX-License-Identifier: MIT */
/**
 * @file tls.h
 * TLS options of a session: which authorities are trusted, who we are, and what is verified. Serves
 * T1 to T11. docs/tls.md has recipes and what each failure means.
 *
 * The defaults are the safe ones: TLS 1.2 or 1.3, the peer's chain and its name (or address)
 * verified. Without a trusted authority of its own the system's are used. Files are read when they
 * are named, not later; the environment is never asked. Not thread-safe; owned by the caller until
 * coodie_options_set_tls() copies it, which also refuses what contradicts itself
 * (COODIE_ERR_INVALID): authorities or CRLs while nothing is verified, ciphers of a version that is
 * not used, settings beside an SSL_CTX that has its own.
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

/** What makes a chain. */
enum coodie_tls_chain {
	COODIE_TLS_CHAIN_ROOT =
		0, /**< it ends at a trusted authority that signed itself (default) */
	COODIE_TLS_CHAIN_PARTIAL, /**< a trusted intermediate authority may be its end as well */
	COODIE_TLS_CHAIN_STRICT /**< as ROOT, and every certificate obeys RFC 5280 to the letter */
};

/** Loads OpenSSL into the process if nobody has. @return options with the defaults above, freed with
 * coodie_tls_free(); NULL when out of memory, or when OpenSSL is missing (COODIE_ERR_TLS) */
COODIE_API coodie_tls *coodie_tls_new(coodie_error *err);
/** Frees options; NULL is fine. */
COODIE_API void coodie_tls_free(coodie_tls *tls);

/** Trusts the authorities in a PEM file or directory instead of the system's. Read at once. */
COODIE_API bool coodie_tls_add_ca_file(coodie_tls *tls, const char *path, coodie_error *err);
/** Trusts the authorities in PEM text. */
COODIE_API bool coodie_tls_add_ca_pem(coodie_tls *tls, const char *pem, size_t len,
				      coodie_error *err);
/**
 * Refuses what the CRLs in a PEM file or directory revoke (T9). From the first one on, the peer's
 * own certificate must be covered by a CRL of its issuer that has not run out; authorities above it
 * are looked up where there is a CRL for them.
 */
COODIE_API bool coodie_tls_add_crl_file(coodie_tls *tls, const char *path, coodie_error *err);
/**
 * Presents a client certificate (PEM, leaf first, then its chain).
 * @param key_path    the private key's PEM file
 * @param passphrase  of the key; NULL for none; not kept
 */
COODIE_API bool coodie_tls_set_certificate_file(coodie_tls *tls, const char *cert_path,
						const char *key_path, const char *passphrase,
						coodie_error *err);
/** The same from memory: `cert` and `key` are terminated PEM text, neither kept. */
COODIE_API bool coodie_tls_set_certificate_pem(coodie_tls *tls, const char *cert, const char *key,
					       const char *passphrase, coodie_error *err);
/** Sets what is verified. */
COODIE_API void coodie_tls_set_verify(coodie_tls *tls, enum coodie_tls_verify verify);
/** Sets what makes a chain. @return false with COODIE_ERR_INVALID when it is none of the enum */
COODIE_API bool coodie_tls_set_chain(coodie_tls *tls, enum coodie_tls_chain chain,
				     coodie_error *err);
/**
 * Sets the name sent as SNI and looked for in the peer's certificate, where it is not the contact
 * point itself, or the address of a node that was found by itself. An address is looked for among
 * the certificate's addresses and is not sent. NULL takes it away.
 * @return false only when out of memory or when the name is longer than 255 bytes
 */
COODIE_API bool coodie_tls_set_server_name(coodie_tls *tls, const char *name, coodie_error *err);
/** Sets the lowest and highest version; highest < lowest is refused. */
COODIE_API bool coodie_tls_set_versions(coodie_tls *tls, enum coodie_tls_version lowest,
					enum coodie_tls_version highest, coodie_error *err);
/**
 * Sets the ciphers, in OpenSSL's words.
 * @param ciphers  of TLS 1.2, "ECDHE-ECDSA-AES256-GCM-SHA384:..."; NULL for OpenSSL's choice
 * @param suites   of TLS 1.3, "TLS_AES_256_GCM_SHA384:..."; NULL likewise
 * @return false with COODIE_ERR_TLS when none of a list is known
 */
COODIE_API bool coodie_tls_set_ciphers(coodie_tls *tls, const char *ciphers, const char *suites,
				       coodie_error *err);
/**
 * How many session tickets are kept per node (T7, T8), so that the connections to its shards resume
 * where they would shake hands in full. Those of TLS 1.3 are used once each; TLS 1.2 needs but one.
 * @param per_node  default 32; 0: none; at most 1024
 */
COODIE_API bool coodie_tls_set_tickets(coodie_tls *tls, uint32_t per_node, coodie_error *err);

/** A line of the key log (NSS's format, without a newline). Whoever has it reads the traffic. */
typedef void coodie_tls_key_log_fn(const char *line, void *user);
/** Gives the secrets of each connection to `fn`, on the thread of its loop; NULL takes it away. */
COODIE_API void coodie_tls_set_key_log(coodie_tls *tls, coodie_tls_key_log_fn *fn, void *user);
/** Appends them to a file, for wireshark; made with mode 0600. Opened by coodie_options_set_tls().
 * NULL takes it away. */
COODIE_API bool coodie_tls_set_key_log_file(coodie_tls *tls, const char *path, coodie_error *err);

struct ssl_ctx_st;

/**
 * Uses an SSL_CTX of the caller's (T11), with its authorities, certificate, versions, ciphers and
 * callbacks; what would set those here is refused by coodie_options_set_tls(). coodie adds SNI, the
 * check of the name (COODIE_TLS_VERIFY_FULL), resumption and TLS without renegotiation, each to its
 * own connections alone. A context with SSL_VERIFY_NONE needs COODIE_TLS_VERIFY_NONE; one of another
 * OpenSSL than was loaded is COODIE_ERR_INVALID.
 * @param context  a reference is taken; NULL gives it back. Must not be changed while it is in use
 */
COODIE_API bool coodie_tls_set_context(coodie_tls *tls, struct ssl_ctx_st *context,
				       coodie_error *err);

COODIE_END

#endif
