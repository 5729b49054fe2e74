/* SPDX-License-Identifier: MIT */
/* Integration: the server's errors arrive with their details, and our own are found before
 * anything is sent. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

static void test_server_errors(void **state)
{
	static const struct {
		const char *cql;
		int32_t server_code;
		const char *says;
	} rows[] = {
		{ "SELEC 1", 0x2000, "SELEC" },
		{ "SELECT * FROM no_such_table", 0x2200, "no_such_table" },
		{ "SELECT * FROM system.local WHERE no_such_column = 1", 0x2200, "no_such_column" },
		{ "CREATE KEYSPACE it_bad WITH replication = {'class': 'NoSuchStrategy'}", 0x2300,
		  "NoSuchStrategy" },
		{ "DROP KEYSPACE system", 0x2100, "not user-modifiable" },
	};
	struct integration *it = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		coodie_error err = { 0 };
		integration_refused(it->session, rows[i].cql, CQL_ARGS(), NULL, COODIE_ERR_SERVER,
				    rows[i].server_code, &err);
		if (!strstr(err.message, rows[i].says))
			fail_msg("%s: the message does not say %s: %s", rows[i].cql, rows[i].says,
				 err.message);
		/* details that the code does not have */
		assert_int_equal(err.required, -1);
		assert_int_equal(err.received, -1);
		assert_int_equal(err.block_for, -1);
		assert_string_equal(err.write_type, "");
	}
	/* the session is as good as before */
	integration_do(it->session, "SELECT key FROM system.local");
}

/* A statement with binds fails while it is prepared: the same error. */
static void test_error_of_prepare(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	integration_refused(it->session, "SELECT * FROM no_such_table WHERE a = ?",
			    CQL_ARGS(cql(1)), NULL, COODIE_ERR_SERVER, 0x2200, &err);
	assert_non_null(strstr(err.message, "no_such_table"));
}

static void test_already_exists(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	char cql[200];

	integration_do(it->session, "CREATE TABLE exists_test (id int PRIMARY KEY)");
	integration_refused(it->session, "CREATE TABLE exists_test (id int PRIMARY KEY)",
			    CQL_ARGS(), NULL, COODIE_ERR_SERVER, 0x2400, &err);
	assert_non_null(strstr(err.message, "exists_test"));
	assert_non_null(strstr(err.message, it->keyspace));
	snprintf(
		cql, sizeof cql,
		"CREATE KEYSPACE %s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		it->keyspace);
	integration_refused(it->session, cql, CQL_ARGS(), NULL, COODIE_ERR_SERVER, 0x2400, &err);
	assert_non_null(strstr(err.message, it->keyspace));
}

/* Three replicas on one node: a quorum cannot be had, and the error says how far it is. */
static void test_unavailable(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	char cql[200];

	integration_do(it->session, "DROP KEYSPACE IF EXISTS %s_rf3", it->keyspace);
	integration_do(
		it->session,
		"CREATE KEYSPACE %s_rf3 WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
		it->keyspace);
	integration_do(it->session, "CREATE TABLE %s_rf3.t (id int PRIMARY KEY)", it->keyspace);
	snprintf(cql, sizeof cql, "INSERT INTO %s_rf3.t (id) VALUES (?)", it->keyspace);
	integration_refused(it->session, cql, CQL_ARGS(cql(1)),
			    COODIE_REQUEST(.consistency = CQL_CONSISTENCY_QUORUM),
			    COODIE_ERR_SERVER, 0x1000, &err);
	assert_int_equal(err.consistency, CQL_CONSISTENCY_QUORUM);
	assert_int_equal(err.required, 2);
	assert_int_equal(err.received, 1);
	assert_int_equal(err.block_for, -1);
	integration_do(it->session, "DROP KEYSPACE %s_rf3", it->keyspace);
}

/* What is wrong with a bind is said before anything is sent: which one, its type, what was
 * given. */
static void test_wrong_binds(void **state)
{
	static const char insert[] = "INSERT INTO bind_test (id, small, name) VALUES (?, ?, ?)";
	struct integration *it = *state;
	coodie_error err = { 0 };

	integration_do(it->session,
		       "CREATE TABLE bind_test (id int PRIMARY KEY, small smallint, name text)");
	integration_refused(it->session, insert, CQL_ARGS(cql(1), cql(70000), cql("x")), NULL,
			    COODIE_ERR_RANGE, -1, &err);
	assert_non_null(strstr(err.message, "small"));
	integration_refused(it->session, insert, CQL_ARGS(cql(1), cql(7), cql(3.5)), NULL,
			    COODIE_ERR_TYPE, -1, &err);
	assert_non_null(strstr(err.message, "name"));
	integration_refused(it->session, insert, CQL_ARGS(cql(1), cql(7)), NULL, COODIE_ERR_INVALID,
			    -1, &err);
	assert_non_null(strstr(err.message, "3"));
	assert_non_null(strstr(err.message, "2"));
}

/* Unset where the server cannot take it. */
static void test_unset_key(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	integration_refused(it->session, "INSERT INTO bind_test (id, name) VALUES (?, ?)",
			    CQL_ARGS(cql_unset(), cql("x")), NULL, COODIE_ERR_SERVER, 0x2200, &err);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_server_errors),  cmocka_unit_test(test_error_of_prepare),
	cmocka_unit_test(test_already_exists), cmocka_unit_test(test_unavailable),
	cmocka_unit_test(test_wrong_binds),    cmocka_unit_test(test_unset_key),
};

const struct integration_group integration_errors = INTEGRATION_GROUP("errors", tests,
								      INTEGRATION_ALWAYS);
