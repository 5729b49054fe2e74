/* SPDX-License-Identifier: MIT */
/* Statements over a connection: QUERY, PREPARE, EXECUTE, BATCH, and what a node keeps of them. */
#include "tests/test.h"

#include <coodie/uuid.h>

#include "node/server/prepared.h"
#include "tests/failalloc.h"
#include "tests/node_duo.h"

static int64_t some_time(void *user)
{
	(void)user;
	return INT64_C(1700000000000000);
}

/* A node and a client. */
struct place {
	struct nd_database db;
	struct nd_prepared prepared;
	struct nd_service service;
	struct duo duo;
};

/* What node/server/node.c does in a box. */
static void on_change(void *user, const cql_schema_change *change, struct nd_table *table)
{
	struct place *p = user;
	char keyspace[64];

	snprintf(keyspace, sizeof keyspace, "%.*s", (int)change->keyspace.len,
		 change->keyspace.data);
	nd_prepared_changed(&p->prepared, keyspace, table);
}

static cql_message query(struct place *p, const char *cql);

static void open_place(struct place *p, unsigned version, uint32_t most)
{
	assert_true(nd_database_init(&p->db, NULL, (struct nd_clock){ some_time, NULL }));
	p->db.schema.listener = (struct nd_schema_listener){ on_change, p };
	nd_prepared_init(&p->prepared, &p->db, most);
	p->service = (struct nd_service){
		.db = &p->db, .prepared = &p->prepared, .highest = 5, .lz4 = true
	};
	duo_begin(&p->duo, &p->service, version);
	duo_ready(&p->duo, NULL);
	query(p, "CREATE KEYSPACE ks WITH replication = "
		 "{'class': 'SimpleStrategy', 'replication_factor': 1}");
	query(p, "CREATE TABLE ks.t (id int PRIMARY KEY, name text)");
}

static void close_place(struct place *p)
{
	duo_end(&p->duo);
	nd_prepared_deinit(&p->prepared);
	nd_database_deinit(&p->db);
}

/* ---- requests ------------------------------------------------------------------------------- */

static cql_message query_of(const char *cql)
{
	cql_message m = { .opcode = CQL_OP_QUERY };

	m.as.query.cql = duo_text(cql);
	m.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	return m;
}

static cql_message query(struct place *p, const char *cql)
{
	cql_message m = duo_ask(&p->duo, query_of(cql));

	if (m.opcode != CQL_OP_RESULT)
		fail_msg("%s: %.*s", cql, (int)m.as.error.message.len, m.as.error.message.data);
	return m;
}

static cql_message ask_prepare(struct place *p, const char *cql)
{
	cql_message m = { .opcode = CQL_OP_PREPARE };

	m.as.prepare.cql = duo_text(cql);
	return duo_ask(&p->duo, m);
}

static cql_message prepare(struct place *p, const char *cql)
{
	cql_message m = ask_prepare(p, cql);

	if (m.opcode != CQL_OP_RESULT)
		fail_msg("%s: %.*s", cql, (int)m.as.error.message.len, m.as.error.message.data);
	assert_int_equal(m.as.result.kind, COODIE_RESULT_PREPARED);
	assert_int_equal(m.as.result.id.len, 16);
	return m;
}

static cql_message execute_of(const cql_message *prepared, const cql_bound *values, uint16_t count)
{
	static const uint8_t nothing[16];
	cql_message m = { .opcode = CQL_OP_EXECUTE };
	cql_blob metadata_id = prepared->as.result.metadata_id;

	m.as.execute.id = prepared->as.result.id;
	if (prepared->version >= 5)
		m.as.execute.metadata_id = metadata_id.data ? metadata_id
							    : (cql_blob){ nothing, 16 };
	m.as.execute.params.consistency = CQL_CONSISTENCY_ONE;
	m.as.execute.params.values = values;
	m.as.execute.params.value_count = count;
	return m;
}

static cql_message execute(struct place *p, const cql_message *prepared, const cql_bound *values,
			   uint16_t count)
{
	return duo_ask(&p->duo, execute_of(prepared, values, count));
}

static cql_bound bound(const char *bytes, size_t len)
{
	return (cql_bound){ .value = { (const uint8_t *)bytes, len } };
}

/* ---- results -------------------------------------------------------------------------------- */

/* The only cell of the only row. */
static bool holds(cql_message m, const char *text)
{
	coodie_cell cell;
	cql_blob rows = m.as.result.rows;

	return m.opcode == CQL_OP_RESULT && m.as.result.kind == COODIE_RESULT_ROWS &&
	       m.as.result.row_count == 1 && cql_rows_next(&rows, &cell, 1, NULL) &&
	       cell.len == strlen(text) && !memcmp(cell.data, text, strlen(text));
}

static bool is_void(cql_message m)
{
	return m.opcode == CQL_OP_RESULT && m.as.result.kind == COODIE_RESULT_VOID;
}

/* ---- QUERY ---------------------------------------------------------------------------------- */

static void test_query(void **state)
{
	struct place p;
	cql_bound values[2] = { bound("\0\0\0\7", 4), bound("seven", 5) };

	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		open_place(&p, version, 10);
		cql_message m = query_of("INSERT INTO ks.t (id, name) VALUES (?, ?)");
		m.as.query.params.values = values;
		m.as.query.params.value_count = 2;
		assert_true(is_void(duo_ask(&p.duo, m)));
		assert_true(holds(query(&p, "SELECT name FROM ks.t WHERE id = 7"), "seven"));

		/* by name, in any order */
		m = query_of("INSERT INTO ks.t (id, name) VALUES (:i, :n)");
		values[0].name = duo_text("n");
		values[1].name = duo_text("i");
		cql_blob seven = values[0].value;
		values[0].value = (cql_blob){ (const uint8_t *)"again", 5 };
		values[1].value = seven;
		m.as.query.params.values = values;
		m.as.query.params.value_count = 2;
		assert_true(is_void(duo_ask(&p.duo, m)));
		assert_true(holds(query(&p, "SELECT name FROM ks.t WHERE id = 7"), "again"));
		values[0] = bound("\0\0\0\7", 4);
		values[1] = bound("seven", 5);
		close_place(&p);
	}
}

static void test_refusals(void **state)
{
	struct place p;
	cql_bound value = bound("\0\0\0\7", 4), named = value;
	cql_message m;

	(void)state;
	open_place(&p, 5, 10);
	m = duo_ask(&p.duo, query_of("SELEC * FROM ks.t"));
	assert_int_equal(m.as.error.code, ND_SYNTAX_ERROR);
	m = duo_ask(&p.duo, query_of("SELECT * FROM ks.t WHERE id = ?"));
	assert_true(duo_says(&m, ND_INVALID, "Invalid amount of bind variables"));
	m = query_of("SELECT * FROM ks.t WHERE id = :id");
	named.name = duo_text("other");
	m.as.query.params.values = &named;
	m.as.query.params.value_count = 1;
	m = duo_ask(&p.duo, m);
	assert_true(duo_says(&m, ND_INVALID, "Invalid amount of bind variables"));
	m = query_of("SELECT * FROM ks.t");
	m.as.query.params.has_page_rows = true;
	m = duo_ask(&p.duo, m);
	assert_true(duo_says(&m, ND_PROTOCOL_ERROR, "The page size cannot be 0"));
	m = query_of("SELECT * FROM ks.t");
	m.as.query.params.keyspace = duo_text("nowhere");
	m = duo_ask(&p.duo, m);
	assert_true(duo_says(&m, ND_INVALID, "Keyspace 'nowhere' does not exist"));
	m = query_of("INSERT INTO ks.t (id) VALUES (1)");
	m.as.query.params.has_timestamp = true;
	m.as.query.params.timestamp_us = INT64_MIN;
	m = duo_ask(&p.duo, m);
	assert_int_equal(m.as.error.code, ND_PROTOCOL_ERROR);
	m = query_of("SELECT * FROM ks.t");
	m.as.query.params.consistency = CQL_CONSISTENCY_NODE_LOCAL;
	assert_int_equal(duo_ask(&p.duo, m).as.error.code, ND_INVALID);

	cql_message prepared = prepare(&p, "SELECT name FROM ks.t WHERE id = ?");
	m = execute(&p, &prepared, NULL, 0);
	assert_true(
		duo_says(&m, ND_INVALID, "there were 1 markers(?) in CQL but 0 bound variables"));
	assert_false(p.duo.conn.closing);
	close_place(&p);
}

/* Why a statement was not prepared is told when nothing is left of the statement: not a text, nor
 * the arena that a problem writes into, may be the statement's. */
static void test_refused_words(void **state)
{
	static const char *const statements[] = {
		"SELECT DISTINCT 'open FROM ks.t", "SELECT JSON 'open FROM ks.t",
		"SELECT JSON 0x0 FROM ks.t",       "SELECT (list<int FROM ks.t",
		"SELECT nothing FROM ks.t",        "INSERT INTO ks.t JSON 'x'",
	};
	struct nd_problem problem;
	struct cd_arena arena;
	struct place p;

	(void)state;
	open_place(&p, 5, 4);
	cd_arena_init(&arena, NULL, 0);
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		nd_problem_init(&problem, &arena);
		CD_CHECK(!nd_prepared_make(&p.prepared, duo_text(statements[i]), NULL, 5, &problem),
			 statements[i]);
		CD_CHECK(problem.happened && problem.arena == &arena, statements[i]);
		CD_CHECK(memchr(problem.error.message.data, ' ', problem.error.message.len),
			 statements[i]);
	}
	cd_arena_deinit(&arena);
	close_place(&p);
}

static void test_keyspaces(void **state)
{
	struct place p;
	cql_message m;

	(void)state;
	open_place(&p, 5, 10);
	query(&p, "INSERT INTO ks.t (id, name) VALUES (1, 'one')");
	m = duo_ask(&p.duo, query_of("SELECT name FROM t WHERE id = 1"));
	assert_int_equal(m.as.error.code, ND_INVALID);
	m = query_of("SELECT name FROM t WHERE id = 1");
	m.as.query.params.keyspace = duo_text("ks");
	assert_true(holds(duo_ask(&p.duo, m), "one"));
	assert_null(p.duo.conn.keyspace);
	m = query(&p, "USE ks");
	assert_int_equal(m.as.result.kind, COODIE_RESULT_SET_KEYSPACE);
	assert_string_equal(p.duo.conn.keyspace, "ks");
	assert_true(holds(query(&p, "SELECT name FROM t WHERE id = 1"), "one"));
	m = duo_ask(&p.duo, query_of("USE nowhere"));
	assert_true(duo_says(&m, ND_INVALID, "Keyspace 'nowhere' does not exist"));
	assert_string_equal(p.duo.conn.keyspace, "ks");
	close_place(&p);
}

static void test_tracing(void **state)
{
	struct place p;
	cql_message m;

	(void)state;
	open_place(&p, 5, 10);
	m = query_of("SELECT name FROM ks.t WHERE id = 1");
	m.flags = CQL_FLAG_TRACING;
	cql_message one = duo_ask(&p.duo, m), two = duo_ask(&p.duo, m);
	assert_true(one.has_tracing_id && two.has_tracing_id);
	assert_int_equal(cql_uuid_version(one.tracing_id), 1);
	assert_false(cql_uuid_equal(one.tracing_id, two.tracing_id));
	m = (cql_message){ .opcode = CQL_OP_OPTIONS, .flags = CQL_FLAG_TRACING };
	assert_false(duo_ask(&p.duo, m).has_tracing_id);
	close_place(&p);
}

/* ---- PREPARE -------------------------------------------------------------------------------- */

static bool same_id(const cql_message *a, const cql_message *b)
{
	return !memcmp(a->as.result.id.data, b->as.result.id.data, 16);
}

static void test_ids(void **state)
{
	static const char named[] = "SELECT name FROM ks.t WHERE id = ?",
			  bare[] = "SELECT name FROM t WHERE id = ?";
	struct place p;
	uint8_t id[16];

	(void)state;
	open_place(&p, 5, 10);
	cql_message m = prepare(&p, named);
	assert_true(cd_md5(named, strlen(named), id));
	assert_memory_equal(m.as.result.id.data, id, 16);
	assert_int_equal(m.as.result.markers.column_count, 1);
	assert_int_equal(m.as.result.markers.key_count, 1);
	assert_int_equal(m.as.result.metadata.column_count, 1);
	assert_int_equal(m.as.result.metadata_id.len, 16);
	assert_false(m.has_warnings);
	assert_int_equal(ask_prepare(&p, bare).as.error.code, ND_INVALID);

	/* a statement that says its keyspace has one id, whatever the session's is */
	query(&p, "USE ks");
	cql_message again = prepare(&p, named);
	assert_true(same_id(&m, &again));
	assert_int_equal(p.prepared.count, 1);
	again = prepare(&p, bare);
	assert_true(cd_md5("ksSELECT name FROM t WHERE id = ?", 2 + strlen(bare), id));
	assert_memory_equal(again.as.result.id.data, id, 16);
	/* told once for each connection, as by Cassandra */
	assert_true(again.has_warnings && again.warnings.count == 1);
	assert_false(prepare(&p, bare).has_warnings);
	assert_int_equal(p.prepared.count, 2);

	/* v5: PREPARE's own keyspace */
	m = (cql_message){ .opcode = CQL_OP_PREPARE };
	m.as.prepare.cql = duo_text(bare);
	m.as.prepare.keyspace = duo_text("ks");
	m = duo_ask(&p.duo, m);
	assert_true(same_id(&m, &again));
	m = (cql_message){ .opcode = CQL_OP_PREPARE };
	m.as.prepare.cql = duo_text(bare);
	m.as.prepare.keyspace = duo_text("nowhere");
	m = duo_ask(&p.duo, m);
	assert_true(duo_says(&m, ND_INVALID, "Keyspace 'nowhere' does not exist"));
	close_place(&p);
}

/* A result without rows has the id of no columns. */
static void test_metadata_ids(void **state)
{
	struct place p;
	uint8_t nothing[16];

	(void)state;
	open_place(&p, 5, 10);
	assert_true(cd_md5("", 0, nothing));
	cql_message insert = prepare(&p, "INSERT INTO ks.t (id) VALUES (?)");
	assert_memory_equal(insert.as.result.metadata_id.data, nothing, 16);
	cql_message select = prepare(&p, "SELECT name FROM ks.t");
	uint8_t id[16];
	static const char digest[] = "name\0org.apache.cassandra.db.marshal.UTF8Type\0";
	assert_true(cd_md5(digest, sizeof digest, id));
	assert_memory_equal(select.as.result.metadata_id.data, id, 16);
	close_place(&p);
	open_place(&p, 4, 10);
	select = prepare(&p, "SELECT name FROM ks.t");
	assert_null(select.as.result.metadata_id.data);
	close_place(&p);
}

static const char unknown[] =
	"Prepared query with ID 00112233445566778899aabbccddeeff not found (either the query was not prepared on this host (maybe the host has been restarted?) or you have prepared too many queries and it has been evicted from the internal cache)";

static void test_unprepared(void **state)
{
	static const uint8_t id[] =
		"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff";
	struct place p;
	cql_message m = { .opcode = CQL_OP_EXECUTE };

	(void)state;
	open_place(&p, 5, 10);
	m.as.execute.id = m.as.execute.metadata_id = (cql_blob){ id, 16 };
	m.as.execute.params.consistency = CQL_CONSISTENCY_ONE;
	cql_message answer = duo_ask(&p.duo, m);
	assert_true(duo_says(&answer, ND_UNPREPARED, unknown));
	assert_int_equal(answer.as.error.unprepared_id.len, 16);
	assert_memory_equal(answer.as.error.unprepared_id.data, id, 16);
	/* an id of another length is unknown too */
	m.as.execute.id.len = 3;
	assert_int_equal(duo_ask(&p.duo, m).as.error.code, ND_UNPREPARED);
	close_place(&p);
}

static void test_bounded(void **state)
{
	struct place p;
	cql_message m[4];
	cql_bound id = bound("\0\0\0\1", 4);

	(void)state;
	open_place(&p, 5, 3);
	for (unsigned i = 0; i < 4; i++) {
		char cql[64];
		snprintf(cql, sizeof cql, "SELECT name FROM ks.t WHERE id = ? LIMIT %u", i + 1);
		m[i] = prepare(&p, cql);
		if (i == 2) /* the oldest becomes the newest */
			assert_int_equal(execute(&p, &m[0], &id, 1).opcode, CQL_OP_RESULT);
	}
	assert_int_equal(p.prepared.count, 3);
	assert_int_equal(execute(&p, &m[0], &id, 1).opcode, CQL_OP_RESULT);
	assert_int_equal(execute(&p, &m[1], &id, 1).as.error.code, ND_UNPREPARED);
	assert_int_equal(execute(&p, &m[2], &id, 1).opcode, CQL_OP_RESULT);
	assert_int_equal(execute(&p, &m[3], &id, 1).opcode, CQL_OP_RESULT);
	close_place(&p);
}

/* ---- EXECUTE -------------------------------------------------------------------------------- */

static void test_execute(void **state)
{
	struct place p;
	cql_bound values[2] = { bound("\0\0\0\7", 4), bound("seven", 5) };

	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		open_place(&p, version, 10);
		cql_message insert = prepare(&p, "INSERT INTO ks.t (id, name) VALUES (?, ?)");
		cql_message select = prepare(&p, "SELECT name FROM ks.t WHERE id = ?");
		assert_true(is_void(execute(&p, &insert, values, 2)));
		cql_message m = execute(&p, &select, values, 1);
		assert_true(holds(m, "seven"));
		assert_non_null(m.as.result.metadata.columns);
		assert_null(m.as.result.metadata.new_metadata_id.data);
		m = execute_of(&select, values, 1);
		m.as.execute.params.skip_metadata = true;
		m = duo_ask(&p.duo, m);
		assert_true(holds(m, "seven"));
		assert_null(m.as.result.metadata.columns);
		/* unset leaves what is there, null deletes it */
		values[1] = (cql_bound){ .is_unset = true };
		assert_true(is_void(execute(&p, &insert, values, 2)));
		assert_true(holds(execute(&p, &select, values, 1), "seven"));
		values[1] = (cql_bound){ .value = { NULL, 0 } };
		assert_true(is_void(execute(&p, &insert, values, 2)));
		assert_false(holds(execute(&p, &select, values, 1), "seven"));
		values[1] = bound("seven", 5);
		/* a condition's columns are another each time: they always come */
		cql_message lwt = prepare(
			&p, "INSERT INTO ks.t (id, name) VALUES (?, ?) IF NOT EXISTS");
		m = execute_of(&lwt, values, 2);
		m.as.execute.params.skip_metadata = true;
		m = duo_ask(&p.duo, m);
		assert_int_equal(m.as.result.kind, COODIE_RESULT_ROWS);
		assert_non_null(m.as.result.metadata.columns);
		assert_null(m.as.result.metadata.new_metadata_id.data);
		close_place(&p);
	}
}

static void test_metadata_changed(void **state)
{
	struct place p;

	(void)state;
	open_place(&p, 5, 10);
	query(&p, "INSERT INTO ks.t (id, name) VALUES (1, 'one')");
	cql_message before = prepare(&p, "SELECT * FROM ks.t");
	query(&p, "ALTER TABLE ks.t ADD age int");
	/* the node has forgotten it */
	assert_int_equal(execute(&p, &before, NULL, 0).as.error.code, ND_UNPREPARED);
	cql_message after = prepare(&p, "SELECT * FROM ks.t");
	assert_true(same_id(&before, &after));
	assert_memory_not_equal(before.as.result.metadata_id.data, after.as.result.metadata_id.data,
				16);
	/* a client with the old columns is told */
	cql_message m = execute_of(&before, NULL, 0);
	m.as.execute.params.skip_metadata = true;
	m = duo_ask(&p.duo, m);
	assert_int_equal(m.as.result.metadata.column_count, 3);
	assert_non_null(m.as.result.metadata.columns);
	assert_memory_equal(m.as.result.metadata.new_metadata_id.data,
			    after.as.result.metadata_id.data, 16);
	close_place(&p);
}

/* The answer to a prepared SELECT is that to the same text, whoever has prepared it: columns with them or
 * without, a page or all of it. */
static void assert_same_answers(struct duo *d, const cql_message *prepared, const char *cql)
{
	for (unsigned i = 0; i < 4; i++) {
		cql_message text = query_of(cql), id = execute_of(prepared, NULL, 0);

		id.as.execute.metadata_id = (cql_blob){ NULL, 0 };
		if (d->version >= 5)
			id.as.execute.metadata_id = prepared->as.result.metadata_id;
		text.as.query.params.skip_metadata = id.as.execute.params.skip_metadata = i & 1;
		text.as.query.params.has_page_rows = id.as.execute.params.has_page_rows = i & 2;
		text.as.query.params.page_rows = id.as.execute.params.page_rows = 1;
		text = duo_ask(d, text);
		id = duo_ask(d, id);
		const cql_result *a = &text.as.result, *b = &id.as.result;
		assert_int_equal(id.opcode, CQL_OP_RESULT);
		assert_int_equal(b->metadata.column_count, 2);
		assert_int_equal(!a->metadata.columns, i & 1);
		assert_int_equal(!b->metadata.columns, i & 1);
		if (!(i & 1))
			assert_int_equal(b->metadata.columns[1].type->kind,
					 a->metadata.columns[1].type->kind);
		assert_int_equal(!b->metadata.paging_state.data, !(i & 2));
		assert_int_equal(b->row_count, i & 2 ? 1 : 2);
		assert_int_equal(b->rows.len, a->rows.len);
		assert_memory_equal(b->rows.data, a->rows.data, a->rows.len);
	}
}

/* A duration is another type in v4 and in v5. */
static void test_two_versions(void **state)
{
	static const char select[] = "SELECT id, d FROM ks.d";

	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		struct place p;
		struct duo other;
		open_place(&p, version, 10);
		query(&p, "CREATE TABLE ks.d (id int PRIMARY KEY, d duration)");
		query(&p, "INSERT INTO ks.d (id, d) VALUES (1, 1h)");
		query(&p, "INSERT INTO ks.d (id, d) VALUES (2, 2mo)");
		cql_message first = prepare(&p, select);
		assert_same_answers(&p.duo, &first, select);
		struct nd_prepared_statement *kept =
			nd_prepared_find(&p.prepared, first.as.result.id);
		assert_non_null(nd_prepared_head(kept, version, &kept->plan->metadata));
		assert_null(nd_prepared_head(kept, 9 - version, &kept->plan->metadata));
		duo_begin(&other, &p.service, 9 - version);
		duo_ready(&other, NULL);
		cql_message m = { .opcode = CQL_OP_PREPARE };
		m.as.prepare.cql = duo_text(select);
		cql_message second = duo_ask(&other, m);
		assert_true(same_id(&first, &second));
		assert_same_answers(&other, &second, select);
		assert_same_answers(&p.duo, &first, select);
		duo_end(&other);
		close_place(&p);
	}
}

static int64_t count_looks(void *user)
{
	return some_time(NULL) + ++*(int *)user;
}

/* What came together is of one time; the last write still is the last. */
static void test_clock(void **state)
{
	static const char *const writes[] = {
		"INSERT INTO ks.t (id, name) VALUES (1, 'z')",
		"UPDATE ks.t SET name = 'y' WHERE id = 1",
		"INSERT INTO ks.t (id, name) VALUES (1, 'x')",
	};
	struct place p;
	cql_message m;
	int looks = 0;

	(void)state;
	open_place(&p, 4, 10);
	p.db.clock = (struct nd_clock){ count_looks, &looks };
	for (size_t i = 0; i < 3; i++) {
		m = query_of(writes[i]);
		duo_put(&p.duo, &m);
	}
	duo_flush(&p.duo);
	for (size_t i = 0; i < 3; i++)
		assert_true(duo_next(&p.duo, &m) && m.opcode == CQL_OP_RESULT);
	assert_int_equal(looks, 1);
	m = query(&p, "SELECT name FROM ks.t WHERE id = 1");
	assert_true(holds(m, "x"));
	assert_int_equal(looks, 2);
	close_place(&p);
}

/* What changes, and what is forgotten by it. */
static void test_changes(void **state)
{
	static const struct {
		const char *name, *change;
		bool forgotten[4]; /* of the statements below */
	} rows[] = {
		{ "another keyspace",
		  "CREATE KEYSPACE more WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		  { false, false, false, false } },
		{ "a column", "ALTER TABLE ks.t ADD more int", { true, false, true, false } },
		{ "an index", "CREATE INDEX ON ks.t (name)", { true, false, true, false } },
		{ "another table", "DROP TABLE ks.u", { false, true, true, false } },
		{ "a type's field",
		  "ALTER TYPE ks.address ADD street text",
		  { false, false, false, true } },
		{ "the table", "DROP TABLE ks.t", { true, false, true, false } },
		{ "the keyspace", "DROP KEYSPACE ks", { true, true, true, true } },
	};
	static const char *const statements[] = {
		"SELECT * FROM ks.t",
		"SELECT * FROM ks.u",
		"BEGIN BATCH INSERT INTO ks.t (id) VALUES (1); INSERT INTO ks.u (id) VALUES (1); APPLY BATCH",
		"SELECT * FROM ks.v",
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct place p;
		cql_message m[CD_COUNT(statements)];
		open_place(&p, 5, 10);
		query(&p, "CREATE TYPE ks.address (city text)");
		query(&p, "CREATE TABLE ks.u (id int PRIMARY KEY)");
		query(&p, "CREATE TABLE ks.v (id int PRIMARY KEY, home address)");
		for (size_t j = 0; j < CD_COUNT(statements); j++)
			m[j] = prepare(&p, statements[j]);
		query(&p, rows[i].change);
		for (size_t j = 0; j < CD_COUNT(statements); j++) {
			cql_message answer = execute(&p, &m[j], NULL, 0);
			bool gone = answer.opcode == CQL_OP_ERROR &&
				    answer.as.error.code == ND_UNPREPARED;
			/* what is forgotten for nothing is prepared again: dear, not wrong */
			CD_CHECK(gone || !rows[i].forgotten[j], rows[i].name);
			CD_CHECK(gone || answer.opcode == CQL_OP_RESULT, rows[i].name);
		}
		close_place(&p);
	}
}

/* A prepared statement may drop what it was prepared for. */
static void test_suicide(void **state)
{
	static const char *const statements[] = { "DROP TABLE ks.t", "DROP KEYSPACE ks",
						  "ALTER TABLE ks.t ADD more int" };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		struct place p;
		open_place(&p, 5, 10);
		cql_message m = prepare(&p, statements[i]);
		CD_CHECK(execute(&p, &m, NULL, 0).opcode == CQL_OP_RESULT, statements[i]);
		close_place(&p);
	}
}

/* ---- BATCH ---------------------------------------------------------------------------------- */

static cql_message batch_of(const cql_batch_item *items, uint16_t count)
{
	cql_message m = { .opcode = CQL_OP_BATCH };

	m.as.batch.items = items;
	m.as.batch.item_count = count;
	m.as.batch.params.consistency = CQL_CONSISTENCY_ONE;
	return m;
}

static void test_batch(void **state)
{
	static const uint8_t id[16] = "none";
	cql_bound values[2] = { bound("\0\0\0\7", 4), bound("seven", 5) };
	struct place p;

	(void)state;
	open_place(&p, 5, 10);
	cql_message insert = prepare(&p, "INSERT INTO ks.t (id, name) VALUES (?, ?)");
	cql_batch_item items[2] = {
		{ .id = insert.as.result.id, .values = values, .value_count = 2 },
		{ .cql = duo_text("UPDATE ks.t SET name = 'eight' WHERE id = 8") },
	};
	assert_true(is_void(duo_ask(&p.duo, batch_of(items, 2))));
	assert_true(holds(query(&p, "SELECT name FROM ks.t WHERE id = 7"), "seven"));
	assert_true(holds(query(&p, "SELECT name FROM ks.t WHERE id = 8"), "eight"));
	assert_true(is_void(duo_ask(&p.duo, batch_of(NULL, 0))));

	items[0].value_count = 1;
	cql_message m = duo_ask(&p.duo, batch_of(items, 2));
	assert_true(
		duo_says(&m, ND_INVALID, "There were 2 markers(?) in CQL but 1 bound variables"));
	items[0].value_count = 2;
	items[1].cql = duo_text("SELECT * FROM ks.t");
	m = duo_ask(&p.duo, batch_of(items, 2));
	assert_true(duo_says(
		&m, ND_INVALID,
		"Invalid statement in batch: only UPDATE, INSERT and DELETE statements are allowed."));
	items[0].id = (cql_blob){ id, 16 };
	m = duo_ask(&p.duo, batch_of(items, 1));
	assert_int_equal(m.as.error.code, ND_UNPREPARED);
	assert_memory_equal(m.as.error.unprepared_id.data, id, 16);
	close_place(&p);
}

/* ---- memory --------------------------------------------------------------------------------- */

/* Each allocation fails in turn: an answer, whatever it is, and nothing lost. */
static bool converse(const coodie_allocator *a, void *user)
{
	static const char *const statements[] = {
		"CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE ks.t (id int PRIMARY KEY, name text)",
		"INSERT INTO ks.t (id, name) VALUES (1, 'one')",
		"SELECT * FROM ks.t WHERE id = 1",
	};
	struct nd_database db;
	struct nd_prepared prepared;
	struct nd_service service = {
		.allocator = a, .db = &db, .prepared = &prepared, .highest = 5
	};
	struct duo d;
	bool ok;

	(void)user;
	ok = nd_database_init(&db, a, (struct nd_clock){ some_time, NULL });
	nd_prepared_init(&prepared, &db, 10);
	duo_begin(&d, &service, 5);
	d.conn.version = 5;
	d.conn.state = ND_CONN_READY;
	for (size_t i = 0; ok && i < CD_COUNT(statements); i++) {
		cql_message m = query_of(statements[i]), answer;
		m.stream = 3;
		duo_put(&d, &m);
		ok = duo_try(&d, &answer) && answer.opcode == CQL_OP_RESULT;
		m = (cql_message){ .opcode = CQL_OP_PREPARE, .stream = 4 };
		m.as.prepare.cql = duo_text(statements[i]);
		if (!ok || i < 2)
			continue;
		duo_put(&d, &m);
		ok = duo_try(&d, &answer) && answer.opcode == CQL_OP_RESULT;
		if (!ok)
			continue;
		m = execute_of(&answer, NULL, 0);
		m.stream = 5;
		duo_put(&d, &m);
		ok = duo_try(&d, &answer) && answer.opcode == CQL_OP_RESULT;
	}
	duo_end(&d);
	nd_prepared_deinit(&prepared);
	nd_database_deinit(&db);
	return ok;
}

static void test_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a conversation", converse, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refused_words),
		cmocka_unit_test(test_keyspaces),
		cmocka_unit_test(test_tracing),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_metadata_ids),
		cmocka_unit_test(test_unprepared),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_execute),
		cmocka_unit_test(test_metadata_changed),
		cmocka_unit_test(test_two_versions),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_suicide),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
