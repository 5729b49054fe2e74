/* SPDX-License-Identifier: MIT */
/* Integration: statements as services use them: nulls and unset, paging, many in flight,
 * prepared statements that the server forgets, large values, lightweight transactions. */
#include "tests/integration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 1000, INSERTS = 5000, LARGE = 1024 * 1024 };

static void test_ddl(void **state)
{
	struct integration *it = *state;
	coodie_result *r;

	r = integration_query(
		it->session,
		"CREATE TABLE ddl_test (id int, at timestamp, v text, PRIMARY KEY (id, at))",
		CQL_ARGS());
	assert_int_equal(coodie_result_kind(r), COODIE_RESULT_SCHEMA_CHANGE);
	coodie_result_free(r);
	integration_do(it->session, "ALTER TABLE ddl_test ADD more list<int>");
	integration_do(it->session, "CREATE INDEX ON ddl_test (v)");
	integration_do(it->session, "CREATE TYPE ddl_type (a int, b text)");
	integration_do(it->session, "TRUNCATE ddl_test");
	r = integration_query(it->session, "INSERT INTO ddl_test (id, at) VALUES (1, 1)",
			      CQL_ARGS());
	assert_int_equal(coodie_result_kind(r), COODIE_RESULT_VOID);
	coodie_result_free(r);
	r = integration_query(it->session, "SELECT * FROM ddl_test", CQL_ARGS());
	assert_int_equal(coodie_result_kind(r), COODIE_RESULT_ROWS);
	assert_int_equal(coodie_result_column_count(r), 4);
	assert_string_equal(coodie_result_column_name(r, 0), "id");
	assert_string_equal(coodie_result_column_name(r, 1), "at");
	assert_int_equal(cql_type_kind(coodie_result_column_type(r, 1)), CQL_KIND_TIMESTAMP);
	assert_null(coodie_result_column_name(r, 4));
	coodie_result_free(r);
	r = integration_query(it->session, "SELECT * FROM ddl_test WHERE id = 2", CQL_ARGS());
	assert_int_equal(coodie_result_row_count(r), 0);
	assert_int_equal(coodie_result_column_count(r), 4);
	coodie_result_free(r);
	integration_do(it->session, "DROP TABLE ddl_test");
}

/* Null writes a tombstone, unset leaves what is there. */
static void test_null_and_unset(void **state)
{
	struct integration *it = *state;
	static const char insert[] = "INSERT INTO null_test (id, a, b) VALUES (?, ?, ?)";
	coodie_cursor c;
	coodie_result *r;
	int32_t a = 0;

	integration_do(it->session, "CREATE TABLE null_test (id int PRIMARY KEY, a int, b text)");
	coodie_result_free(
		integration_query(it->session, insert, CQL_ARGS(cql(1), cql(7), cql("x"))));
	coodie_result_free(
		integration_query(it->session, insert, CQL_ARGS(cql(1), cql_unset(), cql_null())));
	r = integration_query(it->session, "SELECT a, b FROM null_test WHERE id = 1", CQL_ARGS());
	c = coodie_result_cursor(r);
	assert_true(coodie_cursor_next(&c));
	assert_false(coodie_cursor_is_null(&c, 0));
	assert_true(coodie_cursor_int32(&c, 0, &a, NULL));
	assert_int_equal(a, 7);
	assert_true(coodie_cursor_is_null(&c, 1));
	coodie_result_free(r);

	/* a NULL string is null too */
	coodie_result_free(integration_query(it->session, insert,
					     CQL_ARGS(cql(2), cql(1), cql((const char *)NULL))));
	assert_int_equal(integration_number(it->session,
					    "SELECT count(b) FROM null_test WHERE id = 2",
					    CQL_ARGS()),
			 0);
}

/* ---- many in flight -------------------------------------------------------------------------- */

struct tally {
	int answers, failures;
	coodie_error first;
};

static void count_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct tally *t = user;

	t->answers++;
	if (!take_res && !t->failures++)
		t->first = *err;
	coodie_result_free(take_res);
}

static void insert_many(struct integration *it, const char *cql, int count)
{
	struct tally t = { 0 };
	coodie_error err = { 0 };
	coodie_prepared *p = coodie_session_prepare(it->session, cql, &err);

	integration_ok(p, &err, cql);
	for (int i = 0; i < count; i++)
		integration_ok(coodie_session_execute_async(it->session, p,
							    CQL_ARGS(cql(i), cql("value")), NULL,
							    count_answer, &t, &err),
			       &err, "coodie_session_execute_async");
	assert_int_equal(t.answers, 0); /* never inside the call */
	integration_ok(coodie_session_run(it->session, NULL, &err), &err, "coodie_session_run");
	integration_ok(!t.failures, &t.first, "an insert");
	assert_int_equal(t.answers, count);
	coodie_prepared_free(p);
}

/* Markers are called as the server says: small letters without quotes, the column's name of a plain
 * one, and one name may stand twice. */
static void test_by_name(void **state)
{
	struct integration *it = *state;
	static const char insert[] = "INSERT INTO name_test (id, \"Id\", n) VALUES (:Key, ?, :KEY)",
			  read[] = "SELECT \"Id\" FROM name_test WHERE id = ? LIMIT :most";
	const coodie_named put[] = { { "\"Id\"", cql(2) }, { "key", cql(1) } };
	const coodie_named get[] = { { "MOST", cql(10) }, { "id", cql(1) } };
	coodie_error err = { 0 };
	size_t keys;

	integration_do(it->session,
		       "CREATE TABLE name_test (id int PRIMARY KEY, \"Id\" int, n int)");
	coodie_result *r = coodie_session_query_named(it->session, insert, put, 2, NULL, &err);
	integration_ok(r, &err, insert);
	coodie_result_free(r);
	assert_int_equal(
		integration_number(it->session, "SELECT n FROM name_test WHERE id = 1", CQL_ARGS()),
		1);
	coodie_prepared *p = coodie_session_prepare(it->session, read, &err);
	integration_ok(p, &err, read);
	r = coodie_session_execute_named(it->session, p, get, 2, NULL, &err);
	integration_ok(r, &err, read);
	coodie_cursor c = coodie_result_cursor(r);
	int32_t id = 0;
	assert_true(coodie_cursor_next(&c) && coodie_cursor_int32(&c, 0, &id, &err));
	assert_int_equal(id, 2);
	coodie_result_free(r);
	assert_null(coodie_session_execute_named(it->session, p, put, 2, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_int_equal(*coodie_prepared_key(p, &keys), 0);
	assert_int_equal(keys, 1);
	assert_int_equal(coodie_prepared_column_count(p), 1);
	assert_string_equal(coodie_prepared_column_name(p, 0), "Id");
	assert_string_equal(coodie_prepared_keyspace(p), it->keyspace);
	assert_string_equal(coodie_prepared_table(p), "name_test");
	coodie_prepared_free(p);
	integration_do(it->session, "DROP TABLE name_test");
}

/* Servers write a trace when they have answered. */
static void test_trace(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_result *session, *events;
	cql_uuid id;
	int32_t duration = -1;
	size_t i;

	coodie_result *r = coodie_session_query(it->session, "SELECT key FROM system.local",
						CQL_ARGS(), COODIE_REQUEST(.tracing = true), &err);
	integration_ok(r, &err, "a traced query");
	assert_true(coodie_result_tracing_id(r, &id));
	coodie_result_free(r);
	integration_ok(coodie_session_trace(it->session, id, 30000, &session, &events, &err), &err,
		       "coodie_session_trace");
	coodie_cursor c = coodie_result_cursor(session);
	assert_true(coodie_cursor_next(&c));
	assert_true(coodie_result_column_index(session, "duration", &i));
	assert_true(coodie_cursor_int32(&c, i, &duration, &err));
	assert_true(duration >= 0);
	assert_true(coodie_result_row_count(events) > 0);
	coodie_result_free(session);
	coodie_result_free(events);
}

static void test_many_in_flight(void **state)
{
	struct integration *it = *state;
	coodie_session_stats stats = { .size = sizeof stats };

	integration_do(it->session, "CREATE TABLE many_test (id int PRIMARY KEY, v text)");
	insert_many(it, "INSERT INTO many_test (id, v) VALUES (?, ?)", INSERTS);
	assert_int_equal(
		integration_number(it->session, "SELECT count(*) FROM many_test", CQL_ARGS()),
		INSERTS);
	for (int i = 0; i < 1000; i++) { /* the session reads what has become of the schema */
		coodie_session_get_stats(it->session, &stats);
		if (!stats.in_flight)
			break;
		integration_do(it->session, "SELECT key FROM system.local");
	}
	assert_true(stats.requests >= INSERTS);
	assert_int_equal(stats.in_flight, 0);
	assert_int_equal(stats.waiting, 0);
}

/* Every row once, whatever the size of the pages. */
static void test_paging(void **state)
{
	static const int32_t page_rows[] = { 7, 100, 999, 1000, 1001 };
	struct integration *it = *state;

	integration_do(it->session, "CREATE TABLE paging_test (id int PRIMARY KEY, v text)");
	insert_many(it, "INSERT INTO paging_test (id, v) VALUES (?, ?)", ROWS);
	for (size_t i = 0; i < sizeof page_rows / sizeof page_rows[0]; i++) {
		unsigned char seen[ROWS] = { 0 };
		uint8_t state_bytes[256];
		cql_blob at = { NULL, 0 };
		int rows = 0;
		do {
			coodie_error err = { 0 };
			coodie_result *r = coodie_session_query(
				it->session, "SELECT id FROM paging_test", CQL_ARGS(),
				COODIE_REQUEST(.page_rows = page_rows[i], .paging_state = at),
				&err);
			integration_ok(r, &err, "a page");
			assert_true(coodie_result_row_count(r) <= (size_t)page_rows[i]);
			for (coodie_cursor c = coodie_result_cursor(r); coodie_cursor_next(&c);
			     rows++) {
				int32_t id = -1;
				assert_true(coodie_cursor_int32(&c, 0, &id, NULL));
				assert_in_range(id, 0, ROWS - 1);
				assert_int_equal(seen[id]++, 0);
			}
			at = coodie_result_paging_state(r);
			assert_true(coodie_result_has_more(r) == (at.data != NULL));
			assert_true(at.len <= sizeof state_bytes);
			if (at.data) {
				memcpy(state_bytes, at.data, at.len);
				at.data = state_bytes;
			}
			coodie_result_free(r);
		} while (at.data);
		assert_int_equal(rows, ROWS);
	}
}

/* The same rows again, by a pager. */
static void test_pager(void **state)
{
	struct integration *it = *state;
	unsigned char seen[ROWS] = { 0 };
	coodie_error err = { 0 };
	int rows = 0;

	coodie_pager *all = coodie_pager_query(it->session, "SELECT id FROM paging_test",
					       CQL_ARGS(), COODIE_REQUEST(.page_rows = 70),
					       COODIE_PAGER(.ahead = 2), &err);
	integration_ok(all, &err, "coodie_pager_query");
	for (const coodie_cursor *row; (row = coodie_pager_row(all, &err)); rows++) {
		int32_t id = -1;
		assert_true(coodie_cursor_int32(row, 0, &id, NULL));
		assert_in_range(id, 0, ROWS - 1);
		assert_int_equal(seen[id]++, 0);
	}
	integration_ok(err.code == COODIE_OK, &err, "coodie_pager_row");
	assert_int_equal(rows, ROWS);
	coodie_pager_free(all);
}

/* ---- prepared statements --------------------------------------------------------------------- */

static coodie_result *execute(struct integration *it, coodie_prepared *p, cql_args args)
{
	coodie_error err = { 0 };
	coodie_result *r = coodie_session_execute(it->session, p, args, NULL, &err);

	integration_ok(r, &err, coodie_prepared_cql(p));
	return r;
}

/* The server forgets a table's statements when the table changes; nobody notices. */
static void test_forgotten_statement(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_prepared *insert, *select;
	coodie_result *r;

	integration_do(it->session, "CREATE TABLE forget_test (id int PRIMARY KEY, v int)");
	insert = coodie_session_prepare(it->session,
					"INSERT INTO forget_test (id, v) VALUES (?, ?)", &err);
	integration_ok(insert, &err, "prepare");
	select = coodie_session_prepare(it->session, "SELECT * FROM forget_test WHERE id = ?",
					&err);
	integration_ok(select, &err, "prepare");
	coodie_result_free(execute(it, insert, CQL_ARGS(cql(1), cql(1))));

	integration_do(it->session, "ALTER TABLE forget_test ADD w text");
	coodie_result_free(execute(it, insert, CQL_ARGS(cql(2), cql(2))));
	r = execute(it, select, CQL_ARGS(cql(2)));
	assert_int_equal(coodie_result_column_count(r), 3); /* the new column is there */
	assert_int_equal(coodie_result_row_count(r), 1);
	coodie_result_free(r);

	integration_do(it->session, "DROP TABLE forget_test");
	integration_do(it->session, "CREATE TABLE forget_test (id int PRIMARY KEY, v int)");
	coodie_result_free(execute(it, insert, CQL_ARGS(cql(3), cql(3))));
	r = execute(it, select, CQL_ARGS(cql(3)));
	assert_int_equal(coodie_result_column_count(r), 2);
	assert_int_equal(coodie_result_row_count(r), 1);
	coodie_result_free(r);

	integration_do(it->session, "DROP TABLE forget_test");
	assert_null(
		coodie_session_execute(it->session, insert, CQL_ARGS(cql(4), cql(4)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	assert_int_equal(err.server_code, 0x2200);
	coodie_prepared_free(insert);
	coodie_prepared_free(select);
}

/* ---- the rest -------------------------------------------------------------------------------- */

/* More than a segment of v5 holds, both ways; what LZ4 can pack and what it cannot. */
static void test_large_value(void **state)
{
	struct integration *it = *state;
	uint8_t *bytes = malloc(LARGE);
	uint32_t noise = 12345;

	assert_non_null(bytes);
	integration_do(it->session, "CREATE TABLE large_test (id int PRIMARY KEY, v blob)");
	for (int packed = 0; packed < 2; packed++) {
		coodie_result *r;
		coodie_cursor c;
		cql_blob got;
		for (size_t i = 0; i < LARGE; i++) {
			noise = noise * 1664525 + 1013904223;
			bytes[i] = packed ? (uint8_t)(i / 4096) : (uint8_t)(noise >> 24);
		}
		coodie_result_free(integration_query(
			it->session, "INSERT INTO large_test (id, v) VALUES (?, ?)",
			CQL_ARGS(cql(packed), cql(cql_blob_of(bytes, LARGE)))));
		r = integration_query(it->session, "SELECT v FROM large_test WHERE id = ?",
				      CQL_ARGS(cql(packed)));
		c = coodie_result_cursor(r);
		assert_true(coodie_cursor_next(&c));
		assert_true(coodie_cursor_blob(&c, 0, &got, NULL));
		assert_int_equal(got.len, LARGE);
		assert_true(!memcmp(got.data, bytes, LARGE));
		coodie_result_free(r);
	}
	free(bytes);
}

static void test_lightweight_transaction(void **state)
{
	static const char insert[] = "INSERT INTO lwt_test (id, v) VALUES (?, ?) IF NOT EXISTS";
	struct integration *it = *state;
	coodie_result *r;
	coodie_cursor c;
	int32_t v = 0;
	size_t i;

	integration_do(it->session, "CREATE TABLE lwt_test (id int PRIMARY KEY, v int)");
	r = integration_query(it->session, insert, CQL_ARGS(cql(1), cql(10)));
	assert_true(coodie_result_applied(r));
	coodie_result_free(r);
	r = integration_query(it->session, insert, CQL_ARGS(cql(1), cql(20)));
	assert_false(coodie_result_applied(r));
	c = coodie_result_cursor(r);
	assert_true(coodie_cursor_next(&c));
	assert_true(coodie_result_column_index(r, "v", &i));
	assert_true(coodie_cursor_int32(&c, i, &v, NULL));
	assert_int_equal(v, 10);
	coodie_result_free(r);
}

static void test_request_options(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_result *r;
	cql_uuid trace;

	integration_do(it->session, "CREATE TABLE options_test (id int PRIMARY KEY, v int)");
	r = coodie_session_query(
		it->session, "INSERT INTO options_test (id, v) VALUES (?, ?)",
		CQL_ARGS(cql(1), cql(1)),
		COODIE_REQUEST(.timestamp_us = 1234567, .consistency = CQL_CONSISTENCY_ALL), &err);
	integration_ok(r, &err, "an insert with a timestamp");
	coodie_result_free(r);
	assert_int_equal(integration_number(it->session,
					    "SELECT writetime(v) FROM options_test WHERE id = 1",
					    CQL_ARGS()),
			 1234567);
	r = coodie_session_query(it->session, "SELECT v FROM options_test", CQL_ARGS(),
				 COODIE_REQUEST(.tracing = true), &err);
	integration_ok(r, &err, "a traced query");
	assert_true(coodie_result_tracing_id(r, &trace));
	coodie_result_free(r);
	r = integration_query(it->session, "SELECT v FROM options_test", CQL_ARGS());
	assert_false(coodie_result_tracing_id(r, &trace));
	coodie_result_free(r);
}

static void test_warnings(void **state)
{
	struct integration *it = *state;
	coodie_result *r;

	integration_do(it->session, "CREATE TABLE warn_test (id int PRIMARY KEY)");
	r = integration_query(it->session, "SELECT count(*) FROM warn_test", CQL_ARGS());
	assert_int_equal(coodie_result_warning_count(r), 1);
	assert_non_null(strstr(coodie_result_warning(r, 0), "without partition key"));
	assert_null(coodie_result_warning(r, 1));
	coodie_result_free(r);
	r = integration_query(it->session, "SELECT id FROM warn_test", CQL_ARGS());
	assert_int_equal(coodie_result_warning_count(r), 0);
	coodie_result_free(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_ddl),
	cmocka_unit_test(test_null_and_unset),
	cmocka_unit_test(test_by_name),
	cmocka_unit_test(test_trace),
	cmocka_unit_test(test_many_in_flight),
	cmocka_unit_test(test_paging),
	cmocka_unit_test(test_pager),
	cmocka_unit_test(test_forgotten_statement),
	cmocka_unit_test(test_large_value),
	cmocka_unit_test(test_lightweight_transaction),
	cmocka_unit_test(test_request_options),
	cmocka_unit_test(test_warnings),
};

const struct integration_group integration_statements = INTEGRATION_GROUP("statements", tests,
									  INTEGRATION_ALWAYS);
