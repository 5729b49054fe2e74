/* SPDX-License-Identifier: MIT */
/* The TLS engine: one SSL over memory, driven by whoever owns the socket. */
#include "base/tls.h"

#include <arpa/inet.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/openssl.h"
#include "base/tls_engine.h"

#define LARGEST_RECORD ((size_t)16384)

/* How a name is looked for in a certificate and said to the server: without the dot that ends it in
 * DNS, and an address without its zone. */
static bool is_address(const char *host)
{
	unsigned char address[16];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static size_t bare_length(const char *host)
{
	size_t len = strlen(host);
	const char *zone = strchr(host, '%');

	if (zone && strchr(host, ':'))
		return (size_t)(zone - host);
	return len > 1 && host[len - 1] == '.' && strchr(host, ':') == NULL ? len - 1 : len;
}

/* CRLs are asked for the leaf; for an authority only where there is one. */
static bool passes_without_crl(X509_STORE_CTX *store)
{
	if (X509_STORE_CTX_get_error(store) != X509_V_ERR_UNABLE_TO_GET_CRL ||
	    X509_STORE_CTX_get_error_depth(store) == 0)
		return false;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return true;
}

/* Remembers what is wrong with which certificate: OpenSSL forgets it when the handshake fails. */
static int on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct cd_tls *t = SSL_get_app_data(ssl);
	X509 *current = X509_STORE_CTX_get_current_cert(store);

	if (ok || t->refused_code)
		return ok;
	if (passes_without_crl(store))
		return 1;
	t->refused_code = X509_STORE_CTX_get_error(store);
	if (current && X509_up_ref(current))
		t->refused = current;
	return ok;
}

static int on_certificate_asked(SSL *ssl, void *user)
{
	struct cd_tls *t = user;

	(void)ssl;
	t->asked = true;
	return 1;
}

/* Whom the certificate must name, and the SNI. */
static bool set_host(struct cd_tls *t, const char *host, coodie_error *err)
{
	const char *name = t->state->server_name ? t->state->server_name : host;
	bool full = t->state->verify == COODIE_TLS_VERIFY_FULL;

	if (!name || !*name)
		return !full || cd_fail(err, COODIE_ERR_INVALID, "TLS: no host name to verify");
	if (!(t->host = cd_strndup(t->allocator, name, bare_length(name))))
		return cd_no_memory(err, "a TLS connection");
	name = t->host;

	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
	bool address = is_address(name), ok = true;
	if (!address)
		ok = SSL_set_tlsext_host_name(t->ssl, name) == 1;
	if (full && address)
		ok = X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1;
	else if (full)
		ok = ok && X509_VERIFY_PARAM_set1_host(param, name, 0) == 1;
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return ok ||
	       cd_fail(err, COODIE_ERR_TLS, "TLS: \"%s\" cannot be verified as a host name", name);
}

/* Of a caller's SSL_CTX the callbacks and the mode of verification stay. */
static void set_callbacks(struct cd_tls *t)
{
	if (t->state->is_callers) {
		SSL_set_options(t->ssl, SSL_OP_NO_RENEGOTIATION);
		return;
	}
	if (t->state->verify != COODIE_TLS_VERIFY_NONE)
		SSL_set_verify(t->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
			       on_verify);
	if (!t->state->is_server)
		SSL_set_cert_cb(t->ssl, on_certificate_asked, t);
}

static bool make_ssl(struct cd_tls *t, const char *host, coodie_error *err)
{
	struct cd_tls_state *s = t->state;
	BIO *wire = NULL;

	ERR_clear_error();
	if (!(t->ssl = SSL_new(s->ssl)) || !(wire = BIO_new(s->wire)))
		return cd_no_memory(err, "a TLS connection");
	BIO_set_data(wire, &t->wire);
	SSL_set_bio(t->ssl, wire, wire);
	SSL_set_app_data(t->ssl, t);
	set_callbacks(t);
	if (s->is_server) {
		SSL_set_accept_state(t->ssl);
		return true;
	}
	SSL_set_connect_state(t->ssl);
	return set_host(t, host, err);
}

struct cd_tls *cd_tls_new(struct cd_tls_context *c, const char *host, const coodie_allocator *a,
			  coodie_error *err)
{
	struct cd_tls *t = cd_alloc_zero(a, sizeof *t);

	if (!t) {
		cd_no_memory(err, "a TLS connection");
		return NULL;
	}
	cd_tls_context_ref(c);
	t->context = c;
	t->state = cd_tls_context_state(c);
	t->allocator = a;
	cd_buffer_init(&t->wire.out, a, 0);
	if (make_ssl(t, host, err))
		return t;
	ERR_clear_error();
	cd_tls_free(t);
	return NULL;
}

void cd_tls_free(struct cd_tls *t)
{
	if (!t)
		return;
	if (t->offered && !t->ready) /* it may be the ticket that the peer does not like */
		cd_tls_tickets_forget(&t->state->tickets, t->ticket_key);
	SSL_free(t->ssl); /* and its BIO */
	X509_free(t->refused);
	cd_tls_state_free(t->state);
	cd_tls_context_free(t->context);
	cd_buffer_deinit(&t->wire.out);
	cd_release(t->allocator, t->host);
	cd_release(t->allocator, t->ticket_key);
	cd_release(t->allocator, t);
}

/* What a call of OpenSSL that did not succeed means. */
static enum cd_tls_status after(struct cd_tls *t, int returned, coodie_error *err)
{
	if (t->wire.out.failed) {
		t->failed = true;
		cd_no_memory(err, "TLS records");
		return CD_TLS_FAILED;
	}
	switch (SSL_get_error(t->ssl, returned)) {
	case SSL_ERROR_NONE:
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return CD_TLS_OK;
	case SSL_ERROR_ZERO_RETURN:
		if (t->ready)
			return CD_TLS_CLOSED;
		t->failed = true;
		cd_tls_eof(t, err);
		return CD_TLS_FAILED;
	default:
		t->failed = true;
		cd_tls_explain(t, err);
		return CD_TLS_FAILED;
	}
}

/* ---- resumption ----------------------------------------------------------------------------- */

/* A session is as good as the certificate it began with, as long as that one is. */
static bool has_expired(const struct cd_tls *t, const SSL_SESSION *s)
{
	X509 *peer = SSL_SESSION_get0_peer((SSL_SESSION *)(uintptr_t)s);

	return t->state->verify != COODIE_TLS_VERIFY_NONE && peer &&
	       X509_cmp_current_time(X509_get0_notAfter(peer)) <= 0;
}

static void offer_ticket(struct cd_tls *t)
{
	SSL_SESSION *s = cd_tls_tickets_take(&t->state->tickets, t->ticket_key);

	ERR_clear_error();
	if (s && has_expired(t, s))
		cd_tls_tickets_forget(&t->state->tickets, t->ticket_key);
	else if (s && SSL_set_session(t->ssl, s) == 1)
		t->offered = true;
	ERR_clear_error();
	t->looked = t->offered ? s : NULL;
	SSL_SESSION_free(s); /* the SSL has its own reference */
}

bool cd_tls_set_peer(struct cd_tls *t, const char *peer, coodie_error *err)
{
	size_t host_len = t->host ? strlen(t->host) : 0, peer_len = strlen(peer);

	if (!t->state->tickets.per_peer || t->ticket_key)
		return true;
	t->ticket_key = cd_alloc(t->allocator, host_len + peer_len + 2);
	if (!t->ticket_key)
		return cd_no_memory(err, "a TLS connection");
	if (host_len)
		memcpy(t->ticket_key, t->host, host_len);
	t->ticket_key[host_len] = '\n'; /* in no host's name */
	memcpy(t->ticket_key + host_len + 1, peer, peer_len + 1);
	/* OpenSSL says after each message that comes between two records, not after the last of
	 * them: each may be a ticket. */
	SSL_clear_mode(t->ssl, SSL_MODE_AUTO_RETRY);
	offer_ticket(t);
	return true;
}

/* Keeps what the peer has given since it was last looked at. @return whether it was something */
static bool keep_ticket(struct cd_tls *t)
{
	const SSL_SESSION *now = t->ticket_key ? SSL_get0_session(t->ssl) : NULL;

	if (!now || now == t->looked || !SSL_SESSION_is_resumable(now))
		return false;
	t->looked = now;
	cd_tls_tickets_put(&t->state->tickets, t->ticket_key, now);
	ERR_clear_error();
	return true;
}

bool cd_tls_resumed(const struct cd_tls *t)
{
	return t->ready && SSL_session_reused(t->ssl);
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static enum cd_tls_status handshake(struct cd_tls *t, coodie_error *err)
{
	ERR_clear_error();
	int returned = SSL_do_handshake(t->ssl);
	if (returned != 1)
		return after(t, returned, err);
	t->ready = true;
	bool resumed = SSL_session_reused(t->ssl);
	atomic_fetch_add_explicit(resumed ? &t->context->resumed : &t->context->full, 1,
				  memory_order_relaxed);
	if (!resumed) /* what was offered is gone */
		t->looked = NULL;
	keep_ticket(t); /* TLS 1.2 has given it by now */
	return CD_TLS_OK;
}

/* SSL_read_ex(), past what is not data. */
static int read_some(struct cd_tls *t, void *at, size_t room, size_t *got)
{
	for (;;) {
		ERR_clear_error();
		int returned = SSL_read_ex(t->ssl, at, room, got);
		if (returned == 1 || SSL_get_error(t->ssl, returned) != SSL_ERROR_WANT_READ)
			return returned;
		if (!keep_ticket(t) && !cd_reader_left(&t->wire.in))
			return returned;
	}
}

/* `plain` has reached its maximum: that is an error only when there is more to come. */
static enum cd_tls_status read_past_maximum(struct cd_tls *t, struct cd_buffer *plain,
					    coodie_error *err)
{
	char more;
	size_t got = 0;

	int returned = read_some(t, &more, 1, &got);
	if (returned != 1)
		return after(t, returned, err);
	t->failed = true;
	cd_fail(err, COODIE_ERR_LIMIT, "TLS: more than %zu bytes wait to be read", plain->max);
	return CD_TLS_FAILED;
}

static enum cd_tls_status read_plaintext(struct cd_tls *t, struct cd_buffer *plain,
					 coodie_error *err)
{
	for (;;) {
		size_t room = LARGEST_RECORD, got = 0;
		if (plain->max && plain->max - plain->len < room)
			room = plain->max - plain->len;
		if (!room)
			return read_past_maximum(t, plain, err);
		if (!cd_buffer_reserve(plain, room)) {
			t->failed = true;
			cd_no_memory(err, "what TLS has decrypted");
			return CD_TLS_FAILED;
		}
		int returned = read_some(t, plain->data + plain->len, plain->cap - plain->len,
					 &got);
		if (returned != 1)
			return after(t, returned, err);
		plain->len += got;
		t->heard_data = true;
	}
}

static enum cd_tls_status refuse_failed(coodie_error *err)
{
	cd_fail(err, COODIE_ERR_TLS, "TLS: this connection has failed before");
	return CD_TLS_FAILED;
}

enum cd_tls_status cd_tls_start(struct cd_tls *t, coodie_error *err)
{
	return t->failed ? refuse_failed(err) : handshake(t, err);
}

enum cd_tls_status cd_tls_feed(struct cd_tls *t, const void *data, size_t len,
			       struct cd_buffer *plain, coodie_error *err)
{
	enum cd_tls_status status = CD_TLS_OK;

	if (t->failed)
		return refuse_failed(err);
	if (len && !t->heard) {
		t->heard = true;
		t->first_byte = *(const uint8_t *)data;
	}
	t->wire.in = cd_reader_over(data, len);
	if (!t->ready)
		status = handshake(t, err);
	if (t->ready && status == CD_TLS_OK)
		status = read_plaintext(t, plain, err);
	t->wire.in = cd_reader_over(
		NULL, 0); /* the bytes are the caller's, and all read unless it is over */
	return status;
}

bool cd_tls_ready(const struct cd_tls *t)
{
	return t->ready && !t->failed;
}

enum cd_tls_status cd_tls_write(struct cd_tls *t, const void *data, size_t len, coodie_error *err)
{
	size_t written = 0;

	if (t->failed)
		return refuse_failed(err);
	if (!t->ready) {
		cd_fail(err, COODIE_ERR_INVALID, "TLS: written before the handshake is over");
		return CD_TLS_FAILED;
	}
	if (!len)
		return CD_TLS_OK;
	ERR_clear_error();
	int returned = SSL_write_ex(t->ssl, data, len,
				    &written); /* all of it: the wire takes any amount */
	return returned == 1 ? CD_TLS_OK : after(t, returned, err);
}

bool cd_tls_drain(struct cd_tls *t, struct cd_buffer *out)
{
	cd_buffer_bytes(out, t->wire.out.data, t->wire.out.len);
	if (out->failed)
		return false;
	t->wire.out.len = 0;
	return true;
}

void cd_tls_shutdown(struct cd_tls *t)
{
	if (!cd_tls_ready(t))
		return;
	ERR_clear_error();
	SSL_shutdown(t->ssl);
	ERR_clear_error();
}

const char *cd_tls_version(const struct cd_tls *t)
{
	return t->ready ? SSL_get_version(t->ssl) : "";
}

const char *cd_tls_cipher(const struct cd_tls *t)
{
	return t->ready ? SSL_get_cipher_name(t->ssl) : "";
}
