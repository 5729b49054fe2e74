/* SPDX-License-Identifier: MIT */
/* proto/response.h with prefix, error_body and event: what servers send, RESULT apart. */
#include "tests/test.h"

#include "base/error.h"
#include "proto/response.h"
#include "tests/message.h"

static const struct cd_message_row rows[] = {
#define X(name, hex, text) { name, hex, text },
#include "tests/data/frames_responses.inc"
#undef X
};

static const struct cd_message_row tolerated[] = {
#define X(name, hex, text) { name, hex, text },
#include "tests/data/frames_tolerated.inc"
#undef X
};

static void test_rows(void **state)
{
	(void)state;
	cd_message_check(rows, CD_COUNT(rows));
}

static void test_tolerated(void **state)
{
	static const struct cd_message_row odd[] = {
		{ "a code nobody knows",
		  "850000000000000008"
		  "0000f000"
		  "00026e6f",
		  "[0xf000 unknown error] no" },
		{ "CommandFailed is generic",
		  "850000000000000016"
		  "00001800"
		  "0000"
		  "00000000000000000000000000000000",
		  "[0x1800 unknown error] " },
		{ "a level nobody knows",
		  "840000000000000010"
		  "00001000"
		  "0000"
		  "ffff"
		  "00000001"
		  "00000002",
		  "[0x1000 unavailable]  cl=UNKNOWN required=1 received=2" },
		{ "a write type nobody knows",
		  "840000000000000000"
		  "00001100"
		  "0000"
		  "0001"
		  "00000001"
		  "00000002"
		  "00034e4557",
		  "[0x1100 write timeout]  cl=ONE received=1 block_for=2 type=NEW" },
		{ "a write type that is too long for us",
		  "840000000000000000"
		  "00001100"
		  "0000"
		  "0001"
		  "00000001"
		  "00000002"
		  "001e"
		  "414141414141414141414141414141"
		  "414141414141414141414141414141",
		  "[0x1100 write timeout]  cl=ONE received=1 block_for=2 type=AAAAAAAAAAAAAAAAAAAAAAA" },
		{ "an event nobody knows",
		  "8500ffff0c00000000"
		  "00034e4557"
		  "ffff",
		  " " },
		{ "a negative number of failures",
		  "850000000000000000"
		  "00001300"
		  "0000"
		  "0001"
		  "00000001"
		  "00000002"
		  "fffffff0"
		  "01",
		  "[0x1300 read failure]  cl=ONE received=1 block_for=2 failures=-16 [] data=1" },
	};
	(void)state;

	cd_message_check_tolerated(tolerated, CD_COUNT(tolerated));
	cd_message_check_tolerated(odd, CD_COUNT(odd));
}

/* A long message is cut, and says so; nothing else changes. */
static void test_long_message(void **state)
{
	struct cd_error_body body = { .code = CD_SERVER_INVALID };
	struct cd_buffer b;
	char text[4000];
	coodie_error e;
	(void)state;

	memset(text, 'm', sizeof text);
	body.message = (struct cd_span){ (uint8_t *)text, sizeof text };
	cd_buffer_init(&b, NULL, 0);
	cd_write_error_body(&b, 5, &body);
	struct cd_reader r = cd_reader_over(b.data, b.len);
	assert_true(cd_read_error(&r, 5, &e, NULL, NULL));
	assert_int_equal(strlen(e.message), COODIE_ERROR_MESSAGE_SIZE - 1);
	assert_string_equal(e.message + COODIE_ERROR_MESSAGE_SIZE - 4, "...");
	assert_int_equal(e.server_code, 0x2200);
	cd_buffer_deinit(&b);
}

static void test_supported(void **state)
{
	struct cd_span in = cd_unhex("0002"
				     "0003414243"
				     "0002"
				     "000131"
				     "000132"
				     "00037a7a7a"
				     "0000");
	struct cd_reader r = cd_reader_over(in.at, in.len);
	struct cd_supported s;
	struct cd_arena a;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	assert_true(cd_read_supported(&r, &a, &s, NULL));
	assert_string_equal(cd_supported_value(&s, "abc", 1), "2");
	assert_null(cd_supported_value(&s, "abc", 2));
	assert_null(cd_supported_value(&s, "ZZZ", 0));
	assert_null(cd_supported_value(&s, "none", 0));
	assert_true(cd_supported_has(&s, "ABC", "1"));
	assert_false(cd_supported_has(&s, "ABC", "3"));
	assert_null(s.at[0].values[2]);
	cd_arena_deinit(&a);
	cd_unhex_free(in);
}

static void test_payload(void **state)
{
	struct cd_span in = cd_unhex("0002"
				     "000161"
				     "ffffffff"
				     "00026263"
				     "00000001"
				     "7f"
				     "aa");
	struct cd_reader r = cd_reader_over(in.at, in.len);
	struct cd_prefix p;
	(void)state;

	assert_true(cd_read_prefix(&r, CQL_FLAG_CUSTOM_PAYLOAD, &p, NULL));
	assert_int_equal(cd_reader_left(&r), 1);
	assert_int_equal(cd_prefix_flags(&p), CQL_FLAG_CUSTOM_PAYLOAD);
	assert_null(cd_prefix_payload(&p, "a").at);
	assert_null(cd_prefix_payload(&p, "b").at);
	assert_int_equal(cd_prefix_payload(&p, "bc").at[0], 0x7f);
	cd_unhex_free(in);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),         cmocka_unit_test(test_tolerated),
		cmocka_unit_test(test_long_message), cmocka_unit_test(test_supported),
		cmocka_unit_test(test_payload),
	};
	return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
