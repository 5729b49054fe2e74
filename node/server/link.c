/* SPDX-License-Identifier: MIT */
/* The link: a carrier that does not block, TLS in between. A client that does not read is not read from. */
#include "node/server/link.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

enum {
	CIPHER_BYTES = 16384,
	READS_PER_EVENT = 16,
	MOST_PENDING = 1 << 20 /* bytes of answers that wait before requests have to */
};

static const coodie_loop *loop_of(const struct nd_link *l)
{
	return &l->member->box->loop;
}

/* ---- ends ----------------------------------------------------------------------------------- */

void nd_link_close(struct nd_link *l, bool reset)
{
	const coodie_allocator *a = &l->member->box->allocator;

	if (l->watch)
		loop_of(l)->vtable->io_free(loop_of(l)->state, l->watch);
	if (l->timer)
		loop_of(l)->vtable->timer_free(loop_of(l)->state, l->timer);
	cd_carrier_close(&l->carrier, reset);
	if (l->next)
		l->next->self = l->self;
	*l->self = l->next;
	l->member->open--;
	nd_conn_deinit(&l->conn);
	cd_tls_free(l->tls);
	cd_buffer_deinit(&l->plain);
	cd_buffer_deinit(&l->cipher);
	cd_release(a, l);
}

/* ---- out ------------------------------------------------------------------------------------ */

/* @return bytes the kernel took; less than `len`: it is full; -1: the connection is lost */
static int64_t send_some(struct nd_link *l, const uint8_t *at, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		int64_t n = cd_carrier_send(&l->carrier, at + sent, len - sent);
		if (n >= 0)
			sent += (size_t)n;
		else if (n == -EAGAIN || n == -EWOULDBLOCK)
			break;
		else if (n != -EINTR)
			return -1;
	}
	l->member->bytes_sent += sent;
	return (int64_t)sent;
}

static bool send_cipher(struct nd_link *l)
{
	int64_t n;

	if (!cd_tls_drain(l->tls, &l->cipher))
		return false;
	n = send_some(l, l->cipher.data + l->cipher_sent, l->cipher.len - l->cipher_sent);
	if (n < 0)
		return false;
	l->cipher_sent += (size_t)n;
	l->blocked = l->cipher_sent < l->cipher.len;
	if (!l->blocked) {
		cd_buffer_clear(&l->cipher);
		l->cipher_sent = 0;
	}
	return true;
}

static bool send_encrypted(struct nd_link *l)
{
	struct cd_span pending;

	if (!send_cipher(l))
		return false;
	while (!l->blocked && cd_tls_ready(l->tls) && (pending = nd_conn_pending(&l->conn)).len) {
		if (cd_tls_write(l->tls, pending.at, pending.len, NULL) != CD_TLS_OK)
			return false;
		nd_conn_sent(&l->conn, pending.len);
		if (!send_cipher(l))
			return false;
	}
	return true;
}

static bool send_plain(struct nd_link *l)
{
	struct cd_span pending = nd_conn_pending(&l->conn);
	int64_t n = pending.len ? send_some(l, pending.at, pending.len) : 0;

	if (n < 0)
		return false;
	nd_conn_sent(&l->conn, (size_t)n);
	l->blocked = (size_t)n < pending.len;
	return true;
}

static void set_events(struct nd_link *l)
{
	int events = l->blocked ? COODIE_IO_WRITE : 0;

	if (!l->blocked && !l->finished && !l->asleep_until_us &&
	    !nd_conn_is_full(&l->conn, MOST_PENDING))
		events |= COODIE_IO_READ;
	loop_of(l)->vtable->io_set(loop_of(l)->state, l->watch, events);
}

/* The end of what was to be said. What was not read is thrown away: closing over it would reset the
 * connection, and take our last words from the client. */
static void say_goodbye(struct nd_link *l)
{
	uint8_t unread[4096];

	if (l->tls && cd_tls_ready(l->tls)) {
		cd_tls_shutdown(l->tls);
		send_cipher(l);
	}
	cd_carrier_finish(&l->carrier);
	for (int i = 0; i < READS_PER_EVENT; i++)
		if (cd_carrier_receive(&l->carrier, unread, sizeof unread) <= 0)
			break;
}

/* ---- waiting -------------------------------------------------------------------------------- */

static void on_time(void *user)
{
	struct nd_link *l = user;

	if (l->asleep_until_us &&
	    l->asleep_until_us <= loop_of(l)->vtable->now_us(loop_of(l)->state))
		l->asleep_until_us = 0;
	nd_link_flush(l);
}

/* False: out of memory, so that what waits would wait for ever. */
static bool set_timer(struct nd_link *l)
{
	const coodie_loop *loop = loop_of(l);
	uint64_t due = l->asleep_until_us ? l->asleep_until_us : nd_conn_due_us(&l->conn), now;

	if (!due || due == UINT64_MAX)
		return true;
	if (!l->timer && !(l->timer = loop->vtable->timer_new(loop->state, on_time, l)))
		return false;
	now = loop->vtable->now_us(loop->state);
	loop->vtable->timer_set(loop->state, l->timer, due > now ? due - now : 1);
	return true;
}

/* Answers and sends until the kernel is full or nothing is left; each round sends what the last one
 * answered. */
static bool exchange(struct nd_link *l)
{
	uint64_t now = loop_of(l)->vtable->now_us(loop_of(l)->state);
	size_t before;

	do {
		nd_conn_run(&l->conn, now, MOST_PENDING);
		if (l->conn.reset)
			return false;
		before = nd_conn_pending(&l->conn).len;
		if (!(l->tls ? send_encrypted(l) : send_plain(l)))
			return false;
	} while (!l->blocked && before > MOST_PENDING);
	return true;
}

void nd_link_flush(struct nd_link *l)
{
	if (l->asleep_until_us) {
		if (set_timer(l))
			set_events(l);
		else
			nd_link_close(l, true);
		return;
	}
	if (!l->blocked && (!exchange(l) || !set_timer(l))) {
		nd_link_close(l, l->conn.reset);
		return;
	}
	if (l->conn.half_closed && !l->blocked) {
		cd_carrier_finish(&l->carrier);
		l->conn.half_closed = false;
	}
	if (!l->blocked && nd_conn_is_idle(&l->conn) && (l->conn.closing || l->finished)) {
		say_goodbye(l);
		nd_link_close(l, false);
		return;
	}
	set_events(l);
}

/* ---- in ------------------------------------------------------------------------------------- */

static bool pass_on(struct nd_link *l)
{
	size_t at = 0;

	while (at < l->plain.len) {
		size_t room, len = l->plain.len - at;
		uint8_t *to = nd_conn_space(&l->conn, &room);
		if (!to)
			return false;
		len = len < room ? len : room;
		memcpy(to, l->plain.data + at, len);
		nd_conn_filled(&l->conn, len);
		at += len;
	}
	cd_buffer_clear(&l->plain);
	return true;
}

static bool decrypt(struct nd_link *l, const uint8_t *at, size_t len)
{
	coodie_error err;
	enum cd_tls_status status = cd_tls_feed(l->tls, at, len, &l->plain, &err);

	if (status == CD_TLS_FAILED) {
		nd_node_log(l->member->box, "%s: TLS with %s failed: %s", l->member->address.text,
			    l->peer.text, err.message);
		send_cipher(l); /* the alert that tells the client why */
		return false;
	}
	l->finished |= status == CD_TLS_CLOSED;
	return pass_on(l);
}

/* One read. @return whether there may be more; `*lost`: the connection is */
static bool read_some(struct nd_link *l, bool *lost)
{
	uint8_t wire[CIPHER_BYTES];
	size_t room = sizeof wire;
	uint8_t *to = l->tls ? wire : nd_conn_space(&l->conn, &room);
	int64_t n = to ? cd_carrier_receive(&l->carrier, to, room) : 0;

	if (n == -EAGAIN || n == -EWOULDBLOCK || n == -EINTR)
		return n == -EINTR;
	if (!to || n < 0) {
		*lost = true;
		return false;
	}
	if (n == 0) {
		l->finished = true;
		return false;
	}
	l->member->bytes_received += (uint64_t)n;
	if (!l->tls)
		nd_conn_filled(&l->conn, (size_t)n);
	else
		*lost = !decrypt(l, wire, (size_t)n);
	return !*lost && !l->finished && (size_t)n == room;
}

static void on_io(int events, void *user)
{
	struct nd_link *l = user;
	bool lost = false;

	if (events & COODIE_IO_WRITE)
		l->blocked = false;
	if (events & COODIE_IO_READ && !l->blocked && !l->finished)
		for (int i = 0; i < READS_PER_EVENT && read_some(l, &lost); i++)
			;
	if (lost)
		nd_link_close(l, false);
	else
		nd_link_flush(l);
}

/* ---- the beginning -------------------------------------------------------------------------- */

/* What a rule does to a new connection. False: it has no future. */
static bool survive(struct nd_link *l, const struct nd_fault *f)
{
	uint64_t now = loop_of(l)->vtable->now_us(loop_of(l)->state);

	if (f->kind == ND_FAULT_DELAY)
		l->asleep_until_us = now + f->delay_us;
	else if (f->kind == ND_FAULT_STALL)
		l->asleep_until_us = UINT64_MAX;
	else
		return false;
	return true;
}

static bool begin(struct nd_link *l)
{
	const coodie_loop *loop = loop_of(l);
	coodie_node *n = l->member->box;

	if (n->tls && !(l->tls = cd_tls_new(n->tls, NULL, &n->allocator, NULL)))
		return false;
	if (l->tls && cd_tls_start(l->tls, NULL) != CD_TLS_OK)
		return false;
	l->watch = loop->vtable->io_new(loop->state, l->carrier.fd, COODIE_IO_READ, on_io, l);
	return l->watch;
}

/* ScyllaDB: the port of the client says which shard it wants, if it came to the port for that. */
static uint8_t shard_of(struct nd_listener *from, const struct cd_address *peer)
{
	struct nd_member *m = from->member;

	if (!m->service.scylla)
		return 0;
	return (uint8_t)nd_scylla_shard(&m->scylla,
					from == &m->shard_aware ? cd_address_port(peer) : 0);
}

void nd_link_open(struct nd_listener *from, struct cd_carrier carrier,
		  const struct cd_address *peer)
{
	struct nd_member *m = from->member;
	const coodie_allocator *a = &m->box->allocator;
	struct nd_link *l = cd_alloc_zero(a, sizeof *l);
	const struct nd_fault *fault;

	if (!l) {
		cd_carrier_close(&carrier, true);
		return;
	}
	l->member = m;
	l->carrier = carrier;
	l->peer = *peer;
	l->next = m->links;
	l->self = &m->links;
	if (l->next)
		l->next->self = &l->next;
	m->links = l;
	m->accepted++;
	m->open++;
	nd_conn_init(&l->conn, &m->service);
	cd_buffer_init(&l->plain, a, 0);
	cd_buffer_init(&l->cipher, a, 0);
	l->conn.number = m->accepted;
	l->conn.client = cd_address_inet(peer);
	l->conn.shard = shard_of(from, peer);
	fault = nd_faults_strike(&m->box->faults,
				 &(struct nd_fault_site){ .at_accept = true,
							  .node = (int32_t)m->index,
							  .shard = l->conn.shard,
							  .open = m->open,
							  .opcode = ND_FAULT_ANY,
							  .connection = m->accepted });
	if (fault && !survive(l, fault))
		nd_link_close(l, fault->kind != ND_FAULT_CLOSE);
	else if (!begin(l))
		nd_link_close(l, true);
	else if (l->asleep_until_us)
		nd_link_flush(l);
}
