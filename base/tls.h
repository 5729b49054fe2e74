/* SPDX-License-Identifier: MIT */
/* TLS without sockets: ciphertext in and out by memory BIOs, plaintext in and out by calls.
 * Client and server role. */
#ifndef BASE_TLS_H
#define BASE_TLS_H

#include <coodie/tls.h>

#include "base/buffer.h"

/* A context shared by the connections of a session, made from a user's coodie_tls (copied: the
 * options may be freed). Reference counted; every connection holds one. Any thread may count
 * references and make connections. */
struct cd_tls_context;
struct cd_tls_context *cd_tls_context_new(const coodie_tls *options, coodie_error *err);
/* For tests and the node. `ca_path` NULL: no client certificate is asked for; otherwise one is
 * required. */
struct cd_tls_context *cd_tls_context_new_server(const char *cert_path, const char *key_path,
						 const char *ca_path, coodie_error *err);
/* Whether a client's presents a certificate to who asks for one. */
bool cd_tls_context_has_certificate(struct cd_tls_context *c);
/* Replaces what a client's was made from, for the connections to come: those that are open go on as
 * they are, tickets are forgotten. False: everything is as before. Any thread. */
bool cd_tls_context_reload(struct cd_tls_context *c, const coodie_tls *options, coodie_error *err);
/* Handshakes that are over: in full, and resumed by a ticket. Any thread. */
void cd_tls_context_counts(const struct cd_tls_context *c, uint64_t *full, uint64_t *resumed);
void cd_tls_context_ref(struct cd_tls_context *c);
void cd_tls_context_free(struct cd_tls_context *c);

/* One connection's engine. Holds no descriptor. */
struct cd_tls;
/* `host`: the contact point, a name or an address, verified and (a name) sent as SNI unless the
 * options say otherwise. */
struct cd_tls *cd_tls_new(struct cd_tls_context *c, const char *host, const coodie_allocator *a,
			  coodie_error *err);
void cd_tls_free(struct cd_tls *t);
/* A client's, before cd_tls_start(): resumes with a ticket of `peer`, and keeps those it gives.
 * Tickets are never mixed between peers, host names, or contexts before and after a reload. `peer`
 * is whatever tells one server from another: its address. */
bool cd_tls_set_peer(struct cd_tls *t, const char *peer, coodie_error *err);

enum cd_tls_status {
	CD_TLS_OK,     /* went as far as the bytes allow */
	CD_TLS_CLOSED, /* the peer said close_notify */
	/* `err` says why; the engine may only be freed (bytes that wait may still be sent) */
	CD_TLS_FAILED
};

/* Takes ciphertext from the wire, drives the handshake, appends plaintext to `plain`. */
enum cd_tls_status cd_tls_feed(struct cd_tls *t, const void *data, size_t len,
			       struct cd_buffer *plain, coodie_error *err);
/* Starts the handshake (client: makes the ClientHello). */
enum cd_tls_status cd_tls_start(struct cd_tls *t, coodie_error *err);
bool cd_tls_ready(const struct cd_tls *t);
/* Encrypts plaintext; only when ready. */
enum cd_tls_status cd_tls_write(struct cd_tls *t, const void *data, size_t len, coodie_error *err);
/* Appends ciphertext that waits to be sent to `out` and forgets it. False: `out` failed. */
bool cd_tls_drain(struct cd_tls *t, struct cd_buffer *out);
/* Queues close_notify. */
void cd_tls_shutdown(struct cd_tls *t);
/* The peer closed the socket: what that means at this point of the handshake (no client
 * certificate, not TLS, ...). */
void cd_tls_eof(struct cd_tls *t, coodie_error *err);

/* "TLSv1.3" and "TLS_AES_256_GCM_SHA384"; static strings, "" before the handshake is over. */
const char *cd_tls_version(const struct cd_tls *t);
const char *cd_tls_cipher(const struct cd_tls *t);
/* Whether the handshake was a short one. */
bool cd_tls_resumed(const struct cd_tls *t);

#endif
