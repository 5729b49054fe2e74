/* SPDX-License-Identifier: MIT */
/* proto/notation.h: each notation both ways, each prefix, and lengths that lie. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include "proto/notation.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

enum which { UNSIGNED_VINT, VINT, CRC24, CRC32 };

static const struct {
	enum which which;
	const char *data, *value, *hex;
} rows[] = {
#define X(which, data, value, hex) { which, data, value, hex },
#include "tests/data/notations.inc"
#undef X
};

static void check_vint(struct cd_guard *g, size_t i, struct cd_span bytes)
{
	struct cd_reader r = cd_reader_over(cd_guard_copy(g, bytes.at, bytes.len), bytes.len);
	struct cd_buffer b;

	cd_buffer_init(&b, NULL, 0);
	if (rows[i].which == VINT) {
		int64_t v = strtoll(rows[i].value, NULL, 10);
		CD_CHECK(cd_read_vint(&r) == v, rows[i].hex);
		cd_write_vint(&b, v);
	} else {
		uint64_t v = strtoull(rows[i].value, NULL, 10);
		CD_CHECK(cd_read_unsigned_vint(&r) == v, rows[i].hex);
		cd_write_unsigned_vint(&b, v);
	}
	CD_CHECK(!r.failed && cd_reader_left(&r) == 0, rows[i].hex);
	CD_CHECK(b.len == bytes.len && memcmp(b.data, bytes.at, b.len) == 0, rows[i].hex);
	for (size_t len = 0; len < bytes.len; len++) {
		r = cd_reader_over(cd_guard_copy(g, bytes.at, len), len);
		CD_CHECK(cd_read_unsigned_vint(&r) == 0 && r.failed, rows[i].hex);
	}
	cd_buffer_deinit(&b);
}

static void test_vints(void **state)
{
	struct cd_guard g;
	unsigned seen = 0;
	(void)state;

	assert_true(cd_guard_init(&g, 64));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		if (rows[i].which != VINT && rows[i].which != UNSIGNED_VINT)
			continue;
		struct cd_span bytes = cd_unhex(rows[i].hex);
		check_vint(&g, i, bytes);
		cd_unhex_free(bytes);
		seen++;
	}
	assert_int_equal(seen, 40);
	cd_guard_deinit(&g);
}

/* Forms longer than needed are legal (v5 section 3). */
static void test_long_vints(void **state)
{
	static const struct {
		const char *hex;
		uint64_t value;
	} forms[] = {
		{ "8001", 1 },
		{ "c00001", 1 },
		{ "fe00000000000001", 1 },
		{ "ff0000000000000001", 1 },
		{ "ff0000000000000000", 0 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(forms); i++) {
		struct cd_span bytes = cd_unhex(forms[i].hex);
		struct cd_reader r = cd_reader_over(bytes.at, bytes.len);
		CD_CHECK(cd_read_unsigned_vint(&r) == forms[i].value, forms[i].hex);
		CD_CHECK(!r.failed && cd_reader_left(&r) == 0, forms[i].hex);
		cd_unhex_free(bytes);
	}
}

/* A reader by its letter: s [string], l [long string], h [short bytes], b [bytes], v [value], a
 * [inetaddr]. */
static struct cd_span read_one(struct cd_reader *r, char what, bool *unset)
{
	static uint8_t address[16];
	uint8_t len = 0;

	*unset = false;
	switch (what) {
	case 's':
		return cd_read_string(r);
	case 'l':
		return cd_read_long_string(r);
	case 'h':
		return cd_read_short_bytes(r);
	case 'b':
		return cd_read_bytes(r);
	case 'v':
		return cd_read_value(r, unset);
	default:
		return cd_read_inetaddr(r, address, &len) ? (struct cd_span){ address, len }
							  : (struct cd_span){ NULL, 0 };
	}
}

static const struct {
	const char *name;
	char what;
	const char *hex, *want; /* NULL: null; "!": refused; "?": unset */
} lengths[] = {
	{ "string", 's', "0002c3a9", "c3a9" },
	{ "empty string", 's', "0000", "" },
	{ "string cut", 's', "000361", "!" },
	{ "string of 65535 claimed", 's', "ffff61", "!" },
	{ "long string", 'l', "0000000161", "61" },
	{ "empty long string", 'l', "00000000", "" },
	{ "long string of -1", 'l', "ffffffff61", "!" },
	{ "long string of 2^31-1", 'l', "7fffffff61", "!" },
	{ "short bytes", 'h', "00020102", "0102" },
	{ "empty short bytes", 'h', "0000", "" },
	{ "bytes", 'b', "000000020102", "0102" },
	{ "empty bytes are not null", 'b', "00000000", "" },
	{ "bytes of -1", 'b', "ffffffff", NULL },
	{ "bytes of -2", 'b', "fffffffe", NULL },
	{ "bytes of -2^31", 'b', "80000000", NULL },
	{ "bytes of 2^31-1", 'b', "7fffffff00", "!" },
	{ "value", 'v', "0000000101", "01" },
	{ "empty value", 'v', "00000000", "" },
	{ "value null", 'v', "ffffffff", NULL },
	{ "value unset", 'v', "fffffffe", "?" },
	{ "value of -3", 'v', "fffffffd", "!" },
	{ "value of -2^31", 'v', "80000000", "!" },
	{ "IPv4", 'a', "047f000001", "7f000001" },
	{ "IPv6", 'a', "1000000000000000000000000000000001", "00000000000000000000000000000001" },
	{ "address of 0 bytes", 'a', "00", "!" },
	{ "address of 5 bytes", 'a', "057f00000100", "!" },
	{ "address of 255 bytes", 'a', "ff7f00000100", "!" },
};

static void test_lengths(void **state)
{
	struct cd_guard g;
	bool unset;
	(void)state;

	assert_true(cd_guard_init(&g, 64));
	for (size_t i = 0; i < CD_COUNT(lengths); i++) {
		const char *name = lengths[i].name, *want = lengths[i].want;
		struct cd_span in = cd_unhex(lengths[i].hex);
		struct cd_reader r = cd_reader_over(cd_guard_copy(&g, in.at, in.len), in.len);
		struct cd_span got = read_one(&r, lengths[i].what, &unset);
		bool refused = want && *want == '!';
		CD_CHECK(r.failed == refused, name);
		CD_CHECK(unset == (want && *want == '?'), name);
		CD_CHECK((got.at != NULL) == (want && !refused && !unset), name);
		if (got.at) {
			struct cd_span wanted = cd_unhex(want);
			CD_CHECK(got.len == wanted.len, name);
			CD_CHECK(memcmp(got.at, wanted.at, got.len) == 0, name);
			cd_unhex_free(wanted);
		}
		for (size_t len = 0; !refused && len < in.len; len++) {
			r = cd_reader_over(cd_guard_copy(&g, in.at, len), len);
			got = read_one(&r, lengths[i].what, &unset);
			CD_CHECK(r.failed && !got.at && !unset, name);
		}
		cd_unhex_free(in);
	}
	cd_guard_deinit(&g);
}

static void test_writers(void **state)
{
	struct cd_buffer b;
	(void)state;

	cd_buffer_init(&b, NULL, 0);
	cd_write_str(&b, "\xc3\xa9");
	cd_write_str(&b, "");
	cd_write_long_string(&b, "abc", 3);
	cd_write_bytes(&b, NULL, 0);
	cd_write_bytes(&b, "", 0);
	cd_write_bytes(&b, "\x01\x02", 2);
	cd_write_short_bytes(&b, "\x07", 1);
	cd_write_consistency(&b, CQL_CONSISTENCY_ANY);
	cd_write_consistency(&b, CQL_CONSISTENCY_LOCAL_ONE);
	assert_false(b.failed);
	struct cd_span want = cd_unhex("0002c3a9"
				       "0000"
				       "00000003616263"
				       "ffffffff"
				       "00000000"
				       "000000020102"
				       "000107"
				       "0000"
				       "000a");
	assert_int_equal(b.len, want.len);
	assert_memory_equal(b.data, want.at, want.len);
	cd_unhex_free(want);
	cd_buffer_deinit(&b);
}

/* Unknown levels are kept as they are. */
static void test_consistency(void **state)
{
	(void)state;

	for (uint32_t wire = 0; wire <= UINT16_MAX; wire += wire < 16 ? 1 : 4093) {
		struct cd_buffer b;
		uint8_t bytes[2] = { (uint8_t)(wire >> 8), (uint8_t)wire };
		struct cd_reader r = cd_reader_over(bytes, 2);
		cql_consistency c = cd_read_consistency(&r);
		assert_int_equal(c, wire + 1);
		cd_buffer_init(&b, NULL, 0);
		cd_write_consistency(&b, c);
		assert_int_equal(b.len, 2);
		assert_memory_equal(b.data, bytes, 2);
		assert_int_equal(strcmp(cql_consistency_name(c), "UNKNOWN") == 0, wire > 0x0B);
		if (wire <= 0x0B)
			assert_int_equal(cql_consistency_parse(cql_consistency_name(c)), c);
		cd_buffer_deinit(&b);
	}
	assert_int_equal(cql_consistency_parse("local_quorum"), CQL_CONSISTENCY_LOCAL_QUORUM);
	assert_int_equal(cql_consistency_parse("QUORU"), CQL_CONSISTENCY_UNSET);
	assert_int_equal(cql_consistency_parse(NULL), CQL_CONSISTENCY_UNSET);
	assert_string_equal(cql_consistency_name(CQL_CONSISTENCY_UNSET), "UNKNOWN");
}

static void test_too_long(void **state)
{
	static char text[65537];
	struct cd_buffer b;
	(void)state;

	memset(text, 'x', sizeof text - 1);
	cd_buffer_init(&b, NULL, 0);
	cd_write_string(&b, text, 65535);
	assert_false(b.failed);
	assert_int_equal(b.len, 65537);
	cd_write_string(&b, text, 65536);
	assert_true(b.failed);
	assert_true(b.too_long);
	assert_int_equal(b.len, 65537);
	cd_buffer_clear(&b);
	cd_write_str(&b, text);
	assert_true(b.failed);
	cd_buffer_clear(&b);
	cd_write_short_bytes(&b, text, 65536);
	assert_true(b.failed);
	cd_buffer_deinit(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vints),       cmocka_unit_test(test_long_vints),
		cmocka_unit_test(test_lengths),     cmocka_unit_test(test_writers),
		cmocka_unit_test(test_consistency), cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests_name("notation", tests, NULL, NULL);
}
