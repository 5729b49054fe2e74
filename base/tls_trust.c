/* SPDX-License-Identifier: MIT */
/* What the options read from PEM: whom to trust, what is revoked, and who we are. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/openssl.h"
#include "base/tls_options.h"
#include "base/tls_pem.h"

typedef bool add_fn(coodie_tls *tls, const struct cd_tls_source *from, coodie_error *err);

/* All of them, or none. */
static bool add_authorities(coodie_tls *tls, const struct cd_tls_source *from, coodie_error *err)
{
	STACK_OF(X509) *read = cd_tls_read_certificates(from, err);
	STACK_OF(X509) *all = tls->authorities;
	bool ok = false;

	if (!read)
		return false;
	if ((all || (all = sk_X509_new_null())) && sk_X509_reserve(all, sk_X509_num(read)) == 1) {
		for (X509 *x; (x = sk_X509_shift(read));)
			sk_X509_push(all, x);
		tls->authorities = all;
		ok = true;
	} else {
		if (!tls->authorities)
			sk_X509_free(all);
		cd_no_memory(err, "a list of authorities");
	}
	sk_X509_pop_free(read, X509_free);
	return ok;
}

static bool add_crls(coodie_tls *tls, const struct cd_tls_source *from, coodie_error *err)
{
	STACK_OF(X509_CRL) *read = cd_tls_read_crls(from, err);
	STACK_OF(X509_CRL) *all = tls->crls;
	bool ok = false;

	if (!read)
		return false;
	if ((all || (all = sk_X509_CRL_new_null())) &&
	    sk_X509_CRL_reserve(all, sk_X509_CRL_num(read)) == 1) {
		for (X509_CRL *x; (x = sk_X509_CRL_shift(read));)
			sk_X509_CRL_push(all, x);
		tls->crls = all;
		ok = true;
	} else {
		if (!tls->crls)
			sk_X509_CRL_free(all);
		cd_no_memory(err, "a list of CRLs");
	}
	sk_X509_CRL_pop_free(read, X509_CRL_free);
	return ok;
}

/* Every file of a directory that holds what is looked for; others (keys, notes) are passed over. */
static bool add_directory(coodie_tls *tls, const struct cd_tls_source *from, add_fn *add,
			  coodie_error *err)
{
	DIR *dir = opendir(from->name);
	char file[PATH_MAX];
	bool any = false;

	if (!dir)
		return cd_fail(err, COODIE_ERR_TLS, "cannot read the %s in \"%s\": %s", from->what,
			       from->name, strerror(errno));
	for (struct dirent *entry; (entry = readdir(dir));) {
		struct stat about;
		int n = snprintf(file, sizeof file, "%s/%s", from->name, entry->d_name);
		struct cd_tls_source one = { .name = file, .what = from->what };
		if (n > 0 && (size_t)n < sizeof file && stat(file, &about) == 0 &&
		    S_ISREG(about.st_mode))
			any = add(tls, &one, NULL) || any;
	}
	closedir(dir);
	if (!any)
		return cd_fail(err, COODIE_ERR_TLS, "no file in \"%s\" holds %s", from->name,
			       from->what);
	return true;
}

static bool add_path(coodie_tls *tls, const struct cd_tls_source *from, add_fn *add,
		     coodie_error *err)
{
	struct stat about;

	if (stat(from->name, &about) == 0 && S_ISDIR(about.st_mode))
		return add_directory(tls, from, add, err);
	return add(tls, from, err);
}

static bool fail_null(const char *call, const coodie_tls *tls, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_INVALID, "%s: %s is NULL", call, tls ? "the path" : "tls");
}

bool coodie_tls_add_ca_file(coodie_tls *tls, const char *path, coodie_error *err)
{
	const struct cd_tls_source from = { .name = path, .what = "authorities" };

	cd_clear(err);
	if (!tls || !path)
		return fail_null("coodie_tls_add_ca_file", tls, err);
	return add_path(tls, &from, add_authorities, err);
}

bool coodie_tls_add_crl_file(coodie_tls *tls, const char *path, coodie_error *err)
{
	const struct cd_tls_source from = { .name = path, .what = "CRLs" };

	cd_clear(err);
	if (!tls || !path)
		return fail_null("coodie_tls_add_crl_file", tls, err);
	return add_path(tls, &from, add_crls, err);
}

bool coodie_tls_add_ca_pem(coodie_tls *tls, const char *pem, size_t len, coodie_error *err)
{
	const struct cd_tls_source from = { .name = "the text of the authorities",
					    .text = pem,
					    .len = len,
					    .what = "authorities" };

	cd_clear(err);
	if (!tls || !pem)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_tls_add_ca_pem: %s is NULL",
			       tls ? "the text" : "tls");
	return add_authorities(tls, &from, err);
}

/* ---- who we are ----------------------------------------------------------------------------- */

static bool set_certificate(coodie_tls *tls, const struct cd_tls_source *cert,
			    const struct cd_tls_source *secret, const char *passphrase,
			    coodie_error *err)
{
	STACK_OF(X509) *chain = cd_tls_read_certificates(cert, err);
	EVP_PKEY *key = chain ? cd_tls_read_key(secret, passphrase, err) : NULL;

	if (key && X509_check_private_key(sk_X509_value(chain, 0), key) != 1) {
		ERR_clear_error();
		cd_fail(err, COODIE_ERR_TLS,
			"the private key \"%s\" is not that of the certificate \"%s\"",
			secret->name, cert->name);
		EVP_PKEY_free(key);
		key = NULL;
	}
	if (!key) {
		sk_X509_pop_free(chain, X509_free);
		return false;
	}
	X509_free(tls->certificate);
	sk_X509_pop_free(tls->chain, X509_free);
	EVP_PKEY_free(tls->key);
	tls->certificate = sk_X509_shift(chain);
	tls->chain = chain;
	tls->key = key;
	return true;
}

bool coodie_tls_set_certificate_file(coodie_tls *tls, const char *cert_path, const char *key_path,
				     const char *passphrase, coodie_error *err)
{
	const struct cd_tls_source cert = { .name = cert_path, .what = "certificate" };
	const struct cd_tls_source key = { .name = key_path, .what = "private key" };

	cd_clear(err);
	if (!tls || !cert_path || !key_path)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_tls_set_certificate_file: %s is NULL",
			       !tls         ? "tls"
			       : !cert_path ? "the certificate's path"
					    : "the key's path");
	return set_certificate(tls, &cert, &key, passphrase, err);
}

bool coodie_tls_set_certificate_pem(coodie_tls *tls, const char *cert, const char *key,
				    const char *passphrase, coodie_error *err)
{
	const struct cd_tls_source certificate = { .name = "the text of the certificate",
						   .text = cert,
						   .len = cert ? strlen(cert) : 0,
						   .what = "certificate" };
	const struct cd_tls_source secret = { .name = "the text of the key",
					      .text = key,
					      .len = key ? strlen(key) : 0,
					      .what = "private key" };

	cd_clear(err);
	if (!tls || !cert || !key)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_tls_set_certificate_pem: %s is NULL",
			       !tls    ? "tls"
			       : !cert ? "the certificate"
				       : "the key");
	return set_certificate(tls, &certificate, &secret, passphrase, err);
}
