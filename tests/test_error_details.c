/* SPDX-License-Identifier: MIT */
/* proto/error_details.c: what an ERROR says beyond the fields of coodie_error, from bytes of a server,
 * and out of any bytes at all. */
#include "tests/test.h"

#include <string.h>

#include <coodie/details.h>

#include "proto/error_body.h"
#include "proto/error_details.h"
#include "proto/message.h"
#include "tests/hex.h"

/* Everything the calls give, as text. */
static void print(const coodie_error *e, char *out, size_t size)
{
	size_t len = 0;
	coodie_failure f;

#define ADD(...) len += (size_t)snprintf(out + len, size - len, __VA_ARGS__)
	*out = '\0';
	for (size_t i = 0; coodie_error_failure(e, i, &f); i++)
		ADD("%u.%u/%u=%u ", f.node.address[0], f.node.address[f.node.length - 1],
		    f.node.length, f.reason);
	if (coodie_error_keyspace(e))
		ADD("keyspace=%s ", coodie_error_keyspace(e));
	if (coodie_error_table(e))
		ADD("table=%s ", coodie_error_table(e));
	if (coodie_error_function(e))
		ADD("function=%s(", coodie_error_function(e));
	for (size_t i = 0; i < coodie_error_argument_count(e); i++)
		ADD("%s%s", i ? ", " : "",
		    coodie_error_argument(e, i) ? coodie_error_argument(e, i) : "?");
#undef ADD
	assert_true(len < size);
}

static void read_error(const char *name, unsigned version, const char *hex, coodie_error *out)
{
	struct cd_span body = cd_unhex(hex);
	const cql_envelope envelope = { .version = (uint8_t)version,
					.opcode = CQL_OP_ERROR,
					.body = { body.at, body.len } };
	struct cd_arena arena;
	cql_message m;
	coodie_error err;

	cd_arena_init(&arena, NULL, 0);
	if (!cd_message_read(&envelope, NULL, &arena, &m, &err))
		fail_msg("%s: %s", name, err.message);
	memset(out, 0xaa, sizeof *out);
	cd_error_of(&m.as.error, out);
	cd_arena_deinit(&arena);
	cd_unhex_free(body);
}

#define TEXT40 \
	"0028" \
	"6161616161616161616161616161616161616161" \
	"6161616161616161616161616161616161616161"

static const struct {
	const char *name, *hex;
	unsigned version;
	const char *says;
} rows[] = {
	{ "a read failure of v5",
	  "00001300"
	  "0000"
	  "0004"
	  "00000001"
	  "00000003"
	  "00000002"
	  "047f000001"
	  "0000"
	  "100a00000000000000000000000000000b"
	  "0002"
	  "01",
	  5, "127.1/4=0 10.11/16=2 " },
	{ "a write failure of v5",
	  "00001500"
	  "0000"
	  "0004"
	  "00000001"
	  "00000003"
	  "00000001"
	  "04c0a80005"
	  "0001"
	  "0006"
	  "53494d504c45",
	  5, "192.5/4=1 " },
	{ "a read failure of v4 has no nodes",
	  "00001300"
	  "0000"
	  "0004"
	  "00000001"
	  "00000003"
	  "00000002"
	  "01",
	  4, "" },
	{ "a table exists",
	  "00002400"
	  "0000"
	  "00026b73"
	  "000174",
	  5, "keyspace=ks table=t " },
	{ "a keyspace exists",
	  "00002400"
	  "0000"
	  "00026b73"
	  "0000",
	  5, "keyspace=ks table= " },
	{ "a function fails",
	  "00001400"
	  "0000"
	  "00026b73"
	  "000166"
	  "0002"
	  "0003696e74"
	  "000474657874",
	  4, "keyspace=ks function=f(int, text" },
	{ "without arguments",
	  "00001400"
	  "0000"
	  "00026b73"
	  "000166"
	  "0000",
	  5, "keyspace=ks function=f(" },
	{ "not all arguments have room",
	  "00001400"
	  "0000"
	  "00026b73"
	  "000166"
	  "0005" TEXT40 TEXT40 TEXT40 TEXT40 "0000",
	  5,
	  "keyspace=ks function=f(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, ?, ?" },
	{ "another error has nothing",
	  "00002200"
	  "00026e6f",
	  5, "" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const cql_inet node = { { 127, 0, 0, 9 }, 4 };
		coodie_error e, copy;
		cql_inet said;
		uint16_t port;
		char text[1000];
		read_error(rows[i].name, rows[i].version, rows[i].hex, &e);
		assert_false(coodie_error_node(&e, NULL, NULL));
		cd_error_details_from(&e, &node, 9042);
		copy = e;
		memset(&e, 0, sizeof e);
		print(&copy, text, sizeof text);
		if (strcmp(text, rows[i].says) != 0)
			fail_msg("%s: \"%s\"", rows[i].name, text);
		CD_CHECK(coodie_error_node(&copy, &said, &port), rows[i].name);
		CD_CHECK(said.length == 4 && said.address[3] == 9 && port == 9042, rows[i].name);
	}
}

/* As many as there is room for; the number is right all the same. */
static void test_many(void **state)
{
	static const struct {
		uint8_t length;
		size_t kept;
	} rows[] = { { 4, 24 }, { 16, 8 } };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_failure all[100] = { { .code = 0 } };
		cql_error_message m = { .code = CD_SERVER_READ_FAILURE,
					.num_failures = CD_COUNT(all),
					.failures = all };
		coodie_failure f;
		coodie_error e;
		for (size_t k = 0; k < CD_COUNT(all); k++) {
			all[k].node.length = rows[i].length;
			all[k].code = (uint16_t)k;
		}
		cd_error_of(&m, &e);
		assert_int_equal(e.failures, CD_COUNT(all));
		assert_int_equal(coodie_error_failure_count(&e), rows[i].kept);
		assert_true(coodie_error_failure(&e, rows[i].kept - 1, &f));
		assert_int_equal(f.reason, rows[i].kept - 1);
		assert_int_equal(f.node.length, rows[i].length);
		assert_false(coodie_error_failure(&e, rows[i].kept, &f));
	}
}

/* No error, and errors that a program made of anything. */
static void test_anything(void **state)
{
	uint32_t seed = 1;
	char text[4000];
	coodie_error e = { .code = COODIE_OK };

	(void)state;
	print(NULL, text, sizeof text);
	assert_string_equal(text, "");
	assert_false(coodie_error_node(NULL, NULL, NULL));
	assert_int_equal(coodie_error_failure_count(NULL), 0);
	print(&e, text, sizeof text);
	assert_string_equal(text, "");
	for (int n = 0; n < 20000; n++) {
		unsigned char *bytes = (unsigned char *)e.details;
		coodie_failure f;
		for (size_t i = 0; i < sizeof e.details; i++) {
			seed = seed * 1664525u + 1013904223u;
			bytes[i] = (unsigned char)(seed >> 24 & (n % 2 ? 0xff : 0x0f));
		}
		bytes[0] = (unsigned char)(n % 5);
		for (size_t i = 0; i < 40; i++) {
			const char *s = coodie_error_argument(&e, i);
			assert_true(!s || strlen(s) < sizeof e.details);
			if (coodie_error_failure(&e, i, &f))
				assert_true(f.node.length <= sizeof f.node.address);
		}
		coodie_error_keyspace(&e);
		coodie_error_table(&e);
		coodie_error_function(&e);
		coodie_error_node(&e, NULL, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
