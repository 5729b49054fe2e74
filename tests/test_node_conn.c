/* SPDX-License-Identifier: MIT */
/* A connection of the node before statements: what is offered, who may come in, what is refused. */
#include "tests/test.h"

#include <stdlib.h>

#include "node/auth/bcrypt.h"
#include "node/auth/role.h"
#include "node/cluster/system.h"
#include "tests/failalloc.h"
#include "tests/node_duo.h"

static struct nd_service open_service(void)
{
	return (struct nd_service){ .highest = 5, .lz4 = true };
}

static int64_t no_time(void *user)
{
	(void)user;
	return 0;
}

/* A database with the roles ada (lovelace), and bob (builder) who may not log in. */
static int open_roles(void **state)
{
	static const bool no = false;
	char hash[ND_BCRYPT_SIZE];
	struct nd_role_change bob = { "bob", &no, &no, hash };
	struct nd_database *db = malloc(sizeof *db);
	struct cd_arena arena;

	assert_non_null(db);
	assert_true(nd_database_init(db, NULL, (struct nd_clock){ no_time, NULL }));
	assert_true(nd_system_init(db));
	db->has_roles = true;
	assert_true(nd_roles_begin(db, "ada", "lovelace"));
	assert_true(nd_bcrypt_new("builder", strlen("builder"), hash));
	cd_arena_init(&arena, NULL, 0);
	struct nd_request x = { .db = db, .arena = &arena };
	nd_problem_init(&x.problem, &arena);
	assert_true(nd_role_create(&x, &bob));
	cd_arena_deinit(&arena);
	*state = db;
	return 0;
}

static int close_roles(void **state)
{
	nd_database_deinit(*state);
	free(*state);
	return 0;
}

static struct nd_service closed_service(void **state)
{
	return (struct nd_service){ .highest = 5, .lz4 = true, .db = *state };
}

static cql_message of(enum cql_opcode opcode)
{
	return (cql_message){ .opcode = (uint8_t)opcode };
}

/* ---- OPTIONS -------------------------------------------------------------------------------- */

static bool offers(const cql_message *m, const char *key, const char *value)
{
	for (uint16_t i = 0; i < m->as.options.count; i++) {
		const cql_option *o = &m->as.options.at[i];
		if (o->key.len != strlen(key) || memcmp(o->key.data, key, o->key.len))
			continue;
		for (uint16_t j = 0; j < o->value_count; j++)
			if (o->values[j].len == strlen(value) &&
			    !memcmp(o->values[j].data, value, strlen(value)))
				return true;
	}
	return false;
}

static void test_options(void **state)
{
	struct nd_service s = open_service();
	struct duo d;

	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		s.highest = 5;
		s.lz4 = true;
		duo_begin(&d, &s, version);
		cql_message m = duo_ask(&d, of(CQL_OP_OPTIONS));
		assert_int_equal(m.opcode, CQL_OP_SUPPORTED);
		assert_int_equal(m.version, version);
		assert_true(offers(&m, "COMPRESSION", "lz4"));
		assert_true(offers(&m, "PROTOCOL_VERSIONS", "4/v4"));
		assert_true(offers(&m, "PROTOCOL_VERSIONS", "5/v5"));
		assert_true(offers(&m, "CQL_VERSION", "3.4.7"));
		duo_ready(&d, NULL);
		assert_int_equal(duo_ask(&d, of(CQL_OP_OPTIONS)).opcode, CQL_OP_SUPPORTED);
		duo_end(&d);
	}
	s.lz4 = false;
	s.highest = 4;
	duo_begin(&d, &s, 4);
	cql_message m = duo_ask(&d, of(CQL_OP_OPTIONS));
	assert_false(offers(&m, "COMPRESSION", "lz4"));
	assert_false(offers(&m, "PROTOCOL_VERSIONS", "5/v5"));
	duo_end(&d);
	assert_int_equal(s.requests, 5 + 2);
	assert_int_equal(s.by_opcode[CQL_OP_OPTIONS], 5);
}

/* ---- versions ------------------------------------------------------------------------------- */

static void test_versions(void **state)
{
	static const struct {
		const char *name;
		unsigned highest;
		const char *in;
		size_t in_len;
		const char *out; /* as far as the text */
		size_t out_len;
		const char *text;
	} rows[] = {
		{ "1, by its first byte", 5, "\x01", 1, "\x81\0\0\0\0\0\0\x65\0\0\0\x0a\0\x5f", 14,
		  "Invalid or unsupported protocol version (1); supported versions are (4/v4, 5/v5)" },
		{ "2, OPTIONS", 5, "\x02\0\x01\x05\0\0\0\0", 8,
		  "\x82\0\0\0\0\0\0\x56\0\0\0\x0a\0\x50", 14,
		  "Invalid or unsupported protocol version (2); supported versions are (4/v4, 5/v5)" },
		{ "3", 5, "\x03\0\0\x01\x05\0\0\0\0", 9, "\x83\0\0\0\0\0\0\0\x56\0\0\0\x0a\0\x50",
		  15,
		  "Invalid or unsupported protocol version (3); supported versions are (4/v4, 5/v5)" },
		{ "5 where 4 is the highest", 4, "\x05\0\0\x01\x05\0\0\0\0", 9,
		  "\x84\0\0\0\0\0\0\0\x50\0\0\0\x0a\0\x4a", 15,
		  "Invalid or unsupported protocol version (5); supported versions are (4/v4)" },
		{ "6, beta", 5, "\x06\x10\0\x01\x05\0\0\0\0", 9,
		  "\x85\0\0\0\0\0\0\0\x56\0\0\0\x0a\0\x50", 15,
		  "Invalid or unsupported protocol version (6); supported versions are (4/v4, 5/v5)" },
		{ "66", 5, "\x42", 1, "\x85\0\0\0\0\0\0\0\x57\0\0\0\x0a\0\x51", 15,
		  "Invalid or unsupported protocol version (66); supported versions are (4/v4, 5/v5)" },
		{ "0", 5, "\0", 1, "\x85\0\0\0\0\0\0\0\x56\0\0\0\x0a\0\x50", 15,
		  "Invalid or unsupported protocol version (0); supported versions are (4/v4, 5/v5)" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct nd_service s = { .highest = rows[i].highest };
		struct nd_conn c;
		size_t room, len = strlen(rows[i].text);
		nd_conn_init(&c, &s);
		memcpy(nd_conn_space(&c, &room), rows[i].in, rows[i].in_len);
		nd_conn_filled(&c, rows[i].in_len);
		nd_conn_run(&c, 0, SIZE_MAX / 2);
		struct cd_span out = nd_conn_pending(&c);
		CD_CHECK(c.closing, rows[i].name);
		CD_CHECK(out.len == rows[i].out_len + len, rows[i].name);
		/* the length of the first row is checked by the others' */
		CD_CHECK(!memcmp(out.at, rows[i].out, 4), rows[i].name);
		CD_CHECK(i == 0 || !memcmp(out.at, rows[i].out, rows[i].out_len), rows[i].name);
		CD_CHECK(!memcmp(out.at + rows[i].out_len, rows[i].text, len), rows[i].name);
		nd_conn_deinit(&c);
	}
}

/* ---- STARTUP -------------------------------------------------------------------------------- */

static void test_startup(void **state)
{
	static const struct {
		const char *name;
		const char *options[4];
		const char *refused; /* NULL: READY */
	} rows[] = {
		{ "nothing", { NULL }, "Missing value CQL_VERSION in STARTUP message" },
		{ "what drivers say", { "CQL_VERSION", "3.0.0" }, NULL },
		{ "small letters", { "cql_version", "3.4.5" }, NULL },
		{ "two numbers", { "CQL_VERSION", "4.0" }, NULL },
		{ "a beta", { "CQL_VERSION", "3.4.7-beta1" }, NULL },
		{ "an old one",
		  { "CQL_VERSION", "2.0.0" },
		  "CQL version 2.0.0 is not supported by the binary protocol (supported version are >= 3.0.0)" },
		{ "a word", { "CQL_VERSION", "new" }, "Invalid version value: new" },
		{ "an empty one", { "CQL_VERSION", "" }, "Invalid version value: " },
		{ "snappy",
		  { "CQL_VERSION", "3.0.0", "COMPRESSION", "snappy" },
		  "This instance does not support Snappy compression" },
		{ "no such packing",
		  { "CQL_VERSION", "3.0.0", "COMPRESSION", "zip" },
		  "Unknown compression algorithm: zip" },
		{ "what is not known is nothing",
		  { "CQL_VERSION", "3.0.0", "THROW_ON_OVERLOAD", "1" },
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct nd_service s = open_service();
		cql_text values[2];
		cql_option options[2];
		cql_message m = of(CQL_OP_STARTUP);
		struct duo d;
		for (uint16_t j = 0; j < 2 && rows[i].options[2 * j]; j++) {
			values[j] = duo_text(rows[i].options[2 * j + 1]);
			options[j] = (cql_option){ duo_text(rows[i].options[2 * j]), &values[j],
						   1 };
			m.as.options.count++;
		}
		m.as.options.at = options;
		duo_begin(&d, &s, 5);
		m = duo_ask(&d, m);
		CD_CHECK(rows[i].refused ? duo_says(&m, ND_PROTOCOL_ERROR, rows[i].refused)
					 : m.opcode == CQL_OP_READY,
			 rows[i].name);
		CD_CHECK(!d.conn.closing, rows[i].name);
		CD_CHECK(d.conn.state == (rows[i].refused ? ND_CONN_NEW : ND_CONN_READY),
			 rows[i].name);
		duo_end(&d);
	}
}

static void test_lz4_not_offered(void **state)
{
	struct nd_service s = { .highest = 5 };
	struct duo d;

	(void)state;
	duo_begin(&d, &s, 5);
	cql_message m = duo_startup(&d, "lz4");
	assert_true(duo_says(&m, ND_PROTOCOL_ERROR, "Unknown compression algorithm: lz4"));
	duo_end(&d);
}

/* Every framing, whole and byte by byte. */
static void test_framings(void **state)
{
	struct nd_service s = closed_service(state);
	cql_text wanted[] = { duo_text("SCHEMA_CHANGE"), duo_text("STATUS_CHANGE") };
	cql_message m = of(CQL_OP_REGISTER);

	m.as.register_events.at = wanted;
	m.as.register_events.count = 2;
	for (unsigned i = 0; i < 8; i++) {
		struct duo d;
		duo_begin(&d, &s, i & 1 ? 5 : 4);
		d.step = i & 2 ? 1 : 0;
		duo_ready(&d, i & 4 ? "LZ4" : NULL);
		assert_int_equal(duo_ask(&d, m).opcode, CQL_OP_READY);
		assert_int_equal(d.conn.events, ND_EVENT_SCHEMA_CHANGE | ND_EVENT_STATUS_CHANGE);
		assert_int_equal(duo_ask(&d, of(CQL_OP_OPTIONS)).opcode, CQL_OP_SUPPORTED);
		duo_end(&d);
	}
}

/* ---- AUTH_RESPONSE -------------------------------------------------------------------------- */

static void test_credentials(void **state)
{
#define NUL_FORMAT \
	"Credential format error: username or password is empty or contains NUL(\\0) character"
#define WRONG(name) "Provided username " name " and/or password are incorrect"
	static const struct {
		const char *name, *token;
		size_t len;
		const char *refused; /* NULL: welcome */
	} rows[] = {
		{ "the right ones", "\0ada\0lovelace", 13, NULL },
		{ "an identity in front is nothing", "x\0ada\0lovelace", 14, NULL },
		{ "without the first NUL", "ada\0lovelace", 12,
		  "Authentication ID must not be null" },
		{ "another password", "\0ada\0byron", 10, WRONG("ada") },
		{ "a longer password", "\0ada\0lovelace2", 14, WRONG("ada") },
		{ "another user", "\0bob\0lovelace", 13, WRONG("bob") },
		{ "bob, who may not", "\0bob\0builder", 12, "bob is not permitted to log in" },
		{ "no password", "\0ada\0", 5, "Password must not be null" },
		{ "no user", "\0\0lovelace", 10, "Authentication ID must not be null" },
		{ "nothing", "", 0, "Password must not be null" },
		{ "a NUL too many", "\0a\0b\0c", 6, NUL_FORMAT },
	};

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct nd_service s = closed_service(state);
		struct duo d;
		duo_begin(&d, &s, 5);
		cql_message m = duo_startup(&d, NULL);
		assert_int_equal(m.opcode, CQL_OP_AUTHENTICATE);
		assert_int_equal(m.as.authenticator.len,
				 strlen("org.apache.cassandra.auth.PasswordAuthenticator"));
		m = of(CQL_OP_AUTH_RESPONSE);
		m.as.token = (cql_blob){ (const uint8_t *)rows[i].token, rows[i].len };
		m = duo_ask(&d, m);
		CD_CHECK(rows[i].refused ? duo_says(&m, ND_BAD_CREDENTIALS, rows[i].refused)
					 : m.opcode == CQL_OP_AUTH_SUCCESS && !m.as.token.data,
			 rows[i].name);
		CD_CHECK(!d.conn.closing, rows[i].name);
		duo_end(&d);
	}
}

/* ---- what may come when --------------------------------------------------------------------- */

static cql_message some_request(enum cql_opcode opcode)
{
	cql_message m = of(opcode);
	static const uint8_t id[] = "0123456789abcdef";

	if (opcode == CQL_OP_QUERY) {
		m.as.query.cql = duo_text("SELECT key FROM system.local");
		m.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	} else if (opcode == CQL_OP_PREPARE) {
		m.as.prepare.cql = duo_text("SELECT key FROM system.local");
	} else if (opcode == CQL_OP_EXECUTE) {
		m.as.execute.id = m.as.execute.metadata_id = (cql_blob){ id, 16 };
		m.as.execute.params.consistency = CQL_CONSISTENCY_ONE;
	} else if (opcode == CQL_OP_BATCH) {
		m.as.batch.params.consistency = CQL_CONSISTENCY_ONE;
	}
	return m;
}

static void test_order(void **state)
{
	static const struct {
		const char *name;
		enum nd_conn_state state;
		enum cql_opcode opcode;
		const char *refused;
	} rows[] = {
		{ "QUERY first", ND_CONN_NEW, CQL_OP_QUERY,
		  "Unexpected message QUERY, expecting STARTUP or OPTIONS" },
		{ "EXECUTE first", ND_CONN_NEW, CQL_OP_EXECUTE,
		  "Unexpected message EXECUTE, expecting STARTUP or OPTIONS" },
		{ "REGISTER first", ND_CONN_NEW, CQL_OP_REGISTER,
		  "Unexpected message REGISTER, expecting STARTUP or OPTIONS" },
		{ "AUTH_RESPONSE first", ND_CONN_NEW, CQL_OP_AUTH_RESPONSE,
		  "Unexpected message AUTH_RESPONSE, expecting STARTUP or OPTIONS" },
		{ "QUERY without a password", ND_CONN_AUTHENTICATING, CQL_OP_QUERY,
		  "Unexpected message QUERY, expecting SASL_RESPONSE" },
		{ "PREPARE without a password", ND_CONN_AUTHENTICATING, CQL_OP_PREPARE,
		  "Unexpected message PREPARE, expecting SASL_RESPONSE" },
		{ "BATCH without a password", ND_CONN_AUTHENTICATING, CQL_OP_BATCH,
		  "Unexpected message BATCH, expecting SASL_RESPONSE" },
		{ "OPTIONS without a password", ND_CONN_AUTHENTICATING, CQL_OP_OPTIONS,
		  "Unexpected message OPTIONS, expecting SASL_RESPONSE" },
		{ "STARTUP again", ND_CONN_READY, CQL_OP_STARTUP,
		  "Unexpected message STARTUP, the connection is already initialized" },
	};

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct nd_service s = rows[i].state == ND_CONN_AUTHENTICATING
					      ? closed_service(state)
					      : open_service();
		struct duo d;
		duo_begin(&d, &s, 5);
		if (rows[i].state != ND_CONN_NEW)
			duo_startup(&d, NULL);
		CD_CHECK(d.conn.state == rows[i].state, rows[i].name);
		cql_message m = duo_ask(&d, some_request(rows[i].opcode));
		CD_CHECK(duo_says(&m, ND_PROTOCOL_ERROR, rows[i].refused), rows[i].name);
		CD_CHECK(!d.conn.closing && d.conn.state == rows[i].state, rows[i].name);
		duo_end(&d);
	}
}

/* A first header that is refused is answered in its own version, so that it can be read. */
static void test_refused_in_its_version(void **state)
{
	static const uint8_t negative[] = { 4, 0, 0, 7, 1, 0xff, 0xff, 0xff, 0xff };
	struct nd_service s = open_service();
	struct duo d;

	(void)state;
	duo_begin(&d, &s, 4);
	nd_conn_run(&d.conn, 0, SIZE_MAX);
	size_t room;
	memcpy(nd_conn_space(&d.conn, &room), negative, sizeof negative);
	nd_conn_filled(&d.conn, sizeof negative);
	nd_conn_run(&d.conn, 0, SIZE_MAX);
	assert_int_equal(nd_conn_pending(&d.conn).at[0], 0x84);
	assert_true(d.conn.closing);
	duo_end(&d);
}

static void test_register_wrong(void **state)
{
	struct nd_service s = open_service();
	cql_text wanted[] = { duo_text("SCHEMA_CHANGE"), duo_text("WEATHER_CHANGE") };
	cql_message m = of(CQL_OP_REGISTER);
	struct duo d;

	(void)state;
	m.as.register_events.at = wanted;
	m.as.register_events.count = 2;
	duo_begin(&d, &s, 4);
	duo_ready(&d, NULL);
	m = duo_ask(&d, m);
	assert_true(duo_says(
		&m, ND_PROTOCOL_ERROR,
		"Invalid value 'WEATHER_CHANGE' for org.apache.cassandra.transport.Event$Type"));
	assert_int_equal(d.conn.events, 0);
	duo_end(&d);
}

/* ---- what is broken ------------------------------------------------------------------------- */

static void test_broken(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		int16_t stream;
		bool closes;
	} rows[] = {
		{ "an unknown opcode", "\x04\0\0\x05\x44\0\0\0\0", 9, 5, true },
		{ "a server's message", "\x04\0\0\x05\x08\0\0\0\0", 9, 5, true },
		{ "a negative length", "\x04\0\0\x05\x05\xff\xff\xff\xff", 9, 5, true },
		{ "a length over the limit", "\x04\0\0\x05\x05\x10\0\0\x01", 9, 5, true },
		{ "a response", "\x84\0\0\x05\x05\0\0\0\0", 9, 0, true },
		{ "HTTP", "GET / HTTP/1.1\r\n\r\n", 18, 0, true },
		{ "packed before it was agreed", "\x04\x01\0\x05\x01\0\0\0\x05\0\0\0\0\0", 14, 5,
		  true },
		{ "STARTUP cut short", "\x04\0\0\x05\x01\0\0\0\x04\0\x01\0\x0b", 13, 5, false },
		{ "STARTUP with a count of 65535", "\x04\0\0\x05\x01\0\0\0\x02\xff\xff", 11, 5,
		  false },
		{ "a payload that is not there", "\x04\x04\0\x05\x05\0\0\0\0", 9, 5, false },
		{ "bytes behind OPTIONS", "\x04\0\0\x05\x05\0\0\0\x01x", 10, 5, false },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		for (size_t step = 0; step < 2; step++) {
			struct nd_service s = open_service();
			struct duo d;
			cql_message m;
			duo_begin(&d, &s, 4);
			d.step = step;
			duo_feed(&d, rows[i].bytes, rows[i].len);
			CD_CHECK(duo_next(&d, &m), rows[i].name);
			CD_CHECK(m.stream == rows[i].stream, rows[i].name);
			CD_CHECK(m.opcode == (i + 1 == CD_COUNT(rows) ? CQL_OP_SUPPORTED
								      : CQL_OP_ERROR),
				 rows[i].name);
			CD_CHECK(m.opcode != CQL_OP_ERROR || m.as.error.code == ND_PROTOCOL_ERROR,
				 rows[i].name);
			CD_CHECK(d.conn.closing == rows[i].closes, rows[i].name);
			CD_CHECK(!duo_next(&d, &m), rows[i].name);
			duo_end(&d);
		}
}

/* Refused, and the connection goes on. */
static void test_too_big(void **state)
{
	enum { LEN = (16 << 20) + 5 };
	static const char *const says[] = {
		[4] = "Request is too big: length 16777237 exceeds maximum allowed length 16777216.",
		[5] = "CQL Message of size 16777231 bytes exceeds allowed maximum of 16777216 bytes",
	};
	char *text = malloc(LEN);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LEN);
	for (unsigned version = 4; version <= 5; version++) {
		struct nd_service s = open_service();
		struct duo d;
		cql_message m = of(CQL_OP_QUERY);

		duo_begin(&d, &s, version);
		duo_ready(&d, NULL);
		m.as.query.cql = (cql_text){ text, LEN };
		m.as.query.params.consistency = CQL_CONSISTENCY_ONE;
		m = duo_ask(&d, m);
		assert_true(duo_says(&m, ND_INVALID, says[version]));
		assert_int_equal(m.stream, 7);
		assert_false(d.conn.closing);
		assert_int_equal(duo_ask(&d, of(CQL_OP_OPTIONS)).opcode, CQL_OP_SUPPORTED);
		duo_end(&d);
	}
	free(text);
}

static void test_damaged_segment(void **state)
{
	struct nd_service s = open_service();
	struct duo d;
	cql_message m = of(CQL_OP_OPTIONS);

	(void)state;
	duo_begin(&d, &s, 5);
	duo_ready(&d, NULL);
	duo_put(&d, &m);
	cql_blob bytes = cql_outbox_pending(d.out, NULL);
	uint8_t copy[64];
	assert_true(bytes.len < sizeof copy);
	memcpy(copy, bytes.data, bytes.len);
	copy[bytes.len - 1] ^= 1;
	cql_outbox_sent(d.out, bytes.len);
	duo_feed(&d, copy, bytes.len);
	assert_true(duo_next(&d, &m));
	assert_int_equal(m.as.error.code, ND_PROTOCOL_ERROR);
	assert_true(d.conn.closing);
	duo_end(&d);
}

/* ---- events --------------------------------------------------------------------------------- */

static void test_events(void **state)
{
	struct nd_service s = open_service();
	cql_text wanted[] = { duo_text("STATUS_CHANGE") };
	cql_message m = of(CQL_OP_REGISTER);
	cql_event up = { .kind = CQL_EVENT_STATUS_CHANGE,
			 .type = duo_text("STATUS_CHANGE"),
			 .change = duo_text("UP"),
			 .address = { { 127, 0, 0, 2 }, 4 },
			 .port = 9042 };
	cql_event added = up;
	struct duo d;

	(void)state;
	added.kind = CQL_EVENT_TOPOLOGY_CHANGE;
	added.type = duo_text("TOPOLOGY_CHANGE");
	added.change = duo_text("NEW_NODE");
	m.as.register_events.at = wanted;
	m.as.register_events.count = 1;
	duo_begin(&d, &s, 5);
	duo_ready(&d, NULL);
	nd_conn_push(&d.conn, &up);
	assert_false(duo_next(&d, &m));
	m = of(CQL_OP_REGISTER);
	m.as.register_events.at = wanted;
	m.as.register_events.count = 1;
	assert_int_equal(duo_ask(&d, m).opcode, CQL_OP_READY);
	nd_conn_push(&d.conn, &added);
	nd_conn_push(&d.conn, &up);
	assert_true(duo_next(&d, &m));
	assert_int_equal(m.opcode, CQL_OP_EVENT);
	assert_int_equal(m.stream, -1);
	assert_int_equal(m.as.event.kind, CQL_EVENT_STATUS_CHANGE);
	assert_int_equal(m.as.event.port, 9042);
	assert_false(duo_next(&d, &m));
	assert_int_equal(s.events, 1);
	duo_end(&d);
}

/* ---- memory --------------------------------------------------------------------------------- */

/* A handshake whose allocations fail never crashes, leaks or hangs: an answer, or the end. */
static bool handshake(const coodie_allocator *a, void *user)
{
	static const char bytes[] = "\x05\0\0\x01\x05\0\0\0\0"
				    "\x05\0\0\x01\x01\0\0\0\x16\0\x01\0\x0b"
				    "CQL_VERSION\0\x05"
				    "3.0.0";
	struct nd_service s = open_service();
	struct nd_conn c;
	size_t room;
	bool ok = false;

	(void)user;
	s.allocator = a;
	nd_conn_init(&c, &s);
	uint8_t *to = nd_conn_space(&c, &room);
	if (to) {
		memcpy(to, bytes, sizeof bytes - 1);
		nd_conn_filled(&c, sizeof bytes - 1);
		nd_conn_run(&c, 0, SIZE_MAX / 2);
		ok = c.state == ND_CONN_READY && !c.closing;
		if (!ok && !c.closing) /* the reason was told */
			assert_true(nd_conn_pending(&c).len > 9);
	}
	nd_conn_deinit(&c);
	return ok;
}

static void test_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a handshake", handshake, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_startup),
		cmocka_unit_test(test_lz4_not_offered),
		cmocka_unit_test_setup_teardown(test_framings, open_roles, close_roles),
		cmocka_unit_test_setup_teardown(test_credentials, open_roles, close_roles),
		cmocka_unit_test_setup_teardown(test_order, open_roles, close_roles),
		cmocka_unit_test(test_register_wrong),
		cmocka_unit_test(test_refused_in_its_version),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_too_big),
		cmocka_unit_test(test_damaged_segment),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
