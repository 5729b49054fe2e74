/* SPDX-License-Identifier: MIT */
/* What the connections of a session share: a state made of the options, which a reload replaces,
 * and counts that outlive it. */
#ifndef BASE_TLS_CONTEXT_H
#define BASE_TLS_CONTEXT_H

#include <stdatomic.h>

#include "base/openssl.h"
#include "base/tls.h"
#include "base/tls_tickets.h"

/* The SSL_CTX and what is verified: the same from the first connection to the last. Each connection
 * holds a reference, so that those made before a reload neither change nor mix with later ones. */
struct cd_tls_state {
	atomic_uint references;
	SSL_CTX *ssl;
	BIO_METHOD *wire; /* reads what was fed, writes to the engine's buffer */
	enum coodie_tls_verify verify;
	bool is_server;
	bool is_callers;   /* `ssl` is the application's: nothing of it is changed */
	char *server_name; /* overrides the contact point; or NULL */
	struct cd_tls_tickets tickets;
	coodie_tls_key_log_fn *key_log;
	void *key_log_user;
	int key_log_fd; /* -1: none */
};

/* A client's, of options that were checked. */
struct cd_tls_state *cd_tls_state_new(const coodie_tls *options, coodie_error *err);
/* With an SSL_CTX of ours that has nothing set yet. */
struct cd_tls_state *cd_tls_state_new_plain(bool is_server, coodie_error *err);
void cd_tls_state_free(struct cd_tls_state *s);
/* Says what OpenSSL's last error was; empties this thread's queue. */
bool cd_tls_fail_openssl(coodie_error *err, const char *what);

struct cd_tls_context {
	atomic_uint references; /* the loops of a session share one context */
	pthread_mutex_t lock;   /* of `state`, for as long as a reference is taken */
	struct cd_tls_state *state;
	atomic_uint_fast64_t full, resumed;
};

/* `take_state` NULL: what made it has said why. */
struct cd_tls_context *cd_tls_context_new_of(struct cd_tls_state *take_state, coodie_error *err);
/* The state for a new connection, with a reference. */
struct cd_tls_state *cd_tls_context_state(struct cd_tls_context *c);

/* A server's, of a certificate made in memory; both are still the caller's. Asks clients for none. */
struct cd_tls_context *cd_tls_context_new_server_of(X509 *certificate, EVP_PKEY *key,
						    coodie_error *err);

#endif
