/* SPDX-License-Identifier: MIT */
/* Sockets that take connections. */
#ifndef NODE_LISTENER_H
#define NODE_LISTENER_H

#include "node/server/node.h"

/* Binds and listens; a port of 0 becomes the one the kernel chose. No watch yet. COODIE_ERR_CONNECT
 * says which address, and why. `*in_use` (may be NULL): the port is taken. */
bool nd_listener_open(struct nd_listener *l, struct cd_address *address, bool *in_use,
		      coodie_error *err);
/* Takes connections from now on. */
bool nd_listener_watch(struct nd_listener *l, coodie_error *err);
void nd_listener_close(struct nd_listener *l);

#endif
