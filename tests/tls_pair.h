/* SPDX-License-Identifier: MIT */
/* A client and a server of TLS in memory, joined by buffers. */
#ifndef TESTS_TLS_PAIR_H
#define TESTS_TLS_PAIR_H

#include "base/tls.h"

struct end {
	struct cd_tls_context *context;
	struct cd_tls *tls;
	struct cd_buffer plain;
	enum cd_tls_status status;
	coodie_error err;
};

struct pair {
	struct end client, server;
	size_t chunk; /* bytes fed at a time; 0: all there are */
};

/* Begins a handshake; the contexts stay the caller's too. `peer` NULL: nothing is resumed. */
void pair_open(struct pair *p, struct cd_tls_context *client, struct cd_tls_context *server,
	       const char *host, const char *peer);
void pair_deinit(struct pair *p);
/* Moves what `from` has to send to `to`. @return whether there was anything */
bool carry(struct end *from, struct end *to, size_t chunk);
/* Goes on until nobody has anything to say. */
void pump(struct pair *p);

#endif
