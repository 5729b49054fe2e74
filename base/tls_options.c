/* SPDX-License-Identifier: MIT */
/* The user's TLS options: files are read and checked at once, so that what is wrong is said
 * where it was asked for. What contradicts itself is found when all is said. */
#include "base/tls_options.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/openssl.h"

enum { LONGEST_SERVER_NAME = 255, LONGEST_LIST = 65535, DEFAULT_TICKETS = 32, MOST_TICKETS = 1024 };

coodie_tls *coodie_tls_new(coodie_error *err)
{
	cd_clear(err);
	if (!cd_openssl_load(err))
		return NULL;
	coodie_tls *tls = cd_alloc_zero(NULL, sizeof *tls);
	if (!tls) {
		cd_no_memory(err, "TLS options");
		return NULL;
	}
	tls->lowest = COODIE_TLS_1_2;
	tls->highest = COODIE_TLS_1_3;
	tls->tickets = DEFAULT_TICKETS;
	return tls;
}

void coodie_tls_free(coodie_tls *tls)
{
	if (!tls)
		return;
	sk_X509_pop_free(tls->authorities, X509_free);
	sk_X509_CRL_pop_free(tls->crls, X509_CRL_free);
	sk_X509_pop_free(tls->chain, X509_free);
	X509_free(tls->certificate);
	EVP_PKEY_free(tls->key);
	SSL_CTX_free(tls->context);
	cd_release(NULL, tls->server_name);
	cd_release(NULL, tls->ciphers);
	cd_release(NULL, tls->suites);
	cd_release(NULL, tls->key_log_path);
	cd_release(NULL, tls);
}

static bool fail_null(const char *call, const char *what, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_INVALID, "%s: %s is NULL", call, what);
}

/* Replaces a text by a copy; NULL and "" take it away. */
static bool set_text(char **to, const char *text, size_t most, const char *what, coodie_error *err)
{
	size_t len = text ? strlen(text) : 0;
	char *copy = NULL;

	if (len > most)
		return cd_fail(err, COODIE_ERR_INVALID, "%s of %zu bytes: %zu is the most", what,
			       len, most);
	if (len && !(copy = cd_strndup(NULL, text, len)))
		return cd_no_memory(err, what);
	cd_release(NULL, *to);
	*to = copy;
	return true;
}

void coodie_tls_set_verify(coodie_tls *tls, enum coodie_tls_verify verify)
{
	if (tls)
		tls->verify = verify;
}

bool coodie_tls_set_chain(coodie_tls *tls, enum coodie_tls_chain chain, coodie_error *err)
{
	int number = (int)chain;

	cd_clear(err);
	if (!tls)
		return fail_null("coodie_tls_set_chain", "tls", err);
	if (number < COODIE_TLS_CHAIN_ROOT || number > COODIE_TLS_CHAIN_STRICT)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a chain of kind %d: only COODIE_TLS_CHAIN_ROOT, _PARTIAL and "
			       "_STRICT exist",
			       number);
	tls->build = chain;
	return true;
}

bool coodie_tls_set_server_name(coodie_tls *tls, const char *name, coodie_error *err)
{
	cd_clear(err);
	if (!tls)
		return fail_null("coodie_tls_set_server_name", "tls", err);
	return set_text(&tls->server_name, name, LONGEST_SERVER_NAME, "a server name", err);
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
		return fail_null("coodie_tls_set_versions", "tls", err);
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
	tls->limits_versions = true;
	return true;
}

/* OpenSSL is the one who knows them: a context that is thrown away is given the lists. */
static bool check_ciphers(const char *ciphers, const char *suites, coodie_error *err)
{
	SSL_CTX *probe = SSL_CTX_new(TLS_client_method());
	bool ok = true;

	if (!probe)
		cd_no_memory(err, "a list of ciphers");
	else if (ciphers && *ciphers && SSL_CTX_set_cipher_list(probe, ciphers) != 1)
		ok = cd_fail(err, COODIE_ERR_TLS, "no TLS 1.2 cipher is known in \"%s\"", ciphers);
	else if (suites && *suites && SSL_CTX_set_ciphersuites(probe, suites) != 1)
		ok = cd_fail(err, COODIE_ERR_TLS, "a TLS 1.3 suite is not known in \"%s\"", suites);
	ERR_clear_error();
	SSL_CTX_free(probe);
	return probe && ok;
}

bool coodie_tls_set_ciphers(coodie_tls *tls, const char *ciphers, const char *suites,
			    coodie_error *err)
{
	cd_clear(err);
	if (!tls)
		return fail_null("coodie_tls_set_ciphers", "tls", err);
	char *one = NULL, *other = NULL;
	if (!check_ciphers(ciphers, suites, err) ||
	    !set_text(&one, ciphers, LONGEST_LIST, "a list of ciphers", err) ||
	    !set_text(&other, suites, LONGEST_LIST, "a list of suites", err)) {
		cd_release(NULL, one);
		return false;
	}
	cd_release(NULL, tls->ciphers);
	cd_release(NULL, tls->suites);
	tls->ciphers = one;
	tls->suites = other;
	return true;
}

bool coodie_tls_set_tickets(coodie_tls *tls, uint32_t per_node, coodie_error *err)
{
	cd_clear(err);
	if (!tls)
		return fail_null("coodie_tls_set_tickets", "tls", err);
	if (per_node > MOST_TICKETS)
		return cd_fail(err, COODIE_ERR_INVALID, "%u tickets per node: %d is the most",
			       (unsigned)per_node, MOST_TICKETS);
	tls->tickets = per_node;
	return true;
}

void coodie_tls_set_key_log(coodie_tls *tls, coodie_tls_key_log_fn *fn, void *user)
{
	if (!tls)
		return;
	tls->key_log = fn;
	tls->key_log_user = user;
}

bool coodie_tls_set_key_log_file(coodie_tls *tls, const char *path, coodie_error *err)
{
	cd_clear(err);
	if (!tls)
		return fail_null("coodie_tls_set_key_log_file", "tls", err);
	return set_text(&tls->key_log_path, path, LONGEST_LIST, "a path", err);
}

bool coodie_tls_set_context(coodie_tls *tls, struct ssl_ctx_st *context, coodie_error *err)
{
	cd_clear(err);
	if (!tls)
		return fail_null("coodie_tls_set_context", "tls", err);
	if (context) {
		const SSL_METHOD *m = SSL_CTX_get_ssl_method(context);
		if (!cd_openssl_owns(m))
			return cd_fail(err, COODIE_ERR_INVALID,
				       "the SSL_CTX is of another OpenSSL than coodie's (%s)",
				       OpenSSL_version(OPENSSL_VERSION));
		if (m == TLS_server_method() || m == DTLS_method() || m == DTLS_client_method() ||
		    m == DTLS_server_method())
			return cd_fail(err, COODIE_ERR_INVALID,
				       "the SSL_CTX is not for TLS clients: make it with "
				       "TLS_client_method()");
		if (SSL_CTX_up_ref(context) != 1)
			return cd_no_memory(err, "a TLS context");
	}
	SSL_CTX_free(tls->context);
	tls->context = context;
	return true;
}

/* ---- what does not go together -------------------------------------------------------------- */

/* Settings of a context, which a caller's own has already. */
static const char *set_beside_context(const struct coodie_tls *o)
{
	const struct {
		bool is_set;
		const char *call;
	} rows[] = {
		{ o->authorities, "coodie_tls_add_ca_file()" },
		{ o->crls, "coodie_tls_add_crl_file()" },
		{ o->certificate, "coodie_tls_set_certificate_file()" },
		{ o->build, "coodie_tls_set_chain()" },
		{ o->limits_versions, "coodie_tls_set_versions()" },
		{ o->ciphers || o->suites, "coodie_tls_set_ciphers()" },
		{ o->key_log, "coodie_tls_set_key_log()" },
		{ o->key_log_path, "coodie_tls_set_key_log_file()" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].is_set)
			return rows[i].call;
	return NULL;
}

static bool check_context(const struct coodie_tls *o, coodie_error *err)
{
	const char *beside = set_beside_context(o);

	if (beside)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "TLS: %s has no effect beside an SSL_CTX of your own: set it there",
			       beside);
	if (o->verify != COODIE_TLS_VERIFY_NONE &&
	    !(SSL_CTX_get_verify_mode(o->context) & SSL_VERIFY_PEER))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "TLS: the SSL_CTX verifies nothing (SSL_VERIFY_NONE): give it "
			       "SSL_VERIFY_PEER, or say COODIE_TLS_VERIFY_NONE");
	return true;
}

/* Trust that is never asked for was not meant. */
static bool check_trust(const struct coodie_tls *o, coodie_error *err)
{
	const char *unused = o->authorities ? "authorities are"
			     : o->crls      ? "CRLs are"
			     : o->build     ? "the kind of chain is"
					    : NULL;

	if (o->verify == COODIE_TLS_VERIFY_NONE && unused)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "TLS: %s given, and nothing is verified (COODIE_TLS_VERIFY_NONE)",
			       unused);
	return true;
}

bool cd_tls_options_check(const struct coodie_tls *o, coodie_error *err)
{
	if (o->context)
		return check_context(o, err);
	if (!check_trust(o, err))
		return false;
	if (o->ciphers && o->lowest > COODIE_TLS_1_2)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "TLS: ciphers of TLS 1.2 are given, and the lowest version is 1.3");
	if (o->suites && o->highest < COODIE_TLS_1_3)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "TLS: suites of TLS 1.3 are given, and the highest version is 1.2");
	return true;
}
