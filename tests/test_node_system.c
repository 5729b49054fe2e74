/* SPDX-License-Identifier: MIT */
/* The system's keyspaces: their tables, and what is in them. */
#include "tests/test.h"

#include <time.h>

#include "node/store.h"
#include "node/system.h"
#include "tests/failalloc.h"
#include "tests/node_ddl.h"

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void starts_fast(void **state)
{
	struct nd_ddl_test t;
	double from = seconds(), took;

	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_true(nd_ddl_test_init(&t, NULL));
		assert_true(nd_system_init(&t.db));
		nd_ddl_test_deinit(&t);
	}
	took = (seconds() - from) / 20;
	print_message("%.3f ms\n", took * 1000);
	assert_true(took < 0.05);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(starts_fast) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
