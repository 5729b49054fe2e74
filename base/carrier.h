/* SPDX-License-Identifier: MIT */
/* One handle of whatever carries bytes: a socket of the system, or a transport of the caller's. */
#ifndef BASE_CARRIER_H
#define BASE_CARRIER_H

#include <coodie/transport.h>

#include "base/socket.h"

struct cd_carrier {
	const coodie_transport *transport; /* NULL or without a table: sockets */
	int fd;                            /* -1: none */
};

/* All return what was asked for, or a negative errno. */

/* Begins to connect: writable when that has ended; a transport gets the address's text. `o` and
 * -errno are those of cd_socket_open(): -ECANCELED has filled `err` in. c->fd is below 0 when there
 * is no socket, else the caller closes it. */
int cd_carrier_connect(struct cd_carrier *c, const struct cd_address *to,
		       const struct cd_socket_options *o, coodie_error *err);
int cd_carrier_connected(const struct cd_carrier *c);
int64_t cd_carrier_send(const struct cd_carrier *c, const void *data, size_t len);
int64_t cd_carrier_receive(const struct cd_carrier *c, void *data, size_t len);
/* Nothing more will be sent; what comes is still received. */
void cd_carrier_finish(const struct cd_carrier *c);
void cd_carrier_close(struct cd_carrier *c, bool reset);

/* Binds and listens. `*len` is the room at first; address and text get the port that was chosen. */
int cd_carrier_listen(struct cd_carrier *c, struct sockaddr *address, socklen_t *len,
		      char text[COODIE_ADDRESS_SIZE]);
/* Takes a connection off a listener. Of a socket `*len` is set, `text` is not; of a transport `text`
 * is, and `*len` is 0. */
int cd_carrier_accept(const struct cd_carrier *listener, struct cd_carrier *out,
		      struct sockaddr *peer, socklen_t *len, char text[COODIE_ADDRESS_SIZE]);

#endif
