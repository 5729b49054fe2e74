/* SPDX-License-Identifier: MIT */
/* base/slab.c: objects apart from each other, recycled without malloc, every allocation failed. */
#include "tests/test.h"

#include <stdalign.h>

#include "base/slab.h"
#include "tests/failalloc.h"

#define MOST 200

static void test_objects(void **state)
{
	static const struct {
		const char *name;
		size_t size, per_block, count;
	} rows[] = {
		{ "smaller than a pointer", 1, 16, 100 },
		{ "odd size", 33, 7, 100 },
		{ "one a block", 64, 1, 20 },
		{ "a block of none is one", 64, 0, 20 },
		{ "large", 100000, 2, 5 },
	};
	unsigned char *objects[MOST];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_failalloc f;
		struct cd_slab s;
		cd_failalloc_init(&f, 0);
		cd_slab_init(&s, &f.allocator, rows[i].size, rows[i].per_block);
		for (size_t n = 0; n < rows[i].count; n++) {
			objects[n] = cd_slab_take(&s);
			CD_CHECK(objects[n], rows[i].name);
			CD_CHECK((uintptr_t)objects[n] % alignof(max_align_t) == 0, rows[i].name);
			memset(objects[n], (int)n, rows[i].size);
		}
		for (size_t n = 0; n < rows[i].count; n++)
			for (size_t k = 0; k < rows[i].size; k++)
				CD_CHECK(objects[n][k] == (unsigned char)n, rows[i].name);
		CD_CHECK(s.taken == rows[i].count, rows[i].name);
		for (size_t n = 0; n < rows[i].count; n++)
			cd_slab_give(&s, objects[n]);
		CD_CHECK(s.taken == 0, rows[i].name);
		cd_slab_deinit(&s);
		CD_CHECK(f.live == 0, rows[i].name);
	}
}

static void test_steady_path(void **state)
{
	struct cd_failalloc f;
	struct cd_slab s;
	void *held[8];
	(void)state;

	cd_failalloc_init(&f, 0);
	cd_slab_init(&s, &f.allocator, 40, 4);
	for (int i = 0; i < 8; i++)
		held[i] = cd_slab_take(&s);
	assert_int_equal(f.calls, 2);
	for (int round = 0; round < 1000; round++) {
		cd_slab_give(&s, held[round % 8]);
		void *again = cd_slab_take(&s);
		assert_ptr_equal(again, held[round % 8]); /* the one still warm */
	}
	assert_int_equal(f.calls, 2);
	cd_slab_give(&s, NULL);
	assert_int_equal(s.taken, 8);
	cd_slab_deinit(&s);
	assert_int_equal(f.live, 0);
	cd_slab_deinit(&s);
	struct cd_slab zeroed = { 0 };
	cd_slab_deinit(&zeroed);
}

static void test_overflow(void **state)
{
	static const struct {
		const char *name;
		size_t size, per_block;
	} rows[] = {
		{ "huge objects", SIZE_MAX, 1 },
		{ "huge objects, rounded", SIZE_MAX - 20, 1 },
		{ "huge blocks", 64, SIZE_MAX / 2 },
		{ "both", SIZE_MAX / 2, 4 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_slab s;
		cd_slab_init(&s, NULL, rows[i].size, rows[i].per_block);
		CD_CHECK(!cd_slab_take(&s), rows[i].name);
		cd_slab_deinit(&s);
	}
}

static bool use(const coodie_allocator *allocator, void *user)
{
	struct cd_slab s;
	bool ok = true;
	(void)user;

	cd_slab_init(&s, allocator, 24, 3);
	for (int i = 0; ok && i < 20; i++)
		ok = cd_slab_take(&s) != NULL;
	cd_slab_deinit(&s);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("slab", use, NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_steady_path),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
