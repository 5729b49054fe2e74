/* SPDX-License-Identifier: MIT */
/* proto/result.h: results of every kind, and bodies of all messages that are broken. */
#include "tests/test.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/cql_arena.h"
#include "proto/message.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/message.h"

static const struct cd_message_row rows[] = {
#define X(name, hex, text) { name, hex, text, NULL },
#include "tests/data/frames_results.inc"
#undef X
};

static const struct {
	const char *name, *hex;
	enum { INCOMPLETE, HEADER, BODY, COMPRESSION } kind;
} malformed[] = {
#define X(name, kind, from_server, lz4, version, hex) { name, hex, kind },
#include "tests/data/frames_malformed.inc"
#undef X
	{ "2^31 - 1 columns", "84000000080000000000000002000000007fffffff00000000", BODY },
	{ "-1 columns", "8400000008000000000000000200000000ffffffff00000000", BODY },
	{ "70000 columns without metadata",
	  "840000000800000000000000020000000400011170"
	  "00000000",
	  BODY },
	{ "2^31 - 1 rows",
	  "840000000800000000000000020000000400000001"
	  "7fffffff"
	  "00000000",
	  BODY },
	{ "-1 rows",
	  "840000000800000000000000020000000400000001"
	  "ffffffff"
	  "00000000",
	  BODY },
	{ "rows of no columns",
	  "840000000800000000000000020000000400000000"
	  "7fffffff"
	  "00000000",
	  BODY },
	{ "rows of no columns, and bytes behind",
	  "850000000800000000"
	  "00000002"
	  "00000000"
	  "00000000"
	  "00000002"
	  "ffffffffffffffff",
	  BODY },
	{ "2^31 - 1 binds",
	  "850000000800000000"
	  "00000004"
	  "000101"
	  "000101"
	  "00000001"
	  "7fffffff"
	  "00000000",
	  BODY },
	{ "-1 pk indexes",
	  "850000000800000000"
	  "00000004"
	  "000101"
	  "000101"
	  "00000000"
	  "00000000"
	  "ffffffff"
	  "00000004"
	  "00000000",
	  BODY },
	{ "65536 pk indexes",
	  "850000000800000000"
	  "00000004"
	  "000101"
	  "000101"
	  "00000000"
	  "00000000"
	  "00010000"
	  "00000004"
	  "00000000",
	  BODY },
	{ "65535 options",
	  "840000000600000000"
	  "ffff"
	  "000141"
	  "0000",
	  BODY },
	{ "65535 values of an option",
	  "840000000600000000"
	  "0001"
	  "000141"
	  "ffff"
	  "0000",
	  BODY },
	{ "65535 bound values",
	  "040000000a00000000"
	  "000101"
	  "0001"
	  "01"
	  "ffff"
	  "00000000",
	  BODY },
	{ "65535 events",
	  "040000000b00000000"
	  "ffff"
	  "0000",
	  BODY },
	{ "65535 statements",
	  "040000000d00000000"
	  "00"
	  "ffff"
	  "0100000000",
	  BODY },
	{ "values in a batch's parameters",
	  "040000000d00000000"
	  "00"
	  "0000"
	  "0001"
	  "01"
	  "0000",
	  BODY },
	{ "65535 warnings",
	  "840800000800000000"
	  "ffff"
	  "00000001",
	  BODY },
	{ "65535 entries of a payload",
	  "840400000800000000"
	  "ffff"
	  "00000001",
	  BODY },
	{ "2^31 - 1 failures",
	  "850000000000000000"
	  "00001300"
	  "0000"
	  "0001"
	  "00000001"
	  "00000002"
	  "7fffffff"
	  "01",
	  BODY },
	{ "65535 STARTUP options",
	  "040000000100000000"
	  "ffff"
	  "00000000",
	  BODY },
	{ "an address of 5 bytes",
	  "8500ffff0c00000000"
	  "000d5354415455535f4348414e4745"
	  "00025550"
	  "05"
	  "0000000000"
	  "00002352",
	  BODY },
};

static void test_rows(void **state)
{
	(void)state;
	cd_message_check(rows, CD_COUNT(rows));
}

/* Unknown bits mean nothing (v4 section 4.2.5.2), and in v4 a changed metadata id is one. */
static void test_tolerated(void **state)
{
	static const struct cd_message_row odd[] = {
		{ "metadata changed in v4",
		  "840000000800000000"
		  "00000002"
		  "0000000c"
		  "00000001"
		  "00000001"
		  "00000001aa",
		  "rows none/1 [0xaa]", NULL },
		{ "metadata of no columns",
		  "840000000800000000"
		  "00000002"
		  "00000000"
		  "00000000"
		  "00000000",
		  "rows {} ", NULL },
	};
	(void)state;

	cd_message_check_tolerated(odd, CD_COUNT(odd));
}

static void test_malformed(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 65536));
	for (size_t i = 0; i < CD_COUNT(malformed); i++) {
		if (malformed[i].kind != BODY)
			continue;
		struct cd_span whole = cd_unhex(malformed[i].hex);
		cql_envelope e = cd_message_envelope(
			(struct cd_span){ cd_guard_copy(&g, whole.at, whole.len), whole.len });
		cql_arena *arena = cql_arena_new(NULL, NULL);
		coodie_error err = { 0 };
		cql_message m;
		CD_CHECK(!cql_message_read(&e, NULL, arena, &m, &err), malformed[i].name);
		CD_CHECK(err.code == COODIE_ERR_PROTOCOL && *err.message, malformed[i].name);
		cql_arena_free(arena);
		cd_unhex_free(whole);
	}
	cd_guard_deinit(&g);
}

/* ---- no message costs more than 16 times its length ----------------------------------------- */

struct meter {
	size_t taken;
};

static void *metered(size_t size, void *user)
{
	((struct meter *)user)->taken += size;
	return malloc(size);
}

static void *metered_resize(void *ptr, size_t size, void *user)
{
	((struct meter *)user)->taken += size;
	return realloc(ptr, size);
}

static void metered_release(void *ptr, void *user)
{
	(void)user;
	free(ptr);
}

/* `head`, then as many times `unit` as fit; a count is set at `count_at`. */
static void fill(struct cd_buffer *b, const char *head, const char *unit, size_t count_at,
		 size_t count_size, size_t least)
{
	struct cd_span h = cd_unhex(head), u = cd_unhex(unit);
	size_t count = 0, most = count_size == 2 ? 65535 : 200000;

	cd_buffer_bytes(b, h.at, h.len);
	for (; b->len < least && count < most; count++)
		cd_buffer_bytes(b, u.at, u.len);
	if (count_size == 2)
		cd_put_be16(b->data + count_at, (uint16_t)count);
	else
		cd_put_be32(b->data + count_at, (uint32_t)count);
	cd_unhex_free(h);
	cd_unhex_free(u);
}

static void test_cost(void **state)
{
	static const struct {
		const char *name, *head, *unit;
		size_t count_at, count_size;
	} costs[] = {
		{ "columns of one table",
		  "8400000008000000000000000200000001"
		  "00000000"
		  "00000000",
		  "00000009", 17, 4 },
		{ "columns of lists",
		  "8400000008000000000000000200000001"
		  "00000000"
		  "00000000",
		  "00000020002000200009", 17, 4 },
		{ "columns of their own tables",
		  "8400000008000000000000000200000000"
		  "00000000",
		  "0000000000000009", 17, 4 },
		{ "SUPPORTED",
		  "840000000600000000"
		  "0000",
		  "00000000", 9, 2 },
		{ "values of SUPPORTED",
		  "840000000600000000"
		  "0001"
		  "0000"
		  "0000",
		  "0000", 13, 2 },
		{ "STARTUP",
		  "040000000100000000"
		  "0000",
		  "00000000", 9, 2 },
		{ "REGISTER",
		  "040000000b00000000"
		  "0000",
		  "0000", 9, 2 },
		{ "bound values",
		  "040000000a00000000"
		  "000101"
		  "0001"
		  "01"
		  "0000",
		  "ffffffff", 15, 2 },
		{ "statements of a batch",
		  "040000000d00000000"
		  "00"
		  "0000",
		  "0100000000", 10, 2 },
		{ "warnings",
		  "840800000800000000"
		  "0000",
		  "0000", 9, 2 },
		{ "a custom payload",
		  "840400000800000000"
		  "0000",
		  "0000ffffffff", 9, 2 },
		{ "failures",
		  "850000000000000000"
		  "00001300"
		  "0000"
		  "0001"
		  "00000001"
		  "00000002"
		  "00000000",
		  "047f0000010000", 25, 4 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(costs); i++) {
		struct meter m = { 0 };
		const coodie_allocator allocator = { metered, metered_resize, metered_release, &m };
		struct cd_buffer in;
		struct cd_arena a;
		cd_arena_init(&a, &allocator, 0);
		cd_buffer_init(&in, NULL, 0);
		fill(&in, costs[i].head, costs[i].unit, costs[i].count_at, costs[i].count_size,
		     400000);
		cql_envelope e = cd_message_envelope((struct cd_span){ in.data, in.len });
		coodie_error err;
		cql_message out;
		cd_message_read(&e, CQL_TERMS(.max_items = 1000000), &a, &out, &err);
		/* one chunk of the arena is not full yet */
		if (m.taken > 16 * in.len + 65536)
			fail_msg("%s: %zu bytes cost %zu", costs[i].name, in.len, m.taken);
		CD_CHECK(m.taken > in.len, costs[i].name); /* it was not refused at once */
		cd_arena_deinit(&a);
		cd_buffer_deinit(&in);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_tolerated),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cost),
	};
	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
