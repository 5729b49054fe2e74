/* SPDX-License-Identifier: MIT */
/* A connection's life: which message may come when, and how answers and refusals leave it. */
#include "node/server/conn.h"

#include <stddef.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "node/server/conn_fault.h"
#include "node/server/conn_handshake.h"
#include "node/server/conn_statement.h"
#include "node/server/trace.h"
#include "proto/prefix.h"

enum {
	READ_BYTES = 16384,
	REQUEST_BYTES = 256 << 10, /* what a batch takes to be answered is kept for the next one */
	LOWEST_VERSION = 4,
	SHORT_HEADER_VERSION = 2, /* and below: eight bytes, a stream of one */
	MOST_REQUEST = 16 << 20,  /* native_transport_max_frame_size */
	MOST_BODY = 256 << 20     /* what is read to its end, to be refused */
};

void nd_conn_init(struct nd_conn *c, struct nd_service *service)
{
	*c = (struct nd_conn){ .service = service };
	cd_inbox_init(&c->in, CQL_SERVER, service->allocator, CQL_TERMS(.max_body = MOST_BODY));
	cd_outbox_init(&c->out, CQL_SERVER, service->allocator, 0);
	cd_outbox_set_version(&c->out, (uint8_t)service->highest);
	cd_arena_init(&c->arena, service->allocator, 0);
	c->arena.largest_chunk = REQUEST_BYTES;
}

void nd_conn_deinit(struct nd_conn *c)
{
	nd_conn_forget_delayed(c);
	cd_release(c->service->allocator, c->keyspace);
	cd_release(c->service->allocator, c->role);
	cd_arena_deinit(&c->arena);
	cd_inbox_deinit(&c->in);
	cd_outbox_deinit(&c->out);
}

/* ---- out ------------------------------------------------------------------------------------ */

struct cd_span nd_conn_pending(struct nd_conn *c)
{
	if (c->mute_until_us)
		return (struct cd_span){ NULL, 0 };
	/* a segment that cannot be closed for want of memory takes its connection along */
	if (!cd_outbox_seal(&c->out, NULL))
		c->closing = true;
	return cd_outbox_pending(&c->out);
}

bool nd_conn_is_idle(const struct nd_conn *c)
{
	return !c->delayed && c->out.bytes.len == c->out.sent;
}

bool nd_conn_is_full(const struct nd_conn *c, size_t most_pending)
{
	return c->out.bytes.len - c->out.sent + c->delayed_bytes > most_pending;
}

void nd_conn_sent(struct nd_conn *c, size_t n)
{
	cd_outbox_sent(&c->out, n);
}

/* An answer that cannot be written is replaced by the reason; if that cannot be either, a client
 * would wait for ever: the connection ends. */
void nd_conn_send(struct nd_conn *c, cql_message *m)
{
	coodie_error err;

	if (cd_message_write(&c->out, m, c->terms, &err))
		return;
	cql_message instead = { .opcode = CQL_OP_ERROR, .stream = m->stream };
	instead.as.error.code = ND_SERVER_ERROR;
	instead.as.error.message = (cql_text){ err.message, strlen(err.message) };
	if (!cd_message_write(&c->out, &instead, NULL, NULL))
		c->closing = true;
}

/* Rows of a prepared statement and nothing beside them: what is in front of them is there already. */
static bool send_rows(struct nd_conn *c, const cql_message *m, cql_blob head)
{
	const cql_result *r = &m->as.result;
	size_t mark = cd_outbox_begin(&c->out, 0, m->stream, CQL_OP_RESULT);
	uint8_t *at = cd_buffer_grow(&c->out.bytes, head.len + r->rows.len);

	if (at) {
		memcpy(at, head.data, head.len);
		cd_put_be32(at + head.len - 4, r->row_count);
		memcpy(at + head.len, r->rows.data, r->rows.len);
	}
	return cd_outbox_end(&c->out, mark, NULL);
}

static void send_answer(struct nd_exchange *e)
{
	if (!e->head || cd_message_flags(&e->answer) ||
	    !send_rows(e->conn, &e->answer, *e->head))
		nd_conn_send(e->conn, &e->answer);
}

/* ---- refusals that end the connection ------------------------------------------------------- */

static void refuse_stream(struct nd_conn *c, int16_t stream, const char *text)
{
	cql_message m = { .opcode = CQL_OP_ERROR, .stream = stream };

	m.as.error.code = ND_PROTOCOL_ERROR;
	m.as.error.message = (cql_text){ text, strlen(text) };
	nd_conn_send(c, &m);
	c->service->errors++;
	c->closing = true;
}

/* v1 and v2 have a header of their own. */
static void refuse_short_header(struct nd_conn *c, unsigned version, const char *text)
{
	struct cd_buffer *b = &c->out.bytes;
	size_t len = strlen(text);

	cd_buffer_u8(b, (uint8_t)(0x80 | version));
	cd_buffer_u8(b, 0);
	cd_buffer_u8(b, 0);
	cd_buffer_u8(b, CQL_OP_ERROR);
	cd_buffer_be32(b, (uint32_t)(4 + 2 + len));
	cd_buffer_be32(b, ND_PROTOCOL_ERROR);
	cd_buffer_be16(b, (uint16_t)len);
	cd_buffer_bytes(b, text, len);
	c->service->errors++;
	c->closing = true;
}

/* Answered in the client's version when it is an old one, else in our highest. */
static void refuse_version(struct nd_conn *c, unsigned version)
{
	char text[160];

	snprintf(text, sizeof text,
		 "Invalid or unsupported protocol version (%u); supported versions are (%s)",
		 version, c->service->highest > LOWEST_VERSION ? "4/v4, 5/v5" : "4/v4");
	if (version && version <= SHORT_HEADER_VERSION) {
		refuse_short_header(c, version, text);
		return;
	}
	cd_outbox_set_version(
		&c->out,
		(uint8_t)(version && version < LOWEST_VERSION ? version : c->service->highest));
	refuse_stream(c, 0, text);
}

static bool is_spoken(const struct nd_conn *c, unsigned version)
{
	return version >= LOWEST_VERSION && version <= c->service->highest;
}

/* ---- in ------------------------------------------------------------------------------------- */

uint8_t *nd_conn_space(struct nd_conn *c, size_t *room)
{
	return cd_inbox_space(&c->in, READ_BYTES, room);
}

/* The version is judged by the first byte: an old header may never become a whole one of ours. */
void nd_conn_filled(struct nd_conn *c, size_t n)
{
	if (c->silent) /* read and not listened to */
		return;
	cd_inbox_filled(&c->in, n);
	if (c->greeted || !n)
		return;
	c->greeted = true;
	unsigned first = c->in.wire.data[0];
	if (is_spoken(c, first)) /* so that a refusal of this very envelope can be read */
		cd_outbox_set_version(&c->out, (uint8_t)first);
	else if (!(first & 0x80))
		refuse_version(c, first);
}

/* ---- one request ---------------------------------------------------------------------------- */

static nd_answer_fn *const answers[ND_CONN_STATES][CQL_OP_COUNT] = {
	[ND_CONN_NEW] = {
		[CQL_OP_OPTIONS] = nd_answer_options,
		[CQL_OP_STARTUP] = nd_answer_startup,
	},
	[ND_CONN_AUTHENTICATING] = {
		[CQL_OP_AUTH_RESPONSE] = nd_answer_auth_response,
	},
	[ND_CONN_READY] = {
		[CQL_OP_OPTIONS] = nd_answer_options,
		[CQL_OP_QUERY] = nd_answer_query,
		[CQL_OP_PREPARE] = nd_answer_prepare,
		[CQL_OP_EXECUTE] = nd_answer_execute,
		[CQL_OP_REGISTER] = nd_answer_register,
		[CQL_OP_BATCH] = nd_answer_batch,
	},
};

/* What an empty cell says. */
static void refuse_opcode(struct nd_exchange *e)
{
	const char *name = cql_opcode_name(e->request->opcode);

	if (e->conn->state == ND_CONN_NEW)
		nd_refuse(&e->problem, ND_PROTOCOL_ERROR,
			  "Unexpected message %s, expecting STARTUP or OPTIONS", name);
	else if (e->conn->state == ND_CONN_AUTHENTICATING)
		nd_refuse(&e->problem, ND_PROTOCOL_ERROR,
			  "Unexpected message %s, expecting SASL_RESPONSE", name);
	else
		nd_refuse(&e->problem, ND_PROTOCOL_ERROR,
			  "Unexpected message %s, the connection is already initialized", name);
}

bool nd_conn_has_metadata_ids(const struct nd_conn *c)
{
	return c->version >= 5 || (c->terms && c->terms->metadata_id);
}

/* All is zero but what is large: why the request is refused, and what its answer is. */
static void begin(struct nd_exchange *e, struct nd_conn *c, const cql_message *request)
{
	memset(e, 0, offsetof(struct nd_exchange, problem));
	memset(&e->answer, 0, offsetof(cql_message, as));
	e->conn = c;
	e->request = request;
	nd_problem_init(&e->problem, &c->arena);
}

/* Warnings travel with refusals too. */
static void become_error(struct nd_exchange *e)
{
	cql_message error = { .opcode = CQL_OP_ERROR,
			      .has_warnings = e->answer.has_warnings,
			      .warnings = e->answer.warnings };

	error.as.error = e->problem.error;
	e->answer = error;
	e->conn->service->errors++;
}

/* Carries a request out, unless a fault comes first. */
static void carry_out(struct nd_exchange *e, const struct nd_fault *fault)
{
	struct nd_service *s = e->conn->service;
	nd_answer_fn *fn = answers[e->conn->state][e->request->opcode];

	if (fault && !nd_fault_runs(fault->kind))
		return;
	s->disagrees = fault && fault->kind == ND_FAULT_DISAGREE;
	(fn ? fn : refuse_opcode)(e);
	s->disagrees = false;
}

/* v4 counts the header, and what came compressed as it came. */
static bool is_too_big(const cql_envelope *e)
{
	if (e->version < 5)
		return !(e->flags & CQL_FLAG_COMPRESSED) &&
		       e->body.len + CQL_HEADER_SIZE > MOST_REQUEST;
	return e->body.len > MOST_REQUEST;
}

/* The connection goes on; the memory does not stay with it. */
static void refuse_size(struct nd_conn *c, const cql_envelope *envelope)
{
	struct nd_exchange e;
	size_t len = envelope->body.len;

	begin(&e, c, NULL);
	if (envelope->version < 5)
		nd_refuse(&e.problem, ND_INVALID,
			  "Request is too big: length %zu exceeds maximum allowed length %d.",
			  len + CQL_HEADER_SIZE, MOST_REQUEST);
	else
		nd_refuse(&e.problem, ND_INVALID,
			  "CQL Message of size %zu bytes exceeds allowed maximum of %d bytes", len,
			  MOST_REQUEST);
	become_error(&e);
	e.answer.stream = envelope->stream;
	nd_conn_send(c, &e.answer);
	cd_inbox_rest(&c->in);
}

static void answer(struct nd_conn *c, const cql_envelope *envelope)
{
	cql_message request;
	struct nd_exchange e;
	const struct nd_fault *fault = NULL;
	bool answered = true;
	coodie_error err;

	begin(&e, c, &request);
	if (cd_message_read(envelope, c->terms, &c->arena, &request, &err)) {
		nd_trace_begin(&e);
		fault = nd_conn_strike(c, &request);
		carry_out(&e, fault);
	} else if (err.code == COODIE_ERR_NO_MEMORY) {
		nd_no_memory(&e.problem);
	} else {
		nd_refuse(&e.problem, ND_PROTOCOL_ERROR, "%s", err.message);
	}
	if (e.problem.happened)
		become_error(&e);
	e.answer.stream = envelope->stream;
	if (e.is_traced) {
		e.answer.has_tracing_id = true;
		e.answer.tracing_id = e.trace;
	}
	if (fault)
		answered = nd_conn_suffer(&e, fault);
	else
		send_answer(&e);
	if (e.is_traced)
		nd_trace_end(&e);
	if (e.held)
		nd_prepared_drop(e.held);
	if (answered)
		nd_handshake_done(&e);
}

static void take(struct nd_conn *c, const cql_envelope *envelope)
{
	struct nd_service *s = c->service;

	if (!c->version && !is_spoken(c, envelope->version)) {
		refuse_version(c, envelope->version);
		return;
	}
	s->requests++;
	c->requests++;
	s->by_opcode[envelope->opcode & 31]++;
	if (is_too_big(envelope))
		refuse_size(c, envelope);
	else
		answer(c, envelope);
	cd_arena_reset(&c->arena);
}

void nd_conn_run(struct nd_conn *c, uint64_t now_us, size_t most_pending)
{
	cql_envelope envelope;
	coodie_error err;

	c->now_us = now_us;
	c->clock_us = 0;
	nd_conn_release(c);
	while (!c->closing && !c->silent && !nd_conn_is_full(c, most_pending)) {
		enum cql_inbox_status status = cd_inbox_next(&c->in, &envelope, &err);
		if (status == CQL_INBOX_MORE)
			return;
		if (status == CQL_INBOX_FAILED)
			refuse_stream(c, c->in.stream, err.message);
		else
			take(c, &envelope);
	}
}

/* ---- events --------------------------------------------------------------------------------- */

bool nd_conn_push(struct nd_conn *c, const cql_event *event)
{
	static const unsigned bits[] = {
		[CQL_EVENT_TOPOLOGY_CHANGE] = ND_EVENT_TOPOLOGY_CHANGE,
		[CQL_EVENT_STATUS_CHANGE] = ND_EVENT_STATUS_CHANGE,
		[CQL_EVENT_SCHEMA_CHANGE] = ND_EVENT_SCHEMA_CHANGE,
		[CQL_EVENT_CLIENT_ROUTES_CHANGE] = ND_EVENT_CLIENT_ROUTES_CHANGE,
	};
	cql_message m = { .opcode = CQL_OP_EVENT, .stream = CQL_STREAM_EVENT };

	if (c->closing || c->silent || !(c->events & bits[event->kind]))
		return false;
	m.as.event = *event;
	/* an event that is lost for want of memory would leave the client with an old view */
	if (cd_message_write(&c->out, &m, NULL, NULL))
		c->service->events++;
	else
		c->closing = true;
	return true;
}
