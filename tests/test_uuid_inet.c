/* SPDX-License-Identifier: MIT */
/* proto/uuid.c, proto/inet.c, proto/kind.c: texts and names. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/value.h>

#include "proto/opcode.h"

static void test_uuids(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} rows[] = {
		{ "550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000" },
		{ "550E8400-E29B-41D4-A716-44665544FFaa", "550e8400-e29b-41d4-a716-44665544ffaa" },
		{ "550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-446655440000" },
		{ "", NULL },
		{ "-", NULL },
		{ "550e8400", NULL },
		{ "550e8400-", NULL },
		{ "550e8400-e29b41d4a716446655440000", NULL },
		{ "550e8400e29b-41d4-a716-446655440000", NULL },
		{ "550e8400-e29b-41d4-a716-44665544000", NULL },
		{ "550e8400-e29b-41d4-a716-4466554400000", NULL },
		{ "550e8400-e29b-41d4-a716-44665544000g", NULL },
		{ " 550e8400-e29b-41d4-a716-446655440000", NULL },
		{ "{550e8400-e29b-41d4-a716-446655440000}", NULL },
		{ "550e8400-e29b-41d4-a716_446655440000", NULL },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_uuid u, before;
		coodie_error err;
		char out[CQL_UUID_TEXT_SIZE], *exact = strdup(rows[i].text);
		memset(&u, 0x77, sizeof u);
		before = u;
		bool ok = cql_uuid_parse(exact, &u, &err);
		free(exact);
		CD_CHECK(ok == (rows[i].want != NULL), rows[i].text);
		CD_CHECK(err.code == (ok ? COODIE_OK : COODIE_ERR_INVALID), rows[i].text);
		if (ok)
			CD_CHECK(strcmp(cql_uuid_format(u, out), rows[i].want) == 0, rows[i].text);
		else
			CD_CHECK(memcmp(&u, &before, sizeof u) == 0, rows[i].text);
	}
	assert_false(cql_uuid_parse(NULL, &(cql_uuid){ 0 }, NULL));
}

static void test_inets(void **state)
{
	static const struct {
		const char *text, *want;
		int length;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1", 4 },
		{ "255.255.255.255", "255.255.255.255", 4 },
		{ "::", "::", 16 },
		{ "2001:DB8:0:0::1", "2001:db8::1", 16 },
		{ "::ffff:1.2.3.4", "::ffff:1.2.3.4", 16 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 16 },
		{ "", NULL, 0 },
		{ "1.2.3", NULL, 0 },
		{ "1.2.3.256", NULL, 0 },
		{ "localhost", NULL, 0 },
		{ "1.2.3.4:9042", NULL, 0 },
		{ "[::1]", NULL, 0 },
		{ "fe80::1%eth0", NULL, 0 },
	};
	char out[CQL_INET_TEXT_SIZE];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_inet inet = { .length = 99 };
		coodie_error err;
		bool ok = cql_inet_parse(rows[i].text, &inet, &err);
		CD_CHECK(ok == (rows[i].want != NULL), rows[i].text);
		CD_CHECK(err.code == (ok ? COODIE_OK : COODIE_ERR_INVALID), rows[i].text);
		CD_CHECK(inet.length == (ok ? rows[i].length : 99), rows[i].text);
		if (ok)
			CD_CHECK(strcmp(cql_inet_format(inet, out), rows[i].want) == 0,
				 rows[i].text);
	}
	assert_false(cql_inet_parse(NULL, &(cql_inet){ 0 }, NULL));
	assert_string_equal(cql_inet_format((cql_inet){ { 0 }, 0 }, out), "");
	assert_string_equal(cql_inet_format((cql_inet){ { 0 }, 200 }, out), "");
}

static void test_names(void **state)
{
	(void)state;

	assert_string_equal(cql_kind_name(CQL_KIND_TEXT), "text");
	assert_string_equal(cql_kind_name(CQL_KIND_VECTOR), "vector");
	assert_string_equal(cql_kind_name((enum cql_kind)0x16), "unknown");
	assert_string_equal(cql_error_name(0x2500), "unprepared");
	assert_string_equal(cql_error_name(0x1600), "CDC write failure");
	assert_string_equal(cql_error_name(-1), "unknown error");
	assert_string_equal(cql_opcode_name(0x0A), "EXECUTE");
	assert_string_equal(cql_opcode_name(0x10), "AUTH_SUCCESS");
	assert_string_equal(cql_opcode_name(0x04), "UNKNOWN");
	assert_string_equal(cql_opcode_name(0x11), "UNKNOWN");
	assert_string_equal(cql_opcode_name(UINT32_MAX), "UNKNOWN");
	assert_int_equal(cd_opcode_sender(0x00), CD_SENDER_SERVER);
	assert_int_equal(cd_opcode_sender(0x01), CD_SENDER_CLIENT);
	assert_int_equal(cd_opcode_sender(0x04), CD_SENDER_NONE);
	assert_int_equal(cd_opcode_sender(0x11), CD_SENDER_NONE);
	assert_int_equal(cd_opcode_sender(UINT32_MAX), CD_SENDER_NONE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uuids),
		cmocka_unit_test(test_inets),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests_name("uuid_inet", tests, NULL, NULL);
}
