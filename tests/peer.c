/* SPDX-License-Identifier: MIT */
/* The peer as tests see it: its thread, its port, its script and its counters. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/peer_internal.h"

void peer_must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "peer: %s (errno: %s)\n", what, strerror(errno));
	abort();
}

static void set_nonblocking(int fd)
{
	peer_must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0,
		  "fcntl");
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void on_accept(int events, void *user)
{
	struct peer *p = user;
	int fd, one = 1;

	(void)events;
	while ((fd = accept(p->listener, NULL, NULL)) >= 0) {
		set_nonblocking(fd);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		peer_conn_new(p, fd);
	}
}

static void on_wake(int events, void *user)
{
	struct peer *p = user;
	char bytes[64];
	bool drop, release;

	(void)events;
	while (read(p->wake[0], bytes, sizeof bytes) > 0)
		;
	pthread_mutex_lock(&p->lock);
	drop = p->drop;
	release = !p->hold;
	pthread_mutex_unlock(&p->lock);
	if (release)
		peer_release_held(p);
	for (struct peer_conn *c = p->connections; drop && c; c = c->next)
		peer_conn_close(c, false);
	peer_reap(p);
	if (drop) {
		pthread_mutex_lock(&p->lock);
		p->drop = false;
		pthread_cond_broadcast(&p->dropped);
		pthread_mutex_unlock(&p->lock);
	}
}

static bool stopping(struct peer *p)
{
	bool stop;

	pthread_mutex_lock(&p->lock);
	stop = p->stop;
	pthread_mutex_unlock(&p->lock);
	return stop;
}

static void *run(void *user)
{
	struct peer *p = user;

	while (!stopping(p))
		p->loop.vtable->run_once(p->loop.state);
	while (p->connections)
		peer_conn_free(p->connections);
	return NULL;
}

static void wake(struct peer *p)
{
	while (write(p->wake[1], "", 1) < 0 && errno == EINTR)
		;
}

/* ---- making one ------------------------------------------------------------------------------ */

static struct sockaddr_in address_of(const struct peer *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)p->port) };

	inet_pton(AF_INET, p->options.address, &a.sin_addr);
	return a;
}

/* A queue of nobody, and filled: further SYNs are dropped, and connect() waits for ever. */
static void fill_queue(struct peer *p)
{
	struct sockaddr_in a = address_of(p);

	for (size_t i = 0; i < PEER_FILLERS; i++) {
		p->fillers[i] = socket(AF_INET, SOCK_STREAM, 0);
		peer_must(p->fillers[i] >= 0, "socket");
		set_nonblocking(p->fillers[i]);
		peer_must(!connect(p->fillers[i], (struct sockaddr *)&a, sizeof a) ||
				  errno == EINPROGRESS,
			  "connect");
	}
}

static void start_listening(struct peer *p)
{
	struct sockaddr_in a = address_of(p);
	socklen_t len = sizeof a;
	bool mute = p->options.at == PEER_AT_CONNECT;

	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	peer_must(p->listener >= 0, "socket");
	set_nonblocking(p->listener);
	peer_must(!bind(p->listener, (struct sockaddr *)&a, sizeof a), "bind");
	peer_must(!listen(p->listener, mute ? 0 : 1024), "listen");
	peer_must(!getsockname(p->listener, (struct sockaddr *)&a, &len), "getsockname");
	p->port = ntohs(a.sin_port);
	snprintf(p->address, sizeof p->address, "%s:%u", p->options.address, p->port);
	if (mute) {
		fill_queue(p);
		return;
	}
	p->accept_watch = p->loop.vtable->io_new(p->loop.state, p->listener, COODIE_IO_READ,
						 on_accept, p);
	peer_must(p->accept_watch, "a watch");
}

static void load_certificate(struct peer *p)
{
	const struct peer_options *o = &p->options;
	char cert[512], key[512], ca[512];
	coodie_error err = { 0 };

	if (!o->certs)
		return;
	snprintf(cert, sizeof cert, "%s/%s.pem", o->certs, o->cert ? o->cert : "server");
	snprintf(key, sizeof key, "%s/%s.key", o->certs, o->cert ? o->cert : "server");
	snprintf(ca, sizeof ca, "%s/ca.pem", o->certs);
	p->tls = cd_tls_context_new_server(cert, key, o->client_auth ? ca : NULL, &err);
	peer_must(p->tls, err.message);
}

struct peer *peer_new(const struct peer_options *options)
{
	struct peer *p = calloc(1, sizeof *p);
	coodie_error err = { 0 };

	peer_must(p, "memory for a peer");
	p->options = *options;
	p->options.highest = options->highest ? options->highest : 5;
	p->options.address = options->address ? options->address : "127.0.0.1";
	for (size_t i = 0; i < PEER_FILLERS; i++)
		p->fillers[i] = -1;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->dropped, NULL);
	peer_must(cd_loop_ev_new(&p->loop, &err), err.message);
	peer_must(!pipe(p->wake), "pipe");
	set_nonblocking(p->wake[0]);
	set_nonblocking(p->wake[1]);
	p->wake_watch = p->loop.vtable->io_new(p->loop.state, p->wake[0], COODIE_IO_READ, on_wake,
					       p);
	peer_must(p->wake_watch, "a watch");
	load_certificate(p);
	start_listening(p);
	peer_must(!pthread_create(&p->thread, NULL, run, p), "pthread_create");
	return p;
}

static void free_tables(struct peer *p)
{
	while (p->scripts) {
		struct peer_script *s = p->scripts;
		p->scripts = s->next;
		peer_script_unref(s);
	}
	peer_forget(p);
}

void peer_free(struct peer *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_mutex_unlock(&p->lock);
	wake(p);
	pthread_join(p->thread, NULL);
	if (p->accept_watch)
		p->loop.vtable->io_free(p->loop.state, p->accept_watch);
	p->loop.vtable->io_free(p->loop.state, p->wake_watch);
	cd_loop_ev_free(&p->loop);
	for (size_t i = 0; i < PEER_FILLERS; i++)
		if (p->fillers[i] >= 0)
			close(p->fillers[i]);
	close(p->listener);
	close(p->wake[0]);
	close(p->wake[1]);
	cd_tls_context_free(p->tls);
	free_tables(p);
	pthread_cond_destroy(&p->dropped);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* ---- the script ------------------------------------------------------------------------------ */

static char *copy_text(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	peer_must(!text || copy, "memory for a text");
	return copy;
}

static struct peer_script *new_script(const char *cql, const struct peer_answer *a)
{
	struct peer_script *s = calloc(1, sizeof *s);

	peer_must(s, "memory for a script");
	s->references = 1;
	s->cql = copy_text(cql);
	s->answer = *a;
	s->left = a->times;
	s->message = copy_text(a->message);
	s->warning = copy_text(a->warning);
	s->binds = peer_parse_columns(a->binds, &s->bind_count);
	s->columns = peer_parse_columns(a->columns, &s->column_count);
	s->row_count = s->column_count ? a->values.count / s->column_count : 0;
	cd_buffer_init(&s->cells, NULL, 0);
	cd_buffer_init(&s->details, NULL, 0);
	peer_must(s->row_count * s->column_count == a->values.count, "values for whole rows");
	for (size_t i = 0; i < a->values.count; i++)
		peer_put_value(&s->cells, s->columns[i % s->column_count].type,
			       a->values.values[i]);
	cd_buffer_bytes(&s->details, a->details.data, a->details.len);
	peer_must(!s->cells.failed && !s->details.failed, "memory for a script");
	return s;
}

/* Where a new row belongs: the place of the unlimited one of this text that it replaces, or, if
 * it is limited itself, the place before that one; else the end. */
static struct peer_script **place_of(struct peer *p, const char *cql)
{
	struct peer_script **at = &p->scripts;

	while (*at && ((*at)->answer.times || strcmp((*at)->cql, cql) != 0))
		at = &(*at)->next;
	return at;
}

void peer_on(struct peer *p, const char *cql, struct peer_answer answer)
{
	struct peer_script *s = new_script(cql, &answer), **at;

	pthread_mutex_lock(&p->lock);
	at = place_of(p, cql);
	if (*at && !answer.times) {
		struct peer_script *old = *at;
		*at = old->next;
		peer_script_unref(old);
	}
	s->next = *at;
	*at = s;
	pthread_mutex_unlock(&p->lock);
}

void peer_forget(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	while (p->prepared) {
		struct peer_prepared *s = p->prepared;
		p->prepared = s->next;
		free(s->cql);
		free(s);
	}
	p->forgotten++;
	pthread_mutex_unlock(&p->lock);
}

void peer_hold(struct peer *p, unsigned n)
{
	pthread_mutex_lock(&p->lock);
	p->hold = n;
	pthread_mutex_unlock(&p->lock);
	wake(p);
}

void peer_drop(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->drop = true;
	wake(p);
	while (p->drop)
		pthread_cond_wait(&p->dropped, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

/* ---- what it has seen ------------------------------------------------------------------------ */

const char *peer_address(const struct peer *p)
{
	return p->address;
}

unsigned peer_port(const struct peer *p)
{
	return p->port;
}

uint64_t peer_connections(const struct peer *p)
{
	return atomic_load(&p->connection_count);
}

uint64_t peer_open_connections(const struct peer *p)
{
	return atomic_load(&p->open_count);
}

static uint64_t count(const atomic_uint_least64_t counts[PEER_OPCODES], unsigned opcode)
{
	uint64_t sum = 0;

	if (opcode < PEER_OPCODES)
		return atomic_load(&counts[opcode]);
	for (unsigned i = 0; opcode == 0xff && i < PEER_OPCODES; i++)
		sum += atomic_load(&counts[i]);
	return sum;
}

uint64_t peer_requests(const struct peer *p, unsigned opcode)
{
	return count(p->request_counts, opcode);
}

uint64_t peer_payloads(const struct peer *p, unsigned opcode)
{
	return count(p->payload_counts, opcode);
}
