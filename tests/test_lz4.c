/* SPDX-License-Identifier: MIT */
/* proto/lz4.h: what is packed is unpacked, and no claim costs more than 255 times its bytes. */
#include "tests/test.h"

#include <stdlib.h>

#include "proto/lz4.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

#define MAX ((size_t)1 << 20)

static const struct {
	const char *name, *hex;
	size_t size;
	const char *want; /* NULL: refused */
} rows[] = {
	{ "nothing", "00", 0, "" },
	{ "literals", "30616263", 3, "616263" },
	{ "a match over itself",
	  "1f610100"
	  "00"
	  "5061616161"
	  "61",
	  25, "61616161616161616161616161616161616161616161616161" },
	{ "no block", "", 0, NULL },
	{ "no block for a byte", "", 1, NULL },
	{ "shorter than claimed", "30616263", 4, NULL },
	{ "longer than claimed", "30616263", 2, NULL },
	{ "something where nothing is claimed", "1061", 0, NULL },
	{ "literals cut", "30616", 3, NULL },
	{ "a match before the start",
	  "1061ffff005061616161"
	  "61",
	  25, NULL },
	{ "a claim of 256 for a byte", "00", 256, NULL },
	{ "a claim beyond the limit", "00", MAX + 1, NULL },
	{ "a claim of 2^32-1", "30616263", UINT32_MAX, NULL },
};

static void test_blocks(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span in = cd_unhex(rows[i].hex);
		struct cd_buffer out;
		coodie_error err = { 0 };
		cd_buffer_init(&out, NULL, 0);
		cd_buffer_u8(&out, 0x55);
		struct cd_span block = { cd_guard_copy(&g, in.at, in.len), in.len };
		bool ok = cd_lz4_unpack(&out, block, rows[i].size, MAX, &err);
		CD_CHECK(ok == (rows[i].want != NULL), rows[i].name);
		CD_CHECK(err.code == (ok ? COODIE_OK : COODIE_ERR_PROTOCOL), rows[i].name);
		if (ok) {
			struct cd_span want = cd_unhex(rows[i].want);
			CD_CHECK(out.len == want.len + 1 && out.data[0] == 0x55, rows[i].name);
			CD_CHECK(memcmp(out.data + 1, want.at, want.len) == 0, rows[i].name);
			cd_unhex_free(want);
		} else {
			CD_CHECK(out.len == 1 && out.data[0] == 0x55, rows[i].name);
		}
		for (size_t len = 0; ok && len < in.len; len++) {
			block = (struct cd_span){ cd_guard_copy(&g, in.at, len), len };
			CD_CHECK(!cd_lz4_unpack(&out, block, rows[i].size, MAX, NULL),
				 rows[i].name);
		}
		cd_buffer_deinit(&out);
		cd_unhex_free(in);
	}
	cd_guard_deinit(&g);
}

/* Zeros, text and noise of many lengths, flush against the guard on their way in. */
static void fill(uint8_t *at, size_t len, int kind)
{
	uint32_t seed = 7;

	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		uint8_t noise = (uint8_t)(seed >> 24), text = (uint8_t) "coodie "[i % 7];
		at[i] = kind == 0 ? 0 : kind == 1 ? text : noise;
	}
}

static bool round_trip(struct cd_guard *g, const coodie_allocator *a, const uint8_t *data,
		       size_t len)
{
	struct cd_buffer packed, out;
	coodie_error err = { 0 };

	cd_buffer_init(&packed, a, 0);
	cd_buffer_init(&out, a, 0);
	bool ok = cd_lz4_pack(&packed, data, len);
	if (ok) {
		const uint8_t *at = cd_guard_copy(g, packed.data, packed.len);
		ok = cd_lz4_unpack(&out, (struct cd_span){ at, packed.len }, len, MAX, &err);
		assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
		if (ok)
			assert_true(out.len == len && memcmp(out.data, data, len) == 0);
	}
	cd_buffer_deinit(&packed);
	cd_buffer_deinit(&out);
	return ok;
}

static void test_round_trips(void **state)
{
	static const size_t lengths[] = { 0, 1, 4, 12, 13, 64, 255, 256, 4096, 131071, 500000 };
	uint8_t *data = malloc(500000);
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 600000));
	for (size_t i = 0; i < CD_COUNT(lengths); i++)
		for (int kind = 0; kind < 3; kind++) {
			fill(data, lengths[i], kind);
			assert_true(round_trip(&g, NULL, data, lengths[i]));
		}
	cd_guard_deinit(&g);
	free(data);
}

static bool small_round_trip(const coodie_allocator *a, void *user)
{
	uint8_t data[100];

	fill(data, sizeof data, 1);
	return round_trip(user, a, data, sizeof data);
}

static void test_no_memory(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	assert_true(cd_failalloc_each("LZ4", small_round_trip, &g));
	cd_guard_deinit(&g);
}

/* A refused claim has allocated nothing. */
static void test_claims(void **state)
{
	struct cd_failalloc f;
	struct cd_buffer out;
	uint8_t block[100] = { 0 };
	(void)state;

	cd_failalloc_init(&f, 0);
	cd_buffer_init(&out, &f.allocator, 0);
	for (size_t len = 0; len <= sizeof block; len++) {
		struct cd_span in = { block, len };
		assert_false(cd_lz4_unpack(&out, in, 255 * (len + 1), MAX, NULL));
		assert_false(cd_lz4_unpack(&out, in, SIZE_MAX, SIZE_MAX, NULL));
		assert_false(cd_lz4_unpack(&out, in, 11, 10, NULL));
	}
	assert_int_equal(f.calls, 0);
	cd_buffer_deinit(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_claims),
	};
	return cmocka_run_group_tests_name("lz4", tests, NULL, NULL);
}
