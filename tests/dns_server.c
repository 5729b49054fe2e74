/* SPDX-License-Identifier: MIT */
/* The DNS server: one datagram or one stream at a time. */
#include "tests/dns_server.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/address.h"
#include "base/buffer.h"
#include "tests/test.h"

struct dns_server {
	coodie_loop loop;
	const struct dns_row *rows;
	int udp, tcp, stream;
	coodie_watch *on_udp, *on_tcp, *on_stream;
	struct cd_address peer; /* who asked last */
	size_t dropped;
	char log[4096];
};

/* ---- answers -------------------------------------------------------------------------------- */

static const struct dns_row *row_of(const struct dns_server *s, const char *name,
				    enum dns_deed deed)
{
	for (const struct dns_row *r = s->rows; r->name; r++)
		if (r->deed == deed && strcasecmp(r->name, name) == 0)
			return r;
	return NULL;
}

static void add_record(struct dns_out *o, const struct dns_row *r, uint16_t type)
{
	struct cd_dns_srv srv;
	unsigned priority, weight, port;
	bool v6 = strchr(r->data, ':') != NULL;

	if (r->deed == DNS_ALIAS) {
		dns_add_alias(o, r->name, r->data);
	} else if (r->deed == DNS_ADDRESS && type == (v6 ? CD_DNS_AAAA : CD_DNS_A)) {
		dns_add_address(o, r->name, r->data);
	} else if (r->deed == DNS_POINTER && type == CD_DNS_PTR) {
		dns_add_pointer(o, r->name, r->data);
	} else if (r->deed == DNS_SERVICE && type == CD_DNS_SRV) {
		srv.target[0] = '\0';
		assert_true(sscanf(r->data, "%u %u %u %253s", &priority, &weight, &port,
				   srv.target) >= 3);
		srv.priority = (uint16_t)priority;
		srv.weight = (uint16_t)weight;
		srv.port = (uint16_t)port;
		dns_add_srv(o, r->name, &srv);
	}
}

/* Everything about the name and where its aliases lead; no row at all: there is no such name. */
static void write_answer(const struct dns_server *s, const struct cd_dns_question *q,
			 struct dns_out *o)
{
	const char *name = q->name;
	const struct dns_row *alias;
	bool known = false;

	for (const struct dns_row *r = s->rows; r->name; r++)
		known |= strcasecmp(r->name, name) == 0;
	dns_begin(o, q, known ? 0 : CD_DNS_NO_SUCH_NAME);
	do {
		alias = row_of(s, name, DNS_ALIAS);
		for (const struct dns_row *r = s->rows; r->name; r++)
			if (strcasecmp(r->name, name) == 0)
				add_record(o, r, q->type);
		name = alias ? alias->data : NULL;
	} while (alias);
}

static void note(struct dns_server *s, const char *how, const struct cd_dns_question *q)
{
	size_t len = strlen(s->log);
	const char *type = q->type == CD_DNS_A      ? "A"
			   : q->type == CD_DNS_AAAA ? "AAAA"
			   : q->type == CD_DNS_PTR  ? "PTR"
						    : "SRV";

	snprintf(s->log + len, sizeof s->log - len, "%s%s %s, ", how, type, q->name);
}

/* ---- UDP ------------------------------------------------------------------------------------ */

static void send_from(int fd, const struct dns_server *s, const struct dns_out *o)
{
	assert_int_equal(sendto(fd, o->data, o->len, 0, &s->peer.of.any, s->peer.len), o->len);
}

/* Guesses at the answer: another id, another question, no answer at all, nothing; and the right one
 * from somewhere else. */
static void send_forged(const struct dns_server *s, const struct cd_dns_question *q)
{
	struct cd_dns_question other = *q;
	struct dns_out o;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	other.id ^= 1;
	dns_begin(&o, &other, 0);
	dns_add_address(&o, q->name, "10.6.6.1");
	send_from(s->udp, s, &o);
	other = *q;
	other.name[0] ^= 1;
	dns_begin(&o, &other, CD_DNS_NO_SUCH_NAME);
	send_from(s->udp, s, &o);
	dns_begin(&o, q, 0);
	o.data[2] &= 0x7f; /* a question */
	send_from(s->udp, s, &o);
	o.len = 5;
	send_from(s->udp, s, &o);
	o.len = 0;
	send_from(s->udp, s, &o);
	dns_begin(&o, q, 0);
	dns_add_address(&o, q->name, q->type == CD_DNS_A ? "10.6.6.2" : "fd66::2");
	send_from(fd, s, &o);
	close(fd);
}

static void answer_udp(struct dns_server *s, const struct cd_dns_question *q)
{
	const struct dns_row *rcode = row_of(s, q->name, DNS_RCODE);
	const struct dns_row *drop = row_of(s, q->name, DNS_DROP);
	struct dns_out o;

	if (row_of(s, q->name, DNS_SILENT) || (drop && s->dropped++ < (size_t)atoi(drop->data)) ||
	    (q->type == CD_DNS_AAAA && row_of(s, q->name, DNS_NO_V6)))
		return;
	write_answer(s, q, &o);
	if (rcode)
		dns_begin(&o, q, (unsigned)atoi(rcode->data));
	if (row_of(s, q->name, DNS_LONG) || row_of(s, q->name, DNS_HANG_UP) ||
	    row_of(s, q->name, DNS_SLOW_TCP))
		dns_begin(&o, q, DNS_TRUNCATED);
	if (row_of(s, q->name, DNS_FORGED))
		send_forged(s, q);
	if (row_of(s, q->name, DNS_CUT) && cd_get_be16(o.data + 6))
		o.len--;
	send_from(s->udp, s, &o);
}

static void on_udp(int events, void *user)
{
	struct dns_server *s = user;
	uint8_t in[1024];
	struct cd_dns_message m;

	(void)events;
	s->peer.len = sizeof s->peer.of;
	ssize_t n = recvfrom(s->udp, in, sizeof in, MSG_DONTWAIT, &s->peer.of.any, &s->peer.len);
	if (n < 0)
		return;
	assert_true(cd_dns_open(&m, in, (size_t)n) && !m.response);
	note(s, "", &m.question);
	answer_udp(s, &m.question);
}

/* ---- TCP ------------------------------------------------------------------------------------ */

static void end_stream(struct dns_server *s)
{
	if (s->stream < 0)
		return;
	s->loop.vtable->io_free(s->loop.state, s->on_stream);
	close(s->stream);
	s->stream = -1;
	s->loop.vtable->io_set(s->loop.state, s->on_tcp, COODIE_IO_READ); /* the next one */
}

static void answer_stream(struct dns_server *s, const struct cd_dns_question *q)
{
	struct dns_out o;
	uint8_t head[2];

	write_answer(s, q, &o);
	cd_put_be16(head, (uint16_t)o.len);
	if (row_of(s, q->name, DNS_HANG_UP))
		o.len /= 2;
	assert_int_equal(send(s->stream, head, 2, MSG_NOSIGNAL), 2);
	size_t step = row_of(s, q->name, DNS_SLOW_TCP) ? 1 : o.len;
	for (size_t at = 0; at < o.len; at += step)
		send(s->stream, o.data + at, step, MSG_NOSIGNAL);
}

static void on_stream(int events, void *user)
{
	struct dns_server *s = user;
	uint8_t in[1024];
	struct cd_dns_message m;

	(void)events;
	ssize_t n = recv(s->stream, in, sizeof in, 0); /* all of it: loopback is kind */
	if (n > 2 && cd_dns_open(&m, in + 2, (size_t)n - 2)) {
		assert_int_equal(cd_get_be16(in) + 2, n);
		note(s, "tcp ", &m.question);
		answer_stream(s, &m.question);
	}
	end_stream(s);
}

static void on_tcp(int events, void *user)
{
	struct dns_server *s = user;

	(void)events;
	s->stream = accept(s->tcp, NULL, NULL);
	if (s->stream < 0)
		return;
	s->loop.vtable->io_set(s->loop.state, s->on_tcp, 0);
	s->on_stream = s->loop.vtable->io_new(s->loop.state, s->stream, COODIE_IO_READ, on_stream,
					      s);
	assert_non_null(s->on_stream);
}

/* ---- life ----------------------------------------------------------------------------------- */

static int bound(int kind, struct cd_address *a)
{
	int fd = socket(AF_INET, kind, 0), one = 1;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, &a->of.any, a->len) == 0) {
		assert_int_equal(getsockname(fd, &a->of.any, &a->len), 0);
		return fd;
	}
	close(fd);
	return -1;
}

/* The same port for both. */
static void bind_both(struct dns_server *s, const char *address, uint16_t *port)
{
	struct cd_address a;

	for (int i = 0; i < 100; i++) {
		assert_true(cd_address_parse_host(address, *port, &a, NULL));
		s->tcp = bound(SOCK_STREAM, &a);
		if (s->tcp < 0)
			continue;
		s->udp = bound(SOCK_DGRAM, &a);
		if (s->udp >= 0) {
			*port = cd_address_port(&a);
			return;
		}
		close(s->tcp);
	}
	fail_msg("no port for a DNS server");
}

struct dns_server *dns_server_new(const coodie_loop *loop, const char *address, uint16_t *port,
				  const struct dns_row *rows)
{
	struct dns_server *s = calloc(1, sizeof *s);

	assert_non_null(s);
	s->loop = *loop;
	s->rows = rows;
	s->stream = -1;
	bind_both(s, address, port);
	assert_int_equal(listen(s->tcp, 8), 0);
	s->on_udp = loop->vtable->io_new(loop->state, s->udp, COODIE_IO_READ, on_udp, s);
	s->on_tcp = loop->vtable->io_new(loop->state, s->tcp, COODIE_IO_READ, on_tcp, s);
	assert_true(s->on_udp && s->on_tcp);
	return s;
}

void dns_server_free(struct dns_server *s)
{
	if (!s)
		return;
	end_stream(s);
	s->loop.vtable->io_free(s->loop.state, s->on_udp);
	s->loop.vtable->io_free(s->loop.state, s->on_tcp);
	close(s->udp);
	close(s->tcp);
	free(s);
}

const char *dns_server_log(const struct dns_server *s)
{
	return s->log;
}

void dns_server_forget(struct dns_server *s)
{
	s->log[0] = '\0';
	s->dropped = 0;
}
