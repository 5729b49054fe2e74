/* SPDX-License-Identifier: MIT */
/* The user's TLS options: files are read and checked at once, so that what is wrong is said
 * where it was asked for. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/tls_options.h"

#define LONGEST_SERVER_NAME 255

coodie_tls *coodie_tls_new(coodie_error *err)
{
	cd_clear(err);
	coodie_tls *tls = cd_alloc_zero(NULL, sizeof *tls);
	if (!tls) {
		cd_no_memory(err, "TLS options");
		return NULL;
	}
	tls->lowest = COODIE_TLS_1_2;
	tls->highest = COODIE_TLS_1_3;
	return tls;
}

void coodie_tls_free(coodie_tls *tls)
{
	if (!tls)
		return;
	sk_X509_pop_free(tls->authorities, X509_free);
	sk_X509_pop_free(tls->chain, X509_free);
	X509_free(tls->certificate);
	EVP_PKEY_free(tls->key);
	cd_release(NULL, tls->server_name);
	cd_release(NULL, tls);
}

/* What OpenSSL's question for a passphrase is answered with. */
struct answer {
	const char *passphrase; /* NULL: none was given */
	bool asked;
};

/* Without a callback of ours OpenSSL would ask on the terminal. */
static int give_passphrase(char *out, int size, int writing, void *user)
{
	struct answer *answer = user;
	size_t len = answer->passphrase ? strlen(answer->passphrase) : 0;

	(void)writing;
	answer->asked = true;
	if (!answer->passphrase || len > (size_t)size)
		return -1;
	memcpy(out, answer->passphrase, len);
	return (int)len;
}

/* The library's own reason for its last error, or `otherwise`; empties the thread's queue. */
static const char *take_reason(const char *otherwise)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return reason ? reason : otherwise;
}

/* Reads certificates to the end of `in`. False: one is broken, or out of memory; the stack keeps
 * those before it. */
static bool read_certificates(BIO *in, STACK_OF(X509) * out)
{
	struct answer none = { 0 };

	ERR_clear_error();
	for (X509 *x; (x = PEM_read_bio_X509_AUX(in, NULL, give_passphrase, &none));) {
		if (!sk_X509_push(out, x)) {
			X509_free(x);
			return false;
		}
	}
	unsigned long code = ERR_peek_last_error();
	if (ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE)
		return false;
	ERR_clear_error();
	return true;
}

/* Moves all of `from` to the options' authorities. */
static bool take_authorities(coodie_tls *tls, STACK_OF(X509) * from, coodie_error *err)
{
	if (!tls->authorities && !(tls->authorities = sk_X509_new_null()))
		return cd_no_memory(err, "a list of authorities");
	for (X509 *x; (x = sk_X509_shift(from));) {
		if (!sk_X509_push(tls->authorities, x)) {
			X509_free(x);
			return cd_no_memory(err, "a list of authorities");
		}
	}
	return true;
}

/* `what` names the source in messages. */
static bool add_from(coodie_tls *tls, BIO *in, const char *what, coodie_error *err)
{
	STACK_OF(X509) *read = sk_X509_new_null();
	bool ok = false;

	if (!read)
		cd_no_memory(err, "a list of authorities");
	else if (!read_certificates(in, read))
		cd_fail(err, COODIE_ERR_TLS, "%s: certificate %d is broken: %s", what,
			sk_X509_num(read) + 1, take_reason("not a certificate"));
	else if (!sk_X509_num(read))
		cd_fail(err, COODIE_ERR_TLS,
			"%s holds no certificate (-----BEGIN CERTIFICATE-----)", what);
	else
		ok = take_authorities(tls, read, err);
	sk_X509_pop_free(read, X509_free);
	return ok;
}

static BIO *open_file(const char *path, const char *what, coodie_error *err)
{
	errno = 0;
	BIO *in = BIO_new_file(path, "r");
	if (!in) {
		ERR_clear_error();
		cd_fail(err, COODIE_ERR_TLS, "cannot read the %s \"%s\": %s", what, path,
			errno ? strerror(errno) : "out of memory");
	}
	return in;
}

static bool add_file(coodie_tls *tls, const char *path, coodie_error *err)
{
	BIO *in = open_file(path, "authorities", err);
	bool ok = in && add_from(tls, in, path, err);

	BIO_free(in);
	return ok;
}

/* Every file of a directory that holds certificates; others (keys, notes) are passed over. */
static bool add_directory(coodie_tls *tls, const char *path, coodie_error *err)
{
	DIR *dir = opendir(path);
	int before = tls->authorities ? sk_X509_num(tls->authorities) : 0;
	char file[PATH_MAX];

	if (!dir)
		return cd_fail(err, COODIE_ERR_TLS, "cannot read the authorities in \"%s\": %s",
			       path, strerror(errno));
	for (struct dirent *entry; (entry = readdir(dir));) {
		struct stat about;
		int n = snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		if (n > 0 && (size_t)n < sizeof file && stat(file, &about) == 0 &&
		    S_ISREG(about.st_mode))
			add_file(tls, file, NULL);
	}
	closedir(dir);
	if ((tls->authorities ? sk_X509_num(tls->authorities) : 0) == before)
		return cd_fail(err, COODIE_ERR_TLS, "no file in \"%s\" holds a certificate", path);
	return true;
}

bool coodie_tls_add_ca_file(coodie_tls *tls, const char *path, coodie_error *err)
{
	struct stat about;

	cd_clear(err);
	if (!tls || !path)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_tls_add_ca_file: %s is NULL",
			       tls ? "the path" : "tls");
	if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
		return add_directory(tls, path, err);
	return add_file(tls, path, err);
}

bool coodie_tls_add_ca_pem(coodie_tls *tls, const char *pem, size_t len, coodie_error *err)
{
	cd_clear(err);
	if (!tls || !pem || len > INT_MAX)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_tls_add_ca_pem: %s",
			       !tls   ? "tls is NULL"
			       : !pem ? "the text is NULL"
				      : "the text is too long");
	BIO *in = BIO_new_mem_buf(pem, (int)len);
	if (!in)
		return cd_no_memory(err, "a list of authorities");
	bool ok = add_from(tls, in, "the text of the authorities", err);
	BIO_free(in);
	return ok;
}

static EVP_PKEY *read_key(const char *path, const char *passphrase, coodie_error *err)
{
	BIO *in = open_file(path, "private key", err);
	if (!in)
		return NULL;
	ERR_clear_error();
	struct answer answer = { .passphrase = passphrase };
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, give_passphrase, &answer);
	BIO_free(in);
	if (!key && !answer.asked)
		cd_fail(err, COODIE_ERR_TLS,
			"\"%s\" holds no private key in PEM, or a broken one: %s", path,
			take_reason("unknown"));
	else if (!key && !passphrase)
		cd_fail(err, COODIE_ERR_TLS,
			"the private key \"%s\" is encrypted and no passphrase was given", path);
	else if (!key)
		cd_fail(err, COODIE_ERR_TLS, "wrong passphrase for the private key \"%s\" (%s)",
			path, take_reason("unknown"));
	ERR_clear_error();
	return key;
}

/* The leaf and what follows it; both NULL when it fails. */
static bool read_chain(const char *path, X509 **leaf, STACK_OF(X509) * *chain, coodie_error *err)
{
	BIO *in = open_file(path, "certificate", err);
	STACK_OF(X509) *read = in ? sk_X509_new_null() : NULL;

	if (!in)
		return false;
	if (!read)
		cd_no_memory(err, "a certificate chain");
	else if (!read_certificates(in, read))
		cd_fail(err, COODIE_ERR_TLS, "\"%s\": certificate %d is broken: %s", path,
			sk_X509_num(read) + 1, take_reason("not a certificate"));
	else if (!(*leaf = sk_X509_shift(read)))
		cd_fail(err, COODIE_ERR_TLS, "\"%s\" holds no certificate in PEM", path);
	BIO_free(in);
	if (!*leaf) {
		sk_X509_pop_free(read, X509_free);
		return false;
	}
	*chain = read;
	return true;
}

bool coodie_tls_set_certificate_file(coodie_tls *tls, const char *cert_path, const char *key_path,
				     const char *passphrase, coodie_error *err)
{
	X509 *leaf = NULL;
	STACK_OF(X509) *chain = NULL;
	EVP_PKEY *key = NULL;

	cd_clear(err);
	if (!tls || !cert_path || !key_path)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_tls_set_certificate_file: %s is NULL",
			       !tls         ? "tls"
			       : !cert_path ? "the certificate's path"
					    : "the key's path");
	if (!read_chain(cert_path, &leaf, &chain, err))
		return false;
	key = read_key(key_path, passphrase, err);
	if (key && X509_check_private_key(leaf, key) != 1) {
		ERR_clear_error();
		cd_fail(err, COODIE_ERR_TLS,
			"the private key \"%s\" is not that of the certificate \"%s\"", key_path,
			cert_path);
		EVP_PKEY_free(key);
		key = NULL;
	}
	if (!key) {
		X509_free(leaf);
		sk_X509_pop_free(chain, X509_free);
		return false;
	}
	X509_free(tls->certificate);
	sk_X509_pop_free(tls->chain, X509_free);
	EVP_PKEY_free(tls->key);
	tls->certificate = leaf;
	tls->chain = chain;
	tls->key = key;
	return true;
}

void coodie_tls_set_verify(coodie_tls *tls, enum coodie_tls_verify verify)
{
	if (tls)
		tls->verify = verify;
}

bool coodie_tls_set_server_name(coodie_tls *tls, const char *name, coodie_error *err)
{
	cd_clear(err);
	if (!tls)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_tls_set_server_name: tls is NULL");
	size_t len = name ? strlen(name) : 0;
	if (len > LONGEST_SERVER_NAME)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a server name of %zu bytes: 255 is the most", len);
	char *copy = len ? cd_strndup(NULL, name, len) : NULL;
	if (len && !copy)
		return cd_no_memory(err, "a server name");
	cd_release(NULL, tls->server_name);
	tls->server_name = copy;
	return true;
}

static bool is_version(int v)
{
	return v == COODIE_TLS_1_2 || v == COODIE_TLS_1_3;
}

bool coodie_tls_set_versions(coodie_tls *tls, enum coodie_tls_version lowest,
			     enum coodie_tls_version highest, coodie_error *err)
{
	cd_clear(err);
	if (!tls)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_tls_set_versions: tls is NULL");
	if (!is_version((int)lowest) || !is_version((int)highest))
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"TLS versions %d to %d: only COODIE_TLS_1_2 and COODIE_TLS_1_3 exist",
			(int)lowest, (int)highest);
	if (highest < lowest)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the highest TLS version is below the lowest");
	tls->lowest = lowest;
	tls->highest = highest;
	return true;
}
