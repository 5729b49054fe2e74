/* SPDX-License-Identifier: MIT */
/* Listening: a bound socket (or a transport's handle), and a link for each connection it takes. */
#include "node/server/listener.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "node/server/link.h"

enum { ACCEPTS_PER_EVENT = 64, PAUSE_US = 50000 };

static bool fail(const struct cd_address *address, int number, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_CONNECT, "cannot listen on %s: %s%s", address->text,
		       strerror(number),
		       number == EADDRINUSE ? " (another node? port 0 finds a free one)"
		       : number == EADDRNOTAVAIL
			       ? " (not an address of this machine; loopback has 127.0.0.0/8)"
			       : "");
}

bool nd_listener_open(struct nd_listener *l, struct cd_address *address, bool *in_use,
		      coodie_error *err)
{
	struct cd_carrier c = { &l->member->box->options.transport, -1 };
	char text[COODIE_ADDRESS_SIZE];
	socklen_t len = sizeof address->of;
	int number;

	memcpy(text, address->text, sizeof text);
	number = cd_carrier_listen(&c, &address->of.any, &len, text);
	if (in_use)
		*in_use = number == -EADDRINUSE;
	if (number < 0)
		return fail(address, -number, err);
	if (c.transport->vtable && !cd_address_parse(text, address, err)) {
		cd_carrier_close(&c, false);
		return false;
	}
	cd_address_name(address);
	l->carrier = c;
	return true;
}

static void try_again(void *user)
{
	struct nd_listener *l = user;
	const coodie_loop *loop = &l->member->box->loop;

	loop->vtable->io_set(loop->state, l->watch, COODIE_IO_READ);
}

/* No descriptor or no memory for a connection: it waits in the backlog, and so do we, since the
 * listener stays readable. */
static void wait_a_while(struct nd_listener *l)
{
	const coodie_loop *loop = &l->member->box->loop;

	if (!l->timer)
		l->timer = loop->vtable->timer_new(loop->state, try_again, l);
	if (!l->timer)
		return;
	loop->vtable->io_set(loop->state, l->watch, 0);
	loop->vtable->timer_set(loop->state, l->timer, PAUSE_US);
	nd_node_log(l->member->box, "%s: no room for a connection, waiting",
		    l->member->address.text);
}

static void on_connection(int events, void *user)
{
	struct nd_listener *l = user;

	(void)events;
	for (int i = 0; i < ACCEPTS_PER_EVENT && l->carrier.fd >= 0; i++) {
		struct cd_address peer = { .len = sizeof peer.of };
		struct cd_carrier c;
		int number = cd_carrier_accept(&l->carrier, &c, &peer.of.any, &peer.len, peer.text);
		if (number == -EMFILE || number == -ENFILE || number == -ENOBUFS ||
		    number == -ENOMEM)
			wait_a_while(l);
		if (number < 0 && number != -EINTR && number != -ECONNABORTED)
			return;
		if (number < 0)
			continue;
		if (peer.len)
			cd_address_name(&peer);
		else
			cd_address_parse(peer.text, &peer, NULL);
		nd_link_open(l, c, &peer);
	}
}

bool nd_listener_watch(struct nd_listener *l, coodie_error *err)
{
	const coodie_loop *loop = &l->member->box->loop;

	l->watch = loop->vtable->io_new(loop->state, l->carrier.fd, COODIE_IO_READ, on_connection,
					l);
	return l->watch || cd_no_memory(err, "a watch of a socket");
}

void nd_listener_close(struct nd_listener *l)
{
	const coodie_loop *loop = &l->member->box->loop;

	if (l->watch)
		loop->vtable->io_free(loop->state, l->watch);
	if (l->timer)
		loop->vtable->timer_free(loop->state, l->timer);
	l->watch = l->timer = NULL;
	cd_carrier_close(&l->carrier, false);
}
