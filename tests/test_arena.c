/* SPDX-License-Identifier: MIT */
/* base/arena.c: alignment, growth, reuse, overflow, and every allocation failed. */
#include "tests/test.h"

#include <stdalign.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "tests/failalloc.h"

static void test_pieces(void **state)
{
	static const struct {
		const char *name;
		size_t first_chunk, size, count;
	} rows[] = {
		{ "nothing at all", 0, 0, 3 },
		{ "single bytes", 0, 1, 5000 },
		{ "odd sizes", 0, 37, 3000 },
		{ "exactly a chunk", 256, 256, 20 },
		{ "one more than a chunk", 256, 257, 20 },
		{ "much more than the largest chunk", 0, 300000, 4 },
		{ "a chunk of one byte", 1, 24, 500 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_failalloc f;
		struct cd_arena a;
		cd_failalloc_init(&f, 0);
		cd_arena_init(&a, &f.allocator, rows[i].first_chunk);
		CD_CHECK(f.calls == 0, rows[i].name); /* nothing is taken before it is needed */
		unsigned char *last = NULL;
		for (size_t n = 0; n < rows[i].count; n++) {
			unsigned char *p = cd_arena_take(&a, rows[i].size);
			CD_CHECK(p && (uintptr_t)p % alignof(max_align_t) == 0, rows[i].name);
			CD_CHECK(p != last, rows[i].name);
			memset(p, (int)n, rows[i].size);
			/* the piece before is not touched by this one */
			CD_CHECK(!last || !rows[i].size ||
					 last[rows[i].size - 1] == (unsigned char)(n - 1),
				 rows[i].name);
			last = p;
		}
		cd_arena_deinit(&a);
		CD_CHECK(f.live == 0, rows[i].name);
	}
}

static void test_reset_reuses(void **state)
{
	struct cd_failalloc f;
	struct cd_arena a;
	(void)state;

	cd_failalloc_init(&f, 0);
	cd_arena_init(&a, &f.allocator, 128);
	for (int i = 0; i < 100; i++)
		assert_non_null(cd_arena_take(&a, 64));
	cd_arena_reset(&a);
	assert_int_equal(f.live, 1); /* the newest chunk, the largest */
	size_t calls = f.calls;
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 40; i++)
			assert_non_null(cd_arena_take(&a, 64));
		cd_arena_reset(&a);
	}
	assert_int_equal(f.calls, calls);
	cd_arena_deinit(&a);
	assert_int_equal(f.live, 0);
	/* and it can be used again */
	assert_non_null(cd_arena_take(&a, 8));
	cd_arena_deinit(&a);
	assert_int_equal(f.live, 0);
}

static void test_large_piece_keeps_the_chunk(void **state)
{
	struct cd_failalloc f;
	struct cd_arena a;
	(void)state;

	cd_failalloc_init(&f, 0);
	cd_arena_init(&a, &f.allocator, 1024);
	char *before = cd_arena_copy(&a, "x", 1);
	assert_non_null(cd_arena_take(&a, 100000));
	char *after = cd_arena_copy(&a, "y", 1);
	assert_ptr_equal(after, before + 1);
	assert_int_equal(f.calls, 2);
	cd_arena_deinit(&a);
	assert_int_equal(f.live, 0);
}

static void test_copies(void **state)
{
	struct cd_arena a = { 0 }; /* a zeroed one is an empty one */
	(void)state;

	char *s = cd_arena_strndup(&a, "hello, world", 5);
	assert_string_equal(s, "hello");
	char *empty = cd_arena_strndup(&a, NULL, 0);
	assert_string_equal(empty, "");
	assert_memory_equal(cd_arena_copy(&a, "\0\1\2", 3), "\0\1\2", 3);
	assert_non_null(cd_arena_copy(&a, NULL, 0));
	unsigned char *zero = cd_arena_take_zero(&a, 100);
	uint64_t *array = cd_arena_take_array(&a, 10, sizeof *array);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(zero[i], 0);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(array[i], 0);
	assert_string_equal(s, "hello");
	cd_arena_deinit(&a);
	cd_arena_deinit(&a);
}

static void test_overflow(void **state)
{
	struct cd_arena a = { 0 };
	(void)state;

	assert_null(cd_arena_take_array(&a, SIZE_MAX / 2, 3));
	assert_null(cd_arena_take_array(&a, SIZE_MAX, SIZE_MAX));
	assert_null(cd_arena_take(&a, SIZE_MAX));
	assert_null(cd_arena_take(&a, SIZE_MAX - 8));
	assert_null(cd_arena_strndup(&a, "x", SIZE_MAX));
	assert_non_null(cd_arena_take(&a, 16)); /* still usable */
	cd_arena_deinit(&a);
}

static void test_keep(void **state)
{
	char own[] = "a text";
	const char *text = own, *none = NULL;
	struct cd_arena a;

	(void)state;
	cd_arena_init(&a, &cd_malloc_allocator, 64);
	assert_true(cd_arena_keep(&a, &text));
	memset(own, 'x', sizeof own);
	assert_string_equal(text, "a text");
	assert_true(cd_arena_keep(&a, &none));
	assert_null(none);
	cd_arena_deinit(&a);
}

static bool use(const coodie_allocator *allocator, void *user)
{
	struct cd_arena a;
	bool ok = true;
	(void)user;

	cd_arena_init(&a, allocator, 64);
	for (size_t i = 0; ok && i < 20; i++) {
		char *text = cd_arena_strndup(&a, "some text or other", 18);
		const char *kept = "a text that is kept";
		ok = text && cd_arena_take_zero(&a, i * 50) && cd_arena_keep(&a, &kept);
	}
	cd_arena_deinit(&a);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("arena", use, NULL));
}

static void test_allocator_helpers(void **state)
{
	(void)state;
	assert_null(cd_alloc_array(NULL, SIZE_MAX / 2, 4));
	assert_null(cd_alloc_array(&cd_malloc_allocator, SIZE_MAX, 2));
	int *zero = cd_alloc_array(&cd_malloc_allocator, 10, sizeof *zero);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(zero[i], 0);
	zero = cd_resize(&cd_malloc_allocator, zero, 1000);
	assert_non_null(zero);
	cd_release(&cd_malloc_allocator, zero);
	cd_release(NULL, NULL);
	cd_release(&cd_malloc_allocator, NULL);
	char *text = cd_strndup(NULL, "abcdef", 3);
	assert_string_equal(text, "abc");
	cd_release(NULL, text);
	assert_null(cd_strndup(NULL, "x", SIZE_MAX));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_reset_reuses),
		cmocka_unit_test(test_large_piece_keeps_the_chunk),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_allocator_helpers),
	};
	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
