/* SPDX-License-Identifier: MIT */
/**
 * @file socket.h
 * What a program wants to do to the sockets of a session itself; the usual options of sockets are
 * among those of options.h.
 */
#ifndef COODIE_SOCKET_H
#define COODIE_SOCKET_H

#include <coodie/options.h>

COODIE_BEGIN

/**
 * Sets options of a socket (C11), such as SO_MARK or SO_BINDTODEVICE.
 * @param fd   not bound and not connected yet; stays the library's
 * @param err  empty; says why where false is returned
 * @return whether the socket may be used; false: this connection fails with `err`
 * @note on the loop's thread
 */
typedef bool coodie_socket_fn(int fd, void *user, coodie_error *err);

/** Calls a function on each new socket before it connects; NULL: none. Not with a transport. */
COODIE_API void coodie_options_set_socket_hook(coodie_options *o, coodie_socket_fn *fn, void *user);

COODIE_END

#endif
