/* SPDX-License-Identifier: MIT */
/* base/reader.h: never a byte past the end, and a failed reader stays failed. */
#include "tests/test.h"

#include "base/reader.h"
#include "tests/guard.h"

static void test_values(void **state)
{
	static const uint8_t bytes[] = { 0xff, 0x80, 0x01, 0x80, 0, 0, 2,   0x80, 0,
					 0,    0,    0,    0,    0, 3, 'a', 'b' };
	struct cd_reader r = cd_reader_over(bytes, sizeof bytes);
	(void)state;

	assert_int_equal(cd_reader_u8(&r), 0xff);
	assert_int_equal(cd_reader_be16(&r), 0x8001);
	assert_int_equal(cd_reader_be32(&r), 0x80000002u);
	assert_true(cd_reader_be64(&r) == 0x8000000000000003u);
	struct cd_span s = cd_reader_span(&r, 2);
	assert_int_equal(s.len, 2);
	assert_memory_equal(s.at, "ab", 2);
	assert_int_equal(cd_reader_left(&r), 0);
	assert_false(r.failed);
	assert_non_null(cd_reader_take(&r, 0));
	assert_false(r.failed);
}

/* What to read, as letters: b 1, s 2, i 4, l 8 bytes, 5 a span of five. */
static size_t read_all(struct cd_reader *r, const char *plan)
{
	size_t sum = 0;

	for (; *plan; plan++) {
		switch (*plan) {
		case 'b':
			sum += cd_reader_u8(r);
			break;
		case 's':
			sum += cd_reader_be16(r);
			break;
		case 'i':
			sum += cd_reader_be32(r);
			break;
		case 'l':
			sum += (size_t)cd_reader_be64(r);
			break;
		default:
			sum += cd_reader_span(r, (size_t)(*plan - '0')).len;
			break;
		}
	}
	return sum;
}

static void test_every_prefix_at_the_guard(void **state)
{
	static const struct {
		const char *name, *plan;
		size_t len;
	} rows[] = {
		{ "a byte", "b", 1 },  { "a short", "s", 2 }, { "an int", "i", 4 },
		{ "a long", "l", 8 },  { "a span", "5", 5 },  { "one of each", "bsil5", 20 },
		{ "nothing", "0", 0 },
	};
	uint8_t bytes[32];
	struct cd_guard g;
	(void)state;

	memset(bytes, 1, sizeof bytes);
	assert_true(cd_guard_init(&g, sizeof bytes));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		for (size_t len = 0; len <= rows[i].len; len++) {
			struct cd_reader r = cd_reader_over(cd_guard_copy(&g, bytes, len), len);
			read_all(&r, rows[i].plan);
			CD_CHECK(r.failed == (len < rows[i].len), rows[i].name);
		}
	}
	cd_guard_deinit(&g);
}

static void test_failure_sticks(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	struct cd_reader r = cd_reader_over(bytes, sizeof bytes);
	(void)state;

	assert_int_equal(cd_reader_be32(&r), 0);
	assert_true(r.failed);
	assert_int_equal(cd_reader_left(&r), 3);
	assert_int_equal(read_all(&r, "bsil1"), 0); /* a byte would be there, but it is over */
	assert_null(cd_reader_take(&r, 0));
	struct cd_span s = cd_reader_span(&r, 1);
	assert_null(s.at);
	assert_int_equal(s.len, 0);
}

static void test_huge_claims(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	static const size_t claims[] = { 4, SIZE_MAX, SIZE_MAX - 2, SIZE_MAX / 2,
					 (size_t)UINT32_MAX };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(claims); i++) {
		struct cd_reader r = cd_reader_over(bytes, sizeof bytes);
		assert_null(cd_reader_take(&r, claims[i]));
		assert_true(r.failed);
		assert_ptr_equal(r.at, bytes);
	}
	struct cd_reader nothing = cd_reader_over(NULL, 5);
	assert_int_equal(cd_reader_left(&nothing), 0);
	assert_int_equal(cd_reader_u8(&nothing), 0);
	assert_true(nothing.failed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_every_prefix_at_the_guard),
		cmocka_unit_test(test_failure_sticks),
		cmocka_unit_test(test_huge_claims),
	};
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
