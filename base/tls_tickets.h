/* SPDX-License-Identifier: MIT */
/* Sessions that can be resumed, kept per peer. Any thread. */
#ifndef BASE_TLS_TICKETS_H
#define BASE_TLS_TICKETS_H

#include <pthread.h>

#include "base/openssl.h"

struct cd_tls_ticket_peer;

struct cd_tls_tickets {
	pthread_mutex_t lock;             /* held for a few instructions of a handshake */
	struct cd_tls_ticket_peer *first; /* the last one used first */
	size_t peers;
	size_t per_peer; /* at most; 0: none are kept */
};

void cd_tls_tickets_init(struct cd_tls_tickets *t, size_t per_peer);
void cd_tls_tickets_deinit(struct cd_tls_tickets *t);
/* Keeps a copy, instead of the oldest where there are enough. */
void cd_tls_tickets_put(struct cd_tls_tickets *t, const char *key, const SSL_SESSION *session);
/* The newest one, the caller's; NULL: none. Of TLS 1.3 nobody gets it again. */
SSL_SESSION *cd_tls_tickets_take(struct cd_tls_tickets *t, const char *key);
/* Forgets all those of a peer. */
void cd_tls_tickets_forget(struct cd_tls_tickets *t, const char *key);

#endif
