/* SPDX-License-Identifier: MIT */
/* What the options say of sockets. */
#ifndef NET_SOCKET_OPTIONS_H
#define NET_SOCKET_OPTIONS_H

#include "base/socket.h"
#include "net/options/options.h"

/* `local` gets the address that the options name, and `out` a pointer to it. The source port is the
 * caller's to set. False: that address is none. */
bool cd_socket_options_from(const struct coodie_options *o, struct cd_address *local,
			    struct cd_socket_options *out, coodie_error *err);

#endif
