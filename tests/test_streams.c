/* SPDX-License-Identifier: MIT */
/* The stream table: ids are given once, come back once, and orphans stay taken. */
#include "tests/test.h"

#include "net/engine/streams.h"
#include "tests/failalloc.h"

static int owners[CD_STREAMS_MAX];

static void test_all_ids(void **state)
{
	struct cd_streams s;
	static bool seen[CD_STREAMS_MAX];
	void *owner;

	(void)state;
	cd_streams_init(&s, NULL, CD_STREAMS_MAX);
	for (int i = 0; i < CD_STREAMS_MAX; i++) {
		int32_t id = cd_streams_take(&s, &owners[i]);
		assert_in_range(id, 0, CD_STREAMS_MAX - 1);
		assert_false(seen[id]);
		seen[id] = true;
		assert_ptr_equal(cd_streams_owner(&s, id), &owners[i]);
	}
	assert_int_equal(s.taken, CD_STREAMS_MAX);
	assert_int_equal(cd_streams_take(&s, &owners[0]), -1);
	for (int32_t id = 0; id < CD_STREAMS_MAX; id++)
		assert_true(cd_streams_give(&s, id, &owner) && owner);
	assert_int_equal(s.taken, 0);
	assert_false(cd_streams_give(&s, 5, &owner));
	assert_null(owner);
	cd_streams_deinit(&s);
}

static void test_maximum(void **state)
{
	static const uint32_t maxima[] = { 1, 2, 127, 128, 129, 1000, 40000 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(maxima); i++) {
		struct cd_streams s;
		uint32_t want = maxima[i] < CD_STREAMS_MAX ? maxima[i] : CD_STREAMS_MAX, got = 0;
		cd_streams_init(&s, NULL, maxima[i]);
		while (cd_streams_take(&s, &owners[0]) >= 0)
			got++;
		assert_int_equal(got, want);
		cd_streams_deinit(&s);
	}
}

/* The id given back last is taken next: the ids in use stay few. */
static void test_reuse(void **state)
{
	struct cd_streams s;
	void *owner;

	(void)state;
	cd_streams_init(&s, NULL, 2048);
	assert_int_equal(cd_streams_take(&s, &owners[0]), 0);
	assert_int_equal(cd_streams_take(&s, &owners[1]), 1);
	assert_true(cd_streams_give(&s, 0, &owner));
	assert_ptr_equal(owner, &owners[0]);
	assert_int_equal(cd_streams_take(&s, &owners[2]), 0);
	assert_true(s.size < 2048);
	cd_streams_deinit(&s);
}

static void test_orphan(void **state)
{
	struct cd_streams s;
	void *owner = &s;

	(void)state;
	cd_streams_init(&s, NULL, 1);
	assert_int_equal(cd_streams_take(&s, &owners[0]), 0);
	cd_streams_orphan(&s, 0);
	assert_int_equal(s.orphans, 1);
	assert_null(cd_streams_owner(&s, 0));
	cd_streams_orphan(&s, 0); /* once is enough */
	assert_int_equal(s.orphans, 1);
	assert_int_equal(cd_streams_take(&s, &owners[1]), -1);
	assert_true(cd_streams_give(&s, 0, &owner));
	assert_null(owner);
	assert_int_equal(s.orphans + s.taken, 0);
	assert_int_equal(cd_streams_take(&s, &owners[1]), 0);
	cd_streams_deinit(&s);
}

static void test_nonsense_ids(void **state)
{
	static const int32_t ids[] = { -32768, -1, 0, 1, 128, 32767, 32768 };
	struct cd_streams s;
	void *owner;

	(void)state;
	cd_streams_init(&s, NULL, 64);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < CD_COUNT(ids); i++) {
			assert_false(cd_streams_give(&s, ids[i], &owner));
			assert_null(cd_streams_owner(&s, ids[i]));
			cd_streams_orphan(&s, ids[i]);
		}
		assert_int_equal(s.orphans, 0);
		assert_int_equal(cd_streams_take(&s, &owners[0]), 0); /* now there is a table */
		assert_true(cd_streams_give(&s, 0, &owner));
	}
	cd_streams_deinit(&s);
}

/* The limit goes below what is out: no more is given, and nobody is lost. */
static void test_lowered(void **state)
{
	struct cd_streams s;
	void *owner;
	uint32_t out = 0;

	(void)state;
	cd_streams_init(&s, NULL, 1000);
	do
		assert_int_equal(cd_streams_take(&s, &owners[out]), out);
	while (++out < s.size);
	s.max = 10;
	assert_int_equal(cd_streams_take(&s, &owners[out]), -1);
	for (uint32_t id = out; id-- > 0;) {
		assert_true(cd_streams_give(&s, (int32_t)id, &owner));
		assert_ptr_equal(owner, &owners[id]);
	}
	assert_int_equal(s.taken, 0);
	cd_streams_deinit(&s);
}

static bool take_many(const coodie_allocator *a, void *user)
{
	struct cd_streams s;
	bool ok = true;

	(void)user;
	cd_streams_init(&s, a, 1000);
	for (int i = 0; ok && i < 1000; i++)
		ok = cd_streams_take(&s, &owners[i]) >= 0;
	for (int32_t id = 0; id < (int32_t)s.taken; id++) /* a failure loses nobody */
		assert_non_null(cd_streams_owner(&s, id));
	cd_streams_deinit(&s);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("streams", take_many, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_ids),      cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_reuse),        cmocka_unit_test(test_orphan),
		cmocka_unit_test(test_nonsense_ids), cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_lowered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
