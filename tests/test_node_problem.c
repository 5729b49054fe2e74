/* SPDX-License-Identifier: MIT */
/* Refusals: the first one stays, none is longer than a [string]. */
#include "tests/test.h"

#include <string.h>

#include "node/cql/problem.h"

static void test_the_first_reason_stays(void **state)
{
	struct cd_arena a;
	struct nd_problem p;

	(void)state;
	cd_arena_init(&a, NULL, 0);
	nd_problem_init(&p, &a);
	assert_false(p.happened);
	assert_false(nd_refuse(&p, ND_INVALID, "no column %s", "x"));
	assert_false(nd_refuse(&p, ND_SYNTAX_ERROR, "another"));
	assert_false(nd_no_memory(&p));
	assert_true(p.happened);
	assert_int_equal(p.error.code, ND_INVALID);
	assert_int_equal(p.error.message.len, strlen("no column x"));
	assert_memory_equal(p.error.message.data, "no column x", p.error.message.len);
	cd_arena_deinit(&a);
}

/* Two-byte characters: the 65,535th byte is in the middle of one. */
static void test_a_long_message_is_cut(void **state)
{
	static char text[80001];
	struct cd_arena a;
	struct nd_problem p;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	cd_arena_init(&a, NULL, 0);
	nd_problem_init(&p, &a);
	assert_false(nd_refuse(&p, ND_INVALID, "%s", text));
	assert_int_equal(p.error.message.len, 65534);
	cd_arena_deinit(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_reason_stays),
		cmocka_unit_test(test_a_long_message_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
