/* SPDX-License-Identifier: MIT */
/* A server that is faster than its clients: a node in memory answers each request once, from then
 * on what it said is repeated.
 *
 *     stub ADDRESS PORT [--shards N] [--shard-port P] [--busy NANOSECONDS]
 *     stub --cql
 *
 * EXECUTE is recognised by its prepared id (so the values of the first one count: the workloads ask
 * for number 0 first), BATCH by its opcode; everything else goes to the node. With shards it is
 * ScyllaDB's, and statements that come to the wrong shard are counted. SIGUSR1 prints the counters
 * as one line, SIGUSR2 sets them to zero, SIGTERM and SIGINT print them and end it. With --busy it computes
 * so long for each request, as a server that does something. --cql prints what is in the tables, for
 * another server. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <coodie/codec.h>
#include <coodie/node.h>

#include "base/error.h"
#include "bench/data.h"
#include "bench/stub_answers.h"
#include "node/server/node.h"
#include "tests/simulation.h"

enum { READ_BYTES = 256 * 1024, EVENTS = 64 };

struct server;

/* What epoll hands out. */
struct source {
	void (*ready)(struct source *s, uint32_t events);
	struct server *server;
	int fd;
};

struct conn {
	struct source source;
	struct nd_conn node; /* its other half, inside */
	struct cd_inbox in;
	struct cd_outbox out;
	struct cd_outbox ask; /* to the node, in the framing that was agreed on with it, */
	struct cd_inbox told; /* and back */
	uint32_t shard;
	bool waits; /* for room in the kernel */
};

struct counters {
	uint64_t requests, opcodes[CQL_OP_COUNT], batch_rows, bytes_in, bytes_out, reads, writes;
	uint64_t connections, open, repeated, routed, misrouted;
	uint64_t by_shard[256];
};

struct server {
	int epoll;
	struct source listener, shard_listener, signals;
	struct simulation *world;
	coodie_node *box;
	struct stub_answers answers;
	struct counters counters;
	uint32_t shards;
	uint64_t busy_ns; /* per request */
	bool over;
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "stub: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- the node behind it ---------------------------------------------------------------------- */

static bool run_statement(const char *cql, void *user)
{
	return coodie_node_execute(user, cql, NULL);
}

static void open_box(struct server *s, const char *address, uint16_t port, uint16_t shard_port)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_transport transport;
	coodie_loop loop;
	char text[80];

	s->world = simulation_new(1);
	must(o && s->world, "make a node");
	transport = simulation_transport(s->world);
	loop = simulation_loop(s->world);
	snprintf(text, sizeof text, "%s:%u", address, (unsigned)port);
	coodie_node_options_set_transport(o, &transport);
	coodie_node_options_set_clock(o, simulation_clock, s->world);
	must(coodie_node_options_set_address(o, text, NULL), "use this address");
	must(coodie_node_options_set_shards(o, s->shards, NULL), "have so many shards");
	s->box = coodie_node_attach(o, &loop, NULL);
	must(s->box, "start the node");
	s->box->members[0]->scylla.shard_aware_port = shard_port;
	coodie_node_options_free(o);
	must(bench_data(run_statement, s->box), "fill the tables");
}

/* ---- one request ---------------------------------------------------------------------------- */

/* What the node says to it, borrowed until the next one. */
static bool ask_node(struct conn *c, const cql_envelope *request, cql_envelope *answer)
{
	struct cd_span bytes;
	size_t room;

	size_t mark = cd_outbox_begin(&c->ask, request->flags, request->stream,
				      (enum cql_opcode)request->opcode);
	cd_buffer_bytes(&c->ask.bytes, request->body.data, request->body.len);
	must(cd_outbox_end(&c->ask, mark, NULL) && cd_outbox_seal(&c->ask, NULL), "ask the node");
	while ((bytes = cd_outbox_pending(&c->ask)).len) {
		uint8_t *to = nd_conn_space(&c->node, &room);
		size_t len = bytes.len < room ? bytes.len : room;
		must(to, "ask the node");
		memcpy(to, bytes.at, len);
		nd_conn_filled(&c->node, len);
		cd_outbox_sent(&c->ask, len);
		nd_conn_run(&c->node, 0, SIZE_MAX);
	}
	while ((bytes = nd_conn_pending(&c->node)).len) {
		uint8_t *to = cd_inbox_space(&c->told, bytes.len, &room);
		must(to, "hear the node");
		memcpy(to, bytes.at, bytes.len);
		cd_inbox_filled(&c->told, bytes.len);
		nd_conn_sent(&c->node, bytes.len);
	}
	return cd_inbox_next(&c->told, answer, NULL) == CQL_INBOX_ENVELOPE;
}

static bool put(struct conn *c, const cql_envelope *e)
{
	size_t mark = cd_outbox_begin(&c->out, e->flags, e->stream, (enum cql_opcode)e->opcode);

	cd_buffer_bytes(&c->out.bytes, e->body.data, e->body.len);
	return cd_outbox_end(&c->out, mark, NULL);
}

/* The framing changes behind READY, on all four sides. */
static void switch_all(struct conn *c, uint8_t version)
{
	cd_inbox_switch(&c->in, version, false);
	cd_inbox_switch(&c->told, version, false);
	cd_outbox_switch(&c->ask, version, false);
}

static void count_route(struct conn *c, const struct stub_request *q)
{
	struct counters *n = &c->source.server->counters;
	int64_t token;

	if (!c->source.server->shards || !stub_token(&c->source.server->answers, q, &token))
		return;
	n->routed++;
	n->misrouted += cql_shard_of_token(token, c->source.server->shards, ND_SCYLLA_IGNORE_MSB) !=
			c->shard;
}

/* Sends what is pending before the framing changes: READY is in the old one. */
static void flush(struct conn *c);

static bool serve_by_node(struct conn *c, const cql_envelope *e, const struct stub_request *q)
{
	struct server *s = c->source.server;
	cql_envelope answer;

	cd_outbox_set_version(&c->ask, e->version);
	if (!ask_node(c, e, &answer))
		return false;
	cd_outbox_set_version(&c->out, answer.version);
	if (!put(c, &answer))
		return false;
	stub_learn(&s->answers, e, q, &answer);
	if (e->opcode == CQL_OP_STARTUP && answer.opcode == CQL_OP_READY) {
		switch_all(c, e->version);
		flush(c);
		cd_outbox_switch(&c->out, e->version, false);
	}
	return true;
}

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void compute(uint64_t ns)
{
	uint64_t end = ns ? clock_ns() + ns : 0;

	while (ns && clock_ns() < end)
		;
}

static bool serve(struct conn *c, const cql_envelope *e)
{
	struct server *s = c->source.server;
	struct counters *n = &s->counters;
	struct stub_request q;

	compute(s->busy_ns);
	n->requests++;
	n->opcodes[e->opcode]++;
	n->by_shard[c->shard]++;
	if (!stub_request_read(e, &q))
		return serve_by_node(c, e, NULL);
	n->batch_rows += q.rows;
	count_route(c, &q);
	const struct stub_answer *a = stub_find(&s->answers, &q);
	if (!a)
		return serve_by_node(c, e, &q);
	n->repeated++;
	return cd_outbox_put(&c->out, (struct cd_span){ a->envelope, a->len }, e->stream, NULL);
}

/* ---- connections ---------------------------------------------------------------------------- */

static void watch(struct server *s, struct source *source, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = source };

	source->server = s;
	source->fd = fd;
	must(fd >= 0 && !epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e), "watch a descriptor");
}

static void close_conn(struct conn *c)
{
	c->source.server->counters.open--;
	close(c->source.fd);
	nd_conn_deinit(&c->node);
	cd_inbox_deinit(&c->in);
	cd_inbox_deinit(&c->told);
	cd_outbox_deinit(&c->out);
	cd_outbox_deinit(&c->ask);
	free(c);
}

static void wait_for_room(struct conn *c, bool waits)
{
	struct epoll_event e = { .events = EPOLLIN | (waits ? EPOLLOUT : 0u),
				 .data.ptr = &c->source };

	if (waits == c->waits)
		return;
	c->waits = waits;
	epoll_ctl(c->source.server->epoll, EPOLL_CTL_MOD, c->source.fd, &e);
}

static void flush(struct conn *c)
{
	struct counters *n = &c->source.server->counters;
	struct cd_span bytes = { NULL, 0 };

	if (cd_outbox_seal(&c->out, NULL))
		bytes = cd_outbox_pending(&c->out);
	while (bytes.len) {
		ssize_t sent = send(c->source.fd, bytes.at, bytes.len, MSG_NOSIGNAL);
		n->writes++;
		if (sent < 0)
			break; /* full; or over, which reading tells */
		n->bytes_out += (uint64_t)sent;
		cd_outbox_sent(&c->out, (size_t)sent);
		bytes = cd_outbox_pending(&c->out);
	}
	wait_for_room(c, bytes.len != 0);
}

/* @return whether the connection is still there */
static bool receive(struct conn *c)
{
	struct counters *n = &c->source.server->counters;
	enum cql_inbox_status status;
	cql_envelope e;
	size_t room;

	uint8_t *to = cd_inbox_space(&c->in, READ_BYTES, &room);
	must(to, "read");
	ssize_t len = recv(c->source.fd, to, room, 0);
	if (len < 0 && errno == EAGAIN)
		return true;
	if (len <= 0)
		return false;
	n->reads++;
	n->bytes_in += (uint64_t)len;
	cd_inbox_filled(&c->in, (size_t)len);
	while ((status = cd_inbox_next(&c->in, &e, NULL)) == CQL_INBOX_ENVELOPE)
		if (!serve(c, &e))
			return false;
	return status == CQL_INBOX_MORE;
}

static void conn_ready(struct source *source, uint32_t events)
{
	struct conn *c = (void *)source;

	if (events & ~(uint32_t)EPOLLOUT && !receive(c)) {
		flush(c);
		close_conn(c);
		return;
	}
	flush(c);
}

static void accept_ready(struct source *source, uint32_t events)
{
	struct server *s = source->server;
	struct nd_service *service = &s->box->members[0]->service;
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	int one = 1, fd = accept4(source->fd, (void *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	struct conn *c = calloc(1, sizeof *c);
	must(c, "make a connection");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	nd_conn_init(&c->node, service);
	if (s->shards)
		c->shard = nd_scylla_shard(service->scylla,
					   source == &s->shard_listener ? ntohs(peer.sin_port) : 0);
	c->node.shard = (uint8_t)c->shard;
	cd_inbox_init(&c->in, CQL_SERVER, service->allocator, NULL);
	cd_inbox_init(&c->told, CQL_CLIENT, service->allocator, NULL);
	cd_outbox_init(&c->out, CQL_SERVER, service->allocator, 0);
	cd_outbox_init(&c->ask, CQL_CLIENT, service->allocator, 0);
	c->source.ready = conn_ready;
	watch(s, &c->source, fd, EPOLLIN);
	s->counters.connections++;
	s->counters.open++;
}

/* ---- the program ---------------------------------------------------------------------------- */

static void print_counters(const struct server *s)
{
	const struct counters *n = &s->counters;

	fprintf(stderr, "{\"requests\":%" PRIu64, n->requests);
	for (unsigned i = 0; i < CQL_OP_COUNT; i++)
		if (cql_opcode_is_request(i))
			fprintf(stderr, ",\"%s\":%" PRIu64, cql_opcode_name(i), n->opcodes[i]);
	fprintf(stderr,
		",\"batch_rows\":%" PRIu64 ",\"repeated\":%" PRIu64 ",\"bytes_in\":%" PRIu64
		",\"bytes_out\":%" PRIu64 ",\"reads\":%" PRIu64 ",\"writes\":%" PRIu64
		",\"connections\":%" PRIu64 ",\"open\":%" PRIu64 ",\"routed\":%" PRIu64
		",\"misrouted\":%" PRIu64 ",\"by_shard\":[",
		n->batch_rows, n->repeated, n->bytes_in, n->bytes_out, n->reads, n->writes,
		n->connections, n->open, n->routed, n->misrouted);
	for (uint32_t i = 0; i < (s->shards ? s->shards : 1); i++)
		fprintf(stderr, "%s%" PRIu64, i ? "," : "", n->by_shard[i]);
	fprintf(stderr, "]}\n");
}

static void signal_ready(struct source *source, uint32_t events)
{
	struct server *s = source->server;
	struct signalfd_siginfo info;

	(void)events;
	if (read(source->fd, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo != SIGUSR2)
		print_counters(s);
	if (info.ssi_signo == SIGUSR2) {
		uint64_t open = s->counters.open;
		s->counters = (struct counters){ .open = open };
	}
	s->over = info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
}

static void watch_signals(struct server *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals.ready = signal_ready;
	watch(s, &s->signals, signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), EPOLLIN);
}

static void listen_at(struct server *s, struct source *source, const char *address, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	must(fd >= 0 && inet_pton(AF_INET, address, &at.sin_addr) == 1, "use this address");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	must(!bind(fd, (void *)&at, sizeof at) && !listen(fd, 1024), "listen");
	source->ready = accept_ready;
	watch(s, source, fd, EPOLLIN);
}

static int usage(void)
{
	fprintf(stderr, "usage: stub ADDRESS PORT [--shards N] [--shard-port P] [--busy NANOSECONDS] | stub --cql\n");
	return 2;
}

static bool print_statement(const char *cql, void *user)
{
	return fprintf(user, "%s;\n", cql) > 0;
}

static void run(struct server *s)
{
	struct epoll_event events[EVENTS];

	while (!s->over) {
		int count = epoll_wait(s->epoll, events, EVENTS, -1);
		for (int i = 0; i < count; i++) {
			struct source *source = events[i].data.ptr;
			source->ready(source, events[i].events);
		}
	}
}

int main(int argc, char **argv)
{
	struct server s = { .epoll = epoll_create1(EPOLL_CLOEXEC) };
	uint16_t shard_port = 0;

	if (argc == 2 && !strcmp(argv[1], "--cql"))
		return !bench_data(print_statement, stdout) || fflush(stdout);
	if (argc < 3 || argc % 2 == 0)
		return usage();
	for (int i = 3; i < argc; i += 2)
		if (!strcmp(argv[i], "--shards"))
			s.shards = (uint32_t)strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--shard-port"))
			shard_port = (uint16_t)strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--busy"))
			s.busy_ns = strtoull(argv[i + 1], NULL, 10);
		else
			return usage();
	uint16_t port = (uint16_t)strtoul(argv[2], NULL, 10);
	open_box(&s, argv[1], port, shard_port);
	watch_signals(&s);
	listen_at(&s, &s.listener, argv[1], port);
	if (s.shards && shard_port)
		listen_at(&s, &s.shard_listener, argv[1], shard_port);
	run(&s);
	stub_answers_deinit(&s.answers);
	coodie_node_stop(s.box);
	simulation_free(s.world);
	return 0;
}
