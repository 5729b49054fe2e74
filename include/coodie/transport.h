/* SPDX-License-Identifier: MIT */
/**
 * @file transport.h
 * What carries bytes between a client and a server, when it is not the system's sockets.
 *
 * A transport of one's own puts a session and a node into one process with nothing between them:
 * together with a `coodie_loop` whose clock is set, a whole cluster runs without sockets, sleeps or
 * chance, and a failure can be run again. The loop gets the transport's handles where it would get
 * descriptors (`io_new`), so both are made by the same hand.
 *
 * All functions are called on the loop's thread, return at once, and say what went wrong as a
 * negative number of errno.h. TLS, framing and timeouts are above it.
 */
#ifndef COODIE_TRANSPORT_H
#define COODIE_TRANSPORT_H

#include <coodie/error.h>

COODIE_BEGIN

/** Room for an address as text: "127.0.0.1:9042", "[::1]:9042". */
#define COODIE_ADDRESS_SIZE 64

/** The table a transport implements; `size` is sizeof(coodie_transport_vtable), so that rows can be
 * added at its end. */
typedef struct coodie_transport_vtable {
	size_t size;

	/** Begins to connect; the handle is writable when that has ended, well or not. @return a
	 * handle >= 0, or what went wrong */
	int (*connect)(void *transport, const char *address);
	/** How connecting ended. @return 0, or what went wrong (-ECONNREFUSED) */
	int (*connected)(void *transport, int handle);
	/** Takes what it can. @return bytes, -EAGAIN: none until the handle is writable; -EPIPE or
	 * -ECONNRESET: the peer is gone */
	int64_t (*send)(void *transport, int handle, const void *data, size_t len);
	/** @return bytes; 0: the peer has said its last; -EAGAIN: none until the handle is readable */
	int64_t (*receive)(void *transport, int handle, void *data, size_t len);
	/** Says that nothing more will be sent: the peer reads what is under way, then the end. */
	void (*finish)(void *transport, int handle);
	/** Ends a connection or a listener; its handle may be given out again. `reset`: what is
	 * under way is dropped, and the peer gets -ECONNRESET. */
	void (*close)(void *transport, int handle, bool reset);

	/** Listens: what a node asks for, and sessions do not. `address` has room for
	 * COODIE_ADDRESS_SIZE; a port of 0 is replaced by a free one. @return a handle that is
	 * readable when somebody connects; -EADDRINUSE */
	int (*listen)(void *transport, char *address);
	/** Takes a connection, and the address it comes from. @return its handle; -EAGAIN: none */
	int (*accept)(void *transport, int handle, char peer[COODIE_ADDRESS_SIZE]);
} coodie_transport_vtable;

/** A transport: its table and its state. Copied by who takes it; the state must outlive every
 * session and node on it. */
typedef struct coodie_transport {
	const coodie_transport_vtable *vtable;
	void *state;
} coodie_transport;

COODIE_END

#endif
