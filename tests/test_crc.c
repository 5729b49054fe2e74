/* SPDX-License-Identifier: MIT */
/* proto/crc.h: the checksums others compute. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/framing.h>

#include "proto/crc.h"
#include "proto/crc_clmul.h"
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

static void test_known_values(void **state)
{
	struct cd_guard g;
	unsigned seen = 0;
	(void)state;

	assert_true(cd_guard_init(&g, 65536));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		if (rows[i].which != CRC24 && rows[i].which != CRC32)
			continue;
		struct cd_span bytes = cd_unhex(rows[i].data);
		const uint8_t *at = cd_guard_copy(&g, bytes.at, bytes.len);
		uint32_t got = rows[i].which == CRC24 ? cd_crc24(at, bytes.len)
						      : cd_crc32(at, bytes.len);
		if (rows[i].which == CRC32)
			CD_CHECK(got == cd_crc32_portable(at, bytes.len), rows[i].hex);
		CD_CHECK(got == strtoul(rows[i].value, NULL, 10), rows[i].hex);
		cd_unhex_free(bytes);
		seen++;
	}
	assert_int_equal(seen, 18);
	cd_guard_deinit(&g);
}

/* The definition, bit by bit (v5 section 2.2). */
static uint32_t slow_crc24(const uint8_t *data, size_t len)
{
	uint32_t crc = 0x875060;

	for (size_t i = 0; i < len; i++) {
		crc ^= (uint32_t)data[i] << 16;
		for (int bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= 0x1974F0B;
		}
	}
	return crc;
}

static void test_crc24_against_its_definition(void **state)
{
	uint8_t header[5];
	uint32_t seed = 1;
	(void)state;

	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof header; i++) {
			seed = seed * 1664525 + 1013904223;
			header[i] = (uint8_t)(seed >> 24);
		}
		assert_int_equal(cd_crc24(header, 3), slow_crc24(header, 3));
		assert_int_equal(cd_crc24(header, 5), slow_crc24(header, 5));
	}
}

/* Whatever way this CPU has, at every length around its blocks, flush against no memory. */
static void test_crc32_ways_agree(void **state)
{
	struct cd_guard g;
	uint8_t bytes[1100];
	uint32_t seed = 2;
	(void)state;

	if (!cd_crc32_has_clmul())
		skip();
	assert_true(cd_guard_init(&g, sizeof bytes));
	for (size_t len = 0; len <= sizeof bytes; len++) {
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		const uint8_t *at = cd_guard_copy(&g, bytes, len);
		assert_int_equal(cd_crc32_clmul(at, len), cd_crc32_portable(at, len));
	}
	cd_guard_deinit(&g);
}

/* An empty blob is NULL as a rule: a paging state that is not there. */
static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(cql_crc32(NULL, 0), cd_crc32_portable("", 0));
	assert_int_equal(cql_crc32(NULL, 0), cql_crc32("", 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_values),
		cmocka_unit_test(test_crc24_against_its_definition),
		cmocka_unit_test(test_crc32_ways_agree),
		cmocka_unit_test(test_nothing),
	};
	return cmocka_run_group_tests_name("crc", tests, NULL, NULL);
}
