/* SPDX-License-Identifier: MIT */
/* Bytes between a connection of the node and a client's codec. */
#include "tests/test.h"

#include "tests/node_duo.h"

#include "base/cql_arena.h"

void duo_begin(struct duo *d, struct nd_service *service, unsigned version)
{
	*d = (struct duo){ .service = service, .version = version };
	nd_conn_init(&d->conn, service);
	d->out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
	d->in = cql_inbox_new(CQL_CLIENT, NULL, NULL, NULL);
	d->arena = cql_arena_new(NULL, NULL);
	assert_true(d->out && d->in && d->arena);
}

void duo_end(struct duo *d)
{
	nd_conn_deinit(&d->conn);
	cql_outbox_free(d->out);
	cql_inbox_free(d->in);
	cql_arena_free(d->arena);
}

static void deliver(struct duo *d)
{
	struct cd_span bytes;

	nd_conn_run(&d->conn, d->now_us, SIZE_MAX / 2);
	while ((bytes = nd_conn_pending(&d->conn)).len) {
		assert_true(cql_inbox_feed(d->in, bytes.at, bytes.len, NULL));
		nd_conn_sent(&d->conn, bytes.len);
	}
}

static bool feed(struct duo *d, const void *data, size_t len)
{
	const uint8_t *at = data;

	while (len) {
		size_t n = d->step && d->step < len ? d->step : len, room;
		uint8_t *to = nd_conn_space(&d->conn, &room);
		if (!to)
			return false;
		n = n < room ? n : room;
		memcpy(to, at, n);
		nd_conn_filled(&d->conn, n);
		at += n;
		len -= n;
		deliver(d);
	}
	return true;
}

void duo_feed(struct duo *d, const void *data, size_t len)
{
	assert_true(feed(d, data, len));
}

void duo_put(struct duo *d, const cql_message *request)
{
	cql_message m = *request;
	coodie_error err;

	m.version = (uint8_t)d->version;
	if (!cql_message_write(d->out, &m, d->terms, &err))
		fail_msg("%s", err.message);
}

static bool flush(struct duo *d)
{
	cql_blob bytes = cql_outbox_pending(d->out, NULL);
	bool ok = feed(d, bytes.data, bytes.len);

	cql_outbox_sent(d->out, bytes.len);
	return ok;
}

void duo_flush(struct duo *d)
{
	assert_true(flush(d));
}

bool duo_next(struct duo *d, cql_message *out)
{
	duo_flush(d);
	return duo_try(d, out);
}

bool duo_try(struct duo *d, cql_message *out)
{
	cql_envelope envelope;
	coodie_error err;
	enum cql_inbox_status status;

	if (!flush(d))
		return false;
	deliver(d);
	status = cql_inbox_next(d->in, &envelope, &err);
	if (status == CQL_INBOX_FAILED)
		fail_msg("%s", err.message);
	if (status != CQL_INBOX_ENVELOPE)
		return false;
	/* the body lives only until the next call */
	envelope.body.data = cd_arena_copy(&d->arena->arena, envelope.body.data, envelope.body.len);
	if (!cql_message_read(&envelope, d->terms, d->arena, out, &err))
		fail_msg("%s", err.message);
	return true;
}

cql_message duo_ask(struct duo *d, cql_message request)
{
	cql_message answer;

	request.stream = 7;
	duo_put(d, &request);
	assert_true(duo_next(d, &answer));
	assert_int_equal(answer.stream, 7);
	return answer;
}

cql_text duo_text(const char *s)
{
	return (cql_text){ s, strlen(s) };
}

cql_message duo_startup(struct duo *d, const char *compression)
{
	cql_text values[] = { duo_text("3.0.0"), duo_text(compression ? compression : "") };
	cql_option options[] = { { duo_text("CQL_VERSION"), &values[0], 1 },
				 { duo_text("COMPRESSION"), &values[1], 1 } };
	cql_message m = { .opcode = CQL_OP_STARTUP };
	enum cql_compression packed = compression ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE;

	m.as.options.at = options;
	m.as.options.count = compression ? 2 : 1;
	m = duo_ask(d, m);
	if (m.opcode != CQL_OP_ERROR) {
		assert_true(cql_outbox_switch(d->out, d->version, packed, NULL));
		cql_inbox_switch(d->in, d->version, packed);
	}
	return m;
}

void duo_ready(struct duo *d, const char *compression)
{
	cql_message m = duo_startup(d, compression);
	static const uint8_t token[] = "\0ada\0lovelace";

	if (m.opcode == CQL_OP_AUTHENTICATE) {
		m = (cql_message){ .opcode = CQL_OP_AUTH_RESPONSE };
		m.as.token = (cql_blob){ token, sizeof token - 1 };
		m = duo_ask(d, m);
		assert_int_equal(m.opcode, CQL_OP_AUTH_SUCCESS);
		return;
	}
	assert_int_equal(m.opcode, CQL_OP_READY);
}

bool duo_says(const cql_message *m, int32_t code, const char *text)
{
	bool same = m->opcode == CQL_OP_ERROR && m->as.error.code == code &&
		    m->as.error.message.len == strlen(text) &&
		    !memcmp(m->as.error.message.data, text, strlen(text));

	if (!same)
		print_error("%s 0x%04x: %.*s\n", cql_opcode_name(m->opcode),
			    m->opcode == CQL_OP_ERROR ? (unsigned)m->as.error.code : 0,
			    m->opcode == CQL_OP_ERROR ? (int)m->as.error.message.len : 0,
			    m->opcode == CQL_OP_ERROR ? m->as.error.message.data : "");
	return same;
}
