/* SPDX-License-Identifier: MIT */
/* Faults: how rules read, which one strikes, and what each kind does to a connection and a client. */
#include "tests/test.h"

#include <coodie.h>
#include <coodie/node.h>
#include <coodie/uuid.h>
#include <time.h>

#include "node/server/fault.h"
#include "node/server/prepared.h"
#include "tests/failalloc.h"
#include "tests/node_duo.h"

/* ---- rules ---------------------------------------------------------------------------------- */

static const struct {
	const char *spec;
	struct nd_fault want;
} parsed[] = {
	{ "do=drop", { .node = -1, .shard = -1, .opcode = -1, .kind = ND_FAULT_DROP } },
	{ "opcode=QUERY,match=SELECT,after=2,times=1,do=delay:200ms",
	  { .node = -1,
	    .shard = -1,
	    .opcode = CQL_OP_QUERY,
	    .match = "SELECT",
	    .after = 2,
	    .times = 1,
	    .kind = ND_FAULT_DELAY,
	    .delay_us = 200000 } },
	{ "node=1,shard=3,connection=7,do=delay:50us",
	  { .node = 1,
	    .shard = 3,
	    .connection = 7,
	    .opcode = -1,
	    .kind = ND_FAULT_DELAY,
	    .delay_us = 50 } },
	{ "match='a, b',opcode=execute,do=delay:2s",
	  { .node = -1,
	    .shard = -1,
	    .opcode = CQL_OP_EXECUTE,
	    .match = "a, b",
	    .kind = ND_FAULT_DELAY,
	    .delay_us = 2000000 } },
	{ "do=refuse",
	  { .node = -1, .shard = -1, .opcode = -1, .at_accept = true, .kind = ND_FAULT_REFUSE } },
	{ "at=accept,do=limit:5",
	  { .node = -1,
	    .shard = -1,
	    .opcode = -1,
	    .at_accept = true,
	    .kind = ND_FAULT_LIMIT,
	    .number = 5 } },
	{ "do=crc:header",
	  { .node = -1, .shard = -1, .opcode = -1, .kind = ND_FAULT_CRC, .in_header = true } },
	{ "do=error:OVERLOADED",
	  { .node = -1,
	    .shard = -1,
	    .opcode = -1,
	    .kind = ND_FAULT_ERROR,
	    .code = 0x1001,
	    .message = "overloaded" } },
	{ "do=error:0x1001:too much, really",
	  { .node = -1,
	    .shard = -1,
	    .opcode = -1,
	    .kind = ND_FAULT_ERROR,
	    .code = 0x1001,
	    .message = "too much, really" } },
	{ "do=error:66:x:00FF0a",
	  { .node = -1,
	    .shard = -1,
	    .opcode = -1,
	    .kind = ND_FAULT_ERROR,
	    .code = 66,
	    .message = "x",
	    .body = (uint8_t *)(uintptr_t) "\0\xff\x0a",
	    .body_len = 3 } },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(parsed); i++) {
		struct nd_fault got = { .id = 0 };
		const struct nd_fault *want = &parsed[i].want;
		coodie_error err = { 0 };
		if (!nd_fault_parse(&got, parsed[i].spec, NULL, &err))
			fail_msg("%s: %s", parsed[i].spec, err.message);
		CD_CHECK(got.kind == want->kind && got.at_accept == want->at_accept,
			 parsed[i].spec);
		CD_CHECK(got.node == want->node && got.shard == want->shard &&
				 got.opcode == want->opcode && got.connection == want->connection,
			 parsed[i].spec);
		CD_CHECK(got.after == want->after && got.times == want->times, parsed[i].spec);
		CD_CHECK(got.delay_us == want->delay_us && got.number == want->number &&
				 got.in_header == want->in_header && got.code == want->code,
			 parsed[i].spec);
		CD_CHECK(!got.match == !want->match &&
				 (!got.match || !strcmp(got.match, want->match)),
			 parsed[i].spec);
		CD_CHECK(!got.message == !want->message &&
				 (!got.message || !strcmp(got.message, want->message)),
			 parsed[i].spec);
		CD_CHECK(got.body_len == want->body_len &&
				 (!want->body || !memcmp(got.body, want->body, got.body_len)),
			 parsed[i].spec);
		nd_fault_deinit(&got, NULL);
	}
}

/* Of connections that are being accepted: a limit is used up by those past it only. */
static void test_accept(void **state)
{
	struct nd_faults f;
	struct nd_fault_site site = { .at_accept = true, .opcode = ND_FAULT_ANY };

	(void)state;
	nd_faults_init(&f, NULL);
	assert_non_null(nd_faults_add(&f, "times=1,do=limit:2", NULL));
	for (site.open = 1; site.open <= 2; site.open++)
		assert_null(nd_faults_strike(&f, &site));
	assert_non_null(nd_faults_strike(&f, &site));
	assert_int_equal(f.first->struck, 1);
	nd_faults_clear(&f);

	assert_non_null(nd_faults_add(&f, "at=accept,shard=1,do=refuse", NULL));
	assert_null(nd_faults_strike(&f, &site));
	site.shard = 1;
	assert_non_null(nd_faults_strike(&f, &site));
	nd_faults_clear(&f);
}

static void test_parse_wrong(void **state)
{
	static const struct {
		const char *spec, *told;
	} rows[] = {
		{ "", "do=" },
		{ "opcode=QUERY", "do=" },
		{ "do=", "delay" },
		{ "do=explode", "delay" },
		{ "do=delay", "200ms" },
		{ "do=delay:5", "200ms" },
		{ "do=delay:-5ms", "200ms" },
		{ "do=delay:1e9s", "200ms" },
		{ "do=drop:now", "left out" },
		{ "do=crc:both", "header or payload" },
		{ "do=limit:many", "a number" },
		{ "do=error", "0x1001" },
		{ "do=error:NONSENSE", "0x1001" },
		{ "do=error:0x1001:x:0", "hexadecimal" },
		{ "do=error:0x1001:x:zz", "hexadecimal" },
		{ "opcode=RESULT,do=drop", "a request" },
		{ "opcode=,do=drop", "a request" },
		{ "at=dawn,do=drop", "accept or request" },
		{ "node=x,do=drop", "0 to 1024" },
		{ "node=4096,do=drop", "0 to 1024" },
		{ "after=,do=drop", "a number" },
		{ "times=0,do=drop", "from 1 on" },
		{ "connection=0,do=drop", "from 1 on" },
		{ "opcode=BATCH,do=unprepared", "EXECUTE" },
		{ "match=,do=drop", "a part of a statement" },
		{ "color=red,do=drop", "one of node" },
		{ "at=accept,do=drop", "not at=accept" },
		{ "at=accept,opcode=QUERY,do=stall", "no opcode" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct nd_fault got = { .id = 0 };
		coodie_error err = { 0 };
		CD_CHECK(!nd_fault_parse(&got, rows[i].spec, NULL, &err), rows[i].spec);
		CD_CHECK(err.code == COODIE_ERR_INVALID, rows[i].spec);
		if (!strstr(err.message, rows[i].told))
			fail_msg("%s: %s", rows[i].spec, err.message);
		nd_fault_deinit(&got, NULL);
	}
}

static bool add_rules(const coodie_allocator *a, void *user)
{
	struct nd_faults f;
	bool ok;

	(void)user;
	nd_faults_init(&f, a);
	ok = nd_faults_add(&f, "match='x',do=error:1:text:00", NULL) &&
	     nd_faults_add(&f, "do=drop", NULL);
	nd_faults_clear(&f);
	return ok;
}

static void test_rules(void **state)
{
	struct nd_faults f;
	cql_text statement = duo_text("select * FROM ks.users");
	struct nd_fault_site query = { .opcode = CQL_OP_QUERY,
				       .connection = 2,
				       .version = 4,
				       .statements = &statement,
				       .statement_count = 1 };
	struct nd_fault_site options = { .opcode = CQL_OP_OPTIONS, .version = 4 };

	(void)state;
	nd_faults_init(&f, NULL);
	assert_null(nd_faults_strike(&f, &query));
	assert_non_null(nd_faults_add(&f, "match=Users,after=1,times=2,do=drop", NULL));
	assert_non_null(nd_faults_add(&f, "connection=2,do=close", NULL));
	assert_null(nd_faults_add(&f, "do=nothing", NULL));
	/* the first that fits and is in its window; the others do not count then */
	assert_int_equal(nd_faults_strike(&f, &query)->kind, ND_FAULT_CLOSE);
	assert_int_equal(nd_faults_strike(&f, &query)->kind, ND_FAULT_DROP);
	assert_int_equal(nd_faults_strike(&f, &query)->kind, ND_FAULT_DROP);
	assert_int_equal(nd_faults_strike(&f, &query)->kind, ND_FAULT_CLOSE);
	assert_null(nd_faults_strike(&f, &options));
	assert_int_equal(f.first->struck, 2);
	assert_true(nd_faults_remove(&f, 2));
	assert_false(nd_faults_remove(&f, 2));
	assert_null(nd_faults_strike(&f, &query));
	/* checksums are v5's, and what is not prepared is not forgotten */
	nd_faults_clear(&f);
	assert_non_null(nd_faults_add(&f, "do=crc", NULL));
	assert_non_null(nd_faults_add(&f, "do=unprepared", NULL));
	assert_null(nd_faults_strike(&f, &query));
	query.version = 5;
	assert_non_null(nd_faults_strike(&f, &query));
	nd_faults_clear(&f);
	assert_true(cd_failalloc_each("rules", add_rules, NULL));
}

/* ---- at a connection ------------------------------------------------------------------------ */

static int64_t some_time(void *user)
{
	(void)user;
	return 0;
}

struct place {
	struct nd_faults faults;
	struct nd_database db;
	struct nd_prepared prepared;
	struct nd_service service;
	struct duo duo;
};

static void open_place(struct place *p, unsigned version, const char *lz4, const char *rule)
{
	coodie_error err;

	nd_faults_init(&p->faults, NULL);
	assert_true(nd_database_init(&p->db, NULL, (struct nd_clock){ some_time, NULL }));
	nd_prepared_init(&p->prepared, &p->db, 10);
	p->service = (struct nd_service){ .db = &p->db,
					  .prepared = &p->prepared,
					  .faults = &p->faults,
					  .highest = 5,
					  .lz4 = true };
	duo_begin(&p->duo, &p->service, version);
	p->duo.now_us = 1000;
	duo_ready(&p->duo, lz4);
	if (!nd_faults_add(&p->faults, rule, &err))
		fail_msg("%s", err.message);
}

static void close_place(struct place *p)
{
	duo_end(&p->duo);
	nd_prepared_deinit(&p->prepared);
	nd_database_deinit(&p->db);
	nd_faults_clear(&p->faults);
}

static cql_message options_on(int16_t stream)
{
	return (cql_message){ .opcode = CQL_OP_OPTIONS, .stream = stream };
}

/* Sends OPTIONS on streams 1 and 2. */
static void put_two(struct place *p)
{
	cql_message one = options_on(1), two = options_on(2);

	duo_put(&p->duo, &one);
	duo_put(&p->duo, &two);
}

static void test_delay(void **state)
{
	struct place p;
	cql_message m;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		open_place(&p, i & 1 ? 5 : 4, i & 2 ? "lz4" : NULL, "times=1,do=delay:5ms");
		put_two(&p);
		/* the others are not held up */
		assert_true(duo_next(&p.duo, &m));
		assert_int_equal(m.stream, 2);
		assert_false(duo_next(&p.duo, &m));
		assert_int_equal(nd_conn_due_us(&p.duo.conn), 6000);
		p.duo.now_us = 5999;
		assert_false(duo_next(&p.duo, &m));
		p.duo.now_us = 6000;
		assert_true(duo_next(&p.duo, &m));
		assert_int_equal(m.stream, 1);
		assert_int_equal(m.opcode, CQL_OP_SUPPORTED);
		assert_true(nd_conn_is_idle(&p.duo.conn));
		assert_int_equal(nd_conn_due_us(&p.duo.conn), 0);
		close_place(&p);
	}
	/* those that are due together come in their order */
	open_place(&p, 5, NULL, "do=delay:1ms");
	put_two(&p);
	assert_false(duo_next(&p.duo, &m));
	p.duo.now_us = 9000;
	assert_true(duo_next(&p.duo, &m) && m.stream == 1);
	assert_true(duo_next(&p.duo, &m) && m.stream == 2);
	put_two(&p);
	assert_false(duo_next(&p.duo, &m)); /* what still waits is given back at the end */
	close_place(&p);
}

/* The answer to STARTUP changes the framing: it waits whole. */
static void test_slow_startup(void **state)
{
	struct nd_faults faults;
	struct nd_service s = { .highest = 5, .faults = &faults };
	struct duo d;
	cql_text version = duo_text("3.0.0");
	cql_option option = { duo_text("CQL_VERSION"), &version, 1 };
	cql_message m = { .opcode = CQL_OP_STARTUP };

	(void)state;
	nd_faults_init(&faults, NULL);
	assert_non_null(nd_faults_add(&faults, "opcode=STARTUP,do=delay:1s", NULL));
	duo_begin(&d, &s, 5);
	m.as.options.at = &option;
	m.as.options.count = 1;
	duo_put(&d, &m);
	assert_false(duo_next(&d, &m));
	assert_int_equal(nd_conn_due_us(&d.conn), 1000000);
	d.now_us = 1000000;
	assert_true(duo_next(&d, &m));
	assert_int_equal(m.opcode, CQL_OP_READY);
	assert_true(cql_outbox_switch(d.out, 5, CQL_COMPRESSION_NONE, NULL));
	cql_inbox_switch(d.in, 5, CQL_COMPRESSION_NONE);
	assert_int_equal(duo_ask(&d, options_on(7)).opcode, CQL_OP_SUPPORTED);
	duo_end(&d);
	nd_faults_clear(&faults);
}

static void test_none(void **state)
{
	static const struct {
		const char *name, *rule;
		bool next_is_answered, closing, reset, silent, half_closed;
	} rows[] = {
		{ "drop", "times=1,do=drop", true, false, false, false, false },
		{ "stall", "times=1,do=stall", false, false, false, true, false },
		{ "reset", "times=1,do=reset", false, true, true, false, false },
		{ "close", "times=1,do=close", false, true, false, false, false },
		{ "half-close", "times=1,do=half-close", false, false, false, true, true },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct place p;
		cql_message m;
		open_place(&p, 5, NULL, rows[i].rule);
		put_two(&p);
		CD_CHECK(duo_next(&p.duo, &m) == rows[i].next_is_answered, rows[i].name);
		CD_CHECK(!rows[i].next_is_answered || m.stream == 2, rows[i].name);
		CD_CHECK(p.duo.conn.closing == rows[i].closing, rows[i].name);
		CD_CHECK(p.duo.conn.reset == rows[i].reset, rows[i].name);
		CD_CHECK(p.duo.conn.silent == rows[i].silent, rows[i].name);
		CD_CHECK(p.duo.conn.half_closed == rows[i].half_closed, rows[i].name);
		close_place(&p);
	}
}

/* The bytes of an answer, as the client's codec judges them. */
static enum cql_inbox_status judge(struct place *p, coodie_error *err, cql_envelope *out)
{
	cql_message one = options_on(1);

	duo_put(&p->duo, &one);
	duo_flush(&p->duo);
	return cql_inbox_next(p->duo.in, out, err);
}

static void test_damaged(void **state)
{
	static const struct {
		const char *name, *rule;
		unsigned version;
		const char *lz4;
		enum cql_inbox_status status;
		const char *told;
		bool closing;
	} rows[] = {
		{ "cut", "do=truncate", 4, NULL, CQL_INBOX_MORE, NULL, true },
		{ "cut segment", "do=truncate", 5, "lz4", CQL_INBOX_MORE, NULL, true },
		{ "payload", "do=crc", 5, NULL, CQL_INBOX_FAILED, "CRC32", false },
		{ "packed payload", "do=crc:payload", 5, "lz4", CQL_INBOX_FAILED, "CRC32", false },
		{ "header", "do=crc:header", 5, NULL, CQL_INBOX_FAILED, "CRC24", false },
		{ "header, lz4", "do=crc:header", 5, "lz4", CQL_INBOX_FAILED, "CRC24", false },
		{ "v4 has none", "do=crc", 4, NULL, CQL_INBOX_ENVELOPE, NULL, false },
		{ "no such message", "do=opcode", 4, NULL, CQL_INBOX_FAILED, "opcode", false },
		{ "no such message, v5", "do=opcode", 5, NULL, CQL_INBOX_FAILED, "opcode", false },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct place p;
		cql_envelope e;
		coodie_error err = { 0 };
		open_place(&p, rows[i].version, rows[i].lz4, rows[i].rule);
		CD_CHECK(judge(&p, &err, &e) == rows[i].status, rows[i].name);
		CD_CHECK(!rows[i].told || strstr(err.message, rows[i].told), rows[i].name);
		CD_CHECK(p.duo.conn.closing == rows[i].closing, rows[i].name);
		CD_CHECK(rows[i].status != CQL_INBOX_MORE || !cql_inbox_is_empty(p.duo.in),
			 rows[i].name);
		close_place(&p);
	}
}

/* Not even an answer that was late. */
static void test_nothing_behind_the_half(void **state)
{
	struct place p;
	cql_message m;

	(void)state;
	open_place(&p, 4, NULL, "times=1,do=delay:5ms");
	assert_true(nd_faults_add(&p.faults, "do=truncate", NULL));
	put_two(&p);
	assert_false(duo_next(&p.duo, &m));
	assert_true(p.duo.conn.closing);
	assert_int_equal(nd_conn_due_us(&p.duo.conn), 0);
	p.duo.now_us = 9000;
	assert_false(duo_next(&p.duo, &m));
	assert_true(nd_conn_is_idle(&p.duo.conn));
	close_place(&p);
}

static void test_stream(void **state)
{
	struct place p;
	cql_message m;

	(void)state;
	open_place(&p, 5, NULL, "do=stream");
	m = options_on(1);
	duo_put(&p.duo, &m);
	assert_true(duo_next(&p.duo, &m));
	assert_int_equal(m.stream, 0x4001);
	close_place(&p);
}

static cql_message select_now(void)
{
	cql_message m = { .opcode = CQL_OP_QUERY };

	m.as.query.cql = duo_text("SELECT now() FROM system.local");
	m.as.query.params.consistency = CQL_CONSISTENCY_QUORUM;
	return m;
}

static void test_error(void **state)
{
	struct place p;
	cql_message m;

	(void)state;
	open_place(&p, 5, NULL, "match=now,do=error:UNAVAILABLE:nobody there");
	m = duo_ask(&p.duo, select_now());
	assert_true(duo_says(&m, ND_UNAVAILABLE, "nobody there"));
	assert_int_equal(m.as.error.consistency, CQL_CONSISTENCY_QUORUM);
	assert_int_equal(m.as.error.required, 1);
	assert_int_equal(m.as.error.alive, 0);
	close_place(&p);
	/* a body of one's own: QUORUM, 3 required, 2 alive */
	open_place(&p, 4, NULL, "do=error:0x1000:two:00040000000300000002");
	m = duo_ask(&p.duo, select_now());
	assert_true(duo_says(&m, ND_UNAVAILABLE, "two"));
	assert_int_equal(m.as.error.required, 3);
	assert_int_equal(m.as.error.alive, 2);
	close_place(&p);
	/* every code that has one */
#define X(name, code, text, body) #name,
	static const char *const names[] = {
#include "proto/server_error.def"
	};
#undef X
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		char rule[64];
		snprintf(rule, sizeof rule, "do=error:%s", names[i]);
		open_place(&p, 5, NULL, rule);
		CD_CHECK(duo_ask(&p.duo, select_now()).opcode == CQL_OP_ERROR, names[i]);
		close_place(&p);
	}
}

static void test_unprepared(void **state)
{
	struct place p;
	cql_message m = { .opcode = CQL_OP_PREPARE };

	(void)state;
	open_place(&p, 4, NULL, "do=unprepared");
	m.as.prepare.cql = duo_text("CREATE KEYSPACE IF NOT EXISTS ks WITH replication = {'class': "
				    "'SimpleStrategy', 'replication_factor': 1}");
	cql_message prepared = duo_ask(&p.duo, m);
	assert_int_equal(prepared.opcode, CQL_OP_RESULT);
	assert_int_equal(p.prepared.count, 1);
	m = (cql_message){ .opcode = CQL_OP_EXECUTE };
	m.as.execute.id = prepared.as.result.id;
	m.as.execute.params.consistency = CQL_CONSISTENCY_ONE;
	cql_message answer = duo_ask(&p.duo, m);
	assert_int_equal(answer.as.error.code, ND_UNPREPARED);
	assert_memory_equal(answer.as.error.unprepared_id.data, prepared.as.result.id.data, 16);
	assert_int_equal(p.prepared.count, 0);
	assert_null(nd_schema_keyspace(&p.db.schema, "ks"));
	close_place(&p);
}

/* ---- with sockets --------------------------------------------------------------------------- */

static coodie_node *start(uint32_t nodes)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_nodes(o, nodes, &err));
	coodie_node *n = coodie_node_start(o, &err);
	if (!n)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return n;
}

enum { PATIENT_MS = 20000 };

static coodie_session *client(const coodie_node *n, uint32_t timeout_ms)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	coodie_options_set_request_timeout_ms(o, timeout_ms);
	coodie_options_set_connect_timeout_ms(o, timeout_ms);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(n, 0), &err));
	coodie_session *s = coodie_session_new(o, &err);
	assert_non_null(s);
	coodie_options_free(o);
	return s;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* What our client makes of each kind. */
static void test_client(void **state)
{
	static const struct {
		const char *rule;
		enum coodie_errc code;
		int32_t server_code;
	} rows[] = {
		{ "opcode=QUERY,do=delay:100ms", COODIE_OK, -1 },
		{ "opcode=QUERY,do=drop", COODIE_ERR_TIMEOUT, -1 },
		{ "opcode=QUERY,do=stall", COODIE_ERR_TIMEOUT, -1 },
		{ "opcode=QUERY,do=reset", COODIE_ERR_CLOSED, -1 },
		{ "opcode=QUERY,do=close", COODIE_ERR_CLOSED, -1 },
		{ "opcode=QUERY,do=half-close", COODIE_ERR_CLOSED, -1 },
		{ "opcode=QUERY,do=truncate", COODIE_ERR_CLOSED, -1 },
		{ "opcode=QUERY,do=crc", COODIE_ERR_PROTOCOL, -1 },
		{ "opcode=QUERY,do=stream", COODIE_ERR_PROTOCOL, -1 },
		{ "opcode=QUERY,do=opcode", COODIE_ERR_PROTOCOL, -1 },
		{ "opcode=QUERY,do=error:OVERLOADED", COODIE_ERR_SERVER, 0x1001 },
		{ "opcode=STARTUP,do=stall", COODIE_ERR_TIMEOUT, -1 },
		{ "opcode=STARTUP,do=delay:100ms", COODIE_OK, -1 },
		{ "opcode=OPTIONS,do=close", COODIE_ERR_CLOSED, -1 },
		{ "do=refuse", COODIE_ERR_CLOSED, -1 },
		{ "at=accept,do=close", COODIE_ERR_CLOSED, -1 },
		{ "at=accept,do=stall", COODIE_ERR_TIMEOUT, -1 },
		{ "at=accept,do=delay:100ms", COODIE_OK, -1 },
		{ "do=limit:0", COODIE_ERR_CLOSED, -1 },
		{ "do=limit:1", COODIE_OK, -1 },
		{ "opcode=QUERY,match=nothing,do=drop", COODIE_OK, -1 },
		{ "opcode=QUERY,node=1,do=drop", COODIE_OK, -1 },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_node *n = start(1);
		coodie_error err = { 0 };
		uint32_t id;
		uint64_t began = now_ms();
		assert_true(coodie_node_add_fault(n, rows[i].rule, &id, &err));
		coodie_session *s = client(n,
					   rows[i].code == COODIE_ERR_TIMEOUT ? 300 : PATIENT_MS);
		coodie_result *r = coodie_session_query(s, "SELECT key FROM system.local",
							(cql_args){ 0, NULL }, NULL, &err);
		/* a reset may come before connect() has seen its success */
		bool early = err.code == COODIE_ERR_CONNECT && rows[i].code == COODIE_ERR_CLOSED;
		if (err.code != rows[i].code && !early)
			fail_msg("%s: %s (%s)", rows[i].rule, err.message,
				 coodie_errc_name(err.code));
		CD_CHECK(err.code == COODIE_OK || err.server_code == rows[i].server_code,
			 rows[i].rule);
		CD_CHECK(!strstr(rows[i].rule, "100ms") || now_ms() - began >= 100, rows[i].rule);
		CD_CHECK(rows[i].code == COODIE_OK || coodie_node_fault_count(n, id) > 0,
			 rows[i].rule);
		coodie_result_free(r);
		coodie_session_free(s);
		coodie_node_stop(n);
	}
}

/* A client that was told UNPREPARED prepares again, and gets its answer. */
static void test_unprepared_client(void **state)
{
	coodie_node *n = start(1);
	coodie_session *s = client(n, PATIENT_MS);
	coodie_error err;
	coodie_node_stats stats = { .size = sizeof stats };

	(void)state;
	coodie_prepared *p = coodie_session_prepare(s, "SELECT key FROM system.local", &err);
	assert_non_null(p);
	assert_true(coodie_node_add_fault(n, "times=1,do=unprepared", NULL, &err));
	coodie_result *r = coodie_session_execute(s, p, (cql_args){ 0, NULL }, NULL, &err);
	assert_non_null(r);
	assert_int_equal(coodie_result_row_count(r), 1);
	assert_true(coodie_node_get_stats(n, 0, &stats));
	assert_int_equal(stats.by_opcode[CQL_OP_PREPARE], 2);
	assert_int_equal(stats.by_opcode[CQL_OP_EXECUTE], 2);
	coodie_result_free(r);
	coodie_prepared_free(p);
	coodie_session_free(s);
	coodie_node_stop(n);
}

static cql_uuid version_of(coodie_session *s, const char *cql)
{
	coodie_error err;
	coodie_result *r = coodie_session_query(s, cql, (cql_args){ 0, NULL }, NULL, &err);
	cql_uuid version;

	if (!r)
		fail_msg("%s: %s", cql, err.message);
	coodie_cursor c = coodie_result_cursor(r);
	assert_true(coodie_cursor_next(&c));
	assert_true(coodie_cursor_uuid(&c, 0, &version, &err));
	coodie_result_free(r);
	return version;
}

static void test_disagree(void **state)
{
	static const char local[] = "SELECT schema_version FROM system.local",
			  peers[] = "SELECT schema_version FROM system.peers";
	coodie_node *n = start(2);
	coodie_session *s = client(n, PATIENT_MS);
	coodie_error err;

	(void)state;
	assert_true(cql_uuid_equal(version_of(s, local), version_of(s, peers)));
	assert_true(coodie_node_add_fault(n, "match=system.peers,times=2,do=disagree", NULL, &err));
	assert_false(cql_uuid_equal(version_of(s, local), version_of(s, peers)));
	assert_false(cql_uuid_equal(version_of(s, local), version_of(s, peers)));
	assert_true(cql_uuid_equal(version_of(s, local), version_of(s, peers)));
	coodie_session_free(s);
	coodie_node_stop(n);
}

static void test_control(void **state)
{
	coodie_node *n = start(1);
	coodie_error err;
	uint32_t one, two;

	(void)state;
	assert_false(coodie_node_add_fault(n, "do=magic", NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_true(coodie_node_add_fault(n, "do=drop", &one, &err));
	assert_true(coodie_node_add_fault(n, "do=drop", &two, &err));
	assert_true(one != two);
	assert_true(coodie_node_remove_fault(n, one));
	assert_false(coodie_node_remove_fault(n, one));
	assert_int_equal(coodie_node_fault_count(n, one), 0);
	coodie_node_clear_faults(n);
	assert_false(coodie_node_remove_fault(n, two));
	coodie_session *s = client(n, PATIENT_MS);
	assert_true(coodie_session_connect(s, &err));
	coodie_session_free(s);
	coodie_node_stop(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_wrong),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_slow_startup),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_nothing_behind_the_half),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_unprepared),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_unprepared_client),
		cmocka_unit_test(test_disagree),
		cmocka_unit_test(test_control),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
