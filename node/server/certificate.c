/* SPDX-License-Identifier: MIT */
/* Keys and certificates made in memory, for as long as a box lives. */
#include "node/server/certificate.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/entropy.h"
#include "base/error.h"
#include "base/openssl.h"
#include "base/tls_context.h"

enum { VALID_SECONDS = 60 * 60 * 24 * 365, EARLIER_SECONDS = 60 * 60 * 24 };

static EVP_PKEY *new_key(void)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	if (c && EVP_PKEY_keygen_init(c) == 1 &&
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(c, NID_X9_62_prime256v1) == 1)
		EVP_PKEY_keygen(c, &key);
	EVP_PKEY_CTX_free(c);
	return key;
}

static bool add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX c;
	X509_EXTENSION *e;
	bool ok;

	X509V3_set_ctx_nodb(&c);
	X509V3_set_ctx(&c, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &c, nid, value);
	ok = e && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

static bool set_serial(X509 *x)
{
	uint8_t bytes[8];
	uint64_t serial;

	if (!cd_entropy(bytes, sizeof bytes))
		return false;
	memcpy(&serial, bytes, sizeof serial);
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1 | 1) == 1;
}

/* Unsigned, with everything a certificate has. */
static X509 *new_certificate(EVP_PKEY *key, const char *name)
{
	X509 *x = X509_new();
	X509_NAME *subject = x ? X509_get_subject_name(x) : NULL;

	if (subject && X509_set_version(x, 2) == 1 && set_serial(x) &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -EARLIER_SECONDS) &&
	    X509_gmtime_adj(X509_getm_notAfter(x), VALID_SECONDS) && X509_set_pubkey(x, key) == 1 &&
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
				       -1, 0) == 1)
		return x;
	X509_free(x);
	return NULL;
}

static X509 *new_authority(EVP_PKEY *key)
{
	X509 *x = new_certificate(key, "coodie node's throw-away authority");

	if (x && X509_set_issuer_name(x, X509_get_subject_name(x)) == 1 &&
	    add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE") &&
	    add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    add_extension(x, x, NID_subject_key_identifier, "hash") &&
	    X509_sign(x, key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

static X509 *new_leaf(EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key, const char *names)
{
	X509 *x = new_certificate(key, "coodie node");

	if (x && X509_set_issuer_name(x, X509_get_subject_name(authority)) == 1 &&
	    add_extension(x, authority, NID_basic_constraints, "CA:FALSE") &&
	    add_extension(x, authority, NID_ext_key_usage, "serverAuth") &&
	    add_extension(x, authority, NID_authority_key_identifier, "keyid") &&
	    add_extension(x, authority, NID_subject_alt_name, names) &&
	    X509_sign(x, authority_key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

/* "DNS:localhost,IP:127.0.0.1,..." */
static char *alternative_names(const char *const *hosts, uint32_t count, const coodie_allocator *a)
{
	static const char first[] = "DNS:localhost", each[] = ",IP:";
	size_t size = sizeof first, at;
	char *names;

	for (uint32_t i = 0; i < count; i++)
		size += sizeof each + strlen(hosts[i]);
	if (!(names = cd_alloc(a, size)))
		return NULL;
	at = (size_t)snprintf(names, size, "%s", first);
	for (uint32_t i = 0; i < count; i++)
		at += (size_t)snprintf(names + at, size - at, "%s%s", each, hosts[i]);
	return names;
}

static char *pem_of(X509 *x, const coodie_allocator *a)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *text = NULL, *data;

	if (memory && PEM_write_bio_X509(memory, x) == 1) {
		long len = BIO_get_mem_data(memory, &data);
		text = cd_strndup(a, data, (size_t)len);
	}
	BIO_free(memory);
	return text;
}

static struct cd_tls_context *make(const char *const *hosts, uint32_t count,
				   const coodie_allocator *a, char **ca_pem, coodie_error *err)
{
	EVP_PKEY *authority_key = new_key(), *key = new_key();
	X509 *authority = authority_key ? new_authority(authority_key) : NULL;
	char *names = alternative_names(hosts, count, a), *pem = NULL;
	X509 *leaf = authority && key && names ? new_leaf(key, authority, authority_key, names)
					       : NULL;
	struct cd_tls_context *c = NULL;

	if (!leaf || !(pem = pem_of(authority, a)))
		cd_fail(err, COODIE_ERR_TLS, "no certificate could be made: %s",
			names ? "OpenSSL refuses, or is out of memory" : "out of memory");
	else
		c = cd_tls_context_new_server_of(leaf, key, err);
	ERR_clear_error();
	if (c)
		*ca_pem = pem;
	else
		cd_release(a, pem);
	cd_release(a, names);
	X509_free(leaf);
	X509_free(authority);
	EVP_PKEY_free(authority_key);
	EVP_PKEY_free(key);
	return c;
}

struct cd_tls_context *nd_certificate_new(const char *const *hosts, uint32_t count,
					  const coodie_allocator *a, char **ca_pem,
					  coodie_error *err)
{
	return cd_openssl_load(err) ? make(hosts, count, a, ca_pem, err) : NULL;
}
