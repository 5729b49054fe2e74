/* SPDX-License-Identifier: MIT */
/* Options: what is refused where it is set, and copies that stand alone. */
#include "tests/test.h"

#include <stdlib.h>

#include "net/options.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_contact_points),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_copy_without_memory),
		cmocka_unit_test(test_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
