/* SPDX-License-Identifier: MIT */
/* Options: what is refused where it is set, and copies that stand alone. */
#include "tests/test.h"

#include <stdlib.h>

#include "net/options/options.h"
#include "tests/failalloc.h"

static coodie_options *make(void)
{
	coodie_options *o = coodie_options_new(NULL);

	assert_non_null(o);
	return o;
}

static void test_defaults(void **state)
{
	coodie_options *o = make();

	(void)state;
	assert_int_equal(o->connect_timeout_ms, 5000);
	assert_int_equal(o->request_timeout_ms, 12000);
	assert_int_equal(o->max_in_flight, 2048);
	assert_int_equal(o->max_waiting, 65536);
	assert_int_equal(o->page_rows, 5000);
	assert_int_equal(o->max_response, 256 * 1024 * 1024);
	assert_int_equal(o->max_prepared, 1024);
	assert_int_equal(o->consistency, CQL_CONSISTENCY_LOCAL_ONE);
	assert_int_equal(o->serial_consistency, CQL_CONSISTENCY_UNSET);
	assert_int_equal(o->protocol_version, 0);
	assert_int_equal(o->compression, COODIE_COMPRESSION_NONE);
	assert_null(o->tls_context);
	coodie_options_free(o);
	coodie_options_free(NULL);
}

static void test_refused(void **state)
{
	coodie_options *o = make();
	coodie_error err;
	char *longest = calloc(1, 65537);

	(void)state;
	assert_false(coodie_options_set_protocol_version(o, 3, &err));
	assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
	assert_false(coodie_options_set_protocol_version(o, 6, NULL));
	assert_int_equal(o->protocol_version, 0);
	assert_false(coodie_options_set_max_in_flight(o, 0, &err));
	assert_false(coodie_options_set_max_in_flight(o, 32769, &err));
	assert_true(coodie_options_set_max_in_flight(o, 32768, &err));
	assert_int_equal(err.code, COODIE_OK);
	assert_false(coodie_options_set_serial_consistency(o, CQL_CONSISTENCY_QUORUM, &err));
	assert_non_null(strstr(err.message, "QUORUM"));
	assert_true(coodie_options_set_serial_consistency(o, CQL_CONSISTENCY_LOCAL_SERIAL, &err));
	assert_false(coodie_options_set_keyspace(o, "", &err));
	assert_false(coodie_options_set_credentials(o, "ada", NULL, &err));
	assert_false(coodie_options_set_credentials(o, NULL, "secret", &err));
	assert_false(coodie_options_add_contact_point(o, "a:b:c", &err));
	assert_non_null(strstr(err.message, "a:b:c"));
	memset(longest, 'x', 65536);
	assert_false(coodie_options_set_application(o, longest, "1", &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	free(longest);
	coodie_options_free(o);
}

static void test_contact_points(void **state)
{
	coodie_options *o = make();
	coodie_error err;

	(void)state;
	for (int i = 0; i < CD_CONTACT_POINTS; i++)
		assert_true(coodie_options_add_contact_point(o, "10.0.0.1:9043", &err));
	assert_false(coodie_options_add_contact_point(o, "10.0.0.1", &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_int_equal(o->point_count, CD_CONTACT_POINTS);
	assert_string_equal(o->points[63].host, "10.0.0.1");
	assert_int_equal(o->points[63].port, 9043);
	coodie_options_free(o);
}

static void fill(coodie_options *o)
{
	coodie_tls *tls = coodie_tls_new(NULL);

	assert_true(coodie_options_add_contact_point(o, "one", NULL));
	assert_true(coodie_options_add_contact_point(o, "[::2]:2", NULL));
	assert_true(coodie_options_set_keyspace(o, "first", NULL));
	assert_true(coodie_options_set_keyspace(o, "shop", NULL));
	assert_true(coodie_options_set_credentials(o, "ada", "secret", NULL));
	assert_true(coodie_options_set_application(o, "app", "1.0", NULL));
	assert_true(coodie_options_set_tls(o, tls, NULL));
	assert_true(coodie_options_set_startup(o, "CLIENT", "a", NULL));
	coodie_tls_free(tls);
}

static void test_copy(void **state)
{
	coodie_options *o = make(), *copy;

	(void)state;
	fill(o);
	copy = cd_options_copy(o, NULL);
	assert_non_null(copy);
	coodie_options_free(o);
	assert_int_equal(copy->point_count, 2);
	assert_string_equal(copy->points[1].host, "::2");
	assert_int_equal(copy->points[1].port, 2);
	assert_string_equal(copy->keyspace, "shop");
	assert_string_equal(copy->user, "ada");
	assert_string_equal(copy->password, "secret");
	assert_string_equal(copy->application_version, "1.0");
	assert_non_null(copy->tls_context);
	cd_options_free(copy);
	cd_options_free(NULL);
}

static bool copy_with(const coodie_allocator *a, void *user)
{
	coodie_options *o = user;
	coodie_error err;

	coodie_options_set_allocator(o, a);
	struct coodie_options *copy = cd_options_copy(o, &err);
	if (!copy)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	cd_options_free(copy);
	return copy != NULL;
}

static void test_copy_without_memory(void **state)
{
	coodie_options *o = make();

	(void)state;
	fill(o);
	assert_true(cd_failalloc_each("copy of options", copy_with, o));
	coodie_options_free(o);
}

static void test_taken_back(void **state)
{
	coodie_options *o = make();

	(void)state;
	fill(o);
	assert_true(coodie_options_set_keyspace(o, NULL, NULL));
	assert_true(coodie_options_set_credentials(o, NULL, NULL, NULL));
	assert_true(coodie_options_set_tls(o, NULL, NULL));
	coodie_options_set_consistency(o, CQL_CONSISTENCY_UNSET);
	assert_null(o->keyspace);
	assert_null(o->password);
	assert_null(o->tls_context);
	assert_int_equal(o->consistency, CQL_CONSISTENCY_LOCAL_ONE);
	coodie_options_free(o);
}

/* Without options every setter fails or does nothing, and none crashes (H6). */
static void test_null(void **state)
{
	coodie_error err;

	(void)state;
	coodie_options_set_allocator(NULL, NULL);
	coodie_options_set_single_node(NULL, true);
	coodie_options_set_compression(NULL, COODIE_COMPRESSION_LZ4);
	coodie_options_set_max_response(NULL, 1);
	coodie_options_set_loop_hooks(NULL, NULL, NULL, NULL);
	coodie_options_set_pool_opening(NULL, COODIE_POOL_LAZY);
	coodie_options_set_shard_aware(NULL, true);
	coodie_options_set_tcp(NULL, true, 1);
	coodie_options_set_connect_timeout_ms(NULL, 1);
	coodie_options_set_request_timeout_ms(NULL, 1);
	coodie_options_set_max_waiting(NULL, 1);
	coodie_options_set_consistency(NULL, CQL_CONSISTENCY_ONE);
	coodie_options_set_page_rows(NULL, 1);
	coodie_options_set_max_prepared(NULL, 1);
	coodie_options_set_prepare_on_all(NULL, true, true);
	coodie_options_set_refresh_s(NULL, 1);
	coodie_options_set_histogram_window_ms(NULL, 1);
	coodie_options_set_transport(NULL, NULL);
	coodie_options_set_log(NULL, COODIE_LOG_INFO, NULL, NULL);
	const bool done[] = {
		coodie_options_add_contact_point(NULL, "a", &err),
		coodie_options_set_keyspace(NULL, "a", &err),
		coodie_options_set_credentials(NULL, "a", "b", &err),
		coodie_options_set_tls(NULL, NULL, &err),
		coodie_options_set_protocol_version(NULL, 4, &err),
		coodie_options_set_application(NULL, "a", "b", &err),
		coodie_options_set_startup(NULL, "a", "b", &err),
		coodie_options_set_loops(NULL, 1, &err),
		coodie_options_set_local_address(NULL, "::1", &err),
		coodie_options_set_local_ports(NULL, 2000, 3000, &err),
		coodie_options_set_max_in_flight(NULL, 1, &err),
		coodie_options_set_serial_consistency(NULL, CQL_CONSISTENCY_SERIAL, &err),
		coodie_options_set_schema_metadata(NULL, true, NULL, &err),
	};
	for (size_t i = 0; i < CD_COUNT(done); i++)
		assert_false(done[i]);
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_options *o = make();
	assert_false(coodie_options_add_contact_point(o, NULL, &err));
	assert_false(coodie_options_set_startup(o, NULL, "x", &err));
	coodie_options_free(o);
}

/* Setters of two values set both or neither; those that cannot fail take the nearest bound. */
static void test_pairs_and_bounds(void **state)
{
	coodie_options *o = make();
	char *longest = calloc(1, 65537);
	coodie_error err;

	(void)state;
	memset(longest, 'x', 65536);
	assert_true(coodie_options_set_credentials(o, "ada", "secret", &err));
	assert_false(coodie_options_set_credentials(o, "bob", longest, &err));
	assert_null(strstr(err.message, "xxx"));
	assert_string_equal(o->user, "ada");
	assert_string_equal(o->password, "secret");
	assert_false(coodie_options_set_local_ports(o, 3000, 2000, &err));
	assert_false(coodie_options_set_local_ports(o, 80, 2000, &err));
	assert_int_equal(o->local_port_min, 49152);
	assert_true(coodie_options_set_local_ports(o, 2000, 2000, &err));
	coodie_options_set_max_prepared(o, 0);
	assert_int_equal(o->max_prepared, 1);
	coodie_options_set_page_rows(o, UINT32_MAX);
	assert_int_equal(o->page_rows, INT32_MAX);
	coodie_options_set_page_rows(o, 0);
	assert_int_equal(o->page_rows, 0);
	coodie_options_set_histogram_window_ms(o, 1);
	assert_int_equal(o->histogram_window_ms, 1000);
	coodie_options_set_tcp(o, false, UINT32_MAX);
	assert_int_equal(o->tcp_keepalive_s, 32767);
	free(longest);
	coodie_options_free(o);
}

static void test_startup(void **state)
{
	coodie_options *o = make();
	char key[8];
	coodie_error err;

	(void)state;
	assert_true(coodie_options_set_startup(o, "CLIENT", "a", &err));
	assert_true(coodie_options_set_startup(o, "CLIENT", "b", &err));
	assert_int_equal(o->startup_count, 1);
	assert_string_equal(o->startup[0].value, "b");
	assert_false(coodie_options_set_startup(o, "cql_version", "4.0.0", &err));
	assert_non_null(strstr(err.message, "set by the client itself"));
	for (int i = 0; i < CD_STARTUP_PAIRS - 1; i++) {
		snprintf(key, sizeof key, "K%d", i);
		assert_true(coodie_options_set_startup(o, key, "x", &err));
	}
	assert_false(coodie_options_set_startup(o, "ONE_MORE", "x", &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_true(coodie_options_set_startup(o, "CLIENT", NULL, &err));
	assert_true(coodie_options_set_startup(o, "CLIENT", NULL, &err));
	assert_int_equal(o->startup_count, CD_STARTUP_PAIRS - 1);
	assert_string_equal(o->startup[0].key, "K0");
	coodie_options_free(o);
}

/* What only shows when a session is made. */
static const struct {
	const char *uri, *message; /* NULL: fine */
} wholes[] = {
	{ "cql://h?tls=unverified&port=1", NULL },
	{ "cql://ada@h", "password is not set" },
	{ "cql://h?password=x", "user is not set" },
	{ "cql://h?tls_ca=/x", "tls_ca has no use while tls is off" },
	{ "cql://h?tls=full&tls_key=/x", "tls_cert and tls_key go together" },
	{ "cql://h?tls=full&tls_cert=/x", "tls_cert and tls_key go together" },
	{ "cql://h?tls=full&tls_key_passphrase=x", "tls_key_passphrase" },
	{ "cql://h?tls=unverified&tls_ca=/x", "tls_ca has no use with tls=unverified" },
	{ "cql://h?tls=chain&tls_lowest=1.3&tls_highest=1.2", "tls_lowest is 1.3, which is above" },
	{ "cql://h?tls=full&tls_ca=/is/not/there", "/is/not/there" },
	{ "cql://h?tls_crl=/x", "tls_crl has no use while tls is off" },
	{ "cql://h?tls_ciphers=x", "tls_ciphers has no use while tls is off" },
	{ "cql://h?tls_suites=x", "tls_suites has no use while tls is off" },
	{ "cql://h?tls_key_log=/x", "tls_key_log has no use while tls is off" },
	{ "cql://h?tls=unverified&tls_crl=/x", "tls_crl has no use with tls=unverified" },
	{ "cql://h?tls=full&tls_crl=/is/not/there", "tls_crl: cannot read" },
	{ "cql://h?tls=full&tls_ciphers=NONE-OF-THEM", "NONE-OF-THEM" },
	{ "cql://h?tls=full&tls_suites=TLS_NOTHING", "TLS_NOTHING" },
	{ "cql://h?tls=full&tls_key_log=/is/not/there/log", "/is/not/there/log" },
	{ "cql://h?tls=full&port=1&tls_ciphers=ECDHE-RSA-AES256-GCM-SHA384&tls_tickets=none&"
	  "tls_suites=TLS_AES_256_GCM_SHA384",
	  NULL },
	{ "cql://h?local_port_min=60000&local_port_max=50000", "local_port_min is 60000" },
};

static void test_wholes(void **state)
{
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(wholes); i++) {
		coodie_options *o = make();
		CD_CHECK(coodie_options_set_uri(o, wholes[i].uri, NULL), wholes[i].uri);
		struct coodie_options *copy = cd_options_copy(o, &err);
		CD_CHECK((copy != NULL) == !wholes[i].message, wholes[i].uri);
		if (!copy && !strstr(err.message, wholes[i].message))
			fail_msg("%s: %s", wholes[i].uri, err.message);
		if (copy) {
			assert_non_null(copy->tls_context);
			assert_int_equal(copy->points[0].port, 1);
		}
		cd_options_free(copy);
		coodie_options_free(o);
	}
	coodie_options *o = make();
	fill(o);
	assert_true(coodie_options_set(o, "tls", "full", NULL));
	assert_null(cd_options_copy(o, &err));
	assert_non_null(strstr(err.message, "by name and by coodie_options_set_tls()"));
	coodie_options_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_contact_points),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_copy_without_memory),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_pairs_and_bounds),
		cmocka_unit_test(test_startup),
		cmocka_unit_test(test_wholes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
