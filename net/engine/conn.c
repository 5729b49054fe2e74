/* SPDX-License-Identifier: MIT */
/* The connection's states, as a table of what each does with each opcode. */
#include "net/engine/conn.h"

#include <string.h>
#include <strings.h>

#include <coodie/version.h>

#include "base/error.h"
#include "net/metrics/log.h"
#include "proto/error_body.h"

enum { HANDSHAKE_STREAM = 0 };

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
			    [CQL_OP_READY] = on_answer,     /* to REGISTER */
			    [CQL_OP_SUPPORTED] = on_answer, /* to OPTIONS: a heartbeat */
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

	*c = (struct cd_conn){
		.options = o, .keyspace = keyspace, .version = version, .extensions.terms = terms
	};
	cd_inbox_init(&c->in, CQL_CLIENT, &o->allocator, &terms);
	cd_outbox_init(&c->out, CQL_CLIENT, &o->allocator, cd_terms_default.max_body);
	c->out.compress_min = o->compress_min;
	cd_outbox_set_version(&c->out, version);
	cd_streams_init(&c->streams, &o->allocator, o->max_in_flight);
	cd_arena_init(&c->arena, &o->allocator, 0);
}

void cd_conn_deinit(struct cd_conn *c)
{
	cd_auth_end(c);
	cd_inbox_deinit(&c->in);
	cd_outbox_deinit(&c->out);
	cd_streams_deinit(&c->streams);
	cd_arena_deinit(&c->arena);
}

const char *cd_conn_phase(const struct cd_conn *c)
{
	return cd_auth_waits(c) ? "AUTHENTICATE by the application's authenticator"
				: phases[c->state];
}

uint32_t cd_conn_in_flight(const struct cd_conn *c)
{
	return c->streams.taken - c->streams.orphans;
}

bool cd_conn_worn_out(const struct cd_conn *c)
{
	uint32_t orphans = c->streams.orphans;

	return orphans &&
	       (orphans >= c->options->max_orphans || orphans >= (c->streams.max * 3 + 3) / 4);
}

const char *cd_conn_supported(const struct cd_conn *c, const char *key, size_t i)
{
	for (uint16_t at = 0; at < c->supported_count; at++)
		if (strcasecmp(c->supported[at].key.data, key) == 0)
			return i < c->supported[at].value_count ? c->supported[at].values[i].data
								: NULL;
	return NULL;
}

static bool supports(const struct cd_conn *c, const char *key, const char *value)
{
	const char *said;

	for (size_t i = 0; (said = cd_conn_supported(c, key, i)); i++)
		if (strcasecmp(said, value) == 0)
			return true;
	return false;
}

/* ---- what is sent --------------------------------------------------------------------------- */

static bool finish(struct cd_conn *c, const cql_message *m, enum cd_conn_state next,
		   coodie_error *err)
{
	if (!cd_message_write(&c->out, m, NULL, err))
		return false;
	enter(c, next);
	return true;
}

bool cd_conn_start(struct cd_conn *c, coodie_error *err)
{
	const cql_message m = { .opcode = CQL_OP_OPTIONS, .stream = HANDSHAKE_STREAM };

	return finish(c, &m, CD_CONN_OPTIONS, err);
}

enum { STARTUP_OPTIONS = 11 + CD_EXTENSIONS + CD_STARTUP_PAIRS };

struct startup {
	cql_text values[STARTUP_OPTIONS];
	cql_option options[STARTUP_OPTIONS];
	uint16_t count;
};

static void say(struct startup *s, const char *key, const char *value)
{
	if (!value)
		return;
	s->values[s->count] = cql_text_of(value);
	s->options[s->count] = (cql_option){ cql_text_of(key), &s->values[s->count], 1 };
	s->count++;
}

/* What the options of the session ask servers for. */
static void say_options(struct startup *s, const coodie_options *o)
{
	say(s, "APPLICATION_NAME", o->application_name);
	say(s, "APPLICATION_VERSION", o->application_version);
	say(s, "CLIENT_ID", o->client_id);
	say(s, "NO_COMPACT", o->no_compact ? "true" : NULL);
	say(s, "THROW_ON_OVERLOAD", o->throw_on_overload ? "1" : NULL);
	for (size_t i = 0; i < o->startup_count; i++)
		say(s, o->startup[i].key, o->startup[i].value);
}

static void say_extensions(struct startup *s, const struct cd_extensions *x)
{
	const char *key, *value;

	for (unsigned i = 0; i < CD_EXTENSIONS; i++)
		if ((key = cd_extensions_key(x, i, &value)))
			say(s, key, value);
}

static bool send_startup(struct cd_conn *c, coodie_error *err)
{
	const coodie_options *o = c->options;
	cql_message m = { .opcode = CQL_OP_STARTUP, .stream = HANDSHAKE_STREAM };
	struct startup s = { .count = 0 };

	c->lz4 = o->compression == COODIE_COMPRESSION_LZ4 && supports(c, "COMPRESSION", "lz4");
	say(&s, "CQL_VERSION", "3.0.0");
	say(&s, "DRIVER_NAME", "coodie");
	say(&s, "DRIVER_VERSION", coodie_version());
	say(&s, "COMPRESSION", c->lz4 ? "lz4" : NULL);
	say(&s, "SESSION_ID", c->session_id);
	say(&s, "DRIVER_CONFIG", c->driver_config);
	say_options(&s, o);
	say_extensions(&s, &c->extensions);
	if (c->version < 5) /* there the answer is packed already; in v5 it is not */
		c->in.lz4 = c->lz4;
	m.as.options.at = s.options;
	m.as.options.count = s.count;
	return finish(c, &m, CD_CONN_STARTUP, err);
}

/* Always in quotes: the name is taken as it is, keywords and capitals too. */
static bool send_use(struct cd_conn *c, coodie_error *err)
{
	cql_message m = { .opcode = CQL_OP_QUERY, .stream = HANDSHAKE_STREAM };
	struct cd_buffer text;

	cd_buffer_init(&text, &c->options->allocator, 0);
	cd_buffer_bytes(&text, "USE \"", 5);
	for (const char *at = c->keyspace; *at; at++) {
		cd_buffer_u8(&text, (uint8_t)*at);
		if (*at == '"')
			cd_buffer_u8(&text, (uint8_t)*at);
	}
	cd_buffer_u8(&text, '"');
	m.as.query.cql = (cql_text){ (const char *)text.data, text.len };
	m.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	bool ok = text.failed ? cd_no_memory(err, "USE") : finish(c, &m, CD_CONN_KEYSPACE, err);
	cd_buffer_deinit(&text);
	return ok;
}

/* ---- what comes ----------------------------------------------------------------------------- */

bool cd_conn_read_error(const struct cd_conn *c, const cql_envelope *e, coodie_error *said,
			coodie_error *err)
{
	struct cd_arena arena;
	cql_message m;

	cd_arena_init(&arena, &c->options->allocator, 0);
	bool ok = cd_message_read(e, &c->extensions.terms, &arena, &m, err);
	if (ok)
		cd_error_of(&m.as.error, said);
	if (ok && c->extensions.terms.rate_limit_error &&
	    said->server_code == c->extensions.terms.rate_limit_error)
		said->code = COODIE_ERR_RATE_LIMIT;
	cd_arena_deinit(&arena);
	return ok;
}

/* Has the server "5/v5", and not only "5/v5-beta"? Who does not list its versions (ScyllaDB) has
 * refused 5 by now. */
static bool has_version_5(const struct cd_conn *c)
{
	return !cd_conn_supported(c, "PROTOCOL_VERSIONS", 0) ||
	       supports(c, "PROTOCOL_VERSIONS", "5/v5");
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

/* Ends each text with NUL, in the copy of the body that they lie in: behind a text there is a length
 * that has been read, or the copy's spare byte. */
static void terminate(const cql_option *at, uint16_t count, uint8_t *body)
{
	for (uint16_t i = 0; i < count; i++) {
		body[at[i].key.data + at[i].key.len - (char *)body] = '\0';
		for (uint16_t k = 0; k < at[i].value_count; k++)
			body[at[i].values[k].data + at[i].values[k].len - (char *)body] = '\0';
	}
}

static bool on_supported(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	uint8_t *body = cd_arena_take(&c->arena, e->body.len + 1);
	cql_envelope copy = *e;
	cql_message m;

	if (!body)
		return cd_no_memory(err, "the server's options");
	if (e->body.len)
		memcpy(body, e->body.data, e->body.len);
	copy.body.data = body;
	if (!cd_message_read(&copy, NULL, &c->arena, &m, err))
		return false;
	terminate(m.as.options.at, m.as.options.count, body);
	c->supported = m.as.options.at;
	c->supported_count = m.as.options.count;
	if (c->version == 5 && !has_version_5(c))
		return need_lower(c, 4, err);
	cd_extensions_choose(&c->extensions, c->supported, c->supported_count, c->version);
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
	struct cd_arena arena;
	cql_message m;

	cd_arena_init(&arena, &c->options->allocator, 0);
	bool ok = cd_message_read(e, NULL, &arena, &m, err);
	cd_arena_deinit(&arena);
	if (!ok)
		return false;
	turn(c);
	enter(c, CD_CONN_AUTH);
	return cd_auth_begin(c, m.as.authenticator, err); /* in the envelope */
}

/* The token of AUTH_CHALLENGE and AUTH_SUCCESS, in the envelope. */
static bool read_token(const struct cd_conn *c, const cql_envelope *e, cql_blob *out,
		       coodie_error *err)
{
	struct cd_arena arena;
	cql_message m;

	cd_arena_init(&arena, &c->options->allocator, 0);
	bool ok = cd_message_read(e, NULL, &arena, &m, err);
	if (ok)
		*out = m.as.token;
	cd_arena_deinit(&arena);
	return ok;
}

static bool on_challenge(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	cql_blob token;

	return read_token(c, e, &token, err) && cd_auth_challenge(c, token, err);
}

static bool on_logged_in(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	cql_blob token;

	return read_token(c, e, &token, err) && cd_auth_succeed(c, token, err) && go_on(c, err);
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

	if (!cd_conn_read_error(c, e, &refused, err))
		return false;
	if (refused.server_code == CD_SERVER_PROTOCOL_ERROR &&
	    (e->version != c->version || c->state == CD_CONN_OPTIONS))
		return need_lower(c, e->version, err);
	if (refused.server_code == CD_SERVER_BAD_CREDENTIALS)
		refused.code = COODIE_ERR_AUTH;
	cd_error_copy(err, &refused);
	cd_error_prefix(err, "%s was refused", cd_conn_phase(c));
	return false;
}

static bool on_answer(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	coodie_error said;

	if (e->stream >= 0 && (uint32_t)e->stream < c->streams.size && c->streams.owners[e->stream])
		return true;
	if (e->opcode != CQL_OP_ERROR)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "an answer on stream %d, where nothing was asked", e->stream);
	/* A server that gives a connection up says why on stream 0. */
	if (!cd_conn_read_error(c, e, &said, err))
		return false;
	return cd_fail(err, COODIE_ERR_PROTOCOL,
		       "the server ends the connection (on stream %d): %s", e->stream,
		       said.message);
}

static bool on_event(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	(void)c;
	(void)e;
	(void)err;
	return true;
}

/* One envelope. */
static enum cd_conn_event judge(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
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
	if (fn == on_event && was_ready)
		return CD_CONN_EVENT;
	return !was_ready && c->state == CD_CONN_READY ? CD_CONN_UP : CD_CONN_MORE;
}

static enum cd_conn_event give_up(struct cd_conn *c)
{
	enter(c, CD_CONN_FAILED);
	cd_auth_end(c);
	return CD_CONN_BROKEN;
}

enum cd_conn_event cd_conn_take(struct cd_conn *c, const cql_envelope *e, coodie_error *err)
{
	enum cd_conn_event event = judge(c, e, err);

	return event == CD_CONN_BROKEN ? give_up(c) : event;
}

enum cd_conn_event cd_conn_next(struct cd_conn *c, cql_envelope *out, coodie_error *err)
{
	if (c->state == CD_CONN_FAILED)
		return CD_CONN_MORE;
	if (c->state == CD_CONN_AUTH && !cd_auth_go_on(c, err)) /* answered meanwhile */
		return give_up(c);
	for (;;) {
		enum cql_inbox_status status = cd_inbox_next(&c->in, out, err);
		if (status == CQL_INBOX_MORE)
			return CD_CONN_MORE;
		enum cd_conn_event event = status == CQL_INBOX_ENVELOPE ? cd_conn_take(c, out, err)
									: give_up(c);
		if (event != CD_CONN_MORE)
			return event;
	}
}
