/* SPDX-License-Identifier: MIT */
/* The fields of one TLS connection, shared by the engine and by what explains its failures. */
#ifndef BASE_TLS_ENGINE_H
#define BASE_TLS_ENGINE_H

#include "base/tls_bio.h"
#include "base/tls_context.h"

struct cd_tls {
	struct cd_tls_context *context;
	struct cd_tls_state *state;
	const coodie_allocator *allocator;
	SSL *ssl;
	struct cd_tls_wire wire;
	char *host;    /* whom we wanted; the override of the options when there is one; NULL in a
			  server */
	X509 *refused; /* the certificate that was not accepted, and why */
	int refused_code;
	char *ticket_key;          /* NULL: nothing is resumed */
	const SSL_SESSION *looked; /* the session last looked at; only compared */
	bool offered;              /* a ticket */
	uint8_t first_byte;        /* of the peer's first answer */
	bool heard;                /* the peer has answered at all */
	bool heard_data;           /* plaintext has come */
	bool asked;                /* the peer wants a certificate of ours */
	bool ready;
	bool failed;
};

/* Says in `err` why the last call of OpenSSL on `t` failed. Empties this thread's error queue. */
void cd_tls_explain(const struct cd_tls *t, coodie_error *err);

#endif
