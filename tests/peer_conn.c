/* SPDX-License-Identifier: MIT */
/* The peer's sockets: reads, writes, TLS, and everything that can go wrong with a connection. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/peer_internal.h"

enum { READ_SIZE = 64 * 1024, GARBAGE_SIZE = 64 };

static void watch(struct peer_conn *c, int events)
{
	c->peer->loop.vtable->io_set(c->peer->loop.state, c->io, events);
}

/* ---- out ------------------------------------------------------------------------------------- */

/* Sends what it can; when everything is gone, ends a connection that waited for that. */
static void flush(struct peer_conn *c)
{
	while (!c->dead && c->sent < c->out.len) {
		size_t len = c->peer->options.fragment ? 1 : c->out.len - c->sent;
		ssize_t n = send(c->fd, c->out.data + c->sent, len, MSG_NOSIGNAL);
		if (n >= 0) {
			c->sent += (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			watch(c, COODIE_IO_READ | COODIE_IO_WRITE);
			return;
		} else if (errno != EINTR) {
			c->dead = true;
		}
	}
	if (c->dead)
		return;
	cd_buffer_clear(&c->out);
	c->sent = 0;
	watch(c, COODIE_IO_READ);
	if (c->closing && !c->closed) {
		/* not close(): with unread input that would be a reset */
		c->closed = c->stalled = true;
		shutdown(c->fd, SHUT_WR);
	}
}

void peer_conn_write(struct peer_conn *c, const void *data, size_t len)
{
	coodie_error err;

	if (c->dead || c->closing)
		return;
	if (c->tls) {
		if (cd_tls_write(c->tls, data, len, &err) != CD_TLS_OK)
			c->dead = true;
		cd_tls_drain(c->tls, &c->out);
	} else {
		cd_buffer_bytes(&c->out, data, len);
	}
	peer_must(!c->out.failed, "memory for output");
	flush(c);
}

void peer_conn_close(struct peer_conn *c, bool hard)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (hard) {
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		c->dead = true;
	} else if (!c->closing) {
		if (c->tls) {
			cd_tls_shutdown(c->tls);
			cd_tls_drain(c->tls, &c->out);
		}
		c->closing = true;
		flush(c);
	}
}

/* ---- damage ---------------------------------------------------------------------------------- */

static void send_garbage(struct peer_conn *c)
{
	uint8_t bytes[GARBAGE_SIZE];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(0x21 + i * 7 % 93);
	peer_conn_write(c, bytes, sizeof bytes);
}

static void send_alert(struct peer_conn *c)
{
	static const uint8_t alert[] = { 0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46 };

	peer_conn_write(c, alert, sizeof alert);
	peer_conn_close(c, false);
}

static void send_message(struct peer_conn *c, enum peer_damage damage, struct peer_message *m)
{
	struct cd_buffer bytes;

	if (damage == PEER_STREAM)
		m->stream = (int16_t)(m->stream + 77);
	if (damage == PEER_OPCODE) {
		m->opcode = PEER_OP_AUTH_SUCCESS;
		m->flags = 0;
		cd_buffer_clear(&m->body);
		cd_buffer_be32(&m->body, UINT32_MAX);
	}
	if (damage == PEER_SHORT)
		m->body.len /= 2;
	cd_buffer_init(&bytes, NULL, 0);
	peer_wire_put(c, m, damage, &bytes);
	peer_conn_write(c, bytes.data, damage == PEER_CUT ? bytes.len / 2 : bytes.len);
	cd_buffer_deinit(&bytes);
	if (damage == PEER_CUT)
		peer_conn_close(c, false);
}

void peer_conn_send(struct peer_conn *c, enum peer_damage damage, struct peer_message *m)
{
	struct peer_message ready = { .opcode = PEER_OP_READY };
	const char *text = c->peer->options.text;

	if (c->dead || c->stalled)
		return;
	switch (damage) {
	case PEER_STALL:
		c->stalled = true;
		break;
	case PEER_CLOSE:
	case PEER_RESET:
		peer_conn_close(c, damage == PEER_RESET);
		break;
	case PEER_TEXT:
		peer_conn_write(c, text, strlen(text));
		peer_conn_close(c, false);
		break;
	case PEER_ALERT:
		send_alert(c);
		break;
	case PEER_GARBAGE:
		send_garbage(c);
		c->stalled = true;
		break;
	default:
		if (!c->version)
			c->version = 5;
		send_message(c, damage, m ? m : &ready);
		cd_buffer_deinit(&ready.body);
	}
}

/* ---- in -------------------------------------------------------------------------------------- */

/* Damage below CQL: what is sent then is not ciphered. */
static void damage_transport(struct peer_conn *c)
{
	cd_tls_free(c->tls);
	c->tls = NULL;
	peer_conn_send(c, c->peer->options.damage, NULL);
	c->stalled = true;
}

static void take_bytes(struct peer_conn *c, const uint8_t *data, size_t len)
{
	coodie_error err;

	if (!c->tls) {
		cd_buffer_bytes(&c->in, data, len);
		return;
	}
	if (c->at == PEER_AT_TLS) {
		damage_transport(c);
		return;
	}
	if (cd_tls_feed(c->tls, data, len, &c->in, &err) != CD_TLS_OK) {
		cd_tls_drain(c->tls, &c->out); /* the alert */
		c->closing = true;
	} else {
		cd_tls_drain(c->tls, &c->out);
	}
	flush(c);
}

/* [short] n, then n times a [string] and [bytes]. */
static void take_payload(struct peer_request *r)
{
	const uint8_t *start = r->body.at;

	r->payload = (struct cd_span){ NULL, 0 };
	if (!(r->flags & PEER_FLAG_PAYLOAD))
		return;
	for (uint16_t n = cd_reader_be16(&r->body); n && !r->body.failed; n--) {
		cd_reader_span(&r->body, cd_reader_be16(&r->body));
		int32_t len = (int32_t)cd_reader_be32(&r->body);
		cd_reader_span(&r->body, len > 0 ? (size_t)len : 0);
	}
	if (!r->body.failed)
		r->payload = (struct cd_span){ start, (size_t)(r->body.at - start) };
}

static void take_requests(struct peer_conn *c)
{
	struct peer_request r;
	int step = 1;

	while (!c->dead && !c->stalled && !c->closing && (step = peer_wire_next(c, &r)) > 0) {
		struct peer *p = c->peer;
		take_payload(&r);
		if (r.opcode < PEER_OPCODES) {
			atomic_fetch_add(&p->request_counts[r.opcode], 1);
			atomic_fetch_add(&p->payload_counts[r.opcode], r.payload.len != 0);
		}
		peer_answer_request(c, &r);
		peer_wire_done(c);
	}
	if (step < 0)
		peer_conn_close(c, false);
}

static void on_io(int events, void *user)
{
	struct peer_conn *c = user;
	struct peer *p = c->peer;
	uint8_t *bytes = NULL;
	ssize_t n;

	if (events & COODIE_IO_WRITE)
		flush(c);
	if ((events & COODIE_IO_READ) && !c->dead) {
		bytes = malloc(READ_SIZE);
		peer_must(bytes, "memory for input");
		n = recv(c->fd, bytes, READ_SIZE, 0);
		if (n > 0 && !c->stalled && !c->closing) {
			take_bytes(c, bytes, (size_t)n);
			take_requests(c);
		} else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			c->dead = true;
		}
		free(bytes);
	}
	peer_reap(p);
}

/* ---- life ------------------------------------------------------------------------------------ */

void peer_conn_new(struct peer *p, int fd)
{
	struct peer_conn *c = calloc(1, sizeof *c);
	coodie_error err = { 0 };

	peer_must(c, "memory for a connection");
	c->peer = p;
	c->fd = fd;
	cd_buffer_init(&c->in, NULL, 0);
	cd_buffer_init(&c->envelopes, NULL, 0);
	cd_buffer_init(&c->out, NULL, 0);
	c->next = p->connections;
	p->connections = c;
	c->io = p->loop.vtable->io_new(p->loop.state, fd, COODIE_IO_READ, on_io, c);
	peer_must(c->io, "a watch");
	if (!p->options.first || atomic_load(&p->connection_count) < p->options.first)
		c->at = p->options.at;
	atomic_fetch_add(&p->connection_count, 1);
	atomic_fetch_add(&p->open_count, 1);
	if (c->at == PEER_AT_ACCEPT) {
		damage_transport(c);
		peer_reap(p);
		return;
	}
	if (p->tls) {
		c->tls = cd_tls_new(p->tls, NULL, NULL, &err);
		peer_must(c->tls && cd_tls_start(c->tls, &err) == CD_TLS_OK, err.message);
	}
}

void peer_conn_free(struct peer_conn *c)
{
	struct peer_conn **at = &c->peer->connections;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	peer_forget_replies(c->peer, c);
	c->peer->loop.vtable->io_free(c->peer->loop.state, c->io);
	close(c->fd);
	cd_tls_free(c->tls);
	cd_buffer_deinit(&c->in);
	cd_buffer_deinit(&c->envelopes);
	cd_buffer_deinit(&c->out);
	atomic_fetch_sub(&c->peer->open_count, 1);
	free(c);
}

void peer_reap(struct peer *p)
{
	for (struct peer_conn *c = p->connections, *next; c; c = next) {
		next = c->next;
		if (c->dead)
			peer_conn_free(c);
	}
}
