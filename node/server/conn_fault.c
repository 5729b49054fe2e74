/* SPDX-License-Identifier: MIT */
/* One function for each kind of fault. */
#include "node/server/conn_fault.h"

#include <strings.h>

#include "base/alloc.h"
#include "node/server/conn_statement.h"
#include "proto/segment.h"

enum { UNKNOWN_OPCODE = 0x55, OTHER_STREAM = 0x4000 };

/* An answer that waits: an envelope as it is before framing and packing. */
struct nd_delayed {
	uint64_t due_us;
	struct nd_delayed *next;
	size_t len;
	uint8_t bytes[]; /* header and body */
};

/* ---- which -------------------------------------------------------------------------------------- */

static cql_text prepared_text(struct nd_conn *c, cql_blob id)
{
	const struct nd_prepared_statement *s = nd_prepared_find(c->service->prepared, id);
	const char *text = s ? s->plan->statement->text : "";

	return (cql_text){ text, strlen(text) };
}

/* What a rule's `match` is looked for in. */
static void list_statements(struct nd_conn *c, const cql_message *m, struct nd_fault_site *site,
			    cql_text *one)
{
	site->statements = one;
	site->statement_count = 1;
	if (m->opcode == CQL_OP_QUERY) {
		*one = m->as.query.cql;
	} else if (m->opcode == CQL_OP_PREPARE) {
		*one = m->as.prepare.cql;
	} else if (m->opcode == CQL_OP_EXECUTE) {
		*one = prepared_text(c, m->as.execute.id);
	} else if (m->opcode == CQL_OP_BATCH) {
		uint16_t count = m->as.batch.item_count;
		cql_text *all = cd_arena_take_array(&c->arena, count + 1u, sizeof *all);
		for (uint16_t i = 0; all && i < count; i++) {
			const cql_batch_item *item = &m->as.batch.items[i];
			all[i] = item->cql.data ? item->cql : prepared_text(c, item->id);
		}
		site->statements = all;
		site->statement_count = all ? count : 0;
	} else {
		site->statement_count = 0;
	}
}

const struct nd_fault *nd_conn_strike(struct nd_conn *c, const cql_message *request)
{
	const struct nd_service *s = c->service;
	struct nd_fault_site site;
	cql_text one;

	if (!s->faults || !s->faults->first)
		return NULL;
	site = (struct nd_fault_site){
		.node = (int32_t)s->index,
		.shard = c->shard,
		.opcode = request->opcode,
		.connection = c->number,
		.version = c->version,
	};
	list_statements(c, request, &site, &one);
	return nd_faults_strike(s->faults, &site);
}

/* ---- late --------------------------------------------------------------------------------------- */

static void keep(struct nd_conn *c, const struct cd_outbox *from, uint64_t due_us)
{
	struct nd_delayed *d = cd_alloc(c->service->allocator, sizeof *d + from->bytes.len);
	struct nd_delayed **at = &c->delayed;

	if (!d) {
		c->closing = true;
		return;
	}
	d->due_us = due_us;
	d->len = from->bytes.len;
	memcpy(d->bytes, from->bytes.data, d->len);
	while (*at && (*at)->due_us <= due_us)
		at = &(*at)->next;
	d->next = *at;
	*at = d;
	c->delayed_bytes += d->len;
}

/* Before READY everything is in turn, and the framing changes behind an answer: then all output waits
 * instead. */
static bool delay(struct nd_exchange *e, const struct nd_fault *f)
{
	struct nd_conn *c = e->conn;
	struct cd_outbox plain;

	if (c->state != ND_CONN_READY) {
		c->mute_until_us = c->now_us + f->delay_us;
		nd_conn_send(c, &e->answer);
		return true;
	}
	cd_outbox_init(&plain, CQL_SERVER, c->service->allocator, 0);
	cd_outbox_set_version(&plain, c->version);
	if (cd_message_write(&plain, &e->answer, c->terms, NULL))
		keep(c, &plain, c->now_us + f->delay_us);
	else
		c->closing = true;
	cd_outbox_deinit(&plain);
	return true;
}

void nd_conn_release(struct nd_conn *c)
{
	while (c->delayed && c->delayed->due_us <= c->now_us) {
		struct nd_delayed *d = c->delayed;
		struct cd_header h = cd_header_read(d->bytes);
		size_t mark = cd_outbox_begin(&c->out, h.flags, h.stream,
					      (enum cql_opcode)h.opcode);
		cd_buffer_bytes(&c->out.bytes, d->bytes + CQL_HEADER_SIZE,
				d->len - CQL_HEADER_SIZE);
		if (!cd_outbox_end(&c->out, mark, NULL))
			c->closing = true;
		c->delayed = d->next;
		c->delayed_bytes -= d->len;
		cd_release(c->service->allocator, d);
	}
	if (c->mute_until_us <= c->now_us)
		c->mute_until_us = 0;
}

uint64_t nd_conn_due_us(const struct nd_conn *c)
{
	uint64_t due = c->delayed ? c->delayed->due_us : 0;

	if (c->mute_until_us && (!due || c->mute_until_us < due))
		due = c->mute_until_us;
	return due;
}

void nd_conn_forget_delayed(struct nd_conn *c)
{
	while (c->delayed) {
		struct nd_delayed *d = c->delayed;
		c->delayed = d->next;
		cd_release(c->service->allocator, d);
	}
	c->delayed_bytes = 0;
}

/* ---- none --------------------------------------------------------------------------------------- */

static bool stall(struct nd_exchange *e, const struct nd_fault *f)
{
	(void)f;
	e->conn->silent = true;
	return false;
}

static bool drop(struct nd_exchange *e, const struct nd_fault *f)
{
	(void)e;
	(void)f;
	return false;
}

static bool reset(struct nd_exchange *e, const struct nd_fault *f)
{
	(void)f;
	e->conn->reset = true;
	e->conn->closing = true;
	return false;
}

static bool end(struct nd_exchange *e, const struct nd_fault *f)
{
	(void)f;
	e->conn->closing = true;
	return false;
}

static bool half_close(struct nd_exchange *e, const struct nd_fault *f)
{
	(void)f;
	e->conn->silent = true;
	e->conn->half_closed = true;
	return false;
}

/* ---- damaged ------------------------------------------------------------------------------------ */

/* Writes the answer in a segment of its own. @return where its bytes begin */
static size_t send_alone(struct nd_exchange *e)
{
	struct nd_conn *c = e->conn;

	if (!cd_outbox_seal(&c->out, NULL))
		c->closing = true;
	size_t mark = c->out.bytes.len;
	nd_conn_send(c, &e->answer);
	if (!cd_outbox_seal(&c->out, NULL))
		c->closing = true;
	return mark;
}

static bool truncate(struct nd_exchange *e, const struct nd_fault *f)
{
	struct nd_conn *c = e->conn;
	size_t mark = send_alone(e);

	(void)f;
	nd_conn_forget_delayed(c); /* nothing comes behind the half */
	if (c->out.bytes.len > mark)
		cd_buffer_truncate(&c->out.bytes, mark + (c->out.bytes.len - mark) / 2);
	c->closing = true;
	return false;
}

static bool damage_crc(struct nd_exchange *e, const struct nd_fault *f)
{
	struct nd_conn *c = e->conn;
	size_t mark = send_alone(e);
	size_t at = f->in_header ? mark + cd_segment_header_size(c->out.lz4) - 1
				 : c->out.bytes.len - 1;

	if (at < c->out.bytes.len && at >= mark)
		c->out.bytes.data[at] ^= 0x10;
	return true;
}

/* ---- another one -------------------------------------------------------------------------------- */

static bool other_stream(struct nd_exchange *e, const struct nd_fault *f)
{
	(void)f;
	e->answer.stream ^= OTHER_STREAM;
	nd_conn_send(e->conn, &e->answer);
	return true;
}

/* An envelope of `len` bytes of body. */
static bool send_raw(struct nd_exchange *e, unsigned opcode, const struct cd_buffer *body)
{
	struct cd_outbox *out = &e->conn->out;
	size_t mark = cd_outbox_begin(out, 0, e->answer.stream, (enum cql_opcode)opcode);

	cd_buffer_bytes(&out->bytes, body->data, body->len);
	if (!cd_outbox_end(out, mark, NULL))
		e->conn->closing = true;
	return false;
}

static bool other_opcode(struct nd_exchange *e, const struct nd_fault *f)
{
	(void)f;
	return send_raw(e, UNKNOWN_OPCODE, &(struct cd_buffer){ .data = NULL });
}

/* Details that every code can do with. */
static cql_error_message some_error(const struct nd_exchange *e, const struct nd_fault *f)
{
	static const char none[] = "";
	cql_text empty = { none, 0 };
	const cql_message *m = e->request;
	cql_consistency level = m->opcode == CQL_OP_QUERY     ? m->as.query.params.consistency
				: m->opcode == CQL_OP_EXECUTE ? m->as.execute.params.consistency
				: m->opcode == CQL_OP_BATCH   ? m->as.batch.params.consistency
							      : CQL_CONSISTENCY_ONE;

	return (cql_error_message){
		.code = f->code,
		.message = { f->message, strlen(f->message) },
		.consistency = level,
		.required = 1,
		.block_for = 1,
		.write_type = { "SIMPLE", 6 },
		.keyspace = empty,
		.table = empty,
		.function = empty,
		.unprepared_id = m->opcode == CQL_OP_EXECUTE
					 ? m->as.execute.id
					 : (cql_blob){ (const uint8_t *)none, 0 },
	};
}

static bool refuse(struct nd_exchange *e, const struct nd_fault *f)
{
	int16_t stream = e->answer.stream;
	struct cd_buffer body;
	bool sent;

	if (!f->body) {
		e->answer = (cql_message){ .opcode = CQL_OP_ERROR, .stream = stream };
		e->answer.as.error = some_error(e, f);
		nd_conn_send(e->conn, &e->answer);
		return false;
	}
	cd_buffer_init(&body, e->conn->service->allocator, 0);
	cd_buffer_be32(&body, (uint32_t)f->code);
	cd_buffer_be16(&body, (uint16_t)strlen(f->message));
	cd_buffer_bytes(&body, f->message, strlen(f->message));
	cd_buffer_bytes(&body, f->body, f->body_len);
	if (body.failed)
		e->conn->closing = true;
	sent = send_raw(e, CQL_OP_ERROR, &body);
	cd_buffer_deinit(&body);
	return sent;
}

/* The node has forgotten it, as after a restart: the client has to prepare it again. */
static bool unprepare(struct nd_exchange *e, const struct nd_fault *f)
{
	cql_blob id = e->request->as.execute.id;
	int16_t stream = e->answer.stream;

	(void)f;
	nd_prepared_forget(e->conn->service->prepared, id);
	nd_statement_unprepared(e, id);
	e->answer = (cql_message){ .opcode = CQL_OP_ERROR, .stream = stream };
	e->answer.as.error = e->problem.error;
	nd_conn_send(e->conn, &e->answer);
	return false;
}

static bool is_read(struct nd_conn *c, const cql_message *m)
{
	struct nd_fault_site site;
	cql_text text = { NULL, 0 };

	if (m->opcode != CQL_OP_BATCH)
		list_statements(c, m, &site, &text);
	while (text.len && *text.data == ' ') {
		text.data++;
		text.len--;
	}
	return text.len >= 6 && strncasecmp(text.data, "select", 6) == 0;
}

/* ScyllaDB's: too many for one partition. */
static bool limit_rate(struct nd_exchange *e, const struct nd_fault *f)
{
	int16_t stream = e->answer.stream;

	(void)f;
	nd_scylla_limit(&e->problem, &e->conn->agreed, !is_read(e->conn, e->request));
	e->answer = (cql_message){ .opcode = CQL_OP_ERROR, .stream = stream };
	e->answer.as.error = e->problem.error;
	nd_conn_send(e->conn, &e->answer);
	return false;
}

/* Done while it was answered: see nd_service.disagrees. */
static bool as_it_is(struct nd_exchange *e, const struct nd_fault *f)
{
	(void)f;
	nd_conn_send(e->conn, &e->answer);
	return true;
}

/* The custom payload of the request comes back, as from a server with a query handler of its own. */
static bool echo(struct nd_exchange *e, const struct nd_fault *f)
{
	const cql_message *m = e->request;

	(void)f;
	e->answer.has_payload = m->has_payload;
	e->answer.payload = m->payload;
	e->answer.payload_count = m->payload_count;
	nd_conn_send(e->conn, &e->answer);
	return true;
}

bool nd_conn_suffer(struct nd_exchange *e, const struct nd_fault *fault)
{
	static bool (*const effects[ND_FAULT_KINDS])(struct nd_exchange * e,
						     const struct nd_fault *f) = {
		[ND_FAULT_DELAY] = delay,         [ND_FAULT_STALL] = stall,
		[ND_FAULT_DROP] = drop,           [ND_FAULT_RESET] = reset,
		[ND_FAULT_CLOSE] = end,           [ND_FAULT_HALF_CLOSE] = half_close,
		[ND_FAULT_REFUSE] = reset,        [ND_FAULT_LIMIT] = reset,
		[ND_FAULT_TRUNCATE] = truncate,   [ND_FAULT_CRC] = damage_crc,
		[ND_FAULT_STREAM] = other_stream, [ND_FAULT_OPCODE] = other_opcode,
		[ND_FAULT_ERROR] = refuse,        [ND_FAULT_UNPREPARED] = unprepare,
		[ND_FAULT_DISAGREE] = as_it_is,   [ND_FAULT_RATE_LIMIT] = limit_rate,
		[ND_FAULT_ECHO] = echo,
	};

	return effects[fault->kind](e, fault);
}
