/* SPDX-License-Identifier: MIT */
/* The socket (or the caller's transport) under a connection: connects, encrypts where asked for, and
 * carries bytes between the kernel and the conn. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <coodie/loop.h>

#include "base/carrier.h"
#include "base/endpoint.h"
#include "base/tls.h"
#include "net/engine/conn.h"

struct cd_link;

/* What the owner is told, always from the loop. It may close the link inside both. */
struct cd_link_owner {
	/* Bytes came, or the connection stands: take the conn's events. False: the link has been
	 * closed. */
	bool (*moved)(void *user);
	/* The link is of no use any more: the owner closes it. */
	void (*lost)(const coodie_error *err, void *user);
	/* The last word of every callback of the loop: nothing of the link is on the stack. */
	void (*done)(void *user);
	void *user;
};

struct cd_link {
	const coodie_loop *loop;
	struct cd_link_owner owner;
	struct cd_address address;
	uint16_t source_port; /* 0: any */
	bool port_taken;      /* that was why it could not be opened */
	struct cd_conn conn;
	struct cd_tls *tls;
	struct cd_buffer plain;  /* decrypted, not yet in the conn's inbox */
	struct cd_buffer cipher; /* encrypted, not yet sent */
	size_t cipher_sent;
	coodie_watch *watch;
	coodie_watch *nudge; /* a timer for logins that are answered later; or NULL */
	struct cd_carrier carrier;
	bool connecting; /* the kernel is still at it */
	bool blocked;    /* it takes no more bytes for now */
	bool reset;      /* nor ever again: the peer is gone */
	uint64_t bytes_sent, bytes_received;
};

/* Makes one that is closed, with `conn` (and source_port, address) set by the caller. It must not move
 * afterwards. */
void cd_link_init(struct cd_link *l, const coodie_loop *loop, const struct cd_link_owner *owner);
/* Starts to connect to `address`; `context` NULL: no TLS. `host` is what the peer's certificate is
 * checked against. On failure nothing is left but the conn. */
bool cd_link_open(struct cd_link *l, struct cd_tls_context *context, const char *host,
		  coodie_error *err);
/* Its conn stays: the caller knows who waited on it. */
void cd_link_close(struct cd_link *l);
/* Sends what the conn has for the wire, as far as the kernel takes it. */
bool cd_link_flush(struct cd_link *l, coodie_error *err);
/* Gives back the memory of what is empty. */
void cd_link_rest(struct cd_link *l);
/* "connect", "TLS", or the conn's phase. */
const char *cd_link_phase(const struct cd_link *l);
/* "no answer to STARTUP from 127.0.0.1:9042 within 5000 ms" */
bool cd_link_late(const struct cd_link *l, uint32_t timeout_ms, coodie_error *err);

#endif
