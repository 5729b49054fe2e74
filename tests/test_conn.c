/* SPDX-License-Identifier: MIT */
/* A connection against a server made of the same codec, without a socket: every way a handshake can
 * go, a byte at a time and all at once. */
#include "tests/test.h"

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/conn.h"
#include "proto/message.h"
#include "proto/notation.h"
#include "tests/failalloc.h"

enum { ALL = 1 << 20 };

/* What a server is like. */
struct manners {
	uint8_t highest; /* protocol version */
	bool lz4;        /* offered */
	const char
		*versions; /* one more value of PROTOCOL_VERSIONS; NULL: it says nothing of them */
	const char *authenticator; /* NULL: nobody logs in */
	int32_t refuses;           /* the message with `refused` gets an ERROR of this code */
	enum cql_opcode refused;
	enum cql_opcode startup; /* what STARTUP is answered with; 0: as it should be */
	bool challenges;
};

struct server {
	struct manners is;
	struct cd_inbox in;
	struct cd_outbox out;
	bool lz4;
	cql_option options[3];
	cql_text versions[2];
	char said[512];    /* the messages it got, with what matters of them */
	char startup[512]; /* the options of STARTUP behind those of the driver itself */
};

struct client {
	unsigned pinned;
	bool lz4;
	const char *user, *password, *keyspace;
};

/* ---- the server ----------------------------------------------------------------------------- */

static void note(struct server *s, const char *text, size_t len)
{
	size_t at = strlen(s->said);

	snprintf(s->said + at, sizeof s->said - at, "%s%.*s", at ? " " : "", (int)len, text);
}

static void answer(struct server *s, const cql_envelope *e, enum cql_opcode opcode,
		   const struct cd_buffer *body)
{
	coodie_error err;
	size_t mark = cd_outbox_begin(&s->out, 0, e->stream, opcode);

	cd_buffer_bytes(&s->out.bytes, body->data, body->len);
	if (!cd_outbox_end(&s->out, mark, &err))
		fail_msg("%s", err.message);
}

#define TEXT(text) \
	{ \
		(text), sizeof(text) - 1 \
	}

static void say_error(cql_message *m, int32_t code)
{
	m->opcode = CQL_OP_ERROR;
	m->as.error.code = code;
	m->as.error.message = cql_text_of("said the server");
}

static void say_supported(struct server *s, cql_message *m)
{
	static const cql_text cql_version[] = { TEXT("3.4.7") };
	static const cql_text compressions[] = { TEXT("snappy"), TEXT("lz4") };

	s->versions[0] = cql_text_of("4/v4");
	s->versions[1] = cql_text_of(s->is.versions);
	s->options[0] = (cql_option){ TEXT("CQL_VERSION"), cql_version, 1 };
	s->options[1] = (cql_option){ TEXT("COMPRESSION"), compressions, s->is.lz4 ? 2 : 1 };
	s->options[2] = (cql_option){ TEXT("PROTOCOL_VERSIONS"), s->versions, 2 };
	m->opcode = CQL_OP_SUPPORTED;
	m->as.options.at = s->options;
	m->as.options.count = s->is.versions ? 3 : 2;
}

static void on_startup(struct server *s, const cql_message *asked, cql_message *m)
{
	for (uint16_t i = 0; i < asked->as.options.count; i++) {
		const cql_option *o = &asked->as.options.at[i];
		if (o->key.len == 11 && !memcmp(o->key.data, "COMPRESSION", 11))
			s->lz4 = o->values->len == 3 && !memcmp(o->values->data, "lz4", 3);
		size_t at = strlen(s->startup);
		if (i >= 3) /* CQL_VERSION, DRIVER_NAME, DRIVER_VERSION */
			snprintf(s->startup + at, sizeof s->startup - at, "%.*s=%.*s;",
				 (int)o->key.len, o->key.data, (int)o->values->len,
				 o->values->data);
	}
	note(s, s->lz4 ? "lz4" : "plain", 5);
	m->opcode = s->is.authenticator ? CQL_OP_AUTHENTICATE : CQL_OP_READY;
	if (s->is.startup)
		m->opcode = (uint8_t)s->is.startup;
	if (m->opcode == CQL_OP_AUTHENTICATE)
		m->as.authenticator = cql_text_of(s->is.authenticator);
	if (m->opcode == CQL_OP_RESULT)
		m->as.result.kind = COODIE_RESULT_VOID;
}

static void on_message(struct server *s, const cql_message *asked, cql_message *m)
{
	cql_blob token = { NULL, 0 };

	switch (asked->opcode) {
	case CQL_OP_OPTIONS:
		say_supported(s, m);
		break;
	case CQL_OP_STARTUP:
		on_startup(s, asked, m);
		break;
	case CQL_OP_AUTH_RESPONSE:
		token = asked->as.token;
		for (size_t i = 0; i < token.len; i++) /* NUL would end the note */
			note(s, token.data[i] ? (const char *)token.data + i : "|", 1);
		m->opcode = s->is.challenges ? CQL_OP_AUTH_CHALLENGE : CQL_OP_AUTH_SUCCESS;
		break;
	default:
		assert_int_equal(asked->opcode, CQL_OP_QUERY);
		note(s, asked->as.query.cql.data, asked->as.query.cql.len);
		m->opcode = CQL_OP_RESULT;
		m->as.result.kind = COODIE_RESULT_SET_KEYSPACE;
		m->as.result.keyspace = cql_text_of("ks");
	}
}

static void serve(struct server *s, const cql_envelope *e)
{
	cql_message m = { .stream = e->stream }, asked;
	struct cd_arena arena;
	coodie_error err;

	note(s, cql_opcode_name(e->opcode), 20);
	cd_arena_init(&arena, NULL, 0);
	cd_outbox_set_version(&s->out, e->version < s->is.highest ? e->version : s->is.highest);
	if (e->version > s->is.highest)
		say_error(&m, 0x000A);
	else if (s->is.refuses && s->is.refused == e->opcode)
		say_error(&m, s->is.refuses);
	else if (cd_message_read(e, NULL, &arena, &asked, &err))
		on_message(s, &asked, &m);
	else
		fail_msg("%s", err.message);
	/* v4 packs the answer to STARTUP already, v5 begins behind it */
	bool turns = e->opcode == CQL_OP_STARTUP && m.opcode != CQL_OP_ERROR;
	if (turns && e->version < 5)
		cd_outbox_switch(&s->out, e->version, s->lz4);
	if (turns)
		cd_inbox_switch(&s->in, e->version, s->lz4);
	if (!cd_message_write(&s->out, &m, NULL, &err))
		fail_msg("%s", err.message);
	cd_arena_deinit(&arena);
}

/* ---- between them --------------------------------------------------------------------------- */

static void carry(struct cd_outbox *from, struct cd_inbox *to, size_t most)
{
	coodie_error err;
	size_t room;

	assert_true(cd_outbox_seal(from, &err));
	struct cd_span bytes = cd_outbox_pending(from);
	size_t n = bytes.len < most ? bytes.len : most;
	uint8_t *at = cd_inbox_space(to, n ? n : 1, &room);
	assert_non_null(at);
	if (n)
		memcpy(at, bytes.at, n);
	cd_inbox_filled(to, n);
	cd_outbox_sent(from, n);
}

static bool idle(const struct cd_outbox *out)
{
	return out->bytes.len == out->sent || out->bytes.len == 0;
}

static void server_turn(struct server *s, struct cd_conn *c, size_t step)
{
	cql_envelope e;
	coodie_error err;

	carry(&c->out, &s->in, step);
	enum cql_inbox_status status = cd_inbox_next(&s->in, &e, &err);
	if (status == CQL_INBOX_FAILED)
		fail_msg("the server understands nothing: %s", err.message);
	if (status == CQL_INBOX_ENVELOPE) {
		serve(s, &e);
		assert_int_equal(cd_inbox_next(&s->in, &e, &err),
				 CQL_INBOX_MORE); /* nothing is pipelined */
	}
}

/* Goes on until the connection is up or broken. */
static enum cd_conn_event talk(struct cd_conn *c, struct server *s, size_t step, coodie_error *err)
{
	cql_envelope e;

	for (int i = 0; i < 5000; i++) {
		server_turn(s, c, step);
		while (!idle(&s->out)) {
			carry(&s->out, &c->in, step);
			enum cd_conn_event event = cd_conn_next(c, &e, err);
			if (event != CD_CONN_MORE)
				return event;
		}
		if (s->in.version >= 5 &&
		    !s->out.segments) /* v5: everything after the answer to STARTUP */
			cd_outbox_switch(&s->out, 5, s->lz4);
	}
	return CD_CONN_MORE;
}

static void set_up(struct server *s, struct cd_conn *c, coodie_options *o, const struct manners *m,
		   const struct client *client, const coodie_allocator *a)
{
	*s = (struct server){ .is = *m };
	cd_inbox_init(&s->in, CQL_SERVER, NULL, NULL);
	cd_outbox_init(&s->out, CQL_SERVER, NULL, cd_terms_default.max_body);
	*o = (coodie_options){
		.allocator = *a,
		.user = (char *)(uintptr_t)client->user,
		.password = (char *)(uintptr_t)client->password,
		.protocol_version = client->pinned,
		.compression = client->lz4 ? COODIE_COMPRESSION_LZ4 : COODIE_COMPRESSION_NONE,
		.max_in_flight = 8,
		.max_orphans = 1024,
		.max_response = 1 << 20,
	};
	cd_conn_init(c, o, client->keyspace, (uint8_t)(client->pinned ? client->pinned : 5));
}

static void tear_down(struct server *s, struct cd_conn *c)
{
	cd_conn_deinit(c);
	cd_inbox_deinit(&s->in);
	cd_outbox_deinit(&s->out);
}

/* ---- the rows ------------------------------------------------------------------------------- */

/* Long enough to be worth packing. */
#define LONG_NAME \
	"org.example.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define SERVER(...) .server = { __VA_ARGS__ }
#define CLIENT(...) .client = { __VA_ARGS__ }

static const struct row {
	const char *name;
	const char *said;      /* what the server got; NULL: not looked at */
	enum coodie_errc code; /* COODIE_OK: it is up */
	const char *message;
	int32_t server_code;
	uint8_t version, lower;
	struct manners server;
	struct client client;
} rows[] = {
	{ "v5", "OPTIONS STARTUP plain", .version = 5, SERVER(.highest = 5, .versions = "5/v5") },
	{ "v5, LZ4", "OPTIONS STARTUP lz4", .version = 5, SERVER(.highest = 5, .lz4 = true),
	  CLIENT(.lz4 = true) },
	{ "v4", "OPTIONS STARTUP plain", .version = 4, SERVER(.highest = 4), CLIENT(.pinned = 4) },
	{ "v4, LZ4", "OPTIONS STARTUP lz4", .version = 4, SERVER(.highest = 5, .lz4 = true),
	  CLIENT(.pinned = 4, .lz4 = true) },
	{ "LZ4 is not offered", "OPTIONS STARTUP plain", .version = 5, SERVER(.highest = 5),
	  CLIENT(.lz4 = true) },
	{ "LZ4 is offered, not wanted", "OPTIONS STARTUP plain", .version = 5,
	  SERVER(.highest = 5, .lz4 = true) },
	{ "a keyspace", "OPTIONS STARTUP plain QUERY USE \"ks\"", .version = 5,
	  SERVER(.highest = 5), CLIENT(.keyspace = "ks") },
	{ "a keyspace with quotes, packed", "OPTIONS STARTUP lz4 QUERY USE \"My \"\"ks\"",
	  .version = 4, SERVER(.highest = 4, .lz4 = true),
	  CLIENT(.pinned = 4, .lz4 = true, .keyspace = "My \"ks") },
	{ "a login", "OPTIONS STARTUP plain AUTH_RESPONSE | a d a | p w", .version = 5,
	  SERVER(.highest = 5, .authenticator = "Password"),
	  CLIENT(.user = "ada", .password = "pw") },
	{ "a login, v4, LZ4, keyspace", "OPTIONS STARTUP lz4 AUTH_RESPONSE | a | b QUERY USE \"k\"",
	  .version = 4, SERVER(.highest = 4, .lz4 = true, .authenticator = LONG_NAME),
	  CLIENT(.pinned = 4, .lz4 = true, .user = "a", .password = "b", .keyspace = "k") },
	{ "credentials nobody asks for stay here", "OPTIONS STARTUP plain", .version = 5,
	  SERVER(.highest = 5), CLIENT(.user = "ada", .password = "pw") },
	{ "no credentials", NULL, COODIE_ERR_AUTH, "org.x.Auth", -1,
	  SERVER(.highest = 5, .authenticator = "org.x.Auth") },
	{ "wrong credentials", NULL, COODIE_ERR_AUTH, "said the server", 0x0100,
	  SERVER(.highest = 5, .authenticator = "P", .refuses = 0x0100,
		 .refused = CQL_OP_AUTH_RESPONSE),
	  CLIENT(.user = "ada", .password = "no") },
	{ "a challenge", NULL, COODIE_ERR_AUTH, "PLAIN", -1,
	  SERVER(.highest = 5, .authenticator = "P", .challenges = true),
	  CLIENT(.user = "a", .password = "b") },
	{ "the server has 4", NULL, COODIE_ERR_VERSION, "4", -1, .lower = 4, SERVER(.highest = 4) },
	{ "the server has 5 in beta", NULL, COODIE_ERR_VERSION, "4", -1, .lower = 4,
	  SERVER(.highest = 5, .versions = "5/v5-beta") },
	{ "the server has 3", NULL, COODIE_ERR_VERSION, "3", -1, SERVER(.highest = 3) },
	{ "5 is pinned, the server has 4", NULL, COODIE_ERR_VERSION, "speaks 4", -1,
	  SERVER(.highest = 4), CLIENT(.pinned = 5) },
	{ "a beta without its flag", NULL, COODIE_ERR_VERSION, "", -1, .lower = 4,
	  SERVER(.highest = 5, .refuses = 0x000A, .refused = CQL_OP_OPTIONS) },
	{ "overloaded", NULL, COODIE_ERR_SERVER, "said the server", 0x1001,
	  SERVER(.highest = 5, .refuses = 0x1001, .refused = CQL_OP_STARTUP) },
	{ "STARTUP is refused", NULL, COODIE_ERR_SERVER, "STARTUP", 0x000A,
	  SERVER(.highest = 5, .refuses = 0x000A, .refused = CQL_OP_STARTUP) },
	{ "no such keyspace", NULL, COODIE_ERR_SERVER, "USE", 0x2200,
	  SERVER(.highest = 5, .refuses = 0x2200, .refused = CQL_OP_QUERY),
	  CLIENT(.keyspace = "nope") },
	{ "an answer of the wrong kind", NULL, COODIE_ERR_PROTOCOL, "SUPPORTED", -1,
	  SERVER(.highest = 5, .startup = CQL_OP_SUPPORTED) },
};

static void check_row(const struct row *row, size_t step)
{
	struct cd_conn c;
	struct server s;
	coodie_options o;
	coodie_error err;
	struct cd_failalloc f;

	cd_failalloc_init(&f, 0);
	cd_clear(&err);
	set_up(&s, &c, &o, &row->server, &row->client, &f.allocator);
	CD_CHECK(cd_conn_start(&c, &err), row->name);
	enum cd_conn_event event = talk(&c, &s, step, &err);
	if (row->code == COODIE_OK) {
		if (event != CD_CONN_UP)
			fail_msg("%s: %s", row->name, err.message);
		CD_CHECK(c.version == row->version && c.state == CD_CONN_READY, row->name);
		CD_CHECK(c.in.segments == (row->version == 5), row->name);
	} else {
		CD_CHECK(event == CD_CONN_BROKEN, row->name);
		if (err.code != row->code || !strstr(err.message, row->message) ||
		    err.server_code != row->server_code)
			fail_msg("%s: %s: %s", row->name, coodie_errc_name(err.code), err.message);
		CD_CHECK(c.lower_version == row->lower, row->name);
	}
	if (row->said && strcmp(row->said, s.said))
		fail_msg("%s: the server got: %s", row->name, s.said);
	tear_down(&s, &c);
	assert_int_equal(f.live, 0);
}

static void test_handshakes(void **state)
{
	static const size_t steps[] = { 1, 2, 7, ALL };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		for (size_t n = 0; n < CD_COUNT(steps); n++)
			check_row(&rows[i], steps[n]);
}

/* ---- when it is up -------------------------------------------------------------------------- */

static void up(struct server *s, struct cd_conn *c, coodie_options *o, uint8_t version)
{
	const struct manners m = { .highest = version };
	const struct client client = { .pinned = version };
	coodie_error err;

	set_up(s, c, o, &m, &client, &cd_malloc_allocator);
	assert_true(cd_conn_start(c, &err));
	assert_int_equal(talk(c, s, ALL, &err), CD_CONN_UP);
	if (version >= 5 && !s->out.segments)
		cd_outbox_switch(&s->out, 5, false);
}

/* One message of the server, taken by the client. */
static enum cd_conn_event hear(struct server *s, struct cd_conn *c, int16_t stream,
			       enum cql_opcode opcode, const struct cd_buffer *body,
			       cql_envelope *out, coodie_error *err)
{
	answer(s, &(const cql_envelope){ .stream = stream }, opcode, body);
	carry(&s->out, &c->in, ALL);
	return cd_conn_next(c, out, err);
}

static void test_answers(void **state)
{
	(void)state;
	for (uint8_t version = 4; version <= 5; version++) {
		struct cd_conn c;
		struct server s;
		coodie_options o;
		coodie_error err;
		cql_envelope e;
		struct cd_buffer body;
		int owner;
		void *found;
		cd_buffer_init(&body, NULL, 0);
		up(&s, &c, &o, version);
		int32_t id = cd_streams_take(&c.streams, &owner);
		assert_int_equal(cd_conn_in_flight(&c), 1);
		/* events go to the owner */
		cd_write_str(&body, "STATUS_CHANGE");
		assert_int_equal(hear(&s, &c, -1, CQL_OP_EVENT, &body, &e, &err), CD_CONN_EVENT);
		cd_buffer_clear(&body);
		cd_buffer_be32(&body, COODIE_RESULT_VOID);
		assert_int_equal(hear(&s, &c, (int16_t)id, CQL_OP_RESULT, &body, &e, &err),
				 CD_CONN_ANSWER);
		assert_int_equal(e.stream, id);
		assert_true(cd_streams_give(&c.streams, e.stream, &found));
		/* the same once more: nobody asked */
		assert_int_equal(hear(&s, &c, (int16_t)id, CQL_OP_RESULT, &body, &e, &err),
				 CD_CONN_BROKEN);
		assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
		assert_non_null(strstr(err.message, "stream"));
		assert_int_equal(c.state, CD_CONN_FAILED);
		assert_int_equal(cd_conn_next(&c, &e, &err), CD_CONN_MORE);
		cd_buffer_deinit(&body);
		tear_down(&s, &c);
	}
}

/* A server that gives up says why, on stream 0. */
static void test_last_words(void **state)
{
	struct cd_conn c;
	struct server s;
	coodie_options o;
	coodie_error err;
	cql_envelope e;
	struct cd_buffer body;

	(void)state;
	cd_buffer_init(&body, NULL, 0);
	up(&s, &c, &o, 5);
	cd_buffer_be32(&body, 0x000A);
	cd_write_str(&body, "said the server");
	assert_int_equal(hear(&s, &c, 0, CQL_OP_ERROR, &body, &e, &err), CD_CONN_BROKEN);
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	assert_non_null(strstr(err.message, "said the server"));
	cd_buffer_deinit(&body);
	tear_down(&s, &c);
}

static void test_worn_out(void **state)
{
	struct cd_conn c;
	struct server s;
	coodie_options o;
	int owner;

	(void)state;
	up(&s, &c, &o, 4);
	for (int32_t i = 0; i < 8; i++) { /* 3/4 of them */
		assert_int_equal(cd_conn_worn_out(&c), i >= 6);
		cd_streams_orphan(&c.streams, cd_streams_take(&c.streams, &owner));
	}
	assert_int_equal(cd_conn_in_flight(&c), 0);
	tear_down(&s, &c);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool shake_hands(const coodie_allocator *a, void *user)
{
	const struct row *row = user;
	struct cd_conn c;
	struct server s;
	coodie_options o;
	coodie_error err = { 0 };
	cql_envelope e;
	bool ok;

	set_up(&s, &c, &o, &row->server, &row->client, a);
	ok = cd_conn_start(&c, &err);
	for (int i = 0; ok && c.state != CD_CONN_READY && i < 100; i++) {
		ok = cd_outbox_seal(&c.out, &err);
		size_t room;
		if (!ok)
			break;
		server_turn(&s, &c, ALL);
		if (!cd_inbox_space(&c.in, 4096, &room)) {
			ok = false;
			break;
		}
		while (ok && !idle(&s.out)) {
			carry(&s.out, &c.in, 512);
			ok = cd_conn_next(&c, &e, &err) != CD_CONN_BROKEN;
		}
		if (s.in.version >= 5 && !s.out.segments)
			cd_outbox_switch(&s.out, 5, s.lz4);
	}
	tear_down(&s, &c);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		if (rows[i].code == COODIE_OK)
			assert_true(cd_failalloc_each(rows[i].name, shake_hands,
						      (void *)(uintptr_t)&rows[i]));
}

/* What the session's options ask servers for stands in STARTUP (P13, P14, P16). */
static void test_startup(void **state)
{
	const struct manners m = { .highest = 5 };
	const struct client client = { .pinned = 5 };
	struct cd_conn c;
	struct server s;
	coodie_options o;
	coodie_error err;

	(void)state;
	set_up(&s, &c, &o, &m, &client, &cd_malloc_allocator);
	o.application_name = (char *)(uintptr_t) "shop";
	o.client_id = (char *)(uintptr_t) "6ab09bec-e68e-48d9-a5f8-97e6fb4c9b47";
	o.no_compact = o.throw_on_overload = true;
	o.startup[o.startup_count++] = (struct cd_startup_pair){ (char *)(uintptr_t) "KEY",
								 (char *)(uintptr_t) "value" };
	c.session_id = "an id";
	c.driver_config = "{}";
	assert_true(cd_conn_start(&c, &err));
	assert_int_equal(talk(&c, &s, ALL, &err), CD_CONN_UP);
	assert_string_equal(s.startup, "SESSION_ID=an id;DRIVER_CONFIG={};APPLICATION_NAME=shop;"
				       "CLIENT_ID=6ab09bec-e68e-48d9-a5f8-97e6fb4c9b47;"
				       "NO_COMPACT=true;THROW_ON_OVERLOAD=1;KEY=value;");
	tear_down(&s, &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_startup),  cmocka_unit_test(test_handshakes),
		cmocka_unit_test(test_answers),  cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_worn_out), cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
