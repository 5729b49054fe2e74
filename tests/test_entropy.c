/* SPDX-License-Identifier: MIT */
/* base/entropy.h: bytes that differ, and devices that have none. */
#include "tests/test.h"

#include "base/entropy.h"

static void test_bytes(void **state)
{
	unsigned char a[256] = { 0 }, b[256] = { 0 };
	(void)state;

	assert_true(cd_entropy(a, sizeof a));
	assert_true(cd_entropy(b, sizeof b));
	assert_memory_not_equal(a, b, sizeof a);
	assert_true(cd_entropy(a, 0));
}

static void test_devices(void **state)
{
	unsigned char a[300] = { 0 }, b[300] = { 0 };
	(void)state;

	assert_true(cd_entropy_from("/dev/urandom", a, sizeof a));
	assert_memory_not_equal(a, b, sizeof a);
	assert_true(cd_entropy_from("/dev/zero", a, sizeof a));
	assert_memory_equal(a, b, sizeof a);
	assert_false(cd_entropy_from("/dev/null", a, sizeof a));
	assert_false(cd_entropy_from("/nowhere", a, sizeof a));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_devices),
	};
	return cmocka_run_group_tests_name("entropy", tests, NULL, NULL);
}
