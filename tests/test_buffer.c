/* SPDX-License-Identifier: MIT */
/* base/buffer.c: growth, the maximum, sticky failure, big-endian writing. */
#include "tests/test.h"

#include "base/buffer.h"

#include "base/alloc.h"
#include "tests/failalloc.h"

static void test_big_endian(void **state)
{
	struct cd_buffer b = { 0 };
	(void)state;

	cd_buffer_u8(&b, 0xab);
	cd_buffer_be16(&b, 0x0102);
	cd_buffer_be32(&b, 0xfffefdfc);
	cd_buffer_be64(&b, 0x0123456789abcdef);
	cd_buffer_bytes(&b, "hey", 3);
	cd_buffer_bytes(&b, NULL, 0);
	assert_false(b.failed);
	assert_int_equal(b.len, 1 + 2 + 4 + 8 + 3);
	assert_memory_equal(
		b.data, "\xab\x01\x02\xff\xfe\xfd\xfc\x01\x23\x45\x67\x89\xab\xcd\xefhey", b.len);
	cd_buffer_patch_be32(&b, 3, 7);
	assert_memory_equal(b.data + 3, "\0\0\0\7", 4);
	cd_buffer_deinit(&b);
	cd_buffer_deinit(&b);
}

static void test_maximum(void **state)
{
	static const struct {
		const char *name;
		size_t max, first, second;
		bool ok;
		size_t len;
	} rows[] = {
		{ "no maximum", 0, 100000, 100000, true, 200000 },
		{ "just fits", 10, 4, 6, true, 10 },
		{ "one too many", 10, 4, 7, false, 4 },
		{ "a maximum of one", 1, 1, 0, true, 1 },
		{ "too long at once", 10, 11, 0, false, 0 },
		{ "beyond any maximum", 0, 8, SIZE_MAX - 4, false, 8 },
		{ "half of the address space", 0, 8, SIZE_MAX / 2, false, 8 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_buffer b;
		cd_buffer_init(&b, NULL, rows[i].max);
		cd_buffer_grow(&b, rows[i].first);
		if (rows[i].second)
			cd_buffer_grow(&b, rows[i].second);
		CD_CHECK(b.failed == !rows[i].ok, rows[i].name);
		CD_CHECK(b.too_long == !rows[i].ok, rows[i].name);
		CD_CHECK(b.len == rows[i].len, rows[i].name);
		CD_CHECK(!rows[i].max || b.cap <= rows[i].max, rows[i].name);
		cd_buffer_deinit(&b);
	}
}

static void test_failure_sticks(void **state)
{
	struct cd_buffer b;
	(void)state;

	cd_buffer_init(&b, NULL, 8);
	cd_buffer_be32(&b, 1);
	cd_buffer_be64(&b, 2);
	assert_true(b.failed && b.too_long);
	cd_buffer_u8(&b, 3); /* would fit; is not written */
	cd_buffer_patch_be32(&b, 0, 9);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "\0\0\0\1", 4);
	assert_false(cd_buffer_reserve(&b, 1));

	cd_buffer_truncate(&b, 2); /* the half-written message is undone */
	assert_false(b.failed || b.too_long);
	cd_buffer_u8(&b, 3);
	assert_int_equal(b.len, 3);
	cd_buffer_clear(&b);
	assert_int_equal(b.len, 0);
	assert_true(b.cap >= 4);
	cd_buffer_deinit(&b);
}

static void test_consume(void **state)
{
	static const struct {
		const char *name;
		size_t n;
		const char *left;
	} rows[] = {
		{ "none", 0, "abcdef" }, { "some", 2, "cdef" },           { "all but one", 5, "f" },
		{ "all", 6, "" },        { "more than there is", 7, "" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_buffer b = { 0 };
		cd_buffer_bytes(&b, "abcdef", 6);
		cd_buffer_consume(&b, rows[i].n);
		CD_CHECK(b.len == strlen(rows[i].left), rows[i].name);
		CD_CHECK(!memcmp(b.data, rows[i].left, b.len), rows[i].name);
		cd_buffer_deinit(&b);
	}
	struct cd_buffer empty = { 0 };
	cd_buffer_consume(&empty, 3);
	cd_buffer_truncate(&empty, 3);
	assert_int_equal(empty.len, 0);
}

static void test_doubling(void **state)
{
	struct cd_failalloc f;
	struct cd_buffer b;
	(void)state;

	cd_failalloc_init(&f, 0);
	cd_buffer_init(&b, &f.allocator, 0);
	for (int i = 0; i < 1000000; i++)
		cd_buffer_u8(&b, (uint8_t)i);
	assert_int_equal(b.len, 1000000);
	assert_true(f.calls < 24);
	cd_buffer_deinit(&b);
	assert_int_equal(f.live, 0);
}

static bool use(const coodie_allocator *allocator, void *user)
{
	struct cd_buffer b;
	(void)user;

	cd_buffer_init(&b, allocator, 0);
	for (int i = 0; i < 1000; i++)
		cd_buffer_be32(&b, (uint32_t)i);
	bool ok = !b.failed;
	assert_false(b.too_long);
	assert_true(ok ? b.len == 4000 : b.len < 4000);
	cd_buffer_deinit(&b);
	return ok;
}

static void test_fit(void **state)
{
	struct cd_buffer b;

	(void)state;
	cd_buffer_init(&b, &cd_malloc_allocator, 0);
	cd_buffer_fit(&b);
	cd_buffer_bytes(&b, "abc", 3);
	cd_buffer_reserve(&b, 5000);
	cd_buffer_fit(&b);
	assert_int_equal(b.cap, 3);
	assert_memory_equal(b.data, "abc", 3);
	cd_buffer_bytes(&b, "d", 1);
	assert_memory_equal(b.data, "abcd", 4);
	cd_buffer_clear(&b);
	cd_buffer_fit(&b);
	assert_null(b.data);
	assert_int_equal(b.cap, 0);
}

static void test_text(void **state)
{
	struct cd_buffer b;

	(void)state;
	cd_buffer_init(&b, &cd_malloc_allocator, 0);
	cd_buffer_text(&b, "abc");
	cd_buffer_text(&b, "");
	cd_buffer_text(&b, "de");
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.data, "abcde", 5);
	cd_buffer_deinit(&b);
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("buffer", use, NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_failure_sticks),
		cmocka_unit_test(test_consume),
		cmocka_unit_test(test_doubling),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
