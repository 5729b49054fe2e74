/* SPDX-License-Identifier: MIT */
/* Tries: each with an id and a port of its own, which an answer has to meet. Sockets are connected,
 * so that only the server that was asked can answer. */
#include "net/dns/dns_exchange.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/entropy.h"
#include "base/error.h"
#include "base/socket.h"

enum { UDP_ROOM = 4096, READS_PER_EVENT = 64, TCP_HEAD = 2, TCP_MOST = TCP_HEAD + 65535 };

static const struct cd_address *server_of(const struct cd_dns_exchange *x)
{
	return &x->conf->servers[(x->first + x->tries - 1) % x->conf->server_count];
}

static void hang_up(struct cd_dns_exchange *x)
{
	if (x->watch)
		x->loop.vtable->io_free(x->loop.state, x->watch);
	x->watch = NULL;
	if (x->fd >= 0)
		close(x->fd);
	x->fd = -1;
	cd_buffer_clear(&x->in);
	x->sent = 0;
}

void cd_dns_exchange_end(struct cd_dns_exchange *x)
{
	if (!x->timer)
		return;
	hang_up(x);
	x->loop.vtable->timer_free(x->loop.state, x->timer);
	x->timer = NULL;
	cd_buffer_deinit(&x->in);
}

/* ---- results: the owner may be gone afterwards ---------------------------------------------- */

static void next_try(struct cd_dns_exchange *x);

static void no_answer(struct cd_dns_exchange *x, const char *why)
{
	coodie_error err;

	cd_fail(&err, COODIE_ERR_RESOLVE, "%s: DNS server %s: %s", x->question.name,
		server_of(x)->text, why);
	hang_up(x);
	x->loop.vtable->timer_stop(x->loop.state, x->timer);
	x->done(NULL, &err, x->user);
}

static void out_of_servers(struct cd_dns_exchange *x)
{
	static const char *const rcodes[] = { NULL,
					      "it does not understand the question",
					      "it failed",
					      NULL,
					      "it does not do that",
					      "it refuses" };
	size_t rcode = x->reason < 0 ? (size_t)-x->reason : 0;

	if (x->reason > 0)
		no_answer(x, x->reason == ETIMEDOUT ? "no answer" : strerror(x->reason));
	else
		no_answer(x, rcode < sizeof rcodes / sizeof *rcodes && rcodes[rcode]
				     ? rcodes[rcode]
				     : "its answer is of no use");
}

static void failed(struct cd_dns_exchange *x, int reason)
{
	x->reason = reason;
	next_try(x);
}

static void set_patience(struct cd_dns_exchange *x)
{
	x->loop.vtable->timer_set(x->loop.state, x->timer, (uint64_t)x->try_ms * 1000);
}

static bool begin_tcp(struct cd_dns_exchange *x);

/* What came for the question. */
static void answered(struct cd_dns_exchange *x, const struct cd_dns_message *m)
{
	if (m->truncated && !x->tcp) {
		hang_up(x);
		if (begin_tcp(x))
			set_patience(x);
		else
			failed(x, errno);
		return;
	}
	if (m->rcode != CD_DNS_NO_ERROR && m->rcode != CD_DNS_NO_SUCH_NAME) {
		failed(x, -m->rcode);
		return;
	}
	x->loop.vtable->timer_stop(x->loop.state, x->timer);
	if (!x->done(m, NULL, x->user))
		failed(x, -CD_DNS_NO_SUCH_NAME);
}

/* ---- UDP ------------------------------------------------------------------------------------ */

/* Whatever is not the answer may be somebody's guess at it: the answer is still waited for. */
static void on_datagram(int events, void *user)
{
	struct cd_dns_exchange *x = user;
	uint8_t in[UDP_ROOM];
	struct cd_dns_message m;

	(void)events;
	for (int i = 0; i < READS_PER_EVENT; i++) {
		ssize_t n = recv(x->fd, in, sizeof in, 0);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			return;
		if (n < 0) {
			failed(x, errno);
			return;
		}
		if (cd_dns_open(&m, in, (size_t)n) && cd_dns_answers(&m, &x->question)) {
			answered(x, &m);
			return;
		}
	}
}

static bool watch(struct cd_dns_exchange *x, int events, coodie_io_fn *fn)
{
	x->watch = x->loop.vtable->io_new(x->loop.state, x->fd, events, fn, x);
	if (!x->watch)
		errno = ENOMEM;
	return x->watch != NULL;
}

/* The kernel chooses the port, at random; errno says what went wrong. */
static bool begin_udp(struct cd_dns_exchange *x)
{
	const struct cd_address *to = server_of(x);

	x->fd = socket(to->of.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return x->fd >= 0 && connect(x->fd, &to->of.any, to->len) == 0 &&
	       send(x->fd, x->out + TCP_HEAD, x->out_len, MSG_NOSIGNAL) == (ssize_t)x->out_len &&
	       watch(x, COODIE_IO_READ, on_datagram);
}

/* ---- TCP ------------------------------------------------------------------------------------ */

static void parse_stream(struct cd_dns_exchange *x)
{
	struct cd_dns_message m;
	size_t len = x->in.len < TCP_HEAD ? 0 : TCP_HEAD + (size_t)cd_get_be16(x->in.data);

	if (x->in.len < TCP_HEAD || x->in.len < len)
		return;
	if (cd_dns_open(&m, x->in.data + TCP_HEAD, len - TCP_HEAD) &&
	    cd_dns_answers(&m, &x->question))
		answered(x, &m);
	else
		failed(x, -CD_DNS_NO_SUCH_NAME);
}

static void read_stream(struct cd_dns_exchange *x)
{
	size_t before = x->in.len;
	uint8_t *room = cd_buffer_grow(&x->in, UDP_ROOM);
	ssize_t n = room ? recv(x->fd, room, UDP_ROOM, 0) : -1;

	if (!room) {
		failed(x, x->in.too_long ? EMSGSIZE : ENOMEM);
		return;
	}
	cd_buffer_truncate(&x->in, before + (n > 0 ? (size_t)n : 0));
	if (n > 0)
		parse_stream(x);
	else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		failed(x, n == 0 ? ECONNRESET : errno);
}

static void write_stream(struct cd_dns_exchange *x)
{
	size_t len = TCP_HEAD + x->out_len;
	int number = 0;
	socklen_t size = sizeof number;

	if (!x->sent && (getsockopt(x->fd, SOL_SOCKET, SO_ERROR, &number, &size) || number)) {
		failed(x, number ? number : errno);
		return;
	}
	ssize_t n = send(x->fd, x->out + x->sent, len - x->sent, MSG_NOSIGNAL);
	if (n > 0)
		x->sent += (size_t)n;
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		failed(x, errno);
	else if (x->sent == len)
		x->loop.vtable->io_set(x->loop.state, x->watch, COODIE_IO_READ);
}

static void on_stream(int events, void *user)
{
	struct cd_dns_exchange *x = user;

	(void)events;
	if (x->sent < TCP_HEAD + x->out_len)
		write_stream(x);
	else
		read_stream(x);
}

static bool begin_tcp(struct cd_dns_exchange *x)
{
	const struct cd_address *to = server_of(x);
	int number;

	x->tcp = true;
	x->fd = cd_socket_open(to, NULL, NULL);
	number = x->fd < 0 ? x->fd : cd_socket_connect(x->fd, to, NULL);
	if (number < 0) {
		errno = -number;
		x->fd = x->fd < 0 ? -1 : x->fd;
		return false;
	}
	return watch(x, COODIE_IO_WRITE, on_stream);
}

/* ---- tries ---------------------------------------------------------------------------------- */

/* A question nobody can guess. */
static bool draw(struct cd_dns_exchange *x)
{
	if (!cd_entropy(&x->question.id, sizeof x->question.id))
		return false;
	x->out_len = cd_dns_encode(&x->question, x->out + TCP_HEAD);
	cd_put_be16(x->out, (uint16_t)x->out_len);
	return true;
}

static void next_try(struct cd_dns_exchange *x)
{
	size_t most = x->conf->attempts * x->conf->server_count;

	for (;;) {
		hang_up(x);
		if (x->tries == most) {
			out_of_servers(x);
			return;
		}
		x->tries++;
		x->tcp = x->conf->tcp;
		if (!draw(x))
			x->reason = EIO;
		else if (x->tcp ? begin_tcp(x) : begin_udp(x))
			break;
		else
			x->reason = errno;
	}
	set_patience(x);
}

static void on_timer(void *user)
{
	struct cd_dns_exchange *x = user;

	if (x->tries)
		x->reason = ETIMEDOUT;
	next_try(x);
}

bool cd_dns_exchange_start(struct cd_dns_exchange *x, const coodie_allocator *allocator,
			   coodie_error *err)
{
	uint8_t any = 0;

	x->timer = x->loop.vtable->timer_new(x->loop.state, on_timer, x);
	if (!x->timer)
		return cd_no_memory(err, "a question to DNS");
	if (x->conf->rotate && cd_entropy(&any, sizeof any))
		x->first = any;
	x->fd = -1;
	x->tries = 0;
	cd_buffer_init(&x->in, allocator, TCP_MOST + UDP_ROOM);
	x->loop.vtable->timer_set(x->loop.state, x->timer, 0);
	return true;
}
