/* SPDX-License-Identifier: MIT */
/* A socket as its user wants it: what is set before it connects. */
#ifndef BASE_SOCKET_H
#define BASE_SOCKET_H

#include "base/address.h"

enum { CD_KEEPALIVE_S = 60 };

/* Zeroed: what suits requests and answers. */
struct cd_socket_options {
	bool delay;               /* leaves Nagle's algorithm on (no TCP_NODELAY) */
	bool no_keepalive;        /* never asks an idle peer whether it is there */
	bool no_linger;           /* close() drops what is not sent, and leaves no TIME_WAIT */
	uint32_t keepalive_s;     /* idle that long before it asks; 0: CD_KEEPALIVE_S */
	uint32_t user_timeout_ms; /* TCP_USER_TIMEOUT; 0: the system's many minutes */
	uint32_t send_buffer;     /* bytes; 0: the system grows it */
	uint32_t receive_buffer;  /* the same */
	const struct cd_address *local; /* to connect from, its port unread; NULL: any */
	uint16_t local_port;            /* exactly this one; 0: any */
	/* Called before bind() and connect(); false: no connection, and `err` says why. */
	bool (*hook)(int fd, void *user, coodie_error *err);
	void *hook_user;
};

/* A socket that does not block, ready to connect to `to`. `o` NULL: as if zeroed.
 * @return the descriptor, or a negative errno: -EADDRINUSE when `local_port` is taken; -ECANCELED
 * when the hook said no, and then it has filled `err` in */
int cd_socket_open(const struct cd_address *to, const struct cd_socket_options *o,
		   coodie_error *err);
/* Begins to connect. @return 0, or a negative errno: -EADDRINUSE when another connection to the
 * same address comes from the same port */
int cd_socket_connect(int fd, const struct cd_address *to, const struct cd_socket_options *o);

#endif
