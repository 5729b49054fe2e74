/* SPDX-License-Identifier: MIT */
/* Listening: a bound socket, and a link for each connection it takes. */
#include "node/listener.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "node/link.h"

enum { BACKLOG = 1024, ACCEPTS_PER_EVENT = 64 };

static bool fail(const struct nd_address *address, int number, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_CONNECT, "cannot listen on %s: %s%s", address->text,
		       strerror(number),
		       number == EADDRINUSE ? " (another node? port 0 finds a free one)"
		       : number == EADDRNOTAVAIL
			       ? " (not an address of this machine; loopback has 127.0.0.0/8)"
			       : "");
}

bool nd_listener_open(struct nd_listener *l, struct nd_address *address, bool *in_use,
		      coodie_error *err)
{
	int one = 1, number;
	int fd = socket(address->of.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (in_use)
		*in_use = false;
	if (fd < 0)
		return fail(address, errno, err);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (!bind(fd, &address->of.any, address->len) && !listen(fd, BACKLOG) &&
	    !getsockname(fd, &address->of.any, &(socklen_t){ sizeof address->of })) {
		nd_address_name(address);
		l->fd = fd;
		return true;
	}
	number = errno;
	close(fd);
	if (in_use)
		*in_use = number == EADDRINUSE;
	return fail(address, number, err);
}

/* A full table of descriptors is no reason to spin: the connection waits in the backlog, and the
 * next event tries again. */
static void on_connection(int events, void *user)
{
	struct nd_listener *l = user;

	(void)events;
	for (int i = 0; i < ACCEPTS_PER_EVENT && l->fd >= 0; i++) {
		struct nd_address peer = { .len = sizeof peer.of };
		int fd = accept4(l->fd, &peer.of.any, &peer.len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
			return;
		if (fd < 0)
			continue;
		nd_address_name(&peer);
		nd_link_open(l->member, fd, &peer);
	}
}

bool nd_listener_watch(struct nd_listener *l, coodie_error *err)
{
	const coodie_loop *loop = &l->member->box->loop;

	l->watch = loop->vtable->io_new(loop->state, l->fd, COODIE_IO_READ, on_connection, l);
	return l->watch || cd_no_memory(err, "a watch of a socket");
}

void nd_listener_close(struct nd_listener *l)
{
	const coodie_loop *loop = &l->member->box->loop;

	if (l->watch)
		loop->vtable->io_free(loop->state, l->watch);
	l->watch = NULL;
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}
