/* SPDX-License-Identifier: MIT */
/* The connection's states, as a table of what each does with each opcode. */
#include "net/conn.h"

#include <string.h>

#include <coodie/version.h>

#include "base/error.h"
#include "base/secret.h"
#include "net/log.h"
#include "proto/request.h"

enum {
	HANDSHAKE_STREAM = 0,
	PROTOCOL_ERROR = 0x000A,
	BAD_CREDENTIALS = 0x0100,
	ORPHANS_MAX = 1024,
};

typedef bool frame_fn(struct cd_conn *c, const cql_envelope *e, coodie_error *err);

static frame_fn on_supported, on_started, on_authenticate, on_challenge, on_logged_in, on_used,
	on_refused;
static frame_fn on_answer, on_event;

/* An empty cell is a protocol error. */
static frame_fn *const on_frame[CD_CONN_STATES][CQL_OP_COUNT] = {
	[CD_CONN_OPTIONS] = { [CQL_OP_SUPPORTED] = on_supported, [CQL_OP_ERROR] = on_refused },
	[CD_CONN_STARTUP] = { [CQL_OP_READY] = on_started,
			      [CQL_OP_AUTHENTICATE] = on_authenticate,
			      [CQL_OP_ERROR] = on_refused },
	[CD_CONN_AUTH] = { [CQL_OP_AUTH_SUCCESS] = on_logged_in,
			   [CQL_OP_AUTH_CHALLENGE] = on_challenge,
			   [CQL_OP_ERROR] = on_refused },
	[CD_CONN_KEYSPACE] = { [CQL_OP_RESULT] = on_used,
			       [CQL_OP_ERROR] = on_refused,
			       [CQL_OP_EVENT] = on_event },
	[CD_CONN_READY] = { [CQL_OP_RESULT] = on_answer,
			    [CQL_OP_ERROR] = on_answer,
			    [CQL_OP_EVENT] = on_event },
};

/* What was sent when the state was entered. */
static const char *const phases[CD_CONN_STATES] = {
	[CD_CONN_NEW] = "connect",      [CD_CONN_OPTIONS] = "OPTIONS",
	[CD_CONN_STARTUP] = "STARTUP",  [CD_CONN_AUTH] = "AUTH_RESPONSE",
	[CD_CONN_KEYSPACE] = "USE",     [CD_CONN_READY] = "a request",
	[CD_CONN_FAILED] = "a failure",
};

static const char *const names[CD_CONN_STATES] = {
	[CD_CONN_NEW] = "NEW",       [CD_CONN_OPTIONS] = "OPTIONS",   [CD_CONN_STARTUP] = "STARTUP",
	[CD_CONN_AUTH] = "AUTH",     [CD_CONN_KEYSPACE] = "KEYSPACE", [CD_CONN_READY] = "READY",
	[CD_CONN_FAILED] = "FAILED",
};

static void enter(struct cd_conn *c, enum cd_conn_state state)
{
	cd_log(c->options, COODIE_LOG_DEBUG, "connection: %s -> %s", names[c->state], names[state]);
	c->state = state;
}

void cd_conn_init(struct cd_conn *c, const coodie_options *o, const char *keyspace, uint8_t version)
{
	const cql_terms terms = { .size = sizeof terms, .max_body = o->max_response };

	*c = (struct cd_conn){ .options = o, .keyspace = keyspace, .version = version };
	cd_inbox_init(&c->in, CQL_CLIENT, &o->allocator, &terms);
	cd_outbox_init(&c->out, CQL_CLIENT, &o->allocator, cd_terms_default.max_body);
	cd_outbox_set_version(&c->out, version);
	cd_streams_init(&c->streams, &o->allocator, o->max_in_flight);
	cd_arena_init(&c->arena, &o->allocator, 0);
}

void cd_conn_deinit(struct cd_conn *c)
{
	cd_inbox_deinit(&c->in);
	cd_outbox_deinit(&c->out);
	cd_streams_deinit(&c->streams);
	cd_arena_deinit(&c->arena);
}

const char *cd_conn_phase(const struct cd_conn *c)
{
	return phases[c->state];
}

uint32_t cd_conn_in_flight(const struct cd_conn *c)
{
	return c->streams.taken - c->streams.orphans;
}

bool cd_conn_worn_out(const struct cd_conn *c)
{
	uint32_t orphans = c->streams.orphans;

	return orphans && (orphans >= ORPHANS_MAX || orphans >= (c->streams.max * 3 + 3) / 4);
}

/* ---- what is sent --------------------------------------------------------------------------- */

static bool finish(struct cd_conn *c, size_t mark, enum cd_conn_state next, coodie_error *err)
{
	if (!cd_outbox_end(&c->out, mark, err))
		return false;
	enter(c, next);
	return true;
}

bool cd_conn_start(struct cd_conn *c, coodie_error *err)
{
	return finish(c, cd_outbox_begin(&c->out, 0, HANDSHAKE_STREAM, CQL_OP_OPTIONS),
		      CD_CONN_OPTIONS, err);
}

static bool send_startup(struct cd_conn *c, coodie_error *err)
{
	const coodie_options *o = c->options;
	struct cd_pair pairs[6] = {
		{ "CQL_VERSION", "3.0.0" },
		{ "DRIVER_NAME", "coodie" },
		{ "DRIVER_VERSION", coodie_version() },
	};
	size_t count = 3;

	c->lz4 = o->compression == COODIE_COMPRESSION_LZ4 &&
		 cd_supported_has(&c->supported, "COMPRESSION", "lz4");
	if (c->lz4)
		pairs[count++] = (struct cd_pair){ "COMPRESSION", "lz4" };
	if (o->application_name)
		pairs[count++] = (struct cd_pair){ "APPLICATION_NAME", o->application_name };
	if (o->application_version)
		pairs[count++] = (struct cd_pair){ "APPLICATION_VERSION", o->application_version };
	if (c->version < 5) /* there the answer is packed already; in v5 it is not */
		c->in.lz4 = c->lz4;
	size_t mark = cd_outbox_begin(&c->out, 0, HANDSHAKE_STREAM, CQL_OP_STARTUP);
	cd_write_startup(&c->out.bytes, pairs, count);
	return finish(c, mark, CD_CONN_STARTUP, err);
}

/* More than the longest login: the buffer does not move while it holds one, which would leave a
 * copy behind. */
enum { LOGIN_ROOM = 512 };

static bool send_credentials(struct cd_conn *c, coodie_error *err)
{
	size_t room = strlen(c->options->user) + LOGIN_ROOM +
		      (c->options->password ? strlen(c->options->password) : 0);

	if (!cd_buffer_reserve(&c->out.bytes, room) || !cd_buffer_reserve(&c->out.scratch, room))
		return cd_no_memory(err, "a login");
	size_t mark = cd_outbox_begin(&c->out, 0, HANDSHAKE_STREAM, CQL_OP_AUTH_RESPONSE);
	const char *password = c->options->password;

	cd_write_auth_plain(&c->out.bytes, c->options->user, password ? password : "");
	return finish(c, mark, CD_CONN_AUTH, err);
}

/* Always in quotes: the name is taken as it is, keywords and capitals too. */
static bool send_use(struct cd_conn *c, coodie_error *err)
{
	struct cd_query_params params = { .consistency = CQL_CONSISTENCY_ONE };
	struct cd_buffer text;
	size_t mark;
	bool ok = false;

	cd_buffer_init(&text, &c->options->allocator, 0);
	cd_buffer_bytes(&text, "USE \"", 5);
	for (const char *at = c->keyspace; *at; at++) {
		cd_buffer_u8(&text, (uint8_t)*at);
		if (*at == '"')
			cd_buffer_u8(&text, (uint8_t)*at);
	}
	cd_buffer_u8(&text, '"');
	if (text.failed) {
		cd_no_memory(err, "USE");
		goto out;
	}
	mark = cd_outbox_begin(&c->out, 0, HANDSHAKE_STREAM, CQL_OP_QUERY);
	cd_write_query(&c->out.bytes, c->version, (const char *)text.data, text.len, &params);
	ok = finish(c, mark, CD_CONN_KEYSPACE, err);
out:
	cd_buffer_deinit(&text);
	return ok;
}

/* ---- what comes ----------------------------------------------------------------------------- */

/* Past trace id, warnings and payload. */
static bool open_body(const cql_envelope *e, struct cd_reader *r, coodie_error *err)
{
	struct cd_prefix prefix;

	*r = cd_reader_over(e->body.data, e->body.len);
	return cd_read_prefix(r, e->flags, &prefix, err);
}

/* Has the server "5/v5", and not only "5/v5-beta"? Who does not list its versions (ScyllaDB) has
 * refused 5 by now. */
static bool has_version_5(const struct cd_supported *s)
{
	return !cd_supported_value(s, "PROTOCOL_VERSIONS", 0) ||
	       cd_supported_has(s, "PROTOCOL_VERSIONS", "5/v5");
}

static bool need_lower(struct cd_conn *c, uint8_t theirs, coodie_error *err)
{
	uint8_t lower = theirs < c->version ? theirs : (uint8_t)(c->version - 1);

	if (c->options->protocol_version)
		return cd_fail(
			err, COODIE_ERR_VERSION,
			"protocol version %u was asked for (coodie_options_set_protocol_version()), the server "
			"speaks %u",
			c->version, theirs);
	if (lower < CD_VERSION_MIN)
		return cd_fail(err, COODIE_ERR_VERSION,
			       "the server speaks protocol version %u, coodie %d and %d", lower,
			       (int)CD_VERSION_MIN, (int)CD_VERSION_MAX);
	c->lower_version = lower;
	return cd_fail(err, COODIE_ERR_VERSION, "the server speaks protocol version %u, not %u",
		       lower, c->version);
}

static bool on_supported(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	struct cd_reader r;

	if (!open_body(e, &r, err) || !cd_read_supported(&r, &c->arena, &c->supported, err))
		return false;
	if (c->version == 5 && !has_version_5(&c->supported))
		return need_lower(c, 4, err);
	return send_startup(c, err);
}

/* The server has turned: from here on everything is in the framing that was agreed (v5
 * section 2.2). */
static void turn(struct cd_conn *c)
{
	cd_inbox_switch(&c->in, c->version, c->lz4);
	cd_outbox_switch(&c->out, c->version, c->lz4);
}

static bool go_on(struct cd_conn *c, coodie_error *err)
{
	if (c->keyspace && *c->keyspace)
		return send_use(c, err);
	enter(c, CD_CONN_READY);
	return true;
}

static bool on_started(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	(void)e;
	turn(c);
	return go_on(c, err);
}

static bool on_authenticate(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	struct cd_span name;
	struct cd_reader r;

	if (!open_body(e, &r, err) || !cd_read_authenticate(&r, &name, err))
		return false;
	if (!c->options->user)
		return cd_fail(
			err, COODIE_ERR_AUTH,
			"the server asks for a login (%.*s): give one with coodie_options_set_credentials()",
			(int)(name.len < 100 ? name.len : 100), (const char *)name.at);
	turn(c);
	return send_credentials(c, err);
}

static bool on_challenge(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	(void)c;
	(void)e;
	return cd_fail(
		err, COODIE_ERR_AUTH,
		"the server's authenticator wants more than a user and a password (SASL PLAIN)");
}

/* The login has been sent: nothing waits in the outbox, and no copy of the password stays there. */
static void forget_login(struct cd_conn *c)
{
	if (c->out.bytes.len == 0)
		cd_wipe(c->out.bytes.data, c->out.bytes.cap);
	cd_wipe(c->out.scratch.data, c->out.scratch.cap);
}

static bool on_logged_in(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	(void)e;
	forget_login(c);
	return go_on(c, err);
}

static bool on_used(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	(void)e;
	(void)err;
	enter(c, CD_CONN_READY);
	return true;
}

static bool on_refused(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	coodie_error refused;
	struct cd_span id;
	struct cd_reader r;

	if (!open_body(e, &r, err) || !cd_read_error(&r, c->version, &refused, &id, err))
		return false;
	if (refused.server_code == PROTOCOL_ERROR &&
	    (e->version != c->version || c->state == CD_CONN_OPTIONS))
		return need_lower(c, e->version, err);
	if (refused.server_code == BAD_CREDENTIALS)
		refused.code = COODIE_ERR_AUTH;
	cd_error_copy(err, &refused);
	cd_error_prefix(err, "%s was refused", cd_conn_phase(c));
	return false;
}

static bool on_answer(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	coodie_error said;
	struct cd_span id;
	struct cd_reader r;

	if (e->stream >= 0 && (uint32_t)e->stream < c->streams.size && c->streams.owners[e->stream])
		return true;
	/* A server that gives a connection up says why on stream 0. */
	if (e->opcode != CQL_OP_ERROR)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "an answer on stream %d, where nothing was asked", e->stream);
	if (!open_body(e, &r, err) || !cd_read_error(&r, c->version, &said, &id, err))
		return false;
	return cd_fail(err, COODIE_ERR_PROTOCOL,
		       "the server ends the connection (on stream %d): %s", e->stream,
		       said.message);
}

static bool on_event(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	(void)c; /* none was asked for; they are hints anyway */
	(void)e;
	(void)err;
	return true;
}

/* One envelope. */
static enum cd_conn_event take(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	frame_fn *fn = on_frame[c->state][e->opcode];
	bool was_ready = c->state == CD_CONN_READY;

	if (!fn) {
		cd_fail(err, COODIE_ERR_PROTOCOL, "%s came as the answer to %s",
			cql_opcode_name(e->opcode), cd_conn_phase(c));
		return CD_CONN_BROKEN;
	}
	if (!fn(c, e, err))
		return CD_CONN_BROKEN;
	if (fn == on_answer)
		return CD_CONN_ANSWER;
	return !was_ready && c->state == CD_CONN_READY ? CD_CONN_UP : CD_CONN_MORE;
}

enum cd_conn_event cd_conn_next(struct cd_conn *c, cql_envelope *out, coodie_error *err)
{
	if (c->state == CD_CONN_FAILED)
		return CD_CONN_MORE;
	for (;;) {
		enum cql_inbox_status status = cd_inbox_next(&c->in, out, err);
		enum cd_conn_event event = CD_CONN_BROKEN;
		if (status == CQL_INBOX_MORE)
			return CD_CONN_MORE;
		if (status == CQL_INBOX_ENVELOPE)
			event = take(c, out, err);
		if (event == CD_CONN_BROKEN)
			enter(c, CD_CONN_FAILED);
		if (event != CD_CONN_MORE)
			return event;
	}
}
