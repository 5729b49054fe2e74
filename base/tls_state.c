/* SPDX-License-Identifier: MIT */
/* Makes an SSL_CTX of the user's options, or takes the user's own. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/openssl.h"
#include "base/tls_bio.h"
#include "base/tls_engine.h"
#include "base/tls_options.h"

bool cd_tls_fail_openssl(coodie_error *err, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	cd_fail(err, COODIE_ERR_TLS, "%s: %s", what, reason ? reason : "out of memory, or unknown");
	ERR_clear_error();
	return false;
}

static struct cd_tls_state *new_state(size_t tickets, coodie_error *err)
{
	struct cd_tls_state *s;

	if (!cd_openssl_load(err))
		return NULL;
	if (!(s = cd_alloc_zero(NULL, sizeof *s))) {
		cd_no_memory(err, "a TLS context");
		return NULL;
	}
	atomic_init(&s->references, 1);
	cd_tls_tickets_init(&s->tickets, tickets);
	s->key_log_fd = -1;
	ERR_clear_error();
	s->wire = cd_tls_bio_method();
	if (s->wire)
		return s;
	cd_tls_fail_openssl(err, "cannot make a TLS context");
	cd_tls_state_free(s);
	return NULL;
}

void cd_tls_state_free(struct cd_tls_state *s)
{
	if (!s || atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) != 1)
		return;
	cd_tls_tickets_deinit(&s->tickets);
	SSL_CTX_free(s->ssl);
	BIO_meth_free(s->wire);
	cd_release(NULL, s->server_name);
	if (s->key_log_fd >= 0)
		close(s->key_log_fd);
	cd_release(NULL, s);
}

static bool make_context(struct cd_tls_state *s, coodie_error *err)
{
	s->ssl = SSL_CTX_new(s->is_server ? TLS_server_method() : TLS_client_method());
	if (!s->ssl)
		return cd_tls_fail_openssl(err, "cannot make a TLS context");
	SSL_CTX_set_options(s->ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_min_proto_version(s->ssl, TLS1_2_VERSION);
	/* Not OpenSSL's cache, which knows nothing of peers: the tickets have their own. */
	SSL_CTX_set_session_cache_mode(s->ssl, SSL_SESS_CACHE_OFF);
	return true;
}

struct cd_tls_state *cd_tls_state_new_plain(bool is_server, coodie_error *err)
{
	struct cd_tls_state *s = new_state(0, err);

	if (!s)
		return NULL;
	s->is_server = is_server;
	if (make_context(s, err))
		return s;
	cd_tls_state_free(s);
	return NULL;
}

/* ---- whom to trust -------------------------------------------------------------------------- */

/* By the paths built into OpenSSL, not SSL_CTX_set_default_verify_paths(): that one reads the
 * environment. */
static bool trust_system(SSL_CTX *ssl, coodie_error *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ssl);

	/* Either may be missing; without any authority verification fails and says so. */
	X509_STORE_load_locations(store, X509_get_default_cert_file(), NULL);
	if (!X509_STORE_load_locations(store, NULL, X509_get_default_cert_dir()))
		return cd_tls_fail_openssl(err, "cannot use the system's authorities");
	ERR_clear_error();
	return true;
}

static bool trust(SSL_CTX *ssl, STACK_OF(X509) * authorities, coodie_error *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ssl);

	for (int i = 0; i < sk_X509_num(authorities); i++)
		if (!X509_STORE_add_cert(store, sk_X509_value(authorities, i)))
			return cd_tls_fail_openssl(err, "cannot trust an authority");
	return true;
}

/* From the leaf to the root, as far as there are CRLs: on_verify() in tls.c lets an authority
 * without one pass. */
static bool use_crls(SSL_CTX *ssl, STACK_OF(X509_CRL) * crls, coodie_error *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ssl);

	for (int i = 0; i < sk_X509_CRL_num(crls); i++)
		if (!X509_STORE_add_crl(store, sk_X509_CRL_value(crls, i)))
			return cd_tls_fail_openssl(err, "cannot use a CRL");
	X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	return true;
}

static bool set_trust(SSL_CTX *ssl, const struct coodie_tls *o, coodie_error *err)
{
	static const unsigned long flags[] = {
		[COODIE_TLS_CHAIN_ROOT] = 0,
		[COODIE_TLS_CHAIN_PARTIAL] = X509_V_FLAG_PARTIAL_CHAIN,
		[COODIE_TLS_CHAIN_STRICT] = X509_V_FLAG_X509_STRICT,
	};

	if (flags[o->build])
		X509_STORE_set_flags(SSL_CTX_get_cert_store(ssl), flags[o->build]);
	if (!(o->authorities ? trust(ssl, o->authorities, err) : trust_system(ssl, err)))
		return false;
	return !o->crls || use_crls(ssl, o->crls, err);
}

/* ---- who we are, and how -------------------------------------------------------------------- */

static bool present(SSL_CTX *ssl, const struct coodie_tls *o, coodie_error *err)
{
	if (SSL_CTX_use_certificate(ssl, o->certificate) != 1)
		return cd_tls_fail_openssl(err, "cannot use the client certificate");
	for (int i = 0; i < sk_X509_num(o->chain); i++)
		if (SSL_CTX_add1_chain_cert(ssl, sk_X509_value(o->chain, i)) != 1)
			return cd_tls_fail_openssl(err,
						   "cannot use the client certificate's chain");
	if (SSL_CTX_use_PrivateKey(ssl, o->key) != 1)
		return cd_tls_fail_openssl(err, "cannot use the client certificate's key");
	return true;
}

static int openssl_version(enum coodie_tls_version v)
{
	return v == COODIE_TLS_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

static bool limit(SSL_CTX *ssl, const struct coodie_tls *o, coodie_error *err)
{
	if (SSL_CTX_set_min_proto_version(ssl, openssl_version(o->lowest)) != 1 ||
	    SSL_CTX_set_max_proto_version(ssl, openssl_version(o->highest)) != 1)
		return cd_tls_fail_openssl(err, "cannot limit the TLS version");
	if (o->ciphers && SSL_CTX_set_cipher_list(ssl, o->ciphers) != 1)
		return cd_tls_fail_openssl(err, "cannot set the TLS ciphers");
	if (o->suites && SSL_CTX_set_ciphersuites(ssl, o->suites) != 1)
		return cd_tls_fail_openssl(err, "cannot set the TLS suites");
	return true;
}

/* ---- the key log ---------------------------------------------------------------------------- */

/* A line in one write(), so that those of other loops, or programs, do not get into it. */
static void append_line(int fd, const char *line)
{
	char text[512];
	size_t len = strlen(line);

	if (len >= sizeof text)
		return; /* none is that long */
	memcpy(text, line, len);
	text[len++] = '\n';
	while (write(fd, text, len) < 0 && errno == EINTR)
		;
}

static void on_key(const SSL *ssl, const char *line)
{
	const struct cd_tls *t = SSL_get_app_data(ssl);

	if (t->state->key_log)
		t->state->key_log(line, t->state->key_log_user);
	if (t->state->key_log_fd >= 0)
		append_line(t->state->key_log_fd, line);
}

static bool log_keys(struct cd_tls_state *s, const struct coodie_tls *o, coodie_error *err)
{
	s->key_log = o->key_log;
	s->key_log_user = o->key_log_user;
	if (o->key_log_path) {
		s->key_log_fd = open(o->key_log_path,
				     O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
		if (s->key_log_fd < 0)
			return cd_fail(err, COODIE_ERR_TLS, "cannot open the key log \"%s\": %s",
				       o->key_log_path, strerror(errno));
	}
	if (o->key_log || o->key_log_path)
		SSL_CTX_set_keylog_callback(s->ssl, on_key);
	return true;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static bool take_callers(struct cd_tls_state *s, const struct coodie_tls *o, coodie_error *err)
{
	if (SSL_CTX_up_ref(o->context) != 1)
		return cd_tls_fail_openssl(err, "cannot use the SSL_CTX");
	s->ssl = o->context;
	s->is_callers = true;
	return true;
}

static bool set_client(struct cd_tls_state *s, const struct coodie_tls *o, coodie_error *err)
{
	s->verify = o->verify;
	if (o->server_name &&
	    !(s->server_name = cd_strndup(NULL, o->server_name, strlen(o->server_name))))
		return cd_no_memory(err, "a server name");
	if (o->context)
		return take_callers(s, o, err);
	return make_context(s, err) && limit(s->ssl, o, err) && set_trust(s->ssl, o, err) &&
	       log_keys(s, o, err) && (!o->certificate || present(s->ssl, o, err));
}

struct cd_tls_state *cd_tls_state_new(const coodie_tls *options, coodie_error *err)
{
	struct cd_tls_state *s = new_state(options->tickets, err);

	if (!s || set_client(s, options, err))
		return s;
	cd_tls_state_free(s);
	return NULL;
}
