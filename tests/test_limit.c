/* SPDX-License-Identifier: MIT */
/* The limit on requests in flight to a host: what lowers it, what raises it, and its bounds. */
#include "tests/test.h"

#include "net/policy/limit.h"

enum { MS = 1000, SECOND = 1000000 };

/* So many answers, a millisecond apart. */
static void answer(struct cd_limit *l, uint64_t *now, int count, uint32_t in_flight, uint64_t us)
{
	for (int i = 0; i < count; i++, *now += MS)
		cd_limit_answered(l, in_flight, us, *now);
}

static void test_off(void **state)
{
	struct cd_limit l = { 0 };
	uint64_t now = SECOND;

	(void)state;
	assert_true(cd_limit_allows(&l, UINT32_MAX));
	cd_limit_overloaded(&l, now);
	answer(&l, &now, 100, 9, 9 * SECOND);
	assert_true(cd_limit_allows(&l, UINT32_MAX));
}

static const struct {
	const char *name;
	uint32_t max, cuts, want;
} cuts[] = {
	{ "none", 100, 0, 100 }, { "one", 100, 1, 75 },
	{ "two", 100, 2, 56 },   { "ever more", 100, 99, 4 },
	{ "of few", 2, 9, 2 },   { "of many", UINT32_MAX, 1, UINT32_MAX - UINT32_MAX / 4 },
};

static void test_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(cuts); i++) {
		struct cd_limit l = { 0 };
		cd_limit_set(&l, cuts[i].max);
		for (uint32_t n = 0; n < cuts[i].cuts; n++) {
			cd_limit_overloaded(&l, (n + 1) * (uint64_t)SECOND);
			/* what was in flight says it again */
			cd_limit_overloaded(&l, (n + 1) * (uint64_t)SECOND + 99 * MS);
		}
		CD_CHECK(l.now >= cuts[i].want - 1 && l.now <= cuts[i].want + 1, cuts[i].name);
		CD_CHECK(cd_limit_allows(&l, l.now - 1), cuts[i].name);
		CD_CHECK(!cd_limit_allows(&l, l.now), cuts[i].name);
	}
}

static void test_raise(void **state)
{
	struct cd_limit l = { 0 };
	uint64_t now = SECOND;

	(void)state;
	cd_limit_set(&l, 12);
	for (int i = 0; i < 9; i++)
		cd_limit_overloaded(&l, now += SECOND);
	assert_int_equal(l.now, 4);
	answer(&l, &now, 1000, 1, MS); /* nobody needs more */
	assert_int_equal(l.now, 4);
	answer(&l, &now, 4, 4, MS);
	assert_int_equal(l.now, 5);
	answer(&l, &now, 5, 5, MS);
	assert_int_equal(l.now, 6);
	answer(&l, &now, 1000, 12, MS);
	assert_int_equal(l.now, 12);
}

static void test_latency(void **state)
{
	struct cd_limit l = { 0 };
	uint64_t now = SECOND;

	(void)state;
	cd_limit_set(&l, 100);
	answer(&l, &now, 100, 90, MS);
	answer(&l, &now, 100, 90, 2900); /* not thrice as long, and all below 2 ms more */
	assert_int_equal(l.now, 100);
	answer(&l, &now, 1, 90, 5 * SECOND); /* one that is very slow is enough in an average */
	assert_in_range(l.now, 75, 76);
	for (int i = 0; i < 10; i++, now += SECOND)
		answer(&l, &now, 20, 90, 50 * MS);
	assert_in_range(l.now, 4, 20);
	answer(&l, &now, 500, 1, MS); /* the load is gone */
	answer(&l, &now, 500, 20, MS);
	assert_in_range(l.now, 21, 40);
	answer(&l, &now, 200000, 100, 50 * MS); /* what lasts becomes usual */
	assert_int_equal(l.now, 100);
	answer(&l, &now, 3, 100, UINT64_MAX);
	assert_in_range(l.now, 75, 76);
}

static void test_set(void **state)
{
	struct cd_limit l = { 0 };

	(void)state;
	cd_limit_set(&l, 100);
	cd_limit_overloaded(&l, SECOND);
	cd_limit_set(&l, 200); /* room to grow into */
	assert_int_equal(l.now, 75);
	cd_limit_set(&l, 50);
	assert_int_equal(l.now, 50);
	cd_limit_set(&l, 0);
	assert_true(cd_limit_allows(&l, 1000));
	cd_limit_set(&l, 10);
	assert_int_equal(l.now, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off),   cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_raise), cmocka_unit_test(test_latency),
		cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
