/* SPDX-License-Identifier: MIT */
/* A client's connection on the loop: its socket, TLS if any, and what answers it. */
#ifndef NODE_LINK_H
#define NODE_LINK_H

#include "node/server/node.h"

struct nd_link {
	struct nd_member *member;
	struct nd_link *next, **self; /* among the member's */
	struct nd_conn conn;
	struct cd_address peer;
	struct cd_carrier carrier;
	coodie_watch *watch;
	struct cd_tls *tls;      /* NULL: none */
	struct cd_buffer plain;  /* decrypted, on its way to the connection */
	struct cd_buffer cipher; /* encrypted, on its way to the client */
	size_t cipher_sent;
	bool blocked;             /* the kernel takes no more: nothing is read before it does */
	bool finished;            /* the client has said its last */
	coodie_watch *timer;      /* NULL: never needed */
	uint64_t asleep_until_us; /* a fault: nothing is read or sent before; 0: awake */
	bool pushed;              /* an event waits for the end of the turn */
};

/* Takes the carrier over; it is closed when no link can be made. */
void nd_link_open(struct nd_listener *from, struct cd_carrier carrier,
		  const struct cd_address *peer);
/* Ends it. `reset`: the hard way. */
void nd_link_close(struct nd_link *l, bool reset);
/* Answers what is there and sends what waits; the link may be gone afterwards. */
void nd_link_flush(struct nd_link *l);

#endif
