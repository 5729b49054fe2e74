/* SPDX-License-Identifier: MIT */
/* proto/response.h with prefix, error_body and event: what servers send, RESULT apart. */
#include "tests/test.h"

#include "base/error.h"
#include "proto/error_body.h"
#include "tests/message.h"

static const struct cd_message_row rows[] = {
#define X(name, hex, text) { name, hex, text, NULL },
#include "tests/data/frames_responses.inc"
#undef X
};

static const struct cd_message_row tolerated[] = {
#define X(name, hex, text) { name, hex, text, NULL },
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
		  "[0xf000 unknown error] no", NULL },
		{ "CommandFailed is generic",
		  "850000000000000016"
		  "00001800"
		  "0000"
		  "00000000000000000000000000000000",
		  "[0x1800 unknown error] ", NULL },
		{ "a level nobody knows",
		  "840000000000000010"
		  "00001000"
		  "0000"
		  "ffff"
		  "00000001"
		  "00000002",
		  "[0x1000 unavailable]  cl=UNKNOWN required=1 received=2", NULL },
		{ "a write type nobody knows",
		  "840000000000000000"
		  "00001100"
		  "0000"
		  "0001"
		  "00000001"
		  "00000002"
		  "00034e4557",
		  "[0x1100 write timeout]  cl=ONE received=1 block_for=2 type=NEW", NULL },
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
		  "[0x1100 write timeout]  cl=ONE received=1 block_for=2 type=AAAAAAAAAAAAAAAAAAAAAAA",
		  NULL },
		{ "an event nobody knows",
		  "8500ffff0c00000000"
		  "00034e4557"
		  "ffff",
		  "NEW ", NULL },
		{ "a negative number of failures",
		  "850000000000000000"
		  "00001300"
		  "0000"
		  "0001"
		  "00000001"
		  "00000002"
		  "fffffff0"
		  "01",
		  "[0x1300 read failure]  cl=ONE received=1 block_for=2 failures=-16 [] data=1",
		  NULL },
	};
	(void)state;

	cd_message_check_tolerated(tolerated, CD_COUNT(tolerated));
	cd_message_check_tolerated(odd, CD_COUNT(odd));
}

/* A long message is cut, and says so; nothing else changes. */
static void test_long_message(void **state)
{
	cql_error_message said = { .code = CD_SERVER_INVALID };
	char text[4000];
	coodie_error e;
	(void)state;

	memset(text, 'm', sizeof text);
	said.message = (cql_text){ text, sizeof text };
	cd_error_of(&said, &e);
	assert_int_equal(strlen(e.message), COODIE_ERROR_MESSAGE_SIZE - 1);
	assert_string_equal(e.message + COODIE_ERROR_MESSAGE_SIZE - 4, "...");
	assert_int_equal(e.server_code, 0x2200);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_tolerated),
		cmocka_unit_test(test_long_message),
	};
	return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
