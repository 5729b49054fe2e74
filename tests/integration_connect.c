/* SPDX-License-Identifier: MIT */
/* Integration: what a connection negotiates and knows, ways to run a session, and logins that
 * must fail. */
#include "tests/integration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie/libev.h>
#include <ev.h>

static void test_info(void **state)
{
	const struct integration *it = *state;
	coodie_connection_info info = { .size = sizeof info };
	coodie_error err = { 0 };

	integration_ok(coodie_session_info(it->session, &info, &err), &err, "coodie_session_info");
	assert_string_equal(info.address, it->address);
	assert_int_equal(info.protocol_version, it->variant->version);
	assert_string_equal(info.compression,
			    it->variant->compression == COODIE_COMPRESSION_LZ4 ? "lz4" : "none");
	assert_int_equal(info.shard_count, -1);
	if (it->variant->tls) {
		assert_string_equal(info.tls_version, "TLSv1.3");
		assert_true(strlen(info.tls_cipher) > 0);
	} else {
		assert_string_equal(info.tls_version, "");
		assert_string_equal(info.tls_cipher, "");
	}
}

static void test_supported(void **state)
{
	const struct integration *it = *state;
	bool lz4 = false;

	for (size_t i = 0; coodie_session_supported(it->session, "COMPRESSION", i); i++)
		lz4 = lz4 ||
		      !strcmp(coodie_session_supported(it->session, "COMPRESSION", i), "lz4");
	assert_true(lz4);
	assert_non_null(coodie_session_supported(it->session, "CQL_VERSION", 0));
	assert_null(coodie_session_supported(it->session, "NO_SUCH_KEY", 0));
}

/* The node's own list of clients says what it agreed to. */
static void test_node_agrees(void **state)
{
	const struct integration *it = *state;
	coodie_options *o = integration_options(it);
	coodie_error err = { 0 };
	coodie_session *s;

	assert_true(coodie_options_set_application(o, "integration", "1.2", &err));
	s = integration_open(o);
	coodie_result *r = integration_query(
		s,
		"SELECT driver_name, driver_version, protocol_version, ssl_enabled FROM system_views.clients",
		CQL_ARGS());
	coodie_cursor c = coodie_result_cursor(r);
	bool found = false;
	while (coodie_cursor_next(&c)) {
		cql_text name, version;
		int32_t protocol;
		bool ssl;
		if (coodie_cursor_is_null(&c, 0) || coodie_cursor_is_null(&c, 1))
			continue;
		integration_ok(coodie_cursor_text(&c, 0, &name, &err), &err, "driver_name");
		integration_ok(coodie_cursor_text(&c, 1, &version, &err), &err, "driver_version");
		integration_ok(coodie_cursor_int32(&c, 2, &protocol, &err), &err,
			       "protocol_version");
		integration_ok(coodie_cursor_bool(&c, 3, &ssl, &err), &err, "ssl_enabled");
		if (name.len == 6 && !memcmp(name.data, "coodie", 6) &&
		    protocol == (int32_t)it->variant->version) {
			found = true;
			assert_true(ssl == it->variant->tls);
			assert_true(version.len == strlen(coodie_version()) &&
				    !memcmp(version.data, coodie_version(), version.len));
		}
	}
	assert_true(found);
	coodie_result_free(r);
	coodie_session_free(s);
}

static void test_keyspace(void **state)
{
	const struct integration *it = *state;
	coodie_options *o = integration_options(it);
	coodie_error err = { 0 };
	coodie_session *s;

	assert_string_equal(coodie_session_keyspace(it->session), it->keyspace);
	integration_do(it->session, "CREATE TABLE keyspace_test (id int PRIMARY KEY)");
	integration_do(it->session, "INSERT INTO %s.keyspace_test (id) VALUES (1)", it->keyspace);
	assert_int_equal(
		integration_number(it->session, "SELECT id FROM keyspace_test", CQL_ARGS()), 1);

	/* one that is not there is an error of the connection, with the server's reason */
	assert_true(coodie_options_set_keyspace(o, "it_no_such_keyspace", &err));
	s = coodie_session_new(o, &err);
	assert_non_null(s);
	coodie_options_free(o);
	assert_false(coodie_session_connect(s, &err));
	assert_non_null(strstr(err.message, "it_no_such_keyspace"));
	coodie_session_free(s);
}

/* Per statement: v5 can, v4 cannot and says so without asking the server. */
static void test_keyspace_of_a_statement(void **state)
{
	const struct integration *it = *state;
	coodie_session *s = integration_open(integration_options(it));
	coodie_error err = { 0 };
	coodie_result *r;

	r = coodie_session_query(s, "SELECT id FROM keyspace_test", CQL_ARGS(),
				 COODIE_REQUEST(.keyspace = it->keyspace), &err);
	if (it->variant->version >= 5) {
		integration_ok(r, &err, "a statement with a keyspace");
		assert_int_equal(coodie_result_row_count(r), 1);
	} else {
		assert_null(r);
		assert_int_equal(err.server_code, -1);
		assert_int_not_equal(err.code, COODIE_OK);
	}
	coodie_result_free(r);
	coodie_session_free(s);
}

static void test_close(void **state)
{
	const struct integration *it = *state;
	coodie_session *s = integration_open(integration_options(it));
	coodie_error err = { 0 };

	integration_ok(coodie_session_close(s, &err), &err, "coodie_session_close");
	assert_null(
		coodie_session_query(s, "SELECT key FROM system.local", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CLOSED);
	coodie_session_free(s);
}

/* ---- on a loop of the caller's -------------------------------------------------------------- */

struct attached {
	struct ev_loop *loop;
	coodie_session *session;
	int answers, rows;
};

static void on_rows(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct attached *a = user;

	integration_ok(take_res, err, "a query on an attached session");
	a->answers++;
	a->rows += (int)coodie_result_row_count(take_res);
	coodie_result_free(take_res);
	if (a->answers == 10) {
		coodie_session_free(
			a->session); /* legal here; the loop then has nothing left to do */
		ev_break(a->loop, EVBREAK_ALL);
	}
}

static void test_attached(void **state)
{
	const struct integration *it = *state;
	struct attached a = { .loop = ev_loop_new(EVFLAG_AUTO) };
	coodie_options *o = integration_options(it);
	coodie_loop loop = coodie_loop_libev(a.loop);
	coodie_error err = { 0 };

	a.session = coodie_session_attach(o, &loop, &err);
	coodie_options_free(o);
	integration_ok(a.session, &err, "coodie_session_attach");
	assert_null(coodie_session_query(a.session, "SELECT key FROM system.local", CQL_ARGS(),
					 NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_WOULD_BLOCK);
	for (int i = 0; i < 10; i++)
		integration_ok(coodie_session_query_async(a.session, "SELECT key FROM system.local",
							  CQL_ARGS(), NULL, on_rows, &a, &err),
			       &err, "coodie_session_query_async");
	ev_run(a.loop, 0);
	ev_run(a.loop, EVRUN_NOWAIT);
	assert_int_equal(a.answers, 10);
	assert_int_equal(a.rows, 10);
	ev_loop_destroy(a.loop);
}

/* ---- logins --------------------------------------------------------------------------------- */

static void refuse_login(coodie_options *take_options, enum coodie_errc code, int32_t server_code)
{
	coodie_error err = { 0 };
	coodie_session *s = coodie_session_new(take_options, &err);

	coodie_options_free(take_options);
	assert_non_null(s);
	assert_false(coodie_session_connect(s, &err));
	if (err.code != code || err.server_code != server_code)
		fail_msg("%s, server code %ld: %s", coodie_errc_name(err.code),
			 (long)err.server_code, err.message);
	coodie_session_free(s);
}

static void test_wrong_password(void **state)
{
	coodie_options *o = integration_options(*state);

	assert_true(coodie_options_set_credentials(o, "cassandra", "not it", NULL));
	refuse_login(o, COODIE_ERR_AUTH, 0x0100);
}

static void test_no_credentials(void **state)
{
	const struct integration *it = *state;
	struct integration plain = *it;
	struct integration_variant v = *it->variant;
	coodie_options *o;
	coodie_tls *tls = coodie_tls_new(NULL);

	v.tls = false;
	plain.variant = &v;
	o = integration_options(&plain);
	coodie_tls_set_verify(tls, COODIE_TLS_VERIFY_NONE);
	assert_true(coodie_options_set_tls(o, tls, NULL));
	coodie_tls_free(tls);
	refuse_login(o, COODIE_ERR_AUTH, -1);
}

static void test_wrong_authority(void **state)
{
	const struct integration *it = *state;
	coodie_options *o = integration_options(it);
	coodie_tls *tls = coodie_tls_new(NULL);
	char path[512];

	snprintf(path, sizeof path, "%s/otherca.pem", it->certs);
	assert_true(coodie_tls_add_ca_file(tls, path, NULL));
	assert_true(coodie_options_set_tls(o, tls, NULL));
	coodie_tls_free(tls);
	refuse_login(o, COODIE_ERR_TLS, -1);
}

static void test_wrong_name(void **state)
{
	const struct integration *it = *state;
	coodie_options *o = integration_options(it);
	coodie_tls *tls = coodie_tls_new(NULL);
	char path[512];

	snprintf(path, sizeof path, "%s/ca.pem", it->certs);
	assert_true(coodie_tls_add_ca_file(tls, path, NULL));
	assert_true(coodie_tls_set_server_name(tls, "elsewhere.test", NULL));
	assert_true(coodie_options_set_tls(o, tls, NULL));
	coodie_tls_free(tls);
	refuse_login(o, COODIE_ERR_TLS, -1);
}

static const struct CMUnitTest connect_tests[] = {
	cmocka_unit_test(test_info),
	cmocka_unit_test(test_supported),
	cmocka_unit_test(test_node_agrees),
	cmocka_unit_test(test_keyspace),
	cmocka_unit_test(test_keyspace_of_a_statement),
	cmocka_unit_test(test_close),
	cmocka_unit_test(test_attached),
};

static const struct CMUnitTest login_tests[] = {
	cmocka_unit_test(test_wrong_password),
	cmocka_unit_test(test_no_credentials),
	cmocka_unit_test(test_wrong_authority),
	cmocka_unit_test(test_wrong_name),
};

const struct integration_group integration_connect = INTEGRATION_GROUP("connect", connect_tests,
								       INTEGRATION_ALWAYS);
const struct integration_group integration_login = INTEGRATION_GROUP("login", login_tests,
								     INTEGRATION_TLS_ONLY);
