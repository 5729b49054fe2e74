/* SPDX-License-Identifier: MIT */
/* proto/request.h: what clients send. */
#include "tests/test.h"

#include "base/error.h"
#include "proto/request.h"
#include "proto/response.h"
#include "tests/message.h"

static const struct cd_message_row rows[] = {
#define X(name, hex, text) { name, hex, text },
#include "tests/data/frames_requests.inc"
#undef X
};

static void test_rows(void **state)
{
	(void)state;
	cd_message_check(rows, CD_COUNT(rows));
}

static void test_odd(void **state)
{
	static const struct cd_message_row odd[] = {
		{ "values said, none there",
		  "04000000070000000f"
		  "0000000453454c31"
		  "0001"
		  "01"
		  "0000",
		  "SEL1 | cl=ONE" },
		{ "names without values",
		  "04000000070000000d"
		  "0000000453454c31"
		  "0001"
		  "40",
		  "SEL1 | cl=ONE" },
		{ "a null keyspace flag in v4 is not read",
		  "04000000070000000d"
		  "0000000453454c31"
		  "0001"
		  "80",
		  "SEL1 | cl=ONE" },
		{ "an unset value",
		  "040000000a00000000"
		  "000101"
		  "0001"
		  "01"
		  "0001fffffffe",
		  "0x01 | cl=ONE values=[unset]" },
		{ "bytes behind the options",
		  "040000000100000000"
		  "0000"
		  "ffff",
		  "" },
		{ "tracing adds no bytes to a request",
		  "0402000005000000"
		  "00",
		  "" },
	};
	(void)state;

	cd_message_check_tolerated(odd, CD_COUNT(odd));
}

/* RFC 4616: NUL user NUL password. */
static void test_plain(void **state)
{
	struct cd_buffer b;
	struct cd_span token;
	(void)state;

	cd_buffer_init(&b, NULL, 0);
	cd_write_auth_plain(&b, "ada", "secret");
	assert_true(cd_read_auth_token((struct cd_span){ b.data, b.len }, &token, NULL));
	assert_int_equal(token.len, 11);
	assert_memory_equal(token.at, "\0ada\0secret", 11);
	cd_buffer_deinit(&b);
}

/* What one version has and the other has not stays out of it. */
static void test_version_4_omits(void **state)
{
	struct cd_query_params p = { .consistency = CQL_CONSISTENCY_ONE,
				     .keyspace = "shop",
				     .has_now = true,
				     .now_in_seconds = 7 };
	struct cd_buffer b;
	(void)state;

	cd_buffer_init(&b, NULL, 0);
	cd_write_query(&b, 4, "x", 1, &p);
	assert_int_equal(b.len, 8);
	assert_int_equal(b.data[7], 0);
	cd_buffer_clear(&b);
	cd_write_prepare(&b, 4, "x", 1, "shop");
	assert_int_equal(b.len, 5);
	cd_buffer_clear(&b);
	cd_write_query(&b, 5, "x", 1, &p);
	assert_int_equal(b.len, 5 + 2 + 4 + 6 + 4);
	cd_buffer_deinit(&b);
}

/* A buffer with a maximum fails and says so; nothing is written past it. */
static void test_too_long(void **state)
{
	struct cd_query_params p = { .consistency = CQL_CONSISTENCY_ONE };
	struct cd_buffer b;
	char text[65536];
	(void)state;

	cd_buffer_init(&b, NULL, 16);
	cd_write_query(&b, 5, "SELECT * FROM system.local", 26, &p);
	assert_true(b.failed && b.too_long);
	assert_true(b.len <= 16);
	cd_buffer_deinit(&b);
	memset(text, 'k', sizeof text);
	cd_buffer_init(&b, NULL, 0);
	cd_write_execute_begin(&b, 5, (struct cd_span){ (uint8_t *)text, sizeof text },
			       (struct cd_span){ NULL, 0 }, &p, 0);
	assert_true(b.failed && b.too_long);
	cd_buffer_deinit(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),     cmocka_unit_test(test_odd),
		cmocka_unit_test(test_plain),    cmocka_unit_test(test_version_4_omits),
		cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
