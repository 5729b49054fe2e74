/* SPDX-License-Identifier: MIT */
/* Makes an SSL_CTX: of a client from the user's options, of a server from files. */
#include "base/tls_context.h"

#include <openssl/err.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/tls_bio.h"
#include "base/tls_options.h"

static bool fail_openssl(coodie_error *err, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	cd_fail(err, COODIE_ERR_TLS, "%s: %s", what, reason ? reason : "out of memory, or unknown");
	ERR_clear_error();
	return false;
}

static struct cd_tls_context *new_context(bool is_server, coodie_error *err)
{
	struct cd_tls_context *c = cd_alloc_zero(NULL, sizeof *c);

	if (!c) {
		cd_no_memory(err, "a TLS context");
		return NULL;
	}
	atomic_init(&c->references, 1);
	c->is_server = is_server;
	ERR_clear_error();
	c->ssl = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
	c->wire = cd_tls_bio_method();
	if (!c->ssl || !c->wire) {
		fail_openssl(err, "cannot make a TLS context");
		cd_tls_context_free(c);
		return NULL;
	}
	SSL_CTX_set_options(c->ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_min_proto_version(c->ssl, TLS1_2_VERSION);
	/* No file-wide cache: a session belongs to one node and is kept by nobody. */
	SSL_CTX_set_session_cache_mode(c->ssl, SSL_SESS_CACHE_OFF);
	return c;
}

void cd_tls_context_ref(struct cd_tls_context *c)
{
	atomic_fetch_add_explicit(&c->references, 1, memory_order_relaxed);
}

void cd_tls_context_free(struct cd_tls_context *c)
{
	if (!c || atomic_fetch_sub_explicit(&c->references, 1, memory_order_acq_rel) != 1)
		return;
	SSL_CTX_free(c->ssl);
	BIO_meth_free(c->wire);
	cd_release(NULL, c->server_name);
	cd_release(NULL, c);
}

bool cd_tls_context_has_certificate(const struct cd_tls_context *c)
{
	return SSL_CTX_get0_certificate(c->ssl) != NULL;
}

static int openssl_version(enum coodie_tls_version v)
{
	return v == COODIE_TLS_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

/* By the paths built into OpenSSL, not SSL_CTX_set_default_verify_paths(): that one reads the
 * environment. */
static bool trust_system(SSL_CTX *ssl, coodie_error *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ssl);

	/* Either may be missing; without any authority verification fails and says so. */
	X509_STORE_load_locations(store, X509_get_default_cert_file(), NULL);
	if (!X509_STORE_load_locations(store, NULL, X509_get_default_cert_dir()))
		return fail_openssl(err, "cannot use the system's authorities");
	ERR_clear_error();
	return true;
}

static bool trust(SSL_CTX *ssl, STACK_OF(X509) * authorities, coodie_error *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ssl);

	for (int i = 0; i < sk_X509_num(authorities); i++)
		if (!X509_STORE_add_cert(store, sk_X509_value(authorities, i)))
			return fail_openssl(err, "cannot trust an authority");
	return true;
}

static bool present(SSL_CTX *ssl, const struct coodie_tls *o, coodie_error *err)
{
	if (SSL_CTX_use_certificate(ssl, o->certificate) != 1)
		return fail_openssl(err, "cannot use the client certificate");
	for (int i = 0; i < sk_X509_num(o->chain); i++)
		if (SSL_CTX_add1_chain_cert(ssl, sk_X509_value(o->chain, i)) != 1)
			return fail_openssl(err, "cannot use the client certificate's chain");
	if (SSL_CTX_use_PrivateKey(ssl, o->key) != 1)
		return fail_openssl(err, "cannot use the client certificate's key");
	return true;
}

static bool set_client(struct cd_tls_context *c, const struct coodie_tls *o, coodie_error *err)
{
	c->verify = o->verify;
	if (SSL_CTX_set_min_proto_version(c->ssl, openssl_version(o->lowest)) != 1 ||
	    SSL_CTX_set_max_proto_version(c->ssl, openssl_version(o->highest)) != 1)
		return fail_openssl(err, "cannot limit the TLS version");
	if (o->server_name &&
	    !(c->server_name = cd_strndup(NULL, o->server_name, strlen(o->server_name))))
		return cd_no_memory(err, "a server name");
	if (!(o->authorities ? trust(c->ssl, o->authorities, err) : trust_system(c->ssl, err)))
		return false;
	return !o->certificate || present(c->ssl, o, err);
}

struct cd_tls_context *cd_tls_context_new(const coodie_tls *options, coodie_error *err)
{
	struct cd_tls_context *c = new_context(false, err);

	if (c && !set_client(c, options, err)) {
		cd_tls_context_free(c);
		return NULL;
	}
	return c;
}

static bool set_server(struct cd_tls_context *c, const char *cert_path, const char *key_path,
		       const char *ca_path, coodie_error *err)
{
	static const unsigned char id[] = "coodie";

	if (SSL_CTX_use_certificate_chain_file(c->ssl, cert_path) != 1)
		return fail_openssl(err, "cannot use the server certificate");
	if (SSL_CTX_use_PrivateKey_file(c->ssl, key_path, SSL_FILETYPE_PEM) != 1)
		return fail_openssl(err, "cannot use the server's key");
	SSL_CTX_set_session_id_context(c->ssl, id, sizeof id - 1);
	c->verify = COODIE_TLS_VERIFY_NONE;
	if (!ca_path)
		return true;
	c->verify = COODIE_TLS_VERIFY_CHAIN;
	if (SSL_CTX_load_verify_locations(c->ssl, ca_path, NULL) != 1)
		return fail_openssl(err, "cannot read the clients' authorities");
	SSL_CTX_set_client_CA_list(c->ssl, SSL_load_client_CA_file(ca_path));
	return true;
}

struct cd_tls_context *cd_tls_context_new_server(const char *cert_path, const char *key_path,
						 const char *ca_path, coodie_error *err)
{
	struct cd_tls_context *c = new_context(true, err);

	if (c && !set_server(c, cert_path, key_path, ca_path, err)) {
		cd_tls_context_free(c);
		return NULL;
	}
	return c;
}

struct cd_tls_context *cd_tls_context_new_server_of(X509 *certificate, EVP_PKEY *key,
						    coodie_error *err)
{
	struct cd_tls_context *c = new_context(true, err);

	if (!c)
		return NULL;
	c->verify = COODIE_TLS_VERIFY_NONE;
	if (SSL_CTX_use_certificate(c->ssl, certificate) == 1 &&
	    SSL_CTX_use_PrivateKey(c->ssl, key) == 1)
		return c;
	fail_openssl(err, "cannot use the certificate that was made");
	cd_tls_context_free(c);
	return NULL;
}
