/* SPDX-License-Identifier: MIT */
/* Certificates by OpenSSL's own calls, with no file and no clock but today's. */
#include "tests/test.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/certs.h"

enum { DAY = 86400, YEAR_DAYS = 365 };

static EVP_PKEY *new_key(void)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	assert_true(c && EVP_PKEY_keygen_init(c) == 1 &&
		    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(c, NID_X9_62_prime256v1) == 1 &&
		    EVP_PKEY_keygen(c, &key) == 1);
	EVP_PKEY_CTX_free(c);
	return key;
}

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX c;

	X509V3_set_ctx_nodb(&c);
	X509V3_set_ctx(&c, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &c, nid, value);
	if (!e)
		fail_msg("an extension cannot be \"%s\"", value);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void set_dates(X509 *x, int days)
{
	long end = days ? days : YEAR_DAYS, begin = days < 0 ? days - 1 : -1;

	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), begin * DAY));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), end * DAY));
}

struct cert cert_make(const struct cert_wish *w)
{
	struct cert c = { .x = X509_new(), .key = new_key() };
	X509 *issuer = w->issuer ? w->issuer->x : c.x;
	X509_NAME *name = X509_get_subject_name(c.x);
	static const char authority[] = "critical,CA:TRUE", leaf[] = "CA:FALSE";
	const unsigned char *text = (const unsigned char *)w->name;
	uint64_t serial = 1; /* the name's bytes, so that each has its own */

	for (const char *at = w->name; *at; at++)
		serial = serial * 31 + (unsigned char)*at;
	assert_int_equal(X509_set_version(c.x, 2), 1);
	assert_int_equal(ASN1_INTEGER_set_uint64(X509_get_serialNumber(c.x), serial >> 1), 1);
	set_dates(c.x, w->days);
	assert_int_equal(X509_set_pubkey(c.x, c.key), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(c.x, X509_get_subject_name(issuer)), 1);
	extend(c.x, issuer, NID_basic_constraints, w->is_authority ? authority : leaf);
	if (w->is_authority)
		extend(c.x, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
	extend(c.x, issuer, NID_subject_key_identifier, "hash");
	if (w->issuer)
		extend(c.x, issuer, NID_authority_key_identifier, "keyid");
	if (w->alternatives)
		extend(c.x, issuer, NID_subject_alt_name, w->alternatives);
	assert_true(X509_sign(c.x, w->issuer ? w->issuer->key : c.key, EVP_sha256()) > 0);
	return c;
}

void cert_free(struct cert *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
	*c = (struct cert){ 0 };
}

static char *text_of(BIO *memory)
{
	char *data, *text;
	long len = BIO_get_mem_data(memory, &data);

	text = malloc((size_t)len + 1);
	assert_non_null(text);
	memcpy(text, data, (size_t)len);
	text[len] = '\0';
	BIO_free(memory);
	return text;
}

char *cert_pem(const struct cert *c)
{
	BIO *memory = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_X509(memory, c->x), 1);
	return text_of(memory);
}

char *cert_key_pem(const struct cert *c, const char *passphrase)
{
	BIO *memory = BIO_new(BIO_s_mem());
	int len = passphrase ? (int)strlen(passphrase) : 0;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(memory, c->key,
						       passphrase ? EVP_aes_256_cbc() : NULL,
						       passphrase, len, NULL, NULL),
			 1);
	return text_of(memory);
}

char *cert_crl_pem(const struct cert *issuer, const struct cert *revoked, int days)
{
	BIO *memory = BIO_new(BIO_s_mem());
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = X509_gmtime_adj(NULL, (days < 0 ? days - 1 : -1) * (long)DAY);
	ASN1_TIME *to = X509_gmtime_adj(NULL, days * (long)DAY);

	assert_true(crl && from && to && X509_CRL_set_version(crl, 1) == 1);
	assert_int_equal(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x)), 1);
	assert_int_equal(X509_CRL_set1_lastUpdate(crl, from), 1);
	assert_int_equal(X509_CRL_set1_nextUpdate(crl, to), 1);
	if (revoked) {
		X509_REVOKED *r = X509_REVOKED_new();
		assert_int_equal(
			X509_REVOKED_set_serialNumber(r, X509_get_serialNumber(revoked->x)), 1);
		assert_int_equal(X509_REVOKED_set_revocationDate(r, from), 1);
		assert_int_equal(X509_CRL_add0_revoked(crl, r), 1);
	}
	assert_true(X509_CRL_sign(crl, issuer->key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509_CRL(memory, crl), 1);
	X509_CRL_free(crl);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return text_of(memory);
}

void cert_write(const char *text, char *path)
{
	const char *folder = getenv("TMPDIR");

	snprintf(path, 64, "%.40s/coodie-XXXXXX", folder ? folder : "/tmp");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}
