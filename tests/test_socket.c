/* SPDX-License-Identifier: MIT */
/* base/socket.c under a carrier: what is set, where a connection comes from, and sockets that are
 * paths. */
#include "tests/test.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/carrier.h"
#include "base/error.h"

/* Listens on a free port of 127.0.0.1. */
static struct cd_carrier listen_on(struct cd_address *a)
{
	struct cd_carrier c = { NULL, -1 };
	socklen_t len = sizeof a->of;

	assert_true(cd_address_parse("127.0.0.1:0", a, NULL));
	assert_true(cd_carrier_listen(&c, &a->of.any, &len, NULL) >= 0);
	cd_address_name(a);
	return c;
}

/* @return 0, or what went wrong */
static int dial(struct cd_carrier *c, const struct cd_address *to,
		const struct cd_socket_options *o, coodie_error *err)
{
	*c = (struct cd_carrier){ NULL, -1 };
	int number = cd_carrier_connect(c, to, o, err);

	if (number >= 0) {
		struct pollfd p = { .fd = c->fd, .events = POLLOUT };
		assert_int_equal(poll(&p, 1, -1), 1);
		number = cd_carrier_connected(c);
	}
	if (number < 0)
		cd_carrier_close(c, false);
	return number;
}

static int get(int fd, int level, int option)
{
	int value = -1;
	socklen_t len = sizeof value;

	assert_int_equal(getsockopt(fd, level, option, &value, &len), 0);
	return value;
}

static struct linger get_linger(int fd)
{
	struct linger value;
	socklen_t len = sizeof value;

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_LINGER, &value, &len), 0);
	return value;
}

static uint16_t port_of(int fd)
{
	struct cd_address a = { .len = sizeof a.of };

	assert_int_equal(getsockname(fd, &a.of.any, &a.len), 0);
	return cd_address_port(&a);
}

static void test_defaults(void **state)
{
	const struct cd_socket_options zeroed = { 0 };
	struct cd_address at;
	struct cd_carrier server = listen_on(&at), c;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dial(&c, &at, i ? &zeroed : NULL, NULL), 0);
		assert_true(get(c.fd, IPPROTO_TCP, TCP_NODELAY));
		assert_true(get(c.fd, SOL_SOCKET, SO_KEEPALIVE));
		assert_int_equal(get(c.fd, IPPROTO_TCP, TCP_KEEPIDLE), CD_KEEPALIVE_S);
		assert_int_equal(get(c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
		assert_int_equal(get_linger(c.fd).l_onoff, 0);
		cd_carrier_close(&c, false);
	}
	cd_carrier_close(&server, false);
}

static void test_options(void **state)
{
	const struct cd_socket_options off = { .delay = true, .no_keepalive = true };
	const struct cd_socket_options on = { .keepalive_s = 17,
					      .user_timeout_ms = 4321,
					      .send_buffer = 20000,
					      .receive_buffer = 30000,
					      .no_linger = true };
	struct cd_address at;
	struct cd_carrier server = listen_on(&at), c;

	(void)state;
	assert_int_equal(dial(&c, &at, &off, NULL), 0);
	assert_int_equal(get(c.fd, IPPROTO_TCP, TCP_NODELAY), 0);
	assert_int_equal(get(c.fd, SOL_SOCKET, SO_KEEPALIVE), 0);
	cd_carrier_close(&c, false);
	assert_int_equal(dial(&c, &at, &on, NULL), 0);
	assert_int_equal(get(c.fd, IPPROTO_TCP, TCP_KEEPIDLE), 17);
	assert_int_equal(get(c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 4321);
	assert_int_equal(get(c.fd, SOL_SOCKET, SO_SNDBUF), 40000); /* Linux doubles it */
	assert_int_equal(get(c.fd, SOL_SOCKET, SO_RCVBUF), 60000);
	assert_int_equal(get_linger(c.fd).l_onoff, 1);
	assert_int_equal(get_linger(c.fd).l_linger, 0);
	cd_carrier_close(&c, false);
	cd_carrier_close(&server, false);
}

/* A port is free as long as the same one does not go to the same place. */
static void test_ports(void **state)
{
	struct cd_address one, two;
	struct cd_carrier first = listen_on(&one), second = listen_on(&two), c, d;
	struct cd_socket_options o = { 0 };

	(void)state;
	assert_int_equal(dial(&c, &one, NULL, NULL), 0);
	o.local_port = port_of(c.fd); /* likely free once it is closed */
	cd_carrier_close(&c, true);
	assert_int_equal(dial(&c, &one, &o, NULL), 0);
	assert_int_equal(port_of(c.fd), o.local_port);
	assert_int_equal(dial(&d, &two, &o, NULL), 0);
	assert_int_equal(port_of(d.fd), o.local_port);
	cd_carrier_close(&d,
			 false); /* waits in TIME_WAIT, or has been reset: either is no hindrance */
	assert_int_equal(dial(&d, &one, &o, NULL), -EADDRINUSE);
	o.local_port = cd_address_port(&two); /* somebody listens there */
	assert_int_equal(dial(&d, &one, &o, NULL), -EADDRINUSE);
	cd_carrier_close(&c, false);
	cd_carrier_close(&first, false);
	cd_carrier_close(&second, false);
}

static void test_local_address(void **state)
{
	struct cd_address at, local, peer = { .len = sizeof peer.of };
	struct cd_carrier server = listen_on(&at), c;
	struct cd_socket_options o = { .local = &local };

	(void)state;
	assert_true(cd_address_parse("127.0.0.2:0", &local, NULL));
	assert_int_equal(dial(&c, &at, &o, NULL), 0);
	assert_int_equal(getsockname(c.fd, &peer.of.any, &peer.len), 0);
	assert_true(cd_address_same_host(&peer, &local));
	uint16_t port = o.local_port = cd_address_port(&peer);
	assert_true(port != 0);
	cd_carrier_close(&c, true);
	assert_int_equal(dial(&c, &at, &o, NULL), 0);
	assert_int_equal(port_of(c.fd), port);
	cd_carrier_close(&c, true);
	assert_true(cd_address_parse("192.0.2.1:0", &local, NULL));
	assert_int_equal(dial(&c, &at, &o, NULL), -EADDRNOTAVAIL);
	assert_true(cd_address_parse("[::1]:0", &local, NULL));
	assert_int_equal(dial(&c, &at, &o, NULL), -EAFNOSUPPORT);
	cd_carrier_close(&server, false);
}

static bool buffers(int fd, void *user, coodie_error *err)
{
	int *calls = user, bytes = 5000;

	assert_int_equal(port_of(fd), 0); /* neither bound nor connected */
	++*calls;
	if (*calls == 2)
		return cd_fail(err, COODIE_ERR_LIMIT, "no more of them");
	return *calls < 3 && !setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static void test_hook(void **state)
{
	struct cd_address at;
	struct cd_carrier server = listen_on(&at), c;
	int calls = 0;
	const struct cd_socket_options o = { .hook = buffers, .hook_user = &calls };
	coodie_error err;

	(void)state;
	assert_int_equal(dial(&c, &at, &o, &err), 0);
	assert_int_equal(get(c.fd, SOL_SOCKET, SO_SNDBUF), 10000);
	cd_carrier_close(&c, false);
	assert_int_equal(dial(&c, &at, &o, &err), -ECANCELED);
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_int_equal(dial(&c, &at, &o, &err), -ECANCELED); /* without a word */
	assert_int_equal(err.code, COODIE_ERR_CONNECT);
	assert_non_null(strstr(err.message, "hook"));
	assert_int_equal(dial(&c, &at, &o, NULL), -ECANCELED);
	assert_int_equal(calls, 4);
	cd_carrier_close(&server, false);
}

static void test_paths(void **state)
{
	char folder[] = "/tmp/coodie-socket-XXXXXX", text[64];
	struct cd_address at, peer = { .len = sizeof peer.of };
	const struct cd_socket_options o = { .local_port = 5,
					     .keepalive_s = 3,
					     .send_buffer = 9000 };
	struct cd_carrier c, accepted, server = { NULL, -1 };
	char byte = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(text, sizeof text, "unix:%s/cql", folder);
	assert_true(cd_address_parse_path(text, &at, NULL));
	assert_int_equal(dial(&c, &at, &o, NULL), -ENOENT);
	server.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(server.fd, &at.of.any, at.len), 0);
	assert_int_equal(dial(&c, &at, &o, NULL), -ECONNREFUSED);
	assert_int_equal(listen(server.fd, 1), 0);
	assert_int_equal(dial(&c, &at, &o, NULL), 0);
	assert_int_equal(get(c.fd, SOL_SOCKET, SO_SNDBUF), 18000);
	assert_true(cd_carrier_accept(&server, &accepted, &peer.of.any, &peer.len, NULL) >= 0);
	assert_int_equal(cd_carrier_send(&c, "x", 1), 1);
	assert_int_equal(cd_carrier_receive(&accepted, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	cd_carrier_close(&accepted, false);
	assert_int_equal(cd_carrier_receive(&c, &byte, 1), 0);
	cd_carrier_close(&c, false);
	cd_carrier_close(&server, false);
	assert_int_equal(unlink(at.of.path.sun_path) | rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_options),
		cmocka_unit_test(test_ports),    cmocka_unit_test(test_local_address),
		cmocka_unit_test(test_hook),     cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
