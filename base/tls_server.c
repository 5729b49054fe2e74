/* SPDX-License-Identifier: MIT */
/* The servers' side, for the node and for tests. */

#include "base/error.h"
#include "base/openssl.h"
#include "base/tls_context.h"

static bool set_files(struct cd_tls_state *s, const char *cert_path, const char *key_path,
		      const char *ca_path, coodie_error *err)
{
	if (SSL_CTX_use_certificate_chain_file(s->ssl, cert_path) != 1)
		return cd_tls_fail_openssl(err, "cannot use the server certificate");
	if (SSL_CTX_use_PrivateKey_file(s->ssl, key_path, SSL_FILETYPE_PEM) != 1)
		return cd_tls_fail_openssl(err, "cannot use the server's key");
	if (!ca_path)
		return true;
	s->verify = COODIE_TLS_VERIFY_CHAIN;
	if (SSL_CTX_load_verify_locations(s->ssl, ca_path, NULL) != 1)
		return cd_tls_fail_openssl(err, "cannot read the clients' authorities");
	SSL_CTX_set_client_CA_list(s->ssl, SSL_load_client_CA_file(ca_path));
	return true;
}

static struct cd_tls_state *new_server(coodie_error *err)
{
	static const unsigned char id[] = "coodie";
	struct cd_tls_state *s = cd_tls_state_new_plain(true, err);

	if (!s)
		return NULL;
	s->verify = COODIE_TLS_VERIFY_NONE;
	SSL_CTX_set_session_id_context(s->ssl, id, sizeof id - 1);
	return s;
}

struct cd_tls_context *cd_tls_context_new_server(const char *cert_path, const char *key_path,
						 const char *ca_path, coodie_error *err)
{
	struct cd_tls_state *s = new_server(err);

	if (s && !set_files(s, cert_path, key_path, ca_path, err)) {
		cd_tls_state_free(s);
		s = NULL;
	}
	return cd_tls_context_new_of(s, err);
}

struct cd_tls_context *cd_tls_context_new_server_of(X509 *certificate, EVP_PKEY *key,
						    coodie_error *err)
{
	struct cd_tls_state *s = new_server(err);

	if (s && (SSL_CTX_use_certificate(s->ssl, certificate) != 1 ||
		  SSL_CTX_use_PrivateKey(s->ssl, key) != 1)) {
		cd_tls_fail_openssl(err, "cannot use the certificate that was made");
		cd_tls_state_free(s);
		s = NULL;
	}
	return cd_tls_context_new_of(s, err);
}
