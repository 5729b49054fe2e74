/* SPDX-License-Identifier: MIT */
/* The link: non-blocking socket, TLS in between, one send per turn of the loop. */
#include "net/engine/link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "net/options/socket_options.h"

/* A connection that has little to hear gets by with little; one read was full: there is more. */
enum { FIRST_READ_BYTES = 4096, READ_BYTES = 65536, READS_PER_EVENT = 16 };

/* The common ones in words that are the same everywhere. */
static const char *reason(int number)
{
	switch (number) {
	case ECONNREFUSED:
		return "connection refused";
	case ECONNRESET:
	case EPIPE:
		return "connection reset by the peer";
	case EHOSTUNREACH:
		return "no route to the host";
	case ENETUNREACH:
		return "the network cannot be reached";
	case ETIMEDOUT:
		return "connection timed out";
	default:
		return strerror(number);
	}
}

const char *cd_link_phase(const struct cd_link *l)
{
	if (l->connecting)
		return "connect";
	if (!l->watch && l->carrier.fd < 0)
		return "the question for its name";
	if (l->tls && !cd_tls_ready(l->tls))
		return "the TLS handshake";
	return cd_conn_phase(&l->conn);
}

bool cd_link_late(const struct cd_link *l, uint32_t timeout_ms, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_TIMEOUT, "no answer to %s from %s within %" PRIu32 " ms",
		       cd_link_phase(l), l->address.text, timeout_ms);
}

/* ---- ends ----------------------------------------------------------------------------------- */

/* TLS 1.3: a server that does not like our certificate says so after our side of the handshake is
 * over. */
static bool in_handshake(const struct cd_link *l)
{
	return l->tls && (!cd_tls_ready(l->tls) || l->conn.state == CD_CONN_OPTIONS);
}

static bool fail_os(const struct cd_link *l, int number, coodie_error *err)
{
	if (l->connecting)
		return cd_fail(err, number == ETIMEDOUT ? COODIE_ERR_TIMEOUT : COODIE_ERR_CONNECT,
			       "%s", reason(number));
	if (in_handshake(l) && (number == ECONNRESET || number == EPIPE)) {
		cd_tls_eof(l->tls, err);
		return false;
	}
	return cd_fail(err, COODIE_ERR_CLOSED, "%s during %s%s", reason(number), cd_link_phase(l),
		       !l->tls && l->conn.state == CD_CONN_OPTIONS ? " (does it expect TLS?)" : "");
}

static bool fail_eof(const struct cd_link *l, coodie_error *err)
{
	if (l->reset)
		return fail_os(l, ECONNRESET, err);
	if (in_handshake(l)) {
		cd_tls_eof(l->tls, err);
		return false;
	}
	if (l->conn.state == CD_CONN_READY && !cd_conn_in_flight(&l->conn))
		return cd_fail(err, COODIE_ERR_CLOSED, "the peer closed the connection");
	return cd_fail(err, COODIE_ERR_CLOSED, "the peer closed the connection during %s%s",
		       cd_link_phase(l),
		       !l->tls && l->conn.state == CD_CONN_OPTIONS ? " (does it expect TLS?)" : "");
}

static int64_t send_some(struct cd_link *l, const uint8_t *at, size_t len);

/* Tells a TLS peer that this is the end, if the kernel takes it at once. */
static void say_goodbye(struct cd_link *l)
{
	if (l->carrier.fd < 0 || l->reset || !l->tls || !cd_tls_ready(l->tls) ||
	    l->cipher_sent < l->cipher.len)
		return;
	cd_tls_shutdown(l->tls);
	if (cd_tls_drain(l->tls, &l->cipher))
		send_some(l, l->cipher.data + l->cipher_sent, l->cipher.len - l->cipher_sent);
}

void cd_link_close(struct cd_link *l)
{
	say_goodbye(l);
	if (l->watch)
		l->loop->vtable->io_free(l->loop->state, l->watch);
	l->watch = NULL;
	if (l->nudge)
		l->loop->vtable->timer_free(l->loop->state, l->nudge);
	l->nudge = NULL;
	cd_auth_end(&l->conn); /* nobody is there to be woken by an answer */
	cd_carrier_close(&l->carrier, false);
	cd_tls_free(l->tls);
	l->tls = NULL;
	cd_buffer_deinit(&l->plain);
	cd_buffer_deinit(&l->cipher);
}

static void set_events(struct cd_link *l)
{
	int events = l->connecting ? COODIE_IO_WRITE
				   : COODIE_IO_READ | (l->blocked ? COODIE_IO_WRITE : 0);

	l->loop->vtable->io_set(l->loop->state, l->watch, events);
}

/* ---- out ------------------------------------------------------------------------------------ */

/* A peer that is gone may have said why before it went: that is read first, and the end found
 * there.
 * @return bytes the kernel took; less than `len`: it is full; below 0: -errno */
static int64_t send_some(struct cd_link *l, const uint8_t *at, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		int64_t n = cd_carrier_send(&l->carrier, at + sent, len - sent);
		if (n >= 0)
			sent += (size_t)n;
		else if (n == -EPIPE || n == -ECONNRESET)
			l->reset = true;
		else if (n != -EAGAIN && n != -EWOULDBLOCK && n != -EINTR)
			return n;
		if (n < 0 && n != -EINTR)
			break;
	}
	l->bytes_sent += sent;
	return (int64_t)sent;
}

/* Encrypted bytes; `*full` when some are left. */
static bool send_cipher(struct cd_link *l, bool *full, coodie_error *err)
{
	if (!cd_tls_drain(l->tls, &l->cipher))
		return cd_no_memory(err, "encrypted bytes");
	int64_t n = send_some(l, l->cipher.data + l->cipher_sent, l->cipher.len - l->cipher_sent);
	if (n < 0)
		return fail_os(l, (int)-n, err);
	l->cipher_sent += (size_t)n;
	*full = l->cipher_sent < l->cipher.len;
	if (!*full) {
		cd_buffer_clear(&l->cipher);
		l->cipher_sent = 0;
	}
	return true;
}

static bool send_encrypted(struct cd_link *l, struct cd_span pending, bool *full, coodie_error *err)
{
	if (!send_cipher(l, full, err))
		return false;
	if (*full || !pending.len || !cd_tls_ready(l->tls))
		return true;
	if (cd_tls_write(l->tls, pending.at, pending.len, err) != CD_TLS_OK)
		return false;
	cd_outbox_sent(&l->conn.out, pending.len);
	return send_cipher(l, full, err);
}

static bool send_plain(struct cd_link *l, struct cd_span pending, bool *full, coodie_error *err)
{
	int64_t n = pending.len ? send_some(l, pending.at, pending.len) : 0;

	if (n < 0)
		return fail_os(l, (int)-n, err);
	cd_outbox_sent(&l->conn.out, (size_t)n);
	*full = (size_t)n < pending.len;
	return true;
}

bool cd_link_flush(struct cd_link *l, coodie_error *err)
{
	bool full = false, ok;

	if (l->connecting || l->blocked)
		return true;
	if (!cd_outbox_seal(&l->conn.out, err))
		return false;
	struct cd_span pending = cd_outbox_pending(&l->conn.out);
	ok = l->tls ? send_encrypted(l, pending, &full, err) : send_plain(l, pending, &full, err);
	if (ok && full != l->blocked) {
		l->blocked = full;
		set_events(l);
	}
	return ok;
}

/* ---- in ------------------------------------------------------------------------------------- */

static bool pass_on(struct cd_link *l, coodie_error *err)
{
	size_t len;
	uint8_t *room;

	if (!l->plain.len)
		return true;
	room = cd_inbox_space(&l->conn.in, l->plain.len, &len);
	if (!room)
		return cd_no_memory(err, "room for a response");
	memcpy(room, l->plain.data, l->plain.len);
	cd_inbox_filled(&l->conn.in, l->plain.len);
	cd_buffer_clear(&l->plain);
	return true;
}

/* Ciphertext goes through the engine; what it says of itself (handshake, alerts) is sent at once.
 */
static bool decrypt(struct cd_link *l, const uint8_t *at, size_t len, coodie_error *err)
{
	bool full = false;
	coodie_error other;
	enum cd_tls_status status = cd_tls_feed(l->tls, at, len, &l->plain, err);

	if (status == CD_TLS_FAILED) {
		send_cipher(l, &full, &other); /* the alert that tells the peer why */
		return false;
	}
	if (!pass_on(l, err) || !send_cipher(l, &full, err))
		return false;
	return status != CD_TLS_CLOSED || fail_eof(l, err);
}

/* One read of what there is, with room for `least` bytes. @return whether there may be more; false
 * with `*failed`: `err` says why it is over */
static bool read_some(struct cd_link *l, size_t least, bool *failed, coodie_error *err)
{
	uint8_t wire[16384];
	size_t len = sizeof wire;
	uint8_t *room = l->tls ? wire : cd_inbox_space(&l->conn.in, least, &len);

	if (!room) {
		*failed = true;
		return cd_no_memory(err, "room for a response");
	}
	int64_t n = cd_carrier_receive(&l->carrier, room, len);
	if (n == -EAGAIN || n == -EWOULDBLOCK || n == -EINTR)
		return n == -EINTR;
	if (n <= 0) {
		*failed = true;
		return n < 0 ? fail_os(l, (int)-n, err) : fail_eof(l, err);
	}
	l->bytes_received += (uint64_t)n;
	if (!l->tls)
		cd_inbox_filled(&l->conn.in, (size_t)n);
	else if (!decrypt(l, room, (size_t)n, err))
		*failed = true;
	return !*failed && (size_t)n == len;
}

/* What came before an end is still handed on. */
static void readable(struct cd_link *l)
{
	struct cd_link_owner owner = l->owner;
	coodie_error err;
	size_t least = FIRST_READ_BYTES;
	bool failed = false;

	cd_clear(&err);
	for (int i = 0; i < READS_PER_EVENT && read_some(l, least, &failed, &err); i++)
		least = READ_BYTES;
	if (failed && l->tls && !cd_tls_ready(l->tls))
		owner.lost(&err, owner.user);
	else if (owner.moved(owner.user) && failed)
		owner.lost(&err, owner.user);
}

void cd_link_rest(struct cd_link *l)
{
	cd_inbox_rest(&l->conn.in);
	cd_outbox_rest(&l->conn.out);
	if (!l->plain.len)
		cd_buffer_deinit(&l->plain);
	if (!l->cipher.len)
		cd_buffer_deinit(&l->cipher);
}

/* ---- the loop's callback -------------------------------------------------------------------- */

/* connect() is over. */
static bool connected(struct cd_link *l, coodie_error *err)
{
	int number = cd_carrier_connected(&l->carrier);

	if (number)
		return fail_os(l, -number, err);
	l->connecting = false;
	if (l->tls && cd_tls_start(l->tls, err) != CD_TLS_OK)
		return false;
	set_events(l);
	return cd_link_flush(l, err);
}

static void on_io(int events, void *user)
{
	struct cd_link *l = user;
	struct cd_link_owner owner = l->owner;
	coodie_error err;
	bool ok = true;

	if (l->connecting) {
		ok = connected(l, &err);
	} else if (events & COODIE_IO_WRITE) {
		l->blocked = false;
		ok = cd_link_flush(l, &err);
		if (ok)
			set_events(l);
	}
	if (!ok)
		owner.lost(&err, owner.user);
	else if (events & COODIE_IO_READ)
		readable(l);
	owner.done(owner.user);
}

static bool open_carrier(struct cd_link *l, coodie_error *err)
{
	struct cd_socket_options socket;
	struct cd_address local;
	int number;

	if (!cd_socket_options_from(l->conn.options, &local, &socket, err))
		return false;
	socket.local_port = l->source_port;
	number = cd_carrier_connect(&l->carrier, &l->address, &socket, err);
	l->port_taken = number == -EADDRINUSE && l->source_port;
	if (number == -ECANCELED) /* by the user's hook, who has said why */
		return false;
	if (l->carrier.fd < 0)
		return cd_fail(err, COODIE_ERR_CONNECT, "no socket: %s", reason(-number));
	l->connecting = true;
	if (number < 0)
		return fail_os(l, -number, err);
	l->watch = l->loop->vtable->io_new(l->loop->state, l->carrier.fd, COODIE_IO_WRITE, on_io,
					   l);
	return l->watch || cd_no_memory(err, "a watch of a socket");
}

/* ---- logins that are answered later --------------------------------------------------------- */

static void on_nudge(void *user)
{
	struct cd_link *l = user;
	struct cd_link_owner owner = l->owner;

	owner.moved(owner.user);
	owner.done(owner.user);
}

/* From inside the application's authenticator, or from anywhere in its code. */
static void wake(void *user)
{
	struct cd_link *l = user;

	l->loop->vtable->timer_set(l->loop->state, l->nudge, 0);
}

static bool prepare_login(struct cd_link *l, const char *host, coodie_error *err)
{
	struct cd_auth *auth = &l->conn.auth;

	auth->address = cd_address_inet(&l->address);
	auth->port = cd_address_port(&l->address);
	if (!l->conn.options->authenticator.initial)
		return true;
	auth->host = cd_arena_strndup(&l->conn.arena, host ? host : "", host ? strlen(host) : 0);
	l->nudge = l->loop->vtable->timer_new(l->loop->state, on_nudge, l);
	auth->wake = wake;
	auth->wake_user = l;
	return (auth->host && l->nudge) || cd_no_memory(err, "a login");
}

/* Tickets are a node's: whatever its port, and its shard. */
static bool encrypt(struct cd_link *l, struct cd_tls_context *context, const char *host,
		    coodie_error *err)
{
	const char *port = cd_address_is_path(&l->address) ? NULL : strrchr(l->address.text, ':');
	char node[CD_ADDRESS_TEXT];

	snprintf(node, sizeof node, "%.*s",
		 (int)(port ? port - l->address.text : CD_ADDRESS_TEXT - 1), l->address.text);
	l->tls = cd_tls_new(context, host, &l->conn.options->allocator, err);
	return l->tls && cd_tls_set_peer(l->tls, node, err);
}

void cd_link_init(struct cd_link *l, const coodie_loop *loop, const struct cd_link_owner *owner)
{
	const coodie_allocator *a = &l->conn.options->allocator;

	l->loop = loop;
	l->owner = *owner;
	l->carrier = (struct cd_carrier){ &l->conn.options->transport, -1 };
	l->tls = NULL;
	l->watch = l->nudge = NULL;
	l->reset = false;
	cd_buffer_init(&l->plain, a, 0);
	cd_buffer_init(&l->cipher, a, 0);
}

bool cd_link_open(struct cd_link *l, struct cd_tls_context *context, const char *host,
		  coodie_error *err)
{
	if ((!context || encrypt(l, context, host, err)) && prepare_login(l, host, err) &&
	    cd_conn_start(&l->conn, err) && open_carrier(l, err))
		return true;
	cd_link_close(l);
	return false;
}
