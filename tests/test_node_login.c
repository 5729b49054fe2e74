/* SPDX-License-Identifier: MIT */
/* Roles that come in over sockets with our own client: several at a time, with rights of their own. */
#include "tests/test.h"

#include <coodie.h>
#include <coodie/node.h>

static const char script[] = "CREATE KEYSPACE ks WITH replication = "
			     "{'class': 'SimpleStrategy', 'replication_factor': 1};"
			     "CREATE TABLE ks.t (k int PRIMARY KEY, v int);"
			     "INSERT INTO ks.t (k, v) VALUES (1, 10);"
			     "CREATE ROLE reader WITH PASSWORD = 'r' AND LOGIN = true;"
			     "CREATE ROLE sleeper WITH PASSWORD = 's';"
			     "CREATE ROLE nameless WITH LOGIN = true;"
			     "GRANT SELECT ON ks.t TO reader;";

static int set_up(void **state)
{
	coodie_error err;
	coodie_node_options *o = coodie_node_options_new(&err);

	assert_true(coodie_node_options_set_credentials(o, "ada", "lovelace", &err));
	assert_true(coodie_node_options_set_setting(o, "partition_keys_in_select_fail_threshold", "2",
						    &err));
	coodie_node *n = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	assert_non_null(n);
	if (!coodie_node_execute(n, script, &err))
		fail_msg("%s", err.message);
	*state = n;
	return 0;
}

static int tear_down(void **state)
{
	coodie_node_stop(*state);
	return 0;
}

/* Not connected yet. `user` NULL: nobody. */
static coodie_session *session(const coodie_node *n, const char *user, const char *password)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(n, 0), &err));
	if (user)
		assert_true(coodie_options_set_credentials(o, user, password, &err));
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	assert_non_null(s);
	return s;
}

static void test_who_may_come_in(void **state)
{
	static const struct {
		const char *user, *password, *refused; /* NULL: welcome */
	} rows[] = {
		{ "ada", "lovelace", NULL },
		{ "reader", "r", NULL },
		{ "reader", "lovelace", "Provided username reader and/or password are incorrect" },
		{ "Reader", "r", "Provided username Reader and/or password are incorrect" },
		{ "sleeper", "s", "sleeper is not permitted to log in" },
		{ "sleeper", "t", "Provided username sleeper and/or password are incorrect" },
		{ "nameless", "x", "Provided username nameless and/or password are incorrect" },
		{ "nosuch", "x", "Provided username nosuch and/or password are incorrect" },
	};

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_session *s = session(*state, rows[i].user, rows[i].password);
		coodie_error err = { 0 };
		bool ok = coodie_session_connect(s, &err);
		CD_CHECK(ok == !rows[i].refused, rows[i].user);
		if (rows[i].refused) {
			assert_int_equal(err.code, COODIE_ERR_AUTH);
			assert_int_equal(err.server_code, 0x0100);
			CD_CHECK(strstr(err.message, rows[i].refused), err.message);
		}
		coodie_session_free(s);
	}
}

static void test_nobody(void **state)
{
	coodie_session *s = session(*state, NULL, NULL);
	coodie_error err;

	assert_false(coodie_session_connect(s, &err));
	assert_int_equal(err.code, COODIE_ERR_AUTH);
	coodie_session_free(s);
}

/* 0: it worked; else the server's code. */
static int32_t ask(coodie_session *s, const char *cql, int k)
{
	coodie_error err = { 0 };
	coodie_result *r = k ? coodie_session_query(s, cql, CQL_ARGS(cql(k)), NULL, &err)
			     : coodie_session_query(s, cql, CQL_ARGS(), NULL, &err);

	coodie_result_free(r);
	return r ? 0 : err.server_code;
}

/* A statement that is prepared already is asked for again whenever it runs. */
static void test_rights_come_and_go(void **state)
{
	coodie_session *ada = session(*state, "ada", "lovelace");
	coodie_session *reader = session(*state, "reader", "r");
	static const char read[] = "SELECT v FROM ks.t WHERE k = ?";
	static const char write[] = "DELETE FROM ks.t WHERE k = ?";

	assert_int_equal(ask(reader, read, 1), 0);
	assert_int_equal(ask(reader, write, 1), 0x2100);
	assert_int_equal(ask(ada, "REVOKE SELECT ON ks.t FROM reader", 0), 0);
	assert_int_equal(ask(ada, "GRANT MODIFY ON ks.t TO reader", 0), 0);
	assert_int_equal(ask(reader, read, 1), 0x2100);
	assert_int_equal(ask(reader, write, 1), 0);
	assert_int_equal(ask(ada, "GRANT ALL ON KEYSPACE ks TO reader", 0), 0);
	assert_int_equal(ask(reader, read, 1), 0);
	assert_int_equal(ask(reader, "CREATE ROLE mine", 0), 0x2100);
	coodie_session_free(reader);
	coodie_session_free(ada);
}

/* Guardrails hold for who is no superuser. */
static void test_guardrails(void **state)
{
	coodie_session *ada = session(*state, "ada", "lovelace");
	coodie_session *reader = session(*state, "reader", "r");
	static const char three[] = "SELECT v FROM ks.t WHERE k IN (1, 2, 3)";
	static const char two[] = "SELECT v FROM ks.t WHERE k IN (1, 2)";

	assert_int_equal(ask(ada, three, 0), 0);
	assert_int_equal(ask(reader, two, 0), 0);
	assert_int_equal(ask(reader, three, 0), 0x2200);
	coodie_session_free(reader);
	coodie_session_free(ada);
}

/* A new password is for those who come; who is in stays. */
static void test_new_password(void **state)
{
	coodie_session *reader = session(*state, "reader", "r");
	coodie_session *late = session(*state, "reader", "r");
	coodie_error err;

	assert_int_equal(ask(reader, "ALTER ROLE reader WITH PASSWORD = 'new'", 0), 0);
	assert_int_equal(ask(reader, "SELECT v FROM ks.t WHERE k = ?", 1), 0);
	assert_false(coodie_session_connect(late, &err));
	coodie_session_free(late);
	late = session(*state, "reader", "new");
	assert_true(coodie_session_connect(late, &err));
	coodie_session_free(late);
	coodie_session_free(reader);
}

/* Clients are known by their roles. */
static void test_clients(void **state)
{
	coodie_session *ada = session(*state, "ada", "lovelace");
	coodie_session *reader = session(*state, "reader", "r");
	coodie_error err;
	bool found = false;

	assert_int_equal(ask(reader, "SELECT v FROM ks.t", 0), 0);
	coodie_result *r = coodie_session_query(ada, "SELECT username FROM system_views.clients",
						CQL_ARGS(), NULL, &err);
	assert_non_null(r);
	for (coodie_cursor c = coodie_result_cursor(r); coodie_cursor_next(&c);) {
		cql_text name;
		assert_true(coodie_cursor_text(&c, 0, &name, &err));
		found |= name.len == strlen("reader") && !memcmp(name.data, "reader", name.len);
	}
	assert_true(found);
	coodie_result_free(r);
	coodie_session_free(reader);
	coodie_session_free(ada);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_who_may_come_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rights_come_and_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guardrails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_new_password, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_clients, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
