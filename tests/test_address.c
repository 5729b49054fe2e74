/* SPDX-License-Identifier: MIT */
/* base/address.c: numbers and paths from text and back. */
#include "tests/test.h"

#include "base/address.h"

static const struct {
	const char *text, *want; /* NULL: refused */
	uint16_t port;
	uint8_t bytes; /* of its number */
} addresses[] = {
	{ "127.0.0.1:9042", "127.0.0.1:9042", 9042, 4 },
	{ "127.0.0.1:0", "127.0.0.1:0", 0, 4 },
	{ "[::1]:65535", "[::1]:65535", 65535, 16 },
	{ "[2001:DB8:0::1]:1", "[2001:db8::1]:1", 1, 16 },
	{ "127.0.0.1", NULL, 0, 0 },
	{ "127.0.0.1:", NULL, 0, 0 },
	{ "127.0.0.1:65536", NULL, 0, 0 },
	{ "127.0.0.1:1x", NULL, 0, 0 },
	{ "[::1]", NULL, 0, 0 },
	{ "[::1", NULL, 0, 0 },
	{ "localhost:1", NULL, 0, 0 },
	{ "", NULL, 0, 0 },
	{ "1111111111111111111111111111111111111111111111111111:1", NULL, 0, 0 },
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(addresses); i++) {
		const char *row = addresses[i].text;
		struct cd_address a = { .len = 7 };
		coodie_error err = { 0 };
		bool ok = cd_address_parse(row, &a, &err);
		CD_CHECK(ok == (addresses[i].want != NULL), row);
		if (!ok) {
			CD_CHECK(err.code == COODIE_ERR_INVALID && a.len == 7, row);
			continue;
		}
		CD_CHECK(!strcmp(a.text, addresses[i].want), row);
		CD_CHECK(cd_address_port(&a) == addresses[i].port, row);
		CD_CHECK(!cd_address_is_path(&a), row);
		struct cd_address b;
		cql_inet inet = cd_address_inet(&a);
		CD_CHECK(inet.length == addresses[i].bytes, row);
		CD_CHECK(cd_address_from_inet(&inet, addresses[i].port, &b), row);
		CD_CHECK(a.len == b.len && !memcmp(&a.of, &b.of, a.len), row);
		CD_CHECK(!strcmp(a.text, b.text) && cd_address_same_host(&a, &b), row);
	}
}

static void test_inet_lengths(void **state)
{
	struct cd_address a = { .len = 7 };

	(void)state;
	for (unsigned length = 0; length < 256; length++) {
		cql_inet inet = { .length = (uint8_t)length };
		assert_int_equal(cd_address_from_inet(&inet, 1, &a), length == 4 || length == 16);
	}
}

static void test_after(void **state)
{
	struct cd_address a, b;

	(void)state;
	assert_true(cd_address_parse("127.0.0.255:1", &a, NULL));
	assert_true(cd_address_after(&a, 2, &b));
	assert_string_equal(b.text, "127.0.1.1:1");
	assert_false(cd_address_same_host(&a, &b));
	assert_true(cd_address_parse("[fd00::ffff:fffe]:1", &a, NULL));
	assert_true(cd_address_after(&a, 1, &b));
	assert_string_equal(b.text, "[fd00::ffff:ffff]:1");
	assert_false(cd_address_after(&a, 2, &b));
}

static void test_paths(void **state)
{
	struct cd_address a, b;
	char text[200] = "unix:/";

	(void)state;
	assert_true(cd_address_parse_path("unix:/run/cql.sock", &a, NULL));
	assert_true(cd_address_is_path(&a));
	assert_string_equal(a.text, "unix:/run/cql.sock");
	assert_string_equal(a.of.path.sun_path, "/run/cql.sock");
	assert_true(cd_address_same_host(&a, &a));
	cd_address_set_port(&a, 5); /* it has none, nor a number */
	cd_address_name(&a);
	assert_string_equal(a.text, "unix:/run/cql.sock");
	assert_int_equal(cd_address_port(&a) + cd_address_inet(&a).length, 0);
	assert_true(cd_address_parse_path("unix:/run/other", &b, NULL));
	assert_false(cd_address_same_host(&a, &b));
	assert_true(cd_address_parse("127.0.0.1:1", &b, NULL));
	assert_false(cd_address_same_host(&a, &b));

	assert_false(cd_address_parse_path("unix:run", &a, NULL));
	assert_false(cd_address_parse_path("/run", &a, NULL));
	assert_false(cd_address_parse_path("", &a, NULL));
	for (size_t len = 6; len < sizeof text - 1; len++) {
		coodie_error err = { 0 };
		bool ok = cd_address_parse_path(text, &b, &err);
		assert_int_equal(ok, len - 5 < sizeof b.of.path.sun_path);
		if (ok)
			assert_string_equal(b.text, text);
		else
			assert_int_equal(err.code, COODIE_ERR_INVALID);
		text[len] = 'x';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_inet_lengths),
		cmocka_unit_test(test_after),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
