/* SPDX-License-Identifier: MIT */
/* A blocking socket, an inbox and an outbox: the smallest client. */
#include "tests/dialog.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_S = 30 };

/* The bytes that an answer is a view of. */
struct dialog_body {
	struct dialog_body *next;
	uint8_t bytes[];
};

static bool fail(struct dialog *d, const char *doing, const char *reason)
{
	snprintf(d->reason, sizeof d->reason, "%s: %s", doing, reason);
	return false;
}

/* ---- the socket ----------------------------------------------------------------------------- */

static int dial(const struct addrinfo *to)
{
	static const struct timeval patience = { .tv_sec = PATIENCE_S };
	static const int one = 1;
	int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC, to->ai_protocol);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (!connect(fd, to->ai_addr, to->ai_addrlen))
		return fd;
	close(fd);
	return -1;
}

static bool connect_to(struct dialog *d, const char *where)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	const char *colon = strrchr(where, ':');
	struct addrinfo *found = NULL;
	char host[256];
	int failed;

	if (!colon || (size_t)(colon - where) >= sizeof host)
		return fail(d, where, "it is not HOST:PORT");
	snprintf(host, sizeof host, "%.*s", (int)(colon - where), where);
	failed = getaddrinfo(host, colon + 1, &hints, &found);
	if (failed)
		return fail(d, where, gai_strerror(failed));
	d->fd = dial(found);
	freeaddrinfo(found);
	return d->fd >= 0 || fail(d, where, strerror(errno));
}

static bool send_all(struct dialog *d)
{
	coodie_error err = { 0 };
	cql_blob bytes;

	while ((bytes = cql_outbox_pending(d->out, &err)).len) {
		ssize_t sent = send(d->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
		if (sent < 0)
			return fail(d, "sending", strerror(errno));
		cql_outbox_sent(d->out, (size_t)sent);
	}
	return err.code == COODIE_OK || fail(d, "sending", err.message);
}

static bool receive(struct dialog *d, cql_envelope *envelope)
{
	coodie_error err = { 0 };
	enum cql_inbox_status status;

	while ((status = cql_inbox_next(d->in, envelope, &err)) == CQL_INBOX_MORE) {
		size_t room;
		uint8_t *space = cql_inbox_space(d->in, 4096, &room);
		ssize_t got = space ? recv(d->fd, space, room, 0) : -1;
		if (got == 0)
			return fail(d, "receiving", "the server has closed the connection");
		if (got < 0)
			return fail(d, "receiving", space ? strerror(errno) : "out of memory");
		cql_inbox_filled(d->in, (size_t)got);
	}
	return status == CQL_INBOX_ENVELOPE || fail(d, "receiving", err.message);
}

/* ---- messages ------------------------------------------------------------------------------- */

/* Copies the body, because the inbox lends it until its next call only. */
static bool keep(struct dialog *d, cql_envelope *envelope)
{
	struct dialog_body *body = malloc(sizeof *body + envelope->body.len + 1);

	if (!body)
		return fail(d, "receiving", "out of memory");
	if (envelope->body.len)
		memcpy(body->bytes, envelope->body.data, envelope->body.len);
	envelope->body.data = body->bytes;
	body->next = d->bodies;
	d->bodies = body;
	return true;
}

bool dialog_ask(struct dialog *d, const cql_message *request, cql_message *answer)
{
	coodie_error err = { 0 };
	cql_envelope envelope;

	if (d->fd < 0)
		return fail(d, "asking", "there is no connection");
	if (!cql_message_write(d->out, request, NULL, &err))
		return fail(d, "writing the request", err.message);
	if (!send_all(d) || !receive(d, &envelope) || !keep(d, &envelope)) {
		close(d->fd);
		d->fd = -1;
		return false;
	}
	return cql_message_read(&envelope, NULL, d->arena, answer, &err) ||
	       fail(d, "reading the answer", err.message);
}

/* SASL PLAIN, as in RFC 4616: NUL user NUL password. */
static bool log_in(struct dialog *d, const struct dialog_login *login, cql_message *answer)
{
	char token[300] = "";
	size_t user = strlen(login->user), password = strlen(login->password);
	cql_message request = { .version = (uint8_t)d->version, .opcode = CQL_OP_AUTH_RESPONSE };

	if (2 + user + password > sizeof token)
		return fail(d, "logging in", "a name or password that long is not for tests");
	memcpy(token + 1, login->user, user);
	memcpy(token + 2 + user, login->password, password);
	request.as.token = (cql_blob){ (const uint8_t *)token, 2 + user + password };
	return dialog_ask(d, &request, answer);
}

static bool refused(struct dialog *d, const char *what, const cql_message *answer)
{
	const cql_error_message *e = &answer->as.error;

	snprintf(d->reason, sizeof d->reason, "%s: error 0x%04x %.*s", what, (unsigned)e->code,
		 (int)e->message.len, e->message.data);
	return false;
}

static bool start_up(struct dialog *d, const struct dialog_login *login)
{
	cql_text version = cql_text_of("3.0.0");
	cql_option option = { .key = cql_text_of("CQL_VERSION"),
			      .values = &version,
			      .value_count = 1 };
	cql_message request = { .version = (uint8_t)d->version, .opcode = CQL_OP_STARTUP };
	cql_message answer;
	coodie_error err = { 0 };

	request.as.options.at = &option;
	request.as.options.count = 1;
	if (!dialog_ask(d, &request, &answer))
		return false;
	if (answer.opcode == CQL_OP_ERROR)
		return refused(d, "STARTUP", &answer);
	if (answer.opcode != CQL_OP_READY && answer.opcode != CQL_OP_AUTHENTICATE)
		return fail(d, "STARTUP", cql_opcode_name(answer.opcode));
	cql_inbox_switch(d->in, d->version, CQL_COMPRESSION_NONE);
	if (!cql_outbox_switch(d->out, d->version, CQL_COMPRESSION_NONE, &err))
		return fail(d, "STARTUP", err.message);
	if (answer.opcode == CQL_OP_READY || !login || !login->user)
		return true;
	if (!log_in(d, login, &answer))
		return false;
	if (answer.opcode == CQL_OP_ERROR)
		return refused(d, "login", &answer);
	return answer.opcode == CQL_OP_AUTH_SUCCESS ||
	       fail(d, "login", cql_opcode_name(answer.opcode));
}

bool dialog_open(struct dialog *d, const char *where, unsigned version,
		 const struct dialog_login *login)
{
	*d = (struct dialog){ .fd = -1, .version = version };
	d->in = cql_inbox_new(CQL_CLIENT, NULL, NULL, NULL);
	d->out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
	d->arena = cql_arena_new(NULL, NULL);
	if (!d->in || !d->out || !d->arena)
		fail(d, where, "out of memory");
	else if (connect_to(d, where) && start_up(d, login))
		return true;
	dialog_close(d);
	return false;
}

void dialog_forget(struct dialog *d)
{
	while (d->bodies) {
		struct dialog_body *next = d->bodies->next;
		free(d->bodies);
		d->bodies = next;
	}
	if (d->arena)
		cql_arena_reset(d->arena);
}

bool dialog_is_open(const struct dialog *d)
{
	return d->in && d->fd >= 0;
}

void dialog_close(struct dialog *d)
{
	if (d->in && d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	dialog_forget(d);
	cql_arena_free(d->arena);
	cql_outbox_free(d->out);
	cql_inbox_free(d->in);
	d->arena = NULL;
	d->out = NULL;
	d->in = NULL;
}
