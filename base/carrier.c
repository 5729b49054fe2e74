/* SPDX-License-Identifier: MIT */
/* Sockets without blocking, or a transport in their place. */
#include "base/carrier.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/error.h"

enum { BACKLOG = 1024 };

static bool is_transport(const struct cd_carrier *c)
{
	return c->transport && c->transport->vtable;
}

static int open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static void set(int fd, int level, int option)
{
	int one = 1;

	setsockopt(fd, level, option, &one, sizeof one);
}

int cd_carrier_connect(struct cd_carrier *c, const struct cd_address *to,
		       const struct cd_socket_options *o, coodie_error *err)
{
	int number;

	if (is_transport(c)) {
		c->fd = c->transport->vtable->connect(c->transport->state, to->text);
		if (c->fd == -ECANCELED)
			cd_fail(err, COODIE_ERR_CONNECT, "the transport refused");
		return c->fd;
	}
	c->fd = cd_socket_open(to, o, err);
	if (c->fd < 0)
		return c->fd;
	number = cd_socket_connect(c->fd, to, o);
	return number ? number : c->fd;
}

int cd_carrier_connected(const struct cd_carrier *c)
{
	int number = 0;
	socklen_t len = sizeof number;

	if (is_transport(c))
		return c->transport->vtable->connected(c->transport->state, c->fd);
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &number, &len))
		number = errno;
	return -number;
}

int64_t cd_carrier_send(const struct cd_carrier *c, const void *data, size_t len)
{
	struct iovec piece = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	ssize_t n;

	if (is_transport(c))
		return c->transport->vtable->send(c->transport->state, c->fd, data, len);
	n = sendmsg(c->fd, &message, MSG_NOSIGNAL);
	return n < 0 ? -errno : n;
}

int64_t cd_carrier_receive(const struct cd_carrier *c, void *data, size_t len)
{
	ssize_t n;

	if (is_transport(c))
		return c->transport->vtable->receive(c->transport->state, c->fd, data, len);
	n = recv(c->fd, data, len, 0);
	return n < 0 ? -errno : n;
}

void cd_carrier_finish(const struct cd_carrier *c)
{
	if (is_transport(c))
		c->transport->vtable->finish(c->transport->state, c->fd);
	else
		shutdown(c->fd, SHUT_WR);
}

void cd_carrier_close(struct cd_carrier *c, bool reset)
{
	struct linger hard = { .l_onoff = 1 };

	if (c->fd < 0)
		return;
	if (is_transport(c)) {
		c->transport->vtable->close(c->transport->state, c->fd, reset);
	} else {
		if (reset)
			setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		close(c->fd);
	}
	c->fd = -1;
}

int cd_carrier_listen(struct cd_carrier *c, struct sockaddr *address, socklen_t *len,
		      char text[COODIE_ADDRESS_SIZE])
{
	socklen_t room = *len;
	int number;

	if (is_transport(c))
		return c->fd = c->transport->vtable->listen(c->transport->state, text);
	c->fd = open_socket(address->sa_family);
	if (c->fd < 0)
		return c->fd;
	set(c->fd, SOL_SOCKET, SO_REUSEADDR);
	*len = address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in);
	if (!bind(c->fd, address, *len) && !listen(c->fd, BACKLOG)) {
		*len = room;
		if (!getsockname(c->fd, address, len))
			return c->fd;
	}
	number = errno;
	cd_carrier_close(c, false);
	return -number;
}

int cd_carrier_accept(const struct cd_carrier *listener, struct cd_carrier *out,
		      struct sockaddr *peer, socklen_t *len, char text[COODIE_ADDRESS_SIZE])
{
	out->transport = listener->transport;
	if (is_transport(listener)) {
		*len = 0;
		return out->fd = listener->transport->vtable->accept(listener->transport->state,
								     listener->fd, text);
	}
	out->fd = accept4(listener->fd, peer, len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (out->fd < 0)
		return -errno;
	set(out->fd, IPPROTO_TCP, TCP_NODELAY);
	return out->fd;
}
