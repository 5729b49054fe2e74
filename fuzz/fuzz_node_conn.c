/* SPDX-License-Identifier: MIT */
/* A connection of the node: whatever a client sends, answers are well formed, and nothing is lost.
 *
 * Input: a byte of setup, a byte that decides the pieces, then a stream as it is, or (setup) records
 * of which requests are made: see record(). */
#include <stdio.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "node/auth/role.h"
#include "node/cluster/system.h"
#include "node/server/conn_statement.h"
#include "node/server/fault.h"
#include "base/cql_arena.h"

/* Both ends, and what the node's end needs. */
struct world {
	struct fuzz_budget budget;
	struct nd_database db;
	struct nd_prepared prepared;
	struct nd_faults faults;
	struct nd_service service;
	struct nd_conn conn;
	cql_outbox *out; /* the client's */
	cql_inbox *in;
	cql_arena *arena;
	bool deaf; /* what comes was damaged on purpose, or is of a version we cannot read */
	uint8_t how;
	uint64_t now_us;
	uint8_t id[CD_MD5_SIZE]; /* of what was prepared last */
};

enum setup { RECORDS = 1, V5 = 2, LZ4 = 4, PASSWORD = 8, HIGHEST_4 = 16 };

static int64_t clock_of(void *user)
{
	return (int64_t)((struct world *)user)->now_us;
}

static void on_change(void *user, const cql_schema_change *change, struct nd_table *table)
{
	struct world *w = user;
	char keyspace[256];

	snprintf(keyspace, sizeof keyspace, "%.*s", (int)change->keyspace.len,
		 change->keyspace.data);
	nd_prepared_changed(&w->prepared, keyspace, table);
}

/* ---- what the node says ------------------------------------------------------------------------- */

static void take_answer(struct world *w, const cql_envelope *e)
{
	cql_message m;
	coodie_error err;

	FUZZ_CHECK_OK(cql_message_read(e, NULL, w->arena, &m, &err), &err);
	if (m.opcode == CQL_OP_ERROR)
		FUZZ_CHECK(m.as.error.message.len > 0);
	if (m.opcode == CQL_OP_RESULT && m.as.result.kind == COODIE_RESULT_PREPARED) {
		FUZZ_CHECK(m.as.result.id.len == sizeof w->id);
		memcpy(w->id, m.as.result.id.data, sizeof w->id);
	}
	if ((m.opcode == CQL_OP_READY || m.opcode == CQL_OP_AUTHENTICATE) && w->conn.version) {
		enum cql_compression packed = w->conn.out.lz4 ? CQL_COMPRESSION_LZ4
							      : CQL_COMPRESSION_NONE;
		cql_inbox_switch(w->in, w->conn.version, packed);
	}
	cql_arena_reset(w->arena);
}

static void listen(struct world *w)
{
	struct cd_span bytes;
	cql_envelope e;
	coodie_error err;

	nd_conn_run(&w->conn, w->now_us, 1 << 16);
	while ((bytes = nd_conn_pending(&w->conn)).len) {
		w->deaf |= (bytes.at[0] & 0x7f) < 4 && !w->conn.version;
		if (!w->deaf)
			FUZZ_CHECK_OK(cql_inbox_feed(w->in, bytes.at, bytes.len, &err), &err);
		nd_conn_sent(&w->conn, bytes.len);
	}
	while (!w->deaf) {
		enum cql_inbox_status status = cql_inbox_next(w->in, &e, &err);
		if (status == CQL_INBOX_MORE)
			break;
		FUZZ_CHECK_OK(status == CQL_INBOX_ENVELOPE, &err);
		take_answer(w, &e);
	}
}

/* ---- what the client says ----------------------------------------------------------------------- */

static void feed(struct world *w, cql_blob bytes)
{
	while (bytes.len && !w->conn.closing) {
		cql_blob piece = fuzz_take(&bytes, w->how ? w->how : bytes.len);
		size_t room;
		while (piece.len) {
			uint8_t *to = nd_conn_space(&w->conn, &room);
			FUZZ_CHECK(to);
			cql_blob part = fuzz_take(&piece, room);
			memcpy(to, part.data, part.len);
			nd_conn_filled(&w->conn, part.len);
			listen(w);
		}
	}
}

static void send_body(struct world *w, unsigned opcode, uint8_t flags, cql_blob body)
{
	cql_envelope e = {
		.flags = flags & 0x16, .stream = 1, .opcode = (uint8_t)opcode, .body = body
	};
	coodie_error err;

	FUZZ_CHECK_OK(cql_outbox_put(w->out, &e, &err), &err);
	cql_blob pending = cql_outbox_pending(w->out, &err);
	feed(w, pending);
	cql_outbox_sent(w->out, pending.len);
}

static void send_message(struct world *w, const cql_message *m)
{
	coodie_error err;

	if (!cql_message_write(w->out, m, NULL, &err))
		return; /* too long for its field */
	cql_blob pending = cql_outbox_pending(w->out, &err);
	feed(w, pending);
	cql_outbox_sent(w->out, pending.len);
}

static void send_text(struct world *w, bool prepare, cql_blob text)
{
	cql_message m = { .opcode = prepare ? CQL_OP_PREPARE : CQL_OP_QUERY, .stream = 2 };
	cql_text cql = { (const char *)text.data, text.len };

	if (prepare)
		m.as.prepare.cql = cql;
	else
		m.as.query.cql = cql;
	if (!prepare)
		m.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	send_message(w, &m);
}

/* Values of one byte of length each; 255 is null, 254 unset. */
static void send_execute(struct world *w, cql_blob rest)
{
	cql_bound values[64];
	cql_message m = { .opcode = CQL_OP_EXECUTE, .stream = 3 };
	uint16_t count = 0;

	while (rest.len && count < 64) {
		uint8_t len = fuzz_u8(&rest);
		values[count] = (cql_bound){ .is_unset = len == 254 };
		if (len < 254)
			values[count].value = fuzz_take(&rest, len);
		if (len < 254 && !values[count].value.data)
			values[count].value.data = (const uint8_t *)"";
		count++;
	}
	m.as.execute.id = (cql_blob){ w->id, sizeof w->id };
	if (w->conn.version >= 5)
		m.as.execute.metadata_id = m.as.execute.id;
	m.as.execute.params.consistency = CQL_CONSISTENCY_ONE;
	m.as.execute.params.values = values;
	m.as.execute.params.value_count = count;
	send_message(w, &m);
}

static void add_rule(struct world *w, cql_blob text)
{
	static const bool damages[ND_FAULT_KINDS] = {
		[ND_FAULT_TRUNCATE] = true, [ND_FAULT_CRC] = true,   [ND_FAULT_STREAM] = true,
		[ND_FAULT_OPCODE] = true,   [ND_FAULT_ERROR] = true,
	};
	char rule[128];
	const struct nd_fault *f;

	snprintf(rule, sizeof rule, "%.*s", (int)(text.len < 100 ? text.len : 100),
		 (const char *)text.data);
	f = nd_faults_add(&w->faults, rule, NULL);
	w->deaf |= f && damages[f->kind];
}

/* A byte: what; a [short] and so many bytes: of what. */
static void record(struct world *w, cql_blob *in)
{
	static const uint8_t opcodes[] = { CQL_OP_OPTIONS,  CQL_OP_STARTUP,      CQL_OP_QUERY,
					   CQL_OP_PREPARE,  CQL_OP_EXECUTE,      CQL_OP_BATCH,
					   CQL_OP_REGISTER, CQL_OP_AUTH_RESPONSE };
	uint8_t kind = fuzz_u8(in);
	cql_blob bytes = fuzz_take(in, fuzz_u16(in));

	w->now_us += 1000;
	if ((kind & 15) < sizeof opcodes)
		send_body(w, opcodes[kind & 15], kind & 16 ? CQL_FLAG_TRACING : 0, bytes);
	else if ((kind & 15) == 8 || (kind & 15) == 9)
		send_text(w, kind & 1, bytes);
	else if ((kind & 15) == 10)
		send_execute(w, bytes);
	else if ((kind & 15) == 11)
		add_rule(w, bytes);
	else
		listen(w);
}

/* ---- the beginning and the end ------------------------------------------------------------------ */

static void shake_hands(struct world *w, uint8_t bits)
{
	static const char plain[] = "\0\1\0\x0b"
				    "CQL_VERSION\0\5"
				    "3.0.0",
			  packed[] = "\0\2\0\x0b"
				     "CQL_VERSION\0\5"
				     "3.0.0"
				     "\0\x0b"
				     "COMPRESSION\0\3"
				     "lz4";
	bool lz4 = bits & LZ4;
	cql_blob body = { (const uint8_t *)(lz4 ? packed : plain),
			  lz4 ? sizeof packed - 1 : sizeof plain - 1 };
	unsigned version = bits & V5 && !(bits & HIGHEST_4) ? 5 : 4;
	cql_envelope e = { .version = (uint8_t)version, .opcode = CQL_OP_STARTUP, .body = body };
	coodie_error err;

	FUZZ_CHECK_OK(cql_outbox_put(w->out, &e, &err), &err);
	cql_blob pending = cql_outbox_pending(w->out, &err);
	feed(w, pending);
	cql_outbox_sent(w->out, pending.len);
	FUZZ_CHECK(w->conn.version == version);
	FUZZ_CHECK_OK(cql_outbox_switch(w->out, version,
					lz4 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE, &err),
		      &err);
	if (bits & PASSWORD)
		send_body(w, CQL_OP_AUTH_RESPONSE, 0,
			  (cql_blob){ (const uint8_t *)"\0\0\0\x04\0a\0b", 8 });
}

static void seed(struct world *w)
{
	static const char *const statements[] = {
		"CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE ks.t (a int, b text, c list<int>, d map<text, int>, s int static, PRIMARY KEY (a, b))",
		"INSERT INTO ks.t (a, b, c) VALUES (1, 'x', [1, 2])",
		"USE ks",
	};
	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
		send_text(w, false,
			  (cql_blob){ (const uint8_t *)statements[i], strlen(statements[i]) });
}

/* A superuser "a" with the password "b", whose hash is one of few rounds. */
static void make_role(struct world *w)
{
	static const bool yes = true;
	static const struct nd_role_change role = {
		"a", &yes, &yes, "$2a$04$abcdefghijklmnopqrstuu12f.Pu8ic0A965BfTwGcW6x7Xin9Xgu"
	};
	struct nd_request x = { .db = &w->db };
	struct cd_arena arena;

	FUZZ_CHECK(nd_system_init(&w->db));
	w->db.has_roles = true;
	cd_arena_init(&arena, &w->budget.allocator, 0);
	x.arena = &arena;
	nd_problem_init(&x.problem, &arena);
	FUZZ_CHECK(nd_role_create(&x, &role));
	cd_arena_deinit(&arena);
}

static void begin(struct world *w, uint8_t bits)
{
	coodie_error err;

	fuzz_budget_ours(&w->budget);
	const coodie_allocator *a = &w->budget.allocator;
	FUZZ_CHECK(nd_database_init(&w->db, a, (struct nd_clock){ clock_of, w }));
	if (bits & PASSWORD)
		make_role(w);
	w->db.schema.listener = (struct nd_schema_listener){ on_change, w };
	nd_prepared_init(&w->prepared, &w->db, 4);
	nd_faults_init(&w->faults, a);
	w->service = (struct nd_service){
		.allocator = a,
		.db = &w->db,
		.prepared = &w->prepared,
		.faults = &w->faults,
		.highest = bits & HIGHEST_4 ? 4 : 5,
		.lz4 = true,
	};
	nd_conn_init(&w->conn, &w->service);
	w->out = cql_outbox_new(CQL_CLIENT, NULL, a, &err);
	w->in = cql_inbox_new(CQL_CLIENT, NULL, a, &err);
	w->arena = fuzz_arena(&w->budget);
	FUZZ_CHECK(w->out && w->in);
}

static void end(struct world *w)
{
	nd_conn_deinit(&w->conn);
	nd_faults_clear(&w->faults);
	nd_prepared_deinit(&w->prepared);
	nd_database_deinit(&w->db);
	cql_outbox_free(w->out);
	cql_inbox_free(w->in);
	cql_arena_free(w->arena);
	fuzz_budget_end(&w->budget);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	uint8_t bits = fuzz_u8(&in);
	struct world w = { .how = fuzz_u8(&in) };

	begin(&w, bits);
	if (bits & RECORDS) {
		uint8_t how = w.how;
		w.how = 0;
		shake_hands(&w, bits);
		seed(&w);
		w.how = how;
		while (in.len && !w.conn.closing)
			record(&w, &in);
	} else {
		feed(&w, in);
	}
	end(&w);
	return 0;
}
