/* SPDX-License-Identifier: MIT */
/* Options, hook and local end of a socket. What only tunes may fail: the connection works without. */
#include "base/socket.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/error.h"

static const struct cd_socket_options defaults;

static void set(int fd, int level, int option, uint32_t value)
{
	int number = value > INT_MAX ? INT_MAX : (int)value;

	setsockopt(fd, level, option, &number, sizeof number);
}

static void set_tcp(int fd, const struct cd_socket_options *o)
{
	set(fd, IPPROTO_TCP, TCP_NODELAY, !o->delay);
	if (!o->no_keepalive) {
		set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
		set(fd, IPPROTO_TCP, TCP_KEEPIDLE,
		    o->keepalive_s ? o->keepalive_s : CD_KEEPALIVE_S);
#endif
	}
#ifdef TCP_USER_TIMEOUT
	if (o->user_timeout_ms)
		set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, o->user_timeout_ms);
#endif
}

static void set_all(int fd, const struct cd_address *to, const struct cd_socket_options *o)
{
	const struct linger none = { .l_onoff = 1 };

	if (!cd_address_is_path(to))
		set_tcp(fd, o);
	/* Before connect(): the window that is offered depends on it. */
	if (o->receive_buffer)
		set(fd, SOL_SOCKET, SO_RCVBUF, o->receive_buffer);
	if (o->send_buffer)
		set(fd, SOL_SOCKET, SO_SNDBUF, o->send_buffer);
	if (o->no_linger)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

/* The local end. An exact port may be one of a connection that is over (TIME_WAIT) or that goes
 * somewhere else: SO_REUSEADDR lets it be bound, and connect() finds out whether it is free. */
static int bind_local(int fd, const struct cd_address *to, const struct cd_socket_options *o)
{
	struct cd_address from = { .len = to->len };

	if (cd_address_is_path(to) || (!o->local && !o->local_port))
		return 0;
	from.of.any.sa_family = to->of.any.sa_family;
	if (o->local)
		from = *o->local;
	if (from.of.any.sa_family != to->of.any.sa_family)
		return -EAFNOSUPPORT;
	cd_address_set_port(&from, o->local_port);
	if (o->local_port)
		set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
#ifdef IP_BIND_ADDRESS_NO_PORT
	else /* the port is chosen by connect(), which knows where it goes: more are free */
		set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
#endif
	return bind(fd, &from.of.any, from.len) ? -errno : 0;
}

static int refuse(coodie_error *err)
{
	if (err && err->code == COODIE_OK)
		cd_fail(err, COODIE_ERR_CONNECT, "the socket hook refused, and did not say why");
	return -ECANCELED;
}

int cd_socket_open(const struct cd_address *to, const struct cd_socket_options *o,
		   coodie_error *err)
{
	int fd = socket(to->of.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int number = 0;

	if (fd < 0)
		return -errno;
	if (!o)
		o = &defaults;
	set_all(fd, to, o);
	cd_clear(err);
	if (o->hook && !o->hook(fd, o->hook_user, err))
		number = refuse(err);
	if (!number)
		number = bind_local(fd, to, o);
	if (!number)
		return fd;
	close(fd);
	return number;
}

int cd_socket_connect(int fd, const struct cd_address *to, const struct cd_socket_options *o)
{
	/* A connect() that is through at once is found writable on the next turn. */
	if (!connect(fd, &to->of.any, to->len) || errno == EINPROGRESS || errno == EINTR)
		return 0;
	return errno == EADDRNOTAVAIL && o && o->local_port ? -EADDRINUSE : -errno;
}
